"""A number as a spreadsheet shows it: number and number format → text, or None where that cannot be told (spec csv.md).

A sheet stores 0.05 and shows `5%`, stores 20000001 and shows `国药准字H20000001`. In a column of text what people see is
what they meant. Fractions, conditions, other digits than 0 to 9, and currencies that follow the machine are not told.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

# Formats that a workbook names by number only. Currencies (5 to 8, 42, 44) follow the machine, 12 and 13 are fractions.
BUILT_IN: Final = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    49: "@",
}
_UNTOLD: Final = "?/?"
_BUILT_IN_DAYS: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
GENERAL: Final = "General"

_PIECE: Final = re.compile(
    r'"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|(?P<space>_.)"
    r"|(?P<fill>\*.)"
    r"|\[(?P<bracket>[^\]]{0,255})\]"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<mark>[0#?.,%@/;])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_DAY_LETTERS: Final = re.compile("[ymdhs年月日]", re.IGNORECASE)
_COLOUR: Final = re.compile(
    "black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]{1,2}|黑色|蓝色|青色|绿色|洋红|红色|白色|黄色|颜色[0-9]{1,2}",
    re.IGNORECASE,
)
_CURRENCY: Final = re.compile(r"\$([^-]*)(?:-[0-9A-Za-z]+)?")
# Letters of ASCII mean something in a format (or nothing good); what else people type between the digits is shown.
_MEANS_SOMETHING: Final = re.compile("[A-Za-z]")
LONGEST_FORMAT: Final = 255


def format_of(number: str, custom: str | None = None) -> str:
    """Return the number format of a cell style: its own code, else the built-in one its number stands for."""
    if custom is not None:
        # No spreadsheet writes a longer one: it is kept no more than it is read.
        return custom if len(custom) <= LONGEST_FORMAT else _UNTOLD
    if not number.isascii() or not number.isdigit() or len(number) > 5:
        return _UNTOLD
    if int(number) in _BUILT_IN_DAYS:
        return "yyyy-mm-dd"
    return BUILT_IN.get(int(number), _UNTOLD)


@lru_cache(maxsize=4_096)
def is_day(code: str) -> bool:
    """Tell whether a number format shows a day or a time of day."""
    for found in _PIECE.finditer(code[:LONGEST_FORMAT]):
        if found["mark"] == ";":
            return False
        if found["general"]:
            return False
        if found["bracket"] and re.fullmatch("h+|m+|s+", found["bracket"], re.IGNORECASE):
            return True
        if found["other"] and _DAY_LETTERS.match(found["other"]):
            return True
    return False


@lru_cache(maxsize=4_096)
def is_general(code: str) -> bool:
    """Tell whether a format shows a number as it is: General, or text."""
    return code in ("", "@") or code.casefold() in ("general", "g/通用格式")


def formatted(value: Decimal, code: str) -> str | None:
    """Return what a sheet shows of a number, trimmed; None where the format says more than is understood here."""
    if is_general(code):
        return plain(value)
    sections = _sections(code)
    if sections is None:
        return None
    section, negative = _section_for(value, sections)
    text = section.write(abs(value)) if section else None
    if text is None:
        return None
    return ("-" + text if negative and any(c in "123456789" for c in text) else text).strip() or None


def plain(value: Decimal) -> str:
    """Return a number with the digits it needs: no zeros behind the last decimal, no exponent."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format. A piece is a text to be shown, or (`0`, `#`, `?`) the place of a digit before or behind the
    point; `point` is the place of the point among them."""

    before: tuple[tuple[str, bool], ...]
    behind: tuple[tuple[str, bool], ...]
    tail: str
    has_point: bool
    decimals: int
    scale: int
    groups: bool
    is_general: bool
    exponent: tuple[str, int] | None

    def write(self, value: Decimal) -> str | None:
        if self.is_general:
            return _texts(self.before) + plain(value) + self.tail
        value = value.scaleb(self.scale)
        power = 0
        if self.exponent:
            power = value.adjusted() if value else 0
            value = value.scaleb(-power)
            if _rounded(value, self.decimals) >= 10:
                power += 1
                value = value.scaleb(-1)
        whole, _, decimals = format(_rounded(value, self.decimals), "f").partition(".")
        text = self._whole(whole.lstrip("0")) + ("." if self.has_point else "") + self._decimals(decimals)
        if self.exponent:
            sign, width = self.exponent
            text += "E" + ("-" if power < 0 else "+" if sign == "+" else "") + str(abs(power)).zfill(width)
        return text + self.tail

    def _whole(self, digits: str) -> str:
        """The digits before the point from right to left, the first place taking all that are left."""
        places = sum(is_digit for _, is_digit in self.before)
        out: list[str] = []
        written = 0
        for text, is_digit in reversed(self.before):
            if not is_digit:
                out.append(text)
                continue
            places -= 1
            for _ in range(max(1, len(digits)) if places == 0 else 1):
                digit, digits = (digits[-1], digits[:-1]) if digits else ({"0": "0", "#": "", "?": " "}[text], "")
                if digit and self.groups and written and written % 3 == 0 and digit != " ":
                    out.append(",")
                written += bool(digit)
                out.append(digit)
        return "".join(reversed(out))

    def _decimals(self, digits: str) -> str:
        out = []
        for text, is_digit in self.behind:
            if not is_digit:
                out.append(text)
                continue
            digit, rest = digits[:1] or "0", digits[1:]
            if text != "0" and digit == "0" and not rest.strip("0"):
                digit = "" if text == "#" else " "
            digits = rest
            out.append(digit)
        return "".join(out)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _texts(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(text for text, _ in pieces)


def _section_for(value: Decimal, sections: tuple[_Section | None, ...]) -> tuple[_Section | None, bool]:
    """The section that shows the value, and whether a minus sign comes before it."""
    if value < 0:
        return (sections[1], False) if len(sections) > 1 else (sections[0], True)
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


@lru_cache(maxsize=4_096)
def _sections(code: str) -> tuple[_Section | None, ...] | None:
    """The sections of a format (positive; negative; zero), each None where it is not understood; None for a format without end."""
    if len(code) > LONGEST_FORMAT or "\n" in code:
        return None
    parts: list[list[re.Match[str]]] = [[]]
    for found in _PIECE.finditer(code):
        if found["mark"] == ";":
            parts.append([])
        else:
            parts[-1].append(found)
    if len(parts) > 4:
        return None
    return tuple(_section(part) for part in parts[:3])


def _section(pieces: list[re.Match[str]]) -> _Section | None:
    before: list[tuple[str, bool]] = []
    behind: list[tuple[str, bool]] = []
    exponent = ""
    exponent_width = 0
    has_point = is_general_number = groups = False
    percents = commas = 0  # commas: those since the last place of a digit
    for found in pieces:
        into = behind if has_point or exponent else before
        text = _literal(found)
        if text is not None:
            if text and exponent:
                # Behind the exponent text is only text.
                behind.append((text, False))
            elif text:
                into.append((text, False))
            continue
        mark = found["mark"]
        if found["exponent"] and not exponent and not is_general_number:
            exponent = found["exponent"][1]
        elif found["general"] and not is_general_number and not any(is_digit for _, is_digit in before):
            is_general_number = True
            before.append(("", False))
            has_point = True  # what follows stands behind
        elif is_general_number and mark and mark in "0#?.,":
            return None
        elif mark and mark in "0#?":
            if exponent:
                if mark != "0" or behind and not behind[-1][1]:
                    return None
                exponent_width += 1
                continue
            if commas and not has_point:
                groups = True
            commas = 0
            into.append((mark, True))
        elif mark == "." and not has_point and not exponent:
            has_point = True
        elif mark == "," and any(is_digit for _, is_digit in before):
            commas += 1
        elif mark == "%":
            percents += 1
            into.append(("%", False))
        else:
            return None
    if is_general_number:
        return _Section(tuple(before), (), _texts(tuple(behind)), False, 0, 0, False, True, None)
    digits = [text for text, is_digit in before if is_digit]
    decimals = sum(is_digit for _, is_digit in behind)
    if bool(exponent) != bool(exponent_width):
        return None
    if decimals and not digits:
        before.append(("#", True))  # .00 shows 12.50 too
    if exponent and (len(digits) != 1 or groups or commas):
        return None  # engineering: the exponent goes in steps
    tail = ""
    while behind and not behind[-1][1]:
        tail = behind.pop()[0] + tail
    if groups and any(not is_digit for _, is_digit in _between(before)):
        return None
    return _Section(
        tuple(before),
        tuple(behind),
        tail,
        has_point,
        decimals,
        2 * percents - 3 * commas,
        groups,
        False,
        (exponent, exponent_width) if exponent else None,
    )


def _between(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The pieces from the first place of a digit to the last."""
    at = [place for place, (_, is_digit) in enumerate(pieces) if is_digit]
    return pieces[at[0] : at[-1] + 1] if at else []


def _literal(found: re.Match[str]) -> str | None:
    """The text that a piece shows, '' for none; None for a piece that is no text, or not understood."""
    if found["quoted"] is not None:
        return found["quoted"]
    if found["escaped"]:
        return found["escaped"]
    if found["space"]:
        return " "
    if found["fill"]:
        return " " if found["fill"] == "* " else None
    if found["bracket"] is not None:
        if _COLOUR.fullmatch(found["bracket"]):
            return ""
        currency = _CURRENCY.fullmatch(found["bracket"])
        return currency.group(1) if currency else None
    other = found["other"]
    return None if not other or _MEANS_SOMETHING.match(other) else other
