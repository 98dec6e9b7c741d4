"""The sheets that our own workbooks hold beside their table: not told as sheets that were not read."""

from typing import Final

PROBLEM_SHEET: Final = "问题"
MEANING_SHEET: Final = "说明"
# By name, their headers.
OWN_SHEETS: Final = {
    PROBLEM_SHEET: ("行", "列", "值", "代码", "级别", "说明"),
    MEANING_SHEET: ("列", "其他表头", "必填", "含义与写法"),
}
