"""Personal identity, recognised wherever it is sent, so that it is refused and never shown whole, logged or kept.

A member is known by a pseudonym only. Everywhere a resident identity number with its right check digit is refused, also
within a longer text; where a pseudonym belongs, anything that may be a number or a name of a person is. Fields and
columns are known by their names.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from tables.cells import Fault, Parsed, Parser, narrow, reference
from tables.problems import mask


class Likeness(NamedTuple):
    """What kind of personal identity something looks like, in Chinese and in English."""

    zh: str
    en: str


IDENTITY_NUMBER: Final = Likeness("身份证号", "a resident identity number")
REWRITTEN_NUMBER: Final = Likeness("被表格软件改写的身份证号", "an identity number rewritten by a spreadsheet")
MOBILE_NUMBER: Final = Likeness("手机号", "a mobile number")
NAME: Final = Likeness("姓名", "a name")

_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_NUMBER: Final = re.compile(f"[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9X]", re.ASCII)
# What stands between digits, whatever it is and however many hide it: the number is the same. A longer run of digits is a number of its own.
_BETWEEN_DIGITS: Final = r"[\W_]{0,3}"
_NUMBER_WITHIN: Final = re.compile(
    f"(?<![0-9])(?=([1-9](?:{_BETWEEN_DIGITS}[0-9]){{16}}{_BETWEEN_DIGITS}[0-9X])(?![0-9]))"
)
_NOT_OF_A_NUMBER: Final = re.compile("[^0-9X]")
SHORTEST_NUMBER: Final = 18
_SHORTEST_SECRET: Final = 11
_OLD_NUMBER: Final = re.compile(f"[1-9][0-9]{{5}}[0-9]{{2}}{_DAY}[0-9]{{3}}", re.ASCII)
# What hides a digit. An X may also be the last place, or a letter before the number.
_PLACES: Final = re.compile("[0-9X*●•○〇■□█#?]+")
# So many separators together stand for digits.
_RULED: Final = re.compile(r"[_.\-]{2,}")
_SHOWS_BIRTH: Final = re.compile(f"[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{_DAY}[X*●•○〇■□█#?]", re.ASCII)
_BIRTH: Final = re.compile(f"(?:18|19|20)[0-9]{{2}}{_DAY}", re.ASCII)
_SHOWN_AT_MOST: Final = 9
_ANY_EIGHTEEN: Final = re.compile("[1-9][0-9]{16}[0-9X]", re.ASCII)
_MASKED: Final = re.compile("[0-9]{1,6}[*＊X●•]{4,}[0-9]{0,4}[0-9X]?")
_REWRITTEN: Final = re.compile(r"[0-9](\.[0-9]+)?E\+?1[4-9]", re.ASCII)
_MOBILE: Final = re.compile(r"(?:(?:\+|00)?86)?1[3-9][0-9]{9}", re.ASCII)
_MASKED_MOBILE: Final = re.compile("[^0-9]*1[3-9][0-9][*＊X●•]{3,5}[0-9]{3,5}[^0-9]*")
_NAME: Final = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af·•・*＊某○〇]{2,15}|[\u4e00-\u9fff]{1,2}[xX]{1,2}"
)
_NUMBER_AMONG: Final = re.compile(f"(?=({_NUMBER.pattern}))", re.ASCII)
_ONLY_DIGITS: Final = re.compile("[^0-9+]*([0-9+]+)[^0-9]*", re.ASCII)
# A run of digits of its own, together or as it is spoken, three, four and four.
_MOBILE_AMONG: Final = re.compile(
    r"(?<![0-9])(?:0|(?:00)?86)?[\s\-_.‐‑–—]?1[3-9][0-9][\s\-_.‐‑–—]?[0-9]{4}[\s\-_.‐‑–—]?[0-9]{4}(?![0-9])"
)
# A digest or a UUID: of its digits eleven may look so by chance.
_DIGEST: Final = re.compile("(?=[0-9-]*[A-F])(?:[0-9A-F]{16,}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})")
_DIGIT: Final = re.compile(r"\d")
_NAME_WITHIN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]{2}")
_NOT_OF_A_NAME: Final = re.compile(r"[a-zA-Zａ-ｚＡ-Ｚ\d\s!-)+-/:-@\[-`{-~‐‑–—：，。、（）－＿／＃]")
# The most common: who is called otherwise is known where no digits stand beside the name.
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵吴周徐孙马胡朱郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁余叶蒋杜苏魏程吕丁沈姚卢傅钟姜崔谭廖范汪陆贾韦秦"
    "張劉陳楊趙吳孫馬羅鄭謝許鄧馮韓蕭葉蔣蘇呂盧鍾譚陸賈韋"
)
# Of two characters; without those that are words of trade too (东方, 百里, 西门).
_COMPOUND_SURNAMES: Final = frozenset(
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 長孫 宇文 司徒 端木 夏侯 南宫 南宮 闻人 聞人 澹台 澹臺 轩辕 軒轅"
    " 呼延 东郭 東郭 钟离 鍾離 独孤 獨孤 拓跋 万俟 濮阳 濮陽 淳于 申屠 赫连 赫連 闾丘 閭丘 司空 司寇 太史 公羊 公冶 宗政 鲜于 鮮于 仲孙 仲孫".split()
)
_JOINED: Final = re.compile(r"[\s\-‐‑–—_]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# What can belong to a patient alone: in a list of drugs a maker's address or telephone is nobody's.
_OF_A_PATIENT: Final = (
    "姓名|身份证|证件号|患者|被保险人名|投保人名|手机|出生|生日|certno|certificate|idcard|idnumber|psnname|patient|birth|brdy|mobile"
    "|^sfzh?$|^xm$"
)
_IN_A_LIST: Final = re.compile(_OF_A_PATIENT)
_IN_A_CLAIM: Final = re.compile(
    f"{_OF_A_PATIENT}|电话|住址|地址|邮箱|微信|护照|银行|^name$|fullname|insuredname|membername|^tel|phone|addr|email|passport"
    "|^identity|^idno$|bankcard|bankaccount"
)
_BETWEEN_LETTERS: Final = re.compile("[\\s_\u200b-\u200d\u2060\ufeff\u00ad-]")


def identity_number_in(text: str) -> Likeness | None:
    """Tell whether a text is, or holds, a resident identity number with its right check digit.

    However it is spaced, pointed or begun, and in whatever digits: full-width, circled, of another script.
    """
    if len(text) < SHORTEST_NUMBER:
        return None
    # Two readings: what is a digit only to the second may stand before the number in the first.
    readings = (text.upper(),) if text.isascii() else (narrow(text).upper(), _in_plain_digits(text))
    for written in readings:
        for found in _NUMBER_WITHIN.finditer(written):
            number = _NOT_OF_A_NUMBER.sub("", found.group(1))
            if _NUMBER.fullmatch(number) and _has_right_check_digit(number):
                return IDENTITY_NUMBER
    return None


# Letters that cannot be told from an X by eye.
_LIKE_X: Final = dict.fromkeys(map(ord, "\u0425\u0445\u03a7\u03c7\u00d7\u2715\u2716\u2a2f\u4e42"), "X")


def _in_plain_digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_LIKE_X).upper()
    return "".join(
        character if character.isascii() else str(unicodedata.decimal(character, character)) for character in plain
    )


def likeness_of_person(text: str) -> Likeness | None:
    """Tell what a text looks like where a pseudonym belongs.

    There a wrong check digit, an old number of 15 digits, a masked one, one rounded by a spreadsheet, a mobile number
    and a Chinese name are as bad as the real thing. A mobile number is a run of digits of its own; within a longer run, a digest
    or a UUID eleven digits are none (docs/claims.md 2).
    """
    if found := identity_number_in(text):
        return found
    plain = text.upper() if text.isascii() else _in_plain_digits(text)
    digits = _JOINED.sub("", plain)
    if _ANY_EIGHTEEN.fullmatch(digits) or _OLD_NUMBER.fullmatch(digits) or _MASKED.fullmatch(digits):
        return IDENTITY_NUMBER
    places = [found[0].lstrip("X") for found in _PLACES.finditer(digits)]
    ruled = _RULED.sub(lambda found: "*" * len(found[0]), plain)
    if any(map(_is_masked_number, places)) or any(_hides_some(found[0]) for found in _PLACES.finditer(ruled)):
        return IDENTITY_NUMBER
    if _REWRITTEN.fullmatch(digits):
        return REWRITTEN_NUMBER
    if _dated_number_among(digits):
        return IDENTITY_NUMBER
    if _MOBILE.fullmatch(digits) or _MASKED_MOBILE.fullmatch(digits) or any(map(_is_masked_mobile, places)):
        return MOBILE_NUMBER
    if (alone := _ONLY_DIGITS.fullmatch(digits)) and _MOBILE.fullmatch(alone[1]):
        return MOBILE_NUMBER
    if _MOBILE_AMONG.search(plain) and not _DIGEST.fullmatch(plain):
        return MOBILE_NUMBER
    if _NAME.fullmatch(_JOINED.sub("", text)) or _is_a_name_among_letters(text):
        return NAME
    return None


def _is_masked_number(places: str) -> bool:
    """Tell whether digits and what hides some are an identity number that shows the birth date, or ten of its digits or more."""
    if _SHOWS_BIRTH.match(places) or _hides_some(places):
        return True
    # Fewer signs than digits they hide; an X may be a letter.
    shown = _digits_shown(places)
    signs = len(places) - shown - places.count("X")
    return len(places) < SHORTEST_NUMBER and signs > 1 and shown > _SHOWN_AT_MOST


def _hides_some(places: str) -> bool:
    """Tell whether these are the 18 places of a number some of whose digits are hidden, ten shown or the birth date."""
    if len(places) != SHORTEST_NUMBER or places[:17].isdigit() and places[17] in "0123456789X":
        return False
    return _digits_shown(places) > _SHOWN_AT_MOST or _BIRTH.match(places, 6) is not None


def _is_masked_mobile(places: str) -> bool:
    """Tell whether these are the 11 places of a mobile number of which seven digits or more are shown."""
    is_one = len(places) == _SHORTEST_SECRET and places[0] == "1" and places[1] in "3456789"
    return is_one and 7 <= _digits_shown(places) <= _SHORTEST_SECRET - 2


def _digits_shown(places: str) -> int:
    return sum(place.isdigit() for place in places)


def _dated_number_among(digits: str) -> bool:
    """Tell whether a number with its right check digit stands within a longer run of digits."""
    found = (one[1] for one in _NUMBER_AMONG.finditer(digits))
    return any(_has_right_check_digit(number) for number in found)


def _is_a_name_among_letters(text: str) -> bool:
    """Tell whether letters and signs, or digits too where it begins with a common surname, are all there is beside a Chinese name."""
    rest = _NOT_OF_A_NAME.sub("", text)
    if rest == text or not _NAME.fullmatch(rest) or not _NAME_WITHIN.search(text):
        return False
    if not _DIGIT.search(text):
        return True
    return (len(rest) <= 3 and rest[0] in _SURNAMES) or (2 < len(rest) <= 4 and rest[:2] in _COMPOUND_SURNAMES)


def _has_right_check_digit(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


@lru_cache(maxsize=4_096)
def names_a_person(name: str, *, in_claim: bool = True) -> bool:
    """Tell whether a field or a column header stands for who a person is. `in_claim` False: in a list of drugs, where fewer do."""
    folded = _BETWEEN_LETTERS.sub("", unicodedata.normalize("NFKC", name).casefold())
    return (_IN_A_CLAIM if in_claim else _IN_A_LIST).search(folded) is not None


def shown(text: str) -> str:
    """Return a text as it may be shown: masked where it holds an identity number, or is what may be one or a mobile number.

    So what slipped into the wrong column is not quoted whole either.
    """
    if len(text) < _SHORTEST_SECRET or not (identity_number_in(text) or _may_be_a_number(text)):
        return text
    return mask(text)


def _may_be_a_number(text: str) -> bool:
    digits = _JOINED.sub("", narrow(text)).upper()
    return any(kind.fullmatch(digits) for kind in (_NUMBER, _OLD_NUMBER, _MOBILE))


def without_numbers(text: str) -> str:
    """Return a text, a sentence perhaps, with each resident identity number in it masked."""
    if not identity_number_in(text):
        return text
    plain = narrow(text).upper()
    if len(plain) == len(text):
        for found in reversed(list(_NUMBER_WITHIN.finditer(plain))):
            if identity_number_in(found[1]):
                begin, end = found.span(1)
                text = text[:begin] + mask(text[begin:end]) + text[end:]
    # Written otherwise than a digit for a digit: then nothing of it is quoted.
    return mask(text) if identity_number_in(text) else text


def refuse_identity_number(text: str) -> None:
    """Raise Fault PERSONAL_DATA for a text that is or holds a resident identity number."""
    if found := identity_number_in(text):
        raise _personal(found)


def member_ref(written: str) -> Parsed:
    """Read the pseudonymous reference to a person. Raises Fault PERSONAL_DATA, BAD_CODE."""
    if found := likeness_of_person(written):
        raise _personal(found)
    return reference(written)


def impersonal(parse: Parser) -> Parser:
    """Make a parser refuse a resident identity number first. Raises Fault PERSONAL_DATA."""

    def checked(written: str) -> Parsed:
        refuse_identity_number(written)
        return parse(written)

    return checked


def _personal(found: Likeness) -> Fault:
    return Fault("PERSONAL_DATA", what_zh=found.zh, what_en=found.en)
