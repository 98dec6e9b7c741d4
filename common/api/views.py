"""What every endpoint has in common: idempotent POSTs, refused encodings, rate and deprecation headers, OPTIONS."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from common.api import deprecation
from common.api.deprecation import Deprecated
from common.api.idempotency import once
from common.api.problems import ApiProblem
from common.api.rendering import renderer_of
from common.errors import Problem, pointer

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class ApiViewSet(GenericViewSet):
    """A view set whose POSTs honour `Idempotency-Key`.

    `scopes` names, by method, the scopes of which a key needs one; `deprecated`, by method, what will go away; `files`, by action, the media
    type of an action that answers with a file; `bodiless`, the actions that take no body.
    """

    scopes: dict[str, tuple[str, ...]] = {}
    bodiless: frozenset[str] = frozenset()
    deprecated: dict[str, Deprecated] = {}
    files: dict[str, str] = {}

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
        if request.method == "POST" and key is not None and hasattr(self, "post"):
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
    errors = [Problem(pointer(name), "unknown_field", detail) for name in names]
    raise ApiProblem(400, "invalid", detail, errors or [Problem("", "invalid", detail)])


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
