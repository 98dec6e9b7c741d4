"""Lines and money of a batch by outcome, reason, benefit and drug; sums of sums are exact, so each chunk adds its own."""

from collections.abc import Iterable
from typing import Any, Final

from catalog.drugs.base_names import drug_id
from claims.batches.record import INVALID, REFUNDED
from claims.eligibility import Decision
from common.money import yuan

# What is summed of each group, in this order; money in fen.
FIGURES: Final = ("lines", "amount", "claimable", "payable")
GROUPS: Final = ("outcome", "reason", "benefit", "drug")
DRUGS_SHOWN: Final = 500

Figures = list[int]


class Totals:
    """Running totals: group → key → figures. A line counts once in its outcome, its benefit, its drug, and each of its reasons."""

    def __init__(self, kept: dict[str, dict[str, Figures]] | None = None) -> None:
        self.groups: dict[str, dict[str, Figures]] = kept or {name: {} for name in GROUPS}

    def add(self, decision: Decision) -> None:
        """Count the lines of a decision; a row that took back from one is a `refunded` line without money, as in the results."""
        for line in decision.lines:
            judgement, found = line.judgement, line.judgement.recognition
            figures = (1, judgement.line.amount, line.money.claimable, line.money.payable)
            self._count("outcome", judgement.outcome, figures)
            if judgement.line.refunds:
                self._count("outcome", REFUNDED, (len(judgement.line.refunds), 0, 0, 0))
            for code in {reason.kind.code for reason in line.reasons}:
                self._count("reason", code, figures)
            if judgement.benefit is not None:
                self._count("benefit", judgement.benefit.code, figures)
            if found is not None and found.drug is not None:
                self._count("drug", found.drug, figures)

    def add_invalid(self, lines: int) -> None:
        """Count the lines of a claim that is invalid; they have no money, for nobody knows what was meant."""
        self._count("outcome", INVALID, (lines, 0, 0, 0))

    def merge(self, kept: dict[str, dict[str, Figures]]) -> None:
        """Add another's totals."""
        for group, counted in kept.items():
            for key, figures in counted.items():
                self._count(group, key, figures)

    def _count(self, group: str, key: str, figures: Iterable[int]) -> None:
        counted = self.groups[group]
        before = counted.get(key)
        if before is None:
            counted[key] = list(figures)
            return
        for place, figure in enumerate(figures):
            before[place] += figure


def totals_document(kept: dict[str, dict[str, Figures]]) -> dict[str, Any]:
    """Show totals as the API does: a list a group, most money claimed first; of drugs the first 500."""
    document: dict[str, Any] = {
        "lines": sum(figures[0] for figures in kept["outcome"].values()),
        "amount": yuan(sum(figures[1] for figures in kept["outcome"].values())),
        "claimable": yuan(sum(figures[2] for figures in kept["outcome"].values())),
        "payable": yuan(sum(figures[3] for figures in kept["outcome"].values())),
    }
    for group in GROUPS:
        ordered = sorted(kept[group].items(), key=lambda one: (-one[1][2], -one[1][0], one[0]))
        document[f"by_{group}"] = [_shown(group, key, figures) for key, figures in ordered[:DRUGS_SHOWN]]
    document["drugs"] = len(kept["drug"])
    return document


def _shown(group: str, key: str, figures: Figures) -> dict[str, Any]:
    lines, amount, claimable, payable = figures
    named = {"id": drug_id(key), "generic_name": key} if group == "drug" else {group: key}
    return {**named, "lines": lines, "amount": yuan(amount), "claimable": yuan(claimable), "payable": yuan(payable)}
