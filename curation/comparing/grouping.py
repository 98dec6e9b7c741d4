"""What of two compared sides belongs together: the entries of a drug, of a drug and its diseases. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

from common import icd10

By = Literal["drug", "drug_indication", "entry"]
# Not at all, by a remark or in writing only, or really.
Differs = Literal["", "remark", "typographic", "different"]
BYS: Final[tuple[By, ...]] = get_args(By)


class Light(NamedTuple):
    """As much of an entry as tells what it belongs to and whether it is as another one.

    `drug` is the drug it names as it is recognised, or behind a space what it selects by where it names none. `whole` differs where anything of
    the entry does. `icd10` are its codes, `text` what it says of diseases in words that nobody has coded ('' where it says nothing, or all of it is
    coded).
    """

    id: int
    entry_code: str
    drug: str
    class_code: str
    whole: bytes
    icd10: Sequence[str] = ()
    text: str = ""


class Hashes(NamedTuple):
    """What tells by how much an entry differs from another: `terms` where anything but code, note and source does, `remarks` where note or source do,
    `plain` where numbers, days or yes and no do, which are written in one way only."""

    terms: bytes
    remarks: bytes
    plain: int


class Group(NamedTuple):
    """The entries of both sides that belong together.

    `elsewhere`: of one side alone, and the other has the drug for other diseases; `unsure`: words that nobody has coded may make these the same.
    """

    left: Sequence[Light]
    right: Sequence[Light]
    elsewhere: bool = False
    unsure: bool = False
    # How much the sides differ where that is known already.
    differs: Differs | None = None

    @property
    def first(self) -> Light:
        """An entry that says which drug this is about, the right side's where it has one."""
        return (self.right or self.left)[0]


def by_drug(left: Iterable[Light], right: Iterable[Light]) -> Iterator[Group]:
    """Yield the entries of each drug, in the order in which the drugs come."""
    found: dict[str, tuple[list[Light], list[Light]]] = {}
    for place, side in enumerate((left, right)):
        for one in side:
            both = found.get(one.drug)
            if both is None:
                both = found[one.drug] = [], []
            both[place].append(one)
    for both in found.values():
        yield Group(*both)


def by_disease(of_drug: Group) -> list[Group]:
    """Part the entries of a drug into those for the same diseases: two are together where an ICD-10 code could fall under both, directly or by way
    of others.

    An entry that gives no disease is for all. One whose words nobody has coded is together with those of the same words, and with those for all;
    whether it is for another's disease nobody can tell.
    """
    # Entries for the very same diseases are together to begin with: of two editions most are.
    found: dict[Any, tuple[list[Light], list[Light]]] = {}
    for place, side in enumerate((of_drug.left, of_drug.right)):
        for one in side:
            diseases = one.text or tuple(one.icd10)
            both = found.get(diseases)
            if both is None:
                both = found[diseases] = [], []
            both[place].append(one)
    if len(found) == 1:
        return [Group(*both) for both in found.values()]
    words = [both for diseases, both in found.items() if isinstance(diseases, str)]
    uncoded = any(both[0] for both in words), any(both[1] for both in words)
    parts = (_joined([found[key] for key in together]) for together in _together(list(found)))
    return [_beside(of_drug, uncoded, *part) for part in parts]


def _joined(parts: Sequence[tuple[list[Light], list[Light]]]) -> tuple[list[Light], list[Light]]:
    """Put parts together, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    left, right = ([one for part in parts for one in part[place]] for place in (0, 1))
    return left, right


def _together(diseases: Sequence[str | tuple[str, ...]]) -> list[list[str | tuple[str, ...]]]:
    """Part different texts and sets of codes (none: every disease) into those that have a disease in common, directly or by way of others."""
    if () in diseases:
        return [list(diseases)]
    spans = sorted(
        (icd10.span_of(code), number)
        for number, codes in enumerate(diseases)
        if not isinstance(codes, str)
        for code in codes
    )
    parents = list(range(len(diseases)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    reaches, owner = "", -1
    for (first, last), number in spans:
        if owner >= 0 and first <= reaches:
            ends = sorted((root(owner), root(number)))
            parents[ends[1]] = ends[0]
        if last > reaches:
            reaches, owner = last, number
    found: dict[int, list[str | tuple[str, ...]]] = {}
    for number, one in enumerate(diseases):
        found.setdefault(root(number), []).append(one)
    return list(found.values())


def _beside(of_drug: Group, uncoded: tuple[bool, bool], left: Sequence[Light], right: Sequence[Light]) -> Group:
    """Say of a part of a drug's entries that is of one side alone what the other side has of the drug; `uncoded`: whether each has uncoded words."""
    if left and right:
        return Group(left, right)
    others = bool(of_drug.right if left else of_drug.left)
    unsure = others and (uncoded[1 if left else 0] or bool((left or right)[0].text))
    return Group(left, right, elsewhere=others, unsure=unsure)
