"""ICD-10 names stand beside codes, and listed rare diseases beside entries, wherever curators read them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from catalog.models import Catalog, CatalogVersion, Drug, ImportProblem
from tests.conftest import imported, published
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

ROWS = (
    "entry_code,generic_name,icd10,criteria,restriction,rare_disease\n"
    "E-1,注射用维拉苷酶β,E75.2,GD_TYPE1=I型,戈谢病,Y\n"
    "E-2,奥希替尼片,C34;C18-C20;Q999,EGFR=突变,,\n"
    "E-3,某罕见病药片,E88,,某罕见病,Y\n"
)


@pytest.fixture
def alice() -> Client:
    return curator("alice")


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    return published(make_catalog("PUB", provenance="hand_coded"), ROWS)


def test_the_entries_of_a_version_name_their_codes_and_rare_diseases(alice: Client, version: CatalogVersion) -> None:
    shown = text_of(alice.get(page("catalog_catalogversion_entries", version.pk), headers={"accept-language": "zh-CN"}))

    assert "C34 支气管和肺恶性肿瘤；C18-C20 结肠恶性肿瘤至直肠恶性肿瘤；Q999 其他染色体异常" in shown
    assert "罕见病 戈谢病 (第一批, 31)" in shown
    assert shown.count("罕见病") >= 3 and "E88 " in shown  # a flag that no rule explains is shown as well


@pytest.mark.parametrize(
    ("language", "told"), [("zh-CN", "戈谢病 (第一批, 31)"), ("en", "Gaucher&#x27;s Disease (first national list, 31)")]
)
def test_an_entry_is_shown_with_its_rare_disease(
    alice: Client, version: CatalogVersion, language: str, told: str
) -> None:
    entry = version.entries.get(entry_code="E-1")

    shown = text_of(
        alice.get(page("catalog_catalogversion_entry", version.pk, entry.pk), headers={"accept-language": language})
    )

    assert "E75.2 (神经)鞘脂类代谢紊乱和其他脂贮积疾患" in shown
    assert told in shown


def test_a_drug_is_shown_with_the_names_of_what_it_is_listed_for(alice: Client, version: CatalogVersion) -> None:
    drug = Drug.objects.get(base_name__contains="维拉苷酶")

    shown = text_of(alice.get(page("catalog_drug_change", drug.pk), {"date": "2026-03-14"}))

    assert "E75.2 (神经)鞘脂类代谢紊乱和其他脂贮积疾患" in shown
    assert "rare disease Gaucher&#x27;s Disease (first national list, 31)" in shown


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("icd10", "C34.1；B99X?", "C34.1 支气管和肺恶性肿瘤"),
        ("icd10", "肺癌", ""),
        ("generic_name", "C34", ""),
    ],
)
def test_a_problem_with_codes_is_shown_with_their_names(
    alice: Client, make_catalog: Callable[..., Catalog], column: str, value: str, named: str
) -> None:
    run = imported(make_catalog(), "entry_code,generic_name\nE-1,\n")
    ImportProblem.objects.create(
        run=run, severity="error", row=2, column=column, value=value, code="BAD_CODE", message_zh="坏", message_en="bad"
    )

    shown = text_of(alice.get(page("catalog_importrun_change", run.pk)))

    assert value in shown
    assert ("支气管和肺恶性肿瘤" in shown) == bool(named) and named in shown


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("catalog_diseasename_changelist", {"q": "G30"}, "阿尔茨海默病"),
        ("catalog_diseasename_changelist", {"q": "Z21"}, "无症状的HIV感染状态"),
        ("catalog_raredisease_changelist", {"q": "多发性硬化"}, "G35"),
        ("catalog_raredisease_changelist", {"list_no": "2"}, "软骨发育不全"),
    ],
)
def test_the_vocabularies_of_diseases_are_listed(alice: Client, name: str, query: dict[str, Any], told: str) -> None:
    assert told in text_of(alice.get(page(name), query))
