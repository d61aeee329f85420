"""What may be done with a paper at each kind of step, and what follows: one law for each (`practice.md` §4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StepKind(models.TextChoices):
    """The steps of a procedure; `mend` is the sender's own turn after a return."""

    OPINION = "opinion", _("opinion")
    CHECK = "check", _("check")
    CONFIRM = "confirm", _("confirmation")
    APPROVE = "approve", _("approval")
    FILE = "file", _("filing")
    REVIEW = "review", _("expert review")
    DECIDE = "decide", _("decision")
    SIGN = "sign", _("signature")
    APPRAISE = "appraise", _("appraisal")
    MEND = "mend", _("mending by the sender")


class Outcome(models.TextChoices):
    """What a turn ends with: words of their own, for other things pass and are confirmed too."""

    GIVEN = "given", pgettext_lazy("outcome of a step", "opinion given")
    PASSED = "passed", pgettext_lazy("outcome of a step", "checked")
    CONFIRMED = "confirmed", pgettext_lazy("outcome of a step", "confirmed")
    APPROVED = "approved", pgettext_lazy("outcome of a step", "approved")
    FILED = "filed", pgettext_lazy("outcome of a step", "filed")
    REVIEWED = "reviewed", pgettext_lazy("outcome of a step", "reviewed")
    ADOPTED = "adopted", pgettext_lazy("outcome of a step", "adopted")
    ADOPTED_WITH_CHANGES = (
        "adopted_with_changes",
        pgettext_lazy("outcome of a step", "adopted with changes"),
    )
    SIGNED = "signed", pgettext_lazy("outcome of a step", "signed")
    APPRAISED = "appraised", pgettext_lazy("outcome of a step", "passed the appraisal")
    RETURNED = "returned", pgettext_lazy("outcome of a step", "returned")
    REFUSED = "refused", pgettext_lazy("outcome of a step", "refused")
    DECLINED = "declined", pgettext_lazy("outcome of a step", "declined")
    RESENT = "resent", pgettext_lazy("outcome of a step", "sent again")
    TAKEN_BACK = "taken_back", pgettext_lazy("outcome of a step", "taken back by the sender")


class Effect(Enum):
    """Where the paper goes next: to the next step, back to its sender, or nowhere any more."""

    ONWARD = "onward"
    BACK = "back"
    END = "end"


@dataclass(frozen=True)
class Law:
    """Of one kind of step. `words`: outcomes that need an opinion; `waits`: the paper stands only after it."""

    outcomes: dict[str, Effect]
    words: frozenset[str] = field(default_factory=frozenset)
    waits: bool = True


def _law(
    *onward: str, ends: str = "", back: bool = True, words: tuple[str, ...] = (), waits: bool = True
) -> Law:
    outcomes = {str(name): Effect.ONWARD for name in onward}
    if back:
        outcomes[str(Outcome.RETURNED)] = Effect.BACK
    if ends:
        outcomes[str(ends)] = Effect.END
    reasons = {name for name, effect in outcomes.items() if effect is not Effect.ONWARD}
    return Law(outcomes, frozenset({*reasons, *map(str, words)}), waits)


LAWS: dict[str, Law] = {
    StepKind.OPINION: _law(Outcome.GIVEN, back=False, words=(Outcome.GIVEN,)),
    StepKind.CHECK: _law(Outcome.PASSED),
    StepKind.CONFIRM: _law(Outcome.CONFIRMED),
    StepKind.APPROVE: _law(Outcome.APPROVED, ends=Outcome.REFUSED),
    StepKind.FILE: _law(Outcome.FILED, waits=False),
    StepKind.REVIEW: _law(Outcome.REVIEWED, words=(Outcome.REVIEWED,)),
    StepKind.DECIDE: _law(
        Outcome.ADOPTED,
        Outcome.ADOPTED_WITH_CHANGES,
        ends=Outcome.DECLINED,
        back=False,
        words=(Outcome.ADOPTED_WITH_CHANGES,),
    ),
    StepKind.SIGN: _law(Outcome.SIGNED),
    StepKind.APPRAISE: _law(Outcome.APPRAISED, words=(Outcome.APPRAISED,)),
}
"""A filing is never refused and never waited for: it is put on record or returned as incomplete."""


class Together(models.TextChoices):
    """Who acts for a body at one of its turns."""

    HEAD = "head", _("its head")
    ANY = "any", _("any of its members")
    ALL = "all", _("all of its members")
    IN_ORDER = "in_order", _("its members one after the other")


def settled(kind: str, together: str, said: Iterable[str], *, silent: int) -> str | None:
    """What a body has decided by what its members said so far; None while it waits for more.

    `silent`: how many members who must speak have not. One who returns or ends it decides for all.
    """
    outcomes, voices = LAWS[kind].outcomes, list(said)
    against = [each for each in voices if outcomes[each] is not Effect.ONWARD]
    if against:
        return against[0]
    if not voices or (together in (Together.ALL, Together.IN_ORDER) and silent):
        return None
    changed = Outcome.ADOPTED_WITH_CHANGES.value
    return changed if changed in voices else voices[-1]
