"""The usual methods stand behind those of every plan: offered, logged, recorded, printed and counted."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from actionlearning.foundation.documents.official import Drawing, plain_text
from actionlearning.foundation.errors import BadInput
from programmes.documents.minutes import minutes_of
from programmes.methods import USUAL, catalogue, plan_methods
from programmes.models import Activity, MethodRecord, Programme
from programmes.packs.reading import SHIPPED
from programmes.queries import head_of
from programmes.states import RecordForm
from programmes.views.activity_held import named_methods
from reporting.actions.activity_words import item_body
from tests.programmes.paper_screens import at, text_of
from tests.programmes.recorded import CONTENTS
from tests.programmes.unit_activities import held, planned
from tests.running import run_programme
from tests.world import World

SEVEN = (
    "brainstorming", "nominal_group", "fishbone", "open_space", "six_hats", "world_cafe", "focused_conversation",
)  # fmt: skip
JSON = {"content_type": "application/json"}
NOT_PRINTED = ("hat", "voter")
"""A hat goes by its name; the paper has the ranking, not who chose what."""


def meeting(world: World, programme: Programme) -> Activity:
    return planned(world, programme, kind="meeting", title="六月研讨", contents={})


def logged(world: World, programme: Programme, *methods: str) -> Activity:
    return held(meeting(world, programme), world.ben, guests=("县教育局 林",), methods=methods)


def lines_of(content: Any) -> Iterator[str]:
    """Every line that was written down, however deep."""
    if isinstance(content, str):
        yield from content.splitlines()
    elif isinstance(content, list):
        for each in content:
            yield from lines_of(each)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key not in NOT_PRINTED:
                yield from lines_of(value)


# -- the list ------------------------------------------------------------------------------------------


def test_the_seven_methods_have_names_and_forms_of_their_own_in_every_language() -> None:
    rows = catalogue({})
    assert set(SEVEN) < set(rows) == set(CONTENTS)
    assert len({row["record"] for row in USUAL}) == len(USUAL)
    assert {row["record"] for row in rows.values()} == set(RecordForm)
    told = []
    for language in ("en", "zh-hans", "zh-hant"):
        with override(language):
            told.append(dict(named_methods({})))
    assert [names["nominal_group"] for names in told] == [
        "Nominal group technique",
        "团队列名法",
        "團隊列名法",
    ]


def test_the_plan_s_rows_stand_first_and_keep_their_names() -> None:
    mine = {"key": "world_cafe", "name": "茶座", "name_en": "Tea tables", "record": "comments"}
    rows = catalogue({"methods": [{"key": "walk", "name": "走", "name_en": "Walk"}, mine]})
    assert list(rows)[:3] == ["walk", "world_cafe", "brainstorming"]
    assert len(rows) == len(USUAL) + 2
    assert rows["world_cafe"] == mine


# -- under every plan ----------------------------------------------------------------------------------


@pytest.mark.rule("P2-65")
@pytest.mark.parametrize("method", catalogue({}))
@pytest.mark.parametrize("pack", SHIPPED)
def test_each_method_is_logged_recorded_and_printed(
    world: World, sign_in: Any, pack: str, method: str
) -> None:
    programme = run_programme(world, pack)
    made, client = logged(world, programme, method), sign_in(world.ben)
    name = catalogue(head_of(programme))[method]["name"]
    assert f"使用的方法：{name}。" in plain_text(minutes_of(made))
    assert f"运用了{name}。" in item_body(made, 2_000)

    place = f"/t/{world.tenant.slug}/api/v1/method-records/"
    draft = {"activity": str(made.pk), "method": method, "content": CONTENTS[method]}
    answer = client.post(place, {**draft, "question": "怎么办？"}, **JSON)

    assert answer.status_code == 201
    paper = minutes_of(made)
    text = plain_text(paper)
    assert f"（一）{name}：怎么办？" in text
    kept = MethodRecord.objects.get()
    assert [line for line in lines_of(kept.content) if line not in text] == []
    drawn = [block for block in paper.blocks if isinstance(block, Drawing)]
    assert bool(drawn) == (method == "fishbone")
    ranked = [row["text"] for row in answer.json()["ranking"]]
    assert ranked == (["统一台账", "上门标准"] if method == "nominal_group" else [])


@pytest.mark.parametrize("pack", SHIPPED)
def test_forms_offer_the_plan_s_methods_first_and_then_the_others(
    world: World, sign_in: Any, pack: str
) -> None:
    programme = run_programme(world, pack)
    made, client, mine = (
        meeting(world, programme),
        sign_in(world.ben),
        plan_methods(head_of(programme)),
    )
    for page, name in (("activity_log", "methods"), ("method_record_new", "method")):
        answer = client.get(at(page, world, made.pk))
        choices = answer.context["form"].fields[name].choices
        first = [key for key, label in choices if isinstance(label, str)]
        assert first == list(mine or catalogue({}))
        others = [key for _group, rows in choices[len(first) :] for key, _label in rows]
        assert [*first, *others] == list(catalogue(head_of(programme)))
        assert ("Other methods" in text_of(answer)) == bool(mine)
        for method in SEVEN:
            assert text_of(answer).count(f'value="{method}"') == 1


@pytest.mark.rule("P4-11")
@pytest.mark.parametrize("pack", SHIPPED)
def test_counted_are_the_plan_s_methods_and_of_the_others_those_that_were_used(
    world: World, sign_in: Any, pack: str
) -> None:
    programme = run_programme(world, pack)
    logged(world, programme, "six_hats", "world_cafe")
    client = sign_in(world.ana)
    answer = client.get(f"/t/{world.tenant.slug}/api/v1/programmes/{programme.pk}/method-use/")
    counts = {line["method"]: line["activities"] for line in answer.json()["results"]}
    shown = {*plan_methods(head_of(programme)), "six_hats", "world_cafe", "own"}
    assert list(counts) == [key for key in catalogue(head_of(programme)) if key in shown]
    assert {key for key, count in counts.items() if count} == {"six_hats", "world_cafe"}
    page = text_of(client.get(at("method_use_list", world, programme.pk)))
    assert "World café" in page
    assert ("Focused conversation" in page) == ("focused_conversation" in shown)


# -- the log -------------------------------------------------------------------------------------------


def test_a_log_names_a_usual_method_where_the_plan_names_none(world: World, sign_in: Any) -> None:
    programme = run_programme(world, "plan1")
    made, client = meeting(world, programme), sign_in(world.ben)
    typed = {
        "day": "2026-06-16", "begins": "09:00", "ends": "11:00", "guests": "县教育局 林", "version": made.version,
    }  # fmt: skip
    page = at("activity_log", world, made.pk)
    wrong = client.post(page, {**typed, "methods": ["hypnosis"]})
    assert wrong.status_code == 422
    assert client.post(page, {**typed, "methods": ["brainstorming", "own"]}).status_code == 302

    made.refresh_from_db()
    assert made.methods == ["brainstorming", "own"]
    shown = text_of(client.get(at("activity_detail", world, made.pk)))
    assert "Brainstorming、A method of our own" in shown


def test_a_record_of_a_method_of_their_own_is_ticked_in_the_log(world: World, sign_in: Any) -> None:
    made, client = meeting(world, run_programme(world, "plan5")), sign_in(world.ben)
    client.post(at("method_record_new", world, made.pk), {"method": "own", "question": "换位一天"})
    answer = client.get(at("activity_log", world, made.pk))
    ticked = [
        each for each in answer.context["form"]["methods"].subwidgets if each.data["selected"]
    ]
    assert [str(each.data["value"]) for each in ticked] == ["own"]


def test_log_and_record_refuse_an_unknown_method_with_the_same_words(
    world: World, sign_in: Any
) -> None:
    programme = run_programme(world)
    with pytest.raises(BadInput) as caught:
        logged(world, programme, "hypnosis")
    draft = {"activity": str(Activity.objects.get().pk), "method": "hypnosis"}
    place = f"/t/{world.tenant.slug}/api/v1/method-records/"
    answer = sign_in(world.ben).post(place, draft, **JSON)
    words = "Choose from the plan's methods, the usual ones, or “a method of our own”."
    assert caught.value.fields == {"methods": words}
    assert answer.json()["errors"]["method"] == words
