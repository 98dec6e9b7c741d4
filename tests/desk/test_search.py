"""A curator's page and the API search alike: by brand, pinyin, maker, code and diagnosis; a page finds an indication too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from catalog.models import Catalog, CatalogVersion, Drug
from tests.conftest import Api, published
from tests.desk.test_catalogs import curator, page

LIST = """entry_code,generic_name,brand_name,manufacturer,icd10,indication
E-1,甲磺酸奥希替尼片,泰瑞沙,阿斯利康,C34,非小细胞肺癌
E-2,阿昔替尼片,英立达,辉瑞,C64,肾细胞癌
E-3,仑卡奈单抗注射液,乐意保,卫材,G30,阿尔茨海默病
"""


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    return published(make_catalog("COM"), LIST)


@pytest.fixture
def alice(db: None) -> Client:
    return curator("alice")


QUERIES: list[tuple[str, list[str]]] = [
    ("泰瑞", ["E-1"]),
    ("axtn", ["E-1", "E-2"]),
    ("卫材", ["E-3"]),
    ("E-2", ["E-2"]),
    ("C34.1", ["E-1"]),
    ("G30", ["E-3"]),
    ("C35", []),
    ("没有", []),
]


@pytest.mark.parametrize(("wanted", "codes"), QUERIES)
def test_a_page_of_entries_finds_what_the_api_finds(
    alice: Client, api: Api, version: CatalogVersion, wanted: str, codes: list[str]
) -> None:
    shown: Any = alice.get(page("catalog_catalogversion_entries", version.pk), {"q": wanted})
    found = api.get("/catalogs/COM/versions/v1/entries/", {"q": wanted}).json()["results"]

    assert [entry.entry_code for entry in shown.context["entries"]] == codes
    assert sorted(entry["entry_code"] for entry in found) == codes


def test_a_page_of_entries_finds_an_indication_too(alice: Client, version: CatalogVersion) -> None:
    shown: Any = alice.get(page("catalog_catalogversion_entries", version.pk), {"q": "阿尔茨海默"})

    assert [entry.entry_code for entry in shown.context["entries"]] == ["E-3"]


@pytest.mark.parametrize(("wanted", "name"), [("奥希", "奥希替尼"), ("lkndk", "仑卡奈单抗"), ("没有", None)])
def test_the_list_of_drugs_finds_what_the_api_finds(
    alice: Client, api: Api, version: CatalogVersion, wanted: str, name: str | None
) -> None:
    shown: Any = alice.get(page("catalog_drug_changelist"), {"q": wanted})
    found = [drug["base_name"] for drug in api.get("/drugs/", {"q": wanted}).json()["results"]]

    listed = [drug.base_name for drug in shown.context["cl"].result_list]
    assert listed == sorted(found)
    assert bool(listed) == (name is not None)
    assert Drug.objects.count() == 3


def test_find_offers_the_names_near_to_a_mistyped_one(alice: Client, version: CatalogVersion) -> None:
    shown: Any = alice.get("/admin/find/", {"q": "仑卡奈单坑"})

    assert [one.title for one in shown.context["near"]] == ["仑卡奈单抗注射液"]
    assert alice.get("/admin/find/", {"q": "仑卡奈"}).context["near"] == []
