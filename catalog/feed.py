"""The change feed: what became known of catalogs, in the order in which it did, and what each publication changes.

Instants of publishing and withdrawing are declared under a lock that is held until commit (catalog.clock). So their order is the order of commits,
no two are alike, and whoever has read up to an instant has missed nothing before it: in the feed of all catalogs a place is an instant.

The publications of a catalog form one chain: the deltas of each are against the publication before it, whatever its dates and whether that one was
withdrawn since. Who holds a version, as it is, and applies the deltas of every later publication, has the entries of the last.

A copy is kept by `entry_code`, so the deltas go by it alone, and every byte that differs is told, also what reads the same: an entry that goes on
under another code (a pair, see catalog.entry_pairing) is `removed` there and `added` here. What that means is told by catalog.changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import connection
from django.db.models import F, Max, Q, Value

from catalog.entries import COLUMNS
from catalog.importing.columns import ENTRIES
from catalog.in_force import in_force
from catalog.models import Catalog, CatalogEntry, CatalogVersion, LogLeaf, VersionChange
from catalog.models.versions import VersionQuerySet

# Each publication on a page costs two queries, however little it changes.
EVENTS_A_PAGE = 100

Kind = Literal["published", "withdrawn", "consultation_opened", "consultation_closed"]


@dataclass(frozen=True, slots=True)
class Event:
    """A version was published or withdrawn at an instant.

    `base`: the publication before, against which its deltas are; None for the first. `superseded`: what was in force on its first day until then.
    """

    kind: Kind
    at: datetime
    version: CatalogVersion
    base: CatalogVersion | None = None
    superseded: CatalogVersion | None = None


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
class Place:
    """How far somebody has read the feed of all catalogs: to what happened at an instant, of it to this entry code; `after` None: all of it."""

    at: datetime
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
    """Items in order, and whether more is there already."""

    items: tuple[Item, ...]
    more: bool

    @property
    def read_to(self) -> str | None:
        """Return the entry code up to which the last item is told; None: all of it."""
        last = self.items[-1]
        return None if last.complete else last.deltas[-1].entry_code

    def position(self, since: Position | None) -> Position | None:
        """Return the position behind the page in its catalog's feed, which began behind `since`."""
        if not self.items:
            return since
        event = self.items[-1].event
        return Position(event.kind, event.version.label, self.read_to)

    def place(self, since: Place | None) -> Place | None:
        """Return the place behind the page in the feed of all catalogs, which began behind `since`."""
        return Place(self.items[-1].event.at, self.read_to) if self.items else since


class UnknownPosition(LookupError):
    """There is no such event in the feed: the position was never given out for it."""


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
    return _events(list(catalog.versions.filter(published_at__lte=until)), until)


def _events(versions: list[CatalogVersion], until: datetime) -> list[Event]:
    """Return what happened up to an instant to the versions of one catalog, all that were published until then."""
    versions.sort(key=lambda version: (version.published_at, version.pk))
    events = []
    for place, version in enumerate(versions):
        assert version.published_at is not None
        before = versions[:place]
        # What was in force on its first day until it came.
        superseded = in_force(before, version.effective_from, version.published_at)
        events.append(Event("published", version.published_at, version, before[-1] if before else None, superseded))
        if version.withdrawn_at and version.withdrawn_at <= until:
            events.append(Event("withdrawn", version.withdrawn_at, version))
    return sorted(events, key=lambda event: (event.at, event.version.pk, event.kind))


def page_of(catalog: Catalog, *, since: Position | None, size: int, until: datetime) -> Page:
    """Return the next events of a catalog behind a position (None: from the beginning), at most `size` deltas; raises UnknownPosition."""
    events = events_of(catalog, until)
    start, after = _place(events, since)
    return _filled(events[start:], after, size)


def page_of_all(
    insurer_id: int | None, *, since: Place | None, size: int, until: datetime, with_deltas: bool = True
) -> Page:
    """Return the next events of all catalogs an insurer sees (None: the office) behind a place, at most `size` deltas, or events without them."""
    most = min(size, EVENTS_A_PAGE) if with_deltas else size
    after = since.after if since and with_deltas else None
    versions = _visible(insurer_id)
    heads = _heads(versions, since.at if since else None, until, including=after is not None)[: most + 1]
    found = [(pk, kind) for _at, pk, kind in heads]
    of_catalogs: dict[int, list[CatalogVersion]] = defaultdict(list)
    named = versions.filter(pk__in={pk for pk, _kind in found}).values("catalog")
    for version in versions.filter(catalog__in=named, published_at__lte=until).select_related("catalog__owner"):
        of_catalogs[version.catalog_id].append(version)
    events = {
        (event.version.pk, event.kind): event for chain in of_catalogs.values() for event in _events(chain, until)
    }
    page = _filled([events[head] for head in found[:most]], after or "", size, with_deltas=with_deltas)
    return Page(page.items, more=page.more or len(found) > most)


def has_happened(insurer_id: int | None, at: datetime) -> bool:
    """Tell whether the feed of all catalogs that an insurer sees (None: the office) has an event at this very instant."""
    return bool(_heads(_visible(insurer_id), at, at, including=True))


def place_at(insurer_id: int | None, instant: datetime) -> Place | None:
    """Return the place in the feed of all catalogs behind everything up to an instant; None: there is nothing before it."""
    latest = _visible(insurer_id).aggregate(
        published=Max("published_at", filter=Q(published_at__lte=instant)),
        withdrawn=Max("withdrawn_at", filter=Q(withdrawn_at__lte=instant)),
    )
    return max((Place(at) for at in latest.values() if at), key=lambda place: place.at, default=None)


def _visible(insurer_id: int | None) -> VersionQuerySet:
    return CatalogVersion.objects.filter(catalog__in=Catalog.objects.readable_by(insurer_id))


def _heads(versions: VersionQuerySet, since: datetime | None, until: datetime, *, including: bool) -> Any:
    """Return (instant, version, kind) of what happened to versions behind an instant, or at it too, and up to another, in order."""
    halves = []
    for kind in ("published", "withdrawn"):
        name = f"{kind}_at"
        asked = {f"{name}__lte": until}
        if since is not None:
            asked[f"{name}__gte" if including else f"{name}__gt"] = since
        told = versions.filter(**asked).order_by().annotate(told_at=F(name), told_kind=Value(kind))
        halves.append(told.values_list("told_at", "pk", "told_kind"))
    return halves[0].union(halves[1], all=True).order_by("told_at", "pk", "told_kind")


def _filled(events: Iterable[Event], after: str, size: int, *, with_deltas: bool = True) -> Page:
    """Return a page of these events, the first from behind an entry code, until it holds `size` deltas; an event without any counts as one."""
    items: list[Item] = []
    room = size
    for event in events:
        if room == 0:
            return Page(tuple(items), more=True)
        has_deltas = with_deltas and event.kind == "published"
        found = list(_deltas(event, after, room + 1)) if has_deltas else []
        complete = len(found) <= room
        items.append(Item(event, tuple(found[:room]), continued=bool(after), complete=complete))
        if not complete:
            return Page(tuple(items), more=True)
        after, room = "", room - max(1, len(found))
    return Page(tuple(items), more=False)


def log_numbers(items: Iterable[Item]) -> dict[tuple[int, str], int]:
    """Return the numbers in the publication log of what the items tell, by (version, kind); what happens to an insurer's own list has none."""
    shared = [item.event for item in items if item.event.version.catalog.owner_id is None]
    by_name = {(event.version.catalog.code, event.version.label): event.version.pk for event in shared}
    leaves = LogLeaf.objects.filter(
        catalog__in={code for code, _label in by_name}, label__in={label for _code, label in by_name}
    )
    told = leaves.order_by("seq").values_list("catalog", "label", "deed", "seq") if by_name else ()
    return {(by_name[code, label], deed): seq for code, label, deed, seq in told if (code, label) in by_name}


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
    versions = CatalogVersion.objects.filter(happened).select_related("catalog__owner", "parent")
    events = [
        Event(kind, at, version)
        for version in versions
        for kind, field in instants
        if (at := getattr(version, field)) is not None and after < at <= until
    ]
    return sorted(events, key=lambda event: (event.at, event.version.pk))
