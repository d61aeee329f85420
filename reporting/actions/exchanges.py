"""The exchange space of the office and of each unit: posted, answered, withdrawn, never deleted (P1-09, P1-17)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, lock_row
from groups.models import Organisation
from programmes.models import Programme, Project
from programmes.queries import enrolment_of, local_day
from programmes.states import ProgrammeState
from reporting.actions.item_checks import worded
from reporting.models import Exchange, ExchangeReply
from reporting.models.exchange import REPLY, TEXT, TITLE
from reporting.notices import tell_replied
from reporting.queries.exchanges import unit_of


@dataclass(frozen=True, kw_only=True)
class Said:
    """What its author may say anew until somebody has answered."""

    kind: str
    title: str
    text: str
    reach: str = Exchange.Reach.PROGRAMME.value
    project: Project | None = None


@transaction.atomic
def post_exchange(
    programme: Programme, organisation: Organisation, *, said: Said, by: User, now: datetime
) -> Exchange:
    """Into the space of an organisation of one's own that takes part, or owns the programme (P1-17, P3-17).

    Raises NotAllowed, BadInput, RuleBroken `not_running`, `not_enrolled`.
    """
    if not by.has_perm(Permission.EXCHANGE_WRITE, organisation):
        raise NotAllowed(
            _("You may post only in the exchange space of your own unit."), code="not_allowed"
        )
    _require_running(programme)
    _require_taking_part(programme, organisation, now)
    post = Exchange(
        programme=programme, organisation=organisation, author=by, author_name=by.display_name,
        posted_at=now,
    )  # fmt: skip
    _say(post, said)
    post.save(force_insert=True)
    record("exchange.posted", target=post, by=by, at=now, title=post.title, **_facts(post))
    return post


@transaction.atomic
def change_exchange(
    post: Exchange, *, said: Said, by: User, now: datetime, seen: int | None = None
) -> Exchange:
    """By its author, until somebody has answered: nobody's answer is left without its question.

    Raises NotAllowed, BadInput, Stale, RuleBroken `withdrawn`, `not_running`, `answered`.
    """
    post = lock(post, seen=seen)
    require_changeable(post, by)
    before = {"title": post.title, "text": post.text}
    _say(post, said)
    post.changed_at, post.version = now, post.version + 1
    post.save()
    record("exchange.changed", target=post, by=by, at=now, **before, **_facts(post))
    return post


def require_changeable(post: Exchange, by: User) -> None:
    """What a page for changing it asks beforehand. Raises as `change_exchange` does."""
    if by.pk != post.author_id:
        raise NotAllowed(_("Only its author changes a post."), code="not_allowed")
    _require_standing(post)
    _require_running(post.programme)
    if post.replies.exists():
        raise RuleBroken(
            _("Somebody has answered already: write a reply, or withdraw the post with a reason."),
            code="answered",
        )


@transaction.atomic
def reply(post: Exchange, *, text: str, by: User, now: datetime) -> ExchangeReply:
    """By everybody who reads the post and holds a business role, or to whom its topic was opened.

    Raises NotAllowed, BadInput, RuleBroken `withdrawn`, `not_running`.
    """
    post = lock_row(post)
    may_read = Exchange.objects.visible_to(by).filter(pk=post.pk).exists()
    if not may_read or not by.has_perm(Permission.EXCHANGE_WRITE):
        raise NotAllowed(_("You may not reply here."), code="not_allowed")
    _require_standing(post)
    _require_running(post.programme)
    words, faults = text.strip(), {}
    if fault := _length_fault(words, REPLY, _("Write your reply.")):
        faults["text"] = fault
    _refuse(faults)
    answer = ExchangeReply(
        exchange=post, text=words, author=by, author_name=by.display_name,
        unit_name=unit_of(by, post.organisation), replied_at=now,
    )  # fmt: skip
    answer.save(force_insert=True)
    record("exchange.replied", target=answer, by=by, at=now, exchange=str(post.pk))
    tell_replied(answer, now=now)
    return answer


@transaction.atomic
def withdraw_exchange(
    post: Exchange, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Exchange:
    """By its author, or by the director of the office whose space it is; it stays on record.

    Raises NotAllowed, BadInput without a reason, Stale, RuleBroken `withdrawn`.
    """
    reason = worded(reason, required=_("Say why it is withdrawn: it stays on record."))
    post = lock(post, seen=seen)
    _require_withdrawer(post.author_id, post, by)
    _require_standing(post)
    post.withdrawn_by, post.withdrawn_at, post.withdrawal_reason = by, now, reason
    post.version += 1
    post.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawal_reason", "version"])
    record("exchange.withdrawn", target=post, by=by, at=now, reason=reason)
    return post


@transaction.atomic
def withdraw_reply(answer: ExchangeReply, *, reason: str, by: User, now: datetime) -> ExchangeReply:
    """Likewise, of one reply. Raises NotAllowed, BadInput without a reason, RuleBroken `withdrawn`."""
    reason = worded(reason, required=_("Say why it is withdrawn: it stays on record."))
    answer = lock_row(answer)
    _require_withdrawer(answer.author_id, answer.exchange, by)
    if answer.withdrawn_at:
        raise RuleBroken(_("This reply has been withdrawn already."), code="withdrawn")
    answer.withdrawn_by, answer.withdrawn_at, answer.withdrawal_reason = by, now, reason
    answer.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawal_reason"])
    record(
        "exchange.reply_withdrawn", target=answer, by=by, at=now, reason=reason,
        exchange=str(answer.exchange_id),
    )  # fmt: skip
    return answer


def _say(post: Exchange, said: Said) -> None:
    """Raises BadInput with every field that is wrong."""
    title, text = " ".join(said.title.split()), said.text.strip()
    wrong = {
        "kind": "" if said.kind in Exchange.Kind.values else _("Unknown kind."),
        "reach": "" if said.reach in Exchange.Reach.values else _("Unknown choice of readers."),
        "title": _length_fault(title, TITLE, _("Give it a title.")),
        "text": _length_fault(text, TEXT, _("Write what you want to share or ask.")),
        "project": _project_fault(post, said.project),
    }
    _refuse({name: words for name, words in wrong.items() if words})
    post.kind, post.reach, post.title, post.text = said.kind, said.reach, title, text
    post.project = said.project
    post.project_title = said.project.title if said.project else ""


def _length_fault(words: str, most: int, missing: str) -> str:
    if not words:
        return missing
    if len(words) <= most:
        return ""
    found = {"most": most, "found": len(words)}
    return _("At most %(most)d characters; these are %(found)d.") % found


def _project_fault(post: Exchange, project: Project | None) -> str:
    """Of the unit itself: whoever is let in to the topic from outside reads what is posted to it."""
    if project is None:
        return ""
    home = (post.organisation_id, post.programme_id)
    if (project.organisation_id, project.programme_id) == home:
        return ""
    return _("This topic belongs to another unit or programme.")


def _refuse(fields: dict[str, str]) -> None:
    if fields:
        raise BadInput(next(iter(fields.values())), fields=fields)


def _facts(post: Exchange) -> dict[str, Any]:
    project = str(post.project_id) if post.project_id else ""
    return {"kind": post.kind, "reach": post.reach, "project": project, "version": post.version}


def _require_running(programme: Programme) -> None:
    if programme.state != ProgrammeState.IN_FORCE:
        raise RuleBroken(_("This programme is not in force."), code="not_running")


def _require_taking_part(programme: Programme, organisation: Organisation, now: datetime) -> None:
    if organisation.pk == programme.owner_id:
        return
    if enrolment_of(programme, organisation, local_day(now)) is None:
        raise RuleBroken(
            _("“%(unit)s” does not take part in this programme.") % {"unit": organisation},
            code="not_enrolled",
        )


def _require_standing(post: Exchange) -> None:
    if post.withdrawn_at:
        raise RuleBroken(_("This post has been withdrawn."), code="withdrawn")


def _require_withdrawer(author: Any, post: Exchange, by: User) -> None:
    if by.pk != author and not by.has_perm(Permission.EXCHANGE_WITHDRAW, post):
        raise NotAllowed(
            _("Its author withdraws it, or the director of the office whose space this is."),
            code="not_allowed",
        )
