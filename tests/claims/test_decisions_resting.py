"""How many recent decisions rest on a version, before it is withdrawn: sums of checks and batches, of all insurers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Catalog
from claims import decisions_resting
from claims.decisions_resting import Resting, resting_on
from insurers.models import Product
from tests.claims.batches.conftest import decided
from tests.claims.once import cidl, hmb, made_cidl
from tests.claims.test_checks import CLAIM
from tests.conftest import Api, published

pytestmark = pytest.mark.django_db

__all__ = ["cidl", "hmb", "made_cidl"]

BATCH = (
    "claim_no,member_ref,line_no,service_date,diagnoses,setting,generic_name,quantity,amount\n"
    "C-1,m-1,1,2026-03-01,G30,inpatient,仑卡奈单抗注射液,1,1500.00\n"
)


def test_checks_and_batches_that_consulted_it_are_counted(
    api: Api, hmb: str, cidl: Catalog, make_catalog: Callable[..., Any]
) -> None:
    version = cidl.versions.get()
    later = published(
        cidl, "entry_code,generic_name,icd10\nC-1,仑卡奈单抗注射液,G30\n", label="2099", effective_from=date(2099, 1, 1)
    )
    since = timezone.now() - timedelta(days=30)
    assert resting_on(version, since) == Resting(0, 0, at_least=False)

    assert api.post("/claims/checks/", CLAIM).status_code in {200, 201}
    assert api.post("/claims/checks/", CLAIM | {"claim_no": "C-2"}).status_code in {200, 201}
    decided(Product.objects.get(code=hmb), BATCH)

    assert resting_on(version, since) == Resting(2, 1, at_least=False)
    assert resting_on(later, since) == Resting(0, 0, at_least=False)
    assert resting_on(version, timezone.now() + timedelta(seconds=5)) == Resting(0, 0, at_least=False)


def test_what_is_not_looked_at_is_told(api: Api, hmb: str, cidl: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions_resting, "CHECKS_LOOKED_AT", 1)
    for number in range(2):
        api.post("/claims/checks/", CLAIM | {"claim_no": f"C-{number}"})

    assert resting_on(cidl.versions.get(), timezone.now() - timedelta(days=1)) == Resting(1, 0, at_least=True)
