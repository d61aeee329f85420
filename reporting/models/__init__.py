from reporting.models.briefing import (
    Article,
    Issue,
    IssueTurn,
    Paragraph,
    Publication,
    PublicationFile,
    Series,
)
from reporting.models.exchange import Exchange, ExchangeReply
from reporting.models.item import Attachment, InformationItem, ItemTurn
from reporting.models.publicity import Publicity, PublicityScan
from reporting.models.score import ScoreEntry, ScoreEvent, ScoreRule
from reporting.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Article",
    "Attachment",
    "Exchange",
    "ExchangeReply",
    "InformationItem",
    "Issue",
    "IssueTurn",
    "ItemTurn",
    "Paragraph",
    "Publication",
    "PublicationFile",
    "Publicity",
    "PublicityScan",
    "ScoreEntry",
    "ScoreEvent",
    "ScoreRule",
    "Series",
    "Webhook",
    "WebhookDelivery",
]
