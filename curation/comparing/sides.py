"""What is compared: how a side is named, and what of its entries tells which belong together. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple, get_args

from common import icd10

By = Literal["drug", "drug_indication", "entry"]
BYS: Final[tuple[By, ...]] = get_args(By)
_EVERY_DISEASE: Final = ("", "\U0010ffff")


class Named(NamedTuple):
    """A side as it is asked for: a catalog, and one of its versions ('' for the one in force on the day)."""

    code: str
    label: str

    @classmethod
    def read(cls, text: str) -> "Named":
        """Read `CODE` or `CODE@LABEL`; raises ValueError."""
        code, mark, label = text.strip().partition("@")
        if not code or (mark and not label):
            raise ValueError(text)
        return cls(code, label)

    def __str__(self) -> str:
        return f"{self.code}@{self.label}" if self.label else self.code


class Light(NamedTuple):
    """As much of an entry as tells what it belongs to and whether it says the same as another one.

    `drug` is the drug it names as it is recognised, or what it selects by where it names none. `whole` differs where anything of the entry does,
    `terms` where anything but its code, note and source does, `remarks` where note or source do. `icd10` are its codes, `text` what it says
    of diseases in words that nobody has coded ('' where it says nothing, or all of it is coded). Where `plain` differs numbers, days or yes and
    no do, which are written in one way only.
    """

    id: int
    entry_code: str
    drug: str
    class_code: str
    whole: bytes
    terms: bytes
    remarks: bytes
    plain: int
    icd10: tuple[str, ...] = ()
    text: str = ""


class Group(NamedTuple):
    """The entries of both sides that belong together.

    `elsewhere`: of one side alone, and the other has the drug for other diseases; `unsure`: words that nobody has coded may make these the same.
    """

    left: Sequence[Light]
    right: Sequence[Light]
    elsewhere: bool = False
    unsure: bool = False

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
    entries = [(0, one) for one in of_drug.left] + [(1, one) for one in of_drug.right]
    if len(entries) == 1:
        return [of_drug]
    spans = sorted(
        (*span, number)
        for number, (_place, one) in enumerate(entries)
        for span in ([] if one.text else map(icd10.span_of, one.icd10) if one.icd10 else [_EVERY_DISEASE])
    )
    parents = list(range(len(entries)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    def join(one: int, other: int) -> None:
        ends = sorted((root(one), root(other)))
        parents[ends[1]] = ends[0]

    reaches, owner = "", -1
    for first, last, number in spans:
        if owner >= 0 and first <= reaches:
            join(owner, number)
        if last > reaches or owner < 0:
            reaches, owner = last, number
    same_text: dict[str, int] = {}
    for number, (_place, one) in enumerate(entries):
        if one.text:
            join(same_text.setdefault(one.text, number), number)
    for number, (_place, one) in enumerate(entries):
        if not one.text and not one.icd10:
            for other in same_text.values():
                join(number, other)
    found: dict[int, tuple[list[Light], list[Light]]] = {}
    for number, (place, one) in enumerate(entries):
        found.setdefault(root(number), ([], []))[place].append(one)
    return [_beside(of_drug, *both) for both in found.values()]


def _beside(of_drug: Group, left: Sequence[Light], right: Sequence[Light]) -> Group:
    """Say of a part of a drug's entries that is of one side alone what the other side has of the drug."""
    others = () if left and right else of_drug.right if left else of_drug.left
    texts = [one.text for one in (*left, *right, *others)]
    return Group(left, right, elsewhere=bool(others), unsure=bool(others) and any(texts))
