"""What a file would put into a paper: the same reading for the page and for programs."""

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.intake import Upload
from actionlearning.foundation.documents.text_files import read_text
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from programmes.actions.dossiers import refuse_unless_held
from programmes.documents.days import years_of
from programmes.documents.matching import Proposal, proposal_of
from programmes.models import Dossier
from programmes.papers import TOPIC, Paper


def proposed(dossier: Dossier, paper: Paper, upload: Upload, name: str, *, by: User) -> Proposal:
    """Nothing is written; what the file says of a drawn part is not offered in its place.

    Raises FileRefused, and as whoever edits the text RuleBroken (`drawn` of a topic's own paper) and NotAllowed.
    """
    refuse_unless_held(dossier, by=by)
    if dossier.kind == TOPIC:
        raise RuleBroken(
            _("This is taken from the topic and its team: change it there."), code="drawn"
        )
    text, programme = read_text(upload, name), dossier.programme
    found = proposal_of(
        text.blocks,
        paper,
        years_of(programme.starts_on, programme.ends_on),
        sender=dossier.organisation.name,
        left=text.left,
    )
    drawn = [key for key in found.sections if key in paper.drawn]
    found.unplaced += [(paper.sections[key], found.sections.pop(key)) for key in drawn]
    return found
