"""Who takes part in an activity of a unit: chosen from the roster, told, taken out again (P1-35, P1-37, P1-39)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.workflow import lock_row, wrong_state
from groups.models import Person
from groups.queries import lasting
from programmes.access import runs
from programmes.actions.activities import told_of
from programmes.actions.class_terms import refuse_full
from programmes.actions.invited import take_back_invitations
from programmes.models import Activity, Participant
from programmes.notices import UNINVITED, tell_invited
from programmes.states import ActivityKind, ActivityState, Selection

MOST = 1_000


@transaction.atomic
def add_participants(
    activity: Activity, persons: Sequence[Person], *, by: User, now: datetime
) -> list[Participant]:
    """People of the unit and of the units below. For a study visit they are named, and selected later.

    Raises NotAllowed, BadInput, RuleBroken (`of_a_topic`, `wrong_state`, `named_already`, `full`).
    """
    fresh: Any = lock_row(activity)
    refuse_stranger(fresh, by)
    refuse_unfit(fresh)
    refuse_unfit_people(fresh, persons)
    visit = fresh.kind == ActivityKind.STUDY_VISIT
    if not visit:
        refuse_full(fresh, len(persons))
    chosen = Selection.CANDIDATE if visit else Selection.TAKES_PART
    made = [participant(fresh, person, chosen, by=by, now=now) for person in persons]
    Participant.objects.bulk_create(made)
    record("activity.people_named", target=fresh, by=by, at=now, count=len(made))
    return made


def participant(
    activity: Any, person: Person, selection: str, *, by: User, now: datetime
) -> Participant:
    """Not saved yet; what it copies of the activity is kept true by tell_participants()."""
    made = Participant(
        activity=activity, programme_id=activity.programme_id, person=person, name=person.name,
        selection=selection, named_by=by, named_name=by.display_name, named_at=now,
        **told_of(activity),
    )  # fmt: skip
    made.place(person.organisation)
    return made


@transaction.atomic
def remove_participant(row: Participant, *, by: User, now: datetime) -> None:
    """He was named by mistake, or cannot come; if he was invited, he is told. Raises NotAllowed, RuleBroken (`logged`)."""
    activity: Any = lock_row(row.activity)
    refuse_stranger(activity, by)
    fresh = lock_row(row)
    if fresh.presence:
        raise RuleBroken(
            _("%(name)s is in the log already: correct the log instead.") % {"name": fresh.name},
            code="logged",
        )
    take_back_invitations(activity, activity.participants.filter(pk=fresh.pk), now=now)
    fresh.delete()
    record("activity.person_taken_out", target=activity, by=by, at=now, name=fresh.name)


@transaction.atomic
def invite(activity: Activity, *, by: User, now: datetime) -> int:
    """Tells those who take part and have a sign-in, each once. How many. Raises NotAllowed, RuleBroken."""
    fresh: Any = lock_row(activity)
    refuse_stranger(fresh, by)
    refuse_unfit(fresh)
    if fresh.state == ActivityState.HELD:
        raise RuleBroken(_("It was held already: nobody is invited any more."), code="wrong_state")
    rows = fresh.participants.filter(
        selection=Selection.TAKES_PART, told_at=None, person__user__isnull=False
    )
    people = [row.person.user for row in rows.select_related("person__user")]
    retract_notices([fresh.pk], now=now, kind=UNINVITED, people=people)
    tell_invited(fresh, people, now=now)
    rows.update(told_at=now)
    record("activity.invited", target=fresh, by=by, at=now, count=len(people))
    return len(people)


def refuse_stranger(activity: Activity, by: User) -> None:
    if not runs(by, activity):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def refuse_unfit(activity: Any) -> None:
    if activity.project_id is not None:
        raise RuleBroken(
            _("In a topic's activity its team takes part; guests are named in the log."),
            code="of_a_topic",
        )
    if activity.state == ActivityState.DROPPED:
        raise wrong_state(activity)


def refuse_unfit_people(activity: Any, persons: Sequence[Person]) -> None:
    """Raises BadInput, RuleBroken `named_already`."""
    keys = [person.pk for person in persons]
    words = ""
    if not keys:
        words = _("Choose at least one person.")
    elif len(keys) > MOST:
        words = _("At most %(count)d people at once.") % {"count": MOST}
    elif len(set(keys)) < len(keys):
        words = _("The same person is named twice: once is enough.")
    elif stranger := _stranger(activity, persons):
        words = _(
            "%(name)s is not on the roster of %(unit)s or a unit below it on that day:"
            " put such a person into the log as a guest."
        ) % {"name": stranger.name, "unit": activity.organisation}
    if words:
        raise BadInput(words, fields={"persons": words})
    known = activity.participants.filter(person__in=keys).first()
    if known is not None:
        raise RuleBroken(
            _("%(name)s is on the list already.") % {"name": known.name}, code="named_already"
        )


def _stranger(activity: Any, persons: Sequence[Person]) -> Person | None:
    path = activity.org_path
    found = Person.objects.filter(
        lasting(activity.first_day), pk__in=[p.pk for p in persons],
        starts_on__lte=activity.last_day, org_path__gte=path, org_path__lt=path + "~",
    )  # fmt: skip
    fit = set(found.values_list("pk", flat=True))
    return next((person for person in persons if person.pk not in fit), None)
