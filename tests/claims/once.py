"""The list and the product of tests/claims/test_checks.py, made once for a file whose tests take back what they do (not for those whose
transactions are real)."""

import copy

import pytest

from catalog.models import Catalog
from catalog.services import create_catalog
from insurers import services as insurers
from insurers.models import Insurer
from tests.claims.test_checks import CIDL, TERMS
from tests.conftest import Once, published


def _make() -> Catalog:
    catalog = create_catalog(code="CIDL", name="CIDL", kind="commercial", by="alice", provenance="hand_coded")
    published(catalog, CIDL, label="2025")
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="key:a")
    version = insurers.create_product_version(product=product, data=TERMS, by="key:a")
    insurers.publish_product_version(version=version, by="key:a")
    return catalog


@pytest.fixture(scope="module")
def made_cidl(once: Once) -> Catalog:
    return once(_make)


@pytest.fixture
def cidl(made_cidl: Catalog, db: None) -> Catalog:
    return copy.deepcopy(made_cidl)


@pytest.fixture
def hmb(made_cidl: Catalog, db: None) -> str:
    return "HMB"
