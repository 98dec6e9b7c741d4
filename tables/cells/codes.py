"""Codes of the curator's own, and what a spreadsheet does to codes."""

import re
import unicodedata

from tables.cells.outcome import Fault, Parsed
from tables.cells.text import name

_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?E[+-]?\d+", re.IGNORECASE)


def refuse_scientific(code: str) -> None:
    if code[:1] in "0123456789+-" and _SCIENTIFIC.fullmatch(code):
        raise Fault(
            "BAD_CODE",
            "编码被表格软件改成了科学计数法，已丢失数字。请把该列设为文本后重新填写。",
            "a spreadsheet turned the code into scientific notation and lost digits. Make the column text and type it again.",
        )


def reference(written: str) -> Parsed:
    """Read a code of the curator's own (entry code, claim number): NFKC, otherwise as written."""
    code = written if written.isascii() else unicodedata.normalize("NFKC", written)
    refuse_scientific(code)
    name(code)
    return Parsed(code, code)
