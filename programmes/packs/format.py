"""A plan pack as data. The order of the fields is the order of the keys in the file.

A field with a default may be left out, and is left out when it is written. What depends on several
fields together is in checks.py; the words of the closed lists are in vocabulary.py.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from programmes.packs import vocabulary
from programmes.packs.shapes import (
    Day,
    DayOfMonth,
    Flag,
    Listed,
    Month,
    Name,
    OneOf,
    Prose,
    Text,
    Whole,
)

KEY = Name(r"[a-z][a-z0-9_]*", "monthly_information")
CLAUSE_KEY = Name(r"[0-9]+(\.[0-9]+)*", '"4.7"', longest=20)
PACK_ID = Name(r"[a-z][a-z0-9-]*", "plan2")
RULE_ID = Name(r"P[1-5]-[0-9]{2}", "P2-83")
CITES = Listed(RULE_ID)
TITLE = Text(120)
TITLE_EN = Text(160)
COUNT = Whole(0, 999)
POSITIVE = Whole(1, 999)
DAYS = Whole(0, 366)
WORKING_DAYS = Whole(1, 250)
MONTHS = Whole(1, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """First and last month, both whole."""

    from_: Annotated[str, Month()]
    to: Annotated[str, Month()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Words that differ per programme: 课题 or 项目, 促进师 or 催化师."""

    topic: Annotated[str, Text(20)]
    levels: Annotated[tuple[str, ...], Listed(Text(20))]
    """Name of a topic at each depth, the topic itself first."""
    facilitator: Annotated[str, Text(20)]
    office: Annotated[str, Text(20)]
    learner: Annotated[str, Text(20)]
    filing: Annotated[str, Text(20)] = "行动备"
    """What stands before the year in the number of a filing: 行动备〔2026〕12号."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpec:
    """A stage with a name of its own (D24); without months where the plan gives none."""

    key: Annotated[str, KEY]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    from_: Annotated[str | None, Month()] = None
    to: Annotated[str | None, Month()] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An entry of one of the plan's own lists: systems, channels, criteria and more."""

    key: Annotated[str, KEY]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSpec:
    """A method of discussion (P2-65); `record` is the form in which what it brought is kept."""

    key: Annotated[str, KEY]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    record: Annotated[str | None, OneOf(vocabulary.RECORDS)] = None
    """Left out: the usual one of that method, else comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaPart:
    """A part that every meeting of one kind has (P3-29); it heads the minutes."""

    key: Annotated[str, KEY]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    of: Annotated[str, OneOf(vocabulary.DELIVERABLES)]
    """What is held so: the deliverable that it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleQuota:
    """A role that a team may give, and how many may or must hold it (D3)."""

    role: Annotated[str, OneOf(vocabulary.TEAM_ROLES)]
    name: Annotated[str, Text(20)]
    required: Annotated[bool, Flag()] = False
    min: Annotated[int, COUNT] = 0
    max: Annotated[int | None, POSITIVE] = None
    counted: Annotated[bool, Flag()] = True
    """Whether its holders are among the team's size; for facilitators the team says so."""
    leading_post: Annotated[str | None, OneOf(vocabulary.STRICTNESS)] = None
    """Of the convener: whether a list is refused or only warned about where nobody can see that he holds one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Size of a team (D1) and whether its facilitators are among the counted (D2)."""

    size_min: Annotated[int | None, POSITIVE] = None
    size_max: Annotated[int | None, POSITIVE] = None
    facilitator_counts_in_size: Annotated[bool, Flag()]
    facilitators_min: Annotated[int, COUNT] = 0
    facilitators_max: Annotated[int | None, COUNT] = None
    roles: tuple[RoleQuota, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Topics per unit (D4), their depth (D6), duration in months (D5) and criteria (D30)."""

    min: Annotated[int | None, COUNT] = None
    max: Annotated[int | None, POSITIVE] = None
    sequential: Annotated[bool, Flag()] = False
    max_depth: Annotated[int, Whole(1, 6)]
    duration_warn_min: Annotated[int | None, MONTHS] = None
    duration_warn_max: Annotated[int | None, MONTHS] = None
    duration_hard_max: Annotated[int | None, MONTHS] = None
    units_min: Annotated[int | None, POSITIVE] = None
    """So many units should take part in each, its own among them (P2-27)."""
    year_task: Annotated[bool, Flag()] = False
    """Each topic names the main task of the year that it serves (P4-13)."""
    criteria: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTemplate:
    """A seat of a body, in order of rank; `role` is what its holder's sign-in may do."""

    title: Annotated[str, Text(60)]
    rank: Annotated[int, POSITIVE]
    seats: Annotated[int, POSITIVE] = 1
    role: Annotated[str | None, OneOf(vocabulary.POST_ROLES)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyTemplate:
    """A body that the plan sets up at a level (D18)."""

    key: Annotated[str, Name(KEY.pattern, "leading_group", longest=30)]
    kind: Annotated[str, OneOf(vocabulary.BODY_KINDS)]
    level: Annotated[str, OneOf(vocabulary.BODY_LEVELS)]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    required: Annotated[bool, Flag()] = False
    secretariat_of: Annotated[tuple[str, ...], Listed(KEY)] = ()
    """Keys of the bodies whose daily work this one does (P1-23)."""
    posts: tuple[PostTemplate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a paper that its writer fills in; a required one may not be empty when it is sent."""

    key: Annotated[str, KEY]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    required: Annotated[bool, Flag()] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureStep:
    """One step of a paper's way: what is done there, by which body, in how many working days."""

    kind: Annotated[str, OneOf(vocabulary.STEP_KINDS)]
    by: Annotated[str, KEY]
    """A word of vocabulary.STEP_BODIES, or the key of one of the pack's bodies."""
    together: Annotated[str, OneOf(vocabulary.TOGETHER)] = "head"
    working_days: Annotated[int, WORKING_DAYS] = 5
    answer: Annotated[str | None, Text(60)] = None
    """What the body says in words whatever it decides: an agreement to a request alone answers nothing (P2-19)."""
    answer_en: Annotated[str | None, Text(120)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSpec:
    """A kind of paper: what it has to say and the steps it travels through (D16, D17, D22).

    Without steps it stands as soon as it is sent. `return_working_days` is what its sender has to
    answer a return. `if_owed` is a paper that only some topics need: none is missed at the conclusion
    of a topic that neither owes it nor has begun it.
    """

    kind: Annotated[str, OneOf(vocabulary.PAPERS)]
    name: Annotated[str, TITLE]
    name_en: Annotated[str, TITLE_EN]
    about: Annotated[str, OneOf(vocabulary.ABOUT)]
    if_owed: Annotated[bool, Flag()] = False
    cites: Annotated[tuple[str, ...], CITES] = ()
    reading: Annotated[str | None, Text(200)] = None
    return_working_days: Annotated[int, WORKING_DAYS] = 3
    sections: tuple[Section, ...] = ()
    tracks: tuple[Named, ...] = ()
    """Timetables that the paper has to give, such as training and research (P2-46)."""
    steps: tuple[ProcedureStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationType:
    """A type of information item with the criteria it is read by (D10)."""

    key: Annotated[str, OneOf(vocabulary.INFORMATION_TYPES)]
    name: Annotated[str, Text(20)]
    name_en: Annotated[str, Text(60)]
    criteria: Annotated[tuple[str, ...], Listed(Text(60))] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A step of the ladder: so many working days after the last day in time, to which post."""

    after: Annotated[int, WORKING_DAYS]
    to: Annotated[str, OneOf(vocabulary.ADDRESSEES)]
    template: Annotated[str, OneOf(vocabulary.TEMPLATES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What holds for every rule that says nothing else.

    `remind` counts working days before the day asked for, 0 being that day. Reminders go to the
    liaison, who is told once more on the first working morning after; the ladder climbs from there.
    """

    remind: Annotated[tuple[int, ...], Listed(Whole(0, 60))]
    ladder: tuple[Rung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """What a clause lays down. Which keys a kind needs is in checks.py.

    Months and days are relative to the programme's year: shapes.month_named and shapes.day_named.
    """

    key: Annotated[str, KEY]
    title: Annotated[str, TITLE]
    title_en: Annotated[str, TITLE_EN]
    cites: Annotated[tuple[str, ...], CITES] = ()
    enabled: Annotated[bool, Flag()] = True
    note: Annotated[str | None, Text(200)] = None
    """Why it is switched off."""
    kind: Annotated[str, OneOf(vocabulary.KINDS)]
    owed_by: Annotated[str, OneOf(vocabulary.OWED_BY)]
    project_level: Annotated[int | None, Whole(1, 6)] = None
    """Only projects of this depth, 1 being the topic; None means every depth."""
    deliverable: Annotated[str, OneOf(vocabulary.DELIVERABLES)]
    body: Annotated[str | None, KEY] = None
    """The template that must exist, where the deliverable is a body."""
    recipient: Annotated[str | None, OneOf(vocabulary.RECIPIENTS)] = None
    min: Annotated[int, POSITIVE] = 1
    max: Annotated[int | None, POSITIVE] = None
    conditions: Annotated[tuple[str, ...], Listed(OneOf(vocabulary.CONDITIONS))] = ()
    waits_for: Annotated[tuple[str, ...], Listed(OneOf(vocabulary.PAPERS))] = ()
    """Papers without which it cannot be done: while another body holds one of them, nobody here is late."""
    day: Annotated[int | str | None, DayOfMonth()] = None
    clamp: Annotated[bool, Flag()] = False
    """Day 29 to 31 means the last day where a month is shorter."""
    first_month: Annotated[str | None, Month()] = None
    by: Annotated[str | None, Day()] = None
    phase: Annotated[str | None, KEY] = None
    from_: Annotated[str | None, Month()] = None
    to: Annotated[str | None, Month()] = None
    every: Annotated[int | None, MONTHS] = None
    total: Annotated[int | None, Whole(1, 99)] = None
    anchor: Annotated[str | None, Month()] = None
    month: Annotated[str | None, Month()] = None
    places: Annotated[int | None, POSITIVE] = None
    """How many people take part at most (P3-31)."""
    after: Annotated[str | None, OneOf(vocabulary.TRIGGERS)] = None
    working_days: Annotated[int | None, WORKING_DAYS] = None
    inclusive: Annotated[bool, Flag()] = True
    day_policy: Annotated[str, OneOf(vocabulary.DAY_POLICIES)] = "keep"
    partial_first: Annotated[str | None, OneOf(vocabulary.PARTIAL_FIRST)] = None
    opens_before_days: Annotated[int, DAYS] = 0
    grace_days: Annotated[int, DAYS] = 0
    closes_after_days: Annotated[int | None, DAYS] = None
    closes_after_months: Annotated[int | None, Whole(0, 24)] = None
    nil: Annotated[bool, Flag()] = False
    return_working_days: Annotated[int, WORKING_DAYS] = 3
    review_working_days: Annotated[int, WORKING_DAYS] = 5
    remind: Annotated[tuple[int, ...] | None, Listed(Whole(0, 60))] = None
    ladder: tuple[Rung, ...] | None = None

    def settled(self, notices: Notices) -> "RuleSpec":
        """The rule with the pack's reminders and ladder where it has none of its own."""
        return replace(
            self,
            remind=notices.remind if self.remind is None else self.remind,
            ladder=notices.ladder if self.ladder is None else self.ladder,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseSpec:
    """One numbered sentence of the plan, or one of its headings (`level` 1 to 4, 0 if none)."""

    key: Annotated[str, CLAUSE_KEY]
    kind: Annotated[str, OneOf(vocabulary.CLAUSE_KINDS)] = "paragraph"
    level: Annotated[int, Whole(0, 4)] = 0
    text: Annotated[str, Prose(2000)]
    gloss: Annotated[str, Prose(2000)]
    reading: Annotated[str | None, Prose(500)] = None
    """How a doubtful word is understood, as “25日前” with the 25th (Q3)."""
    cites: Annotated[tuple[str, ...], CITES] = ()
    rules: tuple[RuleSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A whole plan. Read by reading.read, written by writing.dump."""

    format: Annotated[int, Whole(1, 1)]
    id: Annotated[str, PACK_ID]
    title: Annotated[str, TITLE]
    title_en: Annotated[str, TITLE_EN]
    level: Annotated[str, OneOf(vocabulary.LEVELS)]
    period: Period
    parent_documents: Annotated[tuple[str, ...], Listed(Text(300))] = ()
    parent_plan: Annotated[str | None, PACK_ID] = None
    """Id of the pack that the first of these papers issued: its programme is linked to (P5-01)."""
    labels: Labels
    phases: tuple[PhaseSpec, ...] = ()
    team: Team
    topics: Topics
    bodies: tuple[BodyTemplate, ...] = ()
    papers: tuple[PaperSpec, ...] = ()
    information: tuple[InformationType, ...] = ()
    systems: tuple[Named, ...] = ()
    agenda: tuple[AgendaPart, ...] = ()
    methods: tuple[MethodSpec, ...] = ()
    modes: tuple[Named, ...] = ()
    """Places and ways that the plan names beside the usual ones, such as abroad (P3-08, P3-16)."""
    training_contents: tuple[Named, ...] = ()
    """What everybody is to be taught (P2-18)."""
    channels: tuple[Named, ...] = ()
    means: tuple[Named, ...] = ()
    awards: tuple[Named, ...] = ()
    notices: Notices
    clauses: tuple[ClauseSpec, ...]

    @property
    def rules(self) -> tuple[RuleSpec, ...]:
        return tuple(rule for clause in self.clauses for rule in clause.rules)

    def settled_rules(self) -> tuple[RuleSpec, ...]:
        """Every rule in the plan's order, with the reminders and the ladder that apply to it."""
        return tuple(rule.settled(self.notices) for rule in self.rules)
