"""The region: real cities, counties and townships, invented people, and every plan in force somewhere in it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, cycle

from actionlearning.demo import region_texts, story
from actionlearning.demo.classes import FIVE, Classes
from actionlearning.demo.clock import Clock, at
from actionlearning.demo.crowd import OFFICE, Crowd
from actionlearning.demo.endings import otherwise
from actionlearning.demo.gatherings import Gatherings
from actionlearning.demo.lists import proposed
from actionlearning.demo.names import people
from actionlearning.demo.papers import Desk
from actionlearning.demo.registers import issued
from actionlearning.demo.staff import Staff, Unit
from actionlearning.demo.story import Story
from actionlearning.demo.texts import Topic
from actionlearning.foundation.models import User
from groups.actions.divisions import load_divisions
from groups.actions.growth import grow_tree
from groups.actions.organisations import add_organisation
from groups.actions.users import give_role
from groups.divisions.reading import shipped
from groups.models import Organisation
from groups.roles import ADMINISTRATORS, Role
from programmes.actions.calendars import seed_calendar
from programmes.actions.enrolments import enrol
from programmes.actions.programmes import open_programme, put_in_force
from programmes.models import Programme
from programmes.packs.format import Pack, RuleSpec
from programmes.packs.reading import SHIPPED, read, shipped_text
from programmes.packs.shapes import month_named

REGION = "450000"
UNASKED = 0.25
"""Part of the months in which a unit sends an item though its plan asks for none."""
OFFICES_AT = ("region", "city", "county")
Names = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Scene:
    """Where a pack is in force: owner and units by division code, or by the name of a unit added for it."""

    pack: str
    owner: str
    units: tuple[str, ...]
    topics: tuple[Topic, ...]
    topics_of: int = 99
    """So many of the units have a topic; the others send their items only."""
    added: Names = ()
    """Units that are no divisions: (kind, name, code of the division or name of the unit above)."""


GROUP, UNION, BUREAU = "桂北水运投资集团有限公司", "梧州市职工服务总站", "藤县民政事务局"
SCENES = (
    Scene(
        "plan1",
        GROUP,
        ("桂北航道养护有限公司", "桂北港口物流有限公司", "桂北船舶检修有限公司", "平陆枢纽建设指挥部"),
        region_texts.COMPANY,
        added=(
            ("group_company", GROUP, REGION),
            ("unit", "桂北航道养护有限公司", GROUP),
            ("unit", "桂北港口物流有限公司", GROUP),
            ("unit", "桂北船舶检修有限公司", GROUP),
            ("unit", "平陆枢纽建设指挥部", GROUP),
        ),
    ),
    Scene(
        "plan2",
        "450422",
        (BUREAU,),
        region_texts.BUREAU,
        added=(
            ("department", BUREAU, "450422"),
            ("second_level", "藤县社会救助站", BUREAU),
            ("second_level", "藤县光荣院", BUREAU),
            ("second_level", "藤县婚姻登记处", BUREAU),
        ),
    ),
    Scene(
        "plan3",
        REGION,
        ("450200", "450800", "451100", "450126", "450204", "450902"),
        region_texts.CADRES,
    ),
    Scene(
        "plan4",
        UNION,
        ("市工人文化馆", "市职工帮扶中心", "市职工学校", "机关职工服务站"),
        region_texts.UNION,
        added=(
            ("department", UNION, "450400"),
            ("unit", "市工人文化馆", UNION),
            ("unit", "市职工帮扶中心", UNION),
            ("unit", "市职工学校", UNION),
            ("unit", "机关职工服务站", UNION),
        ),
    ),
    Scene(
        "plan5",
        "450200",
        ("450203", "450205", "450206", "450222", "450223", "450224", "450225", "450226"),
        region_texts.CADRES[3:],
        topics_of=5,
    ),
    Scene(
        "organs",
        REGION,
        (
            "450100", "450200", "450300", "450400", "450500", "450600", "450700", "450800", "450900",
            "451000", "451100", "451200", "451300", "451400", "450110", "450181", "450324", "450381",
            "450422", "450521", "450722", "450881", "451082", "451221",
        ),
        region_texts.ORGANS,
        topics_of=19,
    ),
)  # fmt: skip
"""A pack that does not come with the product has no scene."""


def region(system: User, today: date, done: Callable[[float], None]) -> None:
    scenes = [
        Play(scene, read(shipped_text(scene.pack)), today)
        for scene in SCENES
        if scene.pack in SHIPPED
    ]
    begins = min(play.opened for play in scenes)
    since = begins - timedelta(days=60)
    seed_calendar(since=since.year, now=at(since))
    crowd = Crowd(system, chain(people(45), people(46), people(47)), since, at(since, 9))
    places = _grown(system, since, [name for play in scenes for name in play.scene.added])
    for play in scenes:
        play.cast(crowd, places)
    crowd.seat_office(crowd.unit(places[REGION], "quban"), shown=True)
    for place, code in _divisions(places):
        crowd.form(crowd.unit(place, f"d{code}"), OFFICE, shown=False)
    crowd.settle()
    _administrators(system, places[REGION], since)
    clock = Clock(begins, at(today, 8), monthly=True)
    for play in scenes:
        play.begin(clock)
    clock.run(done)


def _grown(system: User, since: date, added: list[tuple[str, str, str]]) -> dict[str, Organisation]:
    """The tree, by division code and by name."""
    now = at(since)
    root = add_organisation(
        parent=None, kind="region", name="广西壮族自治区", division=REGION, short_name="自治区",
        starts_on=since, by=system, now=now,
    )  # fmt: skip
    load_divisions(shipped(), by=system, now=now)
    grow_tree(root, starts_on=since, by=system, now=now)
    places = {each.division: each for each in Organisation.objects.all()}
    for kind, name, above in added:
        places[name] = add_organisation(
            parent=places[above], kind=kind, name=name, starts_on=since, by=system, now=now
        )
    return places


def _divisions(places: dict[str, Organisation]) -> Iterator[tuple[Organisation, str]]:
    for code, place in places.items():
        if place.division and place.kind in OFFICES_AT:
            yield place, code


def _administrators(system: User, root: Organisation, since: date) -> None:
    staff, now = Staff(system, people(48), since), at(since)
    for role, login in zip(ADMINISTRATORS, ("xitong", "anquan", "shenji"), strict=True):
        person = staff.person(root, str(Role(role).label), now, rank=90)
        user = staff.sign_in(login, person, now)
        give_role(user, role=role, organisation=root, starts_on=since, by=system, now=now)


TOLD_BY_ITSELF = ("topic", "topic_proposal")
"""Papers that the story of a topic sends."""


class Play:
    """One scene with its people, from the opening of its programme to the day of the visitor."""

    owner: Unit
    units: list[Unit]

    def __init__(self, scene: Scene, pack: Pack, today: date) -> None:
        self.scene, self.pack = scene, pack
        begun = date(today.year, int(pack.period.from_[-2:]), 20)
        self.year = today.year if begun <= today else today.year - 1
        self.opened = date(self.year, begun.month, 1)
        self.draw = random.Random(scene.pack)  # noqa: S311  a repeatable draw is wanted

    def cast(self, crowd: Crowd, places: dict[str, Organisation]) -> None:
        """Owner and first unit may be tried; a unit of two scenes is seated once and serves both."""
        self.owner = crowd.unit(places[self.scene.owner], self._login(self.scene.owner, 0))
        crowd.seat_all(self.owner, self.pack, "owner", shown=True)
        self.units = []
        for number, name in enumerate(self.scene.units, 1):
            unit = crowd.unit(places[name], self._login(name, number))
            crowd.seat_all(unit, self.pack, "unit", shown=number == 1)
            self.units.append(unit)

    def _login(self, name: str, number: int) -> str:
        if name == REGION:
            return "quban"
        return f"d{name}" if name.isdecimal() else f"{self.scene.pack}-{number or 'ban'}"

    def begin(self, clock: Clock) -> None:
        clock.put(at(self.opened, 9), lambda now: self._open(clock, now))

    def _open(self, clock: Clock, now: datetime) -> None:
        director = self.owner.director
        programme = open_programme(
            self.pack,
            owner=self.owner.organisation,
            year=self.year,
            by=director,
            now=now,
            name=f"{self.year}年{self.pack.title}",
        )
        for unit in [self.owner, *self.units]:
            enrol(
                programme,
                unit.organisation,
                starts_on=programme.starts_on,
                obliged=unit is not self.owner,
                by=director,
                now=now,
            )
        self._play(clock, put_in_force(programme, by=director, now=now))

    def _play(self, clock: Clock, programme: Programme) -> None:
        told = Story(clock, programme, self.owner, fixed_roles(self.pack), self.draw)
        told.learners_as, told.team_size = rest_of_team(self.pack)
        owed = list(self._owed_months(programme))
        told.owes = bool(owed)
        for number, unit in enumerate(self.units):
            topic = self.scene.topics[number % len(self.scene.topics)]
            if number < self.scene.topics_of:
                self._topic(told, unit, topic, number)
            for first in owed:
                told.month(unit, topic.title, first, self._outcome(number))
            for first in () if owed else self._months(self.pack.period.from_, programme):
                if self.draw.random() < UNASKED:
                    told.month(unit, topic.title, first, story.ON_TIME)

        if self.scene.pack == "plan3":
            classes = Classes(clock, programme, self.owner, self.units)
            classes.hold(FIVE, known_since=self._working_day(clock, 5))
        Gatherings(clock, programme, self.owner, self.units).hold()
        self._papers(clock, programme)

    def _papers(self, clock: Clock, programme: Programme) -> None:
        """Each paper of the plan goes its whole way: the owner's own, and those of the first two units.

        With the second unit it comes back once; with the others some end otherwise.
        """
        own = Desk(clock, programme, self.owner, self.owner)
        desks = [Desk(clock, programme, unit, self.owner) for unit in self.units]
        topics = [
            topic.title for topic, _unit in zip(cycle(self.scene.topics), desks, strict=False)
        ]
        for week, paper in enumerate(self.pack.papers):
            if paper.about == "owner":
                own.whole_way(paper.kind, self._working_day(clock, 10 + 5 * week))
            if paper.about == "owner" or paper.kind in TOLD_BY_ITSELF:
                continue
            day = self._working_day(clock, 45 + 5 * week)
            for number, desk in enumerate(desks[:2]):
                about = topics[number] if paper.about == "project" else ""
                desk.whole_way(paper.kind, day, topic=about, returned=number == 1)
        otherwise(self.scene.pack, desks, topics, self.opened)
        self._systems(clock, programme)

    def _working_day(self, clock: Clock, count: int) -> date:
        """The `count`th after the programme's opening."""
        return clock.calendar.add_working_days(self.opened, count)

    def _systems(self, clock: Clock, programme: Programme) -> None:
        """What the plan wants issued; the first two send one of them as a paper, the last has issued none."""
        if not any(paper.kind == "system_document" for paper in self.pack.papers):
            return
        day = self._working_day(clock, 35)
        for number, unit in enumerate(self.units):
            if number < max(len(self.units) - 1, 1):
                issued(clock, programme, unit, day, but="work" if number < 2 else None)

    def _topic(self, told: Story, unit: Unit, topic: Topic, number: int) -> None:
        days = [self.opened + timedelta(days=n + number % 4) for n in (8, 15, 23)]
        if number % 5 == 3:
            days[2] += timedelta(days=20)
        kinds = {paper.kind for paper in self.pack.papers}
        by_paper = number < 2 and "topic_proposal" in kinds
        if by_paper:
            desk = Desk(told.clock, told.programme, unit, self.owner)
            proposed(desk, topic.title, days[0] + timedelta(days=3), days[1])
        planned = (days[0], days[1], days[2])
        told.topic(unit, topic, planned, returned=number % 4 == 1, by_paper=by_paper)

    def _outcome(self, number: int) -> str:
        """Every fifth unit does badly, the others mostly well."""
        weak = number % 5 == 4
        return self.draw.choices(
            (
                story.ON_TIME,
                story.EXTRA,
                story.LATE,
                story.RETURNED,
                story.RETURNED_LATE,
                story.MISSED,
            ),
            (25, 0, 30, 5, 5, 35) if weak else (62, 8, 10, 10, 3, 7),
        )[0]

    def _owed_months(self, programme: Programme) -> Iterator[date]:
        rule = monthly_item(self.pack)
        if rule is not None:
            yield from self._months(rule.first_month or self.pack.period.from_, programme)

    def _months(self, since: str, programme: Programme) -> Iterator[date]:
        day = date.fromisoformat(f"{month_named(since, self.year)}-01")
        while day <= programme.ends_on:
            yield day
            day = (day + timedelta(days=31)).replace(day=1)


def monthly_item(pack: Pack) -> RuleSpec | None:
    for rule in pack.rules:
        wanted = rule.enabled and rule.kind == "monthly" and rule.owed_by == "unit"
        if wanted and rule.deliverable == "information_item":
            return rule
    return None


def fixed_roles(pack: Pack) -> tuple[str, ...]:
    """Roles that every team of the plan must give, besides its learners and facilitators."""
    free = ("facilitator", "core_learner", "member", "observer")
    asked = [
        quota.role
        for quota in pack.team.roles
        if quota.required and quota.role not in free
        for _each in range(max(quota.min, 1))
    ]
    known = {quota.role for quota in pack.team.roles}
    return tuple(asked) or (("team_leader",) if "team_leader" in known else ())


def rest_of_team(pack: Pack) -> tuple[str, int]:
    """(role of the others, seats besides the facilitator)."""
    roles = {quota.role: quota for quota in pack.team.roles}
    rest = next((role for role in ("core_learner", "member") if role in roles), "member")
    uncounted = sum(1 for role in fixed_roles(pack) if not roles[role].counted)
    size = max(pack.team.size_min or 0, min(7, pack.team.size_max or 7))
    return rest, size - int(pack.team.facilitator_counts_in_size) + uncounted
