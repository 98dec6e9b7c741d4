"""Does an entry apply to a line, and how well (eligibility 4)?

Two tables hold the tests: `DRUG_TESTS` for the drug part (4.1), `FACETS` for the restrictions (4.2); one test, one function,
one row. What an entry does not give is not tested at all, so each entry carries only the tests its columns ask for.
"""

from enum import Enum
from typing import Final, NamedTuple

from catalog.drugs.names import Agreement, DosageForms
from catalog.drugs.resolve import Recognition
from claims.eligibility import reasons
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.entry import DrugTest, Entry, Facet
from claims.eligibility.facts import LineFacts
from claims.eligibility.reasons import Cite, ReasonKind

PASS: Final = Agreement.PASS
FAIL: Final = Agreement.FAIL
UNKNOWN: Final = Agreement.UNKNOWN


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


# The drug part (4.1). The drug itself is not here: entries are looked up by it.


def form_agrees(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The form is equal, or the entry names the group of the line's form."""
    return forms.matches(entry.dosage_form, drug.dosage_form) if drug.dosage_form else UNKNOWN


def form_in_name_agrees(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The form in the entry's name is the one in the line's name or, where that has none, the line's form."""
    return forms.matches_name(entry.name_form, drug.name_form, drug.dosage_form)


def code_begins(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The line's national code starts with the entry's; a line code that stops short of it cannot tell."""
    if drug.national_code.startswith(entry.national_code):
        return PASS
    return UNKNOWN if entry.national_code.startswith(drug.national_code) else FAIL


def approval_equals(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The approval number is equal."""
    return _equal(entry.approval_no, drug.approval_no)


def brand_equals(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The brand is equal."""
    return _equal(entry.brand_name, drug.brand_name)


def maker_equals(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The maker is equal."""
    return _equal(entry.manufacturer, drug.manufacturer)


def strength_equals(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """The strength is equal."""
    return _equal(entry.strength, drug.strength)


def class_begins(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """Some class code of the line starts with the entry's."""
    if any(code.startswith(entry.class_code) for code in drug.class_codes):
        return PASS
    return FAIL if drug.class_codes else UNKNOWN


def _equal(entry_text: str, line_text: str) -> Agreement:
    if entry_text == line_text:
        return PASS
    return FAIL if line_text else UNKNOWN


DRUG_TESTS: Final = (
    DrugTest("dosage_form", lambda entry: entry.dosage_form != "", form_agrees),
    DrugTest("generic_name", lambda entry: entry.name_form != "", form_in_name_agrees),
    DrugTest("national_code", lambda entry: entry.national_code != "", code_begins),
    DrugTest("approval_no", lambda entry: entry.approval_no != "", approval_equals),
    DrugTest("brand_name", lambda entry: entry.brand_name != "", brand_equals),
    DrugTest("manufacturer", lambda entry: entry.manufacturer != "", maker_equals),
    DrugTest("strength", lambda entry: entry.strength != "", strength_equals),
)
# Only of entries that name no drug, and only on lists that may do without one (4.1).
CLASS_TEST: Final = DrugTest("class_code", lambda entry: entry.class_code != "", class_begins)


# The restrictions (4.2). A test answers what is wanting; its effect says whether that is unknown (R) or a failure (I).


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


def applies(entry: Entry, drug: Recognition, forms: DosageForms) -> Agreement:
    """Test the drug part beside the drug itself: PASS applies, UNKNOWN applies tentatively, FAIL does not (4.1)."""
    outcome = PASS
    for drug_test in entry.drug_tests:
        agreement = drug_test.test(entry, drug, forms)
        if agreement is FAIL:
            return FAIL
        if agreement is UNKNOWN:
            outcome = UNKNOWN
    return outcome


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
