"""A cause: what a rule found and what it rests on; too many of one kind in one list are told as one (spec curation 4, "Findings")."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from common.jcs import sha256_of

# Above so many causes of one kind between the same lists, each by itself would be no list anybody could work off.
MOST_SINGLY: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """An entry that a finding rests on."""

    catalog: str
    version: str
    entry_code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """What one rule found.

    `key` is what makes it the same cause tomorrow, whatever the edition: with `kind` and `owner` it is the finding's identity. `owner` is the insurer
    whose own list or product it is about (None: shared lists alone). `editions` are (catalog, version; '' for none in force); `text` what is not
    coded or not known; `days` by what happens on them; `product` is (code, version); `together` counts the causes told as one (1: itself).
    """

    kind: str
    key: tuple[str, ...]
    editions: tuple[tuple[str, str], ...]
    places: tuple[Place, ...] = ()
    owner: int | None = None
    drug: str = ""
    text: str = ""
    days: dict[str, date] = field(default_factory=dict)
    product: tuple[str, str] | None = None
    together: int = 1

    @property
    def identity(self) -> str:
        """What a finding is known by, as a text of 64 characters."""
        return sha256_of([self.kind, self.owner, *self.key])


def collected(causes: Iterable[Cause]) -> list[Cause]:
    """Return the causes in their order, but more than MOST_SINGLY of one kind between the same lists as one cause.

    That one is known by the editions: a later edition's has to be looked at anew.
    """
    grouped: dict[tuple[object, ...], list[Cause]] = {}
    for cause in causes:
        about = tuple(sorted({code for code, _label in cause.editions}))
        grouped.setdefault((cause.kind, cause.owner, about), []).append(cause)
    found: list[Cause] = []
    for (kind, owner, _about), alike in grouped.items():
        if len(alike) <= MOST_SINGLY:
            found += alike
            continue
        editions = tuple(sorted({edition for cause in alike for edition in cause.editions}))
        places = tuple(dict.fromkeys(place for cause in alike for place in cause.places))
        key = ("together", *(f"{code}@{label}" for code, label in editions))
        found.append(
            Cause(str(kind), key, editions, places, owner if isinstance(owner, int) else None, together=len(alike))
        )
    return found
