from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.models import Organisation


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


def test_create_tenant_refuses_a_name_that_is_taken(db: None) -> None:
    with pytest.raises(CommandError, match="teng is taken"):
        call_command("create_tenant", "teng", "藤县")
