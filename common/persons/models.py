"""What is kept of an account beside Django's own row: how its password came about, its locks, when its sessions ended."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Standing(models.Model):
    """One account's standing; an account without a row is as one that was made today by nobody."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="standing", verbose_name=_("account")
    )
    password_set_at = models.DateTimeField(_("password set at"), null=True, blank=True)
    # Who gave the password that its owner has not changed yet; empty: the password is the owner's own.
    password_given_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    # Who gave the password while nothing but it was asked for, and so could have gone in themself: one person with the owner where something takes
    # two (common.persons.two_persons), until somebody else has given another.
    opened_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    # Who took the second factor away, until the owner has set up another.
    factor_reset_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    wrong_codes = models.PositiveSmallIntegerField(default=0, db_default=0)
    wrong_codes_since = models.DateTimeField(null=True, blank=True)
    # When wrong passwords locked it last, from wherever they came.
    locked_at = models.DateTimeField(null=True, blank=True)
    # Sessions that began before this are over.
    sessions_since = models.DateTimeField(null=True, blank=True)
    # An account nobody used for long sleeps; an administrator woke it then.
    woken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("standing of an account")
        verbose_name_plural = _("standings of accounts")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)


class PastPassword(models.Model):
    """The hash of a password an account has had: the last few are not taken again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-id"], name="past_passwords_of")]
        constraints = [models.CheckConstraint(condition=~Q(password=""), name="past_password_is_a_hash")]

    def __str__(self) -> str:
        return f"{self.user} {self.set_at}"
