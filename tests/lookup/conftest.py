"""A small market: a base list, lists that anybody may read, a list of insurer A's own, and products of A, public and not."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from catalog.models import Catalog
from catalog.services import create_catalog
from insurers import services as insurers
from insurers.models import Insurer, Product
from tests.conftest import published

NRDL = (
    "entry_code,generic_name,reimbursement_class,icd10,indication,class_code\n"
    "N-1,吉非替尼片,乙类,C34,非小细胞肺癌,XL01EB\n"
)
CIDL = (
    "entry_code,generic_name,brand_name,dosage_form,icd10,indication,criteria,prior_auth,settings,class_code\n"
    "E-1,奥希替尼片,泰瑞沙,片,C34,非小细胞肺癌,EGFR=EGFR 突变,Y,outpatient,XL01EB\n"
    "E-2,仑卡奈单抗注射液,乐意保,注射液,G30,阿尔茨海默病,,N,,XN06DX\n"
)
PRIVATE = "entry_code,generic_name,icd10\nP-1,甲药片,C34\n"
BENEFIT = {"code": "special", "name": "特药", "scope": "off_base", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000"}
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "base": {"catalog": "NRDL"},
    "annual_limit": "1000000.00",
    "deductibles": {"all": "500.00"},
    "benefits": [{**BENEFIT, "deductible_group": "all", "ratio_pre_existing": "0.3000"}],
}


@dataclass
class Market:
    insurer: Insurer
    cidl: Catalog

    def product(self, code: str, *, public: bool = True, **terms: Any) -> Product:
        product = insurers.create_product(
            insurer_id=self.insurer.pk, code=code, name=f"{code} 惠民保", by="key:a", public=public
        )
        version = insurers.create_product_version(product=product, data={**TERMS, **terms}, by="key:a")
        insurers.publish_product_version(version=version, by="key:a")
        return product


@pytest.fixture(scope="module")
def _market(once: Callable[..., Market]) -> Market:
    return once(lambda: make_market(Insurer.objects.create(code="INS-A", name="甲保险")))


def make_market(insurer: Insurer) -> Market:
    base = create_catalog(code="NRDL", kind="base", name="医保目录", provenance="official", by="alice")
    published(base, NRDL, names="plain")
    cidl = create_catalog(code="CIDL", kind="commercial", name="商保创新药目录", provenance="hand_coded", by="alice")
    published(cidl, CIDL)
    return Market(insurer, cidl)


@pytest.fixture
def insurer(db: None, _market: Market) -> Insurer:
    return copy(_market.insurer)


@pytest.fixture
def market(insurer: Insurer, _market: Market) -> Market:
    """The market as it was made for all tests of the file, and objects that a test may change."""
    return Market(insurer, copy(_market.cidl))


class Visitor:
    """Somebody without a key."""

    def __init__(self) -> None:
        self.client = Client()

    def get(self, path: str = "/", query: Any = None, **headers: str) -> Any:
        return self.client.get(path, query or {}, headers={"Accept-Language": "zh-CN", **headers})

    def ask(self, drug: str = "奥希替尼片", **asked: str) -> str:
        response = self.get("/", {"drug": drug, "date": "2026-03-14", **asked})
        assert response.status_code == 200, response.content
        text: str = response.content.decode()
        return text


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()
