"""Middleware of the REST API that knows who calls."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.logs import request_id
from common.operations.access_log import route_of
from insurers.api.callers import Caller
from insurers.request_log import Answered, id_at, waiting


class RequestLogMiddleware:
    """Put aside what an insurer's key asked for, once it is answered (insurers.request_log); an answer to a test key says that it is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        caller, match = getattr(request, "user", None), request.resolver_match
        # Who sends no key that counts is nobody, and what is no address of ours is no route.
        if isinstance(caller, Caller) and caller.insurer_id is not None and match is not None:
            at = timezone.now()
            waiting.add(
                Answered(
                    id=id_at(at),
                    insurer_id=caller.insurer_id,
                    key=caller.prefix,
                    method=request.method or "",
                    route=route_of(request),
                    status=response.status_code,
                    milliseconds=round((time.monotonic() - began) * 1000),
                    request_id=request_id.get(),
                    at=at,
                )
            )
            if caller.is_sandbox:
                response["X-Sandbox"] = "true"
        return response
