"""Papers on their way in the demonstration, each with another outcome, through the real verbs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db.models import Q

from actionlearning.demo.activities import partly_taken_up
from actionlearning.demo.clock import Clock, at
from actionlearning.demo.panels import seat_experts
from actionlearning.demo.paper_texts import SYSTEMS, TEXTS, TIMETABLE
from actionlearning.demo.staff import Unit
from actionlearning.foundation.models import User
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Project, Turn
from programmes.procedures import LAWS, Outcome, StepKind
from programmes.queries import local_day
from programmes.queries.dossiers import acts_now, speakers_of
from programmes.states import RemarkState

Then = Callable[[datetime, Dossier], None]


@dataclass
class Desk:
    """One unit's papers in one programme."""

    clock: Clock
    programme: Programme
    unit: Unit
    office: Unit | None = None
    """Of the level above: forms bodies that the plan wants there."""

    def send(
        self, kind: str, day: date, then: Sequence[tuple[date, Then]] = (), *,
        topic: str = "", title: str = "", words: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Written and sent on `day`; then what others do with it, each on its own day."""

        def sent(now: datetime) -> None:
            made = self.write(kind, now, words or {}, topic=topic, title=title)
            if made is None:
                return
            for later, deed in then:
                self.clock.put(at(later, 15), partial(_on_what_it_is, deed, made))

        self.clock.put(at(day, 10), sent)

    def write(
        self, kind: str, now: datetime, words: dict[str, str], *, topic: str = "", title: str = ""
    ) -> Dossier | None:
        """By the clerk, who sends it at once; None where the topic was not chosen."""
        project = self._project(topic)
        if topic and project is None:
            return None
        made = self._opened(kind, now, project=project, title=title)
        self._fill(made, now, words)
        return send_dossier(made, by=self.unit.clerk, now=now)

    def _opened(
        self, kind: str, now: datetime, *, project: Project | None = None, title: str = ""
    ) -> Dossier:
        return open_dossier(
            programme=self.programme, organisation=self.unit.organisation, kind=kind,
            project=project, title=title, by=self.unit.clerk, now=now,
        )  # fmt: skip

    def draft(
        self, kind: str, day: date, *, topic: str = "", title: str = "", words: dict[str, str]
    ) -> None:
        """Begun on `day`, if the programme runs then, and still in the clerk's drawer."""

        def begun(now: datetime) -> None:
            made = self._opened(kind, now, project=self._project(topic), title=title)
            content = {"sections": words, "tracks": []}
            change_dossier(made, content=content, by=self.unit.clerk, now=now)

        if self.programme.starts_on < day <= self.programme.ends_on:
            self.clock.put(at(day, 16), begun)

    def whole_way(self, kind: str, day: date, *, topic: str = "", returned: bool = False) -> None:
        """Every body of the plan's way acts two working days after the paper has come to it."""
        self.send(kind, day, [(self._soon(day), self._followed(returned))], topic=topic)

    def _soon(self, day: date) -> date:
        return self.clock.calendar.add_working_days(day, 2)

    def _followed(self, returned: bool) -> Then:  # noqa: FBT001
        def deed(now: datetime, paper: Dossier) -> None:
            turn = paper.turns.filter(acted_at=None).order_by("number").first()
            if turn is None:
                return
            back = False
            if turn.kind == StepKind.MEND:
                self.again()(now, paper)
            else:
                back = returned and Outcome.RETURNED in LAWS[turn.kind].outcomes
                outcome = Outcome.RETURNED if back else next(iter(LAWS[turn.kind].outcomes))
                opinion = "要素不全，请补充。" if back else "同意。"
                if not self._spoken(turn, paper, now, outcome, opinion):
                    back = False
                    self._form(turn, now)
            following = self._followed(returned and not back)
            self.clock.put(
                at(self._soon(local_day(now)), 15), lambda n: following(n, _fresh(paper))
            )

        return deed

    def said(self, outcome: str, opinion: str = "") -> Then:
        """By whoever sits in the body before which the paper lies."""

        def deed(now: datetime, paper: Dossier) -> None:
            turn = paper.turns.open().order_by("number")[0]
            self._spoken(turn, paper, now, outcome, opinion)

        return deed

    def _spoken(
        self, turn: Turn, paper: Dossier, now: datetime, outcome: str, opinion: str
    ) -> bool:
        """By whoever sits there and may; False where the body has nobody."""
        by = self.unit.clerk
        seats = speakers_of(paper, turn.holder, turn.body, kind=turn.kind, now=now, by=by)
        able = acts_now(turn, seats)
        if not able:
            return False
        by = User.objects.get(pk=able[0].user)
        take_turn(turn, outcome=outcome, opinion=opinion, text=turn.text, by=by, now=now)
        return True

    def _form(self, turn: Turn, now: datetime) -> None:
        """The plan's body has nobody yet who may judge: experts from outside sit in it, none of whom leads a topic."""
        here = self.unit if turn.holder_id == self.unit.organisation.pk else self.office
        if here is not None:
            seat_experts(here, turn.body, now)

    def _project(self, topic: str) -> Project | None:
        found: Project | None = (
            Project.objects.filter(
                programme=self.programme, organisation=self.unit.organisation, title=topic
            )
            .exclude(chosen_at=None)
            .first()
        )
        return found

    def _fill(self, paper: Dossier, now: datetime, words: dict[str, str]) -> None:
        """Typed by the clerk: what the topic does not say already."""
        told = {key: text for key, text in paper.content["sections"].items() if text}
        spec = next(row for row in paper.plan.head["papers"] if row["kind"] == paper.kind)
        texts = {row["key"]: TEXTS.get(row["key"], "") for row in spec.get("sections", ())}
        lines = [
            {"track": row["key"], "from": day_from, "to": day_to, "text": text}
            for row in spec.get("tracks", ())
            for day_from, day_to, text in TIMETABLE[row["key"]](self.programme.year)
        ]
        content = {"sections": {**texts, **told, **words}, "tracks": lines}
        change_dossier(paper, content=content, by=self.unit.clerk, now=now)

    def again(self, left: Mapping[int, str] | None = None, **words: str) -> Then:
        """The unit answers every opinion, mends the text and sends it on; `left`: what it does not take up, and why."""

        def deed(now: datetime, paper: Dossier) -> None:
            clerk, why = self.unit.clerk, left or {}
            for each in paper.remarks.filter(state=RemarkState.OPEN):
                state = RemarkState.NOT_TAKEN if each.number in why else RemarkState.TAKEN
                reply = why.get(each.number, "已按意见修改。")
                answer_remark(each, state=state, reply=reply, by=clerk, now=now)
            sections = {**paper.content["sections"], **words}
            content = {**paper.content, "sections": sections}
            change_dossier(paper, content=content, by=clerk, now=now)
            send_dossier(paper, note="已逐条修改。" if words else "已补齐。", by=clerk, now=now)

        return deed

    def taken_back(self, reason: str) -> Then:
        return lambda now, paper: _done(
            take_back(paper, reason=reason, by=self.unit.clerk, now=now)
        )

    def revised(self, reason: str, **words: str) -> Then:
        """A new revision, written and sent at once."""

        def deed(now: datetime, paper: Dossier) -> None:
            clerk = self.unit.clerk
            new = revise_dossier(paper, reason=reason, by=clerk, now=now)
            sections = {**new.content["sections"], **words}
            change_dossier(new, content={**new.content, "sections": sections}, by=clerk, now=now)
            send_dossier(_fresh(new), note=reason, by=clerk, now=now)

        return deed


def acts(by: User, outcome: str, opinion: str = "", *remarks: str) -> Then:
    """What somebody says at the turn that is open for his body."""

    def deed(now: datetime, paper: Dossier) -> None:
        turn = paper.turns.filter(acted_at=None).exclude(kind="mend").order_by("number").first()
        if turn is not None:
            take_turn(
                turn, outcome=outcome, opinion=opinion, remarks=remarks, text=turn.text, by=by, now=now
            )  # fmt: skip

    return deed


def _on_what_it_is(deed: Then, paper: Dossier, now: datetime) -> None:
    deed(now, _fresh(paper))


def _fresh(paper: Dossier) -> Dossier:
    """As it is now, or the revision that has been written since."""
    rows = Dossier.objects.filter(Q(pk=paper.pk) | Q(previous=paper.pk))
    return rows.order_by("revision").reverse()[0]


def _done(_paper: Dossier) -> None:
    """A verb's answer that nobody needs."""


def county_papers(desk: Desk, office: Unit, topics: tuple[str, str], today: date) -> None:
    """Plan 2: approved and filed, returned and mended, filed only, decided, taken back."""
    year = today.year
    leader, above = desk.unit.leader, office.users["promotion_team_leader"]
    clerk = office.clerk
    desk.send(
        "implementation_plan",
        date(year, 6, 17),
        [
            (date(year, 6, 18), acts(leader, Outcome.CONFIRMED, "同意，按此组织实施。")),
            (date(year, 6, 23), acts(clerk, Outcome.FILED)),
        ],
    )
    first = topics[0]
    mended = "到今年12月，探访关爱覆盖率达到100%，5个乡镇建成互助点20个。"
    desk.send(
        "project_plan",
        date(year, 7, 9),
        [
            (
                date(year, 7, 16),
                acts(
                    above, Outcome.RETURNED, "方向对，目标和分工要再具体。", "总体目标请量化", "里程碑请写明责任单位", "可增加一次区外考察",
                ),
            ),
            (date(year, 7, 20), desk.again({3: "本年考察名额已定，先用好县外考察，明年再申请。"}, goal=mended, milestones="7月摸底（县民政局）、9月试点（乡镇）、11月总结（县民政局）。")),
            (date(year, 7, 28), acts(above, Outcome.APPROVED, "同意实施。")),
            (date(year, 7, 29), partly_taken_up(desk.unit.clerk, "到外县学习考察", "外出考察名额未批。")),
            (date(year, 7, 30), acts(clerk, Outcome.FILED)),
            (date(year, 9, 21), desk.revised("中期反思：互助点要并入村级服务站。", milestones="9月并入村级服务站（乡镇）、11月总结（县民政局）。")),
            (date(year, 9, 25), acts(above, Outcome.APPROVED, "调整合理，同意。")),
            (date(year, 9, 28), acts(clerk, Outcome.FILED)),
        ],
        topic=first,
    )  # fmt: skip
    _county_beside(desk, office, first, today)


def _county_beside(desk: Desk, office: Unit, topic: str, today: date) -> None:
    year, leader, clerk = today.year, desk.unit.leader, office.clerk
    for number, system in enumerate(SYSTEMS):
        sent = date(year, 7, 6 + number)
        done = [(date(year, 7, 15), acts(leader, Outcome.CONFIRMED))]
        if number == len(SYSTEMS) - 1:
            done = [
                (
                    date(year, 7, 15),
                    acts(leader, Outcome.RETURNED, "学员请销假一条与局里规定不一致，请改。"),
                )
            ]
        desk.send("system_document", sent, done, title=system, words={"system": system})
    desk.send(
        "training_plan",
        date(year, 8, 4),
        [
            (date(year, 8, 6), acts(clerk, Outcome.RETURNED, "缺少师资名单，请补正。")),
            (date(year, 8, 10), desk.again()),
            (date(year, 8, 11), acts(clerk, Outcome.FILED)),
        ],
        topic=topic,
    )
    _support(desk, clerk, year)
    _office_reports(Desk(desk.clock, desk.programme, office), year)
    system = "行动学习推进管理制度"
    words = {"system": system, "text": "一、每季度召开一次推进会。"}
    desk.draft(
        "system_document", desk.clock.calendar.previous_working(today), title=system, words=words
    )
    desk.send("solution_report", date(year, 11, 9), topic=topic)


def _office_reports(desk: Desk, year: int) -> None:
    """The county's office reports to its leading group and its promotion team once a quarter; the first came back."""
    leader, promoter = desk.unit.leader, desk.unit.users["promotion_team_leader"]
    wanted = acts(leader, Outcome.RETURNED, "问题要写具体。", "请列出进展慢的乡镇和原因")
    told = "五个试点乡镇中，两个因人员变动进度滞后；三部门数据仍需人工核对。"
    desk.send(
        "status_report",
        date(year, 9, 17),
        [
            (date(year, 9, 21), wanted),
            (date(year, 9, 23), desk.again(problems=told)),
            (date(year, 9, 25), acts(leader, Outcome.PASSED, "情况清楚，继续推进。")),
            (date(year, 9, 28), acts(promoter, Outcome.PASSED, "已阅，下月到滞后乡镇督导。")),
        ],
        title="三季度行动学习工作情况报告",
    )
    desk.send(
        "status_report",
        date(year, 12, 16),
        [
            (date(year, 12, 18), acts(leader, Outcome.PASSED)),
            (date(year, 12, 21), acts(promoter, Outcome.PASSED)),
        ],
        title="四季度行动学习工作情况报告",
    )


def _support(desk: Desk, clerk: User, year: int) -> None:
    """Asked for above: given with a change, declined, taken back."""
    desk.send(
        "support_request",
        date(year, 8, 12),
        [
            (
                date(year, 8, 14),
                acts(clerk, Outcome.ADOPTED_WITH_CHANGES, "同意派促进师1名，时间改为8月下旬。"),
            )
        ],
        title="申请派促进师辅导研讨",
    )
    desk.send(
        "support_request",
        date(year, 9, 7),
        [
            (
                date(year, 9, 9),
                acts(clerk, Outcome.DECLINED, "本年度外出考察名额已满，可列入明年计划。"),
            )
        ],
        title="申请参加外出考察",
    )
    desk.send(
        "support_request",
        date(year, 10, 12),
        [(date(year, 10, 13), desk.taken_back("已由本局自行安排。"))],
        title="申请新学员方法培训",
    )


def group_papers(desks: Sequence[Desk], office: Unit, year: int, today: date) -> None:
    """Plan 1: the group's own, then the units' plans, which go up before the end of May and are checked."""
    clerk, agreed = office.clerk, acts(office.leader, Outcome.CONFIRMED, "同意，按此推进。")
    own = Desk(desks[0].clock, desks[0].programme, office)
    own.send("promotion_plan", date(year, 5, 15), [(date(year, 5, 19), agreed)])
    for number, desk in enumerate(desks):
        sent, checked = date(year, 5, 21 + number), date(year, 5, 27)
        done = [(checked, acts(clerk, Outcome.PASSED, "要素齐全。"))]
        if number == 1:
            done = [
                (
                    checked,
                    acts(clerk, Outcome.RETURNED, "保障措施请补充经费安排。", "写明经费来源"),
                ),
                (
                    date(year, 5, 29),
                    desk.again(measures="经费从本单位职工教育经费列支，专款专用。"),
                ),
                (date(year, 6, 3), acts(clerk, Outcome.PASSED)),
            ]
        if number == len(desks) - 1:
            sent, done = (
                date(year, 6, 2),
                [(date(year, 6, 5), acts(clerk, Outcome.PASSED, "已逾期，请引以为戒。"))],
            )
        desk.send("implementation_plan", sent, done)
    first = desks[0]
    first.send(
        "progress_report", date(year, 9, 10), [(date(year, 9, 14), acts(clerk, Outcome.PASSED))]
    )
    waiting = first.clock.calendar.previous_working(today)
    if first.programme.starts_on < waiting <= first.programme.ends_on:
        first.send("progress_report", waiting)
