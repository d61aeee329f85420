"""Rows that say where a unit sits and to whom it reports: what follows when one of the two changes.

The tables of the apps above are named here by their names: this app may not know their models.
"""

import uuid

from django.db import connection
from django.db.models import F, Q

from groups.actions.organisations import replace_paths
from groups.models import Organisation
from groups.models.placed import ANCESTORS
from programmes.models import (
    BEFORE_A_BODY,
    Activity,
    Dossier,
    Enrolment,
    FundLine,
    Obligation,
    Problem,
    ProblemTurn,
    Project,
    Regulation,
)
from programmes.models.obligation import UNFINISHED
from programmes.states import ProjectState

LEDGERS = (
    "programmes_obligation",
    "programmes_project",
    "programmes_activity",
    "programmes_problem",
    "programmes_fundline",
    "programmes_dossier",
    "programmes_regulation",
    "programmes_decision",
    "reporting_informationitem",
    "reporting_publicity",
    "reporting_scoreentry",
)
PLACED = (
    "programmes_evidence",
    "programmes_evidencereturn",
    "programmes_teammember",
    "programmes_projectturn",
    "programmes_topicscore",
    "programmes_topicopinion",
    "programmes_milestone",
    "programmes_problemturn",
    "programmes_expense",
    "programmes_dossiertext",
    "programmes_turn",
    "programmes_voice",
    "programmes_remark",
    "programmes_decisionstep",
    "programmes_training",
    "programmes_participant",
    "programmes_attendance",
    "programmes_nextstep",
    "programmes_methodrecord",
    "programmes_door",
    "programmes_arrival",
    "programmes_activityphoto",
    "reporting_attachment",
    "reporting_itemturn",
    "reporting_issue",
    "reporting_issueturn",
    "reporting_article",
    "reporting_paragraph",
    "reporting_publicityscan",
    "reporting_webhook",
    "reporting_webhookdelivery",
)
_UNDECIDED_ITEMS = """
UPDATE reporting_informationitem SET supervisor_id = %s
 WHERE programme_id = %s AND organisation_id = %s AND decided_at IS NULL
RETURNING id
"""


def follow_place(moved: Organisation, before: str) -> None:
    """Every row takes the new place, the closed ones too.

    A row that kept the old path would stand behind the wall from its own unit, and the old office
    would go on reading a unit that is no longer below it. Who judged is in `supervisor` and in the
    turns, which a move does not touch.
    """
    replace_paths((*LEDGERS, *PLACED), before)
    columns = ", ".join(f"{name} = o.{name}" for name in ANCESTORS)
    with connection.cursor() as cursor:
        for table in LEDGERS:
            cursor.execute(
                f"UPDATE {table} t SET {columns} FROM groups_organisation o"  # noqa: S608  our own names
                " WHERE o.id = t.organisation_id AND o.path >= %s AND o.path < %s",
                [moved.path, moved.path + "~"],
            )


def follow_supervisor(enrolment: Enrolment) -> tuple[int, int]:
    """What is still open goes to the enrolment's supervisor; returns (duties, papers).

    A duty met by a paper that nobody has judged yet goes with the paper: sent back, it asks again.
    """
    whose = {"programme": enrolment.programme_id, "organisation": enrolment.organisation_id}
    papers = _undecided_items(enrolment)
    topics = Project.objects.filter(**whose).exclude(state=ProjectState.DECLINED)
    papers += list(topics.values_list("pk", flat=True))
    topics.update(supervisor=enrolment.supervisor_id)
    # A paper on its way finishes with the bodies that its way was fixed for when it was sent.
    Dossier.objects.filter(**whose).exclude(BEFORE_A_BODY).update(
        supervisor=enrolment.supervisor_id
    )
    Activity.objects.filter(**whose).update(supervisor=enrolment.supervisor_id)
    Regulation.objects.filter(**whose).update(supervisor=enrolment.supervisor_id)
    FundLine.objects.filter(**whose).update(supervisor=enrolment.supervisor_id)
    _open_problems(enrolment, whose)
    unjudged = Q(
        evidence__source__in=papers, evidence__accepted_at=None, evidence__withdrawn_at=None
    )
    found = Obligation.objects.filter(UNFINISHED | unjudged, **whose).values("pk")
    duties = Obligation.objects.filter(pk__in=found).update(supervisor=enrolment.supervisor_id)
    return duties, len(papers)


def _open_problems(enrolment: Enrolment, whose: dict[str, uuid.UUID]) -> None:
    """What lies with the former office lies with the new one, and its waiting is charged there."""
    rows = Problem.objects.open().filter(**whose)
    lying = rows.filter(holder=F("supervisor")).exclude(holder=F("organisation"))
    ProblemTurn.objects.filter(
        problem__in=lying.values("pk"), number=F("problem__turn_count")
    ).update(holder=enrolment.supervisor_id)
    lying.update(holder=enrolment.supervisor_id)
    rows.update(supervisor=enrolment.supervisor_id)


def _undecided_items(enrolment: Enrolment) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            _UNDECIDED_ITEMS,
            [enrolment.supervisor_id, enrolment.programme_id, enrolment.organisation_id],
        )
        return [row[0] for row in cursor.fetchall()]
