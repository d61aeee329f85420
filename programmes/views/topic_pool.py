"""The candidate pool of a unit: candidates side by side, on the page, on paper and as a sheet."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.actions.project_asks import CRITERIA, POOL, Asks, asks_of
from programmes.exports import pool_sheet
from programmes.forms.topics import PoolFilterForm
from programmes.models import Enrolment, Project
from programmes.models.topic import HIGHEST
from programmes.queries import local_day
from programmes.queries.pool import Candidate, Given, candidates_of, pools_offered
from programmes.views.project_lines import day_words


class TopicPool(TenantView):
    """Of one's own unit, or of one chosen by `?enrolment=`."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any) -> HttpResponse:
        lines = [candidate_line(each, self.asks) for each in self.candidates]
        if request.GET.get("export") == "xlsx":
            return self._sheet(lines)
        context = {
            "filters": self.filters,
            "pool": self.pool,
            "criteria": self.asks.criteria,
            "most": HIGHEST * len(self.asks.criteria),
            "lines": lines,
            "rule": self.asks.rule((*POOL, *CRITERIA)),
            "query": request.GET.urlencode(),
            "can_propose": request.user.has_perm(Permission.PROJECT_CHANGE),
        }
        return render(request, "programmes/topic_pool.html", context)

    @cached_property
    def pools(self) -> list[Enrolment]:
        """The one that is shown stands first: the one asked for, or of one's own unit."""
        asked = self.request.GET.get("enrolment", "")
        return pools_offered(self.request.user, local_day(self.request.received_at), asked)

    @property
    def pool(self) -> Enrolment | None:
        return next(iter(self.pools), None)

    @cached_property
    def filters(self) -> PoolFilterForm:
        rows = sorted(self.pools, key=_seniority)
        choices = [(str(each.pk), f"{each.organisation} · {each.programme}") for each in rows]
        chosen = {"enrolment": str(self.pool.pk)} if self.pool else {}
        return PoolFilterForm(initial=chosen, choices=choices)

    @cached_property
    def asks(self) -> Asks:
        if self.pool is None:
            return Asks()
        return asks_of(self.pool.programme, local_day(self.request.received_at))

    @cached_property
    def candidates(self) -> list[Candidate]:
        if self.pool is None:
            return []
        return candidates_of(topics_in(self.request.user, self.pool), keys_of(self.asks))

    def _sheet(self, lines: list[dict[str, Any]]) -> HttpResponse:
        title, today = str(self.pool or ""), local_day(self.request.received_at)
        if self.pool is not None:
            title = f"{self.pool.organisation} · {self.pool.programme}"
        body = pool_sheet(
            title, lines, self.asks.criteria, unit=self.request.tenant.name, made_on=today
        )
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


def _seniority(pool: Enrolment) -> tuple[str, int]:
    """Of one unit the latest programme first."""
    return pool.organisation.sort_path, -pool.programme.starts_on.toordinal()


def topics_in(user: Any, pool: Enrolment) -> QuerySet[Any]:
    """Whole topics only: a part is decided with its whole."""
    rows: QuerySet[Any] = Project.objects.visible_to(user).filter(
        programme=pool.programme_id, organisation=pool.organisation_id, level=1
    )
    return rows


def keys_of(asks: Asks) -> list[str]:
    return [each.key for each in asks.criteria]


def candidate_line(candidate: Candidate, asks: Asks) -> dict[str, Any]:
    """Finished strings; `total` also as a number for the sheet."""
    project = candidate.project
    names = {each.key: each.name for each in asks.criteria}
    return {
        "pk": project.pk,
        "title": project.title,
        "state": project.state,
        "state_label": project.get_state_display(),
        "months": project.months,
        "source": project.get_source_display(),
        "source_note": project.source_note,
        "year_task": project.year_task,
        "given": [_given(each, names[each.criterion]) for each in candidate.given],
        "total": candidate.total,
        "total_words": _number(candidate.total),
        "partly": candidate.scored < len(candidate.given),
        "opinions": [
            {
                "pk": each.pk,
                "giver": "，".join(filter(None, (each.giver_unit, each.giver))),
                "day": day_of(each.given_on),
                "text": each.text,
            }
            for each in candidate.opinions
        ],
    }


def day_of(day: Any) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _given(given: Given, name: str) -> dict[str, Any]:
    return {
        "key": given.criterion,
        "name": name,
        "mean": given.mean,
        "mean_words": _number(given.mean),
        "scores": [
            {
                "by": each.by_name,
                "points": each.points,
                "reason": each.reason,
                "day": day_words(each.at),
            }
            for each in given.scores
        ],
    }


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return number_format(value, 0 if value == int(value) else 1)
