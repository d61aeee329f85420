from typing import Any

from django.urls import path

from programmes.urls.activities import ACTIVITIES, CALENDAR, METHODS
from programmes.views import (
    bodies,
    calendars,
    conclusions,
    decisions,
    dossier_acts,
    dossier_documents,
    dossier_imports,
    dossier_texts,
    dossiers,
    enrolments,
    funds,
    learners,
    milestones,
    obligations,
    plans,
    problems,
    programmes,
    project_counts,
    project_grants,
    project_similar,
    projects,
    regulations,
    teams,
    topic_pool,
    topic_pool_entries,
    trainings,
    units,
)

app_name = "programmes"

OBLIGATIONS = [
    path("obligations/", obligations.ObligationList.as_view(), name="obligation_list"),
    path("obligations/map/", obligations.ObligationMap.as_view(), name="obligation_map"),
    path(
        "obligations/<uuid:pk>/", obligations.ObligationDetail.as_view(), name="obligation_detail"
    ),
    path(
        "obligations/<uuid:pk>/waiver/",
        obligations.ObligationWaiver.as_view(),
        name="obligation_waiver",
    ),
]
TOPIC = "projects/<uuid:pk>/"
TOPICS: list[Any] = [
    path(
        "projects/similar/",
        project_similar.ProjectSimilarTyped.as_view(),
        name="project_similar_typed",
    ),
    path(
        f"{TOPIC}similar/typed/",
        project_similar.ProjectSimilarTyped.as_view(),
        name="project_similar_edited",
    ),
    path("projects/pool/", topic_pool.TopicPool.as_view(), name="topic_pool"),
    path(f"{TOPIC}scores/", topic_pool_entries.TopicScores.as_view(), name="topic_scores"),
    path(f"{TOPIC}opinions/", topic_pool_entries.TopicOpinions.as_view(), name="topic_opinions"),
    path(
        f"{TOPIC}opinions/<uuid:topic_opinion>/removal/",
        topic_pool_entries.TopicOpinionRemoval.as_view(),
        name="topic_opinion_removal",
    ),
    path(f"{TOPIC}counts/", project_counts.ProjectCounts.as_view(), name="project_counts"),
    path(f"{TOPIC}milestones/", milestones.MilestoneList.as_view(), name="milestone_list"),
    path(
        f"{TOPIC}milestones/<uuid:milestone>/",
        milestones.MilestoneEdit.as_view(),
        name="milestone_edit",
    ),
    path(
        f"{TOPIC}milestones/<uuid:milestone>/removal/",
        milestones.MilestoneRemoval.as_view(),
        name="milestone_removal",
    ),
    path(f"{TOPIC}conclusion/", conclusions.ProjectConclusion.as_view(), name="project_conclusion"),
    path(f"{TOPIC}reopening/", conclusions.ProjectReopening.as_view(), name="project_reopening"),
    path(f"{TOPIC}similar/", project_similar.ProjectSimilar.as_view(), name="project_similar"),
]
PROJECTS = [
    path("projects/", projects.ProjectList.as_view(), name="project_list"),
    path("projects/inbox/", projects.ProjectInbox.as_view(), name="project_inbox"),
    path("projects/new/", projects.ProjectNew.as_view(), name="project_new"),
    *TOPICS,
    path("projects/<uuid:pk>/", projects.ProjectDetail.as_view(), name="project_detail"),
    path("projects/<uuid:pk>/edit/", projects.ProjectEdit.as_view(), name="project_edit"),
    path("projects/<uuid:pk>/draft/", projects.ProjectDraft.as_view(), name="project_draft"),
    path("projects/<uuid:pk>/choice/", projects.ProjectChoice.as_view(), name="project_choice"),
    path("projects/<uuid:pk>/refusal/", projects.ProjectRefusal.as_view(), name="project_refusal"),
    path(
        "projects/<uuid:pk>/submission/",
        projects.ProjectSubmission.as_view(),
        name="project_submission",
    ),
    path(
        "projects/<uuid:pk>/acceptance/",
        projects.ProjectAcceptance.as_view(),
        name="project_acceptance",
    ),
    path("projects/<uuid:pk>/return/", projects.ProjectReturn.as_view(), name="project_return"),
    path(
        "projects/<uuid:pk>/versions/<uuid:project_turn>/",
        projects.ProjectVersion.as_view(),
        name="project_version",
    ),
    path("projects/<uuid:pk>/members/", teams.ProjectMembers.as_view(), name="project_members"),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/",
        teams.ProjectMember.as_view(),
        name="project_member",
    ),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/removal/",
        teams.ProjectMemberRemoval.as_view(),
        name="project_member_removal",
    ),
    path(
        "projects/<uuid:pk>/grants/", project_grants.ProjectGrants.as_view(), name="project_grants"
    ),
    path(
        "projects/<uuid:pk>/grants/<uuid:grant>/end/",
        project_grants.ProjectGrantEnd.as_view(),
        name="project_grant_end",
    ),
]
PAPER = "dossiers/<uuid:pk>/"
DOSSIERS = [
    path("dossiers/", dossiers.DossierList.as_view(), name="dossier_list"),
    path("dossiers/waiting/", dossiers.DossierWaiting.as_view(), name="dossier_waiting"),
    path("dossiers/sent/", dossiers.DossierSent.as_view(), name="dossier_sent"),
    path("dossiers/new/", dossiers.DossierNew.as_view(), name="dossier_new"),
    path(PAPER, dossier_acts.DossierDetail.as_view(), name="dossier_detail"),
    path(f"{PAPER}edit/", dossier_texts.DossierEdit.as_view(), name="dossier_edit"),
    path(f"{PAPER}draft/", dossier_texts.DossierDraft.as_view(), name="dossier_draft"),
    path(
        f"{PAPER}texts/<int:number>/",
        dossier_texts.DossierVersion.as_view(),
        name="dossier_version",
    ),
    path(f"{PAPER}import/", dossier_imports.DossierImport.as_view(), name="dossier_import"),
    path(f"{PAPER}taking/", dossier_imports.DossierTaking.as_view(), name="dossier_taking"),
    path(f"{PAPER}undo/", dossier_imports.DossierUndo.as_view(), name="dossier_undo"),
    path(
        f"{PAPER}pdf/",
        dossier_documents.DossierDocument.as_view(),
        {"kind": "pdf"},
        name="dossier_pdf",
    ),
    path(
        f"{PAPER}docx/",
        dossier_documents.DossierDocument.as_view(),
        {"kind": "docx"},
        name="dossier_docx",
    ),
    path(f"{PAPER}sending/", dossier_acts.DossierSending.as_view(), name="dossier_sending"),
    path(
        f"{PAPER}taking-back/",
        dossier_acts.DossierTakingBack.as_view(),
        name="dossier_taking_back",
    ),
    path(
        f"{PAPER}taking-back-words/",
        dossier_acts.DossierWordsTakingBack.as_view(),
        name="dossier_words_taking_back",
    ),
    path(f"{PAPER}revision/", dossier_acts.DossierRevision.as_view(), name="dossier_revision"),
    path(f"{PAPER}turns/<uuid:turn>/act/", dossier_acts.DossierTurn.as_view(), name="dossier_turn"),
    path(
        f"{PAPER}remarks/<uuid:remark>/",
        dossier_acts.DossierRemark.as_view(),
        name="dossier_remark",
    ),
]
A_PROBLEM = "problems/<uuid:pk>/"
PROBLEMS = [
    path("problems/", problems.ProblemList.as_view(), name="problem_list"),
    path("problems/new/", problems.ProblemNew.as_view(), name="problem_new"),
    path(A_PROBLEM, problems.ProblemDetail.as_view(), name="problem_detail"),
    path(f"{A_PROBLEM}edit/", problems.ProblemEdit.as_view(), name="problem_edit"),
    path(f"{A_PROBLEM}hand/", problems.ProblemHand.as_view(), name="problem_hand"),
    path(
        f"{A_PROBLEM}escalation/",
        problems.ProblemEscalation.as_view(),
        name="problem_escalation",
    ),
    path(f"{A_PROBLEM}advice/", problems.ProblemAdvice.as_view(), name="problem_advice"),
    path(f"{A_PROBLEM}solution/", problems.ProblemSolution.as_view(), name="problem_solution"),
    path(f"{A_PROBLEM}check/", problems.ProblemCheck.as_view(), name="problem_check"),
    path(f"{A_PROBLEM}reopening/", problems.ProblemReopening.as_view(), name="problem_reopening"),
]
ONE = "programmes/<uuid:pk>/"
FUNDS = [
    path(f"{ONE}trainings/", trainings.TrainingList.as_view(), name="training_list"),
    path(f"{ONE}trainings/new/", trainings.TrainingNew.as_view(), name="training_new"),
    path(f"{ONE}trainings/lacking/", learners.TrainingLacking.as_view(), name="training_lacking"),
    path("persons/<uuid:pk>/training/", learners.LearnerFile.as_view(), name="learner_file"),
    path(
        "trainings/<uuid:pk>/withdrawal/",
        trainings.TrainingWithdrawal.as_view(),
        name="training_withdrawal",
    ),
    path("projects/<uuid:pk>/team/", trainings.ProjectTeamDay.as_view(), name="project_team_day"),
    path(
        "projects/<uuid:pk>/training-request/",
        trainings.ProjectTrainingRequest.as_view(),
        name="project_training_request",
    ),
    path(f"{ONE}funds/", funds.FundList.as_view(), name="fund_list"),
    path(f"{ONE}funds/new/", funds.FundNew.as_view(), name="fund_new"),
    path("funds/<uuid:pk>/", funds.FundDetail.as_view(), name="fund_detail"),
    path("funds/<uuid:pk>/edit/", funds.FundEdit.as_view(), name="fund_edit"),
    path("funds/<uuid:pk>/expenses/", funds.FundExpenses.as_view(), name="fund_expenses"),
    path("expenses/<uuid:pk>/reversal/", funds.ExpenseReversal.as_view(), name="expense_reversal"),
]
A_DECISION = "decisions/<uuid:pk>/"
DECISIONS = [
    path("decisions/", decisions.DecisionList.as_view(), name="decision_list"),
    path("decisions/new/", decisions.DecisionNew.as_view(), name="decision_new"),
    path(A_DECISION, decisions.DecisionDetail.as_view(), name="decision_detail"),
    path(f"{A_DECISION}edit/", decisions.DecisionEdit.as_view(), name="decision_edit"),
    path(f"{A_DECISION}signing/", decisions.DecisionSigning.as_view(), name="decision_signing"),
    path(
        f"{A_DECISION}correction/",
        decisions.DecisionCorrection.as_view(),
        name="decision_correction",
    ),
    path(f"{A_DECISION}steps/", decisions.DecisionSteps.as_view(), name="decision_steps"),
]
REGISTER = f"{ONE}regulations/"
REGULATIONS = [
    path(REGISTER, regulations.RegulationList.as_view(), name="regulation_list"),
    path(
        f"{REGISTER}<uuid:organisation>/",
        regulations.RegulationUnit.as_view(),
        name="regulation_unit",
    ),
    path(
        f"{REGISTER}<uuid:organisation>/new/",
        regulations.RegulationNew.as_view(),
        name="regulation_new",
    ),
    path(
        "regulations/<uuid:pk>/", regulations.RegulationDetail.as_view(), name="regulation_detail"
    ),
    path(
        "regulations/<uuid:pk>/repeal/",
        regulations.RegulationRepeal.as_view(),
        name="regulation_repeal",
    ),
    path(
        "regulations/<uuid:pk>/system/",
        regulations.RegulationSystem.as_view(),
        name="regulation_system",
    ),
]
PROGRAMMES = [
    path("programmes/", programmes.ProgrammeList.as_view(), name="programme_list"),
    path("programmes/new/", programmes.ProgrammeNew.as_view(), name="programme_new"),
    path(ONE, programmes.ProgrammeDetail.as_view(), name="programme_detail"),
    path(f"{ONE}edit/", programmes.ProgrammeEdit.as_view(), name="programme_edit"),
    path(f"{ONE}force/", programmes.ProgrammeForce.as_view(), name="programme_force"),
    path(f"{ONE}closure/", programmes.ProgrammeClosure.as_view(), name="programme_closure"),
    path(f"{ONE}calendar/", calendars.ProgrammeCalendar.as_view(), name="programme_calendar"),
    path(f"{ONE}plan/", plans.PlanDetail.as_view(), name="plan_detail"),
    path(f"{ONE}plan/export/", plans.PlanExport.as_view(), name="plan_export"),
    path(f"{ONE}plan/new/", plans.PlanNew.as_view(), name="plan_new"),
    path(f"{ONE}rules/<slug:key>/", plans.RuleEdit.as_view(), name="rule_edit"),
    path(f"{ONE}enrolments/new/", enrolments.EnrolmentNew.as_view(), name="enrolment_new"),
    path(
        "enrolments/<uuid:pk>/supervisor/",
        enrolments.EnrolmentSupervisor.as_view(),
        name="enrolment_supervisor",
    ),
    path("enrolments/<uuid:pk>/end/", enrolments.EnrolmentEnd.as_view(), name="enrolment_end"),
    path("organisations/<uuid:pk>/closure/", units.UnitClosure.as_view(), name="unit_closure"),
    path("organisations/<uuid:pk>/bodies/plan/", bodies.UnitBodies.as_view(), name="unit_bodies"),
    path("organisations/<uuid:pk>/move/", units.UnitMove.as_view(), name="unit_move"),
]
urlpatterns: list[Any] = [
    *OBLIGATIONS,
    *PROJECTS,
    *DOSSIERS,
    *ACTIVITIES,
    *METHODS,
    *PROBLEMS,
    *FUNDS,
    *DECISIONS,
    *REGULATIONS,
    *PROGRAMMES,
    *CALENDAR,
]
