"""What is findable: tables of the apps above by their names, since nothing here may know their models."""

from dataclasses import dataclass

_DAY = "(s.{} AT TIME ZONE 'Asia/Shanghai')::date"


@dataclass(frozen=True)
class Source:
    """`s` is the row. Each of `names` is (name, initials, spelling with blanks, whether its unit's own)."""

    kind: str
    table: str
    names: tuple[str, ...]
    watched: tuple[str, ...]
    """Columns whose change changes the words."""
    day: str
    path: str = "org_path"
    place: str = "s.org_path"
    """The column of the words' table, and what stands in it."""
    kept: str = "true"
    """Which rows are findable."""

    @property
    def words(self) -> str:
        return "foundation_word" if self.path == "org_path" else "foundation_commonword"


def _titled(column: str, own: str = "false") -> str:
    return f"(s.{column}::text, NULL::text, NULL::text, {own})"


_REWRITTEN = "s.state IN ('returned', 'signed')"
_TOLD = (
    "SELECT t.title::text FROM reporting_itemturn t"
    " WHERE t.item_id = s.id AND t.step = 'submitted' ORDER BY t.at DESC LIMIT 1"
)
_LAST_TOLD = f"(CASE WHEN {_REWRITTEN} THEN ({_TOLD}) END, NULL, NULL, false)"
"""ItemQuerySet.as_read_by(): above the unit a returned item is read as it was last submitted."""
_WRITTEN_ON = "(s.sent_text > 0 AND s.holder_id IS NOT NULL AND s.holder_body = '')"
_SENT = (
    "SELECT t.title::text FROM programmes_dossiertext t"
    " WHERE t.dossier_id = s.id AND t.number = s.sent_text"
)
_LAST_SENT = f"(CASE WHEN {_WRITTEN_ON} THEN ({_SENT}) END, NULL, NULL, false)"
"""title_read(): above the unit a paper on which its sender writes again is read as it was sent."""

SOURCES = (
    Source(
        "organisation",
        "groups_organisation",
        ("(s.name::text, s.initials::text, s.pinyin::text, false)",),
        ("name", "initials", "pinyin", "path", "starts_on"),
        "s.starts_on",
        path="path",
        place="s.path",
    ),
    Source(
        "person",
        "groups_person",
        ("(s.name::text, s.initials::text, s.pinyin::text, false)",),
        ("name", "initials", "pinyin", "org_path", "starts_on"),
        "s.starts_on",
    ),
    Source(
        "project",
        "programmes_project",
        (_titled("title"),),
        ("title", "org_path", "created_at"),
        _DAY.format("created_at"),
    ),
    Source(
        "activity",
        "programmes_activity",
        (_titled("title"),),
        ("title", "org_path", "first_day"),
        "s.first_day",
    ),
    Source(
        "problem",
        "programmes_problem",
        (_titled("title"),),
        ("title", "org_path", "raised_at"),
        _DAY.format("raised_at"),
    ),
    Source(
        "paper",
        "programmes_dossier",
        (_titled("title", f"s.sent_at IS NULL OR {_WRITTEN_ON}"), _LAST_SENT),
        ("title", "org_path", "created_at", "sent_at", "sent_text", "holder_id", "holder_body"),
        _DAY.format("created_at"),
    ),
    Source(
        "regulation",
        "programmes_regulation",
        (_titled("name"), _titled("document_number")),
        ("name", "document_number", "org_path", "issued_on"),
        "s.issued_on",
    ),
    Source(
        "item",
        "reporting_informationitem",
        (_titled("title", f"s.first_submitted_at IS NULL OR {_REWRITTEN}"), _LAST_TOLD),
        ("title", "org_path", "state", "first_submitted_at", "created_at"),
        _DAY.format("created_at"),
    ),
    Source(
        "issue",
        "reporting_issue",
        (
            _titled("headline", "true"),
            _titled("number", "true"),
            "('第' || s.number || '期', NULL, NULL, true)",
            "((SELECT r.title FROM reporting_series r WHERE r.id = s.series_id)::text, NULL, NULL, true)",
        ),
        ("headline", "number", "series_id", "org_path", "published_at", "created_at"),
        _DAY.format("created_at"),
        kept="s.published_at IS NULL",
    ),
    Source(
        "publication",
        "reporting_publication",
        (
            _titled("title"),
            _titled("series_title"),
            _titled("number"),
            "('第' || s.number || '期', NULL, NULL, false)",
        ),
        ("title", "series_title", "number", "dated"),
        "s.dated",
        path="path",
        place="''",
    ),
)
FOLLOWED = (("reporting_series", "title", "reporting_issue", "series_id"),)
"""(table, column, table of a source, its key): the words of the second say a name of the first."""
