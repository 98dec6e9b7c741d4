"""Who may see and change which catalog and version over REST, and how a version is known by; what every catalog endpoint begins with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NoReturn

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.clock import china_today
from catalog.models import Catalog, CatalogVersion
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.errors import FieldError

# So many lists are named in a sentence.
SAID = 5

READ, WRITE, PUBLISH = ("catalog:read",), ("catalog:write",), ("catalog:publish",)


def catalog_of(request: Any, code: str) -> Catalog:
    """Return the catalog that a code in an address means to the caller (catalog.catalog_codes); a hidden one is not found.

    Nor is a code that several insurers have, and the office has not, where an office's key does not say whose it means.
    """
    found = list(Catalog.objects.select_related("owner").named(code, request.user.insurer_id))
    if len(found) == 1:
        return found[0]
    raise ApiProblem(404, "not_found", several(found)) if found else Http404


def several(found: Sequence[Catalog]) -> str:
    """Return what an office's key is told of a code that several insurers have."""
    told = _("Several insurers have a list of this code; say whose: %(addresses)s.")
    return told % {"addresses": ", ".join(sorted(one.address for one in found)[:SAID])}


def version_of(request: Any, code: str, label: str) -> CatalogVersion:
    """Return a version the caller may see; drafts are the catalog office's and the owner's."""
    catalog = catalog_of(request, code)
    versions = catalog.versions.select_related("catalog", "parent")
    if not may_write(request, catalog):
        versions = versions.open_to_readers(china_today(request.user.known_at))
    return get_object_or_404(versions, label=label)


def may_write(request: Any, catalog: Catalog) -> bool:
    """Whether the caller's scopes could act on this catalog: the office on all, an insurer on its own."""
    return request.user.is_office or catalog.owner_id == request.user.insurer_id


def check_writable(request: Any, catalog: Catalog) -> None:
    """Raise a 403 for an insurer's key on a catalog that is not its own."""
    if not may_write(request, catalog):
        raise ApiProblem(403, "not_yours", _("Only the catalog office may change a shared catalog."))


def version_etag(version: CatalogVersion) -> str:
    """Return what changes whenever the version does."""
    facts = (
        version.pk,
        version.state,
        version.state_on(china_today(timezone.now())),
        version.label,
        version.effective_from,
        version.effective_to,
        version.note,
        version.complete_for,
        version.expected_counts,
        version.checksum,
        version.submitted_at,
        version.review_requested_at,
        version.sent_back_at,
        version.published_at,
        version.withdrawal_asked_at,
        version.withdrawn_at,
        version.parent_id,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def writable_version(request: Any, code: str, label: str) -> CatalogVersion:
    """Return a version that the caller may change as far as its life allows it; raises a 403, a 404."""
    version = version_of(request, code, label)
    check_writable(request, version.catalog)
    return version


def given_in(request: Any, shape: Any) -> dict[str, Any]:
    """Return what the body says, by its shape; raises a 400. Such an address takes no query parameters."""
    refuse_unknown(request.query_params, ())
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def refuse(pointer: str, detail: str) -> NoReturn:
    """Raise a 400 for one field of the request."""
    raise ApiProblem(
        400, "invalid", _("The request is invalid; see `errors`."), [FieldError(pointer, "invalid", detail)]
    )
