"""Who calls: an API key read from the header, looked up by its hash, with the instant and revision it sees (spec api.md, Auth)."""

import time
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission

from common.api.problems import ApiProblem
from common.tenancy import NOBODY, OFFICE, act_for
from insurers.api.callers import Caller, leases
from insurers.keys import split_key
from insurers.scopes import may_give


def _unauthenticated() -> ApiProblem:
    # One answer for unknown, wrong, expired and revoked keys alike: nothing to probe.
    return ApiProblem(
        401,
        "not_authenticated",
        _("Send a valid key: Authorization: Api-Key <key>."),
        headers={"WWW-Authenticate": "Api-Key"},
    )


class ApiKeyAuthentication(BaseAuthentication):
    """Read `Authorization: Api-Key <key>`; from here on the connection sees only what the key's insurer may see.

    One statement checks the key, names the tenant to the database and observes the instant. A view that says `may_lease` is
    spared it where the process holds a lease on what it said.
    """

    def authenticate(self, request: Any) -> tuple[Caller, None]:
        scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        parts = split_key(key.strip()) if scheme.lower() == "api-key" else None
        if parts is None:
            raise _unauthenticated()
        view = request.parser_context.get("view")
        caller = leases.held(parts) if getattr(view, "may_lease", False) else None
        if caller is None:
            asked_at = time.monotonic()
            caller, granted = _ask_database(parts)
            if granted:
                leases.grant(parts, caller, asked_at=asked_at)
        act_for(tenant_of(caller.insurer_id))
        return caller, None

    def authenticate_header(self, request: Any) -> str:
        return "Api-Key"


def tenant_of(insurer_id: int | None) -> str:
    """Return for whom the database works when this insurer asks; None is the catalog office."""
    return OFFICE if insurer_id is None else str(insurer_id)


def _ask_database(parts: tuple[str, str]) -> tuple[Caller, bool]:
    """Return the caller and whether a lease on that is granted; raises a 401."""
    connection.health_check_done = True  # no statement to see whether the connection lives: this one tells
    try:
        row = _authenticate_key(parts)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.connection is None:
            raise  # there is no connection to be had: trying again would only make the caller wait longer
        # The kept connection may have died since the last request; a new one says whether the database is there.
        connection.close()
        row = _authenticate_key(parts)
    if row is None or row[0] is None:
        raise _unauthenticated()
    key_id, insurer_id, code, name, username, scopes, expires_at, rights, is_insurers, revision, known_at, granted = row
    held = frozenset(scopes)
    if rights is not None:
        held &= may_give(rights, of_insurer=insurer_id is not None, is_insurers=is_insurers)
    caller = Caller(
        key_id=key_id,
        prefix=parts[0],
        insurer_id=insurer_id,
        insurer_code=code or "",
        insurer_name=name or "",
        person=username or f"key:{parts[0]}",
        scopes=held,
        expires_at=expires_at,
        revision=revision,
        known_at=known_at,
    )
    return caller, granted


def _authenticate_key(parts: tuple[str, str]) -> Any:
    """Return the row of the statement that checks the key and tells the database, which says so of itself, for whom it works."""
    row = connection.fetch_telling("SELECT * FROM authenticate_key(%s, %s)", parts)
    connection.told = tenant_of(row[1]) if row and row[0] is not None else NOBODY
    return row


class HasScope(BasePermission):
    """Let in whoever holds the scope that the view names for the method in `scopes`; a view that names none lets nobody in."""

    def has_permission(self, request: Any, view: Any) -> bool:
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method
        if method.lower() not in view.http_method_names or not hasattr(view, method.lower()):
            return True  # there is no such method here: DRF answers 405
        wanted = getattr(view, "scopes", {}).get(method)
        if wanted is None:
            return False
        if wanted == ANY_KEY or not request.user.scopes.isdisjoint(wanted):
            return True
        listed = ", ".join(sorted(wanted))
        raise ApiProblem(403, "missing_scope", _("This key lacks the scope %(scope)s.") % {"scope": listed})


ANY_KEY = ("*",)


def insurer_of(caller: Caller) -> int:
    """Return the caller's insurer; raises a 403 for the catalog office, which has no products and no claims."""
    if caller.insurer_id is None:
        raise ApiProblem(403, "insurer_key_required", _("This needs an insurer's key, not the catalog office's."))
    return caller.insurer_id
