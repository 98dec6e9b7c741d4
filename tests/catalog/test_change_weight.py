"""What a change means to whoever reviews it: its weight, and whether the entry covers less than before."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.change_weight import WEIGHTS, compare, narrower
from catalog.drugs.dosage_forms import DosageForms, FormRow

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
        {"icd10": ["C34", "C18", "C20"]},
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

    assert (change.kind, change.narrower, change.weight) == ("changed", True, "major")


@pytest.mark.parametrize(
    "fields",
    [
        {"icd10": ["C34", "C18-C20", "C50"]},
        {"icd10": ["C34", "C16-C21"]},
        {"icd10": ["C34", "C18", "C19", "C20"]},
        {"icd10": ["C", "C18-C19", "C20"]},
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

    assert (change.narrower, change.weight) == (False, "major")


@pytest.mark.parametrize(
    "fields",
    [
        {"authorized_company": "x"},
        {"generic_name": "甲磺酸奥希替尼片"},
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

    assert (change.narrower, change.weight) == (False, "minor")
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"generic_name": "奥希替尼片"}, {"generic_name": "奥希替尼 片"}),
        ({"generic_name": "紫杉醇（白蛋白结合型）"}, {"generic_name": "紫杉醇(白蛋白结合型)"}),
        ({"generic_name": "紫杉醇(白蛋白结合型)"}, {"generic_name": "紫杉醇[白蛋白结合型]"}),
        ({"generic_name": "多种油脂肪乳（C6～24）"}, {"generic_name": "多种油脂肪乳(C6~24)"}),
        ({"brand_name": "泰瑞沙®"}, {"brand_name": "泰瑞沙"}),
        ({"strength": "８０ｍｇ"}, {"strength": "80mg"}),
        ({"manufacturer": "阿斯利康（中国）"}, {"manufacturer": "阿斯利康(中国)"}),
        ({"restriction": "限二线（EGFR阳性）；成人。"}, {"restriction": "限二线(EGFR阳性);成人"}),
        ({"restriction": "限二线 用药\n成人"}, {"restriction": "限二线用药成人"}),
        ({"restriction": "“重度”〔一〕—二"}, {"restriction": '"重度"(一)-二'}),
        ({"indication": "肺癌。"}, {"indication": "肺癌"}),
        ({"restriction": "。"}, {"restriction": ""}),
        ({"payment_standard_text": "5.70元（10mg/片）"}, {"payment_standard_text": "5.70元(10mg/片)"}),
        ({"criteria": ["EGFR=阳性（19）"]}, {"criteria": ["EGFR=阳性(19)"]}),
        ({"icd10": ["C34.1", "C50"]}, {"icd10": ["C50", "C341"]}),
        ({"settings": ["inpatient", "outpatient"]}, {"settings": ["outpatient", "inpatient"]}),
        ({"restriction": "限二线。", "note": "甲"}, {"restriction": "限二线", "note": "乙"}),
        ({"restriction": "限二线。", "entry_code": "E-1"}, {"restriction": "限二线", "entry_code": "E-9"}),
    ],
)
def test_what_reads_the_same_is_typographic_and_neither_major_nor_minor(old, new):
    for before, now in ((old, new), (new, old)):
        change = compare({**ENTRY, **before}, {**ENTRY, **now})

        assert (change.kind, change.weight, change.narrower) == ("changed", "typographic", False)
        assert set(change.fields) == set(old)
        assert not change.major and change.slight == "typographic"


@pytest.mark.parametrize(
    "fields", [{"note": "x"}, {"source": "x"}, {"entry_code": "E-9"}, {"note": "x", "source": "y", "entry_code": "E-9"}]
)
def test_notes_sources_and_codes_alone_are_a_remark(fields):
    change = changed(**fields)

    assert (change.kind, change.weight, change.narrower) == ("changed", "remark", False)
    assert set(change.fields) == set(fields)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("限二线", "限一线"),
        ("限二线", "限二线、三线"),
        ("m2", "m3"),
        ("IgA", "IGA"),
        ("成人，儿童", "成人。儿童"),
        ("限0.5", "限05"),
    ],
)
def test_other_words_are_no_typography(old, new):
    assert compare({**ENTRY, "restriction": old}, {**ENTRY, "restriction": new}).weight == "minor"


UNCODED = {
    **ENTRY,
    "icd10": [],
    "age_min": None,
    "age_max": None,
    "settings": [],
    "min_institution_level": None,
    "criteria": [],
}


@pytest.mark.parametrize("column", ["restriction", "indication"])
def test_a_text_that_a_person_judges_by_alters_payments(column):
    change = compare({**UNCODED, column: "限二线"}, {**UNCODED, column: "限三线"})

    assert (change.weight, change.narrower) == ("major", False)
    assert compare({**UNCODED, column: "限二线。"}, {**UNCODED, column: "限二线"}).weight == "typographic"


FORMS = DosageForms(
    [
        FormRow("片", "口服常释剂型"),
        FormRow("胶囊", "口服常释剂型"),
        FormRow("分散片", "口服常释剂型"),
        FormRow("注射液", "注射剂"),
    ]
)


@pytest.mark.parametrize(
    ("old", "new", "is_narrower"),
    [
        (("奥希替尼", ""), ("奥希替尼片", ""), True),  # a form in the name counts
        (("奥希替尼片", ""), ("奥希替尼", ""), False),
        (("奥希替尼片", ""), ("奥希替尼胶囊", ""), True),
        (("奥希替尼片", ""), ("甲磺酸奥希替尼片", ""), False),
        (("奥希替尼片", ""), ("奥希替尼", "口服常释剂型"), False),
        (("奥希替尼", "口服常释剂型"), ("奥希替尼片", ""), True),
        (("奥希替尼", "片"), ("奥希替尼", "口服常释剂型"), False),
        (("奥希替尼", "口服常释剂型"), ("奥希替尼", "片"), True),
        (("奥希替尼", "口服常释剂型"), ("奥希替尼", "注射剂"), True),
        (("奥希替尼", "口服常释剂型"), ("奥希替尼", "口服常释剂型(不含分散片)"), True),
        (("奥希替尼", "口服常释剂型（不含分散片）"), ("奥希替尼", "口服常释剂型"), False),
        (("奥希替尼", "口服常释剂型(不含分散片、胶囊)"), ("奥希替尼", "口服常释剂型(不含胶囊)"), False),
        (("奥希替尼", "口服常释剂型(不含胶囊)"), ("奥希替尼", "口服常释剂型(不含分散片)"), True),
    ],
)
def test_a_form_given_or_in_the_name_narrows(old, new, is_narrower):
    before, now = ({**ENTRY, "generic_name": name, "dosage_form": form} for name, form in (old, new))

    assert narrower(before, now, forms=FORMS) is is_narrower


def test_an_agreement_renewed_up_to_the_first_day_is_not_narrower():
    first_day = date(2028, 1, 1)
    renewed = {"effective_from": first_day, "effective_to": date(2029, 12, 31)}

    assert not compare(ENTRY, {**ENTRY, **renewed}, first_day=first_day).narrower
    assert compare(ENTRY, {**ENTRY, **renewed}).narrower
    assert compare(ENTRY, {**ENTRY, **renewed, "effective_from": date(2028, 1, 2)}, first_day=first_day).narrower
    assert compare(ENTRY, {**ENTRY, "effective_to": date(2027, 12, 30)}, first_day=first_day).narrower


def test_the_weights_are_four():
    assert WEIGHTS == ("major", "minor", "typographic", "remark")


def test_nothing_compared_with_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="neither"):
        compare(None, None)
