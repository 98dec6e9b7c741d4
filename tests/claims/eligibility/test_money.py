"""The money: caps, deductible, ratio, bands, limits, and what is carried on (eligibility 7)."""

from typing import Any

import pytest

from claims.eligibility import Accumulators, judge_claim, parse_claim, pay
from common.money import ratio_text, yuan
from tests.claims.eligibility.small_world import LISTED, TERMS, Json, codes, decide, decide_line, make_claim, make_world
from tests.worlds import snapshot_of

CIDL = [{"catalog": "CIDL"}]


def special(**changes: object) -> Json:
    return {"code": "special", "catalogs": CIDL, "ratio": "0.7000", **changes}


def paid(world: Json, claim: Json) -> dict[str, str]:
    money = decide_line(world, claim).money
    return {
        "allowed": yuan(money.allowed),
        "deductible": yuan(money.deductible_applied),
        "ratio": ratio_text(money.ratio),
        "share": yuan(money.share),
        "payable": yuan(money.payable),
        "member": yuan(money.member_pays),
    }


@pytest.mark.parametrize(
    ("entry", "line", "allowed", "notes"),
    [
        ({}, {"base_paid": "300.00", "other_paid": "0.01"}, "699.99", []),
        ({"max_quantity": "30"}, {}, "1000.00", []),
        ({"max_quantity": "29.999"}, {}, "999.97", ["QUANTITY_CAPPED"]),
        ({"max_quantity": "10"}, {"quantity": "30", "amount": "0.05"}, "0.02", ["QUANTITY_CAPPED"]),  # 1.67 fen
        ({"max_quantity": "1"}, {"quantity": "2", "amount": "0.01"}, "0.01", ["QUANTITY_CAPPED"]),  # half a fen, up
        ({"payment_standard": "33.3333"}, {}, "1000.00", []),  # 999.999 is 1000.00
        ({"payment_standard": "33.333"}, {}, "999.99", ["PRICE_CAPPED"]),
        ({"payment_standard": "88.005"}, {"quantity": "0.333"}, "29.31", ["PRICE_CAPPED"]),
        ({"payment_standard": "50", "max_quantity": "10"}, {}, "333.33", ["QUANTITY_CAPPED"]),
        ({"payment_standard": "20", "max_quantity": "10"}, {}, "200.00", ["QUANTITY_CAPPED", "PRICE_CAPPED"]),
        ({"payment_standard": "*"}, {}, "1000.00", []),
        ({}, {"base_paid": "1000.00"}, "0.00", ["NOTHING_CLAIMABLE"]),
    ],
)
def test_an_entry_caps_quantity_and_price(entry: Json, line: Json, allowed: str, notes: list[str]) -> None:
    world = make_world(listed=[{**LISTED, **entry}])

    assert paid(world, make_claim(line))["allowed"] == allowed
    assert codes(decide_line(world, make_claim(line))) == notes


@pytest.mark.parametrize(
    ("used", "pre_existing", "deductible", "payable", "notes"),
    [
        ("0.00", [], "400.00", "420.00", []),
        ("399.99", [], "0.01", "699.99", []),
        ("400.00", [], "0.00", "700.00", []),
        ("500.00", [], "0.00", "700.00", []),  # never below 0
        ("0.00", ["C34"], "1000.00", "0.00", ["DEDUCTIBLE_NOT_MET"]),
    ],
)
def test_the_deductible_comes_off_first(
    used: str, pre_existing: list[str], deductible: str, payable: str, notes: list[str]
) -> None:
    world = make_world(
        benefits=[special(deductible_group="h")], deductibles={"h": "400.00"}, deductibles_pre_existing={"h": "1000.00"}
    )
    claim = make_claim(member={"pre_existing": pre_existing, "accumulators": {"deductible_used": {"h": used}}})

    assert (paid(world, claim)["deductible"], paid(world, claim)["payable"]) == (deductible, payable)
    assert codes(decide_line(world, claim)) == notes


@pytest.mark.parametrize(
    ("line", "pre_existing", "ratio", "share"),
    [
        ({"base_settled": True}, [], "0.7000", "700.00"),
        ({"base_settled": True}, ["C34"], "0.5000", "500.00"),
        ({}, [], "0.2000", "200.00"),
        ({}, ["C34"], "0.1000", "100.00"),
        ({"base_paid": "0.01"}, [], "0.7000", "699.99"),  # 699.993
        ({"base_settled": True, "amount": "0.05"}, [], "0.7000", "0.04"),  # 3.5 fen
    ],
)
def test_the_ratio_is_that_of_settlement_and_pre_existing(
    line: Json, pre_existing: list[str], ratio: str, share: str
) -> None:
    benefit = special(ratio_pre_existing="0.5", ratio_unsettled="0.2", ratio_unsettled_pre_existing="0.1")

    told = paid(make_world(benefits=[benefit]), make_claim(line, member={"pre_existing": pre_existing}))

    assert (told["ratio"], told["share"]) == (ratio, share)


BANDS = [{"up_to": "500.00", "ratio": "0"}, {"up_to": "1200.00", "ratio": "0.3333"}, {"up_to": None, "ratio": "0.8"}]


@pytest.mark.parametrize(
    ("before", "share", "ratio"),
    [
        ("0.00", "166.65", "0.1667"),  # 500 at 0, 500 at 0.3333
        ("500.00", "473.31", "0.4733"),  # 700 at 0.3333, 300 at 0.8
        ("499.99", "473.30", "0.4733"),  # 0.01 at 0, 700 at 0.3333, 299.99 at 0.8 = 473.302
        ("1200.00", "800.00", "0.8000"),
        ("1199.99", "800.00", "0.8000"),  # the exact parts are summed, then rounded: 0.003333 + 799.992
    ],
)
def test_bands_cut_the_running_total(before: str, share: str, ratio: str) -> None:
    world = make_world(benefits=[special(bands=BANDS)])
    claim = make_claim(member={"accumulators": {"benefit_base": {"special": before}}})

    assert (paid(world, claim)["share"], paid(world, claim)["ratio"]) == (share, ratio)


def test_a_base_of_nothing_has_the_ratio_0_with_bands_and_its_own_without() -> None:
    free = make_claim({"amount": "0.00"})

    assert paid(make_world(benefits=[special(bands=BANDS)]), free)["ratio"] == "0.0000"
    assert paid(make_world(), free)["ratio"] == "0.7000"


@pytest.mark.parametrize(
    ("limits", "before", "payable", "notes"),
    [
        ({"benefit": "700.00", "version": None}, {}, "700.00", []),
        ({"benefit": "699.99", "version": None}, {}, "699.99", ["ANNUAL_LIMIT_REACHED"]),
        ({"benefit": None, "version": "100.00"}, {"total_paid": "99.99"}, "0.01", ["ANNUAL_LIMIT_REACHED"]),
        ({"benefit": None, "version": "100.00"}, {"total_paid": "100.01"}, "0.00", ["ANNUAL_LIMIT_REACHED"]),
        (
            {"benefit": "500.00", "version": "600.00"},
            {"benefit_paid": {"special": "100.00"}},
            "400.00",
            ["ANNUAL_LIMIT_REACHED"],
        ),
        (
            {"benefit": "500.00", "version": "600.00"},
            {"benefit_paid": {"other": "100.00"}},
            "500.00",
            ["ANNUAL_LIMIT_REACHED"],
        ),
    ],
)
def test_annual_limits_are_never_exceeded(limits: Json, before: Json, payable: str, notes: list[str]) -> None:
    world = make_world(benefits=[special(annual_limit=limits["benefit"])], annual_limit=limits["version"])
    claim = make_claim(member={"accumulators": before})

    assert paid(world, claim)["payable"] == payable
    assert codes(decide_line(world, claim)) == notes


def test_notes_stand_after_the_reasons_in_the_pages_order() -> None:
    world = make_world(
        listed=[{**LISTED, "max_quantity": "10", "payment_standard": "20"}],
        benefits=[special(code="early", settings=["inpatient"]), special(annual_limit="1.00")],
    )

    assert codes(decide_line(world, make_claim(setting=None))) == [
        "EARLIER_BENEFIT_UNDETERMINED",
        "QUANTITY_CAPPED",
        "PRICE_CAPPED",
        "ANNUAL_LIMIT_REACHED",
    ]


@pytest.mark.parametrize("claim", [make_claim({"generic_name": "没有的药"}), make_claim(circumstance="overseas")])
def test_a_line_that_is_not_eligible_has_no_money_and_leaves_the_accumulators_alone(claim: Json) -> None:
    claim["member"]["accumulators"] = {"deductible_used": {"h": "5.00"}}

    decision = decide(make_world(), claim)

    assert paid(make_world(), claim) == {
        "allowed": "0.00", "deductible": "0.00", "ratio": "0.0000", "share": "0.00", "payable": "0.00", "member": "1000.00",
    }  # fmt: skip
    assert decision.accumulators == Accumulators(deductible_used={"h": 500})


def test_lines_are_paid_by_service_date_then_number_whatever_their_place() -> None:
    world = make_world(annual_limit="800.00")
    lines = [
        {"line_no": 1, "service_date": "2026-03-15"},
        {"line_no": 3, "service_date": "2026-03-14"},
        {"line_no": 2, "service_date": "2026-03-14"},
    ]

    decision = decide(world, make_claim(lines))

    assert [yuan(line.money.payable) for line in decision.lines] == ["0.00", "100.00", "700.00"]


def test_accumulators_hold_what_was_sent_and_what_was_touched() -> None:
    world = make_world(benefits=[special(deductible_group="h")], deductibles={"h": "0.00"})
    sent = {
        "deductible_used": {"x": "1.00"},
        "benefit_base": {"special": "2.00"},
        "benefit_paid": {"y": "3.00"},
        "total_paid": "4.00",
    }

    after = decide(world, make_claim(member={"accumulators": sent})).accumulators

    assert after == Accumulators(
        deductible_used={"x": 100, "h": 0},
        benefit_base={"special": 100_200},
        benefit_paid={"y": 300, "special": 70_000},
        total_paid=70_400,
    )


def two_years(**terms: Any) -> Json:
    """A product with a version a year; the limits are those of each version."""
    world = make_world(**terms)
    versions = world["products"][0]["versions"]
    versions.append({**versions[0], "label": "2025", "effective_from": "2025-01-01", "effective_to": "2025-12-31"})
    world["catalogs"][0]["versions"][0]["effective_from"] = "2025-01-01"
    return world


def test_lines_of_another_product_version_start_from_nothing_and_are_not_returned() -> None:
    world = two_years(annual_limit="1000.00")
    lines = [{"line_no": 1}, {"line_no": 2, "service_date": "2025-12-31"}]
    member = {"policy_start": None, "accumulators": {"total_paid": "999.00"}}

    decision = decide(world, make_claim(lines, member=member))

    assert [yuan(line.money.payable) for line in decision.lines] == ["1.00", "700.00"]
    assert yuan(decision.accumulators.total_paid) == "1000.00"


def test_without_a_service_date_of_the_claim_every_version_starts_from_nothing() -> None:
    world = two_years(annual_limit="1000.00")
    lines = [{"line_no": 1, "service_date": "2026-03-14"}, {"line_no": 2, "service_date": "2025-12-31"}]
    member = {"policy_start": None, "accumulators": {"total_paid": "999.00"}}

    decision = decide(world, make_claim(lines, member=member, service_date=None))

    assert [yuan(line.money.payable) for line in decision.lines] == ["700.00", "700.00"]
    assert yuan(decision.accumulators.total_paid) == "999.00"


def test_a_batch_carries_the_accumulators_separately_for_each_product_version() -> None:
    world = two_years(annual_limit="1000.00")
    claims = [
        parse_claim(make_claim(service_date=day, member={"policy_start": None}))
        for day in ("2025-12-30", "2026-01-02", "2025-12-31", "2026-01-03")
    ]
    seen = snapshot_of(world, "HMB")
    ledger: Any = {}
    payable = []
    for claim in claims:
        decision, ledger = pay(judge_claim(claim, seen), ledger)
        payable.append(yuan(decision.payable))

    assert payable == ["700.00", "700.00", "300.00", "300.00"]
    assert {label: yuan(used.total_paid) for label, used in ledger.items()} == {"2025": "1000.00", "2026": "1000.00"}
    assert TERMS["label"] == "2026"


def test_each_note_about_money_cites_what_it_rests_on() -> None:
    deducted = make_world(benefits=[special(deductible_group="h")], deductibles={"h": "1000.00"})
    limited = make_world(benefits=[special()], annual_limit="0.00")
    worlds = {
        "NOTHING_CLAIMABLE": (make_world(), make_claim({"base_paid": "1000.00"})),
        "DEDUCTIBLE_NOT_MET": (deducted, make_claim()),
        "ANNUAL_LIMIT_REACHED": (limited, make_claim()),
        "QUANTITY_CAPPED": (make_world(listed=[{**LISTED, "max_quantity": "10"}]), make_claim()),
    }

    told = {
        code: (cite_facts(note.cites), dict(note.values))
        for code, (world, claim) in worlds.items()
        for note in decide_line(world, claim).reasons
        if note.code == code
    }

    assert told["NOTHING_CLAIMABLE"] == ([{"section": "7"}], {})
    assert told["DEDUCTIBLE_NOT_MET"] == ([{"benefit": "special"}, {"product_version": "2026"}], {"group": "h"})
    assert told["ANNUAL_LIMIT_REACHED"] == ([{"benefit": "special"}, {"product_version": "2026"}], {})
    assert told["QUANTITY_CAPPED"][1]["limit"] == "10"


def cite_facts(cites: Any) -> list[Json]:
    return [{name: value for name, value in cite._asdict().items() if value is not None} for cite in cites]


def test_a_fen_that_the_deductible_takes_whole_is_told_too() -> None:
    world = make_world(benefits=[special(deductible_group="h")], deductibles={"h": "1000.00"})

    assert codes(decide_line(world, make_claim({"amount": "0.01"}))) == ["DEDUCTIBLE_NOT_MET"]
