"""Every request is counted, timed, and told in one line of the log, by its route: never by what was asked or about whom."""

import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from common import tracing
from common.operations.metrics import REQUESTS, SECONDS

log = logging.getLogger("access")
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeasureMiddleware:
    """Measure each request; stands right inside the one that gives it an id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        route, tenant = route_of(request), tenant_of(request)
        method = method_of(request)
        REQUESTS.labels(route, method, response.status_code, tenant).inc()
        SECONDS.labels(route, method).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            told = {"method": method, "status": response.status_code, "ms": round(seconds * 1000, 1), "tenant": tenant}
            log.info(route, extra={"fields": told})
        return response


class TraceMiddleware:
    """Trace each request (common.tracing); stands outside all others, and only where traces are wanted.

    The trace is always the service's own. What a caller sends as `traceparent` becomes a link, and only beside a key that counts: nobody from
    outside decides which trace a request belongs to or whether it is kept, and two callers that send the same one do not meet in it.
    `tracestate` and `baggage`, which may hold anything, are not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = method_of(request)
        with tracing.span(method, "SERVER") as told:
            response = self.get_response(request)
            route, tenant, status = route_of(request), tenant_of(request), response.status_code
            told.name(f"{method} {route}")
            told.tell(
                {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "shangbao.tenant": tenant,
                }
            )
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                told.failed(str(status))
            if tenant != "-":
                told.link(request.META.get("HTTP_TRACEPARENT", ""))
        return response


def method_of(request: HttpRequest) -> str:
    """Return the method of a request; "other" for what is none, which may be any text."""
    return str(request.method) if request.method in _METHODS else "other"


def route_of(request: HttpRequest) -> str:
    """Return what was asked as the API's document writes it (/api/v1/products/{code}/), never as it was written; "-" for no address of ours."""
    match = request.resolver_match
    return template_of(match.route) if match else "-"


@lru_cache(maxsize=1_000)
def template_of(route: str) -> str:
    """Return a route as the document of the API writes it."""
    return "/" + _PART.sub(r"{\1}", route)


def tenant_of(request: HttpRequest) -> str:
    """Return whose key was sent: the insurer's code ("sandbox:" before it: a test key), or "office"; "-" where there was none, as on every page."""
    caller: Any = request.__dict__.get("user")
    # A page's user is not looked up for this: only a key's holder has a code in its class.
    if not hasattr(type(caller), "insurer_code"):
        return "-"
    return f"sandbox:{caller.insurer_code}" if caller.is_sandbox else caller.insurer_code or "office"
