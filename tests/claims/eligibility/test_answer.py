"""The answer to a check (spec api.md), and the wording of its reasons."""

import json

import pytest

from claims.eligibility import REASONS, answer
from tests.claims.eligibility.small_world import LISTED, Json, decide, make_claim, make_world

CODE = "XL01EBA001A010010100001"


def test_the_answer_has_the_shape_of_the_contract() -> None:
    world = make_world(
        listed=[{**LISTED, "payment_standard": "20"}],
        base=[{"entry_code": "N-1", "generic_name": "奥希替尼", "icd10": ["C50"]}],
        master=[{"generic_name": "奥希替尼片", "national_code": CODE, "brand_name": "泰瑞沙", "strength": "80 mg"}],
    )

    told = answer(decide(world, make_claim({"other_paid": "100.00"})), "en")

    trace, basis = told["lines"][0].pop("trace"), told.pop("basis")
    assert told == {
        "product": "HMB",
        "product_version": "2026",
        "as_known_at": "2099-01-01T00:00:00Z",
        "rules_version": "2",
        "catalogs": [
            {"catalog": "CIDL", "kind": "commercial", "series": "B", "version": "2026", "checksum": "sum-of-2026"},
            {"catalog": "NRDL", "kind": "base", "series": None, "version": "2026", "checksum": "sum-of-2026"},
        ],
        "digest": told["digest"],
        "lines": [
            {
                "line_no": 1,
                "reference": None,
                "refunds": [],
                "outcome": "eligible",
                "reasons": [
                    {
                        "code": "PRICE_CAPPED",
                        "effect": "N",
                        "message": "The amount is above the payment standard of CNY 20.00; it is reduced to it.",
                        "cites": [{"catalog": "CIDL", "version": "2026", "entry_code": "C-1"}],
                    }
                ],
                "drug": {
                    "id": "drug_475045ffe1312dbc",
                    "generic_name": "奥希替尼",
                    "product": {
                        "national_code": CODE,
                        "approval_no": "",
                        "brand_name": "泰瑞沙",
                        "dosage_form": "",
                        "strength": "80 mg",
                        "manufacturer": "",
                    },
                    "matched_by": "name",
                },
                "base": {"status": "restricted_out", "catalog": "NRDL", "version": "2026", "entry_code": "N-1"},
                "benefit": "special",
                "match": {
                    "catalog": "CIDL",
                    "series": "B",
                    "version": "2026",
                    "checksum": "sum-of-2026",
                    "entry_code": "C-1",
                },
                "money": {
                    "amount": "1000.00",
                    "base_paid": "0.00",
                    "other_paid": "100.00",
                    "claimable": "900.00",
                    "allowed": "600.00",
                    "deductible_applied": "0.00",
                    "ratio": "0.7000",
                    "share": "420.00",
                    "payable": "420.00",
                    "member_pays": "480.00",
                },
            }
        ],
        "totals": {"amount": "1000.00", "claimable": "900.00", "payable": "420.00"},
        "accumulators": {
            "deductible_used": {},
            "benefit_base": {"special": "600.00"},
            "benefit_paid": {"special": "420.00"},
            "total_paid": "420.00",
        },
    }
    assert trace[0] == {"step": "product_version", "result": "pass", "version": "2026"}
    assert basis["benefits"] == [{"version": "2026", "code": "special", "name": "special"}]
    assert basis["lines"][0] == {
        "line_no": 1,
        "values": [{"standard": "20.00"}],
        "claimed": {
            "generic_name": "奥希替尼",
            "service_date": "2026-03-14",
            "quantity": "30",
            "base_settled": False,
        },
        "nearest": None,
        "conditions": [],
        "base_conditions": [
            {
                "condition": "indication",
                "asks": ["C50"],
                "given": ["C34.1"],
                "result": "fail",
                "texts": {"C50": "乳房恶性肿瘤", "C34.1": "支气管和肺恶性肿瘤"},
            }
        ],
        "counted": {
            "max_quantity": None,
            "within_quantity": None,
            "payment_standard": "20.00",
            "price_cap": "600.00",
            "deductible": None,
            "base": "600.00",
            "ratio_kind": "plain",
            "bands": [],
            "base_before": "0.00",
            "limits": [],
        },
    }
    assert trace[-1] == {"step": "benefit:special/pre_existing", "result": "pass"}
    assert json.loads(json.dumps([told, basis])) == [told, basis]


@pytest.mark.parametrize("line", [{"generic_name": "没有的药"}, {"service_date": "2030-01-01"}])
def test_a_line_that_was_stopped_has_no_drug_base_benefit_or_match(line: Json) -> None:
    told = answer(decide(make_world(), make_claim(line, member={"policy_end": None})))["lines"][0]

    assert (told["drug"], told["base"], told["benefit"], told["match"]) == (None, None, None, None)


def test_a_claim_without_a_date_of_its_own_names_the_version_its_lines_share() -> None:
    claim = make_claim({"service_date": "2026-03-14"}, service_date=None)

    assert answer(decide(make_world(), claim))["product_version"] == "2026"
    assert answer(decide(make_world(), make_claim(service_date="2030-01-01")))["product_version"] is None


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_has_a_wording_in_both_languages_and_a_source(code: str) -> None:
    kind = REASONS[code]

    assert kind.effect in ("I", "R", "N")
    assert any("\u4e00" <= character <= "\u9fff" for character in kind.zh)
    assert kind.en.endswith(".")
    assert kind.source.startswith(("eligibility ", "社会保险法", "基本医疗保险用药管理暂行办法"))


def test_a_reason_names_what_it_is_about() -> None:
    listed = [{**LISTED, "criteria": ["LINE_2=二线", "EGFR=突变"], "age_max": 18, "icd10": ["C50"]}]
    claim = make_claim({"evidence": {"LINE_2": False}})

    told = {language: answer(decide(make_world(listed=listed), claim), language) for language in ("zh", "en")}

    assert [reason["message"] for reason in told["en"]["lines"][0]["reasons"]] == [
        "No diagnosis is under the entry's codes: C50.",
        "The entry is limited to age ≤ 18.",
        "Criteria not met: LINE_2.",
    ]
    assert told["zh"]["lines"][0]["reasons"][0]["message"] == "诊断不在条目的适应症编码内：C50 乳房恶性肿瘤。"
