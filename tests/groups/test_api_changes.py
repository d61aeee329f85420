"""REST: posts, appointments and rosters that were entered wrong; the verbs of the pages."""

from datetime import timedelta

from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from groups.actions.bodies import add_post, appoint
from groups.models import Person, Post, Tenure
from tests.groups.test_actions_bodies import newcomer
from tests.groups.test_api import send
from tests.moments import NOON
from tests.world import START, office_of


def today():
    return localdate(database_now())


def post_of(user) -> Post:
    return Post.objects.get(tenures__user=user)


def test_a_post_is_changed_and_ended(world, sign_in):
    client, post = sign_in(world.dora), post_of(world.lena)
    where = f"posts/{post.pk}/"

    changed = send(client, where, {"title": "组长(代)", "seats": 2}, "patch")
    stale = send(client, where, {"rank": 3}, "patch", **{"If-Match": '"1"'})
    ended = send(client, f"{where}end/", {"on": str(today())})

    assert (changed.status_code, changed.json()["seats"], changed["ETag"]) == (200, 2, '"2"')
    assert stale.status_code == 412
    assert (ended.status_code, ended.json()["ends_on"]) == (200, str(today()))
    assert Tenure.objects.get(user=world.lena).ends_on == today()


def test_a_clerk_neither_ends_a_held_post_nor_changes_its_role(world, sign_in):
    client, post = sign_in(world.ben), post_of(world.lena)
    ended = send(client, f"posts/{post.pk}/end/", {"on": str(today())})
    changed = send(client, f"posts/{post.pk}/", {"role": "liaison"}, "patch")
    assert (ended.status_code, ended.json()["code"]) == (403, "holds_posts")
    assert changed.status_code == 403


def test_an_appointment_is_mended_and_cancelled(world, sign_in):
    client, held = sign_in(world.dora), Tenure.objects.get(user=world.lena)
    post = add_post(office_of(world.bureau, world.system), title="干事", by=world.dora, now=NOON)
    later = today() + timedelta(days=9)
    seat = appoint(post, person=newcomer(world), starts_on=later, by=world.dora, now=NOON)

    acting = send(client, f"tenures/{held.pk}/", {"acting": True}, "patch")
    gone = client.delete(f"/t/teng/api/v1/tenures/{seat.pk}/")
    begun = client.delete(f"/t/teng/api/v1/tenures/{held.pk}/")

    assert (acting.status_code, acting.json()["acting"]) == (200, True)
    assert (gone.status_code, Tenure.objects.filter(pk=seat.pk).exists()) == (204, False)
    assert (begun.status_code, begun.json()["code"]) == (409, "begun")
    assert sign_in(world.sis).delete(f"/t/teng/api/v1/tenures/{held.pk}/").status_code == 404


def test_somebody_is_transferred(world, sign_in):
    liu = Person.objects.get(user=world.liu)
    asked = {"organisation": str(world.sister.pk), "on": str(today()), "title": "科员"}

    refused = send(sign_in(world.dora), f"persons/{liu.pk}/transfer/", asked)
    done = send(sign_in(world.ana), f"persons/{liu.pk}/transfer/", asked)

    assert (refused.status_code, done.status_code) == (404, 201)
    made = Person.objects.get(user=world.liu)
    assert (done.json()["id"], made.organisation) == (str(made.pk), world.sister)


def test_a_first_day_is_corrected(world, sign_in):
    liu = Person.objects.get(user=world.liu)
    client = sign_in(world.dora)
    earlier = send(client, f"persons/{liu.pk}/", {"starts_on": "2025-07-01"}, "patch")
    later = send(client, f"persons/{liu.pk}/", {"starts_on": str(START + timedelta(1))}, "patch")
    unit = send(client, f"organisations/{world.bureau.pk}/", {"starts_on": "2020-01-01"}, "patch")
    assert (earlier.status_code, earlier.json()["starts_on"]) == (200, "2025-07-01")
    assert (later.status_code, list(later.json()["errors"])) == (422, ["starts_on"])
    assert unit.json()["starts_on"] == "2020-01-01"
