from datetime import date
from io import BytesIO

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from programmes.actions.programmes import close_programme
from reporting.actions.items import take_back_adoption
from reporting.actions.publicity import Subject, confirm_publicity, withdraw_publicity
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Publicity, PublicityScan
from reporting.states import PublicityState
from tests.reporting.issues import series_of, signed_issue
from tests.reporting.items import SEPTEMBER, photo, submitted
from tests.reporting.publicity import OCTOBER, adopted, recorded


def title(programme, organisation, words="县政府网专题报道") -> Subject:
    return Subject(programme=programme, organisation=organisation, title=words)


def test_what_the_unit_records_waits_for_the_office_above(world, programme):
    told = recorded(adopted(world, programme), world.ben)
    assert (told.state, told.organisation, told.supervisor) == (
        PublicityState.RECORDED, world.bureau, world.county,
    )  # fmt: skip

    told = confirm_publicity(told, by=world.ana, now=OCTOBER)

    assert (told.state, told.confirmed_by) == (PublicityState.CONFIRMED, world.ana)
    assert list(
        AuditEvent.objects.filter(action__startswith="publicity.").order_by("pk").values_list(
            "action", flat=True
        )
    ) == ["publicity.recorded", "publicity.confirmed"]  # fmt: skip


def test_what_the_office_above_records_for_its_unit_is_confirmed_at_once(world, programme):
    told = recorded(adopted(world, programme), world.ana)

    assert (told.state, told.recorded_by, told.confirmed_by) == (
        PublicityState.CONFIRMED, world.ana, world.ana,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["sis", "kid", "auditor", "lena"])
def test_nobody_else_records_confirms_or_withdraws(world, programme, name):
    item, by = adopted(world, programme), getattr(world, name)
    told = recorded(item, world.ben)

    for act in (
        lambda: recorded(item, by, outlet="广西日报"),
        lambda: confirm_publicity(told, by=by, now=OCTOBER),
        lambda: withdraw_publicity(told, reason="有误", by=by, now=OCTOBER),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Publicity.objects.get().state == PublicityState.RECORDED


def test_the_unit_does_not_confirm_its_own_entry(world, programme):
    told = recorded(adopted(world, programme), world.ben)

    with pytest.raises(NotAllowed):
        confirm_publicity(told, by=world.dora, now=OCTOBER)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "telegram"}, "channel"),
        ({"outlet": " "}, "outlet"),
        ({"outlet": "报" * 81}, "outlet"),
        ({"level": "village"}, "level"),
        ({"told_on": date(2026, 10, 10)}, "told_on"),
        ({"told_on": date(2025, 12, 31)}, "told_on"),
        ({"link": ""}, "link"),
        *[
            ({"link": wrong}, "link")
            for wrong in (
                "javascript:alert(1)", "ftp://a.example/", "//a.example/", "https://", "www.a.example",
                "https://a b.example", "https://u:p@a.example/", "https://a.example:99999/",
                "https://[::1", "data:text/html,x", "https://a.example/" + "x" * 500, "https://a\n.example",
            )
        ],
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(world, programme, given, field):
    item = adopted(world, programme)

    with pytest.raises(BadInput) as refused:
        recorded(item, world.ben, **given)

    assert set(refused.value.fields) == {field}
    assert not Publicity.objects.exists()


def test_a_scan_stands_for_the_address_and_is_kept(world, programme):
    told = recorded(
        adopted(world, programme), world.ben, link="", scan=photo(), scan_name="版面.png"
    )

    scan = PublicityScan.objects.get(publicity=told)
    assert (scan.name, scan.media_type, scan.size) == ("版面.png", "image/png", len(scan.content))


def test_a_file_that_is_no_picture_is_refused_and_nothing_recorded(world, programme):
    with pytest.raises(BadInput) as refused:
        recorded(adopted(world, programme), world.ben, scan=BytesIO(b"MZ"), scan_name="版面.png")

    assert set(refused.value.fields) == {"scan"}
    assert not PublicityScan.objects.exists()


def test_the_same_outlet_on_the_same_day_is_recorded_once(world, programme):
    item = adopted(world, programme)
    told = recorded(item, world.ben)
    with pytest.raises(RuleBroken, match="on record already"):
        recorded(item, world.ana)

    withdraw_publicity(told, reason="登记有误", by=world.ben, now=OCTOBER)

    assert recorded(item, world.ben).state == PublicityState.RECORDED


def test_only_an_adopted_item_and_a_programme_in_force(world, programme):
    waiting = submitted(world, programme)
    with pytest.raises(RuleBroken, match="not adopted"):
        recorded(waiting, world.ben)

    item = adopted(
        world, programme, title="另一条", body="十月另一条信息，内容不同，另有三条措施。"
    )
    item = take_back_adoption(item, reason="误采", by=world.ana, now=OCTOBER)
    with pytest.raises(RuleBroken, match="not adopted"):
        recorded(item, world.ben)

    close_programme(programme, by=world.ana, now=OCTOBER)
    programme.refresh_from_db()
    with pytest.raises(RuleBroken, match="not in force"):
        recorded(title(programme, world.bureau), world.ben)


def test_something_else_is_recorded_by_its_title_for_who_takes_part(world, programme):
    told = recorded(title(programme, world.bureau), world.ben)
    own = recorded(title(programme, world.county, "全县启动会"), world.ana)

    assert (told.item, told.briefing, told.supervisor) == (None, None, world.county)
    assert (own.state, own.supervisor) == (PublicityState.RECORDED, world.county)
    with pytest.raises(RuleBroken, match="own paper"):
        confirm_publicity(own, by=world.ana, now=OCTOBER)
    with pytest.raises(RuleBroken, match="does not take part"):
        recorded(title(programme, world.child), world.kid)
    with pytest.raises(BadInput):
        recorded(title(programme, world.bureau, " "), world.ben)


def test_a_published_issue_is_told_elsewhere_until_it_is_withdrawn(world, programme):
    issue = signed_issue(world, series_of(world))
    root = publish_issue(issue, by=world.ana, now=SEPTEMBER)
    told = recorded(Subject.of_briefing(root, programme), world.ana)
    assert (told.briefing, told.title, told.organisation) == (root, root.title, world.county)

    withdraw_issue(issue, reason="数字有误", by=world.system, now=OCTOBER)

    with pytest.raises(RuleBroken, match="withdrawn"):
        recorded(Subject.of_briefing(root, programme), world.ana, outlet="广西日报")


def test_a_withdrawal_says_why_once_and_deletes_nothing(world, programme):
    told = recorded(adopted(world, programme), world.ben)
    with pytest.raises(BadInput):
        withdraw_publicity(told, reason=" ", by=world.ben, now=OCTOBER)
    with pytest.raises(Stale):
        withdraw_publicity(told, reason="有误", seen=7, by=world.ben, now=OCTOBER)

    withdraw_publicity(told, reason="登记有误", by=world.ben, now=OCTOBER)

    with pytest.raises(RuleBroken, match="already"):
        withdraw_publicity(told, reason="登记有误", by=world.ben, now=OCTOBER)
    with pytest.raises(RuleBroken, match="already"):
        confirm_publicity(told, by=world.ana, now=OCTOBER)
    kept = Publicity.objects.get()
    assert (kept.state, kept.withdrawal_reason) == (PublicityState.WITHDRAWN, "登记有误")
