"""What earlier rows of the file said: the same again, the same with other content, a code once more (csv.md)."""

from array import array
from collections.abc import Iterator
from typing import Final, Literal

from catalog.importing.entry_codes import fitting, is_part_code
from tables.first_seen import FirstSeen

# More doubts than these are told at once: a file may have a million.
_MOST_DOUBTS: Final = 20_000

# `same`: says the same; `code`, `drug`: has that code, speaks of that drug with the same restrictions, and the rest is not the same.
Met = tuple[Literal["same", "code", "drug"], int]


# What one entry says, as hashes: whom it is about and under which restrictions, that with all else but its code, and the same without notes
# and sources: (identity, everything, matters). A plain tuple, since there is one for every row.
Said = tuple[int, int, int]


class Earlier:
    """Remembers what every row said, in some dozen bytes each."""

    def __init__(self, expected: int) -> None:
        self._alike, self._codes = FirstSeen(expected), FirstSeen(expected)
        self._row_of: array[int] = array("I")
        self._all_of: array[int] = array("q")
        self._matter_of: array[int] = array("q")
        self._code_of: array[int] = array("q")
        # Entries of rows that were taken apart, and what else was said of the drug of one.
        self._apart: set[int] = set()
        self._unlike: dict[int, int] = {}
        # The same in a file that was exported: entries with codes such as `10.2`, and the codes that have such others beside them.
        self._coded_apart: set[int] = set()
        self._with_parts: set[int] = set()
        self._doubts: list[tuple[int, int, str]] = []
        self._national = FirstSeen()
        self._national_rows: array[int] = array("I")
        self._national_bases: array[int] = array("q")
        self._again: dict[str, int] = {}

    def meets(self, row: int, code: str | None, is_given: bool, said: Said, name: str) -> Met | None:
        """Remember a row that is one entry, with its code (`is_given`: by the file) and its drug's name; returns how an earlier row
        speaks of the same."""
        number = self._remember(row, said)
        by_code = self._code_taken(number, code) if code is not None else None
        by_drug = self._alike.first(said[0], number)
        if by_code is None and by_drug is None:
            return None
        if by_code is None and by_drug in self._apart:
            return self._like_a_part(number, by_drug, said)
        earlier = by_code if by_code is not None else by_drug
        assert earlier is not None
        other = self._row_of[earlier]
        if self._all_of[earlier] == said[1] and (by_code is not None or not is_given):
            return "same", other
        if by_code is not None and is_given:
            return "code", other
        return self._doubted(number, earlier, name) if is_given else ("drug", other)

    def _code_taken(self, number: int, code: str) -> int | None:
        """Take a code; returns the number of the entry that has it already."""
        hashed = self._code_of[number] = hash(code)
        if "." in code and is_part_code(code):
            self._coded_apart.add(number)
            self._with_parts.add(hash(code.rpartition(".")[0]))
        first = self._codes.first(hashed, number)
        return None if first == number else first

    def _doubted(self, number: int, earlier: int, name: str) -> Met | None:
        """Put off what is said of one drug twice: it is right where one of the two turns out to be of a row that was taken apart."""
        if len(self._doubts) >= _MOST_DOUBTS:
            return "drug", self._row_of[earlier]
        self._doubts.append((number, earlier, name))
        return None

    def contradictions(self) -> Iterator[tuple[int, int, str]]:
        """Tell, when all rows are read, which rows contradict an earlier one after all: (row, earlier row, name)."""
        for number, earlier, name in self._doubts:
            if not self._is_of_several(number) and not self._is_of_several(earlier):
                yield self._row_of[number], self._row_of[earlier], name

    def _is_of_several(self, number: int) -> bool:
        return number in self._coded_apart or self._code_of[number] in self._with_parts

    def meets_apart(self, row: int, said: Said, name: str, *, is_part: bool) -> Met | None:
        """Remember an entry whose code is decided afterwards: one of several of its row (`is_part`), or of a row with a printed
        number. What two rows say of one name because they were taken apart is kept where it is not the same."""
        number = self._remember(row, said)
        by_drug = self._alike.first(said[0], number)
        if is_part:
            self._apart.add(number)
        if by_drug is None:
            return None
        if is_part or by_drug in self._apart:
            return self._like_a_part(number, by_drug, said)
        return (
            ("same", self._row_of[by_drug])
            if self._matter_of[by_drug] == said[2]
            else self._doubted(number, by_drug, name)
        )

    def _remember(self, row: int, said: Said) -> int:
        number = len(self._row_of)
        self._row_of.append(row)
        self._all_of.append(said[1])
        self._matter_of.append(said[2])
        self._code_of.append(0)
        return number

    def _like_a_part(self, number: int, by_drug: int, said: Said) -> Met | None:
        earlier = by_drug if self._matter_of[by_drug] == said[2] else self._unlike.get(said[2])
        if earlier is not None:
            return "same", self._row_of[earlier]
        self._unlike[said[2]] = number
        return None

    def row_code(self, base: str, *, repeats: bool) -> str | int:
        """Take a code for the row remembered last; where it `repeats` (printed numbers start again), `10` is followed by `10R`,
        `10R2`. Returns the code, or the row that has it already."""
        number = len(self._row_of) - 1
        code = fitting(base, "")
        while (first := self._code_taken(number, code)) is not None:
            if not repeats:
                return self._row_of[first]
            time = self._again[base] = self._again.get(base, 0) + 1
            code = fitting(base, "R" if time == 1 else f"R{time}")
        return code

    def entry_code(self, row_code: str, nth: int, *, repeats: bool) -> str | int:
        """Take the code of an entry of the row: the row's own for the first, `.2`, `.3` … for the others."""
        return row_code if nth == 1 else self.row_code(fitting(row_code, f".{nth}"), repeats=repeats)

    def reused(self, row: int, national_code: str, base: int) -> int | None:
        """Remember which drug (`base`, a hash) a whole national code stands for; returns the row where it is another drug's."""
        first = self._national.first(hash(national_code), len(self._national_rows))
        if first is None:
            self._national_rows.append(row)
            self._national_bases.append(base)
            return None
        return self._national_rows[first] if self._national_bases[first] != base else None
