"""People who speak for others in the demonstration: experts, an acting holder, a voice lent; and who lacks training."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from actionlearning.demo.clock import at
from actionlearning.demo.staff import Staff, Unit
from actionlearning.demo.story import Story
from actionlearning.foundation.models import User
from groups.actions.bodies import appoint
from groups.actions.delegations import delegate
from groups.models import Person, Post, Tenure
from groups.roles import BodyKind
from programmes.actions.bodies import form_by_plan
from programmes.actions.trainings import record_training
from programmes.actions.turns import take_turn
from programmes.models import Project, Turn
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.queries.trainings import untrained_of
from programmes.states import TrainingContents

EXPERTS = ("zhuanjia1", "zhuanjia2")
POINT = "请补充分乡镇的前后对比数据。"


def experts(staff: Staff, story: Story, unit: Unit, days: tuple[date, date]) -> None:
    """Two from outside review what comes: the first, in charge for the time being, has spoken on it, with a point to answer."""

    def seat(now: datetime) -> None:
        day = local_day(now)
        (body,) = form_by_plan(
            unit.organisation, starts_on=day, by=unit.director, now=now, kinds=[BodyKind.REVIEW_TEAM]
        )  # fmt: skip
        posts = Post.objects.filter(body=body).order_by("rank")
        for number, (login, post) in enumerate(zip(EXPERTS, posts, strict=True)):
            person = staff.person(unit.organisation, "外聘专家", now, rank=90 + number)
            staff.sign_in(f"{unit.login}-{login}", person, now)
            person = Person.objects.get(pk=person.pk)
            acting = number == 0
            appoint(post, person=person, starts_on=day, by=unit.director, now=now, acting=acting)

    def speak(now: datetime) -> None:
        turn = Turn.objects.open().filter(body=BodyKind.REVIEW_TEAM).order_by("received_at").first()
        if turn is not None:
            by = User.objects.get(login=f"{unit.login}-{EXPERTS[0]}")
            said = "数据扎实，结论可行。"
            take_turn(
                turn, outcome=Outcome.REVIEWED, text=turn.text, opinion=said, remarks=[POINT], by=by, now=now
            )  # fmt: skip

    first, then = days
    story.clock.put(at(first, 9), seat)
    story.clock.put(at(then, 9), speak)


def voice_lent(story: Story, office: Unit, day: date) -> None:
    """The director of the county's office is away for a fortnight."""

    def lend(now: datetime) -> None:
        director, first = office.director, local_day(now)
        tenure = Tenure.objects.get(
            user=director, post__body__kind=BodyKind.EXECUTIVE_OFFICE, ends_on=None
        )
        last = first + timedelta(days=14)
        delegate(
            tenure, to=office.clerk, starts_on=first, ends_on=last, reason="赴自治区党校学习",
            by=director, now=now,
        )  # fmt: skip

    story.clock.put(at(day, 9), lend)


def trainings(story: Story, unit: Unit, title: str, day: date) -> None:
    """Everybody of the team but its last learner was there."""

    def record_all(now: datetime) -> None:
        project = Project.objects.get(
            programme=story.programme, organisation=unit.organisation, title=title
        )
        held, course = local_day(now), "行动学习理念与方法导入班"
        for person in list(untrained_of(project))[:-1]:
            record_training(
                person, programme=story.programme, contents=TrainingContents.METHODS, title=course,
                held_on=held, hours=Decimal(8), by=unit.clerk, now=now,
            )  # fmt: skip

    story.clock.put(at(day, 17), record_all)
