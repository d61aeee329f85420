"""The publicity register: recorded by the unit or the office above it, confirmed, withdrawn, never deleted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.intake import FileRefused, Upload, receive
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row, take
from groups.models import Organisation
from programmes.models import Programme
from programmes.queries import enrolment_of, local_day
from programmes.states import ProgrammeState
from reporting.actions.item_checks import refuse_own_paper, worded
from reporting.actions.scores import settle_outlets
from reporting.models import InformationItem, Publication, Publicity, PublicityScan
from reporting.queries.publicity import channels_of
from reporting.states import CONFIRM_PUBLICITY, WITHDRAW_PUBLICITY, ItemState

LONGEST_LINK = 500


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was told of, and whose work it is: an adopted item, a published briefing, or a title."""

    programme: Programme
    organisation: Organisation
    title: str
    item: InformationItem | None = None
    briefing: Publication | None = None

    @classmethod
    def of_item(cls, item: InformationItem) -> "Subject":
        return cls(
            programme=item.programme, organisation=item.organisation, title=item.title, item=item
        )

    @classmethod
    def of_briefing(cls, briefing: Publication, programme: Programme) -> "Subject":
        owner = briefing.series.organisation
        return cls(programme=programme, organisation=owner, title=briefing.title, briefing=briefing)


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """Where it was told; `link` or `scan` shows it to whoever doubts it."""

    channel: str
    outlet: str
    told_on: date
    level: str = ""
    link: str = ""
    scan: Upload | None = None
    scan_name: str = ""


@transaction.atomic
def record_publicity(
    subject: Subject, *, appearance: Appearance, by: User, now: datetime
) -> Publicity:
    """By the unit: it waits for the office above. By that office: it is confirmed at once (P1-50, P2-81).

    Raises NotAllowed, BadInput, FileRefused, RuleBroken `not_running`, `not_enrolled`, `not_adopted`,
    `withdrawn`, `on_record`.
    """
    if subject.item is not None:
        lock_row(subject.item)  # so that the same cannot be recorded twice at once
    told = _line(subject, appearance, now)
    writes = by.has_perm(Permission.ITEM_WRITE, told)
    if not writes and not by.has_perm(Permission.ITEM_REVIEW, told):
        raise NotAllowed(_("You may not record this for this unit."), code="not_allowed")
    _require_running(subject.programme)
    _require_subject(subject)
    _require_appearance(subject.programme, told, appearance, today=local_day(now))
    _refuse_twice(told)
    told.recorded_by, told.recorder_name, told.recorded_at = by, by.display_name, now
    told.save(force_insert=True)
    _keep_scan(told, appearance)
    record(
        "publicity.recorded", target=told, by=by, at=now, title=told.title, channel=told.channel,
        outlet=told.outlet, level=told.level, told_on=told.told_on.isoformat(), link=told.link,
    )  # fmt: skip
    return told if writes else _confirm(told, by=by, now=now, at_once=True)


def _line(subject: Subject, appearance: Appearance, now: datetime) -> Publicity:
    told = Publicity(
        programme=subject.programme, item=subject.item, briefing=subject.briefing,
        title=" ".join(subject.title.split()), channel=appearance.channel,
        outlet=" ".join(appearance.outlet.split()), level=appearance.level,
        told_on=appearance.told_on, link=appearance.link.strip(),
    )  # fmt: skip
    told.place(subject.organisation)
    if subject.item is not None:
        told.supervisor = subject.item.supervisor
        return told
    enrolment = enrolment_of(subject.programme, subject.organisation, local_day(now))
    told.supervisor = enrolment.supervisor if enrolment else None
    if enrolment is None and subject.organisation.pk != subject.programme.owner_id:
        raise RuleBroken(
            _("“%(unit)s” does not take part in this programme.") % {"unit": subject.organisation},
            code="not_enrolled",
        )
    return told


def _require_running(programme: Programme) -> None:
    if programme.state != ProgrammeState.IN_FORCE:
        raise RuleBroken(_("This programme is not in force."), code="not_running")


def _require_subject(subject: Subject) -> None:
    item, briefing = subject.item, subject.briefing
    if item is not None and item.state != ItemState.ADOPTED:
        raise RuleBroken(
            _("“%(item)s” is not adopted: only what was adopted is recorded here.")
            % {"item": item},
            code="not_adopted",
        )
    if briefing is not None:
        last = Publication.objects.filter(root=briefing.root).latest("sequence")
        if last.kind == Publication.Kind.WITHDRAWN:
            raise RuleBroken(_("This issue has been withdrawn."), code="withdrawn")


def _require_appearance(
    programme: Programme, told: Publicity, appearance: Appearance, *, today: date
) -> None:
    """Raises BadInput with every field that is wrong."""
    wrong = {
        "title": _title_fault(told.title),
        "outlet": _outlet_fault(told.outlet),
        "channel": _channel_fault(told.channel, channels_of(programme, today)),
        "level": "" if told.level in ("", *Publicity.Level.values) else _("Unknown level."),
        "told_on": _day_fault(told.told_on, programme, today),
        "link": _link_fault(told.link, given=appearance.scan is not None),
    }
    fields = {name: words for name, words in wrong.items() if words}
    if fields:
        raise BadInput(next(iter(fields.values())), fields=fields)


def _title_fault(title: str) -> str:
    return "" if 0 < len(title) <= 120 else _("Say in at most 120 characters what was told.")


def _outlet_fault(outlet: str) -> str:
    return "" if 0 < len(outlet) <= 80 else _("Name the outlet in at most 80 characters.")


def _channel_fault(channel: str, known: dict[str, str]) -> str:
    if channel in known:
        return ""
    return _("Choose one of the plan's channels: %(names)s.") % {"names": "、".join(known.values())}


def _day_fault(day: date, programme: Programme, today: date) -> str:
    if day > today:
        return _("It has not been told yet: the day lies ahead.")
    first = programme.starts_on.replace(month=1, day=1)
    if day < first:
        return _("Choose a day from %(first)s on.") % {"first": date_format(first, "DATE_FORMAT")}
    return ""


def _link_fault(link: str, *, given: bool) -> str:
    if not link:
        return "" if given else _("Give the address of the page, or attach a scan of it.")
    return "" if _is_address(link) else _("An address begins with http:// or https://.")


def _is_address(link: str) -> bool:
    """Of the web and of no other kind, as it is offered for clicking."""
    if len(link) > LONGEST_LINK or not link.isprintable() or any(c.isspace() for c in link):
        return False
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    known = parts.scheme in ("http", "https") and bool(parts.hostname)
    return known and parts.username is None and port != 0


def _refuse_twice(told: Publicity) -> None:
    """The same thing in the same outlet on the same day."""
    what: dict[str, Any] = {"item": told.item, "briefing": told.briefing}
    if told.item is None and told.briefing is None:
        what |= {"title": told.title, "organisation": told.organisation}
    same = Publicity.objects.standing().filter(
        programme=told.programme, outlet=told.outlet, told_on=told.told_on, **what
    )
    if same.exists():
        raise RuleBroken(
            _("This is on record already: %(outlet)s, %(day)s.")
            % {"outlet": told.outlet, "day": date_format(told.told_on, "DATE_FORMAT")},
            code="on_record",
        )


def _keep_scan(told: Publicity, appearance: Appearance) -> None:
    if appearance.scan is None:
        return
    try:
        stored = receive(appearance.scan, appearance.scan_name)
    except FileRefused as refused:
        refused.fields = {"scan": refused.message}
        raise
    scan = PublicityScan(publicity=told, name=stored.original_name, media_type=stored.media_type)
    scan.place(told.organisation)
    scan.size, scan.sha256, scan.content = stored.size, stored.sha256, stored.content
    scan.save(force_insert=True)


@transaction.atomic
def confirm_publicity(
    told: Publicity, *, by: User, now: datetime, seen: int | None = None
) -> Publicity:
    """The office above has looked at it; from here on it earns the points of its outlet's level.

    Raises RuleBroken (`own_paper`), NotAllowed, Stale.
    """
    return _confirm(told, by=by, now=now, seen=seen)


def _confirm(
    told: Publicity, *, by: User, now: datetime, seen: int | None = None, at_once: bool = False
) -> Publicity:
    """`at_once`: entered by the office above itself."""
    item = lock_row(told.item) if told.item else None
    told = take(CONFIRM_PUBLICITY, told, by=by, seen=seen)
    if not at_once:
        refuse_own_paper(by, told.recorded_by_id, tenant=told.tenant)
    told.confirmed_by, told.confirmed_at = by, now
    told.save(update_fields=["state", "version", "confirmed_by", "confirmed_at"])
    record("publicity.confirmed", target=told, by=by, at=now)
    if item is not None:
        settle_outlets(item, by=by, now=now)
    return told


@transaction.atomic
def withdraw_publicity(
    told: Publicity, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Publicity:
    """It was a mistake: the line stays with its reason, its points are reversed.

    Raises BadInput without a reason, RuleBroken, NotAllowed, Stale.
    """
    reason = worded(reason, required=_("Say why it is withdrawn: it stays on record."))
    item = lock_row(told.item) if told.item else None
    own, above = WITHDRAW_PUBLICITY
    step = own if by.has_perm(own.needs, told) else above
    told = take(step, told, by=by, seen=seen)
    told.withdrawn_by, told.withdrawn_at, told.withdrawal_reason = by, now, reason
    told.save(
        update_fields=["state", "version", "withdrawn_by", "withdrawn_at", "withdrawal_reason"]
    )
    record("publicity.withdrawn", target=told, by=by, at=now, reason=reason)
    if item is not None:
        settle_outlets(item, by=by, now=now)
    return told
