"""README's first steps, done as written by the people it names, on the demonstration world."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from actionlearning.demo.worlds import WORLDS
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Obligation, Project
from reporting.models import InformationItem
from tests.conftest import found_tenant
from tests.running import beijing

TODAY = date(2026, 11, 22)
BODY = "11月20日，县民政局召开行动学习专题研讨会，围绕养老服务质量形成三条措施，落实到人。"


@pytest.fixture
def space(db: None, monkeypatch: Any) -> Any:
    """`space("teng")`: the demonstration world of that name, at ten o'clock in the morning."""
    monkeypatch.setattr(
        "actionlearning.foundation.middleware.instant", lambda _read_at: beijing(11, 22, 10)
    )
    entered = []

    def enter(slug: str) -> Any:
        made = found_tenant(f"readme-{slug}")
        opened = scope(made, path=WHOLE, actor=None)
        opened.__enter__()
        entered.append(opened)
        world = next(each for each in WORLDS if each.slug == slug)
        with transaction.atomic():
            world.build(User.objects.get(is_system=True), TODAY, lambda _share: None)
        return made

    yield enter
    for opened in reversed(entered):
        opened.__exit__(None, None, None)


def press(client: Any, slug: str, step: str, pk: Any, /, **typed: Any) -> None:
    answer = client.post(reverse(step, args=[slug, pk]), typed)
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.slow
def test_the_item_of_the_month(space: Any, sign_in: Any) -> None:
    slug = space("teng").slug
    clerk = sign_in(User.objects.get(login="minzheng-ganshi"))

    owed = [
        duty
        for duty in clerk.get(f"/t/{slug}/").context["duties"]
        if "information/new/" in duty["address"]
    ]
    form = clerk.get(owed[0]["address"]).context["form"]
    typed = {"duty": form["duty"].value(), "kind": "dynamic", "title": "召开专题研讨会"}
    place = clerk.post(reverse("reporting:item_new", args=[slug]), typed)
    item = InformationItem.objects.get(title="召开专题研讨会")
    assert place.url == reverse("reporting:item_edit", args=[slug, item.pk])
    words = {"title": item.title, "kind": item.kind, "body": BODY, "truthful": "on"}
    words |= {"window_key": item.window_key, "version": item.version}
    assert (
        clerk.post(reverse("reporting:item_draft", args=[slug, item.pk]), words).status_code == 200
    )

    director = sign_in(User.objects.get(login="minzheng-zhuren"))
    press(director, slug, "reporting:item_signature", item.pk)
    clerk = sign_in(User.objects.get(login="minzheng-ganshi"))
    press(clerk, slug, "reporting:item_submission", item.pk, truthful="on")

    item.refresh_from_db()
    duty = Obligation.objects.get(
        organisation=item.organisation, window_key=item.window_key, deliverable="information_item"
    )
    assert (item.state, duty.met_at) == ("submitted", beijing(11, 22, 10))
    office = sign_in(User.objects.get(login="xianban-zhuren"))
    press(office, slug, "reporting:item_adoption", item.pk)


@pytest.mark.slow
def test_the_topic_with_its_team(space: Any, sign_in: Any) -> None:
    slug = space("guitong").slug
    who = User.objects.get
    clerk = sign_in(who(login="yanghu-ganshi"))

    form = clerk.get(reverse("programmes:project_new", args=[slug])).context["form"]
    place = form.fields["enrolment"].queryset.first()
    words = {"title": "桥梁养护", "background": "底数不清", "approach": "分类建档", "months": 5}
    clerk.post(
        reverse("programmes:project_new", args=[slug]),
        {**words, "expected_result": "规程一份", "enrolment": place.pk},
    )
    topic = Project.objects.get(title="桥梁养护")
    leader = sign_in(who(login="yanghu-zuzhang"))
    press(leader, slug, "programmes:project_choice", topic.pk, opinion="同意")

    clerk = sign_in(who(login="yanghu-ganshi"))
    refused = clerk.post(reverse("programmes:project_submission", args=[slug, topic.pk]), {})
    assert refused.status_code == 409
    assert "P1-31" in refused.content.decode()
    for number, role in enumerate(("team_leader", *["member"] * 6)):
        press(clerk, slug, "programmes:project_members", topic.pk, name=f"组员{number}", role=role)
    press(clerk, slug, "programmes:project_submission", topic.pk)

    assert Project.objects.get(pk=topic.pk).state == "submitted"
