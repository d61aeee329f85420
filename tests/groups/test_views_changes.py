"""Pages that mend what was entered: posts, appointments, rosters, sign-ins, first days."""

from datetime import timedelta

from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint
from groups.models import Body, Person, Post, Tenure
from groups.roles import Role
from tests.groups.test_views_forms import at, group_of, person_of, today
from tests.moments import NOON
from tests.world import START, office_of


def post_of(user) -> Post:
    return Post.objects.get(tenures__user=user)


def test_a_post_is_changed_and_ended_by_its_pages(world, sign_in):
    client, post = sign_in(world.dora), post_of(world.lena)
    asked = {"title": "组长(代)", "role": post.role, "rank": 1, "seats": 1, "seen": 1}

    changed = client.post(at("post_edit", post), asked)
    ended = client.post(at("post_ending", post), {"on": today()})

    assert changed["Location"] == ended["Location"] == at("body_detail", group_of(world))
    post.refresh_from_db()
    assert (post.title, post.ends_on) == ("组长(代)", today())
    shown = client.get(at("body_detail", group_of(world))).context["posts"][0]
    assert (shown["stands"], shown["free"], shown["vacant"]) == (False, False, 0)
    assert client.get(at("post_edit", post)).status_code == 404


def test_a_clerk_who_takes_rights_by_a_post_keeps_what_was_typed(world, sign_in):
    post = post_of(world.lena)
    asked = {"title": "组长", "role": "liaison", "rank": 1, "seats": 1, "seen": 1}
    answer = sign_in(world.ben).post(at("post_edit", post), asked)
    assert answer.status_code == 403
    assert 'value="liaison" selected' in answer.content.decode()


def test_a_clerk_is_offered_no_dissolution_while_somebody_sits(world, sign_in):
    empty = Body.objects.get(organisation=world.bureau, kind="leading_group")
    where = at("body_dissolution", empty)

    def offered(user) -> bool:
        return where in sign_in(user).get(at("body_detail", empty)).content.decode()

    assert (offered(world.ben), offered(world.dora)) == (False, True)
    refused = sign_in(world.ben).post(where, {"on": today()})
    assert (refused.status_code, refused.context["refusal"].code) == (403, "holds_posts")
    Tenure.objects.filter(post__body=empty).update(ends_on=START)
    assert offered(world.ben)


def test_an_appointment_is_cancelled_and_a_holder_made_acting_by_buttons(world, sign_in):
    client, held = sign_in(world.dora), Tenure.objects.get(user=world.lena)
    post = add_post(group_of(world), title="成员", by=world.dora, now=NOON)
    later = today() + timedelta(days=9)
    seat = appoint(post, person=person_of(world), starts_on=later, by=world.dora, now=NOON)

    client.post(at("tenure_acting", held), {"acting": "on"})
    client.post(at("tenure_cancellation", seat))

    shown = client.get(at("body_detail", group_of(world))).context["posts"]
    assert [row["acting"] for row in shown[0]["holders"]] == [True]
    assert shown[1]["coming"] == []
    client.post(at("tenure_acting", held))
    held.refresh_from_db()
    assert held.acting is False
    assert client.post(at("tenure_cancellation", held)).status_code == 409


def test_a_stranger_presses_neither_button(world, sign_in):
    held = Tenure.objects.get(user=world.lena)
    for name in ("tenure_acting", "tenure_cancellation"):
        answers = [sign_in(who).post(at(name, held)).status_code for who in (world.ben, world.sis)]
        assert answers == [404, 404]
        assert sign_in(world.dora).get(at(name, held)).status_code == 405


def test_a_transfer_shows_what_follows_and_lands_on_the_new_entry(world, sign_in):
    client, liu = sign_in(world.ana), Person.objects.get(user=world.liu)

    page = client.get(at("person_transfer", liu))
    offered = [unit.name for unit in page.context["form"].fields["to"].queryset]
    done = client.post(at("person_transfer", liu), {"to": world.sister.pk, "on": today()})

    made = Person.objects.get(user=world.liu)
    assert offered == ["藤县", "救助站", "教育局"]
    assert [seat["title"] for seat in page.context["seats"]] == [str(Role.LIAISON.label)]
    assert (done["Location"], made.organisation) == (at("person_detail", made), world.sister)
    history = client.get(at("person_detail", made)).context["history"]
    assert f"民政局 → 教育局 ({today()})" in [entry["text"] for entry in history]


def test_a_coming_transfer_keeps_what_was_typed(world, sign_in):
    liu, day = Person.objects.get(user=world.liu), today() + timedelta(days=3)
    asked = {"to": world.sister.pk, "on": day, "title": "科员"}
    answer = sign_in(world.ana).post(at("person_transfer", liu), asked)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["on"])
    assert 'value="科员"' in answer.content.decode()


def test_a_sign_in_is_corrected_and_linked_by_its_pages(world, sign_in):
    user = User.objects.create(login="wu", display_name="吴", created_at=NOON)
    client, person = sign_in(world.sysadmin), person_of(world)

    client.post(at("user_edit", user), {"login": "wulei", "display_name": "吴蕾", "email": ""})
    unasked = client.post(at("user_person", user), {"person": person.pk})
    linked = client.post(at("user_person", user) + "?q=覃丽华", {"person": person.pk})

    user.refresh_from_db()
    person.refresh_from_db()
    assert (user.login, person.user) == ("wulei", user)
    assert (unasked.status_code, linked.status_code) == (422, 302)
    text = client.get(at("user_list")).content.decode()
    assert at("user_edit", user) in text
    assert at("user_person", user) not in text


def test_a_role_is_given_to_its_last_day(world, sign_in):
    user = User.objects.create(login="wu", display_name="吴", created_at=NOON)
    asked = {"user": user.pk, "role": "audit_administrator", "organisation": world.county.pk}
    days = {"starts_on": today(), "ends_on": today() + timedelta(days=30)}
    where = at("appointment_new") + "?q=wu"

    wrong = sign_in(world.secadmin).post(where, asked | days | {"ends_on": START})
    done = sign_in(world.secadmin).post(where, asked | days)

    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["ends_on"])
    assert done.status_code == 302
    assert user.appointments.get().ends_on == days["ends_on"]


def test_a_first_day_is_corrected_on_the_page_and_stays_when_left_empty(world, sign_in):
    client = sign_in(world.dora)
    office = office_of(world.bureau, world.system)
    asked = {"name": office.name, "secretariat": "", "seen": office.version}

    refused = client.post(at("body_edit", office), asked | {"starts_on": "2026-02-01"})
    client.post(at("body_edit", office), asked | {"starts_on": "2025-12-01"})
    office.refresh_from_db()
    client.post(at("body_edit", office), asked | {"starts_on": "", "seen": office.version})

    office.refresh_from_db()
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["starts_on"])
    assert office.starts_on.isoformat() == "2025-12-01"
