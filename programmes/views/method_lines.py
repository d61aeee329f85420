"""Records of methods as finished lines: what their pages and the activity's page show."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from actionlearning.foundation.arrays import along, rows_of
from actionlearning.foundation.languages import in_english, product_words
from programmes.methods import HATS, SHAPES, Lines, Part, draw, key_causes, parts_of
from programmes.models import MethodRecord
from programmes.states import RecordForm

TOLD = ("id", "name", "name_en", "question", "written_name", "written_at")


def method_name(row: Any) -> str:
    """Of a record, in the reader's language."""
    return str(row.name_en) if in_english() else product_words(row.name)


def record_line(row: MethodRecord) -> dict[str, Any]:
    written = date_format(timezone.localtime(row.written_at), "DATETIME_FORMAT")
    return {
        "pk": row.pk,
        "method": method_name(row),
        "question": row.question,
        "by": row.written_name,
        "at": written,
    }


def record_body(form: str, question: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept: lists and texts, the tree drawn and in words."""
    bones = content.get("bones", ()) if form == RecordForm.TREE else ()
    return {
        "parts": [_part(part, form) for part in parts_of(form, content)],
        "picture": draw(question, bones),
        "bones": bones,
        "keys": "；".join(key_causes(content)),
    }


def _part(part: Part, form: str) -> dict[str, Any]:
    labels = _labels(form, part.key)
    hats = {key: str(label) for key, label in HATS} if "hat" in part.columns else {}
    return {
        "label": labels[part.key],
        "columns": [labels[key] for key in part.columns],
        "rows": [[hats.get(cell, cell) for cell in row] for row in part.rows],
        "text": part.text,
    }


def _labels(form: str, key: str) -> dict[str, str]:
    """Of a part and its columns; the ranking has those of the items beside its own."""
    found = {
        "number": _("No."),
        "rank": _("Rank"),
        "ranking": _("Ranking"),
        "points": pgettext("ranking", "Points"),
        "voters": _("Chosen by"),
    }
    source = "items" if key == "ranking" else key
    for part in SHAPES[form]:
        found.setdefault(part.key, str(part.label))
        if isinstance(part, Lines) and part.key == source:
            found |= {each.key: str(each.label) for each in part.fields}
    return found


def with_records(activities: Any) -> Any:
    """Activities with what their methods brought, read along with them."""
    rows = MethodRecord.objects.filter(activity=OuterRef("pk"), removed_at=None)
    return activities.annotate(told_records=along(rows.order_by("created_at", "id"), TOLD))


def records_of(activity: Any) -> list[dict[str, Any]]:
    """Of an activity read by with_records."""
    return [record_line(row) for row in rows_of(MethodRecord, activity.told_records)]


def methods_seen(activity: Any) -> list[str]:
    """Keys that its log names, and those of which there is a record: they need not be ticked again."""
    rows = activity.method_records.filter(removed_at=None).values_list("method", flat=True)
    return list(dict.fromkeys([*activity.methods, *rows]))
