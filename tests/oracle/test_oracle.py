"""The oracle is itself held to the public vectors, and its random worlds to showing every code of the page."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.oracle.page import answer, answer_coverage
from tests.oracle.worlds import coverage_query, refunding, spoiled, world

VECTORS = json.loads((Path(__file__).parent.parent / "cases" / "vectors_public.json").read_text(encoding="utf-8"))

# Sections 5, 6 and 7: every reason with the effect it has.
REASONS = {
    ("NO_PRODUCT_VERSION", "I"),
    ("POLICY_NOT_IN_FORCE", "I"),
    ("WAITING_PERIOD", "I"),
    ("STATUTORY_EXCLUSION", "I"),
    ("DRUG_NOT_RECOGNISED", "R"),
    ("DRUG_AMBIGUOUS", "R"),
    ("DRUG_CODE_NAME_CONFLICT", "R"),
    ("NEGATIVE_LIST", "I"),
    ("NEGATIVE_LIST_UNDETERMINED", "R"),
    ("BASE_EXCLUDED", "I"),
    ("BASE_STATUS_UNDETERMINED", "R"),
    ("BASE_SETTLEMENT_REQUIRED", "R"),
    ("NO_BENEFIT_FOR_BASE_STATUS", "I"),
    ("SETTING_NOT_COVERED", "I"),
    ("SETTING_MISSING", "R"),
    ("NOT_IN_CATALOG", "I"),
    ("CATALOG_NOT_IN_FORCE", "I"),
    ("PRODUCT_UNSPECIFIED", "R"),
    ("INDICATION_UNCODED", "R"),
    ("DIAGNOSIS_MISSING", "R"),
    ("DIAGNOSIS_UNSPECIFIC", "R"),
    ("SEX_MISSING", "R"),
    ("AGE_MISSING", "R"),
    ("INSTITUTION_LEVEL_MISSING", "R"),
    ("EVIDENCE_MISSING", "R"),
    ("INDICATION_MISMATCH", "I"),
    ("SEX_MISMATCH", "I"),
    ("AGE_MISMATCH", "I"),
    ("SETTING_MISMATCH", "I"),
    ("INSTITUTION_LEVEL_MISMATCH", "I"),
    ("CRITERION_UNMET", "I"),
    ("PRIOR_AUTH_REQUIRED", "R"),
    ("PRE_EXISTING_EXCLUDED", "I"),
    ("EARLIER_BENEFIT_UNDETERMINED", "N"),
    ("QUANTITY_CAPPED", "N"),
    ("PRICE_CAPPED", "N"),
    ("DEDUCTIBLE_NOT_MET", "N"),
    ("ANNUAL_LIMIT_REACHED", "N"),
    ("NOTHING_CLAIMABLE", "N"),
}
WORLDS = 1_200


@pytest.fixture(scope="module")
def answers():
    return [answer(*world(seed)) for seed in range(WORLDS)]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_oracle_answers_each_public_vector_as_expected(case):
    assert answer(case["world"], case["request"]) == case["expected"]


def test_the_same_seed_makes_the_same_world_and_request():
    assert [world(seed) for seed in range(20)] == [world(seed) for seed in range(20)]
    assert [coverage_query(seed) for seed in range(20)] == [coverage_query(seed) for seed in range(20)]


def test_random_worlds_show_every_reason_of_the_page_and_no_other(answers):
    seen = Counter()
    for answered in answers:
        for line in answered.get("lines", []):
            seen.update((reason["code"], reason["effect"]) for reason in line["reasons"])

    assert set(seen) == REASONS
    assert {reason: times for reason, times in seen.items() if times < 5} == {}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("outcome", {"eligible", "ineligible", "review"}),
        ("matched_by", {"national_code", "approval_no", "name", "brand", None}),
        ("base_status", {"covered", "not_listed", "restricted_out", "excluded", "undetermined", None}),
    ],
)
def test_random_worlds_show_every_value_of_a_line(answers, field, values):
    seen = Counter(line[field] for answered in answers for line in answered.get("lines", []))

    assert set(seen) == values
    assert min(seen.values()) >= 20


def test_every_way_to_spoil_a_request_makes_it_invalid():
    assert [seed for seed in range(600) if answer(*spoiled(seed)) != {"invalid": True}] == []


def test_worlds_with_refunds_show_whole_ones_parts_and_wrong_ones():
    seen = Counter()
    for seed in range(400):
        made, request = refunding(seed)
        answered = answer(made, request)
        outcomes = [line["outcome"] for line in answered.get("lines", [])]
        has_refunds = any(row.get("refund_of") for row in request["lines"])
        seen["invalid"] += "invalid" in answered
        seen["refunded"] += "refunded" in outcomes
        seen["in part"] += has_refunds and "eligible" in outcomes

    assert min(seen[kind] for kind in ("invalid", "refunded", "in part")) >= 40, seen


def test_some_random_requests_are_invalid_and_most_are_not(answers):
    invalid = sum("invalid" in answered for answered in answers)

    assert WORLDS // 50 < invalid < WORLDS // 5


def test_an_eligible_line_is_never_paid_more_than_what_is_left_to_claim(answers):
    for answered in answers:
        for line in answered.get("lines", []):
            money = {name: float(amount) for name, amount in line["money"].items()}
            assert 0 <= money["payable"] <= money["share"] <= money["allowed"] <= money["claimable"]
            assert (line["outcome"] == "eligible") or money["payable"] == 0


def test_coverage_queries_show_every_outcome_and_never_the_gates_they_skip():
    outcomes, codes, with_alternatives = Counter(), set(), 0
    for seed in range(500):
        answered = answer_coverage(*coverage_query(seed))
        outcomes[answered["outcome"]] += 1
        codes |= {reason["code"] for reason in answered["reasons"]}
        with_alternatives += bool(answered["alternatives"])

    assert set(outcomes) == {"covered", "not_covered", "review"}
    assert min(outcomes.values()) >= 20
    assert with_alternatives >= 5
    skipped = {
        "POLICY_NOT_IN_FORCE",
        "WAITING_PERIOD",
        "BASE_SETTLEMENT_REQUIRED",
        "PRE_EXISTING_EXCLUDED",
        "PRIOR_AUTH_REQUIRED",
        "EVIDENCE_MISSING",
        "CRITERION_UNMET",
    }
    assert codes.isdisjoint(skipped)
