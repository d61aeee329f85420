"""Columns of the desk's ledger sheets."""

from django.utils.translation import gettext_lazy as _

from groups.exports import Sheet

NOTICES = Sheet(
    _("Notices"),
    (
        (_("When"), "at", "text"),
        (_("Subject"), "subject", "text"),
        (_("Text"), "text", "text"),
        (_("Acknowledged"), "acknowledged_at", "text"),
    ),
)
AUDIT = Sheet(
    _("Audit"),
    (
        (_("When"), "at", "text"),
        (_("By whom"), "actor", "text"),
        (_("Action"), "action", "text"),
        (_("What"), "target", "text"),
        (_("Kind"), "kind", "text"),
        (_("Details"), "details", "text"),
    ),
)
