"""A guest's desk: what was opened to it and nothing beside; the opening itself is told."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Notice, User
from groups.actions.grants import end_grant, grant
from groups.actions.users import create_user
from groups.models import Grant
from programmes.models import Programme, Project
from tests.programmes.topics import JUNE, chosen, propose
from tests.world import World

DESK = "/t/teng/"
CARD = 'id="opened"'


@pytest.fixture
def guest(world: World) -> User:
    user, _first = create_user(
        login="guest", person=None, display_name="促进师", by=world.system, now=JUNE
    )
    User.objects.filter(pk=user.pk).update(must_change_password=False, language="en")
    user.refresh_from_db()
    return user


def open_to(guest: User, project: Project, world: World) -> Grant:
    return grant(project, to=guest, reason="担任促进师", by=world.dora, now=JUNE)


def page_of(client: Any) -> str:
    return str(client.get(DESK).content.decode())


def test_a_guest_finds_its_topic_on_the_desk_and_not_the_sister(
    world: World, programme: Programme, guest: User, sign_in: Any
) -> None:
    mine, sister = chosen(world, programme, "所辅导的课题"), chosen(world, programme, "姊妹课题")
    open_to(guest, mine, world)

    page = page_of(sign_in(guest))

    assert CARD in page
    assert f"/projects/{mine.pk}/" in page
    assert "民政局" in page
    assert str(sister.pk) not in page
    assert "姊妹课题" not in page


def test_the_opening_is_told_and_settled_when_closed_again(
    world: World, programme: Programme, guest: User, sign_in: Any
) -> None:
    project = chosen(world, programme, "所辅导的课题")
    made = open_to(guest, project, world)
    told = Notice.objects.get(recipient=guest)

    page = sign_in(guest).get(f"{DESK}notices/{told.pk}/").content.decode()
    end_grant(made, subject=project, by=world.dora, now=JUNE)

    assert "所辅导的课题" in page
    assert "担任促进师" in page
    assert f"{DESK}projects/{project.pk}/" in page
    told.refresh_from_db()
    assert told.retracted_at is not None
    assert CARD not in page_of(sign_in(guest))


def test_nobody_else_has_the_card(world: World, programme: Programme, sign_in: Any) -> None:
    chosen(world, programme, "课题")
    for user in (world.ben, world.ana, world.sysadmin):
        assert CARD not in page_of(sign_in(user))


def test_one_and_three_opened_topics_ask_the_same_questions(
    world: World, programme: Programme, guest: User, sign_in: Any
) -> None:
    client, counts = sign_in(guest), []
    open_to(guest, chosen(world, programme, "课题0"), world)
    page_of(client)
    for number in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            page_of(client)
        counts.append(len(asked))
        if number == 1:
            for more in ("课题1", "课题2"):
                open_to(guest, propose(world, programme, more), world)

    assert counts[0] == counts[1]
