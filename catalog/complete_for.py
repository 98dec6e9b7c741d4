"""Of which classes a list is complete: what it says by leaving a drug out, and when an edition says it of fewer (spec eligibility 5)."""

import re
from collections.abc import Sequence


def fewer_classes(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether a list is complete for less than the one before (`complete_for` of a version; none: complete altogether).

    Of a drug of the classes left out a claim is no longer told that the list does not hold it (eligibility 5).
    """
    return bool(now) and (not before or not all(code.startswith(tuple(now)) for code in before))


def speaks_of(complete_for: Sequence[str], class_code: str) -> bool:
    """Whether a list that is complete for these class-code prefixes says, by leaving a drug of this class out, that it does not hold it.

    What has no class code may be of any: leaving it out is told as that.
    """
    return not complete_for or not class_code or class_code.startswith(tuple(complete_for))


def class_list(text: str) -> list[str]:
    """Part class-code prefixes as people list them: `X;Z`."""
    return [piece.strip() for piece in re.split("[;；|｜、,，]", text) if piece.strip()]
