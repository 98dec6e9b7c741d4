"""A batch against the oracle: the page's answers to the same claims, asked one by one in the page's order with accumulators passed on."""

import json
from typing import Any

import pytest

from catalog import known_drugs
from catalog.clock import Observation
from claims.batches.services import accept_batch
from claims.models import ClaimBatch
from insurers.models import Product
from tests.claims.batches.conftest import results, worked_off
from tests.flows.database_world import build, forms_of
from tests.oracle.page import answer, day_of, in_force
from tests.oracle.worlds import Dice, make_valid_request, make_world, paying_world, some_drugs
from tests.sharing import share
from tests.worlds import WHEN_ASKED

CLAIMS = 14
MEMBERS = ("m-1", "m-2", "m-3")


def asked(dice: Dice, drugs: Any, made: Any, number: int) -> dict[str, Any]:
    """A valid claim of one of three members. Its lines are of its own day: what a line of another product version has used, a check does
    not give back, so it could not be passed on."""
    request: dict[str, Any] = make_valid_request(dice, drugs, made)
    while not request.get("service_date"):
        request = make_valid_request(dice, drugs, made)
    request.pop("as_known_at", None)
    member = {**(request.get("member") or {}), "member_ref": dice.choice(MEMBERS)}
    member.pop("accumulators", None)
    for line in request["lines"]:
        line.pop("service_date", None)
    return {**request, "claim_no": f"{dice.choice('AaB')}-{number}", "member": member}


def one_by_one(made: Any, claims: list[dict[str, Any]]) -> dict[str, Any]:
    """The oracle's answers, by claim number."""
    used: dict[tuple[str, int], Any] = {}
    answers = {}
    for claim in sorted(claims, key=lambda claim: (claim["service_date"], claim["claim_no"])):
        versions = made["products"][0]["versions"]
        version = in_force(versions, day_of(claim["service_date"]), WHEN_ASKED)
        account = (claim["member"]["member_ref"], id(version))
        if version is not None and account in used:
            claim = {**claim, "member": {**claim["member"], "accumulators": used[account]}}
        answers[claim["claim_no"]] = answer(made, claim)
        used[account] = answers[claim["claim_no"]]["accumulators"]
    return answers


def in_short(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the results in the shape of the oracle's."""
    match = line["match"]
    money = "claimable allowed deductible_applied ratio share payable member_pays".split()
    return {
        "line_no": line["line_no"],
        "outcome": line["outcome"],
        "reasons": [{"code": reason["code"], "effect": reason["effect"]} for reason in line["reasons"]],
        "matched_by": line["drug"]["matched_by"] if line["drug"] else None,
        "drug": line["drug"]["generic_name"] if line["drug"] else None,
        "base_status": line["base"]["status"] if line["base"] else None,
        "benefit": line["benefit"],
        "match": {name: match[name] for name in ("catalog", "version", "entry_code")} if match else None,
        "money": {name: line["money"][name] for name in money},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", share(range(700, 716), of="batches", each=7))
def test_a_batch_is_answered_as_the_oracle_answers_its_claims_in_order(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = Dice(seed)
    drugs = some_drugs(dice)
    made = paying_world(dice, drugs)[0] if seed % 2 else make_world(dice, drugs)
    claims = [asked(dice, drugs, made, number) for number in range(CLAIMS)]
    forms = forms_of(made)
    monkeypatch.setattr(known_drugs, "dosage_forms", lambda: forms)
    product = Product.objects.get(insurer=build(made))

    content = "".join(json.dumps(claim, ensure_ascii=False) + "\n" for claim in claims)
    batch, _new = accept_batch(
        product=product,
        chunks=[content.encode()],
        file_name="claims.ndjson",
        by="alice",
        seen=Observation(revision=1, known_at=WHEN_ASKED),
    )
    batch = worked_off(batch)

    assert batch.state == ClaimBatch.State.DONE, batch.errors
    expected = one_by_one(made, claims)
    for result in results(batch):
        oracle = expected[result["claim_no"]]
        assert result["outcome"] != "invalid", result["problems"]
        assert [in_short(line) for line in result["lines"]] == oracle["lines"]
        assert {name: result["totals"][name] for name in ("claimable", "payable")} == oracle["totals"]
