"""What the record of a method may hold, form by form (P2-65). Asks nothing, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programmes.states import RecordForm

LINE, WORDS, COUNT, TICK, PLACES, CAUSES = "line", "words", "count", "tick", "places", "causes"
"""Kinds of a field: one line, a text, a number, yes or no, numbers of lines of another list, a tree."""
LONGEST_QUESTION = 200
LONGEST_RECORD = 12_000
"""Characters of one record; with the records of an activity its minutes still fit one paper."""
MOST_RECORDS = 12
"""Of one activity."""
MOST_CAUSES, MOST_UNDER, LONGEST_CAUSE = 12, 8, 60


@dataclass(frozen=True)
class Field:
    """One thing that is told; `of` names the list to whose lines the numbers point."""

    key: str
    label: str | Promise
    kind: str = LINE
    longest: int = 200
    most: int = 99
    of: str = ""
    hint: str | Promise = ""


@dataclass(frozen=True)
class Lines:
    """A list; its first field must be said of every line. `fixed` lines are there from the start."""

    key: str
    label: str | Promise
    fields: tuple[Field, ...]
    most: int
    fixed: tuple[tuple[str, str | Promise], ...] = ()
    hint: str | Promise = ""


HATS = (
    ("white", _("White: facts")),
    ("red", _("Red: feelings")),
    ("black", _("Black: risks")),
    ("yellow", _("Yellow: benefits")),
    ("green", _("Green: new ideas")),
    ("blue", _("Blue: the process")),
)
_AUTHOR = Field("author", _("By whom (may stay empty)"), longest=60)
_OUTLINE = _(
    "One cause a line. A line that begins with “-” is why the cause above it is so; “*” at the end marks a key cause."
)  # fmt: skip

SHAPES: Mapping[str, tuple[Field | Lines, ...]] = {
    RecordForm.IDEAS: (
        Lines(
            "ideas",
            _("Ideas"),
            (
                Field("text", _("Idea")),
                _AUTHOR,
                Field("into", _("Merged into number"), COUNT, of="merged"),
            ),
            100,
            hint=_("As they were said, none judged. Ideas that say the same name one line of the merged list."),
        ),
        Lines(
            "merged",
            _("Merged list"),
            (Field("text", _("Merged idea")), Field("chosen", _("chosen"), TICK)),
            40,
        ),
        Field("next", _("What is done next"), WORDS, 1000),
    ),
    RecordForm.VOTES: (
        Lines("items", _("Items"), (Field("text", _("Item")), _AUTHOR), 60,
              hint=_("Round by round, one item each, no debate.")),
        Lines(
            "votes",
            _("Votes"),
            (
                Field("voter", _("Participant"), longest=60),
                Field("choices", _("Chosen items, by number"), PLACES, of="items", most=20),
            ),
            60,
            hint=_("Numbers of the items that each one chose, the best first: 3 1 5."),
        ),
        Field("weighted", _("The first choice counts most"), TICK,
              hint=_("Otherwise every choice counts one.")),
    ),
    RecordForm.TREE: (
        Lines(
            "bones",
            _("Main bones"),
            (Field("name", _("Main bone"), longest=20),
             Field("causes", _("Causes"), CAUSES, hint=_OUTLINE)),
            10,
            hint=_("People, system, money, environment and the like."),
        ),
    ),
    RecordForm.TOPICS: (
        Lines(
            "topics",
            _("Topics"),
            (
                Field("topic", _("Topic of the group")),
                Field("convener", _("Convener"), longest=60),
                Field("minutes", _("What the group reports"), WORDS, 3000),
            ),
            30,
        ),
        Field("closing", _("Closing round"), WORDS, 2000),
    ),
    RecordForm.HATS: (
        Lines(
            "hats",
            _("Hats"),
            (Field("hat", _("Hat")), Field("turn", _("Its turn"), COUNT, most=6),
             Field("notes", pgettext_lazy("hats", "Notes"), WORDS, 2000)),
            6,
            fixed=HATS,
            hint=_("The order is the facilitator's: number the hats as they were worn."),
        ),
    ),
    RecordForm.TABLES: (
        Lines(
            "tables",
            _("Tables"),
            (
                Field("theme", _("Question of the table")),
                Field("host", pgettext_lazy("table", "Host"), longest=60),
                Field("notes", _("Notes of the table"), WORDS, 2000),
            ),
            20,
        ),
        Field("rounds", _("Rounds"), COUNT, most=20),
        Field("harvest", _("Harvest"), WORDS, 3000),
    ),
    RecordForm.LEVELS: (
        Field("objective", _("Objective: what was seen and heard"), WORDS, 3000),
        Field("reflective", _("Reflective: what was felt"), WORDS, 3000),
        Field("interpretive", _("Interpretive: what it means"), WORDS, 3000),
        Field("decisional", _("Decisional: what is decided"), WORDS, 3000),
    ),
    RecordForm.CLUSTERS: (
        Lines(
            "clusters",
            _("Clusters"),
            (
                Field("name", _("Name of the cluster"), longest=60),
                Field("cards", _("Cards"), WORDS, 2000, hint=_("One card a line.")),
            ),
            20,
        ),
        Field("meaning", _("What it means altogether"), WORDS, 3000),
    ),
    RecordForm.COMMENTS: (
        Lines(
            "comments",
            _("Comments"),
            (
                Field("text", _("Comment"), longest=300),
                Field("view", _("From which view"), longest=60),
                _AUTHOR,
            ),
            60,
        ),
        Field("summary", _("Summary"), WORDS, 3000),
    ),
}  # fmt: skip


def fields_in(form: str) -> tuple[Field, ...]:
    """Every field of a form, those of its lists too."""
    found: list[Field] = []
    for part in SHAPES[form]:
        found += part.fields if isinstance(part, Lines) else (part,)
    return tuple(found)
