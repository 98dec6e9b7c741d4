"""What every endpoint has in common: one way to answer a GET, idempotent POSTs, refused encodings, rate and deprecation headers, OPTIONS."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable, PermissionDenied, Throttled
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from common.api import deprecation, problems
from common.api.deprecation import Deprecated
from common.api.idempotency import once
from common.api.problems import ApiProblem
from common.api.rendering import JsonRenderer, accepts, renderer_of
from common.errors import FieldError, pointer

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_READS = frozenset({"GET", "HEAD"})
_JSON = JsonRenderer.media_type


class ApiViewSet(GenericViewSet):
    """A view set that answers a GET by `read`, and whose POSTs honour `Idempotency-Key`.

    `scopes` names, by method, the scopes of which a key needs one; `deprecated`, by method, what will go away; `files`, by action, the media
    type of an action that answers with a file; `bodiless`, the actions that take no body; `may_lease`, whether its GETs may be answered
    under a lease (catalog.leases).

    For the OpenAPI document alone: `tagged`, the actions whose answers carry an ETag; `matched`, those that honour If-Match; `located`, those
    whose answers carry a Location; `named_files`, those that name the file they give; `refusals`, by action, the statuses of errors that not
    every operation of its kind can answer.
    """

    scopes: dict[str, tuple[str, ...]] = {}
    bodiless: frozenset[str] = frozenset()
    tagged: frozenset[str] = frozenset()
    matched: frozenset[str] = frozenset()
    located: frozenset[str] = frozenset()
    named_files: frozenset[str] = frozenset()
    refusals: dict[str, tuple[int, ...]] = {}
    deprecated: dict[str, Deprecated] = {}
    files: dict[str, str] = {}
    may_lease = False
    keeps_answers = True
    format_kwarg = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in _READS and hasattr(self, "get"):
            return self.read(request, kwargs)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def read(self, http: HttpRequest, of_the_path: Mapping[str, str]) -> HttpResponseBase:
        """Answer a GET or HEAD: who calls, with which scope, how often, then the action; whatever is raised becomes a problem document.

        The framework does the same in three times the time, since it must be ready for bodies, renderers and versions of any kind.
        """
        self.request = request = Request(http, parser_context={"view": self})
        self.action = self.action_map["get"]
        try:
            self._check_accepted(http)
            for authenticator in self.get_authenticators():
                request.user, request.auth = authenticator.authenticate(request)
            for permission in self.get_permissions():
                if not permission.has_permission(request, self):
                    raise PermissionDenied
            for throttle in self.get_throttles():
                if not throttle.allow_request(request, self):
                    raise Throttled(throttle.wait())
            if any("\x00" in value for value in of_the_path.values() if isinstance(value, str)):
                raise Http404
            response: HttpResponseBase = getattr(self, self.action)(request, **of_the_path)
        except Exception as fault:  # as the framework does
            response = self.refused(problems.reported(fault))
        if isinstance(response, Response):
            response.accepted_renderer, response.accepted_media_type = JsonRenderer(), _JSON
            response.renderer_context = {}
        response.headers["Allow"] = ", ".join(self.allowed_methods)
        finish(response, http, self)
        return response

    def refused(self, problem: ApiProblem) -> HttpResponseBase:
        """Return the answer to a GET for a problem."""
        return problems.plain(problem)

    def _check_accepted(self, http: HttpRequest) -> None:
        """Raise a 406 where the caller takes neither JSON nor the file that the action gives."""
        header = http.META.get("HTTP_ACCEPT", "*/*")
        if not (accepts(header, _JSON) or accepts(header, self.files.get(self.action, _JSON))):
            raise NotAcceptable

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # No name holds a NUL, and the database cannot even be asked for one.
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise Http404
        if request.method in _WITH_BODY:
            _check_framing(request)
        if self.action in self.bodiless:
            _refuse_body(request.data)
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and hasattr(self, "post") and self.keeps_answers:
            handler = self.post
            self.post = lambda request, *args, **kwargs: once(request, key, lambda: handler(request, *args, **kwargs))

    def get_renderers(self) -> list[BaseRenderer]:
        renderers: list[BaseRenderer] = super().get_renderers()
        media_type = self.files.get(self.action or "")
        return [*renderers, renderer_of(media_type)] if media_type else renderers

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer which methods there are (`Allow`); what they take is in the OpenAPI document."""
        return Response(status=204)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        finish(response, getattr(request, "_request", request), self)
        return response


class PublicViewSet(ApiViewSet):
    """A view set that anybody may call without a key, so many times a minute from an address: it says what the world may know.

    Nothing that it does is kept, so `Idempotency-Key` means nothing here.
    """

    authentication_classes = ()
    permission_classes = ()
    keeps_answers = False


def finish(response: HttpResponseBase, request: Any, view: Any) -> None:
    """Give an answer the headers that every endpoint's answers have: what is left of the rate, what will go away, that it is not kept."""
    rate = getattr(request, "rate", None)
    if rate:
        limit, left, seconds = rate
        response.headers["RateLimit-Limit"] = str(limit)
        response.headers["RateLimit-Remaining"] = str(left)
        response.headers["RateLimit-Reset"] = str(seconds)
    notice = deprecation.of(view, request.method)
    if notice:
        for name, value in notice.headers().items():
            response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")


def _refuse_body(data: Any) -> None:
    """Raise a 400 for a body where there is nothing to say: whoever sends one means something that would not happen."""
    if data == {}:
        return
    detail = _("This takes no body; send none, or {}.")
    names = [str(name)[:100] for name in data] if isinstance(data, Mapping) else []
    errors = [FieldError(pointer(name), "unknown_field", detail) for name in names]
    raise ApiProblem(400, "invalid", detail, errors or [FieldError("", "invalid", detail)])


def _check_framing(request: Any) -> None:
    """Raise a 415 for a compressed body, and a 411 for one that does not say how long it is."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise ApiProblem(
            415,
            "unsupported_encoding",
            _("Send the body as it is, without Content-Encoding."),
            headers={"Accept-Encoding": "identity"},
        )
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not request.headers.get("Content-Length"):
        raise ApiProblem(411, "length_required", _("Send the body with a Content-Length."))
