"""What office and unit tell and ask each other in the exchange space."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from actionlearning.foundation.models import User
from programmes.models import Programme, Project
from reporting.actions.exchanges import Said, post_exchange, reply, withdraw_exchange
from reporting.models import Exchange

K = Exchange.Kind
MATERIAL = (
    "领题公示怎么做（参考要点）",
    """一、公示前由领导小组集体研究，形成会议记录。
二、公示内容包括课题名称、召集人、团队成员、拟解决的问题和完成时限。
三、公示期不少于五个工作日，收到的意见逐条答复。
各单位可结合实际取用。""",
)
QUESTION = (
    "入户调研怎样避免重复打扰群众？",
    "我们课题组和镇里几项摸底工作时间撞在一起，同一户一个月被走访三次。请问其他单位是怎样统筹的？",
)
ANSWER = "建议先与镇民政办对表，把各项摸底并成一张走访单，一次入户、分头取数。我办可以帮助协调。"
THANKS = "已与三个镇对接，本周起统一走访，效果不错，谢谢！"
EXPERIENCE = (
    "研讨会前先把问题写在卡片上",
    """上次研讨我们改了做法：会前每人交三张问题卡，主持人归类后再讨论。
发言不再跑题，两个小时形成了四条改进措施，记录整理也快了。""",
)
MISTAKE = ("关于十月份集中研讨的通知", "定于十月十五日上午在县民政局三楼会议室召开集中研讨。")


@dataclass
class Exchanges:
    """The posts of one year between an office and one of its units."""

    clock: Clock
    programme: Programme
    office: Unit
    unit: Unit

    def year(self, topic: str, today: date) -> None:
        year = self.programme.year
        self.clock.put(at(date(year, 6, 10), 15), self._material)
        self.clock.put(at(date(year, 7, 14), 9, 20), lambda now: self._question(topic, now))
        self.clock.put(at(date(year, 10, 9), 11), self._mistake)
        day = self.clock.calendar.previous_working(today)
        self.clock.put(at(day, 15, 40), self._experience)

    def _post(self, at_unit: Unit, kind: str, words: tuple[str, str], now: datetime) -> Exchange:
        title, text = words
        said = Said(kind=kind, title=title, text=text)
        by = at_unit.clerk
        return post_exchange(self.programme, at_unit.organisation, said=said, by=by, now=now)

    def _reply(self, post: Exchange, by: User, text: str, moment: datetime) -> None:
        self.clock.put(moment, lambda now: reply(post, text=text, by=by, now=now))

    def _material(self, now: datetime) -> None:
        post = self._post(self.office, K.MATERIAL, MATERIAL, now)
        self._reply(post, self.unit.clerk, "收到，已组织学习。", now + timedelta(days=1))

    def _question(self, topic: str, now: datetime) -> None:
        title, text = QUESTION
        found = Project.objects.filter(
            programme=self.programme, organisation=self.unit.organisation, title=topic
        ).first()
        said = Said(kind=K.QUESTION, title=title, text=text, project=found)
        home, by = self.unit.organisation, self.unit.clerk
        post = post_exchange(self.programme, home, said=said, by=by, now=now)
        self._reply(post, self.office.clerk, ANSWER, now + timedelta(hours=5))
        self._reply(post, by, THANKS, now + timedelta(days=6))

    def _mistake(self, now: datetime) -> None:
        """A notice belongs elsewhere: its author takes it back."""
        post = self._post(self.unit, K.MATERIAL, MISTAKE, now)
        reason = "通知不在交流园地发布，已按公文印发。"
        self.clock.put(
            now + timedelta(hours=1),
            lambda later: withdraw_exchange(post, reason=reason, by=self.unit.clerk, now=later),
        )

    def _experience(self, now: datetime) -> None:
        self._post(self.unit, K.EXPERIENCE, EXPERIENCE, now)
