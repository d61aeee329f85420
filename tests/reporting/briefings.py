"""Issues in every state, made by the real verbs: Cai compiles, Ana checks, Lin signs, in the county's office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actionlearning.foundation.models import User
from groups.roles import Role
from programmes.models import Programme
from reporting.actions.articles import compile_items
from reporting.actions.giving_up import discard_issue, void_issue
from reporting.actions.issues import check_issue, offer_issue, sign_issue, start_issue, unsign_issue
from reporting.actions.items import adopt_item
from reporting.actions.series import open_series
from reporting.models import Issue, Series
from reporting.states import IssueState
from tests.reporting.items import BODY, submitted
from tests.running import beijing
from tests.world import World, _seated

OCTOBER = beijing(10, 9)


@dataclass
class Office:
    """The county's office with a series; `world` and its programme are underneath."""

    world: World
    programme: Programme
    series: Series
    cai: User
    ana: User
    lin: User


def open_office(world: World, programme: Programme, **facts: Any) -> Office:
    cai = _seated(world.system, world.county, "cai", "蔡编", Role.OFFICE_STAFF)
    lin = _seated(world.system, world.county, "lin", "林签", Role.LEADING_GROUP_LEADER)
    return Office(world, programme, series(world, **facts), cai, world.ana, lin)


def series(world: World, **facts: Any) -> Series:
    words = {
        "title": "行动学习简报",
        "slug": "jianbao",
        "compiler": "藤县行动学习领导小组办公室",
        "note": "内部资料，注意保存",
        "report_to": ["县委办公室"],
        "issue_to": ["各单位行动学习办公室"],
        "copies": 60,
    }
    return open_series(organisation=world.county, by=world.ana, now=OCTOBER, **(words | facts))


def adopted(office: Office, number: int = 0, **text: Any) -> Any:
    """An adopted item of the bureau; each `number` is a text of its own."""
    words = {"title": f"研讨会情况之{number}", "body": f"{BODY}\n第{number}次会议明确了责任人。"}
    item = submitted(office.world, office.programme, **(words | text))
    return adopt_item(item, by=office.ana, now=beijing(9, 12))


def adopted_today(office: Office, number: int, now: datetime) -> Any:
    """The same at a moment of the real clock, for walks in a browser."""
    words = {"title": f"研讨会情况之{number}", "body": f"{BODY}\n第{number}次会议明确了责任人。"}
    item = submitted(office.world, office.programme, now=now, **words)
    return adopt_item(item, by=office.ana, now=now)


def drafted(office: Office, *items: Any, now: datetime = OCTOBER, **facts: Any) -> Issue:
    issue = start_issue(office.series, by=office.cai, now=now, **facts)
    chosen = items or (adopted(office, Issue.objects.count()),)
    compile_items(issue, chosen, by=office.cai, now=now)
    return Issue.objects.get(pk=issue.pk)


def offered(office: Office, *items: Any, now: datetime = OCTOBER) -> Issue:
    return offer_issue(drafted(office, *items, now=now), by=office.cai, now=now)


def checked(office: Office, *items: Any, now: datetime = OCTOBER) -> Issue:
    return check_issue(offered(office, *items, now=now), by=office.ana, now=now)


def signed_issue(office: Office, *items: Any, now: datetime = OCTOBER) -> Issue:
    return sign_issue(checked(office, *items, now=now), by=office.lin, now=now)


def issue_in(state: str, office: Office, *items: Any) -> Issue:
    """An issue in `state`: the two that follow signing are set, their verbs are publishing.py's."""
    if state == IssueState.DRAFT:
        return drafted(office, *items)
    if state == IssueState.CHECKED:
        return checked(office, *items)
    if state == IssueState.DISCARDED:
        return discard_issue(drafted(office, *items), reason="误建", by=office.cai, now=OCTOBER)
    issue = signed_issue(office, *items)
    if state == IssueState.VOID:
        unsign_issue(issue, reason="失实", by=office.lin, now=OCTOBER)
        return void_issue(issue, reason="失实", by=office.lin, now=OCTOBER)
    if state in (IssueState.PUBLISHED, IssueState.WITHDRAWN):
        Issue.objects.filter(pk=issue.pk).update(
            state=state, published_by=office.cai, published_at=OCTOBER
        )
        issue.refresh_from_db()
    return issue
