"""Which entries of two editions are the same one under another code (csv.md, "What differs between two versions").

Entries are matched by `entry_code` first; here is what becomes of those left on both sides. They are paired within a drug part, one to one.
"""

from array import array
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from catalog.change_weight import FIELDS, Entry, as_compared
from common.text import approval_key, norm

DRUG_PART: Final = (
    *("generic_name", "dosage_form", "brand_name", "manufacturer", "strength", "approval_no", "national_code"),
)
# So many comparisons of an entry with another are made for one drug: 200 entries on either side, some hundredths of a second.
COMPARISONS: Final = 40_000

_COMPARED: Final = tuple(name for name in FIELDS if name != "entry_code")


def drug_part(entry: Entry) -> tuple[str, ...]:
    """Return what makes two left entries candidates for a pair: the drug columns, normalised.

    An entry that names no drug selects by its class code (eligibility 4.1): there that is its drug part.
    """
    part = tuple((approval_key if name == "approval_no" else norm)(entry.get(name) or "") for name in DRUG_PART)
    return part if any(part) else (norm(entry.get("class_code") or ""),)


def shared_groups(old_keys: "array[int]", new_keys: "array[int]") -> Iterator[tuple[list[int], list[int]]]:
    """Yield, for each key that stands in both, the places where it stands in the one and in the other, in their order."""
    olds, news = (sorted(range(len(keys)), key=keys.__getitem__) for keys in (old_keys, new_keys))
    at_old = at_new = 0
    while at_old < len(olds) and at_new < len(news):
        key, other = old_keys[olds[at_old]], new_keys[news[at_new]]
        if key != other:
            at_old, at_new = at_old + (key < other), at_new + (key > other)
            continue
        start_old, start_new = at_old, at_new
        while at_old < len(olds) and old_keys[olds[at_old]] == key:
            at_old += 1
        while at_new < len(news) and new_keys[news[at_new]] == key:
            at_new += 1
        yield olds[start_old:at_old], news[start_new:at_new]


def pair_alike(olds: Sequence[Entry], news: Sequence[Entry], most: int = COMPARISONS) -> list[tuple[int, int]]:
    """Pair entries of one drug part, given in the order of their files: (place among the old, place among the new).

    The two that are alike in most columns first (`as_compared`), then by file order, the old edition's before the new one's. Where that would take
    more than `most` comparisons, those alike in every column come first, then those alike in all but one, then the rest by file order.
    """
    if len(olds) == 1 and len(news) == 1:
        return [(0, 0)]
    before, now = _told_apart(olds, news)
    free_old, free_new = dict.fromkeys(range(len(olds))), dict.fromkeys(range(len(news)))
    pairs: list[tuple[int, int]] = []

    def take(found: Iterator[tuple[int, int]]) -> None:
        for old, new in found:
            pairs.append((old, new))
            del free_old[old], free_new[new]

    take(_alike_but_for([()], before, now, free_old, free_new))
    if len(free_old) * len(free_new) <= most:
        take(_most_alike(before, now, free_old, free_new))
    else:
        columns = range(len(before[0]))
        take(_alike_but_for([(column,) for column in columns], before, now, free_old, free_new))
        take(zip(list(free_old), list(free_new), strict=False))
    return sorted(pairs)


def _told_apart(olds: Sequence[Entry], news: Sequence[Entry]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The columns in which some of the entries differ: the others make no pair more alike than another. Values are numbered: quick to compare."""
    columns = []
    entries = [*olds, *news]
    for name in _COMPARED:
        written = [entry.get(name) for entry in entries]
        if written.count(written[0]) == len(written):
            continue
        values = [as_compared(entry, name) for entry in entries]
        numbers: dict[Any, int] = {}
        numbered = [numbers.setdefault(value, len(numbers)) for value in values]
        if len(numbers) > 1:
            columns.append(numbered)
    rows = list(zip(*columns, strict=True)) if columns else [()] * (len(olds) + len(news))
    return rows[: len(olds)], rows[len(olds) :]


def _alike_but_for(
    left_out: Sequence[tuple[int, ...]],
    before: Sequence[tuple[Any, ...]],
    now: Sequence[tuple[Any, ...]],
    free_old: dict[int, None],
    free_new: dict[int, None],
) -> Iterator[tuple[int, int]]:
    """Pair those that are alike when one of these sets of columns is left out, each old one with the first new one that is."""

    def seen(row: tuple[Any, ...], which: tuple[int, ...]) -> Any:
        return which, tuple(value for column, value in enumerate(row) if column not in which)

    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for new in free_new:
        for which in left_out:
            waiting[seen(now[new], which)].append(new)
    taken: set[int] = set()
    for old in list(free_old):
        best = None
        for which in left_out:
            queue = waiting.get(seen(before[old], which))
            while queue and queue[0] in taken:
                queue.popleft()
            if queue and (best is None or queue[0] < best):
                best = queue[0]
        if best is not None:
            taken.add(best)
            yield old, best


def _most_alike(
    before: Sequence[tuple[Any, ...]],
    now: Sequence[tuple[Any, ...]],
    free_old: dict[int, None],
    free_new: dict[int, None],
) -> Iterator[tuple[int, int]]:
    """Pair all that are left, the most alike first."""
    news = list(free_new)
    by_likeness: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for old in list(free_old):
        for new in news:
            by_likeness[sum(map(int.__eq__, before[old], now[new]))].append((old, new))
    olds_taken: set[int] = set()
    news_taken: set[int] = set()
    for likeness in sorted(by_likeness, reverse=True):
        for old, new in by_likeness[likeness]:
            if old not in olds_taken and new not in news_taken:
                olds_taken.add(old)
                news_taken.add(new)
                yield old, new
