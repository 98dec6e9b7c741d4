"""What a cell of a closed vocabulary may say: institution levels, and regulators with the day of their approval."""

import re
from typing import Final

from catalog.vocabularies import LEVELS, REGULATORS
from tables import cells
from tables.cells import WHITE, Fault, Parsed, narrow

_level: Final = cells.choice(LEVELS.words)
_regulator: Final = cells.choice(REGULATORS.words)


def institution_level(written: str) -> Parsed:
    """Read a level of institution 1 to 3. Raises Fault OUT_OF_RANGE, BAD_CHOICE."""
    digits = narrow(written)
    if re.fullmatch("-?[0-9]+", digits) and digits not in LEVELS.codes:
        raise Fault("OUT_OF_RANGE", "医疗机构级别为 1 至 3。", "the level is 1 to 3.")
    return Parsed(int(_level(written).value))


def dated_regulators(written: str) -> Parsed:
    """Read regulators, each with the day of approval where known: `NMPA:2021-06-22`. Raises Fault BAD_CHOICE, BAD_DATE."""
    approvals: dict[str, str] = {}
    for piece in cells.code_pieces(written):
        who, _, day = narrow(piece).partition(":")
        regulator = _regulator(who).value
        approvals[regulator] = (
            f"{regulator}:{cells.day_of(day.strip(WHITE)).value.isoformat()}" if day.strip(WHITE) else regulator
        )
    if not approvals:
        raise Fault("BAD_CHOICE", choices="、".join(REGULATORS.codes))
    return Parsed(tuple(approvals.values()))
