"""What the coding desk suggests for the coded lists of seeds/, judged by leaving each drug out: by facet how much of it is right, how much
of what was coded is found, how many texts a curator would accept as they are; the ten worst.

    script/bench coding          (or python -m benchmarks.coding)

Nothing here needs a database. ICD-10 is compared by three characters, ranges taken apart; criteria by their codes.
"""

import csv
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._report import report
from catalog.vocabularies import CODED_COLUMNS
from common import icd10
from curation.coding.known import Coded, Codings, columns_of
from curation.coding.suggest import suggest
from curation.coding.suggestion import LISTS
from curation.coding.vocabulary import criteria_in_use, vocabulary

ROOT = Path(__file__).resolve().parents[1]
LISTS_OF_SEEDS = ("nrdl_2024", "nrdl_2025", "cidl_2025")
WORST = 10
# Facets that the contract (curation.md 6) wants this precise and this complete; ages are one facet.
WANTED = {
    "min_institution_level": (0.9, 0.6),
    "age": (0.9, 0.6),
    "sex": (0.9, 0.6),
    "settings": (0.9, 0.6),
    "icd10": (0.7, 0.5),
}


class Judged(NamedTuple):
    """A text of a drug: what was suggested and should not have been, and what should have been, by facet."""

    text: str
    drug: str
    wrong: dict[str, set[object]]
    missing: dict[str, set[object]]
    right: dict[str, set[object]]

    def off(self, *, without: str = "") -> int:
        """Count what differs; `without` leaves a facet out."""
        return sum(
            len(values) for found in (self.wrong, self.missing) for name, values in found.items() if name != without
        )


def coded() -> list[Coded]:
    """Return the coded rows of the lists: each drug's text and columns once."""
    found: dict[object, Coded] = {}
    for name in LISTS_OF_SEEDS:
        for row in csv.DictReader((ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8-sig")):
            text = row["indication"] or row["restriction"]
            values: dict[str, Any] = {facet: row[facet] for facet in CODED_COLUMNS if row[facet]}
            values |= {facet: tuple(values[facet].split(";")) for facet in LISTS & set(values)}
            values |= {
                facet: int(values[facet])
                for facet in ("age_min", "age_max", "min_institution_level")
                if facet in values
            }
            columns = columns_of(values)
            if text and columns:
                found[row["generic_name"], text, str(columns)] = Coded(text, columns, row["generic_name"])
    return list(found.values())


def judged(entries: list[Coded]) -> Iterator[Judged]:
    """Yield each text of each drug as it would be suggested if nothing were known of that drug."""
    codings = Codings(entries)
    words = vocabulary(criteria_in_use(one for entry in entries for one in entry.columns.get("criteria", ())))
    for entry in entries:
        suggested: dict[str, set[object]] = {facet: set() for facet in CODED_COLUMNS}
        for one in suggest(entry.text, words, codings, without=entry.drug):
            suggested[one.column].add(one.value)
        wrong, missing, right = {}, {}, {}
        for facet in CODED_COLUMNS:
            said, meant = _compared(facet, suggested[facet]), _compared(facet, set(entry.columns.get(facet, ())))
            wrong[facet], missing[facet], right[facet] = said - meant, meant - said, said & meant
        yield Judged(entry.text, entry.drug, wrong, missing, right)


def _compared(facet: str, values: set[object]) -> set[object]:
    if facet == "criteria":
        return {str(value).partition("=")[0] for value in values}
    if facet == "icd10":
        return {three for value in values for three in _three_characters(str(value))}
    return values


def _three_characters(code: str) -> Iterator[str]:
    ends = icd10.range_of(code)
    if ends is None:
        yield icd10.compared(code)[:3]
        return
    for letter in range(ord(ends[0][0]), ord(ends[1][0]) + 1):
        yield from (three for number in range(100) if ends[0] <= (three := f"{chr(letter)}{number:02}") <= ends[1])


def main() -> int:
    """Print the figures and the worst; 1 where a wanted one is not reached."""
    entries = coded()
    start = time.perf_counter()
    results = list(judged(entries))
    seconds = time.perf_counter() - start
    counts = {kind: Counter[str]() for kind in ("wrong", "missing", "right")}
    for one in results:
        for kind, count in counts.items():
            for facet, values in getattr(one, kind).items():
                count[facet] += len(values)
                if facet.startswith("age_"):
                    count["age"] += len(values)
    rows, met = [], True
    for facet in (*WANTED, "age_min", "age_max", "criteria"):
        right, wrong, missing = (counts[kind][facet] for kind in ("right", "wrong", "missing"))
        precision, recall = right / max(1, right + wrong), right / max(1, right + missing)
        wanted = WANTED.get(facet)
        met &= wanted is None or (precision >= wanted[0] and recall >= wanted[1])
        rows.append(
            {
                "facet": facet,
                "precision": f"{precision:.3f}",
                "recall": f"{recall:.3f}",
                "right": right,
                "wrong": wrong,
                "missing": missing,
                "wanted": f"{wanted[0]} / {wanted[1]}" if wanted else "",
            }
        )
    report("coding", rows)
    unchanged = sum(one.off() == 0 for one in results) / len(results)
    but_criteria = sum(one.off(without="criteria") == 0 for one in results) / len(results)
    print(f"{len(results)} texts of drugs, {seconds / len(results) * 1000:.1f} ms each")
    print(f"accepted unchanged {unchanged:.0%}, all but the criteria {but_criteria:.0%}")
    shown: dict[str, Judged] = {}
    for one in sorted(results, key=lambda one: -one.off()):
        shown.setdefault(one.text, one)
    for one in list(shown.values())[:WORST]:
        print(f"{one.off():>4}  {one.text}\n      not meant {_few(one.wrong)}\n      missed    {_few(one.missing)}")
    return 0 if met else 1


def _few(found: dict[str, set[object]]) -> str:
    said = [f"{name}: {' '.join(sorted(map(str, values))[:12])}" for name, values in found.items() if values]
    return "; ".join(said) or "-"


if __name__ == "__main__":
    sys.exit(main())
