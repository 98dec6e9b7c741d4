"""For whom a person at a page works: the catalog office, or the one insurer whose account it is (spec curation.md 7).

`tenant_of` is what the desk's middleware tells the database; pages ask `insurer_of`.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_otp.plugins.otp_totp.models import TOTPDevice

from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.tenancy import NOBODY, OFFICE, acting_for
from insurers.models import ApiKey, Insurer, InsurerUser

# The group of insurers' users; the groups' rights are the desk's.
INSURERS_USERS = "保险公司"


class NotAnInsurersAccount(Refused):
    code = "not_an_insurers_account"
    sentence = gettext_noop(
        "%(who)s works for the office, or for another insurer: an insurer's user has an account of their own."
    )


def insurer_of(user: Any) -> Insurer | None:
    """Return the insurer whose account this is; None for the office's accounts. Asked once a request."""
    binding = getattr(account_of(user), "insurer_binding", None)
    return binding.insurer if binding else None


def tenant_of(user: Any) -> str:
    """Return for whom the database works while this person looks at pages (common.tenancy).

    An insurer that is switched off, and an account in the insurers' group that nobody has bound, see nothing of anybody's.
    """
    if not user.is_active or not user.is_staff:
        return NOBODY
    insurer = insurer_of(user)
    if insurer is not None:
        return str(insurer.pk) if insurer.is_active else NOBODY
    return NOBODY if account_of(user).is_in_insurers_group else OFFICE


def account_of(user: Any) -> Any:
    """Return the account with its insurer and its standing (common.persons), and whether it is in the insurers' group and has a second factor.

    One statement, whose answer is kept on the user.
    """
    kept = getattr(user, "_account", None)
    if kept is None:
        accounts = get_user_model()._default_manager.select_related("insurer_binding__insurer", "standing")
        in_group = Exists(Group.objects.filter(name=INSURERS_USERS, user=OuterRef("pk")))
        has_factor = Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
        with acting_for(OFFICE):  # who asks is not known before this is
            kept = accounts.annotate(is_in_insurers_group=in_group, has_factor=has_factor).get(pk=user.pk)
        user._account = kept
    return kept


def is_of_the_office(user: Any) -> bool:
    """Tell whether an account does, or holds keys to do, what only the office does, its groups aside."""
    return bool(user.is_superuser) or ApiKey.objects.filter(user=user).exists()


@transaction.atomic
def bind_user(*, user: Any, insurer: Insurer, by: str) -> InsurerUser:
    """Make an account an insurer's: it joins the insurers' group and acts for this insurer alone, for good.

    Raises NotAnInsurersAccount for an account that has other groups or rights, holds a curator's keys, or is another insurer's.
    """
    user = get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    bound = InsurerUser.objects.filter(user=user).first()
    if bound is not None and bound.insurer_id == insurer.pk:
        return bound
    others = user.groups.exclude(name=INSURERS_USERS).exists() or user.user_permissions.exists()
    if bound is not None or others or is_of_the_office(user):
        raise NotAnInsurersAccount(_(NotAnInsurersAccount.sentence) % {"who": user.get_username()})
    group, _made = Group.objects.get_or_create(name=INSURERS_USERS)
    user.groups.add(group)
    row = InsurerUser.objects.create(user=user, insurer=insurer, bound_by=by)
    record(Deed.ACCOUNT_BOUND, by=by, what=user, name=user.get_username(), after={"insurer": insurer.code})
    return row
