"""Every request has an id, in its answer, in its log lines and in the log of deeds, which says by which door it came."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from common.logs import request_id, via
from common.personal import identity_number_in

_asked: ContextVar[HttpRequest | None] = ContextVar("asked", default=None)
_SAFE = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class RequestIdMiddleware:
    """Take the caller's X-Request-ID where it is harmless, else make one; answer with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        # It is written into logs: what is or may hold an identity number is not.
        chosen = given if _SAFE.match(given) and identity_number_in(given) is None else uuid.uuid4().hex
        token = request_id.set(chosen)
        asked = _asked.set(request)
        # A face that writes its errors itself is for programs too.
        door = via.set("api" if request.path.startswith(("/api/", *settings.ERROR_WRITERS)) else "page")
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
            _asked.reset(asked)
            via.reset(door)
        response["X-Request-ID"] = chosen
        return response


def absolute(path: str) -> str:
    """Return a path of this service as whoever is being answered can follow it; the path alone where nobody asks, or by a name that is not ours."""
    request = _asked.get()
    try:
        return request.build_absolute_uri(path) if request else path
    except SuspiciousOperation:
        return path
