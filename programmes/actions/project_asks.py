"""What the plan in force asks of topics and their teams: data of its head, never a constant (D1–D6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Cited
from actionlearning.foundation.languages import in_english, product_words
from programmes.actions.conveners import LeadingPost, post_words, unseen_words
from programmes.actions.several_units import SEVERAL, several_words
from programmes.clauses import cited_in
from programmes.models import Clause, Plan, Programme, Project, TeamMember
from programmes.models.project import TeamRole
from programmes.queries.citing import citing_plan

TOPICS_PER_UNIT = ("P1-30", "P2-22")
CANDIDATES = ("P2-21", "P2-22")
TOPIC_TEXT = ("P2-30", "P1-29", "P3-35")
TEAM_SIZE = ("P1-31", "P2-34", "P4-16")
TEAM_ROLES = ("P2-31", "P2-35", "P4-17")
CONVENER = ("P2-31",)
FACILITATORS = ("P2-36", "P4-17")
PARTS = ("P2-23",)
TEAM_OF_PART = ("P2-38", "P2-23")
SEVERAL_UNITS = ("P2-27",)
DURATION = ("P2-29",)
DUTIES = ("P3-37",)
ONE_BY_ONE = ("P3-36",)
CRITERIA = ("P2-25", "P2-26", "P2-27", "P2-28", "P3-35")
POOL = ("P2-21",)
YEAR_TASK = ("P4-13",)
CONCLUSION = ("P2-66", "P4-28", "P3-43")
SUBMISSION = ("P1-32", "P2-22")
LEFT_UNIT = "left_unit"  # of a fault that no change of the team brings about


@dataclass(frozen=True)
class RoleAsk:
    role: str
    name: str
    least: int
    most: int | None
    counted: bool = True
    leading_post: str = ""


@dataclass(frozen=True)
class Criterion:
    """A principle of the plan by which candidates are scored, in the reader's language."""

    key: str
    name: str


@dataclass(frozen=True)
class Fault:
    """One thing that is missing or too much, with the remedy; `rule` as the plan cites it."""

    message: str
    code: str
    rule: str | None = None


def cited_of(faults: Iterable[Fault]) -> list[str]:
    """The rule ids of several faults, in their order."""
    return [each for fault in faults if fault.rule for each in fault.rule.split(", ")]


@dataclass(frozen=True)
class Sizes:
    """How many people a team has, as the plan counts them."""

    members: int
    facilitators: int


@dataclass(frozen=True)
class Asks:
    """The head's numbers; None means that the plan says nothing and nothing is checked."""

    team: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    year: int = 0
    day: date | None = None
    """Of which the posts that people hold are asked."""
    plan: Plan | None = None
    """The version itself."""
    posts: Iterable[LeadingPost] | None = None
    """As post_words() takes them, where a page has read them already."""

    def cite(self, ids: Iterable[str]) -> tuple[Cited, ...]:
        """Those of `ids` that this plan cites, each with its sentence, as a refusal shows them."""
        return cited_in(self.clauses, ids, self.year)

    def rule(self, ids: Iterable[str]) -> str | None:
        """Those of `ids` that this plan cites, by number only."""
        cited = {each for clause in self.clauses for each in clause.cites}
        return ", ".join(each for each in dict.fromkeys(ids) if each in cited) or None

    def clause(self, ids: Iterable[str]) -> Clause | None:
        """The one that asks for it."""
        wanted = set(ids)
        return next((clause for clause in self.clauses if wanted & set(clause.cites)), None)

    @property
    def size(self) -> tuple[int | None, int | None]:
        return self.team.get("size_min"), self.team.get("size_max")

    @property
    def facilitators(self) -> tuple[int, int | None]:
        return self.team.get("facilitators_min", 0), self.team.get("facilitators_max")

    @property
    def facilitators_inside(self) -> bool:
        return bool(self.team.get("facilitator_counts_in_size", False))

    @property
    def roles(self) -> tuple[RoleAsk, ...]:
        return tuple(
            RoleAsk(
                role=row["role"],
                name=product_words(row["name"]),
                least=max(row.get("min", 0), int(row.get("required", False))),
                most=row.get("max"),
                counted=row.get("counted", True),
                leading_post=row.get("leading_post", ""),
            )
            for row in self.team.get("roles", ())
        )

    def role_names(self) -> dict[str, str]:
        """The plan's own words for the roles it gives; without any, the whole catalogue."""
        named = {ask.role: ask.name for ask in self.roles}
        return named or {role.value: str(role.label) for role in TeamRole}

    @property
    def conveners(self) -> RoleAsk | None:
        return next((ask for ask in self.roles if ask.role == TeamRole.CONVENER), None)

    @property
    def leading_post(self) -> str:
        """`block` or `warn` of a convener without one; '' where the plan does not say."""
        return self.conveners.leading_post if self.conveners else ""

    @property
    def depth(self) -> int:
        return int(self.topics.get("max_depth", 1))

    @property
    def one_by_one(self) -> bool:
        return bool(self.topics.get("sequential", False))

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        name = "name_en" if in_english() else "name"
        return tuple(
            Criterion(row["key"], product_words(row[name]))
            for row in self.topics.get("criteria", ())
        )

    @property
    def year_task(self) -> bool:
        """Whether each topic has to name the task of the year that it serves (P4-13)."""
        return bool(self.topics.get("year_task", False))

    @property
    def most_topics(self) -> int | None:
        return self.topics.get("max")

    def level_name(self, level: int) -> str:
        """课题, 项目, 分项目 …: the plan's word for a project of this depth."""
        names = self.labels.get("levels") or [self.labels.get("topic") or _("topic")]
        return product_words(str(names[min(level, len(names)) - 1]))

    @property
    def guides(self) -> str:
        """促进师 or 催化师: the plan's word for facilitators."""
        return guide_word(self.labels)

    @property
    def months(self) -> tuple[int | None, int | None, int | None]:
        """(warn below, warn above, a reason is needed above)."""
        return (
            self.topics.get("duration_warn_min"),
            self.topics.get("duration_warn_max"),
            self.topics.get("duration_hard_max"),
        )


def guide_word(labels: Mapping[str, Any]) -> str:
    """A reader of English gets the English word: plans name their people in Chinese only."""
    named = labels.get("facilitator")
    return product_words(str(named)) if named and not in_english() else str(_("facilitators"))


def asks_of(programme: Programme, day: date) -> Asks:
    plan, clauses = citing_plan(programme, day)
    if plan is None:
        return Asks()
    team, topics, labels = (plan.head.get(name, {}) for name in ("team", "topics", "labels"))
    return Asks(team, topics, labels, clauses, programme.year, day, plan)


def sizes_of(members: Iterable[TeamMember], asks: Asks) -> Sizes:
    """People, not rows: one with two roles counts once, through the one that the plan counts."""
    aside = {ask.role for ask in asks.roles if not ask.counted}
    if not asks.facilitators_inside:
        aside.add(TeamRole.FACILITATOR)
    inside, guides = set(), set()
    for member in members:
        who = member.person_id or member.name
        if member.role == TeamRole.FACILITATOR:
            guides.add(who)
        if member.role not in aside:
            inside.add(who)
    return Sizes(len(inside), len(guides))


def team_faults(members: list[TeamMember], asks: Asks, *, level: int) -> list[Fault]:
    """Why this team is not the one the plan asks for; a part's group may be as small as its work, convened by one."""
    left = _left_fault(members, asks)
    if level > 1:
        convener = asks.conveners and _role_fault(members, replace(asks.conveners, least=0), asks)
        return [fault for fault in (None if members else _nobody(asks), left, convener) if fault]
    sizes = sizes_of(members, asks)
    found = [left, _size_fault(sizes, asks), _guide_fault(sizes, asks)]
    found += [_role_fault(members, ask, asks) for ask in asks.roles]
    return [fault for fault in found if fault] + _convener_faults(members, asks, refused=True)


def _convener_faults(
    members: list[TeamMember], asks: Asks, *, refused: bool = False
) -> list[Fault]:
    """The leader in charge convenes (P2-31): what is refused of its conveners, or what is only shown.

    Where the plan does not say how strictly, whoever is on the roster must hold a leading post, and of who
    is typed by name it cannot be seen.
    """
    rule, strict = asks.rule(CONVENER), asks.leading_post
    found = [row for row in members if row.role == TeamRole.CONVENER]
    if asks.day is None or not found or not (rule or strict):
        return []
    told = {}
    if refused == (strict != "warn"):
        told["convener_post"] = post_words(found, asks.day, asks.posts)
    if refused == (strict == "block"):
        told["convener_outside"] = unseen_words(found)
    return [Fault(words, code, rule) for code, words in told.items() if words]


def _left_fault(members: list[TeamMember], asks: Asks) -> Fault | None:
    """Whoever has left the unit's roster does no work in its team any more."""
    gone = (row.name for row in members if asks.day and row.left_unit_before(asks.day))
    names = "、".join(dict.fromkeys(gone))
    words = _("No longer on the unit's roster: %(names)s. Take them out, or put others in.")
    return Fault(words % {"names": names}, LEFT_UNIT, asks.rule(TEAM_SIZE)) if names else None


def _nobody(asks: Asks) -> Fault:
    return Fault(
        _("Every part has a group of its own: name at least one person."),
        "team_empty",
        asks.rule(TEAM_OF_PART),
    )


def span_words(least: int | None, most: int | None) -> str:
    """`6–10`, `at least 6`, `at most 10`, or '' when nothing is asked."""
    if least and most:
        return f"{least}–{most}" if least != most else str(least)
    if least:
        return _("at least %(count)d") % {"count": least}
    return _("at most %(count)d") % {"count": most} if most is not None else ""


def _remedy(count: int, least: int | None, most: int | None) -> str:
    if count < (least or 0):
        return _("add %(count)d") % {"count": (least or 0) - count}
    return _("take out %(count)d") % {"count": count - (most or 0)}


def _outside(count: int, least: int | None, most: int | None) -> bool:
    return count < (least or 0) or (most is not None and count > most)


def _size_fault(sizes: Sizes, asks: Asks) -> Fault | None:
    least, most = asks.size
    if not _outside(sizes.members, least, most):
        return None
    words = (
        _("A team has %(span)s members, %(guide)s included; this one has %(count)d: %(remedy)s.")
        if asks.facilitators_inside
        else _("A team has %(span)s members besides %(guide)s; this one has %(count)d: %(remedy)s.")
    )
    facts = {
        "span": span_words(least, most),
        "guide": asks.guides,
        "count": sizes.members,
        "remedy": _remedy(sizes.members, least, most),
    }
    return Fault(words % facts, "team_size", asks.rule(TEAM_SIZE))


def _guide_fault(sizes: Sizes, asks: Asks) -> Fault | None:
    least, most = asks.facilitators
    if not _outside(sizes.facilitators, least, most):
        return None
    words = _("A team has %(span)s %(guide)s; this one has %(count)d: %(remedy)s.") % {
        "span": span_words(least, most),
        "guide": asks.guides,
        "count": sizes.facilitators,
        "remedy": _remedy(sizes.facilitators, least, most),
    }
    return Fault(words, "facilitators", asks.rule(FACILITATORS))


def _role_fault(members: list[TeamMember], ask: RoleAsk, asks: Asks) -> Fault | None:
    if ask.role == TeamRole.FACILITATOR and any(asks.facilitators):
        return None  # told with their own numbers
    count = sum(1 for member in members if member.role == ask.role)
    if not _outside(count, ask.least, ask.most):
        return None
    words = _("“%(role)s”: the plan asks for %(span)s, the team has %(count)d: %(remedy)s.") % {
        "role": ask.name,
        "span": span_words(ask.least, ask.most),
        "count": count,
        "remedy": _remedy(count, ask.least, ask.most),
    }
    return Fault(words, "team_roles", asks.rule(TEAM_ROLES))


def text_faults(project: Project, asks: Asks) -> list[Fault]:
    """What is still empty, and the reason that a long topic owes."""
    told = {
        _("title"): project.title,
        _("background"): project.background,
        _("approach"): project.approach,
        _("expected result"): project.expected_result,
    }
    empty, found = [label for label, text in told.items() if not (text or "").strip()], []
    if empty:
        words = _("Still to be filled in: %(fields)s.") % {"fields": "、".join(empty)}
        found.append(Fault(words, "text_missing", asks.rule(TOPIC_TEXT)))
    return found + _task_faults(project, asks) + _month_faults(project, asks)


def _task_faults(project: Project, asks: Asks) -> list[Fault]:
    """Learning is tied to the main goals and tasks of the year; a part serves what its whole does."""
    if not asks.year_task or project.level > 1 or project.year_task.strip():
        return []
    words = _("Name the main goal or task of the year that the topic serves.")
    return [Fault(words, "year_task", asks.rule(YEAR_TASK))]


def _month_faults(project: Project, asks: Asks) -> list[Fault]:
    rule, hard = asks.rule(DURATION), asks.months[2]
    if project.months is None:
        asked = any(asks.months)
        words = _("Say how many months it is planned to take.")
        return [Fault(words, "months_missing", rule)] if asked else []
    if hard is not None and project.months > hard and not project.months_reason.strip():
        words = _(
            "A topic takes at most %(most)d months; this one plans %(months)d:"
            " shorten it or say why it must take longer."
        ) % {"most": hard, "months": project.months}
        return [Fault(words, "months_reason", rule)]
    return []


def concerns(
    project: Project, members: list[TeamMember], asks: Asks, running: Iterable[str] = ()
) -> list[Fault]:
    """What the plan recommends: shown, never refused. `running`: other topics the unit has taken on."""
    found = []
    if asks.one_by_one and project.level == 1 and running:
        words = _("Topics come one after another: %(titles)s is still under way.") % {
            "titles": "、".join(f"“{title}”" for title in running)
        }
        found.append(Fault(words, "one_by_one", asks.rule(ONE_BY_ONE)))
    low, high, _hard = asks.months
    too_long = _month_faults(project, asks) if project.months is not None else []
    found += too_long
    if not too_long and project.months is not None and _outside(project.months, low, high):
        words = _("A topic should be well solved in %(span)s months; this one plans %(months)d.")
        facts = {"span": span_words(low, high), "months": project.months}
        found.append(Fault(words % facts, "months", asks.rule(DURATION)))
    several = asks.rule(SEVERAL_UNITS)
    words = several_words(project, asks.topics.get("units_min") or (SEVERAL if several else 1))
    if words:
        found.append(Fault(words, "one_unit", several))
    found += _convener_faults(members, asks)
    if asks.rule(DUTIES) and any(not member.duties for member in members):
        words = _("Each member's duties should be stated.")
        found.append(Fault(words, "duties", asks.rule(DUTIES)))
    return found
