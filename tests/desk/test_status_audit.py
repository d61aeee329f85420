"""The pages of those who watch: status and audit."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.desk.audit_words import action_words
from actionlearning.desk.views.status import ALARM_AFTER
from actionlearning.foundation.audit import record, seal
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import (
    AuditEvent,
    Channel,
    Delivery,
    Notice,
    SweepMark,
    User,
)
from actionlearning.schedule import JOBS
from groups.actions.accounts import choose_language
from programmes.models import Obligation, Programme
from reporting.actions.items import return_item
from tests.moments import NOON
from tests.reporting.items import duty, submitted
from tests.running import beijing
from tests.world import World

STATUS = "/t/teng/status/"
AUDIT = "/t/teng/audit/"
API = "/t/teng/api/v1/audit-events/"


def run_all(**late: timedelta) -> None:
    now = database_now()
    for name in ALARM_AFTER:
        done = now - late.get(name, timedelta(seconds=30))
        SweepMark.objects.create(job=name, finished_at=done, result={"count": 2})


def english(user: User) -> User:
    choose_language(user, language="en")
    return user


def test_every_recurring_job_is_watched() -> None:
    assert set(ALARM_AFTER) == set(JOBS)


def test_a_silent_job_is_an_alarm(world: World, sign_in: Any) -> None:
    run_all(sweep=timedelta(minutes=6))
    page = sign_in(english(world.sysadmin)).get(STATUS).content.decode()
    assert page.count("too long ago") == 1
    assert "tell the operator" in page


def test_jobs_in_time_are_no_alarm(world: World, sign_in: Any) -> None:
    client = sign_in(english(world.sysadmin))
    assert client.get(STATUS).content.decode().count("never ran") == len(ALARM_AFTER)
    run_all(digest=timedelta(hours=20))
    page = client.get(STATUS).content.decode()
    assert "too long ago" not in page
    assert "never ran" not in page
    assert "tell the operator" not in client.get(STATUS).content.decode()


def gave_up(user: User) -> None:
    channel = Channel.objects.create(user=user, kind="email", address="b@example.org")
    Delivery.objects.create(
        key=str(user.pk),
        batch="b",
        channel=channel,
        state="dead",
        attempts=12,
        not_before=NOON,
        created_at=NOON,
        problem="recipient refused",
    )


def unheard(about: Any, title: str) -> None:
    """An escalation to a post that nobody holds."""
    words = dict.fromkeys(("organisation", "rule", "rule_en", "clause", "text", "gloss"), title)
    Notice.objects.create(
        key=f"v:{about.pk}",
        recipient=None,
        kind="programmes.escalation",
        about=about.pk,
        params=words | {"window": "2026-09", "due": "2026-09-25", "asked_for": "2026-09-25"},
        at=NOON,
        created_at=NOON,
    )


def test_what_did_not_arrive_is_shown_to_its_own_unit_only(
    world: World, programme: Programme, sign_in: Any
) -> None:
    gave_up(world.ben)
    gave_up(world.sis)
    unheard(duty(world), "民政的事")
    unheard(Obligation.objects.filter(organisation=world.sister)[0], "教育的事")
    page = sign_in(world.ben).get(STATUS).content.decode()
    assert "recipient refused" in page
    assert "民政的事" in page
    assert "教育的事" not in page
    assert world.sis.display_name not in page
    above = sign_in(world.ana).get(STATUS).content.decode()
    assert "民政的事" in above
    assert "教育的事" in above
    assert world.sis.display_name in above
    assert "recipient refused" not in above


def test_who_keeps_the_system_reads_counts_and_kinds(
    world: World, programme: Programme, sign_in: Any
) -> None:
    gave_up(world.ben)
    unheard(duty(world), "民政的事")
    page = sign_in(english(world.sysadmin)).get(STATUS).content.decode()
    assert "PostgreSQL" in page
    assert "escalation" in page
    assert "e-mail" in page.lower()
    for private in ("民政的事", "recipient refused", world.ben.display_name):
        assert private not in page


@pytest.mark.parametrize(
    ("path", "may"),
    [
        (STATUS, {"ben", "dora", "ana", "sysadmin"}),
        (AUDIT, {"auditor"}),
        (API, {"auditor"}),
    ],
)
def test_who_may_watch(world: World, sign_in: Any, path: str, may: set[str]) -> None:
    for who in ("ben", "dora", "ana", "lena", "liu", "sysadmin", "secadmin", "auditor"):
        wanted = 200 if who in may else 404
        assert sign_in(getattr(world, who)).get(path).status_code == wanted, who


def test_the_log_is_narrowed(world: World, sign_in: Any) -> None:
    record("cat.fed", by=world.ben, at=NOON, target=world.bureau, food="鱼")
    record("cat.combed", by=world.dora, at=NOON + timedelta(days=1))
    client = sign_in(world.auditor)

    def shown(query: str) -> list[str]:
        page = client.get(f"{AUDIT}?{query}").content.decode()
        rows = page.split("<tbody>")[1] if "<tbody>" in page else ""
        return [name for name in ("cat.fed", "cat.combed") if name in rows]

    assert shown("action=cat.") == ["cat.fed", "cat.combed"]
    assert shown("action=cat.f") == ["cat.fed"]
    assert shown("actor=杜若&action=cat.") == ["cat.combed"]
    assert shown("day=2026-03-02&action=cat.") == ["cat.fed"]
    assert shown("day=nonsense&action=cat.f") == ["cat.fed"]
    assert shown("action=dog.") == []
    rows = client.get(f"{API}?action=cat.fed").json()["results"]
    assert rows[0]["detail"] == {"food": "鱼"}
    assert rows[0]["target_name"] == "民政局"


def test_the_log_is_in_words_and_says_nothing_of_papers(
    world: World, programme: Programme, sign_in: Any
) -> None:
    item = submitted(world, programme, title="摸底情况保密")
    return_item(item, reason="数字有误", by=world.ana, now=beijing(9, 11))
    client = sign_in(english(world.auditor))

    page = client.get(f"{AUDIT}?action=item.").content.decode()
    rows = client.get(f"{API}?action=item.").json()["results"]

    assert "information item: returned" in page
    assert world.ana.display_name in page
    assert {row["target"] for row in rows} == {str(item.pk)}
    for secret in ("摸底情况保密", "数字有误"):
        assert secret not in page
        assert secret not in str(rows)
    kept = AuditEvent.objects.get(action="item.returned")
    assert (kept.target_name, kept.detail["reason"]) == ("摸底情况保密", "数字有误")


def test_every_action_has_words() -> None:
    """What the product records by a literal name; `item.<state>` besides."""
    pattern = re.compile(r"""record\(\s*"([a-z_]+\.[a-z_]+)\"""")
    root = Path(settings.BASE_DIR)
    found = {
        name
        for app in ("actionlearning", "groups", "programmes", "reporting")
        for path in (root / app).rglob("*.py")
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    } | {f"item.{state}" for state in ("adopted", "kept", "not_adopted")}
    assert len(found) > 60
    assert sorted(name for name in found if action_words(name) == name) == []


@pytest.mark.parametrize("path", [AUDIT, API])
def test_the_same_questions_for_one_and_for_three(world: World, sign_in: Any, path: str) -> None:
    client = sign_in(world.auditor)
    client.get(path)
    counts = []
    for number in (1, 3):
        for each in range(number):
            record(f"n{number}.{each}", by=world.ben, at=NOON)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{path}?action=n{number}")
        counts.append(len([q for q in asked if "SAVEPOINT" not in q["sql"]]))
    assert counts[0] == counts[1] <= (8 if path == AUDIT else 5)


def test_the_chain_is_verified_at_a_click(world: World, sign_in: Any) -> None:
    count = seal(now=database_now())
    client = sign_in(english(world.auditor))
    assert f"Sealed up to link {count}" in client.get(AUDIT).content.decode()
    page = client.post(f"{AUDIT}verification/", follow=True).content.decode()
    assert f"All {count} links are sound" in page
    assert AuditEvent.objects.get(action="audit.verified").detail["fault"] is None


def test_a_changed_row_is_found(world: World, sign_in: Any, monkeypatch: Any) -> None:
    seal(now=database_now())
    monkeypatch.setattr(
        "actionlearning.desk.views.audit.audit.verify", lambda: (3, "row x of link 4 was changed")
    )
    page = sign_in(english(world.auditor)).post(f"{AUDIT}verification/", follow=True)
    assert "The chain is broken: row x of link 4 was changed" in page.content.decode()
