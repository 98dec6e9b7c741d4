"""What a password must be (RELIABILITY.md C15): three kinds of characters, none of the last five, and Django's own rules in our words."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.persons.models import PastPassword


def kinds_of(password: str) -> int:
    """Return how many kinds of characters a password has: small letters, capital letters, digits, anything else."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return sum(any(kind(c) for c in password) for kind in kinds) + any(
        not any(kind(c) for kind in kinds) for c in password
    )


# Django's own rules in our own sentences: its translations follow its releases, and some lack.


class LongEnough(MinimumLengthValidator):
    """A password has so many characters at least (PASSWORD_LENGTH)."""

    def get_help_text(self) -> str:
        return _("At least %(count)d characters.") % {"count": self.min_length}

    def get_error_message(self) -> str:
        return _("The password is too short: at least %(count)d characters.") % {"count": self.min_length}


class NotCommon(CommonPasswordValidator):
    """A password is none of those that everybody takes."""

    def get_help_text(self) -> str:
        return _("No password that is often used.")

    def get_error_message(self) -> str:
        return _("This password is often used elsewhere and easily guessed; take another.")


class UnlikeThePerson(UserAttributeSimilarityValidator):
    """A password is not much like the account's names."""

    def get_help_text(self) -> str:
        return _("Not like the user name, the full name or the e-mail address.")

    def get_error_message(self) -> str:
        return _("The password is too much like the user name, the full name or the e-mail address.")


class KindsOfCharacters:
    """A password has so many kinds of characters at least (PASSWORD_KINDS)."""

    def validate(self, password: str, user: Any = None) -> None:
        if kinds_of(password) < settings.PASSWORD_KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        told = _("Use %(count)d kinds of characters at least: small letters, capital letters, digits, others.")
        return told % {"count": settings.PASSWORD_KINDS}


class NotUsedLately:
    """A password is none of the account's last ones (PASSWORDS_REMEMBERED), the present one included."""

    @property
    def count(self) -> int:
        return int(settings.PASSWORDS_REMEMBERED)

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        past = PastPassword.objects.filter(user=user).order_by("-id").values_list("password", flat=True)[: self.count]
        if any(check_password(password, known) for known in {user.password, *past} if known):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return _("The last %(count)s passwords are not taken again.") % {"count": self.count}


def temporary_password() -> str:
    """Return a password to be told to a person, who changes it at once: four groups that read well on the telephone."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    while True:
        made = "-".join("".join(secrets.choice(letters) for _n in range(5)) for _group in range(4))
        if kinds_of(made) >= 3:
            return made
