"""What a password must be (RELIABILITY.md C15)."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from common.persons.passwords import kinds_of, temporary_password

ERIN = User(username="erin-mao", first_name="Erin", last_name="Marchetti", email="erin@example.org")


def refused_for(password: str) -> set[str]:
    try:
        validate_password(password, ERIN)
    except ValidationError as refusal:
        return {str(one.code) for one in refusal.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Abcdefghij1", {"password_too_short"}),
        ("Kwxvbnmtrq12", set()),
        ("kwxvbnmtrqzz", {"password_too_plain"}),
        ("KWXVBNMTRQ12", {"password_too_plain"}),
        ("kwxvbnmtrq12", {"password_too_plain"}),
        ("kwxvbnmtrq 12", set()),
        ("四季平安四季平安四季平安", {"password_too_plain"}),
        ("四季平安aB四季平安四季平", set()),
        ("", {"password_too_short", "password_too_plain"}),
        ("Erin-Marchetti-1", {"password_too_similar"}),
        ("Password1234", {"password_too_common"}),
    ],
)
def test_a_password_is_long_of_several_kinds_and_no_name(password: str, why: set[str]) -> None:
    assert refused_for(password) == why


@pytest.mark.parametrize(("length", "kinds"), [(8, 1), (20, 4)])
def test_how_long_and_of_how_many_kinds_is_a_setting(length: int, kinds: int, settings: Any) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "common.persons.passwords.LongEnough", "OPTIONS": {"min_length": length}},
        {"NAME": "common.persons.passwords.KindsOfCharacters"},
    ]
    settings.PASSWORD_KINDS = kinds

    assert refused_for("kwxvbnmt") == (set() if length == 8 else {"password_too_short", "password_too_plain"})
    assert refused_for("Kwxvbnmtrq 1234567890") == set()


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_every_text_has_from_none_to_four_kinds(text: str) -> None:
    assert 0 <= kinds_of(text) <= 4 and (kinds_of(text) == 0) == (text == "")


def test_a_temporary_password_is_one_that_would_be_taken() -> None:
    made = {temporary_password() for _time in range(50)}

    assert len(made) == 50 and not [one for one in made if refused_for(one)]
