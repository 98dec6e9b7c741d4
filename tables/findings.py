"""What was found while a file is read: the first problems in full, all of them counted."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from tables.limits import Limits
from tables.problems import NO_TITLES, WARNINGS, Normalised, Problem, problem


class Issue(NamedTuple):
    """Something to be told about a cell, but for its row: a problem (`code`), or a normalisation (code '', `after`)."""

    code: str
    column: str
    value: str
    details: Mapping[str, Any]

    def at(self, row: int) -> Problem:
        """Make it a problem of that row."""
        return problem(self.code, row, self.column, self.value, **self.details)


class HasIssues(Protocol):
    """What a cell came to."""

    @property
    def issues(self) -> tuple[Issue, ...]: ...


# So many garbled cells are one fault of the whole file, and are mended by saving it anew, not cell by cell.
GARBLED_FILE = 5


class Findings:
    """What was found so far: the first problems in full, all of them counted.

    `titles` say what Chinese sentences call a column: set when the header was read.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.titles: Mapping[str, str] = NO_TITLES
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self.normalised: list[Normalised] = []
        self.error_count = self.warning_count = self.normalised_count = 0
        self._garbled: list[Problem] = []

    def report(self, found: Problem) -> None:
        """Keep a problem, and count it."""
        if not self._only_counted(found.code):
            (self.warnings if found.code in WARNINGS else self.errors).append(found)

    def add(self, code: str, row: int | None, column: str = "", value: object = "", **details: Any) -> None:
        """Make a problem and keep it, or only count it when enough were kept.

        Making a sentence costs more than finding the fault, and a file may have a million of them.
        """
        if not self._only_counted(code):
            found = problem(code, row, column, value, titles=self.titles, **details)
            (self.warnings if code in WARNINGS else self.errors).append(found)

    def _only_counted(self, code: str) -> bool:
        """Count a problem of this code, and tell whether enough of its kind were kept."""
        if code in WARNINGS:
            self.warning_count += 1
            return self.warning_count > self._limits.problems_kept
        self.error_count += 1
        return self.error_count > self._limits.problems_kept

    def tell(self, change: Normalised) -> None:
        """Keep a normalisation, and count it."""
        self.normalised_count += 1
        if len(self.normalised) < self._limits.normalised_kept:
            self.normalised.append(change)

    def issues(self, row: int, outcomes: Sequence[HasIssues]) -> None:
        """Report what the cells of a row have to tell."""
        issues = [issue for outcome in outcomes for issue in outcome.issues]
        # A totals row or a repeated header is one mistake, not one in every cell.
        for issue in next(([issue] for issue in issues if issue.code == "NOT_A_TABLE"), issues):
            if _is_garbled(issue):
                self._add_garbled(issue.at(row))
            elif issue.code:
                self.add(issue.code, row, issue.column, issue.value, **issue.details)
            else:
                self.tell(Normalised(row, issue.column, issue.value, str(issue.details["after"])))

    def _add_garbled(self, found: Problem) -> None:
        """Report a garbled cell; once there are many, all of them as one problem of the file."""
        if len(self._garbled) >= GARBLED_FILE:
            return
        self._garbled.append(found)
        if len(self._garbled) < GARBLED_FILE:
            self.report(found)
            return
        told = set(map(id, self._garbled))
        self.errors = [error for error in self.errors if id(error) not in told]
        self.error_count -= GARBLED_FILE - 1
        self.report(garbled_file([one.row for one in self._garbled if one.row]))


def garbled_file(rows: Sequence[int]) -> Problem:
    """Make the problem of a file of which cells in these rows, and perhaps in others, are garbled."""
    first = list(dict.fromkeys(rows))
    why = {
        "why_zh": f"第 {'、'.join(map(str, first))} 行等处的单元格是乱码。",
        "why_en": f"cells are garbled, in row {', '.join(map(str, first))} and perhaps others.",
    }
    return problem("BAD_ENCODING", first[0], "", "", **why)


def _is_garbled(issue: Issue) -> bool:
    """Tell whether a cell holds what other bytes became when they were read wrongly."""
    if issue.code == "CONTROL_CHARACTER":
        return "\ufffd" in issue.value or str(issue.details.get("characters", "")).startswith("U+FFFD")
    return issue.code == "BAD_ENCODING"
