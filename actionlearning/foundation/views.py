"""Four bases, each refusing misuse when the file is imported (`architecture.md` §4)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import ListView, View
from django.views.generic.edit import FormMixin

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.paging import after_mark, joins_as_written, mark_of, whole
from actionlearning.foundation.permissions import Permission

PAGE = 50


class TenantRequest(HttpRequest):
    """What the middlewares have put on a request by the time a page of a tenant sees it."""

    user: User
    tenant: Tenant
    received_at: datetime
    after_refusal: list[Any]
    htmx: Any


class SystemView(View):
    """Health, sign-in and the like: no sign-in needed; every subclass is listed by name in a test."""


class PublicView(View):
    """Reads published copies only."""


class TokenView(View):
    """For a client, rater or expert who comes with a link or token instead of a sign-in."""


class TenantView(View):
    """A page for signed-in users of one tenant. Says which permission it needs, answers 404 without it."""

    request: TenantRequest
    permission: Permission = None
    while_password_is_new = False
    """Only the pages that a sign-in may use before its first password change say True."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.permission is None and not cls.__name__.startswith("Tenant"):
            raise TypeError(f"{cls.__name__} must say which permission it needs.")

    def dispatch(self, request: Any, *args: Any, tenant: str, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self._to_sign_in(request)
        if (waiting := _unfinished_sign_in(request)) and not self.while_password_is_new:
            return HttpResponseRedirect(reverse(waiting, args=[tenant]))
        if not user.has_perm(self.permission):
            raise Http404  # not 403: do not confirm that the page exists
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refusal as refusal:
            return self.refused(refusal)

    def refused(self, refusal: Refusal) -> HttpResponse:
        """One sentence, the rule, and the way back; typed text is kept by the forms themselves."""
        fragment = "#message" if getattr(self.request, "htmx", False) else ""
        return render(
            self.request, f"refused.html{fragment}", {"refusal": refusal}, status=refusal.status
        )

    def _to_sign_in(self, request: Any) -> HttpResponse:
        address = reverse("groups:sign_in", args=[request.tenant.slug])
        if getattr(request, "htmx", False):
            # A fragment has no room for the sign-in page: the whole window goes there and comes back.
            back = urlencode({"next": request.htmx.current_url_abs_path or ""})
            return HttpResponse(status=401, headers={"HX-Redirect": f"{address}?{back}"})
        if request.method == "GET":
            address += "?" + urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(address)


def _unfinished_sign_in(request: Any) -> str:
    """The page at which this sign-in must first set its password or second factor."""
    if request.user.must_change_password:
        return "groups:password"
    if request.session.get("factor") == "missing":
        return "groups:factor"
    return ""


class TenantListView(TenantView, ListView):
    """A list with filters kept in the address; htmx gets the rows alone.

    Pages by keyset, never by OFFSET or COUNT: `order` names the columns, the last one unique.
    """

    template_name = ""
    context_object_name = "rows"
    order: tuple[str, ...] = ("id",)
    paginate_by = None

    def get_template_names(self) -> list[str]:
        fragment = "#rows" if self.request.htmx else ""
        return [f"{self.template_name}{fragment}"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows, after = self.page(kwargs.pop("object_list", self.object_list))
        query = self.request.GET.copy()
        for place in ("after", "first", "print"):
            query.pop(place, None)
        kwargs["query"] = query.urlencode()
        kwargs["printing"] = self.printing
        if after:
            query["after"] = after
            kwargs["next_query"] = query.urlencode()
        return super().get_context_data(object_list=rows, **kwargs)

    @property
    def printing(self) -> bool:
        """`?print=1`: the whole filtered list on one page, for paper."""
        return "print" in self.request.GET

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        """The page's rows and the mark after which the next one begins, or ''."""
        if self.printing:
            return self.everything(queryset), ""
        found = after_mark(queryset, self.order, self.request.GET.get("after", ""))[: PAGE + 1]
        with joins_as_written():
            rows = list(found)
        more = len(rows) > PAGE
        return rows[:PAGE], mark_of(rows[PAGE - 1], self.order) if more else ""

    def everything(self, queryset: Any) -> list[Any]:
        """The whole filtered list in its order, for paper or a sheet. Raises BadInput when it is too long."""
        return whole(queryset.order_by(*self.order))


class TenantFormView(TenantView, FormMixin):
    """Shows a form and acts on it; a refusal comes back in the form with everything typed still there."""

    template_name = ""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_form())

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.get_form()
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            return self.act(form)
        except Refusal as refusal:
            for field, message in getattr(refusal, "fields", {}).items():
                form.add_error(field if field in form.fields else None, message)
            return self.show(form, status=refusal.status, refusal=refusal)

    def act(self, form: Any) -> HttpResponseBase:
        raise TypeError(f"{type(self).__name__} must say what the form does.")

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        context = self.get_context_data(form=form, refusal=refusal)
        return render(self.request, self.template_name, context, status=status)
