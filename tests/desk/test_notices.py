"""The inbox: told, read, acknowledged, in pages and through the REST twin."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import AuditEvent, Notice, User
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Obligation, Programme
from tests.moments import NOON
from tests.running import beijing
from tests.world import World

INBOX = "/t/teng/notices/"
API = "/t/teng/api/v1/notices/"


def told(user: User, count: int = 1, **facts: Any) -> list[Notice]:
    return [
        Notice.objects.create(
            key=f"{user.login}{number}",
            recipient=user,
            kind="programmes.project_accepted",
            params={"title": f"课题{number}", "programme": "行动学习"},
            address=f"projects/{user.pk}/",
            at=NOON + timedelta(minutes=number),
            created_at=NOON,
            **facts,
        )
        for number in range(count)
    ]


def test_one_sees_ones_own_lines(world: World, sign_in: Any) -> None:
    (mine,) = told(world.ben)
    (theirs,) = told(world.dora)
    told(world.sis, skipped_at=NOON)
    client = sign_in(world.ben)
    page = client.get(INBOX).content.decode()
    assert f"/notices/{mine.pk}/" in page
    assert str(theirs.pk) not in page
    assert client.get(f"{INBOX}{theirs.pk}/").status_code == 404
    assert client.post(f"{INBOX}{theirs.pk}/acknowledgement/").status_code == 404
    assert "课题0" not in sign_in(world.sis).get(INBOX).content.decode()


def test_opening_is_reading(world: World, sign_in: Any) -> None:
    first, second = told(world.ben, 2)
    client = sign_in(world.ben)
    page = client.get(f"{INBOX}{first.pk}/").content.decode()
    assert f'href="/t/teng/projects/{world.ben.pk}/"' in page
    unread = client.get(f"{INBOX}?show=unread").content.decode()
    assert f"/notices/{first.pk}/" not in unread
    assert f"/notices/{second.pk}/" in unread


def test_an_acknowledgement_pauses_the_ladder(
    world: World, programme: Programme, sign_in: Any
) -> None:
    queue_due_notices(now=beijing(10, 20))
    notice = Notice.objects.filter(recipient=world.liu, skipped_at=None).first()
    client = sign_in(world.liu)
    client.post(f"{INBOX}{notice.pk}/acknowledgement/")
    notice.refresh_from_db()
    assert notice.acknowledged_at is not None
    assert notice.read_at is not None
    assert Obligation.objects.get(pk=notice.about).paused_until is not None
    assert AuditEvent.objects.filter(action="notice.acknowledged").count() == 1
    assert "acknowledgement/" not in client.get(f"{INBOX}{notice.pk}/").content.decode()


def test_a_settled_notice_asks_for_nothing(world: World, sign_in: Any) -> None:
    (notice,) = told(world.ben, retracted_at=NOON)
    assert "acknowledgement/" not in sign_in(world.ben).get(f"{INBOX}{notice.pk}/").content.decode()


def test_long_inboxes_have_pages(world: World, sign_in: Any) -> None:
    told(world.ben, 51)
    client = sign_in(world.ben)
    page = client.get(INBOX).content.decode()
    assert "课题50" in page
    assert "课题0”" not in page
    mark = page.split('href="?after=')[1].split('"')[0]
    assert "课题0" in client.get(f"{INBOX}?after={mark}").content.decode()


@pytest.mark.parametrize(("path", "budget"), [(INBOX, 5), (API, 5)])
def test_the_same_questions_for_one_and_for_three(
    world: World, sign_in: Any, path: str, budget: int
) -> None:
    client = sign_in(world.ben)
    told(world.ben)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    Notice.objects.all().delete()
    told(world.ben, 3)
    with CaptureQueriesContext(connection) as three:
        client.get(path)
    assert len(one) == len(three)
    assert len([q for q in three if "SAVEPOINT" not in q["sql"]]) <= budget


def test_the_rest_twin(world: World, sign_in: Any) -> None:
    first, _second = told(world.ben, 2)
    (theirs,) = told(world.dora)
    client = sign_in(world.ben)
    rows = client.get(API).json()["results"]
    assert [row["id"] for row in rows][-1] == str(first.pk)
    assert rows[0]["subject"]
    answer = client.post(f"{API}{first.pk}/acknowledgement/")
    assert answer.json()["acknowledged_at"]
    assert len(client.get(f"{API}?unread=true").json()["results"]) == 1
    assert client.post(f"{API}{theirs.pk}/acknowledgement/").status_code == 404
