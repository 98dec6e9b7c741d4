"""Who calls, under a lease where one is held (catalog.leases), and how often each key has asked."""

import functools
import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from catalog.leases import Leases
from common.tenancy import OFFICE, beyond_the_sandbox, is_sandbox
from insurers.models import InsurerUser

log = logging.getLogger(__name__)
WINDOW_SECONDS = 60
COUNTED_KEYS = 1_000

Parts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key. `insurer_id` None is the catalog office; `known_at` and `revision` were read in one look (catalog.clock.observe)."""

    key_id: int
    prefix: str
    insurer_id: int | None
    insurer_code: str
    insurer_name: str
    person: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revision: int
    known_at: datetime
    # Its insurer's people by name (and OFFICE), once somebody has asked: they are asked for row by row.
    people: set[str] = field(default_factory=set, compare=False, repr=False)

    is_authenticated = True

    @property
    def is_office(self) -> bool:
        return self.insurer_id is None

    @property
    def is_sandbox(self) -> bool:
        """Whether this is a test key: its insurer here is a sandbox."""
        return is_sandbox(self.insurer_id)

    def told_of_office(self, person: str) -> str:
        """Return a person of the office as this caller is told of them."""
        return person if self.is_office or not person else OFFICE

    def told(self, person: str) -> str:
        """Return a person as this caller is told of them: the office's people are "office" to an insurer, its own have their names."""
        if self.is_office or not person or person.startswith("key:"):
            return person
        if not self.people:
            own = InsurerUser.objects.filter(insurer=self.insurer_id)
            if self.is_sandbox:
                own = InsurerUser.objects.filter(insurer__sandboxes=self.insurer_id)
            with beyond_the_sandbox():
                self.people.update([OFFICE, *own.values_list("user__username", flat=True)])
        return person if person in self.people else OFFICE


@functools.cache
def _redis() -> Any:
    """Return the Redis client of the cache: one a process, its connections are pooled."""
    return cache._cache.get_client(write=True)


class _Counts:
    """Requests by key and minute. A process reserves a hundredth of the limit at a time in Redis, so most requests ask nobody.

    What a process has reserved and not used is lost to the others at the end of the minute: a hundredth of the limit each.
    """

    def __init__(self) -> None:
        self._reserved: dict[tuple[str, int], tuple[int, int]] = {}
        self._lock = threading.Lock()

    def used(self, prefix: str, limit: int) -> int | None:
        """Count one request of a key and return how many it has made this minute, as far as is known; None without Redis."""
        window = int(time.time()) // WINDOW_SECONDS
        with self._lock:
            upto, left = self._reserved.get((prefix, window), (0, 0))
            if left > 0:
                self._reserved[prefix, window] = (upto, left - 1)
                return upto - left + 1
        size = max(1, limit // 100)
        upto_now = self._reserve(f"shangbao:rate:{prefix}:{window}", size)
        if upto_now is None:
            return None
        with self._lock:
            if len(self._reserved) > COUNTED_KEYS:
                self._reserved = {key: left for key, left in self._reserved.items() if key[1] == window}
            self._reserved[prefix, window] = (upto_now, size - 1)
        return upto_now - size + 1

    def _reserve(self, key: str, size: int) -> int | None:
        try:
            pipe = _redis().pipeline(transaction=False)
            pipe.incrby(key, size)
            pipe.expire(key, WINDOW_SECONDS * 2)
            return int(pipe.execute()[0])
        except RedisError as fault:
            log.warning("throttle without Redis: %s", type(fault).__name__)
            return None


counts = _Counts()


# Callers by the two parts of their key, as the database knew them a moment ago.
leases: Leases[Parts, Caller] = Leases(1_000)
