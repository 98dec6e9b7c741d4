"""Every write to an account's passwords, second factors, locks and sessions; each says who and is in the log of deeds."""

from datetime import datetime, timedelta
from typing import Any

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.persons import passwords, second_factor
from common.persons.models import PastPassword, Standing


class OwnAccount(Refused):
    code = "own_account"
    status = 403


class SamePerson(Refused):
    code = "same_person"


class WrongCode(Refused):
    code = "wrong_code"
    status = 400
    sentence = gettext_noop(
        "The code is not right. Codes change every 30 seconds, and each is taken once; is the telephone's clock right?"
    )


class LockedOut(Refused):
    code = "locked_out"
    status = 429

    def __init__(self, detail: str = "", *, minutes: int = 0) -> None:
        super().__init__(detail)
        self.minutes = minutes


def _locked(user: Any) -> tuple[Any, Standing]:
    """Lock an account with its standing; returns both, fresh."""
    user = get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    standing, _made = Standing.objects.get_or_create(user=user)
    return user, standing


def _not_own(user: Any, by: str) -> None:
    if user.get_username() == by:
        raise OwnAccount(_("Nobody does this to their own account: ask another administrator."))


def _write_password(user: Any, standing: Standing, password: str, given_by: str) -> None:
    if user.has_usable_password():
        PastPassword.objects.create(user=user, password=user.password)
    kept = (
        PastPassword.objects.filter(user=user)
        .order_by("-id")
        .values_list("pk", flat=True)[: passwords.NotUsedLately().count]
    )
    PastPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)  # every session of the account ends with the old one
    user.save(update_fields=["password"])
    standing.password_set_at = timezone.now()
    standing.password_given_by = given_by
    standing.save()


@transaction.atomic
def change_own_password(*, user: Any, password: str) -> Any:
    """Give an account the password its owner chose (checked by the form); its other sessions end. Returns the account."""
    user, standing = _locked(user)
    if standing.password_given_by not in ("", standing.opened_by) and _has_factor(user):
        # The password was one person's to know, the second step another's: only the owner had both.
        standing.opened_by = ""
    _write_password(user, standing, password, "")
    record(Deed.PASSWORD_CHANGED_OWN, by=user.get_username(), what=user)
    return user


@transaction.atomic
def give_temporary_password(*, user: Any, by: str) -> str:
    """Give an account a password that must be changed at the next sign-in, and return it; its sessions end.

    Raises OwnAccount; SamePerson where the same person took the second factor away, and so could sign in as the other.
    """
    user, standing = _locked(user)
    _not_own(user, by)
    if standing.factor_reset_by == by:
        raise SamePerson(_no_password())
    password = passwords.temporary_password()
    if not _has_factor(user):
        standing.opened_by = by
    _write_password(user, standing, password, by)
    record(Deed.PASSWORD_CHANGED, by=by, what=user, after={"temporary": True})
    return password


@transaction.atomic
def password_is_given(*, user: Any, given_by: str) -> None:
    """Note that an account just made has its password from somebody else: part of the deed that made it."""
    _user, standing = _locked(user)
    standing.password_given_by = standing.opened_by = given_by
    standing.password_set_at = timezone.now()
    standing.save()


def _has_factor(user: Any) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def why_no_password(*, user: Any, by: str) -> str:
    """Return why `give_temporary_password` would be refused this person, '' where it would not, as far as another's deeds go."""
    standing = getattr(user, "standing", None)
    return _no_password() if standing and standing.factor_reset_by == by else ""


def why_no_reset(*, user: Any, by: str) -> str:
    """Return why `reset_second_factor` would be refused this person, '' where it would not, as far as another's deeds go."""
    standing = getattr(user, "standing", None)
    return _no_reset() if standing and standing.password_given_by == by else ""


def _no_password() -> str:
    return _(
        "You reset this account's second factor; the password is given by another administrator, or after the owner has set up a new one."
    )


def _no_reset() -> str:
    return _(
        "You gave this account its password; the second step is reset by another administrator, or once the owner has changed the password."
    )


@transaction.atomic
def reset_second_factor(*, user: Any, by: str) -> None:
    """Take away an account's application and recovery codes; its sessions end and the next sign-in sets up another.

    Raises OwnAccount; SamePerson where the same person gave the password that is in use, and so could sign in as the other.
    """
    user, standing = _locked(user)
    _not_own(user, by)
    if standing.password_given_by == by:
        raise SamePerson(_no_reset())
    if standing.password_given_by:  # and not changed since: whoever gave it can go in now
        standing.opened_by = standing.password_given_by
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    standing.factor_reset_by = by
    standing.sessions_since = timezone.now()
    standing.wrong_codes = 0
    standing.save()
    record(Deed.SECOND_FACTOR_RESET, by=by, what=user)


@transaction.atomic
def unlock(*, user: Any, by: str) -> None:
    """Forget an account's failed sign-ins and wrong codes, and wake it if it sleeps. Raises OwnAccount."""
    user, standing = _locked(user)
    _not_own(user, by)
    forget_failures(username=user.get_username())
    standing.wrong_codes = 0
    standing.woken_at = timezone.now()
    standing.save()
    record(Deed.ACCOUNT_UNLOCKED, by=by, what=user)


@transaction.atomic
def end_sessions(*, user: Any, by: str) -> None:
    """End every session of an account that began before now."""
    user, standing = _locked(user)
    standing.sessions_since = timezone.now()
    standing.save()
    record(Deed.SESSIONS_ENDED, by=by, what=user)


def begin_second_factor(*, user: Any) -> TOTPDevice:
    """Return the application that is being set up: the same until it is confirmed, so that a page may be loaded again."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


@transaction.atomic
def confirm_second_factor(*, user: Any, code: str) -> tuple[TOTPDevice, list[str]]:
    """Put the application that is being set up in place of any other, once its code proves it; returns it and the recovery codes.

    Raises WrongCode.
    """
    user, standing = _locked(user)
    device = begin_second_factor(user=user)
    if not device.verify_token(code.replace(" ", "")):
        raise WrongCode(_(WrongCode.sentence))
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    standing.factor_reset_by = ""
    standing.save()
    record(Deed.SECOND_FACTOR_SET, by=user.get_username(), what=user)
    return device, _recovery_codes(user)


@transaction.atomic
def make_recovery_codes(*, user: Any) -> list[str]:
    """Return new recovery codes, to be shown once; those before are void."""
    user, _standing = _locked(user)
    return _recovery_codes(user)


def _recovery_codes(user: Any) -> list[str]:
    made = second_factor.new_recovery_codes()
    # The device stays: a session that came in by one of its codes goes on.
    device, _new = StaticDevice.objects.get_or_create(user=user, name="recovery")
    device.token_set.all().delete()
    StaticToken.objects.bulk_create(StaticToken(device=device, token=second_factor.kept_as(code)) for code in made)
    record(Deed.RECOVERY_CODES_MADE, by=user.get_username(), what=user)
    return made


def verify_code(*, user: Any, code: str) -> Any:
    """Return the device that takes the code of a person who has given name and password; a recovery code is used up. Raises WrongCode, LockedOut."""
    with transaction.atomic():
        user, standing = _locked(user)
        wait = minutes_locked(standing, timezone.now())
        device = None if wait else second_factor.is_code(user, code)
        if device is not None:
            standing.wrong_codes = 0
            standing.save()
            if isinstance(device, StaticDevice):
                record(Deed.RECOVERY_CODE_USED, by=user.get_username(), what=user)
            return device
        refusal = _wrong(user, standing, wait)
    raise refusal  # after the commit: a wrong code counts


def _wrong(user: Any, standing: Standing, wait: int) -> Refused:
    """Count a wrong code and return the refusal; the last one that is let through locks."""
    if wait:
        return LockedOut(minutes=wait)
    now = timezone.now()
    if standing.wrong_codes_since is None or now - standing.wrong_codes_since > lock_time():
        standing.wrong_codes, standing.wrong_codes_since = 0, now
    standing.wrong_codes += 1
    if standing.wrong_codes >= settings.AXES_FAILURE_LIMIT:
        standing.wrong_codes_since = now
    standing.save()
    if wait := minutes_locked(standing, now):
        record(Deed.ACCOUNT_LOCKED, by=user.get_username(), what=user, reason=_("too many wrong codes"))
        return LockedOut(minutes=wait)
    return WrongCode(_(WrongCode.sentence))


@transaction.atomic
def tell_lock(*, username: str) -> None:
    """Log, once a lock, that too many wrong passwords locked an account; names that nobody has are not kept."""
    user = get_user_model()._default_manager.filter(username=username).first()
    if user is None:
        return
    user, standing = _locked(user)
    now = timezone.now()
    if standing.locked_at is None or now - standing.locked_at >= lock_time():
        standing.locked_at = now
        standing.save()
        record(Deed.ACCOUNT_LOCKED, by=user.get_username(), what=user)


def lock_time() -> timedelta:
    """Return how long a lock lasts, for passwords and codes alike."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def minutes_locked(standing: Standing | None, now: datetime) -> int:
    """Return for how many minutes more codes of an account are refused; 0: they are taken."""
    if standing is None or standing.wrong_codes < settings.AXES_FAILURE_LIMIT or standing.wrong_codes_since is None:
        return 0
    left = (standing.wrong_codes_since + lock_time() - now).total_seconds()
    return max(0, -(-int(left) // 60))
