"""Every code of an error: what it means and what to do about it, in both languages (error_codes.tsv). Pure.

A code is spelled in lower snake case, and one fault has one code, whichever reader found it: the readers of files (spec csv.md) call theirs
in capitals, the framework calls some otherwise; `canonical` is the one place where these become one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.languages import Language


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code, what it means and its mend; `meaning` and `mend` by language."""

    code: str
    meanings: Mapping[str, str]
    mends: Mapping[str, str]

    def meaning(self, language: Language) -> str:
        return self.meanings[language]

    def mend(self, language: Language) -> str:
        return self.mends[language]


def _read() -> dict[str, ErrorCode]:
    with (Path(__file__).parent / "error_codes.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
        return {
            row["code"]: ErrorCode(
                row["code"], {"zh": row["zh"], "en": row["en"]}, {"zh": row["mend_zh"], "en": row["mend_en"]}
            )
            for row in rows
        }


CODES: Final = _read()

# What the framework and some readers call otherwise.
_SAME: Final = {
    "bad_type": "wrong_type",
    "blank": "required",
    "date": "bad_date",
    "datetime": "bad_date",
    "does_not_exist": "not_found",
    "empty": "required",
    "invalid_choice": "bad_choice",
    "invalid_image": "bad_value",
    "make_aware": "bad_instant",
    "max_decimal_places": "bad_number",
    "max_digits": "bad_number",
    "max_length": "too_long",
    "max_string_length": "bad_number",
    "max_value": "out_of_range",
    "max_whole_digits": "bad_number",
    "min_length": "too_short",
    "min_value": "out_of_range",
    "no_name": "required",
    "not_a_dict": "wrong_type",
    "not_a_list": "wrong_type",
    "null": "required",
    "null_characters_not_allowed": "control_character",
    "overflow": "bad_instant",
    "surrogate_characters_not_allowed": "control_character",
}


def canonical(code: str) -> str:
    """Return the one spelling of an error's code."""
    lower = code.lower()
    return _SAME.get(lower, lower)
