"""Everything the page of one paper shows, for the page itself and for every form that comes back to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from actionlearning.foundation.permissions import Permission
from programmes.actions.dossiers import held_by_sender, right_to_send
from programmes.actions.drawn import redrawn
from programmes.actions.remarks import answerable
from programmes.forms.dossiers import DossierNoteForm, DossierReasonForm
from programmes.models import TEXT_READ, Dossier, DossierText, Plan, Turn
from programmes.papers import TOPIC, Paper, charges, differences, papers_of
from programmes.queries import local_day
from programmes.queries.dossiers import CLOSED, unanswered_of
from programmes.queries.drafts import FORMER, by_plan_in_force
from programmes.queries.earlier_texts import in_effect_before
from programmes.states import DossierState, RemarkState
from programmes.views.dossier_journey import (
    Court,
    act_context,
    body_of,
    court_of,
    journey_of,
    remarks_of,
    with_words,
)
from programmes.views.dossier_lines import TONES, numbered
from programmes.views.project_lines import minute_words

TAKEN_BACK_FROM = (DossierState.DRAFT, DossierState.UNDER_WAY, DossierState.RETURNED)


def dossier_or_404(request: Any, pk: Any, permission: Permission) -> Dossier:
    """For whoever may not do it here, it is not there. One statement, with its sent texts.

    What was not sent yet is read by the plan in force; where that is a later one, a second is asked.
    """
    texts = DossierText.objects.filter(dossier=OuterRef("pk"))
    told = JSONObject(number="number", at="at", by="by_name", note="note")
    later = Dossier.objects.filter(previous=OuterRef("pk")).exclude(state=DossierState.TAKEN_BACK)
    rows = Dossier.objects.visible_to(request.user, permission).as_read_by(request.user)
    found: Dossier = get_object_or_404(
        rows.select_related(
            "organisation", "supervisor", "programme", "plan", "project", "holder", "previous"
        ).annotate(
            sent_texts=ArraySubquery(texts.order_by("number").values(told=told)),
            text_read=TEXT_READ,
            sent_content=Subquery(texts.filter(number=OuterRef("text_read")).values("content")[:1]),
            sent_title=Subquery(texts.filter(number=OuterRef("text_read")).values("title")[:1]),
            content_before=Subquery(
                texts.filter(number__lt=OuterRef("sent_text"))
                .order_by("-number")
                .values("content")[:1]
            ),
            title_before=Subquery(
                texts.filter(number__lt=OuterRef("sent_text"))
                .order_by("-number")
                .values("title")[:1]
            ),
            plan_changed=Exists(
                Plan.objects.filter(
                    programme=OuterRef("programme"),
                    number__gt=OuterRef("plan__number"),
                    applies_from__lte=local_day(request.received_at),
                )
            ),
            later_pk=Subquery(later.values("pk")[:1]),
            in_effect_before=in_effect_before(request.user),
        ),
        pk=pk,
    )
    if found.plan_changed:  # type: ignore[attr-defined]
        by_plan_in_force(found, request.received_at)
    return found


def to_dossier(request: Any, dossier: Dossier) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:dossier_detail", args=[request.tenant.slug, dossier.pk])
    )


def paper_of(dossier: Dossier) -> Paper:
    """Of the version of the plan by which it travels; bare where that one does not know it."""
    found = papers_of(dossier.plan).get(dossier.kind)
    bare = {"kind": dossier.kind, "name": dossier.kind, "name_en": dossier.kind, "about": "unit"}
    return found or Paper(bare, {})


def page_context(request: Any, dossier: Dossier, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: a form that was refused, its refusal."""
    user, now = request.user, request.received_at
    paper, turns = paper_of(dossier), _turns(dossier)
    if held_by_sender(dossier) and dossier.ended_at is None:
        dossier.content = redrawn(dossier, paper)
    court = court_of(dossier, turns, by=user, now=now, tenant=request.tenant)
    content = _content_for(user, dossier)
    context = {
        "dossier": dossier,
        "paper_name": numbered(paper.name, dossier.number, dossier.revision),
        "tone": TONES.get(DossierState(dossier.state), ""),
        "court": court,
        "text": text_context(paper, content) if content is not None else None,
        "former": _former(user, dossier),
        "revised": revised(paper, dossier, content, _title_for(user, dossier)),
        "texts": [_text_line(row) for row in dossier.sent_texts],  # type: ignore[attr-defined]
        "journey": journey_of(turns, now),
        "charges": _charges(turns, now),
        "earlier_in_effect": dossier.state == DossierState.STANDING
        and dossier.number_read() != dossier.standing_text,
        "can_answer": user.has_perm(Permission.DOSSIER_WRITE, dossier)
        and dossier.state not in CLOSED,
        **_sender_acts(user, dossier, paper, turns),
        **_body_acts(dossier, paper, court),
    }
    context["remarks"] = remarks_of(
        turns,
        may_answer=lambda row: context["can_answer"] and _answerable(dossier, row),
        given=given,
    )
    return {**context, **given}


def _answerable(dossier: Dossier, remark: Mapping[str, Any]) -> bool:
    sent = [row["at"] for row in dossier.sent_texts]  # type: ignore[attr-defined]
    return answerable(
        remark["state"],
        datetime.fromisoformat(remark["at"]) if remark["at"] else None,
        held=held_by_sender(dossier),
        sent_at=datetime.fromisoformat(sent[-1]) if sent else None,
    )


def _turns(dossier: Dossier) -> list[Turn]:
    """In their order, each with what was said at it; one statement whatever their number."""
    return list(with_words(dossier.turns.select_related("holder")).order_by("number"))


def _content_for(user: Any, dossier: Dossier) -> Mapping[str, Any] | None:
    """Whoever writes it reads it as it stands now; everybody else what was sent, None before that."""
    if user.has_perm(Permission.DOSSIER_WRITE, dossier):
        return dossier.content  # type: ignore[no-any-return]
    return dossier.sent_content  # type: ignore[attr-defined, no-any-return]


def _title_for(user: Any, dossier: Dossier) -> str:
    if user.has_perm(Permission.DOSSIER_WRITE, dossier):
        return dossier.title
    return dossier.sent_title or ""  # type: ignore[attr-defined]


def revised(
    paper: Paper, dossier: Dossier, content: Mapping[str, Any] | None, title: str
) -> dict[str, Any] | None:
    """What a text of it says otherwise than what was in effect before; None where the reader has not both."""
    before = dossier.in_effect_before  # type: ignore[attr-defined]
    if before is None or content is None:
        return None
    changed = differences(paper, before["content"], content, (before["title"], title))
    return {
        "dossier": before["dossier_id"],
        "revision": before["revision"],
        "number": before["number"],
        "in_effect": before["state"] == DossierState.STANDING,
        "changed": changed,
        "names": "、".join(name for name, _runs in changed),
    }


def _former(user: Any, dossier: Dossier) -> list[dict[str, str]]:
    """Words whose part the plan has dropped: for whoever writes the paper, while it may be written."""
    if held_by_sender(dossier) and user.has_perm(Permission.DOSSIER_WRITE, dossier):
        return list(dossier.content.get(FORMER, ()))
    return []


def text_context(paper: Paper, content: Mapping[str, Any]) -> dict[str, Any]:
    told = content.get("sections", {})
    lines = content.get("tracks", ())
    return {
        "sections": [
            {"name": name, "text": told.get(key, ""), "required": key in paper.required}
            for key, name in paper.sections.items()
        ],
        "timetables": [
            {"name": name, "lines": [line for line in lines if line["track"] == key]}
            for key, name in paper.tracks.items()
        ],
    }


def _text_line(row: Mapping[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(row["at"])
    return {**row, "at": minute_words(at)}


def _charges(turns: list[Turn], now: datetime) -> list[tuple[str, int]]:
    names = {(turn.holder_id, turn.body): body_of(turn) for turn in turns}
    return [(names[each.holder, each.body], each.days) for each in charges(turns, now)]


def _sender_acts(user: Any, dossier: Dossier, paper: Paper, turns: list[Turn]) -> dict[str, Any]:
    """What the sender's people may do, asked as the verbs ask it."""
    writes = user.has_perm(Permission.DOSSIER_WRITE, dossier)
    sends = user.has_perm(right_to_send(dossier), dossier)
    held = held_by_sender(dossier) and dossier.ended_at is None
    opened = [row for turn in turns for row in turn.told_remarks]  # type: ignore[attr-defined]
    version = {"version": dossier.version}
    return {
        "can_edit": writes and held and dossier.kind != TOPIC,
        "can_send": sends and held,
        "sent_before": dossier.sent_text > 0,
        "missing": paper.missing(dossier.content) if writes and held else [],
        "unanswered": [row["number"] for row in opened if row["state"] == RemarkState.OPEN],
        "unanswered_before": _unanswered_before(dossier) if writes and held else [],
        "can_take_back": sends and dossier.state in TAKEN_BACK_FROM,
        "can_take_back_words": sends and dossier.has_later_words(),
        "can_revise": writes
        and dossier.kind != TOPIC
        and dossier.state in (DossierState.STANDING, DossierState.ENDED)
        and dossier.later_pk is None,  # type: ignore[attr-defined]
        "send_form": DossierNoteForm(initial=version, auto_id="send_%s"),
        "take_back_form": DossierReasonForm(initial=version, auto_id="back_%s"),
        "words_form": DossierReasonForm(initial=version, auto_id="words_%s"),
        "revise_form": DossierReasonForm(initial=version, auto_id="revise_%s"),
    }


def _unanswered_before(dossier: Dossier) -> list[int]:
    """Of the revision before, which its sending would be refused for."""
    return unanswered_of(dossier.previous) if dossier.previous is not None else []


def _body_acts(dossier: Dossier, paper: Paper, court: Court) -> dict[str, Any]:
    """The decision form of a reader who may speak now, and what is new in the text since it was sent before."""
    if court.mine is None:
        return {}
    before = dossier.content_before  # type: ignore[attr-defined]
    sent = dossier.sent_content  # type: ignore[attr-defined]
    titles = (dossier.title_before, dossier.sent_title)  # type: ignore[attr-defined]
    changed = differences(paper, before, sent, titles) if before is not None else []
    return {
        **act_context(court, dossier),
        "changed": changed,
        "changed_names": "、".join(name for name, _runs in changed),
    }
