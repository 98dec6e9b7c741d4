"""Which code an entry gets whose file gives none (`auto-…`), how long one may be, and which codes are of a part of a printed row.

Where `.2` and `R` are put behind a code: duplicate_rows.py.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from catalog.importing.column_check import ColumnCheck, Outcome

CODE_LENGTH: Final = 64
_PART_CODE: Final = re.compile(r".+\.(?:[2-9]|[1-9][0-9])")


def derived_code(checks: Sequence[ColumnCheck], outcomes: Sequence[Outcome], beside: str = "") -> str:
    """Make the code of an entry that has none: stable, from its drug columns, then from what else tells it
    from its like; `beside` is what the other entries of its row say of their drugs.

    Two rows of one drug share the first part, so that it still shows which belong together.
    """
    drug = "".join(o.alike for check, o in zip(checks, outcomes, strict=True) if check.column.alike == "by norm")
    drug += beside
    others = "".join(o.alike for check, o in zip(checks, outcomes, strict=True) if check.column.alike == "as written")
    code = f"auto-{sha256(drug.encode()).hexdigest()[:16]}"
    return f"{code}-{sha256(others.encode()).hexdigest()[:12]}" if others else code


def is_part_code(code: str | None) -> bool:
    """Whether a code such as `10.2` is that of one of several entries of a printed row."""
    return code is not None and "." in code and _PART_CODE.fullmatch(code) is not None


def fitting(base: str, suffix: str) -> str:
    """Return the code with its suffix, within the length of a code: a longer one keeps its beginning and a hash of the rest."""
    if len(base) + len(suffix) > CODE_LENGTH:
        base = f"{base[: CODE_LENGTH - 9 - len(suffix)]}-{sha256(base.encode()).hexdigest()[:8]}"
    return base + suffix
