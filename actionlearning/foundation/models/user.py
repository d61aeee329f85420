from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager, TenantModel


class User(AbstractBaseUser, TenantModel):
    """A sign-in of one tenant. Written only by groups/actions/users.py and the sign-in pages."""

    login = models.CharField(max_length=60)
    display_name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=True)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    factor_secret = models.CharField(max_length=64, blank=True)
    factor_confirmed_at = models.DateTimeField(null=True)
    factor_last_step = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = TenantManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [unique_in_tenant("login", name="user_login")]

    def __str__(self) -> str:
        return self.display_name

    def has_perm(self, permission: Permission, subject: Any = None) -> bool:
        """May this sign-in do it anywhere, or to `subject`? Answered by groups.access."""
        return self.is_active and any(b.has_perm(self, permission, subject) for b in get_backends())

    @property
    def username(self) -> str:
        """The name Django's password rules look for."""
        return self.login


class PastPassword(TenantModel):
    """Hashes that may not come back (`practice.md` §10.1: the last five)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()
