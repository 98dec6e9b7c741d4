"""What is summed of a run: lines and money by old and new outcome, by product, drug and reason. Pure.

Sums of sums are exact, so each part adds its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from catalog.drugs.base_names import drug_id
from common.money import Fen, yuan
from curation.impact.lines import Line

# Group → key → figures. Money in fen.
#   outcome: "old new"                    → lines, payable recorded, payable now
#   product: "insurer TAB product", drug: name → lines, of these answered otherwise, payable recorded, payable now
#   reason: code                          → lines that carry it as recorded, now, now and not as recorded, no longer
#   otherwise: "all", "without"           → lines answered otherwise, payable recorded, payable now; `without`: also without the version,
#                                           by what else is known since they were recorded
GROUPS: Final = ("outcome", "product", "drug", "reason", "otherwise")
DRUGS_SHOWN: Final = 500
UNRECOGNISED: Final = ""

Figures = list[int]
Kept = dict[str, dict[str, Figures]]


class Totals:
    """Running totals of a part, or of a run."""

    def __init__(self) -> None:
        self.groups: Kept = {name: {} for name in GROUPS}

    def add(self, product: str, old: Line, new: Line, *, without: Line | None, refunds: int = 0) -> None:
        """Count a line as recorded and as it comes out; `without` is how it comes out without the version, where the two differ.

        `refunds` rows took back from it: lines of their own without money, as in a batch's totals.
        """
        money = (old.payable, new.payable)
        self._count("outcome", f"{old.outcome} {new.outcome}", (1, *money))
        if refunds:
            self._count("outcome", "refunded refunded", (refunds, 0, 0))
        otherwise = without is not None
        self._count("product", product, (1, otherwise, *money))
        self._count("drug", new.drug or old.drug or UNRECOGNISED, (1, otherwise, *money))
        self._reasons(set(old.reasons), set(new.reasons))
        if without is not None:
            self._count("otherwise", "all", (1, *money))
            if not without.differs(new):
                self._count("otherwise", "without", (1, *money))

    def _reasons(self, old: set[str], new: set[str]) -> None:
        if old == new:
            for code in old:
                self._count("reason", code, (1, 1, 0, 0))
            return
        for code in old | new:
            was, now = code in old, code in new
            self._count("reason", code, (was, now, now and not was, was and not now))

    def merge(self, kept: Mapping[str, Mapping[str, Iterable[int]]]) -> None:
        """Add another's totals."""
        for group, counted in kept.items():
            for key, figures in counted.items():
                self._count(group, key, figures)

    def _count(self, group: str, key: str, figures: Iterable[int]) -> None:
        counted = self.groups[group]
        before = counted.get(key)
        if before is None:
            counted[key] = [int(figure) for figure in figures]
            return
        for place, figure in enumerate(figures):
            before[place] += figure


def totals_document(kept: Kept) -> dict[str, Any]:
    """Show totals as the API does: what changes most first; of drugs the first 500."""
    return {
        "matrix": [_outcome(key, figures) for key, figures in sorted(kept["outcome"].items(), key=_most_lines)],
        "by_product": [_product(key, figures) for key, figures in sorted(kept["product"].items(), key=_most_money)],
        "by_drug": [_drug(key, figures) for key, figures in sorted(kept["drug"].items(), key=_most_money)][
            :DRUGS_SHOWN
        ],
        "drugs": len(kept["drug"]),
        "by_reason": [_reason(key, figures) for key, figures in sorted(kept["reason"].items(), key=_most_moved)],
        "changed": _otherwise(kept["otherwise"].get("all", [0, 0, 0])),
        "changed_without": _otherwise(kept["otherwise"].get("without", [0, 0, 0])),
        "payable_old": yuan(Fen(sum(figures[1] for figures in kept["outcome"].values()))),
        "payable_new": yuan(Fen(sum(figures[2] for figures in kept["outcome"].values()))),
    }


def _most_lines(one: tuple[str, Figures]) -> Any:
    return -one[1][0], one[0]


def _most_money(one: tuple[str, Figures]) -> Any:
    lines, otherwise, old, new = one[1]
    return -abs(new - old), -otherwise, -lines, one[0]


def _most_moved(one: tuple[str, Figures]) -> Any:
    old, _new, came, went = one[1]
    return -(came + went), -old, one[0]


def _money(old: int, new: int) -> dict[str, str]:
    return {"payable_old": yuan(Fen(old)), "payable_new": yuan(Fen(new))}


def _outcome(key: str, figures: Figures) -> dict[str, Any]:
    old, new = key.split(" ")
    return {"old": old, "new": new, "lines": figures[0], **_money(*figures[1:])}


def _product(key: str, figures: Figures) -> dict[str, Any]:
    insurer, product = key.split("\t")
    return {"insurer": insurer, "product": product, **_group(figures)}


def _drug(key: str, figures: Figures) -> dict[str, Any]:
    return {"id": drug_id(key) if key else None, "generic_name": key or None, **_group(figures)}


def _group(figures: Figures) -> dict[str, Any]:
    return {"lines": figures[0], "changed": figures[1], **_money(*figures[2:])}


def _reason(code: str, figures: Figures) -> dict[str, Any]:
    return {"reason": code, **dict(zip(("lines_old", "lines_new", "came", "went"), figures, strict=True))}


def _otherwise(figures: Figures) -> dict[str, Any]:
    return {"lines": figures[0], **_money(*figures[1:])}
