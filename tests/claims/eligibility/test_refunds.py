"""Refunds 退费: rows that take back are added to their line before anything is judged (csv.md, "Claim batches")."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.eligibility import InvalidClaim, answer, assess_claim, parse_claim
from tests.worlds import snapshot_of

LINE: dict[str, Any] = {"reference": "F1", "generic_name": "测试无价片", "quantity": "3", "amount": "300.00"}
BACK: dict[str, Any] = {"refund_of": "F1", "generic_name": "测试无价片", "quantity": "-1", "amount": "-100.00"}


def claim_of(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"product": "P", "service_date": "2026-03-14", "member": {"member_ref": "m"}, "lines": list(lines)}


def faults(*lines: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidClaim) as refused:
        parse_claim(claim_of(*lines))
    return [(problem.pointer, problem.code) for problem in refused.value.errors]


def figures(*lines: dict[str, Any]) -> list[tuple[int, int, int, int, tuple[int, ...], bool]]:
    return [
        (
            line.quantity // 10**9,
            line.amount,
            line.base_paid,
            line.other_paid,
            tuple(refund.line_no for refund in line.refunds),
            line.refunded,
        )
        for line in parse_claim(claim_of(*lines)).lines
    ]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([LINE, BACK], [(2, 20_000, 0, 0, (2,), False)]),
        ([BACK, LINE], [(2, 20_000, 0, 0, (1,), False)]),  # the order of the rows makes no difference
        ([LINE, BACK, BACK], [(1, 10_000, 0, 0, (2, 3), False)]),
        ([LINE, BACK, BACK, BACK], [(0, 0, 0, 0, (2, 3, 4), True)]),
        ([LINE, {**BACK, "service_date": "2026-04-01"}], [(2, 20_000, 0, 0, (2,), False)]),
        ([LINE, {"refund_of": "F1", "quantity": -1, "amount": "-100.0000"}], [(2, 20_000, 0, 0, (2,), False)]),
        ([{**LINE, "base_paid": "90"}, {**BACK, "base_paid": "-30"}], [(2, 20_000, 6_000, 0, (2,), False)]),
        (
            # More paid than billed before the refund, not after it: nothing is judged before it is added up.
            [{**LINE, "base_paid": "310"}, {**BACK, "base_paid": "-210"}],
            [(2, 20_000, 10_000, 0, (2,), False)],
        ),
        (
            [LINE, {**LINE, "reference": "F2", "line_no": 7}, {**BACK, "refund_of": "F2"}],
            [(3, 30_000, 0, 0, (), False), (2, 20_000, 0, 0, (3,), False)],
        ),
        ([LINE, {**LINE}], [(3, 30_000, 0, 0, (), False)] * 2),  # one reference twice, and nothing refers to it
        ([{**LINE, "amount": "0"}, {**BACK, "amount": "0"}], [(2, 0, 0, 0, (2,), False)]),
    ],
)
def test_what_is_taken_back_is_added_up(lines: list[dict[str, Any]], left: list[Any]) -> None:
    assert figures(*lines) == left


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([{**LINE, "quantity": "-1"}], [("/lines/0/quantity", "OUT_OF_RANGE")]),
        ([{**LINE, "amount": "-1"}], [("/lines/0/amount", "OUT_OF_RANGE")]),
        ([{**LINE, "quantity": "0"}], [("/lines/0/quantity", "OUT_OF_RANGE")]),
        ([{**LINE, "base_paid": "-1"}], [("/lines/0/base_paid", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "quantity": "1"}], [("/lines/1/quantity", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "amount": "100"}], [("/lines/1/amount", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "refund_of": "F9"}], [("/lines/1/refund_of", "BAD_CHOICE")]),
        ([LINE, {**BACK, "reference": "R"}, {**BACK, "refund_of": "R"}], [("/lines/2/refund_of", "BAD_CHOICE")]),
        ([LINE, LINE, BACK], [("/lines/2/refund_of", "CONFLICTING_ROWS")]),
        ([BACK], [("/lines/0/refund_of", "BAD_CHOICE")]),
        ([LINE, {**BACK, "quantity": "-4"}], [("/lines/0/quantity", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "amount": "-300.01"}], [("/lines/0/amount", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "quantity": "-3"}], [("/lines/0/quantity", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "base_paid": "-1"}], [("/lines/0/base_paid", "OUT_OF_RANGE")]),
        ([{**LINE, "base_paid": "250"}, BACK], [("/lines/0/amount", "OUT_OF_RANGE")]),
        ([LINE, {**BACK, "amount": "x"}], [("/lines/1/amount", "BAD_NUMBER")]),  # one fault, not also one of the sum
        ([LINE, {**BACK, "line_no": 1}], [("/lines/1/line_no", "CONFLICTING_ROWS")]),
    ],
)
def test_what_cannot_be_taken_back_is_invalid(lines: list[dict[str, Any]], found: list[Any]) -> None:
    assert faults(*lines) == found


WORLD = {
    "dosage_forms": [],
    "master": [],
    "catalogs": [
        {
            "code": "COM",
            "kind": "commercial",
            "versions": [
                {
                    "label": "v",
                    "effective_from": "2026-01-01",
                    "published_at": "2025-12-01T00:00:00Z",
                    "entries": [{"entry_code": "C-1", "generic_name": "测试无价片"}],
                }
            ],
        }
    ],
    "products": [
        {
            "code": "P",
            "insurer": "I",
            "versions": [
                {
                    "label": "p",
                    "effective_from": "2026-01-01",
                    "published_at": "2025-12-01T00:00:00Z",
                    "deductibles": {"g": "50.00"},
                    "benefits": [
                        {"code": "b", "ratio": "0.8000", "deductible_group": "g", "catalogs": [{"catalog": "COM"}]}
                    ],
                }
            ],
        }
    ],
}


def decided(*lines: dict[str, Any]) -> dict[str, Any]:
    claim = parse_claim(claim_of(*lines))
    return answer(assess_claim(claim, snapshot_of(WORLD, "P", None)), "en")


def test_a_line_with_a_refund_is_paid_as_if_it_had_been_billed_so() -> None:
    answered, plain = decided(LINE, BACK), decided({**LINE, "quantity": "2", "amount": "200.00"})

    assert [line["money"] for line in answered["lines"]] == [line["money"] for line in plain["lines"]]
    assert answered["digest"] == plain["digest"]
    assert (answered["lines"][0]["reference"], answered["lines"][0]["refunds"]) == ("F1", [2])


def test_a_line_that_comes_to_nothing_is_refunded_and_uses_nothing() -> None:
    answered = decided(LINE, {**BACK, "quantity": "-3", "amount": "-300.00"})

    line = answered["lines"][0]
    assert (line["outcome"], line["reasons"], line["trace"], line["drug"]) == ("refunded", [], [], None)
    assert set(line["money"].values()) == {"0.00", "0.0000"}
    assert answered["totals"] == {"amount": "0.00", "claimable": "0.00", "payable": "0.00"}
    assert answered["accumulators"] == {
        "deductible_used": {},
        "benefit_base": {},
        "benefit_paid": {},
        "total_paid": "0.00",
    }


def test_the_outcome_of_a_claim_is_that_of_what_is_left() -> None:
    back = {**BACK, "quantity": "-3", "amount": "-300.00"}

    def outcome(*lines: dict[str, Any]) -> str:
        return assess_claim(parse_claim(claim_of(*lines)), snapshot_of(WORLD, "P", None)).outcome

    assert outcome(LINE, back) == "refunded"
    assert outcome(LINE, back, {**LINE, "reference": "F2"}) == "eligible"


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.randoms())
def test_refunds_that_leave_something_are_as_good_as_one(parts: list[int], chance: Any) -> None:
    billed = {**LINE, "quantity": "2000", "amount": "20.00"}
    rows = [{**BACK, "quantity": -part, "amount": f"-0.{part % 100:02d}"} for part in parts]
    together = {**BACK, "quantity": -sum(parts), "amount": f"-{sum(part % 100 for part in parts) / 100:.2f}"}
    mixed = [billed, *rows]
    chance.shuffle(mixed)

    def left(*lines: dict[str, Any]) -> Any:
        line = parse_claim(claim_of(*lines)).lines[0]
        return line.quantity, line.amount

    assert left(*mixed) == left(billed, together)
