"""What a file would put into a paper: the same reading for the page and for programs."""

from actionlearning.foundation.documents.intake import Upload
from actionlearning.foundation.documents.text_files import read_text
from actionlearning.foundation.models import User
from programmes.actions.dossiers import refuse_unless_held
from programmes.documents.days import years_of
from programmes.documents.matching import Proposal, proposal_of
from programmes.models import Dossier
from programmes.papers import Paper


def proposed(dossier: Dossier, paper: Paper, upload: Upload, name: str, *, by: User) -> Proposal:
    """Nothing is written. Raises FileRefused, and as whoever edits the text RuleBroken and NotAllowed."""
    refuse_unless_held(dossier, by=by)
    text, programme = read_text(upload, name), dossier.programme
    return proposal_of(
        text.blocks,
        paper,
        years_of(programme.starts_on, programme.ends_on),
        sender=dossier.organisation.name,
        left=text.left,
    )
