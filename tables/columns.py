"""What a table may hold: what is said of a column, and which columns make one kind of table (spec csv.md)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tables.cells import Parser

Storage = Literal["text", "list", "int", "decimal", "yes_no", "date", "answers"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file.

    `headers` are accepted beside the name; those that are `general` too, the most specific first, give way where a more
    specific one stands in the same file. `free` text may hold tabs and line breaks. `places` are the decimals stored.
    `alike` columns decide whether two rows speak of the same thing (csv.md, below the table): drug columns `by norm`,
    coded and text columns `as written`. `of_claim` columns must say the same on every row of a claim. `wrong` is the
    code for a spreadsheet cell of the wrong type.
    """

    name: str
    headers: tuple[str, ...]
    parse: Parser
    storage: Storage = "text"
    max_length: int = 200
    required_for: frozenset[str] = frozenset()
    free: bool = False
    places: int = 0
    alike: Literal["", "by norm", "as written"] = ""
    of_claim: bool = False
    wrong: str = "BAD_CODE"
    general: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return what the column is called in Chinese: its first Chinese header, else its name."""
        return next((header for header in self.headers if _CHINESE.search(header)), self.name)


_CHINESE = re.compile("[\u4e00-\u9fff]")


def title_of(column: Column, header: str) -> str:
    """Return what a Chinese sentence calls a column that a file calls `header`: as the file does where it does so in Chinese."""
    return header if _CHINESE.search(header) else column.title


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of table: its columns, which of them it must have, and what its headers may not be.

    `naming` is the column that says what a row is about ('': none does). `periods` are headers of one column that holds
    two days, with the columns they go to. `personal` tells whether a header is one of personal identity.
    `ignored` headers are neither read nor told.
    """

    columns: tuple[Column, ...]
    required: frozenset[str] = frozenset()
    naming: str = ""
    periods: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    personal: Callable[[str], bool] = lambda header: False
    ignored: frozenset[str] = frozenset()
