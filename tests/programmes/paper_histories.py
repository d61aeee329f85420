"""Random procedures and random acts, by the product and by the plain model, told apart at the first difference."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
from django.db import transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from groups.actions.bodies import end_tenure
from groups.actions.delegations import delegate, end_delegation
from groups.models import Organisation, Person, Tenure
from groups.queries.sitting import members_of
from groups.roles import Role
from programmes.actions.courts import look_at_turns
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.projects import change_project
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back, take_back_words
from programmes.actions.teams import Seat as TeamSeat
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Plan, Programme, Project, TeamMember, Turn
from programmes.papers import charges
from programmes.procedures import Outcome
from tests.programmes.paper_oracle import ENDS, ONWARD, Paper, Refused, Seat
from tests.programmes.papers_on_their_way import promoter, seat, second_post
from tests.programmes.topics import chosen
from tests.running import BEIJING, run_programme
from tests.world import World

BODIES = {
    "own_leading_group": "leading_group",
    "own_office": "executive_office",
    "supervising_promotion_team": "promotion_team",
    "supervising_office": "executive_office",
}
TOGETHER = ("head", "any", "all", "in_order")
ACTS = (
    "write", "send", "send", *["speak"] * 6, "take_back", "take_words_back", "lend", "lend", "end_lending", "leave",
    "revise", "answer", "answer", "answer",
)  # fmt: skip
FIRST = date(2026, 6, 8)
KIND, TOPIC = "implementation_plan", "topic"
LEADING = 4
"""At most so many of those who sit somewhere lead the topic."""
LEADS = ("convener", "project_leader", "team_leader")
SECTIONS = {KIND: "goals", TOPIC: "background"}
TOPIC_IS = {
    "draft": "chosen",
    "under_way": "submitted",
    "returned": "returned",
    "standing": "accepted",
    "ended": "declined",
    "taken_back": "chosen",
}
"""State of a topic's paper → of the topic, as everybody reads it."""


@dataclass
class Stage:
    """Where the histories play: one programme, its bodies with the people in them."""

    world: World
    programme: Programme
    plan: Plan

    def place(self, by: str) -> Organisation:
        return self.world.bureau if by.startswith("own") else self.world.county


def stage_of(world: World) -> Stage:
    """Bodies of three and two members beside those of the world; two people hold two posts of one body."""
    programme = run_programme(world, "plan1")
    for rank in (1, 2, 3):
        promoter(world, f"pro{rank}", rank)
    for login, rank in (("lou", 3), ("luo", 4)):
        seat(world, world.bureau, login, Role.LEADING_GROUP_MEMBER, kind="leading_group", rank=rank)
    amy = seat(world, world.county, "amy", Role.OFFICE_STAFF, kind="executive_office", rank=5)
    second_post(world, User.objects.get(login="pro1"), world.county, "promotion_team", rank=4)
    second_post(world, amy, world.county, "executive_office", rank=1)
    return Stage(world, programme, programme.plans.get())


def play(stage: Stage, seed: int, acts: int = 18, kind: str = KIND) -> str:
    """One history; returns '' or where product and model differ. Undone afterwards."""
    with transaction.atomic():
        try:
            return _played(stage, random.Random(seed), acts, kind)
        finally:
            transaction.set_rollback(True)


def _played(stage: Stage, chance: random.Random, acts: int, paper: str) -> str:
    kinds = [
        each for each in ONWARD if paper == KIND or each != "file"
    ]  # decided, it is not written on
    steps = [
        (chance.choice(kinds), chance.choice(list(BODIES)), chance.choice(TOGETHER))
        for _ in range(chance.randint(0, 4))
    ]
    days = [chance.randint(1, 12) for _ in steps]
    day = FIRST
    people = {by: _people(stage, by, day) for by in BODIES}
    users = sorted({each.holder for rows in people.values() for each in rows})
    leaders = tuple(chance.sample(users, chance.randint(0, LEADING))) if paper == KIND else ()
    about = "project" if paper == TOPIC or leaders else "unit"
    _prescribe(stage, paper, steps, days, about)
    topic = _topic(stage, leaders, chance) if about == "project" else None
    product = open_dossier(
        programme=stage.programme,
        organisation=stage.world.bureau,
        kind=paper,
        project=topic,
        by=stage.world.ben,
        now=_noon(day),
    )
    authors = (str(stage.world.ben.pk),)
    model = Paper(steps, people, authors, leaders, revisable=paper == KIND)
    if any(not model.speaking_seats(by, "check") for _kind, by, _together in steps):
        return ""
    told: list[Any] = []
    for number in range(acts):
        day += timedelta(days=chance.choice((0, 0, 1, 1, 2, 5)))
        which = chance.choice((0, -1, -1, -1)) % len(model.series)
        act = _act(chance, model.series[which], users, number)
        told.append((day.isoformat(), which, *act))
        mine = _by_model(model.series[which], act, (day - FIRST).days)
        now = _noon(day) + timedelta(minutes=number)
        theirs = (
            mine and _left(stage, people[act[1]][act[2]], day)
            if act[0] == "leave"
            else _by_product(stage, _series(product)[which], act, now)
        )
        seen: list[Any] = [theirs, *(_seen(stage, each, day) for each in _series(product))]
        wanted: list[Any] = [mine, *(_wanted(each) for each in model.series)]
        if topic is not None and paper == TOPIC:
            seen.append(Project.objects.get(pk=topic.pk).state)
            wanted.append(TOPIC_IS[model.state])
        if seen != wanted:
            return f"{steps} {told}: product {seen}, model {wanted}"
    return "".join(_clocks(each, days) for each in _series(product))


def _series(paper: Dossier) -> list[Dossier]:
    """Every revision as it is now, in the order in which they were begun."""
    return list(Dossier.objects.series(paper).order_by("revision"))


def _topic(stage: Stage, leaders: Sequence[str], chance: random.Random) -> Project:
    """`leaders` may be of any unit: they lead it in the rows, whomever a team may take in."""
    team = [TeamSeat(role="member", name=f"学员{number}") for number in range(6)]
    made = chosen(stage.world, stage.programme, team=team)
    rows = TeamMember.objects.filter(project=made).order_by("pk")
    for row, person in zip(rows, Person.objects.filter(user__in=leaders), strict=False):
        TeamMember.objects.filter(pk=row.pk).update(person=person, role=chance.choice(LEADS))
    return made


def _prescribe(
    stage: Stage, paper: str, steps: list[tuple[str, str, str]], days: list[int], about: str
) -> None:
    """The plan's own row says another way from now on: not a line of code."""
    spec: dict[str, Any] = {
        "kind": paper, "name": "方案", "name_en": "Plan",
        "about": about,
        "sections": [{"key": SECTIONS[paper], "name": "目标", "name_en": "Goals"}],
        "steps": [
            {"kind": kind, "by": by, "together": together, "working_days": count}
            for (kind, by, together), count in zip(steps, days, strict=True)
        ],
    }  # fmt: skip
    stage.plan.head = {**stage.plan.head, "papers": [spec]}
    stage.plan.save(update_fields=["head"])


def _people(stage: Stage, by: str, day: date) -> list[Seat]:
    """Those who hold a seat: who is lent a voice on that day is listed beside them, and is none."""
    rows = [row for row in members_of(stage.place(by), BODIES[by], day) if not row.instead]
    return [Seat(str(row.seat), str(row.user), row.rank, row.tenure is not None) for row in rows]


def _act(chance: random.Random, model: Paper, users: list[str], number: int) -> tuple[Any, ...]:
    kind = "write" if number == 0 else "send" if number == 1 else chance.choice(ACTS)
    if kind == "write":
        return kind, chance.randint(1, 3)
    if kind in ("lend", "end_lending", "leave"):
        return _lending(chance, model, users, kind)
    if kind == "answer":
        return kind, chance.randint(0, max(len(model.remarks) - 1, 0)), f"第{number}答"
    if kind != "speak":
        return (kind,)
    lying = [each for each in model.lying if not each.with_sender]
    if not lying or chance.random() < 0.1:
        outcome = chance.choice(Outcome.values)
        return kind, chance.randint(0, 4), chance.choice(users), outcome, 0, False
    place = chance.choice(lying)
    step, by, _together = model.steps[place.step]
    names = [each.holder for each in model.people[by]] if chance.random() < 0.9 else users
    outcomes = ONWARD[step] * 4 + ["returned", *([ENDS[step]] if step in ENDS else [])]
    outcome = chance.choice(outcomes)
    remarks = chance.choice((0, 0, 1, 2)) if outcome in ("returned", "given") else 0
    return kind, place.step, chance.choice(names), outcome, remarks, chance.random() < 0.05


def _lending(chance: random.Random, model: Paper, users: list[str], kind: str) -> tuple[Any, ...]:
    by = chance.choice([body for body, seats in model.people.items() if seats])
    seats = model.people[by]
    number = chance.randrange(len(seats))
    if kind in ("end_lending", "leave"):
        return kind, by, number
    others = [each.holder for each in seats] if chance.random() < 0.9 else users
    return kind, by, number, chance.choice(others), chance.choice((0, 1, 3, 9))


def _by_model(model: Paper, act: tuple[Any, ...], day: int) -> bool:
    told = act[1:]
    verbs: dict[str, Any] = {
        "write": lambda: model.write(*told),
        "send": lambda: model.send(day),
        "take_back": lambda: model.take_back(day),
        "take_words_back": lambda: model.take_words_back(day),
        "revise": model.revise,
        "answer": lambda: model.answer(*told),
        "lend": lambda: model.lend(*told[:3], day, day + told[3]),
        "end_lending": lambda: model.end_lending(*told, day),
        "leave": lambda: model.leave(*told, day),
        "speak": lambda: _spoken_by_model(model, told, day),
    }
    with suppress(Refused):
        verbs[act[0]]()
        return True
    return False


def _spoken_by_model(model: Paper, told: tuple[Any, ...], day: int) -> None:
    step, name, outcome, remarks, other_text = told
    if other_text:  # than the one that lies there was read
        raise Refused
    model.speak(step, name, outcome, day, remarks)


def _by_product(stage: Stage, paper: Dossier, act: tuple[Any, ...], now: datetime) -> bool:
    ben = stage.world.ben
    with suppress(Refusal):
        if act[0] == "write":
            _write(paper, f"第{act[1]}稿", ben, now)
        elif act[0] == "send":
            send_dossier(paper, by=ben, now=now)
        elif act[0] == "take_back":
            take_back(paper, reason="撤回", by=ben, now=now)
        elif act[0] == "take_words_back":
            take_back_words(paper, reason="不改了", by=ben, now=now)
        elif act[0] == "revise":
            revise_dossier(paper, reason="反思改进", by=ben, now=now)
        else:
            return _by_others(stage, paper, act, now)
        return True
    return False


def _by_others(stage: Stage, paper: Dossier, act: tuple[Any, ...], now: datetime) -> bool:
    if act[0] == "speak":
        return _spoken(paper, act, now)
    if act[0] == "answer":
        remark = paper.remarks.filter(number=act[1] + 1).first()
        if remark is not None:
            answer_remark(remark, state="taken", reply=act[2], by=stage.world.ben, now=now)
        return remark is not None
    return _lent(stage, act, now)


def _write(paper: Dossier, words: str, by: User, now: datetime) -> None:
    """A topic's paper says what the topic says."""
    if paper.kind != TOPIC:
        change_dossier(paper, content={"sections": {"goals": words}}, by=by, now=now)
        return
    change_dossier(paper, title=paper.title, by=by, now=now)  # the pen must be with the unit
    change_project(Project.objects.get(pk=paper.project_id), background=words, by=by, now=now)


def _lent(stage: Stage, act: tuple[Any, ...], now: datetime) -> bool:
    day = now.astimezone(BEIJING).date()
    rows = _people(stage, act[1], FIRST)
    tenure = Tenure.objects.filter(pk=rows[act[2]].key).first()
    if tenure is None:
        return False
    if act[0] == "lend":
        last = day + timedelta(days=act[4])
        to = User.objects.get(pk=act[3])
        delegate(tenure, to=to, starts_on=day, ends_on=last, by=tenure.user, now=now)
        return True
    found = tenure.delegations.lasting(day).first()
    if found is not None:
        end_delegation(found, by=tenure.user, now=now)
    return found is not None


def _left(stage: Stage, seat: Seat, day: date) -> bool:
    """Yesterday was his last day; then the next look at the waiting papers."""
    tenure, last = Tenure.objects.get(pk=seat.key), day - timedelta(days=1)
    end_tenure(tenure, on=last, by=stage.world.system, now=_noon(last))
    look_at_turns(now=_noon(day))
    return True


def _spoken(paper: Dossier, act: tuple[Any, ...], now: datetime) -> bool:
    turn = (
        Turn.objects.filter(dossier=paper, step=act[1], acted_at=None).exclude(kind="mend").first()
    )
    if turn is None:
        return False
    user = User.objects.get(pk=act[2])
    remarks = [f"第{number}条" for number in range(act[4])]
    text = paper.sent_text - act[5]
    take_turn(
        turn, outcome=act[3], text=text, opinion="意见", remarks=remarks, by=user, now=now
    )  # fmt: skip
    return True


def _seen(stage: Stage, paper: Dossier, day: date) -> tuple[Any, ...]:
    names = {(stage.place(by).pk, BODIES[by]): by for by in BODIES}
    names[stage.world.bureau.pk, ""] = "sender"
    holder = names[paper.holder_id, paper.holder_body] if paper.holder_id else ""
    closed = [turn for turn in paper.turns.order_by("number") if turn.acted_at is not None]
    spent = {names[e.holder, e.body]: e.days for e in charges(closed, _noon(day)) if e.days}
    replies = list(paper.remarks.order_by("number").values_list("reply", flat=True))
    words = None if paper.kind == TOPIC else paper.content["sections"]["goals"]
    return paper.state, holder, paper.standing_text, spent, replies, words


def _wanted(model: Paper) -> tuple[Any, ...]:
    spent = {name: days for name, days in model.spent.items() if days}
    replies = [remark.reply for remark in model.remarks]
    words = (f"第{model.words}稿" if model.words else "") if model.revisable else None
    return model.state, model.holder(), model.standing, spent, replies, words


def _clocks(paper: Dossier, days: list[int]) -> str:
    """Every turn's last day, counted one day after the other by the State Council's own list."""
    for turn in paper.turns.all():
        left = 3 if turn.kind == "mend" else days[turn.step]
        day = turn.received_at.astimezone(BEIJING).date()
        while left:
            day += timedelta(days=1)
            left -= chinese_calendar.is_workday(day)
        due = datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING)
        if turn.due_at != due:
            return f"turn {turn.number} is due {turn.due_at}, by hand {due}"
    return ""


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING)
