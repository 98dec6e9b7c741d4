"""A package of tables taken apart: a sheet alone reads as it did in its workbook, and what is built to harm is refused."""

import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables.limits import Limits
from tables.packages import name_of, parts_of
from tables.problems import Problem
from tables.read import Table
from tables.refusal import Refusal
from tests.curation.market.packages import workbook, zipped


def parts(content: bytes, folder: Path, limits: Limits | None = None) -> dict[str, bytes | str]:
    """Return the parts of a package: name → bytes, or the code of why it cannot be read."""
    path = folder / "package"
    path.write_bytes(content)
    return {
        part.name: found.code if isinstance(found, Problem) else b"".join(found)
        for part, found in parts_of(path, limits or Limits())
    }


def rows(content: bytes, folder: Path, sheet: str = "") -> list[Any]:
    path = folder / "table"
    path.write_bytes(content)
    problems: list[Problem] = []
    table = Table(path, Limits(), None, problems.append, lambda _: None, sheet=sheet)
    try:
        return [
            table.header_row,
            table.header,
            *table,
            *(one.code for one in problems if one.code != "SHEETS_NOT_READ"),
        ]
    finally:
        table.close()


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x0b"), max_size=8).filter(
        lambda text: openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(text) is None and not text.startswith("=")
    ),
    st.integers(-(10**9), 10**9),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.booleans(),
)


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=2, max_size=4))
@settings(max_examples=40)
def test_a_sheet_alone_reads_as_it_did_in_its_workbook(cells: list[list[Any]]) -> None:
    table = [["甲", "乙_x0041_"], *cells]
    book = workbook({"一": [["别的"], ["值"]], "清单 & <二>": table})
    with tempfile.TemporaryDirectory() as folder:
        alone = parts(book, Path(folder))["清单 & <二>"]
        assert isinstance(alone, bytes)
        assert rows(alone, Path(folder)) == rows(book, Path(folder), "清单 & <二>")
        assert parts(book, Path(folder))["清单 & <二>"] == alone  # the same bytes, whenever


def test_hidden_rows_formats_and_merged_cells_come_along(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["通用名", "比例"], ["甲", 0.05], ["乙", 0.1], ["丙", 0.2]):
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A3:A4")
    buffer = io.BytesIO()
    book.save(buffer)

    (alone,) = parts(buffer.getvalue(), tmp_path).values()

    assert isinstance(alone, bytes)
    found = rows(alone, tmp_path)
    assert found[2][1][1].shown == "5%"
    assert found[-2:] == ["HIDDEN_ROWS", "NOT_A_TABLE"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_as_they_were_written(tmp_path: Path, encoding: str) -> None:
    names = ["清单/北京.csv", "誠品.csv", "plain.csv"]

    assert list(parts(zipped(dict.fromkeys(names, "x"), encoding=encoding), tmp_path)) == names


def test_utf8_names_without_the_flag_that_says_so() -> None:
    info = zipfile.ZipInfo("北京.csv".encode().decode("cp437"))

    assert name_of(info) == "北京.csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"../a.csv": "x"}), "NOT_A_TABLE"),
        (zipped({"/a.csv": "x"}), "NOT_A_TABLE"),
        (zipped({"a.csv": "x", "A.CSV": "y"}), "NOT_A_TABLE"),
        (zipped({"a.csv": b"0" * 40_000_000}), "TOO_LARGE"),
        (zipped({"word/document.xml": "x"}), "NOT_A_TABLE"),
        (zipped({"a.csv": "x"})[:-30], "NOT_A_TABLE"),
        (zipped({f"{number}.csv": "" for number in range(10_001)}), "NOT_A_TABLE"),
        (b"name,file\n", "NOT_A_TABLE"),
        (b"Rar!\x1a\x07", "NOT_A_TABLE"),
        (b"", "EMPTY_FILE"),
    ],
    ids=["above", "root", "twice", "bomb", "word", "cut off", "too many", "a table", "rar", "empty"],
)
def test_what_is_no_package_or_built_to_harm_is_refused_as_a_whole(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parts(content, tmp_path)
    assert refused.value.problem.code == code


def test_more_than_the_directory_says_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        parts(zipped({"a.csv": "x" * 900, "b.csv": "y" * 900}), tmp_path, Limits(unpacked_bytes=1_000))
    assert refused.value.problem.code == "TOO_LARGE"


def test_a_damaged_file_is_told_by_its_name_and_the_others_are_read(tmp_path: Path) -> None:
    content = zipped({"a.csv": "第一" * 90, "b.csv": "x" * 90})
    start = content.index(b"b.csv") + 7
    damaged = content[:start] + b"\xff\xff\xff" + content[start + 3 :]
    path = tmp_path / "package"
    path.write_bytes(damaged)
    found = iter(parts_of(path, Limits()))

    _part, first = next(found)
    assert not isinstance(first, Problem) and b"".join(first).decode() == "第一" * 90
    _part, second = next(found)
    with pytest.raises(Refusal) as refused:
        assert not isinstance(second, Problem)
        b"".join(second)
    assert (refused.value.problem.code, refused.value.problem.value) == ("NOT_A_TABLE", "b.csv")


def test_a_sheet_whose_texts_are_missing_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    book = workbook({"一": [["甲"], ["乙"]], "二": [["丙"], [1]]})
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w") as archive:
        for info in old.infolist():
            raw = old.read(info)
            archive.writestr(
                info.filename, raw.replace(b"<v>1</v>", b"<v>99</v>") if "sheet1" in info.filename else raw
            )

    found = parts(buffer.getvalue(), tmp_path)

    assert found["一"] == "NOT_A_TABLE" and isinstance(found["二"], bytes)
