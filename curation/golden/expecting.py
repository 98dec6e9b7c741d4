"""What a golden case expects of each line, and what of an answer is another one. Pure.

An expectation is `{"lines": [{"outcome", "reasons"?, "payable"?}]}`: what it does not name it leaves open. An answer as it is held against it is
`{"lines": [{"line_no", "outcome", "reasons", "payable"}]}`, reasons by their codes, money in yuan.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from claims.eligibility import REASONS, Decision
from common.money import yuan

OUTCOMES: Final = ("eligible", "ineligible", "review", "refunded")
NAMED: Final = ("outcome", "reasons", "payable")

Document = Mapping[str, Any]


def found_in(decision: Decision) -> dict[str, Any]:
    """Return a decision as it is held against an expectation."""
    return {
        "lines": [
            {
                "line_no": line.judgement.line.line_no,
                "outcome": line.judgement.outcome,
                "reasons": [reason.kind.code for reason in line.reasons],
                "payable": yuan(line.money.payable),
            }
            for line in decision.lines
        ]
    }


def found_in_record(answered: Document) -> dict[str, Any]:
    """Return a recorded answer (`ClaimCheck.decision`) as it is held against an expectation."""
    return {
        "lines": [
            {
                "line_no": line["line_no"],
                "outcome": line["outcome"],
                "reasons": [reason["code"] for reason in line["reasons"]],
                "payable": line["money"]["payable"],
            }
            for line in answered["lines"]
        ]
    }


def expectation_of(found: Document) -> dict[str, Any]:
    """Return the expectation that names everything of an answer."""
    return {"lines": [{name: line[name] for name in NAMED} for line in found["lines"]]}


def differences(expected: Document, found: Document | None) -> list[dict[str, Any]]:
    """Return where an answer is another one than expected: `{line_no, field, expected, found}`, in the order of the lines.

    `field` is `outcome`, `reasons` or `payable`; `lines` (line_no None) where there are more lines or fewer; `claim` where today's rules refuse the
    claim (`found` None). Reasons are the same whatever their order; of notes, which decide nothing, those that are expected must be there, and more
    may be.
    """
    if found is None:
        return [{"line_no": None, "field": "claim", "expected": "valid", "found": "invalid"}]
    wanted, answered = expected["lines"], found["lines"]
    if len(wanted) != len(answered):
        return [{"line_no": None, "field": "lines", "expected": len(wanted), "found": len(answered)}]
    return [
        {"line_no": line["line_no"], "field": name, "expected": want[name], "found": line[name]}
        for want, line in zip(wanted, answered, strict=True)
        for name in NAMED
        if name in want and not _same(name, want[name], line[name])
    ]


def _same(name: str, wanted: Any, found: Any) -> bool:
    if name != "reasons":
        return bool(wanted == found)
    more = set(found) - set(wanted)
    return set(wanted) <= set(found) and all(_is_note(code) for code in more)


def _is_note(code: str) -> bool:
    return code in REASONS and REASONS[code].effect == "N"


def expecting_anew(expected: Document, found: Document) -> dict[str, Any]:
    """Return the expectation that names of an answer what the one before named; everything where the lines are others."""
    wanted: Sequence[Document] = expected["lines"]
    if len(wanted) != len(found["lines"]):
        return expectation_of(found)
    return {
        "lines": [
            {name: line[name] for name in NAMED if name in want}
            for want, line in zip(wanted, found["lines"], strict=True)
        ]
    }
