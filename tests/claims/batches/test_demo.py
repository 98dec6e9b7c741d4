"""The demonstration claims that ship with the software, on the seeded lists and products."""

from pathlib import Path

import pytest
from django.conf import settings

from insurers.models import Product
from tests.claims.batches.conftest import decided, results
from tests.conftest import load_seeds

DEMO = Path(settings.BASE_DIR) / "seeds" / "claims_demo.csv"


@pytest.mark.django_db
def test_the_demonstration_claims_run_through_on_every_product() -> None:
    load_seeds()
    lines = len(DEMO.read_text(encoding="utf-8").splitlines()) - 1

    outcomes = set()
    for product in Product.objects.order_by("code"):
        batch = decided(product, DEMO.read_bytes(), DEMO.name)
        assert (batch.lines, batch.invalid_claims) == (lines, 0)
        outcomes |= {line["outcome"] for result in results(batch) for line in result["lines"]}
    assert outcomes == {"eligible", "ineligible", "review"}
