"""A whole file against its rules, in one pass: every problem is found, and the good rows come out ready for COPY
(spec csv.md)."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.importing.class_headings import headings_of
from catalog.importing.column_check import ColumnCheck, Outcome, empty_copy
from catalog.importing.columns import (
    DRUGS,
    PART,
    PART_HEADERS,
    header_names,
    table_of,
    titles_of,
)
from catalog.importing.duplicate_rows import Earlier, Met, Said
from catalog.importing.entry_codes import derived_code, is_part_code
from catalog.importing.pinyin import search_fields
from catalog.importing.printed_numbers import printed_number
from catalog.importing.result import Block, CheckOptions, CheckResult
from catalog.importing.row_rules import rules_of
from catalog.importing.split_rows import Part, RowsApart
from common.text import approval_key, norm
from tables.cells import WHITE, Cell, narrow
from tables.column_reader import REMEMBERED, WRONG
from tables.columns import Column
from tables.file_format import sha256_of
from tables.findings import Findings
from tables.header import Header, Placed, read_header
from tables.limits import Progress
from tables.non_entries import NonEntries
from tables.problems import Normalised, Problem, shown
from tables.read import Table
from tables.refusal import Refusal
from tables.row_width import regular_rows

BATCH_ROWS = 250  # as many as the processor's cache holds the fragments of
PROGRESS_ROWS = 2000

_REMARKS = frozenset({"note", "source"})
_WHOLE_ROW = Part(1, 1)


def check(path: Path, kind: str, options: CheckOptions | None = None) -> Generator[Block | Progress | CheckResult]:
    """Check the file in this process: the same messages as `check_in_child`, without its guard. For the
    child, files of our own and tests."""
    options = options or CheckOptions()
    findings = Findings(options.limits)
    size = path.stat().st_size
    yield Progress("gate", 0, size, 0)
    run = _Run(path, kind, options, findings)
    try:
        yield from run.blocks()
    except Refusal as refusal:
        findings.report(refusal.problem)
    finally:
        run.close()
    yield CheckResult(
        kind=kind,
        sha256=sha256_of(path),
        size=size,
        file_format=run.file_format,
        encoding=run.encoding,
        columns=run.columns,
        headers=run.headers,
        places=run.places,
        rows=run.rows,
        kept=run.kept,
        error_count=findings.error_count,
        warning_count=findings.warning_count,
        normalised_count=findings.normalised_count,
        errors=tuple(sorted(findings.errors, key=_place)),
        warnings=tuple(sorted(findings.warnings, key=_place)),
        normalised=tuple(sorted(findings.normalised, key=_place)),
    )


def check_rows(
    rows: Sequence[tuple[int, Sequence[Cell]]], kind: str, options: CheckOptions, forms: DosageForms
) -> tuple[dict[int, str], Findings]:
    """Check rows that come from no file, by every rule of a file's rows: their COPY lines by number, and what was found.

    A row is a number and the cells of all columns in the order of `table_of(kind)`. `forms` is the table of dosage forms. A row that says nothing,
    or what an earlier one says, has no line; where anything is an error the lines are worth nothing.
    """
    table = table_of(kind)
    placed = tuple(Placed(column, place, column.name) for place, column in enumerate(table))
    findings = Findings(options.limits)
    findings.titles = titles_of(kind)
    sheet = _Sheet(Header(placed, len(table), ()), kind, options, forms, findings, 0)
    lines: dict[int, str] = {}
    for start in range(0, len(rows), BATCH_ROWS):
        batch = [(row, list(cells)) for row, cells in rows[start : start + BATCH_ROWS]]
        lines |= {int(line.rpartition("\t")[2]): line for line in sheet.lines(batch, start + len(batch))}
    sheet.contradictions()
    return lines, findings


def _place(found: Problem | Normalised) -> int:
    return found.row or 0


class _Run:
    """One pass over one file."""

    def __init__(self, path: Path, kind: str, options: CheckOptions, findings: Findings) -> None:
        self._path = path
        self._kind = kind
        self._limits = options.limits
        self._options = options
        self._findings = findings
        self._table: Table | None = None
        self.file_format = self.encoding = ""
        self.columns: tuple[str, ...] = ()
        self.headers: tuple[str, ...] = ()
        self.places: tuple[int, ...] = ()
        self.rows = self.kept = 0

    def close(self) -> None:
        if self._table:
            self._table.close()

    def blocks(self) -> Iterator[Block | Progress]:
        findings, kind = self._findings, self._kind
        extra = {PART: PART_HEADERS} if self._options.reads_printed(kind) and kind != DRUGS else {}
        names = header_names(kind, self._options.mapping, extra)
        table = self._table = Table(
            self._path,
            self._limits,
            names,
            findings.report,
            findings.tell,
            sheet=self._options.sheet,
            header_row=self._options.header_row,
        )
        self.file_format, self.encoding = table.file_format, table.encoding
        header = read_header(table.header, table.header_row, names, findings.report, findings.tell)
        if header is None:
            return
        self.columns = (*(placed.column.name for placed in header.placed), *header.extra)
        self.headers = (
            *(placed.header for placed in header.placed),
            *(header.cells[at] for at in header.extra.values()),
        )
        self.places = (*map(header.cell_of, header.placed), *header.extra.values())
        findings.titles = titles_of(kind) | header.titles()
        forms = DosageForms(FormRow(*row) for row in self._options.dosage_forms)
        sheet = _Sheet(header, kind, self._options, forms, findings, table.size if table.file_format == "csv" else 0)
        rows = regular_rows(table, header, findings, NonEntries(header, names, headings_of(kind, header, table.sample)))
        while batch := list(islice(rows, min(BATCH_ROWS, self._limits.rows - self.rows))):
            self.rows += len(batch)
            lines = sheet.lines(batch, self.rows)
            self.kept += len(lines)
            # After an error nothing will be kept, so nothing more need be sent.
            if lines and not findings.error_count:
                yield Block("".join(lines).encode(), len(lines))
            if self.rows % PROGRESS_ROWS == 0:
                if norm.cache_info().currsize > REMEMBERED:
                    norm.cache_clear()  # meant for a service's life; here the columns remember
                yield Progress("check", table.position, table.size, self.rows)
        sheet.contradictions()
        if self.rows == self._limits.rows and (surplus := next(rows, None)):
            findings.add("TOO_MANY_ROWS", surplus[0], limit=self._limits.rows)
        self.rows -= sheet.blank
        yield Progress("check", table.size, table.size, self.rows)
        if self.rows == 0 and not findings.error_count:
            findings.add("EMPTY_FILE", None)


class _Sheet:
    """Makes COPY lines of rows: the columns' outcomes, the rules across columns and across rows."""

    def __init__(
        self,
        header: Header,
        kind: str,
        options: CheckOptions,
        forms: DosageForms,
        findings: Findings,
        size: int,
    ) -> None:
        self._findings = findings
        self._kind = kind
        self._width = header.width + 2 * len(header.periods)
        self.blank = 0
        placed = {place.column.name: place for place in header.placed}
        self._derives_codes = kind != DRUGS and "entry_code" not in placed
        if self._derives_codes:
            code = next(column for column in table_of(kind) if column.name == "entry_code")
            placed["entry_code"] = Placed(code, self._width, "entry_code")
        self._forms = forms
        lacking, self._checks = _plan(table_of(kind), placed, kind, options, forms)
        self._prefix = options.before_each + lacking
        self._place = {check.column.name: place for place, check in enumerate(self._checks)}
        self._compared = [place for place, check in enumerate(self._checks) if check.column.alike]
        self._others = [place for place, check in enumerate(self._checks) if not check.column.alike]
        self._file_order = sorted(range(len(self._checks)), key=lambda place: self._checks[place].index)
        self._rules = rules_of(kind, self._place)
        expected = min(size // 60, options.limits.rows) or 1 << 12
        self._earlier = Earlier(expected)
        self._national_at = (
            self._place.get("national_code") if kind != DRUGS and "generic_name" in self._place else None
        )
        self._name_at = self._place.get("generic_name")
        self._brand_at = self._place.get("brand_name")
        self._code_at = self._place.get("entry_code")
        printed = kind != DRUGS and options.reads_printed(kind)
        self._numbers = printed and not self._derives_codes
        self._part_at = header.extra.get(PART) if printed else None
        # Remarks tell entries apart only where nothing is taken apart.
        self._matters = [
            at
            for at, place in enumerate(self._others)
            if not printed or self._checks[place].column.name not in _REMARKS
        ]
        places = {name: place.index for name, place in placed.items()}
        self._apart = RowsApart(kind, printed, places, forms, findings)

    def lines(self, batch: Sequence[tuple[int, list[Cell]]], rows: int) -> list[str]:
        """Return the COPY lines of a batch of rows, without those that are blank, faulty or said before.

        `rows` is how many rows were read with them. The work is done column by column, since what a row of Python costs
        is mostly the steps from cell to cell.
        """
        batch, parts = self._apart.entries(batch)
        numbers, cells = zip(*batch, strict=True)
        columns: list[Sequence[Cell]] = list(zip(*cells, strict=True))
        if self._derives_codes:
            columns.append(("",) * len(batch))
        outcomes = [check.outcomes(columns[check.index], rows) for check in self._checks]
        copies, jsons, alikes, rests, values, issues = zip(*(zip(*made, strict=True) for made in outcomes), strict=True)
        has_issues = any(any(column) for column in issues)
        said = list(_by_row([rests[other] for other in self._others], len(batch)))
        identities = (
            list(map(hash, _by_row([alikes[compared] for compared in self._compared], len(batch))))
            if self._kind != DRUGS
            else list(map(self._product_identity, said, zip(*values, strict=True)))
        )
        lines = []
        every = list(map(hash, zip(identities, said, strict=True)))
        matter = every if len(self._matters) == len(self._others) else self._matter(identities, said)
        for place, (row, copied, json, identity, everything, matters, value) in enumerate(
            zip(
                numbers,
                map("".join, zip(*copies, strict=True)),
                map("".join, zip(*jsons, strict=True)),
                identities,
                every,
                matter,
                zip(*values, strict=True),
                strict=True,
            )
        ):
            is_wrong = has_issues and WRONG in value
            if not json and not is_wrong:
                self.blank += 1
                continue
            code = value[self._code_at] if self._code_at is not None else None
            part = parts.get(place) if parts else None
            if part is None and self._numbers and code is not None and not is_wrong and printed_number(code):
                part = _WHOLE_ROW
            if part is None and self._code_at is not None and code is None:
                code, copied, json = self._with_code([made[place] for made in outcomes])
            if has_issues and any(column[place] for column in issues):
                self._tell_issues(row, part, [outcomes[check][place] for check in self._file_order])
            if part is None or part.nth == 1:
                for rule in self._rules:
                    rule(row, value, self._findings.add)
            if is_wrong:
                continue
            about = (identity, everything, matters)
            name = value[self._name_at] if self._name_at is not None else None
            if part is not None:
                code = self._code_apart(row, part, self._label(columns, place), outcomes, place, about)
                if code is None:
                    continue
                copied, json = self._coded([made[place] for made in outcomes], code)
                self._tell_number(row, part, columns, place, code)
            elif self._said_before(row, code, about, value, name or ""):
                continue
            if self._national_at is not None and not is_part_code(code) and (part is None or part.nth == 1):
                self._tell_reused(row, value[self._national_at], copies, place)
            row_hash = sha256(f"{{{json[:-1]}}}".encode()).hexdigest()
            brand = value[self._brand_at] if self._brand_at is not None else None
            sound = search_fields(name or "", brand or "")
            lines.append(f"{self._prefix}{copied}{sound}\t\\\\x{row_hash}\t{row}\n")
        return lines

    def _matter(self, identities: Sequence[int], said: Sequence[Sequence[str]]) -> list[int]:
        """What entries say but for notes and sources, hashed."""
        return [hash((one, *(rest[at] for at in self._matters))) for one, rest in zip(identities, said, strict=True)]

    def _tell_issues(self, row: int, part: Part | None, outcomes: Sequence[Outcome]) -> None:
        """Report what the cells of an entry have to tell; what the first entry of a row told is not told again by the others."""
        if part is None or part.nth == 1:
            self._told = [issue for outcome in outcomes for issue in outcome.issues] if part and part.of > 1 else []
        else:
            outcomes = [
                outcome._replace(issues=tuple(i for i in outcome.issues if i not in self._told)) for outcome in outcomes
            ]
        self._findings.issues(row, outcomes)

    def _name(self, values: Sequence[Any]) -> str:
        return (values[self._name_at] or "") if self._name_at is not None else ""

    def _label(self, columns: Sequence[Sequence[Cell]], place: int) -> str:
        """The part of the list that a row stands in, where a column names it."""
        if self._part_at is None:
            return ""
        cell = columns[self._part_at][place]
        return narrow(cell if isinstance(cell, str) else cell.shown or cell.text).strip(WHITE)

    def _tell_number(self, row: int, part: Part, columns: Sequence[Sequence[Cell]], place: int, code: str) -> None:
        """Tell what a printed number became."""
        if part.nth > 1 or not self._numbers or self._code_at is None:
            return
        cell = columns[self._checks[self._code_at].index][place]
        written = (cell if isinstance(cell, str) else cell.shown or cell.text).strip(WHITE)
        if written and written != code:
            self._findings.tell(Normalised(row, "entry_code", shown(written), shown(code)))

    def _tell_reused(self, row: int, code: str | None, copies: Sequence[Sequence[str]], place: int) -> None:
        """Warn where a whole national code stood for another drug before."""
        if code is None or len(code) < 20 or self._name_at is None:
            return
        base = copies[self._name_at][place].split("\t", 2)[1]
        if base and (other := self._earlier.reused(row, code, hash(base))):
            self._findings.add("REUSED_CODE", row, "national_code", code, other=other)

    def _coded(self, outcomes: Sequence[Outcome], code: str) -> tuple[str, str]:
        """An entry's fragments with a code in the place of the one it has or lacks."""
        at = self._place["entry_code"]
        made = [*outcomes]
        made[at] = self._checks[at].of_value(code)
        return "".join(one.copy for one in made), "".join(one.json for one in made)

    def _with_code(self, outcomes: Sequence[Outcome]) -> tuple[str, str, str]:
        """The code derived from what a row says, and the row's fragments with it in the place of the one it lacks."""
        code = derived_code(self._checks, outcomes)
        return code, *self._coded(outcomes, code)

    def _product_identity(self, rests: Sequence[str], values: Sequence[Any]) -> int:
        """What makes two rows of the drug master one product: the code, else approval number, strength and pack of one
        drug; a row with neither number is alike only with itself. One approval number for two drugs is for recognition
        to call ambiguous (eligibility 3)."""

        def value(name: str) -> Any:
            place = self._place.get(name)
            return values[place] if place is not None else None

        if code := value("national_code"):
            return hash(("code", code))
        if approval := value("approval_no"):
            drug = self._forms.base_name(value("generic_name")).name if isinstance(value("generic_name"), str) else ""
            return hash(("approval", approval_key(approval), value("strength"), value("pack"), drug))
        return hash(rests)

    def _product_number(self, values: Sequence[Any]) -> tuple[str, str]:
        """The column and the number by which the drug master knows the product."""
        for name in ("national_code", "approval_no"):
            place = self._place.get(name)
            if place is not None and values[place]:
                return name, values[place]
        return "generic_name", values[self._place["generic_name"]]

    def _said_before(self, row: int, code: str | None, said: Said, values: Sequence[Any], name: str) -> bool:
        """Whether an earlier row says the same, or contradicts this one; either is reported."""
        is_given = self._code_at is not None and values[self._code_at] is not None
        met = self._earlier.meets(row, code, is_given, said, name)
        if met is not None:
            self._tell_met(row, met, code if is_given else "", values)
        return met is not None

    def _tell_met(self, row: int, met: Met, code: str | None, values: Sequence[Any], *, is_part: bool = False) -> None:
        """Report how an earlier row speaks of the same; `code` is the one the file gives. Of a part only what matters was compared."""
        how, other = met
        if how == "same" and is_part and self._name_at is not None:
            name = self._name(values)
            quoted = {"who_zh": f"“{shown(name, 40)}”", "who_en": f"“{shown(name, 40)}”", **SAME_BUT_REMARKS}
            self._findings.add("DUPLICATE_ROW", row, "generic_name", name, other=other, **quoted)
            return
        if how == "same":
            self._findings.add("DUPLICATE_ROW", row, "entry_code" if code else "", code, other=other)
            return
        if how == "code":
            same = SAME_CODE
            column, value = "entry_code", code
        elif self._kind == DRUGS:
            same = {"same_zh": "是同一药品品规", "same_en": "are the same drug product"}
            column, value = self._product_number(values)
        else:
            same = SAME_DRUG
            column, value = "generic_name", self._name(values)
        self._findings.add("CONFLICTING_ROWS", row, column, value or "", other=other, **same)

    def contradictions(self) -> None:
        """Report what could be told only when all rows were read: what is said of one drug twice, and not the same."""
        for row, other, name in self._earlier.contradictions():
            self._findings.add("CONFLICTING_ROWS", row, "generic_name", name, other=other, **SAME_DRUG)

    def _code_apart(
        self, row: int, part: Part, label: str, outcomes: Sequence[Sequence[Outcome]], place: int, said: Said
    ) -> str | None:
        """The code of an entry of a row that was taken apart, or that has a printed number; None where nothing of it is kept."""
        values = [made[place].value for made in outcomes]
        given = values[self._code_at] if self._code_at is not None else None
        if part.nth == 1:
            self._row_code: str | int | None = None
        met = self._earlier.meets_apart(row, said, self._name(values), is_part=part.of > 1)
        if met is not None:
            self._tell_met(row, met, "", values, is_part=True)
            return None
        repeats = given is None or printed_number(given) is not None
        if self._row_code is None:
            beside = range(place - part.nth + 1, place - part.nth + 1 + part.of)
            base = given or derived_code(
                self._checks, [made[beside[0]] for made in outcomes], self._told_beside(outcomes, beside[1:])
            )
            self._row_code = self._earlier.row_code(
                f"{label}-{base}" if label and given and repeats else base, repeats=repeats
            )
            if isinstance(self._row_code, int):
                self._tell_met(row, ("code", self._row_code), given, values)
        if isinstance(self._row_code, int):
            return None
        code = self._earlier.entry_code(self._row_code, part.nth, repeats=repeats)
        if isinstance(code, int):
            self._tell_met(row, ("code", code), f"{self._row_code}.{part.nth}", values)
            return None
        return code

    def _told_beside(self, outcomes: Sequence[Sequence[Outcome]], places: range) -> str:
        """What the other entries of a row add to what its code is derived from: two rows may begin with one name."""
        own = [self._place[name] for name in ("generic_name", "dosage_form") if name in self._place]
        return "".join(outcomes[check][place].alike for place in places for check in own)


SAME_BUT_REMARKS = {"alike_zh": "的同名条目相同（说明和来源除外）", "alike_en": ", but for note and source"}
SAME_DRUG = {"same_zh": "的药品、编码限定和文字相同", "same_en": "name the same drug with the same restrictions"}
SAME_CODE = {
    "same_zh": "的条目编码相同",
    "same_en": "have the same entry_code",
    "mend_zh": "请改正编码；该列如只是表中的序号，请不要上传该列，系统会自行编码。",
    "mend_en": "Correct the codes; where the column only numbers the lines of a page, leave it out: codes are then made.",
}


def _by_row(columns: Sequence[Sequence[str]], rows: int) -> Iterable[tuple[str, ...]]:
    """Columns as rows; without a column, as many empty rows."""
    return zip(*columns, strict=True) if columns else repeat((), rows)


def _plan(
    table: Sequence[Column],
    placed: dict[str, Placed],
    kind: str,
    options: CheckOptions,
    forms: DosageForms,
) -> tuple[str, list[ColumnCheck]]:
    """The columns of the file in the order of COPY, those it lacks folded into their neighbours; and what stands
    before the first."""
    prefix = ""
    checks: list[ColumnCheck] = []
    for column in sorted(table, key=lambda column: column.name):
        if column.name in placed:
            checks.append(ColumnCheck(placed[column.name], kind, options, forms))
        elif checks:
            checks[-1].tail += empty_copy(column) + "\t"
        else:
            prefix += empty_copy(column) + "\t"
    for made in checks:
        made.forget()
    return prefix, checks
