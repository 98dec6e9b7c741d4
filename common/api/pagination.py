"""Pages: numbered with a count, or by cursor where a list may be long."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination, PageNumberPagination

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


class EntryCursorPagination(CursorPagination):
    """Cursor pages over the entries of one version; the last page costs what the first does."""

    page_size = DEFAULT_SIZE
    max_page_size = MAX_SIZE
    page_size_query_param = "page_size"
    ordering = "entry_code"

    def get_page_size(self, request: Any) -> int:
        return page_size_of(request)
