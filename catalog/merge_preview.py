"""What merging the edition that a draft follows would do to it, read for a page before it is done (spec curation.md 1). Writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.changes import CHUNK, differing
from catalog.entries import COLUMNS
from catalog.entry_editing import changes_of, entry_shown
from catalog.merging import Conflict, Entry, line_up, merge
from catalog.models import CatalogEntry, CatalogVersion

# (id in the base, in the edition followed, in the draft) of an entry; what the draft did not change stands under the base's id.
Three = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Both:
    """An entry to which both sides did something, and what of it nobody has said yet."""

    entry_code: str
    generic_name: str
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that is taken over from the edition followed: added, changed or removed there, and what differs from the base."""

    entry_code: str
    generic_name: str
    kind: str
    changes: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What has changed in the edition followed since the base: conflicts, and what is taken over as it is (`taken`, read a page at a time)."""

    conflicts: tuple[Both, ...] = ()
    taken: Sequence[Three] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def incoming(draft: CatalogVersion) -> Incoming:
    """Return what a merge would take over into a draft that is `compared_anew`; nothing where it follows nothing, or its base still."""
    if draft.parent_id is None or draft.parent_id == draft.base_id:
        return Incoming()
    lined = list(line_up(differing(draft.base_id, draft.parent_id), differing(draft.base_id, draft.pk)))
    # Only where the draft too has it otherwise than the base can there be two opinions; these alone are read now.
    disputed = [three for three in lined if three[2] != three[0]]
    conflicts, alike = _conflicts(disputed)
    taken = [three for three in lined if three[2] == three[0]] + alike
    return Incoming(tuple(conflicts), taken, Counter(map(_kind, taken)))


def read_taken(threes: Sequence[Three]) -> list[Taken]:
    """Return what is taken over, in words of the entries: those of one page."""
    rows = _rows(one for three in threes for one in three[:2] if one is not None)
    told = []
    for base_id, theirs_id, mine_id in threes:
        base, theirs = (rows.get(one) if one is not None else None for one in (base_id, theirs_id))
        named = theirs or base or {}
        changes = changes_of(base, theirs) if base and theirs else {}
        told.append(Taken(named["entry_code"], named["generic_name"], _kind((base_id, theirs_id, mine_id)), changes))
    return told


def _kind(three: Three) -> str:
    base, theirs, _mine = three
    return "added" if base is None else "removed" if theirs is None else "changed"


def _conflicts(disputed: Sequence[Three]) -> tuple[list[Both], list[Three]]:
    """Return what needs a word of somebody, and what of the disputed comes to one outcome by itself and is not the draft's own."""
    found, alike = [], []
    for start in range(0, len(disputed), CHUNK):
        part = disputed[start : start + CHUNK]
        rows = _rows(one for three in part for one in three if one is not None)
        for three in part:
            base, theirs, mine = (rows.get(one) if one is not None else None for one in three)
            merged = merge(base, theirs, mine)
            if merged.conflicts:
                named = mine or theirs or {}
                found.append(Both(merged.conflicts[0].entry_code, named["generic_name"], merged.conflicts))
            elif merged.entry != mine:
                alike.append(three)
    return found, alike


def _rows(ids: Iterable[int]) -> dict[int, Entry]:
    found = CatalogEntry.objects.filter(pk__in=set(ids)).values("id", *COLUMNS)
    return {row["id"]: entry_shown(row) for row in found}
