"""What a check is told and what it answers: the only things that pass between the checking process and its caller."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog.importing.columns import usual_names
from tables.limits import Limits
from tables.problems import Normalised, Problem, problem_from_dict


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the rows are checked against.

    `dosage_forms` are the rows (form, group, same_as) of the dosage-form table; `marks` maps every accepted way of
    writing a mark, lower-case, to its code (None: the vocabulary of spec csv.md). `before_each` stands before every
    line of the blocks: the fields, each ended by a tab, that whoever loads them puts first.

    How the file is to be read: `names` `printed` or `plain` ('': as usual for the kind of list); `sheet` by its name ('':
    the first that holds a table); `header_row` as the sheet or file counts rows (None: looked for); `mapping` from the
    file's own headers to columns.
    """

    dosage_forms: tuple[tuple[str, str, str], ...] = ()
    marks: Mapping[str, str] | None = None
    before_each: str = ""
    names: str = ""
    sheet: str = ""
    header_row: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def reads_printed(self, kind: str) -> bool:
        """Whether names are read as a list prints them."""
        return (self.names or usual_names(kind)) == "printed"

    def as_dict(self) -> dict[str, Any]:
        """The options as plain data, for JSON."""
        return asdict(self)


def options_from_dict(data: Mapping[str, Any]) -> CheckOptions:
    """The options again from what `as_dict` gave."""
    forms = tuple((form, group, same_as) for form, group, same_as in data["dosage_forms"])
    return CheckOptions(**{**data, "dosage_forms": forms, "limits": Limits(**data["limits"])})


@dataclass(frozen=True, slots=True)
class Block:
    """Some checked rows in PostgreSQL's COPY text format, columns as in `copy_columns(kind)` behind
    `CheckOptions.before_each`; write `data` as it is."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found in a file. Nothing of it may be kept when `error_count` is not 0: blocks sent before are then
    void.

    `columns` are those found, in the file's order, `headers` what the file calls them, `places` the cells they stand in (0: the first).
    `rows` counts the data rows read, `kept` those sent (rows minus duplicates). `errors` and `warnings` hold the first
    `Limits.problems_kept` in file order; the counts count all.
    """

    kind: str
    sha256: str
    size: int
    file_format: str = ""
    encoding: str = ""
    columns: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    rows: int = 0
    kept: int = 0
    error_count: int = 0
    warning_count: int = 0
    normalised_count: int = 0
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    normalised: tuple[Normalised, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the rows may be kept."""
        return self.error_count == 0

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, for JSON."""
        data = {name: getattr(self, name) for name in _PLAIN}
        data["columns"], data["headers"], data["places"] = list(self.columns), list(self.headers), list(self.places)
        for name in ("errors", "warnings", "normalised"):
            data[name] = [found.as_dict() for found in getattr(self, name)]
        return data


_PLAIN = (
    "kind",
    "sha256",
    "size",
    "file_format",
    "encoding",
    "rows",
    "kept",
    "error_count",
    "warning_count",
    "normalised_count",
)


def result_from_dict(data: Mapping[str, Any]) -> CheckResult:
    """The result again from what `as_dict` gave."""
    plain = {name: data[name] for name in _PLAIN}
    return CheckResult(
        **plain,
        columns=tuple(data["columns"]),
        headers=tuple(data["headers"]),
        places=tuple(data["places"]),
        errors=tuple(problem_from_dict(found) for found in data["errors"]),
        warnings=tuple(problem_from_dict(found) for found in data["warnings"]),
        normalised=tuple(Normalised(**found) for found in data["normalised"]),
    )
