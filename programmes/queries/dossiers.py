"""Papers on their way as lists ask for them: the ledger, what waits for a reader, what his unit has sent."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Lookup, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import reach_of, standing_of
from groups.models import Appointment, Organisation, Person, Tenure
from groups.queries import in_force, named_like
from groups.queries.sitting import Sitting, members_of, sitting
from programmes.models import Dossier, Project, Remark, Turn, Voice, title_read
from programmes.papers import TOPIC, papers_of
from programmes.procedures import StepKind
from programmes.queries import bad_filter, key_asked, local_day
from programmes.queries.drafts import all_by_plan_in_force
from programmes.queries.leaders import JUDGING, TOLD, leaders_in, leaders_of, with_leaders
from programmes.queries.voices import asked, free_to_speak, in_turn, said_of, silent, speaking
from programmes.states import DossierState, RemarkState

CLOSED = (DossierState.REPLACED, DossierState.TAKEN_BACK)
"""On such a paper no point is answered any more; one that was refused is learned from."""

MOST_DRAFTS = 50
"""That are looked through for those that may be sent."""


def narrowed_dossiers(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """`rows` by programme, project, kind of paper, state and `q`: title, or the unit's name or initials.

    They are as_read_by() somebody: nobody finds a paper by a title that he may not read.
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
        rows = rows.filter(Q(shown_title__icontains=words) | Q(organisation__in=units.values("pk")))
    return rows


def sent_dossiers(user: User) -> QuerySet[Any]:
    """Papers of the units for which `user` sends that lie with somebody, also after they took effect."""
    own = reach_of(user, Permission.DOSSIER_SEND).own_q()
    return Dossier.objects.filter(own, holder__isnull=False).as_read_by(user)


def drafts_to_send(user: User, day: date) -> list[Dossier]:
    """Drafts of the units for which `user` sends that say all the plan in force asks for, the oldest first."""
    own = reach_of(user, Permission.DOSSIER_SEND).own_q()
    rows = Dossier.objects.filter(own, state=DossierState.DRAFT).exclude(kind=TOPIC)
    known = rows.select_related("organisation", "programme").order_by("created_at", "id")
    drafts = all_by_plan_in_force(known[:MOST_DRAFTS], day)
    return [row for row in drafts if _says_all(row)]


def _says_all(dossier: Dossier) -> bool:
    paper = papers_of(dossier.plan).get(dossier.kind)
    return paper is not None and not paper.missing(dossier.content)


def waiting_turns(user: User, day: date) -> QuerySet[Any]:
    """Open turns that wait for `user` now, those in which his unit mends a paper, and those whose points it has to answer.

    Exactly those that take_turn() would let him take, without the ones for which a delegate speaks now.
    Two statements are asked at once: who sits where, and what lies before those bodies.
    """
    bodies = _bodies_of(user, day)
    mine = []
    if bodies:
        rows = _with_voices(Turn.objects.open().filter(_lying(bodies))).values("pk", *_FACTS)
        mine = [row["pk"] for row in rows if _is_for(user, row, bodies)]
    lying = Q(acted_at=None) & (_mending(user) | Q(pk__in=mine))
    return Turn.objects.filter(lying | _unanswered(user))


def _mending(user: User) -> Q:
    """Papers that came back to the units for which `user` sends, none that has to be mended first."""
    earlier = Turn.objects.open().filter(
        dossier=OuterRef("dossier"), kind=StepKind.MEND, number__lt=OuterRef("number")
    )
    return Q(kind=StepKind.MEND) & _sends(user) & ~Q(Exists(earlier))


def waiting_rows(user: User, day: date, *columns: str) -> list[dict[str, Any]]:
    """The same turns as rows of `columns`, the most urgent first: the second statement reads them at once.

    For lists that are read whole: what lies before the reader's bodies has to be looked at anyway.
    """
    bodies = _bodies_of(user, day)
    lying = Q(acted_at=None) & (_mending(user) | _lying(bodies))
    turns = Turn.objects.filter(lying | _unanswered(user))
    rows = _with_voices(turns.annotate(shown_title=title_read(user, "dossier__")))
    names = dict.fromkeys((*columns, "kind", "acted_at", *_FACTS))
    found = rows.order_by("due_at", "id").values(*names)
    return [row for row in found if _is_own(row) or _is_for(user, row, bodies)]


def _is_own(row: Mapping[str, Any]) -> bool:
    """It lies with the sender: to be mended, or its points to be answered."""
    return row["kind"] == StepKind.MEND or row["acted_at"] is not None


def open_points() -> QuerySet[Any]:
    """Points that still ask their sender for an answer: of a paper that was refused, too (P2-50)."""
    return Remark.objects.filter(state=RemarkState.OPEN).exclude(dossier__state__in=CLOSED)


def unanswered_of(dossier: Dossier) -> list[int]:
    """Numbers of its open points."""
    rows = open_points().filter(dossier=dossier).order_by("number")
    return list(rows.values_list("number", flat=True))


class Among(Lookup):
    """A key among those of a subquery that is asked once; beside another condition an index answers both."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        key, given = self.process_lhs(compiler, connection)
        keys, more = self.process_rhs(compiler, connection)
        return f"{key} = ANY {keys}", (*given, *more)


def _unanswered(user: User) -> Q:
    """Of each paper that `user` may write for and need not mend the last turn with such points."""
    own = reach_of(user, Permission.DOSSIER_WRITE).organisations
    if not own:
        return Q(pk__in=[])
    mending = Turn.objects.open().filter(dossier=OuterRef("dossier"), kind=StepKind.MEND)
    rows = open_points().filter(organisation__in=own, turn__acted_at__isnull=False)
    rows = rows.exclude(Exists(mending)).order_by("dossier", "-turn__number")
    return Q(Among(F("pk"), ArraySubquery(rows.distinct("dossier").values("turn"))))


def _sends(user: User) -> Q:
    """Where `user` sends what has come back; a topic goes up by the hands that submit topics."""
    topics, papers = (
        reach_of(user, permission).organisations
        for permission in (Permission.PROJECT_SUBMIT, Permission.DOSSIER_SEND)
    )
    topic = Q(dossier__kind=TOPIC)
    return (topic & Q(holder__in=topics)) | (~topic & Q(holder__in=papers))


def turns_lying(project: Project, kind: str) -> QuerySet[Any]:
    """Open turns of the topic's paper of this kind, as LYING."""
    turns = Turn.objects.open().filter(dossier__project=project, dossier__kind=kind)
    return _with_voices(turns)


def waits_for(user: User, rows: Iterable[Mapping[str, Any]], day: date) -> bool:
    """Whether `user` may act now on a paper that lies so; also where it went up before it was one."""
    if not rows:
        return True
    bodies = _bodies_of(user, day)
    return any(row["kind"] != StepKind.MEND and _is_for(user, row, bodies) for row in rows)


_FACTS = ("holder_id", "body", "together", "dossier__authors", "told", TOLD)
"""Of a turn what tells for whom it waits."""
LYING = ("kind", *_FACTS)


def _with_voices(turns: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `told`, what was said there already, and who has to stand back there."""
    said = Voice.objects.filter(turn=OuterRef("pk")).order_by("at", "id")
    voice = JSONObject(by="by", post="post", tenure="tenure", at="at")
    return with_leaders(turns.annotate(told=ArraySubquery(said.values(told=voice))))


def _lying(bodies: Iterable[tuple[Any, str]]) -> Q:
    """Before one of these bodies, and not with its sender."""
    lying = Q(pk__in=[])
    for place, body in bodies:
        lying |= Q(holder=place, body=body)
    return lying & ~Q(kind=StepKind.MEND)


def _is_for(
    user: User, row: Mapping[str, Any], bodies: Mapping[tuple[Any, str], list[Sitting]]
) -> bool:
    """Whether at this turn it is for `user` to speak; `row` has its _FACTS."""
    seats = bodies.get((row["holder_id"], row["body"]), [])
    voices = said_of((each["by"], each["post"], each["tenure"], each["at"]) for each in row["told"])
    authors, leaders = row["dossier__authors"], leaders_of(row[TOLD])
    speakers = asked(speaking(row["together"], seats, authors, voices, leaders))
    return any(each.user == user.pk for each in speakers)


def _bodies_of(user: User, day: date) -> dict[tuple[Any, str], list[Sitting]]:
    """Of every body in which `user` sits and may speak everybody in it; an expert's seats lie outside what he sees."""
    if not user.has_perm(Permission.DOSSIER_ACT):
        return {}
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
    dossier: Dossier, organisation: Organisation, body: str, *, kind: str, now: datetime, by: User
) -> list[Sitting]:
    """Who may speak for a body on this paper at a step of `kind`, by rank: whoever sits there, did not write it and need not stand back."""
    rows = seats_for(dossier, organisation, body, now=now, by=by)
    return free_to_speak(rows, dossier.authors, leaders_for(dossier, kind, by=by))


def acts_now(turn: Turn, speakers: list[Sitting]) -> list[Sitting]:
    """For whom of a body the paper waits at this moment."""
    said = said_of(turn.voices.order_by("at", "id").values_list("by", "post", "tenure", "at"))
    return asked(in_turn(turn.together, silent(speakers, said)))


def leaders_for(dossier: Dossier, kind: str, *, by: User) -> frozenset[str]:
    """Who leads its topic and stands back at a step of `kind`, whoever asks."""
    if kind not in JUDGING or dossier.project_id is None:
        return frozenset()
    with scope(dossier.tenant, path=WHOLE, actor=by):
        return leaders_in(dossier.project_id)


def person_behind(user: User, *, tenant: Tenant) -> Any:
    """Key of the person whose sign-in it is, or who has held a post with it; None where nobody on a roster has."""
    with scope(tenant, path=WHOLE, actor=user):
        found = Person.objects.filter(user=user).values_list("pk", flat=True).first()
        held = Tenure.objects.filter(user=user).order_by("-starts_on", "-id")
        return found or held.values_list("person", flat=True).first()
