"""What is in flight is finished; what cannot be finished is left whole; a second signal does not wait."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import psycopg2
import pytest
from ruamel.yaml import YAML

from actionlearning.launcher.addresses import CHECKOUT
from actionlearning.launcher.supervisor import FINISH_SECONDS
from tests.operation.mail_server import mail_server
from tests.operation.office import TOKEN
from tests.programmes.topics import WORDS

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def held_up(site):
    """Everybody who wants to read a client token waits; `let_go()` ends that."""
    address = site.servers.superuser.rpartition("/")[0] + f"/{site.database}"
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE foundation_clienttoken IN ACCESS EXCLUSIVE MODE")
        yield connection.rollback
    finally:
        connection.close()


def waiting(site):
    return site.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'al_app'"
    )[0][0]


def until(wanted, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def propose(site, web, titles):
    """Writing requests, each in a thread of its own; their answers come into the list."""
    ((programme,),) = site.rows("SELECT id FROM programmes_programme")
    ((bureau,),) = site.rows("SELECT id FROM groups_organisation WHERE name = '民政局'")
    answers = {}

    def ask(title):
        words = {**WORDS, "programme": programme, "organisation": bureau, "title": title}
        try:
            answers[title] = web.post("/api/v1/projects/", words, **BEARER)[0]
        except OSError as cut:
            answers[title] = type(cut).__name__

    threads = [threading.Thread(target=ask, args=[title]) for title in titles]
    for thread in threads:
        thread.start()
    return threads, answers


def stored(site, prefix):
    found = site.rows("SELECT title FROM programmes_project WHERE title LIKE %s", f"{prefix}%")
    return {title for (title,) in found}


def test_a_web_server_that_is_stopped_answers_what_it_has_begun(site):
    titles = [f"停机前{number}" for number in range(4)]
    with site.web() as web:
        with held_up(site) as let_go:
            threads, answers = propose(site, web, titles)
            until(lambda: waiting(site) == 4)
            web.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            let_go()
        for thread in threads:
            thread.join(20)
        assert web.process.wait(20) == 0
    assert answers == dict.fromkeys(titles, 201)
    assert stored(site, "停机前") == set(titles)


def test_a_web_server_that_is_killed_leaves_nothing_half_written(site):
    titles = [f"断电前{number}" for number in range(4)]
    with site.web() as web:
        with held_up(site) as let_go:
            threads, answers = propose(site, web, titles)
            until(lambda: waiting(site) == 4)
            os.killpg(web.process.pid, signal.SIGKILL)
            let_go()
        for thread in threads:
            thread.join(20)
    assert all(isinstance(answer, str) for answer in answers.values())
    until(lambda: waiting(site) == 0)
    assert stored(site, "断电前") == set()


def send_one(site, name):
    done = site.python("-m", "tests.operation.steps", f"news:{name}", f"day:{name}")
    assert done.returncode == 0, done.stderr
    site.python("-m", "celery", "-A", "actionlearning.celery", "call", "dispatch")


def state_of(site, name):
    """Of Dora's copy: others may have had news that day, and get theirs."""
    return site.rows(
        "SELECT d.state, d.attempts FROM foundation_delivery d"
        " JOIN foundation_channel c ON c.id = d.channel_id JOIN foundation_user u ON u.id = c.user_id"
        " WHERE u.login = 'dora' AND d.key LIKE %s",
        f"%{name}%",
    )


def comes_to(site, name, wanted):
    """The state its copy is seen in within a minute: the wanted one, or else the last."""
    with suppress(AssertionError):
        until(lambda: state_of(site, name) == wanted, seconds=60)
        return wanted
    return state_of(site, name)


def test_a_worker_that_is_stopped_finishes_the_copy_in_hand(site):
    with mail_server(seconds=8) as (there, mails):
        with site.worker(**there) as worker:
            send_one(site, "stopped")
            assert comes_to(site, "stopped", [("claimed", 1)]) == [("claimed", 1)]
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        assert state_of(site, "stopped") == [("sent", 1)]
        assert mails


def test_a_copy_of_a_killed_worker_is_taken_up_when_its_lease_is_over(site):
    with mail_server(seconds=30) as (there, mails), site.worker(**there) as worker:
        send_one(site, "killed")
        assert comes_to(site, "killed", [("claimed", 1)]) == [("claimed", 1)]
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    with mail_server() as (there, mails):
        site.must("deadlines", "--once", **there)
        assert state_of(site, "killed") == [("claimed", 1)]  # the lease still runs
        # A minute later:
        site.rows(
            "UPDATE foundation_delivery SET claimed_until = now() - interval '1 second'"
            " WHERE state = 'claimed'"
        )
        site.must("deadlines", "--once", **there)
        assert state_of(site, "killed") == [("sent", 2)]
        assert mails


def test_beat_stops_at_once(site):
    command = ("-m", "celery", "-A", "actionlearning.celery", "beat", "--pidfile=")
    where = str(site.state / "beat-schedule")
    with site.running(*command, "--schedule", where, log="beat.log") as beat:
        until(lambda: list(site.state.glob("beat-schedule*")), seconds=60)
        beat.send_signal(signal.SIGTERM)
        assert beat.wait(15) == 0


STUBBORN = """
import sys, time
from pathlib import Path
from actionlearning.launcher.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
try:
    with supervisor.holding():
        supervisor.start("web", ["-c", "import signal, time; signal.signal(15, signal.SIG_IGN);"
                                 "print('there', flush=True); time.sleep(60)"])
        supervisor.watch()
except KeyboardInterrupt:
    pass
"""


def test_a_second_signal_to_up_does_not_wait(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN, str(tmp_path)],
        cwd=CHECKOUT,
        env=os.environ | {"AL_SECRET_KEY": "x"},
        stdout=subprocess.PIPE,
    ) as up:
        assert up.stdout.readline() == b"there\n"
        up.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            up.wait(1)
        up.send_signal(signal.SIGTERM)
        assert up.wait(FINISH_SECONDS / 2) == 0


def test_compose_gives_each_service_the_time_that_its_work_may_take():
    services = YAML(typ="safe").load(CHECKOUT / "docker-compose.yml")["services"]
    patience = {name: service.get("stop_grace_period") for name, service in services.items()}
    # A round of sending takes 40 s and one more mail; granian cuts what is older than 10 s.
    assert (patience["web"], patience["worker"], patience["beat"]) == ("20s", "60s", "15s")
