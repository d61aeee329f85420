"""A duty that is blocked upstream, in words: who holds the paper, and since when."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from programmes.models import Dossier, Turn
from programmes.queries import local_day
from programmes.views.dossier_lines import days_between, holder_words


def held_words(turn: Turn, now: datetime) -> str:
    """One sentence for a line: `等待藤县 · 推动小组（2026-07-09起，已12天）`."""
    days = days_between(turn.received_at, now)
    told = {
        "holder": holder_words(turn.holder.name, turn.body),
        "since": local_day(turn.received_at).isoformat(),
        "count": days,
    }
    words = ngettext(
        "with %(holder)s since %(since)s, %(count)d day",
        "with %(holder)s since %(since)s, %(count)d days",
        days,
    )
    return words % told


def holder_of_turn(turn: Turn, user: User, slug: str, now: datetime) -> dict[str, Any]:
    """For the page of one duty; the paper is a link where this reader may open it."""
    paper = turn.dossier
    seen = Dossier.objects.visible_to(user).as_read_by(user).filter(pk=paper.pk).first()
    return {
        "organisation": holder_words(turn.holder.name, turn.body),
        "people": [],
        "since": local_day(turn.received_at).isoformat(),
        "days": days_between(turn.received_at, now),
        "paper": seen.shown_title if seen and user.has_perm(Permission.DOSSIER_VIEW) else "",
        "paper_address": reverse("programmes:dossier_detail", args=[slug, paper.pk]),
        "words": _("It cannot be done before this body has acted on the paper."),
    }


def told_of(turn: Turn | None) -> dict[str, Any] | None:
    """The same for programs."""
    if turn is None:
        return None
    return {
        "organisation": str(turn.holder_id),
        "organisation_name": turn.holder.name,
        "body": turn.body,
        "since": turn.received_at,
        "paper": str(turn.dossier_id),
        "kind": turn.dossier.kind,
    }
