"""Long work gives way: a request of a thousand questions stops between two of them while short ones wait; of one tenant's, one comes after another.

In a web process (config.web) only; a worker, a command or a test has nobody to give way to.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

from common.errors import Refused

# A body of so many bytes is long work.
LONG: Final = 32 * 1024
# So much long work one holder has in a process at once; so much more waits for its turn, so many seconds at most.
AT_ONCE: Final = 1
WAITING: Final = 4
WAIT_SECONDS: Final = 10.0

_changed = threading.Condition()
_held: Counter[object] = Counter()
_waits: Counter[object] = Counter()
_here = threading.local()


@dataclass(frozen=True, slots=True)
class Process:
    """What a web process offers: a way to let others go first, and a block inside which a thread is none of those that work (true where it may)."""

    give_way: Callable[[], None]
    waiting: Callable[[], AbstractContextManager[bool]]


_process: list[Process] = []


class TooManyAtOnce(Refused):
    """The holder has as much long work under way and waiting as one may have."""

    code = "throttled"
    status = 429


def in_a_web_process(process: Process) -> None:
    """Say that this is one, and what it offers."""
    _process[:] = [process]


@contextmanager
def long_work(holder: object, size: int) -> Iterator[None]:
    """Do what a request of so many bytes asks, as long work where it is long: after what the holder has under way. Raises TooManyAtOnce."""
    if size < LONG:
        yield
        return
    _take_turn(holder)
    _here.is_long = True
    try:
        yield
    finally:
        _here.is_long = False
        with _changed:
            _drop(_held, holder)
            _changed.notify_all()


def _take_turn(holder: object) -> None:
    with _changed:
        if _held[holder] >= AT_ONCE and not _comes_to_its_turn(holder):
            raise TooManyAtOnce
        _held[holder] += 1


def _comes_to_its_turn(holder: object) -> bool:
    """Wait, without being counted as at work, until the holder has less under way; false where too many wait or it takes too long."""
    if not _process or _waits[holder] >= WAITING:
        return False
    _waits[holder] += 1
    try:
        with _process[0].waiting() as may_wait:
            return may_wait and _changed.wait_for(lambda: _held[holder] < AT_ONCE, WAIT_SECONDS)
    finally:
        _drop(_waits, holder)


def _drop(counted: Counter[object], holder: object) -> None:
    counted[holder] -= 1
    if not counted[holder]:
        del counted[holder]


def give_way() -> None:
    """Let the others of this process go first, where this thread is at long work."""
    if _process and getattr(_here, "is_long", False):
        _process[0].give_way()
