"""Corrections are what a replay of each check as known now answers otherwise, on random worlds in which a list comes, one goes, the master changes."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from catalog import known_drugs
from catalog.clock import Observation
from catalog.models import CatalogVersion, DrugProduct
from claims.models import ClaimCheck
from claims.replay import replay_check
from claims.services import decide_claim
from curation.corrections.judging import judge
from curation.corrections.queries import checks_resting
from insurers.models import Product
from tests.claims.batches.test_oracle import asked
from tests.curation.impact.test_as_published import in_short
from tests.flows.database_world import build, forms_of
from tests.oracle.worlds import Dice, make_world, paying_world, some_drugs
from tests.sharing import share
from tests.worlds import WHEN_ASKED

THEN, HAPPENED, NOW = WHEN_ASKED, WHEN_ASKED + timedelta(hours=1), WHEN_ASKED + timedelta(hours=2)
BEFORE, AFTER = Observation(1, THEN), Observation(2, NOW)
CLAIMS = 12


def change(chance: Random, draft: Any) -> None:
    """Publish the draft, and perhaps withdraw another version and end a row of the drug master, an hour later."""
    draft.update(published_at=HAPPENED, published_by="bob", state="published")
    others = CatalogVersion.objects.filter(withdrawn_at=None).exclude(pk__in=draft).order_by("pk")
    if chance.random() < 0.5 and others:
        gone = CatalogVersion.objects.filter(pk=chance.choice(list(others)).pk)
        gone.update(withdrawal_asked_by="erin")
        gone.update(withdrawn_at=HAPPENED, withdrawn_by="bob", state="withdrawn")
    rows = list(DrugProduct.objects.order_by("pk"))
    if chance.random() < 0.5 and rows:
        DrugProduct.objects.filter(pk=chance.choice(rows).pk).update(recorded_to=HAPPENED)


def random_world(seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Product, list[dict[str, Any]]]:
    """A world in the tables with one version still a draft: the draft, the product, claims."""
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
    product = Product.objects.get(insurer=insurer)
    claims = [{**asked(dice, drugs, world, number), "product": product.code} for number in range(CLAIMS)]
    return CatalogVersion.objects.filter(catalog__code=code, label=label), product, claims


@pytest.mark.django_db
@pytest.mark.parametrize("seed", share(range(1_500, 1_516), of="corrections", each=7))
def test_corrections_are_what_a_replay_as_known_now_answers_otherwise(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, product, claims = random_world(seed, monkeypatch)
    for claim in claims:
        decide_claim(insurer_id=product.insurer_id, data=claim, by="k", seen=BEFORE, language="zh")
    change(Random(seed), draft)

    resting = checks_resting(insurer_id=product.insurer_id, since=None, seen=AFTER)
    found = judge(list(resting.select_related("product", "settled")), AFTER)

    wanted = {}
    for check in ClaimCheck.objects.all():
        replayed = replay_check(check=check, seen=AFTER, known_at=NOW)
        assert replayed.decision is not None and check.decision is not None
        lines = {line.judgement.line.line_no: line for line in replayed.decision.lines}
        changed = []
        for line in check.decision["lines"]:
            new = lines[line["line_no"]]
            benefit = new.judgement.benefit.code if new.judgement.benefit else ""
            codes = ";".join(reason.kind.code for reason in new.reasons)
            outcome, payable, old_codes, old_benefit = in_short(line)
            told = (new.judgement.outcome, f"{new.money.payable / 100:.2f}", codes, benefit)
            if told != (outcome, payable, old_codes, old_benefit):
                changed.append((line["line_no"], told))
        if changed:
            wanted[check.pk] = replayed.decision.digest, changed
    assert {
        one.check.pk: (
            one.new["digest"],
            [
                (
                    line.line_no,
                    (
                        line.new.outcome,
                        f"{line.new.payable / 100:.2f}",
                        ";".join(line.new.reasons),
                        line.new.benefit or "",
                    ),
                )
                for line in one.lines
            ],
        )
        for one in found.corrections
    } == wanted
    assert checks_resting(insurer_id=product.insurer_id, since=NOW, seen=AFTER).count() == 0
