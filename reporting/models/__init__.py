from reporting.models.briefing import (
    Article,
    Issue,
    IssueTurn,
    Paragraph,
    Publication,
    PublicationFile,
    Series,
)
from reporting.models.item import Attachment, InformationItem, ItemTurn
from reporting.models.score import ScoreEntry, ScoreEvent, ScoreRule

__all__ = [
    "Article",
    "Attachment",
    "InformationItem",
    "Issue",
    "IssueTurn",
    "ItemTurn",
    "Paragraph",
    "Publication",
    "PublicationFile",
    "ScoreEntry",
    "ScoreEvent",
    "ScoreRule",
    "Series",
]
