"""The publicity register: what was told where, by channel; recorded, confirmed, withdrawn."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.queries.minds import same_mind
from groups.views.sheets import TenantSheetView
from programmes.models import Programme
from programmes.queries import key_asked, local_day, visible_programmes
from programmes.states import ProgrammeState
from reporting.access import readable
from reporting.actions.publicity import (
    Appearance,
    Subject,
    confirm_publicity,
    record_publicity,
    withdraw_publicity,
)
from reporting.exports import (
    PUBLICITY,
    PUBLICITY_COLUMNS,
    file_answer,
    level_label,
    moment,
    publicity_line,
)
from reporting.forms import StepForm
from reporting.models import Publicity, PublicityScan
from reporting.queries.points import begun_programmes
from reporting.queries.publicity import (
    channel_names,
    channels_of,
    counted_by_channel,
    narrowed_publicity,
    totals_by_channel,
    units_to_record_for,
)
from reporting.states import CONFIRM_PUBLICITY, WITHDRAW_PUBLICITY, PublicityState
from reporting.views.publicity_forms import PublicityForm, PublicityWithdrawalForm
from reporting.views.reading import item_for


class PublicityList(TenantSheetView):
    permission = Permission.ITEM_VIEW
    template_name = "reporting/publicity_list.html"
    sheet = PUBLICITY
    order = ("-told_on", "-id")
    columns = (
        (gettext_lazy("What was told"), ""),
        (gettext_lazy("Unit"), ""),
        (gettext_lazy("Channel"), ""),
        (gettext_lazy("Outlet"), ""),
        (gettext_lazy("Told on"), ""),
        (gettext_lazy("State"), ""),
    )

    def get_queryset(self) -> Any:
        return self.rows().values(*PUBLICITY_COLUMNS)

    def rows(self) -> Any:
        rows = Publicity.objects.visible_to(self.request.user)
        return narrowed_publicity(rows, self.request.GET)

    @cached_property
    def programme(self) -> uuid.UUID | None:
        given = self.request.GET
        return key_asked(given, "programme") if given.get("programme") else None

    @cached_property
    def counted(self) -> list[tuple[uuid.UUID, str, int]]:
        return counted_by_channel(self.rows())

    @cached_property
    def names(self) -> dict[uuid.UUID, dict[str, str]]:
        mine = visible_programmes(self.request.user)
        asked = mine.filter(pk=self.programme) if self.programme else None
        return channel_names((pk for pk, _key, _count in self.counted), asked)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [publicity_line(row, self.names) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        begun = () if self.request.htmx else begun_programmes(self.request.user)
        return super().get_context_data(
            totals=totals_by_channel(self.counted, self.names, self.programme),
            channels={key: name for named in self.names.values() for key, name in named.items()},
            programmes=begun,
            running=[each for each in begun if each.state == ProgrammeState.IN_FORCE],
            levels=Publicity.Level.choices,
            states=PublicityState.choices,
            may_record=self.request.user.has_perm(Permission.ITEM_WRITE),
            **kwargs,
        )


class PublicityNew(TenantFormView):
    """`?item=` or `?briefing=` names what was told; without either it is typed."""

    permission = Permission.ITEM_WRITE
    form_class = PublicityForm
    template_name = "reporting/publicity_new.html"

    @cached_property
    def programme(self) -> Programme:
        rows = visible_programmes(self.request.user).exclude(state=ProgrammeState.DRAFT)
        found: Programme = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    @cached_property
    def subject(self) -> Subject | None:
        given, user = self.request.GET, self.request.user
        if given.get("item"):
            item = item_for(user, key_asked(given, "item"))
            if item.programme_id != self.programme.pk:
                raise Http404
            return Subject.of_item(item)
        if given.get("briefing"):
            rows = readable(user).select_related("series__organisation")
            found = get_object_or_404(rows, pk=key_asked(given, "briefing"))
            return Subject.of_briefing(found, self.programme)
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        user, today = self.request.user, local_day(self.request.received_at)
        units = None if self.subject else units_to_record_for(user, self.programme, today)
        channels = channels_of(self.programme, today)
        return super().get_form_kwargs() | {"units": units, "channels": channels}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, subject=self.subject, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        typed, scan = dict(form.cleaned_data), form.cleaned_data["scan"]
        typed["scan_name"] = scan.name if scan else ""
        subject = self.subject or Subject(
            programme=self.programme, organisation=typed.pop("organisation"),
            title=typed.pop("title"),
        )  # fmt: skip
        by, now = self.request.user, self.request.received_at
        told = record_publicity(subject, appearance=Appearance(**typed), by=by, now=now)
        messages.success(self.request, _("It is on record."))
        return redirect("reporting:publicity_detail", self.request.tenant.slug, told.pk)


class TenantPublicityView(TenantView):
    def told(self) -> Publicity:
        rows = Publicity.objects.visible_to(self.request.user).select_related(
            "organisation", "programme", "item", "briefing__series", "confirmed_by", "withdrawn_by"
        )
        found: Publicity = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def show(
        self, told: Publicity, form: Any, *, status: int = 200, refusal: Refusal | None = None
    ) -> HttpResponse:
        """The entry with all that can be done to it."""
        user, names = self.request.user, channel_names([told.programme_id])[told.programme_id]
        confirms = CONFIRM_PUBLICITY.open_to(user, told) and not same_mind(
            user, told.recorded_by_id, tenant=told.tenant
        )
        context = {
            "told": told,
            "form": form,
            "refusal": refusal,
            "facts": _facts(told, names.get(told.channel, told.channel)),
            "state_label": PublicityState(told.state).label,
            "scan": PublicityScan.objects.filter(publicity=told).defer("content").first(),
            "may_confirm": confirms,
            "may_withdraw": any(step.open_to(user, told) for step in WITHDRAW_PUBLICITY),
        }
        return render(self.request, "reporting/publicity_detail.html", context, status=status)


class PublicityDetail(TenantPublicityView):
    permission = Permission.ITEM_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        told = self.told()
        return self.show(told, PublicityWithdrawalForm(initial={"version": told.version}))


def _facts(told: Publicity, channel: str) -> list[tuple[str, str]]:
    """(label, value) of all that is known."""
    by = (told.confirmed_by, told.withdrawn_by)
    confirmer, withdrawer = (each.display_name if each else "" for each in by)
    facts = [
        (_("Unit"), told.organisation.name),
        (_("Programme"), told.programme.name),
        (_("Channel"), channel),
        (_("Outlet"), told.outlet),
        (_("Level of the outlet"), level_label(told.level)),
        (_("Told on"), told.told_on.isoformat()),
        (_("Recorded by"), f"{told.recorder_name} {moment(told.recorded_at)}"),
        (_("Confirmed by"), f"{confirmer} {moment(told.confirmed_at)}".strip()),
        (_("Withdrawn by"), f"{withdrawer} {moment(told.withdrawn_at)}".strip()),
    ]
    return [(label, value) for label, value in facts if value]


class PublicityConfirmation(TenantPublicityView):
    permission = Permission.ITEM_REVIEW

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        form = StepForm(request.POST)
        seen = form.cleaned_data["version"] if form.is_valid() else None
        confirm_publicity(self.told(), seen=seen, by=request.user, now=request.received_at)
        messages.success(request, _("Confirmed; its points are booked."))
        return redirect("reporting:publicity_detail", request.tenant.slug, pk)


class PublicityWithdrawal(TenantPublicityView):
    permission = Permission.ITEM_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        told, form = self.told(), PublicityWithdrawalForm(request.POST)
        if not form.is_valid():
            return self.show(told, form, status=422)
        reason, seen = form.cleaned_data["reason"], form.cleaned_data["version"]
        by, now = request.user, request.received_at
        try:
            withdraw_publicity(told, reason=reason, seen=seen, by=by, now=now)
        except Refusal as refusal:
            return self.show(told, form, status=refusal.status, refusal=refusal)
        messages.success(request, _("Withdrawn; the entry stays on record."))
        return redirect("reporting:publicity_detail", request.tenant.slug, pk)


class PublicityFile(TenantPublicityView):
    """The scan itself."""

    permission = Permission.ITEM_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return file_answer(get_object_or_404(PublicityScan, publicity=self.told()))
