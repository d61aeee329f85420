"""A post's voice lent for some days: who may, what is refused, and where the paper waits then."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice, User
from groups.actions.bodies import end_tenure
from groups.actions.delegations import delegate, end_delegation
from groups.actions.tenures import correct_tenure
from groups.models import Delegation, Tenure
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Turn, Voice
from programmes.procedures import Outcome, Together
from programmes.queries import local_day
from programmes.queries.dossiers import waiting_turns
from tests.programmes.paper_screens import at
from tests.programmes.papers_on_their_way import june, promoter, second_post, sent, turn_of
from tests.world import World

DAY = local_day(june(11))


def tenure_of(user: User) -> Tenure:
    return Tenure.objects.get(user=user, post__title=user.login)


def lent(holder: User, to: User, *, by: User | None = None, **given: Any) -> Delegation:
    facts = {"starts_on": DAY, "ends_on": DAY + timedelta(days=5), "now": june(11), **given}
    return delegate(tenure_of(holder), to=to, by=by or holder, **facts)


def waits(user: User, turn: Turn, day: date = DAY) -> bool:
    return turn in list(waiting_turns(user, day))


def speak(turn: Turn, by: User, outcome: str = Outcome.APPROVED) -> Turn:
    return take_turn(turn, outcome=outcome, text=1, by=by, now=june(11))


@pytest.fixture
def team(world: World) -> tuple[User, User, User]:
    first, second, third = (promoter(world, f"pro{rank}", rank) for rank in (1, 2, 3))
    return first, second, third


def test_a_paper_waits_for_the_delegate_until_the_voice_is_taken_back(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, _third = team
    turn = turn_of(sent(world, programme))
    assert (waits(first, turn), waits(second, turn)) == (True, False)
    made = lent(first, second)
    assert (waits(first, turn), waits(second, turn)) == (False, True)
    assert not waits(second, turn, DAY + timedelta(days=6))
    end_delegation(made, by=first, now=june(11))
    assert (waits(first, turn), waits(second, turn)) == (True, False)
    told = Notice.objects.filter(recipient=second).values_list("kind", flat=True)
    assert {"groups.voice_returned"} <= set(told)
    names = AuditEvent.objects.filter(target=made.tenure.post_id).values_list("action", flat=True)
    assert {"voice.lent", "voice.returned"} <= set(names)


def test_a_delegate_speaks_with_the_rank_and_in_the_name_of_the_post(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, _third = team
    turn = turn_of(sent(world, programme))
    lent(first, second)
    assert speak(turn, second).acted_at is not None
    voice = Voice.objects.get(turn=turn)
    assert (voice.by, voice.for_name, voice.post_title) == (second, "pro1", "pro1")


@pytest.mark.parametrize(("together", "spoke_for"), [(Together.ANY, ""), (Together.HEAD, "pro1")])
def test_who_may_speak_in_his_own_right_does_so_for_nobody_else(
    world: World, programme: Programme, team: Any, sign_in: Any, together: str, spoke_for: str
) -> None:
    """Where the step is for the head, only the voice that was lent may speak."""
    first, second, _third = team
    User.objects.filter(pk=second.pk).update(must_change_password=False, language="en")
    paper = sent(world, programme)
    turn = turn_of(paper)
    Turn.objects.filter(pk=turn.pk).update(together=together)
    today = localdate(database_now())
    lent(first, second, ends_on=today + timedelta(days=1))
    client = sign_in(User.objects.get(pk=second.pk))
    page = client.get(at("dossier_detail", world, paper.pk)).text
    assert ("who has lent you this voice" in page) is bool(spoke_for)
    speak(turn, second)
    assert Voice.objects.get(turn=turn).for_name == spoke_for


def test_one_post_speaks_once_holder_or_delegate(
    world: World, programme: Programme, team: Any
) -> None:
    """Everybody of three must speak; the delegate speaks for himself and for the post lent to him."""
    first, second, third = team
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=Together.ALL)
    lent(first, second)
    speak(turn, first)
    speak(turn, second)
    with pytest.raises(RuleBroken) as refused:
        speak(turn, second)
    assert refused.value.code == "spoken"
    assert refused.value.cited[0].rule.startswith("P")
    assert speak(turn, third).acted_at is not None
    assert sorted(turn.voices.values_list("post_title", "for_name")) == [
        ("pro1", ""),
        ("pro2", ""),
        ("pro3", ""),
    ]


def test_whoever_comes_second_for_a_post_is_told_who_was_first(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, _third = team
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=Together.IN_ORDER)
    lent(first, second)
    speak(turn, second)
    with pytest.raises(RuleBroken) as refused:
        speak(turn, first)
    assert refused.value.code == "spoken"
    assert "pro2" in str(refused.value)


def test_who_holds_two_posts_speaks_once_for_each(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, third = team
    second_post(world, first, world.county, "promotion_team", rank=3)
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=Together.IN_ORDER)
    speak(turn, first)
    with pytest.raises(RuleBroken):
        speak(turn, first)  # the second post comes after pro2
    speak(turn, second)
    assert waits(first, turn)
    assert speak(turn, first).acted_at is None
    assert speak(turn, third).acted_at is not None
    assert turn.voices.filter(by=first).count() == 2


def test_seats_of_one_post_have_a_voice_each(world: World, programme: Programme, team: Any) -> None:
    """Three members hold the same post: the law 'all' hears all three."""
    first, second, third = team
    post = tenure_of(second).post
    post.seats = 2
    post.save(update_fields=["seats"])
    Tenure.objects.filter(user=third).update(post=post)
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=Together.ALL)
    assert [speak(turn, user).acted_at is None for user in (first, second, third)] == [
        True,
        True,
        False,
    ]


def test_an_acting_holder_speaks_for_the_post(
    world: World, programme: Programme, team: Any
) -> None:
    first = team[0]
    correct_tenure(tenure_of(first), acting=True, by=world.ana, now=june(10))
    turn = turn_of(sent(world, programme))
    assert speak(turn, first).acted_at is not None
    assert Voice.objects.get(turn=turn).post_title == "代pro1"


def test_what_cannot_be_lent_is_said_with_the_remedy(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, third = team
    with pytest.raises(RuleBroken) as himself:
        lent(first, first)
    with pytest.raises(RuleBroken) as outside:
        lent(first, world.ben)
    assert "pro2、pro3" in str(outside.value)
    lent(first, second)
    with pytest.raises(RuleBroken) as overlap:
        lent(first, third, starts_on=DAY + timedelta(days=5), ends_on=DAY + timedelta(days=9))
    with pytest.raises(RuleBroken) as circle:
        lent(second, first, ends_on=DAY)
    codes = [each.value.code for each in (himself, outside, overlap, circle)]
    assert codes == ["to_himself", "outside", "overlaps", "circle"]
    assert Delegation.objects.count() == 1


def test_a_longer_circle_is_found_only_where_all_its_days_meet(world: World, team: Any) -> None:
    first, second, third = team
    day = timedelta(days=1)
    lent(first, second, ends_on=DAY + 4 * day)
    lent(second, third, starts_on=DAY + 3 * day, ends_on=DAY + 8 * day)
    with pytest.raises(RuleBroken) as refused:
        lent(third, first, starts_on=DAY + 4 * day, ends_on=DAY + 9 * day)
    assert refused.value.code == "circle"
    assert "pro3 → pro1 → pro2 → pro3" in str(refused.value)
    assert lent(third, first, starts_on=DAY + 5 * day, ends_on=DAY + 9 * day)


def test_two_people_of_one_name_hide_no_circle(world: World, team: Any) -> None:
    first, second, third = team
    Tenure.objects.filter(user=third).update(person_name="pro2")
    lent(first, second)
    lent(second, third)
    with pytest.raises(RuleBroken) as refused:
        lent(third, first)
    assert refused.value.code == "circle"


def test_for_an_absent_holder_the_head_or_the_office_lends_it_with_the_reason(
    world: World, team: Any
) -> None:
    first, second, third = team
    with pytest.raises(BadInput):
        lent(second, third, by=first)
    with pytest.raises(NotAllowed):
        lent(first, second, by=third, reason="出差")
    with pytest.raises(RuleBroken) as oneself:
        lent(second, first, by=first, reason="出差")
    assert oneself.value.code == "to_oneself"
    made = lent(second, third, by=first, reason="出差")
    assert end_delegation(made, by=world.ana, now=june(11)).ended_by == world.ana
    assert lent(second, third, by=world.ana, reason="住院").reason == "住院"


def test_days_that_make_no_sense_are_refused(world: World, team: Any) -> None:
    first, second, third = team
    for days in (
        {"starts_on": DAY - timedelta(days=1)},
        {"ends_on": DAY - timedelta(days=1)},
        {"ends_on": DAY + timedelta(days=366)},
        {"ends_on": date.max},
    ):
        with pytest.raises(BadInput):
            lent(first, second, **days)
    assert lent(first, third, ends_on=DAY + timedelta(days=365)).name == "pro3"
    end_tenure(tenure_of(first), on=DAY, by=world.ana, now=june(11))
    with pytest.raises(RuleBroken) as gone:
        lent(first, second, starts_on=DAY + timedelta(days=1))
    assert gone.value.code == "ended"


def test_a_delegate_who_left_the_body_speaks_for_nobody(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, _third = team
    turn = turn_of(sent(world, programme))
    lent(first, second)
    end_tenure(tenure_of(second), on=DAY, by=world.ana, now=june(11))
    later = DAY + timedelta(days=1)
    assert (waits(first, turn, later), waits(second, turn, later)) == (True, False)


def test_nobody_speaks_for_an_author_and_no_author_for_another(
    world: World, programme: Programme, team: Any
) -> None:
    first, second, third = team
    paper = sent(world, programme)
    turn = turn_of(paper)
    Dossier.objects.filter(pk=paper.pk).update(authors=[*paper.authors, str(first.pk)])
    lent(first, third)
    with pytest.raises(NotAllowed) as for_author:
        speak(turn, third)
    assert for_author.value.code in ("own_paper", "not_the_head")
    lent(second, first)
    with pytest.raises(NotAllowed) as by_author:
        speak(turn, first)
    assert by_author.value.code == "own_paper"
    assert waits(second, turn)
    assert speak(turn, second).acted_at is not None
