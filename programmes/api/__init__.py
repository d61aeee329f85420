"""REST interface of this app; actionlearning/api.py mounts ROUTES."""

from typing import Any

from programmes.api.activities import ROUTES as ACTIVITIES
from programmes.api.calendar_entries import ROUTES as CALENDAR_ENTRIES
from programmes.api.calendars import ROUTES as CALENDARS
from programmes.api.decisions import ROUTES as DECISIONS
from programmes.api.dossiers import ROUTES as DOSSIERS
from programmes.api.enrolments import ROUTES as ENROLMENTS
from programmes.api.funds import ROUTES as FUNDS
from programmes.api.learners import ROUTES as LEARNERS
from programmes.api.method_records import ROUTES as METHOD_RECORDS
from programmes.api.obligations import ROUTES as OBLIGATIONS
from programmes.api.papers import ROUTES as PAPERS
from programmes.api.plans import ROUTES as PLANS
from programmes.api.problems import ROUTES as PROBLEMS
from programmes.api.programmes import ROUTES as PROGRAMMES
from programmes.api.projects import ROUTES as PROJECTS
from programmes.api.regulations import ROUTES as REGULATIONS
from programmes.api.trainings import ROUTES as TRAININGS
from programmes.api.units import ROUTES as UNITS

ROUTES: list[tuple[str, Any, str]] = [
    *OBLIGATIONS,
    *PROJECTS,
    *PROBLEMS,
    *FUNDS,
    *DOSSIERS,
    *ACTIVITIES,
    *METHOD_RECORDS,
    *PAPERS,
    *DECISIONS,
    *REGULATIONS,
    *PROGRAMMES,
    *PLANS,
    *ENROLMENTS,
    *CALENDAR_ENTRIES,
    *CALENDARS,
    *UNITS,
    *TRAININGS,
    *LEARNERS,
]
