"""What a process keeps of what never changes, or not under the same revision: bounded memories, all dropped together."""

import threading
from collections import OrderedDict
from collections.abc import Sized
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
S = TypeVar("S", bound=Sized)

_all: "list[Kept[Any, Any] | KeptBySize[Any, Any]]" = []


class Kept(Generic[K, V]):
    """A bounded memory: the least recently used goes first. Safe between threads."""

    def __init__(self, size: int) -> None:
        self.size = size
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
        with self._lock:
            self._items[key] = value
            self._items.move_to_end(key)
            while len(self._items) > self.size:
                self._items.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()

    def __len__(self) -> int:
        return len(self._items)


class KeptBySize(Generic[K, S]):
    """A memory bounded by the size of what it holds: the least recently used goes first, the newest always stays. Safe between threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._size = 0
        self._items: OrderedDict[K, S] = OrderedDict()
        self._lock = threading.Lock()
        _all.append(self)

    def get(self, key: K) -> S | None:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: K, value: S) -> None:
        with self._lock:
            old = self._items.pop(key, None)
            self._size += len(value) - (len(old) if old is not None else 0)
            self._items[key] = value
            while self._size > self.limit and len(self._items) > 1:
                _key, gone = self._items.popitem(last=False)
                self._size -= len(gone)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
            self._size = 0


def forget() -> None:
    """Drop everything that is kept in the process."""
    for kept in _all:
        kept.clear()
