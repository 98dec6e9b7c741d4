"""What each field of a claim may say: one reader a thing, the same at every door (csv.md, "Claim batches").

`GET` and `POST` coverage, a check and the cells of a batch all read by these. Each takes the text as it was sent and
returns the value, None for a blank; a Fault says what is wrong. A resident identity number is refused in every field.
Names of drugs are kept as written (eligibility 3.1 compares them) and so are not here.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeVar

from catalog import vocabularies
from catalog.drugs import codes
from claims.claim_size import MAX_TEXT
from claims.eligibility.facts import QUANTITY_PLACES
from common import icd10, personal
from common.money import MAX_FEN, Fen, Nano, plain
from common.request_reader import day, not_below_nothing, of_text, scaled, whole, yes_no
from tables import cells
from tables.cells import Fault, any_day, narrow

T = TypeVar("T")

__all__ = [
    "age",
    "approval_no",
    "circumstance",
    "claim_no",
    "day",
    "diagnoses",
    "drug_code",
    "evidence",
    "evidence_code",
    "line_no",
    "line_no_of",
    "member_ref",
    "moment",
    "money",
    "pre_existing",
    "prior_auth_no",
    "quantity",
    "reference",
    "setting",
    "sex",
    "institution_level",
    "unit_price",
    "yes_no",
]

MAX_AGE: Final = 150
MAX_LINE_NO: Final = 2**31 - 1
PRICE_PLACES: Final = 18
MAX_QUANTITY: Final = 10 ** (12 + QUANTITY_PLACES)
MAX_PRICE: Final = 10 ** (12 + PRICE_PLACES)
LONGEST_WORD_FOR_NOTHING: Final = 8
MAX_CLAIM_NO: Final = 100
MAX_MEMBER_REF: Final = 100
MAX_REFERENCE: Final = 64
MAX_PRIOR_AUTH_NO: Final = 100
# The national interface's amounts have four or six decimals, the last of them zeros.
INTERFACE_DECIMALS: Final = (4, 6)


# ---------------------------------------------------------------------------------------------- references


def _reference(limit: int, parse: cells.Parser = cells.reference) -> Callable[[str], str]:
    def read(text: str) -> str:
        value = str(parse(text).value)
        if len(value) > limit:
            raise Fault("TOO_LONG", found=len(value), limit=limit)
        return value

    return read


claim_no: Final = of_text(_reference(MAX_CLAIM_NO), size=4_096)
member_ref: Final = of_text(_reference(MAX_MEMBER_REF, personal.member_ref), size=4_096)
reference: Final = of_text(_reference(MAX_REFERENCE), size=4_096, words_for_nothing=True)
prior_auth_no: Final = of_text(_reference(MAX_PRIOR_AUTH_NO), size=4_096, words_for_nothing=True)
evidence_code: Final = of_text(_reference(MAX_TEXT), size=4_096)


# ---------------------------------------------------------------------------------------------- numbers


def _money(text: str) -> Fen:
    # The common way of writing money, without the general parser: a claim of 500 lines has 1,500 amounts.
    if text[-3:-2] == "." and len(text) < 16 and text.isascii():
        digits = text[:-3] + text[-2:]
        if digits.isdigit() and len(digits) > 2:
            return Fen(int(digits))
    amount = scaled(text, 2, zeros_up_to=INTERFACE_DECIMALS)
    if abs(amount) > MAX_FEN:
        raise Fault("OUT_OF_RANGE", "数值过大。", "the number is too great.")
    return Fen(amount)


def _quantity(text: str) -> Nano:
    size = scaled(text, QUANTITY_PLACES)
    if abs(size) > MAX_QUANTITY:
        raise Fault("OUT_OF_RANGE", "数值过大。", "the number is too great.")
    return Nano(size)


def _unit_price(text: str) -> str:
    price = scaled(text, PRICE_PLACES)
    return plain(not_below_nothing(price, MAX_PRICE), PRICE_PLACES)


def _institution_level(text: str) -> int:
    found = _level(text)
    if found is not None:
        return int(found)
    if _LOOKS_LIKE_A_NUMBER.fullmatch(narrow(text)):
        return whole(1, 3)(text)
    raise Fault("BAD_CHOICE", choices="、".join(vocabularies.LEVELS.codes))


_LOOKS_LIKE_A_NUMBER: Final = re.compile("-?[0-9]+([.][0-9]+)?", re.ASCII)

# In fen; of either sign, since a refund takes back: what may be negative the claim says (refunds.py).
money: Final = of_text(_money, size=65_536)
# In 10^-9 of a unit, of either sign likewise.
quantity: Final = of_text(_quantity)
# Kept, not judged: as it is written, without needless zeros.
unit_price: Final = of_text(_unit_price)
age: Final = of_text(whole(0, MAX_AGE), size=1_024)
line_no: Final = of_text(whole(1, MAX_LINE_NO))


def line_no_of(reference: str) -> int | None:
    """Return the line number that a `feedetl_sn` of the national interface is too: where it is a whole number that fits."""
    if not reference.isascii() or not reference.isdigit() or not 1 <= int(reference) <= MAX_LINE_NO:
        return None
    return int(reference)


# ---------------------------------------------------------------------------------------------- days


_TIME_OF_DAY: Final = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_COMPACT_MOMENT: Final = re.compile("[0-9]{14}", re.ASCII)


def _day_of_moment(text: str) -> date:
    if _COMPACT_MOMENT.fullmatch(text):
        text = text[:8]
    return any_day(_TIME_OF_DAY.sub("", text) if len(text) > 10 else text)


# As the national interface writes it, `2026-03-14 10:22:33` (费用明细 2301), or a day; only in its own field.
moment: Final = of_text(_day_of_moment, size=65_536)


# ---------------------------------------------------------------------------------------------- codes


def _codes(text: str, *, ranges: bool) -> tuple[str, ...]:
    """Read the disease codes that a text holds (eligibility 4.2), as they are stored. Raises Fault BAD_CODE, TOO_LONG."""
    found = icd10.split(text)
    if not found:
        raise Fault("BAD_CODE", "只有分隔符，没有内容。", "there are separators only.")
    for code in found:
        if icd10.is_code(code):
            continue
        if icd10.range_of(code) is None:
            shown = personal.shown(code)[:40]
            raise Fault(
                "BAD_CODE",
                f"“{shown}”不是疾病编码；编码形如 C34、C34.1、C34.100x003，后面不带文字。",
                f"“{shown}” is no disease code; they look like C34, C34.1, C34.100x003, without words behind.",
            )
        if not ranges:
            raise Fault(
                "BAD_CODE",
                f"诊断“{code[:40]}”是编码范围，请填写具体编码。",
                f"the diagnosis “{code[:40]}” is a range; give the code itself.",
            )
    return tuple([icd10.stored(code) for code in found])


diagnoses: Final = of_text(lambda text: _codes(text, ranges=False), size=65_536, words_for_nothing=True)
pre_existing: Final = of_text(lambda text: _codes(text, ranges=True), words_for_nothing=True)


def drug_text(text: str) -> str:
    """Return a text about the drug as it was written, '' where it is a word for nothing (`/`, 无): else it would equal nothing."""
    return "" if len(text) <= LONGEST_WORD_FOR_NOTHING and cells.says_nothing(text.strip()) else text


_APPROVAL_WORDS: Final = re.compile(r"^国药准字\s*[:：]?\s*")


def approval_no(text: str) -> str:
    """Return an approval number as it is compared best: without 国药准字 and what stands behind these words; anything else as written."""
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    code = _APPROVAL_WORDS.sub("", code)
    return code if codes.APPROVAL.fullmatch(code) else text


_SCIENTIFIC: Final = re.compile(r"[0-9]([.][0-9]+)?E[+-]?[0-9]+", re.ASCII)


def drug_code(text: str) -> str:
    """Return a national code as written: one that is not known is no fault (eligibility 3). Raises Fault BAD_CODE for what a
    spreadsheet made of one."""
    if text[:1].isdigit() and _SCIENTIFIC.fullmatch(narrow(text).upper().strip()):
        raise Fault(
            "BAD_CODE",
            "编码被表格软件改成了科学计数法，已丢失数字。请把该列设为文本后重新填写。",
            "a spreadsheet turned the code into scientific notation and lost digits. Make the column text and type it again.",
        )
    return text


# ---------------------------------------------------------------------------------------------- choices and answers


def _choice(words: Mapping[str, str]) -> Callable[[str], str]:
    parse = cells.choice(words)
    return lambda text: str(parse(text).value)


def _level(text: str) -> str | None:
    try:
        return str(_level_of(text).value)
    except Fault:
        return None


_level_of: Final = cells.choice(vocabularies.LEVELS.words)
sex: Final = of_text(_choice(vocabularies.SEXES.words), size=256)
setting: Final = of_text(_choice(vocabularies.SETTINGS.words), size=256)
circumstance: Final = of_text(_choice(vocabularies.CIRCUMSTANCES.words), size=256)
institution_level: Final = of_text(_institution_level, size=256)

_BETWEEN_ANSWERS: Final = re.compile("[;；|｜、,，]")


def _evidence(text: str) -> dict[str, bool]:
    """Read answers `CODE=Y` or `CODE=N`; without a Y or N there is none. Raises Fault BAD_CODE, BAD_YES_NO."""
    answers: dict[str, bool] = {}
    pieces = [piece.strip(cells.WHITE) for piece in _BETWEEN_ANSWERS.split(text)]
    for piece in filter(None, pieces):
        code, equals, answer = narrow(piece).partition("=")
        criterion = evidence_code(code)
        if not criterion or not equals:
            raise Fault(
                "BAD_CODE",
                f"“{piece[:40]}”应写成 CODE=Y 或 CODE=N。",
                f"“{piece[:40]}” should be CODE=Y or CODE=N.",
            )
        says = yes_no(answer)
        if says is not None and answers.setdefault(criterion, says) != says:
            raise Fault("BAD_YES_NO")
    return answers


evidence: Final = of_text(_evidence)
