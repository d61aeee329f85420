"""Lists of finished strings that also leave as a ledger sheet (`?export=xlsx`)."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate, localtime

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename, write_sheet
from actionlearning.foundation.views import TenantListView
from groups.exports import Sheet, Words
from groups.rosters.cells import day_or_month

Columns = tuple[tuple[Words, str], ...]
ACTS = ("", "no-print")
"""The last column of a list with buttons."""


def today(request: Any) -> date:
    """The day of the request in the programme's zone."""
    return localdate(request.received_at)


def written(day: date | None) -> str:
    """As ledgers write a day; empty for one that is not fixed."""
    return day.isoformat() if day else ""


def spelled_out(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def begun(thing: Any, *, spelled: bool = False) -> str:
    """The first day of `thing`; of which only the month is known, as that month."""
    if thing.starts_in_month:
        return date_format(thing.starts_on, "YEAR_MONTH_FORMAT")
    return spelled_out(thing.starts_on) if spelled else written(thing.starts_on)


def begun_in_sheet(thing: Any) -> str:
    """The same as a sheet says it that can be sent in again."""
    return day_or_month(thing.starts_on, in_month=thing.starts_in_month) if thing.starts_on else ""


def moment(at: Any) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


class TenantSheetView(TenantListView):
    """`present` makes the finished rows, once for the page and once for the sheet."""

    sheet: Sheet
    columns: Columns = ()
    """(heading, class of the cell); an empty heading stands over buttons."""

    def shown_columns(self) -> Columns:
        return self.columns

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self.exported()
        return super().get(request, *args, **kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        raise TypeError(f"{type(self).__name__} must say what its rows show.")

    def sheet_rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        """What the sheet shows where it must be more than the page."""
        return self.present(rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["rows"] = self.present(context["rows"])
        context["columns"] = self.shown_columns()
        context["whole"] = not context.get("next_query") and "after" not in self.request.GET
        return context

    def exported(self) -> HttpResponse:
        rows = self.sheet_rows(self.everything(self.get_queryset()))
        title, made_on = str(self.sheet.title), today(self.request)
        content = write_sheet(
            title,
            self.sheet.headings(),
            [self.sheet.cells(row) for row in rows],
            unit=self.request.tenant.name,
            made_on=made_on,
        )
        attached = content_disposition_header(True, filename(title, made_on))
        return HttpResponse(
            content, content_type=MEDIA_TYPE, headers={"Content-Disposition": attached}
        )
