"""Papers in the walked space: one that waits for a decision, one that came back, one being written."""

from datetime import UTC, datetime

from django.db import transaction

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Tenure
from groups.roles import Role
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Project
from programmes.papers import papers_of
from programmes.procedures import Outcome
from programmes.states import ProjectState

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def lay_papers(tenant: Tenant) -> None:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        clerk = User.objects.get(login="minzheng-ganshi")
        project = Project.objects.filter(state=ProjectState.ACCEPTED, level=1).order_by("-pk")[0]
        leader = leader_of(project)
        plan = _written(_opened(project, "project_plan", clerk), clerk, "摸清底数")
        _return(send_dossier(plan, by=clerk, now=NOW), leader)
        again = _written(Dossier.objects.get(pk=plan.pk), clerk, "六月底前摸清底数")
        for remark in plan.remarks.all():
            answer_remark(remark, state="taken", reply="已按意见修改。", by=clerk, now=NOW)
        send_dossier(again, note="已按意见修改。", by=clerk, now=NOW)
        report = _written(_opened(project, "solution_report", clerk), clerk, "会商")
        send_dossier(report, by=clerk, now=NOW)
        _opened(project, "training_plan", clerk)


def leader_of(project: Project) -> User:
    """Head of the promotion team of whoever runs the programme."""
    seats = Tenure.objects.filter(role=Role.PROMOTION_TEAM_LEADER, ends_on=None)
    found = seats.get(organisation=project.programme.owner).user
    assert found is not None
    return found


def _opened(project: Project, kind: str, clerk: User) -> Dossier:
    return open_dossier(
        programme=project.programme,
        organisation=project.organisation,
        project=project,
        kind=kind,
        by=clerk,
        now=NOW,
    )


def _written(dossier: Dossier, clerk: User, mark: str) -> Dossier:
    paper = papers_of(dossier.plan)[dossier.kind]
    told = dossier.content["sections"]
    content = {
        "sections": {key: told.get(key) or f"{mark}，分工到人。" for key in paper.sections},
        "tracks": [
            {"track": key, "from": "2026-12-01", "to": "2026-12-15", "text": f"{mark}一次"}
            for key in paper.tracks
        ],
    }
    content["sections"] |= {"goal": f"{mark}，形成可以推广的办法。"} if "goal" in told else {}
    return change_dossier(dossier, content=content, by=clerk, now=NOW)


def _return(dossier: Dossier, leader: User) -> None:
    take_turn(
        dossier.turns.get(),
        outcome=Outcome.RETURNED,
        text=1,
        opinion="目标要量化，时间要明确。",
        remarks=["总体目标请写明完成时限。", "请写明参与单位的分工。"],
        by=leader,
        now=NOW,
    )
