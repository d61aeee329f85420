"""What the papers of the demonstration say."""

from collections.abc import Callable

Lines = Callable[[int], tuple[tuple[str, str, str], ...]]

TEXTS = {
    "guiding_ideology": "坚持问题导向、做中学学中做，把行动学习同重点工作、队伍建设结合起来。",
    "goals": "围绕两个重点课题，年内形成可推广的工作规程，带出一支会研讨、能解题的骨干队伍。",
    "approach": "一个课题一个小组，每月研讨、每月报送、每季回顾，边实施边改进。",
    "promotion": "先在四个单位推开，年底总结后逐步覆盖全集团；推动小组每季度调度一次。",
    "methods": "选题、组队、定案、实施、评审、推广六个环节，逐项明确责任部门和时限。",
    "planning": "首批六个市、县（区）先行，每三个月集中研讨一次，总结后逐步推开；推动小组每季度调度一次。",
    "scheme": "五月建立机构，六月选题组队，此后边研讨边实施，次年七月总结评估。",
    "steps": "六月选题组队，七月定案，八月至十一月实施，十二月总结评估。",
    "measures": "主要领导负总责，执行办每月督促，所需经费列入年度预算。",
    "goal": "年底前建成台账，形成工作规程，并在五个乡镇推广。",
    "milestones": "七月摸底，九月试点，十一月总结。",
    "expected_results": "工作规程一份、经验材料一篇。",
    "contents": "理念导入、流程步骤、团队列名法和鱼骨图，共六学时。",
    "teachers": "县行动办促进师两名，县委党校教师一名。",
    "learners": "课题组全体成员和所涉乡镇民政助理员，共二十四人。",
    "system": "行动学习工作制度",
    "text": "一、职责分工明确到人。\n二、每月至少研讨一次，当天形成记录。\n三、每月25日前报送信息。\n四、年底统一考核。",
    "done": "本季度研讨三次，完成入户调研和问题归类，形成措施十二条，已落实九条。",
    "problems": "部门数据口径不一，需人工核对；基层经办人员变动较多。",
    "next": "继续试点，十一月底前形成工作规程初稿。",
    "problem": "底数不清、流程偏长、力量不足，目标是一本台账、一张流程图、一支队伍。",
    "solution": "统一排查口径，一表申报，首问负责，限时办结；村级设信息员，每周更新。",
    "results": "台账与三部门数据相符，平均办理时间由十二天缩短到五天。",
    "guarantee": "规程以局文件印发，列入年度考核。",
    "findings": "对六个乡镇、四十八户开展了入户调研。",
    "suggestions": "建立统一台账，推行一表申报。",
    "matter": "请派促进师一名，到县民政局指导课题研讨一次。",
    "grounds": "本局学员首次使用团队列名法，需要现场辅导。",
    "when": "八月中旬，二十四人。",
}
"""Key of a section → what a clerk would write there."""

SYSTEMS = (
    "行动学习学习制度",
    "行动学习项目管理制度",
    "行动学习经费管理制度",
    "行动学习信息报送制度",
    "行动学习学员管理制度",
)

TIMETABLE: dict[str, Lines] = {
    "training": lambda year: (
        (f"{year}-07-13", f"{year}-07-15", "方法技能培训班"),
        (f"{year}-09-08", f"{year}-09-08", "新学员补训"),
    ),
    "research": lambda year: (
        (f"{year}-07-20", f"{year}-07-31", "入户摸底"),
        (f"{year}-08-10", f"{year}-08-21", "到外县学习考察"),
    ),
    "seminars": lambda year: (
        (f"{year}-07-24", f"{year}-07-24", "核心学员研讨会，归类问题"),
        (f"{year}-08-28", f"{year}-08-28", "核心学员研讨会，提出措施"),
        (f"{year}-10-23", f"{year}-10-23", "中期回顾"),
    ),
    "implementation": lambda year: (
        (f"{year}-09-01", f"{year}-11-13", "五个乡镇试点"),
        (f"{year}-11-16", f"{year}-11-30", "总结固化"),
    ),
}
"""Key of a timetable → its lines in a year: first day, last day, what is done."""
