"""What is refused before anything is parsed: too large, not what it says it is, or built to harm (RELIABILITY
2.1-5)."""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from tables.encoding import Refusal
from tables.limits import Limits
from tables.problems import problem

CHUNK = 1 << 16

# The first bytes of what people rename to .csv or .xlsx by mistake or on purpose.
_DISGUISES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "这是 PDF 文件，请把表格另存为 .xlsx 或 CSV。", "this is a PDF; save its table as .xlsx or CSV."),
    (
        b"\x89PNG",
        "这是图片（PNG），请上传表格本身（.xlsx 或 CSV）。",
        "this is a PNG picture; upload the table itself as .xlsx or CSV.",
    ),
    (
        b"\xff\xd8\xff",
        "这是图片（JPEG），请上传表格本身（.xlsx 或 CSV）。",
        "this is a JPEG picture; upload the table itself as .xlsx or CSV.",
    ),
    (
        b"GIF8",
        "这是图片（GIF），请上传表格本身（.xlsx 或 CSV）。",
        "this is a GIF picture; upload the table itself as .xlsx or CSV.",
    ),
    (b"\x7fELF", "这是可执行文件，请上传表格（.xlsx 或 CSV）。", "this is a program; upload a table as .xlsx or CSV."),
    (b"\x1f\x8b", "这是压缩文件（gzip），请先解压。", "this is a gzip archive; unpack it first."),
    (b"BZh", "这是压缩文件（bzip2），请先解压。", "this is a bzip2 archive; unpack it first."),
    (b"\xfd7zXZ", "这是压缩文件（xz），请先解压。", "this is an xz archive; unpack it first."),
    (b"7z\xbc\xaf", "这是压缩文件（7z），请先解压。", "this is a 7z archive; unpack it first."),
    (b"Rar!", "这是压缩文件（RAR），请先解压。", "this is a RAR archive; unpack it first."),
    (b"\x28\xb5\x2f\xfd", "这是压缩文件（zstd），请先解压。", "this is a zstd archive; unpack it first."),
    (
        b"{\\rtf",
        "这是 RTF 文档，请把表格另存为 .xlsx 或 CSV。",
        "this is an RTF document; save its table as .xlsx or CSV.",
    ),
    (b"SQLite format 3", "这是数据库文件，请把表格导出为 CSV。", "this is a database file; export its table as CSV."),
    (b"PAR1", "这是 Parquet 数据文件，请导出为 CSV。", "this is a Parquet file; export it as CSV."),
    (
        b"II*\0",
        "这是图片（TIFF），请上传表格本身（.xlsx 或 CSV）。",
        "this is a TIFF picture; upload the table itself as .xlsx or CSV.",
    ),
    (
        b"MM\0*",
        "这是图片（TIFF），请上传表格本身（.xlsx 或 CSV）。",
        "this is a TIFF picture; upload the table itself as .xlsx or CSV.",
    ),
    (b"\x09\x08", "这是旧版 .xls，请另存为 .xlsx。", "this is an old .xls; save it as .xlsx."),
    (b"\x09\x04\x06\0", "这是旧版 .xls，请另存为 .xlsx。", "this is an old .xls; save it as .xlsx."),
    (b"\x09\x02\x06\0", "这是旧版 .xls，请另存为 .xlsx。", "this is an old .xls; save it as .xlsx."),
    (b"\x09\0\x04\0", "这是旧版 .xls，请另存为 .xlsx。", "this is an old .xls; save it as .xlsx."),
    (
        b"ID;PWXL",
        "这是 SYLK（.slk）表格，请另存为 .xlsx 或 CSV。",
        "this is a SYLK sheet (.slk); save it as .xlsx or CSV.",
    ),
)
_OLE = b"\xd0\xcf\x11\xe0"
# What the directory of an OLE file (old Office, or a new one with a password) calls its parts.
_OLE_PARTS: tuple[tuple[str, str, str], ...] = (
    ("EncryptedPackage", "这是带密码的工作簿，请去掉密码后另存为 .xlsx。", "this is a workbook with a password; remove it and save as .xlsx."),
    ("WordDocument", "这是 Word 文档（.doc），请把表格另存为 .xlsx 或 CSV。", "this is a Word document (.doc); save its table as .xlsx or CSV."),
    ("PowerPoint Document", "这是演示文稿（.ppt），请把表格另存为 .xlsx 或 CSV。", "this is a presentation (.ppt); save its table as .xlsx or CSV."),
    ("Workbook", "这是旧版工作簿（.xls 或 .et），请另存为 .xlsx。", "this is an old workbook (.xls or .et); save it as .xlsx."),
    ("Book", "这是旧版工作簿（.xls），请另存为 .xlsx。", "this is an old workbook (.xls); save it as .xlsx."),
)  # fmt: skip
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
_MARKUP = re.compile(
    rb"\s*<(?:!doctype|!--|!\[|\?xml|\?mso|(?:html|head|body|meta|title|style|link|base|table|tr|td|th|thead|tbody|div|span|p|br|center|font|b|h[1-6]"
    rb"|script|svg|form|pre|workbook|ss|root|data|rss|dataset|catalog|o|x|v)(?:[\s>/:]|$))",
    re.IGNORECASE,
)
_SPREADSHEET_XML = re.compile(
    rb"mso-application|schemas-microsoft-com:office:spreadsheet|<(?:ss:)?workbook", re.IGNORECASE
)
_MAIL = re.compile(rb"\s*(?:MIME-Version:|From: |Content-Type: *multipart/|Return-Path:|Received: )", re.IGNORECASE)
_JSON = re.compile(rb'\s*(?:\{\s*(?:"|\})|\[\s*[\[{"\]])')
_DIF = re.compile(rb"TABLE\r?\n0,1\r?\n")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_END_OF_DIRECTORY = b"PK\x05\x06"


def not_a_table(zh: str, en: str, row: int | None = None, column: str = "", value: str = "") -> Refusal:
    """Make the refusal NOT_A_TABLE with its reason in both languages."""
    return Refusal(problem("NOT_A_TABLE", row, column, value, why_zh=zh, why_en=en))


def too_large(zh: str, en: str) -> Refusal:
    """Make the refusal TOO_LARGE with its reason in both languages."""
    return Refusal(problem("TOO_LARGE", None, why_zh=zh, why_en=en))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_format_of(path: Path, limits: Limits) -> str:
    """Tell `csv`, `xlsx` or `json` by the bytes, whatever the name. Raises Refusal EMPTY_FILE, TOO_LARGE, NOT_A_TABLE."""
    size = path.stat().st_size
    if size == 0:
        raise Refusal(problem("EMPTY_FILE", None))
    if size > limits.file_bytes:
        raise too_large(f"最大 {limits.file_bytes:,} 字节。", f"at most {limits.file_bytes:,} bytes are accepted.")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        _check_archive(path, limits)
        return "xlsx"
    for magic, zh, en in _DISGUISES:
        if start.startswith(magic):
            raise not_a_table(zh, en)
    if start.startswith(_OLE):
        raise _old_office(path, size)
    if start.startswith(b"MZ") and b"\0" in start:
        raise not_a_table(
            "这是可执行文件，请上传表格（.xlsx 或 CSV）。", "this is a program; upload a table as .xlsx or CSV."
        )
    plain = start.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    _refuse_other_texts(plain)
    return "json" if _JSON.match(plain) else "csv"


def _old_office(path: Path, size: int) -> Refusal:
    """What an OLE file is, by the names in its directory, which may stand anywhere."""
    with path.open("rb") as file:
        content = file.read(min(size, 4 << 20))
        if size > len(content):
            file.seek(-(1 << 20), 2)
            content += file.read()
    for part, zh, en in _OLE_PARTS:
        if part.encode("utf-16-le") in content:
            return not_a_table(zh, en)
    return not_a_table(
        "这是旧版 .xls 或加密的工作簿，请另存为不加密的 .xlsx。",
        "this is an old .xls or a workbook with a password; save it as an open .xlsx.",
    )


def _refuse_other_texts(plain: bytes) -> None:
    """Markup, mails and the like that are called .xls or .csv. Raises Refusal NOT_A_TABLE."""
    if _MARKUP.match(plain):
        if _SPREADSHEET_XML.search(plain):
            raise not_a_table(
                "这是 XML 表格（2003 版），请另存为 .xlsx。", "this is an XML Spreadsheet 2003; save it as .xlsx."
            )
        if plain.lstrip()[:5].lower() == b"<?xml":
            raise not_a_table("这是 XML，请另存为 CSV 或 XLSX。", "this is XML; save it as CSV or XLSX.")
        raise not_a_table(
            "这是网页（HTML），即使文件名是 .xls；请用表格软件打开后另存为 .xlsx 或 CSV。",
            "this is a web page (HTML), even if it is called .xls; open it in a spreadsheet and save it as .xlsx or CSV.",
        )
    if _MAIL.match(plain):
        raise not_a_table(
            "这是网页存档（MHTML）或邮件，请用表格软件打开后另存为 .xlsx 或 CSV。",
            "this is a web archive (MHTML) or a mail; open it in a spreadsheet and save it as .xlsx or CSV.",
        )
    if _DIF.match(plain):
        raise not_a_table("这是 DIF 表格，请另存为 .xlsx 或 CSV。", "this is a DIF sheet; save it as .xlsx or CSV.")


def _check_archive(path: Path, limits: Limits) -> None:
    """Look at the archive's directory only. Raises Refusal NOT_A_TABLE, TOO_LARGE."""
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
