"""Is an entry about the drug of a line (eligibility 4.1)? A test a column, one row of `DRUG_TESTS` each.

The drug itself is not tested here: entries are looked up by it. What an entry does not give is not tested at all, so each entry carries only
the tests its columns ask for.
"""

from typing import Final

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.recognise import Recognition
from catalog.drugs.three_valued import Agreement
from claims.eligibility.entry import DrugTest, Entry

PASS: Final = Agreement.PASS
FAIL: Final = Agreement.FAIL
UNKNOWN: Final = Agreement.UNKNOWN


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
