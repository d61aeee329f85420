"""The demonstration tenants: a county with its civil-affairs bureau, a group company, and the region."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from actionlearning.demo import beside, connections, delegates, launches, scenes, topics
from actionlearning.demo import story as told
from actionlearning.demo.briefings import Press
from actionlearning.demo.classes import SEVEN, Classes
from actionlearning.demo.clock import Clock, at
from actionlearning.demo.exchange import Exchanges
from actionlearning.demo.gatherings import Gatherings
from actionlearning.demo.lists import county_desk, group_list
from actionlearning.demo.names import people
from actionlearning.demo.papers import Desk, group_papers
from actionlearning.demo.region import region
from actionlearning.demo.registers import issued, registers
from actionlearning.demo.seminars import Seminars
from actionlearning.demo.staff import Staff, Unit
from actionlearning.demo.story import Story
from actionlearning.demo.texts import (
    COUNTY_TOPIC_WAITING,
    COUNTY_TOPICS,
    COUNTY_TOPICS_BEFORE,
    FOR_ALL,
    GROUP_TOPICS,
    GROUP_TOPICS_BEFORE,
    Topic,
)
from actionlearning.foundation.demonstration import SPACES
from actionlearning.foundation.models import User
from groups.actions.bodies import hand_over
from groups.actions.divisions import load_divisions
from groups.actions.organisations import add_organisation
from groups.actions.users import give_role
from groups.divisions.reading import shipped
from groups.models import Organisation, Tenure
from groups.roles import ADMINISTRATORS, Role
from programmes.actions.calendars import seed_calendar
from programmes.actions.enrolments import enrol
from programmes.actions.laying import lay_down
from programmes.actions.plans import change_rule
from programmes.actions.programmes import close_programme, open_programme, put_in_force
from programmes.models import Programme
from programmes.packs.format import Pack
from programmes.packs.reading import read, shipped_text
from programmes.queries import local_day

Told = Callable[[float], None]
COUNTY_ROLES = ("convener", "team_leader", "liaison", "study_committee", "presenter")
GROUP_ROLES = ("team_leader",)


@dataclass(frozen=True)
class World:
    """One tenant to be loaded; `build` fills it inside its open scope."""

    slug: str
    name: str
    build: Callable[[User, date, Told], None]


@dataclass
class Run:
    """What the two programmes of a tenant have in common."""

    system: User
    staff: Staff
    clock: Clock
    owner: Unit
    units: list[Unit]
    pack: Pack
    roles: tuple[str, ...]

    def draft(self, year: int, now: datetime) -> Programme:
        return open_programme(
            self.pack,
            owner=self.owner.organisation,
            year=year,
            name=f"{year}年{self.pack.title}",
            by=self.owner.director,
            now=now,
        )

    def programme(self, year: int) -> Story:
        """Opened ten days before its first month; last year's is closed after its end."""
        opened = at(date(year, int(self.pack.period.from_[-2:]), 1), 9)
        programme = self.draft(year, opened)
        enrol(
            programme,
            self.owner.organisation,
            starts_on=programme.starts_on,
            obliged=False,
            by=self.owner.director,
            now=opened,
        )
        for unit in self.units:
            enrol(
                programme,
                unit.organisation,
                starts_on=programme.starts_on,
                by=self.owner.director,
                now=opened,
            )
        programme = put_in_force(programme, by=self.owner.director, now=opened)
        self.clock.put(at(date(year + 1, 3, 10), 9), lambda now: self._close(programme, now))
        draw = random.Random(year)  # noqa: S311  a repeatable draw is wanted
        rest = "core_learner" if "convener" in self.roles else "member"
        return Story(self.clock, programme, self.owner, self.roles, draw, learners_as=rest)

    def _close(self, programme: Programme, now: datetime) -> None:
        lay_down(programme, now=now)
        close_programme(Programme.objects.get(pk=programme.pk), by=self.owner.director, now=now)


def county(system: User, today: date, done: Told) -> None:
    """Plan 2: the bureau sends to the county action office before the 25th."""
    since = date(today.year - 1, 4, 1)
    seed_calendar(since=since.year, now=at(since))
    root = _organisation(system, None, "county", "藤县", since, division="450422")
    bureau = _organisation(system, root, "department", "藤县民政局", since, short="县民政局")
    below = [_organisation(system, bureau, "second_level", name, since) for name in INSTITUTIONS]
    pack = read(shipped_text("plan2"))
    staff = Staff(system, people(2), since)
    owner, unit, station = Unit(root, "xianban"), Unit(bureau, "minzheng"), Unit(below[0], "jiuzhu")
    staff.seat_all(owner, pack, "owner", at(since))
    staff.seat_all(unit, pack, "unit", at(since, 15))
    staff.deputy(unit, at(since, 16))
    load_divisions(shipped(), under=CITY, by=owner.director, now=at(since, 17))
    staff.seat_institution(station, pack, at(since, 16))
    for organisation in below:
        scenes.roster(staff, organisation, at(since, 16))
    _administrators(staff, root, at(since), since)
    run = Run(system, staff, _clock(since, today), owner, [unit], pack, COUNTY_ROLES)
    _county_years(run, unit, station, today)
    _new_information_officer(run, unit, staff, today)
    run.clock.run(done)


CITY = "4504"
"""Wuzhou: its divisions down to townships."""
INSTITUTIONS = (
    "县社会救助站",
    "县婚姻登记处",
    "县殡葬管理所",
    "县光荣院",
    "县低收入家庭核对中心",
)


def _county_years(run: Run, unit: Unit, station: Unit, today: date) -> None:
    before, now = today.year - 1, today.year
    story = run.programme(before)
    (topic,) = COUNTY_TOPICS_BEFORE
    story.topic(unit, topic, (date(before, 6, 9), date(before, 6, 16), date(before, 6, 25)))
    outcomes = (
        told.ON_TIME,
        told.ON_TIME,
        told.RETURNED,
        told.LATE,
        told.ON_TIME,
        told.ON_TIME,
        told.MISSED,
    )
    _months(story, unit, topic.title, date(before, 6, 1), outcomes)
    desk = Desk(run.clock, story.programme, unit, run.owner)
    topics.concluded(story, desk, topic.title)
    issued(run.clock, story.programme, unit, date(before, 7, 17))
    Gatherings(run.clock, story.programme, run.owner, [unit]).hold()

    run.clock.put(at(date(now, 6, 1), 8), lambda _moment: _county_now(run, unit, station, today))


def _county_now(run: Run, unit: Unit, station: Unit, today: date) -> None:
    year, (first, second) = today.year, COUNTY_TOPICS
    story = run.programme(year)
    connections.points(run.clock, story.programme, run.owner)
    days = (date(year, 6, 1), date(year, 6, 1), date(year, 6, 8))
    story.topic(unit, first, days, returned=True)
    Seminars(story, unit, first.title).year()
    days = (date(year, 6, 10), date(year, 6, 15), date(year, 7, 8))
    story.topic(unit, second, days, by_paper=True)
    story.candidate(unit, COUNTY_TOPICS_BEFORE[0], date(year, 6, 11))
    waiting = story.clock.calendar.previous_working(today)
    story.candidate(unit, COUNTY_TOPIC_WAITING, waiting)
    topics.pool(story, unit, COUNTY_TOPIC_WAITING.title, waiting)
    topics.milestones(story, unit, first.title, year)
    outcomes = (
        told.ON_TIME, told.RETURNED, told.LATE, told.ON_TIME, told.MISSED, told.ON_TIME, told.ON_TIME,
    )  # fmt: skip
    _months(story, unit, first.title, date(year, 6, 1), outcomes, but=today.month)
    county_desk(run.clock, story, unit, run.owner, (first.title, second.title), today)
    scenes.guest(run.staff, story, unit, first.title, date(year, 7, 15))
    scenes.split(story, unit, second.title, (date(year, 7, 20), today))
    delegates.experts(run.staff, story, unit, (date(year, 11, 2), date(year, 11, 12)))
    launches.of_bureau(story, unit, first.title, today)
    delegates.voice_lent(story, run.owner, story.clock.calendar.previous_working(today))
    beside.problems(story, unit, second.title, year)
    beside.funds(story, unit, first.title, year)
    registers(story, run.owner, unit, today)
    below = scenes.institution(story, run.owner.director, unit, station)
    below.month(station, second.title, date(year, 9, 1), told.ON_TIME)
    below.waits_above(station, second.title, today)
    story.under_way(unit, second.title, today)
    Exchanges(run.clock, story.programme, run.owner, unit).year(first.title, today)
    _briefings(run, story, today)
    run.clock.put(at(date(year, 11, 16), 10), lambda now: run.draft(year + 1, now))
    yesterday = story.clock.calendar.previous_working(today)
    run.clock.put(at(yesterday, 16), lambda now: scenes.sheet(unit, now))


def _briefings(run: Run, story: Story, today: date) -> None:
    """Two issues of the summer's items; then whatever is left is compiled on the eve of the visit."""
    year = today.year
    press = Press(run.clock, run.owner, story.programme)
    press.open(date(year, 6, 3))
    press.print_issue(date(year, 7, 30), 0, items=1)
    press.print_issue(date(year, 9, 29), 1, items=2)
    press.waits_for_signature(today)
    press.begun(today)
    _open_briefings(run, press, year)
    reason = "课题做法得到县委主要领导批示肯定"
    day, unit = date(year, 9, 18), run.units[0]
    connections.points_by_hand(run.clock, story.programme, run.owner, unit, day, reason)


def _open_briefings(run: Run, press: Press, year: int) -> None:
    """For the public: an issue that stands, one corrected, one withdrawn; a portal is told of them."""
    press.open_to_all(date(year, 6, 3))
    connections.portal(run.clock, run.owner, (date(year, 7, 1), date(year, 10, 16)))
    for (month, day), title, text in FOR_ALL:
        press.tell_all(date(year, month, day), title, text)
    corrected, withdrawn = FOR_ALL[1][1], FOR_ALL[2][1]
    press.correct(date(year, 9, 4), corrected, "12个乡镇", "15个乡镇")
    reason = "活动时间有调整，以正式通知为准。"
    press.withdraw(date(year, 10, 14), withdrawn, reason)


def group(system: User, today: date, done: Told) -> None:
    """Plan 1: four units send one or two items a month, and their topics before the end of May."""
    since = date(today.year - 1, 4, 1)
    seed_calendar(since=since.year, now=at(since))
    root = _organisation(
        system,
        None,
        "group_company",
        "桂通交通投资集团有限公司",
        since,
        division="450103",
        short="集团公司",
    )
    names = (
        ("桂东高速公路运营有限公司", "运营公司", "yunying"),
        ("桂西公路养护有限公司", "养护公司", "yanghu"),
        ("桂通实业发展有限公司", "实业公司", "shiye"),
        ("绕城高速公路工程建设指挥部", "建设指挥部", "zhihui"),
    )
    pack = read(shipped_text("plan1"))
    staff = Staff(system, people(1), since)
    owner = Unit(root, "jituan")
    staff.seat_all(owner, pack, "owner", at(since))
    units = []
    for name, short, login in names:
        unit = Unit(_organisation(system, root, "unit", name, since, short=short), login)
        staff.seat_all(unit, pack, "unit", at(since, 15))
        units.append(unit)
    _administrators(staff, root, at(since), since)
    run = Run(system, staff, _clock(since, today), owner, units, pack, GROUP_ROLES)
    _group_year(run, today.year - 1, GROUP_TOPICS_BEFORE, late_unit=3)
    run.clock.put(
        at(date(today.year, 5, 1), 8),
        lambda _now: _group_year(run, today.year, GROUP_TOPICS, late_unit=2),
    )
    run.clock.run(done)


_GROUP_MONTHS = (
    (told.ON_TIME, told.EXTRA, told.ON_TIME, told.RETURNED, told.ON_TIME, told.ON_TIME, told.EXTRA),
    (
        told.ON_TIME,
        told.LATE,
        told.ON_TIME,
        told.ON_TIME,
        told.RETURNED_LATE,
        told.ON_TIME,
        told.ON_TIME,
    ),
    (told.EXTRA, told.ON_TIME, told.NIL, told.ON_TIME, told.ON_TIME, told.LATE, told.ON_TIME),
    (told.ON_TIME, told.MISSED, told.ON_TIME, told.LATE, told.MISSED, told.ON_TIME, told.ON_TIME),
)


def _group_year(run: Run, year: int, topics: tuple[Topic, ...], *, late_unit: int) -> None:
    story = run.programme(year)
    for number, unit in enumerate(run.units):
        topic = topics[number]
        submitted = date(year, 6, 9) if number == late_unit else date(year, 5, 24 + number)
        story.topic(
            unit,
            topic,
            (date(year, 5, 8 + number), date(year, 5, 16 + number), submitted),
            returned=number == 1,
        )
        _months(story, unit, topic.title, date(year, 6, 1), _GROUP_MONTHS[number])
        issued(run.clock, story.programme, unit, date(year, 7, 6 + number))
    desks = [Desk(run.clock, story.programme, unit) for unit in run.units]
    group_papers(desks, run.owner, year, run.clock.until.date())
    group_list(desks[0], run.owner, topics[0].title, year)
    Classes(run.clock, story.programme, run.owner, run.units).hold(SEVEN)
    Gatherings(run.clock, story.programme, run.owner, run.units).hold()
    run.clock.put(at(date(year, 6, 22), 10), lambda now: _allow_nil(run, story.programme, now))
    if len(topics) > len(run.units):
        story.topic(
            run.units[0], topics[-1], (date(year, 5, 12), date(year, 5, 19), date(year, 5, 28))
        )


def _allow_nil(run: Run, programme: Programme, now: datetime) -> None:
    """After the first month the office lets a unit say that there is nothing: a second plan version."""
    year = programme.year
    change_rule(
        programme,
        "monthly_information",
        {"nil": True},
        applies_from=date(year, 7, 1),
        by=run.owner.director,
        now=now,
    )


def _months(
    story: Story, unit: Unit, topic: str, first: date, outcomes: tuple[str, ...], *, but: int = 0
) -> None:
    """`but`: a month that is left to the visitor."""
    for offset, outcome in enumerate(outcomes):
        if first.month + offset != but:
            story.month(unit, topic, first.replace(month=first.month + offset), outcome)


def _new_information_officer(run: Run, unit: Unit, staff: Staff, today: date) -> None:
    """A hand-over in the middle of the year: rights and reminders follow the post."""

    def change(now: datetime) -> None:
        tenure = Tenure.objects.filter(
            organisation=unit.organisation, role=Role.INFORMATION_OFFICER, ends_on=None
        ).first()
        if tenure is None:
            return
        person = staff.person(unit.organisation, "办公室科员", now, rank=20)
        user = staff.sign_in("minzheng-xinxi2", person, now)
        hand_over(tenure, to=person, on=local_day(now), by=unit.director, now=now)
        unit.users[Role.INFORMATION_OFFICER] = user

    run.clock.put(at(date(today.year, 2, 10), 9), change)


def _clock(since: date, today: date) -> Clock:
    return Clock(since, at(today, 8))


def _organisation(
    by: User,
    parent: Organisation | None,
    kind: str,
    name: str,
    since: date,
    *,
    division: str = "",
    short: str = "",
) -> Organisation:
    return add_organisation(
        parent=parent,
        kind=kind,
        name=name,
        short_name=short,
        division=division,
        starts_on=since,
        by=by,
        now=at(since),
    )


def _administrators(staff: Staff, root: Organisation, now: datetime, since: date) -> None:
    """三员: three persons, none of whom sees business data."""
    for role, login in zip(ADMINISTRATORS, ("xitong", "anquan", "shenji"), strict=True):
        title = str(Role(role).label)
        person = staff.person(root, title, now, rank=90)
        user = staff.sign_in(login, person, now)
        give_role(user, role=role, organisation=root, starts_on=since, by=staff.system, now=now)


WORLDS = (
    World(SPACES[0], "藤县行动学习", county),
    World(SPACES[1], "桂通集团行动学习", group),
    World(SPACES[2], "自治区行动学习", region),
)
