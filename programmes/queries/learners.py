"""Who is to learn, what each has learnt, who still lacks what, and who missed a class (P2-18, P1-35, P1-37)."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from groups.access import visible_persons
from groups.models import Person, Tenure
from groups.queries import in_force, lasting
from programmes.models import (
    Activity,
    Attendance,
    Enrolment,
    Participant,
    Plan,
    Programme,
    TeamMember,
    Training,
)
from programmes.models.project import TeamRole
from programmes.queries import ZONE, applying, local_day
from programmes.queries.trainings import NOT_LEARNING
from programmes.states import CLASSES, ActivityState, Presence, Selection

MOST_A_DAY = 8
MISSED = (Presence.EXCUSED, Presence.ABSENT)
MOST_TITLES = 10
LONGEST_TITLE = 30
_BETWEEN_TITLES = re.compile(r"[\s、，,；;]+")


@dataclass(frozen=True)
class Audience:
    """Which people of the roster are meant: by seat, body, title or place in a team, any of them; and by unit."""

    roles: tuple[str, ...] = ()
    """Of posts: office_director …"""
    bodies: tuple[str, ...] = ()
    """Kinds: executive_office, promotion_team …"""
    seats: tuple[str, ...] = ()
    """Roles in the teams of the programme's topics: facilitator, core_learner …"""
    titles: tuple[str, ...] = ()
    """Words that stand somewhere in the person's title or in that of a post he holds: 科长, 主任 … (P1-35)"""
    units: tuple[uuid.UUID, ...] = ()
    """Each alone, without those below; () means all."""
    everybody: bool = False
    """The whole roster of those units."""

    @property
    def named(self) -> bool:
        return bool(self.roles or self.bodies or self.seats or self.titles or self.everybody)


def people_of(user: User, programme: Programme, audience: Audience, day: date) -> QuerySet[Any]:
    """Each person once, however many seats he has; nobody where the audience names nothing."""
    rows = visible_persons(user).filter(lasting(day), starts_on__lte=day)
    if audience.units:
        rows = rows.filter(organisation__in=audience.units)
    if not audience.everybody:
        asked = _seated(audience, day) | _in_teams(programme, audience, day)
        rows = rows.filter(asked | _named_so(audience))
    return rows.select_related("organisation").annotate(place=F("organisation__sort_path"))


def _seated(audience: Audience, day: date) -> Q:
    """By a tenure in force on `day`: it ends with its body at the latest, on whichever day that is."""
    if not (audience.roles or audience.bodies or audience.titles):
        return Q(pk__in=[])
    held = Tenure.objects.filter(in_force(day), person=OuterRef("pk"))
    asked = Q(pk__in=[])
    if audience.roles:
        asked |= Q(role__in=audience.roles)
    if audience.bodies:
        asked |= Q(post__body__kind__in=audience.bodies)
    for word in audience.titles:
        asked |= Q(post__title__icontains=word)
    return Q(Exists(held.filter(asked)))


def _named_so(audience: Audience) -> Q:
    found = Q(pk__in=[])
    for word in audience.titles:
        found |= Q(title__icontains=word)
    return found


def title_words(typed: str) -> tuple[str, ...]:
    """Parted by spaces or commas, each once. Raises BadInput `bad_filter`."""
    words = tuple(dict.fromkeys(word for word in _BETWEEN_TITLES.split(typed) if word))
    torn = any(len(word) > LONGEST_TITLE or not word.isprintable() for word in words)
    if torn or len(words) > MOST_TITLES:
        told = _("At most %(count)d words, each of at most %(most)d characters.")
        message = told % {"count": MOST_TITLES, "most": LONGEST_TITLE}
        raise BadInput(message, fields={"titles": message}, code="bad_filter")
    return words


def _in_teams(programme: Programme, audience: Audience, day: date) -> Q:
    if not audience.seats:
        return Q(pk__in=[])
    members = TeamMember.objects.filter(
        person=OuterRef("pk"), project__programme=programme, role__in=audience.seats
    )
    return Q(Exists(members.on(day)))


def learners_of(user: User, programme: Programme, day: date) -> QuerySet[Any]:
    """Where nobody else is asked for: everybody who learns in a topic's team."""
    seats = tuple(role for role in TeamRole.values if role not in NOT_LEARNING)
    return people_of(user, programme, Audience(seats=seats), day)


def lacking_in(rows: QuerySet[Any], asked: Sequence[str]) -> QuerySet[Any]:
    """Those of `rows` who have not been taught all of `asked`; without any, who were never trained."""
    had = Training.objects.filter(person=OuterRef("pk"), withdrawn_at=None)
    lacks = Q(pk__in=[]) if asked else Q(~Exists(had))
    for key in asked:
        lacks |= Q(~Exists(had.filter(contents=key)))
    return with_learnt(rows.filter(lacks))


def with_learnt(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`learnt`: the contents in which each was trained, in any programme."""
    had = Training.objects.filter(person=OuterRef("pk"), withdrawn_at=None)
    return rows.annotate(learnt=ArraySubquery(had.order_by().values("contents").distinct()))


def plan_of(person: Person, day: date) -> Plan | None:
    """By which his file is read: of the latest programme in which his unit or one above takes part."""
    organisation = person.organisation
    chain = [organisation.pk, *(getattr(organisation, f"ancestor_{n}") for n in range(1, 7))]
    rows = Enrolment.objects.in_force(day).filter(organisation__in=[key for key in chain if key])
    latest = rows.order_by("-programme__starts_on", "-id").values("programme")[:1]
    return plan_applying(Plan.objects.filter(programme=Subquery(latest)), day)


def plan_applying(plans: QuerySet[Any], day: date) -> Plan | None:
    """Of one programme's versions the one in force, with the programme."""
    return applying(list(plans.select_related("programme").order_by("number")), day)


@dataclass(frozen=True)
class Missed:
    """A class that somebody missed, and what makes up for it."""

    key: uuid.UUID
    """Of his seat in it; of his team's own training: of what the log says of him."""
    course: str
    held_on: date
    """Its first day."""
    contents: tuple[str, ...]
    made_up_on: date | None = None
    invited_to: Participant | None = None


@dataclass
class File:
    """All that the register and the lists of classes say of one person; hours are class hours."""

    records: list[Training] = field(default_factory=list)
    seats: list[Participant] = field(default_factory=list)
    asked: tuple[str, ...] = ()
    sessions: list[Attendance] = field(default_factory=list)
    """Seminars, research and whatever else his topic's team held with him there; each once."""
    taught: list[Attendance] = field(default_factory=list)
    """Trainings of his topic's team with class hours, whether he was there or not; each once."""

    @property
    def programmes(self) -> set[uuid.UUID]:
        """In which he was, or is to be, trained."""
        told = {row.programme_id for row in self.records} | {row.programme_id for row in self.seats}
        topics: Iterable[Any] = (row.activity for row in self.taught)
        return told | {each.programme_id for each in topics}

    @property
    def contents(self) -> set[str]:
        """Keys of all that he was, or is to be, taught."""
        topics: Iterable[Any] = (row.activity for row in self.taught)
        told = {key for each in (*self.seats, *topics) for key in each.contents}
        return told | {row.contents for row in self.records}

    @property
    def in_sessions(self) -> Decimal:
        return sum((lasted(row) for row in self.sessions), Decimal(0))

    @property
    def planned(self) -> Decimal:
        """Of the classes to which he was invited and that were or will be held, and of his team's."""
        invited = sum((hours_of(seat) for seat in self.seats if not seat.called_off), Decimal(0))
        return sum((hours_of(row.activity) for row in self.taught), invited)

    @property
    def present(self) -> Decimal:
        return sum((row.hours for row in self.records), Decimal(0))

    @property
    def by_contents(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = dict.fromkeys(self.asked, Decimal(0))
        for row in self.records:
            found[row.contents] = found.get(row.contents, Decimal(0)) + row.hours
        return found

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(key for key in self.asked if not self.by_contents[key])

    @property
    def missed(self) -> list[Missed]:
        """The earliest first: of those to which he was invited, and of his team's."""
        told = [
            Missed(seat.pk, seat.course, seat.held_on, tuple(seat.contents))
            for seat in self.seats
            if seat.presence in MISSED
        ]
        told += [_missed(row) for row in self.taught if row.presence in MISSED]
        return [self._made_up(each) for each in sorted(told, key=lambda each: each.held_on)]

    def _made_up(self, missed: Missed) -> Missed:
        """By what was taught since in all of its contents; else by the next class that teaches one of them."""
        since = [row for row in self.records if _since(row, missed.held_on)]
        days = {
            key: min((row.held_on for row in since if row.contents == key), default=None)
            for key in missed.contents
        }
        if days and all(days.values()):
            return replace(missed, made_up_on=max(day for day in days.values() if day))
        ahead = (
            each
            for each in self.seats
            if not each.presence
            and not each.called_off
            and each.held_on > missed.held_on
            and set(each.contents) & set(missed.contents)
        )
        return replace(missed, invited_to=min(ahead, key=lambda each: each.held_on, default=None))


def _missed(row: Attendance) -> Missed:
    activity: Any = row.activity
    return Missed(row.pk, activity.title, local_day(activity.began_at), tuple(activity.contents))


def _since(row: Training, day: date) -> bool:
    """Taught after `day`; entered by hand, also on it: he came on a part of the days, or made it up at once."""
    return row.held_on > day or (row.activity_id is None and row.held_on == day)


def hours_of(seat: Participant | Activity) -> Decimal:
    """Class hours of all its contents."""
    return sum(map(Decimal, seat.contents.values()), Decimal(0))


def file_of(person: Person, asked: Sequence[str]) -> File:
    """Whoever may read the person reads it: its rows sit at his units."""
    records = Training.objects.filter(person=person, withdrawn_at=None)
    seats = Participant.objects.filter(person=person, selection=Selection.TAKES_PART)
    of_topics = held_with(person)
    taught = _each_once(row for row in of_topics if _teaches(row))
    classes = {row.activity_id for row in taught}
    return File(
        records=list(records.order_by("held_on", "id")),
        seats=list(seats.select_related("organiser").order_by("held_on", "id")),
        asked=tuple(asked),
        sessions=_each_once(
            row
            for row in of_topics
            if row.presence == Presence.PRESENT and row.activity_id not in classes
        ),
        taught=taught,
    )


def held_with(person: Person) -> list[Attendance]:
    """What the logs of his topics say of him, once for each place that he holds in a team."""
    rows = Attendance.objects.filter(
        person=person, activity__project__isnull=False, activity__state=ActivityState.HELD
    )
    return list(rows.select_related("activity").order_by("activity__began_at", "activity", "rank"))


def _teaches(row: Attendance) -> bool:
    """A class with class hours, and he a learner in it."""
    activity: Any = row.activity
    learns = row.role not in NOT_LEARNING
    return learns and activity.kind in CLASSES and bool(activity.contents)


def _each_once(rows: Iterable[Attendance]) -> list[Attendance]:
    """One who holds two places in a team was there once."""
    return list({row.activity_id: row for row in rows}.values())


def lasted(row: Attendance) -> Decimal:
    """Hours by the clock; of several days at most eight each."""
    activity: Any = row.activity
    days = (local_day(activity.ended_at) - local_day(activity.began_at)).days + 1
    seconds = (activity.ended_at - activity.began_at).total_seconds()
    return min(Decimal(round(seconds / 360)) / 10, Decimal(MOST_A_DAY * days))


def missing_a_class(rows: QuerySet[Any], contents: Iterable[str]) -> QuerySet[Any]:
    """Those of `rows` who missed a class on one of `contents`, also of their team, and were not taught it since."""
    seats = Participant.objects.filter(person=OuterRef("pk"), presence__in=MISSED)
    taught = _missed_of_teams()
    missed = Q(pk__in=[])
    for key in contents:
        since = Exists(_taught_since(key))
        missed |= Q(Exists(seats.filter(contents__has_key=key).exclude(since)))
        missed |= Q(Exists(taught.filter(activity__contents__has_key=key).exclude(since)))
    return rows.filter(missed)


def _missed_of_teams() -> QuerySet[Any]:
    """Trainings of a topic that a person of the outer query was to learn in, with `held_on`."""
    rows = Attendance.objects.filter(
        person=OuterRef("pk"), presence__in=MISSED, activity__project__isnull=False,
        activity__state=ActivityState.HELD, activity__kind__in=CLASSES,
    )  # fmt: skip
    first_day = TruncDate("activity__began_at", tzinfo=ZONE)
    return rows.exclude(role__in=NOT_LEARNING).annotate(held_on=first_day)


def _taught_since(key: str) -> QuerySet[Any]:
    """As _since(), of the person and the day of the outer query."""
    had = Training.objects.filter(person=OuterRef("person"), contents=key, withdrawn_at=None)
    that_day = Q(held_on=OuterRef("held_on"), activity=None)
    return had.filter(Q(held_on__gt=OuterRef("held_on")) | that_day)
