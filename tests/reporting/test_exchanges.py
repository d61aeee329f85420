from datetime import timedelta

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.notices import subject_and_text
from groups.actions.grants import grant
from groups.actions.users import create_user
from groups.roles import Role
from programmes.actions.enrolments import leave
from programmes.actions.programmes import close_programme
from reporting.actions.exchanges import (
    change_exchange,
    post_exchange,
    reply,
    withdraw_exchange,
    withdraw_reply,
)
from reporting.models import Exchange, ExchangeReply
from tests.programmes.topics import chosen
from tests.reporting.exchanges import posted, said
from tests.reporting.items import SEPTEMBER
from tests.running import run_programme
from tests.world import _seated

LATER = SEPTEMBER + timedelta(hours=3)


def readers(world, post):
    """Of the people of the small world those who find the post."""
    names = ("ana", "ben", "dora", "lena", "liu", "sis", "kid", "sysadmin", "secadmin", "auditor")
    found = Exchange.objects.filter(pk=post.pk)
    return {n for n in names if found.visible_to(getattr(world, n)).exists()}


BUREAU = {"ana", "ben", "dora", "lena", "liu"}


@pytest.mark.rule("P1-09")
def test_the_office_posts_in_its_space_and_every_unit_reads_and_answers(world):
    programme = run_programme(world, "plan1")
    post = posted(world, programme, by=world.ana, at=world.county, kind="material")
    assert readers(world, post) == BUREAU | {"sis"}

    answers = [
        reply(post, text=text, by=by, now=LATER)
        for by, text in ((world.liu, "已转各股室。"), (world.sis, "能否发一份模板？"))
    ]

    assert [(each.author_name, each.unit_name) for each in answers] == [
        (world.liu.display_name, world.bureau.name),
        (world.sis.display_name, world.sister.name),
    ]


@pytest.mark.rule("P1-17")
def test_a_unit_has_a_space_of_its_own_in_which_all_its_roles_write(world):
    programme = run_programme(world, "plan1")
    roles = (
        Role.INFORMATION_OFFICER,
        Role.LEADING_GROUP_MEMBER,
        Role.PROMOTION_TEAM_LEADER,
        Role.PROMOTION_TEAM_MEMBER,
    )
    seated = [_seated(world.system, world.bureau, role, "庄员", role) for role in roles]
    people = [*seated, world.dora, world.ben, world.lena, world.liu]

    for each in people:
        posted(world, programme, by=each, title=f"{each.login}的体会", reach="own")

    own = Exchange.objects.filter(organisation=world.bureau)
    assert {post.author for post in own} == set(people)
    assert {frozenset(readers(world, post)) for post in own} == {frozenset(BUREAU)}


@pytest.mark.rule("P3-17")
def test_an_exchange_platform_is_there_as_soon_as_a_city_programme_runs(world):
    programme = run_programme(world, "plan3")
    question = posted(world, programme, by=world.sis, at=world.sister, kind="question")

    reply(question, text="可以参照市里的办法。", by=world.ana, now=LATER)

    assert [each.text for each in question.replies.all()] == ["可以参照市里的办法。"]
    assert Notice.objects.get(kind="reporting.exchange_replied").recipient == world.sis


def test_a_reply_is_told_to_the_author_once_and_never_to_oneself(world, programme):
    post = posted(world, programme)
    reply(post, text="补充一点。", by=world.ben, now=LATER)
    assert not Notice.objects.filter(kind="reporting.exchange_replied").exists()

    reply(post, text="很有启发。", by=world.sis, now=LATER)

    notice = Notice.objects.get(kind="reporting.exchange_replied")
    assert notice.recipient == world.ben
    subject, text = subject_and_text(notice)
    assert post.title in subject
    assert "很有启发。" in text
    assert str(post.pk) in notice.address


def test_every_step_leaves_an_audit_row(world, programme):
    post = posted(world, programme)
    change_exchange(post, said=said(title="改过的题目"), by=world.ben, now=LATER)
    answer = reply(post, text="好。", by=world.sis, now=LATER)
    withdraw_reply(answer, reason="发错", by=world.sis, now=LATER)
    withdraw_exchange(post, reason="过时", by=world.dora, now=LATER)

    rows = AuditEvent.objects.filter(action__startswith="exchange.").order_by("pk")
    assert list(rows.values_list("action", "actor")) == [
        ("exchange.posted", world.ben.pk),
        ("exchange.changed", world.ben.pk),
        ("exchange.replied", world.sis.pk),
        ("exchange.reply_withdrawn", world.sis.pk),
        ("exchange.withdrawn", world.dora.pk),
    ]
    assert rows[1].detail["title"] == "领题公示的做法"


@pytest.mark.parametrize("name", ["ana", "sis", "kid", "sysadmin", "auditor"])
def test_nobody_posts_in_the_space_of_another_unit(world, programme, name):
    with pytest.raises(NotAllowed):
        posted(world, programme, by=getattr(world, name))
    assert not Exchange.objects.exists()


def test_only_units_that_take_part_have_a_space_in_a_programme(world, programme):
    with pytest.raises(RuleBroken) as refused:
        posted(world, programme, by=world.kid, at=world.child)
    assert refused.value.code == "not_enrolled"


def test_what_is_told_the_unit_alone_is_answered_by_no_sister(world, programme):
    post = posted(world, programme, reach="own")

    for by in (world.sis, world.kid, world.sysadmin):
        with pytest.raises(NotAllowed):
            reply(post, text="路过", by=by, now=LATER)
    assert not ExchangeReply.objects.exists()


def test_who_has_left_the_programme_reads_no_further(world, programme):
    post = posted(world, programme)
    enrolment = programme.enrolments.get(organisation=world.sister)
    assert "sis" in readers(world, post)

    leave(enrolment, on=programme.starts_on, reason="撤并", by=world.ana, now=LATER)

    assert "sis" not in readers(world, post)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"reach": "world"}, "reach"),
        ({"title": "  "}, "title"),
        ({"title": "题" * 121}, "title"),
        ({"text": "\n"}, "text"),
        ({"text": "文" * 10_001}, "text"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(world, programme, given, field):
    with pytest.raises(BadInput) as refused:
        posted(world, programme, **given)
    assert list(refused.value.fields) == [field]


def test_a_post_belongs_to_a_topic_of_its_own_unit_only(world, programme):
    topic = chosen(world, programme, "殡葬一件事")
    post = posted(world, programme, project=topic)
    assert (post.project, post.project_title) == (topic, "殡葬一件事")

    with pytest.raises(BadInput) as refused:
        posted(world, programme, by=world.sis, at=world.sister, project=topic)
    assert list(refused.value.fields) == ["project"]


def test_somebody_let_in_to_a_topic_answers_its_posts_and_writes_none(world, programme):
    topic = chosen(world, programme, "殡葬一件事")
    guide = create_user(login="guide", person=None, by=world.system, now=LATER)[0]
    on_topic = posted(world, programme, project=topic, reach="own")
    elsewhere = posted(world, programme)
    found = Exchange.objects.visible_to(guide)
    assert list(found) == []

    grant(topic, to=guide, reason="担任促进师", by=world.dora, now=LATER)
    answer = reply(on_topic, text="建议先访谈。", by=guide, now=LATER)

    assert list(Exchange.objects.visible_to(guide)) == [on_topic]
    assert answer.unit_name == ""
    with pytest.raises(NotAllowed):
        reply(elsewhere, text="再说一句", by=guide, now=LATER)
    with pytest.raises(NotAllowed):
        posted(world, programme, by=guide)


def test_its_author_changes_a_post_until_somebody_has_answered(world, programme):
    post = posted(world, programme, reach="own")
    with pytest.raises(NotAllowed):
        change_exchange(post, said=said(), by=world.dora, now=LATER)

    changed = change_exchange(post, said=said(text="新的做法"), by=world.ben, now=LATER, seen=1)

    assert (changed.text, changed.reach, changed.changed_at, changed.version) == (
        "新的做法", "programme", LATER, 2,
    )  # fmt: skip
    with pytest.raises(Stale):
        change_exchange(post, said=said(), by=world.ben, now=LATER, seen=1)
    withdraw_reply(
        reply(post, text="好", by=world.sis, now=LATER), reason="误", by=world.sis, now=LATER
    )
    with pytest.raises(RuleBroken) as refused:
        change_exchange(post, said=said(), by=world.ben, now=LATER)
    assert refused.value.code == "answered"


@pytest.mark.parametrize("name", ["ben", "dora"])
def test_the_author_or_the_director_withdraws_with_a_reason(world, programme, name):
    post, by = posted(world, programme), getattr(world, name)
    with pytest.raises(BadInput):
        withdraw_exchange(post, reason=" ", by=by, now=LATER)

    gone = withdraw_exchange(post, reason="内容有误", by=by, now=LATER)

    assert (gone.withdrawn_by, gone.withdrawal_reason) == (by, "内容有误")
    assert Exchange.objects.get().text == "先公示，再开题。"
    assert not Exchange.objects.standing().exists()
    for act in (
        lambda: withdraw_exchange(post, reason="再撤", by=by, now=LATER),
        lambda: reply(post, text="晚了", by=world.sis, now=LATER),
        lambda: change_exchange(post, said=said(), by=world.ben, now=LATER),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "withdrawn"


@pytest.mark.parametrize("name", ["ana", "liu", "lena", "sis", "kid", "auditor"])
def test_nobody_else_withdraws_a_post_or_a_reply(world, programme, name):
    post, by = posted(world, programme), getattr(world, name)
    answer = reply(post, text="好", by=world.dora, now=LATER)

    for act in (
        lambda: withdraw_exchange(post, reason="不妥", by=by, now=LATER),
        lambda: withdraw_reply(answer, reason="不妥", by=by, now=LATER),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_director_withdraws_a_reply_in_the_space_once(world, programme):
    answer = reply(posted(world, programme), text="离题", by=world.sis, now=LATER)

    gone = withdraw_reply(answer, reason="离题", by=world.dora, now=LATER)

    assert (gone.withdrawn_by, gone.text) == (world.dora, "离题")
    with pytest.raises(RuleBroken):
        withdraw_reply(answer, reason="离题", by=world.dora, now=LATER)


@pytest.mark.parametrize("text", ["", " \n", "长" * 2_001])
def test_an_empty_or_endless_reply_is_refused(world, programme, text):
    with pytest.raises(BadInput) as refused:
        reply(posted(world, programme), text=text, by=world.sis, now=LATER)
    assert list(refused.value.fields) == ["text"]


def test_a_closed_programme_is_read_and_written_no_more(world, programme):
    post = posted(world, programme)
    close_programme(programme, by=world.ana, now=LATER)
    post.refresh_from_db()

    for act in (
        lambda: post_exchange(post.programme, world.bureau, said=said(), by=world.ben, now=LATER),
        lambda: reply(post, text="好", by=world.sis, now=LATER),
        lambda: change_exchange(post, said=said(), by=world.ben, now=LATER),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "not_running"
    assert "sis" in readers(world, post)
