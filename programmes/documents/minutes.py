"""The minutes of one activity as a paper: who was there, what its methods brought, what is to be done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from actionlearning.foundation.documents import official
from actionlearning.foundation.documents.names import clean_name
from actionlearning.foundation.documents.official import fonts
from actionlearning.foundation.errors import RuleBroken
from programmes.counting import delivered
from programmes.documents import method_wording as wording
from programmes.documents.wording import counted, day_words
from programmes.methods import Part, catalogue, draw, key_causes, parts_of
from programmes.models import Activity, MethodRecord, NextStep
from programmes.queries import ZONE, head_of, local_day
from programmes.queries.next_steps import brought_to, steps_of
from programmes.queries.persons_there import logged_persons, said_of
from programmes.states import ActivityState, Presence, RecordForm

_MAKERS = {"pdf": official.pdf, "docx": official.docx}
_STEPS = (9.0, 45.0, 16.0, 15.0, 15.0)
_LONG = {"minutes", "notes", "cards"}
"""Columns whose texts are paragraphs: their lines are printed one after the other, not as a table."""
_LONGEST_NAME = 110


def minutes_file(activity: Activity, kind: str) -> tuple[str, bytes]:
    """(file name, bytes) as `pdf` or `docx`. Raises RuleBroken (`not_logged`), BadInput (too long)."""
    paper = minutes_of(activity)
    stem = f"{activity.title} {wording.MINUTES}".replace(".", " ")
    return f"{clean_name(stem, limit=_LONGEST_NAME)}.{kind}", _MAKERS[kind](paper)


def minutes_of(activity: Any) -> official.Paper:
    """Raises RuleBroken (`not_logged`) before it was held."""
    if activity.state != ActivityState.HELD:
        words = _("There are minutes once it was held: log it first.")
        raise RuleBroken(words, code="not_logged")
    unit, day = activity.organisation.name, local_day(activity.began_at)
    head = head_of(activity.programme, day)
    return official.Paper(
        title=activity.title,
        dated=day,
        author=unit,
        blocks=(
            official.Title((activity.title,), byline=f"（{wording.MINUTES}）"),
            *_facts(activity, head),
            *_numbered(_sections(activity, head)),
            *_labelled(wording.LOGGER, activity.logged_name),
            official.Signature(unit, day_words(local_day(activity.logged_at))),
        ),
    )


def _facts(activity: Any, head: Mapping[str, Any]) -> Iterator[official.Block]:
    yield from _labelled(wording.TOPIC, activity.project.title if activity.project else "")
    yield from _labelled(wording.WHEN, span_words(activity.began_at, activity.ended_at))
    yield from _labelled(wording.WHERE, activity.venue)
    known = {**wording.MODES, **{row["key"]: row["name"] for row in head.get("modes", ())}}
    modes = "、".join(known[mode] for mode in activity.modes if mode in known)
    yield from _labelled(wording.HOW, modes)


def span_words(began: datetime, ended: datetime) -> str:
    """2026年7月14日15:00—17:00; the last day too where it took several."""
    first, last = began.astimezone(ZONE), ended.astimezone(ZONE)
    until = f"{last:%H:%M}" if first.date() == last.date() else _minute_words(last)
    return f"{_minute_words(first)}—{until}"


def _minute_words(at: datetime) -> str:
    return f"{day_words(at.date())}{at:%H:%M}"


def _labelled(label: str, text: str) -> Iterator[official.Block]:
    if text:
        yield official.Paragraph(text, lead=label, level=1)


_Section = tuple[str, list[official.Block]]


def _sections(activity: Any, head: Mapping[str, Any]) -> Iterator[_Section]:
    yield wording.AGENDA, list(_agenda(activity, head))
    yield wording.ATTENDANCE, list(_attendance(activity, head))
    yield wording.BROUGHT, list(_steps(brought_to(activity)))
    yield wording.METHODS, list(_methods(activity, head))
    yield wording.QUESTIONS, list(official.paragraphs(activity.questions))
    yield wording.REFLECTIONS, list(official.paragraphs(activity.reflections))
    said = official.paragraphs(activity.minutes)
    yield wording.SAID, list(said or [official.Paragraph(wording.NOTHING_WRITTEN)])
    yield wording.STEPS, list(_steps(steps_of(activity)))


def _agenda(activity: Any, head: Mapping[str, Any]) -> Iterator[official.Block]:
    """The parts that the plan gives to every meeting of this kind (P3-29)."""
    served = delivered(activity.kind, by_unit=activity.project_id is None)
    names = [row["name"] for row in head.get("agenda", ()) if row["of"] in served]
    for number, name in enumerate(names, 1):
        yield official.Paragraph(f"（{counted(number)}）{name}")


def _numbered(sections: Iterable[_Section]) -> Iterator[official.Block]:
    """一、 and so on; what holds nothing is left out and not counted."""
    for number, (name, blocks) in enumerate((each for each in sections if each[1]), 1):
        yield official.Heading(f"{counted(number)}、{name}")
        yield from blocks


def _attendance(activity: Any, head: Mapping[str, Any]) -> Iterator[official.Block]:
    named = {row["role"]: row["name"] for row in head.get("team", {}).get("roles", ())}
    persons = logged_persons(activity)
    for presence in Presence:
        there = [_person(each, named) for each in persons if said_of(each) == presence]
        count = f"（{len(there)}人）" if there else ""
        yield from _labelled(wording.PRESENCE[presence], "、".join(there) + count)


def _person(places: Sequence[Any], named: Mapping[str, str]) -> str:
    told = (named.get(row.role) or wording.ROLES.get(row.role, "") for row in places)
    roles = "、".join(role for role in told if role)
    return f"{places[0].name}（{roles}）" if roles else str(places[0].name)


# -- methods -------------------------------------------------------------------------------------------


def _methods(activity: Any, head: Mapping[str, Any]) -> Iterator[official.Block]:
    rows = activity.method_records.filter(removed_at=None).order_by("created_at", "id")
    records, known = list(rows), catalogue(head)
    recorded = {record.method for record in records}
    others = [
        known[key]["name"] if key in known else key
        for key in activity.methods
        if key not in recorded
    ]
    if others:
        yield official.Paragraph(f"使用的方法：{'、'.join(others)}。")
    for number, record in enumerate(records, 1):
        asked = f"：{record.question}" if record.question else ""
        yield official.Heading(f"（{counted(number)}）{record.name}{asked}", 2)
        yield from _record(record)


def _record(record: MethodRecord) -> Iterator[official.Block]:
    if record.form == RecordForm.TREE:
        yield from _tree(record)
    for part in parts_of(record.form, record.content):
        label = wording.WORDS[part.key]
        if part.text:
            yield official.Heading(label, 3)
            yield from official.paragraphs(part.text)
        elif _LONG & set(part.columns):
            yield official.Heading(label, 3)
            yield from _told(part)
        else:
            head = tuple(wording.WORDS[key] for key in part.columns)
            yield official.Table(head, part.rows, caption=label)


def _told(part: Part) -> Iterator[official.Block]:
    """Each line: its short facts as one opening, then its text."""
    for row in part.rows:
        cells = dict(zip(part.columns, row, strict=True))
        cells["hat"] = wording.HATS.get(cells.get("hat", ""), "")
        short = [
            cells[key] for key in cells if key not in _LONG | {"number", "turn"} and cells[key]
        ]
        number = f"{cells['number']}. " if "number" in cells else ""
        yield official.Heading(f"{number}{'，'.join(short)}", 4)
        for key in part.columns:
            if key in _LONG:
                yield from official.paragraphs(cells[key])


def _tree(record: MethodRecord) -> Iterator[official.Block]:
    """Drawn where the paper can be drawn on; the same as indented text in every paper."""
    bones = record.content.get("bones", ())
    picture = draw(record.question or record.name, bones)
    if picture is None:
        return
    told = {"picture": picture, "label": wording.DRAWN, "family": fonts.installed("hei")[0]}
    svg = render_to_string("programmes/fishbone.svg", told)
    yield official.Drawing(svg, picture.width, picture.height, wording.DRAWN)
    for number, bone in enumerate(bones, 1):
        yield official.Heading(f"{number}. {bone['name']}", 3)
        for place, cause in enumerate(bone["causes"], 1):
            yield official.Paragraph(f"（{place}）{_cause(cause)}")
            below = (f"{place}.{n} {_cause(under)}" for n, under in enumerate(cause["under"], 1))
            yield official.EditorsNote(tuple(below), label="")
    yield from _labelled(wording.KEY_CAUSES, "；".join(key_causes(record.content)))


def _cause(cause: Mapping[str, Any]) -> str:
    return f"{'★' if cause['key'] else ''}{cause['text']}"


def _steps(rows: Iterable[NextStep]) -> Iterator[official.Block]:
    lines = tuple(
        (str(number), row.text, row.owner_name, day_words(row.due_on), _done(row))
        for number, row in enumerate(rows, 1)
    )
    if lines:
        yield official.Table(wording.STEP_HEAD, lines, widths=_STEPS)


def _done(row: NextStep) -> str:
    if row.done_on is None:
        return wording.OPEN
    return wording.DONE.format(day=day_words(row.done_on))
