"""A draft, the edition it was made from, and the one it follows now: three become one, by entry and by field (spec curation.md 1). Pure.

An entry is a mapping of the columns as the API shows them, None where an edition has it not. What only one side changed is taken; what both changed,
and not alike, is a conflict until somebody says whose counts: `mine` (the draft's) or `theirs` (the edition's).
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from catalog.importing.columns import ENTRIES

Entry = Mapping[str, Any]
Side = Literal["mine", "theirs"]
SIDES: Final[tuple[Side, ...]] = ("mine", "theirs")
FIELDS: Final = tuple(column.name for column in ENTRIES)
# Written in one cell: a number, or a text that is none.
_TOGETHER: Final = {"payment_standard": ("payment_standard", "payment_standard_text")}

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both sides did to one field of an entry, or to the entry as a whole (`field` None: one side removed it, the other changed it)."""

    entry_code: str
    field: str | None
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of an entry: as it is to be (None: it is not to be), or what must be said first."""

    entry: Entry | None
    conflicts: tuple[Conflict, ...] = ()


def line_up(
    theirs: Iterable[tuple[str, K | None, K | None]], mine: Iterable[tuple[str, K | None, K | None]]
) -> Iterator[tuple[K | None, K | None, K | None]]:
    """Yield (base, theirs, mine) of every entry that the followed edition has otherwise than the base; nothing else can come of a merge.

    Both are given as what differs from the base: (entry code, key in the base, key in the other), as `catalog.changes.differing` tells it, pairs
    under other codes among them. An entry of the base that the draft has not changed is there under the base's key.
    """
    changed = list(mine)
    mine_of = {base: own for _code, base, own in changed if base is not None}
    by_code = {code: own for code, _base, own in changed if own is not None}
    for code, base, other in theirs:
        yield base, other, by_code.get(code) if base is None else mine_of.get(base, base)


def merge(base: Entry | None, theirs: Entry | None, mine: Entry | None, side: Side | None = None) -> Merged:
    """Return what becomes of one entry; `side` says whose counts where both sides did something to it.

    Where all three have it, field by field. An entry that one side removed and the other changed is one conflict, its field None; one that both sides
    added is merged field by field, with nothing to start from.
    """
    if said(theirs) == said(base) or said(theirs) == said(mine):
        return Merged(mine)
    if said(mine) == said(base):
        return Merged(theirs)
    if mine is None or theirs is None:
        left = theirs or mine
        if base is not None and left is not None and said({**left, "entry_code": code_of(None, base)}) == said(base):
            return Merged(None)  # another code is no change that would keep it
        if side is not None:
            return Merged(mine if side == "mine" else theirs)
        return Merged(mine, (Conflict(code_of(theirs, mine), None, base, theirs, mine),))
    made = dict(mine)
    conflicts = []
    for name in FIELDS:
        before, other, own = (field_of(entry, name) for entry in (base, theirs, mine))
        if other == own or (base is not None and other == before):
            continue
        if side == "theirs" or (base is not None and own == before):
            made |= {one: theirs.get(one) for one in _TOGETHER.get(name, (name,))}
        elif side is None:
            conflicts.append(Conflict(code_of(theirs, mine), name, before, other, own))
    return Merged(made, tuple(conflicts))


def code_of(theirs: Entry | None, mine: Entry | None) -> str:
    """Return by which code an entry is named: the draft's own, where it has it."""
    return str((mine or theirs or {})["entry_code"])


def field_of(entry: Entry | None, name: str) -> Any:
    """Return what an entry says in a field, however it is stored: None where nothing is given."""
    values = [(entry or {}).get(one) for one in _TOGETHER.get(name, (name,))]
    return next((value for value in values if value is not None and value != "" and value != []), None)


def said(entry: Entry | None) -> tuple[Any, ...] | None:
    """Return all that an entry says, None where there is none."""
    return None if entry is None else tuple(field_of(entry, name) for name in FIELDS)
