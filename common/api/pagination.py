"""Pages: numbered with a count, or by cursor where a list may be long."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination, PageNumberPagination
from rest_framework.response import Response

from common.api.problems import ApiProblem
from common.errors import FieldError

DEFAULT_SIZE = 50
MAX_SIZE = 500
MAX_PAGE = 999_999_999
_MAX_CURSOR = 4000


def _bad(name: str, code: str, detail: str) -> ApiProblem:
    return ApiProblem(400, "invalid", detail, [FieldError(f"/{name}", code, detail)])


def _whole(request: Any, name: str, default: int, limit: int) -> int:
    asked = request.query_params.get(name)
    if asked is None:
        return default
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 9 and 1 <= int(asked) <= limit):
        detail = _("%(name)s is a whole number from 1 to %(max)d.") % {"name": name, "max": limit}
        raise _bad(name, "out_of_range", detail)
    return int(asked)


def page_size_of(request: Any) -> int:
    """Return the asked page size (default 50); raises a 400 outside 1 to 500."""
    return _whole(request, "page_size", DEFAULT_SIZE, MAX_SIZE)


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "required": False, "in": "query", "description": description, "schema": schema}


PAGE = _parameter("page", "from 1", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE})
PAGE_SIZE = _parameter(
    "page_size",
    f"rows a page, {DEFAULT_SIZE} unless told",
    {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE},
)
CURSOR = _parameter("cursor", "from `next` or `previous` of another page", {"type": "string", "minLength": 1})


class PagePagination(PageNumberPagination):
    """Numbered pages: `?page=&page_size=`."""

    page_size = DEFAULT_SIZE
    max_page_size = MAX_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Any) -> int:
        return page_size_of(request)

    def get_page_number(self, request: Any, paginator: Any) -> int:
        return _whole(request, "page", 1, MAX_PAGE)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [PAGE, PAGE_SIZE]

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "description": "null: there is none"}
        properties = {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema}
        return {"type": "object", "properties": properties, "required": list(properties)}


def _bad_cursor() -> NoReturn:
    raise _bad("cursor", "bad_cursor", _("This cursor was not given by this list; start again without one."))


def _decoded(text: str, kinds: tuple[type, ...]) -> list[Any]:
    """Return what a cursor holds: the list `_encoded` was given, with values of these kinds; raises a 400."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw) if len(text) <= _MAX_CURSOR else None
        str(values).encode()  # half a surrogate pair is no text
    except (ValueError, binascii.Error, RecursionError):
        _bad_cursor()
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds) or "\x00" in str(values):
        _bad_cursor()
    return values


def _encoded(values: Sequence[Any]) -> str:
    raw = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class CursorPages(BasePagination):
    """Cursor pages by default (the last costs what the first does), numbered ones where `page` is given; both with the count.

    A cursor holds the place of a row in the order of the list (its values in the ordering columns, which are never null and end in a unique
    one), so no row is lost or seen twice, however many are alike.
    """

    def paginate(self, queryset: QuerySet[Any], request: Any, *, order: Sequence[str], count: int) -> list[Any]:
        """Return the rows of the asked page of a queryset of `values()`, ordered by columns (`-` for descending) that end in a unique one."""
        self._begin(request, count)
        if self._pages:
            return list(self._pages.paginate_queryset(_Counted(queryset.order_by(*order), count), request) or [])

        text = request.query_params.get("cursor")
        backwards, place = False, None
        if text is not None:
            named, backwards, *place = _decoded(text, (str, bool, *[str] * len(order)))
            if named != ",".join(order):
                _bad_cursor()
        columns = [_turned(column) for column in order] if backwards else list(order)
        narrowed = queryset.filter(_beyond(columns, place)) if place is not None else queryset
        rows = list(narrowed.order_by(*columns)[: self._size + 1])
        more, rows = len(rows) > self._size, rows[: self._size]
        if backwards:
            rows.reverse()
        before, after = (more, True) if backwards else (place is not None, more)
        self._links(
            previous=_place(order, rows[0], backwards=True) if before and rows else None,
            next=_place(order, rows[-1], backwards=False) if after and rows else None,
        )
        return rows

    def paginate_ranked(self, ranked: Sequence[Any], request: Any) -> Sequence[Any]:
        """Return the asked page of something that is in its order already and does not change."""
        self._begin(request, len(ranked))
        if self._pages:
            return list(self._pages.paginate_queryset(ranked, request) or [])
        text = request.query_params.get("cursor")
        start = _decoded(text, (int,))[0] if text is not None else 0
        if start < 0:
            _bad_cursor()
        self._links(
            previous=_encoded([max(0, start - self._size)]) if start else None,
            next=_encoded([start + self._size]) if start + self._size < len(ranked) else None,
        )
        return ranked[start : start + self._size]

    def _begin(self, request: Any, count: int) -> None:
        if "page" in request.query_params and "cursor" in request.query_params:
            detail = _("Give page or cursor, not both.")
            raise _bad("cursor", "page_and_cursor", detail)
        self._request, self._count, self._size = request, count, page_size_of(request)
        self._pages = PagePagination() if "page" in request.query_params else None

    def _links(self, **cursors: str | None) -> None:
        url, _mark, query = self._request.build_absolute_uri().partition("?")
        asked = parse_qs(query, keep_blank_values=True)
        self._next, self._previous = (
            f"{url}?{urlencode(sorted({**asked, 'cursor': [cursor]}.items()), doseq=True)}" if cursor else None
            for cursor in (cursors["next"], cursors["previous"])
        )

    def get_paginated_response(self, data: Any) -> Response:
        if self._pages:
            return self._pages.get_paginated_response(data)
        return Response({"count": self._count, "next": self._next, "previous": self._previous, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> Any:
        return PagePagination().get_paginated_response_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [CURSOR, PAGE, PAGE_SIZE]


class _Counted:
    """A queryset whose length is known already: Django's paginator would count it again."""

    ordered = True

    def __init__(self, queryset: QuerySet[Any], count: int) -> None:
        self._queryset, self._count = queryset, count

    def count(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Any:
        return self._queryset[part]


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _place(order: Sequence[str], row: Any, *, backwards: bool) -> str:
    return _encoded([",".join(order), backwards, *[row[column.lstrip("-")] for column in order]])


def _beyond(order: Sequence[str], place: Sequence[str]) -> Q:
    """Return the condition for rows after a place: the first column is further, or it is the same and the next one is further, …"""
    found, same = Q(pk__in=[]), Q()
    for column, value in zip(order, place, strict=True):
        name, compare = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        found |= same & Q(**{f"{name}__{compare}": value})
        same &= Q(**{name: value})
    return found
