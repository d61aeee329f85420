"""Words that officials use for the same thing: what a reworded title still has in common with the old one.

A list to be lengthened by whoever finds two topics that were one; nothing but the order of a list of
suggestions depends on it. The first word of a line stands for all of them.
"""

import re

_LINES = """
老人 老年人 高龄 长者 养老 老龄 年老
独居 空巢 孤寡 身边无人
儿童 孩子 未成年人 少儿 幼儿 小孩
留守 父母外出 务工子女 无人照看
孤儿 失去父母 无父母
残疾 残障 失能 行动不便
学生 学子 中小学生
教师 师资 老师 教员
学校 中小学 校园 办学
辍学 失学 控辍保学 上不了学 学籍
医院 卫生院 医疗机构 卫生室 诊所
看病 就医 就诊 求医 诊疗 医疗服务
医生 医务人员 村医 乡医 大夫
低保 最低生活保障 困难补助 救济金
救助 帮扶 救济 接济 帮困 扶助
困难群众 贫困户 低收入 特困 困境 困难家庭 家境贫寒
办事 政务服务 审批 窗口 行政许可 办证 办件
材料 证明 手续 要件
简化 精简 压减 减少 缩短 少跑 一次办 一窗
企业 公司 厂家 市场主体 经营主体
民营 私营 个体 小微
招商 引资 引进项目 项目落地
就业 务工 找工作 上岗 求职 打工
农民工 外出务工人员 进城务工 工人
欠薪 工资拖欠 讨薪 拖欠报酬 讨要工资
培训 教育培训 轮训 授课 学习班
干部 公职人员 机关人员
年轻 青年 新进 新录用
作风 懒政 推诿 拖拉 效能 慢作为 不作为
信访 上访 投诉 来信来访 群众诉求
纠纷 矛盾 争议 调解 化解
村屯 乡村 农村 村庄 村里 乡下
村委 村干部 村级组织 村两委
社区 居委会 小区 街道
物业 业委会 管家
垃圾 废弃物 保洁 环境卫生 脏乱
污水 废水 排污 河道 水质 水体
饮水 自来水 供水 用水 吃水
道路 公路 村道 路面 交通
养护 管护 维护 维修
停车 车位 泊车 乱停
电商 网上销售 直播带货 线上销售 网店
农产品 特产 水果 土产 农货
销路 销售 卖难 滞销 卖不出去 打开市场
合作社 专业社 联合体 联合经营
特色产业 种植 养殖 产业发展 经济作物
贷款 信贷 融资 授信 借款
不良 逾期 坏账 收不回
存款 揽储 储蓄 资金组织
网点 营业厅 柜台 支行
客户 储户 顾客
旅游 景区 文旅 游客 民宿
文化 文艺 图书 书屋 阅读 读书
健身 体育 锻炼 运动
消防 火灾 防火 火情
安全生产 事故 隐患 安全监管
食品 食堂 餐饮 饭菜
防汛 洪水 内涝 暴雨 排涝
森林 林地 山林 造林 林业
土地 用地 耕地 撂荒 抛荒 闲置地
拆迁 征收 征地 安置
危房 住房 农房 房屋
婚丧 红白事 大操大办 移风易俗 彩礼 人情负担
殡葬 公墓 丧葬 安葬 墓地
志愿 义工 志愿者
人才 骨干 专业人员 人员流失
招聘 引才 招引 留住
考核 绩效 考评 评价 激励
成本 费用 开支 降本 节约
设备 机组 机器 机电
故障 停机 检修 失灵
质量 合格率 品质 次品
库存 仓储 物资 备件
节能 能耗 用电 耗能
数据 信息化 系统 平台 数字化
共享 互通 联网 打通
档案 资料 台账 卷宗
宣传 知晓 普及 告知
党员 党支部 党建 党组织
流动 外出
监督 监管 监察 督查
"""
_FIRST = {word: line.split()[0] for line in _LINES.strip().splitlines() for word in line.split()}
_ANY = re.compile("|".join(sorted(map(re.escape, _FIRST), key=len, reverse=True)))


def meant(text: str) -> frozenset[str]:
    """What a text speaks of, each thing by the first word of its line."""
    return frozenset(_FIRST[found] for found in _ANY.findall(text))
