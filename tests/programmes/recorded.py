"""Activities that were held, with records of their methods, made by the real verbs."""

from datetime import date, timedelta
from typing import Any

from programmes.actions.activity_logs import Log, log_activity, team_on
from programmes.actions.method_records import open_record
from programmes.models import Activity, MethodRecord
from programmes.states import Presence
from tests.programmes.activities import activity
from tests.running import beijing
from tests.world import World

HELD = beijing(7, 14, 15)
AFTER = beijing(7, 14, 18)
TREE = {
    "bones": [{"name": "人员", "causes": "编制少*\n- 借调多"}, {"name": "经费", "causes": "补助低"}]
}
CONTENTS: dict[str, dict[str, Any]] = {
    "brainstorming": {
        "ideas": [{"text": "设互助点", "author": "王", "into": 1}, {"text": "邻里结对", "into": 1}],
        "merged": [{"text": "邻里互助点", "chosen": True}],
        "next": "先在两个村试",
    },
    "nominal_group": {
        "items": [{"text": "上门标准"}, {"text": "统一台账"}],
        "votes": [{"voter": "王", "choices": "2 1"}, {"voter": "李", "choices": "2"}],
        "weighted": True,
    },
    "fishbone": TREE,
    "open_space": {
        "topics": [{"topic": "怎样排班", "convener": "李", "minutes": "两人一组\n每周一轮"}],
        "closing": "各组报告",
    },
    "six_hats": {"hats": [{"hat": "black", "turn": 1, "notes": "风险在经费"}]},
    "world_cafe": {
        "tables": [{"theme": "谁来照料？", "host": "赵", "notes": "邻里先行\n志愿者补位"}],
        "rounds": 3,
        "harvest": "照料要有分工",
    },
    "focused_conversation": {
        "objective": "走访了十二户",
        "reflective": "老人怕麻烦人",
        "interpretive": "缺的是日常照看",
        "decisional": "先建互助点",
    },
    "team_co_creation": {
        "clusters": [{"name": "人手", "cards": "结对\n轮班"}],
        "meaning": "人手靠邻里",
    },
    "own": {"comments": [{"text": "换位一天", "view": "群众"}], "summary": "有效"},
}


def seminar(project: Any, world: World, **given: Any) -> Activity:
    facts = {"kind": "core_seminar", "first_day": date(2026, 7, 14), "title": "七月研讨会", **given}
    return activity(project, world, **facts)


def held(project: Any, world: World, made: Activity | None = None, **given: Any) -> Activity:
    """Logged by the unit's clerk; everybody of the team was there."""
    presence = {row.pk: Presence.PRESENT for row in team_on(project, HELD)}
    log = Log(
        **{
            "began_at": HELD,
            "ended_at": HELD + timedelta(hours=2),
            "presence": presence,
            "venue": "三楼会议室",
            "modes": ("discussion",),
            **given,
        }
    )
    return log_activity(made or seminar(project, world), log, by=world.ben, now=AFTER)


def recorded(made: Activity, world: World, method: str = "fishbone", **given: Any) -> MethodRecord:
    facts = {"question": "为什么跟不上？", "content": CONTENTS[method], **given}
    return open_record(made, method=method, by=world.ben, now=AFTER, **facts)
