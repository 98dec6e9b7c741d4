"""Pages: numbered with a count, or by cursor where a list may be long."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response

from common.api.problems import ApiProblem
from common.errors import Problem

DEFAULT_SIZE = 50
MAX_SIZE = 500


def page_size_of(request: Any) -> int:
    """Return the asked page size (default 50); raises a 400 outside 1 to 500."""
    asked = request.query_params.get("page_size")
    if asked is None:
        return DEFAULT_SIZE
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= MAX_SIZE):
        detail = _("page_size is a whole number from 1 to %(max)d.") % {"max": MAX_SIZE}
        raise ApiProblem(400, "invalid", detail, [Problem("/page_size", "out_of_range", detail)])
    return int(asked)


class PagePagination(PageNumberPagination):
    """Numbered pages: `?page=&page_size=`."""

    page_size = DEFAULT_SIZE
    max_page_size = MAX_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Any) -> int:
        return page_size_of(request)


class EntryPagination(CursorPagination):
    """Cursor pages by default (the last costs what the first does), numbered ones where `page` is given; both with the count."""

    page_size = DEFAULT_SIZE
    max_page_size = MAX_SIZE
    page_size_query_param = "page_size"
    invalid_cursor_message = "This cursor was not given by this list; start again without one."

    def get_page_size(self, request: Any) -> int:
        return page_size_of(request)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        asked = request.query_params.get("ordering") or "entry_code"
        return (asked,) if asked.lstrip("-") == "entry_code" else (asked, "entry_code")

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        self._count = view.count_of(queryset)
        self._pages = PagePagination() if "page" in request.query_params else None
        if self._pages:
            ordered = queryset.order_by(*self.get_ordering(request, queryset, view))
            return self._pages.paginate_queryset(ordered, request, view)
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        if self._pages:
            return self._pages.get_paginated_response(data)
        return Response(
            {
                "count": self._count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: Any) -> Any:
        return PagePagination().get_paginated_response_schema(schema)
