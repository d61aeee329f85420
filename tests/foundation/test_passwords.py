import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import (
    get_password_validators,
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError

VALIDATORS = get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)


class Person(AnonymousUser):
    def __init__(self, username: str) -> None:
        self.username = username


def codes(password: str, username: str = "liming") -> list[str]:
    try:
        validate_password(password, Person(username), password_validators=VALIDATORS)
    except ValidationError as problem:
        return [error.code for error in problem.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    ["Harbour-lamp", "harbour42lamp!", "HARBOUR42x", "红Harbour42", "江边的Lamp十七盏灯亮了"],
)
def test_good_passwords_pass(password):
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Ab1-", ["password_too_short"]),
        ("Harbour42", ["password_too_short"]),
        ("harbourlamp", ["password_too_uniform"]),
        ("harbourlamp42", ["password_too_uniform"]),
        ("8130476529", ["password_too_uniform"]),
        ("行动学习行动学习行动学习", ["password_too_uniform"]),
        ("Liming-20260101", ["password_contains_user_name"]),
        ("xLIMINGx42", ["password_contains_user_name"]),
        ("liming", ["password_too_short", "password_too_uniform", "password_contains_user_name"]),
    ],
)
def test_weak_passwords_are_refused(password, found):
    assert codes(password) == found


def test_a_very_short_user_name_may_turn_up():
    assert codes("Harbour-lamp", username="l") == []


def test_without_a_user_the_other_rules_hold():
    with pytest.raises(ValidationError):
        validate_password("harbourlamp", None, password_validators=VALIDATORS)


def test_each_rule_says_what_it_wants():
    assert len([text for text in password_validators_help_texts(VALIDATORS) if text]) == len(
        VALIDATORS
    )
