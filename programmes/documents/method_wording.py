"""Words of minutes and of the records in them: in the language of the paper, whoever prints it."""

from collections.abc import Mapping

from programmes.models.project import TeamRole
from programmes.states import ActivityMode, Presence

MINUTES = "活动记录"
"""Stands under the title, and in the file's name."""
WHEN, WHERE, HOW, TOPIC, LOGGER = "时间：", "地点：", "形式：", "课题：", "记录人："
AGENDA = "议程"
ATTENDANCE, METHODS, QUESTIONS, REFLECTIONS, SAID, STEPS = (
    "参加人员",
    "研讨方法及记录",
    "提出的问题",
    "质疑与反思",
    "会议内容",
    "下一步工作",
)
BROUGHT = "上次事项"
"""What earlier activities have left to be done."""
STEP_HEAD = ("序号", "工作内容", "责任人", "完成时限", "完成情况")
DONE = "已于{day}完成"
OPEN = "未完成"
NOTHING_WRITTEN = "（未作记录。）"
KEY_CAUSES = "关键原因："
DRAWN = "鱼骨图：各主骨上的原因见图下文字。"

MODES: Mapping[str, str] = {
    ActivityMode.DISCUSSION: "座谈",
    ActivityMode.ON_SITE: "实地考察",
    ActivityMode.ONLINE: "线上",
}
PRESENCE: Mapping[str, str] = {
    Presence.PRESENT: "出席：",
    Presence.EXCUSED: "请假：",
    Presence.ABSENT: "缺席：",
}
ROLES: Mapping[str, str] = {
    TeamRole.CONVENER: "召集人",
    TeamRole.PROJECT_LEADER: "项目负责人",
    TeamRole.TEAM_LEADER: "组长",
    TeamRole.LIAISON: "联络员",
    TeamRole.STUDY_COMMITTEE: "学习委员",
    TeamRole.PRESENTER: "主持人",
    TeamRole.CORE_LEARNER: "核心学员",
    TeamRole.MEMBER: "成员",
    TeamRole.FACILITATOR: "催化师",
    TeamRole.OBSERVER: "观察员",
}
"""Where the plan has no word of its own for a role."""
HATS: Mapping[str, str] = {
    "white": "白帽（事实）",
    "red": "红帽（感受）",
    "black": "黑帽（风险）",
    "yellow": "黄帽（益处）",
    "green": "绿帽（创意）",
    "blue": "蓝帽（过程）",
}
WORDS: Mapping[str, str] = {
    "number": "序号", "rank": "名次", "points": "得分", "voters": "选择人数",
    "ideas": "意见", "merged": "归并后的意见", "next": "下一步行动", "ranking": "排序结果",
    "text": "内容", "author": "提出人", "into": "归入", "chosen": "选定",
    "items": "条目", "votes": "投票", "voter": "参与人", "choices": "所选条目",
    "weighted": "按先后计分", "bones": "主骨", "name": "名称", "causes": "原因",
    "topics": "议题", "topic": "议题", "convener": "召集人", "minutes": "汇报内容",
    "closing": "结束回顾", "hats": "六顶思考帽", "hat": "帽子", "turn": "次序", "notes": "记录",
    "tables": "各桌讨论", "theme": "讨论题", "host": "桌长", "rounds": "轮次",
    "harvest": "成果收获", "objective": "客观性层面", "reflective": "反应性层面",
    "interpretive": "诠释性层面", "decisional": "决定性层面", "clusters": "归类",
    "cards": "卡片", "meaning": "整体意义", "comments": "意见和点评", "view": "角度",
    "summary": "小结",
}  # fmt: skip
"""Of every list, column and text that a record may have."""
