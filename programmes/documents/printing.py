"""A paper in official layout: what is printed of which of its texts, for PDF and Word alike."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from actionlearning.foundation.documents import official
from actionlearning.foundation.documents.names import clean_name
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from programmes.actions.dossiers import held_by_sender
from programmes.actions.drawn import redrawn
from programmes.documents import wording
from programmes.models import Dossier, Turn, Voice
from programmes.papers import Paper, papers_of
from programmes.procedures import LAWS, Effect, Outcome
from programmes.queries import local_day
from programmes.states import DossierState

DRAFT = "draft"
"""How the text being written is asked for; sent texts go by their number."""
MEDIA_TYPES = {"pdf": official.PDF, "docx": official.DOCX}
_MAKERS = {"pdf": official.pdf, "docx": official.docx}
AGAINST = (Outcome.REFUSED, Outcome.DECLINED)
_UNDATED = date(2000, 1, 1)
"""Only in the properties of a draft's file."""
_LONGEST_NAME = 110
_SUBHEADING = re.compile(r"（[一二三四五六七八九十]{1,3}）[^。；！？]{1,28}")
# Shares of the line: a day, and a span of days, stand on one line.
_TIMETABLE = (9.0, 9.0, 38.0, 44.0)
_VOICES = (9.0, 18.0, 11.0, 12.0, 23.0, 27.0)
_REMARKS = (9.0, 18.0, 29.0, 12.0, 32.0)


@dataclass(frozen=True)
class Print:
    """One text of a paper as it is to be printed; number 0 is the text being written."""

    dossier: Dossier
    number: int
    title: str
    content: Mapping[str, Any]
    dated: date | None
    opinions: bool = False

    @property
    def is_draft(self) -> bool:
        return self.number == 0

    @property
    def in_effect(self) -> bool:
        return self.dossier.state == DossierState.STANDING and (
            self.number == self.dossier.standing_text
        )


def print_of(dossier: Dossier, asked: str, *, by: User, opinions: bool = False) -> Print:
    """`asked`: "draft", the number of a sent text, or '' for what `by` reads on the paper's page.

    Raises BadInput, RuleBroken (`not_sent`), Http404 where that text is not his to read.
    """
    writes = by.has_perm(Permission.DOSSIER_WRITE, dossier)
    if asked == DRAFT or (not asked and writes and held_by_sender(dossier)):
        if not writes:
            raise Http404
        told = redrawn(dossier, _paper(dossier)) if held_by_sender(dossier) else dossier.content
        return Print(dossier, 0, dossier.title, told, None, opinions)
    number = _number(dossier, asked)
    found = dossier.texts.filter(number=number).first()
    if found is None:
        raise Http404
    day = local_day(found.at)
    return Print(dossier, found.number, found.title, found.content, day, opinions)


def _number(dossier: Dossier, asked: str) -> int:
    if not asked:
        number = dossier.number_read()
        if not number:
            raise RuleBroken(
                _("It is still being written: its text is read here once it is sent."),
                code="not_sent",
            )
        return number
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 5:
        words = _("Give the number of a text, or “draft”.")
        raise BadInput(words, fields={"text": words})
    return int(asked)


def file_of(copy: Print, kind: str) -> tuple[str, bytes]:
    """(file name, bytes) as `pdf` or `docx`; the same text and opinions give the same bytes."""
    stem = copy.title.replace(".", " ")
    if copy.is_draft:
        stem = f"{wording.DRAFT_NAME}_{stem}"
    name = f"{clean_name(stem, limit=_LONGEST_NAME)}.{kind}"
    return name, _MAKERS[kind](paper_of(copy))


def paper_of(copy: Print) -> official.Paper:
    turns = list(copy.dossier.turns.select_related("holder").order_by("number"))
    unit = copy.dossier.organisation.name
    return official.Paper(
        title=copy.title,
        dated=copy.dated or _UNDATED,
        author=unit,
        blocks=tuple(_blocks(copy, turns)),
        tail=_tail(copy, turns),
    )


def _blocks(copy: Print, turns: list[Turn]) -> Iterator[official.Block]:
    yield official.Title((copy.title,), byline=_mark(copy))
    if to := _addressees(copy, turns):
        yield official.Recipient(to)
    yield from _body(copy)
    if copy.opinions:
        yield official.Attachments((wording.OPINIONS,))
    dated = wording.day_words(copy.dated) if copy.dated else ""
    yield official.Signature(copy.dossier.organisation.name, dated)
    if copy.opinions:
        yield from _opinions(copy)


def _mark(copy: Print) -> str:
    """What nobody may overlook: that it is a draft, or not what stands."""
    if copy.is_draft:
        return f"（{wording.DRAFT}）"
    if copy.in_effect:
        return ""
    if copy.number < copy.dossier.sent_text:
        return f"（第{copy.number}稿，已由后稿代替）"
    words = wording.SENT.get(_fate(copy), "")
    return f"（{words}）" if words else ""


def _fate(copy: Print) -> str:
    """Of a text that no later one replaced: of a paper in effect its changed words are on their way, or came to nothing."""
    dossier = copy.dossier
    if dossier.state != DossierState.STANDING:
        return dossier.state
    if dossier.has_later_words():
        return DossierState.UNDER_WAY
    against = dossier.turns.filter(text=copy.number, outcome__in=AGAINST)
    return DossierState.ENDED if against.exists() else DossierState.TAKEN_BACK


def _addressees(copy: Print, turns: list[Turn]) -> str:
    """`报藤县推动小组审批`: where it lies, else where it goes first."""
    here = [
        (turn.kind, wording.body_words(turn.holder.name, turn.body))
        for turn in turns
        if turn.acted_at is None and turn.text == copy.number and turn.kind in LAWS
    ]
    told = here or _first_step(copy.dossier)
    return "、".join(f"报{body}{wording.STEPS[kind]}" for kind, body in told)


def _first_step(dossier: Dossier) -> list[tuple[str, str]]:
    """(kind, body) of whoever gets it when it is sent: filings beside the first that is waited for."""
    places = {
        "own": dossier.organisation,
        "owner": dossier.programme.owner,
        "supervising": dossier.supervisor,
    }
    found = []
    for step in dossier.steps or _paper(dossier).steps:
        place = places[step["whose"]]
        if place is not None:
            found.append((step["kind"], wording.body_words(place.name, step["body"])))
        if LAWS[step["kind"]].waits:
            break
    return found


def _paper(dossier: Dossier) -> Paper:
    found = papers_of(dossier.plan).get(dossier.kind)
    bare = {"kind": dossier.kind, "name": dossier.kind, "name_en": dossier.kind, "about": "unit"}
    return found or Paper(bare, {})


def _body(copy: Print) -> Iterator[official.Block]:
    """Numbered parts; a part that need not be written and is not, is left out and not counted."""
    spec, told = _paper(copy.dossier).spec, copy.content.get("sections", {})
    number = 0
    for row in spec.get("sections", ()):
        text = str(told.get(row["key"], "")).strip()
        if not text and not (copy.is_draft and row.get("required", True)):
            continue
        number += 1
        yield official.Heading(f"{wording.counted(number)}、{row['name']}")
        yield from _lines(text or wording.UNWRITTEN)
    rows = tuple(_timetable(copy, spec))
    if rows:
        yield official.Heading(f"{wording.counted(number + 1)}、{wording.TIMETABLE}")
        yield official.Table(wording.TIMETABLE_HEAD, rows, widths=_TIMETABLE)


def _lines(text: str) -> Iterator[official.Block]:
    """One paragraph a line; a short line numbered （一） is a heading of the second level."""
    for each in official.paragraphs(text):
        if _SUBHEADING.fullmatch(each.text):
            yield official.Heading(each.text, 2)
        else:
            yield each


def _timetable(copy: Print, spec: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    lines, number = copy.content.get("tracks", ()), 0
    for track in spec.get("tracks", ()):
        mine = [line for line in lines if line["track"] == track["key"]]
        for line in mine:
            number += 1
            days = (date.fromisoformat(line[end]) for end in ("from", "to"))
            yield str(number), track["name"], wording.span_words(*days), line["text"]
        if not mine and copy.is_draft:
            number += 1
            yield str(number), track["name"], "", wording.UNWRITTEN


def _tail(copy: Print, turns: list[Turn]) -> official.Tail | None:
    """Who put this text on record or agreed to it, with number and day; a draft has no end matter."""
    if copy.dated is None:
        return None
    groups = tuple(
        official.Circulation(wording.STEPS[turn.kind], (_decided(turn),))
        for turn in turns
        if turn.text == copy.number and turn.kind in LAWS and _agreed(turn)
    )
    printed = f"{wording.day_words(copy.dated)}报送"
    return official.Tail(groups, printer=copy.dossier.organisation.name, printed=printed)


def _agreed(turn: Turn) -> bool:
    return LAWS[turn.kind].outcomes.get(turn.outcome) is Effect.ONWARD


def _decided(turn: Turn) -> str:
    """`藤县执行办公室，行动备〔2026〕12号，2026年6月15日`."""
    parts = [wording.body_words(turn.holder.name, turn.body)]
    if turn.filing_number:
        parts.append(turn.filing_number)
    if turn.acted_at is not None:
        parts.append(wording.day_words(local_day(turn.acted_at)))
    return "，".join(parts)


def _opinions(copy: Print) -> Iterator[official.Block]:
    """The second part: what the bodies said, and what was asked for point by point with its answer."""
    yield official.Annex(wording.ANNEX, wording.OPINIONS)
    said, asked = tuple(_said(copy.dossier)), tuple(_asked(copy.dossier))
    if said:
        yield official.Table(wording.VOICE_HEAD, said, wording.VOICE_CAPTION, _VOICES)
    if asked:
        yield official.Table(wording.REMARK_HEAD, asked, wording.REMARK_CAPTION, _REMARKS)
    if not said and not asked:
        yield official.Paragraph(wording.NO_OPINION)


def _said(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    rows = Voice.objects.filter(turn__dossier=dossier).select_related("turn__holder")
    for row in rows.order_by("turn__number", "at", "id"):
        body = wording.body_words(row.turn.holder.name, row.turn.body)
        step, outcome = wording.STEPS[row.turn.kind], wording.OUTCOMES[row.outcome]
        day = wording.day_words(local_day(row.at))
        yield step, body, row.spoken_by, outcome, day, row.opinion


def _asked(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    rows = dossier.remarks.select_related("turn__holder").order_by("number")
    for row in rows:
        body = wording.body_words(row.turn.holder.name, row.turn.body)
        yield str(row.number), body, row.text, wording.REMARKS[row.state], row.reply
