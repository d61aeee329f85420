"""By what points are given: versioned rules of a programme, and what a new one finds already done."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.models import Programme
from programmes.queries import local_day
from reporting.actions.scores import (
    OWN_RULE,
    SUBMISSION,
    require_points,
    reverse_entry,
    rule_for,
    settle_adoption,
    settle_outlets,
    settle_printed,
    settle_submission,
    wait_for_turn,
)
from reporting.models import InformationItem, Issue, ScoreEntry, ScoreEvent, ScoreRule
from reporting.models.score import OUTLETS
from reporting.states import IssueState


@transaction.atomic
def set_score_rule(
    programme: Programme,
    *,
    event: str,
    points: Decimal,
    applies_from: date,
    by: User,
    now: datetime,
    kind: str = "",
) -> ScoreRule:
    """A new version from `applies_from` on; what is booked keeps the version it was booked by.

    The first rule of an event and type may reach back into the programme: what has happened since is booked
    now, and what the general rule had given for that type is reversed. Raises NotAllowed, BadInput.
    """
    programme = lock_row(programme)
    wait_for_turn(programme.pk, alone=True)
    if not by.has_perm(Permission.SCORE_CHANGE, programme):
        raise NotAllowed(_("You may not change the points here."), code="not_allowed")
    require_points(points)
    if event == ScoreEvent.CORRECTION:
        words = _("Corrections are booked by hand, one by one.")
        raise BadInput(words, fields={"event": words})
    same = ScoreRule.objects.filter(programme=programme, event=event, kind=kind)
    first = not same.exists()
    _require_day(programme, applies_from, today=local_day(now), first=first)
    rule = ScoreRule(programme=programme, event=event, kind=kind, points=points)
    rule.version, rule.applies_from = same.count() + 1, applies_from
    rule.created_by, rule.created_at = by, now
    rule.save(force_insert=True)
    record(
        "score.rule", target=programme, by=by, at=now, event=event, kind=kind,
        points=str(points), applies_from=applies_from.isoformat(), version=rule.version,
    )  # fmt: skip
    if first:
        _make_room(rule, by=by, now=now)
        _catch_up(programme, event, by=by, now=now)
    return rule


def _make_room(rule: ScoreRule, *, by: User, now: datetime) -> None:
    """What the general rule booked for items of this type since the rule's first day is taken back."""
    if not rule.kind:
        return
    given = ScoreEntry.objects.standing().filter(
        programme=rule.programme, event=rule.event, item__kind=rule.kind, rule__kind=""
    )
    for entry in given.select_related("item", "organisation", "rule"):
        if rule_for(entry.item, rule.event, local_day(entry.earned_at)) == rule:
            reverse_entry(entry, reason=OWN_RULE, by=by, now=now)


def _require_day(programme: Programme, day: date, *, today: date, first: bool) -> None:
    """Raises BadInput: booked points keep their rule, so only the first one may reach back."""
    if day > programme.ends_on:
        words = _("The programme has ended by then.")
    elif not first and day < today:
        words = _("Points are booked by the earlier rule until today: choose today or later.")
    elif day < programme.starts_on:
        words = _("The programme begins on %(day)s.") % {
            "day": date_format(programme.starts_on, "DATE_FORMAT")
        }
    else:
        return
    raise BadInput(words, fields={"applies_from": words})


def _catch_up(programme: Programme, event: str, *, by: User, now: datetime) -> None:
    for item in InformationItem.objects.filter(
        programme=programme, first_submitted_at__isnull=False
    ).select_related("organisation"):
        if event in SUBMISSION:
            settle_submission(item, by=by, now=now)
        elif event == ScoreEvent.ADOPTED:
            settle_adoption(item, by=by, now=now)
        elif event in OUTLETS:
            settle_outlets(item, by=by, now=now)
    if event == ScoreEvent.PRINTED:
        for issue in Issue.objects.filter(
            state=IssueState.PUBLISHED, articles__paragraphs__item__programme=programme
        ).distinct():
            settle_printed(issue, by=by, now=now)
