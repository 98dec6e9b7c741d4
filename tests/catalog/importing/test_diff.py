"""What a change means to whoever reviews it: its weight, and whether the entry covers less than before."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.importing.diff import compare, narrower, weight

ENTRY = {
    "entry_code": "E-1",
    "generic_name": "奥希替尼片",
    "brand_name": "泰瑞沙",
    "dosage_form": "片",
    "strength": "80mg",
    "manufacturer": "阿斯利康",
    "authorized_company": "",
    "national_code": "XL01EX",
    "approval_no": "H20201234",
    "class_code": "XL01EX",
    "reimbursement_class": "B",
    "indication": "肺癌",
    "icd10": ["C34", "C18-C20"],
    "sex": "",
    "age_min": 18,
    "age_max": 75,
    "settings": ["inpatient", "outpatient"],
    "min_institution_level": 2,
    "restriction": "限二线",
    "payment_standard": Decimal("165.9000"),
    "payment_standard_text": "",
    "max_quantity": Decimal("30.000"),
    "criteria": ["EGFR=EGFR突变"],
    "prior_auth": False,
    "effective_from": date(2026, 1, 1),
    "effective_to": date(2027, 12, 31),
    "regulators": ["NMPA"],
    "rare_disease": None,
    "marks": ["negotiated"],
    "note": "",
    "source": "",
}


def changed(**fields):
    return compare(ENTRY, {**ENTRY, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"icd10": ["C34"]},
        {"icd10": ["C34.1", "C18-C20"]},
        {"icd10": ["C34", "C18-C19"]},
        {"icd10": ["C34", "C18", "C19", "C20"]},
        {"sex": "F"},
        {"age_min": 19},
        {"age_max": 74},
        {"settings": ["inpatient"]},
        {"min_institution_level": 3},
        {"criteria": ["EGFR=EGFR突变", "LINE_2=二线"]},
        {"prior_auth": True},
        {"payment_standard": Decimal("165.8999")},
        {"max_quantity": Decimal("29.999")},
        {"effective_from": date(2026, 1, 2)},
        {"effective_to": date(2027, 12, 30)},
        {"brand_name": "易瑞沙"},
        {"manufacturer": "恒瑞"},
        {"strength": "40mg"},
        {"dosage_form": "胶囊"},
        {"approval_no": "H20201235"},
        {"national_code": "XL01EXA"},
        {"national_code": "XL01EB"},
        {"generic_name": "索拉非尼片"},
        {"icd10": [], "indication": "肺癌"},
    ],
    ids=lambda fields: " ".join(f"{name}={value}" for name, value in fields.items()),
)
def test_what_covers_less_is_narrower_and_major(fields):
    change = changed(**fields)

    assert (change.kind, change.narrower, weight(change)) == ("changed", True, "major")


@pytest.mark.parametrize(
    "fields",
    [
        {"icd10": ["C34", "C18-C20", "C50"]},
        {"icd10": ["C34", "C16-C21"]},
        {"icd10": [], "indication": ""},
        {"age_min": 17},
        {"age_min": None},
        {"age_max": None},
        {"settings": []},
        {"settings": ["inpatient", "outpatient", "retail_pharmacy"]},
        {"min_institution_level": 1},
        {"min_institution_level": None},
        {"criteria": []},
        {"payment_standard": None, "payment_standard_text": "*"},
        {"payment_standard": Decimal("166")},
        {"max_quantity": None},
        {"effective_from": None},
        {"effective_to": None},
        {"brand_name": ""},
        {"national_code": "XL01"},
        {"national_code": ""},
        {"class_code": "XL01FX"},
        {"reimbursement_class": "A"},
    ],
    ids=lambda fields: " ".join(f"{name}={value}" for name, value in fields.items()),
)
def test_what_covers_as_much_or_more_is_major_only(fields):
    change = changed(**fields)

    assert (change.narrower, weight(change)) == (False, "major")


@pytest.mark.parametrize(
    "fields",
    [
        {"note": "x"},
        {"source": "x"},
        {"authorized_company": "x"},
        {"marks": []},
        {"regulators": ["NMPA", "FDA"]},
        {"rare_disease": True},
        {"restriction": "限二线用药"},
        {"indication": "非小细胞肺癌"},
        {"criteria": ["EGFR=EGFR突变阳性"]},
    ],
)
def test_what_is_shown_only_is_minor(fields):
    change = changed(**fields)

    assert (change.narrower, weight(change)) == (False, "minor")
    assert set(change.fields) == set(fields)


def test_text_that_sends_claims_to_a_person_is_narrower():
    plain = {
        **ENTRY,
        "icd10": [],
        "indication": "",
        "restriction": "",
        "age_min": None,
        "age_max": None,
        "settings": [],
    }
    plain |= {"min_institution_level": None, "criteria": []}

    change = compare(plain, {**plain, "restriction": "限二线用药"})

    assert (change.narrower, change.major) == (True, True)


def test_an_entry_that_goes_is_narrower_and_one_that_comes_is_not():
    assert compare(ENTRY, None).narrower and compare(ENTRY, None).kind == "removed"
    assert not compare(None, ENTRY).narrower and compare(None, ENTRY).major
    assert narrower(ENTRY, None)


def test_like_entries_are_unchanged_whatever_holds_their_lists():
    assert compare(ENTRY, {**ENTRY, "icd10": ("C34", "C18-C20"), "prior_auth": None}).kind == "unchanged"
    assert not narrower(ENTRY, ENTRY)


def test_the_fields_of_a_change_are_plain_json():
    import json

    change = changed(payment_standard=Decimal("200.0000"), effective_to=None, icd10=["C50"])

    assert json.loads(json.dumps(change.fields)) == {
        "icd10": [["C34", "C18-C20"], ["C50"]],
        "payment_standard": ["165.9000", "200.0000"],
        "effective_to": ["2027-12-31", None],
    }


def test_salt_and_width_do_not_make_a_name_another():
    assert not changed(generic_name="奥希替尼 片").narrower


def test_nothing_compared_with_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="neither"):
        compare(None, None)
