"""The text of a paper out of a file: seen before it is taken, nothing lost, and put back by one press."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from programmes.actions.dossiers import open_dossier
from programmes.forms.dossier_imports import MOST_LOOSE
from programmes.models import Dossier, Programme
from programmes.papers import MOST_LINES
from tests.foundation.documents.word_files import hostile, of_lines
from tests.programmes.paper_screens import again, at, count_queries, text_of
from tests.programmes.papers_on_their_way import draft, sent
from tests.programmes.topics import JUNE, chosen, in_state
from tests.world import World

PLAN = of_lines(
    "孤儿救助实施方案",
    "一、召集人",
    "韦局长",
    "二、总体目标",
    "建成台账。",
    "三、经费",
    "两万元",
    "四、时间安排",
    "8月3日—8月10日 集中研讨",
    "10月8日 待定",
)


def file(content: bytes = PLAN, name: str = "方案.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Any, world: World, paper: Dossier, **given: Any) -> Any:
    return client.post(at("dossier_import", world, paper.pk), {"file": file(**given)})


def shown(answer: Any) -> dict[str, Any]:
    """What the preview would send if its reader pressed the button at once."""
    form = answer.context["form"]
    return {name: form[name].value() for name in form.fields}


def take(client: Any, world: World, paper: Dossier, typed: dict[str, Any]) -> Any:
    return client.post(at("dossier_taking", world, paper.pk), typed)


def test_the_preview_shows_old_beside_new_and_changes_nothing(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme)

    answer = send(sign_in(world.ben), world, paper)

    typed = shown(answer)
    assert answer.status_code == 200
    assert again(paper).content == paper.content
    assert (typed["section_convener"], typed["section_goal"]) == ("韦局长", "建成台账。")
    assert [typed["loose_0"], typed["loose_1"]] == ["孤儿救助实施方案", "三、经费\n两万元"]
    assert (typed["line_0_track"], typed["line_1_track"]) == ("seminars", "")
    page = text_of(answer)
    assert page.count("如上。") == 2
    assert "The file says nothing of:" in page


def test_what_was_shown_is_taken_over_and_the_rest_is_shown_once_more(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = shown(send(client, world, paper))

    answer = take(client, world, paper, {**typed, "how_goal": "add", "place_1": "milestones"})

    told = again(paper).content
    assert answer.status_code == 200
    assert told["sections"]["convener"] == "韦局长"
    assert told["sections"]["goal"] == "如上。\n建成台账。"
    assert told["sections"]["milestones"] == "如上。\n三、经费\n两万元"
    assert told["sections"]["lead_unit"] == "如上。"
    assert [(line["track"], line["from"]) for line in told["tracks"]] == [("seminars", "2026-08-03")]  # fmt: skip
    assert answer.context["left_over"] == ["孤儿救助实施方案", "2026-10-08 – 2026-10-08 待定"]


def test_a_file_at_the_limits_is_taken_over(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = {"version": str(paper.version), "how_tracks": "replace"}
    for number in range(MOST_LINES):
        line = {"track": "seminars", "from": "2026-08-03", "to": "2026-08-10", "text": f"{number}"}
        typed |= {f"line_{number}_{part}": text for part, text in line.items()}
    for number in range(MOST_LOOSE):
        typed |= {f"loose_{number}": f"第{number}段", f"place_{number}": "goal"}
    for key in paper.content["sections"]:
        typed |= {f"how_{key}": "add", f"section_{key}": "新"}

    answer = take(client, world, paper, typed)

    told = again(paper).content
    assert answer.status_code == 200
    assert len(told["tracks"]) == MOST_LINES
    assert f"第{MOST_LOOSE - 1}段" in told["sections"]["goal"]


def test_one_press_puts_the_earlier_text_back(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    taken = take(client, world, paper, shown(send(client, world, paper)))
    undo = taken.context["undo"]

    answer = client.post(
        at("dossier_undo", world, paper.pk),
        {name: undo[name].value() for name in ("content", "version")},
    )

    assert answer.status_code == 302
    assert again(paper).content == paper.content
    assert again(paper).version == paper.version + 2


def test_lines_are_added_to_those_that_stand(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = shown(send(client, world, paper))

    take(client, world, paper, {**typed, "how_tracks": "add", "line_1_track": "training"})

    assert len(again(paper).content["tracks"]) == 4 + 2


def test_whoever_keeps_the_old_text_keeps_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = {**shown(send(client, world, paper)), "how_tracks": "keep"}
    kept = {name: "keep" if name.startswith("how_") else value for name, value in typed.items()}

    answer = take(client, world, paper, kept)

    assert again(paper).content == paper.content
    assert "2026-08-03 – 2026-08-10 集中研讨" in answer.context["left_over"]


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = shown(send(client, world, paper))
    Dossier.objects.filter(pk=paper.pk).update(version=paper.version + 1)

    answer = take(client, world, paper, typed)

    assert answer.status_code == 412
    assert again(paper).content == paper.content
    assert "建成台账。" in text_of(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_0_from": "2026-08-20"},
        {"line_0_text": ""},
        {"section_goal": "长" * 20_001},
        {"how_goal": "add", "section_goal": "长" * 20_000},
        {"line_0_track": "sleeping"},
        {"place_0": "nowhere"},
    ],
)
def test_bad_input_comes_back_with_everything_typed(
    world: World, programme: Programme, sign_in: Any, wrong: dict[str, str]
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    typed = shown(send(client, world, paper))

    answer = take(client, world, paper, {**typed, **wrong})

    assert answer.status_code == 422
    assert again(paper).content == paper.content
    assert "韦局长" in text_of(answer)


@pytest.mark.parametrize("content", ["[]", '{"sections": []}', '{"tracks": {}}', '{"tracks": [1]}', "x"])  # fmt: skip
def test_an_undo_of_something_else_is_refused(
    world: World, programme: Programme, sign_in: Any, content: str
) -> None:
    paper = draft(world, programme)

    answer = sign_in(world.ben).post(
        at("dossier_undo", world, paper.pk), {"content": content, "version": paper.version}
    )

    assert answer.status_code == 422
    assert again(paper).content == paper.content


@pytest.mark.parametrize("case", ["macros", "bomb", "ten thousand paragraphs", "pdf", "old"])
def test_a_hostile_file_is_refused_on_the_page(
    world: World, programme: Programme, sign_in: Any, case: str
) -> None:
    name, content, _code = hostile()[case]
    paper = draft(world, programme)

    answer = send(sign_in(world.ben), world, paper, content=content, name=name)

    assert answer.status_code == 422
    assert "field-error" in text_of(answer)


def test_only_its_writer_and_only_while_he_holds_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme)
    client = sign_in(world.ben)

    assert client.get(at("dossier_import", world, paper.pk)).status_code == 302
    assert send(client, world, paper).status_code == 409
    for name in ("dossier_import", "dossier_taking", "dossier_undo"):
        assert sign_in(world.ana).post(at(name, world, paper.pk)).status_code == 404
        assert sign_in(world.ben).get(at(name, world, paper.pk)).status_code == 302


def test_the_page_asks_the_same_few_questions(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme)

    assert count_queries(sign_in(world.ben), at("dossier_import", world, paper.pk)) <= 6


def test_a_client_gets_the_proposal_and_patches_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme), sign_in(world.ben)
    place = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/"

    told = client.post(f"{place}import/", {"file": file()}).json()
    assert again(paper).content == paper.content
    answer = client.patch(place, {"content": told["content"]}, content_type="application/json")

    assert answer.status_code == 200
    assert told["content"]["sections"]["lead_unit"] == "如上。"
    assert told["unplaced"] == [
        {"heading": "", "text": "孤儿救助实施方案"},
        {"heading": "三、经费", "text": "两万元"},
    ]
    assert told["undecided"] == [
        {"track": "", "from": "2026-10-08", "to": "2026-10-08", "text": "待定"}
    ]
    assert again(paper).content["sections"]["goal"] == "建成台账。"


@pytest.mark.parametrize(
    ("who", "status"), [("ben", 422), ("lena", 403), ("ana", 404), ("sis", 404)]
)
def test_a_client_without_a_file_or_a_right_is_refused(
    world: World, programme: Programme, sign_in: Any, who: str, status: int
) -> None:
    paper = draft(world, programme)
    place = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/import/"
    given = {} if who == "ben" else {"file": BytesIO(PLAN)}

    assert sign_in(getattr(world, who)).post(place, given).status_code == status


def test_what_is_drawn_from_the_topic_is_not_taken_from_a_file(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """The team comes from the topic; what the file says of it finds no place and nothing is lost."""
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="team_list",
        project=chosen(world, programme), by=world.ben, now=JUNE,
    )  # fmt: skip
    client = sign_in(world.ben)
    words = of_lines("一、人员名单", "张三、李四", "二、说明", "按推动小组意见提出。")

    answer = send(client, world, paper, content=words)

    typed = shown(answer)
    assert "section_team" not in typed
    assert (typed["section_note"], typed["loose_0"]) == (
        "按推动小组意见提出。",
        "Members\n张三、李四",
    )
    assert "team" not in dict(answer.context["form"].fields["place_0"].choices)
    assert take(client, world, paper, {**typed, "section_team": "王五"}).status_code == 200
    told = again(paper).content["sections"]
    assert (told["note"], "组员1" in told["team"]) == ("按推动小组意见提出。", True)


def test_a_topic_s_own_paper_is_not_written_from_a_file(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = in_state(world, programme, "returned")
    paper, client = Dossier.objects.get(project=topic, kind="topic"), sign_in(world.ben)
    where = at("dossier_detail", world, paper.pk)

    assert client.get(at("dossier_import", world, paper.pk))["Location"] == where
    refused = send(client, world, paper)

    assert refused.status_code == 409
    assert "change it there" in text_of(refused)
