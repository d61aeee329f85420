"""The text of an article, one field for each paragraph, so that each keeps its source."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.forms import TenantForm
from reporting.actions.articles import Piece
from reporting.models import Article, Paragraph

NEW = "p_new"
_MOST = 400


class ArticleForm(TenantForm):
    """A field of several lines becomes several paragraphs; an emptied one is struck out."""

    title = forms.CharField(max_length=120, label=gettext_lazy("Title"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, typed: Any = None, *, article: Article, **kwargs: Any) -> None:
        initial = {"title": article.title, "version": article.issue.version}
        super().__init__(typed, initial=initial, **kwargs)
        rows = list(article.paragraphs.order_by("position"))
        self.article = article
        self.known = {each.pk: each for each in rows}
        names = [f"p_{each.pk}" for each in rows]
        if typed is not None:
            names = [name for name in typed if name.startswith("p_") and name != NEW][:_MOST]
        for number, name in enumerate(names, 1):
            self.fields[name] = self._field(number, self._row(name))
        self.fields[NEW] = self._field(0, None)

    def _row(self, name: str) -> Paragraph | None:
        key = _key(name)
        return self.known.get(key) if key else None

    def _field(self, number: int, row: Paragraph | None) -> forms.Field:
        label = _("Paragraph %(number)d") % {"number": number}
        help_text = ""
        if not number:
            label = _("One more paragraph of the office's own")
            help_text = _("Every line becomes a paragraph. An emptied paragraph is struck out.")
        elif row is not None and row.unit_name:
            label += f"（{row.unit_name}）"
        lines = max(2, min(12, len(row.text) // 40 + 1)) if row else 3
        area = forms.Textarea(attrs={"rows": lines, "class": "form-control"})
        return forms.CharField(
            required=False,
            strip=False,
            label=label,
            help_text=help_text,
            initial=row.text if row else "",
            widget=area,
        )

    def pieces(self) -> list[Piece]:
        """What the verb is given; a paragraph emptied and filled again is still the item's."""
        found = []
        for name, value in self.cleaned_data.items():
            if not name.startswith("p_"):
                continue
            row = self._row(name)
            mine = row is None and name != NEW and self.article.item_id is not None
            found.append(Piece(value, row.pk if row else None, of_item=mine))
        return found


def _key(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name.removeprefix("p_"))
    except ValueError:
        return None
