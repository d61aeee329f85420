"""Rosters: the list, one person, and the changes to a roster."""

import uuid
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import visible_organisations, visible_persons
from groups.actions.persons import add_person, change_person, end_person, show_phone
from groups.actions.transfers import transfer_person
from groups.forms import EndForm, PersonEditForm, PersonNewForm, TransferForm
from groups.models import Organisation, Person, Tenure
from groups.queries import (
    WITHDRAWN,
    lasting,
    lasts_on,
    masked,
    names_of_units,
    organisations_changed_by,
    persons_listed,
    posts_of_persons,
)
from groups.views.changes import TenantChange, own_unit
from groups.views.history import entries_about
from groups.views.sheets import (
    Columns,
    TenantSheetView,
    begun,
    begun_in_sheet,
    spelled_out,
    today,
    written,
)

_CHANGED = ("name", "title", "seniority", "starts_on", "starts_in_month")


class PersonList(TenantSheetView):
    """One organisation's roster (`?organisation=`), or everybody within reach."""

    permission = Permission.PERSON_VIEW
    template_name = "groups/person_list.html"
    sheet = exports.PERSONS
    order = ("place", "seniority", "pinyin", "id")

    def shown_columns(self) -> Columns:
        """The unit where it is not in the heading; the last day where those who left are shown."""
        one, ended = self.organisation is not None, "ended" in self.request.GET
        unit = () if one else ((_("Unit"), ""),)
        until = ((_("Until"), ""),) if ended else ()
        return (
            (_("Name"), ""),
            *unit,
            (_("Post held"), ""),
            (_("Seats in bodies"), ""),
            (_("Telephone"), ""),
            (_("Since"), ""),
            *until,
        )

    @cached_property
    def organisation(self) -> Organisation | None:
        asked = self.request.GET.get("organisation", "")
        if not asked:
            return None
        units = visible_organisations(self.request.user, Permission.PERSON_VIEW)
        found: Organisation = get_object_or_404(units, pk=_uuid(asked))
        return found

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return persons_listed(
            self.request.user,
            day=today(self.request),
            organisation=self.organisation.pk if self.organisation else None,
            text=asked.get("q", ""),
            ended="ended" in asked,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit, user = self.organisation, self.request.user
        kwargs["organisation"] = unit
        kwargs["may_import"] = user.has_perm(Permission.PERSON_CHANGE)
        kwargs["may_enrol"] = unit and user.has_perm(Permission.PERSON_CHANGE, unit)
        return super().get_context_data(**kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        day = today(self.request)
        posts = posts_of_persons(rows, day)
        return [
            {
                "pk": row.pk,
                "name": row.name,
                "organisation": row.organisation.name,
                "title": row.title,
                "posts": posts.get(row.pk, ""),
                "phone": masked(row.phone),
                "since": begun(row),
                "until": written(row.ends_on),
                "stands": lasts_on(row, day),
            }
            for row in rows
        ]

    def sheet_rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Units named so that the sheet can be sent in again."""
        names = names_of_units(self.request.user)
        found = self.present(rows)
        for line, row in zip(found, rows, strict=True):
            line["since"] = begun_in_sheet(row)
            if row.organisation_id in names.plain:
                line["organisation"] = names.label(row.organisation_id)
        return found


class PersonDetail(TenantView):
    permission = Permission.PERSON_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        person = seen_person(request.user, pk)
        return render(request, "groups/person_detail.html", about(person, request))


class PersonPhone(TenantView):
    """POST persons/<id>/phone/ looks behind the mask; the look stays on record."""

    permission = Permission.PERSON_VIEW

    def post(self, request: Any, pk: Any) -> HttpResponse:
        person = seen_person(request.user, pk)
        phone = show_phone(person, by=request.user, now=request.received_at)
        fragment = "#phone" if request.htmx else ""
        context = about(person, request) | {"phone": phone, "shown": True}
        return render(request, f"groups/person_detail.html{fragment}", context)


def about(person: Person, request: Any) -> dict[str, Any]:
    user, day = request.user, today(request)
    tenures = Tenure.objects.filter(person=person).exclude(WITHDRAWN)
    tenures = tenures.select_related("post", "post__body")
    return {
        "person": person,
        "since": begun(person, spelled=True),
        "until": spelled_out(person.ends_on),
        "stands": lasts_on(person, day),
        "phone": masked(person.phone),
        "tenures": [_seat(row, day) for row in tenures.order_by("-starts_on", "post__rank")],
        "may_change": user.has_perm(Permission.PERSON_CHANGE, person),
        "may_transfer": user.has_perm(Permission.ORGANISATION_CHANGE, person),
        "history": entries_about(person),
    }


def _seat(tenure: Tenure, day: Any) -> dict[str, Any]:
    return {
        "body": tenure.post.body,
        "title": tenure.post.title,
        "acting": tenure.acting,
        "since": begun(tenure),
        "until": written(tenure.ends_on),
        "stands": lasts_on(tenure, day),
    }


class PersonNew(TenantFormView):
    permission = Permission.PERSON_CHANGE
    form_class = PersonNewForm
    template_name = "groups/person_new.html"

    @cached_property
    def organisation(self) -> Organisation:
        return own_unit(self.request.user, self.permission, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": today(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(organisation=self.organisation, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = add_person(
            organisation=self.organisation,
            **form.cleaned_data,
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("%(name)s is on the roster.") % {"name": made})
        return redirect("groups:person_detail", self.request.tenant.slug, made.pk)


class TenantPersonForm(TenantChange):
    """A change to one person of the reader's own roster."""

    about = "person"

    def seen(self) -> QuerySet[Person]:
        return seen_persons(self.request.user)


class PersonEdit(TenantPersonForm):
    permission = Permission.PERSON_CHANGE
    form_class = PersonEditForm
    template_name = "groups/person_edit.html"

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.subject, name) for name in _CHANGED}
        return values | {"seen": self.subject.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(phone=masked(self.subject.phone), **kwargs)

    def act(self, form: Any) -> HttpResponse:
        changes = {key: value for key, value in form.cleaned_data.items() if key != "phone"}
        if form.cleaned_data["phone"]:
            changes["phone"] = form.cleaned_data["phone"]
        change_person(self.subject, **changes, by=self.request.user, now=self.request.received_at)
        return self.done(_("The entry was changed."))


class PersonEnding(TenantPersonForm):
    permission = Permission.PERSON_CHANGE
    form_class = EndForm
    template_name = "groups/person_ending.html"

    def get_initial(self) -> dict[str, Any]:
        return {"on": today(self.request)}

    def act(self, form: Any) -> HttpResponse:
        end_person(
            self.subject,
            on=form.cleaned_data["on"],
            by=self.request.user,
            now=self.request.received_at,
        )
        return self.done(_("%(name)s has left the roster.") % {"name": self.subject})


class PersonTransfer(TenantPersonForm):
    """To another unit, by a director over both; shows which posts end."""

    permission = Permission.ORGANISATION_CHANGE
    form_class = TransferForm
    template_name = "groups/person_transfer.html"

    def get_initial(self) -> dict[str, Any]:
        return {"on": today(self.request)}

    def get_form_kwargs(self) -> dict[str, Any]:
        units = organisations_changed_by(self.request.user).filter(ends_on=None)
        others = units.exclude(pk=self.subject.organisation_id)
        return super().get_form_kwargs() | {"units": others.in_order()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day, home = today(self.request), self.subject.organisation_id
        held = Tenure.objects.filter(lasting(day), person=self.subject, organisation=home)
        rows = held.select_related("post__body").order_by("post__rank", "id")
        return super().get_context_data(seats=[_seat(row, day) for row in rows], **kwargs)

    def act(self, form: Any) -> HttpResponse:
        asked = form.cleaned_data
        made = transfer_person(
            self.subject, **asked, by=self.request.user, now=self.request.received_at
        )
        words = _("%(name)s is on the roster of “%(unit)s” now.")
        return self.done(words % {"name": made, "unit": made.organisation}, made.pk)


def seen_persons(user: Any) -> QuerySet[Person]:
    return visible_persons(user).select_related("organisation")


def seen_person(user: Any, pk: Any) -> Person:
    found: Person = get_object_or_404(seen_persons(user), pk=pk)
    return found


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
