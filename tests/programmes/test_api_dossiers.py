"""REST twin of papers on their way: the same verbs and walls, the difference with the refusal, few questions."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import AuditEvent, User
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, DossierText, Programme, Remark, Turn
from programmes.papers import papers_of
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of, written
from tests.programmes.topics import chosen
from tests.world import World


@pytest.fixture
def call(sign_in: Any, world: World) -> Any:
    """`call(user, "post", "dossiers/", body, If_Match="…")` → the response."""

    def send(user: Any, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {} if method == "get" else {"data": json.dumps(body or {})}
        return getattr(sign_in(user), method)(
            f"/t/{world.tenant.slug}/api/v1/{path}",
            content_type="application/json",
            headers=named,
            **given,
        )

    return send


@pytest.fixture
def pro(world: World) -> User:
    """Leads the county's promotion team; the first sign-in is behind him."""
    made = promoter(world)
    User.objects.filter(pk=made.pk).update(must_change_password=False, language="en")
    fresh: User = User.objects.get(pk=made.pk)
    return fresh


def at(paper: Dossier, rest: str = "") -> str:
    return f"dossiers/{paper.pk}/{rest}"


def turn_at(paper: Dossier) -> str:
    return at(paper, f"turns/{turn_of(paper).pk}/")


def asked(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


# -- reading -------------------------------------------------------------------------------------------


def three(world: World, programme: Programme) -> list[Dossier]:
    """Of one topic and of the unit; the regulation moved last."""
    plan = sent(world, programme)
    training = draft(world, programme, "training_plan", project=plan.project, title="培训安排")
    rules = draft(world, programme, "system_document", title="例会制度")
    Dossier.objects.filter(pk=training.pk).update(moved_at=june(11))
    Dossier.objects.filter(pk=rules.pk).update(moved_at=june(12))
    return [plan, training, rules]


def test_what_is_being_written_is_read_by_its_unit_only(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    written(paper, world.ben, june(12), mark="还没有想好")

    own = call(world.ben, "get", at(paper)).json()
    others = [call(user, "get", at(paper)).json() for user in (world.ana, pro)]

    assert "还没有想好" in str(own["content"])
    assert all("还没有想好" not in str(told) for told in others)
    assert all(told["content"]["sections"] == dict.fromkeys(own["content"]["sections"], "如上。")
               for told in others)  # fmt: skip
    refused = call(world.ben, "get", at(paper, "docx/?text=draft")).status_code
    assert (refused, call(world.ana, "get", at(paper, "docx/?text=draft")).status_code) == (
        200,
        404,
    )


def test_the_difference_in_a_refusal_ends_with_what_was_sent(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    """A filing lies beside the mending turn: who names another text is not shown the draft."""
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    written(paper, world.ben, june(12), mark="还没有想好")
    filing = Turn.objects.create(
        dossier=paper, number=9, text=1, step=1, kind="file", holder=world.county,
        body="executive_office", together="any", received_at=june(11), due_at=june(20),
        organisation_id=paper.organisation_id, org_path=paper.org_path,
    )  # fmt: skip

    refused = call(
        world.ana, "post", at(paper, f"turns/{filing.pk}/"), {"outcome": "filed", "text": 7}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "unseen_text")
    assert "还没有想好" not in refused.content.decode()


def test_what_moved_last_comes_first_and_pages_follow(
    world: World, programme: Programme, call: Any
) -> None:
    plan, training, rules = three(world, programme)

    first = call(world.ben, "get", "dossiers/?limit=2").json()
    rest = call(world.ben, "get", f"dossiers/?limit=2&cursor={first['next_cursor']}").json()
    turned = call(world.ben, "get", "dossiers/?ordering=moved_at&fields=id").json()["results"]

    found = [row["id"] for row in [*first["results"], *rest["results"]]]
    assert found == [str(each.pk) for each in (rules, training, plan)]
    assert (rest["next_cursor"], turned) == (None, [{"id": key} for key in reversed(found)])


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=training_plan", ["training_plan"]),
        ("state=under_way", ["project_plan"]),
        ("state=draft", ["system_document", "training_plan"]),
        ("q=例会", ["system_document"]),
        ("q=民政局", ["system_document", "training_plan", "project_plan"]),
        ("project={project}", ["training_plan", "project_plan"]),
        ("programme={programme}", ["system_document", "training_plan", "project_plan"]),
        ("organisation={bureau}", ["system_document", "training_plan", "project_plan"]),
        ("organisation={sister}", []),
        ("organisation={programme}", []),
    ],
)
def test_list_filters(
    world: World, programme: Programme, call: Any, query: str, kinds: list[str]
) -> None:
    plan, *_others = three(world, programme)
    names = {
        "project": plan.project_id,
        "programme": programme.pk,
        "bureau": world.bureau.pk,
        "sister": world.sister.pk,
    }

    rows = call(world.ben, "get", f"dossiers/?{query.format(**names)}").json()["results"]

    assert [row["kind"] for row in rows] == kinds


@pytest.mark.parametrize(
    "query", ["state=burnt", "programme=x", "organisation=x", "project=1", "ordering=title",
              "limit=0", "cursor=!", "fields=authors"],
)  # fmt: skip
def test_list_refuses_what_it_cannot_read(
    world: World, programme: Programme, call: Any, query: str
) -> None:
    answer = call(world.ana, "get", f"dossiers/?{query}")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_list_answers_304_until_a_paper_moves(
    world: World, programme: Programme, call: Any
) -> None:
    paper = draft(world, programme)
    tag = call(world.ben, "get", "dossiers/")["ETag"]

    unchanged = call(world.ben, "get", "dossiers/", If_None_Match=tag).status_code
    send_dossier(paper, by=world.ben, now=june(12))

    assert (unchanged, call(world.ben, "get", "dossiers/", If_None_Match=tag).status_code) == (
        304,
        200,
    )


def test_one_paper_with_its_journey(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    """Sent on the 1st, returned on the 10th, sent again on the 12th, approved on the 21st."""
    paper = send_dossier(draft(world, programme), by=world.ben, now=june(1))
    paper = act(paper, Outcome.RETURNED, pro, june(10), opinion="目标要具体", remarks=["目标量化"])
    Remark.objects.update(state="taken", reply="已量化")
    paper = written(paper, world.ben, june(11), mark="目标更具体")
    paper = send_dossier(paper, note="已改", by=world.ben, now=june(12))
    paper = act(paper, Outcome.APPROVED, pro, june(21), opinion="同意")

    answer = call(world.liu, "get", at(paper))

    told = answer.json()
    assert answer.headers["ETag"] == f'"{paper.version}"'
    assert (told["name"], told["state"], told["holder_body"]) == (
        "Project plan",
        "standing",
        "executive_office",
    )
    assert [step["kind"] for step in told["way"]] == ["approve", "file"]
    assert [(row["kind"], row["outcome"], row["text"]) for row in told["turns"]] == [
        ("approve", "returned", 1),
        ("mend", "resent", 1),
        ("approve", "approved", 2),
        ("file", "", 2),
    ]
    assert told["turns"][2]["voices"][0]["opinion"] == "同意"
    assert [(row["number"], row["note"]) for row in told["texts"]] == [(1, ""), (2, "已改")]
    assert [(row["text"], row["state"], row["reply"]) for row in told["remarks"]] == [
        ("目标量化", "taken", "已量化")
    ]
    assert [(row["holder_name"], row["body"], row["days"]) for row in told["charges"]] == [
        ("藤县", "promotion_team", 18),
        ("民政局", "", 2),
    ]


def test_a_draft_shows_the_way_that_lies_before_it(
    world: World, programme: Programme, call: Any
) -> None:
    told = call(world.ben, "get", at(draft(world, programme))).json()

    assert [(step["kind"], step["organisation"]) for step in told["way"]] == [
        ("approve", None),
        ("file", None),
    ]


def test_two_texts_and_what_changed_between_them(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    paper = written(paper, world.ben, june(12), mark="补充后")
    paper = send_dossier(paper, by=world.ben, now=june(12))

    alone = call(world.ana, "get", at(paper, "texts/2/")).json()
    beside = call(world.ana, "get", at(paper, "texts/2/?against=1")).json()

    assert (alone["number"], alone["changes"]) == (2, [])
    assert alone["content"]["sections"]["goal"] == "补充后。"
    goal = next(each for each in beside["changes"] if each["part"] == "Overall goal")
    assert "".join(run["text"] for run in goal["runs"] if run["kind"] != "gone") == ("补充后。")
    for path, status in (("texts/3/", 404), ("texts/2/?against=9", 404), ("texts/2/?against=x", 422)):  # fmt: skip
        assert call(world.ana, "get", at(paper, path)).status_code == status


def test_the_papers_of_a_plan_with_their_steps(
    world: World, programme: Programme, call: Any
) -> None:
    rows = call(world.ben, "get", f"papers/?programme={programme.pk}").json()["results"]

    assert [row["kind"] for row in rows] == list(papers_of(programme.plans.get()))
    plan = next(row for row in rows if row["kind"] == "project_plan")
    assert (plan["name"], plan["about"], plan["cites"][0]) == ("Project plan", "project", "P2-45")
    assert [track["key"] for track in plan["tracks"]] == [
        "training", "research", "seminars", "implementation",
    ]  # fmt: skip
    assert [(s["kind"], s["by"], s["working_days"], s["waits"]) for s in plan["steps"]] == [
        ("approve", "supervising_promotion_team", 10, True),
        ("file", "county_office", 5, False),
    ]
    assert plan["steps"][1]["outcomes"] == ["filed", "returned"]
    assert call(world.ben, "get", "papers/").status_code == 422


# -- few questions -------------------------------------------------------------------------------------


def test_lists_ask_at_most_five_questions(world: World, programme: Programme, sign_in: Any) -> None:
    client, base = sign_in(world.ana), f"/t/{world.tenant.slug}/api/v1/"
    waiting = f"{base}dossiers/waiting/"
    addresses = [
        f"{base}dossiers/?organisation={world.county.pk}&q=民政",
        f"{base}papers/?programme={programme.pk}",
        waiting,
    ]
    sent(world, programme, "support_request")
    one = [asked(client, address) for address in addresses * 2][3:]
    for _ in range(2):
        sent(world, programme, "support_request")

    assert [asked(client, address) for address in addresses] == one
    assert max(one) <= 5
    assert len(client.get(waiting).json()["results"]) == 3


def long_journey(paper: Dossier, turns: int) -> None:
    """Returned and sent again, over and over."""
    last = turn_of(paper)
    paper.turns.filter(pk=last.pk).update(number=turns)
    for number in range(1, turns):
        Turn.objects.create(
            dossier=paper, number=number, text=1, step=0, kind=("approve", "mend")[number % 2],
            holder=last.holder, body=last.body, received_at=june(10), due_at=june(12),
            acted_at=june(11), outcome="returned", organisation=paper.organisation,
            org_path=paper.org_path, by_name="陈",
        )  # fmt: skip
    for number in range(2, turns):
        DossierText.objects.create(
            dossier=paper, number=number, title=paper.title, content=paper.content, at=june(11),
            by=paper.created_by, by_name="贝宁", organisation=paper.organisation,
            org_path=paper.org_path,
        )  # fmt: skip


def test_a_paper_with_forty_turns_asks_no_more_than_a_new_one(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = sent(world, programme), sign_in(world.ana)
    address = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/"
    client.get(address)
    vacant = asked(client, address)
    promoter(world)
    one = asked(client, address)
    assert vacant <= one + 1  # the plan's sentences, where nobody may act
    long_journey(paper, 40)

    assert asked(client, address) == one <= 5
    assert len(client.get(address).json()["turns"]) == 40


# -- writing -------------------------------------------------------------------------------------------


def opening(world: World, programme: Programme, **more: Any) -> dict[str, Any]:
    given = {"programme": str(programme.pk), "organisation": str(world.bureau.pk)}
    return {**given, "kind": "system_document", **more}


def test_a_paper_is_opened_once_under_one_key(
    world: World, programme: Programme, call: Any
) -> None:
    body = opening(world, programme, title="例会制度")

    answers = [call(world.ben, "post", "dossiers/", body, Idempotency_Key="k") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    made = Dossier.objects.get()
    assert (made.title, made.state, made.created_by) == ("例会制度", "draft", world.ben)
    assert AuditEvent.objects.filter(action="dossier.drafted", target=made.pk).count() == 1


@pytest.mark.parametrize(
    ("extra", "status", "field"),
    [
        ({"state": "standing"}, 422, "state"),
        ({"kind": ""}, 422, "kind"),
        ({"programme": "x"}, 422, "programme"),
        ({"organisation": "01900000-0000-7000-8000-000000000000"}, 422, "organisation"),
        ({"project": "01900000-0000-7000-8000-000000000000"}, 422, "project"),
        ({"kind": "project_plan"}, 422, "project"),
        ({"kind": "love_letter"}, 409, ""),
    ],
)
def test_what_cannot_be_opened_leaves_nothing(
    world: World, programme: Programme, call: Any, extra: dict[str, str], status: int, field: str
) -> None:
    answer = call(world.ben, "post", "dossiers/", opening(world, programme) | extra)

    assert (answer.status_code, list(answer.json().get("errors", {}))) == (
        status,
        [field] if field else [],
    )
    assert not Dossier.objects.exists()


def test_who_may_not_open_write_send_or_act(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper, new = sent(world, programme), draft(world, programme, "system_document")
    said = {"outcome": "approved", "text": 1}

    assert call(world.sis, "post", "dossiers/", opening(world, programme)).status_code == 403
    for reader, status in ((world.lena, 403), (world.ana, 403), (pro, 403), (world.sis, 404)):
        unseen = status if reader == world.lena else 404  # a draft is its unit's own
        assert call(reader, "patch", at(new), {"title": "x"}).status_code == unseen
        assert call(reader, "post", at(new, "sending/")).status_code == unseen
        assert call(reader, "post", at(paper, "taking-back/"), {"reason": "x"}).status_code == status  # fmt: skip
        assert call(reader, "post", at(paper, "revision/"), {"reason": "x"}).status_code == status
    for actor, status in ((world.ben, 403), (world.ana, 403), (world.sis, 404), (world.kid, 404)):
        assert call(actor, "post", turn_at(paper), said).status_code == status
    assert call(world.liu, "post", at(new, "sending/")).status_code == 403


def test_the_text_is_changed_by_the_version_that_was_seen(
    world: World, programme: Programme, call: Any
) -> None:
    paper = draft(world, programme)
    seen = f'"{paper.version}"'
    content = {
        "sections": {"goal": "安置率达到九成"},
        "tracks": [{"track": "research", "from": "2026-07-01", "text": "入户调研"}],
    }

    fresh = call(world.ben, "patch", at(paper), {"content": content}, If_Match=seen)
    stale = call(world.dora, "patch", at(paper), {"title": "二稿"}, If_Match=seen)

    told = fresh.json()["content"]
    assert told["sections"]["goal"] == "安置率达到九成"
    assert told["tracks"][0]["to"] == "2026-07-01"
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"sections": {"poem": "x"}}, "sections"),
        ({"tracks": [{"track": "poem", "from": "2026-07-01", "text": "x"}]}, "line_1"),
        ({"tracks": [{"track": "research", "from": "July", "text": "x"}]}, "line_1"),
        ({"tracks": [{"track": "research", "on": "2026-07-01", "text": "x"}]}, "content"),
        ({"chapters": []}, "content"),
        ("x", "content"),
    ],
)
def test_a_text_that_is_no_paper_of_the_plan_is_refused(
    world: World, programme: Programme, call: Any, content: Any, field: str
) -> None:
    paper = draft(world, programme)

    answer = call(world.ben, "patch", at(paper), {"content": content})

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert Dossier.objects.get(pk=paper.pk).content == paper.content


def test_sent_taken_back_and_opened_again(world: World, programme: Programme, call: Any) -> None:
    paper = draft(world, programme)

    first = call(world.ben, "post", at(paper, "sending/"), {})
    again = call(world.ben, "post", at(paper, "sending/"), {})
    empty = call(world.ben, "post", at(paper, "taking-back/"), {"reason": " "})
    back = call(world.ben, "post", at(paper, "taking-back/"), {"reason": "送错文稿"})

    assert (first.status_code, first.json()["state"]) == (200, "under_way")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert (empty.status_code, list(empty.json()["errors"])) == (422, ["reason"])
    assert (back.json()["state"], back.json()["holder_id"]) == ("taken_back", None)


@pytest.mark.rule("P2-45")
def test_what_is_missing_comes_with_the_plan_s_own_words(
    world: World, programme: Programme, call: Any
) -> None:
    paper = draft(world, programme)
    call(world.ben, "patch", at(paper), {"content": {"sections": {"goal": "摸清底数"}}})

    answer = call(world.ben, "post", at(paper, "sending/"))

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "incomplete")
    assert "P2-45" in told["rule"]
    assert told["clauses"][0]["text"]


def test_a_revision_is_a_paper_of_its_own(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = act(sent(world, programme), Outcome.APPROVED, pro, june(12))

    made = call(world.ben, "post", at(paper, "revision/"), {"reason": "反思后调整"})
    twice = call(world.ben, "post", at(paper, "revision/"), {"reason": "再来"})

    assert (made.status_code, made.json()["revision"]) == (201, 2)
    assert made.json()["previous_id"] == str(paper.pk)
    assert (twice.status_code, twice.json()["code"]) == (409, "there_already")


# -- acting --------------------------------------------------------------------------------------------


def test_a_body_approves_and_the_office_files(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = sent(world, programme)
    path = turn_at(paper)
    assert [row["id"] for row in call(pro, "get", "dossiers/waiting/").json()["results"]] == [
        path.split("/")[-2]
    ]

    done = call(pro, "post", path, {"outcome": "approved", "text": 1, "opinion": "同意"})
    twice = call(pro, "post", path, {"outcome": "approved", "text": 1})
    filed = call(world.ana, "post", turn_at(paper), {"outcome": "filed", "text": 1})

    assert (done.status_code, done.json()["state"]) == (200, "standing")
    assert (twice.status_code, twice.json()["code"]) == (409, "acted")
    assert "ask the sender for a revision" in twice.json()["title"]
    assert "P2-45" in twice.json()["rule"]
    assert filed.json()["turns"][-1]["filing_number"] == "行动备〔2026〕1号"
    assert call(pro, "get", "dossiers/waiting/").json()["results"] == []


def test_a_step_whose_body_has_nobody_is_told_with_the_remedy(
    world: World, programme: Programme, call: Any
) -> None:
    paper = sent(world, programme)
    remedy = f"Nobody at {world.county} can act on it: appoint somebody to the body"

    told = call(world.ben, "get", at(paper)).json()["unattended"]
    tried = call(world.ana, "post", turn_at(paper), {"outcome": "approved", "text": 1})
    promoter(world)

    assert [(row["turn"], row["body"]) for row in told] == [
        (str(turn_of(paper).pk), "promotion_team")
    ]
    assert remedy in told[0]["remedy"]
    assert (tried.status_code, tried.json()["code"]) == (403, "not_allowed")
    assert remedy in tried.json()["title"]
    assert told[0]["clauses"] == tried.json()["clauses"] != []
    assert call(world.ben, "get", at(paper)).json()["unattended"] == []
    assert turn_of(paper).acted_at is None


def test_approving_what_was_not_read_answers_with_the_difference(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    content = {**paper.content, "sections": {**paper.content["sections"], "goal": "九成安置"}}
    call(world.ben, "patch", at(paper), {"content": content})
    call(world.ben, "post", at(paper, "sending/"), {"note": "已改"})
    path = turn_at(paper)

    answer = call(pro, "post", path, {"outcome": "approved", "text": 1})

    told = answer.json()
    assert (answer.status_code, told["code"], told["text"]) == (409, "unseen_text", 2)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [each["part"] for each in told["changes"]] == ["Overall goal"]
    runs = [(run["kind"], run["text"]) for run in told["changes"][0]["runs"]]
    assert runs == [("gone", "如上。"), ("new", "九成安置")]
    assert turn_of(paper).acted_at is None
    assert call(pro, "post", path, {"outcome": "approved", "text": 2}).status_code == 200


@pytest.mark.rule("P2-48")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"outcome": "refused", "text": 1, "opinion": "不同意"}, 409, "not_this_kind"),
        ({"outcome": "burnt", "text": 1}, 422, "invalid"),
        ({"outcome": "resent", "text": 1}, 422, "invalid"),
        ({"outcome": "filed"}, 422, "invalid"),
        ({"outcome": "returned", "text": 1}, 422, "invalid"),
        ({"outcome": "filed", "text": 1, "stamp": True}, 422, "invalid"),
    ],
)
def test_a_filing_by_the_wrong_word(
    world: World, programme: Programme, call: Any, pro: User, body: Any, status: int, code: str
) -> None:
    paper = act(sent(world, programme), Outcome.APPROVED, pro, june(12))

    answer = call(world.ana, "post", turn_at(paper), body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert turn_of(paper).acted_at is None


@pytest.mark.rule("P2-50")
def test_each_opinion_is_answered_one_by_one(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    paper = sent(world, programme)
    said = {"outcome": "returned", "text": 1, "remarks": ["目标量化", "补充经费"]}
    first, second = call(pro, "post", turn_at(paper), said).json()["remarks"]

    early = call(world.ben, "post", at(paper, "sending/"))
    taken = call(world.ben, "post", at(paper, f"remarks/{first['id']}/"), {"state": "taken", "reply": "已量化"})  # fmt: skip
    empty = call(world.ben, "post", at(paper, f"remarks/{second['id']}/"), {"state": "not_taken", "reply": " "})  # fmt: skip
    judge = call(pro, "post", at(paper, f"remarks/{second['id']}/"), {"state": "not_taken", "reply": "x"})  # fmt: skip

    assert (early.status_code, early.json()["code"]) == (409, "unanswered")
    assert [row["state"] for row in taken.json()["remarks"]] == ["taken", "open"]
    assert (empty.status_code, list(empty.json()["errors"]), judge.status_code) == (422, ["reply"], 403)  # fmt: skip


def test_a_turn_is_found_at_its_own_paper_only(
    world: World, programme: Programme, call: Any, pro: User
) -> None:
    one = sent(world, programme)
    two = sent(world, programme, project=chosen(world, programme, "二"))

    crossed = call(pro, "post", at(one, f"turns/{turn_of(two).pk}/"), {"outcome": "approved", "text": 1})  # fmt: skip

    assert crossed.status_code == 404
    assert call(world.ana, "get", at(two, "turns/x/")).status_code == 404
