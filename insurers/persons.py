"""For whom a person at a page works: the catalog office, or the one insurer whose account it is (spec curation.md 7).

`tenant_of` is what the desk's middleware tells the database; pages ask `insurer_of`.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.persons.models import Standing
from common.tenancy import NOBODY, OFFICE, acting_for
from insurers.models import ApiKey, Insurer, InsurerUser

# The group of insurers' users; the groups' rights are the desk's.
INSURERS_USERS = "保险公司"


class NotAnInsurersAccount(Refused):
    code = "not_an_insurers_account"
    sentence = gettext_noop(
        "%(who)s works for the office, or for another insurer: an insurer's user has an account of their own."
    )


@dataclass(frozen=True, slots=True)
class Account:
    """What pages know of an account beside Django's own row: its insurer, its standing (common.persons), and two facts."""

    insurer: Insurer | None
    standing: Standing | None
    is_in_insurers_group: bool
    has_factor: bool


# Asked with every request of a page: written out, since Django would put it together anew each time. The account's rights come with it.
_OF_STANDING = ["user_id", "password_set_at", "password_given_by", "sessions_since"]
_OF_INSURER = ["id", "code", "name", "is_active", "retention_days", "sandbox_of_id", "retired_at"]
_ACCOUNT = """
SELECT
    EXISTS (
        SELECT FROM auth_user_groups JOIN auth_group ON auth_group.id = auth_user_groups.group_id
        WHERE auth_user_groups.user_id = auth_user.id AND auth_group.name = %(group)s
    ),
    EXISTS (SELECT FROM otp_totp_totpdevice factor WHERE factor.user_id = auth_user.id AND factor.confirmed),
    ARRAY (
        SELECT content.app_label || '.' || permission.codename
        FROM auth_permission permission JOIN django_content_type content ON content.id = permission.content_type_id
        WHERE permission.id IN (
            SELECT permission_id FROM auth_user_user_permissions WHERE user_id = auth_user.id
            UNION ALL
            SELECT permission_id FROM auth_group_permissions JOIN auth_user_groups USING (group_id)
            WHERE user_id = auth_user.id
        )
    ),
    standing.user_id, standing.password_set_at, standing.password_given_by, standing.sessions_since,
    insurer.id, insurer.code, insurer.name, insurer.is_active, insurer.retention_days, insurer.sandbox_of_id, insurer.retired_at
FROM auth_user
LEFT JOIN persons_standing standing ON standing.user_id = auth_user.id
LEFT JOIN insurers_insureruser binding ON binding.user_id = auth_user.id
LEFT JOIN insurers_insurer insurer ON insurer.id = binding.insurer_id
WHERE auth_user.id = %(user)s
"""


def insurer_of(user: Any) -> Insurer | None:
    """Return the insurer whose account this is; None for the office's accounts. Asked once a request."""
    return account_of(user).insurer


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


def account_of(user: Any) -> Account:
    """Return what pages know of an account.

    One statement, whose answer is kept on the user; so are the user's rights, where Django's own backend looks for them first.
    """
    kept: Account | None = getattr(user, "_account", None)
    if kept is None:
        with acting_for(OFFICE), connection.cursor() as cursor:  # who asks is not known before this is
            cursor.execute(_ACCOUNT, {"user": user.pk, "group": INSURERS_USERS})
            in_group, has_factor, rights, *rest = cursor.fetchone()
        standing, insurer = rest[: len(_OF_STANDING)], rest[len(_OF_STANDING) :]
        user._account = kept = Account(
            Insurer.from_db("default", _OF_INSURER, insurer) if insurer[0] is not None else None,
            Standing.from_db("default", _OF_STANDING, standing) if standing[0] is not None else None,
            in_group,
            has_factor,
        )
        if not user.is_superuser:
            user._perm_cache = set(rights)
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
