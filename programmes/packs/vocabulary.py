"""The closed lists of a pack: words that the product understands. All else in a pack is free."""

LEVELS = (
    "region",
    "city",
    "county",
    "county_department",
    "city_organisation",
    "enterprise_group",
)

KINDS = ("once", "monthly", "window", "series", "milestone", "event", "standing")

OWED_BY = ("unit", "owner_office", "project")
"""Every enrolled implementing unit; the office that runs the programme; every project."""

RECIPIENTS = (
    "supervising_office",
    "supervising_leading_group",
    "supervising_promotion_team",
    "own_office",
    "own_leading_group",
    "own_promotion_team",
    "units",
)

DELIVERABLES = (
    "information_item",
    "topic",
    "candidate_topic",
    "team_list",
    "body",
    "promotion_plan",
    "implementation_plan",
    "project_plan",
    "training_plan",
    "system_document",
    "progress_report",
    "status_report",
    "launch_ceremony",
    "training_class",
    "popularisation_course",
    "facilitators_course",
    "promoters_seminar",
    "seminar",
    "group_analysis_seminar",
    "research_activity",
    "special_survey",
    "special_survey_report",
    "expert_review",
    "inspection",
    "exchange_meeting",
    "solution_report",
    "result_record",
    "appraisal_meeting",
    "rectification",
    "project_assessment",
    "learner_assessment",
    "culture_assessment",
    "programme_evaluation",
    "commendation_meeting",
    "summary_meeting",
    "study_visit",
    "support_request",
)

FIRED = (
    "topic_chosen",
    "topic_submitted",
    "topic_accepted",
    "project_completed",
    "team_confirmed",
    "plan_submitted",
    "plan_approved",
    "report_received",
    "completion_reported",
    "expert_engaged",
    "survey_held",
)
"""What acts of the product set off: only rules that wait for one of these may be switched on."""
TRIGGERS = (
    *FIRED,
    "appraisal_held",
)

CONDITIONS = ("leader_present", "team_complete", "report_sent")
"""Evidence counts only with the project leader marked present; with a team of the right size; with its report."""

DAY_POLICIES = ("keep", "previous", "next")
PARTIAL_FIRST = ("skip", "full", "prorate")

ADDRESSEES = (
    "liaison",
    "unit_office",
    "unit_leader",
    "supervising_office",
    "supervising_leading_group",
    "supervising_promotion_team",
)
"""Posts on a ladder. A level without promotion team answers by its leading group."""

TEMPLATES = ("overdue", "escalation")

BODY_KINDS = (
    "leading_group",
    "promotion_team",
    "executive_office",
    "review_team",
    "assessment_team",
    "expert_group",
)
STEP_KINDS = (
    "opinion",
    "check",
    "confirm",
    "approve",
    "file",
    "review",
    "decide",
    "sign",
    "appraise",
)
"""Each with a law of its own, see programmes/procedures.py."""
STEP_BODIES = {
    "own_office": ("own", "executive_office"),
    "own_leading_group": ("own", "leading_group"),
    "own_promotion_team": ("own", "promotion_team"),
    "own_review_team": ("own", "review_team"),
    "own_expert_group": ("own", "expert_group"),
    "supervising_office": ("supervising", "executive_office"),
    "supervising_leading_group": ("supervising", "leading_group"),
    "supervising_promotion_team": ("supervising", "promotion_team"),
    "supervising_review_team": ("supervising", "review_team"),
    "supervising_expert_group": ("supervising", "expert_group"),
}
"""Bodies told relative to the sender; a step may also name one of the pack's own bodies."""
TOGETHER = ("head", "any", "all", "in_order")
"""Who acts for a body: its first post, any of its members, all of them, or one after the other by rank."""
ABOUT = ("unit", "project", "owner")
"""Whose paper it is: one for each unit, for each project, or for whoever runs the programme."""
PAPERS = (
    "topic_proposal",
    "topic",
    "promotion_plan",
    "implementation_plan",
    "project_plan",
    "training_plan",
    "team_list",
    "system_document",
    "progress_report",
    "status_report",
    "special_survey_report",
    "solution_report",
    "appraisal_report",
    "rectification",
    "support_request",
)
"""Kinds of papers that travel; a duty asks for one by the same word."""

BODY_LEVELS = ("owner", "unit")
"""The organisation that runs the programme; every implementing unit."""

POST_ROLES = (
    "office_director",
    "office_staff",
    "leading_group_leader",
    "leading_group_member",
    "promotion_team_leader",
    "promotion_team_member",
    "liaison",
    "information_officer",
)
TEAM_ROLES = (
    "convener",
    "project_leader",
    "team_leader",
    "liaison",
    "study_committee",
    "presenter",
    "core_learner",
    "member",
    "facilitator",
    "observer",
)
STRICTNESS = ("block", "warn")
RECORDS = (
    "ideas",
    "votes",
    "tree",
    "topics",
    "hats",
    "tables",
    "levels",
    "clusters",
    "comments",
)
"""Forms in which a method's record is kept; what each holds: programmes/methods.py."""
INFORMATION_TYPES = ("dynamic", "experience", "research", "reference", "problem")
CLAUSE_KINDS = ("heading", "paragraph")

CATALOGUE = {1: 51, 2: 84, 3: 50, 4: 36, 5: 9}
"""Rules of the five plans: part → how many. Their ids run P1-01 … P5-09."""
RULE_IDS = frozenset(
    f"P{part}-{number:02}" for part, count in CATALOGUE.items() for number in range(1, count + 1)
)
