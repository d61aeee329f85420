"""Methods of discussion and their records (P2-65). Asks nothing, writes nothing."""

from programmes.methods.catalogue import (
    METHOD_KEYS,
    OWN,
    USUAL,
    catalogue,
    form_of,
    plan_methods,
)
from programmes.methods.fishbone import Picture, draw
from programmes.methods.reading import WHOLE, read
from programmes.methods.shapes import (
    CAUSES,
    COUNT,
    HATS,
    LINE,
    LONGEST_QUESTION,
    LONGEST_RECORD,
    MOST_RECORDS,
    PLACES,
    SHAPES,
    TICK,
    WORDS,
    Field,
    Lines,
    fields_in,
)
from programmes.methods.showing import Part, Ranked, key_causes, outline, parts_of, tally

__all__ = [
    "CAUSES", "COUNT", "HATS", "LINE", "LONGEST_QUESTION", "LONGEST_RECORD", "METHOD_KEYS", "MOST_RECORDS",
    "OWN", "PLACES", "SHAPES", "TICK", "USUAL", "WHOLE", "WORDS", "Field", "Lines", "Part", "Picture", "Ranked",
    "catalogue", "draw", "fields_in", "form_of", "key_causes", "outline", "parts_of", "plan_methods",
    "read", "tally",
]  # fmt: skip
