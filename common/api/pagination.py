"""Pages of every list: by cursor, so that none is lost or seen twice while rows come and go, or numbered where `page` is given; both with a count."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CompositePrimaryKey, Field, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
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


class NumberedPages(PageNumberPagination):
    """Numbered pages: `?page=&page_size=`; a page beyond the last is a 404 that says so."""

    page_size = DEFAULT_SIZE
    max_page_size = MAX_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Any) -> int:
        return page_size_of(request)

    def get_page_number(self, request: Any, paginator: Any) -> int:
        return _whole(request, "page", 1, MAX_PAGE)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            detail = _("There is no such page; the list ends before it.")
            raise ApiProblem(404, "page_beyond_end", detail) from None

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

        return self._keyset(queryset, request, [(column, None) for column in order])

    def _keyset(
        self, queryset: QuerySet[Any], request: Any, order: Sequence[tuple[str, Field[Any, Any] | None]]
    ) -> list[Any]:
        """Return the rows at the cursor; `order`: columns with the field that reads a value from its text, None where it is text of `values()`."""
        names = [name for name, _field in order]
        text = request.query_params.get("cursor")
        backwards, place = False, None
        if text is not None:
            named, backwards, *texts = _decoded(text, (str, bool, *[str] * len(order)))
            if named != ",".join(names):
                _bad_cursor()
            place = [_read(field, value) for (_name, field), value in zip(order, texts, strict=True)]
        columns = [_turned(column) for column in names] if backwards else names
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
        self._pages = NumberedPages() if "page" in request.query_params else None

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
        return NumberedPages().get_paginated_response_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [CURSOR, PAGE, PAGE_SIZE]


class PagePagination(CursorPages):
    """Pages of any list: of rows by their place in its order, of anything else by how many came before."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        order = _order_of(queryset) if isinstance(queryset, QuerySet) else None
        if order is None:
            ranked = _Counted(queryset, queryset.count()) if isinstance(queryset, QuerySet) else queryset
            return list(self.paginate_ranked(ranked, request))
        # Not counted for a numbered page: its paginator does.
        count = 0 if "page" in request.query_params else queryset.count()
        self._begin(request, count)
        if self._pages:
            return list(self._pages.paginate_queryset(queryset, request) or [])
        return self._keyset(queryset, request, order)


def _order_of(queryset: QuerySet[Any]) -> list[tuple[str, Field[Any, Any]]] | None:
    """Return the columns of a queryset's order with their fields, made to end in a unique one; None where one may be null."""
    asked = [str(one) for one in queryset.query.order_by]
    meta = queryset.model._meta
    if not asked or queryset.query.distinct:
        return None
    try:
        order = [(name, meta.pk if name.lstrip("-") == "pk" else meta.get_field(name.lstrip("-"))) for name in asked]
    except FieldDoesNotExist:
        return None
    if any(not isinstance(field, Field) or field.null or field.is_relation for _name, field in order):
        return None
    # Rows known by several columns are listed of one parent, where what they are ordered by tells them apart.
    if not any(field.unique for _name, field in order) and not isinstance(meta.pk, CompositePrimaryKey):
        order.append(("-pk" if asked[-1].startswith("-") else "pk", meta.pk))
    return order


class _Counted:
    """A queryset whose length is known already: Django's paginator would count it again."""

    ordered = True

    def __init__(self, queryset: QuerySet[Any], count: int) -> None:
        self._queryset, self._count = queryset, count

    def count(self) -> int:
        return self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Any:
        return self._queryset[part]


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _place(order: Sequence[tuple[str, Field[Any, Any] | None]], row: Any, *, backwards: bool) -> str:
    values = [row[name.lstrip("-")] if field is None else field.value_to_string(row) for name, field in order]
    return _encoded([",".join(name for name, _field in order), backwards, *map(str, values)])


def _read(field: Field[Any, Any] | None, text: str) -> Any:
    """Return the value of a column whose text stands in a cursor; raises a 400 for what no row can have."""
    if field is None:
        return text
    try:
        value = field.to_python(text)
    except (ValidationError, ValueError, OverflowError):
        _bad_cursor()
    if isinstance(value, datetime) and value.tzinfo is None:
        _bad_cursor()
    return value


def _beyond(order: Sequence[str], place: Sequence[Any]) -> Q:
    """Return the condition for rows after a place: the first column is further, or it is the same and the next one is further, …"""
    found, same = Q(pk__in=[]), Q()
    for column, value in zip(order, place, strict=True):
        name, compare = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        found |= same & Q(**{f"{name}__{compare}": value})
        same &= Q(**{name: value})
    return found
