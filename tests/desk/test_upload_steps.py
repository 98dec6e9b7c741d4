"""The three steps of an upload: a file is kept, looked at, read otherwise, and made an import. Alice uploads; Carol is another editor."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from catalog import upload_steps, uploads
from catalog.importing.preview import preview, preview_in_child
from catalog.importing.result import CheckOptions
from catalog.models import Catalog, CatalogVersion, ImportRun, Upload
from common.jobs import services as jobs
from tests.conftest import imported
from tests.desk.test_catalogs import curator, page, text_of
from tests.files import saved

pytestmark = pytest.mark.django_db

OWN_HEADERS = "某某省目录,,\n品名,疾病,序\n奥希替尼片,C34,1\n伏美替尼片,C34,2\n"


@pytest.fixture
def alice() -> Client:
    return curator("alice")


def begun(client: Client, catalog: Catalog, content: str | bytes, name: str = "list.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    answer = client.post(page("catalog_catalog_upload", catalog.pk), {"file": SimpleUploadedFile(name, raw)})
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


# --- what is seen of a file


def seen(tmp_path: Path, content: str | bytes, kind: str = "commercial", **options: Any) -> Any:
    file = tmp_path / "file"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return preview(file, kind, CheckOptions(**options))


@pytest.mark.parametrize(
    ("content", "options", "row", "columns"),
    [
        ("通用名,疾病编码\n奥希替尼片,C34\n", {}, 1, ["generic_name", "icd10"]),
        ("某某目录,\n药品名称,备注\n奥希替尼片,x\n", {}, 2, ["generic_name", "note"]),
        (
            "品名,病\n奥希替尼片,C34\n",
            {"mapping": {"品名": "generic_name", "病": "icd10"}},
            1,
            ["generic_name", "icd10"],
        ),
        ("通用名,疾病编码\n奥希替尼片,C34\n", {"mapping": {"疾病编码": ""}}, 1, ["generic_name", ""]),
        ("通用名,x\n通用名,商品名\n奥希替尼片,泰瑞沙\n", {"header_row": 2}, 2, ["generic_name", "brand_name"]),
        ("通用名,协议有效期\n奥希替尼片,2026-01-01至2027-12-31\n", {}, 1, ["generic_name", "effective_from+"]),
    ],
)
def test_the_header_and_its_columns_are_guessed_or_as_one_says(
    tmp_path: Path, content: str, options: dict[str, Any], row: int, columns: list[str]
) -> None:
    found = seen(tmp_path, content, **options)

    assert (found.header_row, [column.column for column in found.columns]) == (row, columns)


def test_the_first_twenty_rows_are_shown_with_their_numbers(tmp_path: Path) -> None:
    rows = "".join(f"药品{n}片,C34\n" for n in range(50))
    found = seen(tmp_path, "标题,\n\n通用名,疾病编码\n" + rows)

    assert [(row.row, row.part) for row in found.rows[:3]] == [(1, "above"), (3, "header"), (4, "below")]
    assert sum(row.part == "below" for row in found.rows) == 20
    assert [column.letter for column in found.columns] == ["A", "B"]


def test_a_workbook_shows_its_sheets_and_another_one_can_be_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["某某目录"])
    for name, drug in (("西药", "奥希替尼片"), ("中成药", "生脉片")):
        sheet = book.create_sheet(name)
        sheet.append(["通用名", "规格"])
        sheet.append([drug, 18])
    content = saved(book)

    first, second = seen(tmp_path, content), seen(tmp_path, content, sheet="中成药")
    assert first.sheets == ["封面", "西药", "中成药"]
    assert (first.sheet, second.sheet) == ("西药", "中成药")
    assert second.rows[-1].cells == ["生脉片", "18"]
    missing = seen(tmp_path, content, sheet="没有")
    assert (missing.sheets, missing.columns, missing.told[0].code) == (first.sheets, [], "NOT_A_TABLE")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b'{"a": 1}', "NOT_A_TABLE"),
        (b"PK\x03\x04rest", "NOT_A_TABLE"),
        (b"x,y\n1,2\n", "MISSING_COLUMN"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_mend(tmp_path: Path, content: bytes, code: str) -> None:
    found = seen(tmp_path, content)

    assert code in [one.code for one in found.told]
    assert all(one.zh and one.en for one in found.told)


def test_the_child_sees_the_same(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(OWN_HEADERS, encoding="utf-8")

    assert preview_in_child(file, "commercial") == preview(file, "commercial")


# --- the steps


def test_a_file_is_looked_at_read_otherwise_and_imported(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    address = begun(alice, catalog, OWN_HEADERS)
    shown = text_of(alice.get(address))
    assert "奥希替尼片" in shown
    assert not ImportRun.objects.exists()

    assert alice.post(address, {"names": "plain", "header_row": "2", "look": "1"}).status_code == 302
    as_said = {"names": "plain", "header_row": "2", "column-A": "generic_name", "column-B": "icd10", "column-C": ""}
    assert alice.post(address, {**as_said, "look": "1", "label": "v9"}).status_code == 302
    shown = alice.get(address).content.decode()
    assert 'value="v9"' in shown  # what was typed is still there
    upload = Upload.objects.get()
    assert (upload.header_row, upload.mapping) == (2, {"品名": "generic_name", "疾病": "icd10"})

    counts = "总数=2；X=1"
    sent = {**as_said, "queue": "1", "label": "v9", "effective_from": "2026-01-01", "expected_counts": counts}
    answer = alice.post(address, sent)
    run = ImportRun.objects.get()
    assert answer["Location"] == page("catalog_importrun_change", run.pk)
    assert not Upload.objects.exists()
    jobs.run(run.job_id, heartbeat=False)
    version = CatalogVersion.objects.get()
    assert list(version.entries.order_by("generic_name").values_list("generic_name", "icd10")) == [
        ("伏美替尼片", ["C34"]),
        ("奥希替尼片", ["C34"]),
    ]
    assert version.expected_counts == {"drugs": 2, "X": 1}


def test_what_a_column_was_read_as_is_remembered_for_the_next_file(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog()
    imported(catalog, OWN_HEADERS, mapping={"品名": "generic_name", "疾病": "icd10", "别处": "note"}, header_row=2)

    begun(alice, catalog, OWN_HEADERS.replace("C34", "C50"))

    upload = Upload.objects.get()
    assert [column.column for column in upload_steps.seen(upload).columns] == ["generic_name", "icd10", ""]
    days = {"label": "v2", "effective_from": date(2026, 7, 1), "effective_to": None}
    run, _new = upload_steps.queue_upload(upload=upload, by="alice", **days)
    assert run.mapping == {"品名": "generic_name", "疾病": "icd10"}


def test_a_failed_file_teaches_nothing(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    imported(catalog, "品名,疾病\n,C34\n", mapping={"品名": "generic_name"})

    assert upload_steps.remembered_mapping(catalog) == {}


def test_an_upload_is_its_makers_own_and_can_be_given_up(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    address = begun(alice, catalog, OWN_HEADERS)
    path = Upload.objects.get().file_path

    assert curator("carol").get(address).status_code == 404
    assert curator("dora", without="add_importrun").get(address).status_code == 403
    assert uploads.is_kept(path)
    assert alice.post(address, {"names": "plain", "leave": "1"}).status_code == 302
    assert not Upload.objects.exists() and not uploads.is_kept(path)


def test_what_was_left_is_forgotten_after_a_day(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    begun(alice, make_catalog(), OWN_HEADERS)
    path = Upload.objects.get().file_path
    now = timezone.now()

    assert upload_steps.forget_abandoned(before=now - timedelta(days=1)) == 0
    assert upload_steps.forget_abandoned(before=now + timedelta(seconds=1)) == 1
    assert not Upload.objects.exists() and not uploads.is_kept(path)


@pytest.mark.parametrize(("counts", "told"), [("X=many", "is no total"), ("1857", "is no total")])
def test_totals_that_are_none_are_told(
    alice: Client, make_catalog: Callable[..., Catalog], counts: str, told: str
) -> None:
    address = begun(alice, make_catalog(), "通用名\n奥希替尼片\n")
    sent = {"names": "plain", "queue": "1", "label": "v1", "effective_from": "2026-01-01", "expected_counts": counts}

    assert told in text_of(alice.post(address, sent))
    assert not ImportRun.objects.exists()


def test_a_damaged_file_is_kept_to_be_told_of_and_not_queued(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    address = begun(alice, make_catalog(), b"PK\x03\x04" + json.dumps({}).encode(), "list.xlsx")

    shown = alice.get(address, headers={"accept-language": "zh-CN"}).content.decode()
    assert "无法作为表格读取" in shown
    assert 'name="queue"' not in shown


def test_a_step_asks_for_few_statements(
    alice: Client, make_catalog: Callable[..., Catalog], django_assert_max_num_queries: Any
) -> None:
    address = begun(alice, make_catalog(), OWN_HEADERS)

    with django_assert_max_num_queries(20):
        alice.get(address)


def test_another_sheet_and_header_row_show_their_own_columns(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["某省特药目录"])
    sheet = book.create_sheet("清单")
    for row in (
        ["某省特定高额药品目录（2026 年）"],
        ["品名", "病种编码", "协议从"],
        ["奥希替尼片", "C34", "2026-01-01"],
    ):
        sheet.append(row)
    address = begun(alice, make_catalog(), saved(book), "x.xlsx")

    sent = {"names": "plain", "sheet": "清单", "header_row": "2", "column-A": "", "look": "1"}
    assert alice.post(address, sent).status_code == 302

    found = upload_steps.seen(Upload.objects.get())
    assert [column.header for column in found.columns] == ["品名", "病种编码", "协议从"]
    shown = alice.get(address).content.decode()
    assert 'id="id_column-B"' in shown and '<option value="清单" selected>' in shown


def garbled_rows(count: int) -> str:
    return "通用名,疾病编码\n" + "".join(f"奥希\ufffd替尼{n}片,C34\n" for n in range(count))


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("通用名,色彩\n奥希替尼片,红\n", "UNKNOWN_COLUMN", "“色彩”"),
        ("通用名,,备注\n奥希替尼片,红,好\n", "UNKNOWN_COLUMN", "B 列没有表头"),
        ("通用名,备注\n", "EMPTY_FILE", "没有数据行"),
        (garbled_rows(9), "BAD_ENCODING", "文字编码有误"),
    ],
)
def test_what_the_import_will_say_is_foreseen_once(tmp_path: Path, content: str, code: str, said: str) -> None:
    told = seen(tmp_path, content).told

    assert [(one.code, one.severity) for one in told] == [(code, "warning")]
    assert said in told[0].zh


@pytest.mark.parametrize("content", ["通用名,色彩\n奥希替尼片,\n", "通用名,,备注\n奥希替尼片,,好\n"])
def test_an_empty_column_is_not_worth_a_word(tmp_path: Path, content: str) -> None:
    assert seen(tmp_path, content).told == []


def test_a_column_left_out_as_asked_is_not_told_again(tmp_path: Path) -> None:
    assert seen(tmp_path, "通用名,色彩\n奥希替尼片,红\n", mapping={"色彩": ""}).told == []


def test_a_formula_without_a_result_is_told_as_that_alone(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["通用名", "规格"])
    book.active.append(["=A9", "1mg"])
    file = tmp_path / "formula.xlsx"
    book.save(file)
    told = preview(file, "commercial").told

    assert [one.severity for one in told] == ["warning"]
    assert "公式没有保存结果" in told[0].zh and "编码" not in told[0].zh
