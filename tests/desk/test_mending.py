"""A failed import told as its file says, mended on its page, taken note of. Alice uploads, Bob mends."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from catalog import mending, services
from catalog.importing.columns import header_names
from catalog.importing.reread import Mended, mended, mended_in_child, rows, rows_in_child
from catalog.importing.result import CheckOptions
from catalog.models import Catalog, ImportRun
from common.audit.models import Record
from common.jobs import services as jobs
from tables.findings import Findings
from tables.header import read_header
from tables.header import text_of as said_in
from tables.limits import Limits
from tables.non_entries import NonEntries
from tables.read import Table
from tables.row_width import regular_rows
from tests.conftest import imported
from tests.desk.test_catalogs import curator, page, text_of
from tests.files import kept_path, saved

pytestmark = pytest.mark.django_db

BAD = "某某目录,,\n\n通用名,备注,生效日期\n奥希替尼片,一,2026-13-01\n伏美替尼片,二,2026-01-01\n,三,2026-01-01\n"


@pytest.fixture
def bob() -> Client:
    return curator("bob")


@pytest.fixture
def run(make_catalog: Callable[..., Catalog]) -> ImportRun:
    return imported(make_catalog("BASE", "base"), BAD, names="plain")


def done(run: ImportRun) -> ImportRun:
    assert run.job_id is not None
    jobs.run(run.job_id, heartbeat=False)
    return ImportRun.objects.get(pk=run.pk)


def test_problems_name_columns_as_the_file_does_with_their_letters(bob: Client, run: ImportRun) -> None:
    shown = text_of(bob.get(page("catalog_importrun_change", run.pk), headers={"accept-language": "zh-CN"}))

    assert "生效日期（C 列）" in shown and "“通用名”必填" in shown
    for code in ("effective_from", "generic_name", "REQUIRED", "BAD_DATE", "restriction"):
        assert code not in shown


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"kind": "BAD_DATE"}, ["4"]),
        ({"column": "generic_name"}, ["6"]),
        ({"sort": "kind"}, ["4", "6"]),
        ({"kind": "?"}, ["4", "6"]),
    ],
)
def test_problems_are_filtered_and_sorted(bob: Client, run: ImportRun, query: dict[str, str], rows: list[str]) -> None:
    answer = bob.get(page("catalog_importrun_change", run.pk), query)

    assert [str(problem.row) for problem in answer.context["errors"]] == rows


def test_wrong_cells_are_mended_on_the_page_and_checked_again(bob: Client, run: ImportRun) -> None:
    address = page("catalog_importrun_mend", run.pk)
    assert "2026-13-01" in bob.get(address).content.decode()

    sent = {"cell-4-effective_from": "2026-01-31", "cell-6-generic_name": "阿美替尼片"}
    answer = bob.post(address, sent)

    again = ImportRun.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == page("catalog_importrun_change", again.pk)
    again = done(again)
    assert again.version is not None, list(again.problems.values_list("row", "code", "message_en"))
    assert list(again.version.entries.order_by("row_no").values_list("row_no", "generic_name", "restriction")) == [
        (4, "奥希替尼片", "一"),
        (5, "伏美替尼片", "二"),
        (6, "阿美替尼片", "三"),
    ]
    assert again.sha256 not in {"", run.sha256}
    assert (again.created_by, again.mended_from) == ("bob", run)
    assert again.version.editors == ["bob"]
    assert Record.objects.filter(deed="import.mended", who="bob").count() == 1
    shown = text_of(bob.get(page("catalog_importrun_change", again.pk)))
    assert "2026-13-01 → 2026-01-31" in shown and "bob" in shown


def test_what_is_left_wrong_is_told_again_in_its_row(bob: Client, run: ImportRun) -> None:
    again = done(mending.mend_import(run=run, cells={(4, "effective_from"): "2026-01-31"}, by="bob"))

    assert list(again.problems.filter(severity="error").values_list("row", "column", "code")) == [
        (6, "generic_name", "REQUIRED")
    ]
    last = done(mending.mend_import(run=again, cells={(6, "generic_name"): "阿美替尼片"}, by="bob"))
    assert last.outcome == "ready"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, "nothing_mended"),
        ({(4, "effective_from"): "2026-13-01"}, "nothing_mended"),
        ({(5, "generic_name"): "别的"}, "not_mendable"),
        ({(4, "note"): "x"}, "not_mendable"),
    ],
)
def test_only_wrong_cells_are_mended_and_only_where_something_changes(
    run: ImportRun, cells: dict[tuple[int, str], str], code: str
) -> None:
    with pytest.raises(mending.Refused) as refused:
        mending.mend_import(run=run, cells=cells, by="bob")

    assert refused.value.code == code
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize(
    "content",
    [
        "通用名\n奥希替尼片,多余\n",  # a row that does not fit
        "通用名,生效日期\n" + "药,x\n" * (mending.MOST + 1),  # too many
        "疾病编码\nC34\n",  # a column is missing
    ],
)
def test_what_is_not_in_a_cell_is_mended_in_the_workbook(
    bob: Client, make_catalog: Callable[..., Catalog], content: str
) -> None:
    failed = imported(make_catalog(), content)

    assert failed.outcome == "failed" and mending.wrong_cells(failed) == []
    assert bob.get(page("catalog_importrun_mend", failed.pk)).status_code == 404


def test_mending_needs_the_right_to_upload(run: ImportRun) -> None:
    assert curator("carol", without="add_importrun").get(page("catalog_importrun_mend", run.pk)).status_code == 403


# --- a failed import leaves the first page


def test_a_failed_import_waits_until_it_is_taken_note_of(bob: Client, run: ImportRun) -> None:
    assert list(ImportRun.objects.unsettled()) == [run]

    assert bob.post(page("catalog_importrun_acknowledge", run.pk)).status_code == 302

    assert list(ImportRun.objects.unsettled()) == []
    run.refresh_from_db()
    assert run.acknowledged_by == "bob"
    assert Record.objects.filter(deed="import.acknowledged").count() == 1
    with pytest.raises(services.Ended):
        services.acknowledge_import(run=imported(run.catalog, "通用名\n药\n", label="ok"), by="bob")


def test_a_failed_import_is_followed_by_the_next_file_for_the_same_version(run: ImportRun) -> None:
    other = imported(run.catalog, BAD, label="other", names="plain")
    assert set(ImportRun.objects.unsettled()) == {run, other}

    again = imported(run.catalog, BAD + ",x,\n", names="plain")
    assert set(ImportRun.objects.unsettled()) == {again, other}
    imported(run.catalog, "通用名\n药\n")
    assert set(ImportRun.objects.unsettled()) == {other}


# --- the file written anew


def test_a_workbook_is_written_as_its_columns_read_it(tmp_path: Any) -> None:
    from datetime import date

    book = Workbook()
    sheet = book.active
    for row in (
        ["某某目录"],
        [],
        ["通用名", "规格", "生效日期", "国家医保药品代码"],
        ["药", 18, date(2026, 1, 31), "x"],
    ):
        sheet.append(row)
    file = tmp_path / "file"
    file.write_bytes(saved(book))

    text = b"".join(mended(file, "commercial", CheckOptions(), [Mended(4, "national_code", "XL01")])).decode()

    assert text == "某某目录\n\n通用名,规格,生效日期,国家医保药品代码\n药,18,2026-01-31,XL01\n"


def test_rows_of_a_sheet_whose_last_cells_are_blank_stay_whole(make_catalog: Callable[..., Catalog]) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["某某目录；2026版"],
        ["通用名", "规格", "备注", "生效日期", "失效日期"],
        ["甲药", "1mg", "一;二", "x"],
    ):
        sheet.append(row)
    sheet.append(["乙药"])
    sheet.append(["丙药", None, "三", None, None, None, " "])
    sheet["G5"] = ""
    failed = imported(make_catalog(), saved(book), file_name="x.xlsx")
    assert [(cell.row, cell.column) for cell in mending.wrong_cells(failed)] == [(3, "effective_from")]

    again = done(mending.mend_import(run=failed, cells={(3, "effective_from"): "2026-01-31"}, by="bob"))

    assert again.version is not None, list(again.problems.values_list("row", "code", "message_en"))
    assert list(again.version.entries.order_by("row_no").values_list("row_no", "generic_name", "strength", "note")) == [
        (3, "甲药", "1mg", "一;二"),
        (4, "乙药", "", ""),
        (5, "丙药", "", "三"),
    ]


SHEET_CELL = st.one_of(st.none(), st.integers(0, 99), st.text('药a;,\t\n "', max_size=4))


@given(st.lists(st.lists(SHEET_CELL, min_size=1, max_size=5), min_size=1, max_size=6), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_every_other_row_of_a_sheet_reads_as_it_did(tmp_path: Any, table: list[list[Any]], data: st.DataObject) -> None:
    book = Workbook()
    for row in (["通用名", "规格", "说明", "来源"], *([f"药{n}", *row[:3]] for n, row in enumerate(table))):
        book.active.append(row)
    file = tmp_path / "file"
    file.write_bytes(saved(book))
    before = _regular(file)
    assert len(before) == len(table)
    at = data.draw(st.integers(0, len(table) - 1))

    file.write_bytes(b"".join(mended(file, "commercial", CheckOptions(), [Mended(at + 2, "note", "改")])))

    before[at][2] = "改"
    assert _regular(file) == before


def _regular(file: Any) -> list[list[str]]:
    """The rows as the check gets them, as wide as the header; none is told as ragged."""
    findings = Findings(1_000)
    names = header_names("commercial", {}, {})
    table = Table(file, Limits(), names, lambda _: None, lambda _: None)
    header = read_header(table.header, table.header_row, names, lambda _: None)
    assert header is not None
    try:
        found = [
            [cell if isinstance(cell, str) else said_in(cell) for cell in cells]
            for _row, cells in regular_rows(table, header, findings, NonEntries(header, names))
        ]
    finally:
        table.close()
    assert not findings.errors
    return found


def test_a_cell_that_a_sheet_spoilt_stays_wrong_unless_it_is_mended(
    make_catalog: Callable[..., Catalog], tmp_path: Any
) -> None:
    from datetime import date

    book = Workbook()
    for row in (["通用名", "规格", "生效日期"], ["药", date(2026, 1, 31), "x"]):
        book.active.append(row)
    failed = imported(make_catalog(), saved(book), file_name="x.xlsx")
    assert {(cell.row, cell.column) for cell in mending.wrong_cells(failed)} == {(2, "strength"), (2, "effective_from")}

    again = done(mending.mend_import(run=failed, cells={(2, "effective_from"): "2026-01-01"}, by="bob"))

    assert list(again.problems.filter(severity="error").values_list("column", flat=True)) == ["strength"]


def test_the_child_reads_and_writes_the_same(tmp_path: Any) -> None:
    file = tmp_path / "file"
    file.write_text(BAD, encoding="utf-8")
    how = (file, "base", CheckOptions(names="plain"))
    cells = [Mended(6, "generic_name", "药")]

    assert list(rows_in_child(*how)) == list(rows(*how))
    assert b"".join(mended_in_child(*how, cells)) == b"".join(mended(*how, cells))


CELL = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters='"'), max_size=6)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_every_other_cell_stays_in_its_row_as_it_was(
    tmp_path: Any, table: list[tuple[str, str]], data: st.DataObject
) -> None:
    import csv
    import io

    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows([("通用名", "说明"), *table])
    file = tmp_path / "file"
    file.write_text(made.getvalue(), encoding="utf-8")
    before = {row.row: row.cells for row in rows(file, "commercial", CheckOptions())}
    at = data.draw(st.sampled_from(sorted(before.keys() - {1}) or [2]))

    file.write_bytes(b"".join(mended(file, "commercial", CheckOptions(), [Mended(at, "note", "改")])))

    after = {row.row: row.cells for row in rows(file, "commercial", CheckOptions())}
    assert after == ({**before, at: [before[at][0], "改"]} if at in before else before)


def test_a_file_that_is_gone_is_told(run: ImportRun) -> None:
    again = mending.mend_import(run=run, cells={(4, "effective_from"): "2026-01-31"}, by="bob")
    assert services.is_file_kept(run)
    kept_path(run.file_path).unlink()

    again = done(again)

    assert again.outcome == "failed"
    assert list(again.problems.values_list("code", flat=True)) == ["NOT_A_TABLE"]
