"""A product that asks for authorisations, made once for a file whose tests take back what they do (not for those whose transactions are real)."""

from datetime import date

import pytest

from catalog.services import create_catalog
from insurers import services as insurers
from insurers.models import Insurer
from tests.claims.authorisations.conftest import LIST, TERMS
from tests.conftest import Api, Once, published


def _make() -> None:
    published(
        create_catalog(code="CIDL", name="CIDL", kind="commercial", by="alice"),
        LIST,
        label="2025",
        effective_from=date(2025, 1, 1),
    )
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="key:a")
    version = insurers.create_product_version(product=product, data=TERMS, by="key:a")
    insurers.publish_product_version(version=version, by="key:a")


@pytest.fixture(scope="module")
def sold(once: Once) -> None:
    once(_make)


@pytest.fixture
def hmb(sold: None, api: Api) -> Api:
    return api
