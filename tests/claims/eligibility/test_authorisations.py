"""Rank 4 where numbers are checked: five refusals for five reasons, and what is left for the next line."""

from datetime import date
from typing import Any

import pytest

from claims.eligibility import Authorisation, Decision, judge_claim, parse_claim, pay
from claims.eligibility.authorisations import NAMELESS, UsedBy
from common.money import Nano
from tests.claims.eligibility.small_world import LISTED, Json, codes, make_claim, make_world
from tests.worlds import snapshot_of

UNIT = 10**9
WORLD = make_world(listed=[{**LISTED, "prior_auth": True}], prior_auth="checked")
ANY = make_world(listed=[{**LISTED, "prior_auth": True}])


def authorisation(quantity: int | None = 60, used: UsedBy | None = None) -> Authorisation:
    return Authorisation(
        "m-1",
        "奥希替尼",
        date(2026, 3, 1),
        date(2026, 3, 31),
        None if quantity is None else Nano(quantity * UNIT),
        used or {},
    )


def claim(*lines: Json, **changes: Any) -> Json:
    named = [{"prior_auth_no": "PA-1", "line_no": place, **line} for place, line in enumerate(lines or ({},), 1)]
    return make_claim(named, member={"member_ref": "m-1", **changes.pop("member", {})}, **changes)


def decide(data: Json, world: Json = WORLD, **found: Authorisation) -> Decision:
    parsed = parse_claim(data, "en")
    snapshot = snapshot_of(world, "HMB", parsed.known_at)
    snapshot = snapshot.with_authorisations({"PA-1": authorisation(), **found})
    return pay(judge_claim(parsed, snapshot))[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (claim({"prior_auth_no": None}), "PRIOR_AUTH_REQUIRED"),
        (claim({"prior_auth_no": "PA-2"}), "PRIOR_AUTH_UNKNOWN"),
        (claim(member={"member_ref": "m-2"}), "PRIOR_AUTH_OTHER_MEMBER"),
        (claim(member={"member_ref": None}), "PRIOR_AUTH_OTHER_MEMBER"),
        (claim({"service_date": "2026-02-28"}), "PRIOR_AUTH_EXPIRED"),
        (claim({"service_date": "2026-04-01"}), "PRIOR_AUTH_EXPIRED"),
        (claim({"quantity": "60.5"}), "PRIOR_AUTH_SPENT"),
    ],
)
def test_a_number_that_does_not_hold_sends_the_line_to_review_and_says_why(data: Json, reason: str) -> None:
    line = decide(data).lines[0]

    assert (line.judgement.outcome, codes(line)) == ("review", [reason])
    assert ("benefit:special/prior_auth", "unknown") in line.judgement.trace
    assert line.reasons[0].message("en") and "{" not in line.reasons[0].message("zh")


def test_a_number_of_another_drug_is_refused() -> None:
    other = authorisation()._replace(drug="阿司匹林")
    assert codes(decide(claim(), **{"PA-1": other}).lines[0]) == ["PRIOR_AUTH_OTHER_DRUG"]


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-31"])
def test_it_holds_from_its_first_day_to_its_last(day: str) -> None:
    assert decide(claim({"service_date": day})).outcome == "eligible"


def test_lines_of_a_claim_share_what_is_left_in_the_order_in_which_they_are_paid() -> None:
    found = decide(claim({"line_no": 2, "quantity": "40"}, {"line_no": 1, "quantity": "30"}, claim_no="C-1"))

    assert [(line.judgement.line.line_no, codes(line)) for line in found.lines] == [(2, ["PRIOR_AUTH_SPENT"]), (1, [])]
    assert {use.line[1]: use.quantity for use in found.judged.uses} == {1: 30 * UNIT, 2: 0}


def test_what_the_same_line_used_before_is_its_own_and_what_others_used_is_gone() -> None:
    named = claim({"quantity": "60"}, claim_no="C-1")
    assert decide(named, **{"PA-1": authorisation(used={("C-1", 1): Nano(60 * UNIT)})}).outcome == "eligible"
    assert decide(named, **{"PA-1": authorisation(used={("C-2", 1): Nano(1)})}).outcome == "review"
    nameless = claim({"quantity": "60"})
    assert decide(nameless, **{"PA-1": authorisation(used={NAMELESS: Nano(1)})}).outcome == "review"


def test_without_a_quantity_it_is_as_much_as_needed() -> None:
    used: UsedBy = {("C-9", 1): Nano(10**15)}
    assert decide(claim({"quantity": "9999"}), **{"PA-1": authorisation(None, used)}).outcome == "eligible"


def test_a_line_that_is_refused_for_something_else_uses_nothing() -> None:
    found = decide(claim(member={"policy_end": "2026-03-13"}))
    assert [(use.no, use.quantity) for use in found.judged.uses] == [("PA-1", 0)]


def test_where_any_number_is_enough_nothing_of_authorisations_is_in_the_decision() -> None:
    """Neither whether there is one of this number, nor what it says: the digest is that of rules which know no checking."""
    data = claim({"prior_auth_no": "what they wrote"})
    plain = parse_claim(data, "en")
    without = pay(judge_claim(plain, snapshot_of(ANY, "HMB", None)))[0]
    assert without.outcome == "eligible"
    assert decide(data, ANY).digest == without.digest


def test_the_digest_says_how_a_checked_number_stood_and_not_which_it_is() -> None:
    twin = {"PA-2": authorisation()}
    same = decide(claim({"prior_auth_no": "PA-2"}), **twin).digest
    assert same == decide(claim()).digest
    assert decide(claim(), **{"PA-1": authorisation(61)}).digest != same
