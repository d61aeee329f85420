"""What every page shows around its content: at most one question to the database, and only if shown."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.inbox import unread_count
from actionlearning.foundation.permissions import Permission

ENTRIES: tuple[tuple[str, str | Promise, Permission], ...] = (
    ("desk:home", _("My desk"), Permission.DESK_VIEW),
    ("groups:organisation_list", _("Organisations"), Permission.ORGANISATION_VIEW),
    ("programmes:programme_list", _("Programmes"), Permission.PROGRAMME_VIEW),
    ("programmes:obligation_list", _("Duties"), Permission.OBLIGATION_VIEW),
    ("programmes:project_list", _("Topics"), Permission.PROJECT_VIEW),
    ("programmes:dossier_list", _("Papers"), Permission.DOSSIER_VIEW),
    ("reporting:item_list", _("Information"), Permission.ITEM_VIEW),
    ("reporting:briefing_list", _("Briefings"), Permission.BRIEFING_VIEW),
    ("groups:user_list", _("Sign-ins"), Permission.USER_MANAGE),
    ("groups:role_list", _("Roles"), Permission.ROLE_MANAGE),
    ("desk:audit_list", _("Audit"), Permission.AUDIT_VIEW),
    ("desk:notice_list", _("Notices"), Permission.NOTICE_VIEW),
    ("desk:status", _("Status"), Permission.STATUS_VIEW),
)
LANGUAGES = (
    ("zh-hans", "zh-Hans", "简体"),
    ("zh-hant", "zh-Hant", "繁體"),
    ("en", "en", "English"),
)


@dataclass(frozen=True)
class Entry:
    """One word of the main navigation."""

    address: str
    label: str | Promise
    current: bool
    count: int = 0


@dataclass(frozen=True)
class Language:
    code: str
    tag: str
    name: str
    current: bool


@lru_cache(maxsize=4096)
def address_in(slug: str, name: str) -> str:
    """Of a page of one tenant, kept: every page shows a dozen of them."""
    return reverse(name, args=[slug])


class Shell:
    """Read by `templates/components/masthead.html`; fragments never ask for it, so they pay nothing."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @cached_property
    def user(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def entries(self) -> list[Entry]:
        """Only what this sign-in may open; nothing before its password and factor are in order."""
        if self.user is None or not self._is_in():
            return []
        return [
            self._entry(name, label)
            for name, label, permission in ENTRIES
            if self.user.has_perm(permission)
        ]

    def _is_in(self) -> bool:
        unfinished = self.request.session.get("factor") == "missing"
        return not (unfinished or self.user.must_change_password)

    def _entry(self, name: str, label: str | Promise) -> Entry:
        address = address_in(self.request.tenant.slug, name)
        here = self.request.path
        current = here == address if name == "desk:home" else here.startswith(address)
        count = self._unread() if name == "desk:notice_list" else 0
        return Entry(address, label, current, count)

    def _unread(self) -> int:
        known = getattr(self.request, "unread_notices", None)
        return int(unread_count(self.user) if known is None else known)

    @cached_property
    def search_address(self) -> str:
        """Empty for whoever may see nothing that could be found."""
        if self.user is None or not self._is_in():
            return ""
        if not self.user.has_perm(Permission.PROJECT_VIEW):
            return ""
        return address_in(self.request.tenant.slug, "desk:search")

    @cached_property
    def calendar_address(self) -> str:
        """Empty for whoever sees no activities: an administrator is not led to a page that is not for him."""
        if self.user is None or not self._is_in():
            return ""
        if not self.user.has_perm(Permission.PROJECT_VIEW):
            return ""
        return address_in(self.request.tenant.slug, "programmes:activity_calendar")

    @property
    def searched(self) -> str:
        """What the search box still shows: on its own page what was asked for, elsewhere nothing."""
        here = self.request.path == self.search_address
        return str(self.request.GET.get("q", ""))[:60] if here else ""

    @cached_property
    def languages(self) -> list[Language]:
        here = getattr(self.request, "LANGUAGE_CODE", "zh-hans")
        return [Language(code, tag, name, code == here) for code, tag, name in LANGUAGES]

    @cached_property
    def language_address(self) -> str:
        tenant = getattr(self.request, "tenant", None)
        return (
            reverse("desk:language", args=[tenant.slug]) if tenant else reverse("system:language")
        )


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": Shell(request)}
