"""The least sets of changes: alone, in twos, in threes, the smallest first, none with a smaller one inside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Final

from claims.alternatives.change import Change

MOST_CHANGES: Final = 3
# A line is judged at most so often for sets of three; those of one and two are always all tried.
MOST_TRIED: Final = 500
MOST_SETS: Final = 50

ChangeSet = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The least sets found, the smallest first; `complete`: everything was tried and everything found is here."""

    sets: tuple[ChangeSet, ...]
    complete: bool


def least_sets(
    changes: Sequence[Change],
    blocked: Callable[[ChangeSet], tuple[frozenset[str], ...] | None],
    *,
    most_tried: int = MOST_TRIED,
) -> Found:
    """Return the least sets of changes, one a field; a change must stand behind those that are less than it.

    `blocked` judges a set: None where it suffices, else groups of fields of each of which one more must change. What changes none of a group
    beside the set is not tried.
    """
    bits = [1 << number for number in range(len(changes))]
    place = dict(zip(changes, bits, strict=True))
    # With each change also what is less than it: a set holds another one inside it where it covers all of that one's changes.
    covers = [
        reduce(or_, (place[less] for less in change.less if less in place), bit)
        for change, bit in zip(changes, bits, strict=True)
    ]
    of_field: dict[str, int] = {}
    for change, bit in zip(changes, bits, strict=True):
        of_field[change.field] = of_field.get(change.field, 0) | bit
    wanting: dict[int, list[int]] = {}
    found: list[tuple[int, ChangeSet]] = []

    def suffices(chosen: ChangeSet, bits_of_set: int) -> bool:
        groups = blocked(chosen)
        if groups is not None:
            wanting[bits_of_set] = [reduce(or_, (of_field.get(name, 0) for name in group), 0) for group in groups]
        return groups is None

    def hopeless(numbers: tuple[int, ...], bits_of_set: int) -> bool:
        """Tell whether some part of the set, tried before, wants a change that the rest of it does not bring."""
        for size in range(len(numbers)):
            for part in combinations(numbers, size):
                known = sum([bits[number] for number in part])
                if any(not (bits_of_set & ~known & group) for group in wanting.get(known, ())):
                    return True
        return False

    left = most_tried
    complete = True
    if not suffices((), 0):
        for size in range(1, MOST_CHANGES + 1):
            for numbers in combinations(range(len(changes)), size):
                bits_of_set = sum([bits[number] for number in numbers])
                if hopeless(numbers, bits_of_set):
                    continue
                chosen = tuple([changes[number] for number in numbers])
                if len({change.field for change in chosen}) < size:
                    continue
                covered = reduce(or_, [covers[number] for number in numbers])
                if any(own & covered == own for own, _set in found):
                    continue
                if size == MOST_CHANGES:
                    if not left:
                        complete = False
                        break
                    left -= 1
                if suffices(chosen, bits_of_set):
                    found.append((bits_of_set, chosen))
    return Found(tuple([chosen for _bits, chosen in found[:MOST_SETS]]), complete and len(found) <= MOST_SETS)
