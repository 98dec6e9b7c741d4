"""The change feeds over REST, of one catalog and of all: what to apply to a copy so that it stays the same as ours."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
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
from catalog.api.serializers import ADDRESS_NOTE, ENTRY_COLUMNS, OWNER_NOTE
from catalog.models import Catalog, CatalogVersion
from common.api import etags
from common.api.filtering import refuse_unknown
from common.api.pagination import page_size_of
from common.api.params import with_plus
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.dates import instant_text, parse_instant
from common.errors import FieldError

_FORMAT, _FORMAT_OF_ALL = 1, 2
# What an item shows: another one with each field that comes, so that no copy without it is taken for fresh.
_SHAPE = "with owner"
_TIME = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}", re.ASCII)


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
    published_at = serializers.DateTimeField()


class DeltaOutput(serializers.Serializer):
    change = serializers.ChoiceField(["added", "changed", "removed"])
    entry_code = serializers.CharField()
    row_hash = serializers.CharField(allow_null=True, help_text="SHA-256 of the canonical JSON of `entry`, in hex")
    entry = FedEntryField(allow_null=True, help_text="every column that is given; null where it was removed")


class FeedItem(serializers.Serializer):
    catalog = serializers.CharField(help_text=ADDRESS_NOTE)
    owner = serializers.CharField(allow_null=True, help_text=OWNER_NOTE)
    event = serializers.ChoiceField(["published", "withdrawn"])
    at = serializers.DateTimeField(help_text="when it became known")
    version = FeedVersion()
    base = VersionNamed(allow_null=True, help_text="what the deltas are against; null: nothing, all entries follow")
    supersedes = VersionNamed(
        allow_null=True,
        help_text="what was in force on the version's first day until it was published; null: nothing, or a withdrawal",
    )
    log_seq = serializers.IntegerField(
        allow_null=True, help_text="its number in the publication log; null for an insurer's own list"
    )
    note = serializers.CharField(help_text="the publishing note, or the reason of the withdrawal")
    deltas = DeltaOutput(many=True, help_text="by entry_code in code-point order")
    continued = serializers.BooleanField(help_text="the deltas go on from the page before")
    complete = serializers.BooleanField(help_text="no more deltas follow: the checksum can be compared now")


class AllFeedOutput(serializers.Serializer):
    cursor = serializers.CharField(allow_null=True, help_text="keep it; pass it as `since` to go on, now or next year")
    next = serializers.CharField(allow_null=True, help_text="null: that is all for now; ask again with `cursor` later")
    results = FeedItem(many=True)


class FeedOutput(AllFeedOutput):
    catalog = serializers.CharField(help_text=ADDRESS_NOTE)
    owner = serializers.CharField(allow_null=True, help_text=OWNER_NOTE)


def cursor_of(catalog: Catalog, position: feed.Position) -> str:
    """Return a position in the catalog's feed as an opaque text for URLs; it is of this catalog alone, whoever else has the code."""
    facts = json.dumps(
        [_FORMAT, catalog.office_code, position.kind, position.label, position.after], ensure_ascii=False
    )
    return base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")


def position_of(catalog: Catalog, cursor: str) -> feed.Position:
    """Return the position that a cursor of this catalog stands for; raises ValueError."""
    facts = _facts_of(cursor)
    if not (len(facts) == 5 and facts[0] == _FORMAT and _is_of(catalog, facts[1])):
        raise ValueError(cursor)
    kind, label, after = facts[2:]
    if not (isinstance(kind, str) and isinstance(label, str)):
        raise ValueError(cursor)
    label.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    return feed.Position(kind, label, _entry_code(after))


def _is_of(catalog: Catalog, named: Any) -> bool:
    """Tell whether a cursor was given for a catalog; until cursors said whose it is, an insurer's own had its code alone."""
    if named == catalog.office_code:
        return True
    return named == catalog.code and not Catalog.objects.filter(code=catalog.code).exclude(pk=catalog.pk).exists()


def cursor_of_all(place: feed.Place) -> str:
    """Return a place in the feed of all catalogs as an opaque text for URLs: it names nothing that its reader was not told."""
    facts = json.dumps([_FORMAT_OF_ALL, instant_text(place.at), place.after], ensure_ascii=False)
    return base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")


def place_of(cursor: str) -> feed.Place:
    """Return the place that a cursor of the feed of all catalogs stands for; raises ValueError."""
    facts = _facts_of(cursor)
    if not (len(facts) == 3 and facts[0] == _FORMAT_OF_ALL and isinstance(facts[1], str)):
        raise ValueError(cursor)
    return feed.Place(parse_instant(facts[1]), _entry_code(facts[2]))


def _facts_of(cursor: str) -> list[Any]:
    try:
        facts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except RecursionError as fault:
        raise ValueError(cursor) from fault
    if not isinstance(facts, list):
        raise ValueError(cursor)
    return facts


def _entry_code(after: Any) -> str | None:
    if after is None:
        return None
    if not isinstance(after, str) or "\x00" in after:
        raise ValueError(after)
    after.encode()
    return after


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
        name, since = self._since(request, catalog)
        try:
            page = feed.page_of(catalog, since=since, size=size, until=request.user.known_at)
        except feed.UnknownPosition:
            if name == "from":
                raise _refuse("from", "unknown_version", _("No such version was published.")) from None
            raise self._bad_cursor() from None
        position = page.position(since)
        cursor = cursor_of(catalog, position) if position else None
        address = Catalog.objects.addresses(request.user.insurer_id)(catalog)
        answer = {
            "catalog": address,
            "owner": catalog.owner_code,
            **_told(request, page, cursor, reverse("catalog-changes", args=[code]), {}, lambda _catalog: address),
        }
        return _held(request, page, answer)

    def _since(self, request: Any, catalog: Catalog) -> tuple[str, feed.Position | None]:
        cursor, held = request.query_params.get("since"), request.query_params.get("from")
        if cursor is not None and held is not None:
            raise _refuse("from", "one_of", _("Give since or from, not both."))
        if held is not None:
            return "from", feed.Position("published", held)
        if cursor is None:
            return "", None
        try:
            return "since", position_of(catalog, cursor)
        except ValueError:
            raise self._bad_cursor() from None

    def _bad_cursor(self) -> ApiProblem:
        return _refuse("since", "bad_cursor", _("This cursor was not given for this catalog; start again without one."))


class AllChangesViewSet(ApiViewSet):
    """What changed in all the catalogs that a key sees, for those who keep copies of them."""

    queryset = CatalogVersion.objects.none()
    serializer_class = AllFeedOutput
    pagination_class = None
    scopes = {"GET": READ}
    tagged = frozenset({"list"})

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "since",
                str,
                description="the `cursor` of the last answer, or an instant (2026-03-14T08:00:00Z); left out: from the beginning",
            ),
            OpenApiParameter("deltas", bool, description="false: what happened alone, without what it changes (true)"),
            OpenApiParameter("page_size", int, description="at most so many deltas, or items without, 1 to 500 (50)"),
        ],
        responses=forced_singular_serializer(AllFeedOutput),
    )
    def list(self, request: Any) -> Response:
        """Every publication and withdrawal of every list you see, in the order in which they became known.

        The items are those of each catalog's own feed (`GET /catalogs/{code}/changes/`, where it is told how a copy is kept by them), of all the
        shared lists and of your own; the deltas of one item are all of one catalog, and what stands between two items of a catalog changes
        nothing in it. With `deltas=false` there are none: read them from the catalog's own feed, or its entries.

        Instants are declared in the order in which they are committed, no two are alike, and an answer tells all there is before its `cursor`.
        So polling with the last `cursor` misses nothing and repeats nothing, also while others publish, now or in ten years.
        """
        refuse_unknown(request.query_params, ("since", "deltas", "page_size"))
        size, deltas = page_size_of(request), request.query_params.get("deltas", "true")
        if deltas not in {"true", "false"}:
            raise _refuse("deltas", "bad_yes_no", _("Write true or false."))
        since = self._since(request)
        caller = request.user
        page = feed.page_of_all(
            caller.insurer_id, since=since, size=size, until=caller.known_at, with_deltas=deltas == "true"
        )
        place = page.place(since)
        others = {} if deltas == "true" else {"deltas": deltas}
        cursor, addresses = cursor_of_all(place) if place else None, Catalog.objects.addresses(caller.insurer_id)
        return _held(request, page, _told(request, page, cursor, reverse("changes"), others, addresses))

    def _since(self, request: Any) -> feed.Place | None:
        """Return the place behind which to go on; raises a 400 for a cursor of another feed, or of events that are none to this caller."""
        asked = request.query_params.get("since")
        if asked is None:
            return None
        instant = _instant(with_plus(asked))
        if instant is not None:
            if instant > request.user.known_at:
                raise _refuse("since", "out_of_range", _("This instant is still to come."))
            return feed.place_at(request.user.insurer_id, instant)
        try:
            place = place_of(asked)
        except ValueError:
            if _looks_like_a_time(asked):
                raise _refuse("since", "bad_date", _("Write an instant as 2026-03-14T08:00:00Z.")) from None
            raise self._bad_cursor() from None
        if not feed.has_happened(request.user.insurer_id, place.at):
            raise self._bad_cursor()
        return place

    def _bad_cursor(self) -> ApiProblem:
        return _refuse("since", "bad_cursor", _("This cursor was not given by this feed; start again without one."))


def _instant(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _looks_like_a_time(text: str) -> bool:
    """Tell whether a day or an instant without a zone was meant, not a cursor."""
    return _TIME.match(text) is not None


def _told(
    request: Any,
    page: feed.Page,
    cursor: str | None,
    path: str,
    others: Mapping[str, str],
    address: Callable[[Catalog], str],
) -> dict[str, Any]:
    """Return what both feeds answer: where the page ends, the address of the next, the items with the caller's addresses of their catalogs."""
    following = {"since": cursor, **others, "page_size": page_size_of(request)}
    return {
        "cursor": cursor,
        "next": request.build_absolute_uri(f"{path}?{urlencode(following)}") if page.more else None,
        "results": shown(page.items, address),
    }


def _held(request: Any, page: feed.Page, answer: dict[str, Any]) -> Any:
    """Return the answer with its ETag: what was published and withdrawn never changes, so the place where the page ends says all that is on it."""
    asked = " ".join(
        (request.get_full_path(), str(answer["cursor"]), str(page.more), str(request.user.insurer_id), _SHAPE)
    )
    return etags.answer(request, answer, etag=hashlib.sha256(asked.encode()).hexdigest()[:32], immutable=False)


def shown(items: Iterable[feed.Item], address: Callable[[Catalog], str]) -> list[dict[str, Any]]:
    """Return items as the API shows them; only what can never change."""
    items = list(items)
    numbers = feed.log_numbers(items)
    return [
        _shown(item, address(item.event.version.catalog), numbers.get((item.event.version.pk, item.event.kind)))
        for item in items
    ]


def _shown(item: feed.Item, address: str, number: int | None) -> dict[str, Any]:
    event, version = item.event, item.event.version
    return {
        "catalog": address,
        "owner": version.catalog.owner_code,
        "event": event.kind,
        "at": event.at,
        "version": {
            **_named(version),
            "entry_count": version.entry_count,
            "effective_from": version.effective_from,
            "effective_to": version.effective_to,
            "complete_for": version.complete_for,
            "published_at": version.published_at,
        },
        "base": _named(event.base) if event.base else None,
        "supersedes": _named(event.superseded) if event.superseded else None,
        "log_seq": number,
        "note": version.publish_note if event.kind == "published" else version.withdraw_reason,
        "deltas": [
            {"change": one.change, "entry_code": one.entry_code, "row_hash": one.row_hash, "entry": one.entry}
            for one in item.deltas
        ],
        "continued": item.continued,
        "complete": item.complete,
    }


def _named(version: CatalogVersion) -> dict[str, str]:
    return {"label": version.label, "checksum": version.checksum}
