"""The acts on one paper. Each has one address; a refusal comes back on the paper's own page, words kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.dossiers import revise_dossier
from programmes.actions.proposals import asked_of
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back, take_back_words
from programmes.actions.turns import take_turn
from programmes.forms.dossiers import (
    DossierActForm,
    DossierNoteForm,
    DossierReasonForm,
    RemarkForm,
)
from programmes.models import Dossier, Remark, Turn
from programmes.papers import differences
from programmes.procedures import Outcome
from programmes.views.dossier_page import dossier_or_404, page_context, paper_of, to_dossier


class DossierDetail(TenantView):
    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        dossier = dossier_or_404(request, pk, Permission.DOSSIER_VIEW)
        return render(request, "programmes/dossier_detail.html", page_context(request, dossier))


class TenantDossierAct(TenantFormView):
    """What the acts share: the paper, the way back to it, and what is shown after a refusal."""

    template_name = "programmes/dossier_detail.html"
    sees = Permission.DOSSIER_VIEW
    """What its reader must hold at the paper's own unit; elsewhere it is not there."""
    keeps = ""
    """Name under which the page shows the form that was refused."""
    shown_if = ""
    """What must be so for that form to be on the page; else the words alone are shown."""
    ids = ""

    @cached_property
    def dossier(self) -> Dossier:
        return dossier_or_404(self.request, self.kwargs["pk"], self.sees)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_dossier(request, self.dossier)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "auto_id": f"{self.ids}_%s"}

    def act(self, form: Any) -> HttpResponse:
        done = self.decide(form, by=self.request.user, now=self.request.received_at)
        messages.success(self.request, done)
        return to_dossier(self.request, self.dossier)

    def decide(self, form: Any, **given: Any) -> str:
        raise TypeError(f"{type(self).__name__} must say which verb it is.")

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            form.data = {**form.data.dict(), "version": self.dossier.version}
        given = {self.keeps: form, "refusal": refusal, **self.beside(form, refusal)}
        context = page_context(self.request, self.dossier, **given)
        if not context.get(self.shown_if):
            context["typed"] = _words_in(form)
        return render(self.request, self.template_name, context, status=status)

    def beside(self, form: Any, refusal: Refusal | None) -> dict[str, Any]:
        """What else the page shows after this refusal."""
        return {}


def _words_in(form: Any) -> str:
    """Everything typed in its visible fields."""
    told = (
        form[name].value()
        for name in ("note", "reason", "opinion", "remarks", "reply")
        if name in form.fields
    )
    return "\n".join(str(words) for words in told if words)


class DossierSending(TenantDossierAct):
    permission = sees = Permission.DOSSIER_SEND
    form_class = DossierNoteForm
    keeps, ids, shown_if = "send_form", "send", "can_send"

    def decide(self, form: Any, **given: Any) -> str:
        typed = form.cleaned_data
        send_dossier(self.dossier, note=typed["note"], seen=typed["version"], **given)
        return _("Sent on its way.")


class DossierTakingBack(TenantDossierAct):
    permission = sees = Permission.DOSSIER_SEND
    form_class = DossierReasonForm
    keeps, ids, shown_if = "take_back_form", "back", "can_take_back"

    def decide(self, form: Any, **given: Any) -> str:
        typed = form.cleaned_data
        take_back(self.dossier, reason=typed["reason"], seen=typed["version"], **given)
        return _("Taken back.")


class DossierWordsTakingBack(TenantDossierAct):
    """What was approved stays in effect."""

    permission = sees = Permission.DOSSIER_SEND
    form_class = DossierReasonForm
    keeps, ids, shown_if = "words_form", "words", "can_take_back_words"

    def decide(self, form: Any, **given: Any) -> str:
        typed = form.cleaned_data
        take_back_words(self.dossier, reason=typed["reason"], seen=typed["version"], **given)
        return _("The changed words are taken back; what was approved stays in effect.")


class DossierRevision(TenantDossierAct):
    """The new revision's page comes next: there it is written."""

    permission = sees = Permission.DOSSIER_WRITE
    form_class = DossierReasonForm
    keeps, ids, shown_if = "revise_form", "revise", "can_revise"

    def act(self, form: Any) -> HttpResponse:
        made = revise_dossier(
            self.dossier,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["version"],
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("A new revision is begun; the old one stands until then."))
        return to_dossier(self.request, made)


class DossierTurn(TenantDossierAct):
    """A body's decision; of a text that was changed meanwhile the change is shown first."""

    permission = Permission.DOSSIER_ACT
    form_class = DossierActForm
    keeps, ids, shown_if = "act_form", "act", "acting"

    @cached_property
    def turn(self) -> Turn:
        found: Turn = get_object_or_404(self.dossier.turns, pk=self.kwargs["turn"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        sent: Any = self.dossier.sent_content  # type: ignore[attr-defined]
        return {**super().get_form_kwargs(), "candidates": asked_of(self.turn, sent or {})}

    def decide(self, form: Any, **given: Any) -> str:
        typed = form.cleaned_data
        took = take_turn(
            self.turn,
            outcome=typed["outcome"],
            text=typed["text"],
            opinion=typed["opinion"],
            remarks=typed["remarks"].splitlines(),
            topics=form.verdicts(),
            **given,
        )
        if took.acted_at is None:
            return _("Your word is kept; others of the body speak after you.")
        return _("Done: %(outcome)s.") % {"outcome": Outcome(took.outcome).label}

    def beside(self, form: Any, refusal: Refusal | None) -> dict[str, Any]:
        if refusal is None or refusal.code != "unseen_text":
            return {}
        unseen = self._unseen(form)
        form.data = {**form.data.dict(), "text": self.dossier.sent_text}
        return {"unseen": unseen}

    def _unseen(self, form: Any) -> list[Any]:
        """What changed between the text that was read and the one that lies before the body now."""
        texts = self.dossier.texts
        read = texts.filter(number=form.cleaned_data["text"]).first()
        sent = texts.get(number=self.dossier.sent_text)
        titles = (read.title if read else "", sent.title)
        old = read.content if read else {}
        return differences(paper_of(self.dossier), old, sent.content, titles)


class DossierRemark(TenantDossierAct):
    permission = sees = Permission.DOSSIER_WRITE
    form_class = RemarkForm
    keeps, shown_if = "remark_form", "can_answer"

    @cached_property
    def remark(self) -> Remark:
        found: Remark = get_object_or_404(
            self.dossier.remarks.select_related("dossier"), pk=self.kwargs["remark"]
        )
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "auto_id": f"remark_{self.remark.number}_%s"}

    def decide(self, form: Any, **given: Any) -> str:
        typed = form.cleaned_data
        answer_remark(self.remark, state=typed["state"], reply=typed["reply"], **given)
        return _("The answer is kept.")

    def beside(self, form: Any, refusal: Refusal | None) -> dict[str, Any]:
        return {"remark": self.remark.pk}
