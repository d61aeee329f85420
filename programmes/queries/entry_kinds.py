"""The kinds of entries that a calendar shows, each asked behind its own right and walls, all with the same columns."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, TruncDate

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import standing_of
from groups.models import Body, Organisation, Person, Tenure
from programmes.calendar import day_end, day_start
from programmes.models import (
    Activity,
    Attendance,
    Dossier,
    Milestone,
    NextStep,
    Obligation,
    Participant,
    Project,
    TeamMember,
    Turn,
    title_read,
)
from programmes.queries import TICK, ZONE, local_day
from programmes.states import ActivityState, EntrySource, Selection

LONGEST_STAY = timedelta(days=31)
"""No log says that somebody stayed longer; so far back what began may still go on."""
COLUMNS = (
    "source", "id", "first_day", "last_day", "begins_at", "ends_at", "title", "title_en", "year",
    "detail", "state", "unit", "project_id", "project_title", "about", "venue", "reason", "version",
    "changed_at",
)  # fmt: skip
"""`about` is the thing to be opened, of an invitation the person whose training file names it; `title_en` and `year` are for duties, whose words are the plan's."""


@dataclass(frozen=True)
class Asked:
    """What a calendar is narrowed to, both days included.

    `person` asks for what concerns one person; `body` for what concerns whoever has a seat in it on that day,
    and what lies before it; `own` for what concerns the reader himself, with what his units owe and what lies
    with them.
    """

    first: date
    last: date
    sources: tuple[str, ...] = tuple(EntrySource.values)
    programme: uuid.UUID | None = None
    organisation: Organisation | None = None
    project: Project | None = None
    person: Person | None = None
    body: Body | None = None
    own: bool = False
    elsewhere: tuple[uuid.UUID, ...] = ()
    """Activities that stand there already, as the invitations to them."""


def columns(**told: Any) -> dict[str, Any]:
    """All of COLUMNS in their order; what a kind does not have is empty, of its type."""
    empty = {
        "begins_at": nothing(DateTimeField()),
        "ends_at": nothing(DateTimeField()),
        "changed_at": nothing(DateTimeField()),
        "year": Value(0),
        "version": Value(1),
    }
    return {f"c_{name}": told.get(name, empty.get(name, Value(""))) for name in COLUMNS}


def nothing(kind: Any) -> Any:
    return Cast(Value(None), output_field=kind)


def _day_of(instant: str) -> Any:
    """The last day in time of a first instant that is too late."""
    last = ExpressionWrapper(F(instant) - Value(TICK), output_field=DateTimeField())
    return TruncDate(last, tzinfo=ZONE)


def _due_in(asked: Asked, name: str) -> Q:
    """Whose last day lies in the span; `name` is the first instant that is too late."""
    begins, ends = day_start(asked.first, ZONE), day_end(asked.last, ZONE)
    return Q(**{f"{name}__gt": begins, f"{name}__lte": ends})


def _inside(rows: QuerySet[Any], asked: Asked, to: str = "") -> QuerySet[Any]:
    """`rows` by programme, unit with all below it, and topic with its parts; `to` leads to a ledger's row."""
    if asked.programme:
        rows = rows.filter(**{f"{to}programme": asked.programme})
    if asked.organisation is not None:
        rows = rows.filter(**{f"{to}ancestor_{asked.organisation.level}": asked.organisation.pk})
    return rows


def _of_topic(rows: QuerySet[Any], asked: Asked, to: str) -> QuerySet[Any]:
    if asked.project is None:
        return rows
    path = asked.project.tree_path
    return rows.filter(**{f"{to}tree_path__gte": path, f"{to}tree_path__lt": path + "~"})


def personal(asked: Asked) -> bool:
    return asked.own or asked.person is not None or asked.body is not None


def is_he(user: User, asked: Asked, person: str, days: tuple[Any, Any], guest: str = "") -> Q:
    """The one whose calendar it is, by the line of the roster, or by his sign-in where he is from outside.

    Of a body whoever has a seat in it on one of `days`: the first and the last, as its tenures refer to them.
    """
    found = Q()
    if asked.body is not None:
        first, last = days
        seats = Tenure.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=first),
            post__body=asked.body,
            person=OuterRef(person),
            starts_on__lte=last,
        )
        found &= Q(Exists(seats))
    if asked.person is not None:
        return found & Q(**{person: asked.person})
    if asked.body is not None and not asked.own:
        return found
    mine = Q(**{f"{person}__user": user})
    return found & (mine | Q(**{guest: user}) if guest else mine)


def _teams(user: User, asked: Asked, first: str, last: str) -> Any:
    """Where he sits in the team of a row's topic; `first` and `last` are days of that row."""
    days = OuterRef(OuterRef(first)), OuterRef(OuterRef(last))
    he = is_he(user, asked, "person", days, "user")
    return TeamMember.objects.filter(he, project=OuterRef("project"))


def _in_team(user: User, asked: Asked, day: str) -> Q:
    """In the team of a row's topic to this day."""
    return Q(Exists(_teams(user, asked, day, day).in_force()))


def _activities(user: User, asked: Asked, now: datetime) -> QuerySet[Any]:
    """Those that are to be, on their days; what was held, on the days on which it was."""
    begins, ends = day_start(asked.first, ZONE), day_end(asked.last, ZONE)
    held = Q(state=ActivityState.HELD)
    planned = ~held & Q(first_day__lte=asked.last, last_day__gte=asked.first)
    was = held & Q(began_at__gte=begins - LONGEST_STAY, began_at__lt=ends, ended_at__gt=begins)
    rows: Any = Activity.objects.visible_to(user).filter(planned | was)
    rows = _of_topic(_inside(rows, asked), asked, "project__")
    if personal(asked):
        rows = rows.filter(_takes_part(user, asked))
    if asked.elsewhere:
        rows = rows.exclude(pk__in=asked.elsewhere)
    return rows.values(
        **columns(
            source=Value(EntrySource.ACTIVITY.value),
            id=F("id"),
            first_day=_first(),
            last_day=_last(),
            begins_at=Coalesce("began_at", _planned_at("first_day", "begins")),
            ends_at=Coalesce("ended_at", _planned_at("last_day", "ends")),
            title=F("title"),
            detail=F("kind"),
            state=F("state"),
            unit=F("organisation__name"),
            project_id=F("project_id"),
            project_title=F("project__title"),
            about=F("id"),
            venue=Case(_held("venue"), default=F("planned_venue")),
            reason=F("reason"),
            version=F("version"),
            changed_at=Greatest("created_at", "decided_at", "logged_at"),
        )
    )


def _held(then: Any) -> When:
    return When(state=ActivityState.HELD, then=then)


def _first() -> Any:
    held = _held(TruncDate("began_at", tzinfo=ZONE))
    return Case(held, default=F("first_day"), output_field=DateField())


def _last() -> Any:
    return Case(_held(_day_of("ended_at")), default=F("last_day"), output_field=DateField())


def _planned_at(day: str, hour: str) -> Any:
    """That hour of that day in Beijing; null where no hours are planned."""
    return Func(
        F(day),
        F(hour),
        template=f"((%(expressions)s) AT TIME ZONE '{ZONE.key}')",
        arg_joiner=" + ",
        output_field=DateTimeField(),
    )


def _takes_part(user: User, asked: Asked) -> Q:
    """In the team on one of its days, or named in its log; a body's members also where they are invited."""
    seated = _teams(user, asked, "first_day", "last_day").filter(
        Q(left_on=None) | Q(left_on__gt=OuterRef("first_day")), joined_on__lte=OuterRef("last_day")
    )
    days = OuterRef(OuterRef("first_day")), OuterRef(OuterRef("last_day"))
    he = is_he(user, asked, "person", days)
    named = Attendance.objects.filter(he, activity=OuterRef("pk"))
    found = Q(Exists(seated)) | Q(Exists(named))
    if asked.body is None:
        return found
    invited = Participant.objects.filter(
        he, activity=OuterRef("pk"), selection=Selection.TAKES_PART
    )
    return found | Q(Exists(invited))


def _duties(user: User, asked: Asked, now: datetime) -> QuerySet[Any]:
    """Open ones, on their last day."""
    rows: Any = Obligation.objects.visible_to(user).asking(now).exclude(closes_at__lte=now)
    rows = rows.filter(_due_in(asked, "due_at"))
    rows = _of_topic(_inside(rows, asked), asked, "project__")
    if personal(asked):
        rows = rows.annotate(asked_on=_day_of("due_at"))
        mine = _in_team(user, asked, "asked_on")
        units = asked.own and asked.body is None
        rows = rows.filter(mine | Q(organisation__in=_units(user)) if units else mine)
    return rows.with_state(now).values(
        **columns(
            source=Value(EntrySource.DUTY.value),
            id=F("id"),
            first_day=_day_of("due_at"),
            last_day=_day_of("due_at"),
            title=F("rule__title"),
            title_en=F("rule__title_en"),
            year=F("programme__year"),
            detail=F("window_key"),
            state=F("state"),
            unit=F("organisation__name"),
            project_id=F("project_id"),
            project_title=F("project__title"),
            about=F("id"),
            version=F("due_version"),
            changed_at=F("laid_at"),
        )
    )


def _units(user: User) -> list[uuid.UUID]:
    """At which he has a seat."""
    return list({seat.organisation_id for seat in standing_of(user).seats})


def _turns(user: User, asked: Asked, now: datetime) -> QuerySet[Any]:
    """Papers on their way that the reader sees, on the last day of whoever has them."""
    papers = _inside(Dossier.objects.visible_to(user), asked)
    papers = _of_topic(papers, asked, "project__")
    rows: Any = Turn.objects.open().filter(
        _due_in(asked, "due_at"), dossier__in=papers.values("pk")
    )
    if asked.person is not None:
        rows = rows.none()
    elif asked.own:
        rows = rows.filter(holder__in=_units(user))
    if asked.body is not None:
        rows = rows.filter(holder=asked.body.organisation_id, body=asked.body.kind)
    late = When(due_at__lte=now, then=Value("overdue"))
    return rows.values(
        **columns(
            source=Value(EntrySource.TURN.value),
            id=F("id"),
            first_day=_day_of("due_at"),
            last_day=_day_of("due_at"),
            title=title_read(user, "dossier__"),
            detail=F("holder__name"),
            state=Case(late, default=Value("open"), output_field=CharField()),
            unit=F("dossier__organisation__name"),
            project_id=F("dossier__project_id"),
            project_title=F("dossier__project__title"),
            about=F("dossier_id"),
            version=F("number"),
            changed_at=F("received_at"),
        )
    )


def _by_day(now: datetime) -> Any:
    """Of what has a last day and is ticked off."""
    return Case(
        When(done_on__isnull=False, then=Value("done")),
        When(due_on__lt=local_day(now), then=Value("overdue")),
        default=Value("open"),
        output_field=CharField(),
    )


def _milestones(user: User, asked: Asked, now: datetime) -> QuerySet[Any]:
    topics = Project.objects.visible_to(user).values("pk")
    rows: Any = Milestone.objects.filter(
        due_on__gte=asked.first, due_on__lte=asked.last, project__in=topics
    )
    rows = _of_topic(_inside(rows, asked, "project__"), asked, "project__")
    if personal(asked):
        rows = rows.filter(_in_team(user, asked, "due_on"))
    return rows.values(
        **columns(
            source=Value(EntrySource.MILESTONE.value),
            id=F("id"),
            first_day=F("due_on"),
            last_day=F("due_on"),
            title=F("title"),
            state=_by_day(now),
            unit=F("organisation__name"),
            project_id=F("project_id"),
            project_title=F("project__title"),
            about=F("project_id"),
            changed_at=F("created_at"),
        )
    )


def _steps(user: User, asked: Asked, now: datetime) -> QuerySet[Any]:
    """What activities have left to be done and nobody has yet."""
    seen = Activity.objects.visible_to(user).values("pk")
    rows: Any = NextStep.objects.open().filter(
        due_on__gte=asked.first, due_on__lte=asked.last, activity__in=seen
    )
    rows = _of_topic(_inside(rows, asked, "activity__"), asked, "project__")
    if personal(asked):
        days = (OuterRef("due_on"), OuterRef("due_on"))
        member = is_he(user, asked, "owner__person", days, "owner__user")
        rows = rows.filter(member | is_he(user, asked, "owner_person", days))
    return rows.values(
        **columns(
            source=Value(EntrySource.STEP.value),
            id=F("id"),
            first_day=F("due_on"),
            last_day=F("due_on"),
            title=F("text"),
            detail=F("owner_name"),
            state=_by_day(now),
            unit=F("organisation__name"),
            project_id=F("project_id"),
            project_title=F("project__title"),
            about=F("activity_id"),
            changed_at=F("activity__logged_at"),
        )
    )


PARTS: dict[EntrySource, tuple[Permission, Callable[[User, Asked, datetime], QuerySet[Any]]]] = {
    EntrySource.ACTIVITY: (Permission.PROJECT_VIEW, _activities),
    EntrySource.DUTY: (Permission.OBLIGATION_VIEW, _duties),
    EntrySource.TURN: (Permission.DOSSIER_VIEW, _turns),
    EntrySource.MILESTONE: (Permission.PROJECT_VIEW, _milestones),
    EntrySource.STEP: (Permission.PROJECT_VIEW, _steps),
}
"""Each kind with the right it is read by; invitations stand in entry_invitations.py."""
