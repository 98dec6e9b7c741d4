"""One sheet of a workbook as a workbook of its own, cell by cell as it was: so that a workbook of many lists is many files of one list.

The sheet's XML is written again as it is read, but for its shared texts, which go into their cells; the styles are copied.
"""

import re
import zipfile
from typing import IO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from tables.refusal import not_a_table
from tables.workbook import Book, SheetName

# The same sheet is the same bytes, whenever it is taken out.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# XML cannot hold these, and what looks like their spelling must not be read as them.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# Read again as it is, it would be a line feed.
_KEPT = {"\r": "&#13;"}


def sheet_alone(book: Book, sheet: SheetName, into: IO[bytes]) -> None:
    """Write the sheet as an XLSX workbook of one sheet into a file. Raises Refusal NOT_A_TABLE, TOO_LARGE."""
    styles = book.style_part()
    state = ' state="hidden"' if sheet.is_hidden else ""
    epoch = '<workbookPr date1904="1"/>' if book.counts_from_1904 else ""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _write(archive, "[Content_Types].xml", _content_types(with_styles=bool(styles)))
        _write(archive, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        _write(
            archive,
            "xl/workbook.xml",
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{epoch}'
            f'<sheets><sheet name={quoteattr(sheet.name)} sheetId="1"{state} r:id="rId1"/></sheets></workbook>',
        )
        targets = [("worksheet", "worksheets/sheet1.xml"), *([("styles", "styles.xml")] if styles else [])]
        _write(archive, "xl/_rels/workbook.xml.rels", _relations(targets))
        if styles:
            with archive.open(_part("xl/styles.xml"), "w") as part:
                for piece in book.parts.pieces(styles):
                    part.write(piece)
        with archive.open(_part("xl/worksheets/sheet1.xml"), "w") as part:
            _Echo(book.strings(), part).run(book, sheet)


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_part(name), text.encode("utf-8", "xmlcharrefreplace"))


def _content_types(*, with_styles: bool) -> str:
    styles = f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>' if with_styles else ""
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>{styles}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


class _Echo:
    """Writes a sheet's XML as it is read, shared texts in the place of their numbers."""

    def __init__(self, strings: list[str], into: IO[bytes]) -> None:
        self._strings = strings
        self._into = into
        self._out: list[str] = [_XML]
        self._is_shared = False
        self._number: list[str] | None = None

    def run(self, book: Book, sheet: SheetName) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        for piece in book.parts.pieces(sheet.part):
            self._feed(parser, piece)
        self._feed(parser, b"", last=True)
        self._flush()

    def _feed(self, parser: expat.XMLParserType, piece: bytes, *, last: bool = False) -> None:
        try:
            parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as broken:
            raise not_a_table("工作簿的 XML 已损坏。", "the XML of the workbook is damaged.") from broken
        if len(self._out) > 4_096:
            self._flush()

    def _flush(self) -> None:
        self._into.write("".join(self._out).encode("utf-8", "surrogatepass"))
        self._out.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._is_shared = attributes.get("t") == "s"
            if self._is_shared:
                attributes["t"] = "inlineStr"
        elif local == "v" and self._is_shared:
            self._number = []
            return
        told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self._out.append(f"<{name}{told}>")

    def _text(self, text: str) -> None:
        if self._number is not None:
            self._number.append(text)
        else:
            self._out.append(escape(text, _KEPT))

    def _end(self, name: str) -> None:
        if self._number is not None:
            prefix = name.rpartition(":")[0]
            prefix = f"{prefix}:" if prefix else ""
            text = _spoken(self._said("".join(self._number).strip()))
            self._number = None
            self._out.append(f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>')
            return
        self._out.append(f"</{name}>")

    def _said(self, number: str) -> str:
        if not number:
            return ""
        if not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) < len(self._strings)):
            raise not_a_table("工作簿的文字表不完整。", "the workbook's table of texts is incomplete.")
        return self._strings[int(number)]


def _spoken(text: str) -> str:
    return escape(_UNSPEAKABLE.sub(lambda found: f"_x{ord(found.group()):04X}_", text))


def _refuse_doctype(*_: object) -> None:
    raise not_a_table("工作簿含有 DOCTYPE 声明。", "the workbook holds a DOCTYPE.")
