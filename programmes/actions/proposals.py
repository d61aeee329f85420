"""Candidates before the leading group: in deciding on the paper it says of each whether it is chosen (P2-21, P2-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from programmes.actions.project_asks import CANDIDATES, asks_of
from programmes.actions.projects import choose_candidate, decline_candidate
from programmes.models import BEFORE_A_BODY, Dossier, Project, Turn
from programmes.papers import TOPIC_PROPOSAL
from programmes.procedures import LAWS, Effect, StepKind
from programmes.queries import local_day

CHOSEN, DECLINED = "chosen", "declined"
LONGEST_REASON = 300


@dataclass(frozen=True)
class Verdict:
    """On one candidate; `topic` is its id, `reason` is needed where it is declined."""

    topic: str
    choice: str
    reason: str = ""


def refuse_unready(dossier: Dossier, now: datetime) -> None:
    """Raises RuleBroken: nothing to choose from, or candidates that lie in another paper already."""
    if dossier.kind != TOPIC_PROPOSAL:
        return
    cited = asks_of(dossier.programme, local_day(now)).cite(CANDIDATES)
    if not dossier.content.get("topics"):
        words = _("There is no candidate to decide on: propose topics first.")
        raise RuleBroken(words, code="no_candidates", cited=cited)
    others = Dossier.objects.filter(
        BEFORE_A_BODY,
        programme=dossier.programme,
        organisation=dossier.organisation,
        kind=TOPIC_PROPOSAL,
    ).exclude(pk=dossier.pk)
    if others.exists():
        words = _("“%(name)s” still lies before the leading group: one after the other.")
        raise RuleBroken(words % {"name": others[0]}, code="there_already", cited=cited)


def asked_of(turn: Turn, content: Mapping[str, Any]) -> list[dict[str, str]]:
    """{id, title} of every candidate on which the body of this turn decides one by one."""
    return list(content.get("topics", ())) if turn.kind == StepKind.DECIDE else []


def read_verdicts(
    turn: Turn, dossier: Dossier, outcome: str, given: Sequence[Verdict]
) -> list[Verdict]:
    """One on each candidate, in the paper's order. Raises BadInput naming those that are missing."""
    asked = asked_of(turn, dossier.content)
    if not asked or LAWS[turn.kind].outcomes[outcome] is not Effect.ONWARD:
        return []
    told = {each.topic: each for each in given}
    problems = {}
    for row in asked:
        verdict = told.get(row["id"])
        if verdict is None or verdict.choice not in (CHOSEN, DECLINED):
            problems[f"topic_{row['id']}"] = _("Say of “%(title)s” whether it is chosen.") % row
        elif verdict.choice == DECLINED and not verdict.reason.strip():
            problems[f"reason_{row['id']}"] = _("Say why “%(title)s” is declined.") % row
        elif len(verdict.reason) > LONGEST_REASON:
            words = _("At most %(count)d characters.") % {"count": LONGEST_REASON}
            problems[f"reason_{row['id']}"] = words
    unknown = set(told) - {row["id"] for row in asked}
    if unknown:
        problems["topics"] = _("Not a candidate of this paper: %(names)s.") % {
            "names": "、".join(sorted(unknown))
        }
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems)
    return [told[row["id"]] for row in asked]


def in_words(dossier: Dossier, verdicts: Sequence[Verdict], said: str) -> str:
    """The opinion with the decision on each candidate below it, as the paper keeps it."""
    titles = {row["id"]: row["title"] for row in dossier.content.get("topics", ())}
    with override(settings.LANGUAGE_CODE):
        lines = [_line(titles[each.topic], each) for each in verdicts]
    return "\n".join([said, *lines] if said else lines)


def _line(title: str, verdict: Verdict) -> str:
    if verdict.choice == CHOSEN:
        return _("“%(title)s”: chosen.") % {"title": title}
    told = {"title": title, "reason": verdict.reason.strip()}
    return _("“%(title)s”: declined, %(reason)s") % told


def carry_out(verdicts: Sequence[Verdict], *, by: User, now: datetime) -> None:
    """The declined first. Raises RuleBroken `too_many_topics` with the rule and the remedy."""
    for each in sorted(verdicts, key=lambda each: each.choice == CHOSEN):
        project = Project.objects.get(pk=each.topic)
        if each.choice == CHOSEN:
            choose_candidate(project, by=by, now=now)
        else:
            decline_candidate(project, reason=each.reason.strip(), by=by, now=now)
