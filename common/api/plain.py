"""The plain way: a GET that is asked more than others, answered without Django REST framework's machinery.

The view set's own classes for keys, scopes and limits are called one after the other, as the framework does, and whatever is raised becomes
the same problem document. Whatever asks for more than plain JSON (another method, media type or charset), or what the plain answer leaves to
it, is the view set's to answer; both answer alike, byte for byte.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import PermissionDenied, Throttled

from common.api import problems
from common.api.views import ApiViewSet, finish

# Of text, numbers, booleans, null, lists and objects, and of nothing else, it writes what the framework's renderer does.
to_json = msgspec.json.encode
# What clients that want JSON send; anything else is the view set's to judge.
_WANTS_JSON = frozenset(
    {
        "*/*",
        "application/json",
        "application/json, */*",
        "application/json, */*;q=0.5",
        "application/json, text/plain, */*",
    }
)


class Asked:
    """As much of the framework's request as keys, scopes, limits and pages look at."""

    method = "GET"

    def __init__(self, request: HttpRequest, view: "_View") -> None:
        self._request = request
        self.META = request.META
        self.parser_context = {"view": view}
        self.build_absolute_uri = request.build_absolute_uri
        self.get_full_path = request.get_full_path
        self.user: Any = None

    @property
    def query_params(self) -> Any:
        return self._request.GET

    @property
    def headers(self) -> Any:
        return self._request.headers


class _View:
    """As much of a view as these look at."""

    http_method_names = ("get",)
    may_keep_observation = True

    def __init__(self, view_set: type[ApiViewSet]) -> None:
        self.scopes = view_set.scopes

    def get(self) -> None: ...


Answer = Callable[..., HttpResponse | None]


def plainly(view_set: type[ApiViewSet], actions: dict[str, str], answer: Answer) -> Callable[..., HttpResponseBase]:
    """Return the view of these actions whose GET `answer(asked, **of_the_path)` answers; None leaves it to the view set.

    The caller may have been seen a moment ago (see catalog.clock): `answer` says for whom the connection acts before it asks the database.
    """
    by_the_framework = view_set.as_view(actions)
    view = _View(view_set)
    keys, scopes, limits = (
        [made() for made in classes]
        for classes in (view_set.authentication_classes, view_set.permission_classes, view_set.throttle_classes)
    )
    methods = [name.upper() for name in view_set.http_method_names if name in actions or name in {"head", "options"}]
    allowed = ", ".join(methods)

    @wraps(by_the_framework)  # so that what reads the table of addresses (the OpenAPI document) finds the view set
    def answered(request: HttpRequest, **of_the_path: str) -> HttpResponseBase:
        if not _is_plain(request):
            return by_the_framework(request, **of_the_path)
        asked = Asked(request, view)
        try:
            for key in keys:
                asked.user, _auth = key.authenticate(asked)
            for scope in scopes:
                if not scope.has_permission(asked, view):
                    raise PermissionDenied
            for limit in limits:
                if not limit.allow_request(asked, view):
                    raise Throttled(limit.wait())
            if any("\x00" in value for value in of_the_path.values()):
                raise Http404
            response = answer(asked, **of_the_path)
        except Exception as fault:  # as the framework does: whatever is raised becomes a problem document
            response = problems.plain(problems.reported(fault))
        if response is None:
            return by_the_framework(request, **of_the_path)
        response.headers["Allow"] = allowed
        finish(response, request, view_set)
        return response

    return answered


def _is_plain(request: HttpRequest) -> bool:
    query_string = request.META.get("QUERY_STRING", "")
    return (
        request.method == "GET"
        and request.META.get("HTTP_ACCEPT", "*/*") in _WANTS_JSON
        and (request.encoding or "utf-8") == "utf-8"
        and query_string.isascii()
        # The framework looks at the query before it asks who calls: for a media type, and for more parameters than it reads.
        and "format=" not in query_string
        and query_string.count("&") < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    )
