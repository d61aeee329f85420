"""One file for each noun: projects.py, programmes.py (plans, enrolments), calendars.py."""

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
    "ProjectEnrolmentField",
    "ProjectFilterForm",
    "ProjectForm",
    "ProjectGrantForm",
    "ProjectNewForm",
    "ProjectOpinionForm",
    "TeamMemberForm",
    "own_enrolments",
]
