"""Twenty ways to reach a row behind a wall: another tenant's, or one outside the path."""

import io
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Count, Exists, OuterRef, prefetch_related_objects
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm
from psycopg2.errors import FeatureNotSupported

from actionlearning.foundation.models import Notice, Tenant, User
from actionlearning.foundation.scope import NOWHERE, WHOLE, NoScope, no_scope, scope
from groups.access import granted_ids
from groups.actions.grants import grant
from groups.models import Body, Organisation, Person, Post
from programmes.models import Project, TeamMember
from tests.isolation.asking import ask, checked_at_once
from tests.isolation.grounds import inside
from tests.moments import NOON

REFUSED = "row-level security"


@pytest.fixture(params=["tenant", "path"])
def wall(request, ours, rivals):
    """(scope to stand in, ids of projects behind the wall, an id on this side)."""
    theirs = rivals if request.param == "tenant" else ours
    unit = theirs.units["bureau"]
    with inside(theirs):
        behind = list(Project.objects.filter(organisation=unit).values_list("pk", flat=True))
    with inside(ours):
        here = Project.objects.filter(organisation=ours.units["sister"]).first()
    return ours, ours.units["sister"].path, behind, here


@pytest.fixture
def standing(wall):
    """Inside our tenant, at the sister's path."""
    with inside(wall[0], wall[1]):
        yield wall


def behind(wall):
    return wall[2]


def test_orm_default_manager(standing):
    assert not Project.objects.filter(pk__in=behind(standing)).exists()
    assert Project.objects.count() == 2


def test_orm_base_manager(standing):
    assert not Project._base_manager.filter(pk__in=behind(standing)).exists()


def test_raw_sql(standing):
    found = ask("SELECT id FROM programmes_project WHERE id = ANY(%s)", [behind(standing)])
    assert found == []


def test_raw_queryset(standing):
    rows = Project.objects.raw(
        "SELECT * FROM programmes_project WHERE id = %s", [behind(standing)[0]]
    )
    assert list(rows) == []


def test_reverse_relation(standing):
    parent = Project(pk=behind(standing)[0])
    assert not parent.members.exists()
    assert not TeamMember._base_manager.filter(project_id=parent.pk).exists()


def test_prefetch(standing):
    parent = Project(pk=behind(standing)[0])
    prefetch_related_objects([parent], "members", "turns")
    assert list(parent.members.all()) == []


def test_select_related_and_join(standing):
    rows = TeamMember._base_manager.select_related("project").filter(project__in=behind(standing))
    assert list(rows) == []


def test_join_from_an_unscoped_table(standing):
    found = ask(
        "SELECT p.id FROM foundation_tenant t JOIN programmes_project p ON p.tenant_id = t.id"
        " WHERE p.id = ANY(%s)",
        [behind(standing)],
    )
    assert found == []


def test_update(standing):
    assert Project._base_manager.filter(pk__in=behind(standing)).update(title="x") == 0


def test_delete(standing):
    assert TeamMember._base_manager.filter(project__in=behind(standing)).delete()[0] == 0
    assert (
        ask("DELETE FROM programmes_project WHERE id = ANY(%s) RETURNING id", [behind(standing)])
        == []
    )


def test_save_with_a_guessed_key(standing):
    row = standing[3]
    row.pk = behind(standing)[0]
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError, match="did not affect"), transaction.atomic():
        row.save(update_fields=["title"])


def test_delete_with_a_guessed_key(standing):
    member = TeamMember(pk=uuid.uuid4(), project_id=behind(standing)[0])
    assert member.delete()[0] == 0


def test_bulk_update_with_a_guessed_key(standing):
    rows = [Project(pk=key, title="x") for key in behind(standing)]
    assert Project._base_manager.bulk_update(rows, ["title"]) == 0


def test_bulk_create_with_a_taken_key(standing):
    row = standing[3]
    row.pk = behind(standing)[0]
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        Project._base_manager.bulk_create([row])


def test_upsert_onto_a_taken_key(standing):
    row = standing[3]
    row.pk = behind(standing)[0]
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        Project._base_manager.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["title"]
        )


def test_refresh_from_db(standing):
    with pytest.raises(Project.DoesNotExist):
        Project(pk=behind(standing)[0]).refresh_from_db()


def test_forward_key(standing):
    with pytest.raises(Project.DoesNotExist):
        assert TeamMember(project_id=behind(standing)[0]).project


def test_copy_out(standing):
    out = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY programmes_project (id) TO STDOUT", out)
    seen = set(out.getvalue().split())
    assert not seen & {str(key) for key in behind(standing)}
    assert len(seen) == 2


def test_copy_in(standing):
    with (
        pytest.raises(FeatureNotSupported, match=REFUSED),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.copy_expert(
            "COPY programmes_project (id) FROM STDIN", io.StringIO(f"{uuid.uuid4()}\n")
        )


def test_subquery_and_exists(standing):
    inner = Project._base_manager.filter(pk__in=behind(standing), parent=OuterRef("parent"))
    assert not Project._base_manager.filter(Exists(inner)).exists()
    assert not Notice._base_manager.filter(
        about__in=Project._base_manager.filter(pk__in=behind(standing)).values("pk")
    ).exists()


def test_aggregate(standing):
    sums = Project._base_manager.aggregate(
        rows=Count("pk", distinct=True),
        members=Count("members", distinct=True),
        titles=Count("title", distinct=True),
    )
    assert sums == {"rows": 2, "members": 2, "titles": 2}


def test_select_for_update(standing):
    rows = Project._base_manager.select_for_update().filter(pk__in=behind(standing))
    assert list(rows) == []


def test_guardian_shows_nothing_behind_the_wall(ours, rivals):
    for ground in (ours, rivals):
        with inside(ground):
            project = Project.objects.filter(organisation=ground.units["bureau"])[0]
            grant(project, to=ground.sam, reason="促进师", by=ground.world.dora, now=NOON)
    assert UserObjectPermission.objects.count() == 0
    with inside(ours):
        assert UserObjectPermission.objects.count() == 1
        assert (
            Project.objects.filter(pk__in=granted_ids(ours.sam.pk, "programmes.project")).count()
            == 1
        )
        assert not UserObjectPermission.objects.filter(user=rivals.sam).exists()
    with inside(ours, ours.units["sister"].path):
        assert not Project.objects.filter(pk__in=granted_ids(ours.sam.pk, "programmes.project"))


def test_guardian_grant_to_a_foreign_user_is_refused(ours, rivals):
    with pytest.raises(IntegrityError, match="same_tenant"), inside(ours), checked_at_once():
        assign_perm("programmes.view_project", rivals.sam, Project.objects.all()[0])


def test_guardian_grant_without_a_scope_is_refused(ours):
    with inside(ours):
        assign_perm("programmes.view_project", ours.sam, Project.objects.all()[0])
        kept = UserObjectPermission.objects.get()
    same = {
        name: getattr(kept, name)
        for name in ("user_id", "permission_id", "content_type_id", "object_pk")
    }
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        UserObjectPermission.objects.bulk_create([UserObjectPermission(**same)])


def test_insert_into_another_tenant_is_refused(ours, rivals):
    with pytest.raises(ProgrammingError, match=REFUSED), inside(ours):
        User.objects.create(
            tenant=rivals.tenant, login="spy", display_name="x", created_at=ours.sam.created_at
        )


def test_bulk_insert_with_one_foreign_row_stores_none(ours, rivals):
    made = [
        User(tenant=tenant, login="spy", display_name="x", created_at=ours.sam.created_at)
        for tenant in (ours.tenant, rivals.tenant)
    ]
    with pytest.raises(ProgrammingError, match=REFUSED), inside(ours):
        User.objects.bulk_create(made)
    with inside(ours):
        assert not User.objects.filter(login="spy").exists()


def test_insert_outside_the_path_is_refused(ours):
    body = Body(
        kind="leading_group", name="x", formed_at=ours.sam.created_at, starts_on="2026-01-01"
    )
    body.place(ours.units["bureau"])
    with pytest.raises(ProgrammingError, match=REFUSED), inside(ours, ours.units["sister"].path):
        body.save(force_insert=True)


def test_move_into_another_tenant_is_refused(ours, rivals):
    with pytest.raises(ProgrammingError, match=REFUSED), inside(ours):
        Post.objects.all().update(tenant=rivals.tenant)


def test_move_out_of_the_path_is_refused(ours):
    with pytest.raises(ProgrammingError, match=REFUSED), inside(ours, ours.units["sister"].path):
        Post._base_manager.all().update(org_path=ours.units["bureau"].path)


def test_the_path_ends_at_a_whole_label(ours):
    county = ours.units["county"]
    with inside(ours):
        Person.objects.filter(organisation=ours.units["stray"]).update(
            org_path=county.path[:-1] + "0/"
        )
        expected = Person.objects.filter(org_path__startswith=county.path).count()
    with inside(ours, county.path):
        assert Person.objects.count() == expected


def test_an_empty_path_shows_nothing_that_sits_somewhere(ours):
    with inside(ours, NOWHERE):
        assert (Person.objects.count(), Project.objects.count()) == (0, 0)
        assert Organisation.objects.exists()


def test_scope_without_a_path_is_an_error(ours):
    with pytest.raises(TypeError):
        scope(ours.tenant, actor=None)


BAD_PATHS = [
    "'; DROP TABLE x; --",
    "/1",
    "/a",
    "1/",
    "//",
    "/1//2/",
    "/1/'/",
    "/A/",
    "/１/",
    "/1/}\n",
    "/%/",
    "/~/",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_bad_path_never_reaches_sql(ours, path, django_assert_num_queries):
    with (
        django_assert_num_queries(0),
        pytest.raises(NoScope),
        scope(ours.tenant, path=path, actor=None),
    ):
        raise AssertionError("entered")


def test_a_bad_tenant_never_reaches_sql(ours):
    with (
        pytest.raises(ValueError, match="badly formed"),
        scope(Tenant(pk="'; DROP TABLE x; --"), path=WHOLE, actor=None),
    ):
        raise AssertionError("entered")


def test_managers_refuse_without_a_scope(ours):
    with no_scope(), pytest.raises(NoScope):
        Project.objects.count()


def test_only_the_own_line_of_the_tenant_list_can_be_changed(ours, rivals):
    with inside(ours):
        assert Tenant.objects.filter(pk=rivals.tenant.pk).update(name="x") == 0
        assert Tenant.objects.filter(pk=ours.tenant.pk).update(name="x") == 1
    assert Tenant.objects.filter(pk=ours.tenant.pk).update(name="y") == 0


def test_unique_is_per_tenant(ours, rivals):
    for ground in (ours, rivals):
        with inside(ground):
            User.objects.create(login="same", display_name="x", created_at=ground.sam.created_at)
            assert User.objects.filter(login="same").count() == 1
