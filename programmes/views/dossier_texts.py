"""The text of a paper: written with autosave, and read as it was sent beside the text before."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.dossiers import change_dossier, held_by_sender
from programmes.actions.drawn import redrawn
from programmes.forms.dossiers import DossierForm
from programmes.models import Dossier
from programmes.papers import TOPIC, Paper, differences
from programmes.queries.drafts import FORMER
from programmes.views.dossier_lines import numbered
from programmes.views.dossier_page import (
    dossier_or_404,
    paper_of,
    revised,
    text_context,
    to_dossier,
)
from programmes.views.project_lines import minute_words

DROPPED = gettext_lazy(
    "The plan has changed since the page was opened: what you typed into parts that it no longer has"
    " is kept with the draft and is not sent."
)


class DossierEdit(TenantFormView):
    """What somebody else wrote meanwhile is shown beside what was typed."""

    permission = Permission.DOSSIER_WRITE
    template_name = "programmes/dossier_edit.html"
    form_class = DossierForm

    @cached_property
    def dossier(self) -> Dossier:
        return dossier_or_404(self.request, self.kwargs["pk"], Permission.DOSSIER_WRITE)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.dossier.kind == TOPIC or not held_by_sender(self.dossier):
            return to_dossier(request, self.dossier)  # a topic is written on its own page
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"title": self.dossier.title, "version": self.dossier.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        paper = paper_of(self.dossier)
        known = {"paper": paper, "content": redrawn(self.dossier, paper)}
        return {**super().get_form_kwargs(), **known}

    def act(self, form: Any) -> HttpResponseBase:
        change_dossier(
            self.dossier,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            title=form.cleaned_data["title"],
            content=form.content(),
            dropped=form.dropped(),
        )
        messages.success(self.request, _("The text is kept."))
        if form.strays():
            messages.warning(self.request, DROPPED)
        track = self.request.POST.get("more", "")
        if track in paper_of(self.dossier).tracks:
            address = "programmes:dossier_edit", self.request.tenant.slug, self.dossier.pk
            return HttpResponseRedirect(f"{reverse(address[0], args=address[1:])}#track-{track}")
        return to_dossier(self.request, self.dossier)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            form.data = form.data.copy()
            form.data["version"] = self.dossier.version
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paper, dossier = paper_of(self.dossier), self.dossier
        return super().get_context_data(
            dossier=dossier,
            paper_name=numbered(paper.name, dossier.number, dossier.revision),
            theirs=_theirs(kwargs, paper, dossier),
            former=dossier.content.get(FORMER, ()),
            **kwargs,
        )


class DossierDraft(TenantView):
    """Autosave: the answer is one small line, and the version the next save must have seen."""

    permission = Permission.DOSSIER_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        dossier = dossier_or_404(request, pk, Permission.DOSSIER_WRITE)
        paper = paper_of(dossier)
        form = DossierForm(request.POST, paper=paper, content=redrawn(dossier, paper))
        if not form.is_valid():
            wrong = [message for errors in form.errors.values() for message in errors]
            return self.line(dossier, 422, errors=wrong)
        seen, title = form.cleaned_data["version"], form.cleaned_data["title"]
        given = {"by": request.user, "now": request.received_at, "seen": seen, "title": title}
        try:
            kept = change_dossier(dossier, content=form.content(), dropped=form.dropped(), **given)
        except Refusal as refusal:
            return self.line(dossier, refusal.status, refusal=refusal)
        return self.line(kept, 200, saved=minute_words(request.received_at))

    def line(self, dossier: Dossier, status: int, **more: Any) -> HttpResponse:
        context = {"dossier": dossier, "answer": True, **more}
        return render(self.request, "programmes/dossier_edit.html#saved", context, status=status)


def _theirs(context: Mapping[str, Any], paper: Paper, dossier: Dossier) -> list[dict[str, Any]]:
    """Parts that stand otherwise in the books than in the form that was refused as stale."""
    if not isinstance(context.get("refusal"), Stale):
        return []
    form = context["form"]
    changed = differences(paper, form.content(), dossier.content)
    found = [
        {"label": name, "text": "".join(run.text for run in runs if run.kind != "gone")}
        for name, runs in changed
    ]
    if form.cleaned_data["title"] != dossier.title:
        found.insert(0, {"label": _("Title"), "text": dossier.title})
    return found


def _changed(paper: Paper, before: Any, found: Any) -> list[Any]:
    return differences(paper, before.content, found.content, (before.title, found.title))


class DossierVersion(TenantView):
    """A text as it was sent, with what changed since the one before and since what was in effect."""

    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any, number: int) -> HttpResponse:
        dossier = dossier_or_404(request, pk, Permission.DOSSIER_VIEW)
        found = get_object_or_404(dossier.texts, number=number)
        paper, before = paper_of(dossier), dossier.texts.filter(number=number - 1).first()
        context = {
            "dossier": dossier,
            "paper_name": numbered(paper.name, dossier.number, dossier.revision),
            "sent": found,
            "at": minute_words(found.at),
            "text": text_context(paper, found.content),
            "before": number - 1 if before else None,
            "changed": _changed(paper, before, found) if before else [],
            "revised": revised(paper, dossier, found.content, found.title),
            "in_effect": dossier.standing_text == number,
        }
        return render(request, "programmes/dossier_version.html", context)
