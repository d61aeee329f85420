"""The audit log in words. Who did what to which thing is shown; what papers say never is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PAPERS = frozenset(
    {
        "reporting.informationitem",
        "reporting.attachment",
        "reporting.issue",
        "programmes.project",
        "programmes.problem",
        "programmes.activity",
        "programmes.fundline",
        "programmes.dossier",
        "programmes.regulation",
        "programmes.decision",
        "reporting.exchange",
        "reporting.exchangereply",
    }
)
"""Their names are titles that somebody wrote: the audit administrator reads no paper."""
TEXTS = frozenset({"reason", "opinion", "title", "text", "note", "changes"})
"""Details that are texts of somebody's own."""

NOUNS = {
    "activity": _("activity"),
    "audit": _("audit log"),
    "bodies": _("bodies"),
    "body": _("body"),
    "calendar": _("working calendar"),
    "channel": _("channel of copies"),
    "decision": _("record of a decision"),
    "dossier": _("paper"),
    "enrolment": _("taking part"),
    "evidence": _("evidence"),
    "fund": _("funds"),
    "exchange": _("post in the exchange space"),
    "grant": _("grant"),
    "issue": _("briefing issue"),
    "item": _("information item"),
    "notice": _("notice"),
    "obligation": _("duty"),
    "organisation": _("organisation"),
    "person": _("person"),
    "plan": _("plan"),
    "post": _("post"),
    "problem": _("problem"),
    "programme": _("programme"),
    "project": _("topic"),
    "regulation": _("regulation"),
    "request": _("request"),
    "role": _("role"),
    "series": _("briefing series"),
    "space": _("space"),
    "supervision": _("supervision"),
    "team": _("project team"),
    "tenure": _("tenure"),
    "token": _("client key"),
    "user": _("sign-in"),
    "webhook": _("webhook"),
    "demonstration": _("demonstration"),
    "divisions": _("divisions"),
    "persons": _("roster"),
    "publicity": _("publicity"),
    "roster": _("sheet"),
    "score": _("points"),
    "training": _("training record"),
    "voice": _("voice of a post"),
}
VERBS = {
    "accepted": _("accepted"),
    "account_changed": _("account changed"),
    "acknowledged": _("acknowledged"),
    "added": _("added"),
    "adopted": _("adopted"),
    "arrived": _("arrived"),
    "advised": _("returned with advice"),
    "article_added": _("article added"),
    "article_moved": _("article moved"),
    "article_removed": _("article taken out"),
    "article_saved": _("article saved"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "checked": _("checked"),
    "checked_and_closed": _("checked and closed"),
    "chosen": _("chosen"),
    "closed": _("closed"),
    "compiled": _("items taken in"),
    "concluded": _("concluded"),
    "corrected": _("corrected"),
    "correcting": _("correction begun"),
    "created": _("created"),
    "day_removed": _("day removed"),
    "day_set": _("day entered"),
    "deactivated": _("deactivated"),
    "declined": _("declined"),
    "dissolved": _("dissolved"),
    "dropped": _("dropped"),
    "ended": _("ended"),
    "escalated": _("passed to the office above"),
    "expense_booked": _("expense booked"),
    "factor_passed": _("second step passed"),
    "file_added": _("file added"),
    "file_removed": _("file removed"),
    "formed": _("formed"),
    "formed_by_plan": _("formed by the plan's template"),
    "given": _("given"),
    "handed_over": _("handed over"),
    "joined": _("member joined"),
    "kept": _("kept on file"),
    "left": _("member left"),
    "linked": _("linked to a person"),
    "loaded": _("loaded"),
    "milestone_added": _("milestone added"),
    "milestone_changed": _("milestone changed"),
    "milestone_removed": _("milestone removed"),
    "moved": _("moved"),
    "nil": _("nothing to report"),
    "not_adopted": _("not adopted"),
    "offered": _("handed over for checking"),
    "opened": _("opened"),
    "opinion_added": _("opinion entered"),
    "opinion_removed": _("opinion removed"),
    "opened_again": _("opened again"),
    "password_changed": _("password changed"),
    "password_expired": _("password too old"),
    "password_reset": _("password reset"),
    "paused": _("paused"),
    "phone_shown": _("telephone number shown"),
    "phones_shown": _("telephone numbers shown"),
    "posted": _("posted"),
    "proposed": _("proposed"),
    "published": _("published"),
    "put_in_force": _("put in force"),
    "raised": _("raised"),
    "reactivated": _("reactivated"),
    "recorded": _("recorded"),
    "refused": _("refused"),
    "replied": _("replied"),
    "reply_withdrawn": _("reply withdrawn"),
    "reopened": _("opened again after the check"),
    "removed": _("removed"),
    "resubmitted": _("submitted again"),
    "resumed": _("goes on"),
    "returned": _("returned"),
    "revoked": _("revoked"),
    "rule_changed": _("rule changed"),
    "saved": _("saved"),
    "scored": _("scored by the criteria"),
    "secret_renewed": _("secret renewed"),
    "set": _("set"),
    "sign_in_failed": _("sign-in failed"),
    "signed": _("signed off"),
    "restored": _("restored from a backup"),
    "signed_in": _("signed in"),
    "signed_out": _("signed out"),
    "solved": _("solved"),
    "started": _("started"),
    "submitted": _("submitted"),
    "supervisor_changed": _("superior changed"),
    "taken_up": _("planned"),
    "taken": _("taken"),
    "taken_in_hand": _("taken in hand"),
    "taken_back": _("adoption taken back"),
    "tested": _("test sent"),
    "transferred": _("transferred"),
    "unsigned": _("sign-off taken back"),
    "verified": _("verified"),
    "waived": _("waived"),
    "withdrawn": _("withdrawn"),
    "year_published": _("year published"),
    "settled": _("settled"),
    "voided": _("declared void"),
    "grown": _("made from divisions"),
    "confirmed": _("confirmed"),
    "discarded": _("discarded"),
    "imported": _("entered"),
    "put_back": _("put back"),
    "received": _("received"),
    "undone": _("taken back"),
    "booked": _("booked"),
    "reversed": _("reversed"),
    "rule": _("rule set"),
    "answered": _("opinion answered"),
    "drafted": _("drafted"),
    "replaced": _("replaced by its revision"),
    "revised": _("revision begun"),
    "sent": _("sent"),
    "spoken": _("decided or spoken on"),
    "uncredited": _("filed after its duty was closed"),
    "written": _("written"),
    "followed": _("what was done entered"),
    "repealed": _("repealed"),
    "lent": _("lent"),
}
WHOLE = {
    "dossier.taken_back": _("taken back"),
    "decision.kept": _("kept by itself"),
    "decision.corrected": _("correction begun"),
}
"""Where the same word means something else of another thing."""


def action_words(action: str) -> str:
    """`item.submitted` as people say it; what is not known here stays as it is."""
    noun, _dot, verb = action.partition(".")
    if noun not in NOUNS or verb not in VERBS:
        return action
    return gettext("%(thing)s: %(done)s") % {
        "thing": NOUNS[noun],
        "done": WHOLE.get(action, VERBS[verb]),
    }


def name_shown(kind: str, name: str) -> str:
    return gettext("(a paper)") if kind in PAPERS and name else name


def detail_shown(kind: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Facts stay; texts, and names of a paper's files, are said to be there."""
    hidden = TEXTS | ({"name", "file"} if kind.startswith("reporting.") else set())
    return {
        name: gettext("(not shown)") if name in hidden and value else value
        for name, value in detail.items()
    }
