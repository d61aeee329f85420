"""A briefing that goes on from issue to issue: opened, changed, closed (P1-09, P3-10)."""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.pinyin import initials
from actionlearning.foundation.workflow import lock
from groups.models import Organisation
from reporting.actions.briefing_checks import accepted, narrower, refuse_secrecy, require_right
from reporting.models import Issue, Publication, Series

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORDS_OF_ADDRESSES = {
    *("articles", "atom", "changes", "clients", "feed", "feeds", "feed-json", "issues", "json"),
    *("new", "office", "published", "read", "series", "webhooks"),
}
"""Slugs stand where these words do."""
_CHANGEABLE = (
    "title",
    "body_name",
    "compiler",
    "note",
    "report_to",
    "send_to",
    "issue_to",
    "copies",
    "audience",
    "programme",
)
_FROZEN_BY_SIGNING = {"title", "body_name", "compiler", "note", "audience"}


@transaction.atomic
def open_series(
    *,
    organisation: Organisation,
    title: str,
    compiler: str,
    by: User,
    now: datetime,
    slug: str = "",
    supplement_to: Series | None = None,
    **facts: Any,
) -> Series:
    """A new series of `organisation`; `facts`: body_name, note, the three lists, copies, audience, programme.

    Left out, the slug is made from the title's initials. It never changes. Raises BadInput (also
    `secrecy_level`, `slug_taken`), NotAllowed, RuleBroken.
    """
    require_right(by, Permission.SERIES_CHANGE, organisation)
    series = Series(organisation=organisation, supplement_to=supplement_to)
    _write(series, {"title": title, "compiler": compiler, **facts})
    _require_parent(series)
    series.slug = _named(slug.strip(), series.title)
    try:
        with transaction.atomic():
            series.save(force_insert=True)
    except IntegrityError:
        raise _bad_slug(_("Another series has this address already."), "slug_taken") from None
    record("series.opened", target=series, by=by, at=now, slug=series.slug)
    return series


@transaction.atomic
def change_series(
    series: Series, *, by: User, now: datetime, seen: int | None = None, **facts: Any
) -> Series:
    """From the next issue on; what is printed stays as it was. Raises as open_series, Stale.

    Only a narrower audience reaches back: it closes earlier issues to those whom it leaves out, also of
    a closed series.
    """
    fresh = _mine(series, by, seen)
    before = fresh.audience, fresh.programme_id
    changed = _write(fresh, facts)
    _require_open(fresh, changed, before[0])
    _require_programme(fresh, before[1])
    if changed:
        fresh.version += 1
        fresh.save()
        if _FROZEN_BY_SIGNING.intersection(changed):
            # Whoever has read an unsigned issue under its old head reads it again before acting on it.
            unsigned = Issue.objects.filter(series=fresh, signed_at=None, corrects=None)
            unsigned.update(version=F("version") + 1)
        record("series.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


@transaction.atomic
def close_series(series: Series, *, by: User, now: datetime, seen: int | None = None) -> Series:
    """No issue is begun any more; those begun may be finished, and printed ones corrected."""
    fresh = _mine(series, by, seen)
    if fresh.closed_at is not None:
        raise _closed()
    fresh.closed_at = now
    fresh.version += 1
    fresh.save(update_fields=["closed_at", "version"])
    record("series.closed", target=fresh, by=by, at=now)
    return fresh


def _mine(series: Series, by: User, seen: int | None) -> Series:
    fresh = lock(series, seen=seen)
    require_right(by, Permission.SERIES_CHANGE, fresh)
    return fresh


def _closed() -> RuleBroken:
    return RuleBroken(
        _("This series is closed. Only the circle of its readers may still be made smaller."),
        code="series_closed",
    )


def _require_open(series: Series, changed: list[str], before: str) -> None:
    """Of a closed series nothing changes but its readers, and these only to fewer."""
    narrowed = narrower(series.audience, before) == series.audience
    if series.closed_at is not None and (set(changed) - {"audience"} or not narrowed):
        raise _closed()


def _require_programme(series: Series, before: Any) -> None:
    """Those who take part in the programme read every issue: another one would open the earlier ones."""
    now_of = series.programme_id
    if now_of in (before, None) or not Publication.objects.filter(series=series).exists():
        return
    message = _(
        "Issues of this series were published already: for another programme open a series of its own."
    )
    raise BadInput(message, fields={"programme": message})


def _write(series: Series, given: dict[str, Any]) -> list[str]:
    """Set the facts that differ; returns their names."""
    unknown = set(given) - set(_CHANGEABLE)
    if unknown:
        raise TypeError(f"A series has no {sorted(unknown)} to change.")
    facts = accepted(given)
    refuse_secrecy(facts)
    for name in ("title", "compiler"):
        if name in facts and not facts[name]:
            message = _("This is needed.")
            raise BadInput(message, fields={name: message})
    changed = [name for name, value in facts.items() if getattr(series, name) != value]
    for name in changed:
        setattr(series, name, facts[name])
    _refuse_open_note(series)
    return changed


def _refuse_open_note(series: Series) -> None:
    """What bears “internal material” is not put before everybody."""
    if series.audience == Series.Audience.PUBLIC and series.note:
        message = _(
            "A briefing with the note “%(note)s” is not for everybody: leave the note out or choose"
            " other readers."
        ) % {"note": series.note}
        raise BadInput(message, fields={"audience": message, "note": message}, code="open_note")


def _require_parent(series: Series) -> None:
    """A supplement belongs to a series of the same office that is none itself."""
    whole = series.supplement_to
    if whole is None:
        return
    if whole.organisation_id != series.organisation_id or whole.supplement_to_id is not None:
        message = _("A supplement belongs to a series of your own office that is no supplement.")
        raise BadInput(message, fields={"supplement_to": message})


def _named(slug: str, title: str) -> str:
    if not slug:
        made = re.sub(r"[^a-z0-9]+", "-", initials(title).lower()).strip("-")[:36] or "briefing"
        taken = set(Series.objects.filter(slug__startswith=made).values_list("slug", flat=True))
        taken |= _WORDS_OF_ADDRESSES
        return next(
            s for n in range(1, 1000) if (s := f"{made}-{n}" if n > 1 else made) not in taken
        )
    if len(slug) > 40 or not _SLUG.fullmatch(slug):
        raise _bad_slug(_("Small letters, digits and single dashes, at most 40."), "bad_slug")
    if slug in _WORDS_OF_ADDRESSES:
        raise _bad_slug(_("This word has a meaning of its own in addresses."), "bad_slug")
    return slug


def _bad_slug(message: str, code: str) -> BadInput:
    return BadInput(message, fields={"slug": message}, code=code)
