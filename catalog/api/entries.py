"""Entries 条目 over REST: the pages, filters, orders and searches of a version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema

from catalog import entries
from catalog.api import serializers as shapes
from catalog.api.access import READ, refuse, version_of
from catalog.api.filters import EntryFilter
from catalog.models import CatalogEntry, CatalogVersion
from catalog.search import entries_matching
from common.api import etags
from common.api.pagination import CursorPages
from common.api.problems import ApiProblem
from common.api.rendering import to_json
from common.api.views import ApiViewSet
from common.cache import LruCache
from common.errors import FieldError, pointer

# (insurer or None, revision, catalog, label) → a published version that the insurer may see.
_versions: LruCache[tuple[int | None, int, str, str], CatalogVersion] = LruCache(2_000)


class EntryViewSet(ApiViewSet):
    """Entries 条目 of a version."""

    queryset = CatalogEntry.objects.none()
    serializer_class = shapes.EntryOutput
    filterset_class = EntryFilter
    pagination_class = CursorPages
    extra_parameters = ("fields",)
    scopes = {"GET": READ}
    may_lease = True

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "fields",
                {"type": "array", "items": {"type": "string", "enum": entries.SHOWN}, "minItems": 1},
                style="form",
                explode=False,
                description="columns to give, separated by commas; entry_code always is",
            )
        ]
    )
    def list(self, request: Any, code: str, label: str) -> HttpResponse:
        version = seen_version(request, code, label)
        columns = columns_of(request)
        queryset = self.filter_queryset(entries.of_version(version.pk))
        published, etag = version.published_at is not None, etag_of(request, version)
        headers = etags.headers_of(etag, immutable=published)
        if etags.unchanged(request, etag):
            return etags.not_changed(headers)
        codes = self._codes(request, version, queryset)
        page = self.get_paginated_response(entries.written(version.pk, codes, columns, keep=published)).data
        return HttpResponse(to_json(page), headers=headers, content_type="application/json")

    def _codes(self, request: Any, version: CatalogVersion, queryset: QuerySet[CatalogEntry]) -> Sequence[str]:
        """Return the codes of the entries on the asked page."""
        given = set(request.query_params) - {"page", "page_size", "cursor", "ordering", "fields"}
        text, ordering = request.query_params.get("q"), request.query_params.get("ordering", "")
        found = entries_matching(version, text) if text else None
        if found is not None and given - {"q"}:
            found = found.only(lambda codes: set(_entry_codes(queryset.filter(entry_code__in=codes))))
        if found is not None and not ordering:
            return self.paginator.paginate_ranked(found, request)
        if found is not None:
            count, queryset = len(found), queryset.filter(entry_code__in=found[:])
        else:
            count = queryset.count() if given else version.entry_count
        order = [column for column in ordering.split(",") if column]
        if "entry_code" not in [column.lstrip("-") for column in order]:
            order.append("entry_code")
        # The order's columns are read too: a cursor is made of them.
        wanted = dict.fromkeys(["entry_code", *[column.lstrip("-") for column in order]])
        page = self.paginator.paginate(queryset.values(*wanted), request, order=order, count=count)
        return [row["entry_code"] for row in page]


def seen_version(request: Any, code: str, label: str) -> CatalogVersion:
    """Return a version that the caller may see; a published one as it was seen at this revision. Raises a 404."""
    key = (request.user.insurer_id, request.user.revision, code, label)
    version = _versions.get(key)
    if version is None:
        version = version_of(request, code, label)
        if version.published_at is not None:
            _versions.put(key, version)
    return version


def codes_where(version: CatalogVersion, where: Mapping[str, str]) -> list[str]:
    """Return the codes of the entries that the filters of the list keep; raises a 400 that points into `where`."""
    known = [name for name in EntryFilter.base_filters if name != "ordering"]
    for name in where:
        if name not in known:
            detail = _("Unknown parameter; known are: %(known)s.") % {"known": ", ".join(known)}
            raise _invalid([FieldError(pointer("where", name[:100]), "unknown_parameter", detail)])
    asked = EntryFilter(where, queryset=entries.of_version(version.pk))
    if not asked.is_valid():
        told = asked.errors.as_data()
        raise _invalid(
            FieldError(pointer("where", name), fault.code or "invalid", message)
            for name, faults in told.items()
            for fault in faults
            for message in fault.messages
        )
    queryset, text = asked.qs, where.get("q")
    if not text:
        return list(_entry_codes(queryset))
    found = entries_matching(version, text)
    return list(found.only(lambda codes: set(_entry_codes(queryset.filter(entry_code__in=codes))))[:])


def _invalid(errors: Iterable[FieldError]) -> ApiProblem:
    return ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)


def columns_of(request: Any) -> list[str]:
    """Return the asked columns in their order, `entry_code` always among them; raises a 400."""
    asked = request.query_params.get("fields")
    if asked is None:
        return entries.SHOWN
    named = asked.split(",")
    if not set(named) <= set(entries.SHOWN):
        refuse("/fields", _("fields is a comma-separated list of entry columns."))
    return [name for name in entries.SHOWN if name in named or name == "entry_code"]


def etag_of(request: Any, version: CatalogVersion) -> str:
    """Return what tells this page of a version from every other; a draft that took another one's place may rest on other evidence."""
    asked = hashlib.sha256(f"{version.pk} {request.get_full_path()}".encode()).hexdigest()[:16]
    return f"{version.checksum[:32]}-{asked}"


def _entry_codes(queryset: QuerySet[CatalogEntry]) -> Iterator[str]:
    return queryset.values_list("entry_code", flat=True).iterator(5_000)
