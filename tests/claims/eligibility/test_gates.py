"""The gates and the base status, one after the other (eligibility 5). Boundaries included."""

from typing import Any

import pytest

from claims.eligibility.gates import GATES
from tests.claims.eligibility.small_world import (
    LISTED,
    Json,
    catalog,
    decide,
    decide_line,
    make_claim,
    make_world,
    outcome,
)

BASE = [{"entry_code": "N-1", "generic_name": "奥希替尼", "icd10": ["C34"]}]


@pytest.mark.parametrize(
    ("terms", "claim", "outcome_and_codes"),
    [
        # 1 product version
        ({}, {"service_date": "2026-01-01"}, ("eligible", [])),
        ({}, {"service_date": "2026-12-31"}, ("eligible", [])),
        ({}, {"service_date": "2027-01-01"}, ("ineligible", ["NO_PRODUCT_VERSION"])),
        # 2 policy
        ({}, {"member": {"policy_start": "2026-03-14", "policy_end": "2026-03-14"}}, ("eligible", [])),
        ({}, {"member": {"policy_start": "2026-03-15"}}, ("ineligible", ["POLICY_NOT_IN_FORCE"])),
        ({}, {"member": {"policy_end": "2026-03-13"}}, ("ineligible", ["POLICY_NOT_IN_FORCE"])),
        ({}, {"member": {"policy_start": None, "policy_end": "2026-03-13"}}, ("ineligible", ["POLICY_NOT_IN_FORCE"])),
        ({}, {"member": {"policy_start": None, "policy_end": None}}, ("eligible", [])),
        # 3 waiting period
        ({"waiting_days": 72}, {}, ("eligible", [])),  # 72 days from 1 January: 14 March is the first day after
        ({"waiting_days": 73}, {}, ("ineligible", ["WAITING_PERIOD"])),
        ({"waiting_days": 73}, {"member": {"renewal": True}}, ("eligible", [])),
        ({"waiting_days": 73}, {"member": {"policy_start": None}}, ("eligible", [])),
        ({"waiting_days": 1}, {"member": {"policy_start": "2026-03-14"}}, ("ineligible", ["WAITING_PERIOD"])),
        ({"waiting_days": 90}, {"member": {"policy_start": "2026-03-15"}}, ("ineligible", ["POLICY_NOT_IN_FORCE"])),
        # 4 circumstance
        ({}, {"circumstance": "overseas"}, ("ineligible", ["STATUTORY_EXCLUSION"])),
        ({"covered_circumstances": ["overseas"]}, {"circumstance": "overseas"}, ("eligible", [])),
        (
            {"covered_circumstances": ["overseas"]},
            {"circumstance": "third_party"},
            ("ineligible", ["STATUTORY_EXCLUSION"]),
        ),
        # all are reported
        (
            {"waiting_days": 365},
            {"circumstance": "work_injury", "member": {"policy_end": "2026-03-01"}},
            ("ineligible", ["POLICY_NOT_IN_FORCE", "WAITING_PERIOD", "STATUTORY_EXCLUSION"]),
        ),
    ],
)
def test_product_version_policy_waiting_period_and_circumstance(
    terms: dict[str, Any], claim: dict[str, Any], outcome_and_codes: tuple[str, list[str]]
) -> None:
    assert outcome(make_world(**terms), make_claim(**claim)) == outcome_and_codes


def test_a_drug_that_is_not_recognised_or_ambiguous_stops_but_keeps_the_earlier_reasons() -> None:
    world = make_world(
        master=[{"generic_name": "甲药", "aliases": ["共名"]}, {"generic_name": "乙药", "aliases": ["共名"]}]
    )

    assert outcome(world, make_claim({"generic_name": "没有的药"}, circumstance="overseas")) == (
        "ineligible",
        ["STATUTORY_EXCLUSION", "DRUG_NOT_RECOGNISED"],
    )
    assert outcome(world, make_claim({"generic_name": "共名"})) == ("review", ["DRUG_AMBIGUOUS"])


def test_a_conflict_of_code_and_name_sends_to_review() -> None:
    world = make_world(master=[{"generic_name": "奥希替尼", "approval_no": "H1"}])

    assert outcome(world, make_claim({"approval_no": "H1", "generic_name": "索拉非尼"})) == (
        "review",
        ["DRUG_CODE_NAME_CONFLICT"],
    )


@pytest.mark.parametrize(
    ("negative", "outcome_and_codes"),
    [
        ([{"generic_name": "奥希替尼"}], ("ineligible", ["NEGATIVE_LIST"])),
        ([{"generic_name": "奥希替尼", "icd10": ["C34"]}], ("ineligible", ["NEGATIVE_LIST"])),
        ([{"generic_name": "奥希替尼", "icd10": ["C50"]}], ("eligible", [])),
        ([{"generic_name": "奥希替尼", "icd10": ["C34.11"]}], ("review", ["NEGATIVE_LIST_UNDETERMINED"])),
        ([{"generic_name": "奥希替尼", "dosage_form": "片"}], ("review", ["NEGATIVE_LIST_UNDETERMINED"])),
        (
            [{"generic_name": "奥希替尼", "indication": "uncoded text is no selector here"}],
            ("ineligible", ["NEGATIVE_LIST"]),
        ),
        ([{"class_code": "XL01E"}], ("ineligible", ["NEGATIVE_LIST"])),
        ([{"class_code": "XL01EX"}], ("eligible", [])),
        (
            [{"generic_name": "索拉非尼", "class_code": "XL01EB"}],
            ("eligible", []),
        ),  # a class selects only without a drug
        ([{"icd10": ["C33-C34"]}], ("ineligible", ["NEGATIVE_LIST"])),
        ([{"icd10": ["C34.1"], "class_code": "XA"}], ("eligible", [])),
        ([{"sex": "F"}], ("ineligible", ["NEGATIVE_LIST"])),
        ([{"age_min": 62}], ("eligible", [])),
        ([{"dosage_form": "注射剂"}], ("review", ["NEGATIVE_LIST_UNDETERMINED"])),
        ([{"indication": "only text"}], ("eligible", [])),  # no selector: never applies
        ([{}], ("eligible", [])),
        ([{"brand_name": "泰瑞沙"}], ("review", ["NEGATIVE_LIST_UNDETERMINED"])),
        # full beats unknown, wherever they stand
        (
            [{"entry_code": "1", "brand_name": "泰瑞沙"}, {"entry_code": "2", "sex": "F"}],
            ("ineligible", ["NEGATIVE_LIST"]),
        ),
    ],
)
def test_the_negative_list_selects_by_drug_class_form_and_disease(
    negative: list[Json], outcome_and_codes: tuple[str, list[str]]
) -> None:
    entries = [{"entry_code": f"G-{place}", **entry} for place, entry in enumerate(negative)]

    assert outcome(make_world(negative=entries), make_claim()) == outcome_and_codes


def test_a_class_selector_cannot_tell_for_a_line_without_class_codes() -> None:
    plain = [{"entry_code": "C-1", "generic_name": "奥希替尼"}]
    world = make_world(listed=plain, negative=[{"entry_code": "G-1", "class_code": "XA"}])

    assert outcome(world, make_claim()) == ("review", ["NEGATIVE_LIST_UNDETERMINED"])


def test_the_first_full_negative_list_is_cited_before_an_unknown_one() -> None:
    world = make_world(
        negative_lists=[{"catalog": "NEG"}, {"catalog": "NEG2"}],
        negative=[{"entry_code": "G-1", "brand_name": "泰瑞沙"}],
    )
    world["catalogs"].append(catalog("NEG2", "negative", [{"entry_code": "H-1", "sex": "F"}]))

    line = decide_line(world, make_claim())

    assert [(cite.catalog, cite.entry_code) for cite in line.reasons[0].cites] == [("NEG2", "H-1")]


@pytest.mark.parametrize(
    ("base", "excluded", "line", "status"),
    [
        (None, None, {}, "not_listed"),
        ([], None, {}, "not_listed"),
        (BASE, None, {}, "covered"),
        (BASE, None, {"diagnoses": ["C50"]}, "restricted_out"),
        (BASE, None, {"diagnoses": ["C34"]}, "covered"),
        ([{**BASE[0], "icd10": ["C34.11"]}], None, {}, "undetermined"),
        ([{**BASE[0], "icd10": ["C34.11"]}], None, {"base_paid": "0.01"}, "covered"),  # the fund has judged
        (
            [{**BASE[0], "icd10": ["C34.11"]}],
            None,
            {"base_settled": True},
            "undetermined",
        ),  # settled, perhaps at nothing
        (BASE, [{"entry_code": "X-1", "generic_name": "奥希替尼"}], {}, "excluded"),
        (BASE, [{"entry_code": "X-1", "generic_name": "奥希替尼"}], {"base_paid": "0.01"}, "excluded"),
        (BASE, [{"entry_code": "X-1", "brand_name": "泰瑞沙"}], {}, "undetermined"),
        (BASE, [{"entry_code": "X-1", "brand_name": "泰瑞沙"}], {"base_paid": "0.01"}, "covered"),
        (BASE, [{"entry_code": "X-1", "generic_name": "奥希替尼", "icd10": ["C50"]}], {}, "covered"),
    ],
)
def test_the_base_status_is_the_first_that_holds(
    base: list[Json] | None, excluded: list[Json] | None, line: Json, status: str
) -> None:
    decided = decide_line(make_world(base=base, excluded=excluded), make_claim(line))

    assert decided.judgement.base is not None
    assert decided.judgement.base.status == status


@pytest.mark.parametrize(
    ("terms", "line", "codes"),
    [
        ({"honours_base_exclusions": False}, {}, []),
        ({"honours_base_exclusions": True}, {}, ["BASE_EXCLUDED"]),
    ],
)
def test_a_base_exclusion_counts_where_the_product_honours_it(terms: Json, line: Json, codes: list[str]) -> None:
    world = make_world(excluded=[{"entry_code": "X-1", "generic_name": "奥希替尼"}], **terms)

    assert outcome(world, make_claim(line))[1] == codes


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ({}, ["BASE_SETTLEMENT_REQUIRED"]),
        ({"base_settled": True}, []),
        ({"base_paid": "0.01"}, []),
        ({"base_paid": "0.00"}, ["BASE_SETTLEMENT_REQUIRED"]),
        ({"diagnoses": ["C50"]}, []),  # restricted_out: 医保 does not pay
    ],
)
def test_what_the_fund_covers_it_must_settle_where_the_product_asks_for_it(line: Json, codes: list[str]) -> None:
    assert outcome(make_world(base=BASE, requires_base_settlement=True), make_claim(line))[1] == codes


def test_an_undetermined_base_status_sends_to_review() -> None:
    world = make_world(base=[{**BASE[0], "icd10": ["C34.11"]}])

    assert outcome(world, make_claim()) == ("review", ["BASE_STATUS_UNDETERMINED"])


@pytest.mark.parametrize(
    ("complete_for", "base", "line", "status"),
    [
        ([], [], {}, "not_listed"),  # complete altogether
        (["X"], [], {}, "not_listed"),  # the drug is of class XL01EB
        (["xl01"], [], {}, "not_listed"),
        (["Z"], [], {}, "undetermined"),
        (["Z", "XL01EX"], [], {}, "undetermined"),
        (["Z", "XL01EX"], [], {"national_code": "XL01EXZ"}, "not_listed"),  # one of its class codes
        (["Z"], [], {"base_paid": "0.01"}, "covered"),  # the fund has judged
        (["Z"], [], {"base_settled": True}, "undetermined"),
        (["X"], [], {"generic_name": "无类药"}, "undetermined"),  # no class is known of it
        (["Z"], BASE, {}, "covered"),  # what is listed all the same is judged by its entry
        (["Z"], BASE, {"diagnoses": ["C50"]}, "restricted_out"),
        (["Z"], [{**BASE[0], "generic_name": "奥希替尼分散片"}], {"generic_name": "奥希替尼片"}, "undetermined"),
    ],
)
def test_a_base_list_is_silent_about_classes_of_which_it_is_not_complete(
    complete_for: list[str], base: list[Json], line: Json, status: str
) -> None:
    world = make_world(base=base, master=[{"generic_name": "无类药"}])
    world["catalogs"][1]["versions"][0]["complete_for"] = complete_for

    decided = decide_line(world, make_claim(line))

    assert decided.judgement.base is not None
    assert decided.judgement.base.status == status


def test_a_silent_base_list_is_cited_without_an_entry_and_says_for_what_it_is_complete() -> None:
    world = make_world(base=[])
    world["catalogs"][1]["versions"][0]["complete_for"] = ["Z", "XA"]

    reason = decide_line(world, make_claim()).reasons[0]

    assert (reason.code, reason.effect) == ("BASE_STATUS_UNDETERMINED", "R")
    assert [(cite.catalog, cite.version, cite.entry_code) for cite in reason.cites] == [("NRDL", "2026", None)]
    assert "NRDL 2026" in reason.message("zh") and "Z, XA" in reason.message("en")


def test_the_trace_holds_every_gate_in_order_and_skips_after_a_stop() -> None:
    eligible = decide_line(make_world(), make_claim(member={"policy_end": None})).judgement.trace
    stopped = decide_line(make_world(), make_claim({"generic_name": "没有的药"})).judgement.trace

    assert eligible[: len(GATES)] == tuple(
        (gate.step, "unknown" if gate.step == "policy" else "pass") for gate in GATES
    )
    assert [result for _step, result in stopped] == ["pass"] * 4 + ["unknown"] + ["skipped"] * 5
    assert [step for step, _result in stopped] == [gate.step for gate in GATES]


def test_reasons_cite_the_law_the_terms_or_the_entry_they_rest_on() -> None:
    world = make_world(
        excluded=[{"entry_code": "X-1", "generic_name": "奥希替尼"}], honours_base_exclusions=True, waiting_days=365
    )

    cited = {
        reason.code: [{name: value for name, value in cite._asdict().items() if value} for cite in reason.cites]
        for reason in decide_line(world, make_claim(circumstance="overseas")).reasons
    }

    assert cited == {
        "WAITING_PERIOD": [{"product_version": "2026"}],
        "STATUTORY_EXCLUSION": [{"law": "社会保险法 第三十条"}, {"product_version": "2026"}],
        "BASE_EXCLUDED": [
            {"law": "基本医疗保险用药管理暂行办法 第八条"},
            {"catalog": "EXCL", "version": "2026", "entry_code": "X-1"},
        ],
    }


def test_only_catalogs_in_force_are_consulted() -> None:
    world = make_world(base=BASE)
    world["catalogs"][1]["versions"][0]["effective_to"] = "2026-03-13"

    assert [version.catalog for version in decide(world, make_claim()).judged.consulted] == ["CIDL"]
    assert decide(world, make_claim({"generic_name": "没有的药"})).judged.consulted == ()
    assert LISTED["entry_code"] == "C-1"
