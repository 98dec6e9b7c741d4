"""修订对照表: what differs between two sides as rows of three cells, new, old and what changed. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from catalog.change_weight import FIELDS, Entry
from curation.comparing.compare import Pair

# By what an entry is known; the rest of it is told where it came or went.
_KNOWN_BY: Final = ("generic_name", "brand_name", "dosage_form", "strength", "manufacturer", "class_code")


class TableWords(NamedTuple):
    """The words of the table in a reader's language; `of` tells a column's value."""

    header: tuple[str, str, str]
    came: str
    gone: str
    not_spoken_of: str
    same: str
    titles: Mapping[str, str]
    of: Callable[[str, Any], str]


def table_rows(
    shown: Iterable[tuple[Sequence[Pair], bool]], words: TableWords, *, with_same: bool = False
) -> Iterator[list[str]]:
    """Yield a row for each pair of entries that differs, or stands alone: new (the right side), old (the left one), what changed.

    `shown` are results: their pairs, and whether the side that lacks one speaks of its class. Pairs that are alike have rows only `with_same`.
    """
    for pairs, spoken_of in shown:
        for pair in pairs:
            if pair.left is None or pair.right is None:
                gone = words.gone if spoken_of else words.not_spoken_of
                told = words.came if pair.left is None else gone
            elif pair.fields:
                told = "\n".join(_change(name, pair.fields[name], words) for name in FIELDS if name in pair.fields)
            elif with_same:
                told = words.same
            else:
                continue
            yield [_entry(pair.right, pair, words), _entry(pair.left, pair, words), told]


def _change(name: str, values: Sequence[Any], words: TableWords) -> str:
    old, new = values
    return f"{words.titles.get(name, name)}: {words.of(name, old)} → {words.of(name, new)}"


def _entry(entry: Entry | None, pair: Pair, words: TableWords) -> str:
    """Tell an entry by its code and name; of one that came or went all of it, of others what differs."""
    if entry is None:
        return ""
    alone = pair.left is None or pair.right is None
    names = FIELDS if alone else [name for name in FIELDS if name in pair.fields or name in _KNOWN_BY]
    given = ((name, entry.get(name)) for name in names if name not in {"entry_code", "generic_name"})
    facts = [f"{words.titles.get(name, name)}: {words.of(name, value)}" for name, value in given if value not in _NONE]
    return "\n".join([f"{entry['entry_code']} {entry.get('generic_name') or ''}".strip(), *facts])


_NONE: Final[tuple[Any, ...]] = (None, "", [], False)
