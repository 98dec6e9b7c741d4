"""Long work gives way: a request of a thousand questions stops between two of them while short ones wait, and one tenant has few such at once.

In a web process (config.web) only; a worker, a command or a test has nobody to give way to.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from common.errors import Refused

# A body of so many bytes is long work.
LONG: Final = 32 * 1024
# So much long work one holder may have in a process at once.
AT_ONCE: Final = 1

_lock = threading.Lock()
_held: Counter[object] = Counter()
_here = threading.local()
_give_way: list[Callable[[], None]] = []


class TooManyAtOnce(Refused):
    """The holder has as much long work under way as one may have."""

    code = "throttled"
    status = 429


def in_a_web_process(give_way: Callable[[], None]) -> None:
    """Say what lets the others of this process go first."""
    _give_way[:] = [give_way]


@contextlib.contextmanager
def long_work(holder: object, size: int) -> Iterator[None]:
    """Do what a request of so many bytes asks, as long work where it is long; raises TooManyAtOnce."""
    if size < LONG:
        yield
        return
    with _lock:
        if _held[holder] >= AT_ONCE:
            raise TooManyAtOnce
        _held[holder] += 1
    _here.is_long = True
    try:
        yield
    finally:
        _here.is_long = False
        with _lock:
            _held[holder] -= 1
            if not _held[holder]:
                del _held[holder]


def give_way() -> None:
    """Let the others of this process go first, where this thread is at long work."""
    if _give_way and getattr(_here, "is_long", False):
        _give_way[0]()
