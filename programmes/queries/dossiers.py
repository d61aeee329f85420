"""Papers on their way as lists ask for them: the ledger, what waits for a reader, what his unit has sent."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import reach_of, standing_of
from groups.models import Appointment, Organisation, Person, Tenure
from groups.queries import in_force, named_like
from groups.queries.sitting import Sitting, members_of, sitting
from programmes.models import Dossier, Project, Turn, Voice
from programmes.papers import TOPIC, papers_of
from programmes.procedures import StepKind
from programmes.queries import bad_filter, key_asked, local_day
from programmes.queries.voices import asked, free_to_speak, said_of, speaking
from programmes.states import DossierState

MOST_DRAFTS = 50
"""That are looked through for those that may be sent."""


def narrowed_dossiers(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """`rows` by programme, project, kind of paper, state and `q`: title, or the unit's name or initials.

    Raises BadInput naming the filter that makes no sense.
    """
    for name in ("programme", "project"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("state"):
        if wanted["state"] not in DossierState.values:
            raise bad_filter("state")
        rows = rows.filter(state=wanted["state"])
    words = wanted.get("q", "").strip()
    if words:
        units = named_like(Organisation.objects.all(), words)
        rows = rows.filter(Q(title__icontains=words) | Q(organisation__in=units.values("pk")))
    return rows


def sent_dossiers(user: User) -> QuerySet[Any]:
    """Papers of the units for which `user` sends that lie with somebody, also after they took effect."""
    own = reach_of(user, Permission.DOSSIER_SEND).own_q()
    return Dossier.objects.filter(own, holder__isnull=False)


def drafts_to_send(user: User) -> list[Dossier]:
    """Drafts of the units for which `user` sends that say all their plan asks for, the oldest first."""
    own = reach_of(user, Permission.DOSSIER_SEND).own_q()
    rows = Dossier.objects.filter(own, state=DossierState.DRAFT).exclude(kind=TOPIC)
    known = rows.select_related("plan", "organisation", "programme").order_by("created_at", "id")
    return [row for row in known[:MOST_DRAFTS] if _says_all(row)]


def _says_all(dossier: Dossier) -> bool:
    paper = papers_of(dossier.plan).get(dossier.kind)
    return paper is not None and not paper.missing(dossier.content)


def waiting_turns(user: User, day: date) -> QuerySet[Any]:
    """Open turns that wait for `user` at this moment, and those in which his unit mends a paper.

    Exactly those that take_turn() would let him take, without the ones for which a delegate speaks now.
    Two statements are asked at once: who sits where, and what lies before those bodies.
    """
    earlier = Turn.objects.open().filter(
        dossier=OuterRef("dossier"), kind=StepKind.MEND, number__lt=OuterRef("number")
    )
    mending = Q(kind=StepKind.MEND) & _sends(user) & ~Q(Exists(earlier))
    return Turn.objects.open().filter(mending | Q(pk__in=_waiting_for(user, day)))


def _sends(user: User) -> Q:
    """Where `user` sends what has come back; a topic goes up by the hands that submit topics."""
    topics, papers = (
        reach_of(user, permission).organisations
        for permission in (Permission.PROJECT_SUBMIT, Permission.DOSSIER_SEND)
    )
    topic = Q(dossier__kind=TOPIC)
    return (topic & Q(holder__in=topics)) | (~topic & Q(holder__in=papers))


def waits_for(user: User, project: Project, kind: str, day: date) -> bool:
    """Whether `user` may act now on the topic's paper of this kind; also where it went up before it was one."""
    turns = Turn.objects.open().filter(dossier__project=project, dossier__kind=kind)
    if not turns.exists():
        return True
    mine = waiting_turns(user, day).exclude(kind=StepKind.MEND)
    return bool(mine.filter(dossier__project=project, dossier__kind=kind).exists())


def _waiting_for(user: User, day: date) -> list[Any]:
    """Keys of the turns of the bodies in which `user` sits, at which it is for him to speak."""
    if not user.has_perm(Permission.DOSSIER_ACT):
        return []
    bodies = _bodies_of(user, day)
    if not bodies:
        return []
    lying = Q(pk__in=[])
    for place, body in bodies:
        lying |= Q(holder=place, body=body)
    said = Voice.objects.filter(turn=OuterRef("pk")).order_by("at", "id")
    turns = (
        Turn.objects.open()
        .filter(lying)
        .exclude(kind=StepKind.MEND)
        .annotate(
            told=ArraySubquery(
                said.values(told=JSONObject(by="by", post="post", tenure="tenure", at="at"))
            )
        )
        .values_list("pk", "holder", "body", "together", "dossier__authors", "told")
    )
    found = []
    for key, place, body, together, authors, told in turns:
        voices = said_of((row["by"], row["post"], row["tenure"], row["at"]) for row in told)
        rows = asked(speaking(together, bodies[place, body], authors, voices))
        if any(row.user == user.pk for row in rows):
            found.append(key)
    return found


def _bodies_of(user: User, day: date) -> dict[tuple[Any, str], list[Sitting]]:
    """Of every body in which `user` sits everybody in it; an expert's seats lie outside what he sees."""
    own = Q(user=user) & in_force(day)
    posts = Tenure.objects.filter(own).values("organisation")
    roles = Appointment.objects.filter(own).values("organisation")
    bodies: dict[tuple[Any, str], list[Sitting]] = {}
    outside = standing_of(user).lying
    with scope(user.tenant, path=WHOLE, actor=user) if outside else nullcontext():
        rows = sitting(Q(organisation__in=posts) | Q(organisation__in=roles), day)
    for row in rows:
        bodies.setdefault((row.organisation, row.body), []).append(row)
    return {
        key: seats for key, seats in bodies.items() if any(row.user == user.pk for row in seats)
    }


def seats_at(places: Iterable[Any], *, day: date, tenant: Tenant, by: User) -> list[Sitting]:
    """Everybody in the bodies of `places`, by rank; read with the whole tenant open, for a paper's sender too."""
    keys = list(places)
    if not keys:
        return []
    with scope(tenant, path=WHOLE, actor=by):
        return sitting(Q(organisation__in=keys), day)


def seats_for(
    dossier: Dossier, organisation: Organisation, body: str, *, now: datetime, by: User
) -> list[Sitting]:
    """Everybody in one body, by rank, whoever asks."""
    with scope(dossier.tenant, path=WHOLE, actor=by):
        return members_of(organisation, body, local_day(now))


def speakers_of(
    dossier: Dossier, organisation: Organisation, body: str, *, now: datetime, by: User
) -> list[Sitting]:
    """Who may speak for a body on this paper, by rank: whoever sits there and did not write it."""
    rows = seats_for(dossier, organisation, body, now=now, by=by)
    return free_to_speak(rows, dossier.authors)


def person_behind(user: User, *, tenant: Tenant) -> Any:
    """Key of the person whose sign-in it is; None for one that belongs to nobody on a roster."""
    with scope(tenant, path=WHOLE, actor=user):
        return Person.objects.filter(user=user).values_list("pk", flat=True).first()
