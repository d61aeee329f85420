from programmes.models.activity import Activity
from programmes.models.attendance import Attendance, NextStep
from programmes.models.calendar import CalendarDay, CalendarYear
from programmes.models.calendar_feed import CalendarFeed
from programmes.models.decision import Decision, DecisionOutcome, DecisionStep
from programmes.models.door import Arrival, Door
from programmes.models.dossier import (
    BEFORE_A_BODY,
    ON_ITS_WAY,
    TEXT_READ,
    Dossier,
    DossierText,
    Remark,
    Turn,
    Voice,
    title_read,
)
from programmes.models.evidence import Evidence, EvidenceReturn
from programmes.models.fund import Expense, FundLine, FundTier
from programmes.models.method_record import MethodRecord
from programmes.models.obligation import DutyState, Obligation
from programmes.models.participant import Participant
from programmes.models.photo import ActivityPhoto
from programmes.models.plan import Clause, Plan, Rule
from programmes.models.problem import Problem, ProblemAct, ProblemTurn
from programmes.models.programme import Enrolment, Programme
from programmes.models.project import Project, ProjectTurn, TeamMember
from programmes.models.regulation import Regulation
from programmes.models.topic import Milestone, TopicOpinion, TopicScore
from programmes.models.training import Training
from programmes.models.window import Rung, Window

__all__ = [
    "BEFORE_A_BODY",
    "ON_ITS_WAY",
    "TEXT_READ",
    "Activity",
    "ActivityPhoto",
    "Arrival",
    "Attendance",
    "CalendarDay",
    "CalendarFeed",
    "CalendarYear",
    "Clause",
    "Decision",
    "DecisionOutcome",
    "DecisionStep",
    "Door",
    "Dossier",
    "DossierText",
    "DutyState",
    "Enrolment",
    "Evidence",
    "EvidenceReturn",
    "Expense",
    "FundLine",
    "FundTier",
    "MethodRecord",
    "Milestone",
    "NextStep",
    "Obligation",
    "Participant",
    "Plan",
    "Problem",
    "ProblemAct",
    "ProblemTurn",
    "Programme",
    "Project",
    "ProjectTurn",
    "Regulation",
    "Remark",
    "Rule",
    "Rung",
    "TeamMember",
    "TopicOpinion",
    "TopicScore",
    "Training",
    "Turn",
    "Voice",
    "Window",
    "title_read",
]
