"""Bodies with their posts: list, page, form, change, dissolve."""

import uuid
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import visible_bodies
from groups.actions.bodies import change_body, dissolve_body, form_body
from groups.forms import BodyEditForm, BodyNewForm, EndForm
from groups.models import Body, Organisation, Post, Tenure
from groups.queries import (
    bodies_listed,
    heads_of_bodies,
    lasts_on,
    open_bodies,
    tenures_of_bodies,
)
from groups.queries.delegations import delegates_of
from groups.roles import DESCRIPTIONS, BodyKind
from groups.views.changes import TenantChange, own_unit
from groups.views.history import entries_about
from groups.views.sheets import (
    TenantSheetView,
    begun,
    begun_in_sheet,
    spelled_out,
    today,
    written,
)

_CHANGED = ("name", "starts_on", "starts_in_month")


def kind_in_words(kind: str) -> str:
    return str(dict(BodyKind.choices).get(kind, kind))


class BodyList(TenantSheetView):
    permission = Permission.BODY_VIEW
    template_name = "groups/body_list.html"
    sheet = exports.BODIES
    order = ("place", "starts_on", "id")
    columns = (
        (gettext_lazy("Organisation"), ""),
        (gettext_lazy("Body"), ""),
        (gettext_lazy("Kind"), ""),
        (gettext_lazy("Head"), ""),
        (gettext_lazy("Since"), ""),
        (gettext_lazy("State"), ""),
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return bodies_listed(
            self.request.user,
            day=today(self.request),
            text=asked.get("q", ""),
            kind=asked.get("kind", ""),
            ended="ended" in asked,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["may_import"] = self.request.user.has_perm(Permission.BODY_CHANGE)
        return super().get_context_data(kinds=BodyKind.choices, **kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        day = today(self.request)
        heads = heads_of_bodies(rows, day)
        return [
            {
                "pk": row.pk,
                "organisation": row.organisation.name,
                "organisation_pk": row.organisation_id,
                "name": row.name,
                "kind": kind_in_words(row.kind),
                "head": heads.get(row.pk, ""),
                "since": begun(row),
                "until": written(row.ends_on),
                "stands": lasts_on(row, day),
            }
            for row in rows
        ]

    def sheet_rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        found = self.present(rows)
        for line, row in zip(found, rows, strict=True):
            line["since"] = begun_in_sheet(row)
        return found


class BodyDetail(TenantView):
    permission = Permission.BODY_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        body = seen_body(request.user, pk)
        user, day = request.user, today(request)
        posts, tenures = tenures_of_bodies([body])
        context = {
            "body": body,
            "kind": kind_in_words(body.kind),
            "since": begun(body, spelled=True),
            "until": spelled_out(body.ends_on),
            "stands": body.ends_on is None,
            "posts": self._posts(posts, tenures),
            "may_dissolve": user.has_perm(Permission.APPOINT, body)
            or not any(_lasts(row, day) for row in chain(*tenures.values())),
            "serves": list(body.serves.filter(ends_on=None).order_by("name")),
            "may_change": user.has_perm(Permission.BODY_CHANGE, body),
            "may_appoint": user.has_perm(Permission.APPOINT, body),
            "history": entries_about(body, *posts),
        }
        return render(request, "groups/body_detail.html", context)

    def _posts(
        self, posts: list[Post], tenures: dict[uuid.UUID, list[Tenure]]
    ) -> list[dict[str, Any]]:
        """With whom holders have lent their voice to, and whose voice the reader may lend."""
        user, day = self.request.user, today(self.request)
        lent = delegates_of([row for rows in tenures.values() for row in rows], day)
        found = [_post(post, tenures[post.pk], day) for post in posts]
        holding = [(post, row) for post in found for row in post["holders"]]
        first = next((post["pk"] for post, row in holding if row["signs_in"]), None)
        heads = {row["user"] for post, row in holding if post["pk"] == first}
        head = user.pk in heads or (posts and user.has_perm(Permission.APPOINT, posts[0]))
        for _line, row in holding:
            row["may_lend"] = bool(head) or row["user"] == user.pk
            if row["pk"] in lent:
                words = _("until %(day)s %(name)s speaks for this post")
                each = lent[row["pk"]]
                row["lent"] = words % {"day": written(each.ends_on), "name": each.name}
        return found


def _post(post: Post, tenures: list[Tenure], day: date) -> dict[str, Any]:
    """Holders of today, those appointed for later, those of before; and whether a seat is free."""
    last = [row for row in tenures if _lasts(row, day)]
    now = [row for row in last if row.starts_on <= day]
    stands = post.ends_on is None
    return {
        "pk": post.pk,
        "title": post.title,
        "role": post.get_role_display() if post.role else "",
        "words": DESCRIPTIONS.get(post.role, ""),
        "stands": stands,
        "until": written(post.ends_on),
        "holders": [_holder(row) for row in reversed(now)],
        "coming": [_holder(row) for row in last if row.starts_on > day],
        "past": [_holder(row) for row in tenures if row not in last],
        "vacant": max(post.seats - len(now), 0) if stands else 0,
        "free": stands and len([row for row in last if row.ends_on is None]) < post.seats,
        "may_end": not last,
        "seats": post.seats,
    }


def _lasts(tenure: Tenure, day: date) -> bool:
    return tenure.ends_on is None or tenure.ends_on >= day


def _holder(tenure: Tenure) -> dict[str, Any]:
    return {
        "pk": tenure.pk,
        "person": tenure.person_id,
        "name": tenure.person_name,
        "acting": tenure.acting,
        "signs_in": tenure.user_id is not None,
        "user": tenure.user_id,
        "since": begun(tenure),
        "until": written(tenure.ends_on),
        "open": tenure.ends_on is None,
    }


class BodyNew(TenantFormView):
    permission = Permission.BODY_CHANGE
    form_class = BodyNewForm
    template_name = "groups/body_new.html"

    @cached_property
    def organisation(self) -> Organisation:
        return own_unit(self.request.user, self.permission, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": today(self.request)}

    def get_form_kwargs(self) -> dict[str, Any]:
        bodies = open_bodies(self.organisation, today(self.request))
        return super().get_form_kwargs() | {"bodies": bodies, "kinds": BodyKind.choices}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(organisation=self.organisation, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = form_body(
            organisation=self.organisation,
            **form.cleaned_data,
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("“%(name)s” was formed.") % {"name": made})
        return redirect("groups:body_detail", self.request.tenant.slug, made.pk)


class TenantBodyForm(TenantChange):
    """A change to one body of the reader's own organisation."""

    about = "body"

    def seen(self) -> QuerySet[Body]:
        return seen_bodies(self.request.user)


class BodyEdit(TenantBodyForm):
    permission = Permission.BODY_CHANGE
    form_class = BodyEditForm
    template_name = "groups/body_edit.html"

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.subject, name) for name in _CHANGED}
        return values | {"secretariat": self.subject.secretariat_id, "seen": self.subject.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        bodies = open_bodies(self.subject.organisation, today(self.request))
        return super().get_form_kwargs() | {"bodies": bodies.exclude(pk=self.subject.pk)}

    def act(self, form: Any) -> HttpResponse:
        change_body(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("“%(name)s” was changed.") % {"name": form.cleaned_data["name"]})


class BodyDissolution(TenantBodyForm):
    permission = Permission.BODY_CHANGE
    form_class = EndForm
    template_name = "groups/body_dissolution.html"

    def get_initial(self) -> dict[str, Any]:
        return {"on": today(self.request)}

    def act(self, form: Any) -> HttpResponse:
        dissolve_body(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("“%(name)s” has been dissolved.") % {"name": self.subject})


def seen_bodies(user: Any) -> QuerySet[Body]:
    return visible_bodies(user).select_related("organisation", "secretariat")


def seen_body(user: Any, pk: Any) -> Body:
    found: Body = get_object_or_404(seen_bodies(user), pk=pk)
    return found
