"""What is wrong with a field, said so that it can be mended: one sentence, in Chinese and in English.

The codes are those of the upload files (spec csv.md, "FieldError codes"), so that a claim in JSON and the same claim in a CSV
row are refused with the same word; a few more exist only in JSON. What a text says wrongly is told by the sentences of
the files (tables.problems); here stands what concerns the shape of a request, and what several fields say together.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from common import personal
from common.errors import MAX_ERRORS, FieldError, pointer
from common.languages import Language
from tables.cells import Fault
from tables.problems import MESSAGES

Place = tuple[str | int, ...]

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "REQUIRED": ("缺少 {what}，请填写。", "{what} is missing; give it."),
    "UNKNOWN_FIELD": (
        "没有名为 {what} 的字段，请删除或改正拼写。",
        "There is no field {what}; remove it or correct its name.",
    ),
    "PERSONAL_DATA": (
        "{what} 像是个人身份信息，不得提交；参保人只用去标识的 member_ref 表示，请删除该字段。",
        "{what} looks like personal identity, which must not be sent; a member is known by a pseudonymous member_ref only. "
        "Remove it.",
    ),
    "BAD_TYPE": ("此处应为{what_zh}，请改正。", "This must be {what_en}."),
    "BAD_INSTANT": (
        "{value} 不是带时区的时刻，请写成 2026-01-31T08:00:00Z 的形式。",
        "{value} is no instant with a time zone; write it like 2026-01-31T08:00:00Z.",
    ),
    "STILL_TO_COME": ("这一时刻尚未到来。", "This instant is still to come."),
    "OUT_OF_RANGE": ("{value} 超出范围，应在 {low} 到 {high} 之间。", "{value} must lie between {low} and {high}."),
    "NEGATIVE": ("{value} 不得为负数。", "{value} must not be negative."),
    "NOT_POSITIVE": (
        "{value} 应大于 0；退费请同时填写 refund_of。",
        "{value} must be greater than 0; a refund also gives refund_of.",
    ),
    "NOT_ABOVE_ZERO": ("{value} 应大于 0。", "{value} must be greater than 0."),
    "NOT_NEGATIVE": ("退费的 {what} 应为负数。", "The {what} of a refund must be negative."),
    "NEGATIVE_WITHOUT_REFUND": (
        "{value} 不得为负数；退费请同时填写负的 quantity 和 refund_of。",
        "{value} must not be negative; a refund also gives a negative quantity and refund_of.",
    ),
    "NO_SUCH_REFERENCE": (
        "本赔案没有 reference 为 {value} 的明细，无从退费。请核对 refund_of。",
        "No line of the claim has the reference {value} to take back from; check refund_of.",
    ),
    "REFERENCE_TWICE": (
        "本赔案有几条明细的 reference 都是 {value}，无法判断退的是哪一条。",
        "Several lines of the claim have the reference {value}, so it is not clear which one is taken back from.",
    ),
    "REFUNDED_TOO_MUCH": (
        "扣除退费后 {what} 小于 0，退的比原来的多。请核对该明细及其退费。",
        "With its refunds the line's {what} comes to less than nothing; check the line and what is taken back from it.",
    ),
    "QUANTITY_WITHOUT_AMOUNT": (
        "扣除退费后数量为 0 而金额不为 0，请核对该明细及其退费。",
        "With its refunds nothing is left of the quantity, but money is; check the line and what is taken back from it.",
    ),
    "BAD_CHOICE": ("{value} 不在可选值之中，请从 {choices} 中选择。", "{value} is none of the choices: {choices}."),
    "BAD_YES_NO": ("此处应为 true 或 false。", "This must be true or false."),
    "TOO_LONG": ("文字过长，最多 {limit} 个字符。", "The text is too long; write at most {limit} characters."),
    "TOO_MANY": ("{what} 过多，最多 {limit} 个。", "There are too many {what}; send at most {limit}."),
    "TOO_MANY_LINES": ("明细超过 {limit} 条。", "There are more than {limit} lines."),
    "CONTROL_CHARACTER": (
        "文字中有无法保存的控制字符，请删除。",
        "The text holds a control character that cannot be kept; remove it.",
    ),
    "BAD_CODE": (
        "{value} 不是疾病编码；编码应以字母、数字、字母或数字开头，例如 C34.1。",
        "{value} is no disease code; one begins with a letter, a digit and a letter or digit, like C34.1.",
    ),
    "BAD_LABEL": (
        "{value} 不能作标识，只可用英文字母、数字、点、下划线和连字符，最多 64 个字符。",
        "{value} cannot be a label; use letters, digits, dot, underscore and hyphen, at most 64 characters.",
    ),
    "DUPLICATE": ("{value} 重复，每个只能出现一次。", "{value} is given twice; each may stand once."),
    "LINE_NO_TWICE": (
        "行号 {value} 重复，每个只能出现一次。",
        "The line number {value} is given twice; each may stand once.",
    ),
    "DATE_ORDER": ("{first} 晚于 {second}，请改正先后。", "{first} is after {second}; put them in order."),
    "NO_DRUG_IDENTITY": (
        "明细没有可识别药品的信息，请填写国家医保药品代码、批准文号、通用名或商品名之一。",
        "The line names no drug; give one of national_code, approval_no, generic_name or brand_name.",
    ),
    "NEGATIVE_CLAIMABLE": (
        "医保支付与其他支付之和超过金额，请核对 amount、base_paid 与 other_paid。",
        "base_paid and other_paid together are more than amount; check the three.",
    ),
    "RATIO_OR_BANDS": (
        "保障责任应有赔付比例 ratio 或分段 bands。",
        "A benefit needs a ratio or bands; give one of them.",
    ),
    "BANDS_ORDER": (
        "分段的 up_to 应逐段递增，最后一段为 null。",
        "The bands must have rising up_to, the last one null.",
    ),
    "NO_DEDUCTIBLE": (
        "免赔额组 {value} 在 deductibles 中没有金额，请补上。",
        "The deductible group {value} has no amount in deductibles; add it.",
    ),
}

# Sentences that say more than their code: the code is the one that a file's cell or rows get for the same fault.
_CODES: Final = {
    "STILL_TO_COME": "OUT_OF_RANGE",
    "NEGATIVE": "OUT_OF_RANGE",
    "NOT_POSITIVE": "OUT_OF_RANGE",
    "NOT_ABOVE_ZERO": "OUT_OF_RANGE",
    "NOT_NEGATIVE": "OUT_OF_RANGE",
    "NEGATIVE_WITHOUT_REFUND": "OUT_OF_RANGE",
    "NEGATIVE_CLAIMABLE": "OUT_OF_RANGE",
    "REFUNDED_TOO_MUCH": "OUT_OF_RANGE",
    "QUANTITY_WITHOUT_AMOUNT": "OUT_OF_RANGE",
    "NO_SUCH_REFERENCE": "BAD_CHOICE",
    "REFERENCE_TWICE": "CONFLICTING_ROWS",
    "LINE_NO_TWICE": "CONFLICTING_ROWS",
    "TOO_MANY_LINES": "TOO_MANY_ROWS",
    "NO_DRUG_IDENTITY": "REQUIRED",
}


class Said(NamedTuple):
    """A problem of one field, in both languages."""

    pointer: str
    code: str
    zh: str
    en: str


def said(sentence: str, **values: object) -> tuple[str, str, str]:
    """Return the code of a sentence, and it in both languages; `values` fill it."""
    zh, en = SENTENCES[sentence]
    shown = {name: _shown(value) for name, value in values.items()}
    return _CODES.get(sentence, sentence), zh.format(**shown), en.format(**shown)


class Problems:
    """Every problem found in one document, so that the sender can mend all of them at once: the first `room` in words, of the rest how many."""

    __slots__ = ("language", "found", "count", "_room")

    def __init__(self, language: Language = "zh", room: int = MAX_ERRORS) -> None:
        self.language: Language = language
        self.found: list[Said] = []
        self.count = 0
        self._room = room

    def __bool__(self) -> bool:
        return bool(self.count)

    def add(self, place: Place, sentence: str, **values: object) -> None:
        """Note a problem at a place; `values` fill the sentence."""
        self.count += 1
        if self.count > self._room:
            return
        code, zh, en = said(sentence, **values)
        self._note(place, code, zh, en)

    def refuse(self, place: Place, fault: Fault) -> None:
        """Note why a text could not be read, in the words that a file's cell gets for it."""
        self.count += 1
        if self.count > self._room:
            return
        zh, en = MESSAGES[fault.code]
        words = {"column": place[-1] if place else "", **fault.details}
        self._note(place, fault.code, zh.format_map(words), en.format_map(words))

    def errors(self) -> tuple[FieldError, ...]:
        """Return the problems in the sender's language."""
        return tuple(
            FieldError(found.pointer, found.code, found.zh if self.language == "zh" else found.en)
            for found in self.found
        )

    def _note(self, place: Place, code: str, zh: str, en: str) -> None:
        where = pointer(*(personal.shown(step) if isinstance(step, str) else step for step in place))
        self.found.append(Said(_writable(where), code, _writable(zh), _writable(en)))


def _shown(value: object) -> str:
    """What was sent, short enough to stand in a sentence, and masked where it may identify a person."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = personal.shown(str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _writable(text: str) -> str:
    """Half a surrogate pair can be sent in JSON but not written as UTF-8: it is shown by its number."""
    return text.encode("utf-8", "backslashreplace").decode()
