"""The working calendar by place and year, a notice read into it, and a programme's own year."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.access import changeable_layers
from programmes.actions.calendars import publish_year, remove_day, set_day, set_days
from programmes.calendar.notice_text import NoticeReading, read_notice
from programmes.forms.calendars import (
    CalendarDayForm,
    CalendarNoticeForm,
    CalendarPublicationForm,
    CalendarRows,
)
from programmes.models import CalendarDay, Plan
from programmes.queries import NATION, local_day, visible_enrolments
from programmes.views.calendar_page import layers_of, missing_year, place_names, year_of
from programmes.views.programme_page import programme_or_404
from programmes.views.wording import day_words, weekday_words


class CalendarList(TenantView):
    """Three layers of one year: the nearest that lists a day decides it."""

    permission = Permission.PROGRAMME_VIEW

    def get(self, request: Any) -> HttpResponse:
        today = local_day(request.received_at)
        year = _year(request, today.year)
        places = place_names(request.user)
        changeable = changeable_layers(request.user, places)
        context = {
            "year": year,
            "before": year - 1,
            "after": year + 1,
            "layers": layers_of(year, places, changeable),
            "missing_year": missing_year(today),
            "can_change": bool(changeable),
        }
        return render(request, "programmes/calendar_list.html", context)


def _year(request: Any, default: int) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isdecimal() and len(text) == 4 else default


class _CalendarForm(TenantFormView):
    """Offers the layers that the reader may change; `?scope=` and `?year=` fill it in."""

    permission = Permission.CALENDAR_CHANGE

    @cached_property
    def places(self) -> dict[str, str]:
        named = place_names(self.request.user)
        changeable = changeable_layers(self.request.user, named)
        if not changeable:
            raise Http404
        return {scope: name for scope, name in named.items() if scope in changeable}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "places": list(self.places.items())}

    def get_initial(self) -> dict[str, Any]:
        year = local_day(self.request.received_at).year
        scope = self.request.GET.get("scope", next(iter(self.places)))
        return {"scope": scope, "year": _year(self.request, year)}

    def to_year(self, year: int) -> HttpResponse:
        address = reverse("programmes:calendar_list", args=[self.request.tenant.slug])
        return HttpResponseRedirect(f"{address}?year={year}")


class CalendarDayNew(_CalendarForm):
    permission = Permission.CALENDAR_CHANGE
    form_class = CalendarDayForm
    template_name = "programmes/calendar_day_new.html"

    def act(self, form: Any) -> HttpResponse:
        row = set_day(by=self.request.user, now=self.request.received_at, **form.cleaned_data)
        messages.success(self.request, _("%(day)s is entered.") % {"day": day_words(row.date)})
        return self.to_year(row.date.year)


class CalendarDayRemoval(TenantView):
    permission = Permission.CALENDAR_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        row = get_object_or_404(CalendarDay.objects.all(), pk=pk)
        remove_day(row, by=request.user, now=request.received_at)
        messages.success(request, _("%(day)s is taken out.") % {"day": day_words(row.date)})
        address = reverse("programmes:calendar_list", args=[request.tenant.slug])
        return HttpResponseRedirect(f"{address}?year={row.date.year}")


class CalendarNotice(_CalendarForm):
    """First the text is read into rows, then the checked rows are saved, all or none."""

    permission = Permission.CALENDAR_CHANGE
    form_class = CalendarNoticeForm
    template_name = "programmes/calendar_notice.html"
    rows: Any = None
    reading: NoticeReading | None = None

    def act(self, form: Any) -> HttpResponse:
        if "save" not in self.request.POST:
            return self._read(form)
        self.rows = CalendarRows(self.request.POST, prefix="rows")
        if not self.rows.is_valid():
            return self.show(form, status=422)
        kept = [row.listed() for row in self.rows if row.cleaned_data.get("keep")]
        typed = form.cleaned_data
        set_days(
            kept,
            scope=typed["scope"],
            source=typed["source"],
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(
            self.request,
            _("%(count)d days are entered. Publish the year when it is complete.")
            % {"count": len(kept)},
        )
        return self.to_year(typed["year"])

    def _read(self, form: Any) -> HttpResponse:
        typed = form.cleaned_data
        self.reading = read_notice(typed["text"], typed["year"], typed["name"])
        if not self.reading.days:
            words = _("No day could be read from this text.")
            raise BadInput(words, fields={"text": words})
        self.rows = CalendarRows(
            prefix="rows",
            initial=[
                {"keep": not each.doubt, "day": each.day, "kind": each.kind, "name": each.name}
                for each in self.reading.days
            ],
        )
        return self.show(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.reading.days if self.reading else ()
        notes = [(weekday_words(each.day), _(each.doubt) if each.doubt else "") for each in days]
        if self.rows is not None:
            notes += [("", "")] * (len(self.rows.forms) - len(notes))
            kwargs["checked"] = [
                {"form": form, "weekday": weekday, "doubt": doubt}
                for form, (weekday, doubt) in zip(self.rows.forms, notes, strict=True)
            ]
        unread = self.reading.unread if self.reading else ()
        return super().get_context_data(rows=self.rows, unread=unread, **kwargs)


class CalendarPublication(_CalendarForm):
    """POST: the year is complete; answers with every window that moved."""

    permission = Permission.CALENDAR_CHANGE
    form_class = CalendarPublicationForm
    template_name = "programmes/calendar_publication.html"

    def act(self, form: Any) -> HttpResponse:
        moved = publish_year(
            by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        context = {
            "moved": moved,
            "year": form.cleaned_data["year"],
            "place": self.places[form.cleaned_data["scope"]],
        }
        return render(self.request, "programmes/calendar_published.html", context)


class ProgrammeCalendar(TenantView):
    """Months by rules, with the days asked for; `?calendar=` where units lie in several divisions."""

    permission = Permission.PROGRAMME_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_or_404(request, pk)
        plan = Plan.objects.filter(programme=programme).order_by("-number").first()
        if plan is None:
            raise Http404
        divisions = list(
            visible_enrolments(request.user)
            .filter(programme=programme)
            .order_by("calendar")
            .values_list("calendar", flat=True)
            .distinct()
        ) or [NATION]
        wanted = request.GET.get("calendar", "")
        division = wanted if wanted in divisions else divisions[0]
        context = {
            "programme": programme,
            "divisions": divisions if len(divisions) > 1 else [],
            "division": division,
            **year_of(programme, plan, division),
        }
        return render(request, "programmes/programme_calendar.html", context)
