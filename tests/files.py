"""Files for the tests: small tables, written in every way people write them."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from openpyxl import Workbook

from catalog.importing.check import check
from catalog.importing.result import Block, CheckOptions, CheckResult
from tables.limits import Limits

FORMS = (
    ("片", "口服常释剂型", ""),
    ("胶囊", "口服常释剂型", ""),
    ("注射液", "注射剂", ""),
    ("口服常释剂型", "口服常释剂型", ""),
)
OPTIONS = CheckOptions(dosage_forms=FORMS)

HEADER = ("entry_code", "generic_name", "manufacturer", "icd10", "payment_standard")
ROWS = (
    ("E-1", "甲磺酸奥希替尼片", "阿斯利康", "C34", "165.90"),
    ("E-2", "度伐利尤单抗注射液", "阿斯利康", "C34;C22", "9000"),
    ("E-3", "司库奇尤单抗注射液", "诺华", "M45", "1.5"),
    ("E-4", "索拉非尼片", "拜耳", "C22.0", ""),
    ("E-5", "达沙替尼片", "百时美", "C92", "30.0001"),
    ("E-6", "尼洛替尼胶囊", "诺华", "C92.1", "12"),
    ("E-7", "阿帕替尼片", "恒瑞", "C16", "30"),
)


def kept_path(path: str) -> Path:
    """Where a kept upload lies on the disk of the tests."""
    return Path(settings.DATA_DIR) / path


def csv_text(rows: Iterable[Sequence[str]], *, header: Sequence[str] = HEADER, **how: Any) -> str:
    """The rows as CSV, as the csv module writes them."""
    file = io.StringIO()
    writer = csv.writer(file, **how)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()


def outcome(
    content: bytes | str, kind: str = "base", *, path: Path, limits: Limits | None = None, **how: Any
) -> CheckResult:
    """Check the content as an upload, without a child; `how` are other options of the check."""
    return outcome_and_rows(content, kind, path=path, limits=limits, **how)[0]


def outcome_and_rows(
    content: bytes | str, kind: str = "base", *, path: Path, limits: Limits | None = None, **how: Any
) -> tuple[CheckResult, list[dict[str, str]]]:
    """Check the content, and return the rows that would be loaded too, each COPY field by its column."""
    from catalog.importing.columns import copy_columns

    file = path / "upload"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    options = CheckOptions(dosage_forms=FORMS, limits=limits or Limits(), **how)
    rows: list[dict[str, str]] = []
    result = None
    for message in check(file, kind, options):
        if isinstance(message, Block):
            lines = message.data.decode().removesuffix("\n").split("\n")
            assert len(lines) == message.rows
            rows += [dict(zip(copy_columns(kind), line.split("\t"), strict=True)) for line in lines]
        elif isinstance(message, CheckResult):
            result = message
    assert result is not None
    return result, rows


def found(result: CheckResult) -> list[tuple[str, int | None, str]]:
    """The errors, each as code, row, column."""
    return [(problem.code, problem.row, problem.column) for problem in result.errors]


def xlsx(rows: Iterable[Sequence[Any]], *, header: Sequence[str] = HEADER) -> bytes:
    """The rows as a workbook."""
    book = Workbook()
    sheet = book.active
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The workbook as bytes."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '{properties}<sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def inline(row: int, cells: Sequence[str]) -> str:
    """A sheet's row of inline texts."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = "".join(
        f'<c r="{letters[i]}{row}" t="inlineStr"><is><t>{cell}</t></is></c>' for i, cell in enumerate(cells) if cell
    )
    return f'<row r="{row}">{text}</row>'


def table_rows() -> str:
    """The usual table as a sheet's rows."""
    return "".join(inline(row, cells) for row, cells in enumerate((HEADER, *ROWS), 1))


def raw_xlsx(
    rows: str | None = None,
    *,
    before: str = "",
    after: str = "",
    prolog: str = '<?xml version="1.0"?>',
    properties: str = "",
    strings: str = "",
    styles: str = "",
    more: Sequence[tuple[str, bytes]] = (),
    relation: str = "worksheet",
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A workbook written by hand, to be wrong in exactly one way."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'{prolog}<worksheet xmlns="{main}">{before}<sheetData>{table_rows() if rows is None else rows}</sheetData>{after}</worksheet>'
    relations = f'<Relationship Id="rId1" Type="{_RELATION}/{relation}" Target="worksheets/sheet1.xml"/>'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(
            f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": _WORKBOOK.format(properties=properties),
        "xl/worksheets/sheet1.xml": sheet,
    }
    if strings:
        relations += f'<Relationship Id="rId2" Type="{_RELATION}/sharedStrings" Target="sharedStrings.xml"/>'
        parts["xl/sharedStrings.xml"] = f'<?xml version="1.0"?><sst xmlns="{main}">{strings}</sst>'
    if styles:
        relations += f'<Relationship Id="rId3" Type="{_RELATION}/styles" Target="styles.xml"/>'
        parts["xl/styles.xml"] = f'<?xml version="1.0"?><styleSheet xmlns="{main}">{styles}</styleSheet>'
    parts["xl/_rels/workbook.xml.rels"] = _RELATIONS.format(relations)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for name, data in more:
            archive.writestr(name, data)
    return file.getvalue()
