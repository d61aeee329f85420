"""From adopted items to a published issue, by the three people an office needs for it."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from programmes.models import Programme
from reporting.actions.articles import compile_items
from reporting.actions.issues import check_issue, offer_issue, sign_issue, start_issue
from reporting.actions.items import adopt_item
from reporting.actions.publicity import Appearance, Subject, record_publicity
from reporting.actions.publishing import publish_issue
from reporting.actions.series import open_series
from reporting.models import InformationItem, Publication, Publicity
from tests.packs.stage import Unit, send_item


def adopted(
    programme: Programme, unit: Unit, office: Unit, month: str, now: datetime
) -> InformationItem:
    """Sent by the unit, taken up by the office above it."""
    (item,) = send_item(programme, unit, month)(now)
    return adopt_item(item, by=office.staff, now=now)


def publish(office: Unit, title: str, *items: InformationItem, now: datetime, **facts: Any) -> Any:
    """No. 1 of a new series: compiled by the clerk, checked by the director, signed by the leader."""
    words = {"slug": "", "compiler": f"{office.organisation.name}行动学习办公室"} | facts
    series = open_series(
        organisation=office.organisation, title=title, by=office.director, now=now, **words
    )
    issue = start_issue(series, by=office.staff, now=now)
    compile_items(issue, items, by=office.staff, now=now)
    issue = check_issue(offer_issue(issue, by=office.staff, now=now), by=office.director, now=now)
    return publish_issue(sign_issue(issue, by=office.leader, now=now), by=office.staff, now=now)


def told(
    about: InformationItem | Publication | str, unit: Unit, by: Any, *, now: datetime, **where: Any
) -> Publicity:
    """`about` is an item, an issue or a title; `programme` goes with the latter two."""
    programme = where.pop("programme", None)
    if isinstance(about, InformationItem):
        subject = Subject.of_item(about)
    elif isinstance(about, Publication):
        subject = Subject.of_briefing(about, programme)
    else:
        subject = Subject(programme=programme, organisation=unit.organisation, title=about)
    facts: dict[str, Any] = {
        "link": "https://news.example/1.html",
        "told_on": localdate(now),
    } | where
    return record_publicity(subject, appearance=Appearance(**facts), by=by, now=now)
