"""What a team wrote down of its methods: a fishbone, and the vote on where to begin."""

from datetime import datetime
from typing import Any

from actionlearning.foundation.models import User
from programmes.actions.method_records import open_record
from programmes.models import Activity

TREE: dict[str, Any] = {
    "bones": [
        {"name": "人员", "causes": "村级服务人员少*\n- 一人兼多岗\n- 没有轮班\n志愿者不固定"},
        {"name": "制度", "causes": "没有上门服务标准*\n- 各村做法不一\n台账不统一"},
        {"name": "经费", "causes": "补助标准偏低\n- 交通费没有列支"},
        {"name": "环境", "causes": "村屯分散\n- 单程超过一小时\n子女常年在外"},
    ]
}
VOTES: dict[str, Any] = {
    "items": [
        {"text": "制定上门服务标准"},
        {"text": "建立邻里互助点"},
        {"text": "统一服务台账"},
        {"text": "争取交通补助"},
    ],
    "votes": [
        {"voter": "组长", "choices": [1, 2, 3]},
        {"voter": "催化师", "choices": [2, 1, 4]},
        {"voter": "成员甲", "choices": [2, 3, 1]},
        {"voter": "成员乙", "choices": [1, 2, 3]},
    ],
    "weighted": True,
}


def write_down(activity: Activity, by: User, now: datetime) -> None:
    told = (
        ("fishbone", "上门照料服务为什么跟不上？", TREE),
        ("nominal_group", "先从哪里改起？", VOTES),
    )
    for method, question, content in told:
        open_record(activity, method=method, question=question, content=content, by=by, now=now)
