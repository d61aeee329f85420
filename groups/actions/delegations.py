"""A post's voice lent for some days to somebody of the same body, and taken back (`model.md` §5)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.models import Delegation, Person, Tenure
from groups.queries.sitting import Sitting, heads_of, members_of

LONGEST = 200
LONGEST_TERM = timedelta(days=365)


@transaction.atomic
def delegate(
    tenure: Tenure,
    *,
    to: User,
    starts_on: date,
    ends_on: date,
    by: User,
    now: datetime,
    reason: str = "",
) -> Delegation:
    """`to` speaks for the holder of this post from one day to another.

    Lent by the holder; by the head of the body or who appoints in it for an absent one, with the
    reason. Raises NotAllowed, BadInput, RuleBroken (`ended`, `to_himself`, `to_oneself`, `outside`,
    `overlaps`, `circle`).
    """
    with scope(tenure.tenant, path=WHOLE, actor=by):
        lock_row(tenure.post.body)
        fresh = lock_row(tenure)
        members = members_of(fresh.organisation, fresh.post.body.kind, localdate(now))
        _refuse_stranger(fresh, members, reason, by)
        _refuse_days(fresh, starts_on, ends_on, now)
        name = _sits(fresh, to, starts_on)
        _refuse_himself(fresh, to, by)
        _refuse_overlap(fresh, starts_on, ends_on)
        _refuse_circle(fresh, to, name, starts_on, ends_on)
        made = Delegation(tenure=fresh, user=to, name=name, holder_name=fresh.person_name)
        made.starts_on, made.ends_on, made.reason = starts_on, ends_on, reason.strip()
        made.granted_by, made.granted_name, made.granted_at = by, by.display_name, now
        made.organisation, made.holder = fresh.organisation, fresh.user
        made.post_title, made.body_name = fresh.post.title, fresh.post.body.name
        made.save(force_insert=True)
    span = {"on": starts_on.isoformat(), "last": ends_on.isoformat(), "reason": made.reason}
    record(
        "voice.lent", target=fresh.post, by=by, at=now, before=made.holder_name, after=name, **span
    )
    _tell(made, fresh, by, now)
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User, now: datetime) -> Delegation:
    """From this moment on the holder speaks himself again; what waits is on his list at once.

    By the holder, the delegate, the head of the body or who appoints in it. Raises NotAllowed,
    RuleBroken `ended`.
    """
    with scope(delegation.tenant, path=WHOLE, actor=by):
        fresh = lock_row(delegation)
        tenure = fresh.tenure
        if by.pk != fresh.user_id:
            members = members_of(tenure.organisation, tenure.post.body.kind, localdate(now))
            if not _speaks_himself(tenure, by):
                _refuse_no_head(tenure, members, by)
        if not fresh.lasts_on(localdate(now)):
            raise RuleBroken(_("This delegation has ended already."), code="ended")
        fresh.ended_at, fresh.ended_by = now, by
        fresh.save(update_fields=["ended_at", "ended_by"])
    told = {"before": fresh.holder_name, "after": fresh.name}
    record("voice.returned", target=tenure.post, by=by, at=now, **told)
    retract_notices([fresh.pk], now=now)
    for user in {tenure.user, fresh.user} - {by, None}:
        _notice("groups.voice_returned", user, fresh, now)
    return fresh


def _speaks_himself(tenure: Tenure, by: User) -> bool:
    return by.pk in (tenure.user_id, tenure.person.user_id)


def _refuse_stranger(tenure: Tenure, members: list[Sitting], reason: str, by: User) -> None:
    if len(reason.strip()) > LONGEST:
        words = _("At most %(count)d characters.") % {"count": LONGEST}
        raise BadInput(words, fields={"reason": words}, code="too_long")
    if _speaks_himself(tenure, by):
        return
    _refuse_no_head(tenure, members, by)
    if not reason.strip():
        words = _("%(name)s does not lend it himself: say why, it stays on record.") % {
            "name": tenure.person_name
        }
        raise BadInput(words, fields={"reason": words})


def _refuse_no_head(tenure: Tenure, members: Iterable[Sitting], by: User) -> None:
    body = tenure.post.body
    heads = heads_of(members).get((tenure.organisation_id, body.kind), set())
    if by.pk in heads or by.has_perm(Permission.APPOINT, tenure.post):
        return
    raise NotAllowed(
        _(
            "Only %(name)s, the head of “%(body)s” or the director of the office may lend this voice or take it back."
        )
        % {"name": tenure.person_name, "body": body},
        code="not_allowed",
    )


def _refuse_days(tenure: Tenure, starts_on: date, ends_on: date, now: datetime) -> None:
    today = localdate(now)
    if tenure.ends_on is not None and tenure.ends_on < max(starts_on, today):
        raise RuleBroken(
            _("%(name)s no longer holds this post then: nothing is left to lend.")
            % {"name": tenure.person_name},
            code="ended",
        )
    problems = {}
    if starts_on < max(today, tenure.starts_on):
        problems["starts_on"] = _("Choose today or a later day on which the post is held.")
    if ends_on < starts_on:
        problems["ends_on"] = _("The last day lies before the first.")
    elif ends_on - starts_on > LONGEST_TERM:
        problems["ends_on"] = _("A voice is lent for a year at most: choose an earlier last day.")
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems)


def _sits(tenure: Tenure, to: User, day: date) -> str:
    """The delegate's name as the body knows it. Raises RuleBroken `outside` naming who could."""
    body = tenure.post.body
    members = [row for row in members_of(tenure.organisation, body.kind, day) if not row.instead]
    found = next((row.name for row in members if row.user == to.pk), None)
    if found is not None:
        return found
    others = dict.fromkeys(row.name for row in members if row.user != tenure.user_id)
    raise RuleBroken(
        _(
            "%(name)s does not sit in “%(body)s” with a sign-in on that day: choose one of %(names)s."
        )
        % {"name": to.display_name, "body": body, "names": "、".join(others) or "—"},
        code="outside",
    )


def _refuse_himself(tenure: Tenure, to: User, by: User) -> None:
    person = Person.objects.filter(user=to).values_list("pk", flat=True).first()
    if to.pk == tenure.user_id or person == tenure.person_id:
        raise RuleBroken(
            _("%(name)s holds this post already: choose somebody else of the body.")
            % {"name": tenure.person_name},
            code="to_himself",
        )
    if to.pk == by.pk:
        raise RuleBroken(
            _("Nobody gives himself the voice of another: choose somebody else of the body."),
            code="to_oneself",
        )


def _refuse_overlap(tenure: Tenure, starts_on: date, ends_on: date) -> None:
    there = tenure.delegations.filter(
        ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if there is not None:
        raise RuleBroken(
            _(
                "From %(first)s to %(last)s %(name)s speaks for this post already: end that first, or choose other days."
            )
            % {"first": there.starts_on, "last": there.ends_on, "name": there.name},
            code="overlaps",
        )


def _refuse_circle(tenure: Tenure, to: User, name: str, starts_on: date, ends_on: date) -> None:
    """A → B → … → A on any one day: nobody of them would be there to speak."""
    rows = Delegation.objects.filter(
        Q(tenure__post__body=tenure.post.body_id),
        ended_at=None,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    )
    lent = list(rows.values_list("tenure__user", "user", "name", "starts_on", "ends_on"))
    # Told by sign-in: two people of one name are two people.
    paths = [({to.pk: name}, starts_on, ends_on)]
    while paths:
        names, first, last = paths.pop()
        at = next(reversed(names))
        for holder, delegate, named, since, until in lent:
            begins, ends = max(first, since), min(last, until)
            if holder != at or begins > ends or delegate in names:
                continue
            if delegate == tenure.user_id:
                _refuse_round([tenure.person_name, *names.values(), named], begins, ends)
            paths.append(({**names, delegate: named}, begins, ends))


def _refuse_round(names: list[str], first: date, last: date) -> None:
    raise RuleBroken(
        _(
            "It would go in a circle from %(first)s to %(last)s: %(names)s."
            " Choose somebody who has not lent his own voice on those days."
        )
        % {"first": first, "last": last, "names": " → ".join(names)},
        code="circle",
    )


def _tell(made: Delegation, tenure: Tenure, by: User, now: datetime) -> None:
    for user in {tenure.user, made.user} - {by, None}:
        _notice("groups.voice_lent", user, made, now)


def _notice(kind: str, user: User | None, made: Delegation, now: datetime) -> None:
    queue_notice(
        to=user,
        kind=kind,
        at=now,
        key=str(made.pk),
        about=made,
        address="delegations/",
        title=made.post_title,
        body=made.body_name,
        holder=made.holder_name,
        name=made.name,
        first=made.starts_on.isoformat(),
        last=made.ends_on.isoformat(),
        reason=made.reason,
    )
