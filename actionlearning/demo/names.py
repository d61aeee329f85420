"""Invented people. Any likeness to somebody is chance: surnames and given names are drawn from lists."""

import random
from collections.abc import Iterator

SURNAMES = "黄韦李梁陈覃莫卢罗蒙农陆廖苏谢潘周蓝何唐邓甘欧凌庞"
GIVEN = (  # noqa: SIM905  readable in one block
    "志远 晓梅 建华 雅琴 立新 海燕 国栋 秋菊 永康 丽萍 思源 文静 宏伟 春兰 家明 玉珍 振宇 慧敏 光耀 小凤 "
    "泽民 佩玲 子健 艳红 天佑 桂香 俊杰 美霞 启航 淑芬 正阳 若兰 德胜 婉婷 世昌 凤英 修远 月娥 承志 冬梅 "
    "向东 彩云 学文 素贞 兴邦 雪莹 敬业 慕青 长春 念慈 守诚 含笑 一鸣 可心 景行 知微 牧野 清扬 怀瑾 握瑜"
).split()


def people(seed: int) -> Iterator[str]:
    """Names that do not repeat, always the same for the same seed."""
    drawn = random.Random(seed)  # noqa: S311  a repeatable draw is wanted
    seen: set[str] = set()
    while len(seen) < len(SURNAMES) * len(GIVEN):
        name = drawn.choice(SURNAMES) + drawn.choice(GIVEN)
        if name not in seen:
            seen.add(name)
            yield name
