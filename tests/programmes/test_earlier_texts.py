"""A revision is read against the text that was in effect before it, by whoever may read both."""

from typing import Any

import pytest

from actionlearning.foundation.models import User
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.procedures import Outcome
from tests.programmes.paper_screens import again, at, count_queries, leader, text_of
from tests.programmes.papers_on_their_way import act, june, seat, sent, written
from tests.programmes.test_paper_readers import review
from tests.world import World


def revision(world: World, old: Dossier, mark: str, day: int) -> Dossier:
    """With other words in every part and another title, sent."""
    new = revise_dossier(again(old), reason=mark, by=world.ben, now=june(day))
    new = written(new, world.ben, june(day), mark=mark)
    new = change_dossier(new, title=f"题目{mark}", by=world.ben, now=june(day))
    return send_dossier(new, by=world.ben, now=june(day))


@pytest.fixture
def pro(world: World) -> User:
    return leader(world)


@pytest.fixture
def old(world: World, programme: Programme, pro: User) -> Dossier:
    """In effect, its words `如上。`."""
    return act(sent(world, programme), Outcome.APPROVED, pro, june(11))


def read(client: Any, world: World, paper: Dossier) -> tuple[Any, Any]:
    """What its page and the page of its first text show against the revision before."""
    page = client.get(at("dossier_detail", world, paper.pk))
    text = client.get(at("dossier_version", world, paper.pk, 1))
    return page.context["revised"], text.context["revised"]


def asked(client: Any, world: World, paper: Dossier, rest: str = "1/?against=before") -> Any:
    return client.get(f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/texts/{rest}")


@pytest.mark.rule("P2-66")
def test_the_first_text_of_a_revision_shows_what_it_changes_in_what_is_in_effect(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    new, client = revision(world, old, "新稿", 13), sign_in(pro)

    page = text_of(client.get(at("dossier_detail", world, new.pk)))
    text = text_of(client.get(at("dossier_version", world, new.pk, 1)))
    rest = asked(client, world, new).json()

    for told in (page, text):
        assert "What this revision changes in revision 1" in told
        assert "<del>" in told
        assert "<ins>" in told
        assert f'href="{at("dossier_version", world, old.pk, 1)}"' in told
    assert page.index("What this revision changes") < page.index("You act for")
    assert (rest["against"], rest["against_dossier"]) == (1, str(old.pk))
    parts = {row["part"]: row["runs"] for row in rest["changes"]}
    assert {"Title", "Overall goal"} <= set(parts)
    before, after = (
        "".join(run["text"] for run in parts["Overall goal"] if run["kind"] != gone)
        for gone in ("new", "gone")
    )
    assert (before, after) == ("如上。", "新稿。")


def test_a_paper_without_an_earlier_revision_is_read_by_itself(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    client = sign_in(pro)

    assert read(client, world, old) == (None, None)
    assert "What this revision changes" not in text_of(
        client.get(at("dossier_detail", world, old.pk))
    )
    assert asked(client, world, old).status_code == 404
    assert asked(client, world, old, "1/").json()["against_dossier"] is None


def test_it_is_the_last_text_in_effect_whatever_was_refused_between(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    """Also once it is replaced, and of a text that was mended on its way."""
    refused = revision(world, old, "第二稿", 13)
    refused = act(refused, Outcome.REFUSED, pro, june(14), opinion="不可行")
    third, client = revision(world, refused, "第三稿", 15), sign_in(pro)
    found = [each["dossier"] for each in read(client, world, third)]
    assert found == [str(old.pk)] * 2
    third = act(third, Outcome.RETURNED, pro, june(16), opinion="请补充")
    third = send_dossier(written(third, world.ben, june(17), "补"), by=world.ben, now=june(17))
    told = asked(client, world, third, "2/?against=before").json()
    assert (told["against_dossier"], bool(told["changes"])) == (str(old.pk), True)

    third = act(third, Outcome.APPROVED, pro, june(18))
    fourth = revision(world, third, "第四稿", 19)

    assert [each["in_effect"] for each in read(client, world, third)] == [False, False]
    page, text = read(client, world, fourth)
    assert (page["dossier"], page["number"], page["in_effect"]) == (str(third.pk), 2, True)
    assert text == page


def test_a_unit_s_paper_is_read_against_its_own_series_only(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Two regulations of one unit, neither about a topic."""
    papers = [
        act(sent(world, programme, "system_document"), "confirmed", world.lena, june(day))
        for day in (11, 12)
    ]
    new, client = revision(world, papers[1], "新稿", 13), sign_in(world.lena)

    assert [each["dossier"] for each in read(client, world, new)] == [str(papers[1].pk)] * 2
    assert read(client, world, papers[1]) == (None, None)


def test_its_writer_sees_what_he_has_changed_before_he_sends_it(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    new = revise_dossier(old, reason="反思改进", by=world.ben, now=june(13))
    same = sign_in(world.ben).get(at("dossier_detail", world, new.pk))
    assert same.context["revised"]["changed"] == []
    assert "Nothing was changed." in text_of(same)

    written(new, world.ben, june(13), mark="没有想好")

    told = text_of(sign_in(world.ben).get(at("dossier_detail", world, new.pk)))
    assert "没有想好" in told
    assert "<ins>" in told
    assert sign_in(world.ana).get(at("dossier_detail", world, new.pk)).status_code == 404


def test_whoever_may_not_read_the_earlier_revision_sees_nothing_of_it(
    world: World, programme: Programme, old: Dossier, sign_in: Any
) -> None:
    """Experts before whom the revision lies and the paper in effect never lay."""
    made = seat(world, world.county, "zhuan", "", kind="expert_group")
    User.objects.filter(pk=made.pk).update(must_change_password=False, language="en")
    review(programme)
    new = revision(world, old, "新稿", 13)
    client = sign_in(User.objects.get(pk=made.pk))

    assert client.get(at("dossier_detail", world, old.pk)).status_code == 404
    assert read(client, world, new) == (None, None)
    told = text_of(client.get(at("dossier_version", world, new.pk, 1)))
    assert "新稿。" in told
    assert "如上。" not in told
    assert asked(client, world, new, "1/").status_code == 200
    assert asked(client, world, new).status_code == 404


def test_a_comparison_with_no_text_is_refused(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    told = asked(sign_in(pro), world, old, "1/?against=after")
    assert (told.status_code, told.json()["code"]) == (422, "bad_filter")


def test_the_page_of_a_revision_asks_as_few_questions_as_any(
    world: World, old: Dossier, pro: User, sign_in: Any
) -> None:
    """First sent, and after a way of forty turns."""
    new, client = revision(world, old, "新稿", 13), sign_in(pro)
    page, text = at("dossier_detail", world, new.pk), at("dossier_version", world, new.pk, 1)
    client.get(page)
    few = count_queries(client, page)
    alone = count_queries(client, at("dossier_version", world, old.pk, 1))
    assert count_queries(client, text) == alone
    for number in range(20):
        new = act(new, Outcome.RETURNED, pro, june(14), opinion=f"第{number}次")
        new = written(new, world.ben, june(14), mark=f"第{number}稿")
        new = send_dossier(new, by=world.ben, now=june(14))
    assert new.turns.count() == 41
    assert count_queries(client, page) == few <= 8
