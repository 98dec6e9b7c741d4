"""What an official list says of itself – how many drugs each part has – held against what was loaded. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

_NUMBER = re.compile(r"\d+")


class Part(NamedTuple):
    """One part of a printed list: its name, what its entry codes begin with, how many numbers (drugs) it has officially, how many of them
    have a class A row (None: not said), and how many are known to be missing from the file."""

    name: str
    prefix: str
    drugs: int
    class_a: int | None = None
    missing: int = 0


class Difference(NamedTuple):
    """A total that is not the official one: `what` is `drugs` or `class_a`."""

    part: Part
    what: str
    expected: int
    found: int

    def __str__(self) -> str:
        zh = "种药品" if self.what == "drugs" else "种含甲类"
        en = "drugs" if self.what == "drugs" else "with a class A row"
        return f"{self.part.name}: {self.found} {en}, {self.expected} expected（应有{self.expected}{zh}，实有{self.found}）"


def differences(parts: Iterable[Part], entries: Iterable[tuple[str, str]]) -> list[Difference]:
    """Return where entries, as (entry_code, reimbursement_class), do not come to a list's official totals.

    A drug is a number of a part: `…-X-0269-1A` and `…-X-0269R` are the drug 0269 of the part whose prefix is `…-X-`.
    """
    parts = list(parts)
    numbers: dict[str, set[str]] = defaultdict(set)
    with_a: dict[str, set[str]] = defaultdict(set)
    for code, reimbursement_class in entries:
        for part in parts:
            if code.startswith(part.prefix) and (number := _NUMBER.match(code, len(part.prefix))):
                numbers[part.prefix].add(number[0])
                if reimbursement_class == "A":
                    with_a[part.prefix].add(number[0])
    found = []
    for part in parts:
        expected = part.drugs - part.missing
        if len(numbers[part.prefix]) != expected:
            found.append(Difference(part, "drugs", expected, len(numbers[part.prefix])))
        if part.class_a is not None and len(with_a[part.prefix]) != part.class_a:
            found.append(Difference(part, "class_a", part.class_a, len(with_a[part.prefix])))
    return found
