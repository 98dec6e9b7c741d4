"""What can be wrong in an uploaded file: a stable code for machines, a sentence with the mend for people (spec
csv.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

SHOWN_LENGTH = 120

# code → (Chinese, English). `{…}` are filled by whoever reports the problem.
MESSAGES: dict[str, tuple[str, str]] = {
    "EMPTY_FILE": (
        "文件中没有数据行。请上传带表头且至少有一行数据的文件。",
        "The file has no data rows. Upload a file with a header row and at least one row of data.",
    ),
    "NOT_A_TABLE": (
        "无法作为表格读取：{why_zh}",
        "This cannot be read as a table: {why_en}",
    ),
    "BAD_ENCODING": (
        "文字编码有误：{why_zh}请用 UTF-8 或 GB18030 重新保存后上传。",
        "The text encoding is wrong: {why_en} Save the file as UTF-8 or GB18030 and upload it again.",
    ),
    "TOO_LARGE": (
        "文件过大：{why_zh}请拆分后分别上传。",
        "The file is too large: {why_en} Split it and upload the parts.",
    ),
    "TOO_MANY_ROWS": (
        "数据行超过 {limit} 行。请拆分后分别上传。",
        "There are more than {limit} rows. Split the file and upload the parts.",
    ),
    "MISSING_COLUMN": (
        "缺少必需的列“{column}”（可用表头：{headers}）。{hint_zh}请补上该列。",
        "The required column {column} is missing (accepted headers: {headers}). {hint_en}Add it.",
    ),
    "DUPLICATE_COLUMN": (
        "列“{column}”出现了不止一次（{headers}）。请只保留一列。",
        "The column {column} occurs more than once ({headers}). Keep one of them.",
    ),
    "UNKNOWN_COLUMN": (
        "不认识的列“{header}”，其内容未被读取。如需导入，请在上传时说明读作哪一列，或改用规定的表头。",
        "The column “{header}” is not known and was not read. Say when uploading what it is read as, or rename it, if it should be imported.",
    ),
    "RAGGED_ROW": (
        "该行有 {found} 个单元格，表头有 {expected} 个。请检查多余或缺少的分隔符。",
        "This row has {found} cells, the header has {expected}. Look for a missing or surplus separator.",
    ),
    "REQUIRED": ("“{column}”必填。请填写。", "{column} is required. Fill it in."),
    "TOO_LONG": (
        "“{column}”有 {found} 个字符，最多 {limit} 个。请缩短。",
        "{column} has {found} characters, at most {limit} are allowed. Shorten it.",
    ),
    "BAD_DATE": (
        "不是有效日期：{why_zh}请写成 2026-01-31、2026/1/31、20260131 或 2026年1月31日。",
        "Not a valid date: {why_en} Write 2026-01-31, 2026/1/31, 20260131 or 2026年1月31日.",
    ),
    "BAD_NUMBER": (
        "不是有效数字：{why_zh}",
        "Not a valid number: {why_en}",
    ),
    "OUT_OF_RANGE": ("数值超出范围：{why_zh}", "The value is out of range: {why_en}"),
    "BAD_CODE": ("编码格式有误：{why_zh}", "The code is not well formed: {why_en}"),
    "BAD_CHOICE": ("不在可选值之内。可选：{choices}。", "Not one of the allowed values: {choices}."),
    "BAD_YES_NO": (
        "不是“是/否”。请写 Y、N、是、否、true、false、1 或 0。",
        "Not a yes or no. Write Y, N, 是, 否, true, false, 1 or 0.",
    ),
    "CONTROL_CHARACTER": (
        "含有不允许的字符（{characters}）。请删除后重新填写。",
        "It holds a character that is not allowed ({characters}). Delete it and type the text again.",
    ),
    "DATE_ORDER": (
        "“{first}”晚于“{last}”。请核对两个日期。",
        "{first} is after {last}. Check the two dates.",
    ),
    "AGE_ORDER": (
        "“{first}”大于“{last}”。请核对两个年龄。",
        "{first} is greater than {last}. Check the two ages.",
    ),
    "DUPLICATE_ROW": (
        "{who_zh}与第 {other} 行{alike_zh}，只保留一条。",
        "{who_en} says the same as row {other}{alike_en}; one of them is kept.",
    ),
    "CONFLICTING_ROWS": (
        "第 {other} 行与第 {row} 行{same_zh}，但其余内容不同。{mend_zh}",
        "Rows {other} and {row} {same_en} but differ elsewhere. {mend_en}",
    ),
    "NO_SELECTOR": (
        "该行没有任何选择条件，不会排除任何药品。请填写药品、编码、剂型或疾病等列。",
        "This row selects nothing. Fill in a drug, a code, a dosage form or a disease.",
    ),
    "PERSONAL_DATA": (
        "疑似个人身份信息（{what_zh}），不予接收。请删除，只使用化名（member_ref）。",
        "This looks like personal identity ({what_en}) and is refused. Remove it; use a pseudonymous member_ref only.",
    ),
    "UNUSUAL_APPROVAL_NO": (
        "批准文号格式少见，已按原文保存。请核对。",
        "An unusual form of approval number, kept as written. Check it.",
    ),
    "UNUSUAL_DISEASE": (
        "“{found}”的第四位是字母，国内各版 ICD-10 均无此种编码；已按原文保存。如有误，理赔时将对不上，请核对。",
        "“{found}”: no edition of ICD-10 used in China has a letter in the fourth place. Kept as written; a wrong one matches no claim. Check it.",
    ),
    "NAME_NOT_READ": (
        "无法确定这里写了几个药名，已按原文整体保存为一个名称，理赔时可能对不上。请每个药名单独一行。",
        "It is not certain which names stand here; the text was kept whole as one name, which claims may never match. Give each name a row.",
    ),
    "STACKED_NAME": (
        "这里像是写了几个名称（{names}），已按一个名称保存，理赔时对不上。请每个名称单独一行，或选择“按印刷目录读取药名”（names=printed）重新上传。",
        "Several names seem to stand here ({names}); they were kept as one, which no claim will match. "
        "Give each a row, or upload with names read as printed (names=printed).",
    ),
    "UNKNOWN_FORM": (
        "剂型表中没有该剂型，只能与写法完全相同的剂型匹配。请核对，或改用剂型表中的名称。",
        "This form is not in the table of dosage forms and matches only itself. Check it, or use a name of the table.",
    ),
    "SEVERAL_VALUES": (
        "“{column}”里写了几个值（“{found}”），只能写一个。请每个值单独一行。",
        "{column} holds several values (“{found}”) where one belongs. Give each a row of its own.",
    ),
    "REUSED_CODE": (
        "该国家医保药品代码在第 {other} 行对应另一药品（本行为第 {row} 行）。请核对两行的代码。",
        "Row {other} gives this national code to another drug than row {row} does. Check the code of both rows.",
    ),
    "UNKNOWN_ENTRY": (
        "版本 {label} 没有条目编码“{entry}”。请按其条目列表填写，或留空，表示对整个目录的意见。",
        "{label} has no entry “{entry}”. Take the code from its entries, or leave it out to speak of the whole list.",
    ),
    "UNCODED": (
        "“{column}”只有文字、没有编码，理赔时将转人工。请补充以下任一列：{needed}。",
        "{column} is text without codes, so claims will go to a person. Add {needed}.",
    ),
    "SHEETS_NOT_READ": (
        "只读取了工作表“{read}”，未读取：{sheets_zh}。如需导入其他工作表，请在上传时指明工作表，或分别上传。",
        "Only the sheet “{read}” was read, not: {sheets_en}. To import another one, name it when uploading.",
    ),
    "FORMULA_RESULT": (
        "列“{header}”有 {count} 个单元格是公式，读取的是文件中保存的计算结果，可能已过时。请重新计算后保存，或改为数值再上传。",
        "{count} cells of the column “{header}” are formulas; their stored results were read, which may be out of date. "
        "Calculate and save the file anew, or paste the values, and upload it again.",
    ),
    "HIDDEN_ROWS": (
        "{what_zh}是隐藏的，也已读取。如不应导入，请删除后重新上传。",
        "Hidden {what_en}: read like the others. Delete what should not be imported and upload the file again.",
    ),
    "NO_COVER": (
        "没有找到清单目录（封面表）。请加一张名为“清单目录”的表或文件，每份清单一行，至少有“产品名称”列，最好有“省份”“文件”列。",
        "There is no cover table. Add a sheet or a file called lists with a row for each list: a column name, and province and file.",
    ),
    "NO_SUCH_FILE": (
        "没有找到“{wanted}”对应的文件或工作表{hint_zh}。请核对“文件”列的写法，或补上该文件。",
        "There is no file or sheet for “{wanted}”{hint_en}. Check how the cover table calls it, or add it.",
    ),
    "NOT_ON_COVER": (
        "清单目录中没有“{file}”，未导入。请在清单目录中补上一行后重新上传。",
        "The cover table does not name “{file}”, which was not imported. Add a row for it and upload again.",
    ),
    "NOT_A_LIST": (
        "“{file}”不是清单，未读取：{why_zh}",
        "“{file}” is no list and was not read: {why_en}",
    ),
    "LIST_REFUSED": (
        "{why_zh}",
        "{why_en}",
    ),
    "NOT_AN_ENTRY": (
        "第 {row} 行是{what_zh}，不是条目，已跳过。如是条目，请填写名称等其他列。",
        "Row {row} is {what_en}, no entry, and was passed over. If it is one, fill in its other columns.",
    ),
}

# The sentences of a code that is told of something else than usually: `told_as` among the details says of what.
OTHERWISE: dict[str, tuple[str, str]] = {
    "unreadable cell": ("单元格无法读取：{why_zh}", "The cell cannot be read: {why_en}"),
    "no header": (
        "{letter} 列没有表头，其内容未被读取。如需导入，请补上表头后重新上传。",
        "Column {letter} has no header and was not read. Give it one and upload the file again if it should be imported.",
    ),
    "seen: no header": (
        "{letter} 列没有表头，其内容不会被读取。如需导入，请补上表头后重新上传。",
        "Column {letter} has no header and will not be read. Give it one and upload the file again if it should be imported.",
    ),
    "seen: not known": (
        "不认识的列{headers_zh}，其内容不会被读取。如需导入，请在下方说明读作哪一列。",
        "Not known and not to be read: {headers_en}. Say below what it is read as if it should be imported.",
    ),
    "seen: unreadable cells": (
        "列“{header}”有单元格无法读取（首个在第 {row} 行）：{why_zh}",
        "Cells of the column “{header}” cannot be read, the first in row {row}: {why_en}",
    ),
}

WARNINGS = frozenset(
    "UNKNOWN_COLUMN DUPLICATE_ROW UNUSUAL_APPROVAL_NO UNUSUAL_DISEASE UNCODED NAME_NOT_READ STACKED_NAME UNKNOWN_FORM REUSED_CODE"
    " SHEETS_NOT_READ HIDDEN_ROWS FORMULA_RESULT NOT_AN_ENTRY NOT_A_LIST".split()
)

# What fills a sentence where whoever reports the problem says nothing else.
_USUAL_WORDS = {
    **{"mend_zh": "请改正或删除其中一行。", "mend_en": "Correct or delete one of them."},
    **{"who_zh": "", "who_en": "This row", "alike_zh": "完全相同", "alike_en": ""},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, or worth knowing, in a file.

    `row` is the file's line or the sheet's row (None: the whole file); `column` the column's English name, or the
    header as written where it is not known; `value` what stood there, shortened, and masked where it may identify a
    person. `other` is the row it is about too, where it is about two.
    """

    code: str
    row: int | None
    column: str
    value: str
    zh: str
    en: str
    other: int | None = None

    @property
    def severity(self) -> str:
        """`warning` does not stop an import, `error` does."""
        return "warning" if self.code in WARNINGS else "error"

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain data, for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message_zh": self.zh,
            "message_en": self.en,
        }


@dataclass(frozen=True, slots=True)
class Normalised:
    """A value that was stored otherwise than written, without loss: `before` as in the file, `after` as stored."""

    row: int | None
    column: str
    before: str
    after: str

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data, for JSON."""
        return {"row": self.row, "column": self.column, "before": self.before, "after": self.after}


NO_TITLES: Mapping[str, str] = MappingProxyType({})


def problem(
    code: str,
    row: int | None,
    column: str = "",
    value: object = "",
    *,
    titles: Mapping[str, str] = NO_TITLES,
    **details: Any,
) -> Problem:
    """Make a problem with its sentences in both languages.

    `details` fill the sentence; a tuple among them names columns. `titles` say what Chinese sentences call a column; English ones use its name.
    """
    zh, en = OTHERWISE.get(details.get("told_as", ""), MESSAGES[code])
    words = {**_USUAL_WORDS, "column": (shown(column),), "row": row, **details}
    return Problem(
        code=code,
        row=row,
        column=shown(column),
        value=shown(str(value)),
        zh=zh.format_map(_with_columns(words, "、", titles)),
        en=en.format_map(_with_columns(words, ", ", NO_TITLES)),
        other=other if isinstance(other := details.get("other"), int) else None,
    )


def _with_columns(words: Mapping[str, object], comma: str, titles: Mapping[str, str]) -> dict[str, object]:
    """What fills a sentence, with the columns it names as one language calls them."""
    return {
        word: comma.join(titles.get(column, column) for column in said) if isinstance(said, tuple) else said
        for word, said in words.items()
    }


# What reports say both languages of in one text: what matches it, and it in Chinese and in English.
_TWO_LANGUAGES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(rf"\A{pattern}", re.DOTALL), zh, en)
    for pattern, zh, en in (
        ("表头之前，未读取 above the header, not read", "表头之前，未读取", "above the header, not read"),
        (r"表头在第 (\d+) 行 the header is row \d+", r"表头在第 \1 行", r"the header is row \1"),
        (
            r"与第 (\d+) 行合为表头 the header, together with row \d+",
            r"与第 \1 行合为表头",
            r"the header, together with row \1",
        ),
        ("按要求未读取 left out as asked", "按要求未读取", "left out as asked"),
        (r"未读取，以“(.*)”为准 not read, “\1” counts", r"未读取，以“\1”为准", r"not read, “\1” counts"),
        (
            "(.*)（第一张有表头的工作表 the first sheet that has a header）",
            r"\1（第一张有表头的工作表）",
            r"\1 (the first sheet that has a header)",
        ),
        ("(.*)（数字 number）", r"\1（数字）", r"\1 (number)"),
    )
)


def in_language(text: str, language: str) -> str:
    """Return what a report says of a value, `zh` or `en` alone where it says both; a value as it is."""
    for pattern, zh, en in _TWO_LANGUAGES:
        if found := pattern.fullmatch(text):
            return found.expand(en if language == "en" else zh)
    return text


def shown(text: str, length: int = SHOWN_LENGTH) -> str:
    """The text on one printable line, at most `length` characters, so that a report can neither be flooded nor
    forged."""
    if len(text) <= length and text.isprintable():
        return text
    head = text[:length]
    line = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in head)
    return line[:length] + "…" if len(text) > length or len(line) > length else line


def mask(text: str) -> str:
    """The first and the last two characters, the rest as stars: enough to find the cell, not to name the person."""
    line = shown(text, 40)
    return "*" * len(line) if len(line) < 6 else f"{line[:2]}{'*' * (len(line) - 4)}{line[-2:]}"


def problem_from_dict(data: Mapping[str, Any]) -> Problem:
    """The problem again from what `as_dict` gave."""
    return Problem(data["code"], data["row"], data["column"], data["value"], data["message_zh"], data["message_en"])
