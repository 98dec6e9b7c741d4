"""What was wrong in a file, for people: columns as the file calls them, kinds of problems in words, filtered and sorted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog import reference
from catalog.importing.export import TITLES, readings
from catalog.mending import WrongCell
from catalog.models import ImportProblem, ImportRun
from common import icd10
from common.labels import reader_language
from desk.frame import paged
from desk.words import field_label

SORTS = {"row": ("row", "id"), "column": ("column", "row", "id"), "kind": ("code", "row", "id")}


def kind_words() -> dict[str, str]:
    """Return what each kind of problem is called; the code itself is for machines."""
    return {
        "EMPTY_FILE": _("no data"),
        "NOT_A_TABLE": _("no table"),
        "BAD_ENCODING": _("encoding"),
        "TOO_LARGE": _("too large"),
        "TOO_MANY_ROWS": _("too many rows"),
        "MISSING_COLUMN": _("column missing"),
        "DUPLICATE_COLUMN": _("column twice"),
        "UNKNOWN_COLUMN": _("column not read"),
        "RAGGED_ROW": _("cells do not fit the header"),
        "REQUIRED": _("required"),
        "TOO_LONG": _("too long"),
        "BAD_DATE": _("bad date"),
        "BAD_NUMBER": _("bad number"),
        "OUT_OF_RANGE": _("out of range"),
        "BAD_CODE": _("bad code or cell"),
        "BAD_CHOICE": _("not a choice"),
        "BAD_YES_NO": _("yes or no"),
        "CONTROL_CHARACTER": _("character not allowed"),
        "DATE_ORDER": _("order of days"),
        "AGE_ORDER": _("order of ages"),
        "DUPLICATE_ROW": _("row twice"),
        "CONFLICTING_ROWS": _("contradicting rows"),
        "NO_SELECTOR": _("selects nothing"),
        "PERSONAL_DATA": _("personal data"),
        "UNUSUAL_APPROVAL_NO": _("unusual approval number"),
        "UNUSUAL_DISEASE": _("unusual disease code"),
        "UNCODED": _("not coded"),
        "NAME_NOT_READ": _("name not read"),
        "STACKED_NAME": _("several names"),
        "NOT_AN_ENTRY": _("no entry"),
        "UNKNOWN_FORM": _("unknown dosage form"),
        "SHEETS_NOT_READ": _("sheets not read"),
        "HIDDEN_ROWS": _("hidden rows"),
        "FORMULA_RESULT": _("results of formulas"),
        "SEVERAL_VALUES": _("several values"),
        "REUSED_CODE": _("code used twice"),
        "LABEL_TAKEN": _("label taken"),
    }


class ColumnNames:
    """What the columns of an import's file are called on its page: as the file does, with the letter of the column."""

    def __init__(self, run: ImportRun) -> None:
        self._read = {read["column"]: read for read in run.columns_read}

    def of(self, column: str) -> str:
        """Return a column's own header and letter; one that the file has not by its title."""
        if not column:
            return ""
        read = self._read.get(column)
        if read is None:
            if column == "header_row":
                return _("Header row")
            if column == "sheet":
                return _("Sheet")
            return names_of(column)
        if not read.get("letter"):
            return str(read["header"])
        return _("%(header)s (column %(letter)s)") % read


def told(problem: ImportProblem) -> str:
    """Return a problem's sentence in the reader's language."""
    return problem.message_en if reader_language() == "en" else problem.message_zh


def _disease_names_in(problem: ImportProblem) -> str:
    """Return the ICD-10 codes in a problem's value with their names, where any of them has one."""
    if problem.column != "icd10":
        return ""
    names = reference.disease_names()
    codes = [code for code in icd10.split(problem.value) if names.of(code)]
    return names.list_shown(codes)


def problems_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Return an import's errors and warnings as the query asks for them (`kind`, `column`, `sort`), each a page, and what can be asked for."""
    names, words = ColumnNames(run), kind_words()
    counted = run.problems.order_by().values("code", "column").annotate(count=Count("id"))
    counts = list(counted)
    kinds = sorted({one["code"] for one in counts}, key=lambda code: words.get(code, code))
    columns = sorted({one["column"] for one in counts if one["column"]})
    kind = request.GET.get("kind", "")
    column = request.GET.get("column", "")
    sort = request.GET.get("sort", "")
    found = run.problems.all()
    if kind in kinds:
        found = found.filter(code=kind)
    if column in columns:
        found = found.filter(column=column)
    found = found.order_by(*SORTS.get(sort, ("id",)))
    pages = {f"{severity}s": _page(request, found, severity, names, words) for severity in ("error", "warning")}
    return {
        **pages,
        "kinds": [(code, words.get(code, code)) for code in kinds],
        "columns": [(name, names.of(name)) for name in columns],
        "kind": kind,
        "column": column,
        "sort": sort,
        "sorts": [("", _("as found")), ("row", _("by row")), ("column", _("by column")), ("kind", _("by kind"))],
        "columns_read": [
            (read["header"], read.get("letter", ""), names_of(read["column"])) for read in run.columns_read
        ],
    }


def names_of(column: str) -> str:
    """Return a column's title in the reader's language."""
    return field_label(column) if reader_language() == "en" else TITLES.get(column, column)


def _page(
    request: HttpRequest, found: QuerySet[ImportProblem], severity: str, names: ColumnNames, words: dict[str, str]
) -> Any:
    page = paged(request, found.filter(severity=severity), f"{severity}s")
    for problem in page:
        problem.told = told(problem)
        problem.place = names.of(problem.column)
        problem.kind = words.get(problem.code, problem.code)
        problem.names = _disease_names_in(problem)
    return page


def problem_rows(run: ImportRun) -> Iterator[list[str]]:
    """Yield an import's problems, then what was read otherwise than written and which header went to which column, as rows of a table."""
    words = {"normalised": _("read otherwise"), "column": _("column read")}
    names = ColumnNames(run)
    message = "message_en" if reader_language() == "en" else "message_zh"
    for problem in run.problems.order_by("severity", "id").iterator(chunk_size=2000):
        place = str(problem.row or ""), names.of(problem.column)
        yield [str(problem.get_severity_display()), *place, problem.value, problem.code, told(problem)]
    for read in readings(run.normalised, run.columns_read):
        yield [
            words[read["severity"]],
            str(read["row"] or ""),
            names.of(read["column"]),
            read["value"],
            "",
            read[message],
        ]


def mend_rows(run: ImportRun, cells: Sequence[WrongCell], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the wrong cells of a failed import as rows of a form: where each stands, what is wrong, and what its field holds."""
    names, shown = ColumnNames(run), []
    for cell in cells:
        field = f"cell-{cell.row}-{cell.column}"
        shown.append(
            {
                "cell": cell,
                "field": field,
                "place": names.of(cell.column),
                "value": typed.get(field, cell.offered),
                "told": list(dict.fromkeys(told(problem) for problem in cell.problems)),
            }
        )
    return shown
