"""Password rules of `practice.md` §10.1 beside Django's own minimum length.

That the last five are not used again is checked where the old hashes are kept.
"""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WANTED_CLASSES = 3
# A user name shorter than this turns up by chance.
SHORTEST_NAME = 3


class ThreeOfFourClasses:
    """Three of: small letters, capital letters, digits, anything else (Chinese counts there)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len({_class_of(character) for character in password}) < WANTED_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        return _(
            "The password must contain three of these: small letters, capital letters, digits, "
            "other characters."
        )


class NotTheLogin:
    """The user name is not part of the password, in capitals or not."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        name = user.get_username().casefold() if user is not None else ""
        if len(name) >= SHORTEST_NAME and name in password.casefold():
            raise ValidationError(self.get_help_text(), code="password_contains_user_name")

    def get_help_text(self) -> str:
        return _("The password must not contain the user name.")


def _class_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.islower():
        return "small"
    return "capital" if character.isupper() else "other"
