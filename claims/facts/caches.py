"""What is kept of versions and snapshots, and how: docs/architecture.md lists every cache of a process."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from claims.eligibility import Indexes, Snapshot
from claims.eligibility.entry import Entry
from common.cache import LruCache

K = TypeVar("K")
V = TypeVar("V")
K_contra = TypeVar("K_contra", contravariant=True)

# An entry takes 1.3 kB (measured on the national list): all lists in force of some tens of products, in 130 MB at most.
ENTRIES_KEPT = 100_000
SNAPSHOTS_KEPT = 2_000


class Store(Protocol[K_contra, V]):
    """Somewhere to keep values by key: an LruCache, or a dict of the caller's."""

    def get(self, key: K_contra, /) -> V | None: ...
    def put(self, key: K_contra, value: V, /) -> None: ...


def kept_or_made(store: Store[K, V], keys: Iterable[K], make: Callable[[list[K]], dict[K, V]]) -> dict[K, V]:
    """Return the values of the keys: what is kept, the rest made in one go and kept."""
    found: dict[K, V] = {}
    missing = []
    for key in keys:
        value = store.get(key)
        if value is None:
            missing.append(key)
        else:
            found[key] = value
    if missing:
        made = make(missing)
        for key, value in made.items():
            store.put(key, value)
        found |= made
    return found


# (product, whose lists, revision, identities, versions in force, alternatives wanted) → what lines of these drugs are judged against.
snapshots: LruCache[Any, Snapshot] = LruCache(SNAPSHOTS_KEPT)


def _entries_in(kept: Indexes | tuple[Entry, ...]) -> int:
    return max(1, kept.entries if isinstance(kept, Indexes) else len(kept))


def _let_go(dropped: Indexes | tuple[Entry, ...]) -> None:
    """Forget every snapshot when a whole version goes, or they would hold it."""
    if isinstance(dropped, Indexes):
        snapshots.clear()


# (checksum, kind) → a version whole; with a part behind it → the entries of that part of a very large one.
versions: LruCache[tuple[str, ...], Any] = LruCache(ENTRIES_KEPT, _entries_in, _let_go)
