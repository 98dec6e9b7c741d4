"""How far a list of what is not paid goes, in words: for all, or for some only."""

from datetime import date

import pytest
from django.utils.translation import override

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.knowledge import Identity
from claims.eligibility.compiling import compile_entry
from claims.eligibility.facts import CoverageQuery
from lookup.telling import exclusion_words

FORMS = DosageForms([])
ALL, DISEASES, PATIENTS = "names what is not paid", "not paid for these diseases only", "not paid only where"


@pytest.mark.parametrize(
    ("row", "said", "words"),
    [
        ({}, {}, ALL),
        ({"icd10": ["E66"]}, {}, DISEASES),
        ({"icd10": ["E66"]}, {"diagnoses": ("E66.9",)}, ALL),
        ({"icd10": ["E66"]}, {"diagnoses": ("C34",)}, DISEASES),
        ({"sex": "F"}, {"sex": "M"}, PATIENTS),
        ({"age_max": 17}, {"age": 17}, ALL),
        ({"age_max": 17}, {"age": 18}, PATIENTS),
        ({"settings": ["outpatient"]}, {}, PATIENTS),
        ({"min_institution_level": 3}, {}, PATIENTS),
        ({"min_institution_level": 3}, {"institution_level": 2}, PATIENTS),
        ({"min_institution_level": 3}, {"institution_level": 3}, ALL),
        ({"icd10": ["E66"], "sex": "F"}, {"sex": "F"}, DISEASES),
        ({"icd10": ["E66"], "sex": "F"}, {"diagnoses": ("E66",)}, PATIENTS),
    ],
)
def test_a_row_of_what_is_not_paid_holds_for_all_only_where_nothing_narrows_it(row, said, words) -> None:
    query = CoverageQuery(day=date(2026, 3, 1), identity=Identity.of(generic_name="奥利司他"), **said)

    with override("en"):
        tone, told = exclusion_words([compile_entry(row, FORMS, "negative")], query)

    assert told.startswith(words)
    assert tone == ("bad" if words == ALL else "quiet")
