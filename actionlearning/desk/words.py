"""Finished words for the desk's pages: templates format nothing."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actionlearning.foundation.addresses import whole
from actionlearning.foundation.jobs import BEIJING
from actionlearning.foundation.models import Notice
from actionlearning.foundation.notices import subject_and_text

ON_A_LADDER = {
    f"programmes.{owes}{kind}"
    for owes in ("", "dossier_")
    for kind in ("reminder", "due_day", "overdue", "escalation")
} | {"programmes.blocked"}
"""Notices of a duty or a paper that climbs: only these have anything to pause."""
_KINDS = {
    "programmes.reminder": gettext_lazy("reminder"),
    "programmes.due_day": gettext_lazy("due today"),
    "programmes.overdue": gettext_lazy("overdue"),
    "programmes.escalation": gettext_lazy("escalation"),
    "programmes.blocked": gettext_lazy("blocked upstream"),
    "programmes.dossier_reminder": gettext_lazy("paper to act on"),
    "programmes.dossier_due_day": gettext_lazy("paper to act on"),
    "programmes.dossier_overdue": gettext_lazy("late paper"),
    "programmes.dossier_escalation": gettext_lazy("late paper"),
    "programmes.dossier_delayed": gettext_lazy("late paper"),
    "programmes.problem_overdue": gettext_lazy("late problem"),
    "programmes.problem_unsolved": gettext_lazy("late problem"),
    "programmes.milestone_overdue": gettext_lazy("late milestone"),
    "programmes.activity_invited": gettext_lazy("invitation"),
    "programmes.activity_called_off": gettext_lazy("activity called off"),
    "programmes.activity_uninvited": gettext_lazy("invitation taken back"),
    "programmes.redated": gettext_lazy("moved deadline"),
    "programmes.calendar_missing": gettext_lazy("missing holiday year"),
}
_SENTENCE = 60
"""Characters of a sentence that a list shows."""


def shown_at(instant: datetime | None) -> str:
    """Day and minute in the programme's zone; '' for none."""
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if instant else ""


def local_date(instant: datetime) -> date:
    return instant.astimezone(BEIJING).date()


def last_day(due_at: datetime) -> date:
    """`due_at` is the first instant that is too late: the day before it ends is the last in time."""
    return local_date(due_at - timedelta(microseconds=1))


def days_left(due_at: datetime, now: datetime) -> str:
    left = (last_day(due_at) - local_date(now)).days
    if due_at <= now:
        late = max(-left, 1)
        return ngettext("%(count)d day overdue", "%(count)d days overdue", late) % {"count": late}
    if left == 0:
        return _("due today")
    return ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}


def waiting_since(since: datetime, now: datetime) -> str:
    days = (local_date(now) - local_date(since)).days
    if days == 0:
        return _("since today")
    return ngettext("for %(count)d day", "for %(count)d days", days) % {"count": days}


def notice_kind(kind: str) -> str:
    """What sort of notice it is, for who must not read the notice itself."""
    if kind in _KINDS:
        return str(_KINDS[kind])
    return _("about a topic") if kind.startswith("programmes.") else _("about an item")


def start_of(text: str) -> str:
    return text if len(text) <= _SENTENCE else text[:_SENTENCE].rstrip() + "…"


def shown_window(key: str) -> str:
    """`2026-09` says something to people; `once` and `standing` are keys only."""
    return key if key[:1].isdigit() else ""


def shown_notice(notice: Notice, slug: str) -> dict[str, Any]:
    """One line of an inbox, ready to print."""
    subject, text = subject_and_text(notice)
    return {
        "pk": notice.pk,
        "subject": subject,
        "text": text,
        "at": shown_at(notice.at),
        "unread": notice.read_at is None and notice.retracted_at is None,
        "acknowledged_at": shown_at(notice.acknowledged_at),
        "settled": notice.retracted_at is not None,
        "asks": notice.kind in ON_A_LADDER
        and notice.retracted_at is None
        and notice.acknowledged_at is None,
        "address": whole(notice.address, slug),
    }
