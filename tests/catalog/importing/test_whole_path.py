"""Every kind of bad file of a curator's life through the API, each beside the same file made right: one is told and changes nothing, the other
becomes a draft."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from openpyxl import Workbook

from catalog import services
from catalog.models import Catalog, ImportRun
from common.jobs import services as jobs
from tables.child_process import frames_from
from tests.conftest import Api, Once, published
from tests.files import inline, raw_xlsx, saved, table_rows

pytestmark = pytest.mark.django_db

# All that says something about drugs and lists; not what tells of the upload itself.
_DATA = "catalog catalogversion catalogentry versionchange drug drugproduct approval revision".split()
NAME = "entry_code,generic_name\n"
WESTERN = "XL01EBA001A001010100001"
HERBAL = "ZA01AAA0010101020304"


def fingerprint() -> str:
    """Of all data a file could change."""
    rows = "(SELECT string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\") FROM catalog_{} t)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(map(rows.format, _DATA)))
        return hashlib.sha256(repr(cursor.fetchone()).encode()).hexdigest()


def uploaded(maker: Api, content: bytes, *, name: str = "list.csv", **fields: Any) -> dict[str, Any]:
    """Upload by the API, do the job, and return the import as the API shows it."""
    given = fields or {"catalog": "COM", "label": "next", "effective_from": "2027-01-01"}
    made = maker.upload("/imports/", SimpleUploadedFile(name, content), **given)
    assert made.status_code == 202, made.content
    run = ImportRun.objects.get(pk=made.json()["id"])
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    return maker.get(f"/imports/{run.pk}/").json()


@pytest.fixture(scope="module")
def _catalog(once: Once) -> tuple[Catalog, str]:
    def make() -> tuple[Catalog, str]:
        run, _new = services.upload_drugs(
            chunks=[f"national_code,generic_name\n{WESTERN},奥希替尼片\n".encode()], file_name="m.csv", by="alice"
        )
        assert run.job is not None
        jobs.run(run.job.pk, heartbeat=False)
        catalog = services.create_catalog(code="COM", name="COM", kind="commercial", by="alice")
        published(catalog, NAME + "E-1,奥希替尼片\nE-2,索拉非尼片\n", effective_from=date(2026, 1, 1))
        return catalog, fingerprint()

    return once(make)


@pytest.fixture
def catalog(_catalog: tuple[Catalog, str], db: None) -> Catalog:
    """A list in force, and a product in the drug master: what a wrong file must leave alone."""
    return _catalog[0]


@pytest.fixture
def before(_catalog: tuple[Catalog, str]) -> str:
    """The fingerprint of what the tests begin with."""
    return _catalog[1]


def of(column: str, *cells: str) -> bytes:
    """A file with one row for each cell, in this column."""
    rows = [f'{"甲" * (number + 1)}药片,"{cell}"\n' for number, cell in enumerate(cells)]
    return "".join([f"generic_name,{column}\n", *rows]).encode()


def sheet(*rows: list[Any], tweak: Callable[[Any], None] = lambda sheet: None) -> bytes:
    book = Workbook()
    page = book.active
    for row in ([*NAME.strip().split(","), "payment_standard", "effective_from"], *rows):
        page.append(row)
    tweak(page)
    return saved(book)


def cell(content: str) -> bytes:
    """A workbook whose one price is this cell."""
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>甲药片</t></is></c>{content}</row>'
    return raw_xlsx(inline(1, ("generic_name", "payment_standard")) + row)


def archive(**parts: bytes) -> bytes:
    """The usual workbook with parts added."""
    return raw_xlsx(table_rows(), more=[(name.replace("__", "/"), data) for name, data in parts.items()])


def zipped(content: bytes, name: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(name, content)
    return file.getvalue()


@dataclass(frozen=True)
class Pair:
    """A bad file, what is told of it (code, row, column), and its like that is good; None where it is among others of its kind."""

    name: str
    bad: bytes
    told: tuple[str, int | None, str]
    good: bytes | None
    rows: int = 1


def _cells(column: str, code: str, pairs: dict[str, str]) -> list[Pair]:
    """A file for each bad cell; their good likes are together in the first one's."""
    good = of(column, *pairs.values())
    return [
        Pair(f"{column} {bad[:20]}", of(column, bad), (code, 2, column), None if at else good, len(pairs))
        for at, bad in enumerate(pairs)
    ]


ONE = NAME + "E-1,甲药片\n"
PAIRS = [
    # encoding
    Pair("cut character", (NAME + "E-1,甲药").encode()[:-1], ("BAD_ENCODING", 2, ""), (NAME + "E-1,甲药").encode()),
    Pair("no BOM", ONE.encode("utf-16-le"), ("BAD_ENCODING", 1, ""), ONE.encode("utf-16")),
    Pair("UTF-32", ONE.encode("utf-32"), ("BAD_ENCODING", None, ""), ONE.encode("utf-8-sig")),
    Pair(
        "two encodings",
        (NAME + "E-1,盐酸\n").encode("gbk") + "E-2,甲磺酸奥希替尼片\n".encode(),
        ("BAD_ENCODING", 2, ""),
        (NAME + "E-1,盐酸\nE-2,甲磺酸奥希替尼片\n").encode("gb18030"),
    ),
    Pair("overlong", NAME.encode() + b"E-1,\xc0\xaf\xe4\xb8\xad\xe5\x9b\xbd\n", ("BAD_ENCODING", 2, ""), ONE.encode()),
    Pair("NUL", (NAME + "E-1,甲\0药\n").encode(), ("CONTROL_CHARACTER", 2, "generic_name"), ONE.encode()),
    Pair("C1", (NAME + "E-1,甲\x85药\n").encode(), ("CONTROL_CHARACTER", 2, "generic_name"), ONE.encode()),
    Pair("U+FFFD", (NAME + "E-1,甲\ufffd药\n").encode(), ("CONTROL_CHARACTER", 2, "generic_name"), ONE.encode()),
    Pair("锟斤拷", (NAME + "E-1,锟斤拷药\n").encode(), ("BAD_ENCODING", 2, "generic_name"), ONE.encode()),
    Pair("private use", (NAME + "E-1,甲\ue000\n").encode(), ("CONTROL_CHARACTER", 2, "generic_name"), ONE.encode()),
    # structure
    Pair("open quote", (NAME + 'E-1,"甲\nE-2,乙\n').encode(), ("NOT_A_TABLE", 2, ""), (NAME + 'E-1,"甲"\nE-2,乙').encode()),
    Pair("pipe", ONE.replace(",", "|").encode(), ("MISSING_COLUMN", 1, "generic_name"), ONE.replace(",", ";").encode()),
    Pair("sep=|", ("sep=|\n" + ONE.replace(",", "|")).encode(), ("NOT_A_TABLE", 1, ""), ("sep=;\n" + ONE.replace(",", ";")).encode()),
    Pair("short row", (NAME + "\r\n \r\nE-1\n").encode(), ("RAGGED_ROW", 4, ""), (NAME + "\r\n \r\nE-1,甲\n").encode()),
    Pair("long row", (NAME + "E-1,甲,乙\n").encode(), ("RAGGED_ROW", 2, ""), (NAME + 'E-1,"甲,乙"\n').encode()),
    Pair("no header below a title", ("2026年目录\n甲药,乙\n").encode(), ("MISSING_COLUMN", 1, "generic_name"), ("2026年目录\n" + ONE).encode()),
    Pair("total", (ONE + "合计,甲药\n").encode(), ("NOT_A_TABLE", 3, "entry_code"), (ONE + "合计,1\n").encode()),
    Pair("header again", (ONE + "编号,乙药\n").encode(), ("NOT_A_TABLE", 3, "entry_code"), (ONE + "编号,通用名\n").encode()),
    Pair("line separator", (NAME + "E-1,甲\u2028药\n").encode(), ("CONTROL_CHARACTER", 2, "generic_name"), ONE.encode()),
    Pair("CR in a name", (NAME + 'E-1,甲\rE-2,"乙\r药"\r').encode(), ("CONTROL_CHARACTER", 3, "generic_name"), (NAME + "E-1,甲\rE-2,乙\r").encode()),
    Pair("200 k cell", of("note", "长" * 200_000), ("TOO_LONG", 2, "note"), of("note", "长" * 2_000)),
    Pair("20,000 columns", (",".join(["generic_name", *map(str, range(20_000))]) + "\n").encode(), ("TOO_LARGE", None, ""), ONE.encode()),
    # header
    Pair("nothing", b"", ("EMPTY_FILE", None, ""), ONE.encode()),
    Pair("only a BOM", b"\xef\xbb\xbf", ("EMPTY_FILE", None, ""), b"\xef\xbb\xbf" + ONE.encode()),
    Pair("header only", NAME.encode(), ("EMPTY_FILE", None, ""), ONE.encode()),
    Pair("no header", b"E-1,\xe7\x94\xb2\n", ("MISSING_COLUMN", 1, "generic_name"), ONE.encode()),
    Pair("doubled", ("通用名,Generic Name\n甲,乙\n").encode(), ("DUPLICATE_COLUMN", 1, "generic_name"), "ＧＥＮＥＲＩＣ　ＮＡＭＥ\n甲\n".encode()),
    Pair("personal", "通用名,身份证号\n甲,1\n".encode(), ("PERSONAL_DATA", 1, "身份证号"), "通用名,颜色\n甲,1\n".encode()),
    # codes
    *_cells("approval_no", "BAD_CODE", {"国药准字Н20171234": "国药准字H20171234", "国药准字": "国药准字HJ20171234", "2.0171E+7": "Ｈ２０１７１２３４"}),
    *_cells("national_code", "BAD_CODE", {WESTERN + "0": WESTERN, WESTERN[:-1] + "O": WESTERN[:9], HERBAL + "1": HERBAL, "1.2E+22": "T001", "ХL01": "ＸＬ０１"}),
    *_cells("class_code", "BAD_CODE", {"L01EB": "XL01EB", "XL01EBA": "xl01eb"}),
    *_cells("reimbursement_class", "BAD_CHOICE", {"D": "甲类", "甲乙": "谈判"}),
    *_cells("icd10", "BAD_CODE", {"2C25": "C34", "C34。1": "C34.1；C22", "C20-C18": "C18-C20", "C3": "C34.100x003"}),
    # dates
    *_cells("effective_from", "BAD_DATE", dict(zip(
        ("01/02/2025", "45658", "60", "2025-02-29", "民国114年1月1日", "25-01-01", "2025-01-01T00:00:00+08:00", "2025-1", "2025.1.1"),
        ("2025-01-02", "2025/1/2", "20250102", "2024-02-29", "2025年1月1日", "2025-1-1", "２０２５-01-01", "2025-01-01", " 2025-01-01 "),
        strict=True))),
    *_cells("effective_to", "OUT_OF_RANGE", {"9999-12-31": "2199-12-31"}),
    Pair("days out of order", "generic_name,effective_from,effective_to\n甲,2026-01-02,2026-01-01\n".encode(), ("DATE_ORDER", 2, "effective_from"),
         "generic_name,effective_from,effective_to\n甲,2026-01-01,2026-01-01\n".encode()),
    # numbers
    *_cells("payment_standard", "BAD_NUMBER", dict(zip(
        ("NaN", "sNaN", "Infinity", "1e400", "9" * 50, "1_000", "١٢", "1²", "1.2万元", "12.50%", "(12.50)", "#N/A", "1.23456", "1,000", "12,50", "½", "+5", "¥12"),
        ("1", "*", "12.50", "1.2345", "9" * 10, "1000", "１２", "12", "5.70元(10mg/片)", "0.1", "0.0001", "12.5", "1.2000", "1000.00", "12.50", "0.5", "5", "12"),
        strict=True))),
    *_cells("payment_standard", "OUT_OF_RANGE", {"-1": "1", "0": "0.01"}),
    *_cells("age_min", "BAD_NUMBER", {"18.5": "18", "18岁": "018"}),
    *_cells("prior_auth", "BAD_YES_NO", {"是的": "是", "2": "0"}),
    # texts
    *_cells("manufacturer", "CONTROL_CHARACTER", {"甲\u200b厂": "甲厂", "甲\u202e厂": "<script>alert(1)</script>", "A\u0430厂": "=cmd|'/C calc'!A0", "甲\U000e0041": "{{7*7}}"}),
    *_cells("note", "CONTROL_CHARACTER", {"a\x1b[31mb": "甲\n=1+1\tx", "a\ufe0f": "＝1+1"}),
    # rows
    Pair("conflict", (NAME + "E-1,甲\nE-2,乙\nE-1,丙\n").encode(), ("CONFLICTING_ROWS", 4, "entry_code"), (NAME + "E-1,甲\nE-2,乙\nE-1,甲\n").encode()),
    Pair("normalised conflict", "entry_code,generic_name,note\n,阿司匹林片,a\n,阿司 匹林片,b\n".encode(), ("CONFLICTING_ROWS", 3, "generic_name"),
         "entry_code,generic_name,note\n,阿司匹林片,a\n,阿司匹林胶囊,b\n".encode()),
    Pair("one in 5,000", (NAME + "".join(f"E-{n},{'' if n == 4_000 else f'甲{n}'}\n" for n in range(5_000))).encode(), ("REQUIRED", 4_002, "generic_name"),
         (NAME + "".join(f"E-{n},甲{n}\n" for n in range(5_000))).encode()),
    # workbooks
    Pair("merged", sheet(["E-1", "甲"], ["", "乙"], tweak=lambda page: page.merge_cells("A2:A3")), ("NOT_A_TABLE", 2, "A"), sheet(["E-1", "甲"], ["E-2", "乙"])),
    Pair("charts only", raw_xlsx(relation="chartsheet"), ("NOT_A_TABLE", None, ""), raw_xlsx()),
    Pair("formula never calculated", sheet(["E-1", "甲", "=1+1"]), ("BAD_NUMBER", 2, "payment_standard"), cell('<c r="B2"><f>1+1</f><v>2</v></c>')),
    Pair("error", sheet(["E-1", "甲", "#REF!"]), ("BAD_NUMBER", 2, "payment_standard"), sheet(["E-1", "甲", 1.1])),
    Pair("underscore in a number", cell('<c r="B2"><v>1_000</v></c>'), ("BAD_NUMBER", 2, "payment_standard"), cell('<c r="B2"><v>1E3</v></c>')),
    Pair("serial", sheet(["E-1", "甲", 1, 46_053]), ("BAD_DATE", 2, "effective_from"), sheet(["E-1", "甲", 1, date(2026, 1, 31)])),
    Pair("rows out of order", raw_xlsx(inline(1, ("generic_name",)) + inline(3, ("甲",)) + inline(2, ("乙",))), ("NOT_A_TABLE", 2, ""),
         raw_xlsx(inline(1, ("generic_name",)) + inline(2, ("甲",)) + inline(1_048_576, ("乙",)))),
    Pair("a row no sheet has", raw_xlsx(inline(1, ("generic_name",)) + inline(99_999_999_999, ("甲",))), ("NOT_A_TABLE", 1_048_576, ""), raw_xlsx()),
]  # fmt: skip
HOSTILE = [
    Pair("macro", archive(xl__vbaProject_bin=b"x").replace(b"_bin", b".bin"), ("NOT_A_TABLE", None, ""), archive(docProps__app=b"<a/>")),
    Pair("DOCTYPE", raw_xlsx(prolog='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]>'), ("NOT_A_TABLE", None, ""), raw_xlsx()),
    Pair("bomb", archive(xl__media=b"\0" * 30_000_000), ("TOO_LARGE", None, ""), archive(xl__media=b"\0" * 1_000)),
    Pair("slip", raw_xlsx(more=[("../../etc/x", b"x")]), ("NOT_A_TABLE", None, ""), raw_xlsx(more=[("docProps/x", b"x")])),
    Pair("cut off", raw_xlsx()[:-30], ("NOT_A_TABLE", None, ""), raw_xlsx()),
    # disguises
    Pair("PDF", b"%PDF-1.7\n" + ONE.encode(), ("NOT_A_TABLE", None, ""), ONE.encode()),
    Pair("picture", b"\x89PNG\r\n\x1a\n" + bytes(64), ("NOT_A_TABLE", None, ""), ONE.encode()),
    Pair("page", b"<!DOCTYPE html><html><table><tr><td>a</td></tr></table></html>", ("NOT_A_TABLE", None, ""), ONE.encode()),
    Pair("other archive", zipped(ONE.encode(), "list.csv"), ("NOT_A_TABLE", None, ""), raw_xlsx()),
]  # fmt: skip


# The pair in which a good file is tried: many are the plainest there is.
FIRST_WITH = {pair.good: pair.name for pair in reversed([*PAIRS, *HOSTILE])}


@pytest.mark.parametrize("pair", [*PAIRS, *HOSTILE], ids=lambda pair: pair.name)
def test_a_bad_file_is_told_and_changes_nothing_and_its_good_like_becomes_a_draft(
    pair: Pair, catalog: Catalog, before: str, maker: Api
) -> None:
    with pytest.MonkeyPatch.context() as patching:
        if pair in HOSTILE:  # those built to harm are read as the service reads them
            patching.setattr("catalog.importing.child.frames_from", frames_from)
        told = uploaded(maker, pair.bad)

    assert told["state"] == "failed", told
    assert [(e["code"], e["row"], e["column"]) for e in told["errors"]][:1] == [pair.told]
    assert all(e["message_zh"] and e["message_en"] for e in told["errors"])
    assert told["version"] is None
    assert fingerprint() == before

    if pair.good is None or FIRST_WITH[pair.good] != pair.name:
        return
    draft = uploaded(maker, pair.good)

    assert draft["state"] == "ready", draft["errors"]
    assert draft["version"] == {"catalog": "COM", "label": "next"}
    assert catalog.versions.get(label="next").entry_count == draft["counts"]["kept"] >= pair.rows
    assert fingerprint() != before


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (f"national_code,generic_name\n{WESTERN[:9]},甲药片\n", ("BAD_CODE", 2, "national_code")),
        (f"national_code,generic_name\n{WESTERN},甲\n{WESTERN},乙\n", ("CONFLICTING_ROWS", 3, "national_code")),
        ("national_code,generic_name\n,\n,甲\nX,甲\n", ("BAD_CODE", 4, "national_code")),
        ("generic_name,regulators\n甲,NMPA:2021-13-01\n", ("BAD_DATE", 2, "regulators")),
        ("generic_name,regulators\n甲,ABC\n", ("BAD_CHOICE", 2, "regulators")),
        ("generic_name,aliases\n甲,；；\n", ("BAD_CODE", 2, "aliases")),
        ("aliases\n甲\n", ("MISSING_COLUMN", 1, "generic_name")),
    ],
)
def test_a_bad_drug_master_is_told_and_changes_nothing(
    bad: str, told: tuple[str, int, str], catalog: Catalog, before: str, maker: Api
) -> None:
    answer = uploaded(maker, bad.encode(), kind="drugs")

    assert answer["state"] == "failed"
    assert [(e["code"], e["row"], e["column"]) for e in answer["errors"]] == [told]
    assert fingerprint() == before


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\x00b.csv", "a\u202evsc.csv", "a\r\nb.csv", "x" * 300 + ".csv", "CON", "$(id).csv", "目录.csv"],
)  # fmt: skip
def test_a_files_name_is_only_shown(name: str, catalog: Catalog, maker: Api, settings: Any) -> None:
    answer = uploaded(maker, ONE.encode(), name=name)

    assert answer["state"] == "ready"
    assert answer["file_name"].isprintable() and "/" not in answer["file_name"] and len(answer["file_name"]) <= 255
    assert {file.name for file in settings.DATA_DIR.iterdir()} <= {"uploads"}


def test_a_file_above_the_limit_is_not_kept(catalog: Catalog, before: str, maker: Api, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    file = SimpleUploadedFile("list.csv", ONE.encode() + b"\n" * 1_000)

    answer = maker.upload("/imports/", file, catalog="COM", label="next", effective_from="2027-01-01")

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not list((settings.DATA_DIR / "uploads").iterdir())
    assert fingerprint() == before
