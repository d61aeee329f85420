"""Told once and for good: who may publish what, what readers then have, and what cannot be undone."""

import hashlib
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.documents import official
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.notices import subject_and_text
from programmes.models import Programme
from reporting.actions.publishing import digest_of, publish_issue, withdraw_issue
from reporting.actions.series import change_series
from reporting.models import InformationItem, Issue, Paragraph, Publication
from reporting.papers import content_of, files_of_paper, paper_of
from reporting.states import IssueState, ItemState
from tests.reporting.issues import TEXT, TOLD, series_of, signed_issue
from tests.reporting.items import in_state
from tests.running import beijing
from tests.world import World

LATER = beijing(9, 25)


def published(world: World, series: Any = None, **facts: Any) -> tuple[Issue, Publication]:
    issue = signed_issue(world, series or series_of(world), **facts)
    return issue, publish_issue(issue, by=world.ana, now=TOLD)


def test_what_readers_get_is_the_whole_issue_with_its_sources(
    world: World, programme: Programme
) -> None:
    item = in_state(ItemState.ADOPTED, world, programme)
    issue, told = published(world, item=item)

    issue.refresh_from_db()
    assert (issue.state, issue.published_at, told.kind) == (IssueState.PUBLISHED, TOLD, "published")
    assert (told.root, told.sequence, told.label) == (told.pk, 1, "1")
    [article] = told.content["articles"]
    assert [row["text"] for row in article["paragraphs"]] == list(TEXT)
    assert article["paragraphs"][0]["unit"] == {"id": str(world.bureau.pk), "name": "民政局"}
    assert article["paragraphs"][0]["item"] == {"id": str(item.pk), "title": item.title}
    assert told.content["masthead"]["issue"] == "第1期（总第1期）"
    assert told.digest == digest_of(Publication.objects.get(pk=told.pk))
    assert AuditEvent.objects.get(action="issue.published").detail["digest"] == told.digest


def test_the_senders_are_told(world: World, programme: Programme) -> None:
    published(world, item=in_state(ItemState.ADOPTED, world, programme))

    notices = Notice.objects.filter(kind="reporting.item_printed")
    assert {each.recipient for each in notices} == {world.ben, world.dora, world.liu}
    assert all("民政局召开专题研讨会" in subject_and_text(each)[0] for each in notices)
    assert all("edited the text" in subject_and_text(each)[1] for each in notices)


def test_pdf_and_word_stand_beside_the_text_and_are_the_same_each_time(world: World) -> None:
    _issue, told = published(world, headline="养老服务见实效")

    files = {each.media_type: each for each in told.files.all()}
    assert bytes(files.pop("image/png;page=1").content).startswith(b"\x89PNG")
    assert {each.name for each in files.values()} == {
        "行动学习简报第1期（总第1期）_养老服务见实效.pdf",
        "行动学习简报第1期（总第1期）_养老服务见实效.docx",
    }
    kept = Publication.objects.get(pk=told.pk).content
    for media_type, _name, content in files_of_paper(kept):
        assert bytes(files[media_type].content) == content
        assert hashlib.sha256(content).hexdigest() == files[media_type].sha256


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.CHECKED])
def test_an_unsigned_issue_is_refused_in_plain_words(world: World, state: str) -> None:
    issue = signed_issue(world, series_of(world), state=state)

    with pytest.raises(RuleBroken, match="not signed yet") as refused:
        publish_issue(issue, by=world.ana, now=TOLD)
    assert refused.value.code == "not_signed"
    assert Publication.objects.count() == 0


def test_who_may_not_compile_may_not_publish(world: World) -> None:
    issue = signed_issue(world, series_of(world))

    with pytest.raises(NotAllowed):
        publish_issue(issue, by=world.ben, now=TOLD)


def test_an_item_that_is_no_longer_adopted_stops_the_issue(
    world: World, programme: Programme
) -> None:
    item = in_state(ItemState.ADOPTED, world, programme)
    issue = signed_issue(world, series_of(world), item=item)
    InformationItem.objects.filter(pk=item.pk).update(state=ItemState.SUBMITTED)

    with pytest.raises(RuleBroken, match="take it out of the issue first") as refused:
        publish_issue(issue, by=world.ana, now=TOLD)
    assert refused.value.code == "not_adopted"


def test_what_was_signed_is_printed_whatever_the_series_is_called_since(world: World) -> None:
    series = series_of(world, body_name="藤县行动学习领导小组", note="内部资料，注意保存")
    issue = signed_issue(world, series)
    changed = {"title": "别的名字", "compiler": "另一单位", "body_name": "", "note": ""}
    change_series(series, by=world.ana, now=TOLD, **changed)
    told = publish_issue(Issue.objects.get(pk=issue.pk), by=world.ana, now=TOLD)

    head = told.content["masthead"]
    assert (head["name"], head["unit"]) == ("行动学习简报", "藤县行动学习领导小组办公室")
    assert (head["body"], head["note"]) == ("藤县行动学习领导小组", "内部资料，注意保存")
    assert (told.series_title, told.compiler) == (head["name"], head["unit"])
    assert all(each.name.startswith(("行动学习简报", "1.png")) for each in told.files.all())


def test_a_correction_bears_the_head_of_the_issue_it_corrects(world: World) -> None:
    series = series_of(world)
    issue, _first = published(world, series)
    change_series(series, title="别的名字", compiler="另一单位", by=world.ana, now=LATER)
    mended = signed_issue(world, series, corrects=issue, correction=1, correction_note="改。")
    told = publish_issue(mended, by=world.ana, now=LATER)

    assert told.content["masthead"]["name"] == told.series_title == "行动学习简报"
    assert told.compiler == "藤县行动学习领导小组办公室"
    assert told.content["masthead"]["issue"] == "第1期（总第1期）更正1"


def test_a_text_that_is_not_the_signed_one_is_not_told(world: World) -> None:
    issue = signed_issue(world, series_of(world))
    Paragraph.objects.filter(article__issue=issue, position=2).update(text="谁也没有签发过。")

    with pytest.raises(RuleBroken, match="not the text that was signed") as refused:
        publish_issue(issue, by=world.ana, now=TOLD)
    assert refused.value.code == "text_changed"
    assert Publication.objects.count() == 0


def test_each_article_names_its_units_once_at_its_end(world: World, programme: Programme) -> None:
    item = in_state(ItemState.ADOPTED, world, programme)
    issue = signed_issue(world, series_of(world), item=item, text=("一。", "编者补一句。", "二。"))
    Paragraph.objects.filter(article__issue=issue, position=2).update(
        item=None, unit=None, unit_name=""
    )
    paper = paper_of(content_of(issue))

    sources = [each for each in paper.blocks if isinstance(each, official.Source)]
    assert sources == [official.Source("（民政局供稿）")]
    assert paper.blocks[-1] == sources[0]


def test_a_supplements_tombstone_bears_the_name_that_was_printed(world: World) -> None:
    extra = series_of(world, "zengkan", supplement_to=series_of(world))
    issue, _told = published(world, extra)
    change_series(extra, title="别的名字", by=world.ana, now=LATER)
    stone = withdraw_issue(issue, reason="数字有误", by=world.ana, now=LATER)

    assert stone.title == "行动学习简报增刊第1期"
    assert stone.series_title == "行动学习简报"


def test_a_correction_takes_the_place_of_its_issue(world: World) -> None:
    series = series_of(world)
    issue, first = published(world, series)
    mended = signed_issue(
        world, series, corrects=issue, correction=1, correction_note="“三条”应为“四条”。"
    )
    told = publish_issue(mended, by=world.ana, now=LATER)

    assert (told.kind, told.root, told.label) == ("corrected", first.root, "1-corr-1")
    assert list(Publication.objects.current()) == [told]
    notices = Notice.objects.filter(kind="reporting.issue_corrected")
    people = {each.pk for each in (world.ben, world.dora, world.liu, world.sis, world.kid)}
    assert set(notices.values_list("recipient", flat=True)) == people
    assert "应为" in subject_and_text(notices.first())[1]


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        ("recipients", {"ana", "ben", "dora", "liu", "kid"}),
        ("tenant", {"ana", "ben", "dora", "liu", "kid", "sis"}),
    ],
)
def test_whoever_may_read_it_hears_of_its_withdrawal(
    world: World, audience: str, told: set[str]
) -> None:
    """A unit's own series: the office above, the liaison and those for whom it is open, too."""
    series = series_of(world, organisation=world.bureau, audience=audience)
    issue = signed_issue(world, series)
    publish_issue(issue, by=world.system, now=TOLD)
    withdraw_issue(issue, reason="数字有误", by=world.system, now=LATER)

    heard = Notice.objects.filter(kind="reporting.issue_withdrawn")
    assert set(heard.values_list("recipient__login", flat=True)) == {
        getattr(world, name).login for name in told
    }


def test_corrections_come_in_their_order_and_only_of_what_was_published(world: World) -> None:
    series = series_of(world)
    unpublished = signed_issue(world, series, number=2)
    issue, _first = published(world, series)
    second = signed_issue(world, series, corrects=issue, correction=2)
    late = signed_issue(world, series, corrects=issue, correction=1)
    early = signed_issue(world, series, number=2, corrects=unpublished, correction=1)

    publish_issue(second, by=world.ana, now=LATER)
    for one, code in ((late, "corrected_since"), (early, "nothing_to_correct")):
        with pytest.raises(RuleBroken) as refused:
            publish_issue(one, by=world.ana, now=LATER)
        assert refused.value.code == code


def test_a_withdrawal_leaves_the_reason_and_nothing_else(world: World) -> None:
    series = series_of(world)
    issue, first = published(world, series, headline="养老服务见实效")
    mended = signed_issue(world, series, corrects=issue, correction=1)
    publish_issue(mended, by=world.ana, now=LATER)
    stone = withdraw_issue(issue, reason=" 数字 有误 ", by=world.ana, now=LATER)

    assert (stone.kind, stone.root, stone.content) == (
        "withdrawn",
        first.root,
        {"reason": "数字 有误"},
    )
    assert "养老" not in stone.title
    assert set(Issue.objects.values_list("state", flat=True)) == {IssueState.WITHDRAWN}
    told = Notice.objects.filter(kind="reporting.issue_withdrawn", recipient=world.dora)
    assert "数字 有误" in subject_and_text(told.get())[1]
    with pytest.raises(RuleBroken):
        withdraw_issue(mended, reason="再撤", by=world.ana, now=LATER)


def test_whoever_touches_several_versions_locks_the_issue_itself_first(world: World) -> None:
    series = series_of(world)
    issue, _first = published(world, series)
    mended = signed_issue(world, series, corrects=issue, correction=1, correction_note="改。")
    for act in (
        lambda: publish_issue(mended, by=world.ana, now=LATER),
        lambda: withdraw_issue(mended, reason="数字有误", by=world.ana, now=LATER),
    ):
        with CaptureQueriesContext(connection) as asked:
            act()
        locks = [
            each["sql"]
            for each in asked
            if 'FROM "reporting_issue"' in each["sql"] and "FOR UPDATE" in each["sql"]
        ]
        assert str(issue.pk) in locks[0].rpartition("WHERE")[2]
        assert "corrects_id" not in locks[0].rpartition("WHERE")[2]


def test_a_withdrawal_needs_its_reason_and_stops_later_corrections(world: World) -> None:
    series = series_of(world)
    issue, _first = published(world, series)
    mended = signed_issue(world, series, corrects=issue, correction=1)

    with pytest.raises(BadInput):
        withdraw_issue(issue, reason=" ", by=world.ana, now=LATER)
    withdraw_issue(issue, reason="数字有误", by=world.ana, now=LATER)
    with pytest.raises(RuleBroken) as refused:
        publish_issue(mended, by=world.ana, now=LATER)
    assert refused.value.code == "withdrawn"


@pytest.mark.parametrize("table", ["reporting_publication", "reporting_publicationfile"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_the_database_keeps_what_was_told(world: World, table: str, verb: str) -> None:
    published(world)

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))
    assert Publication.objects.count() == 1
