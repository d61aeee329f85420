"""What the county's teams talk about from June on: seminars, research, their minutes and what they left to be done."""

from dataclasses import dataclass
from typing import Any

from actionlearning.demo.texts import Topic


@dataclass(frozen=True)
class Told:
    """One activity; `day` is (month, day), the working day before it where that is none."""

    day: tuple[int, int]
    title: str
    kind: str = "core_seminar"
    absent: tuple[str, ...] = ()
    """Roles of those who were missing."""
    methods: tuple[str, ...] = ()
    minutes: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    """(what is to be done, days until)."""


LEDGER = Topic(
    "留守老人动态台账建设",
    "各村底册口径不一，外出务工子女联系方式缺失多。",
    "统一登记表，村级养老服务站入户核实，按自理能力分三类。",
    "建成一人一档的动态台账，每季度更新。",
    "县民政局、乡镇民政办",
    6,
)
MUTUAL_HELP = Topic(
    "邻里互助与应急呼叫机制",
    "老人突发情况时无人知晓，邻里帮一把靠人情，不长久。",
    "在五个乡镇选互助带头人，约定探访次数，试装应急呼叫设备。",
    "形成互助公约和应急处置流程，在五个乡镇试行。",
    "县民政局、村委会",
    6,
)
MINUTES = (
    "项目负责人说明本次要解决的问题，促进师讲明规则。各学员结合走访情况逐一发言，"
    "先说事实，再说原因，最后提办法；相近意见当场合并，形成共识后逐条落实责任人和时间。"
)
WHOLE = (
    Told(
        (6, 12), "我们到底要解决留守老人的什么问题", methods=("brainstorming",),
        minutes=f"{MINUTES}会议认为，探访底数不清、互助无人组织、应急无人响应是三个主要问题。",
        steps=(("汇总六个乡镇的老人底册", 14), ("列出入户走访提纲", 7)),
    ),
    Told(
        (7, 10), "留守老人关爱服务问题分析会", "group_seminar", methods=("fishbone",),
        minutes=f"{MINUTES}用鱼骨图从人员、制度、经费、环境四个方面查找原因，确定三个关键原因。",
    ),
    Told((7, 17), "关爱服务措施从哪里入手", methods=("nominal_group",), minutes=MINUTES),
    Told((7, 24), "到濛江镇走访留守老人和养老服务站", "research", minutes="走访老人21户、服务站3个。"),
    Told(
        (8, 14), "村级养老服务站怎样承担探访任务", methods=("six_hats",), minutes=MINUTES,
        steps=(("起草《探访关爱工作规程》初稿", 21), ("与财政部门商量探访补助标准", 28)),
    ),
    Told((8, 27), "到金鸡镇召开老人和村干部座谈会", "research", minutes="参加座谈32人，收集意见19条。"),
    Told(
        (9, 18), "探访、互助、应急三项机制如何衔接", absent=("convener",), minutes=MINUTES,
        steps=(("补齐八个村的应急联系人", 14),),
    ),
    Told(
        (10, 16), "五个乡镇试点中期复盘", methods=("open_space",),
        minutes=f"{MINUTES}各小组自选议题，围绕谁来探访、谁来付钱、谁来评价分组讨论。",
        steps=(
            ("互助点并入村级服务站的方案送党组会", 21),
            ("制作探访服务指引卡片", 28),
            ("请县医院培训应急处置", 70),
        ),
    ),
    Told(
        (11, 13), "工作规程逐条讨论", methods=("brainstorming",), minutes=MINUTES,
        steps=(("按意见修改规程并征求乡镇意见", 14), ("整理项目成果材料", 25)),
    ),
)  # fmt: skip
"""One a month; in September without the leader in charge."""
DOOR = (10, 16)
"""This one was signed in at the door, and photographed."""
DRAFTED = (11, 13)
"""Of this one the information officer has had an item drafted."""
OF_LEDGER = (
    Told((6, 10), "台账要登记哪些信息"),
    Told((6, 23), "三类老人怎样划分", steps=(("拟定自理能力评估表", 14),)),
    Told((7, 9), "入户登记中遇到的困难"),
    Told((7, 22), "登记表试填讲评", methods=("brainstorming",)),
    Told((7, 29), "到三个村试填登记表", "research", minutes="试填46户，平均每户18分钟。"),
    Told((8, 20), "子女联系方式怎样补齐", steps=(("请派出所协助核对联系方式", 20),)),
    Told((9, 10), "台账由谁更新、多久更新一次"),
    Told((9, 16), "到太平镇核对台账", "research", minutes="抽查60户，差错4户，当场更正。"),
    Told((9, 24), "数据口径与低保系统对接"),
    Told((10, 14), "第三季度更新情况讲评"),
    Told((10, 28), "重点对象名单怎样使用", methods=("nominal_group",)),
    Told((11, 5), "台账管理办法讨论"),
    Told((11, 19), "一人一档样本讲评", steps=(("按样本补全档案", 21),)),
)
"""Two a month; one only in August."""
OF_MUTUAL_HELP = (
    Told((6, 11), "谁来当互助带头人"),
    Told((6, 24), "互助公约写什么"),
    Told((7, 8), "邻里互助的好做法"),
    Told((7, 21), "应急呼叫设备选型", steps=(("请三家厂商送样试用", 14),)),
    Told((8, 6), "试装点位怎样定"),
    Told((8, 25), "应急处置流程推演", methods=("six_hats",)),
    Told((9, 8), "带头人补助和表扬办法"),
    Told((9, 22), "试装一个月情况讲评"),
    Told((10, 22), "误报多怎么办", steps=(("与厂商改进呼叫按钮", 15),)),
    Told((11, 4), "公约执行情况互评"),
    Told((11, 18), "应急处置流程定稿"),
)
"""Two a month; one only in October, and no research yet."""
OF_A_MODEL = (
    Told((7, 10), "救助办理堵点分析会", "group_seminar", methods=("fishbone",)),
    Told((7, 15), "方法技能培训班", "training", minutes="讲授流程再造方法，用本县救助事项分组演练。"),
    Told((7, 24), "核心学员研讨会，归类问题", methods=("brainstorming",)),
    Told((7, 31), "入户摸底", "research", minutes="走访申请救助家庭46户，逐户记录跑动次数和材料。"),
    Told((8, 21), "到外县学习考察", "research", minutes="考察综合窗口两处，带回事项清单和转办单样本。"),
    Told((8, 28), "核心学员研讨会，提出措施", methods=("nominal_group",)),
    Told((9, 8), "新学员补训", "training", minutes="补训乡镇新到岗的救助经办人员。"),
    Told((9, 19), "事项清单和转办时限逐项核定"),
    Told((10, 23), "中期回顾", methods=("open_space",)),
    Told((11, 12), "五个乡镇试点", "implementation", minutes="五个乡镇综合窗口全部受理，平均办理14个工作日。"),
    Told((11, 18), "成果自评，定稿工作规程"),
    Told(
        (11, 25), "社会救助“一门受理”项目鉴定会", "appraisal_meeting",
        minutes="专家组听取实施进展和工作规程、事项清单等物化成果汇报，查看两个乡镇综合窗口，提出完善意见。",
    ),
    Told((11, 28), "总结固化", "implementation", minutes="工作规程和事项清单经局党组会审定，印发九个乡镇。"),
    Told((12, 11), "鉴定意见逐条落实情况"),
)  # fmt: skip
"""Of the topic concluded last year: what its plan's timetable proposed, and a seminar in each month."""
NEXT = ("项目成果汇报会", (12, 10))
PHOTOS = (("研讨现场.jpg", "分组讨论互助点怎样设置"), ("成果墙.jpg", "各小组把议题贴上墙"))

_IDEAS: dict[str, Any] = {
    "ideas": [
        {"text": "每村配一名探访员", "into": 1},
        {"text": "由网格员兼任探访员", "into": 1},
        {"text": "老人之间结对", "into": 2},
        {"text": "低龄老人帮高龄老人", "into": 2},
        {"text": "用广播提醒探访日"},
    ],
    "merged": [
        {"text": "网格员兼任探访员，每周一次", "chosen": True},
        {"text": "低龄老人与高龄老人结对互助", "chosen": True},
    ],
    "next": "先在两个村试行一个月，再定次数和补助。",
}
_ITEMS: dict[str, Any] = {
    "items": [{"text": "统一探访标准"}, {"text": "建立互助点"}, {"text": "补齐应急联系人"}],
    "votes": [
        {"voter": "组长", "choices": [1, 3]},
        {"voter": "联络员", "choices": [1, 2]},
        {"voter": "学员代表", "choices": [3, 1]},
    ],
    "weighted": True,
}
_TREE: dict[str, Any] = {
    "bones": [
        {"name": "人员", "causes": "服务站只有一人*\n- 兼管养老和残联\n志愿者流动大"},
        {"name": "制度", "causes": "探访没有标准*\n没有评价办法"},
        {"name": "经费", "causes": "探访补助没有来源*"},
        {"name": "环境", "causes": "山区村屯分散\n子女常年在外"},
    ]
}
_TOPICS: dict[str, Any] = {
    "topics": [
        {"topic": "谁来探访", "convener": "联络员", "minutes": "以网格员为主，志愿者补充。"},
        {"topic": "谁来付钱", "convener": "组长", "minutes": "县级补一点，村集体出一点。"},
        {"topic": "谁来评价", "convener": "学员代表", "minutes": "老人说了算，每季度回访。"},
    ],
    "closing": "三组意见汇成一张清单，下次研讨会前各自核实可行性。",
}
_HATS: dict[str, Any] = {
    "hats": [
        {"hat": "white", "turn": 1, "notes": "全镇留守老人412人，服务站3个，专职人员3名。"},
        {"hat": "black", "turn": 2, "notes": "站点人手不足，夜间无人值守。"},
        {"hat": "yellow", "turn": 3, "notes": "老人熟悉站点，邻里愿意帮忙。"},
        {"hat": "green", "turn": 4, "notes": "站点与卫生室共用值班人员。"},
    ]
}
RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "brainstorming": ("怎样让探访坚持下去？", _IDEAS),
    "nominal_group": ("三项工作先做哪一项？", _ITEMS),
    "fishbone": ("关爱服务为什么断断续续？", _TREE),
    "open_space": ("互助点怎样办得长久？", _TOPICS),
    "six_hats": ("由服务站承担，行不行？", _HATS),
}
"""Method → question and what was written down."""
