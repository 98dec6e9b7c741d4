"""The rules hold through real tables: every public vector, and random worlds against the oracle, asked as the API asks."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from catalog import known_drugs
from catalog.clock import Observation
from claims import services
from claims.eligibility import InvalidClaim
from tests.flows.database_world import build, forms_of
from tests.oracle.page import answer as oracle_answer
from tests.oracle.worlds import world as random_world
from tests.sharing import WHOLE
from tests.worlds import WHEN_ASKED

VECTORS = json.loads((Path(__file__).parent.parent / "cases" / "vectors_public.json").read_text(encoding="utf-8"))
SEEN = Observation(revision=1, known_at=WHEN_ASKED)
RANDOM_WORLDS = int(os.environ.get("DATABASE_WORLDS", "150" if WHOLE else "50"))


def decided(world: dict[str, Any], request: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the service answers, in the shape of the vectors."""
    forms = forms_of(world)
    monkeypatch.setattr(known_drugs, "dosage_forms", lambda: forms)
    insurer = build(world)
    try:
        found = services.decide_claim(insurer_id=insurer.pk, data=request, by="test", seen=SEEN, language="en")
    except InvalidClaim:
        return {"invalid": True}
    shown = services.worded(found.check.decision, "en")
    return {
        "lines": [shown_line(line) for line in shown["lines"]],
        "totals": {name: shown["totals"][name] for name in ("claimable", "payable")},
        "accumulators": shown["accumulators"],
    }


def shown_line(line: dict[str, Any]) -> dict[str, Any]:
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
@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_every_public_vector_is_answered_the_same_from_real_tables(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decided(case["world"], case["request"], monkeypatch) == case["expected"]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(900_000, 900_000 + RANDOM_WORLDS))
def test_random_worlds_are_answered_as_the_oracle_does(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world, request = random_world(seed)
    assert decided(world, request, monkeypatch) == oracle_answer(world, request)
