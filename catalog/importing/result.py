"""What a check is told and what it answers: the only things that pass between the checking process and its caller."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog.importing.problems import Normalised, Problem, problem_from_dict

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask for. What is above is refused with a named problem, never tried.

    `unpacked_bytes` is what an XLSX may unpack to (spec csv.md: 200 MB); `memory_bytes`, `cpu_seconds` and
    `wall_seconds` bound the checking process itself, so that a file nobody thought of cannot harm the service.
    """

    file_bytes: int = 512 * MIB
    unpacked_bytes: int = 200_000_000
    compression_ratio: int = 200
    archive_entries: int = 200
    rows: int = 1_000_000
    columns: int = 500
    problems_kept: int = 10_000
    normalised_kept: int = 1_000
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 600
    wall_seconds: int = 900


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the rows are checked against.

    `dosage_forms` are the rows (form, group, same_as) of the dosage-form table; `marks` maps every accepted way of
    writing a mark, lower-case, to its code (None: the vocabulary of spec csv.md). `before_each` stands before every
    line of the blocks: the fields, each ended by a tab, that whoever loads them puts first.
    """

    dosage_forms: tuple[tuple[str, str, str], ...] = ()
    marks: Mapping[str, str] | None = None
    before_each: str = ""
    limits: Limits = field(default_factory=Limits)

    def as_dict(self) -> dict[str, Any]:
        """The options as plain data, for JSON."""
        return asdict(self)


def options_from_dict(data: Mapping[str, Any]) -> CheckOptions:
    """The options again from what `as_dict` gave."""
    forms = tuple((form, group, same_as) for form, group, same_as in data["dosage_forms"])
    return CheckOptions(
        dosage_forms=forms, marks=data["marks"], before_each=data["before_each"], limits=Limits(**data["limits"])
    )


@dataclass(frozen=True, slots=True)
class Block:
    """Some checked rows in PostgreSQL's COPY text format, columns as in `copy_columns(kind)` behind
    `CheckOptions.before_each`; write `data` as it is."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is. `done` and `total` count bytes of the file, `rows` the rows read so far; phase is `gate`
    or `check`."""

    phase: str
    done: int
    total: int
    rows: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found in a file. Nothing of it may be kept when `error_count` is not 0: blocks sent before are then
    void.

    `rows` counts the data rows read, `kept` those sent (rows minus duplicates). `errors` and `warnings` hold the first
    `Limits.problems_kept` in file order; the counts count all.
    """

    kind: str
    sha256: str
    size: int
    file_format: str = ""
    encoding: str = ""
    columns: tuple[str, ...] = ()
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
        data["columns"] = list(self.columns)
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
        errors=tuple(problem_from_dict(found) for found in data["errors"]),
        warnings=tuple(problem_from_dict(found) for found in data["warnings"]),
        normalised=tuple(Normalised(**found) for found in data["normalised"]),
    )
