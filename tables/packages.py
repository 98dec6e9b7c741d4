"""Many tables in one file: a ZIP of CSV and XLSX files, or a workbook with a table a sheet, taken apart into files of one table.

Nothing is unpacked to where the archive says: each part goes out as bytes, and whoever asked gives it a name of their own.
"""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from tables import workbook
from tables.archive_safety import Unpacked, check_package, is_workbook, members_of
from tables.file_format import file_format_of
from tables.limits import Limits
from tables.problems import Problem, shown
from tables.refusal import Refusal, not_a_table, too_large
from tables.sheet_as_workbook import sheet_alone

PARTS = 10_000  # files in a ZIP, or parts of a workbook
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_IS_UTF8 = 0x800  # the flag of a member whose name says that it is in UTF-8
_PIECE = 1 << 18
# What systems put beside the files that somebody packed.
_LEFT_BEHIND = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a package: the file's path in the ZIP, or the sheet's name."""

    name: str
    is_sheet: bool


def parts_of(path: Path, limits: Limits) -> Iterator[tuple[Part, Iterator[bytes] | Problem]]:
    """Yield each table of a package with its bytes, which must be taken before the next is asked for, or with why it cannot be read.

    Raises Refusal where the package as a whole is none: NOT_A_TABLE, TOO_LARGE, EMPTY_FILE.
    """
    limits = replace(limits, archive_entries=PARTS)
    with path.open("rb") as file:
        start = file.read(4)
    if not start.startswith(_ZIP):
        file_format_of(path, limits)  # says better what else it is
        raise not_a_table(
            "这是单个表格。请上传装有各清单的 ZIP，或每份清单一张工作表的工作簿。",
            "this is a single table; upload a ZIP of lists, or a workbook with a list a sheet.",
        )
    if path.stat().st_size > limits.file_bytes:
        raise too_large(f"最大 {limits.file_bytes:,} 字节。", f"at most {limits.file_bytes:,} bytes are accepted.")
    infos = members_of(path, limits)
    return _sheets(path, limits) if is_workbook(infos) else _members(path, infos, limits)


def _sheets(path: Path, limits: Limits) -> Iterator[tuple[Part, Iterator[bytes] | Problem]]:
    file_format_of(path, limits)
    # A sheet's texts are counted once for all, so that no sheet can repeat them without end.
    left = limits.file_bytes
    with closing(Unpacked(path, limits)) as parts:
        book = workbook.open_book(parts, limits)
        for sheet in book.sheets:
            buffer = io.BytesIO()
            try:
                sheet_alone(book, sheet, buffer)
            except Refusal as refusal:
                if refusal.problem.code == "TOO_LARGE":
                    raise
                yield Part(sheet.name, True), refusal.problem
                continue
            left -= buffer.tell()
            if left < 0:
                raise too_large(
                    f"拆分后超过 {limits.file_bytes:,} 字节。",
                    f"taken apart it would be more than {limits.file_bytes:,} bytes.",
                )
            yield Part(sheet.name, True), iter([buffer.getvalue()])


def _members(
    path: Path, infos: list[zipfile.ZipInfo], limits: Limits
) -> Iterator[tuple[Part, Iterator[bytes] | Problem]]:
    named = [(name_of(info), info) for info in infos if not info.is_dir()]
    check_package([name for name, _ in named], [info for _, info in named], limits)
    counted = _Counted(limits)
    with zipfile.ZipFile(path) as archive:
        for name, info in named:
            if _is_left_behind(name):
                continue
            try:
                # Opened here, so that a member whose own head is broken is told by its name.
                member = archive.open(info)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
                yield Part(name, False), _damaged(name)
                continue
            with member:
                yield Part(name, False), counted.pieces(member, name)


def _is_left_behind(name: str) -> bool:
    folders, _, last = name.rpartition("/")
    return last.startswith(("._", "~$")) or last.casefold() in _LEFT_BEHIND or "__MACOSX" in folders.split("/")


class _Counted:
    """Reads members in pieces and counts what really comes out, whatever the directory says."""

    def __init__(self, limits: Limits) -> None:
        self._left = self._limit = limits.unpacked_bytes

    def pieces(self, member: IO[bytes], name: str) -> Iterator[bytes]:
        try:
            while piece := member.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise too_large(
                        f"解压后超过 {self._limit:,} 字节。", f"it unpacks to more than {self._limit:,} bytes."
                    )
                yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
            raise Refusal(_damaged(name)) from broken


def _damaged(name: str) -> Problem:
    told = shown(name, 80)
    return not_a_table(
        f"压缩包中的“{told}”已损坏。", f"“{told}” in the archive is damaged.", None, "file", name
    ).problem


def name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's name as it was written: archives made in China say it in GB18030, or in UTF-8 without saying so."""
    if info.flag_bits & _IS_UTF8:
        return unicodedata.normalize("NFC", info.filename)
    try:
        # The bytes again, which the archive's reader took for those of an old code page.
        written = info.filename.encode("cp437")
    except UnicodeEncodeError:  # from another field of the archive, in Unicode
        return unicodedata.normalize("NFC", info.filename)
    for encoding in ("utf-8", "gb18030"):
        try:
            return unicodedata.normalize("NFC", written.decode(encoding))
        except UnicodeDecodeError:
            continue
    return info.filename
