"""A line as it is compared: as it was recorded, in a check or a batch, and as it comes out when it is tried. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from claims.batches.record import REFUNDED, KeptLine
from claims.eligibility import LineDecision
from common.money import Fen, fen


class Line(NamedTuple):
    """What of a decided line matters: its outcome, what it pays (in fen), the codes of its reasons in their order, its benefit, its drug.

    `drug` is the base name it was recognised as, None where it was not.
    """

    outcome: str
    payable: Fen
    reasons: tuple[str, ...]
    benefit: str | None
    drug: str | None

    def differs(self, other: "Line") -> bool:
        """Tell whether a person would call the two different answers; another edition that says the same is none."""
        return self[:4] != other[:4]


def line_of_decision(decided: LineDecision) -> Line:
    """Return a line as it comes out."""
    judgement = decided.judgement
    found = judgement.recognition
    return Line(
        judgement.outcome,
        decided.money.payable,
        tuple([reason.kind.code for reason in decided.reasons]),
        judgement.benefit.code if judgement.benefit else None,
        found.drug if found is not None else None,
    )


def line_of_check(kept: Mapping[str, Any]) -> Line:
    """Return a line of a recorded check (`decision.lines`)."""
    drug = kept["drug"]
    return Line(
        kept["outcome"],
        fen(kept["money"]["payable"]),
        tuple([reason["code"] for reason in kept["reasons"]]),
        kept["benefit"],
        drug["generic_name"] if drug else None,
    )


class Parts:
    """The parts that the decisions of a batch's chunk name by number (claims.batches.record), read once each."""

    def __init__(self, texts: Sequence[str], decode: Any) -> None:
        self._texts, self._decode = texts, decode
        self._reasons: dict[int, tuple[str, ...]] = {}
        self._drugs: dict[int, str | None] = {}

    def line(self, kept: Sequence[Any]) -> Line:
        """Return a line of a batch's recorded decision."""
        line = KeptLine(*kept)
        return Line(line.outcome, line.payable, self._codes(line.reasons), line.benefit, self._drug(line.drug))

    def _codes(self, number: int) -> tuple[str, ...]:
        found = self._reasons.get(number)
        if found is None:
            reasons = self._decode(self._texts[number])
            found = self._reasons[number] = tuple([reason["code"] for reason in reasons])
        return found

    def _drug(self, number: int) -> str | None:
        if number not in self._drugs:
            drug = self._decode(self._texts[number])
            self._drugs[number] = drug["generic_name"] if drug else None
        return self._drugs[number]


REFUND = Line(REFUNDED, Fen(0), (), None, None)
