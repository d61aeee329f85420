"""A list of who was there, read into the form of a log: nothing is written before that is saved."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.texts import plain
from programmes.documents.attendance import Reading, laid_beside, lines_of_file, lines_of_text
from programmes.documents.attendance_words import Line
from programmes.views.activity_logs import ActivityLog, ProjectLog, TenantLogView


class TenantAttendanceReading(TenantLogView):
    """POST: the log's own form again, with everything typed so far and whoever the list names."""

    reading: Reading | None = None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.address(0))

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse_strangers()
        try:
            self.reading = laid_beside(_lines(request, self.team), self.team)
        except BadInput as refusal:
            return self.show(self._typed_again(), status=422, refusal=refusal)
        return self.show(self._typed_again())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "reading": self.reading})

    def _typed_again(self) -> Any:
        sent = self.get_form()
        typed = {name: sent[name].data for name in sent.fields} | {"day": self.day}
        if self.reading is not None:
            said = self.reading.presence.items()
            typed |= {f"presence_{member}": presence for member, presence in said}
            typed["guests"] = _joined(typed["guests"] or "", self.reading.guests)
        given = self.get_form_kwargs()
        known = {name: each for name, each in given.items() if name not in ("data", "files")}
        return self.get_form_class()(**{**known, "initial": typed})


class ActivityLogAttendance(TenantAttendanceReading, ActivityLog):
    """For an activity that is planned or logged."""


class ProjectLogAttendance(TenantAttendanceReading, ProjectLog):
    """For what was held without having been planned."""


def _lines(request: Any, expected: list[Any]) -> list[Line]:
    """Raises BadInput."""
    file = request.FILES.get("list_file")
    if file is not None:
        return lines_of_file(file, file.name)
    return lines_of_text(request.POST.get("list_names", ""), expected)


def _joined(typed: str, guests: list[str]) -> str:
    there = [line.strip() for line in typed.splitlines() if line.strip()]
    known = {plain(name) for name in there}
    return "\n".join(there + [name for name in guests if plain(name) not in known])
