"""The explanation over REST: JSON, a page and plain text, in both languages, from the record alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Catalog, CatalogVersion
from claims import retention
from claims.models import ClaimCheck
from common.audit.models import Record
from insurers.models import Insurer, Product
from tests.claims.explanation.told import at
from tests.conftest import Api, published

CIDL = "entry_code,generic_name,icd10,class_code\nC-1,仑卡奈单抗注射液,G30,XN06DX\n"
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "deductibles": {"drugs": "200.00"},
    "benefits": [
        {
            "code": "special",
            "name": "特定药品",
            "catalogs": [{"catalog": "CIDL"}],
            "ratio": "0.7000",
            "deductible_group": "drugs",
        }
    ],
}
CLAIM: dict[str, Any] = {
    "product": "HMB",
    "service_date": "2026-03-14",
    "diagnoses": ["G30.9"],
    "lines": [
        {"generic_name": "仑卡奈单抗注射液", "quantity": "2", "amount": "1000.00"},
        {"generic_name": "没有的药", "quantity": "1", "amount": "10.00"},
    ],
}


@pytest.fixture
def check(api: Api, make_catalog: Callable[..., Catalog]) -> str:
    published(make_catalog("CIDL", name="创新药目录", provenance="hand_coded"), CIDL, label="2025")
    assert api.post("/products/", {"code": "HMB", "name": "惠民保"}).status_code == 201
    assert api.post("/products/HMB/versions/", TERMS).status_code == 201
    assert api.post("/products/HMB/versions/2026/publish/").status_code == 200
    made: str = api.post("/claims/checks/", CLAIM).json()["id"]
    return f"/claims/checks/{made}/"


def get(api: Api, path: str, **headers: str) -> Any:
    return api.client.get(f"/api/v1{path}", headers=api.headers | headers)


def texts(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [block["text"] for block in response.json()["blocks"]]


def test_the_member_is_told_in_plain_words(api: Api, check: str) -> None:
    told = get(api, f"{check}explanation/")

    assert told.headers["Content-Type"] == "application/json"
    assert (told.json()["audience"], told.json()["language"], told.json()["title"]) == ("member", "zh-Hans", "理赔说明")
    assert [text for text in texts(told) if "特定药品" in text] == [
        "适用的保障是“特定药品”，对照的目录是《创新药目录》（2025 版）。"
    ]
    assert "800.00 元按 70% 赔付，是 560.00 元。" in texts(told)
    assert "需要补充：药品的通用名、商品名、批准文号或药品编码。" in texts(told)
    assert Record.objects.filter(deed="check.read", after={"explained": "member"}).count() == 1


def test_every_ground_leads_somewhere_in_the_check_as_it_is_shown(api: Api, check: str) -> None:
    shown = api.get(check).json()

    for audience in ("member", "adjudicator"):
        for language in ("zh", "en"):
            told = get(api, f"{check}explanation/?audience={audience}", **{"Accept-Language": language}).json()
            assert told["blocks"] and all(block["grounds"] for block in told["blocks"])
            for block in told["blocks"]:
                for pointer in block["grounds"]:
                    at(shown, pointer)
    assert told["digest"] == shown["digest"]


def test_the_adjudicator_is_told_codes_rows_and_checksums(api: Api, check: str) -> None:
    told = " ".join(texts(get(api, f"{check}explanation/?audience=adjudicator", **{"Accept-Language": "en"})))

    checksum = CatalogVersion.objects.get(label="2025").checksum
    assert f"CIDL 2025 entry C-1 checksum {checksum}" in told.replace(" series B", "")
    assert "DRUG_NOT_RECOGNISED (to a person)" in told
    assert "5 pre_existing pass" in told


@pytest.mark.parametrize("language, lang, said", [("zh-CN", "zh-Hans", "结论"), ("en", "en", "Result")])
def test_accept_chooses_a_page_or_plain_text(api: Api, check: str, language: str, lang: str, said: str) -> None:
    page = get(api, f"{check}explanation/", **{"Accept": "text/html", "Accept-Language": language})
    plain = get(api, f"{check}explanation/", **{"Accept": "text/plain", "Accept-Language": language})

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{lang}">' in page.text and said in page.text and "<style" not in page.text
    assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert said in plain.text and "<" not in plain.text
    assert page.headers["Content-Language"] == lang and "Accept-Language" in page.headers["Vary"]


def test_what_cannot_be_is_refused(api: Api, check: str) -> None:
    for wrong in ("?audience=doctor", "?audience=", "?audiences=member"):
        refused = get(api, f"{check}explanation/{wrong}")
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json"), wrong
    assert get(api, f"{check}explanation/", Accept="text/csv").status_code == 406


def test_the_record_alone_is_told(api: Api, check: str, django_assert_max_num_queries: Any) -> None:
    before = get(api, f"{check}explanation/?audience=adjudicator").json()
    Catalog.objects.update(name="另一个名字", provenance="demonstration")
    Product.objects.update(name="另一个产品", is_demonstration=True)

    with django_assert_max_num_queries(8):
        after = get(api, f"{check}explanation/?audience=adjudicator").json()

    assert after == before
    assert api.get(check).json()["catalogs"][0]["provenance"] == "hand_coded"


def test_after_the_retention_there_is_nothing_to_tell(api: Api, check: str) -> None:
    made = ClaimCheck.objects.get()
    at_last = timezone.now() + timedelta(days=1)
    retention.purge_facts(insurer_id=Insurer.objects.get().pk, older_than=at_last, by="zoe", at=at_last)

    gone = get(api, f"{check}explanation/", Accept="text/html")

    assert (gone.status_code, gone.json()["code"]) == (410, "facts_removed")
    assert made.digest
