import time, os
from tests.isolation.probing import Probe
from tests.isolation.trying import Trial
from tests.isolation.browsing import unthrottled


def test_x(db, capsys):
    t = time.time()
    with unthrottled(), capsys.disabled():
        p = Probe()
        print("built", time.time() - t, flush=True)
        t = time.time()
        c = p.calibrate()
        print("cal", time.time() - t, p.browser.sent, len(p.routes))
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
        seen = 0
        for x in c:
            for a in p.actors:
                tr._with(x, a)
            for e in sorted(set(p.found.errors)):
                print("ERR", e)
            for e in sorted(set(p.found.leaks)):
                print("LEAK", e, flush=True)
            p.found.errors.clear()
            p.found.leaks.clear()
        print("tried", time.time() - t, p.browser.sent - n)
