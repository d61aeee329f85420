"""Which report belongs to which survey: in the order in which they were held and sent (P1-41)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Min

from programmes.counting import reported
from programmes.models import Dossier
from programmes.states import ActivityKind, DossierState

REPORT = "special_survey_report"
NOT_HANDED_IN = (DossierState.DRAFT, DossierState.TAKEN_BACK, DossierState.ENDED)


def reports_of(projects: Iterable[uuid.UUID]) -> Any:
    """Reports handed in, whatever the office has done with them since; not their later revisions."""
    rows = Dossier.objects.filter(project__in=list(projects), kind=REPORT, sent_at__isnull=False)
    return rows.exclude(state__in=NOT_HANDED_IN)


def reported_on(activities: Iterable[Any]) -> dict[uuid.UUID, datetime]:
    """Survey → when its report came in. Every held survey of these topics must be among them."""
    surveys = defaultdict(list)
    for each in activities:
        if each.kind == ActivityKind.SURVEY and each.project_id is not None:
            surveys[each.project_id].append((each.pk, each.began_at))
    if not surveys:
        return {}
    sent = defaultdict(list)
    rows = reports_of(surveys).order_by().values("project_id", "number")
    for row in rows.annotate(first=Min("sent_at")):
        sent[row["project_id"]].append(row["first"])
    found: dict[uuid.UUID, datetime] = {}
    for project, held in surveys.items():
        found |= reported(held, sent[project])
    return found
