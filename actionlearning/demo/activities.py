"""What a team makes of the timetable of its plan: most of it taken up, some dropped, one added by hand, its methods written down."""

from collections.abc import Callable
from datetime import date, datetime, time

from actionlearning.demo.methods import write_down
from actionlearning.foundation.models import User
from programmes.actions.activities import add_activity, drop, take_up
from programmes.models import Activity, Dossier
from programmes.states import ActivityKind, ActivityMode, ActivityState

WAITING = 2
"""So many of the last lines are not decided yet."""


def partly_taken_up(by: User, dropped: str, reason: str) -> Callable[[datetime, Dossier], None]:
    def deed(now: datetime, paper: Dossier) -> None:
        rows = Activity.objects.filter(project=paper.project, dossier=paper)
        rows = rows.order_by("first_day", "id")
        for each in list(rows)[:-WAITING]:
            if each.title == dropped:
                drop(each, reason=reason, by=by, now=now)
            else:
                take_up(each, by=by, now=now)
        write_down(rows.filter(state=ActivityState.PLANNED)[0], by, now)
        if paper.project is not None:
            add_activity(
                project=paper.project,
                kind=ActivityKind.COUNSELLING,
                title="县行动办促进师到组辅导",
                first_day=date(now.year, 8, 20),
                begins=time(9),
                ends=time(11, 30),
                planned_venue="县民政局二楼会议室",
                planned_modes=(ActivityMode.DISCUSSION,),
                by=by,
                now=now,
            )

    return deed
