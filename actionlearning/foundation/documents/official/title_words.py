"""Words of the titles of official papers, so that no line of a title ends inside one.

A list to be lengthened by whoever sees a word torn: nothing but the breaks of a long title depends on it.
"""

import re
from functools import lru_cache

_ENDINGS = """
实施方案 工作方案 解决方案 培训方案 活动方案 培训计划 工作计划 学习计划 行动计划 年度计划 实施办法 管理办法
工作办法 管理制度 工作制度 学习制度 实施细则 实施意见 指导意见 工作总结 总结报告 工作报告 调研报告 成果报告
鉴定报告 结题报告 考察报告 书面报告 情况报告 情况通报 征求意见稿 会议纪要 人员名单 小组名单 工作安排 情况说明
通知 请示 报告 批复 通报 意见 决定 决议 公告 通告 复函 纪要 方案 计划 规划 总结 说明 简报 办法 规定 制度 细则
建议 名单 安排 措施 倡议书 责任书 建议书
"""
_WORDS = """
行动学习 中德合作 学习型 广西 自治区 壮族 全区 全市 全县 本市 本县 本局 重点 项目 课题 子课题 专题 问题 难题
服务 体系 建设 关爱 农村 城镇 城乡 社区 村级 基层 机关 党建 单位 部门 企业 学校 医院 老人 老年人 留守 儿童
妇女 青年 干部 群众 职工 学员 组员 组长 促进师 催化师 召集人 推动者 领导 小组 领导小组 推动小组 行动小组 办公室
执行办公室 评审组 评估组 专家组 委员会 党委 党组 政府 人民政府 组织部 宣传部 民政局 教育局 财政局 卫生局 农业局
林业局 人社局 交通局 水利局 公安局 司法局 审计局 统计局 环保局 住建局 文化局 机关工委 信用社 联社 公司 集团 支行
开展 开好 做好 推进 加强 加快 提高 提升 改善 改进 完善 健全 优化 规范 创新 深化 落实 贯彻 实施 启动 组织 举办
召开 报送 上报 印发 转发 下达 成立 调整 表彰 表扬 申请 申报 批准 同意 审核 审定 审批 备案 评审 鉴定 评估 验收
结题 结项 立项 总结 检查 督查 督促 考核 调研 考察 培训 辅导 研讨 研讨会 研讨班 培训班 学习 交流 宣传 推广 普及
工作 活动 任务 情况 进展 材料 成果 经验 目标 责任 机制 制度 办法 方案 计划 规划 措施 流程 标准 质量 水平 能力
效率 效能 作风 人才 队伍 管理 监督 监管 保障 支持 经费 资金 预算 投入 使用 安全 安全生产 生产 发展 改革 产业
经济 社会 文化 教育 医疗 卫生 养老 救助 帮扶 扶贫 低保 就业 创业 招商 引资 投资 信贷 贷款 金融 客户 市场 营销
政务 审批服务 行政 许可 窗口 办事 便民 信访 矛盾 纠纷 调解 治理 环境 整治 生态 森林 防火 防汛 土地 征收 拆迁
道路 交通 水利 水库 饮水 食品 药品 旅游 信息 信息化 数据 平台 系统 网络 数字化 电子 档案 设备 机组 检修 故障
成本 节约 节能 降耗 库存 物资 先进 优秀 个人 集体 上半年 下半年 季度 年度 月份 阶段 第一批 第二批 第一期 第二期
第一次 第二次 有关 相关 若干 进一步 全面 深入 扎实 认真 积极 切实 有效 如何 怎样 为什么 以及 关于 对于 围绕 通过
孤儿 残疾人 困难 困境 特困 五保 家庭 留守老人 留守儿童 空巢 日间 照料 中心 试点 示范 模式 路径 对策 研究 探索
实践 应用 运用 转化 联系 沟通 协调 合作 协作 共享 考勤 会议 值班 公文 文件 处理 办理 受理 回复 答复 征求 反馈
"""
_ENDED, _KNOWN = (frozenset(text.split()) for text in (_ENDINGS, f"{_ENDINGS} {_WORDS}"))
_LONGEST = max(map(len, _KNOWN))
_WHOLE = re.compile(
    r"[“《〔（][^“”《》〔〕（）]{1,8}[”》〕）]|第[一二三四五六七八九十\d]+[期批次届号年]"
    r"|[A-Za-z0-9.,%‰+−-]+[年月日号期次个项届]?度?"
)
"""What is one piece whatever it says: a short quotation, a count, a number with its unit."""


def is_ending(text: str) -> bool:
    """Whether it names the kind of paper, as 实施方案 and 通知 do."""
    return text in _ENDED


@lru_cache(maxsize=256)
def word_ends(title: str) -> dict[int, bool]:
    """Places between two pieces of a title → whether both sides are known words or marks.

    Cut into as few pieces as the list allows; what it does not know is taken in pairs, as most words are.
    """
    # best[n]: pieces of title[n:] by (how dear, end of the first of them, whether that one is known).
    best: list[tuple[float, int, bool]] = [(0.0, len(title), True)] * (len(title) + 1)
    for place in range(len(title) - 1, -1, -1):
        best[place] = min(
            (cost + best[end][0], -end, known) for end, cost, known in _pieces(title, place)
        )
    found, place, before = {}, 0, True
    while place < len(title):
        _cost, end, known = best[place]
        if place:
            found[place] = before and known
        place, before = -end, known
    return found


def _pieces(title: str, place: int) -> list[tuple[int, float, bool]]:
    """What may begin there: (its end, its price, whether it is known)."""
    whole = _WHOLE.match(title, place)
    if whole:
        return [(whole.end(), 1.0, True)]
    rest = title[place : place + _LONGEST]
    pieces = [(place + n, 1.0, True) for n in range(2, len(rest) + 1) if rest[:n] in _KNOWN]
    pieces.append((place + 1, 1.6, not rest[0].isalpha() or rest[0] in "的和与及在对为等"))
    if len(rest) > 1 and rest[:2].isalpha():
        pieces.append((place + 2, 2.6, False))
    return pieces
