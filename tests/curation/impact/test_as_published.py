"""What a run finds is what a replay answers once the draft is really published: line by line and to the fen, on random worlds."""

from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest

from catalog import known_drugs
from catalog.clock import Observation
from catalog.models import CatalogVersion
from claims.batches.services import accept_batch
from claims.models import ClaimBatch, ClaimCheck
from claims.replay import replay_check
from claims.services import decide_claim
from common.compact_json import compact
from common.money import fen, yuan
from insurers.models import Product
from tests.claims.batches.conftest import results, worked_off
from tests.claims.batches.test_oracle import asked
from tests.curation.impact.conftest import differing, document, tried
from tests.flows.database_world import build, forms_of
from tests.oracle.worlds import Dice, make_world, paying_world, some_drugs
from tests.sharing import share
from tests.worlds import WHEN_ASKED

BEFORE, AFTER = Observation(1, WHEN_ASKED), Observation(2, WHEN_ASKED)
EVERY_DAY = {"first_day": date(1900, 1, 1), "last_day": date(2999, 1, 1)}
SEEDS = share(range(900, 924), of="as published", each=9)


def decided(product: Product, claims: list[dict[str, Any]], seen: Observation) -> ClaimBatch:
    content = "".join(compact(claim) + "\n" for claim in claims).encode()
    batch, _new = accept_batch(product=product, chunks=[content], file_name="c.ndjson", by="ines", seen=seen)
    batch = worked_off(batch)
    assert batch.state == ClaimBatch.State.DONE, batch.errors
    return batch


def in_short(line: dict[str, Any]) -> tuple[Any, ...]:
    codes = ";".join(reason["code"] for reason in line["reasons"])
    return line["outcome"], line["money"]["payable"], codes, line["benefit"] or ""


def lines_of_batch(batch: ClaimBatch) -> dict[tuple[str, int], tuple[Any, ...]]:
    return {(claim["claim_no"], line["line_no"]): in_short(line) for claim in results(batch) for line in claim["lines"]}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_is_what_a_replay_answers_once_the_draft_is_published(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Dice(seed)
    drugs = some_drugs(dice)
    world = paying_world(dice, drugs)[0] if seed % 3 else make_world(dice, drugs)
    open_versions = [
        (catalog["code"], version["label"])
        for catalog in world["catalogs"]
        for version in catalog["versions"]
        if not version.get("withdrawn_at")
    ]
    code, label = Random(seed).choice(open_versions)
    forms = forms_of(world)
    monkeypatch.setattr(known_drugs, "dosage_forms", lambda: forms)
    insurer = build(world, (code, label))
    draft = CatalogVersion.objects.filter(catalog__code=code, label=label)
    product = Product.objects.get(insurer=insurer)
    claims = [asked(dice, drugs, world, number) for number in range(10)]
    alone = [{**claim, "claim_no": f"check {claim['claim_no']}"} for claim in claims[:4]]
    batch = decided(product, claims, BEFORE)
    for claim in alone:
        decide_claim(insurer_id=insurer.pk, data={**claim, "product": product.code}, by="k", seen=BEFORE, language="zh")

    of_insurer = tried(draft.get(), insurer.pk, seen=BEFORE, **EVERY_DAY)
    of_office = tried(draft.get(), None, seen=BEFORE, **EVERY_DAY)

    draft.update(published_at=WHEN_ASKED, published_by="bob", state="published")
    old, new = lines_of_batch(batch), lines_of_batch(decided(product, claims, AFTER))
    for check in ClaimCheck.objects.all():
        replayed = replay_check(check=check, seen=AFTER, known_at=WHEN_ASKED)
        assert replayed.decision is not None and check.decision is not None
        after = {line.judgement.line.line_no: line for line in replayed.decision.lines}
        for line in check.decision["lines"]:
            key = (check.claim_no, line["line_no"])
            old[key], decision = in_short(line), after[line["line_no"]]
            codes = ";".join(reason.kind.code for reason in decision.reasons)
            benefit = decision.judgement.benefit.code if decision.judgement.benefit else ""
            new[key] = decision.judgement.outcome, yuan(decision.money.payable), codes, benefit
    assert old.keys() == new.keys()

    matrix = Counter((old[key][0], new[key][0]) for key in old)
    for run in (of_insurer, of_office):
        told = document(run)
        shown = {(cell["old"], cell["new"]): cell["lines"] for cell in told["matrix"]}
        shown["refunded", "refunded"] = shown.get(("refunded", "refunded"), 0)
        refund_rows = run.lines - len(old)
        assert shown == matrix + Counter({("refunded", "refunded"): refund_rows}) | {
            ("refunded", "refunded"): matrix["refunded", "refunded"] + refund_rows
        }
        assert fen(told["payable_old"]) == sum(fen(line[1]) for line in old.values())
        assert fen(told["payable_new"]) == sum(fen(line[1]) for line in new.values())
        assert told["changed"]["lines"] == sum(old[key] != new[key] for key in old)
        assert told["changed_without"]["lines"] == 0
        assert (run.checks, run.batch_claims, run.not_tried) == (len(alone), len(claims), {})
    found = {
        (line["claim_no"], int(line["line_no"])): (
            (line["outcome_old"], line["payable_old"], line["reasons_old"], line["benefit_old"]),
            (line["outcome_new"], line["payable_new"], line["reasons_new"], line["benefit_new"]),
        )
        for line in differing(of_insurer)
    }
    assert found == {key: (old[key], new[key]) for key in old if old[key] != new[key]}
