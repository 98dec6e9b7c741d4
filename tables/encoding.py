"""Which encoding a text file is in: found by reading all of it strictly, never guessed character by character (spec
csv.md).

UTF-8 with or without BOM, UTF-16 with BOM, else GB18030 (so GBK and GB2312 too). GB18030 takes nearly any bytes for
Chinese, so what is really broken or mixed UTF-8, or Big5, is recognised and refused rather than stored as nonsense.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from tables.problems import problem
from tables.refusal import Refusal

CHUNK = 1 << 20
SAMPLE = 1 << 20

_HAN_IN_UTF8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]")
_KANA = re.compile("[\u3041-\u30fe]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_LINE_END = re.compile(rb"\r\n|\r|\n")

# Code points that Python's gb18030 puts into private use although the standard has since given them a place of their
# own.
GB18030_PLACES = {
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
}


def encoding_of(path: Path) -> str:
    """Return the codec that reads the whole file without a fault: utf-8-sig, utf-8, utf-16 or gb18030.

    Raises Refusal BAD_ENCODING.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _refusal(None, "不支持 UTF-32。", "UTF-32 is not supported.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(path, "utf-16")
    if start.startswith(codecs.BOM_UTF8):
        return _strictly(path, "utf-8-sig")
    if start.count(0) * 5 > len(start):
        raise _refusal(
            1, "像是没有 BOM 的 UTF-16，或不是文本。", "this looks like UTF-16 without a BOM, or is no text."
        )
    fault = _first_fault(path, "utf-8")
    if fault is None:
        return "utf-8"
    if _is_broken_utf8(path):
        raise _refusal(
            _line_at(path, fault),
            "该行的字节不是有效的 UTF-8，其余部分却是。",
            "the bytes of this line are not valid UTF-8, although the rest is.",
        )
    _strictly(path, "gb18030")
    _refuse_mixed(path)
    _refuse_other_languages(path)
    return "gb18030"


def _refusal(row: int | None, zh: str, en: str) -> Refusal:
    return Refusal(problem("BAD_ENCODING", row, why_zh=zh, why_en=en))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _first_fault(path: Path, codec: str) -> int | None:
    """The offset of the first byte that the codec cannot read, or None."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    read = held = 0  # held: bytes of a character that the last chunk cut in two
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
            read += len(chunk)
            held = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        return read - held + fault.start
    return None


def _strictly(path: Path, codec: str) -> str:
    fault = _first_fault(path, codec.removesuffix("-sig"))
    if fault is not None:
        name = codec.removesuffix("-sig").upper()
        raise _refusal(
            _line_at(path, fault), f"该行的字节不是有效的 {name}。", f"the bytes of this line are not valid {name}."
        )
    return codec


def _line_at(path: Path, offset: int) -> int:
    line = 1
    ends_with_cr = False
    for chunk in _chunks(path):
        part = chunk[: max(offset, 0)]
        line += len(_LINE_END.findall(part)) - (ends_with_cr and part.startswith(b"\n"))
        ends_with_cr = part.endswith(b"\r")
        offset -= len(chunk)
        if offset <= 0:
            break
    return line


def _sample(path: Path) -> bytes:
    """The lines that are not plain ASCII, up to a megabyte of them."""
    kept = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                kept += line[:CHUNK]
            if len(kept) > SAMPLE:
                break
    return bytes(kept)


def _is_broken_utf8(path: Path) -> bool:
    """Whether the file is UTF-8 but for a few bytes: more Chinese characters read well than bytes read badly."""
    sample = _sample(path)
    readable = sample.decode("utf-8", "ignore").encode()
    read_well = len(_HAN_IN_UTF8.findall(readable))
    return read_well >= 1 and len(sample) - len(readable) <= read_well


def _refuse_mixed(path: Path) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if (
                not line.isascii()
                and len(_HAN_IN_UTF8.findall(line)) >= 2
                and _is_utf8(line)
                and not _is_everyday(line)
            ):
                raise _refusal(
                    number,
                    "该行是 UTF-8，其他行是 GB18030，一个文件只能用一种编码。",
                    "this line is UTF-8 while others are GB18030; a file has one encoding.",
                )


def _refuse_other_languages(path: Path) -> None:
    """Big5 and Shift-JIS are valid GB18030 too, but put most of their characters where ordinary Chinese has hardly
    any."""
    sample = _FOUR_BYTES.sub(b"", _sample(path))
    pairs = _PAIR.findall(sample)
    low = sum(pair[1] < 0xA1 and pair[0] >= 0xA1 for pair in pairs)
    early = sum(pair[0] < 0xA1 for pair in pairs)
    if low * 5 > len(pairs) and sum(0xA4 <= pair[0] <= 0xC6 for pair in pairs) * 5 > len(pairs) * 3:
        if _first_fault(path, "big5hkscs") is None:
            raise _refusal(None, "像是 Big5（繁体）编码。", "this looks like Big5.")
    elif early * 3 > len(pairs) and _first_fault(path, "cp932") is None:
        text = sample.decode("cp932", "ignore")
        if _KANA.search(text) and len(_HALF_KANA.findall(text)) * 5 < len(text):
            raise _refusal(None, "像是 Shift-JIS（日文）编码。", "this looks like Shift-JIS.")


def _is_everyday(line: bytes) -> bool:
    """Whether the line is GB2312, the everyday characters: then that its bytes are UTF-8 too is chance."""
    try:
        line.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
