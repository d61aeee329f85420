import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, Notice
from programmes.models import Evidence
from programmes.models.obligation import DutyState
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    save_draft,
    sign_item,
    start_item,
    submit_item,
    withdraw_signature,
)
from reporting.models import InformationItem
from reporting.models.item import MOST_WORDS
from reporting.states import ItemState
from tests.reporting.items import (
    BODY,
    SEPTEMBER,
    draft,
    duty,
    in_state,
    signed,
    state_of,
    submitted,
)
from tests.running import beijing

S = ItemState
VERBS = {
    "save": lambda i, w: save_draft(i, title="改了", by=w.ben, now=SEPTEMBER),
    "withdraw": lambda i, w: withdraw_signature(i, by=w.ben, now=SEPTEMBER),
    "sign": lambda i, w: sign_item(i, by=w.dora, now=SEPTEMBER),
    "submit": lambda i, w: submit_item(i, by=w.ben, now=SEPTEMBER),
    "return": lambda i, w: return_item(i, reason="补充", by=w.ana, now=SEPTEMBER),
    "adopt": lambda i, w: adopt_item(i, by=w.ana, now=SEPTEMBER),
    "keep": lambda i, w: keep_item(i, by=w.ana, now=SEPTEMBER),
    "pass_over": lambda i, w: pass_over_item(i, opinion="陈旧", by=w.ana, now=SEPTEMBER),
}
MOVES = {
    ("save", S.DRAFT): S.DRAFT,
    ("save", S.RETURNED): S.RETURNED,
    ("save", S.SIGNED): S.DRAFT,
    ("withdraw", S.SIGNED): S.DRAFT,
    ("sign", S.DRAFT): S.SIGNED,
    ("sign", S.RETURNED): S.SIGNED,
    ("submit", S.SIGNED): S.SUBMITTED,
    ("return", S.SUBMITTED): S.RETURNED,
    ("adopt", S.SUBMITTED): S.ADOPTED,
    ("keep", S.SUBMITTED): S.KEPT,
    ("pass_over", S.SUBMITTED): S.NOT_ADOPTED,
}
ACTORS = {"save": "ben", "withdraw": "ben", "sign": "dora", "submit": "ben"}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", VERBS)
def test_item_moves_as_the_table_says_and_in_no_other_way(world, programme, verb, state):
    item = in_state(state, world, programme)
    target = MOVES.get((verb, state))

    if target is None:
        with pytest.raises(RuleBroken) as refused:
            VERBS[verb](item, world)
        assert refused.value.code == "wrong_state"
    else:
        VERBS[verb](item, world)
    assert InformationItem.objects.get(pk=item.pk).state == (target or state)


@pytest.mark.parametrize("verb", VERBS)
def test_item_verb_refuses_who_has_no_right_here(world, programme, verb):
    source = next(state for name, state in MOVES if name == verb)
    item = in_state(source, world, programme)
    stranger = type(world)(
        **{**vars(world), "ben": world.sis, "dora": world.kid, "ana": world.lena}
    )

    with pytest.raises(NotAllowed):
        VERBS[verb](item, stranger)
    assert InformationItem.objects.get(pk=item.pk).state == source


@pytest.mark.rule("P2-83")
def test_submit_item_meets_the_month_at_its_received_instant(world, programme):
    now = beijing(9, 24)
    item = submitted(world, programme, now=now)

    item.refresh_from_db()
    assert (item.state, item.submitted_by, item.submitted_at) == (S.SUBMITTED, world.ben, now)
    assert item.window_key == "2026-09"
    assert [e.received_at for e in Evidence.objects.filter(source=item.pk)] == [now]
    assert state_of(duty(world), now) == DutyState.MET


@pytest.mark.rule("P2-83")
def test_submit_item_half_an_hour_after_midnight_is_late_though_utc_says_the_25th(world, programme):
    """September's Mid-Autumn Festival falls on the 25th; the pack asks for the item as it says."""
    due_at = duty(world, "2026-11").due_at
    assert due_at == beijing(11, 26, 0, 0)

    submitted(world, programme, now=beijing(11, 26, 0, 30), window_key="2026-11")

    assert state_of(duty(world, "2026-11"), beijing(12, 1)) == DutyState.MET_LATE


@pytest.mark.rule("P2-83")
def test_submit_item_in_the_last_second_of_the_25th_is_in_time(world, programme):
    submitted(world, programme, now=beijing(11, 25, 23, 59), window_key="2026-11")

    assert state_of(duty(world, "2026-11"), beijing(12, 1)) == DutyState.MET


def test_submit_item_before_the_window_opens_is_refused_and_keeps_everything(world, programme):
    item = signed(world, programme, window_key="2026-11")

    with pytest.raises(RuleBroken) as refused:
        submit_item(item, by=world.ben, now=SEPTEMBER)

    assert refused.value.code == "too_early"
    item.refresh_from_db()
    assert (item.state, item.body, item.submitted_at) == (S.SIGNED, BODY, None)
    assert not Evidence.objects.exists()


@pytest.mark.rule("P2-84")
@pytest.mark.parametrize("body", ["", "  \n ", "。。。!!!"])
def test_sign_item_refuses_an_empty_text(world, programme, body):
    item = draft(world, programme, body=body)

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)
    assert (refused.value.code, refused.value.rule) == ("empty_text", "P2-84")


@pytest.mark.rule("P2-84")
def test_submit_item_refuses_without_the_declaration_of_truth(world, programme):
    item = signed(world, programme, truthful=False)

    with pytest.raises(RuleBroken) as refused:
        submit_item(item, by=world.ben, now=SEPTEMBER)
    assert (refused.value.code, refused.value.rule) == ("not_declared", "P2-84")

    assert submit_item(item, truthful=True, by=world.ben, now=SEPTEMBER).truthful


@pytest.mark.rule("P2-84")
def test_submit_item_refuses_a_copy_however_it_is_spaced_and_names_the_first(world, programme):
    submitted(world, programme, title="第一次")
    copy = signed(world, programme, title="换个题目", body=f" {BODY.replace(',', ', ')}\n")

    with pytest.raises(RuleBroken) as refused:
        submit_item(copy, by=world.ben, now=SEPTEMBER)

    assert (refused.value.code, refused.value.rule) == ("duplicate_text", "P2-84")
    assert "第一次" in refused.value.message


def test_submit_item_lets_another_unit_say_the_same(world, programme):
    submitted(world, programme)
    theirs = draft(world, programme, organisation=world.sister, by=world.sis)
    InformationItem.objects.filter(pk=theirs.pk).update(
        state=S.SIGNED, signed_by=world.lena, signed_at=SEPTEMBER
    )

    assert submit_item(theirs, by=world.sis, now=SEPTEMBER).state == S.SUBMITTED


@pytest.mark.rule("P1-51")
def test_submit_item_beyond_the_minimum_is_legal_and_counted_for_that_month_only(world, programme):
    submitted(world, programme)
    submitted(world, programme, title="第二条", body="另一件完全不同的事情,有时间有地点有结果。")

    assert duty(world).credited == 2
    assert duty(world, "2026-10").credited == 0


def test_sign_item_refuses_the_one_who_drafted_it(world, programme):
    item = draft(world, programme, by=world.dora)

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)
    assert refused.value.code == "own_paper"
    assert sign_item(item, by=world.lena, now=SEPTEMBER).signer_name == "雷娜"


def test_save_draft_with_an_old_version_stores_nothing(world, programme):
    item = draft(world, programme)
    save_draft(item, body="同事的新稿", seen=item.version, by=world.liu, now=SEPTEMBER)

    with pytest.raises(Stale):
        save_draft(item, body="我的旧稿", seen=item.version, by=world.ben, now=SEPTEMBER)
    assert InformationItem.objects.get(pk=item.pk).body == "同事的新稿"


def test_save_draft_of_what_is_there_already_changes_nothing(world, programme):
    item = draft(world, programme)

    same = save_draft(item, title=item.title, body=item.body, by=world.ben, now=beijing(9, 12))

    assert (same.version, same.changed_at) == (item.version, item.changed_at)


def test_sign_item_refuses_a_version_that_was_not_read(world, programme):
    item = draft(world, programme)
    save_draft(item, body="临签前改动", by=world.ben, now=SEPTEMBER)

    with pytest.raises(Stale):
        sign_item(item, seen=item.version, by=world.dora, now=SEPTEMBER)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "长" * 121), ("body", "长" * (MOST_WORDS + 1)), ("phone", "1" * 31)],
)
def test_start_item_refuses_what_is_too_long(world, programme, field, value):
    with pytest.raises(BadInput) as refused:
        draft(world, programme, **{field: value})
    assert list(refused.value.fields) == [field]


def test_start_item_refuses_a_unit_that_does_not_take_part(world, programme):
    with pytest.raises(RuleBroken) as refused:
        draft(world, programme, organisation=world.child, by=world.kid)
    assert refused.value.code == "not_enrolled"


def test_start_item_is_placed_at_its_unit_and_addressed_to_its_supervisor(world, programme):
    item = draft(world, programme)

    assert (item.organisation, item.org_path, item.supervisor) == (
        world.bureau,
        world.bureau.path,
        world.county,
    )
    assert (item.ancestor_1, item.ancestor_2) == (world.county.pk, world.bureau.pk)


def test_start_item_needs_the_right_to_write_there(world, programme):
    with pytest.raises(NotAllowed):
        start_item(programme=programme, organisation=world.bureau, by=world.sis, now=SEPTEMBER)


def test_month_of_a_submitted_item_is_settled(world, programme):
    item = in_state(S.RETURNED, world, programme)

    with pytest.raises(BadInput) as refused:
        save_draft(item, window_key="2026-10", by=world.ben, now=SEPTEMBER)
    assert list(refused.value.fields) == ["window_key"]


@pytest.mark.parametrize("reason", ["", "  ", "长" * 301])
def test_return_item_needs_a_reason_of_readable_length(world, programme, reason):
    with pytest.raises(BadInput) as refused:
        return_item(submitted(world, programme), reason=reason, by=world.ana, now=SEPTEMBER)
    assert list(refused.value.fields) == ["reason"]


@pytest.mark.rule("P1-28")
def test_each_step_tells_those_concerned_once(world, programme):
    item = submitted(world, programme)
    return_item(item, reason="补充措施", by=world.ana, now=beijing(9, 11))

    told = [
        (n.kind, n.recipient.login) for n in Notice.objects.filter(about=item.pk).order_by("at")
    ]
    assert sorted(told) == [
        ("reporting.item_returned", "ben"),
        ("reporting.item_returned", "dora"),
        ("reporting.item_returned", "liu"),
        ("reporting.item_signed", "ben"),
        ("reporting.item_submitted", "ana"),
    ]
    asking = Notice.objects.filter(about=item.pk, retracted_at=None)
    assert {n.kind for n in asking} == {"reporting.item_returned"}


def test_every_step_leaves_a_turn_and_an_audit_row_with_the_fingerprint(world, programme):
    item = adopt_item(submitted(world, programme), opinion="好", by=world.ana, now=beijing(9, 11))

    assert [(t.step, t.by_name, t.opinion) for t in item.turns.order_by("at", "id")] == [
        (S.SIGNED, "杜若", ""),
        (S.SUBMITTED, "贝宁", ""),
        (S.ADOPTED, "安晴", "好"),
    ]
    acts = AuditEvent.objects.filter(target=item.pk).order_by("at", "id")
    assert [a.action for a in acts] == [
        "item.started",
        "item.signed",
        "item.submitted",
        "item.adopted",
    ]
    assert acts[2].detail["sha256"] == item.turns.get(step=S.SUBMITTED).content_hash
