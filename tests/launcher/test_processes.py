import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from actionlearning.launcher.addresses import CHECKOUT
from actionlearning.launcher.children import Nursery, Watchdog
from actionlearning.launcher.locks import AlreadyRunning, is_free, take_locks

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def locks(tmp_path):
    taken = take_locks(tmp_path)
    yield taken
    for descriptor in taken:
        os.close(descriptor)


def gone(pid, seconds=5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_second_start_on_one_state_directory_is_refused(locks, tmp_path):
    with pytest.raises(
        AlreadyRunning, match=f"Already running on {tmp_path} .process {os.getpid()}"
    ):
        take_locks(tmp_path)


def test_locks_are_free_again_after_the_end(tmp_path):
    for descriptor in take_locks(tmp_path):
        os.close(descriptor)

    assert is_free(tmp_path)


def test_start_waits_for_children_of_a_killed_supervisor_then_refuses(tmp_path):
    own, shared = take_locks(tmp_path)
    nursery = Nursery(shared)
    nursery.spawn("sleeper", SLEEPER)
    os.close(own)  # as if the supervisor were gone
    os.close(shared)

    with pytest.raises(AlreadyRunning, match="an earlier start"):
        take_locks(tmp_path, patience=0.2)
    nursery.stop("sleeper", seconds=5)

    assert is_free(tmp_path)


def test_stop_ends_what_ignores_the_farewell_with_all_it_started(locks):
    stubborn = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); time.sleep(60)"
    nursery = Nursery(locks[1])
    child = nursery.spawn("stubborn", [sys.executable, "-c", stubborn])
    time.sleep(0.3)

    nursery.stop("stubborn", seconds=0.1)

    assert child.process.returncode == -signal.SIGKILL
    assert nursery.children == {}


def test_ended_names_the_child_that_left(locks):
    nursery = Nursery(locks[1])
    child = nursery.spawn("short", [sys.executable, "-c", "raise SystemExit(3)"])
    child.process.wait()

    assert nursery.ended() is child
    nursery.stop("short", seconds=1)
    assert nursery.ended() is None


def test_watchdog_stops_what_it_watches_when_its_supervisor_is_gone():
    watched, forgotten = (subprocess.Popen(SLEEPER) for _ in range(2))
    watchdog = Watchdog()
    watchdog.watch(watched.pid, signal.SIGTERM)
    watchdog.watch(forgotten.pid, signal.SIGTERM)
    watchdog.forget(forgotten.pid)

    watchdog.close()

    assert watched.wait(5) == -signal.SIGTERM
    assert forgotten.poll() is None
    forgotten.kill()
    forgotten.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_children_follow_a_killed_supervisor(tmp_path):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from actionlearning.launcher.children import Nursery\n"
        "from actionlearning.launcher.locks import take_locks\n"
        f"nursery = Nursery(take_locks(Path({str(tmp_path)!r}))[1])\n"
        f"print(nursery.spawn('sleeper', {SLEEPER!r}).process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()

    take_locks_again = take_locks(tmp_path, patience=5)
    for descriptor in take_locks_again:
        os.close(descriptor)
    assert gone(child) or not Path(f"/proc/{child}/exe").exists()
