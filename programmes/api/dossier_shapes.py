"""What clients read of papers on their way, and what they may send."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from actionlearning.foundation.api import StrictSerializer
from actionlearning.foundation.problems import ProblemClause, ProblemRun
from programmes.actions.proposals import CHOSEN, DECLINED, LONGEST_REASON
from programmes.papers import MOST_LINES
from programmes.procedures import Outcome, StepKind, Together
from programmes.states import DossierState, RemarkState

SPOKEN = [
    (each.value, each.label) for each in Outcome if each not in (Outcome.RESENT, Outcome.TAKEN_BACK)
]
"""What a body may say; which of them its step allows is the law of the step."""


ANSWER = "What the body says in words whatever it decides, in the reader's language; or empty."


class TimetableLine(StrictSerializer):
    track = serializers.CharField(max_length=40, help_text="Key of one of the paper's timetables.")
    to = serializers.CharField(max_length=10, required=False, allow_blank=True)
    text = serializers.CharField(max_length=300)

    def get_fields(self) -> Any:
        """`from` is a word of the language, so it cannot be declared like the others."""
        day = serializers.CharField(max_length=10, help_text="`2026-05-31`")
        return {**super().get_fields(), "from": day}


class DossierContent(StrictSerializer):
    """The whole text: parts that are not named become empty.

    A part that somebody types has at most 20,000 characters; one that is drawn from its topics may be longer.
    """

    sections = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False), required=False
    )
    tracks = serializers.ListField(child=TimetableLine(), required=False, max_length=MOST_LINES)


class DossierDraft(StrictSerializer):
    """`project` where the paper is about one topic; without a title it is called after what it is about."""

    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    kind = serializers.CharField(max_length=30, help_text="Kind of one of the plan's papers.")
    project = serializers.UUIDField(required=False, allow_null=True)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)


class DossierText(StrictSerializer):
    title = serializers.CharField(required=False, max_length=120)
    content = DossierContent(required=False)


class DossierSending(StrictSerializer):
    note = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="How a return was answered."
    )


class DossierReason(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class DossierVerdict(StrictSerializer):
    """On one candidate of a proposal; `reason` where it is declined."""

    topic = serializers.UUIDField()
    choice = serializers.ChoiceField([(CHOSEN, _("chosen")), (DECLINED, _("declined"))])
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_REASON, default=""
    )


class DossierSubject(serializers.Serializer):
    """A candidate that a proposal puts before its body."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class DossierFormerPart(serializers.Serializer):
    """Of a part that the plan has dropped since it was written."""

    name = serializers.CharField()
    text = serializers.CharField()


class DossierContentTold(DossierContent):
    """`topics`: the candidates of a proposal, drawn when it was sent."""

    topics = DossierSubject(many=True, required=False)
    former = DossierFormerPart(
        many=True, required=False, help_text="Kept for its writer and never sent."
    )


class DossierAct(StrictSerializer):
    """What the caller says for his body."""

    outcome = serializers.ChoiceField(SPOKEN)
    text = serializers.IntegerField(
        min_value=1, max_value=32_767, help_text="`sent_text` of the paper as it was read."
    )
    opinion = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    remarks = serializers.ListField(
        child=serializers.CharField(max_length=2000), required=False, max_length=50
    )
    topics = DossierVerdict(many=True, required=False, help_text="One on each candidate.")


class DossierRemarkAnswer(StrictSerializer):
    state = serializers.ChoiceField(
        [each for each in RemarkState.choices if each[0] != RemarkState.OPEN]
    )
    reply = serializers.CharField(max_length=2000)


class DossierLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True)
    organisation_id = serializers.UUIDField()
    supervisor_id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField()
    title = serializers.CharField()
    number = serializers.IntegerField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(DossierState.choices)
    holder_id = serializers.UUIDField(
        allow_null=True, help_text="In whose court it is; a draft is with its own unit."
    )
    holder_body = serializers.CharField(help_text="Empty: the sender itself.")
    held_since = serializers.DateTimeField(
        allow_null=True, help_text="Null for a draft: nobody waits for it yet."
    )
    answer_due_at = serializers.DateTimeField(
        allow_null=True, help_text="First instant too late for the holder's act."
    )
    sent_text = serializers.IntegerField(help_text="Number of the text sent last, 0 before.")
    standing_text = serializers.IntegerField(help_text="Number of the text in effect, or 0.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    moved_at = serializers.DateTimeField()
    stands_since = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class DossierLines(serializers.Serializer):
    results = DossierLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SentLine(DossierLine):
    """A paper that somebody still has to act on: whom to call, and how long it has lain there."""

    holder_name = serializers.CharField()
    days = serializers.IntegerField(
        help_text="Days of the wall calendar with which the holder is charged so far."
    )
    late = serializers.BooleanField(help_text="Whether the holder's last day has passed.")


class SentLines(serializers.Serializer):
    results = SentLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class WaitingLine(serializers.Serializer):
    """A turn that is open, and the paper that lies there; or one whose points wait for the unit's answers."""

    id = serializers.UUIDField()
    dossier_id = serializers.UUIDField()
    title = serializers.CharField()
    paper = serializers.CharField(help_text="Kind of the paper.")
    organisation_id = serializers.UUIDField(help_text="Its sender.")
    kind = serializers.ChoiceField(StepKind.choices)
    holder_id = serializers.UUIDField()
    body = serializers.CharField()
    sent_text = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    acted_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Told where the body has acted and left points without an answer.",
    )
    due_at = serializers.DateTimeField(help_text="First instant that is too late for the turn.")


class WaitingLines(serializers.Serializer):
    results = WaitingLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DossierStep(serializers.Serializer):
    kind = serializers.ChoiceField(StepKind.choices)
    by = serializers.CharField(help_text="The body as the plan names it.")
    whose = serializers.ChoiceField(["own", "supervising", "owner"])
    body = serializers.CharField()
    together = serializers.ChoiceField(Together.choices)
    working_days = serializers.IntegerField()
    answer = serializers.CharField(help_text=ANSWER)
    organisation = serializers.UUIDField(allow_null=True, help_text="Null before it was sent.")


class DossierVoice(serializers.Serializer):
    by_name = serializers.CharField()
    for_name = serializers.CharField(help_text="Whose delegate spoke, or empty.")
    post_title = serializers.CharField()
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(SPOKEN)
    opinion = serializers.CharField()


class DossierTurnLine(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    text = serializers.IntegerField(help_text="Number of the text that lay there.")
    step = serializers.IntegerField(help_text="Place in `way`, from 0.")
    kind = serializers.ChoiceField(StepKind.choices)
    holder_id = serializers.UUIDField()
    holder_name = serializers.CharField()
    body = serializers.CharField()
    together = serializers.ChoiceField(Together.choices)
    stands_in = serializers.BooleanField()
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    acted_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    opinion = serializers.CharField()
    by_name = serializers.CharField()
    filing_number = serializers.CharField()
    voices = DossierVoice(many=True)


class DossierTextLine(serializers.Serializer):
    number = serializers.IntegerField()
    title = serializers.CharField()
    note = serializers.CharField()
    at = serializers.DateTimeField()
    by_name = serializers.CharField()


class DossierTextChange(serializers.Serializer):
    part = serializers.CharField()
    runs = ProblemRun(many=True)


class DossierTextWhole(DossierTextLine):
    """`changes`: against the text that was asked for, else empty."""

    content = DossierContentTold()
    against = serializers.IntegerField(allow_null=True)
    against_dossier = serializers.UUIDField(
        allow_null=True, help_text="The paper of that text: with `before` an earlier revision."
    )
    changes = DossierTextChange(many=True)


class DossierRemark(serializers.Serializer):
    id = serializers.UUIDField()
    turn_id = serializers.UUIDField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.ChoiceField(RemarkState.choices)
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)
    replied_name = serializers.CharField()


class DossierCharge(serializers.Serializer):
    """How long it lay with one holder, in days of the wall calendar."""

    holder_id = serializers.UUIDField()
    holder_name = serializers.CharField()
    body = serializers.CharField()
    days = serializers.IntegerField()


class DossierUnattended(serializers.Serializer):
    turn = serializers.UUIDField()
    holder_id = serializers.UUIDField()
    holder_name = serializers.CharField()
    body = serializers.CharField()
    remedy = serializers.CharField()
    clauses = ProblemClause(many=True, help_text="What the plan says of such papers.")


class DossierWhole(DossierLine):
    name = serializers.CharField(help_text="The plan's word for this kind of paper.")
    reason = serializers.CharField(help_text="What the revision is for.")
    previous_id = serializers.UUIDField(allow_null=True)
    content = DossierContentTold(
        help_text="What was sent last; for whoever may write it, the text as it stands now."
    )
    way = DossierStep(many=True)
    turns = DossierTurnLine(many=True)
    texts = DossierTextLine(many=True)
    remarks = DossierRemark(many=True)
    charges = DossierCharge(many=True)
    unattended = DossierUnattended(
        many=True, help_text="Turns that wait for a body in which nobody may speak on this paper."
    )
