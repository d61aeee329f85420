"""The text of a paper out of a file: sent in, seen beside what stands, taken over, and put back if it was wrong."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.actions.dossiers import change_dossier, held_by_sender
from programmes.documents.matching import Proposal
from programmes.documents.proposing import proposed
from programmes.forms.dossier_imports import (
    DossierFileForm,
    DossierTakingForm,
    DossierUndoForm,
    typed_parts,
)
from programmes.models import Dossier
from programmes.papers import TOPIC, differences
from programmes.views.dossier_lines import numbered
from programmes.views.dossier_page import dossier_or_404, paper_of, text_context, to_dossier


class TenantDossierImport(TenantFormView):
    """What the three steps share: the paper, as its writer may change it."""

    permission = Permission.DOSSIER_WRITE

    @cached_property
    def dossier(self) -> Dossier:
        return dossier_or_404(self.request, self.kwargs["pk"], Permission.DOSSIER_WRITE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paper, dossier = paper_of(self.dossier), self.dossier
        return super().get_context_data(
            dossier=dossier,
            paper_name=numbered(paper.name, dossier.number, dossier.revision),
            **kwargs,
        )

    def to_file(self) -> HttpResponseRedirect:
        address = reverse("programmes:dossier_import", args=[self.request.tenant.slug, self.dossier.pk])  # fmt: skip
        return HttpResponseRedirect(address)


class DossierImport(TenantDossierImport):
    """Choosing the file; the answer is the preview, and nothing is kept of the file itself."""

    template_name = "programmes/dossier_import.html"
    form_class = DossierFileForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.dossier.kind == TOPIC or not held_by_sender(self.dossier):
            return to_dossier(request, self.dossier)  # a topic is written on its own page
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        file, dossier = form.cleaned_data["file"], self.dossier
        paper, user = paper_of(dossier), self.request.user
        found = proposed(dossier, paper, file, file.name, by=user)
        known = {"paper": paper, "content": dossier.content, "proposal": found}
        taking = DossierTakingForm(**known, initial={"version": dossier.version})
        context = self.get_context_data(form=taking, left=found.left, **_beside(dossier, found))
        return render(self.request, "programmes/dossier_taking.html", context)


def _beside(dossier: Dossier, found: Proposal) -> dict[str, Any]:
    paper, told = paper_of(dossier), dossier.content.get("sections", {})
    named = typed_parts(paper).items()
    return {
        "same": [name for key, name in named if told.get(key) == found.sections.get(key, 0)],
        "silent": [name for key, name in named if key not in found.sections],
        "old": text_context(paper, dossier.content),
    }


class DossierTaking(TenantDossierImport):
    """The old text goes with the answer, so that one press puts it back."""

    template_name = "programmes/dossier_taking.html"
    form_class = DossierTakingForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to_file()

    def get_form_kwargs(self) -> dict[str, Any]:
        known = {"paper": paper_of(self.dossier), "content": self.dossier.content}
        return {**super().get_form_kwargs(), **known}

    def act(self, form: Any) -> HttpResponseBase:
        before, paper = self.dossier.content, paper_of(self.dossier)
        kept = change_dossier(
            self.dossier,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            content=form.content(),
        )
        context = {
            "changed": differences(paper, before, kept.content),
            "left_over": form.left_over(),
            "undo": DossierUndoForm(
                initial={"content": before, "version": kept.version}, auto_id="undo_%s"
            ),
        }
        page = "programmes/dossier_taken.html"
        return render(self.request, page, self.get_context_data(form=form, **context))

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            form.data = form.data.copy()
            form.data["version"] = self.dossier.version
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        old = text_context(paper_of(self.dossier), self.dossier.content)
        return super().get_context_data(**{"old": old, **kwargs})


class DossierUndo(TenantDossierImport):
    template_name = "programmes/dossier_import.html"
    form_class = DossierUndoForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to_file()

    def act(self, form: Any) -> HttpResponseBase:
        change_dossier(
            self.dossier,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            content=form.cleaned_data["content"],
        )
        messages.success(self.request, _("The earlier text is back."))
        return to_dossier(self.request, self.dossier)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        """Somebody has written since: what stands is not thrown away."""
        return super().show(DossierFileForm(), status=status, refusal=refusal)
