"""The least sets of changes: alone, in twos, in threes, the smallest first, none with a smaller one inside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Final

from claims.alternatives.change import Change

MOST_CHANGES: Final = 3
# A line is judged at most so often for sets of three; those of one and two are always tried whole.
MOST_TRIED: Final = 2_000
MOST_SETS: Final = 50

ChangeSet = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The least sets found, the smallest first; `complete`: everything was tried and everything found is here."""

    sets: tuple[ChangeSet, ...]
    complete: bool


def least_sets(
    changes: Sequence[Change],
    suffices: Callable[[ChangeSet], bool],
    *,
    needed: Sequence[frozenset[str]] = (),
    most_tried: int = MOST_TRIED,
) -> Found:
    """Return the least sets of changes, one a field, that suffice; a change must stand behind those that are less than it.

    `needed` are groups of fields: what changes none of a group cannot suffice, and is not tried.
    """
    place = {change: 1 << number for number, change in enumerate(changes)}
    # With each change also what is less than it: a set holds another one inside it where it covers all of that one's changes.
    covers = {
        change: reduce(or_, (place[less] for less in change.less if less in place), place[change]) for change in changes
    }
    found: list[tuple[int, ChangeSet]] = []
    left = most_tried
    complete = True
    for size in range(1, MOST_CHANGES + 1):
        for chosen in combinations(changes, size):
            fields = {change.field for change in chosen}
            if len(fields) < size or any(fields.isdisjoint(group) for group in needed):
                continue
            covered = reduce(or_, map(covers.__getitem__, chosen))
            if any(bits & covered == bits for bits, _set in found):
                continue
            if size == MOST_CHANGES:
                if not left:
                    complete = False
                    break
                left -= 1
            if suffices(chosen):
                found.append((reduce(or_, map(place.__getitem__, chosen)), chosen))
    return Found(tuple([chosen for _bits, chosen in found[:MOST_SETS]]), complete and len(found) <= MOST_SETS)
