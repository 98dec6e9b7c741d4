"""What is wrong with a field, said so that it can be mended: one sentence a code, in Chinese and in English.

The codes are those of the upload files (spec csv.md, "Problem codes"), so that a claim in JSON and the same claim in a CSV row
are refused with the same word; a few more exist only in JSON.
"""

from collections.abc import Mapping
from typing import Final, Literal

from common.errors import Problem

Language = Literal["zh", "en"]

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
    "BAD_DATE": (
        "{value} 不是日期，请写成 2026-01-31 的形式。",
        "{value} is no calendar day; write it like 2026-01-31.",
    ),
    "BAD_INSTANT": (
        "{value} 不是带时区的时刻，请写成 2026-01-31T08:00:00Z 的形式。",
        "{value} is no instant with a time zone; write it like 2026-01-31T08:00:00Z.",
    ),
    "BAD_NUMBER": (
        '{value} 不是数值，请写成普通十进制数，例如 "4977.00"。',
        '{value} is no plain decimal number; write it like "4977.00".',
    ),
    "TOO_MANY_DECIMALS": (
        "{value} 的小数位过多，最多 {places} 位。",
        "{value} has too many decimals; write at most {places}.",
    ),
    "OUT_OF_RANGE": ("{value} 超出范围，应在 {low} 到 {high} 之间。", "{value} must lie between {low} and {high}."),
    "NEGATIVE": ("{value} 不得为负数。", "{value} must not be negative."),
    "NOT_POSITIVE": ("{value} 应大于 0。", "{value} must be greater than 0."),
    "BAD_CHOICE": ("{value} 不在可选值之中，请从 {choices} 中选择。", "{value} is none of the choices: {choices}."),
    "BAD_YES_NO": ("此处应为 true 或 false。", "This must be true or false."),
    "TOO_LONG": ("文字过长，最多 {limit} 个字符。", "The text is too long; write at most {limit} characters."),
    "TOO_MANY": ("{what} 过多，最多 {limit} 个。", "There are too many {what}; send at most {limit}."),
    "CONTROL_CHARACTER": (
        "文字中有无法保存的控制字符，请删除。",
        "The text holds a control character that cannot be kept; remove it.",
    ),
    "BAD_CODE": (
        "{value} 不是疾病编码；编码应以字母、数字、字母或数字开头，例如 C34.1。",
        "{value} is no disease code; one begins with a letter, a digit and a letter or digit, like C34.1.",
    ),
    "RANGE_NOT_ALLOWED": (
        "诊断 {value} 是编码范围，请填写具体编码。",
        "The diagnosis {value} is a range; give the code itself.",
    ),
    "BAD_LABEL": (
        "{value} 不能作标识，只可用英文字母、数字、点、下划线和连字符，最多 64 个字符。",
        "{value} cannot be a label; use letters, digits, dot, underscore and hyphen, at most 64 characters.",
    ),
    "DUPLICATE": ("{value} 重复，每个只能出现一次。", "{value} is given twice; each may stand once."),
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


class Problems:
    """Every problem found in one document, in one language, so that the sender can mend all of them at once."""

    __slots__ = ("language", "found")

    def __init__(self, language: Language = "zh") -> None:
        self.language: Language = language
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, pointer: str, code: str, **values: object) -> None:
        """Will note a problem at a JSON pointer; `values` fill the sentence of its code."""
        zh, en = SENTENCES[code]
        shown = {name: _shown(value) for name, value in values.items()}
        detail = (zh if self.language == "zh" else en).format(**shown)
        self.found.append(Problem(_writable(pointer), code, _writable(detail)))


def _shown(value: object) -> str:
    """What was sent, short enough to stand in a sentence."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _writable(text: str) -> str:
    """Half a surrogate pair can be sent in JSON but not written as UTF-8: it is shown by its number."""
    return text.encode("utf-8", "backslashreplace").decode()
