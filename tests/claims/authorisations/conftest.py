"""A product that checks prior authorisations, and how one is asked for and used."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.clock import china_today
from catalog.models import Catalog
from tests.conftest import Api, published

LIST = (
    "entry_code,generic_name,icd10,class_code,prior_auth,criteria\n"
    "C-1,仑卡奈单抗注射液,G30,XN06DX,Y,AMYLOID_PET\n"
    "C-2,多奈单抗注射液,G30,XN06DX,Y,\n"
)
TERMS: dict[str, Any] = {
    "label": "2026",
    "effective_from": "2025-01-01",
    "prior_auth": "checked",
    "benefits": [{"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000"}],
}
ASKED: dict[str, Any] = {
    "product": "HMB",
    "member_ref": "m-1",
    "generic_name": "仑卡奈单抗注射液",
    "diagnoses": ["G30.9"],
    "evidence": {"AMYLOID_PET": True},
    "quantity": "10",
}
PATH = "/prior-authorisations/"


def today() -> date:
    return china_today(timezone.now())


def days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def claim(no: str | None, claim_no: str = "", quantity: str = "10", **line: Any) -> dict[str, Any]:
    line = {
        "generic_name": "仑卡奈单抗注射液",
        "quantity": quantity,
        "amount": "1000.00",
        "evidence": {"AMYLOID_PET": True},
        "prior_auth_no": no,
        **line,
    }
    return {
        "product": "HMB",
        "claim_no": claim_no,
        "service_date": today().isoformat(),
        "diagnoses": ["G30.9"],
        "member": {"member_ref": "m-1"},
        "lines": [line],
    }


def asked(api: Api, **changes: Any) -> dict[str, Any]:
    answer = api.post(PATH, {**ASKED, **changes})
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def reasons(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [reason["code"] for line in answer.json()["lines"] for reason in line["reasons"]]


def left(api: Api, no: str) -> str:
    found: str = api.get(f"{PATH}{no}/").json()["quantity_left"]
    return found


def sell(api: Api, make_catalog: Callable[..., Catalog], **changes: Any) -> None:
    published(make_catalog("CIDL"), LIST, label="2025", effective_from=date(2025, 1, 1))
    assert api.post("/products/", {"code": "HMB", "name": "惠民保"}).status_code == 201
    made = api.post("/products/HMB/versions/", {**TERMS, **changes})
    assert made.status_code == 201, made.json()
    assert api.post("/products/HMB/versions/2026/publish/").status_code == 200


@pytest.fixture
def hmb(api: Api, make_catalog: Callable[..., Catalog]) -> Api:
    sell(api, make_catalog)
    return api
