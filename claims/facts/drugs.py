"""What is known about drugs, as far as it can matter to some lines: from what is kept, the rest in a few statements for all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog import known_drugs
from catalog.drugs.knowledge import Closure, Identity, KnownRow
from claims.facts.caches import kept_or_made
from common.cache import LruCache

DRUGS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom and as known when; `revision` None where nothing is to be kept; `laid_over`: ids of versions that count as published."""

    insurer_id: int
    known_at: datetime
    revision: int | None
    laid_over: tuple[int, ...] = ()


Rows = tuple[KnownRow, ...]
# (insurer, revision, identity) → the rows that can matter to it; (revision, base name) → the master's rows that tell which drug that is.
_rows: LruCache[tuple[Any, ...], Rows] = LruCache(DRUGS_KEPT)


def rows_about(identities: Iterable[Identity], who: Asker) -> dict[KnownRow, None]:
    """Return the closure of the identities (see catalog.drugs.knowledge)."""

    def fetch(missing: list[Identity]) -> Closure:
        closure = Closure(missing, known_drugs.dosage_forms())
        known_drugs.complete(closure, insurer_id=who.insurer_id, known_at=who.known_at, laid_over=who.laid_over)
        return closure

    def make(missing: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], Rows]:
        asked = [identity for *_who, identity in missing]
        fetched = known_drugs.KnownRows(fetch(asked).rows, known_drugs.dosage_forms())
        # Each identity keeps its own rows only, so that they can be put together anew with others'.
        return {key: fetched.closure_of(identity) for key, identity in zip(missing, asked, strict=True)}

    if who.revision is None:
        return dict.fromkeys(fetch(list(identities)).rows)
    keys: list[tuple[Any, ...]] = [(who.insurer_id, who.revision, identity) for identity in identities]
    return dict.fromkeys(row for rows in kept_or_made(_rows, keys, make).values() for row in rows)


def masters_of(names: set[str], who: Asker) -> dict[KnownRow, None]:
    """Return the master's rows that tell which drugs the entries of these base names are."""
    if who.revision is None:
        return dict.fromkeys(known_drugs.masters_named(names, known_at=who.known_at)) if names else {}

    def make(missing: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], Rows]:
        masters = known_drugs.masters_named([name for _revision, name in missing], known_at=who.known_at)
        fetched = known_drugs.KnownRows(masters, known_drugs.dosage_forms())
        return {key: fetched.named(key[1]) for key in missing}

    keys: list[tuple[Any, ...]] = [(who.revision, name) for name in names]
    return dict.fromkeys(row for rows in kept_or_made(_rows, keys, make).values() for row in rows)
