"""An office with a promotion team of many officers, and a plan by which papers go all kinds of ways to it."""

from datetime import datetime
from typing import Any

from actionlearning.foundation.models import User
from benchmarks.served.rounds import Stage
from groups.roles import Role
from programmes.actions.dossiers import open_dossier
from programmes.actions.plans import load_plan
from programmes.actions.sendings import send_dossier
from programmes.actions.turns import take_turn
from programmes.models import Dossier
from programmes.packs.reading import pack_from
from programmes.packs.writing import plain
from programmes.procedures import Outcome
from programmes.queries import local_day, pack_of, plan_in_force
from tests.programmes.papers_on_their_way import seat, turn_of, written

ANY, ALL, IN_ORDER = "system_document", "support_request", "progress_report"
TWO_STEPS = "special_survey_report"
"""Kinds of papers of which a unit writes several, and how the promotion team acts on each here."""
_TEAM = {"by": "supervising_promotion_team"}
WAYS: dict[str, list[dict[str, Any]]] = {
    ANY: [
        {"kind": "approve", **_TEAM, "together": "any"},
        {"kind": "file", "by": "county_office", "together": "any"},
    ],
    ALL: [{"kind": "review", **_TEAM, "together": "all"}],
    IN_ORDER: [{"kind": "check", **_TEAM, "together": "in_order"}],
    TWO_STEPS: [
        {"kind": "check", **_TEAM, "together": "any"},
        {"kind": "confirm", "by": "own_leading_group"},
    ],
}


class PaperStage(Stage):
    """The office with a promotion team of as many officers as act at once, and the ways above in its plan."""

    def __init__(self, port: int, people: int) -> None:
        super().__init__(port, people)
        self.officers = [f"officer{number}" for number in range(1, people + 1)]
        with self.office.open() as now:
            for rank, login in enumerate(self.officers, 1):
                self.office.people[login] = self._officer(login, rank)
            self._change_plan(now)

    def _officer(self, login: str, rank: int) -> User:
        role = Role.PROMOTION_TEAM_LEADER if rank == 1 else Role.PROMOTION_TEAM_MEMBER
        world = self.office.world
        made = seat(world, world.county, login, role, kind="promotion_team", rank=rank)
        User.objects.filter(pk=made.pk).update(must_change_password=False)
        fresh: User = User.objects.get(pk=made.pk)
        return fresh

    def _change_plan(self, now: datetime) -> None:
        """Other rows in the plan's text, and the same papers go other ways."""
        programme, by = self.office.programme, self.office.world.ana
        pack: Any = plain(pack_of(plan_in_force(programme, local_day(now))))
        papers = {row["kind"]: row for row in pack["papers"]}
        papers |= {kind: {**papers[ANY], "kind": kind} for kind in (IN_ORDER, TWO_STEPS)}
        pack["papers"] = [
            {**row, "steps": WAYS.get(kind, row["steps"])} for kind, row in papers.items()
        ]
        load_plan(programme, pack_from(pack), applies_from=local_day(now), by=by, now=now)

    # -- papers, each in a transaction of the caller ------------------------------------------------

    def draft(self, kind: str, now: datetime) -> Dossier:
        world = self.office.world
        made = open_dossier(
            programme=self.office.programme,
            organisation=world.bureau,
            kind=kind,
            by=world.ben,
            now=now,
        )
        return written(made, world.ben, now)

    def sent(self, kind: str, now: datetime) -> Dossier:
        return send_dossier(self.draft(kind, now), by=self.office.world.ben, now=now)

    def sent_twice(self, kind: str, now: datetime) -> Dossier:
        """Returned once, rewritten and sent again: text 1 is what nobody may approve any more."""
        paper = self.decided(self.sent(kind, now), Outcome.RETURNED, now)
        written(paper, self.office.world.ben, now, mark="改过的稿子")
        return send_dossier(paper, by=self.office.world.ben, now=now)

    def decided(self, paper: Dossier, outcome: str, now: datetime) -> Dossier:
        take_turn(
            turn_of(paper),
            outcome=outcome,
            text=paper.sent_text,
            by=self.office.people[self.officers[0]],
            now=now,
            opinion="请修改" if outcome == Outcome.RETURNED else "",
        )
        return fresh(paper)

    def address(self, paper: Dossier, rest: str = "") -> str:
        return self.office.api(f"dossiers/{paper.pk}/{rest}")


def fresh(paper: Dossier) -> Dossier:
    found: Dossier = Dossier.objects.get(pk=paper.pk)
    return found
