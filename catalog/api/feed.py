"""The change feed of a catalog over REST: what to apply to a copy so that it stays the same as ours."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog import feed
from catalog.api.access import READ, catalog_of
from catalog.api.serializers import ENTRY_COLUMNS
from catalog.models import CatalogVersion
from common.api import etags
from common.api.filtering import refuse_unknown
from common.api.pagination import page_size_of
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.errors import FieldError

_FORMAT = 1


@extend_schema_field(ENTRY_COLUMNS)
class FedEntryField(serializers.DictField):
    """The columns of an entry that are given, in their canonical form."""


class VersionNamed(serializers.Serializer):
    label = serializers.CharField()
    checksum = serializers.CharField()


class FeedVersion(VersionNamed):
    entry_count = serializers.IntegerField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    complete_for = serializers.ListField(child=serializers.CharField())


class DeltaOutput(serializers.Serializer):
    change = serializers.ChoiceField(["added", "changed", "removed"])
    entry_code = serializers.CharField()
    row_hash = serializers.CharField(allow_null=True, help_text="SHA-256 of the canonical JSON of `entry`, in hex")
    entry = FedEntryField(allow_null=True, help_text="every column that is given; null where it was removed")


class FeedItem(serializers.Serializer):
    event = serializers.ChoiceField(["published", "withdrawn"])
    at = serializers.DateTimeField(help_text="when it became known")
    version = FeedVersion()
    base = VersionNamed(allow_null=True, help_text="what the deltas are against; null: nothing, all entries follow")
    note = serializers.CharField(help_text="the publishing note, or the reason of the withdrawal")
    deltas = DeltaOutput(many=True, help_text="by entry_code in code-point order")
    continued = serializers.BooleanField(help_text="the deltas go on from the page before")
    complete = serializers.BooleanField(help_text="no more deltas follow: the checksum can be compared now")


class FeedOutput(serializers.Serializer):
    catalog = serializers.CharField()
    cursor = serializers.CharField(allow_null=True, help_text="keep it; pass it as `since` to go on, now or next year")
    next = serializers.CharField(allow_null=True, help_text="null: that is all for now; ask again with `cursor` later")
    results = FeedItem(many=True)


def cursor_of(code: str, position: feed.Position) -> str:
    """Return a position in the catalog's feed as an opaque text for URLs."""
    facts = json.dumps([_FORMAT, code, position.kind, position.label, position.after], ensure_ascii=False)
    return base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")


def position_of(code: str, cursor: str) -> feed.Position:
    """Return the position that a cursor of this catalog stands for; raises ValueError."""
    try:
        facts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except RecursionError as fault:
        raise ValueError(cursor) from fault
    if not (isinstance(facts, list) and len(facts) == 5 and facts[:2] == [_FORMAT, code]):
        raise ValueError(cursor)
    _format, _code, kind, label, after = facts
    if not (isinstance(kind, str) and isinstance(label, str) and (after is None or isinstance(after, str))):
        raise ValueError(cursor)
    if after is not None and "\x00" in after:
        raise ValueError(cursor)
    "".join((label, after or "")).encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    return feed.Position(kind, label, after)


def _refuse(name: str, code: str, detail: str) -> ApiProblem:
    return ApiProblem(
        400, "invalid", _("The request is invalid; see `errors`."), [FieldError(f"/{name}", code, detail)]
    )


class ChangesViewSet(ApiViewSet):
    """What changed in a catalog, for those who keep a copy."""

    queryset = CatalogVersion.objects.none()
    serializer_class = FeedOutput
    pagination_class = None
    scopes = {"GET": READ}
    tagged = frozenset({"list"})

    @extend_schema(
        parameters=[
            OpenApiParameter("since", str, description="the `cursor` of the last answer; left out: from the beginning"),
            OpenApiParameter("from", str, description="instead of `since`: the label of a published version you hold"),
            OpenApiParameter("page_size", int, description="at most so many deltas, 1 to 500 (50)"),
        ],
        responses=forced_singular_serializer(FeedOutput),
    )
    def list(self, request: Any, code: str) -> Response:
        """Every publication and withdrawal in the order in which they became known, with what each changes.

        Publications form a chain: the deltas of each are against `base`, the publication before it, whatever its dates and even where that one was
        withdrawn. They go by `entry_code` and tell every byte that differs, also what reads the same; an entry that goes on under another code is
        `removed` there and `added` here (the diff of two versions tells the pair). To keep a copy: start from nothing, or from any version you
        hold (`from`); for every delta put its `entry` in place, or take the entry out where it was `removed`; after an item that is `complete`
        your copy has the checksum of its `version`.

        The checksum, to be computed by you: for each entry SHA-256 over its canonical JSON (RFC 8785: keys sorted, no spaces, UTF-8) is its
        `row_hash`; sort the entries by `entry_code` in the order of code points; SHA-256 over the hashes, 32 bytes each, one behind
        the other, in hex. Where the version's `complete_for` is not empty, SHA-256 of the canonical JSON of `{"complete_for": [...]}` is one more
        hash, the last. In `entry` stands only what is given: prices as text with four decimals, quantities with three, days as ISO,
        `prior_auth` only where true.

        Nothing is ever told out of order or behind your cursor, so polling with the last `cursor` misses nothing.
        """
        refuse_unknown(request.query_params, ("since", "from", "page_size"))
        catalog = catalog_of(request, code)
        size = page_size_of(request)
        name, since = self._since(request, catalog.code)
        try:
            page = feed.page_of(catalog, since=since, size=size, until=request.user.known_at)
        except feed.UnknownPosition:
            if name == "from":
                raise _refuse("from", "unknown_version", _("No such version was published.")) from None
            raise self._bad_cursor() from None
        cursor = cursor_of(catalog.code, page.position) if page.position else None
        path = reverse("catalog-changes", args=[code])
        following = f"{path}?{urlencode({'since': cursor, 'page_size': size})}" if page.more else None
        answer = {
            "catalog": catalog.code,
            "cursor": cursor,
            "next": following and request.build_absolute_uri(following),
            "results": [shown(item) for item in page.items],
        }
        # What was published and withdrawn never changes, so the place where the page ends says all that is on it.
        asked = f"{request.get_full_path()} {cursor} {page.more}"
        return etags.answer(request, answer, etag=hashlib.sha256(asked.encode()).hexdigest()[:32], immutable=False)

    def _since(self, request: Any, code: str) -> tuple[str, feed.Position | None]:
        cursor, held = request.query_params.get("since"), request.query_params.get("from")
        if cursor is not None and held is not None:
            raise _refuse("from", "one_of", _("Give since or from, not both."))
        if held is not None:
            return "from", feed.Position("published", held)
        if cursor is None:
            return "", None
        try:
            return "since", position_of(code, cursor)
        except ValueError:
            raise self._bad_cursor() from None

    def _bad_cursor(self) -> ApiProblem:
        return _refuse("since", "bad_cursor", _("This cursor was not given for this catalog; start again without one."))


def shown(item: feed.Item) -> dict[str, Any]:
    """Return an item as the API shows it; only what can never change."""
    event, version = item.event, item.event.version
    return {
        "event": event.kind,
        "at": event.at,
        "version": {
            "label": version.label,
            "checksum": version.checksum,
            "entry_count": version.entry_count,
            "effective_from": version.effective_from,
            "effective_to": version.effective_to,
            "complete_for": version.complete_for,
        },
        "base": {"label": event.base.label, "checksum": event.base.checksum} if event.base else None,
        "note": version.publish_note if event.kind == "published" else version.withdraw_reason,
        "deltas": [
            {"change": one.change, "entry_code": one.entry_code, "row_hash": one.row_hash, "entry": one.entry}
            for one in item.deltas
        ],
        "continued": item.continued,
        "complete": item.complete,
    }
