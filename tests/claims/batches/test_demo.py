"""The demonstration claims that ship with the software, on the seeded lists and products."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from common.jobs import services as jobs
from insurers.models import Product
from tests.claims.batches.conftest import decided, results

DEMO = Path(settings.BASE_DIR) / "seeds" / "claims_demo.csv"


@pytest.mark.django_db
def test_the_demonstration_claims_run_through_on_every_product(monkeypatch: Any) -> None:
    # The heartbeat works on a connection of its own, which cannot see this test's transaction.
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 3600.0)
    call_command("seed", verbosity=0)
    lines = len(DEMO.read_text(encoding="utf-8").splitlines()) - 1

    outcomes = set()
    for product in Product.objects.order_by("code"):
        batch = decided(product, DEMO.read_bytes(), DEMO.name)
        assert (batch.lines, batch.invalid_claims) == (lines, 0)
        outcomes |= {line["outcome"] for result in results(batch) for line in result["lines"]}
    assert outcomes == {"eligible", "ineligible", "review"}
