"""The public rule vectors (spec vectors.md): 160 small worlds, each with a request and what must be answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from claims.eligibility import InvalidClaim, answer, assess_claim, parse_claim
from tests.worlds import snapshot_of

VECTORS = json.loads((Path(__file__).parents[2] / "cases" / "vectors_public.json").read_text())


def as_expected(answered: dict[str, Any]) -> dict[str, Any]:
    """An answer cut down to what a vector states."""
    return {
        "lines": [
            {
                "line_no": line["line_no"],
                "outcome": line["outcome"],
                "reasons": [{"code": reason["code"], "effect": reason["effect"]} for reason in line["reasons"]],
                "matched_by": line["drug"]["matched_by"] if line["drug"] else None,
                "drug": line["drug"]["generic_name"] if line["drug"] else None,
                "base_status": line["base"]["status"] if line["base"] else None,
                "benefit": line["benefit"],
                "match": {name: line["match"][name] for name in ("catalog", "version", "entry_code")}
                if line["match"]
                else None,
                "money": {
                    name: amount
                    for name, amount in line["money"].items()
                    if name not in ("amount", "base_paid", "other_paid")
                },
            }
            for line in answered["lines"]
        ],
        "totals": {"claimable": answered["totals"]["claimable"], "payable": answered["totals"]["payable"]},
        "accumulators": answered["accumulators"],
    }


def judged(vector: dict[str, Any]) -> dict[str, Any]:
    try:
        claim = parse_claim(vector["request"], "en")
    except InvalidClaim:
        return {"invalid": True}
    world = snapshot_of(vector["world"], claim.product, claim.known_at)
    return as_expected(answer(assess_claim(claim, world), "en"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_answer_is_the_one_the_page_demands(vector: dict[str, Any]) -> None:
    assert judged(vector) == vector["expected"]


def test_the_vectors_are_all_here() -> None:
    assert len(VECTORS) == 160
