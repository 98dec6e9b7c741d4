"""Many places that are each to stand many things: every run tries a share of them, always the same; `SWEEP=whole script/test` tries all.

The whole is twenty thousand requests, and what is wrong at one place is mostly wrong at every place of its kind.
"""

import os
from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

WHOLE = os.environ.get("SWEEP") == "whole"


def share(things: Sequence[T], *, of: str, each: int) -> list[T]:
    """Return so many of the things, which ones told by the place's name; all of them in a whole sweep."""
    if WHOLE or each >= len(things):
        return list(things)
    first = crc32(of.encode()) % len(things)
    return [things[(first + more) % len(things)] for more in range(each)]
