"""A sheet taken back leaves no right and no false history, and never reaches further than its undoer."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import scope
from groups.actions.bodies import add_post, appoint, end_tenure
from groups.actions.persons import show_phone
from groups.actions.roster_undoing import undo_batch
from groups.models import Body, Organisation, Person, Post, Tenure
from groups.queries import bodies_listed, seats_of, tenures_of_bodies
from tests.groups.rostering import PERSONS, entered, rows_of, sent, sheet
from tests.moments import NOON

POSTS = ("单位", "机构", "类别", "职务", "角色", "姓名", "任职时间")


def posts_entered(world, *rows):
    return entered(world, sent(world, sheet(POSTS, *rows), kind="posts"))


def holds(user, permission, world):
    return User.objects.get(pk=user.pk).has_perm(permission, world.bureau)


def test_a_right_given_by_mistake_is_gone_the_same_minute(world):
    row = ("民政局", "行动办", "", "代主任", "executive-office director", "刘联", "")
    batch = posts_entered(world, row)
    assert holds(world.liu, Permission.APPOINT, world)
    undo_batch(batch, by=world.dora, now=database_now())
    assert not holds(world.liu, Permission.APPOINT, world)
    assert [(batch_row.undoing) for batch_row in rows_of(batch)] == ["undone"]
    office = Body.objects.get(organisation=world.bureau, kind="executive_office")
    assert "代主任" not in [post["title"] for post in seats_of(office)]
    assert not Post.objects.filter(title="代主任", ends_on=None).exists()
    assert AuditEvent.objects.filter(action="tenure.withdrawn").count() == 1


def test_a_wrong_row_leaves_no_body_and_no_tenure_in_the_past(world):
    batch = posts_entered(
        world, ("民政局", "评审组", "review team", "组长", "", "杜若", "2026-02-01")
    )
    undo_batch(batch, by=world.dora, now=database_now())
    body = Body.objects.get(name="评审组")
    day = localdate()
    assert not bodies_listed(world.dora, day=day, ended=True).filter(pk=body.pk).exists()
    tenure = Tenure.objects.get(post__body=body)
    assert body.ends_on < body.starts_on
    assert tenure.ends_on < tenure.starts_on
    assert tenures_of_bodies([body]) == ([], {})
    batch.refresh_from_db()
    assert (batch.state, batch.counts["left"]) == ("undone", 0)


def test_a_seat_that_would_begin_later_never_begins(world):
    batch = posts_entered(
        world, ("民政局", "评审组", "review team", "组长", "", "杜若", "2090-02-01")
    )
    undo_batch(batch, by=world.dora, now=database_now())
    assert not Tenure.objects.filter(post__body__name="评审组").exists()
    assert Body.objects.get(name="评审组").ends_on < localdate()
    assert {row.undoing for row in rows_of(batch)} == {"undone"}


def test_what_stays_is_named_and_taken_back_once_nothing_rests_on_it(world):
    batch = posts_entered(
        world,
        ("民政局", "评审组", "review team", "组长", "", "杜若", ""),
        ("民政局", "评审组", "review team", "组员", "", "", ""),
    )
    now = database_now()
    member = Post.objects.get(title="组员", body__name="评审组")
    ben = Person.objects.get(user=world.ben)
    later = appoint(member, person=ben, starts_on=localdate(now), by=world.dora, now=now)
    undo_batch(batch, by=world.dora, now=now)
    batch.refresh_from_db()
    assert [row.undoing for row in rows_of(batch)] == ["later", "later"]
    assert not Tenure.objects.filter(
        person__user=world.dora, post__body__name="评审组", ends_on=None
    )
    assert batch.state == "imported"

    Tenure.objects.filter(pk=later.pk).delete()
    undo_batch(batch, by=world.dora, now=database_now())
    batch.refresh_from_db()
    assert [row.undoing for row in rows_of(batch)] == ["undone", "undone"]
    assert (batch.state, batch.counts["undone"], batch.counts["left"]) == ("undone", 2, 0)
    with pytest.raises(RuleBroken):
        undo_batch(batch, by=world.dora, now=database_now())


def test_a_sheet_partly_taken_back_says_so_and_can_be_taken_back_again(world):
    batch = posts_entered(
        world,
        ("民政局", "领导小组", "", "观察员", "", "贝宁", ""),
        ("民政局", "领导小组", "", "秘书", "", "杜若", ""),
    )
    held = Tenure.objects.get(post__title="观察员")
    end_tenure(held, on=localdate(), by=world.dora, now=database_now())
    undo_batch(batch, by=world.dora, now=database_now() + timedelta(seconds=1))
    batch.refresh_from_db()
    assert [row.undoing for row in rows_of(batch)] == ["later", "undone"]
    assert (batch.state, batch.counts["undone"], batch.counts["left"]) == ("partly", 1, 1)
    undo_batch(batch, by=world.dora, now=database_now() + timedelta(seconds=2))
    batch.refresh_from_db()
    assert (batch.state, batch.counts["undone"], batch.counts["left"]) == ("partly", 1, 1)


def test_the_director_of_a_bureau_cannot_take_back_what_the_county_did_above(world):
    rows = (
        ("单位名称", "上级单位", "类别"),
        ("优抚中心", "藤县", "second-level institution"),
        ("殡仪馆", "民政局", "second-level institution"),
    )
    asked = {"kind": "organisations", "by": world.ana, "unit": world.bureau}
    batch = entered(world, sent(world, sheet(*rows), **asked), by=world.ana)
    undo_batch(batch, by=world.dora, now=database_now())
    batch.refresh_from_db()
    assert [row.undoing for row in rows_of(batch)] == ["out_of_reach", "undone"]
    assert Organisation.objects.get(name="优抚中心").ends_on is None
    assert batch.state == "partly"
    undo_batch(batch, by=world.ana, now=database_now())
    assert Organisation.objects.get(name="优抚中心").ends_on is not None


def test_staff_who_may_not_appoint_cannot_take_a_seat_back(world):
    batch = posts_entered(world, ("民政局", "领导小组", "", "观察员", "", "刘联", ""))
    undo_batch(batch, by=world.ben, now=database_now())
    assert [row.undoing for row in rows_of(batch)] == ["out_of_reach"]
    assert Tenure.objects.get(post__title="观察员").ends_on is None


def test_a_look_at_a_number_is_nothing_built_on_a_person(world):
    batch = entered(world, sent(world, sheet(PERSONS, ("民政局", "韦明", "", "13900000001", ""))))
    show_phone(Person.objects.get(name="韦明"), by=world.dora, now=database_now())
    undo_batch(batch, by=world.dora, now=database_now() + timedelta(seconds=1))
    assert [row.undoing for row in rows_of(batch)] == ["undone"]


def test_somebody_seconded_behind_another_wall_stays(world):
    batch = entered(world, sent(world, sheet(PERSONS, ("民政局", "韦明", "", "", "2026-01-05"))))
    group = Body.objects.get(organisation=world.county, kind="executive_office")
    post = add_post(group, title="借调", by=world.ana, now=NOON)
    seconded = Person.objects.get(name="韦明")
    appoint(post, person=seconded, starts_on=localdate(), by=world.ana, now=NOON)
    with scope(world.tenant, path=world.bureau.path, actor=world.dora):
        undo_batch(batch, by=world.dora, now=database_now())
    assert [row.undoing for row in rows_of(batch)] == ["later"]
