import time
from tests.isolation.probing import Probe
from tests.isolation.trying import Trial
from tests.isolation.browsing import unthrottled


def test_x(db, capsys):
    t = time.time()
    with unthrottled(), capsys.disabled():
        p = Probe()
        print("built", time.time() - t, flush=True)
        t = time.time()
        old = p._calibrated

        def cal(r):
            t = time.time()
            n = p.browser.sent
            x = old(r)
            if p.browser.sent - n > 3:
                print(
                    r.name,
                    x and {k: m.__name__ for k, m in x.models.items()},
                    x and x.by,
                    p.browser.sent - n,
                    round(time.time() - t, 2),
                    flush=True,
                )
            return x

        p._calibrated = cal
        c = p.calibrate()
        print("cal", time.time() - t, p.browser.sent)
        for w in p.found.without:
            print("WITHOUT", w)
        for e in sorted(set(p.found.errors)):
            print("ERR", e)
        print(p.found.own_marks, {k: list(f.fields) for k, f in p.forms.items()}, flush=True)
        p.found.errors.clear()
        t = time.time()
        n = p.browser.sent
        tr = Trial(p, thorough=False)
        print(list(tr.bodies)[:20])
        tr.run(c)
        print("tried", time.time() - t, p.browser.sent - n)
        for e in sorted(set(p.found.errors)):
            print("ERR", e)
        for e in sorted(set(p.found.leaks)):
            print("LEAK", e)
