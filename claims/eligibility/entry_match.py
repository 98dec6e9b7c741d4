"""Which entry of a version is a line's match, and how well it fits (eligibility 4.3).

The tests are tables elsewhere: of the drug part in drug_part.py (4.1), of the restrictions in restrictions.py (4.2).
"""

from enum import Enum
from typing import NamedTuple

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.recognise import Recognition
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.drug_part import FAIL, PASS, UNKNOWN, applies
from claims.eligibility.entry import Entry
from claims.eligibility.facts import LineFacts
from claims.eligibility.reasons import Cite, ReasonKind


class Grade(Enum):
    """How well an entry that applies fits: every restriction holds, some cannot be told, or some does not hold."""

    FULL = "full"
    UNKNOWN = "unknown"
    FAILS = "fails"


class Match(NamedTuple):
    """The match in a catalog version (4.3). `tentative`: the entry names a product and the line does not say whether it is that
    one. `shortfalls`: what is unknown or does not hold, in the order of the facets."""

    version: CompiledVersion
    entry: Entry
    grade: Grade
    tentative: bool = False
    shortfalls: tuple[ReasonKind, ...] = ()

    def cite(self, benefit: str | None = None) -> Cite:
        """Cite the entry."""
        return Cite(
            catalog=self.version.catalog, version=self.version.label, entry_code=self.entry.entry_code, benefit=benefit
        )


def precedence(entry_code: str, *, names_product: bool, names_form: bool) -> tuple[bool, bool, str]:
    """Return what the entries of a version are sorted by: a product before a drug, a form before none, then by code (4.3)."""
    return not names_product, not names_form, entry_code


def best_match(version: CompiledVersion, drug: Recognition, line: LineFacts, forms: DosageForms) -> Match | None:
    """Return the match in a version: of the entries that apply, in the order of 4.3, the first full fit, else the first
    unknown, else the first that fails; None when none applies."""
    unknown: Match | None = None
    failing: Match | None = None
    for entry in version.candidates(drug, line.diagnoses):
        if entry.has_period and not entry.in_force_on(line.day):
            continue
        agreement = applies(entry, drug, forms) if entry.drug_tests else PASS
        if agreement is FAIL:
            continue
        wanting: list[ReasonKind] = []
        fails = False
        for facet in entry.facets:
            kind = facet.test(entry, line)
            if kind is not None:
                wanting.append(kind)
                if kind.effect == "I":
                    fails = True
                    # What else is wrong with it nobody asks, once something as good stands before it.
                    if unknown or failing:
                        break
        if fails:
            failing = failing or Match(version, entry, Grade.FAILS, agreement is UNKNOWN, tuple(wanting))
        elif wanting or agreement is UNKNOWN:
            unknown = unknown or Match(version, entry, Grade.UNKNOWN, agreement is UNKNOWN, tuple(wanting))
        else:
            return Match(version, entry, Grade.FULL)
    return unknown or failing
