"""What reading a cell comes to: a value, or the fault that says why there is none."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Fault(Exception):
    """Why a cell cannot be read: a problem code and the words that fill its sentence."""

    def __init__(self, code: str, why_zh: str = "", why_en: str = "", **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details: dict[str, Any] = {"why_zh": why_zh, "why_en": why_en, **details}


class Parsed(NamedTuple):
    """A cell's value; `told` is the text the reader is told it became (None: nothing worth telling), `warning` a
    problem code, and `about` the part of the cell that it is about ('': all of it)."""

    value: Any
    told: str | None = None
    warning: str | None = None
    about: str = ""


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
