"""One file for each noun: projects.py, programmes.py (plans, enrolments), calendars.py."""

from programmes.forms.obligations import ObligationWaiverForm
from programmes.forms.projects import (
    ProjectEnrolmentField,
    ProjectFilterForm,
    ProjectForm,
    ProjectGrantForm,
    ProjectNewForm,
    ProjectOpinionForm,
    TeamMemberForm,
    own_enrolments,
)

__all__ = [
    "ObligationWaiverForm",
    "ProjectEnrolmentField",
    "ProjectFilterForm",
    "ProjectForm",
    "ProjectGrantForm",
    "ProjectNewForm",
    "ProjectOpinionForm",
    "TeamMemberForm",
    "own_enrolments",
]
