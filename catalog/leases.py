"""Leases: for a tenth of a second a process may answer by what it was told last, without asking the database again (docs/adr/0007).

A lease is granted with an observation (catalog.clock) and ends by itself after its term. Whoever changes what is known, or who may ask,
first has no more leases granted and waits until the last one has ended; so what was committed is in every answer that is asked for
afterwards, and nobody needs to be told.
"""

import time
from typing import Generic, TypeVar

from django.db import connection

from common.cache import LruCache

K = TypeVar("K")
V = TypeVar("V")

TERM_SECONDS = 0.1
# By another machine's clock too, which may run a little faster or slower.
WAIT_SECONDS = 1.2 * TERM_SECONDS


class Leases(Generic[K, V]):
    """What a process holds under leases: a value by its key, until the term is over."""

    def __init__(self, limit: int) -> None:
        self._held: LruCache[K, tuple[V, float]] = LruCache(limit)

    def grant(self, key: K, value: V, *, asked_at: float) -> None:
        """Hold a value that the database has granted a lease on; `asked_at` is the monotonic time before it was asked."""
        self._held.put(key, (value, asked_at + TERM_SECONDS))

    def held(self, key: K) -> V | None:
        """Return the value that is held, or None where there is none or its term is over."""
        lease = self._held.get(key)
        return lease[0] if lease and time.monotonic() < lease[1] else None


def wait_out() -> None:
    """Wait until every lease of every process has ended; none is granted again until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outlive_observations(%s)", [WAIT_SECONDS])
