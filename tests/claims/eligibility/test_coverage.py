"""The coverage query (eligibility 8): the same judgement without money, what the match requires, and alternatives."""

import pytest

from tests.claims.eligibility.small_world import LISTED, Json, catalog, cover, make_world

ASKED: Json = {"generic_name": "奥希替尼", "icd10": ["C34.1"], "sex": "F", "age": 61, "setting": "outpatient"}


@pytest.mark.parametrize(
    ("world", "query", "outcome", "codes"),
    [
        ({}, {}, "covered", []),
        ({}, {"date": "2027-01-01"}, "not_covered", ["NO_PRODUCT_VERSION"]),
        ({}, {"circumstance": "overseas"}, "not_covered", ["STATUTORY_EXCLUSION"]),
        ({}, {"generic_name": "没有的药"}, "review", ["DRUG_NOT_RECOGNISED"]),
        ({"waiting_days": 365, "requires_base_settlement": True}, {}, "covered", []),  # skipped
        ({"listed": [{**LISTED, "prior_auth": True}]}, {}, "covered", []),  # not asked
        ({"listed": [{**LISTED, "criteria": ["LINE_2=二线"]}]}, {}, "covered", []),  # passes everywhere
        ({"listed": [{**LISTED, "icd10": ["C34"]}]}, {"icd10": []}, "review", ["DIAGNOSIS_MISSING"]),
        ({"listed": [{**LISTED, "icd10": ["C50"]}]}, {}, "not_covered", ["INDICATION_MISMATCH"]),
        (
            {"listed": [{**LISTED, "strength": "80mg"}], "master": [{"generic_name": "奥希替尼"}]},
            {"strength": "80 mg"},
            "covered",
            [],
        ),
        ({"negative": [{"entry_code": "G-1", "generic_name": "奥希替尼"}]}, {}, "not_covered", ["NEGATIVE_LIST"]),
    ],
)
def test_a_drug_is_covered_not_covered_or_to_be_reviewed(
    world: Json, query: Json, outcome: str, codes: list[str]
) -> None:
    told = cover(make_world(**world), {**ASKED, **query})

    assert (told["outcome"], [reason["code"] for reason in told["reasons"]]) == (outcome, codes)


def test_the_answer_has_the_shape_of_the_contract() -> None:
    listed = {
        **LISTED, "prior_auth": True, "criteria": ["LINE_2=二线", "EGFR"], "icd10": ["C34"], "indication": "肺癌", "restriction": "限二线",
        "settings": ["outpatient"], "min_institution_level": 2, "sex": "F", "age_min": 18, "max_quantity": "30.000", "payment_standard": "165.9000",
    }  # fmt: skip

    told = cover(make_world(listed=[listed]), {**ASKED, "institution_level": 3})

    assert told == {
        "product": "HMB",
        "product_version": "2026",
        "date": "2026-03-14",
        "known_at": "2099-01-01T00:00:00Z",
        "outcome": "covered",
        "reasons": [],
        "drug": {"id": "drug_475045ffe1312dbc", "generic_name": "奥希替尼", "product": None, "matched_by": "name"},
        "base": {"status": "not_listed", "catalog": None, "version": None, "entry_code": None},
        "benefit": "special",
        "ratio": "0.7000",
        "ratio_pre_existing": "0.7000",
        "match": {"catalog": "CIDL", "series": "B", "version": "2026", "checksum": "sum-of-2026", "entry_code": "C-1"},
        "requirements": {
            "prior_auth": True,
            "criteria": [{"code": "LINE_2", "text": "二线"}, {"code": "EGFR", "text": ""}],
            "settings": ["outpatient"],
            "min_institution_level": 2,
            "sex": "F",
            "age_min": 18,
            "age_max": None,
            "icd10": ["C34"],
            "indication": "肺癌",
            "max_quantity": "30",
            "payment_standard": "165.90",
            "restriction": "限二线",
        },
        "catalogs": [
            {"catalog": "CIDL", "kind": "commercial", "series": "B", "version": "2026", "checksum": "sum-of-2026"}
        ],
        "bands": [],
        "alternatives": [],
    }


def test_a_benefit_with_bands_has_no_one_ratio() -> None:
    bands = [{"up_to": None, "ratio": "0.5"}]
    world = make_world(
        benefits=[{"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7", "bands": bands}]
    )

    told = cover(world, ASKED)

    assert (told["outcome"], told["ratio"], told["ratio_pre_existing"]) == ("covered", None, None)


def drugs(told: Json) -> list[str]:
    return [alternative["generic_name"] for alternative in told["alternatives"]]


def test_alternatives_are_other_drugs_of_the_class_listed_without_reserve() -> None:
    listed = [
        LISTED,
        {"entry_code": "2", "generic_name": "甲磺酸阿美替尼片", "class_code": "XL01EB", "dosage_form": "片"},
        {"entry_code": "3", "generic_name": "伏美替尼", "class_code": "XL01EX", "icd10": ["C34"], "criteria": ["A"]},
        {
            "entry_code": "4",
            "generic_name": "贝福替尼",
            "class_code": "XL01EB",
            "icd10": ["C50"],
        },  # not for this disease
        {"entry_code": "5", "generic_name": "索拉非尼", "class_code": "XL01FX"},  # another class
        {"entry_code": "6", "generic_name": "盐酸奥希替尼", "class_code": "XL01EB"},  # the same drug
        {
            "entry_code": "7",
            "generic_name": "瑞齐替尼",
            "class_code": "XL01EB",
            "effective_to": "2026-03-13",
        },  # its period is over
        {"entry_code": "8", "generic_name": "舒沃替尼", "class_code": "XL01"},  # no five characters
    ]

    assert drugs(cover(make_world(listed=listed), ASKED)) == ["伏美替尼", "阿美替尼"]


def test_alternatives_stand_by_catalog_then_name_and_each_drug_once() -> None:
    world = make_world(benefits=[{"code": "b", "catalogs": [{"catalog": "B"}, {"catalog": "CIDL"}], "ratio": "1"}])
    others = ["丙药", "甲药"]
    world["catalogs"][0]["versions"][0]["entries"] += [
        {"entry_code": f"C-{name}", "generic_name": name, "class_code": "XL01E1"} for name in [*others, "乙药"]
    ]
    world["catalogs"].append(
        catalog(
            "B",
            "commercial",
            [{"entry_code": f"B-{name}", "generic_name": name, "class_code": "XL01E2"} for name in others],
        )
    )

    told = cover(world, ASKED)

    assert [(item["generic_name"], item["catalog"]) for item in told["alternatives"]] == [
        ("丙药", "B"),
        ("甲药", "B"),
        ("乙药", "CIDL"),
    ]


def test_at_most_twenty_alternatives_are_told() -> None:
    others = [{"entry_code": f"{n}", "generic_name": f"替尼{n:02d}号", "class_code": "XL01EB"} for n in range(25)]

    assert len(drugs(cover(make_world(listed=[LISTED, *others]), ASKED))) == 20


def test_a_drug_that_is_not_covered_still_has_alternatives() -> None:
    listed = [{**LISTED, "icd10": ["C50"]}, {"entry_code": "2", "generic_name": "阿美替尼", "class_code": "XL01EB"}]

    told = cover(make_world(listed=listed), ASKED)

    assert (told["outcome"], told["benefit"], drugs(told)) == ("not_covered", None, ["阿美替尼"])


def test_a_drug_that_is_not_recognised_has_none() -> None:
    assert cover(make_world(), {**ASKED, "generic_name": "没有的药"})["alternatives"] == []
