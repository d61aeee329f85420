"""Which methods may be used: those that the plan names, and behind them the product's own (P2-65)."""

from collections.abc import Mapping
from typing import Any

from programmes.states import RecordForm

USUAL: tuple[Mapping[str, Any], ...] = tuple(
    {"key": key, "name": name, "name_en": name_en, "record": record}
    for key, name, name_en, record in (
        ("brainstorming", "头脑风暴法", "Brainstorming", RecordForm.IDEAS),
        ("nominal_group", "团队列名法", "Nominal group technique", RecordForm.VOTES),
        ("fishbone", "鱼骨图", "Fishbone diagram", RecordForm.TREE),
        ("open_space", "开放空间", "Open space", RecordForm.TOPICS),
        ("six_hats", "六顶思考帽", "Six thinking hats", RecordForm.HATS),
        ("world_cafe", "世界咖啡", "World café", RecordForm.TABLES),
        ("focused_conversation", "聚焦式会谈", "Focused conversation", RecordForm.LEVELS),
        ("team_co_creation", "团队共创", "Team co-creation", RecordForm.CLUSTERS),
    )
)
"""In the words of the packs; available whatever a plan says."""
OWN: Mapping[str, Any] = {
    "key": "own",
    "name": "自创方法",
    "name_en": "A method of our own",
    "record": RecordForm.COMMENTS,
}
"""Behind every catalogue: plans ask for new methods, too."""
METHOD_KEYS = ", ".join(row["key"] for row in (*USUAL, OWN))
"""What programs may send under every plan."""
_FORMS = {row["key"]: row["record"] for row in USUAL}


def plan_methods(head: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Rows by key, in the plan's order; {} where it names none."""
    return {row["key"]: row for row in head.get("methods", ())}


def catalogue(head: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Rows by key: the plan's first and in its words, then the usual ones, then whatever a team invents."""
    named = plan_methods(head)
    behind = {row["key"]: row for row in (*USUAL, OWN) if row["key"] not in named}
    return {**named, **behind}


def form_of(method: Mapping[str, Any]) -> RecordForm:
    """Of one row of a catalogue; a row of before has its usual form, a method that somebody invented comments."""
    told = method.get("record") or _FORMS.get(method["key"], RecordForm.COMMENTS)
    return RecordForm(told)
