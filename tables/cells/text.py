"""Texts and names: their characters, what may stand around them, and what only looks like text."""

import re
import unicodedata

from tables.cells.outcome import Fault, Parsed
from tables.formulas import unshield

# Python's str.strip() would also take U+001C to U+001F and the line separators, which must be told, not swallowed.
WHITE = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

_FORBIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1, but tab and line breaks
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero width, line separators, bidirectional
    "\ufe00-\ufe0f\ufff0-\uffff\ufdd0-\ufdef"  # variation selectors, specials and U+FFFD, noncharacters
    "\ue000-\uf8ff\ud800-\udfff"  # private use, surrogates
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"  # tags, private planes
)
_FORBIDDEN_IN_FREE_TEXT = re.compile(
    f"[{_FORBIDDEN}]|"
    + "["
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}{chr(p * 0x10000 + 0xFFFF)}" for p in range(1, 15))
    + "]"
)
_FORBIDDEN_IN_LINE = re.compile(_FORBIDDEN_IN_FREE_TEXT.pattern + "|[\t\r\n]")

# Radicals that look exactly like the ideograph a person meant; plain NFC leaves them.
_RADICALS = {
    point: mapped
    for point in [*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6)]
    if (mapped := unicodedata.normalize("NFKC", chr(point))) != chr(point)
}
_RADICAL = re.compile("[\u2e80-\u2fd5]")
# Cyrillic, and the Greek capitals that cannot be told from Latin ones. α, β, μ and their like stand in real drug names.
_LOOKALIKE = re.compile("[\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]")
_MIXED_WORD = re.compile("[A-Za-z0-9](?=[\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧο])|[\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧο](?=[A-Za-z0-9])")
_UTF8_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_GB2312_HAN = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]")
# What the bytes above ASCII are as Latin-1 or as Windows' Western letters.
_WESTERN = re.compile(
    "[\u0080-\u00ff" + "".join(sorted(set(bytes(range(128, 256)).decode("cp1252", "ignore")) - {"\u00ff"})) + "]"
)
_HAN = re.compile("[\u3400-\u9fff]")
# How old systems read each byte as a character: DOS, the Mac, Russian ones.
_ONE_BYTE_CODECS = ("cp437", "cp850", "mac_roman", "koi8-r", "cp1251", "cp866")
_ASCII = bytes(range(128))
_REPLACED = re.compile("锟斤拷|锟斤|烫烫烫|屯屯屯|锘锘|ï¿½")

WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def clean(text: str, *, free: bool = False) -> str:
    """Return the text trimmed, in NFC, with radicals as ideographs and the mark that exports put before
    formulas taken off.

    `free` text may hold tabs and line breaks. Raises Fault CONTROL_CHARACTER, or BAD_ENCODING for text that was
    decoded wrongly before.
    """
    if text.isascii() and text.isprintable():
        text = text.strip(" ")
        return unshield(text).strip(" ") if "'" in text else text
    text = text.strip(WHITE)
    if "'" in text:
        text = unshield(text).strip(WHITE)
    found = (_FORBIDDEN_IN_FREE_TEXT if free else _FORBIDDEN_IN_LINE).search(text)
    if found:
        raise Fault("CONTROL_CHARACTER", characters=name_of(found.group()))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if _RADICAL.search(text):
        text = text.translate(_RADICALS)
    if wrongly_decoded(text):
        raise Fault("BAD_ENCODING", "该单元格是乱码。", "this cell is garbled.")
    return text


_QUOTED = re.compile('=?"((?:[^"]|"")*)"')


def unquoted(text: str) -> str:
    """Return a text without quotes that were left around it: by `, "x"` in a CSV, or by `="x"`, as some exports write
    texts."""
    while text[-1:] == '"' and (found := _QUOTED.fullmatch(text)):
        text = found.group(1).replace('""', '"').strip(WHITE)
    return text


_NOTHING = re.compile("[无／/]|暂无|[-—–－―]{1,4}|null|nan|none|n/a", re.IGNORECASE)


def says_nothing(text: str) -> bool:
    """Tell whether a whole cell is one of the ways of writing that there is nothing: 无, /, —, NULL, N/A."""
    return len(text) <= 4 and _NOTHING.fullmatch(text) is not None


def refuse_mixed_scripts(text: str) -> None:
    """Refuse a word of Latin letters and others that only look Latin. Codes need no such rule: their patterns are
    ASCII. Raises Fault CONTROL_CHARACTER."""
    if _LOOKALIKE.search(text) and (mixed := _MIXED_WORD.search(text)):
        foreign = next(c for c in text[mixed.start() : mixed.start() + 2] if _LOOKALIKE.match(c))
        raise Fault("CONTROL_CHARACTER", characters=f"{name_of(foreign)} 与拉丁字母混写 mixed with Latin letters")


def name_of(character: str) -> str:
    """`U+200B ZERO WIDTH SPACE`: how an invisible character is shown to a person."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def wrongly_decoded(text: str) -> bool:
    """Whether the text is what UTF-8 or GBK bytes become when read as another encoding and saved again."""
    if _REPLACED.search(text):
        return True
    if not _HAN.search(text) and _is_utf8_a_byte_a_character(text):
        return True
    high = len(_WESTERN.findall(text)) if _WESTERN.search(text) else 0
    if high >= 4 and high * 2 >= sum(c > "\x7f" for c in text):
        for codec in ("latin-1", "cp1252"):
            raw = text.encode(codec, "ignore")
            if _UTF8_HAN.search(raw) and len(_UTF8_HAN.findall(raw)) * 3 >= high * 0.6:
                return True
        raw = text.encode("latin-1", "ignore")
        if len(_GB2312_HAN.findall(raw)) * 2 == sum(b > 0x7F for b in raw):
            return True
    return utf8_read_as_gbk(text)


def _is_utf8_a_byte_a_character(text: str) -> bool:
    """Whether each character, taken as one byte, makes Chinese in UTF-8: by chance hardly any text does."""
    if sum(character > "\x7f" for character in text) < 6:
        return False
    for codec in _ONE_BYTE_CODECS:
        try:
            raw = text.encode(codec)
        except UnicodeError:
            continue
        # A byte that is no character of the codec may have gone lost.
        read_again = len(_HAN.findall(raw.decode("utf-8", "ignore")))
        if read_again >= 2 and read_again * 3 >= 0.7 * len(raw.translate(None, _ASCII)):
            return True
    return False


_SHORT = 8  # characters; what is shorter must be garbled beyond doubt, what has five or less beyond any
_VERY_SHORT = 5
_SHORTEST = 4


def utf8_read_as_gbk(text: str) -> bool:
    """Tell whether the text is what UTF-8 bytes become when read as GBK: bytes that are UTF-8 again, in characters that
    hardly anybody writes. A text of three characters or less is never taken for it: by chance real ones are such bytes."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        pass
    else:
        return False  # everyday characters only
    wide = [character for character in text if character > "\x7f"]
    if len(wide) < _SHORTEST:
        return False
    raw = text.encode("gb18030", "ignore").translate(None, _ASCII)
    read_again = sum("\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" for c in raw.decode("utf-8", "ignore"))
    is_short = len(wide) < _SHORT
    if read_again < 2 or read_again * 3 < len(raw) * (0.7 if is_short else 0.55):
        return False
    rare = sum(not _is_everyday(character) for character in wide)
    return rare / len(wide) >= (0.75 if len(wide) <= _VERY_SHORT else 0.5 if is_short else 0.33)


def _is_everyday(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def narrow(text: str) -> str:
    """Full-width ASCII as ASCII. Not NFKC: that would also read `1²` as 12 and `½` as 1⁄2."""
    return text if text.isascii() else text.translate(WIDE)


def text(written: str) -> Parsed:
    """Keep what people wrote. Raises Fault CONTROL_CHARACTER, BAD_CODE."""
    if not written.isascii():
        refuse_mixed_scripts(written)
    if written.startswith("#") and written.upper() in _SPREADSHEET_ERRORS:
        raise Fault(
            "BAD_CODE", f"{written} 是表格软件的错误值，请填写真实内容。", f"{written} is a spreadsheet's error value."
        )
    return Parsed(written)


_SPREADSHEET_ERRORS = frozenset("#REF! #N/A #NAME? #VALUE! #DIV/0! #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA".split())
_TOTAL = re.compile(
    r"(合\s*计|总\s*计|小\s*计|共\s*计|grand total|total|subtotal|sum)\s*[:：]?\s*[\d,.]*", re.IGNORECASE
)


def name(written: str) -> Parsed:
    """Keep a name as written; a totals row is no name. Raises Fault NOT_A_TABLE, BAD_CODE."""
    if is_total(written):
        raise Fault("NOT_A_TABLE", "这是合计行，请删除。", "this is a totals row; delete it.")
    return text(written)


def is_total(written: str) -> bool:
    """Whether the text begins a totals row."""
    return written[:1] in "合总小共gGtTsS" and bool(_TOTAL.fullmatch(written))
