"""Does an entry apply, and how well (eligibility 4)?"""

import pytest

from tests.claims.eligibility.small_world import Json, codes, decide_line, make_claim, make_world

CODE = "XL01EBA001A010010100001"


@pytest.mark.parametrize(
    ("entry", "line", "found"),
    [
        ({"dosage_form": "片"}, {"dosage_form": "片"}, []),
        ({"dosage_form": "口服常释剂型"}, {"generic_name": "奥希替尼片"}, []),
        ({"dosage_form": "片"}, {}, ["PRODUCT_UNSPECIFIED"]),
        ({"dosage_form": "片"}, {"dosage_form": "口服常释剂型"}, ["PRODUCT_UNSPECIFIED"]),
        ({"dosage_form": "片"}, {"dosage_form": "注射液"}, ["NOT_IN_CATALOG"]),
        ({"brand_name": "泰瑞沙"}, {"brand_name": "泰瑞沙®"}, []),
        ({"brand_name": "泰瑞沙"}, {"brand_name": "多吉美"}, ["NOT_IN_CATALOG"]),
        ({"manufacturer": "AstraZeneca AB"}, {"manufacturer": "ASTRAZENECA　AB"}, []),
        ({"strength": "80mg"}, {"strength": "80 mg"}, []),
        ({"approval_no": "国药准字HJ20170167"}, {"approval_no": "HJ20170167"}, []),
        ({"approval_no": "HJ20170167"}, {"approval_no": "HJ20170168"}, ["NOT_IN_CATALOG"]),
        ({"national_code": "XL01EB"}, {"national_code": CODE}, []),
        ({"national_code": "XL01EB"}, {"national_code": "XL01"}, ["PRODUCT_UNSPECIFIED"]),
        ({"national_code": "XL01EB"}, {"national_code": "XL01EX"}, ["NOT_IN_CATALOG"]),
        (
            {"national_code": "XL01EB", "dosage_form": "片"},
            {"national_code": CODE, "dosage_form": "注射液"},
            ["NOT_IN_CATALOG"],
        ),
        # A form in the entry's name: a name is held against a name.
        ({"generic_name": "奥希替尼片"}, {"generic_name": "盐酸奥希替尼片"}, []),
        ({"generic_name": "奥希替尼片"}, {"generic_name": "奥希替尼分散片"}, ["NOT_IN_CATALOG"]),
        ({"generic_name": "奥希替尼片"}, {"generic_name": "奥希替尼注射液"}, ["NOT_IN_CATALOG"]),
        ({"generic_name": "奥希替尼片"}, {"generic_name": "奥希替尼片", "dosage_form": "注射液"}, []),
        ({"generic_name": "奥希替尼片"}, {"generic_name": "奥希替尼注射液", "dosage_form": "片"}, ["NOT_IN_CATALOG"]),
        # The line's name has none: its form equal, of the group (or the group itself), of no common group, none at all.
        ({"generic_name": "奥希替尼片"}, {"dosage_form": "片剂"}, []),
        ({"generic_name": "奥希替尼片"}, {"dosage_form": "分散片"}, ["PRODUCT_UNSPECIFIED"]),
        ({"generic_name": "奥希替尼片"}, {"dosage_form": "口服常释剂型"}, ["PRODUCT_UNSPECIFIED"]),
        ({"generic_name": "奥希替尼片"}, {"dosage_form": "注射液"}, ["NOT_IN_CATALOG"]),
        ({"generic_name": "奥希替尼片"}, {"dosage_form": "没有的剂型"}, ["NOT_IN_CATALOG"]),
        ({"generic_name": "奥希替尼片"}, {}, ["PRODUCT_UNSPECIFIED"]),
        # Where the entry gives its form, the one in its name is no test.
        ({"generic_name": "奥希替尼片", "dosage_form": "口服常释剂型"}, {"generic_name": "奥希替尼分散片"}, []),
        ({"generic_name": "注射用奥希替尼"}, {"dosage_form": "注射液"}, ["PRODUCT_UNSPECIFIED"]),
        ({"generic_name": "注射用奥希替尼"}, {"generic_name": "注射用奥希替尼"}, []),
        # But for one form of the group.
        ({"dosage_form": "口服常释剂型（不含分散片）"}, {"dosage_form": "片"}, []),
        ({"dosage_form": "口服常释剂型（不含分散片）"}, {"generic_name": "奥希替尼分散片"}, ["NOT_IN_CATALOG"]),
        # A class code beside a drug is information, no test.
        ({"class_code": "XZ99"}, {"national_code": CODE}, []),
    ],
)
def test_the_drug_part_passes_fails_or_cannot_be_told(entry: Json, line: Json, found: list[str]) -> None:
    # The drug is a master drug without products, so that a line has only what it says itself.
    world = make_world(
        listed=[{"entry_code": "C-1", "generic_name": "奥希替尼", **entry}], master=[{"generic_name": "奥希替尼"}]
    )
    sold = decide_line(world, make_claim(line))

    assert codes(sold) == found


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("奥希替尼片", {}, []),  # the product's name has the form
        ("奥希替尼片", {"dosage_form": "分散片"}, []),  # a name against a name, whatever the line's form
        ("奥希替尼分散片", {}, ["NOT_IN_CATALOG"]),
        ("奥希替尼分散片", {"generic_name": "奥希替尼片"}, []),  # the line's own name comes first
        ("奥希替尼", {}, ["PRODUCT_UNSPECIFIED"]),
    ],
)
def test_a_line_without_a_form_in_its_name_has_the_one_in_its_products_name(
    name: str, line: Json, found: list[str]
) -> None:
    world = make_world(
        listed=[{"entry_code": "C-1", "generic_name": "奥希替尼片"}],
        master=[{"generic_name": name, "national_code": CODE}],
    )

    assert codes(decide_line(world, make_claim({"national_code": CODE, **line}))) == found


@pytest.mark.parametrize(
    ("entry", "claim", "found"),
    [
        ({"icd10": ["C34"]}, {"diagnoses": ["C34.1"]}, []),
        # Both are read as people write them.
        ({"icd10": ["G63.2*"]}, {"diagnoses": ["G63.2"]}, []),
        ({"icd10": ["G63.2"]}, {"diagnoses": ["E11.4†+G63.2*"]}, []),
        ({"icd10": ["E11.4†；G63.2*"]}, {"diagnoses": ["G63.2"]}, []),
        ({"icd10": ["E11.4+G63.2*"]}, {"diagnoses": ["E11.4"]}, []),
        ({"icd10": ["C34."]}, {"diagnoses": ["C34.1"]}, []),
        ({"icd10": ["C18–C20、C34"]}, {"diagnoses": ["C19"]}, []),
        ({"icd10": ["G63.2*"]}, {"diagnoses": ["G63"]}, ["DIAGNOSIS_UNSPECIFIC"]),
        ({"icd10": ["G63.2*"]}, {"diagnoses": ["E11.4†"]}, ["INDICATION_MISMATCH"]),
        ({"icd10": ["c34.1"]}, {"diagnoses": ["C341"]}, []),
        ({"icd10": ["C34"]}, {"diagnoses": ["I10", "C34.900X001"]}, []),
        ({"icd10": ["C34"]}, {"diagnoses": ["C33"]}, ["INDICATION_MISMATCH"]),
        ({"icd10": ["C34.1"]}, {"diagnoses": ["C34"]}, ["DIAGNOSIS_UNSPECIFIC"]),
        ({"icd10": ["C34.1"]}, {"diagnoses": ["C34", "C34.1"]}, []),
        ({"icd10": ["C34.1"]}, {"diagnoses": []}, ["DIAGNOSIS_MISSING"]),
        ({"icd10": ["C18-C20"]}, {"diagnoses": ["C18.9"]}, []),
        ({"icd10": ["C18-C20"]}, {"diagnoses": ["C20"]}, []),
        ({"icd10": ["C18.1-C20.9"]}, {"diagnoses": ["C20.99"]}, []),  # the first three characters of the ends
        ({"icd10": ["C18-C20"]}, {"diagnoses": ["C21"]}, ["INDICATION_MISMATCH"]),
        ({"icd10": ["C18-C20"]}, {"diagnoses": ["C17"]}, ["INDICATION_MISMATCH"]),
        ({"indication": "肺癌"}, {}, ["INDICATION_UNCODED"]),
        ({"indication": "肺癌", "icd10": ["C34"]}, {}, []),
        ({"indication": "肺癌", "sex": "F"}, {}, ["INDICATION_UNCODED"]),
        ({"restriction": "限二线"}, {}, ["INDICATION_UNCODED"]),
        ({"restriction": "限女性", "sex": "F"}, {}, []),
        ({"restriction": "限二线", "criteria": ["LINE_2=二线"]}, {}, ["EVIDENCE_MISSING"]),
        ({"sex": "F"}, {}, []),
        ({"sex": "M"}, {}, ["SEX_MISMATCH"]),
        ({"sex": "M"}, {"member": {"sex": None}}, ["SEX_MISSING"]),
        ({"age_min": 61, "age_max": 61}, {}, []),
        ({"age_min": 62}, {}, ["AGE_MISMATCH"]),
        ({"age_max": 60}, {}, ["AGE_MISMATCH"]),
        ({"age_min": 0}, {"member": {"age": None}}, ["AGE_MISSING"]),
        ({"age_min": 0}, {"member": {"age": 0}}, []),
        ({"settings": ["inpatient", "outpatient"]}, {}, []),
        ({"settings": ["inpatient"]}, {}, ["SETTING_MISMATCH"]),
        ({"settings": ["inpatient"]}, {"setting": None}, ["SETTING_MISSING"]),
        ({"min_institution_level": 3}, {}, []),
        ({"min_institution_level": 3}, {"institution_level": 2}, ["INSTITUTION_LEVEL_MISMATCH"]),
        ({"min_institution_level": 3}, {"institution_level": None}, ["INSTITUTION_LEVEL_MISSING"]),
        ({"criteria": ["A", "B"]}, {"line": {"evidence": {"A": True, "B": True}}}, []),
        ({"criteria": ["A", "B"]}, {"line": {"evidence": {"A": True}}}, ["EVIDENCE_MISSING"]),
        (
            {"criteria": ["A", "B"]},
            {"line": {"evidence": {"B": False}}},
            ["CRITERION_UNMET"],
        ),  # whatever else is unanswered
        ({"criteria": ["A=生物标志物"]}, {"line": {"evidence": {"A": None}}}, ["EVIDENCE_MISSING"]),
        # all unknowns, in the order of the facets; a failure hides them
        (
            {"dosage_form": "片", "icd10": ["C34.11"], "sex": "F", "age_min": 1, "criteria": ["A"]},
            {"member": {"sex": None, "age": None}},
            ["PRODUCT_UNSPECIFIED", "DIAGNOSIS_UNSPECIFIC", "SEX_MISSING", "AGE_MISSING", "EVIDENCE_MISSING"],
        ),
        (
            {"dosage_form": "片", "icd10": ["C50"], "sex": "M", "criteria": ["A"]},
            {},
            ["INDICATION_MISMATCH", "SEX_MISMATCH"],
        ),
    ],
)
def test_each_restriction_passes_fails_or_lacks_its_fact(entry: Json, claim: Json, found: list[str]) -> None:
    # Another entry gives the brand, so that this drug has two products and the line none of them.
    world = make_world(
        listed=[{"entry_code": "C-1", "generic_name": "奥希替尼", **entry}], master=[{"generic_name": "奥希替尼"}]
    )

    assert codes(decide_line(world, make_claim(**claim))) == found


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-03-09", ["NOT_IN_CATALOG"]), ("2026-03-10", []), ("2026-03-20", []), ("2026-03-21", ["NOT_IN_CATALOG"])],
)
def test_an_entry_is_ignored_outside_its_agreement_period(day: str, found: list[str]) -> None:
    listed = [
        {"entry_code": "C-1", "generic_name": "奥希替尼", "effective_from": "2026-03-10", "effective_to": "2026-03-20"}
    ]

    assert codes(decide_line(make_world(listed=listed), make_claim(service_date=day))) == found


FULL: Json = {"generic_name": "奥希替尼"}
UNKNOWN: Json = {"generic_name": "奥希替尼", "icd10": ["C34.11"]}
FAILS: Json = {"generic_name": "奥希替尼", "icd10": ["C50"]}
LINE: Json = {"dosage_form": "片", "brand_name": "泰瑞沙"}


@pytest.mark.parametrize(
    ("entries", "matched"),
    [
        ({"3": FULL, "1": FAILS, "2": UNKNOWN}, "3"),  # the first full
        ({"1": FAILS, "2": UNKNOWN, "3": {**UNKNOWN, "sex": "F"}}, "2"),  # else the first unknown
        ({"1": FAILS, "2": {**FAILS, "sex": "M"}}, "1"),  # else the first that fails
        ({"1": FULL, "2": {**FULL, "brand_name": "泰瑞沙"}}, "2"),  # a product before the rest
        ({"1": FULL, "2": {**FULL, "dosage_form": "片"}}, "2"),  # then a form
        ({"1": {**FULL, "dosage_form": "片"}, "2": {**FULL, "brand_name": "泰瑞沙"}}, "2"),
        ({"1": FULL, "2": {**FULL, "generic_name": "奥希替尼片"}}, "2"),  # given, or in the name
        ({"2": {**FULL, "dosage_form": "片"}, "1": {**FULL, "generic_name": "奥希替尼片"}}, "1"),
        ({"b": FULL, "B": FULL, "a": FULL}, "B"),  # by code point
        ({"1": {**FULL, "national_code": "XL01"}, "0": FULL}, "0"),  # a prefix names no product
    ],
)
def test_the_match_is_the_best_of_the_entries_in_their_order(entries: dict[str, Json], matched: str) -> None:
    listed = [{"entry_code": code, **entry} for code, entry in entries.items()]
    world = make_world(
        listed=listed,
        master=[{"generic_name": "奥希替尼"}],
        benefits=[
            {"code": "first", "catalogs": [{"catalog": "CIDL"}], "ratio": "1"},
            {"code": "any", "ratio": "1"},
        ],
    )
    decided = decide_line(world, make_claim(LINE))

    cited = decided.judgement.match.entry.entry_code if decided.judgement.match else None
    if cited is None:
        # The match was not full, so the second benefit took the line; ask the first alone what it cites.
        world["products"][0]["versions"][0]["benefits"].pop()
        cited = decide_line(world, make_claim(LINE)).reasons[0].cites[0].entry_code
    assert cited == matched
