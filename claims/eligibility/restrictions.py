"""Do an entry's restrictions hold for a line: indication, sex, age, setting, level of the institution, criteria (eligibility 4.2)?

One function and one row of `FACETS` each. A test answers what is wanting; its effect says whether that is unknown (R) or a failure (I).
"""

from typing import Final

from catalog.drugs.three_valued import Agreement
from claims.eligibility import reasons
from claims.eligibility.entry import Entry, Facet
from claims.eligibility.facts import LineFacts
from claims.eligibility.reasons import ReasonKind

PASS: Final = Agreement.PASS
FAIL: Final = Agreement.FAIL
UNKNOWN: Final = Agreement.UNKNOWN


def indication_holds(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """Some diagnosis is under some listed code."""
    if entry.uncoded:
        return reasons.INDICATION_UNCODED
    if not line.diagnoses:
        return reasons.DIAGNOSIS_MISSING
    agreement = entry.icd10.hold(line.diagnoses)
    if agreement is PASS:
        return None
    return reasons.DIAGNOSIS_UNSPECIFIC if agreement is UNKNOWN else reasons.INDICATION_MISMATCH


def sex_holds(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """The member's sex is the entry's."""
    if not line.sex:
        return reasons.SEX_MISSING
    return None if line.sex == entry.sex else reasons.SEX_MISMATCH


def age_holds(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """The member's age in years lies within the entry's, both ends included."""
    if line.age is None:
        return reasons.AGE_MISSING
    old_enough = entry.age_min is None or line.age >= entry.age_min
    young_enough = entry.age_max is None or line.age <= entry.age_max
    return None if old_enough and young_enough else reasons.AGE_MISMATCH


def setting_holds(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """The line's setting is listed."""
    if not line.setting:
        return reasons.SETTING_MISSING
    return None if line.setting in entry.settings else reasons.SETTING_MISMATCH


def institution_holds(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """The institution's level is at least the entry's."""
    if line.institution_level is None:
        return reasons.INSTITUTION_LEVEL_MISSING
    least = entry.min_institution_level or 0
    return None if line.institution_level >= least else reasons.INSTITUTION_LEVEL_MISMATCH


def criteria_hold(entry: Entry, line: LineFacts) -> ReasonKind | None:
    """Every criterion is answered true; one answered false fails, whatever else is unanswered."""
    if line.evidence is None:
        return None
    answers = [line.evidence.get(criterion) for criterion in entry.criteria]
    if False in answers:
        return reasons.CRITERION_UNMET
    return reasons.EVIDENCE_MISSING if None in answers else None


FACETS: Final = (
    Facet("indication", lambda entry: entry.uncoded or bool(entry.icd10), indication_holds),
    Facet("sex", lambda entry: entry.sex != "", sex_holds),
    Facet("age", lambda entry: entry.age_min is not None or entry.age_max is not None, age_holds),
    Facet("setting", lambda entry: entry.settings != (), setting_holds),
    Facet("institution", lambda entry: entry.min_institution_level is not None, institution_holds),
    Facet("criteria", lambda entry: entry.criteria != (), criteria_hold),
)


def facet_results(entry: Entry, line: LineFacts) -> list[tuple[str, Agreement]]:
    """Tell of every restriction of an entry, by the facet's name, whether it holds."""
    effects = {"I": FAIL, "R": UNKNOWN}
    kinds = [(facet.name, facet.test(entry, line)) for facet in entry.facets]
    return [(name, effects[kind.effect] if kind else PASS) for name, kind in kinds]
