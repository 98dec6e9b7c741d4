"""Which archives are refused before and while they are unpacked: bombs, macros, passwords, links and paths that lead outside (RELIABILITY 2.1-5)."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from tables.limits import Limits
from tables.refusal import Refusal, not_a_table, too_large

CHUNK = 1 << 16
# What an archive that is no XLSX is, by a part that it has.
_ARCHIVES: tuple[tuple[str, str, str], ...] = (
    ("xl/workbook.bin", "这是二进制工作簿（.xlsb），请另存为 .xlsx。", "this is a binary workbook (.xlsb); save it as .xlsx."),
    ("word/", "这是 Word 文档（.docx），请把表格另存为 .xlsx 或 CSV。", "this is a Word document (.docx); save its table as .xlsx or CSV."),
    ("ppt/", "这是演示文稿（.pptx），请把表格另存为 .xlsx 或 CSV。", "this is a presentation (.pptx); save its table as .xlsx or CSV."),
    ("index/document.iwa", "这是 Numbers 表格，请导出为 .xlsx 或 CSV。", "this is a Numbers sheet; export it as .xlsx or CSV."),
    ("document.xml", "这是 OFD 或其他文档，请另存为 .xlsx 或 CSV。", "this is a document; save its table as .xlsx or CSV."),
    ("ofd.xml", "这是 OFD 版式文档，请另存为 .xlsx 或 CSV。", "this is an OFD document; save its table as .xlsx or CSV."),
)  # fmt: skip
_OPEN_DOCUMENT = (
    "这是 ODS 表格（OpenDocument），请另存为 .xlsx。",
    "this is an ODS sheet (OpenDocument); save it as .xlsx.",
)

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_END_OF_DIRECTORY = b"PK\x05\x06"


def check_workbook(path: Path, limits: Limits) -> None:
    """Refuse a workbook that is built to harm or is none, by its archive's directory. Raises Refusal NOT_A_TABLE, TOO_LARGE."""
    infos = members_of(path, limits)
    if infos:
        _refuse_other_archives({info.filename.casefold() for info in infos})
    for info in infos:
        _check_member(info.filename, info, limits)
        _refuse_active_part(info.filename)
    check_together([info.filename for info in infos], infos, limits)
    if not is_workbook(infos):
        raise not_a_table(
            "这是压缩包（zip），不是 XLSX 工作簿，请解压后上传其中的表格。",
            "this is an archive (zip), not an XLSX workbook; unpack it and upload the table inside.",
        )


def members_of(path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return an archive's directory, bounded before it is read. Raises Refusal NOT_A_TABLE."""
    _check_directory_size(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, OverflowError) as broken:
        raise not_a_table("压缩包已损坏或被截断。", "the archive is damaged or cut off.") from broken
    if len(infos) > limits.archive_entries:
        raise _too_many_parts(len(infos), limits)
    return infos


def is_workbook(infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether an archive with this directory is an XLSX workbook."""
    names = {info.filename.casefold() for info in infos}
    return "[content_types].xml" in names and any(name.startswith("xl/") for name in names)


def check_package(names: Sequence[str], infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse an archive of tables that is built to harm, by its directory; `names` are its members' names as people wrote them.

    Raises Refusal NOT_A_TABLE, TOO_LARGE.
    """
    kinds = (".csv", ".xlsx", ".txt", ".tsv")
    if infos and not any(name.casefold().endswith(kinds) for name in names):
        _refuse_other_archives({name.casefold() for name in names})
    for name, info in zip(names, infos, strict=True):
        _check_member(name, info, limits)
    check_together(names, infos, limits)


def check_together(names: Sequence[str], infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse members of one name, and those that would unpack to too much. Raises Refusal NOT_A_TABLE, TOO_LARGE."""
    if len({name.casefold() for name in names}) < len(names):
        raise not_a_table("压缩包（工作簿）内有重名部件。", "the archive or workbook holds two parts of one name.")
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise too_large(
            f"解压后超过 {limits.unpacked_bytes:,} 字节。",
            f"it would unpack to more than {limits.unpacked_bytes:,} bytes.",
        )


def _too_many_parts(count: int, limits: Limits) -> Refusal:
    return not_a_table(
        f"压缩包（工作簿）内有 {count} 个部件，最多 {limits.archive_entries} 个。",
        f"the archive or workbook has {count} parts, at most {limits.archive_entries} are accepted.",
    )


def _refuse_other_archives(names: set[str]) -> None:
    """Name an archive that is something else than a workbook, by its parts. Raises Refusal NOT_A_TABLE."""
    for part, zh, en in _ARCHIVES:
        if part in names or (part.endswith("/") and any(name.startswith(part) for name in names)):
            raise not_a_table(zh, en)
    if "content.xml" in names and ("mimetype" in names or "meta-inf/manifest.xml" in names):
        raise not_a_table(*_OPEN_DOCUMENT)


def _check_directory_size(path: Path, limits: Limits) -> None:
    """The directory is read whole by zipfile: its size must be bounded before that."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_557))
        tail = file.read()
    place = tail.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(tail) - place < 22:
        raise not_a_table("压缩包已损坏或被截断。", "the archive is damaged or cut off.")
    entries, size = struct.unpack("<HI", tail[place + 10 : place + 16])
    if entries > limits.archive_entries or size > limits.archive_entries * 4096:
        raise _too_many_parts(entries, limits)


def _refuse_active_part(name: str) -> None:
    """Refuse a part of a workbook that could do something. Raises Refusal NOT_A_TABLE."""
    if "vbaproject" in name.casefold():
        raise not_a_table(
            "工作簿含有宏，请另存为不含宏的 .xlsx。", "the workbook holds macros; save it as .xlsx without them."
        )
    if name.casefold().endswith((".exe", ".dll", ".js", ".vbs", ".bat")):
        raise not_a_table("工作簿含有非表格部件。", "the workbook holds a part that is no table.")


def _check_member(name: str, info: zipfile.ZipInfo, limits: Limits) -> None:
    if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/") or "\0" in name:
        raise not_a_table(
            "压缩包（工作簿）内有越界的路径。", "the archive or workbook holds a path that leads outside."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise not_a_table("压缩包（工作簿）内有符号链接。", "the archive or workbook holds a symbolic link.")
    if info.flag_bits & 0x1:
        raise not_a_table(
            "压缩包（工作簿）已加密，请去掉密码后上传。", "the archive or workbook has a password; remove it."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise not_a_table(
            "压缩包（工作簿）使用了不支持的压缩方式。", "the archive or workbook is compressed in an unsupported way."
        )
    if info.file_size > 1_000_000 and info.file_size > info.compress_size * limits.compression_ratio:
        raise too_large(
            f"压缩比超过 {limits.compression_ratio}。", f"it is compressed more than {limits.compression_ratio}-fold."
        )


class Unpacked:
    """Reads the parts of a workbook in pieces and counts what really comes out, whatever the directory says."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._archive = zipfile.ZipFile(path)
        self._left = limits.unpacked_bytes
        self._limit = limits.unpacked_bytes
        self.names = {info.filename.casefold(): info for info in self._archive.infolist()}
        self.read_so_far = 0

    def close(self) -> None:
        self._archive.close()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self.names.get(name.casefold())
        if info is None:
            raise not_a_table(f"工作簿缺少部件 {name[:80]}。", f"the workbook lacks its part {name[:80]}.")
        return info

    def occurrences(self, name: str, of: bytes, most: int) -> int:
        """Count a short text in a part, up to just above `most`: a hint got in no time, before anything is parsed."""
        found = 0
        with self._archive.open(self._info(name)) as part:
            while found <= most and (piece := part.read(1 << 20)):
                found += piece.count(of)
        return found

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part. Raises Refusal NOT_A_TABLE (missing, damaged, a DOCTYPE) or TOO_LARGE."""
        info = self._info(name)
        try:
            with self._archive.open(info) as part:
                yield from self._counted(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
            raise not_a_table("工作簿已损坏。", "the workbook is damaged.") from broken

    def _counted(self, part: IO[bytes]) -> Iterator[bytes]:
        first = True
        while piece := part.read(CHUNK):
            self._left -= len(piece)
            self.read_so_far += len(piece)
            if self._left < 0:
                raise too_large(f"解压后超过 {self._limit:,} 字节。", f"it unpacks to more than {self._limit:,} bytes.")
            if first and _DOCTYPE.search(piece.replace(b"\0", b"")):
                raise not_a_table("工作簿含有 DOCTYPE 声明。", "the workbook holds a DOCTYPE.")
            first = False
            yield piece

    def refuse_doctypes(self) -> None:
        """Look at the beginning of every part. Raises Refusal NOT_A_TABLE."""
        for info in self.names.values():
            try:
                with self._archive.open(info) as part:
                    start = part.read(4096)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
                raise not_a_table("工作簿已损坏。", "the workbook is damaged.") from broken
            if _DOCTYPE.search(start.replace(b"\0", b"")):
                raise not_a_table("工作簿含有 DOCTYPE 声明。", "the workbook holds a DOCTYPE.")
