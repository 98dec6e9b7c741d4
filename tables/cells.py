"""What a cell may say: from the text as written to a value that cannot be wrong (spec csv.md).

Every parser takes a trimmed, non-empty text whose characters were checked by `clean`, and returns a `Parsed` or
raises a `Fault`. Nothing is rounded, nothing is guessed: what cannot be read without loss is a fault that says how
to mend it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tables.formulas import unshield


class Fault(Exception):
    """Why a cell cannot be read: a problem code and the words that fill its sentence."""

    def __init__(self, code: str, why_zh: str = "", why_en: str = "", **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = {"why_zh": why_zh, "why_en": why_en, **details}


class Parsed(NamedTuple):
    """A cell's value; `told` is the text the reader is told it became (None: nothing worth telling), `warning` a
    problem code."""

    value: Any
    told: str | None = None
    warning: str | None = None


class Typed(NamedTuple):
    """An XLSX cell that is not text. `kind`: number, lossy (a number that lost digits), date, yes_no, error, formula (one
    without a stored result).

    `text` is the value without its format; `shown` what the sheet shows of a number, None where that cannot be told.
    """

    kind: str
    text: str
    shown: str | None = None


Cell = str | Typed
Parser = Callable[[str], Parsed]

# ---------------------------------------------------------------------------------------------- characters

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
_LATIN1_HIGH = re.compile("[\u0080-\u00ff]")
_ASCII = bytes(range(128))
_REPLACED = re.compile("锟斤拷|锟斤|烫烫烫|屯屯屯|锘锘|ï¿½")

WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def clean(text: str, *, free: bool = False) -> str:
    """Will return the text trimmed, in NFC, with radicals as ideographs and the mark that exports put before
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
    """Will refuse a word of Latin letters and others that only look Latin. Codes need no such rule: their patterns are
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
    high = len(_LATIN1_HIGH.findall(text)) if _LATIN1_HIGH.search(text) else 0
    if high >= 4 and high * 2 >= sum(c > "\x7f" for c in text):
        for codec in ("latin-1", "cp1252"):
            raw = text.encode(codec, "ignore")
            if _UTF8_HAN.search(raw) and len(_UTF8_HAN.findall(raw)) * 3 >= high * 0.6:
                return True
        raw = text.encode("latin-1", "ignore")
        if len(_GB2312_HAN.findall(raw)) * 2 == sum(b > 0x7F for b in raw):
            return True
    return utf8_read_as_gbk(text)


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


def _choice_key(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


# ---------------------------------------------------------------------------------------------- text and names


def text(written: str) -> Parsed:
    """Will keep what people wrote. Raises Fault CONTROL_CHARACTER, BAD_CODE."""
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
    """Will keep a name as written; a totals row is no name. Raises Fault NOT_A_TABLE, BAD_CODE."""
    if is_total(written):
        raise Fault("NOT_A_TABLE", "这是合计行，请删除。", "this is a totals row; delete it.")
    return text(written)


def is_total(written: str) -> bool:
    """Whether the text begins a totals row."""
    return written[:1] in "合总小共gGtTsS" and bool(_TOTAL.fullmatch(written))


# ---------------------------------------------------------------------------------------------- codes

_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?E[+-]?\d+", re.IGNORECASE)


def _refuse_scientific(code: str) -> None:
    if code[:1] in "0123456789+-" and _SCIENTIFIC.fullmatch(code):
        raise Fault(
            "BAD_CODE",
            "编码被表格软件改成了科学计数法，已丢失数字。请把该列设为文本后重新填写。",
            "a spreadsheet turned the code into scientific notation and lost digits. Make the column text and type it again.",
        )


def reference(written: str) -> Parsed:
    """Will read a code of the curator's own (entry code, claim number): NFKC, otherwise as written."""
    code = written if written.isascii() else unicodedata.normalize("NFKC", written)
    _refuse_scientific(code)
    name(code)
    return Parsed(code, code)


# Letters (A) and digits (9) must stand where the coding rules have them. The national rule writes a name as a letter and digits; the spec's
# rule vectors, and files made after them, write digits before the letter: both are taken.
_CODE_SHAPES = {
    "X": tuple("XA99AA" + name + form + "9" * 9 for name in ("A999", "999A") for form in ("A999", "9999")),
    "Z": tuple("ZA99AA" + name + "9" * 9 for name in ("A9999", "999A9")),
}
WHOLE_CODE = re.compile(
    "X[A-Z][0-9]{2}[A-Z]{2}(?:[A-Z][0-9]{3}|[0-9]{3}[A-Z])[A-Z0-9][0-9]{12}"
    "|Z[A-Z][0-9]{2}[A-Z]{2}(?:[A-Z][0-9]{4}|[0-9]{3}[A-Z][0-9])[0-9]{9}"
)
_HERBAL = re.compile("T[0-9A-Z]{2,22}")


def national_code(written: str) -> Parsed:
    """Will read a national drug code 国家医保药品代码, whole or a prefix of at least three characters. Raises Fault
    BAD_CODE."""
    if WHOLE_CODE.fullmatch(written):
        return Parsed(written)
    code = narrow(written).upper()
    _refuse_scientific(code)
    shapes = _CODE_SHAPES.get(code[0])
    if shapes is None:
        if _HERBAL.fullmatch(code):
            return Parsed(code, code)
        raise Fault(
            "BAD_CODE",
            "医保药品代码以 X（西药）、Z（中成药）或 T（饮片）开头，只含字母和数字。",
            "a national drug code begins with X, Z or T and has letters and digits only.",
        )
    length = len(shapes[0])
    if not 3 <= len(code) <= length:
        raise Fault(
            "BAD_CODE",
            f"{code[0]} 类代码为 {length} 位，或至少 3 位的前缀；这里有 {len(code)} 位。",
            f"a code beginning with {code[0]} has {length} characters, or at least 3 as a prefix; this has {len(code)}.",
        )
    _match_shape(code, shapes)
    return Parsed(code, code)


def _match_shape(code: str, shapes: tuple[str, ...]) -> None:
    """Raises Fault at the character where the code leaves the shape it follows furthest."""
    place, wanted = max(_first_difference(code, shape) for shape in shapes)
    if place < len(code):
        kind_zh, kind_en = ("数字", "a digit") if wanted == "9" else ("字母", "a letter")
        raise Fault(
            "BAD_CODE",
            f"第 {place + 1} 位“{code[place]}”应为{kind_zh}。",
            f"character {place + 1}, “{code[place]}”, should be {kind_en}.",
        )


def _first_difference(code: str, shape: str) -> tuple[int, str]:
    for place, (found, wanted) in enumerate(zip(code[1:], shape[1:], strict=False), 1):
        if not ("0" <= found <= "9" if wanted == "9" else "A" <= found <= "Z"):
            return place, wanted
    return len(code), ""


def whole_national_code(written: str) -> Parsed:
    """Will read a national drug code that names one product (the drug master). Raises Fault BAD_CODE."""
    parsed = national_code(written)
    shapes = _CODE_SHAPES.get(parsed.value[0])
    if shapes is not None and len(parsed.value) != len(shapes[0]):
        raise Fault(
            "BAD_CODE",
            f"这里须填完整代码（{len(shapes[0])} 位），不能是前缀。",
            f"a whole code ({len(shapes[0])} characters) is needed here, not a prefix.",
        )
    return parsed


APPROVAL = re.compile("(?:[HZSBTFJ]|[HSZ][JC])[0-9]{8}")


def approval_no(written: str) -> Parsed:
    """Will read an approval number 批准文号 and store it without 国药准字; an unusual one is kept as written, with a
    warning."""
    plain = written.removeprefix("国药准字")
    if APPROVAL.fullmatch(plain):
        return Parsed(plain, written)
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).upper()
    code = code.removeprefix("国药准字").lstrip(":")
    _refuse_scientific(code)
    if not code or any("\u0370" <= c <= "\u052f" for c in code):
        raise Fault(
            "BAD_CODE",
            "批准文号中有看似拉丁字母的其他文字，或没有号码。请重新输入。",
            "there is no number, or a letter that only looks Latin. Type it again.",
        )
    if APPROVAL.fullmatch(code):
        return Parsed(code, code)
    kept = re.sub(r"^国药准字\s*", "", narrow(written))
    return Parsed(kept, kept if kept != written.removeprefix("国药准字") else None, "UNUSUAL_APPROVAL_NO")


_CLASS = re.compile("[XZ](?:[A-Z](?:[0-9](?:[0-9](?:[A-Z][A-Z]?)?)?)?)?|T[0-9A-Z]{0,5}")


def class_code(written: str) -> Parsed:
    """Will read a drug class code 药品分类代码 such as XL01FX. Raises Fault BAD_CODE."""
    code = narrow(written).upper()
    _refuse_scientific(code)
    if not _CLASS.fullmatch(code):
        raise Fault(
            "BAD_CODE",
            "药品分类代码形如 XL01FX：X、Z 或 T 开头，其后最多 5 位（字母、两位数字、字母、字母）。",
            "a class code looks like XL01FX: X, Z or T and up to five more (letter, two digits, letter, letter).",
        )
    return Parsed(code, code)


_CODE_SEPARATORS = re.compile("[;；|｜、,，]")
_TEXT_SEPARATORS = re.compile("[;；|｜、]")


def _pieces(written: str, separators: re.Pattern[str]) -> list[str]:
    return [piece for part in separators.split(written) if (piece := part.strip(WHITE))]


def code_pieces(written: str) -> list[str]:
    """Part a list of codes: none is empty, white space around each is gone."""
    return _pieces(written, _CODE_SEPARATORS)


def _listed(values: Iterable[str], written: str) -> Parsed:
    unique = tuple(dict.fromkeys(values))
    if not unique:
        raise Fault("BAD_CODE", "只有分隔符，没有内容。", "there are separators only.")
    stored = ";".join(unique)
    return Parsed(unique, stored if stored != re.sub(r"\s*[;；|｜、,，]\s*", ";", written) else None)


_CRITERION = re.compile(r"([A-Z][A-Z0-9_]{0,63})(?:\s*=\s*(.+))?", re.DOTALL)


def criteria(written: str) -> Parsed:
    """Will read criteria `CODE=text` or `CODE`. Raises Fault BAD_CODE, TOO_LONG."""
    return _listed((_criterion(piece) for piece in _pieces(written, _TEXT_SEPARATORS)), written)


def _criterion(piece: str) -> str:
    code, equals, words = piece.partition("=") if "=" in piece else piece.partition("＝")
    code = narrow(code).strip(WHITE)
    if not re.fullmatch("[A-Z][A-Z0-9_]*", code):
        raise Fault(
            "BAD_CODE",
            f"“{piece[:40]}”应写成 CODE=说明，CODE 用大写字母、数字和下划线。",
            f"“{piece[:40]}” should be CODE=text, the code in capitals, digits and underscores.",
        )
    if len(code) > 64:
        raise Fault("TOO_LONG", found=len(code), limit=64)
    words = words.strip(WHITE)
    return f"{code}={words}" if equals and words else code


def aliases(written: str) -> Parsed:
    """Will read other names of a drug."""
    return _listed((text(piece).value for piece in _pieces(written, _TEXT_SEPARATORS)), written)


# ---------------------------------------------------------------------------------------------- choices


def choice(words: Mapping[str, str]) -> Parser:
    """Will make a parser of one value out of `words` (accepted word → stored value)."""
    by_key = {_choice_key(word): value for word, value in words.items()}
    choices = _choices(words)

    def parse(written: str) -> Parsed:
        value = by_key.get(_choice_key(written))
        if value is None:
            raise Fault("BAD_CHOICE", choices=choices)
        return Parsed(value)

    return parse


def choices(words: Mapping[str, str]) -> Parser:
    """Will make a parser of a list of values out of `words`."""
    one = choice(words)

    def parse(written: str) -> Parsed:
        values = tuple(dict.fromkeys(one(piece).value for piece in _pieces(written, _LIST_SEPARATORS)))
        if not values:
            raise Fault("BAD_CHOICE", choices=_choices(words))
        return Parsed(values)

    return parse


_LIST_SEPARATORS = re.compile("[;；|｜、,，/]")


def _choices(words: Mapping[str, str]) -> str:
    spoken: dict[str, list[str]] = {}
    for word, value in words.items():
        spoken.setdefault(value, [])
        if word != value:
            spoken[value].append(word)
    return "、".join(f"{value}（{'/'.join(also)}）" if also else value for value, also in spoken.items())


_YES_NO = {
    "y": True,
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "n": False,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
}


def yes_no(written: str) -> Parsed:
    """Will read a yes or no. Raises Fault BAD_YES_NO."""
    value = _YES_NO.get(_choice_key(written))
    if value is None:
        raise Fault("BAD_YES_NO")
    return Parsed(value)


# ---------------------------------------------------------------------------------------------- numbers

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_GREATEST_DIGITS = 10


def number(written: str, places: int) -> Decimal:
    """Will read a plain decimal with at most `places` decimals and ten digits before the point. Raises Fault
    BAD_NUMBER, OUT_OF_RANGE."""
    digits = written if written.isascii() else written.translate(WIDE)
    found = _NUMBER.fullmatch(digits) if len(digits) <= 40 else None
    if not found:
        raise Fault(
            "BAD_NUMBER",
            "请只写数字，如 12.50，不带单位、千分号、百分号或括号。",
            "write digits only, like 12.50: no unit, thousands separator, per cent sign or bracket.",
        )
    decimals = found.group(3) or ""
    if len(decimals) > places:
        raise Fault(
            "BAD_NUMBER",
            f"最多 {places} 位小数，这里有 {len(decimals)} 位；系统不会代为四舍五入。",
            f"at most {places} decimals are allowed, this has {len(decimals)}; nothing is rounded for you.",
        )
    if len(found.group(2).lstrip("0")) > _GREATEST_DIGITS:
        raise Fault("OUT_OF_RANGE", "数值过大。", "the number is too great.")
    return Decimal(digits)


def positive(places: int) -> Parser:
    """Will make a parser of numbers above 0 with at most `places` decimals."""

    def parse(written: str) -> Parsed:
        value = number(written, places)
        if value <= 0:
            raise Fault("OUT_OF_RANGE", "须大于 0。", "it must be above 0.")
        return Parsed(value, narrow(written))

    return parse


def money(places: int = 2) -> Parser:
    """Will make a parser of amounts in CNY, not below 0."""

    def parse(written: str) -> Parsed:
        value = number(written, places)
        if value < 0:
            raise Fault("OUT_OF_RANGE", "不得为负数。", "it must not be below 0.")
        return Parsed(value, narrow(written))

    return parse


def whole(least: int, greatest: int) -> Parser:
    """Will make a parser of whole numbers within bounds, inclusive."""

    def parse(written: str) -> Parsed:
        digits = narrow(written)
        if not re.fullmatch("-?[0-9]+", digits, re.ASCII) or len(digits) > 40:
            raise Fault("BAD_NUMBER", "请写整数。", "write a whole number.")
        value = int(digits)
        if not least <= value <= greatest:
            raise Fault("OUT_OF_RANGE", f"须在 {least} 至 {greatest} 之间。", f"it must be from {least} to {greatest}.")
        return Parsed(value, digits)

    return parse


_PRICE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*元\s*\(", re.ASCII)
_NEXT_PRICE = re.compile(r"\s*;\s*|\s*\n\s*|$")


def payment_standard(written: str) -> Parsed:
    """Read a payment standard 支付标准 in CNY a unit: a number, or one of the NRDL's ways of writing it.

    A number, or a single price such as `5.70元(10mg/片)`, is a Decimal; `*` (confidential) and several prices, between
    `;` or on lines of their own, stay text and cap nothing. Lines may break anywhere. Raises Fault BAD_NUMBER, OUT_OF_RANGE.
    """
    plain = narrow(written)
    if plain == "*":
        return Parsed("*")
    if not _PRICE.match(plain):
        return positive(4)(written)
    prices = []
    rest = plain
    while rest:
        price = _PRICE.match(rest)
        end = _closing_bracket(rest, price.end()) if price else -1
        behind = _NEXT_PRICE.match(rest, end) if end > 0 else None
        if price is None or behind is None:
            raise Fault(
                "BAD_NUMBER",
                "请写数字、*，或 5.70元(10mg/片)；9.69元(20mg/片) 这样的写法。",
                "write a number, *, or prices like 5.70元(10mg/片)；9.69元(20mg/片).",
            )
        prices.append(positive(4)(price.group(1)).value)
        rest = rest[behind.end() :]
    return Parsed(prices[0], str(prices[0])) if len(prices) == 1 else Parsed(written)


def _closing_bracket(written: str, start: int) -> int:
    depth = 1
    for place in range(start, len(written)):
        depth += {"(": 1, ")": -1}.get(written[place], 0)
        if depth == 0:
            return place + 1
    return -1


# ---------------------------------------------------------------------------------------------- dates

_DAY = re.compile(
    r"(?P<y>[0-9]{4})(?:-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})|/(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2})|年(?P<m4>[0-9]{1,2})月(?P<d4>[0-9]{1,2})日)",
    re.ASCII,
)


def any_day(written: str) -> date:
    """Read a calendar day of any year, in one of the ways of csv.md. A bare serial number, a two-digit year, a time of
    day or day and month first is a Fault BAD_DATE."""
    found = _DAY.fullmatch(narrow(written))
    if not found:
        if re.fullmatch("[0-9]{1,6}(\\.[0-9]+)?", written):
            raise Fault("BAD_DATE", "这是表格软件的日期序号。", "this is a spreadsheet's serial number.")
        raise Fault("BAD_DATE", "写法不在规定之内。", "it is not written in one of the accepted ways.")
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        return date(*parts)
    except ValueError as no_such_day:
        raise Fault("BAD_DATE", "没有这一天。", "there is no such day.") from no_such_day


def day_of(written: str) -> Parsed:
    """Will read a calendar day (`any_day`) from 1900 to 2199. Raises Fault BAD_DATE, OUT_OF_RANGE."""
    value = any_day(written)
    if not 1900 <= value.year <= 2199:
        raise Fault(
            "OUT_OF_RANGE",
            "年份须在 1900 至 2199 之间；长期有效请留空。",
            "the year must be from 1900 to 2199; leave it empty when it is open-ended.",
        )
    return Parsed(value, value.isoformat())


_DAY_IN_PERIOD = re.compile(f"(?:{_DAY.pattern})".replace("?P<", "?P<_"), re.ASCII)
_BETWEEN_DAYS = re.compile(r"[\s至到起止截—–―~〜\-,，;；、:：()]*|\s*(?:to|until)\s*", re.IGNORECASE)
_UNTIL = re.compile(r"[\s（(]*(?:截?至|截止至?|止于|到)[\s:：]*")


def days_in(written: str) -> tuple[str, str] | None:
    """Find the first and the last day of a period in one text, as ISO dates: `2026-01-01至2027-12-31`, `至2027-12-31`,
    `2026-01-01起`; None where it is no period, or a day in it is none."""
    plain = narrow(written)
    found = list(_DAY_IN_PERIOD.finditer(plain))
    if not 1 <= len(found) <= 2:
        return None
    rest = [plain[: found[0].start()], *(plain[a.end() : b.start()] for a, b in zip(found, found[1:], strict=False))]
    rest.append(plain[found[-1].end() :])
    if not all(_BETWEEN_DAYS.fullmatch(text) or text.strip(WHITE) in ("自", "从") for text in rest):
        return None
    try:
        days = [day_of(day.group()).value.isoformat() for day in found]
    except Fault:
        return None
    if len(days) == 2:
        return (days[0], days[1]) if rest[1] else None
    if _UNTIL.fullmatch(rest[0]):
        return "", days[0]
    return (days[0], "") if rest[1].strip(WHITE).startswith("起") else None
