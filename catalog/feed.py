"""The change feed: what became known of catalogs, in the order in which it did, and what each publication changes.

Instants of publishing and withdrawing are declared under a lock that is held until commit (catalog.clock). So their order is the order of commits,
and whoever has read up to an instant has missed nothing before it.

The publications of a catalog form one chain: the deltas of each are against the publication before it, whatever its dates and whether that one was
withdrawn since. Who holds a version, as it is, and applies the deltas of every later publication, has the entries of the last.

A copy is kept by `entry_code`, so the deltas go by it alone, and every byte that differs is told, also what reads the same: an entry that goes on
under another code (a pair, see catalog.pairing) is `removed` there and `added` here. What that means is told by catalog.changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import connection
from django.db.models import Q

from catalog.entries import COLUMNS
from catalog.importing.columns import ENTRIES
from catalog.models import Catalog, CatalogEntry, CatalogVersion, VersionChange

Kind = Literal["published", "withdrawn", "consultation_opened", "consultation_closed"]


@dataclass(frozen=True, slots=True)
class Event:
    """A version was published or withdrawn at an instant. `base`: the publication before, against which its deltas are; None for the first."""

    kind: Kind
    at: datetime
    version: CatalogVersion
    base: CatalogVersion | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """What became of one entry; `row_hash` is the SHA-256 of the canonical JSON (RFC 8785) of `entry`, both None where it was removed."""

    change: str
    entry_code: str
    row_hash: str | None
    entry: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has read a catalog's feed: to this event, of it to this entry code; `after` None: the whole event."""

    kind: str
    label: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An event as far as it stands on a page: its deltas from where the page before ended; `complete` with the last of them."""

    event: Event
    deltas: tuple[Delta, ...]
    continued: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Items in order, the position behind them, and whether more is there already."""

    items: tuple[Item, ...]
    position: Position | None
    more: bool


class UnknownPosition(LookupError):
    """The catalog has no such event: the position was never given out for it."""


def canonical_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored row as the object its hash is taken of: what is given, under the names of spec csv.md.

    Prices have four decimals and quantities three, as text; days are ISO; a payment standard that is no number is its text. Left out are
    columns that are not given and a `prior_auth` of no.
    """
    made: dict[str, Any] = {}
    for column in ENTRIES:
        value = row[column.name]
        if value is None and column.name == "payment_standard":
            value = row["payment_standard_text"]
        if value is None or value == "" or value == [] or (column.name == "prior_auth" and not value):
            continue
        match value:
            case Decimal():
                made[column.name] = f"{value:.{column.places}f}"
            case date():
                made[column.name] = value.isoformat()
            case _:
                made[column.name] = value
    return made


def events_of(catalog: Catalog, until: datetime) -> list[Event]:
    """Return the catalog's publications and withdrawals up to an instant, in order."""
    versions = catalog.versions.filter(published_at__lte=until).order_by("published_at", "id")
    events = []
    base = None
    for version in versions:
        assert version.published_at is not None
        events.append(Event("published", version.published_at, version, base))
        base = version
        if version.withdrawn_at and version.withdrawn_at <= until:
            events.append(Event("withdrawn", version.withdrawn_at, version))
    return sorted(events, key=lambda event: (event.at, event.version.pk, event.kind))


def page_of(catalog: Catalog, *, since: Position | None, size: int, until: datetime) -> Page:
    """Return the next events behind a position (None: from the beginning), at most `size` deltas; raises UnknownPosition."""
    events = events_of(catalog, until)
    start, after = _place(events, since)
    items: list[Item] = []
    position, room = since, size
    for event in events[start:]:
        if room == 0:
            return Page(tuple(items), position, more=True)
        found = list(_deltas(event, after, room + 1)) if event.kind == "published" else []
        complete = len(found) <= room
        item = Item(event, tuple(found[:room]), continued=bool(after), complete=complete)
        items.append(item)
        position = Position(event.kind, event.version.label, None if complete else item.deltas[-1].entry_code)
        if not complete:
            return Page(tuple(items), position, more=True)
        after, room = "", room - max(1, len(found))
    return Page(tuple(items), position, more=False)


def _place(events: list[Event], since: Position | None) -> tuple[int, str]:
    """Return (the first event to tell, the entry code behind which its deltas go on)."""
    if since is None:
        return 0, ""
    for place, event in enumerate(events):
        if event.kind == since.kind and event.version.label == since.label:
            return (place + 1, "") if since.after is None else (place, since.after)
    raise UnknownPosition(since.label)


def _deltas(event: Event, after: str, limit: int) -> Iterator[Delta]:
    changes = _changes(event, after, limit)
    kept = [code for code, change in changes if change != VersionChange.Kind.REMOVED]
    entries = CatalogEntry.objects.filter(version=event.version, entry_code__in=kept).values(*COLUMNS, "row_hash")
    rows = {row["entry_code"]: row for row in entries}
    for code, change in changes:
        row = rows.get(code)
        if row is None:
            yield Delta(change, code, None, None)
        else:
            yield Delta(change, code, bytes(row["row_hash"]).hex(), canonical_entry(row))


# Both halves walk the index (version, entry_code) in order, so that a page costs what lies between its first and its last code.
_COMPARED = """
SELECT code, change FROM (
  (SELECT n.entry_code AS code, CASE WHEN o.id IS NULL THEN 'added' ELSE 'changed' END AS change
   FROM catalog_catalogentry n
   LEFT JOIN catalog_catalogentry o ON o.version_id = %(old)s AND o.entry_code = n.entry_code
   WHERE n.version_id = %(new)s AND n.entry_code > %(after)s AND o.row_hash IS DISTINCT FROM n.row_hash
   ORDER BY n.entry_code LIMIT %(limit)s)
  UNION ALL
  (SELECT o.entry_code, 'removed' FROM catalog_catalogentry o
   WHERE o.version_id = %(old)s AND o.entry_code > %(after)s
     AND NOT EXISTS (SELECT FROM catalog_catalogentry n WHERE n.version_id = %(new)s AND n.entry_code = o.entry_code)
   ORDER BY o.entry_code LIMIT %(limit)s)
) differing ORDER BY code LIMIT %(limit)s
"""


# Stored when the version was imported, and fixed since it was published; a pair with another code is one that goes and one that comes.
_STORED = """
SELECT code, change FROM (
  (SELECT entry_code AS code, CASE WHEN old_entry_code <> '' THEN 'added' ELSE change END AS change FROM catalog_versionchange
   WHERE version_id = %(new)s AND entry_code > %(after)s ORDER BY entry_code LIMIT %(limit)s)
  UNION ALL
  (SELECT old_entry_code, 'removed' FROM catalog_versionchange
   WHERE version_id = %(new)s AND old_entry_code <> '' AND old_entry_code > %(after)s ORDER BY old_entry_code LIMIT %(limit)s)
) differing ORDER BY code LIMIT %(limit)s
"""


def _changes(event: Event, after: str, limit: int) -> list[tuple[str, str]]:
    """Return (entry code, change) of the next entries that differ from the base, by entry code."""
    version, base = event.version, event.base
    if base is None:
        codes = CatalogEntry.objects.filter(version=version, entry_code__gt=after).order_by("entry_code")
        return [(code, VersionChange.Kind.ADDED) for code in codes.values_list("entry_code", flat=True)[:limit]]
    with connection.cursor() as cursor:
        cursor.execute(
            _STORED if version.parent_id == base.pk else _COMPARED,
            {"old": base.pk, "new": version.pk, "after": after, "limit": limit},
        )
        found: list[tuple[str, str]] = cursor.fetchall()
        return found


def happenings(*, after: datetime, until: datetime) -> list[Event]:
    """Return what happened to versions of all catalogs behind one instant and up to another: publications, withdrawals, consultations.

    Opening and closing a consultation declare no instant, so one may commit late: a reader that must miss none looks back a while, and knows
    what it told.
    """
    instants: tuple[tuple[Kind, str], ...] = (
        ("published", "published_at"),
        ("withdrawn", "withdrawn_at"),
        ("consultation_opened", "submitted_at"),
        ("consultation_closed", "consultation_closed_at"),
    )
    happened = Q()
    for _kind, field in instants:
        happened |= Q(**{f"{field}__gt": after, f"{field}__lte": until})
    versions = CatalogVersion.objects.filter(happened).select_related("catalog", "parent")
    events = [
        Event(kind, at, version)
        for version in versions
        for kind, field in instants
        if (at := getattr(version, field)) is not None and after < at <= until
    ]
    return sorted(events, key=lambda event: (event.at, event.version.pk))
