"""One paper as a client reads it: its text, its way, its turns and opinions in one statement."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from programmes.actions.dossiers import held_by_sender
from programmes.actions.drawn import redrawn
from programmes.actions.holders import vacant_words
from programmes.api.asking import names_of
from programmes.api.dossier_shapes import (
    DossierLine,
    DossierRemark,
    DossierTextLine,
    DossierTurnLine,
    DossierVoice,
)
from programmes.clauses import cited_of_paper
from programmes.models import TEXT_READ, Dossier, DossierText, Remark, Turn, Voice
from programmes.papers import Charge, answer_of, charges, papers_of
from programmes.procedures import StepKind
from programmes.queries import local_day
from programmes.queries.dossiers import seats_at
from programmes.queries.drafts import by_plan_in_force
from programmes.queries.earlier_texts import in_effect_before
from programmes.queries.leaders import JUDGING, TOLD, leaders_of, with_topic_leaders
from programmes.queries.voices import free_to_speak
from programmes.states import DossierState

LISTED = tuple(names_of(DossierLine))
_OWN = (*LISTED, "reason", "previous_id")
COLUMNS = tuple("shown_title" if name == "title" else name for name in LISTED)
"""Of the list's rows: the title as the asker reads it."""


def dossier_whole(dossiers: QuerySet[Any], key: Any, *, by: User, now: datetime) -> dict[str, Any]:
    """See `DossierWhole`. Raises Http404 where it is not among `dossiers`."""
    rows = dossiers.select_related("plan", "programme", "project").filter(pk=key)
    found = _with_journey(rows).first()
    if found is None:
        raise Http404
    by_plan_in_force(found, now)
    paper = papers_of(found.plan).get(found.kind)
    told = held({name: getattr(found, name) for name in _OWN})
    told["title"] = found.shown_title
    told["content"] = _content_for(by, found)
    told["name"] = paper.name if paper else found.kind
    steps = found.steps or (paper.steps if paper else ())
    told["way"] = [{"organisation": None, **step, "answer": answer_of(step)} for step in steps]
    told |= {"turns": found.journey, "texts": found.sendings, "remarks": found.opinions}
    told["charges"] = _charged(found.journey, now)
    told["unattended"] = _unattended(found, by=by, now=now)
    return told


def held(line: dict[str, Any]) -> dict[str, Any]:
    """A draft is with its unit, as lists and sheets say; no column says so."""
    if "shown_title" in line:
        line = {**line, "title": line["shown_title"]}
    if line["state"] == DossierState.DRAFT:
        return {**line, "holder_id": line["organisation_id"]}
    return line


def _unattended(dossier: Any, *, by: User, now: datetime) -> list[dict[str, Any]]:
    """One statement, one more where nobody may speak; none where nobody is waited for."""
    rows = [
        row for row in dossier.journey if row["acted_at"] is None and row["kind"] != StepKind.MEND
    ]
    places = {uuid.UUID(row["holder_id"]) for row in rows}
    seats = seats_at(places, day=local_day(now), tenant=by.tenant, by=by)
    leaders = leaders_of(getattr(dossier, TOLD))
    able = {
        judging: {
            (str(seat.organisation), seat.body)
            for seat in free_to_speak(seats, dossier.authors, leaders if judging else ())
        }
        for judging in (True, False)
    }
    vacant = [
        row for row in rows if (row["holder_id"], row["body"]) not in able[row["kind"] in JUDGING]
    ]
    cited = cited_of_paper(dossier) if vacant else ()
    return [
        {
            "turn": row["id"],
            "holder_id": row["holder_id"],
            "holder_name": row["holder_name"],
            "body": row["body"],
            "remedy": vacant_words(row["holder_name"]),
            "clauses": [asdict(each) for each in cited],
        }
        for row in vacant
    ]


def _content_for(user: User, dossier: Any) -> dict[str, Any]:
    """What `user` reads on the paper's page: what was sent, unless he may write; {} before that.

    While the unit has the pen, what is drawn from the topic and its team is read there as it stands now.
    """
    if not user.has_perm(Permission.DOSSIER_WRITE, dossier):
        return dossier.sent_content or {}
    paper = papers_of(dossier.plan).get(dossier.kind)
    if paper is None or not held_by_sender(dossier):
        return dossier.content  # type: ignore[no-any-return]
    return redrawn(dossier, paper)


def _with_journey(dossiers: Any) -> Any:
    voices = Voice.objects.filter(turn=OuterRef("pk")).order_by("at", "id")
    turns = Turn.objects.filter(dossier=OuterRef("pk")).order_by("number")
    texts = DossierText.objects.filter(dossier=OuterRef("pk")).order_by("number")
    remarks = Remark.objects.filter(dossier=OuterRef("pk")).order_by("number")
    told = ArraySubquery(voices.values(row=JSONObject(**_same(DossierVoice))))
    turn = {**_same(DossierTurnLine), "holder_name": F("holder__name"), "voices": told}
    return with_topic_leaders(dossiers).annotate(
        text_read=TEXT_READ,
        sent_content=Subquery(texts.filter(number=OuterRef("text_read")).values("content")[:1]),
        journey=ArraySubquery(turns.values(row=JSONObject(**turn))),
        sendings=ArraySubquery(texts.values(row=JSONObject(**_same(DossierTextLine)))),
        opinions=ArraySubquery(remarks.values(row=JSONObject(**_same(DossierRemark)))),
    )


def _same(serializer: Any) -> dict[str, Any]:
    """Fields that are called like their columns."""
    return {name: name for name in names_of(serializer)}


def _charged(turns: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    names = {uuid.UUID(row["holder_id"]): row["holder_name"] for row in turns}
    return [_charge(each, names[each.holder]) for each in charges(map(_turn, turns), now)]


def _charge(each: Charge, name: str) -> dict[str, Any]:
    return {
        "holder_id": each.holder,
        "holder_name": name,
        "body": each.body,
        "days": each.days,
    }


def _turn(row: dict[str, Any]) -> Turn:
    acted = row["acted_at"]
    return Turn(
        kind=row["kind"],
        holder_id=uuid.UUID(row["holder_id"]),
        body=row["body"],
        received_at=datetime.fromisoformat(row["received_at"]),
        acted_at=datetime.fromisoformat(acted) if acted else None,
    )


def earlier_text(dossier: Dossier, by: User) -> DossierText:
    """That was in effect before this revision. Raises Http404, also where `by` may not read it."""
    told = Dossier.objects.filter(pk=dossier.pk).values_list(in_effect_before(by), flat=True).get()
    if told is None:
        raise Http404
    names = ("dossier_id", "number", "title", "content")
    return DossierText(**{name: told[name] for name in names})


def text_of(dossier: Dossier, number: int) -> DossierText:
    """Raises Http404."""
    found: DossierText | None = DossierText.objects.filter(dossier=dossier, number=number).first()
    if found is None:
        raise Http404
    return found
