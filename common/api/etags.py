"""Strong ETags: 304 for what has not changed, 412 for a change based on an old state."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.response import Response

from common.api.problems import ApiProblem

IMMUTABLE_SECONDS = 86400


def caching(*, immutable: bool) -> str:
    """Return the Cache-Control of an answer with an ETag; what may change is asked again every time (and answered 304)."""
    return f"private, max-age={IMMUTABLE_SECONDS}, immutable" if immutable else "private, max-age=0, must-revalidate"


def unchanged(request: Any, etag: str) -> bool:
    """Tell whether the caller holds this state already (If-None-Match)."""
    held = request.headers.get("If-None-Match", "")
    return bool(held) and (held.strip() == "*" or f'"{etag}"' in _listed(held))


def headers_of(etag: str, *, immutable: bool) -> dict[str, str]:
    """Return the headers of an answer that can be held."""
    return {
        "ETag": f'"{etag}"',
        "Cache-Control": caching(immutable=immutable),
        "Vary": "Authorization, Accept-Language",
    }


def not_changed(headers: dict[str, str]) -> HttpResponse:
    """Return a 304: without a body it has no content type."""
    answer = HttpResponse(status=304, headers=headers)
    del answer.headers["Content-Type"]
    return answer


def _listed(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def answer(request: Any, data: Any, *, etag: str, immutable: bool) -> HttpResponse:
    """Return the answer with its ETag, or 304 where the caller holds it already."""
    headers = headers_of(etag, immutable=immutable)
    return not_changed(headers) if unchanged(request, etag) else Response(data, headers=headers)


def check_match(request: Any, etag: str) -> None:
    """Raise a 412 where the caller's If-Match names another state; without the header nothing is asked."""
    wanted = request.headers.get("If-Match", "")
    if wanted and wanted.strip() != "*" and f'"{etag}"' not in _listed(wanted):
        raise ApiProblem(412, "precondition_failed", _("It has changed since you read it; read it again."))
