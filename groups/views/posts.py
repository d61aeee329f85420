"""Posts of a body: added, changed, ended."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from groups import exports
from groups.access import visible_bodies
from groups.actions.bodies import add_post
from groups.actions.posts import change_post, end_post
from groups.forms import EndForm, PostEditForm, PostForm
from groups.models import Post
from groups.queries import masked, names_of_units, seats_listed
from groups.roles import ADMINISTRATORS, DESCRIPTIONS, BodyKind, Role
from groups.views.bodies import TenantBodyForm
from groups.views.changes import TenantChange
from groups.views.sheets import TenantSheetView, begun, begun_in_sheet, today

_CHANGED = ("title", "role", "rank", "seats")


def roles_in_words() -> list[dict[str, Any]]:
    """What each role that a post may carry lets its holder do."""
    return [
        {"name": role.label, "words": DESCRIPTIONS[role]}
        for role in Role
        if role not in ADMINISTRATORS
    ]


class PostList(TenantSheetView):
    """Every seat of every body within reach and who holds it."""

    permission = Permission.BODY_VIEW
    template_name = "groups/post_list.html"
    sheet = exports.POSTS
    order = ("place", "body_id", "rank", "id", "holder_key")
    columns = (
        (gettext_lazy("Organisation"), ""),
        (gettext_lazy("Body"), ""),
        (gettext_lazy("Post"), ""),
        (gettext_lazy("Role"), ""),
        (gettext_lazy("Holder"), ""),
        (gettext_lazy("Since"), ""),
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        rows = seats_listed(
            self.request.user,
            day=today(self.request),
            text=asked.get("q", ""),
            kind=asked.get("kind", ""),
        )
        return rows.select_related("body", "organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["may_import"] = self.request.user.has_perm(Permission.BODY_CHANGE)
        return super().get_context_data(kinds=BodyKind.choices, **kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "body_pk": row.body_id,
                "organisation": row.organisation.name,
                "body": row.body.name,
                "kind": dict(BodyKind.choices).get(row.body.kind, row.body.kind),
                "title": row.title,
                "role": row.get_role_display() if row.role else "",
                "rank": row.rank,
                "seats": row.seats,
                "holder": row.holder,
                "phone": masked(row.phone or ""),
                "since": begun(row),
            }
            for row in rows
        ]

    def sheet_rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        names = names_of_units(self.request.user)
        found = self.present(rows)
        for line, row in zip(found, rows, strict=True):
            line["since"] = begun_in_sheet(row)
            line["organisation"] = names.label(row.organisation_id)
            elsewhere = row.home in names.plain and row.home != row.organisation_id
            line["home"] = names.label(row.home) if elsewhere else ""
        return found


class PostNew(TenantBodyForm):
    permission = Permission.BODY_CHANGE
    form_class = PostForm
    template_name = "groups/post_new.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(roles=roles_in_words(), **kwargs)

    def act(self, form: Any) -> HttpResponse:
        post = add_post(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("The post “%(title)s” was added.") % {"title": post})


class TenantOnePostForm(TenantChange):
    """A change to one post that stands; its page is the body's."""

    about = "post"

    def seen(self) -> QuerySet[Post]:
        rows: QuerySet[Post] = Post.objects.filter(
            body__in=visible_bodies(self.request.user), ends_on=None
        )
        return rows.select_related("body", "organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(body=self.subject.body, **kwargs)

    def done(self, words: str, pk: Any = None) -> HttpResponse:
        messages.success(self.request, words)
        return redirect("groups:body_detail", self.request.tenant.slug, self.subject.body_id)


class PostEdit(TenantOnePostForm):
    permission = Permission.BODY_CHANGE
    form_class = PostEditForm
    template_name = "groups/post_edit.html"

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.subject, name) for name in _CHANGED}
        return values | {"seen": self.subject.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(roles=roles_in_words(), **kwargs)

    def act(self, form: Any) -> HttpResponse:
        post = change_post(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("The post “%(title)s” was changed.") % {"title": post})


class PostEnding(TenantOnePostForm):
    permission = Permission.BODY_CHANGE
    form_class = EndForm
    template_name = "groups/post_ending.html"

    def get_initial(self) -> dict[str, Any]:
        return {"on": today(self.request)}

    def act(self, form: Any) -> HttpResponse:
        end_post(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("The post “%(title)s” ends.") % {"title": self.subject})
