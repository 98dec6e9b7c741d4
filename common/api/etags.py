"""Strong ETags: 304 for what has not changed, 412 for a change based on an old state."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from common.api.problems import ApiProblem

IMMUTABLE_SECONDS = 86400


def _listed(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def answer(request: Any, data: Any, *, etag: str, immutable: bool) -> Response:
    """Return the answer with its ETag, or 304 where the caller holds it already."""
    quoted = f'"{etag}"'
    caching = f"private, max-age={IMMUTABLE_SECONDS}" if immutable else "private, no-cache"
    headers = {"ETag": quoted, "Cache-Control": caching, "Vary": "Authorization, Accept-Language"}
    held = request.headers.get("If-None-Match", "")
    if held and (held.strip() == "*" or quoted in _listed(held)):
        return Response(status=304, headers=headers)
    return Response(data, headers=headers)


def check_match(request: Any, etag: str) -> None:
    """Raise a 412 where the caller's If-Match names another state; without the header nothing is asked."""
    wanted = request.headers.get("If-Match", "")
    if wanted and wanted.strip() != "*" and f'"{etag}"' not in _listed(wanted):
        raise ApiProblem(412, "precondition_failed", _("It has changed since you read it; read it again."))
