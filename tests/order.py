"""In which order the processes of the suite take its files: what mostly waits is begun first, and beside what mostly computes.

A process takes the next file when it is done with one. Begun last, a file that waits for servers for minutes would leave the other processes
idle; begun all at once, such files would leave the machine idle.
"""

from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")

# The folders whose tests wait (for servers that start, are ended, or hang; for a browser), the longest first.
WAITING = ("faults", "operations", "embedded", "browser", "docs")


def in_order(tests: list[tuple[str, bool, T]]) -> list[T]:
    """Order tests, each given as (its file below tests/, whether it is slow, itself): whole files, of which every second one waits as long as
    any does, and the slow ones come before the others."""
    files: dict[str, list[T]] = {}
    slow = set()
    for file, is_slow, test in tests:
        files.setdefault(file, []).append(test)
        if is_slow:
            slow.add(file)
    waiting = [file for folder in WAITING for file in files if file.startswith(f"{folder}/")]
    computing = sorted((file for file in files if file not in set(waiting)), key=lambda file: file not in slow)
    return [test for file in _by_turns(waiting, computing) for test in files[file]]


def _by_turns(first: list[str], second: list[str]) -> Iterator[str]:
    return (one for one in chain.from_iterable(zip_longest(first, second)) if one is not None)
