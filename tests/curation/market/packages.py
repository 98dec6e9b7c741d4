"""Packages of lists as people make them: a ZIP of files, a workbook with a list a sheet."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

SEEDS = Path(__file__).resolve().parents[3] / "seeds" / "reference_lists"
Rows = Sequence[Sequence[Any]]


def zipped(files: Mapping[str, str | bytes], *, encoding: str = "utf-8") -> bytes:
    """Return a ZIP of files; with another encoding than UTF-8 the names are written as old packers in China write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    raw = buffer.getvalue()
    if encoding == "utf-8":
        return raw
    return _renamed(raw, list(files), encoding)


class _OldInfo(zipfile.ZipInfo):
    """A member whose name is in another encoding, without saying which."""

    written = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.written, 0


def _renamed(raw: bytes, names: Sequence[str], encoding: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = _OldInfo(name, (2026, 1, 2, 3, 4, 6))
            info.compress_type, info.written = zipfile.ZIP_DEFLATED, name.encode(encoding)
            archive.writestr(info, old.read(name))
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """Return a workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return _with_shared_texts(buffer.getvalue())


_INLINE = re.compile(
    rb't="inlineStr"><is><t(?: [^>]*)?>(.*?)</t></is></c>|t="inlineStr"><is><t\s*/></is></c>', re.DOTALL
)


def _with_shared_texts(book: bytes) -> bytes:
    """Put the texts of all sheets into the workbook's table of texts, as spreadsheets do."""
    texts: list[bytes] = []

    def shared(found: re.Match[bytes]) -> bytes:
        text = found.group(1) or b""
        if text not in texts:
            texts.append(text)
        return b't="s"><v>%d</v></c>' % texts.index(text)

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = {info.filename: old.read(info) for info in old.infolist()}
        for name in parts:
            if name.startswith("xl/worksheets/sheet"):
                parts[name] = _INLINE.sub(shared, parts[name])
        listed = b"".join(b'<si><t xml:space="preserve">%s</t></si>' % text for text in texts)
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (main, listed)
        relation = b'<Relationship Id="texts" Type="%s/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        relations = parts["xl/_rels/workbook.xml.rels"]
        office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"</Relationships>", relation % office)
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content)
    return buffer.getvalue()


def seeds_zipped() -> bytes:
    """Return the reference lists of seeds/ with their cover, zipped as they stand."""
    return zipped({file.name: file.read_bytes() for file in sorted(SEEDS.iterdir())})
