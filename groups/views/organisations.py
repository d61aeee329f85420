"""The tree of organisations: list, page, add, change. Ending and moving: programmes/views."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import visible_organisations, visible_persons
from groups.actions.organisations import add_organisation, change_organisation
from groups.forms import OrganisationEditForm, OrganisationNewForm
from groups.models import Organisation, Post
from groups.queries import (
    chain_above,
    grants_listed,
    in_force,
    lasts_on,
    names_of_units,
    open_bodies,
    organisations_listed,
    posts_of_persons,
    supervisors_of,
    tenures_of_bodies,
    tokens_listed,
)
from groups.queries.divisions import division_of, with_divisions
from groups.queries.trees import upper_levels
from groups.views.history import entries_about
from groups.views.sheets import (
    TenantSheetView,
    begun,
    begun_in_sheet,
    spelled_out,
    today,
    written,
)

_CHANGED = ("name", "short_name", "kind", "division", "seniority", "starts_on", "starts_in_month")


class OrganisationList(TenantSheetView):
    permission = Permission.ORGANISATION_VIEW
    template_name = "groups/organisation_list.html"
    sheet = exports.ORGANISATIONS
    order = ("sort_path", "id")
    columns = (
        (gettext_lazy("Organisation"), ""),
        (gettext_lazy("Kind"), ""),
        (gettext_lazy("Division code"), ""),
        (gettext_lazy("Bodies"), "num"),
        (gettext_lazy("Since"), ""),
        (gettext_lazy("State"), ""),
    )

    def get_queryset(self) -> Any:
        asked, day = self.request.GET, today(self.request)
        rows = organisations_listed(
            self.request.user,
            day=day,
            text=asked.get("q", ""),
            kind=asked.get("kind", ""),
            ended="ended" in asked,
        )
        deepest = upper_levels(rows) if self._is_plain() else None
        self.extra_context = {"upper_only": deepest is not None}
        if deepest is not None:
            rows = rows.filter(level__lte=deepest)
        return with_divisions(rows, day)

    def _is_plain(self) -> bool:
        """Nothing was asked for; a sheet or a print always has the whole tree."""
        return not {"q", "kind", "ended", "export", "print"} & {
            name for name, value in self.request.GET.items() if value
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["kinds"] = Organisation.Kind.choices
        kwargs["may_import"] = self.request.user.has_perm(Permission.ORGANISATION_CHANGE)
        return super().get_context_data(**kwargs)

    def _told_division(self, row: Any) -> str:
        """In the tree a division stands below the one it belongs to; found by a search it needs its full name."""
        name = row.division_name or ""
        return name if "q" in self.request.GET or not name.endswith(row.name) else ""

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        day, top = today(self.request), min((row.level for row in rows), default=1)
        return [
            {
                "pk": row.pk,
                "name": row.name,
                "indent": min(row.level - top, 5),
                "indented": "\u3000" * (row.level - top) + row.name,
                "short_name": row.short_name,
                "kind": row.get_kind_display(),
                "division": row.division,
                "division_name": self._told_division(row),
                "bodies": row.bodies,
                "since": begun(row),
                "until": written(row.ends_on),
                "stands": lasts_on(row, day),
            }
            for row in rows
        ]

    def sheet_rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        """With the superior of each, so that the sheet can be sent in again."""
        names = names_of_units(self.request.user)
        found = self.present(rows)
        for line, row in zip(found, rows, strict=True):
            line["since"] = begun_in_sheet(row)
            above = row.parent_id
            line["parent"] = names.label(above) if above in names.plain else ""
        return found


class OrganisationDetail(TenantView):
    permission = Permission.ORGANISATION_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        organisation = get_object_or_404(visible_organisations(request.user), pk=pk)
        context = facts_about(organisation, request)
        if request.user.has_perm(Permission.ORGANISATION_VIEW, organisation):
            context |= insides_of(organisation, request)
        return render(request, "groups/organisation_detail.html", context)


def facts_about(organisation: Organisation, request: Any) -> dict[str, Any]:
    """What everybody below may know of a unit above: its name and its place."""
    return {
        "organisation": organisation,
        "kind": organisation.get_kind_display(),
        "chain": chain_above(organisation),
        "stands": lasts_on(organisation, today(request)),
    }


def insides_of(organisation: Organisation, request: Any) -> dict[str, Any]:
    user, day = request.user, today(request)
    manages = {
        "may_change": user.has_perm(Permission.ORGANISATION_CHANGE, organisation),
        "may_form": user.has_perm(Permission.BODY_CHANGE, organisation),
        "may_enrol": user.has_perm(Permission.PERSON_CHANGE, organisation),
    }
    return manages | {
        "inside": True,
        "division": division_of(organisation.division, day),
        "since": begun(organisation, spelled=True),
        "until": spelled_out(organisation.ends_on),
        "bodies": _bodies(organisation, day),
        "roster": _roster(organisation, request),
        "units": visible_organisations(user).filter(in_force(day), parent=organisation).in_order(),
        "supervisors": [
            {"name": edge.supervisor.name, "since": written(edge.starts_on)}
            for edge in supervisors_of(organisation, day)
        ],
        "tokens": _tokens(organisation, user),
        "grants": _grants(organisation, user, day),
        "history": entries_about(organisation),
    }


def _bodies(organisation: Organisation, day: Any) -> list[dict[str, Any]]:
    """Each with its posts and who holds them today."""
    bodies = list(open_bodies(organisation, day))
    posts, tenures = tenures_of_bodies(bodies)
    found: dict[Any, list[dict[str, str]]] = {body.pk: [] for body in bodies}
    for post in posts:
        if not _stands(post, day):
            continue
        names = [row.person_name for row in reversed(tenures[post.pk]) if lasts_on(row, day)]
        found[post.body_id].append({"title": post.title, "holders": "、".join(names)})
    return [{"pk": body.pk, "name": body.name, "posts": found[body.pk]} for body in bodies]


def _stands(post: Post, day: Any) -> bool:
    return post.ends_on is None or bool(post.ends_on >= day)


def _roster(organisation: Organisation, request: Any) -> list[dict[str, Any]]:
    """The first names of it; the whole list is a page of its own."""
    day = today(request)
    rows = visible_persons(request.user).filter(in_force(day), organisation=organisation)
    persons = list(rows.order_by("seniority", "pinyin", "id")[:12])
    posts = posts_of_persons(persons, day)
    return [
        {"pk": row.pk, "name": row.name, "title": row.title, "posts": posts.get(row.pk, "")}
        for row in persons
    ]


def _tokens(organisation: Organisation, user: Any) -> int | None:
    """How many client tokens are in use; None for those who do not manage them."""
    if not user.has_perm(Permission.TOKEN_MANAGE, organisation):
        return None
    return tokens_listed(user).filter(organisation_id=organisation.pk, revoked_at=None).count()


def _grants(organisation: Organisation, user: Any, day: Any) -> int | None:
    if not user.has_perm(Permission.GRANT, organisation):
        return None
    return grants_listed(user, day=day).filter(organisation=organisation).count()


class TenantOrganisationForm(TenantFormView):
    """Offers divisions while their code, name or pinyin is typed."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        where = reverse("groups:division_offers", args=[self.request.tenant.slug])
        form.fields["division"].widget.attrs["hx-get"] = where
        return form


class OrganisationNew(TenantOrganisationForm):
    """A unit below the one in the address."""

    permission = Permission.ORGANISATION_CHANGE
    form_class = OrganisationNewForm
    template_name = "groups/organisation_new.html"

    @cached_property
    def parent(self) -> Organisation:
        return changeable(self.request.user, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": today(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(organisation=self.parent, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = add_organisation(
            parent=self.parent,
            **form.cleaned_data,
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("“%(name)s” was added.") % {"name": made})
        return redirect("groups:organisation_detail", self.request.tenant.slug, made.pk)


class OrganisationEdit(TenantOrganisationForm):
    permission = Permission.ORGANISATION_CHANGE
    form_class = OrganisationEditForm
    template_name = "groups/organisation_edit.html"

    @cached_property
    def organisation(self) -> Organisation:
        return changeable(self.request.user, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.organisation, name) for name in _CHANGED}
        return values | {"seen": self.organisation.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(organisation=self.organisation, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        changed = change_organisation(
            self.organisation,
            **form.cleaned_data,
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("“%(name)s” was changed.") % {"name": changed})
        return redirect("groups:organisation_detail", self.request.tenant.slug, changed.pk)


def changeable(user: Any, pk: Any) -> Organisation:
    """One that this reader may change; 404 for every other."""
    found: Organisation = get_object_or_404(visible_organisations(user), pk=pk)
    if not user.has_perm(Permission.ORGANISATION_CHANGE, found):
        raise Http404
    return found
