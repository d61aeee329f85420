"""A programme walked through day by day: units act by the real verbs, and every morning the product does its round."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from actionlearning.foundation.models import Notice, User
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Body, Organisation, Person, Post
from groups.roles import Role
from programmes.actions.bodies import form_by_plan
from programmes.actions.calendars import seed_calendar
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.enrolments import enrol
from programmes.actions.laying import lay_down_all
from programmes.actions.plans import change_rule
from programmes.actions.programmes import open_programme, put_in_force
from programmes.actions.projects import choose_project, propose_project
from programmes.actions.regulations import enter_regulation
from programmes.actions.sendings import send_dossier
from programmes.actions.standing import observe_bodies
from programmes.actions.submissions import submit_project
from programmes.actions.sweeps import queue_due_notices
from programmes.actions.teams import Seat, add_member, set_team
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Obligation, Programme, Project, Turn
from programmes.packs.reading import read, shipped_text
from programmes.queries import Tally, head_of, tally
from reporting.actions.items import sign_item, start_item, submit_item
from reporting.models import InformationItem
from tests.moments import NOON
from tests.oracles.duties import rates
from tests.programmes.papers_on_their_way import written
from tests.running import BEIJING
from tests.world import START, World

ROUND = time(9, 5)
LAYING_DAY = 1
"""Of each month: windows are laid down five weeks ahead, so no day between would change anything."""
Act = Callable[[datetime], Any]
SATURDAY = 5
SWITCH_ON = {"enabled": None, "note": None}
"""As the office does it on the rule's page: the setting “off” and its reason are taken back."""
ROUNDS = (
    "programmes.reminder",
    "programmes.due_day",
    "programmes.overdue",
    "programmes.escalation",
)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=BEIJING)


@dataclass
class Unit:
    """An organisation and who acts for it; a body is formed, or not, while the programme runs."""

    organisation: Organisation
    staff: User
    director: User
    leader: User

    @property
    def chief(self) -> Person:
        found: Person = Person.objects.get(user=self.leader)
        return found


class Country:
    """Organisations and people put beside the small world of all tests, by its system user."""

    def __init__(self, world: World) -> None:
        self.system, self.count = world.system, 0

    def place(
        self, parent: Organisation | None, kind: str, name: str, division: str = ""
    ) -> Organisation:
        return add_organisation(
            parent=parent, kind=kind, name=name, division=division, starts_on=START,
            by=self.system, now=NOON,
        )  # fmt: skip

    def unit(self, parent: Organisation | None, kind: str, name: str, division: str = "") -> Unit:
        """With an executive office that has a director and a clerk; its leader holds no post yet."""
        made = self.place(parent, kind, name, division)
        office = form_body(
            organisation=made, kind="executive_office", name=f"{name}行动办", starts_on=START,
            by=self.system, now=NOON,
        )  # fmt: skip
        director, staff, leader = (self._user(made, each) for each in ("主任", "科员", "组长"))
        for user, role in ((director, Role.OFFICE_DIRECTOR), (staff, Role.OFFICE_STAFF)):
            post = add_post(office, title=str(role), role=role, by=self.system, now=NOON)
            self._seat(post, user)
        return Unit(made, staff, director, leader)

    def _user(self, organisation: Organisation, title: str) -> User:
        self.count += 1
        person = add_person(
            organisation=organisation, name=f"{organisation.name}{title}", starts_on=START,
            by=self.system, now=NOON,
        )  # fmt: skip
        login = f"walker{self.count}"
        user = create_user(login=login, person=person, by=self.system, now=NOON)[0]
        User.objects.filter(pk=user.pk).update(must_change_password=False, language="en")
        user.refresh_from_db()
        return user

    def _seat(self, post: Post, user: User) -> None:
        person = Person.objects.get(user=user)
        appoint(post, person=person, starts_on=START, by=self.system, now=NOON)


@dataclass
class Year:
    """One programme on a moving clock. Acts are put on days; `walk` goes through them in order."""

    programme: Programme
    system: User
    day: date
    acts: dict[date, list[tuple[time, Act]]] = field(default_factory=lambda: defaultdict(list))

    def on(self, day: date, act: Act, hour: int = 10, minute: int = 0) -> None:
        assert day >= self.day, "the clock does not go back"
        self.acts[day].append((time(hour, minute), act))

    def walk(self, until: date) -> datetime:
        """Through `until`; returns its evening."""
        while self.day <= until:
            morning = [(ROUND, self._round)]
            for moment, act in sorted(morning + self.acts.pop(self.day, []), key=lambda x: x[0]):
                act(at(self.day, moment.hour, moment.minute))
            self.day += timedelta(days=1)
        return at(until, 23, 59)

    def _round(self, now: datetime) -> None:
        """No rung falls on a weekend, and what happens there is met with on Monday."""
        if self.day.weekday() >= SATURDAY and self.day.day != LAYING_DAY:
            return
        if self.day.day == LAYING_DAY:
            lay_down_all(now=now)
        observe_bodies(now=now)
        queue_due_notices(now=now)

    def duties(self, **wanted: Any) -> Any:
        return Obligation.objects.filter(programme=self.programme, **wanted)

    def windows(self, rule: str, unit: Unit | None = None) -> list[str]:
        rows = self.duties(rule_key=rule).order_by("due_at", "id")
        if unit is not None:
            rows = rows.filter(organisation=unit.organisation)
        return list(rows.values_list("window_key", flat=True))

    def state(self, unit: Unit, rule: str, window: str, now: datetime) -> str:
        rows = self.duties(organisation=unit.organisation, rule_key=rule, window_key=window)
        found: str = rows.with_state(now).get().state
        return found

    def least_and_most(self, rule: str) -> tuple[int, int]:
        """Of all that was laid down by a rule; where it has no maximum, its minimum counts."""
        rows = self.duties(rule_key=rule).values_list("minimum", "maximum")
        return sum(low for low, _ in rows), sum(high or low for low, high in rows)

    def refresh(self) -> None:
        self.programme.refresh_from_db()


@dataclass
class Plan:
    """What a programme is opened with: who runs it, who takes part under whom, what is changed in its draft."""

    pack: str
    owner: Unit
    units: list[tuple[Unit, Unit | None]]
    year: int = 2026
    switched_on: tuple[str, ...] = ()
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)


def begin(plan: Plan, world: World, *, now: datetime) -> Year:
    """Opened, its rules changed by the verb, the units enrolled, put in force."""
    seed_calendar(since=2025, now=now)
    by = plan.owner.director
    programme = open_programme(
        read(shipped_text(plan.pack)), owner=plan.owner.organisation, year=plan.year, by=by,
        now=now, **plan.own,
    )  # fmt: skip
    first = programme.starts_on
    for rule, changes in {**dict.fromkeys(plan.switched_on, SWITCH_ON), **plan.changed}.items():
        change_rule(programme, rule, changes, applies_from=first, by=by, now=now)
    for unit, above in plan.units:
        enrol(
            programme, unit.organisation, supervisor=above.organisation if above else None,
            starts_on=programme.starts_on, by=by, now=now,
        )  # fmt: skip
    programme = put_in_force(programme, by=by, now=now)
    return Year(programme, world.system, now.astimezone(BEIJING).date())


def form_bodies(unit: Unit, kinds: Iterable[str] | None = None) -> Act:
    """What the plan asks for is formed and its head takes his seat: told of on the same morning."""

    def act(now: datetime) -> None:
        made = form_by_plan(
            unit.organisation, starts_on=START, by=unit.director, now=now,
            kinds=None if kinds is None else list(kinds),
        )  # fmt: skip
        for body in made:
            if body.kind != "executive_office":  # the office has its director from the beginning
                seat_head(body, unit, now)

    return act


def seat_head(body: Body, unit: Unit, now: datetime) -> None:
    first = Post.objects.filter(body=body).order_by("rank").first()
    assert first is not None
    appoint(first, person=unit.chief, starts_on=START, by=unit.director, now=now)


def send_item(programme: Programme, unit: Unit, month: str, count: int = 1) -> Act:
    """Written by the clerk, signed by the director, submitted upward; counts for `month`."""

    def act(now: datetime) -> list[InformationItem]:
        return [_sent(programme, unit, month, now, number) for number in range(count)]

    return act


def _sent(
    programme: Programme, unit: Unit, month: str, now: datetime, number: int
) -> InformationItem:
    name, day = unit.organisation.name, now.astimezone(BEIJING)
    item = start_item(
        programme=programme, organisation=unit.organisation, by=unit.staff, now=now,
        title=f"{name}{day:%m月%d日}行动学习情况之{number + 1}",
        body=f"{day:%m月%d日}，{name}召开课题组会议，梳理问题清单{number + 3}项，明确责任人和完成时限。",
        event_date=day.date(), truthful=True, window_key=month,
    )  # fmt: skip
    signed = sign_item(item, by=unit.director, now=now)
    return submit_item(signed, by=unit.staff, now=now)


@dataclass
class Choice:
    """A topic from proposal to submission, each step on a day of its own; what is None does not happen."""

    unit: Unit
    title: str
    roles: tuple[str, ...]
    proposed: date
    chosen: date | None = None
    submitted: date | None = None
    parts: tuple[str, ...] = ()
    listed: date | None = None
    """When the list of its team is sent on the way that the plan prescribes."""
    project: Project | None = None

    def play(self, year: Year) -> None:
        year.on(self.proposed, lambda now: self._propose(year.programme, now), hour=10)
        if self.chosen:
            year.on(self.chosen, self._choose, hour=11)
        if self.listed:
            year.on(self.listed, self.send_list, hour=14)
        if self.submitted:
            year.on(self.submitted, self._submit, hour=15)

    def _propose(self, programme: Programme, now: datetime) -> None:
        words: dict[str, Any] = {
            "background": "群众反映集中，长期没有解决。", "approach": "分头调研，集中研讨，先试点后推开。",
            "expected_result": "形成办法一份，办理时限压缩一半。", "months": 6,
            "participating_units": "组织部、财政局", "year_task": "列入年度主要目标任务",
            "organisation": self.unit.organisation,
            "by": self.unit.staff, "now": now,
        }  # fmt: skip
        self.project = propose_project(programme=programme, title=self.title, **words)
        seats = [
            Seat(role=role, name=f"{self.title}组员{number}", duties="承担调研")
            for number, role in enumerate(self.roles, 1)
        ]
        set_team(self.project, seats=seats, by=self.unit.staff, now=now)
        for part in self.parts:
            propose_project(programme=programme, parent=self.project, title=part, **words)

    def _choose(self, now: datetime) -> None:
        choose_project(self.fresh(), by=self.unit.leader, now=now)

    def _submit(self, now: datetime) -> None:
        submit_project(self.fresh(), by=self.unit.staff, now=now)

    def send_list(self, now: datetime) -> None:
        project = self.fresh()
        made = open_dossier(
            programme=project.programme, organisation=self.unit.organisation, kind="team_list",
            project=project, by=self.unit.staff, now=now,
        )  # fmt: skip
        send_dossier(made, by=self.unit.staff, now=now)

    def engage(self, name: str) -> Act:
        """An expert joins the team as its observer."""

        def joined(now: datetime) -> None:
            seat = Seat(role="observer", name=name, duties="提供咨询和指导")
            add_member(self.fresh(), seat=seat, by=self.unit.staff, now=now)

        return joined

    def act(self, kind: str, outcome: str, by: User, opinion: str = "") -> Act:
        """What somebody says on the topic's paper of this kind, at the turn that is open."""

        def said(now: datetime) -> None:
            turns = Turn.objects.filter(dossier__project=self.fresh(), dossier__kind=kind)
            turn = turns.filter(acted_at=None).order_by("number")[0]
            take_turn(turn, outcome=outcome, text=turn.text, opinion=opinion, by=by, now=now)

        return said

    def fresh(self) -> Project:
        assert self.project is not None
        found: Project = Project.objects.get(pk=self.project.pk)
        return found


def send_paper(programme: Programme, unit: Unit, kind: str, about: Choice | None = None) -> Act:
    """Written by the clerk and sent on its way."""

    def act(now: datetime) -> Dossier:
        made = open_dossier(
            programme=programme, organisation=unit.organisation, kind=kind, by=unit.staff, now=now,
            project=about.fresh() if about else None,
        )  # fmt: skip
        return send_dossier(written(made, unit.staff, now), by=unit.staff, now=now)

    return act


def enter_systems(programme: Programme, unit: Unit, *keys: str) -> Act:
    """Issued by the unit itself on that day and entered in its register; no key is a rule of its own."""

    def act(now: datetime) -> None:
        listed = {row["key"]: row["name"] for row in head_of(programme).get("systems", ())}
        for number, key in enumerate(keys or ("",), 1):
            enter_regulation(
                programme=programme, organisation=unit.organisation, system=key,
                name=listed.get(key, "行动学习管理办法"), document_number=f"行学发〔{now.year}〕{number}号",
                issued_on=now.astimezone(BEIJING).date(), by=unit.staff, now=now,
            )  # fmt: skip

    return act


def bring_system(programme: Programme, unit: Unit, name: str, last: str) -> Act:
    """Written as a paper and ended by the unit's leader with `last`: it comes into the register by itself."""

    def act(now: datetime) -> None:
        made = open_dossier(
            programme=programme, organisation=unit.organisation, kind="system_document",
            title=name, by=unit.staff, now=now,
        )  # fmt: skip
        content = {"sections": {"system": name, "text": f"{name}正文。"}, "tracks": []}
        change_dossier(made, content=content, by=unit.staff, now=now)
        sent = send_dossier(Dossier.objects.get(pk=made.pk), by=unit.staff, now=now)
        turn = Turn.objects.get(dossier=sent, acted_at=None)
        take_turn(turn, outcome=last, text=turn.text, by=unit.leader, now=now)

    return act


def told_once(year: Year, now: datetime) -> None:
    """Nobody hears the same thing about the same duty twice, and another round finds nothing to say."""
    before = Notice.objects.count()
    assert queue_due_notices(now=now) == 0
    assert Notice.objects.count() == before
    about = year.duties().values("pk")
    rows = Notice.objects.filter(kind__in=ROUNDS, about__in=about)
    heard = Counter(rows.values_list("about", "recipient", "kind", "at"))
    assert heard
    assert [line for line, times in heard.items() if times > 1] == []


def tallied(duties: Any, now: datetime) -> Tally:
    """The product's figures, once they are the same as those counted one by one."""
    found = tally(duties, now)
    assert (found.completeness, found.timeliness) == rates(duties.values(), now)
    return found
