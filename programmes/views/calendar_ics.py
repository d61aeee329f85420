"""Entries of a calendar for somebody's own calendar program."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.ics import Event, calendar
from programmes.states import ActivityState, EntrySource
from programmes.views.entry_lines import OF_ACTIVITIES, line_of

STATUS = {
    ActivityState.PROPOSED: "TENTATIVE",
    ActivityState.DROPPED: "CANCELLED",
}
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def calendar_of(
    rows: Iterable[Mapping[str, Any]],
    *,
    name: str,
    slug: str,
    absolute: Callable[[str], str],
    cut: bool,
) -> bytes:
    """`absolute` makes a page's path a whole address; `cut` says that more entries would not fit."""
    told = _(
        "Only the entries nearest to today fit; take an address of one organisation or topic for all of them."
    )
    return calendar(name, (_event(row, slug, absolute) for row in rows), text=told if cut else "")


def _event(row: Mapping[str, Any], slug: str, absolute: Callable[[str], str]) -> Event:
    line = line_of(row, slug)
    activity = row["source"] in OF_ACTIVITIES
    return Event(
        uid=f"{row['source']}-{row['id']}@{slug}.action-learning",
        changed=row["changed_at"] or _NEVER,
        sequence=max(row["version"] - 1, 0),
        title=_title(line),
        first_day=row["first_day"],
        last_day=row["last_day"],
        begins=row["begins_at"],
        ends=row["ends_at"],
        text="\n".join(filter(None, _text(row, line))),
        place=row["venue"],
        address=absolute(line["address"]),
        status=STATUS.get(row["state"], "CONFIRMED") if activity else "CONFIRMED",
        kind=line["source_label"],
        busy=activity and row["state"] in (ActivityState.PLANNED, ActivityState.HELD),
    )


def _title(line: Mapping[str, Any]) -> str:
    told: str = line["title"]
    return told if line["source"] == EntrySource.ACTIVITY else f"{line['source_label']}：{told}"


def _text(row: Mapping[str, Any], line: Mapping[str, Any]) -> Iterable[str]:
    yield line["unit"]
    yield line["topic"]
    yield line["detail"]
    yield line["state_label"]
    yield row["reason"]
