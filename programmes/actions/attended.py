"""What a log says of each participant or learner of a team, and the register of trainings that follows."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.activities import tell_participants
from programmes.models import Activity, Attendance, Participant, Training
from programmes.queries import local_day
from programmes.queries.trainings import NOT_LEARNING
from programmes.states import CLASSES, Presence, Selection


def expected_in(activity: Any) -> list[Any]:
    """Who was to take part, in the order in which lists of people are read."""
    rows = activity.participants.filter(selection=Selection.TAKES_PART)
    return list(
        rows.select_related("person").order_by(
            "organisation__sort_path", "person__seniority", "person__pinyin", "id"
        )
    )


@transaction.atomic
def note_presence(
    activity: Any, presence: Mapping[uuid.UUID, str], *, by: User, now: datetime
) -> None:
    """`presence` by key of the participant; {} when the log is taken back. `activity` is locked and saved."""
    rows = expected_in(activity)
    for row in rows:
        row.presence = presence.get(row.pk, "")
    Participant.objects.bulk_update(rows, ["presence"])
    tell_participants(activity)
    _fill_register(activity, [row for row in rows if _there(row)], by=by, now=now)


@transaction.atomic
def give_way_to_class(line: Training, *, by: User, now: datetime) -> None:
    """`line` was entered by hand and is withdrawn: what the log of a class, or of his topic's training, says of that day counts again.

    With the whole tenant open: the class may be one of an office above. They are waited for, so that a log
    being saved meanwhile sees the line gone.
    """
    with scope(by.tenant, path=WHOLE, actor=by):
        seats = Participant.objects.filter(person=line.person_id).values("activity")
        logged = Attendance.objects.filter(person=line.person_id).values("activity")
        his = Q(pk__in=seats, project=None) | Q(pk__in=logged, project__isnull=False)
        classes = Activity.objects.filter(his, programme=line.programme_id)
        for each in classes.select_for_update(of=("self",)).order_by("pk"):
            if each.began_at is None or local_day(each.began_at) != line.held_on:
                continue
            if each.project_id is not None:
                note_learners(each, by=by, now=now)
                continue
            there = [row for row in expected_in(each) if _there(row)]
            _fill_register(each, there, by=by, now=now)


@transaction.atomic
def note_learners(activity: Any, *, by: User, now: datetime) -> None:
    """Of a topic's own training: its team learns, and nobody is invited. `activity` is locked, its log kept."""
    rows = Attendance.objects.filter(activity=activity, person__isnull=False)
    there = [
        row
        for row in rows.exclude(role__in=NOT_LEARNING).select_related("person").order_by("rank")
        if _there(row)
    ]
    for row in there:  # the register sits at the person's unit, the list at the topic's
        row.organisation_id, row.org_path = row.person.organisation_id, row.person.org_path
    _fill_register(activity, there if activity.kind in CLASSES else [], by=by, now=now)


def _there(row: Any) -> bool:
    return bool(row.presence == Presence.PRESENT)


def _fill_register(activity: Any, there: Iterable[Any], *, by: User, now: datetime) -> None:
    """One line for each content and each person who was there; what the log no longer says is withdrawn."""
    wanted = _taught(activity, there)
    for line in Training.objects.filter(activity=activity, withdrawn_at=None):
        told = wanted.get((line.person_id, line.contents))
        same = line.title == activity.title[:120]
        if told is not None and same and (line.held_on, line.hours) == told[1:]:
            del wanted[(line.person_id, line.contents)]
        else:
            line.withdrawn_at = now
            line.save(update_fields=["withdrawn_at"])
    known = _by_hand(activity, wanted)
    made = [
        _line(activity, row, contents, day, hours, by, now)
        for (person, contents), (row, day, hours) in wanted.items()
        if (person, contents, day) not in known
    ]
    Training.objects.bulk_create(made)
    if made:
        record("training.recorded", target=activity, by=by, at=now, count=len(made))


def _taught(
    activity: Any, there: Iterable[Any]
) -> dict[tuple[uuid.UUID, str], tuple[Any, date, Decimal]]:
    if activity.began_at is None:
        return {}
    day = local_day(activity.began_at)
    return {
        (row.person_id, contents): (row, day, Decimal(hours))
        for row in there
        for contents, hours in activity.contents.items()
    }


def _by_hand(activity: Any, wanted: Mapping[Any, Any]) -> set[Any]:
    """What was entered before the class was logged counts once."""
    rows = Training.objects.filter(
        programme_id=activity.programme_id, activity=None, withdrawn_at=None,
        person__in={person for person, _contents in wanted},
    )  # fmt: skip
    return set(rows.values_list("person_id", "contents", "held_on"))


def _line(
    activity: Any, row: Any, contents: str, day: date, hours: Decimal, by: User, now: datetime
) -> Training:
    return Training(
        programme_id=activity.programme_id, person_id=row.person_id, activity=activity, name=row.name,
        contents=contents, title=activity.title[:120], held_on=day, hours=hours,
        organisation_id=row.organisation_id, org_path=row.org_path,
        recorded_by=by, recorded_name=by.display_name, recorded_at=now,
    )  # fmt: skip
