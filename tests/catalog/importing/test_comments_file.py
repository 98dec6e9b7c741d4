"""A file of comments: which headers and words it may have, what is wrong with its rows, and that the reader in a process of its own says the same."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from catalog.importing.comments import LIMITS, LONGEST_TEXT, CommentFile, read_here, read_in_child
from catalog.vocabularies import DISPOSITIONS, STANCES
from tables.limits import Limits

IDENTITY_NUMBER = "11010519491231002X"


def read(tmp_path: Path, content: str | bytes, limits: Limits = LIMITS) -> CommentFile:
    path = tmp_path / "意见.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_here(path, limits)


def rows(file: CommentFile) -> list[tuple[str, str, str]]:
    return [(row.entry_code, row.stance, row.text) for row in file.rows]


def errors(file: CommentFile) -> list[tuple[str, int | None, str]]:
    return [(found.code, found.row, found.column) for found in file.errors]


@pytest.mark.parametrize(
    "header",
    [
        "条目编码,立场,意见",
        "entry_code,stance,text",
        "编号,态度,意见内容",
        "Entry Code,Stance,Comment",
        "条目编码*,立场（必填）,意见（必填）",
    ],
)
def test_headers_may_be_english_or_chinese(header: str, tmp_path: Path) -> None:
    assert rows(read(tmp_path, f"{header}\nE-1,支持,同意纳入\n")) == [("E-1", "support", "同意纳入")]


@pytest.mark.parametrize(
    ("written", "stance"),
    [
        ("支持", "support"),
        ("赞成", "support"),
        ("Support", "support"),
        ("反对", "oppose"),
        ("不同意", "oppose"),
        ("OPPOSE", "oppose"),
    ]
    + [("建议", "suggest"), ("修改建议", "suggest"), ("suggest", "suggest")],
)
def test_a_stance_may_be_said_in_both_languages(written: str, stance: str, tmp_path: Path) -> None:
    assert rows(read(tmp_path, f"立场,意见\n{written},请看附件\n")) == [("", stance, "请看附件")]


def test_every_word_of_a_vocabulary_means_one_thing() -> None:
    for vocabulary in (STANCES, DISPOSITIONS):
        words = [word for term in vocabulary.terms for word in {term.code, term.zh, *term.aliases}]
        assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("E-1,,好", ("REQUIRED", 2, "stance")),
        ("E-1,支持,", ("REQUIRED", 2, "text")),
        ("E-1,也许,好", ("BAD_CHOICE", 2, "stance")),
        (f"E-1,支持,{'长' * (LONGEST_TEXT + 1)}", ("TOO_LONG", 2, "text")),
        (f"{'E' * 65},支持,好", ("TOO_LONG", 2, "entry_code")),
        ("1.2E+05,支持,好", ("BAD_CODE", 2, "entry_code")),
        ("E-1,支持,好\u200b的", ("CONTROL_CHARACTER", 2, "text")),
        (f"E-1,支持,患者 {IDENTITY_NUMBER} 用过", ("PERSONAL_DATA", 2, "text")),
        ("E-1,支持,好,多", ("RAGGED_ROW", 2, "")),
    ],
)
def test_each_fault_points_at_its_place(row: str, expected: tuple[str, int, str], tmp_path: Path) -> None:
    file = read(tmp_path, f"条目编码,立场,意见\n{row}\n")

    assert errors(file) == [expected]
    assert file.error_count == 1
    assert IDENTITY_NUMBER not in str(file.errors)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = read(tmp_path, "条目编码,立场,意见\nE-1,也许,\nE-2,支持,好\n,反对,\nE-4,,好\n")

    assert errors(file) == [
        ("BAD_CHOICE", 2, "stance"),
        ("REQUIRED", 2, "text"),
        ("REQUIRED", 4, "text"),
        ("REQUIRED", 5, "stance"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("EMPTY_FILE", None, "")]),
        ("条目编码,立场,意见\n".encode(), [("EMPTY_FILE", None, "")]),
        ("条目编码,立场\nE-1,支持\n".encode(), [("MISSING_COLUMN", 1, "text")]),
        ("立场,意见,意见\n支持,好,好\n".encode(), [("DUPLICATE_COLUMN", 1, "text")]),
        ("立场,意见,身份证号\n支持,好,1\n".encode(), [("PERSONAL_DATA", 1, "身份证号")]),
        (b"\x89PNG\r\n\x1a\n\x00\x00", [("NOT_A_TABLE", None, "")]),
    ],
)
def test_a_file_that_is_no_table_of_comments_says_why(content: bytes, expected: Any, tmp_path: Path) -> None:
    assert errors(read(tmp_path, content)) == expected


def test_what_is_said_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    file = read(tmp_path, "条目编码,立场,意见\nE-1,支持,好\nE-1,赞成,好\nE-1,反对,好\n")

    assert rows(file) == [("E-1", "support", "好"), ("E-1", "oppose", "好")]
    assert [(found.code, found.row) for found in file.warnings] == [("DUPLICATE_ROW", 3)]


def test_a_workbook_and_other_encodings_say_the_same(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["附件：意见反馈表"])
    book.active.append(["条目编码", "立场", "意见"])
    book.active.append(["E-1", "反对", "第一行\n第二行"])
    saved = io.BytesIO()
    book.save(saved)

    assert rows(read(tmp_path, saved.getvalue())) == [("E-1", "oppose", "第一行\n第二行")]
    for encoding in ("gb18030", "utf-16", "utf-8-sig"):
        assert rows(read(tmp_path, "条目编码\t立场\t意见\nE-1\t反对\t太贵\n".encode(encoding))) == [
            ("E-1", "oppose", "太贵")
        ]


def test_more_rows_than_allowed_are_refused(tmp_path: Path) -> None:
    file = read(tmp_path, "立场,意见\n支持,一\n支持,二\n支持,三\n", Limits(rows=2))

    assert errors(file) == [("TOO_MANY_ROWS", 4, "")]


@pytest.mark.parametrize(
    "content",
    [
        "条目编码,立场,意见\n" + "".join(f"E-{n},支持,第 {n} 条\n" for n in range(450)),
        "立场,意见\n也许,\n",
        "",
        "立场,意见,备注列\n支持,好,x\n",
    ],
)
def test_the_process_of_its_own_says_what_the_reader_says(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")

    assert read_in_child(path) == read_here(path)


@pytest.mark.own_process
def test_a_file_that_asks_for_too_much_is_an_error_not_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("立场,意见\n支持,好\n", encoding="utf-8")

    assert errors(read_in_child(path, Limits(wall_seconds=0))) == [("TOO_LARGE", None, "")]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]), min_size=1, max_size=30)


@given(
    said=st.lists(
        st.tuples(st.sampled_from(["", "E-1", "E-2"]), st.sampled_from(STANCES.terms), texts), min_size=1, max_size=8
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_every_row_is_read_or_told_and_what_is_read_is_what_was_written(said: list[Any], tmp_path: Path) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [f"{code},{term.zh},{cell(text)}" for code, term, text in said]
    file = read(tmp_path, "条目编码,立场,意见\n" + "\n".join(lines) + "\n")

    told = {found.row for found in (*file.errors, *file.warnings)}
    assert {row.row for row in file.rows} | told == set(range(2, len(said) + 2))
    changed = {change.row for change in file.normalised}
    for row in file.rows:
        code, term, text = said[row.row - 2]
        if row.row not in told | changed:
            assert (row.entry_code, row.stance, row.text) == (code, term.code, text)
