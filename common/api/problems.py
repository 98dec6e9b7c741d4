"""Errors as RFC 9457 problem+json: the one table from exception to status, code and words."""

import errno
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import get_template
from django.urls import is_valid_path
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response

from common import tracing
from common.api.error_codes import canonical
from common.api.rendering import JsonRenderer
from common.api.request_id import absolute
from common.errors import MAX_ERRORS, Away, FieldError, InvalidInput, Refused, pointer
from common.fair_share import TooManyAtOnce
from common.languages import LANGUAGES, LOCALES
from common.logs import request_id
from common.personal import without_numbers

log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = "5"


class ApiProblem(Exception):
    """An answer other than success, decided at the edge: status, code, words, field errors, headers, further members of the document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        error_count: int = 0,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers, self.more = list(errors), dict(headers or {}), dict(more or {})
        self.error_count = max(error_count, len(self.errors))

    def document(self) -> dict[str, Any]:
        """Return the problem document that says it."""
        return body(self.status, self.code, self.detail, self.errors, self.more, self.error_count)


def titles() -> dict[int, str]:
    """Return the short title of each status, in the caller's language."""
    return {
        400: _("Bad request"),
        401: _("Not authenticated"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        406: _("Not acceptable"),
        409: _("Conflict"),
        410: _("Gone"),
        411: _("Length required"),
        412: _("Precondition failed"),
        413: _("Too large"),
        414: _("Address too long"),
        415: _("Unsupported media type"),
        428: _("Precondition required"),
        429: _("Too many requests"),
        431: _("Headers too large"),
        500: _("Internal error"),
        503: _("Temporarily unavailable"),
    }


def body(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    more: Mapping[str, Any] | None = None,
    error_count: int = 0,
) -> dict[str, Any]:
    """Return the problem document; `more` are its further members.

    It lists MAX_ERRORS errors; where there are more, `error_count` says how many were found and `errors_left_out` how many of them are not listed.
    """
    document: dict[str, Any] = {
        "type": absolute(f"/docs/errors/{code}/"),
        "title": titles().get(status, _("Error")),
        "status": status,
        "detail": without_numbers(detail),
        "code": code,
        "request_id": request_id.get(),
    }
    if trace_id := tracing.trace_id():
        document["trace_id"] = trace_id
    listed = [shown(one) for one in errors[:MAX_ERRORS]]
    if listed:
        document["errors"] = listed
    if (left_out := error_count - len(listed)) > 0:
        document |= {"error_count": error_count, "errors_left_out": left_out}
    return {**(more or {}), **document}


def shown(error: FieldError) -> dict[str, str]:
    """Return what is wrong with a field as the API shows it: one spelling of each code, whoever found it."""
    return {
        # A field's name may be anything, a person's number too.
        "pointer": without_numbers(error.pointer),
        "code": canonical(error.code),
        "detail": without_numbers(error.detail),
    }


def respond(problem: ApiProblem) -> Response:
    """Return the DRF answer for a problem."""
    response = Response(
        problem.document(),
        status=problem.status,
        headers=problem.headers,
        content_type="application/problem+json",
    )
    response["Cache-Control"] = "no-store"
    return response


def plain(problem: ApiProblem) -> HttpResponse:
    """Return the same answer outside DRF."""
    response = HttpResponse(
        JsonRenderer().render(problem.document()),
        status=problem.status,
        content_type="application/problem+json",
        headers=problem.headers,
    )
    response["Cache-Control"] = "no-store"
    return response


def _field_errors(detail: Any, at: str = "") -> list[FieldError]:
    if isinstance(detail, Mapping):
        found: list[FieldError] = []
        for name, inner in detail.items():
            found += _field_errors(inner, at if name == "non_field_errors" else f"{at}/{name}")
        return found
    if isinstance(detail, list):
        found = []
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            found += _field_errors(inner, f"{at}/{place}" if nested else at)
        return found
    return [FieldError(at, getattr(detail, "code", None) or "invalid", str(detail))]


def problem_of(fault: Exception) -> ApiProblem | None:
    """Return what a caller may know of an exception; None for a bug, which stays a bare 500."""
    match fault:
        case ApiProblem():
            return fault
        case InvalidInput() if fault.errors and fault.code.startswith("invalid_"):
            # A pure reader words each error in the caller's language, its summary in English alone.
            detail = _("The request is invalid; see `errors`.")
            return ApiProblem(fault.status, fault.code, detail, fault.errors, error_count=fault.error_count)
        case TooManyAtOnce():
            told = _(
                "This insurer has as many long requests under way as one may; try again when one of them is answered."
            )
            return ApiProblem(429, fault.code, told, headers={"Retry-After": "1"})
        case Refused():
            return ApiProblem(
                fault.status, fault.code, fault.detail, fault.errors, more=fault.more, error_count=fault.error_count
            )
        case Http404():
            return ApiProblem(404, "not_found", _("There is no such thing, or it is not yours to see."))
        case PermissionDenied():
            return ApiProblem(403, "permission_denied", _("You may not do this."))
        case exceptions.ValidationError():
            errors = _field_errors(fault.detail)
            return ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)
        case exceptions.Throttled():
            wait = str(int(fault.wait or 1) + 1)
            return ApiProblem(429, "throttled", _("Too many requests; try again later."), headers={"Retry-After": wait})
        case exceptions.NotFound():
            return ApiProblem(404, "not_found", _("There is no such thing, or it is not yours to see."))
        case exceptions.APIException():
            code = fault.get_codes() if isinstance(fault.get_codes(), str) else "error"
            headers = {"WWW-Authenticate": "Api-Key"} if fault.status_code == 401 else {}
            return ApiProblem(fault.status_code, code, str(fault.detail), headers=headers)
        case UnreadablePostError():
            return ApiProblem(400, "cut_off", _("The request ended before its end; send it again."))
        case RequestDataTooBig():
            return ApiProblem(413, "too_large", _("The request body is too large."))
        case SuspiciousOperation():
            return ApiProblem(400, "bad_request", _("The request was refused."))
        case OperationalError() | InterfaceError() | RedisError() | Away():
            # A technical fault is never an answer about a drug: say so, and when to ask again.
            return ApiProblem(
                503,
                "temporarily_unavailable",
                _("A technical fault; nothing was decided or recorded. Ask again."),
                headers={"Retry-After": RETRY_AFTER_SECONDS},
            )
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            # A full disk where the framework keeps what comes in is a fault of ours, but no bug.
            return ApiProblem(
                503,
                "no_room",
                _("The file could not be stored; nothing was kept. Try again later."),
                headers={"Retry-After": RETRY_AFTER_SECONDS},
            )
    return None


def exception_handler(fault: Exception, context: dict[str, Any]) -> Response:
    """Turn what a view raised into problem+json (DRF's EXCEPTION_HANDLER)."""
    return respond(reported(fault))


def reported(fault: Exception) -> ApiProblem:
    """Return what a caller may know of whatever a view raised; a bug or a fault is logged."""
    problem = problem_of(fault)
    if problem is None:
        log.exception("unexpected fault", exc_info=fault)
        problem = internal_error()
    elif problem.status >= 500:
        log.error("fault: %s: %s", type(fault).__name__, fault)
    return problem


def internal_error() -> ApiProblem:
    """Return the answer for a bug: no inside is shown, nothing was decided."""
    return ApiProblem(
        500,
        "internal_error",
        _("An internal fault; nothing was decided or recorded. Quote the request id."),
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    )


def _page(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    """Answer a person on the curators' pages with a page, everybody else with a problem document, or as the face at that address does."""
    for below, writer in settings.ERROR_WRITERS.items():
        if request.path.startswith(below):
            written: HttpResponse = import_string(writer)(problem)
            return written
    if not request.path.startswith("/admin/"):
        return _for_a_visitor(request, problem) if _reads_pages(request) else plain(problem)
    words = {
        "title": titles().get(problem.status, _("Error")),
        "detail": problem.detail,
        "request_id": request_id.get(),
    }
    return HttpResponse(get_template("problem.html").render(words, request), status=problem.status)


def _reads_pages(request: HttpRequest) -> bool:
    """Tell whether a browser asks, for an address that is not one of the API's."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "").lower()


def _for_a_visitor(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    """Answer with a plain page that says it in both languages, since nothing is known of whoever reads it."""
    told = []
    for language in LANGUAGES:
        with translation.override(LOCALES[language]):
            title, detail = titles().get(problem.status, _("Error")), ""
            if problem.status == 404:
                title = _("There is no such page")
                detail = _("The address leads nowhere: %(path)s") % {"path": request.path[:200]}
            told.append((language, title, detail, _("To the first page")))
    words = {"told": told, "status": problem.status, "request_id": request_id.get()}
    response = HttpResponse(get_template("nowhere.html").render(words), status=problem.status, headers=problem.headers)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a path that leads nowhere (Django's handler404); one that lacks its last slash is told so."""
    detail = _("There is no such thing, or it is not yours to see.")
    if request.path.startswith("/api/") and not request.path.endswith("/") and is_valid_path(f"{request.path_info}/"):
        detail = _("The address ends with a slash: %(path)s/") % {"path": request.path}
    return _page(request, ApiProblem(404, "not_found", detail))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django itself refused (handler400)."""
    return _page(request, ApiProblem(400, "bad_request", _("The request was refused.")))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request without permission outside the API (handler403)."""
    return _page(request, ApiProblem(403, "permission_denied", _("You may not do this.")))


class FaultMiddleware:
    """Answer faults that happen outside a DRF view (a database that is gone while a session is read) as problem+json too."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        of_an_address = isinstance(fault, DataError | IncorrectLookupParameters) and request.method == "GET"
        if of_an_address and request.path.startswith("/admin/"):
            # What somebody wrote into the address of a page (a number no column can hold) is no fault of ours, and nothing was done.
            return bad_request(request)
        if isinstance(fault, DatabaseError | InterfaceError | RedisError):
            problem = problem_of(fault)
            if problem:
                log.error("fault: %s: %s", type(fault).__name__, fault)
                return _page(request, problem)
        return None


class RefusingMiddleware:
    """Refuse a body that says of itself that it is too large before a byte of it is read, or kept on the disk; and a page's address with a NUL.

    Files may be as large as an upload (UPLOAD_MAX_BYTES) where somebody has signed in or shows a key, all else as any JSON.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No database keeps a NUL: no address may name one, whatever would be looked for by it.
        if "%00" in request.META.get("QUERY_STRING", "") and request.path.startswith("/admin/"):
            return bad_request(request)
        if (broken := _broken_parameter(request)) is not None:
            detail = _("The query is not UTF-8, percent-encoded.")
            return _page(request, ApiProblem(400, "bad_encoding", detail, [FieldError(broken, "bad_encoding", detail)]))
        said = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type == "multipart/form-data":
            user = getattr(request, "user", None)
            is_known = user.is_authenticated if user else "HTTP_AUTHORIZATION" in request.META
            limit += settings.UPLOAD_MAX_BYTES if is_known else 0
        # Longer than an int may be written, it is no length that could be read either.
        if said.isascii() and said.isdigit() and (len(said) > 15 or int(said) > limit):
            told = _("The request body is larger than %(limit)d bytes.") % {"limit": limit}
            return _page(request, ApiProblem(413, "too_large", told))
        return self.get_response(request)


def _broken_parameter(request: HttpRequest) -> str | None:
    """Return where the query string is no text: a parameter, '' for its name; None where it is one. Django would put other characters there."""
    query = request.META.get("QUERY_STRING", "")
    if "%" not in query and query.isascii() or request.path.startswith("/admin/"):
        return None
    with suppress(UnicodeDecodeError):
        # In UTF-8 no letter reaches over a sign between two parts: where all of it is text, each part is.
        if request.encoding in (None, "utf-8") and unquote_to_bytes(query.encode("latin-1", "replace")).decode():
            return None
    for pair in query.split("&"):
        name, _sign, value = (unquote_to_bytes(part.encode("latin-1", "replace")) for part in pair.partition("="))
        place = ""
        try:
            place = pointer(name.decode(request.encoding or "utf-8")[:100])
            value.decode(request.encoding or "utf-8")
        except UnicodeDecodeError:
            return place
        except LookupError:
            return None
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault outside a view (handler500): a database that is gone is a 503, a bug a 500."""
    fault = sys.exc_info()[1]
    problem = problem_of(fault) if isinstance(fault, Exception) else None
    return _page(request, problem if problem and problem.status >= 500 else internal_error())
