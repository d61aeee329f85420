"""Official papers after GB/T 9704-2012: describe one as a `Paper`, take it in the form you need."""

from actionlearning.foundation.documents.official.fonts import missing
from actionlearning.foundation.documents.official.paper import (
    Annex,
    Attachments,
    Block,
    Circulation,
    Drawing,
    EditorsNote,
    Heading,
    Letterhead,
    Level,
    Masthead,
    Paper,
    Paragraph,
    Recipient,
    Signature,
    Source,
    Table,
    Tail,
    Title,
)
from actionlearning.foundation.documents.official.reading import paragraphs, plain_text
from actionlearning.foundation.documents.official.typesetting import PDF, pages, pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""Media type."""


def docx(paper: Paper) -> bytes:
    """A Word file with the words of the PDF in the same order. The same paper gives the same bytes."""
    from actionlearning.foundation.documents.official import word  # noqa: PLC0415 - see `pdf`

    return word.docx(paper)


__all__ = [
    "DOCX", "PDF", "Annex", "Attachments", "Block", "Circulation", "Drawing", "EditorsNote", "Heading",
    "Letterhead", "Level", "Masthead", "Paper", "Paragraph", "Recipient", "Signature", "Source", "Table", "Tail", "Title",
    "docx", "missing", "pages", "paragraphs", "pdf", "plain_text",
]  # fmt: skip
