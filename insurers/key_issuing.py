"""Which keys may be made, by whom, with which rights and for how long; who answers for one, and how it ends."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import clock, leases
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused
from common.personal import identity_number_in
from common.tenancy import beyond_the_sandbox
from insurers.keys import make_key
from insurers.models import ApiKey, Insurer, InsurerUser
from insurers.scopes import EVERY_RIGHT, OFFICE_ONLY, Scope, may_give


class BadScope(Refused):
    code = "bad_scope"
    status = 400


class MoreThanIssuer(Refused):
    code = "more_than_issuer"
    status = 403


class NotACurator(Refused):
    code = "not_a_curator"


class BeyondOwn(Refused):
    code = "beyond_own"
    status = 403


def _check_scopes(scopes: Iterable[str], *, office: bool) -> list[str]:
    wanted = list(dict.fromkeys(scopes))
    wrong = [scope for scope in wanted if scope not in Scope.values]
    if wrong or not wanted:
        known = ", ".join(Scope.values)
        raise BadScope(
            _("Unknown scope %(wrong)s; known are: %(known)s.") % {"wrong": ", ".join(wrong), "known": known}
        )
    if not office and OFFICE_ONLY & set(wanted):
        raise BadScope(_("Only a curator's key may publish catalogs or read the log of deeds."))
    return wanted


def scopes_of(issuer: Any, insurer: Insurer | None) -> frozenset[str]:
    """Return the scopes that a person may give now: to a key of this insurer, or (None) to their own."""
    rights = {EVERY_RIGHT} if issuer.is_superuser else issuer.get_all_permissions()
    with beyond_the_sandbox():
        bound = InsurerUser.objects.filter(user_id=issuer.pk).values_list("insurer_id", flat=True).first()
    if bound is not None and (insurer is None or bound != insurer.pk):
        return frozenset()
    return may_give(rights, of_insurer=insurer is not None, is_insurers=bound is not None)


def scopes_now(key: ApiKey, issuers: dict[Any, frozenset[str]] | None = None) -> frozenset[str]:
    """Return what a key may do now: of its scopes those that its issuer could still give (as the database says at each use: migration 0012).

    `issuers` remembers what each may give, for whoever asks about many keys.
    """
    limit = key.issued_by or (key.user if key.user is not None and _signs_in(key.user) else None)
    held = frozenset(key.scopes)
    if limit is None:
        return held
    if not (limit.is_active and limit.is_staff):
        return frozenset()
    issuers = {} if issuers is None else issuers
    asked = (limit.pk, key.insurer_id)
    if asked not in issuers:
        issuers[asked] = scopes_of(limit, key.insurer)
    return held & issuers[asked]


def _signs_in(user: Any) -> bool:
    """Tell whether somebody comes, or came, to the pages with an account; one that a command made for a program has no rights there."""
    return bool(user.is_staff or user.has_usable_password() or user.last_login is not None)


def _check_issuer(scopes: list[str], issuer: Any, insurer: Insurer | None) -> None:
    over = sorted(set(scopes) - scopes_of(issuer, insurer))
    if over:
        detail = _("%(who)s may not give %(scopes)s: a key has no more than whoever issues it.")
        raise MoreThanIssuer(detail % {"who": issuer.get_username(), "scopes": ", ".join(over)})


@transaction.atomic
def issue_insurer_key(
    *,
    insurer: Insurer,
    scopes: Iterable[str],
    by: str,
    issuer: Any = None,
    note: str = "",
    expires_at: datetime | None = None,
    sandbox: Insurer | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of an insurer; returns (row, the key itself, which is never to be had again). Raises BadScope, MoreThanIssuer.

    `issuer` is the account that gives it; none gives a key that is made on the machine. A test key works in the `sandbox` (insurers.sandboxes).
    """
    wanted = _check_scopes(scopes, office=False)
    if issuer is not None:
        _check_issuer(wanted, issuer, insurer)
    return _issue(
        by=by,
        insurer=insurer,
        sandbox=sandbox,
        issued_by=issuer,
        scopes=wanted,
        note=note,
        expires_at=expires_at,
    )


@transaction.atomic
def issue_curator_key(
    *,
    username: str,
    scopes: Iterable[str],
    by: str,
    issuer: Any = None,
    note: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of a curator of the catalog office (making the user if missing, who cannot sign in until given a password).

    Raises BadScope, NotACurator, and MoreThanIssuer where the curator, who signs in at pages, may not do there what the key would do.
    """
    users = get_user_model().objects
    wanted = _check_scopes(scopes, office=True)
    user = users.filter(username=username).first()
    if user is None:
        user = users.create_user(username=username)
    elif InsurerUser.objects.filter(user=user).exists():
        raise NotACurator(_("%(who)s is an insurer's user; a curator's key is the office's.") % {"who": username})
    if _signs_in(user):
        _check_issuer(wanted, user, None)
    return _issue(by=by, user=user, issued_by=issuer, scopes=wanted, note=note, expires_at=expires_at)


def _issue(*, by: str, **facts: Any) -> tuple[ApiKey, str]:
    if identity_number_in(facts.get("note") or ""):
        detail = _("Write no number of a person here.")
        raise InvalidInput(detail, errors=[FieldError("/note", "identity_number", detail)])
    key, prefix, secret_hash = make_key(test=facts.get("sandbox") is not None)
    row = ApiKey.objects.create(prefix=prefix, secret_hash=secret_hash, **facts)
    _log_key(row, by)
    return row, key


@transaction.atomic
def issue_further_key(
    *,
    own: ApiKey,
    held: Collection[str],
    scopes: Iterable[str],
    by: str,
    note: str = "",
    expires_at: datetime | None = None,
    sandbox: Insurer | None = None,
) -> tuple[ApiKey, str]:
    """Make a further key of an insurer with a key of it (spec api.md, Keys): no more scopes than that one holds now, and no longer.

    A test key makes test keys of its own sandbox alone; any other key also those of a given `sandbox`. Raises BadScope, BeyondOwn.
    """
    wanted = _check_scopes(scopes, office=False)
    over = sorted(set(wanted) - set(held))
    if over:
        raise BeyondOwn(_("This key does not have %(scopes)s, so it cannot give it.") % {"scopes": ", ".join(over)})
    if own.expires_at is not None and (expires_at is None or expires_at > own.expires_at):
        raise BeyondOwn(_("A key lasts no longer than the key it is made with; give an earlier expires_at."))
    return _issue(
        by=by,
        insurer=own.insurer,
        sandbox=own.sandbox or sandbox,
        issued_by=own.issued_by,
        made_with=own,
        scopes=wanted,
        note=note,
        expires_at=expires_at,
    )


@transaction.atomic
def take_over_key(*, key: ApiKey, issuer: Any, by: str) -> None:
    """Answer for a key from now on, as its issuer: it acts as them and has no more than they have. Raises MoreThanIssuer."""
    if key.insurer is None:
        raise NotACurator(_("A curator's key is that curator's alone."))
    _check_issuer(key.scopes, issuer, key.insurer)
    before = key.issued_by.get_username() if key.issued_by else ""
    leases.wait_out()
    key.issued_by = issuer
    key.save(update_fields=["issued_by"])
    after = {"issued_by": issuer.get_username()}
    record(Deed.KEY_TAKEN_OVER, by=by, what=key, name=key.prefix, before={"issued_by": before}, after=after)


def _log_key(row: ApiKey, by: str) -> None:
    """Log that a key was issued: whose it is and what it may do, never the key."""
    holder = row.insurer.code if row.insurer else row.user.get_username() if row.user else ""
    after: dict[str, Any] = {"holder": holder, "scopes": row.scopes, "expires_at": row.expires_at}
    after |= {"sandbox": True} if row.sandbox_id else {}
    record(Deed.KEY_ISSUED, by=by, what=row, name=row.prefix, after=after)


@transaction.atomic
def revoke_key(*, key: ApiKey, by: str, also_made: bool = False) -> None:
    """End a key at once: the next request with it is a 401. With `also_made` those that were made with it end too, and with these."""
    kin = [key]
    for one in kin:
        kin += ApiKey.objects.filter(made_with=one) if also_made else ()
    ending = [one for one in kin if one.revoked_at is None]
    if ending:
        leases.wait_out()
        now = clock.observe().known_at
    for one in ending:
        one.revoked_at = now
        one.save(update_fields=["revoked_at"])
        record(Deed.KEY_REVOKED, by=by, what=one, name=one.prefix)
