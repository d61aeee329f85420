"""A concluded topic is closed for everything that would change it (P2-66)."""

from datetime import date

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.workflow import lock_row
from programmes.actions.project_asks import CONCLUSION
from programmes.clauses import cited_for
from programmes.models import Project
from programmes.states import ProjectState


def refuse_concluded(project: Project | None) -> None:
    """Locks the topic, so that nothing is begun beside its conclusion. Raises RuleBroken."""
    if project is not None:
        refuse_if_concluded(lock_row(project))


def refuse_if_concluded(project: Project | None) -> None:
    """The same of a topic that was read or locked before. Raises RuleBroken."""
    if project is not None and project.state == ProjectState.CONCLUDED:
        raise RuleBroken(
            _("“%(name)s” is concluded: nothing is added to it. Have it opened again first.")
            % {"name": project},
            code="concluded",
            cited=cited_for(project.programme, CONCLUSION, date.max),
        )
