"""States that are stored, and the steps between them. A duty's state is none of these: see models/obligation.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import Step


class ProgrammeState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    CLOSED = "closed", _("closed")


class ProjectState(models.TextChoices):
    CANDIDATE = "candidate", _("candidate")
    CHOSEN = "chosen", _("chosen")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned as incomplete")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    CONCLUDED = "concluded", _("concluded")


class DossierState(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_WAY = "under_way", _("under way")
    RETURNED = "returned", _("returned to its sender")
    STANDING = "standing", _("in effect")
    ENDED = "ended", pgettext_lazy("state of a paper", "refused")
    TAKEN_BACK = "taken_back", _("taken back")
    REPLACED = "replaced", _("replaced by a later revision")


class RemarkState(models.TextChoices):
    OPEN = "open", _("not answered")
    TAKEN = "taken", _("taken up")
    NOT_TAKEN = "not_taken", _("not taken up, with reason")


class ActivityState(models.TextChoices):
    PROPOSED = "proposed", _("proposed by the plan")
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    DROPPED = "dropped", _("dropped")


class ActivityKind(models.TextChoices):
    """What a team or a unit does (`model.md` §6, P2-43): the log of each will be of its kind."""

    TRAINING = "training", _("training")
    RESEARCH = "research", _("research activity")
    CORE_SEMINAR = "core_seminar", _("core-learner seminar")
    GROUP_SEMINAR = "group_seminar", _("group analysis seminar")
    SURVEY = "survey", _("special survey")
    STUDY_VISIT = "study_visit", _("study visit")
    COUNSELLING = "counselling", _("expert counselling")
    IMPLEMENTATION = "implementation", _("implementation and pilot")
    MEETING = "meeting", _("meeting")
    POPULARISATION = "popularisation", _("popularisation course")
    FACILITATORS_COURSE = "facilitators_course", _("facilitators' course")
    PROMOTERS_SEMINAR = "promoters_seminar", _("promoters' seminar")
    LAUNCH = "launch_ceremony", _("launch or mobilisation meeting")
    EXCHANGE_MEETING = "exchange_meeting", _("exchange meeting")
    SUMMARY_MEETING = "summary_meeting", _("summary meeting")
    COMMENDATION = "commendation_meeting", _("commendation meeting")
    APPRAISAL_MEETING = "appraisal_meeting", _("project appraisal meeting")
    DECISION_MEETING = "decision_meeting", _("decision meeting")


CLASSES = (
    ActivityKind.POPULARISATION,
    ActivityKind.FACILITATORS_COURSE,
    ActivityKind.PROMOTERS_SEMINAR,
    ActivityKind.TRAINING,
)
"""Kinds that teach: their class hours are told by contents, and fill the register of trainings."""
OF_UNITS = (
    *CLASSES,
    ActivityKind.LAUNCH,
    ActivityKind.MEETING,
    ActivityKind.EXCHANGE_MEETING,
    ActivityKind.SUMMARY_MEETING,
    ActivityKind.COMMENDATION,
    ActivityKind.DECISION_MEETING,
    ActivityKind.STUDY_VISIT,
    ActivityKind.COUNSELLING,
)
"""What a unit, or whoever runs the programme, does by itself and not for one topic."""
OF_TOPICS = (
    ActivityKind.TRAINING,
    ActivityKind.RESEARCH,
    ActivityKind.CORE_SEMINAR,
    ActivityKind.GROUP_SEMINAR,
    ActivityKind.SURVEY,
    ActivityKind.STUDY_VISIT,
    ActivityKind.COUNSELLING,
    ActivityKind.IMPLEMENTATION,
    ActivityKind.MEETING,
    ActivityKind.DECISION_MEETING,
    ActivityKind.APPRAISAL_MEETING,
)
"""What the team of a topic does (P2-43), and who decides on its work and appraises it (P3-42, P2-68)."""


class ActivityMode(models.TextChoices):
    """How people met; several may hold for one activity (P2-52)."""

    DISCUSSION = "discussion", _("discussion meeting")
    ON_SITE = "on_site", _("on-site visit")
    ONLINE = "online", _("online")


class EntrySource(models.TextChoices):
    """What an entry of a calendar is taken from."""

    ACTIVITY = "activity", _("activity")
    DUTY = "duty", _("last day of a duty")
    TURN = "turn", _("paper due")
    MILESTONE = "milestone", _("milestone")
    STEP = "step", _("next step")
    INVITATION = "invitation", _("invitation")


class FeedSpan(models.TextChoices):
    """What a calendar that somebody subscribes to shows of what he may see."""

    OWN = "own", _("only what concerns me")
    WHOLE = "whole", _("everything I may see")
    ORGANISATION = "organisation", _("one organisation and everything below it")
    PROJECT = "project", _("one topic and its parts")
    PROGRAMME = "programme", _("one programme")
    BODY = "body", _("one body: where its members take part, and what lies before it")


class Presence(models.TextChoices):
    PRESENT = "present", pgettext_lazy("attendance", "present")
    EXCUSED = "excused", _("excused")
    ABSENT = "absent", _("absent")


class RecordForm(models.TextChoices):
    """What the record of a method holds; a plan's catalogue says which one a method has (P2-65)."""

    IDEAS = "ideas", _("ideas, and what they were merged into")
    VOTES = "votes", _("items, votes and their ranking")
    TREE = "tree", _("a tree of causes")
    TOPICS = "topics", _("topics with conveners and minutes")
    HATS = "hats", _("notes for each hat")
    TABLES = "tables", _("tables, hosts and the harvest")
    LEVELS = "levels", _("notes for each level of questions")
    CLUSTERS = "clusters", _("cards in clusters")
    COMMENTS = "comments", _("comments")


class ProblemState(models.TextChoices):
    RAISED = "raised", _("raised")
    IN_HAND = "in_hand", _("in hand")
    ESCALATED = "escalated", _("with the office above")
    SOLVED = "solved", _("solved, to be checked")
    CLOSED = "closed", _("checked and closed")


PUT_IN_FORCE = Step(
    (ProgrammeState.DRAFT,), ProgrammeState.IN_FORCE, needs=Permission.PROGRAMME_CHANGE
)
CLOSE_PROGRAMME = Step(
    (ProgrammeState.IN_FORCE,), ProgrammeState.CLOSED, needs=Permission.PROGRAMME_CHANGE
)

TEXT_OPEN = (ProjectState.CANDIDATE, ProjectState.CHOSEN, ProjectState.RETURNED)
"""The unit still holds the paper."""
TEAM_OPEN = (*TEXT_OPEN, ProjectState.ACCEPTED)
"""People come and go while the topic runs."""

RUNNING = (
    ProjectState.CHOSEN,
    ProjectState.SUBMITTED,
    ProjectState.RETURNED,
    ProjectState.ACCEPTED,
)
"""The unit works on these."""
TAKEN_ON = (*RUNNING, ProjectState.CONCLUDED)
"""The unit has decided for it: these count against the plan's number of topics."""

CHOOSE = Step((ProjectState.CANDIDATE,), ProjectState.CHOSEN, needs=Permission.PROJECT_CHOOSE)
DECLINE = Step(
    (ProjectState.CANDIDATE, ProjectState.CHOSEN),
    ProjectState.DECLINED,
    needs=Permission.PROJECT_CHOOSE,
)
SUBMIT = Step(
    (ProjectState.CHOSEN, ProjectState.RETURNED),
    ProjectState.SUBMITTED,
    needs=Permission.PROJECT_SUBMIT,
)
RETURN = Step((ProjectState.SUBMITTED,), ProjectState.RETURNED, needs=Permission.PROJECT_REVIEW)
ACCEPT = Step((ProjectState.SUBMITTED,), ProjectState.ACCEPTED, needs=Permission.PROJECT_REVIEW)
CONCLUDE = Step((ProjectState.ACCEPTED,), ProjectState.CONCLUDED, needs=Permission.PROJECT_CHOOSE)
REOPEN = Step((ProjectState.CONCLUDED,), ProjectState.ACCEPTED, needs=Permission.PROJECT_CHOOSE)

TAKE_UP_ACTIVITY = Step(
    (ActivityState.PROPOSED, ActivityState.DROPPED),
    ActivityState.PLANNED,
    needs=Permission.PROJECT_CHANGE,
)
DROP_ACTIVITY = Step(
    (ActivityState.PROPOSED, ActivityState.PLANNED),
    ActivityState.DROPPED,
    needs=Permission.PROJECT_CHANGE,
)
LOGGED_FROM = (ActivityState.PROPOSED, ActivityState.PLANNED, ActivityState.HELD)
"""What may be logged; a second log corrects the first."""
TAKE_PROBLEM = Step(
    (ProblemState.RAISED, ProblemState.ESCALATED),
    ProblemState.IN_HAND,
    needs=Permission.PROBLEM_VIEW,
)
ESCALATE_PROBLEM = Step(
    (ProblemState.RAISED, ProblemState.IN_HAND, ProblemState.ESCALATED),
    ProblemState.ESCALATED,
    needs=Permission.PROBLEM_VIEW,
)
UNSOLVED = (ProblemState.RAISED, ProblemState.IN_HAND, ProblemState.ESCALATED)
"""Somebody has to act on it yet."""
ADVISE_PROBLEM = Step(
    (ProblemState.ESCALATED, ProblemState.IN_HAND),
    ProblemState.IN_HAND,
    needs=Permission.PROBLEM_VIEW,
)
SOLVE_PROBLEM = Step((ProblemState.IN_HAND,), ProblemState.SOLVED, needs=Permission.PROBLEM_VIEW)
CHECK_PROBLEM = Step((ProblemState.SOLVED,), ProblemState.CLOSED, needs=Permission.PROBLEM_VIEW)
REOPEN_PROBLEM = Step(
    (ProblemState.SOLVED, ProblemState.CLOSED), ProblemState.IN_HAND, needs=Permission.PROBLEM_VIEW
)
"""Whoever sees it may ask; who may act depends on the holder: see programmes/access.py."""


class Selection(models.TextChoices):
    """Of somebody of the roster and an activity of a unit."""

    CANDIDATE = "candidate", _("named for selection")
    TAKES_PART = "takes_part", _("takes part")
    REFUSED = "refused", _("not selected")


class TrainingContents(models.TextChoices):
    """What a training teaches: the four of P2-18, and whatever else a plan holds classes in."""

    CONCEPTS = "concepts", _("concepts and theory")
    PROCESS = "process", _("process and steps")
    METHODS = "methods", _("methods and skills")
    ROLE_SKILLS = "role_skills", _("skills of special roles")
    OTHER = "other", _("other contents")
