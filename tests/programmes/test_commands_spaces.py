from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command

from actionlearning.foundation.models import AuditEvent, Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.actions.users import begin_factor
from groups.models import Organisation
from programmes.models import CalendarDay, CalendarYear
from programmes.queries import calendar_for
from tests.moments import NOON
from tests.world import World


def test_create_tenant_makes_a_space_with_three_administrators(db: None) -> None:
    out = StringIO()
    call_command("create_tenant", "cangwu", "苍梧县", "--division", "450421", stdout=out)

    with no_scope():
        tenant = Tenant.objects.get(slug="cangwu")
    with scope(tenant, path=WHOLE, actor=None):
        top = Organisation.objects.get()
        made = {user.login: user for user in User.objects.filter(is_system=False)}
    assert (top.name, top.division, top.level) == ("苍梧县", "450421", 1)
    assert sorted(made) == ["audit-admin", "security-admin", "system-admin"]
    assert all(user.must_change_password for user in made.values())
    with scope(tenant, path=WHOLE, actor=None):
        assert made["system-admin"].has_perm(Permission.USER_MANAGE)
        assert not made["system-admin"].has_perm(Permission.ITEM_VIEW)
    assert out.getvalue().count("Aa1-") == 3


def test_a_new_space_has_the_published_calendar_and_names_what_comes_next(db: None) -> None:
    out = StringIO()
    call_command("create_tenant", "cangwu", "苍梧县", "--division", "450421", stdout=out)

    assert out.getvalue().splitlines()[-1].strip() == "python3 manage.py load_divisions cangwu"
    with no_scope():
        tenant = Tenant.objects.get(slug="cangwu")
    with scope(tenant, path=WHOLE, actor=None):
        layers = CalendarYear.objects.values_list("scope", "year")
        assert {("CN", 2026), ("45", 2025)} <= set(layers)
        assert CalendarDay.objects.filter(scope="CN", date=date(2026, 10, 1), kind="rest").exists()
        assert not calendar_for("45").is_working(date(2026, 10, 1))
    assert ", 2026 (" in out.getvalue()


def test_the_operator_lets_the_only_system_administrator_in_again(world: World) -> None:
    """Without a phone nobody else may reset it: the command does, and the audit log says so."""
    admin = world.sysadmin
    secret = begin_factor(admin, now=NOON)
    User.objects.filter(pk=admin.pk).update(factor_confirmed_at=NOON, failed_sign_ins=3)
    before = User.objects.get(pk=admin.pk).password
    out = StringIO()
    call_command("reset_sign_in", "teng", admin.login.upper(), stdout=out)

    fresh = User.objects.get(pk=admin.pk)
    assert secret
    assert (fresh.factor_secret, fresh.factor_confirmed_at, fresh.must_change_password) == (
        "",
        None,
        True,
    )
    password = out.getvalue().split()[-1]
    assert fresh.password != before
    assert check_password(password, fresh.password)
    event = AuditEvent.objects.get(action="user.password_reset")
    assert (event.actor, event.target) == (world.system.pk, admin.pk)


@pytest.mark.parametrize(
    ("login", "words"), [("nobody", "No such sign-in"), ("system", "belongs to no person")]
)
def test_the_operator_is_told_when_there_is_nobody_to_let_in(
    world: World, login: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("reset_sign_in", "teng", login)
    assert not AuditEvent.objects.filter(action="user.password_reset").exists()


def test_create_tenant_refuses_a_name_that_is_taken(db: None) -> None:
    with pytest.raises(CommandError, match="teng is taken"):
        call_command("create_tenant", "teng", "藤县")
