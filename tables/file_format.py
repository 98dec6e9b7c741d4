"""What a file is by its bytes, csv, xlsx or json; refused before anything is parsed: too large, or not what it says it is (RELIABILITY 2.1-5)."""

import hashlib
import re
from pathlib import Path

from tables.archive_safety import check_workbook
from tables.limits import Limits
from tables.problems import problem
from tables.refusal import Refusal, not_a_table, too_large

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
        check_workbook(path, limits)
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
