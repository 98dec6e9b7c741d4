"""Mending the few wrong cells of a failed import on its page: a new import of the same table with these cells replaced (issue 12, Upload).

The file is written anew in the job, by a process of its own (catalog.importing.reread); here is only what is asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import services
from catalog.models import ImportProblem, ImportRun
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.jobs import services as jobs
from tables.problems import SHOWN_LENGTH

# More than these are mended in the workbook.
MOST = 50
# Wrong in one cell, which can be typed anew.
_OF_A_CELL = frozenset(
    "REQUIRED TOO_LONG BAD_DATE BAD_NUMBER OUT_OF_RANGE BAD_CODE BAD_CHOICE BAD_YES_NO CONTROL_CHARACTER DATE_ORDER AGE_ORDER"
    " CONFLICTING_ROWS SEVERAL_VALUES PERSONAL_DATA".split()
)
_BOTH = {"DATE_ORDER": ("effective_from", "effective_to"), "AGE_ORDER": ("age_min", "age_max")}
_ESCAPED = re.compile(r"\\u[0-9a-f]{4}")


class NothingMended(Refused):
    code = "nothing_mended"
    status = 400


class NotMendable(Refused):
    code = "not_mendable"


class NotFailed(Refused):
    code = "not_failed"


@dataclass(frozen=True, slots=True)
class WrongCell:
    """A cell to be mended: what stands there as far as it is kept (`written`), what the field begins with (`offered`), and its problems.

    `is_whole` is False where only the beginning of the text is kept: such a cell is left alone until something is typed.
    """

    row: int
    column: str
    written: str
    offered: str
    is_whole: bool
    problems: tuple[ImportProblem, ...]


def wrong_cells(run: ImportRun) -> list[WrongCell]:
    """Return the cells whose mending may make a failed import whole, by row; none where something else is wrong too, or too much."""
    if run.error_count > MOST or not services.is_file_kept(run) or not run.error_count:
        return []
    letters = {read["column"]: read.get("letter", "") for read in run.columns_read}
    found: dict[tuple[int, str], list[tuple[str, ImportProblem]]] = {}
    for problem in run.problems.filter(severity="error").order_by("row", "id"):
        columns = _BOTH.get(problem.code, (problem.column,))
        values = problem.value.split(" > ") if problem.code in _BOTH else [problem.value]
        if problem.code not in _OF_A_CELL or problem.row is None or len(values) != len(columns):
            return []
        for column, value in zip(columns, values, strict=True):
            # Two columns of one cell (a period) are not told apart here.
            if not letters.get(column) or list(letters.values()).count(letters[column]) > 1:
                return []
            found.setdefault((problem.row, column), []).append((value, problem))
    return [_cell(row, column, said) for (row, column), said in sorted(found.items())]


def _cell(row: int, column: str, said: list[tuple[str, ImportProblem]]) -> WrongCell:
    written, first = said[0]
    is_masked = first.code == "PERSONAL_DATA"
    is_whole = not is_masked and not (written.endswith("…") and len(written) >= SHOWN_LENGTH)
    offered = _ESCAPED.sub("", written) if first.code == "CONTROL_CHARACTER" else written
    return WrongCell(row, column, written, offered if is_whole else "", is_whole, tuple(one for _, one in said))


@transaction.atomic
def mend_import(*, run: ImportRun, cells: Mapping[tuple[int, str], str], by: str) -> ImportRun:
    """Queue an import of a failed file with some cells replaced: (row, column) → what is to stand there; the other options are the same.

    Raises NotFailed, NotMendable for a cell that is none of `wrong_cells`, NothingMended where every cell is left as it is.
    """
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.outcome != ImportRun.Outcome.FAILED or not services.is_file_kept(run):
        raise NotFailed(_("Only a failed import whose file is kept can be mended."))
    wrong = {(cell.row, cell.column): cell for cell in wrong_cells(run)}
    if cells.keys() - wrong.keys():
        raise NotMendable(_("This cell cannot be mended here; download your rows and mend them there."))
    changed = [
        {"row": row, "column": column, "before": cell.written, "after": cells[row, column]}
        for (row, column), cell in wrong.items()
        if (row, column) in cells and cells[row, column] != (cell.written if cell.is_whole else "")
    ]
    if not changed:
        raise NothingMended(_("No cell was changed."))
    mended = ImportRun.objects.create(
        **{name: getattr(run, name) for name in _KEPT},
        file_path="",
        file_size=0,
        sha256="",
        mended_from=run,
        mending=changed,
        created_by=by,
        editors=sorted({*run.editors, by}) if run.staged else [],
    )
    key = f"catalog:{run.catalog_id}" if run.catalog_id else "drugs"
    mended.job = jobs.enqueue(kind=services.IMPORT_JOB, subject=str(mended.pk), exclusive_key=key)
    mended.save(update_fields=["job"])
    run.acknowledged_by, run.acknowledged_at = by, timezone.now()
    run.save(update_fields=["acknowledged_by", "acknowledged_at"])
    after = {"file": run.file_name, "label": run.label, "mended_from": str(run.pk), "cells": changed}
    record(Deed.IMPORT_MENDED, by=by, what=mended, name=mended.called, after=after)
    return mended


_KEPT = (
    "kind catalog label effective_from effective_to note names complete_for sheet header_row mapping expected_counts replace suggest_codings staged"
    " file_name"
).split()
