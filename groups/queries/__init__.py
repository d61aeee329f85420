"""What the pages and the REST interface of this app read, each asked in one place."""

import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Replace
from django.utils.translation import gettext as _

from actionlearning.foundation.models import AuditEvent, ClientToken, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import (
    reach_of,
    visible_batches,
    visible_bodies,
    visible_organisations,
    visible_persons,
)
from groups.models import (
    Appointment,
    Body,
    Grant,
    Organisation,
    Person,
    Post,
    RosterBatch,
    RosterRow,
    Supervision,
    Tenure,
)
from groups.models.organisation import OrganisationQuerySet
from groups.roles import Role
from groups.rosters.units import UnitNames
from groups.states import BatchState

_WHO = ("user__login", "user__display_name")
_POST = ("id", "title", "role", "rank", "seats", "ends_on", "version")
_TENURE = {
    "id": "id",
    "person": "person",
    "person_name": "name",
    "acting": "acting",
    "starts_on": "starts_on",
    "starts_in_month": "starts_in_month",
    "ends_on": "ends_on",
}
"""Column → name in the answer."""
MOST_OUTSIDERS = 200
NO_PASSWORD = "!"  # noqa: S105  no secret
"""No password matches it: REST clients and sign-ins that were switched off or not handed out yet."""
HITS = 20
"""As many names as a search for choosing offers; more letters narrow it down."""
WITHDRAWN = Q(ends_on__lt=F("starts_on"))
"""Taken back before it was ever in force: on record, and in no list."""
WITHDRAWN_POST = Q(ends_on__lt=F("body__starts_on"))
"""Likewise: a post has no first day but that of its body."""


def in_force(day: date) -> Q:
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def lasting(day: date) -> Q:
    """In force on `day` or only later."""
    return Q(ends_on=None) | Q(ends_on__gte=day)


def organisations_changed_by(user: User) -> OrganisationQuerySet:
    """Those whose place in the tree this sign-in may change."""
    found = Q(pk__in=[])
    for seat in reach_of(user, Permission.ORGANISATION_CHANGE).tops:
        found |= Q(path__gte=seat.path, path__lt=seat.path + "~")
    return Organisation.objects.filter(found)


def named_like(rows: QuerySet[Any], typed: str, *, inside: bool = False) -> QuerySet[Any]:
    """Chinese characters anywhere in the name; Latin letters: initials or spelling from the start.

    `inside`: also further on, for units whose names all begin with the name of their county; a LIKE
    that uses no index, so for the tree only, which is small.
    """
    text = unicodedata.normalize("NFKC", typed).lower().replace(" ", "")
    if not text:
        return rows
    found = Q(name__icontains=typed.strip())
    if text.isascii():
        rows = rows.alias(spelled=Replace("pinyin", Value(" "), Value("")))
        for column in ("initials", "spelled"):
            if inside:
                found |= Q(**{f"{column}__contains": text})
            else:
                found |= Q(**{f"{column}__gte": text, f"{column}__lt": text + "~"})
    return rows.filter(found)


def organisations_listed(
    user: User, *, day: date, text: str = "", kind: str = "", ended: bool = False
) -> QuerySet[Any]:
    """The tree as this reader may see it, with the number of bodies in force."""
    rows: QuerySet[Any] = visible_organisations(user)
    rows = rows.exclude(WITHDRAWN) if ended else rows.in_force(day)  # type: ignore[attr-defined]
    if kind:
        rows = rows.filter(kind=kind)
    bodies = visible_bodies(user).filter(in_force(day), organisation=OuterRef("pk"))
    count = bodies.order_by().values("organisation").annotate(n=Count("pk")).values("n")
    return named_like(rows, text, inside=True).annotate(bodies=Coalesce(Subquery(count), 0))


def persons_listed(
    user: User,
    *,
    day: date,
    organisation: uuid.UUID | None = None,
    text: str = "",
    ended: bool = False,
) -> QuerySet[Any]:
    """Rosters within reach, ready to be ordered by `place` and then by seniority (P2-13)."""
    rows = visible_persons(user).select_related("organisation")
    rows = rows.exclude(WITHDRAWN) if ended else rows.filter(in_force(day))
    if organisation:
        rows = rows.filter(organisation=organisation)
    return named_like(rows, text).annotate(place=F("organisation__sort_path"))


def bodies_listed(
    user: User, *, day: date, text: str = "", kind: str = "", ended: bool = False
) -> QuerySet[Any]:
    rows = visible_bodies(user).select_related("organisation")
    rows = rows.exclude(WITHDRAWN) if ended else rows.filter(in_force(day))
    if kind:
        rows = rows.filter(kind=kind)
    if wanted := text.strip():
        units = named_like(Organisation.objects.all(), wanted, inside=True)
        rows = rows.filter(Q(name__icontains=wanted) | Q(organisation__in=units))
    return rows.annotate(place=F("organisation__sort_path"))


def names_of_units(user: User) -> UnitNames[Any]:
    """Every unit in sight, to be named as sheets name it."""
    rows = visible_organisations(user).exclude(WITHDRAWN)
    return UnitNames(rows.values_list("pk", "parent_id", "name"))


def seats_listed(user: User, *, day: date, text: str = "", kind: str = "") -> QuerySet[Any]:
    """Posts in force, each once for every holder, a vacant one once; as plain values."""
    rows = Post.objects.filter(
        ends_on=None, body__in=visible_bodies(user).filter(ends_on=None)
    ).annotate(
        seat=FilteredRelation(
            "tenures", condition=Q(tenures__ends_on=None) | Q(tenures__ends_on__gte=day)
        )
    )
    if kind:
        rows = rows.filter(body__kind=kind)
    if wanted := text.strip():
        units = named_like(Organisation.objects.all(), wanted, inside=True)
        named = Q(title__icontains=wanted) | Q(seat__person_name__icontains=wanted)
        rows = rows.filter(named | Q(body__name__icontains=wanted) | Q(organisation__in=units))
    return rows.annotate(
        place=F("organisation__sort_path"),
        holder=Coalesce(F("seat__person_name"), Value("")),
        holder_key=Coalesce(F("seat__id"), F("id")),
        starts_on=F("seat__starts_on"),
        starts_in_month=F("seat__starts_in_month"),
        home=F("seat__person__organisation"),
        phone=F("seat__person__phone"),
    )


def posts_of_persons(persons: Iterable[Any], day: date) -> dict[uuid.UUID, str]:
    """Per person all posts in force, joined as a roster prints them (P2-14)."""
    rows = (
        Tenure.objects.filter(in_force(day), person__in=[person.pk for person in persons])
        .order_by("post__rank", "starts_on", "id")
        .values_list("person_id", "post__body__name", "post__title")
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for person, body, title in rows:
        found[person].append(f"{body}{title}")
    return {person: "、".join(titles) for person, titles in found.items()}


def heads_of_bodies(bodies: Iterable[Any], day: date) -> dict[uuid.UUID, str]:
    """Per body the holders of its first post, joined."""
    rows = (
        Tenure.objects.filter(in_force(day), post__body__in=[body.pk for body in bodies])
        .order_by("post__rank", "starts_on", "id")
        .values_list("post__body_id", "post__rank", "person_name")
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    first: dict[uuid.UUID, int] = {}
    for body, rank, name in rows:
        if first.setdefault(body, rank) == rank:
            found[body].append(name)
    return {body: "、".join(names) for body, names in found.items()}


def tenures_of_bodies(bodies: Iterable[Any]) -> tuple[list[Post], dict[uuid.UUID, list[Tenure]]]:
    """(posts by rank, per post all tenures, the latest first)."""
    ids = [body.pk for body in bodies]
    standing = Post.objects.filter(body__in=ids).exclude(WITHDRAWN_POST)
    posts = list(standing.order_by("body_id", "rank", "id"))
    tenures: dict[uuid.UUID, list[Tenure]] = defaultdict(list)
    seats = Tenure.objects.filter(post__body__in=ids).exclude(WITHDRAWN)
    for tenure in seats.order_by("-starts_on", "-id"):
        tenures[tenure.post_id].append(tenure)
    return posts, tenures


def masked(phone: str) -> str:
    """`138****1234`; a short number keeps its last two places (`practice.md` §10.2)."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}"


def seats_of(body: Body) -> list[dict[str, Any]]:
    """Posts by rank, each with all its tenures, the latest first: one question."""
    rows = Post.objects.filter(body=body).exclude(WITHDRAWN_POST)
    rows = rows.order_by("rank", "id", "-tenures__starts_on")
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows.values(*_POST, *(f"tenures__{name}" for name in _TENURE)):
        post = found.setdefault(row["id"], {name: row[name] for name in _POST} | {"tenures": []})
        tenure = {_TENURE[name]: row[f"tenures__{name}"] for name in _TENURE}
        last = tenure["ends_on"]
        if tenure["id"] is not None and (last is None or last >= tenure["starts_on"]):
            post["tenures"].append(tenure)
    return list(found.values())


def lasts_on(row: Any, day: date) -> bool:
    """Whether a dated row in hand is in force on `day`."""
    return bool(row.starts_on <= day and (row.ends_on is None or row.ends_on >= day))


def chain_above(organisation: Organisation) -> list[Organisation]:
    """Its ancestors, the root first."""
    ids = [getattr(organisation, f"ancestor_{level}") for level in range(1, organisation.level)]
    return list(Organisation.objects.filter(pk__in=ids).order_by("level"))


def supervisors_of(organisation: Organisation, day: date) -> list[Supervision]:
    """One edge per supervisor in force; several programmes may have the same one (D29)."""
    edges = Supervision.objects.filter(in_force(day), unit=organisation)
    return list(
        edges.select_related("supervisor")
        .order_by("supervisor__sort_path", "starts_on")
        .distinct("supervisor__sort_path")
    )


def tokens_listed(user: User, text: str = "", *, ended: bool = True) -> QuerySet[Any]:
    """Client tokens of the organisations whose tokens this sign-in manages; `text` of the name."""
    seats = Appointment.objects.filter(reach_of(user, Permission.TOKEN_MANAGE).own_q())
    rows = ClientToken.objects.filter(user__in=seats.values("user"))
    if not ended:
        rows = rows.filter(revoked_at=None)
    if text.strip():
        rows = rows.filter(name__icontains=text.strip())
    home = seats.filter(user=OuterRef("user")).values("organisation")[:1]
    return rows.select_related("created_by").annotate(organisation_id=Subquery(home))


def grants_listed(user: User, *, day: date, ended: bool = False, text: str = "") -> QuerySet[Any]:
    """What the reader's organisations have opened to outsiders; `text` of the guest, thing or reason."""
    rows = Grant.objects.filter(reach_of(user, Permission.GRANT).own_q())
    if not ended:
        rows = rows.open_on(day)
    if wanted := text.strip():
        named = Q(user__display_name__icontains=wanted) | Q(user__login__icontains=wanted)
        rows = rows.filter(named | Q(subject_name__icontains=wanted) | Q(reason__icontains=wanted))
    return rows.select_related("user", "organisation", "granted_by")


def outsiders(user: User, day: date) -> list[User]:
    """Active sign-ins that are on no roster and hold no right: whom a single thing may be opened to.

    Asked of the whole tree, so that nobody of a unit behind a wall is taken for an outsider.
    """
    with scope(user.tenant, path=WHOLE, actor=user):
        held = [
            Person.objects.filter(lasting(day), user__isnull=False),
            Tenure.objects.filter(lasting(day), user__isnull=False),
            Appointment.objects.filter(lasting(day)),
        ]
        rows = sign_ins_listed()
        for each in held:
            rows = rows.exclude(pk__in=each.values("user"))
        return list(rows.order_by("display_name", "login")[:MOST_OUTSIDERS])


def sign_ins_listed(text: str = "", *, inactive: bool = False) -> QuerySet[Any]:
    """People's sign-ins: neither the system's own nor those of REST clients."""
    clients = ClientToken.objects.values("user")
    rows = User.objects.filter(is_system=False).exclude(pk__in=clients)
    if not inactive:
        rows = rows.filter(is_active=True)
    if text.strip():
        wanted = text.strip()
        rows = rows.filter(Q(login__icontains=wanted) | Q(display_name__icontains=wanted))
    person = Person.objects.filter(user=OuterRef("pk"))
    return rows.annotate(
        person_left=Subquery(person.values("ends_on")[:1]),
        person_at=Subquery(person.values("organisation__name")[:1]),
    )


def sign_ins_to_try(*, day: date, made_before: datetime) -> list[dict[str, str]]:
    """For a demonstration's sign-in page: {login, name, post} of whoever came with its world.

    Offices first, by seniority, then the administrators, then guests. Reads the whole space.
    """
    lasting = {"user__is_active": True, "user__created_at__lte": made_before}
    posts = Tenure.objects.filter(in_force(day), **lasting).exclude(user__password=NO_PASSWORD)
    found = [
        (login, name, f"{unit} · {body}{title}")
        for login, name, unit, body, title in posts.order_by(
            "organisation__sort_path", "post__body__starts_on", "post__body_id", "post__rank", "id"
        ).values_list(*_WHO, "organisation__name", "post__body__name", "post__title")
    ]
    roles = Appointment.objects.filter(in_force(day), **lasting).order_by("pk")
    found += [(*who, str(Role(role).label)) for *who, role in roles.values_list(*_WHO, "role")]
    opened = Grant.objects.filter(ended_at=None, **lasting).order_by("pk")
    guest = _("guest of “%(name)s”")
    found += [
        (*who, guest % {"name": name}) for *who, name in opened.values_list(*_WHO, "subject_name")
    ]
    listed: dict[str, dict[str, str]] = {}
    for login, name, post in found:
        listed.setdefault(login, {"login": login, "name": name, "post": post})
    return list(listed.values())


def persons_without_sign_in(text: str, day: date) -> QuerySet[Any]:
    """For linking only: nothing is offered before a name is typed."""
    if not text.strip():
        return Person.objects.none()
    rows = named_like(Person.objects.filter(in_force(day), user=None), text)
    return rows.select_related("organisation").order_by("organisation__sort_path", "seniority")


def appointments_listed(*, day: date, text: str = "", ended: bool = False) -> QuerySet[Any]:
    """Free-standing appointments of people; a REST client's belongs to its token."""
    rows = Appointment.objects.exclude(user__in=ClientToken.objects.values("user"))
    if not ended:
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=day))
    if text.strip():
        wanted = text.strip()
        rows = rows.filter(
            Q(user__login__icontains=wanted) | Q(user__display_name__icontains=wanted)
        )
    return rows.select_related("user", "organisation")


def history_of(*subjects: Any, most: int = 30) -> list[AuditEvent]:
    """The audit rows about these things and no others, the latest first."""
    rows = AuditEvent.objects.filter(target__in=[subject.pk for subject in subjects])
    return list(rows.order_by("-at", "-id")[:most])


def batches_listed(
    user: User, *, text: str = "", kind: str = "", ended: bool = False
) -> QuerySet[Any]:
    """Sheets that were sent in; `ended` also those that came to nothing or were taken back."""
    rows = visible_batches(user).select_related("organisation", "uploaded_by").defer("content")
    if not ended:
        rows = rows.exclude(state__in=[BatchState.UNDONE, BatchState.DISCARDED])
    if kind:
        rows = rows.filter(kind=kind)
    if wanted := text.strip():
        units = named_like(Organisation.objects.all(), wanted, inside=True)
        rows = rows.filter(Q(file_name__icontains=wanted) | Q(organisation__in=units))
    return rows


def rows_of_batch(batch: RosterBatch, verdict: str = "") -> QuerySet[Any]:
    """In the order of the sheet; `verdict` narrows them down."""
    rows = RosterRow.objects.filter(batch=batch).select_related("batch")
    if verdict:
        rows = rows.filter(verdict=verdict)
    return rows.order_by("number", "part")


def open_bodies(organisation: Organisation, day: date) -> QuerySet[Any]:
    return Body.objects.filter(in_force(day), organisation=organisation).order_by("starts_on", "id")
