"""Who holds a post: appoint, end, hand over, correct, cancel."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.access import visible_bodies, visible_persons
from groups.actions.bodies import appoint, end_tenure, hand_over
from groups.actions.tenures import cancel_tenure, correct_tenure
from groups.forms import EndForm, SeatForm
from groups.models import Post, Tenure
from groups.queries import HITS, in_force, named_like
from groups.roles import DESCRIPTIONS, rights_of
from groups.views.sheets import begun, spelled_out, today


def own_post(user: Any, pk: Any) -> Post:
    """A post to which `user` may appoint. Raises Http404."""
    rows = Post.objects.filter(body__in=visible_bodies(user)).select_related("body", "organisation")
    found: Post = get_object_or_404(rows, pk=pk)
    if not user.has_perm(Permission.APPOINT, found):
        raise Http404
    return found


class TenantPostForm(TenantFormView):
    """Something about a post of the reader's own organisation; `post_held` finds it."""

    permission = Permission.APPOINT

    @cached_property
    def post_held(self) -> Post:
        return own_post(self.request.user, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"on": today(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post = self.post_held
        kwargs["post"] = post
        kwargs["role"] = post.get_role_display() if post.role else ""
        kwargs["words"] = DESCRIPTIONS.get(post.role, "")
        kwargs["rights"] = rights_of(post.role)
        return super().get_context_data(**kwargs)

    def done(self, words: str) -> HttpResponse:
        messages.success(self.request, words)
        return redirect("groups:body_detail", self.request.tenant.slug, self.post_held.body_id)


class TenantSeatForm(TenantPostForm):
    """Offers the own roster; `?q=` adds people of units within reach (P2-15: seconded staff)."""

    form_class = SeatForm

    def get_form_kwargs(self) -> dict[str, Any]:
        home = self.post_held.organisation_id
        seen = visible_persons(self.request.user).filter(in_force(today(self.request)))
        offered = Q(organisation=home)
        if typed := self.request.GET.get("q", ""):
            hits = named_like(seen, typed).order_by("seniority", "pinyin", "id")[:HITS]
            offered |= Q(pk__in=[person.pk for person in hits])
        rows = seen.filter(offered).select_related("organisation")
        ordered = rows.order_by("organisation__sort_path", "seniority", "pinyin", "id")
        return super().get_form_kwargs() | {"persons": ordered, "home": home}


class TenureNew(TenantSeatForm):
    permission = Permission.APPOINT
    template_name = "groups/tenure_new.html"

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        made = appoint(
            self.post_held,
            person=found["person"],
            starts_on=found["on"],
            acting=found["acting"],
            by=self.request.user,
            now=self.request.received_at,
        )
        return self.done(_("%(name)s is appointed.") % {"name": made.person_name})


class TenantTenureForm(TenantPostForm):
    """Something about one tenure in force."""

    @cached_property
    def tenure(self) -> Tenure:
        found: Tenure = get_object_or_404(Tenure, pk=self.kwargs["pk"])
        return found

    @cached_property
    def post_held(self) -> Post:
        return own_post(self.request.user, self.tenure.post_id)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["tenure"] = self.tenure
        kwargs["since"] = begun(self.tenure, spelled=True)
        return super().get_context_data(**kwargs)


class TenureHandover(TenantTenureForm, TenantSeatForm):
    """Shows what moves before it moves."""

    permission = Permission.APPOINT
    template_name = "groups/tenure_handover.html"

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        made = hand_over(
            self.tenure,
            to=found["person"],
            on=found["on"],
            acting=found["acting"],
            by=self.request.user,
            now=self.request.received_at,
        )
        words = _("From %(day)s the post is held by %(name)s.")
        return self.done(words % {"day": spelled_out(made.starts_on), "name": made.person_name})


class TenureEnding(TenantTenureForm):
    permission = Permission.APPOINT
    form_class = EndForm
    template_name = "groups/tenure_ending.html"

    def act(self, form: Any) -> HttpResponse:
        end_tenure(
            self.tenure, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("%(name)s leaves the post.") % {"name": self.tenure.person_name})


class TenantTenureAct(TenantView):
    """A button of the body's page; there is nothing to fill in."""

    def post(self, request: Any, pk: Any) -> HttpResponse:
        self.tenure: Tenure = get_object_or_404(Tenure, pk=pk)
        post = own_post(request.user, self.tenure.post_id)
        messages.success(request, self.do())
        return redirect("groups:body_detail", request.tenant.slug, post.body_id)

    def do(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what its button does.")


class TenureCancellation(TenantTenureAct):
    """POST tenures/<id>/cancellation/: an appointment whose day has not come."""

    permission = Permission.APPOINT

    def do(self) -> str:
        cancel_tenure(self.tenure, by=self.request.user, now=self.request.received_at)
        return _("The appointment of %(name)s is cancelled.") % {"name": self.tenure.person_name}


class TenureActing(TenantTenureAct):
    """POST tenures/<id>/acting/ with or without `acting`: in charge for the time being, or not."""

    permission = Permission.APPOINT

    def do(self) -> str:
        acting = bool(self.request.POST.get("acting"))
        made = correct_tenure(
            self.tenure, acting=acting, by=self.request.user, now=self.request.received_at
        )
        words = _("%(name)s is acting.") if acting else _("%(name)s is no longer acting.")
        return words % {"name": made.person_name}
