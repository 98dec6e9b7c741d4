"""A catalog entry, its columns read once, ready to be tested against lines; and what such a test is (drug_part.py, restrictions.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.recognise import Recognition
from catalog.drugs.three_valued import Agreement
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.facts import LineFacts
from claims.eligibility.reasons import ReasonKind


@dataclass(frozen=True, slots=True)
class DrugTest:
    """A test of the drug part: the column it is about, whether an entry gives it, and the test itself."""

    column: str
    given: Callable[["Entry"], bool]
    test: Callable[["Entry", Recognition, DosageForms], Agreement]


@dataclass(frozen=True, slots=True)
class Facet:
    """A restriction: its name, whether an entry gives it, and its test."""

    name: str
    given: Callable[["Entry"], bool]
    test: Callable[["Entry", LineFacts], ReasonKind | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a catalog version. Drug texts are normalised, '' for not given; days are inclusive.

    `name_form` is the form in its name, '' where `dosage_form` is given: only one of the two is tested (eligibility 4.1).
    `payment_standard` is in CNY 0.0001 a unit, `max_quantity` in thousandths. `uncoded`: its text is not yet coded, and the list is
    one where that matters (eligibility 4.2). `has_period`: it has an agreement period 协议期 of its own. `drug_tests` and `facets`
    are the tests of 4.1 and 4.2 that its columns ask for, in their order. `sort_key` is the order of 4.3.
    """

    entry_code: str
    sort_key: tuple[bool, bool, str]
    base_name: str
    dosage_form: str
    name_form: str
    national_code: str
    approval_no: str
    brand_name: str
    manufacturer: str
    strength: str
    class_code: str
    icd10: DiseaseCodes
    sex: str
    age_min: int | None
    age_max: int | None
    settings: tuple[str, ...]
    min_institution_level: int | None
    criteria: tuple[str, ...]
    uncoded: bool
    prior_auth: bool
    payment_standard: int | None
    max_quantity: int | None
    effective_from: date | None
    effective_to: date | None
    has_period: bool
    # As written, for people: nothing is judged by these.
    icd10_written: tuple[str, ...]
    criteria_texts: tuple[tuple[str, str], ...]
    payment_standard_text: str
    indication: str
    restriction: str
    drug_tests: tuple[DrugTest, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def selects(self) -> bool:
        """Whether anything coded says what the entry applies to (eligibility 4.1)."""
        return bool(self.base_name or self.drug_tests or self.facets)

    def in_force_on(self, day: date) -> bool:
        """Whether a day lies in the entry's own agreement period 协议期; an entry without one is always in force."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )
