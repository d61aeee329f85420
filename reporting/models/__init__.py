from reporting.models.item import Attachment, InformationItem, ItemTurn

__all__ = ["Attachment", "InformationItem", "ItemTurn"]
