"""Records of methods: opened, kept by two people at once, read, removed, counted; on pages and for programs."""

import re
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from programmes.actions.activities import drop
from programmes.actions.method_records import keep_record, open_record, remove_record
from programmes.methods import MOST_RECORDS
from programmes.models import MethodRecord, Programme
from programmes.queries.method_use import method_use
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.recorded import AFTER, CONTENTS, TREE, held, recorded, seminar
from tests.programmes.topics import submitted
from tests.world import World

JSON = {"content_type": "application/json"}


@pytest.fixture
def project(world: World, programme: Programme) -> Any:
    return submitted(world, programme)


# -- verbs ---------------------------------------------------------------------------------------------


@pytest.mark.rule("P2-65")
@pytest.mark.parametrize("method", CONTENTS)
def test_each_method_is_kept_in_its_own_form(project: Any, world: World, method: str) -> None:
    made = recorded(seminar(project, world), world, method)

    assert (made.method, made.version, made.written_name) == (method, 1, world.ben.display_name)
    assert (made.organisation_id, made.org_path) == (world.bureau.pk, world.bureau.path)
    again = MethodRecord.objects.get(pk=made.pk)
    assert keep_record(
        again, question="另问", content=again.content, by=world.ben, now=AFTER, seen=1
    ).content == made.content  # fmt: skip
    told = AuditEvent.objects.filter(target=made.pk).order_by("at", "id")
    assert [row.action for row in told] == ["method_record.opened", "method_record.written"]


def test_a_method_that_the_plan_does_not_have_is_refused_with_its_sentence(
    project: Any, world: World
) -> None:
    with pytest.raises(BadInput) as caught:
        open_record(seminar(project, world), method="hypnosis", by=world.ben, now=AFTER)
    assert (caught.value.rule, list(caught.value.fields)) == ("P2-65", ["method"])


def test_two_people_at_once_lose_nothing(project: Any, world: World) -> None:
    made = recorded(seminar(project, world), world)
    mine = {"bones": [{"name": "制度", "causes": "无标准"}]}
    keep_record(made, question="先到", content=mine, by=world.dora, now=AFTER, seen=1)

    with pytest.raises(Stale) as caught:
        keep_record(made, question="后到", content=TREE, by=world.ben, now=AFTER, seen=1)

    current = caught.value.more["current"]
    assert (current["question"], current["version"]) == ("先到", 2)
    assert current["content"]["bones"][0]["name"] == "制度"
    kept = keep_record(made, question="后到", content=TREE, by=world.ben, now=AFTER, seen=2)
    assert (kept.version, kept.question) == (3, "后到")


def test_who_does_not_log_writes_no_record(project: Any, world: World) -> None:
    made = seminar(project, world)
    for user in (world.sis, world.ana):
        with pytest.raises(NotAllowed):
            open_record(made, method="fishbone", by=user, now=AFTER)


def test_a_dropped_activity_and_a_removed_record_take_nothing(project: Any, world: World) -> None:
    made = seminar(project, world)
    kept = recorded(made, world)
    remove_record(kept, by=world.ben, now=AFTER, seen=1)
    with pytest.raises(RuleBroken) as caught:
        keep_record(kept, question="", content={}, by=world.ben, now=AFTER)
    assert caught.value.code == "removed"
    assert not MethodRecord.objects.visible_to(world.ben).exists()
    drop(made, reason="停办", by=world.ben, now=AFTER)
    with pytest.raises(RuleBroken) as caught:
        recorded(made, world)
    assert caught.value.code == "wrong_state"


def test_an_activity_has_so_many_records_and_no_more(project: Any, world: World) -> None:
    made = seminar(project, world)
    for _ in range(MOST_RECORDS):
        recorded(made, world)
    with pytest.raises(BadInput):
        recorded(made, world)


# -- how often -----------------------------------------------------------------------------------------


@pytest.mark.rule("P2-65")
@pytest.mark.rule("P4-11")
def test_use_is_counted_over_what_was_held(
    project: Any, programme: Programme, world: World, sign_in: Any
) -> None:
    recorded(held(project, world, methods=("brainstorming", "fishbone")), world)
    held(project, world, methods=("brainstorming",))
    recorded(seminar(project, world), world, "six_hats")

    found = method_use(world.ana, programme).by_method

    told = {key: (use.activities, use.recorded) for key, use in found.items()}
    assert told == {"brainstorming": (2, 0), "fishbone": (1, 1)}
    assert found["fishbone"].units == {world.bureau.pk: 1}
    page = text_of(sign_in(world.ana).get(at("method_use_list", world, programme.pk)))
    assert "Six thinking hats" in page
    assert world.bureau.name in page
    answer = sign_in(world.ana).get(
        f"/t/{world.tenant.slug}/api/v1/programmes/{programme.pk}/method-use/"
    )
    lines = {line["method"]: line for line in answer.json()["results"]}
    assert (lines["brainstorming"]["activities"], lines["six_hats"]["activities"]) == (2, 0)
    assert lines["fishbone"]["units"][0]["name"] == world.bureau.name


# -- pages ---------------------------------------------------------------------------------------------

READERS = {"ana": 200, "ben": 200, "dora": 200, "lena": 200, "sis": 404, "kid": 404, "auditor": 404}


@pytest.mark.parametrize("who", READERS)
def test_a_record_opens_for_whoever_reads_the_activity(
    project: Any, world: World, sign_in: Any, who: str
) -> None:
    made = recorded(seminar(project, world), world)
    client = sign_in(getattr(world, who))

    assert client.get(at("method_record_detail", world, made.pk)).status_code == READERS[who]
    edit = client.get(at("method_record_edit", world, made.pk)).status_code
    assert edit == (
        200 if who in ("ben", "dora") else min(READERS[who], 404) if READERS[who] == 404 else 302
    )
    new = client.get(at("method_record_new", world, made.activity_id)).status_code
    assert (new == 200) == (who in ("ben", "dora"))


def test_a_fishbone_is_typed_drawn_and_said_in_words(
    project: Any, world: World, sign_in: Any
) -> None:
    made, client = seminar(project, world), sign_in(world.ben)
    page = text_of(client.get(at("activity_detail", world, made.pk)))
    assert at("method_record_new", world, made.pk) in page

    answer = client.post(
        at("method_record_new", world, made.pk), {"method": "fishbone", "question": "为什么慢？"}
    )
    kept = MethodRecord.objects.get()
    assert answer["Location"] == at("method_record_edit", world, kept.pk)
    typed = {
        "version": 1, "question": "为什么慢？", "more": "bones",
        "bones_1_name": "人员", "bones_1_causes": "编制少*\r\n- 借调多",
        "bones_2_name": "", "bones_2_causes": "",
    }  # fmt: skip
    answer = client.post(at("method_record_edit", world, kept.pk), typed)

    assert answer["Location"].endswith("/edit/#list-bones")
    page = text_of(client.get(at("method_record_edit", world, kept.pk)))
    assert "编制少*\n- 借调多" in page
    assert 'name="bones_4_name"' in page
    page = text_of(client.get(at("method_record_detail", world, kept.pk)))
    assert "<svg" in page
    assert re.search(r"<li>\s*借调多", page)
    page = text_of(client.get(at("activity_detail", world, made.pk)))
    assert "为什么慢？" in page


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    project: Any, world: World, sign_in: Any
) -> None:
    kept = recorded(seminar(project, world), world, "nominal_group")
    typed = {
        "version": 1, "items_1_text": "上门标准", "items_2_text": "", "votes_1_voter": "王五",
        "votes_1_choices": "1 2", "votes_2_voter": "", "votes_2_choices": "",
    }  # fmt: skip

    answer = sign_in(world.ben).post(at("method_record_edit", world, kept.pk), typed)

    assert answer.status_code == 422
    assert "There is no line 2 there." in text_of(answer)
    assert "王五" in text_of(answer)
    assert MethodRecord.objects.get().version == 1


def test_both_texts_stand_on_the_page_when_somebody_was_quicker(
    project: Any, world: World, sign_in: Any
) -> None:
    kept = recorded(seminar(project, world), world)
    theirs = {"bones": [{"name": "制度", "causes": "无标准"}]}
    keep_record(kept, question="甲问", content=theirs, by=world.dora, now=AFTER, seen=1)
    typed = {"version": 1, "question": "乙问", "bones_1_name": "人员", "bones_1_causes": "编制少"}
    client, address = sign_in(world.ben), at("method_record_edit", world, kept.pk)

    answer = client.post(address, typed)

    page = text_of(answer)
    assert answer.status_code == 412
    for words in ("甲问", "无标准", "乙问", "编制少", 'name="version" value="2"'):
        assert words in page
    assert client.post(address, {**typed, "version": 2}).status_code == 302
    assert MethodRecord.objects.get().question == "乙问"


@pytest.mark.parametrize("method", CONTENTS)
def test_every_form_is_shown_and_typed_again_unchanged(
    project: Any, world: World, sign_in: Any, method: str
) -> None:
    kept = recorded(seminar(project, world), world, method)
    client, address = sign_in(world.ben), at("method_record_edit", world, kept.pk)
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: "on" if value is True else value for name, value in typed.items() if value}
    first = {name: "" for name in form.fields if name not in typed and not name.endswith("_chosen")}

    answer = client.post(address, {**{k: v for k, v in first.items() if k != "weighted"}, **typed})

    assert answer.status_code == 302
    again = MethodRecord.objects.get()
    assert (again.version, again.content) == (2, kept.content)
    assert client.get(at("method_record_detail", world, kept.pk)).status_code == 200


def test_a_record_is_removed_by_a_button(project: Any, world: World, sign_in: Any) -> None:
    kept = recorded(seminar(project, world), world)
    client, address = sign_in(world.ben), at("method_record_removal", world, kept.pk)
    assert client.get(address).status_code == 302
    assert client.post(address, {"version": 9})["Location"] == at(
        "method_record_detail", world, kept.pk
    )
    client.post(address, {"version": 1})
    assert client.get(at("method_record_detail", world, kept.pk)).status_code == 404


def test_the_log_ticks_the_methods_of_which_there_are_records(
    project: Any, world: World, sign_in: Any
) -> None:
    made = seminar(project, world)
    recorded(made, world)
    form = sign_in(world.ben).get(at("activity_log", world, made.pk)).context["form"]
    assert form["methods"].value() == ["fishbone"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    project: Any, programme: Programme, world: World, sign_in: Any, count: int
) -> None:
    for _ in range(count):
        kept = recorded(held(project, world, methods=("six_hats",)), world)
        for _again in range(count - 1):
            recorded(kept.activity, world, "six_hats")
    client = sign_in(world.ben)

    assert count_queries(client, at("method_record_detail", world, kept.pk)) <= 8
    assert count_queries(client, at("method_record_edit", world, kept.pk)) <= 8
    assert count_queries(client, at("method_record_new", world, kept.activity_id)) <= 8
    assert count_queries(client, at("method_use_list", world, programme.pk)) <= 8
    place = f"/t/{world.tenant.slug}/api/v1/"
    assert count_queries(client, f"{place}method-records/") <= 5
    assert count_queries(client, f"{place}programmes/{programme.pk}/method-use/") <= 6


# -- for programs --------------------------------------------------------------------------------------


def test_a_client_opens_keeps_and_removes_a_record(
    project: Any, programme: Programme, world: World, sign_in: Any
) -> None:
    client, made = sign_in(world.ben), seminar(project, world)
    place = f"/t/{world.tenant.slug}/api/v1/method-records/"
    draft = {"activity": str(made.pk), "method": "nominal_group", "question": "先做什么？"}

    opened = client.post(place, draft, **JSON)
    one = f"{place}{opened.json()['id']}/"
    text = {"question": "先做什么？", "content": CONTENTS["nominal_group"]}
    kept = client.put(one, text, headers={"If-Match": opened["ETag"]}, **JSON)
    stale = client.put(one, {"content": {}}, headers={"If-Match": opened["ETag"]}, **JSON)
    blind = client.put(one, text, **JSON)

    told = [each.status_code for each in (opened, kept, stale, blind)]
    assert told == [201, 200, 412, 422]
    assert [row["rank"] for row in kept.json()["ranking"]] == [1, 2]
    assert kept.json()["ranking"][0]["text"] == "统一台账"
    assert stale.json()["current"]["content"] == kept.json()["content"]
    assert blind.json()["code"] == "unseen_text"
    wrong = client.put(
        one, {"content": {"items": [{"author": "x"}]}}, headers={"If-Match": kept["ETag"]}, **JSON
    )
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["items_1_text"])
    for query in (f"activity={made.pk}", f"programme={programme.pk}", "method=nominal_group"):
        assert len(client.get(f"{place}?{query}").json()["results"]) == 1
    assert client.get(f"{place}?method=fishbone").json()["results"] == []
    assert client.get(f"{place}?programme=x").status_code == 422
    assert sign_in(world.sis).get(one).status_code == 404
    client = sign_in(world.ben)
    assert client.delete(one, headers={"If-Match": kept["ETag"]}).status_code == 204
    assert client.get(one).status_code == 404
