"""The audit rows about one thing, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.queries import history_of
from groups.views.sheets import moment

WORDS = {
    "organisation.added": _("added"),
    "organisation.changed": _("changed"),
    "organisation.grown": _("units below added from the divisions"),
    "organisation.closed": pgettext_lazy("organisation", "ended"),
    "organisation.moved": _("moved to another place in the tree"),
    "bodies.formed_by_plan": _("bodies formed by the plan"),
    "enrolment.opened": _("took part in a programme"),
    "enrolment.supervisor_changed": _("put under another superior"),
    "enrolment.ended": _("left a programme"),
    "supervision.opened": _("put under supervision"),
    "supervision.closed": _("supervision ended"),
    "person.added": _("put on the roster"),
    "person.changed": _("entry changed"),
    "person.transferred": _("went to another unit"),
    "person.arrived": _("came from another unit"),
    "person.ended": _("left the roster"),
    "person.phone_shown": _("telephone number looked at"),
    "body.formed": _("formed"),
    "body.changed": _("changed"),
    "body.dissolved": _("dissolved"),
    "post.added": _("post added"),
    "post.changed": _("post changed"),
    "post.ended": _("post ended"),
    "post.taken": _("post taken"),
    "post.handed_over": _("post handed over"),
    "tenure.ended": _("left the post"),
    "tenure.cancelled": _("appointment cancelled before it began"),
    "tenure.corrected": _("acting or not: corrected"),
    "person.withdrawn": _("taken back with the sheet that brought it"),
    "body.withdrawn": _("taken back with the sheet that brought it"),
    "post.withdrawn": _("taken back with the sheet that brought it"),
    "tenure.withdrawn": _("taken back with the sheet that brought it"),
    "organisation.withdrawn": _("taken back with the sheet that brought it"),
    "roster.received": _("sent in"),
    "roster.checked": _("read and checked"),
    "roster.phones_shown": _("telephone numbers of the sheet looked at"),
    "roster.refused": _("could not be read or entered"),
    "roster.confirmed": _("confirmed"),
    "roster.imported": _("entered"),
    "roster.put_back": _("put back for another look"),
    "roster.undone": _("taken back"),
    "roster.discarded": _("thrown away"),
}


MOVED = {"enrolment.supervisor_changed", "person.transferred", "person.arrived"}
NAMED = {"post.taken", "post.added", "tenure.cancelled", "tenure.corrected"}
"""Acts on a post that name whom they are about."""


def entries_about(*subjects: Any) -> list[dict[str, Any]]:
    """For components/timeline.html; an act without words yet shows its key."""
    return [
        {
            "at": moment(event.at),
            "by": event.actor_name,
            "label": WORDS.get(event.action, event.action),
            "text": _text(event),
        }
        for event in history_of(*subjects)
    ]


def _text(event: Any) -> str:
    detail = event.detail
    if event.action == "post.handed_over":
        return f"{event.target_name}: {detail['before']} → {detail['after']}"
    if event.action in MOVED:
        return f"{detail['before']} → {detail['after']} ({detail['on']})"
    if event.action in NAMED:
        return f"{event.target_name} {detail.get('name', '')}".strip()
    if event.action in {"organisation.changed", "post.changed"}:
        changed = detail.get("after", {})
        return "\n".join(f"{detail['before'][key]} → {changed[key]}" for key in changed)
    return str(detail.get("reason", ""))
