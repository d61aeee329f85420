"""What a click does, and that a refusal keeps everything typed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import AuditEvent, ClientToken, RequestKey, User
from actionlearning.foundation.permissions import Permission
from groups.actions.persons import add_person
from groups.models import Appointment, Body, Organisation, Person, Post, Tenure
from groups.roles import Role
from tests.moments import NOON
from tests.world import START


def at(name: str, *rows) -> str:
    return reverse(f"groups:{name}", args=["teng", *(row.pk for row in rows)])


def today():
    return localdate(database_now())


def group_of(world) -> Body:
    return Body.objects.get(organisation=world.bureau, kind="leading_group")


def person_of(world, name="覃丽华", **more) -> Person:
    return add_person(
        organisation=world.bureau, name=name, starts_on=START, by=world.dora, now=NOON, **more
    )


def test_a_unit_is_added_below(world, sign_in):
    answer = sign_in(world.dora).post(
        at("organisation_new", world.bureau),
        {"name": "光荣院", "kind": "second_level", "starts_on": "2026-03-01"},
    )
    made = Organisation.objects.get(name="光荣院")
    assert answer["Location"] == at("organisation_detail", made)
    assert (made.parent, made.seniority) == (world.bureau, 2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"division": "12"}, "division"),
        ({"kind": "moon"}, "kind"),
        ({"starts_on": "x"}, "starts_on"),
    ],
)
def test_wrong_input_keeps_what_was_typed(world, sign_in, typed, words):
    asked = {"name": "光荣院", "kind": "second_level", "starts_on": "2026-03-01"} | typed
    answer = sign_in(world.dora).post(at("organisation_new", world.bureau), asked)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [words]
    assert 'value="光荣院"' in answer.content.decode()
    assert not Organisation.objects.filter(name="光荣院").exists()


def test_an_older_version_is_refused_with_the_text_still_there(world, sign_in):
    asked = {"name": "新民政局", "kind": "unit", "seniority": 1, "seen": world.bureau.version - 1}
    answer = sign_in(world.dora).post(at("organisation_edit", world.bureau), asked)
    assert answer.status_code == 412
    assert 'value="新民政局"' in answer.content.decode()
    assert answer.context["refusal"].code == "stale"


def test_a_page_of_a_unit_above_shows_its_name_and_no_people(world, sign_in):
    text = sign_in(world.ben).get(at("organisation_detail", world.county)).content.decode()
    assert "藤县" in text
    assert "安晴" not in text
    assert "行动办" not in text


def test_search_finds_characters_and_initials(world, sign_in):
    client = sign_in(world.ana)

    def found(typed: str) -> list[str]:
        rows = client.get(at("organisation_list"), {"q": typed}).context["rows"]
        return [row["name"] for row in rows]

    assert found("民政") == found("mzj") == found("minzheng") == ["民政局"]
    assert found("jz") == ["救助站"]
    assert found("zzz") == []


def test_the_tree_is_listed_by_seniority(world, sign_in):
    rows = sign_in(world.ana).get(at("organisation_list")).context["rows"]
    assert [(row["name"], row["indent"]) for row in rows] == [
        ("藤县", 0),
        ("民政局", 1),
        ("救助站", 2),
        ("教育局", 1),
    ]


def test_a_telephone_number_is_masked_until_asked_for(world, sign_in):
    person, client = person_of(world, phone="13877412345"), sign_in(world.ben)
    listed = client.get(at("person_list")).content.decode()
    page = client.get(at("person_detail", person)).content.decode()
    assert "138****2345" in listed
    assert "138****2345" in page
    assert "13877412345" not in listed + page
    assert not AuditEvent.objects.filter(action="person.phone_shown").exists()

    shown = client.post(at("person_phone", person), headers={"HX-Request": "true"})

    assert "13877412345" in shown.content.decode()
    assert "<html" not in shown.content.decode()
    assert AuditEvent.objects.get(action="person.phone_shown").actor == world.ben.pk


def test_an_entry_is_changed_and_the_number_stays(world, sign_in):
    person = person_of(world, phone="13877412345")
    asked = {"name": "覃丽花", "title": "副局长", "phone": "", "seniority": "", "seen": 1}
    assert sign_in(world.ben).post(at("person_edit", person), asked).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.title, person.phone) == ("覃丽花", "副局长", "13877412345")


def test_who_holds_posts_stays_on_the_roster(world, sign_in):
    lena = Person.objects.get(user=world.lena)
    answer = sign_in(world.ben).post(at("person_ending", lena), {"on": today()})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "holds_posts")
    assert f'value="{today()}"' in answer.content.decode()


def test_a_body_is_formed_with_its_posts_and_people(world, sign_in):
    client, person = sign_in(world.dora), person_of(world)
    client.post(
        at("body_new", world.bureau),
        {"kind": "review_team", "name": "评审组", "starts_on": "2026-03-01"},
    )
    body = Body.objects.get(name="评审组")
    client.post(at("post_new", body), {"title": "组长", "role": "", "rank": 1, "seats": 1})
    post = body.posts.get()
    client.post(at("tenure_new", post), {"person": person.pk, "on": "2026-03-05", "acting": "on"})
    seat = client.get(at("body_detail", body)).context["posts"][0]
    assert [(row["name"], row["acting"]) for row in seat["holders"]] == [("覃丽华", True)]
    assert (seat["vacant"], seat["free"]) == (0, False)


def test_the_page_of_a_hand_over_says_what_moves(world, sign_in):
    held = Tenure.objects.get(user=world.lena)
    text = sign_in(world.dora).get(at("tenure_handover", held)).content.decode()
    assert "雷娜" in text
    assert str(Role.LEADING_GROUP_LEADER.label) in text


def test_a_hand_over_by_the_page_moves_the_rights(world, sign_in):
    liu = Person.objects.get(user=world.liu)
    held = Tenure.objects.get(user=world.lena)

    answer = sign_in(world.dora).post(
        at("tenure_handover", held), {"person": liu.pk, "on": today()}
    )

    assert answer["Location"] == at("body_detail", group_of(world))
    assert world.liu.has_perm(Permission.ITEM_SIGN, world.bureau)
    assert not world.lena.has_perm(Permission.ITEM_SIGN, world.bureau)


def test_a_hand_over_that_is_refused_keeps_the_day(world, sign_in):
    liu = Person.objects.get(user=world.liu)
    held = Tenure.objects.get(user=world.lena)
    answer = sign_in(world.dora).post(at("tenure_handover", held), {"person": liu.pk, "on": START})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["on"]
    assert f'value="{START}"' in answer.content.decode()


def test_people_of_units_below_are_found_for_a_post(world, sign_in):
    post = Post.objects.get(tenures__user=world.lena)
    client = sign_in(world.dora)

    def offered(query: str) -> set[str]:
        form = client.get(at("tenure_new", post) + query).context["form"]
        return {person.name for person in form.fields["person"].queryset}

    home = {"贝宁", "杜若", "雷娜", "刘联"}
    assert offered("") == home
    assert offered("?q=kd") == home | {"柯弟"}
    assert offered("?q=ss") == home


def test_a_first_password_is_shown_once_and_kept_nowhere(world, sign_in):
    person, client = person_of(world), sign_in(world.sysadmin)

    answer = client.post(
        at("user_new") + "?q=qlh",
        {"login": "QinLH", "person": person.pk, "request_key": ""},
    )

    person.refresh_from_db()
    secret = answer.context["secret"]
    assert (answer.status_code, person.user.login) == (200, "qinlh")
    assert person.user.check_password(secret)
    kept = b"".join(bytes(row.body or b"") for row in RequestKey.objects.all())
    assert secret.encode() not in kept


@pytest.mark.parametrize("name", ["user_new", "token_new"])
def test_forms_that_show_a_secret_send_no_request_key(world, sign_in, name):
    rows = [world.bureau] if name == "token_new" else []
    user = world.dora if name == "token_new" else world.sysadmin
    assert "request_key" not in sign_in(user).get(at(name, *rows)).content.decode()


def test_nobody_is_offered_for_a_sign_in_before_a_name_is_typed(world, sign_in):
    person_of(world)
    client = sign_in(world.sysadmin)
    assert "覃丽华" not in client.get(at("user_new")).content.decode()
    assert "覃丽华" in client.get(at("user_new") + "?q=覃").content.decode()
    assert "杜若" not in client.get(at("user_new") + "?q=杜").content.decode()


def test_a_person_not_searched_for_cannot_be_smuggled_in(world, sign_in):
    person = person_of(world)
    answer = sign_in(world.sysadmin).post(at("user_new"), {"login": "x1", "person": person.pk})
    assert answer.status_code == 422
    assert not User.objects.filter(login="x1").exists()


def test_three_administrators_who_would_mix_are_refused(world, sign_in):
    asked = {
        "user": world.sysadmin.pk,
        "role": "audit_administrator",
        "organisation": world.county.pk,
        "starts_on": today(),
    }
    answer = sign_in(world.secadmin).post(at("appointment_new") + "?q=sysadmin", asked)
    assert (answer.status_code, answer.context["refusal"].code) == (409, "three_administrators")
    assert f'<option value="{world.sysadmin.pk}" selected>' in answer.content.decode()
    assert Appointment.objects.filter(user=world.sysadmin).count() == 1


def test_a_role_is_given(world, sign_in):
    User.objects.create(login="wu", display_name="吴", created_at=NOON)
    user = User.objects.get(login="wu")
    asked = {
        "user": user.pk,
        "role": "audit_administrator",
        "organisation": world.county.pk,
        "starts_on": today(),
    }
    assert sign_in(world.secadmin).post(at("appointment_new") + "?q=wu", asked).status_code == 302
    assert user.has_perm(Permission.AUDIT_VIEW)


def test_switching_a_sign_in_off_ends_its_session(world, sign_in):
    assert sign_in(world.sysadmin).post(at("user_deactivation", world.ben)).status_code == 302
    world.ben.refresh_from_db()
    assert not world.ben.is_active
    shown = sign_in(world.sysadmin).post(at("user_reactivation", world.ben))
    assert shown.context["secret"]


def test_a_token_is_shown_once_and_revoked(world, sign_in):
    client = sign_in(world.dora)
    asked = {
        "name": "门户",
        "scopes": ["item.view", "programme.view"],
        "expires_on": today() + timedelta(days=30),
    }

    shown = client.post(at("token_new", world.bureau), asked)

    token = ClientToken.objects.get()
    assert shown.context["secret"].startswith("teng.")
    assert shown.context["secret"] not in client.get(at("token_list")).content.decode()
    assert client.post(at("token_revocation", token)).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_without_a_scope_keeps_its_name(world, sign_in):
    answer = sign_in(world.dora).post(
        at("token_new", world.bureau), {"name": "门户", "expires_on": today() - timedelta(days=2)}
    )
    assert answer.status_code == 422
    assert 'value="门户"' in answer.content.decode()


def test_the_office_above_does_not_see_the_tokens_below(world, sign_in):
    sign_in(world.dora).post(
        at("token_new", world.bureau),
        {"name": "民政门户", "scopes": ["item.view"], "expires_on": today() + timedelta(days=9)},
    )
    token = ClientToken.objects.get()
    client = sign_in(world.ana)
    assert "民政门户" not in client.get(at("token_list")).content.decode()
    assert client.post(at("token_revocation", token)).status_code == 404
