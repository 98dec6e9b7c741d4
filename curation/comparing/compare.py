"""What differs between two lists: by drug, by drug and disease, or entry by entry. Pure.

The two may be versions of one list or lists of different kinds. What a difference means is told by `catalog.change_weight`; entries of one drug
are paired as `catalog.entry_pairing` does. Most entries of two editions are alike, and that is seen by their hashes: whole rows are read of the
others alone.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

from catalog.change_weight import FIELDS, WEIGHTS, Entry, Weight, as_compared, compare
from catalog.complete_for import speaks_of
from catalog.drugs.dosage_forms import DosageForms
from catalog.entry_pairing import DRUG_PART, drug_part, pair_alike, shared_groups
from curation.comparing.grouping import By, Differs, Group, Hashes, Light, by_disease, by_drug

Kind = Literal["left", "right", "same", "different"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# What is told of two lists: the first four count every result once, the others say how many of those are so.
COUNTED: Final = (*KINDS, "typographic", "remark", "not_spoken_of", "other_diseases", "uncoded")
CHUNK: Final = 2_000


class Rows(Protocol):
    """Where the entries are: read by their ids, as little of them as is needed."""

    def read(self, ids: Sequence[int], columns: Sequence[str] = ...) -> Mapping[int, Entry]:
        """Return whole rows, or some columns of them."""
        ...

    def hashes(self, ids: Sequence[int]) -> Mapping[int, Hashes]:
        """Return what tells by how much entries differ."""
        ...


_REMARKS: Final = frozenset({"entry_code", "note", "source"})
_TERMS: Final = tuple(name for name in FIELDS if name not in _REMARKS)
_DRUG_COLUMNS: Final = (*DRUG_PART, "class_code")
# A name in other brackets may be the same name: that takes both entries to tell.
_TELLING: Final = tuple(name for name in _TERMS if name != "generic_name")


class Result(NamedTuple):
    """What became of one drug, drug and disease, or entry: the codes of its entries on either side.

    `slight` says of what is the `same` whether it only reads so or is a remark ('': nothing differs at all). `spoken_of` is False where it is
    missing on a side that is not complete for its class. By drug and disease, `other_diseases` where the side that lacks it has the drug for
    others, `uncoded` where these may be the same, by words that nobody has coded.
    """

    kind: Kind
    slight: Differs
    drug: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    spoken_of: bool = True
    other_diseases: bool = False
    uncoded: bool = False


class Pair(NamedTuple):
    """Two entries that are the same thing on either side, or one without the other; `fields` maps a column to [left, right] as JSON."""

    left: Entry | None
    right: Entry | None
    fields: dict[str, list[Any]]
    weight: Weight | None


def compare_lists(
    left: Sequence[Light],
    right: Sequence[Light],
    *,
    by: By,
    one_catalog: bool,
    rows: Rows,
    forms: DosageForms,
    complete_for: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> list[Result]:
    """Return what differs between the entries of two sides, both in the order of their files: by drug, then by entry code.

    `one_catalog`: both are of one list, so that an entry code names the same entry in both. `complete_for` of the left and the right side.
    """
    if by == "entry":
        groups = _by_entry(left, right, one_catalog, rows, forms)
    elif by == "drug":
        groups = by_drug(left, right)
    else:
        groups = _by_disease(left, right)
    results = [_told(*one, complete_for) for one in _weighed(groups, by, rows, forms)]
    results.sort(key=lambda one: (one.drug, one.right or one.left, one.left))
    return results


def counted(results: Iterable[Result]) -> dict[str, int]:
    """Return how many results there are of each kind, and of these how many are COUNTED apart."""
    found: Counter[str] = Counter()
    for one in results:
        found[one.kind] += 1
        if one.slight:
            found[one.slight] += 1
        found["not_spoken_of"] += not one.spoken_of
        found["other_diseases"] += one.other_diseases
        found["uncoded"] += one.uncoded
    return {name: found[name] for name in COUNTED}


def pairs_of(left: Sequence[Entry], right: Sequence[Entry], *, by: By, forms: DosageForms) -> list[Pair]:
    """Pair the entries of one result, given in the order of their files: those with the same terms first, then the most alike; the rest stand
    alone. The left side's order counts, what is on the right alone comes last."""
    free_right: dict[Any, list[int]] = defaultdict(list)
    for place in reversed(range(len(right))):
        free_right[_terms(right[place])].append(place)
    places: dict[int, int] = {}
    for place, one in enumerate(left):
        alike = free_right[_terms(one)]
        if alike:
            places[place] = alike.pop()
    lefts = [place for place in range(len(left)) if place not in places]
    rights = sorted(place for alike in free_right.values() for place in alike)
    if lefts and rights:
        for old, new in pair_alike([left[place] for place in lefts], [right[place] for place in rights]):
            places[lefts[old]] = rights[new]
    pairs = [_pair(one, right[places[place]] if place in places else None, by, forms) for place, one in enumerate(left)]
    taken = set(places.values())
    return pairs + [_pair(None, one, by, forms) for place, one in enumerate(right) if place not in taken]


def weight_of(pairs: Sequence[Pair]) -> Weight | None:
    """Return the greatest weight of the differences in one result; None where there are none."""
    weights = {pair.weight for pair in pairs}
    return next((weight for weight in WEIGHTS if weight in weights), None)


def fields_of(pairs: Sequence[Pair]) -> dict[str, list[Any]]:
    """Return what differs in one result, column by column as [left, right]: of one pair its own; of several, of each side the value that all its
    entries in differing pairs have, or a list of the different ones."""
    told = [pair for pair in pairs if pair.left is not None and pair.right is not None and pair.fields]
    if len(told) == 1:
        return told[0].fields
    found: dict[str, list[Any]] = {}
    for name in FIELDS:
        sides = [[pair.fields[name][place] for pair in told if name in pair.fields] for place in (0, 1)]
        if sides[0]:
            found[name] = [_one_or_all(values) for values in sides]
    return found


def _one_or_all(values: list[Any]) -> Any:
    different = [value for place, value in enumerate(values) if value not in values[:place]]
    return different[0] if len(different) == 1 else different


def _pair(left: Entry | None, right: Entry | None, by: By, forms: DosageForms) -> Pair:
    if left is None or right is None:
        return Pair(left, right, {}, "major")
    # A drug on two lists has two codes: only where entries are matched by theirs is another one a difference.
    seen = right if by == "entry" else {**right, "entry_code": left["entry_code"]}
    change = compare(left, seen, forms=forms)
    return Pair(left, right, change.fields, change.weight)


def _terms(entry: Entry) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value := entry.get(name), list) else value for name in _TERMS)


# --- Which entries belong together


def _by_disease(left: Sequence[Light], right: Sequence[Light]) -> Iterator[Group]:
    for group in by_drug(left, right):
        yield from by_disease(group)


def _by_entry(
    left: Sequence[Light], right: Sequence[Light], one_catalog: bool, rows: Rows, forms: DosageForms
) -> Iterator[Group]:
    """Yield each entry with the one that it is on the other side: by its code, then by the columns of its drug.

    Two lists may number their entries alike: there a code counts only where it is of the same drug.
    """
    coded = {one.entry_code: one for one in right}
    left_over, taken = [], set()
    for one in left:
        other = coded.get(one.entry_code)
        if other is None or not (one_catalog or other.drug == one.drug):
            left_over.append(one)
            continue
        taken.add(one.entry_code)
        yield Group((one,), (other,))
    right_over = [one for one in right if one.entry_code not in taken]
    # The same columns of the drug are the same drug; of those that name none they may still be the same under another class.
    drugs = {one.drug for one in left_over} & {one.drug for one in right_over}
    left_alike, right_alike = (
        [one for one in side if one.drug in drugs or one.drug.startswith(" ")] for side in (left_over, right_over)
    )
    paired = yield from _paired(left_alike, right_alike, rows, forms)
    yield from (Group((one,), ()) for one in left_over if one.id not in paired)
    yield from (Group((), (one,)) for one in right_over if one.id not in paired)


def _paired(
    left: Sequence[Light], right: Sequence[Light], rows: Rows, forms: DosageForms
) -> Generator[Group, None, set[int]]:
    """Yield the pairs among entries left over, and return the ids of those that have one."""
    taken: set[int] = set()
    waiting: list[tuple[list[Light], list[Light]]] = []
    size = 0
    for olds, news in shared_groups(_keys(left, rows), _keys(right, rows)):
        group = [left[place] for place in olds], [right[place] for place in news]
        if len(olds) == len(news) == 1:
            taken |= {group[0][0].id, group[1][0].id}
            yield Group(*group)
            continue
        waiting.append(group)
        size += len(olds) + len(news)
        if size >= CHUNK:
            yield from _pairs(waiting, rows, forms, taken)
            waiting, size = [], 0
    yield from _pairs(waiting, rows, forms, taken)
    return taken


def _pairs(
    groups: list[tuple[list[Light], list[Light]]], rows: Rows, forms: DosageForms, taken: set[int]
) -> Iterator[Group]:
    """Yield the pairs within each group, with how much they differ, since their rows are at hand; their ids are added to those taken."""
    read = rows.read([one.id for group in groups for side in group for one in side]) if groups else {}
    for olds, news in groups:
        for old, new in pair_alike([read[one.id] for one in olds], [read[one.id] for one in news]):
            both = olds[old], news[new]
            taken |= {one.id for one in both}
            differs = _differs([read[both[0].id]], [read[both[1].id]], "entry", forms)
            yield Group(both[:1], both[1:], differs=differs)


def _keys(entries: Sequence[Light], rows: Rows) -> "array[int]":
    """Return what the drug part of each entry comes to."""
    keys = array("q")
    for start in range(0, len(entries), CHUNK):
        asked = entries[start : start + CHUNK]
        read = rows.read([one.id for one in asked], _DRUG_COLUMNS)
        keys.extend(hash(drug_part(read[one.id])) for one in asked)
    return keys


# --- What became of each


def _weighed(groups: Iterable[Group], by: By, rows: Rows, forms: DosageForms) -> Iterator[tuple[Group, Differs]]:
    """Yield each group with how much its sides differ: rows are read only where hashes do not tell it."""
    waiting: list[Group] = []
    size = 0
    for group in groups:
        left, right = group.left, group.right
        if group.differs is not None:
            yield group, group.differs
        elif len(left) != len(right):
            yield group, "different"
        elif (
            len(left) == 1
            and left[0].whole == right[0].whole
            or len(left) > 1
            and sorted([one.whole for one in left]) == sorted([one.whole for one in right])
        ):
            yield group, ""
        else:
            waiting.append(group)
            size += len(left) + len(right)
            if size >= CHUNK:
                yield from _by_hashes(waiting, by, rows, forms)
                waiting, size = [], 0
    yield from _by_hashes(waiting, by, rows, forms)


def _by_hashes(groups: Sequence[Group], by: By, rows: Rows, forms: DosageForms) -> Iterator[tuple[Group, Differs]]:
    hashes = rows.hashes([one.id for group in groups for side in group[:2] for one in side]) if groups else {}
    waiting = []
    for group in groups:
        left, right = ([hashes[one.id] for one in side] for side in group[:2])
        if _alike(left, right, lambda one: one.terms):
            # Where entries are matched by their codes, another code is a remark too.
            same = by != "entry" and _alike(left, right, lambda one: (one.terms, one.remarks))
            yield group, "" if same else "remark"
        elif not _alike(left, right, lambda one: one.plain):
            yield group, "different"
        else:
            waiting.append(group)
    read = rows.read([one.id for group in waiting for side in group[:2] for one in side]) if waiting else {}
    for group in waiting:
        yield group, _differs(*([read[one.id] for one in side] for side in group[:2]), by, forms)


def _alike(left: Sequence[Hashes], right: Sequence[Hashes], key: Callable[[Hashes], Any]) -> bool:
    return sorted(map(key, left)) == sorted(map(key, right))


def _differs(left: Sequence[Entry], right: Sequence[Entry], by: By, forms: DosageForms) -> Differs:
    if _some_column_differs(left, right):
        return "different"
    weight = weight_of(pairs_of(left, right, by=by, forms=forms))
    return "different" if weight in ("major", "minor") else weight or ""


def _some_column_differs(left: Sequence[Entry], right: Sequence[Entry]) -> bool:
    """Tell whether some column has other values on the two sides, whichever entries were pairs: most that really differ are told by it."""
    alone = len(left) == 1
    for name in _TELLING:
        if alone:
            if left[0].get(name) != right[0].get(name) and as_compared(left[0], name) != as_compared(right[0], name):
                return True
            continue
        sides = [[entry.get(name) for entry in side] for side in (left, right)]
        if sides[0] != sides[1] and Counter(as_compared(entry, name) for entry in left) != Counter(
            as_compared(entry, name) for entry in right
        ):
            return True
    return False


def _told(group: Group, differs: Differs, complete_for: tuple[Sequence[str], Sequence[str]]) -> Result:
    left, right = group.left, group.right
    kind: Kind = "left" if left else "right"
    if left and right:
        kind = "different" if differs == "different" else "same"
    missing_on = complete_for[1 if left else 0]
    spoken_of = not missing_on or bool(left and right)
    if not spoken_of:
        spoken_of = any(speaks_of(missing_on, one.class_code) for one in left or right)
    return Result(
        kind,
        "" if kind != "same" else differs,
        group.first.drug,
        tuple(one.entry_code for one in left),
        tuple(one.entry_code for one in right),
        spoken_of,
        group.elsewhere,
        group.unsure,
    )
