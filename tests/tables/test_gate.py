"""What is refused before anything is parsed, by its bytes and not by its name."""

import gzip
import io
import struct
import zipfile

import pytest

from tables.limits import Limits
from tests.files import found, inline, outcome, raw_xlsx, table_rows

LAUGHS = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"%PDF-1.7\n" + bytes(100),
        b"MZ\x90\x00\x03" + bytes(100),
        b"\x7fELF" + bytes(100),
        gzip.compress(b"generic_name\nx\n"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"<html><table><tr><td>generic_name</td></tr></table></html>",
        b"\xef\xbb\xbf  <!DOCTYPE html><html></html>",
        b'<?xml version="1.0"?><Workbook></Workbook>',
        "<html>".encode("utf-16"),
        b"GIF89a" + bytes(20),
        b"\xff\xd8\xff\xe0" + bytes(20),
        b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"{\\rtf1 generic_name}",
        b"SQLite format 3\x00",
        b"PK\x03\x04" + bytes(200),
        b"PK\x05\x06" + bytes(18),
        raw_xlsx()[:-200],
        raw_xlsx()[:500],
        raw_xlsx()[1000:],
    ],
    ids="png pdf exe elf gzip ole html html-bom xml html-utf16 gif jpeg rar 7z rtf sqlite zip-head empty-zip cut-end cut-short cut-start".split(),
)
def test_what_is_no_table_is_refused_by_its_bytes(content, tmp_path):
    result = outcome(content, path=tmp_path)

    assert len(result.errors) == 1
    assert result.errors[0].code in ("NOT_A_TABLE", "BAD_ENCODING")
    assert result.rows == 0


def with_part(name, data=b"x", **changes):
    file = io.BytesIO(raw_xlsx())
    with zipfile.ZipFile(file, "a") as archive:
        info = zipfile.ZipInfo(name)
        for attribute, value in changes.items():
            setattr(info, attribute, value)
        archive.writestr(info, data)
    return file.getvalue()


def as_encrypted(content):
    """The directory says that the first part is encrypted."""
    place = content.index(b"PK\x01\x02")
    return content[: place + 8] + struct.pack("<H", 1) + content[place + 10 :]


@pytest.mark.parametrize(
    "content",
    [
        with_part("../../etc/cron.d/x"),
        with_part("/etc/passwd"),
        with_part("C:\\x.xml"),
        with_part("xl/..\\x.xml"),
        with_part("xl/link.xml", external_attr=0o120777 << 16),
        with_part("xl/vbaProject.bin"),
        with_part("xl/worksheets/SHEET1.xml"),
        with_part("xl/x.exe"),
        as_encrypted(raw_xlsx()),
        raw_xlsx(more=[(f"xl/x{number}.xml", b"<x/>") for number in range(200)]),
        raw_xlsx(prolog=f'<?xml version="1.0"?>{LAUGHS}'),
        raw_xlsx(prolog='<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'),
        raw_xlsx(prolog='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        raw_xlsx(more=[("docProps/app.xml", b"<!DOCTYPE x><x/>")]),
        raw_xlsx(prolog='<?xml version="1.0" encoding="nonsense"?>'),
        raw_xlsx(table_rows() + "<row><c>"),
        raw_xlsx(compression=zipfile.ZIP_BZIP2),
    ],
    ids="up absolute drive backslash symlink macros doubled program encrypted parts laughs dtd xxe other-part encoding xml bzip2".split(),
)
def test_a_workbook_built_to_harm_is_refused(content, tmp_path):
    assert found(outcome(content, path=tmp_path)) == [("NOT_A_TABLE", None, "")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path):
    content = raw_xlsx(more=[("xl/worksheets/sheet1.xml", b"<worksheet/>")])

    assert found(outcome(content, path=tmp_path)) == [("NOT_A_TABLE", None, "")]


def test_a_damaged_part_is_refused_even_at_its_end(tmp_path):
    content = bytearray(raw_xlsx(compression=zipfile.ZIP_STORED))
    place = content.index("阿帕替尼片".encode())
    content[place : place + 3] = "爱".encode()

    result = outcome(bytes(content), path=tmp_path)

    assert [problem.code for problem in result.errors] == ["NOT_A_TABLE"]


def test_what_would_unpack_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    content = raw_xlsx(more=[("xl/big.xml", bytes(1000))])

    assert found(outcome(content, path=tmp_path, limits=Limits(unpacked_bytes=3000))) == [("TOO_LARGE", None, "")]


def test_a_bomb_is_refused(tmp_path):
    content = raw_xlsx(more=[("xl/bomb.xml", b" " * 30_000_000)])

    assert found(outcome(content, path=tmp_path)) == [("TOO_LARGE", None, "")]


def test_a_directory_that_lies_about_sizes_is_caught_while_unpacking(tmp_path):
    content = raw_xlsx(table_rows() + "".join(f'<row r="{number}"/>' for number in range(9, 3000)))
    directory = content.index(b"xl/worksheets/sheet1.xml", content.index(b"PK\x01\x02")) - 46
    lying = content[: directory + 24] + struct.pack("<I", 900) + content[directory + 28 :]

    assert [problem.code for problem in outcome(lying, path=tmp_path).errors] == ["NOT_A_TABLE"]


def test_one_endless_text_is_too_long(tmp_path):
    rows = inline(1, ("generic_name", "note")) + inline(2, ("奥希替尼", "长" * 3_000_000))

    result = outcome(raw_xlsx(rows), path=tmp_path, limits=Limits(compression_ratio=10_000))

    assert found(result) == [("TOO_LONG", 2, "note")]


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")

    assert found(outcome(file.getvalue(), path=tmp_path)) == [("NOT_A_TABLE", None, "")]


def zip_of(*names, first=b"x"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return file.getvalue()


def ole(*parts):
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + b"".join(part.encode("utf-16-le") for part in parts)
        + bytes(600)
    )


TABLE = b"<table><tr><td>generic_name</td></tr></table>"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (zip_of("[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"), ".xlsb"),
        (zip_of("mimetype", "content.xml", "META-INF/manifest.xml"), "ODS"),
        (zip_of("[Content_Types].xml", "word/document.xml"), ".docx"),
        (zip_of("[Content_Types].xml", "ppt/presentation.xml"), ".pptx"),
        (zip_of("Index/Document.iwa"), "Numbers"),
        (zip_of("目录.csv"), "zip"),
        (zip_of("list.xlsx", "list2.xlsx"), "zip"),
        (ole("Workbook"), ".xls"),
        (ole("Book"), ".xls"),
        (ole("EncryptedPackage", "EncryptionInfo"), "密码"),
        (ole("WordDocument"), ".doc"),
        (ole("PowerPoint Document"), ".ppt"),
        (ole("Something"), ".xls"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(100), ".xls"),
        (b"\x09\x04\x06\x00" + bytes(100), ".xls"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">' + TABLE, "HTML"),
        (b"<style>td{}</style>" + TABLE, "HTML"),
        (b"\r\n<TABLE border=1><TR><TD>x</TD></TR></TABLE>", "HTML"),
        (b"<div>" + TABLE + b"</div>", "HTML"),
        ("\ufeff<meta charset=utf-8>".encode() + TABLE, "HTML"),
        ("<meta charset=utf-16><table>".encode("utf-16"), "HTML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "2003"),
        (b'<?xml version="1.0"?><root/>', "XML"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n", "MHTML"),
        (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: x\r\nMIME-Version: 1.0\r\n", "MHTML"),
        (b'{"generic_name": "x"}', "JSON"),
        (b'[{"generic_name": "x"}]', "JSON"),
        (b'\n [\n  {"a": 1}]', "JSON"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1" + bytes(50), "Parquet"),
        (b"ID;PWXL;N;E\r\n", "SYLK"),
        (b"TABLE\r\n0,1\r\n", "DIF"),
    ],
)
def test_another_format_is_named_for_what_it_is_with_the_mend(content, named, tmp_path):
    result = outcome(content, path=tmp_path)

    assert [problem.code for problem in result.errors] == ["NOT_A_TABLE"]
    assert named in result.errors[0].zh
    assert any(word in result.errors[0].zh for word in ("另存", "导出", "解压", "去掉密码"))


@pytest.mark.parametrize(
    "header",
    [
        "PK,generic_name",
        "{x},generic_name",
        "<备注>,generic_name",
        "From,generic_name",
        "ID;generic_name",
        "[1],generic_name",
    ],
)
def test_a_header_that_only_looks_like_another_format_is_read(header, tmp_path):
    row = "1;奥希替尼" if ";" in header else "1,奥希替尼"

    assert outcome(f"{header}\n{row}\n", path=tmp_path).errors == ()
