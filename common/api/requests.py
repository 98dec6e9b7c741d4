"""Every request has an id, in its answer, in its log lines and in the log of deeds, which says by which door it came."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.logs import request_id, via

_SAFE = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class RequestIdMiddleware:
    """Take the caller's X-Request-ID where it is harmless, else make one; answer with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        chosen = given if _SAFE.match(given) else uuid.uuid4().hex
        token = request_id.set(chosen)
        door = via.set("api" if request.path.startswith("/api/") else "page")
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
            via.reset(door)
        response["X-Request-ID"] = chosen
        return response
