"""A plan's papers as its head tells them: what each must say, and the way it goes (D16, D17, D22)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.texts import Change, edits
from programmes.models import Plan, Turn
from programmes.packs.vocabulary import STEP_BODIES
from programmes.procedures import StepKind
from programmes.queries import local_day

TOPIC, TEAM_LIST, TOPIC_PROPOSAL = "topic", "team_list", "topic_proposal"
DRAWN = (TOPIC, TEAM_LIST, TOPIC_PROPOSAL)
"""Papers whose text is that of topics and their teams: nothing of it is typed again."""
FROM_TOPIC = (
    "subject",
    "year_task",
    "background",
    "approach",
    "expected_results",
    "months",
    "months_reason",
    "participating_units",
    "team",
    "candidates",
)
"""Parts of such a paper that are drawn; any other part is typed by its writer."""
LONGEST_SECTION = 20_000
"""Characters that somebody types: far above any section of a plan, far below a pasted register."""
MOST_LINES = 200
"""Lines of all timetables of one paper together."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of the days in a timetable: any other is a slip of the hand."""


TOPIC_BEFORE: Mapping[str, Any] = {
    "kind": TOPIC,
    "name": "课题报送",
    "name_en": "Topic submitted",
    "about": "project",
    "sections": [
        {"key": "subject", "name": "课题名称", "name_en": "Topic", "required": False},
        {"key": "background", "name": "背景", "name_en": "Background", "required": False},
        {"key": "approach", "name": "思路", "name_en": "Approach", "required": False},
        {"key": "expected_results", "name": "预期成果", "name_en": "Expected result", "required": False},
        {"key": "months", "name": "计划用时（月）", "name_en": "Months planned", "required": False},
        {"key": "months_reason", "name": "超过时限的理由", "name_en": "Why it takes longer", "required": False},
        {"key": "participating_units", "name": "参与单位", "name_en": "Participating units", "required": False},
        {"key": "team", "name": "小组名单", "name_en": "Team", "required": False},
    ],
    "steps": [{"kind": "check", "by": "supervising_office", "together": "any"}],
}  # fmt: skip
"""The way of a topic where a plan in force says none: those brought in before plans had papers, and packs
of a site's own that leave them out. The office above checks it; every pack shipped says its own."""


@dataclass(frozen=True)
class Paper:
    """One kind of paper of one version of a plan; `spec` is the pack's own data."""

    spec: Mapping[str, Any]
    bodies: Mapping[str, Mapping[str, Any]]
    systems: tuple[Mapping[str, Any], ...] = ()
    """Of the plan's head: what a regulation may be."""

    @property
    def kind(self) -> str:
        return str(self.spec["kind"])

    @property
    def name(self) -> str:
        """The plan's own word for it; English for a reader of English."""
        return _named(self.spec)

    @property
    def about(self) -> str:
        return str(self.spec["about"])

    @property
    def cites(self) -> list[str]:
        return list(self.spec.get("cites", ()))

    @property
    def if_owed(self) -> bool:
        """Only some topics need it: those that owe it, or have begun it."""
        return bool(self.spec.get("if_owed"))

    @property
    def reply_days(self) -> int:
        """Working days in which its sender answers a return."""
        return int(self.spec.get("return_working_days", 3))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """In order: {kind, by, whose, body, together, working_days}; `whose` is own, supervising or owner.

        Where the plan asks for an answer in words also `answer` and `answer_en`, see answer_of().
        """
        return [
            {
                "kind": row["kind"],
                "by": row["by"],
                **self._body(row["by"]),
                "together": row.get("together", "head"),
                "working_days": row.get("working_days", 5),
                **{name: row[name] for name in ("answer", "answer_en") if row.get(name)},
            }
            for row in self.spec.get("steps", ())
        ]

    def _body(self, by: str) -> dict[str, str]:
        if by in STEP_BODIES:
            whose, kind = STEP_BODIES[by]
            return {"whose": whose, "body": kind}
        template = self.bodies[by]
        whose = "owner" if template["level"] == "owner" else "own"
        return {"whose": whose, "body": template["kind"]}

    @property
    def sections(self) -> dict[str, str]:
        """Key → name of what its writer fills in."""
        return {row["key"]: _named(row) for row in self.spec.get("sections", ())}

    @property
    def required(self) -> frozenset[str]:
        return frozenset(
            row["key"] for row in self.spec.get("sections", ()) if row.get("required", True)
        )

    @property
    def drawn(self) -> frozenset[str]:
        """Keys of the sections that nobody types: they say what the topic and its team say."""
        return frozenset(self.sections).intersection(FROM_TOPIC if self.kind in DRAWN else ())

    @property
    def tracks(self) -> dict[str, str]:
        """Key → name of the timetables it has to give."""
        return {row["key"]: _named(row) for row in self.spec.get("tracks", ())}

    def missing(self, content: Mapping[str, Any]) -> list[str]:
        """Names of what it does not say yet: required sections, and timetables without a line."""
        told = content.get("sections", {})
        found = [
            name
            for key, name in self.sections.items()
            if key in self.required and not str(told.get(key, "")).strip()
        ]
        lined = {line["track"] for line in content.get("tracks", ())}
        return found + [name for key, name in self.tracks.items() if key not in lined]

    def read(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, put in order: known sections, timetable lines by day.

        Raises BadInput naming the field that cannot be kept.
        """
        texts = {
            key: str(content.get("sections", {}).get(key, "")).replace("\r\n", "\n").strip()
            for key in self.sections
        }
        problems = {
            f"section_{key}": _("At most %(count)d characters.") % {"count": LONGEST_SECTION}
            for key, text in texts.items()
            if key not in self.drawn and len(text) > LONGEST_SECTION
        }
        unknown = set(content.get("sections", {})) - set(texts)
        if unknown:
            problems["sections"] = _(
                "The plan has no such part: %(names)s. Its parts are: %(known)s."
            ) % {"names": "、".join(sorted(unknown)), "known": "、".join(texts)}
        lines, wrong = self._lines(content.get("tracks", ()))
        problems |= wrong
        if problems:
            raise BadInput(_("Please mend the fields named here."), fields=problems)
        return {"sections": texts, "tracks": lines}

    def _lines(
        self, given: Iterable[Mapping[str, Any]]
    ) -> tuple[list[dict[str, str]], dict[str, str]]:
        lines, problems = [], {}
        rows = list(given)
        if len(rows) > MOST_LINES:
            return [], {"tracks": _("At most %(count)d lines.") % {"count": MOST_LINES}}
        for number, row in enumerate(rows, 1):
            line, problem = self._line(row)
            if problem:
                problems[f"line_{number}"] = _("Line %(number)d: %(problem)s") % {
                    "number": number,
                    "problem": problem,
                }
            lines.append(line)
        order = list(self.tracks)
        if problems:
            return [], problems
        return sorted(lines, key=lambda each: (order.index(each["track"]), each["from"])), {}

    def _line(self, row: Mapping[str, Any]) -> tuple[dict[str, str], str]:
        line = {
            "track": str(row.get("track", "")),
            "from": str(row.get("from", "")),
            "to": str(row.get("to", "") or row.get("from", "")),
            "text": str(row.get("text", "")).strip(),
        }
        if line["track"] not in self.tracks:
            return line, _("choose one of: %(names)s.") % {"names": "、".join(self.tracks.values())}
        try:
            first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
        except ValueError:
            return line, _("give its days as in 2026-05-31.")
        if last < first or first.year < FIRST_YEAR or last.year > LAST_YEAR:
            return line, _days_problem(first, last)
        if not line["text"] or len(line["text"]) > 300:
            return line, _("say what is done then, in at most 300 characters.")
        return line, ""


def _days_problem(first: date, last: date) -> str:
    if last < first:
        return _("it ends before it begins.")
    return _("give days between the years %(first)d and %(last)d.") % {
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
    }


def _named(row: Mapping[str, Any]) -> str:
    return str(row["name_en"]) if in_english() else product_words(str(row["name"]))


def answer_of(step: Mapping[str, Any]) -> str:
    """What a body has to say in words at this step whatever it decides, in the reader's language; or empty."""
    return _named({"name": step.get("answer", ""), "name_en": step.get("answer_en", "")})


def papers_of(plan: Plan | None) -> dict[str, Paper]:
    """Kind → paper, in the plan's order."""
    head = plan.head if plan else {}
    bodies = {row["key"]: row for row in head.get("bodies", ())}
    systems = tuple(head.get("systems", ()))
    rows = rows_of(head.get("papers")) if plan else []
    return {row["kind"]: Paper(row, bodies, systems) for row in rows}


def rows_of(papers: Iterable[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """Of a plan's head; where it prescribes no way for its topics, they go the one all went before."""
    rows = list(papers or ())
    known = {row["kind"] for row in rows}
    return rows if TOPIC in known else [*rows, TOPIC_BEFORE]


@dataclass(frozen=True)
class Charge:
    """How long a paper lay with one body or with its sender, in days of the wall calendar."""

    holder: uuid.UUID
    body: str
    days: int


def charges(turns: Iterable[Turn], now: datetime) -> list[Charge]:
    """Waiting time by holder, in the order in which they held it first. A filing holds nobody up."""
    days: dict[tuple[uuid.UUID, str], int] = {}
    for turn in turns:
        if turn.kind == StepKind.FILE:
            continue
        spent = local_day(turn.acted_at or now) - local_day(turn.received_at)
        key = (turn.holder_id, turn.body)
        days[key] = days.get(key, 0) + spent.days
    return [Charge(holder, body, count) for (holder, body), count in days.items()]


def same_text(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a body that has read the one has read the other."""
    return _spoken(one) == _spoken(other)


def _spoken(content: Mapping[str, Any]) -> tuple[Any, Any]:
    texts = {key: text for key, text in content.get("sections", {}).items() if text}
    return texts, content.get("tracks", [])


def differences(
    paper: Paper, old: Mapping[str, Any], new: Mapping[str, Any], titles: tuple[str, str] = ("", "")
) -> list[tuple[str, list[Change]]]:
    """(name of the part, what changed in it) of every part that differs, in the paper's order; `titles` first."""
    found = [(_("Title"), edits(*titles))] if titles[0] != titles[1] else []
    for key, name in paper.sections.items():
        before, after = (each.get("sections", {}).get(key, "") for each in (old, new))
        if before != after:
            found.append((name, edits(before, after)))
    for key, name in paper.tracks.items():
        before, after = (timetable_text(each, key) for each in (old, new))
        if before != after:
            found.append((name, edits(before, after)))
    return found


def plain_differences(
    paper: Paper, old: Mapping[str, Any], new: Mapping[str, Any], titles: tuple[str, str] = ("", "")
) -> list[dict[str, Any]]:
    """The same as plain data, for programs: {part, runs: [{kind, text}]}."""
    return [
        {"part": name, "runs": [{"kind": run.kind, "text": run.text} for run in runs]}
        for name, runs in differences(paper, old, new, titles)
    ]


def timetable_text(content: Mapping[str, Any], track: str) -> str:
    """Its lines of one timetable, one to a line."""
    return "\n".join(
        f"{line['from']} – {line['to']} {line['text']}"
        for line in content.get("tracks", ())
        if line["track"] == track
    )
