"""The matrix, the page of a drug and the report by marks, as people of the office and of insurers see them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from catalog.drugs.base_names import drug_id
from catalog.models import Catalog, CatalogVersion
from insurers import services
from insurers.models import Insurer
from insurers.persons import bind_user
from tests.conftest import Api, published
from tests.curation.comparing.test_matrix_api import CIDL, HEADER, NEG, NRDL
from tests.desk.test_catalogs import curator, page, text_of

BEVA = drug_id("贝伐珠单抗")
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "base": {"catalog": "NRDL"},
    "negative_lists": [{"catalog": "NEG"}],
    "benefits": [
        {"code": "in", "name": "目录内", "scope": "base_listed", "ratio": "0.7"},
        {"code": "special", "name": "特药", "scope": "off_base", "ratio": "0.6", "catalogs": [{"catalog": "CIDL"}]},
        {"code": "pinned", "name": "旧特药", "ratio": "0.5", "catalogs": [{"catalog": "CIDL", "label": "gone"}]},
    ],
}


@pytest.fixture
def lists(make_catalog: Callable[..., Catalog]) -> dict[str, CatalogVersion]:
    return {
        "NRDL": published(make_catalog("NRDL", "base"), NRDL, names="plain"),
        "CIDL": published(make_catalog("CIDL"), CIDL),
        "NEG": published(make_catalog("NEG", "negative"), NEG),
    }


@pytest.fixture
def product(insurer: Insurer, lists: dict[str, CatalogVersion]) -> Any:
    made = services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    data = TERMS | {"benefits": TERMS["benefits"][:2]}  # type: ignore[index]
    version = services.create_product_version(product=made, data=data, by="ines")
    return services.publish_product_version(version=version, by="ivan")


def person_of(insurer: Insurer, name: str) -> Client:
    user = User.objects.create(username=name, is_staff=True)
    bind_user(user=user, insurer=insurer, by="sam")
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_shows_what_the_api_says_with_words_beside_the_colours(
    lists: dict[str, CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    alice = curator("alice")
    with django_assert_max_num_queries(23):  # three of them are savepoints of the test
        shown: Any = alice.get(reverse("desk:matrix"), {"catalogs": ["NRDL", "CIDL", "NEG"], "date": "2026-03-01"})
    rows = {row.drug: [cell.told for cell in cells] for row, _href, cells in shown.context["rows"]}

    assert rows["贝伐珠单抗"] == ["listed with restrictions", "listed with restrictions", "excluded"]
    assert rows["阿司匹林"] == ["listed", "not listed", "not listed"]
    assert "from level 2" in text_of(shown)
    level: Any = alice.get(reverse("desk:matrix"), {"catalogs": "NRDL,CIDL", "institution_level": "1"})
    assert "贝伐珠单抗" not in [row.drug for row, _href, _cells in level.context["rows"]]
    unknown: Any = alice.get(reverse("desk:matrix"), {"catalogs": "NONE"})
    assert "There is no list NONE." in text_of(unknown)
    assert alice.get(reverse("desk:matrix"), {"icd10": "C34;C35", "known_at": "bad", "date": "bad"}).status_code == 200


def test_an_insurers_user_sees_the_lists_it_may_and_its_own_products_alone(
    insurer: Insurer, other_insurer: Insurer, make_catalog: Callable[..., Catalog], product: Any
) -> None:
    published(make_catalog("PRIV", owner_id=insurer.pk, name="甲的秘密目录"), HEADER + "P1,秘密单抗,,,,,,,,,,\n")
    own, others = person_of(insurer, "ines"), person_of(other_insurer, "olga")

    assert "甲的秘密目录" in text_of(own.get(reverse("desk:matrix")))
    assert "甲的秘密目录" not in text_of(others.get(reverse("desk:matrix")))
    assert "没有目录 PRIV" in text_of(others.get(reverse("desk:matrix"), {"catalogs": "PRIV"}))
    address = page("catalog_drug_change", BEVA)
    assert "惠民保" in text_of(own.get(address))
    assert "惠民保" not in text_of(others.get(address))
    assert own.get(page("catalog_drug_change", drug_id("秘密单抗"))).status_code == 200
    assert others.get(page("catalog_drug_change", drug_id("秘密单抗"))).status_code == 403
    assert own.get(page("catalog_drug_changelist")).headers["Location"] == reverse("desk:matrix")
    # Links write the id as the admin does, with its underscore quoted.
    assert quote(BEVA) != BEVA and own.get(f"/admin/catalog/drug/{quote(BEVA)}/change/").status_code == 200


def test_the_page_of_a_drug_tells_all_of_it_on_the_day(
    product: Any, django_assert_max_num_queries: Any, api: Api, other_api: Api
) -> None:
    alice = curator("alice")
    with django_assert_max_num_queries(23):  # three of them are savepoints of the test
        shown: Any = alice.get(page("catalog_drug_change", BEVA), {"date": "2026-03-01"})
    text = text_of(shown)
    for told in ("安维汀", "肝细胞癌", "结直肠癌", "惠民保", "目录内", "特药", "NEG v1", "level 2"):
        assert told in text, told
    assert shown.context["picture"].rows
    before: Any = alice.get(page("catalog_drug_change", BEVA), {"date": "2025-12-31"})
    assert "No catalog in force on this day lists it." in text_of(before)

    paid = api.get(f"/drugs/{BEVA}/paid-by/", {"date": "2026-03-01"}).json()["results"]
    assert [one["product"] for one in paid] == ["HMB"]
    assert [(b["code"], [t["catalog"] for t in b["lists"]]) for b in paid[0]["benefits"]] == [
        ("in", ["NRDL"]),
        ("special", ["CIDL"]),
    ]
    assert [one["catalog"] for one in paid[0]["excluded_by"]] == ["NEG"]
    assert other_api.get(f"/drugs/{BEVA}/paid-by/", {"date": "2026-03-01"}).json()["results"] == []
    assert api.get(f"/drugs/{BEVA}/paid-by/", {"date": "2025-12-31"}).json()["results"] == []


def test_a_number_of_the_report_is_how_many_drugs_its_link_lists(lists: dict[str, CatalogVersion], api: Api) -> None:
    alice = curator("alice")
    shown: Any = alice.get(reverse("desk:marks"), {"catalogs": "NRDL,CIDL", "date": "2026-03-01"})
    counted = 0
    for _title, rows in shown.context["report"].parts:
        for row in rows:
            for count, href, _code in row.numbers:
                if count:
                    counted += 1
                    assert alice.get(href).context["cl"].result_count == count, row.name
    assert counted
    facets = text_of(alice.get(page("catalog_drug_changelist"), {"_facets": "True", "date": "2026-03-01"}))
    for code in ("NRDL", "CIDL"):
        listed: Any = alice.get(page("catalog_drug_changelist"), {"catalog": code, "date": "2026-03-01"})
        assert re.search(rf"{code}[^(]*\({listed.context['cl'].result_count}\)", facets), code
    query = {"mark": "negotiated", "catalog": "NRDL", "date": "2026-03-01"}
    assert [one["base_name"] for one in api.get("/drugs/", query).json()["results"]] == ["奥希替尼"]
    assert api.get("/drugs/", query | {"date": "2026-07-01"}).json()["count"] == 0
    assert api.get("/drugs/", query | {"catalog": "NONE"}).status_code == 404
    assert api.get("/drugs/", {"mark": "nonsense"}).status_code == 400
