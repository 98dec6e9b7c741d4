"""What a drafted entry says: what most lists say together."""

from typing import Any

from curation.market.drafted_entry import TAKEN, most_frequent, values_of, wording

PREMIUMS = [10, 20, 30, 40]
EMPTY: dict[str, Any] = dict.fromkeys(TAKEN, "") | {
    "criteria": [],
    "settings": [],
    "regulators": [],
    "marks": [],
    "age_min": None,
    "age_max": None,
    "rare_disease": None,
    "prior_auth": False,
    "min_institution_level": None,
    "icd10": [],
    "payment_standard": None,
    "max_quantity": None,
}


def made(*rows: dict[str, Any], places: tuple[int, ...] = ()) -> dict[str, Any]:
    written = []
    for place, row in zip(places or range(len(rows)), rows, strict=True):
        stored = EMPTY | {"generic_name": "甲片"} | row
        written.append(([place], values_of([stored[name] for name in TAKEN], tuple(row.get("icd10", ())))))
    return wording(written, PREMIUMS.__getitem__)


def test_most_lists_decide_then_premium_then_the_text() -> None:
    assert most_frequent([([0], "a"), ([1], "a"), ([3], "b")], PREMIUMS.__getitem__) == "a"
    assert most_frequent([([0], "a"), ([1], "b")], PREMIUMS.__getitem__) == "b"
    assert most_frequent([([0], "b"), ([0], "a")], PREMIUMS.__getitem__) == "a"


def test_a_list_has_one_voice_however_often_it_says_something() -> None:
    entry = made(
        {"icd10": ["C34"]}, {"icd10": ["C34"]}, {"icd10": ["C34.1"]}, {"icd10": ["C34.1"]}, places=(0, 0, 2, 1)
    )

    assert entry["icd10"] == ("C34.1",)


def test_codes_and_texts_are_some_list_s_own_and_not_put_together() -> None:
    entry = made(
        {"icd10": ["C34"], "age_min": 18, "indication": "成人肺癌"},
        {"icd10": ["C34"], "age_min": 18, "indication": "成人肺癌"},
        {"icd10": ["C34.1"], "indication": "肺癌"},
        {"icd10": ["C34"], "indication": "肺癌"},
    )

    assert (entry["icd10"], entry["age_min"], entry["indication"]) == (("C34",), 18, "成人肺癌")


def test_what_few_lists_ask_for_is_not_asked_for() -> None:
    entry = made({"brand_name": "甲乐", "sex": "F"}, {}, {}, {"min_institution_level": 3})

    assert (entry["brand_name"], entry["sex"], entry["min_institution_level"]) == ("", "", None)


def test_what_is_known_of_a_drug_is_taken_from_those_who_say_it() -> None:
    entry = made({}, {}, {"class_code": "XL01FF", "rare_disease": True, "marks": ["vbp"]}, {})

    assert (entry["class_code"], entry["rare_disease"], entry["marks"]) == ("XL01FF", True, ("vbp",))
    assert made({}, {})["rare_disease"] is None


def test_brand_and_maker_are_of_one_product() -> None:
    entry = made(
        {"brand_name": "乙安", "manufacturer": "乙厂"},
        {"brand_name": "乙安", "manufacturer": "乙厂"},
        {"brand_name": "甲乐", "manufacturer": "甲厂"},
        {"brand_name": "乙安", "manufacturer": "甲厂"},
    )

    assert (entry["brand_name"], entry["manufacturer"]) == ("乙安", "乙厂")
