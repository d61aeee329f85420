"""One person's training file, and who still lacks training."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import TenantListView, TenantView
from groups.access import visible_organisations, visible_persons
from groups.models import Person
from programmes.access import may_report
from programmes.actions.selections import owes_report
from programmes.exports import lacking_sheet
from programmes.forms.unit_activities import AudienceForm
from programmes.models import Attendance, Participant, Programme
from programmes.queries import ZONE, head_of, local_day
from programmes.queries.learners import (
    File,
    Missed,
    file_of,
    hours_of,
    lacking_in,
    lasted,
    learners_of,
    people_of,
    plan_of,
)
from programmes.queries.trainings import contents_asked, contents_ever, contents_named
from programmes.states import Presence
from programmes.views.activity_held import TONES
from programmes.views.activity_lines import days_words
from programmes.views.programme_page import programme_or_404


class LearnerFile(TenantView):
    """His own, or that of anybody on a roster that the reader may read."""

    permission = Permission.DESK_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        seen = visible_persons(request.user).select_related("organisation").filter(pk=pk).first()
        if seen is not None:
            return self._page(request, seen)
        # Somebody without a seat reaches no unit, and yet reads his own file, which sits at his.
        with scope(request.tenant, path=WHOLE, actor=request.user):
            return self._page(request, learner_or_404(request.user, pk))

    def _page(self, request: Any, person: Person) -> HttpResponse:
        today = local_day(request.received_at)
        plan = plan_of(person, today)
        head = plan.head if plan else {}
        file = file_of(person, contents_asked(head))
        names = names_in(file, head)
        context = {
            "person": person,
            "programme": plan and plan.programme,
            **file_context(file, names, reports_open_to(request.user, file.seats)),
        }
        return render(request, "programmes/learner_file.html", context)


def names_in(file: File, head: Mapping[str, Any]) -> dict[str, str]:
    """Of contents by the plan in force, else by those of the programmes in which they were taught."""
    known = contents_named(head)
    return known if file.contents <= known.keys() else contents_ever(file.programmes) | known


def learner_or_404(user: Any, pk: Any) -> Person:
    mine = Q(pk__in=visible_persons(user).values("pk")) | Q(user=user)
    found: Person = get_object_or_404(
        Person.objects.filter(mine).select_related("organisation"), pk=pk
    )
    return found


def reports_open_to(user: Any, seats: Sequence[Participant]) -> Collection[Any]:
    """Of the visits from which he owes a report: those of which the reader writes it."""
    owed = [seat.pk for seat in seats if owes_report(seat)]
    if not owed:
        return ()
    with scope(user.tenant, path=WHOLE, actor=user):
        rows = Participant.objects.filter(pk__in=owed).select_related("person", "activity")
        return {row.pk for row in rows if may_report(user, row)}


def file_context(file: File, names: Mapping[str, str], reports: Collection[Any]) -> dict[str, Any]:
    """`reports`: keys of the seats of which the reader writes the report."""
    lacking = file.lacking
    return {
        "planned": _hours(file.planned),
        "in_sessions": _hours(file.in_sessions),
        "sessions": [_session(row) for row in reversed(file.sessions)],
        "present": _hours(file.present),
        "contents": [
            {"name": names.get(key, key), "hours": _hours(hours), "lacks": key in lacking}
            for key, hours in file.by_contents.items()
        ],
        "lacking": "、".join(names.get(key, key) for key in lacking),
        "classes": _classes(file, names, reports),
        "missed": [_missed(each, names) for each in file.missed],
        "by_hand": [
            {
                "day": date_format(row.held_on, "DATE_FORMAT"),
                "title": row.title,
                "contents": names.get(row.contents, row.contents),
                "hours": _hours(row.hours),
                "by": row.recorded_name,
            }
            for row in file.records
            if row.activity_id is None
        ],
    }


def _hours(hours: Any) -> str:
    return f"{hours:g}"


def _classes(
    file: File, names: Mapping[str, str], reports: Collection[Any]
) -> list[dict[str, Any]]:
    """The latest first: those to which he was invited, and his team's."""
    told = [(seat.held_on, _seat(seat, names, reports)) for seat in file.seats]
    told += [(_held_day(row), _class(row, names)) for row in file.taught]
    return [line for _day, line in sorted(told, key=itemgetter(0), reverse=True)]


def _held_day(row: Any) -> date:
    return local_day(row.activity.began_at)


def _class(row: Attendance, names: Mapping[str, str]) -> dict[str, Any]:
    activity: Any = row.activity
    return {
        "title": activity.title,
        "kind": activity.get_kind_display(),
        "day": date_format(_held_day(row), "DATE_FORMAT"),
        "contents": _taught(activity, names),
        "hours": _hours(hours_of(activity)),
        "state": row.get_presence_display(),
        "tone": TONES[Presence(row.presence)],
    }


def _taught(seat: Any, names: Mapping[str, str]) -> str:
    return "、".join(names.get(key, key) for key in seat.contents)


def _seat(seat: Participant, names: Mapping[str, str], reports: Collection[Any]) -> dict[str, Any]:
    state = seat.get_presence_display() if seat.presence else _("planned")
    tone = TONES[seat.presence] if seat.presence else "blue"  # type: ignore[index]
    if seat.called_off:
        state, tone = _("dropped"), "grey"
    return {
        "title": seat.course,
        "kind": seat.get_kind_display(),
        "day": _seat_days(seat),
        "unit": seat.organiser.name,
        "venue": seat.venue,
        "contents": _taught(seat, names),
        "hours": _hours(hours_of(seat)),
        "state": state,
        "tone": tone,
        "pk": seat.pk,
        "report": seat.report,
        "may_report": seat.pk in reports,
    }


def _seat_days(seat: Participant) -> str:
    if seat.begins_at is None or seat.ends_at is None:
        return days_words(seat.held_on, seat.last_day)
    first, last = (at.astimezone(ZONE) for at in (seat.begins_at, seat.ends_at))
    return days_words(first.date(), last.date(), first.time(), last.time())


def _session(row: Attendance) -> dict[str, Any]:
    activity: Any = row.activity
    return {
        "pk": activity.pk,
        "title": activity.title,
        "kind": activity.get_kind_display(),
        "day": date_format(local_day(activity.began_at), "DATE_FORMAT"),
        "hours": _hours(lasted(row)),
    }


def _missed(each: Missed, names: Mapping[str, str]) -> dict[str, Any]:
    made = each.made_up_on
    ahead = each.invited_to
    return {
        "title": each.course,
        "day": date_format(each.held_on, "DATE_FORMAT"),
        "contents": _taught(each, names),
        "made_up": date_format(made, "DATE_FORMAT") if made else "",
        "next": ahead.course if ahead else "",
        "next_day": date_format(ahead.held_on, "DATE_FORMAT") if ahead else "",
    }


class TrainingLacking(TenantListView):
    """Of one programme: learners of its topics, or whom the filter names; what each still lacks."""

    permission = Permission.PERSON_VIEW
    template_name = "programmes/training_lacking.html"
    order = ("place", "seniority", "pinyin", "id")

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def plan_head(self) -> dict[str, Any]:
        return head_of(self.programme, local_day(self.request.received_at))

    @cached_property
    def filters(self) -> AudienceForm:
        units = visible_organisations(self.request.user, Permission.PERSON_VIEW)
        return AudienceForm(self.request.GET, units=units.filter(ends_on=None).in_order())

    def get_queryset(self) -> Any:
        day, audience = local_day(self.request.received_at), self.filters.audience()
        if audience.named:
            rows = people_of(self.request.user, self.programme, audience, day)
        else:
            rows = learners_of(self.request.user, self.programme, day)
            if audience.units:
                rows = rows.filter(organisation__in=audience.units)
        return lacking_in(rows, contents_asked(self.plan_head))

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, programme=self.programme, **kwargs)
        return {**context, "lines": gap_lines(context["object_list"], self.plan_head)}

    def _sheet(self) -> HttpResponse:
        title = _("Who lacks training in %(name)s") % {"name": self.programme.name}
        today = local_day(self.request.received_at)
        lines = gap_lines(self.everything(self.get_queryset()), self.plan_head)
        body = lacking_sheet(title, lines, unit=self.request.tenant.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or ""}
        )


def gap_lines(rows: Any, head: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked, names = contents_asked(head), contents_named(head)
    return [
        {
            "pk": row.pk,
            "name": row.name,
            "title": row.title,
            "unit": row.organisation.name,
            "lacks": "、".join(names[key] for key in asked if key not in row.learnt)
            or _("any training"),
            "learnt": "、".join(names.get(key, key) for key in names if key in row.learnt),
        }
        for row in rows
    ]
