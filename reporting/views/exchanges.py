"""The exchange space (交流园地): the list, one post with its replies, writing, answering, withdrawing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.views.sheets import TenantSheetView
from programmes.models import Programme, Project
from programmes.queries import key_asked, local_day, visible_programmes
from programmes.states import ProgrammeState
from reporting.actions.exchanges import (
    Said,
    change_exchange,
    post_exchange,
    reply,
    require_changeable,
    withdraw_exchange,
    withdraw_reply,
)
from reporting.exports import EXCHANGE_COLUMNS, EXCHANGES, exchange_line, moment
from reporting.models import Exchange, ExchangeReply
from reporting.queries.exchanges import (
    narrowed_exchanges,
    open_to_post,
    replies_to,
    space_named,
    spaces_of,
    topics_of,
    with_replies,
)
from reporting.queries.points import begun_programmes
from reporting.views.exchange_forms import (
    ExchangeEditForm,
    ExchangeForm,
    ExchangeWithdrawalForm,
    ReplyForm,
)


class ExchangeList(TenantSheetView):
    permission = Permission.EXCHANGE_VIEW
    template_name = "reporting/exchange_list.html"
    sheet = EXCHANGES
    order = ("-posted_at", "-id")
    columns = (
        (gettext_lazy("Title"), ""),
        (gettext_lazy("Kind"), ""),
        (gettext_lazy("Exchange space of"), ""),
        (gettext_lazy("Posted by"), ""),
        (gettext_lazy("Posted at"), ""),
        (gettext_lazy("Replies"), "number"),
    )

    def get_queryset(self) -> Any:
        rows = Exchange.objects.visible_to(self.request.user)
        narrowed = narrowed_exchanges(rows, self.request.GET)
        return with_replies(narrowed).values(*EXCHANGE_COLUMNS)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [exchange_line(row) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        begun = () if self.request.htmx else begun_programmes(self.request.user)
        space = space_named(key_asked(given, "organisation")) if given.get("organisation") else ""
        user, today = self.request.user, local_day(self.request.received_at)
        onward = {name: given[name] for name in ("organisation", "project") if given.get(name)}
        return super().get_context_data(
            space=space,
            programmes=begun,
            running=open_to_post(user, begun, today),
            onward=urlencode(onward),
            kinds=Exchange.Kind.choices,
            reads_briefings=user.has_perm(Permission.BRIEFING_VIEW),
            **kwargs,
        )


class ExchangeNew(TenantFormView):
    """`?organisation=` names the space in which one stands already, `?project=` the topic."""

    permission = Permission.EXCHANGE_WRITE
    form_class = ExchangeForm
    template_name = "reporting/exchange_new.html"

    @cached_property
    def programme(self) -> Programme:
        rows = visible_programmes(self.request.user).filter(state=ProgrammeState.IN_FORCE)
        found: Programme = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET
        return {n: key_asked(given, n) for n in ("organisation", "project") if given.get(n)}

    def get_form_kwargs(self) -> dict[str, Any]:
        user, today = self.request.user, local_day(self.request.received_at)
        spaces = spaces_of(user, self.programme, today)
        topics = topics_of(user, self.programme)
        return super().get_form_kwargs() | {"spaces": spaces, "topics": topics}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        typed, by, now = dict(form.cleaned_data), self.request.user, self.request.received_at
        organisation = typed.pop("organisation")
        post = post_exchange(self.programme, organisation, said=Said(**typed), by=by, now=now)
        messages.success(self.request, _("It stands in the exchange space."))
        return redirect("reporting:exchange_detail", self.request.tenant.slug, post.pk)


class TenantExchangeView(TenantView):
    @cached_property
    def exchange(self) -> Exchange:
        rows = Exchange.objects.visible_to(self.request.user)
        rows = rows.select_related("organisation", "programme", "withdrawn_by")
        found: Exchange = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def to_post(self) -> HttpResponseBase:
        return redirect("reporting:exchange_detail", self.request.tenant.slug, self.kwargs["pk"])


class TenantExchangePage(TenantExchangeView):
    def show(
        self, *, status: int = 200, refusal: Refusal | None = None, **forms: Any
    ) -> HttpResponse:
        """The post with its replies and all that can be done; htmx gets the replies alone."""
        post, user = self.exchange, self.request.user
        template = "reporting/exchange_detail.html" + ("#talk" if self.request.htmx else "")
        director = user.has_perm(Permission.EXCHANGE_WITHDRAW, post)
        replies = list(replies_to(post))
        running = post.programme.state == ProgrammeState.IN_FORCE and not post.withdrawn_at
        context = {
            "post": post,
            "posted": moment(post.posted_at),
            "facts": _facts(post),
            "topic": self._topic(),
            "replies": [_reply_line(each, user, director=director) for each in replies],
            "may_reply": running and user.has_perm(Permission.EXCHANGE_WRITE),
            "may_change": running and not replies and user.pk == post.author_id,
            "may_withdraw": not post.withdrawn_at and (director or user.pk == post.author_id),
            "reply_form": ReplyForm(),
            "form": ExchangeWithdrawalForm(initial={"version": post.version}),
            "refusal": refusal,
        } | forms
        return render(self.request, template, context, status=status)

    def _topic(self) -> Any:
        """The topic's id, where this reader may open it."""
        project = self.exchange.project_id
        if project is None:
            return None
        rows = Project.objects.visible_to(self.request.user)
        return rows.filter(pk=project).values_list("pk", flat=True).first()


def _facts(post: Exchange) -> list[tuple[str, str]]:
    """(label, value) of all that is known."""
    withdrawer = post.withdrawn_by.display_name if post.withdrawn_by else ""
    facts = [
        (_("Exchange space of"), post.organisation.name),
        (_("Programme"), post.programme.name),
        (_("Topic"), post.project_title),
        (_("Kind"), str(Exchange.Kind(post.kind).label)),
        (_("Who reads it"), str(Exchange.Reach(post.reach).label)),
        (_("Last changed"), moment(post.changed_at)),
        (_("Withdrawn by"), f"{withdrawer} {moment(post.withdrawn_at)}".strip()),
        (_("Withdrawn because"), post.withdrawal_reason),
    ]
    return [(label, value) for label, value in facts if value]


def _reply_line(answer: ExchangeReply, user: Any, *, director: bool) -> dict[str, Any]:
    gone = answer.withdrawn_at is not None
    return {
        "id": answer.pk,
        "by": " ".join(filter(None, (answer.unit_name, answer.author_name))),
        "at": moment(answer.replied_at),
        "text": "" if gone else answer.text,
        "reason": answer.withdrawal_reason,
        "gone": gone,
        "may_withdraw": not gone and (director or user.pk == answer.author_id),
    }


class ExchangeDetail(TenantExchangePage):
    permission = Permission.EXCHANGE_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return self.show()


class ExchangeEdit(TenantFormView, TenantExchangeView):
    """By its author, until somebody has answered; others are told why not."""

    permission = Permission.EXCHANGE_WRITE
    form_class = ExchangeEditForm
    template_name = "reporting/exchange_edit.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        require_changeable(self.exchange, request.user)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        names = ("kind", "title", "text", "reach", "project_id", "version")
        return {name.removesuffix("_id"): getattr(self.exchange, name) for name in names}

    def get_form_kwargs(self) -> dict[str, Any]:
        topics = topics_of(self.request.user, self.exchange.programme)
        own = topics.filter(organisation=self.exchange.organisation)
        return super().get_form_kwargs() | {"topics": own}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(post=self.exchange, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        typed, by, now = dict(form.cleaned_data), self.request.user, self.request.received_at
        seen = typed.pop("version")
        change_exchange(self.exchange, said=Said(**typed), seen=seen, by=by, now=now)
        messages.success(self.request, _("The post is changed."))
        return self.to_post()


class ExchangeReplies(TenantExchangePage):
    """POST adds one; htmx gets the whole talk back, with an empty box."""

    permission = Permission.EXCHANGE_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self.show(reply_form=form, status=422)
        try:
            text, by, now = form.cleaned_data["text"], request.user, request.received_at
            reply(self.exchange, text=text, by=by, now=now)
        except Refusal as refusal:
            return self.show(reply_form=form, status=refusal.status, refusal=refusal)
        return self.show() if request.htmx else self.to_post()


class ExchangeWithdrawal(TenantExchangePage):
    permission = Permission.EXCHANGE_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        form = ExchangeWithdrawalForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=422)
        reason, seen = form.cleaned_data["reason"], form.cleaned_data["version"]
        by, now = request.user, request.received_at
        try:
            withdraw_exchange(self.exchange, reason=reason, seen=seen, by=by, now=now)
        except Refusal as refusal:
            return self.show(form=form, status=refusal.status, refusal=refusal)
        messages.success(request, _("Withdrawn; it stays on record with its reason."))
        return self.to_post()


class ExchangeReplyWithdrawal(TenantExchangePage):
    permission = Permission.EXCHANGE_WRITE

    def post(self, request: Any, pk: Any, reply: Any) -> HttpResponseBase:
        answer = get_object_or_404(ExchangeReply, exchange=self.exchange, pk=reply)
        by, now = request.user, request.received_at
        try:
            withdraw_reply(answer, reason=request.POST.get("reason", ""), by=by, now=now)
        except Refusal as refusal:
            return self.show(status=refusal.status, refusal=refusal)
        messages.success(request, _("Withdrawn; it stays on record with its reason."))
        return self.to_post()
