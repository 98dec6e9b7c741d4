"""The small world for batches, made once for a file whose tests take back what they do (not for those whose transactions are real)."""

import copy

import pytest

from catalog.services import create_catalog
from insurers.models import Insurer, Product
from tests.claims.batches.conftest import COMMERCIAL, NRDL, make_product
from tests.conftest import Once, published


def _make() -> Product:
    for code, kind, content in (("NRDL", "base", NRDL), ("COM", "commercial", COMMERCIAL)):
        published(create_catalog(code=code, name=code, kind=kind, by="alice"), content)
    return make_product(Insurer.objects.create(code="INS-A", name="甲保险"))


@pytest.fixture(scope="module")
def made_product(once: Once) -> Product:
    return once(_make)


@pytest.fixture
def product(made_product: Product, db: None) -> Product:
    """HMB of insurer A: 2026 and, with a lower limit, 2027."""
    return copy.deepcopy(made_product)
