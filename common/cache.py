"""What a process keeps of what never changes, or not under the same revision, in bounded caches (docs/architecture.md lists them)."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_all: "list[LruCache[Any, Any]]" = []


class LruCache(Generic[K, V]):
    """A bounded cache: the least recently used goes first, the newest always stays. Safe between threads.

    `limit` bounds the number of its values, or the sum of their weights where `weight` says what a value weighs. `dropped` is called with
    each value that had to go for another.
    """

    def __init__(
        self,
        limit: int,
        weight: Callable[[V], int] = lambda _value: 1,
        dropped: Callable[[V], None] = lambda _value: None,
    ) -> None:
        self.limit, self._weight, self._dropped, self._sum = limit, weight, dropped, 0
        self._items: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()
        _all.append(self)

    def get(self, key: K) -> V | None:
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: K, value: V) -> None:
        weight, dropped = self._weight, []
        with self._lock:
            old = self._items.pop(key, None)
            self._sum += weight(value) - (weight(old) if old is not None else 0)
            self._items[key] = value
            while self._sum > self.limit and len(self._items) > 1:
                _key, gone = self._items.popitem(last=False)
                self._sum -= weight(gone)
                dropped.append(gone)
        for gone in dropped:
            self._dropped(gone)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
            self._sum = 0

    def __len__(self) -> int:
        return len(self._items)


def clear_all() -> None:
    """Empty every cache of the process."""
    for cache in _all:
        cache.clear()
