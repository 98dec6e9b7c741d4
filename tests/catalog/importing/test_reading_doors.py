"""How a list is to be read, said at every door (API, page, commands), and what was read otherwise than written, listed at each."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from catalog.models import Catalog, CatalogEntry, CatalogVersion, ImportRun
from common.jobs import services as jobs
from tests.catalog.importing.test_whole_path import uploaded
from tests.conftest import Api
from tests.desk.test_catalogs import curator, page, text_of, upload

pytestmark = pytest.mark.django_db

LIST = "编号,药品名称,剂型\n1,甲乙丸（片、胶囊）,\n★（1）,丙丁(戊己),注射剂\n"
FIELDS = {"label": "next", "effective_from": "2027-01-01"}
READ = [
    {"row": 2, "column": "generic_name", "before": "甲乙丸（片、胶囊）", "after": "甲乙丸；甲乙片；甲乙胶囊"},
    {"row": 3, "column": "generic_name", "before": "丙丁(戊己)", "after": "丙丁；戊己"},
    {"row": 3, "column": "entry_code", "before": "★（1）", "after": "1R"},
]


def draft(label: str = "next") -> list[tuple[str, str]]:
    entries = CatalogEntry.objects.filter(version__label=label).order_by("entry_code")
    return list(entries.values_list("entry_code", "generic_name"))


AS_PRINTED = [("1", "甲乙丸"), ("1.2", "甲乙片"), ("1.3", "甲乙胶囊"), ("1R", "丙丁"), ("1R.2", "戊己")]
AS_PLAIN = [("1", "甲乙丸（片、胶囊）"), ("★(1)", "丙丁(戊己)")]


@pytest.mark.parametrize(
    ("kind", "names", "entries"),
    [
        ("base", "", AS_PRINTED),
        ("base", "printed", AS_PRINTED),
        ("base", "plain", AS_PLAIN),
        ("commercial", "", AS_PLAIN),
        ("commercial", "printed", AS_PRINTED),
    ],
)
def test_an_upload_says_how_names_are_read(
    maker: Api, make_catalog: Callable[..., Catalog], kind: str, names: str, entries: list[tuple[str, str]]
) -> None:
    run = uploaded(maker, LIST.encode(), catalog=make_catalog("L", kind).code, names=names, **FIELDS)

    assert (run["state"], draft()) == ("ready", entries)
    assert run["names"] == ("printed" if entries is AS_PRINTED else "plain")


def test_the_import_lists_what_was_read_otherwise_than_written_and_which_header_was_which_column(
    maker: Api, make_catalog: Callable[..., Catalog]
) -> None:
    run = uploaded(maker, LIST.encode(), catalog=make_catalog("L", "base").code, complete_for="X; za01", **FIELDS)

    assert run["normalised"] == READ
    assert run["counts"]["normalised"] == 3
    assert run["columns"] == [
        {"header": "编号", "column": "entry_code"},
        {"header": "药品名称", "column": "generic_name"},
        {"header": "剂型", "column": "dosage_form"},
    ]
    assert run["complete_for"] == ["X", "ZA01"] == CatalogVersion.objects.get(label="next").complete_for

    answer = maker.get(f"/imports/{run['id']}/problems.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert list(rows[0]) == ["row", "column", "value", "code", "severity", "message_zh", "message_en"]
    assert [(row["severity"], row["row"], row["column"], row["value"]) for row in rows] == [
        ("normalised", "2", "generic_name", "甲乙丸（片、胶囊）"),
        ("normalised", "3", "generic_name", "丙丁(戊己)"),
        ("normalised", "3", "entry_code", "★（1）"),
        ("column", "", "entry_code", "编号"),
        ("column", "", "generic_name", "药品名称"),
        ("column", "", "dosage_form", "剂型"),
    ]
    assert rows[1]["message_zh"] == "读作：丙丁；戊己" and rows[1]["message_en"] == "read as: 丙丁；戊己"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("names", "stacked", "bad_choice"),
        ("complete_for", "X;Q", "bad_code"),
        ("complete_for", "XL01FXX", "bad_code"),
        ("header_row", "0", "out_of_range"),
        ("header_row", "x", "bad_number"),
        ("sheet", "页" * 101, "too_long"),
        ("mapping", "品名", "wrong_type"),
        ("mapping", "[]", "wrong_type"),
        ("mapping", '{"品名": 1}', "wrong_type"),
        ("mapping", '{"品名": "nothing"}', "unknown_column"),
        ("mapping", "[" * 10_000, "wrong_type"),
    ],
)
def test_a_way_of_reading_that_is_none_is_refused_with_a_pointer(
    maker: Api, make_catalog: Callable[..., Catalog], field: str, value: str, code: str
) -> None:
    file = SimpleUploadedFile("list.csv", LIST.encode())
    answer = maker.upload("/imports/", file, catalog=make_catalog("L", "base").code, **FIELDS, **{field: value})

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/{field}", code)]
    assert not ImportRun.objects.exists()


def test_the_drug_master_is_read_in_one_way_only(maker: Api) -> None:
    file = SimpleUploadedFile("list.csv", b"generic_name\nX\n")
    answer = maker.upload("/imports/", file, kind="drugs", names="printed", sheet="x")

    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/names", "/sheet"}


def test_own_headers_sheet_and_header_row_are_passed_on(maker: Api, make_catalog: Callable[..., Catalog]) -> None:
    content = "某某部门目录,\n,\n品名,甲乙类\n甲乙,甲\n".encode()
    mapping = json.dumps({"品名": "通用名"})
    run = uploaded(maker, content, catalog=make_catalog("L", "base").code, header_row="3", mapping=mapping, **FIELDS)

    assert (run["state"], [name for _, name in draft()]) == ("ready", ["甲乙"])
    assert (run["header_row"], run["mapping"]) == (3, {"品名": "generic_name"})
    assert {"header": "品名", "column": "generic_name"} in run["columns"]


def test_the_same_file_to_be_read_another_way_is_another_import(
    maker: Api, make_catalog: Callable[..., Catalog]
) -> None:
    code = make_catalog("L", "base").code
    one = uploaded(maker, LIST.encode(), catalog=code, **FIELDS)
    other = uploaded(maker, LIST.encode(), catalog=code, names="plain", **FIELDS)

    assert one["id"] != other["id"]
    assert (
        maker.upload(
            "/imports/", SimpleUploadedFile("l.csv", LIST.encode()), catalog=code, names="plain", **FIELDS
        ).status_code
        == 200
    )


@pytest.mark.parametrize(("kind", "preselected"), [("base", "printed"), ("commercial", "plain"), ("negative", "plain")])
def test_the_page_offers_the_usual_way_of_the_kind(
    make_catalog: Callable[..., Catalog], kind: str, preselected: str
) -> None:
    alice, address = curator("alice"), page("catalog_catalog_upload", make_catalog("L", kind).pk)
    kept = alice.post(address, {"file": SimpleUploadedFile("list.csv", LIST.encode())})
    html = alice.get(kept["Location"]).content.decode()

    assert f'<option value="{preselected}" selected>' in html
    assert all(f'name="{name}"' in html for name in ("names", "complete_for", "header_row"))


def test_the_page_reads_as_it_is_told_and_shows_what_became_of_it(make_catalog: Callable[..., Catalog]) -> None:
    alice, catalog = curator("alice"), make_catalog("L", "commercial")
    answer = upload(alice, catalog, LIST, names="printed", complete_for="x", **FIELDS)
    run = ImportRun.objects.select_related("job").get()
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)

    shown = text_of(alice.get(answer["Location"]))
    assert draft() == AS_PRINTED
    assert "read as printed" in shown and "Complete for classes X" in shown
    assert "药品名称 → generic_name" in shown
    assert "甲乙丸；甲乙片；甲乙胶囊" in shown and "丙丁(戊己)" in shown

    file = alice.get(reverse("admin:catalog_importrun_problems", args=[run.pk]))
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert ["read otherwise", "3", "药品名称 (column B)", "丙丁(戊己)", "", "read as: 丙丁；戊己"] in rows
    assert rows[-1][:4] == ["column read", "", "剂型 (column C)", "剂型"]


def test_the_page_refuses_a_class_that_is_none(make_catalog: Callable[..., Catalog]) -> None:
    answer = upload(curator("alice"), make_catalog("L", "base"), LIST, complete_for="Q", **FIELDS)

    assert "Q is no class code" in text_of(answer) and not ImportRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_commands_read_as_they_are_told_and_list_what_became_of_it(
    make_catalog: Callable[..., Catalog], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_catalog("L", "commercial")
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    given = {"catalog": "L", "effective_from": date(2027, 1, 1), "by": "alice"}

    call_command("import_catalog", file, label="next", names="printed", complete_for="X;Z", **given)
    said = capsys.readouterr().out
    assert draft() == AS_PRINTED
    assert CatalogVersion.objects.get().complete_for == ["X", "Z"]
    assert "row 3 generic_name: 丙丁(戊己) → 丙丁；戊己" in said and "药品名称 → generic_name" in said

    with pytest.raises(CommandError, match="class code|药品分类代码"):
        call_command("import_catalog", file, label="other", complete_for="Q", **given)

    call_command("check_file", file, kind="commercial", names="printed")
    assert "row 3 entry_code: ★（1） → 1R" in capsys.readouterr().out
    call_command("check_file", file, kind="commercial")
    assert "STACKED_NAME" in capsys.readouterr().out


@pytest.mark.parametrize("given", [["--header-row", "0"], ["--mapping", "[]"], ["--mapping", "x"], ["--names", "x"]])
def test_the_commands_refuse_a_way_of_reading_that_is_none(given: list[str], tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("check_file", str(tmp_path / "list.csv"), *given)
