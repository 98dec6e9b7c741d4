"""The report page: who sees which figures, in few statements, with their numbers and as a workbook; pictures where things are."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from catalog.models import Catalog
from claims.models import ClaimCheck
from desk.reports import TABS
from desk.roles import AUDITOR, EDITOR, REVIEWER
from insurers import services as insurers
from insurers.models import Insurer
from tests.conftest import published
from tests.desk.insurer_pages.conftest import working_for
from tests.desk.test_catalogs import page, text_of
from tests.desk.test_workbench import member

pytestmark = pytest.mark.django_db

LIST = "entry_code,generic_name,class_code,icd10\n"
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "base": {"catalog": "NRDL"},
    "benefits": [{"code": "b", "ratio": "0.5", "catalogs": [{"catalog": "COM"}]}],
}
LUNG = LIST + "E-1,奥希替尼片,XL01EB,C34\nE-2,伏美替尼片,XL01EB,C34\n"


@pytest.fixture
def world(make_catalog: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer) -> Catalog:
    """Three lists, one with two editions and one A's own; a check of A's and one of B's."""
    nrdl = make_catalog("NRDL", kind="base", name="医保目录甲")
    published(nrdl, LUNG, label="2025", effective_from=date(2025, 1, 1))
    published(nrdl, LUNG + "E-3,阿司匹林片,XB01,I20\n", label="2026")
    published(make_catalog("COM", name="商保<目录>"), LIST + "E-1,奥希替尼片,XL01EB,C34\n")
    published(make_catalog("PRIV", name="甲的私有目录", owner_id=insurer.pk), LUNG)
    for who in (insurer, other_insurer):
        product = insurers.create_product(insurer_id=who.pk, code="P", name=f"{who.name}的产品", by="ines")
        version = insurers.create_product_version(product=product, data=TERMS, by="ines")
        insurers.publish_product_version(version=version, by="ivan")
        at = timezone.now()
        ClaimCheck.objects.create(
            insurer=who, product=product, known_at=at, outcome="review", outcomes=["review"], rules_version="1", digest="0" * 64,
            totals={"amount": "10.00", "claimable": "9.00", "payable": "8.00"}, decided_by="key:x", decided_at=at,
        )  # fmt: skip
    return nrdl


def report(client: Any, tab: str, **query: str) -> Any:
    return client.get(reverse("desk:reports"), {"tab": tab, **query})


def tabs(client: Any) -> list[str]:
    return [one[0] for one in client.get(reverse("desk:reports")).context["tabs"]]


def told(response: Any, title: str) -> list[tuple[str, ...]]:
    (picture,) = [one for one in response.context["report"].pictures if one.title == title]
    return list(picture.told)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", [EDITOR, REVIEWER, AUDITOR])
def test_each_report_takes_few_statements_and_shows_no_picture_without_its_numbers(
    world: Catalog, django_assert_max_num_queries: Any, tab: str, role: str
) -> None:
    client = member("somebody", role)
    with django_assert_max_num_queries(20):
        response = report(client, tab)
    content = response.content.decode()
    pictures = response.context["report"].pictures
    assert response.status_code == 200
    assert content.count('<svg xmlns="http://www.w3.org/2000/svg" class="picture') == len(pictures) > 0
    assert content.count('class="picture-numbers"') == len([one for one in pictures if one.rows])
    assert any(one.rows for one in pictures)
    assert " style=" not in content and "商保<目录>" not in content


def test_figures_of_claims_are_the_auditors(world: Catalog) -> None:
    auditor, editor = member("audrey", AUDITOR), member("erin", EDITOR)
    assert [one.title for one in report(editor, "weeks").context["report"].pictures] == [
        "Imports by week",
        "Problems in imports",
    ]
    assert told(report(auditor, "weeks"), "Outcomes of checks")[-1][1:] == ("2",)
    assert told(report(auditor, "products"), "Checks by product") == [
        ("乙保险 · 乙保险的产品", "1"),
        ("甲保险 · 甲保险的产品", "1"),
    ]
    assert "Checks by product" not in report(editor, "products").content.decode()


def test_an_insurers_user_sees_shared_lists_and_figures_of_its_own(
    world: Catalog, insurer: Insurer, other_insurer: Insurer
) -> None:
    ines, bea = working_for(insurer, "ines"), working_for(other_insurer, "bea")
    for who, sees in ((ines, True), (bea, False)):
        assert tabs(who) == ["lists", "products", "classes", "weeks"]
        for tab in TABS:
            assert ("甲的私有目录" in report(who, tab).content.decode()) == (sees and tab in {"lists", "classes"}), tab
        assert told(report(who, "weeks"), "单笔审核结果")[-1][1:] == ("1",)
        assert "每周导入" not in report(who, "weeks").content.decode()
    assert told(report(bea, "products"), "各产品审核件数") == [("乙保险的产品", "1")]
    assert "甲保险" not in report(bea, "products").content.decode()
    # Asking for another's list by its code finds nothing of it.
    assert "甲的私有目录" not in report(bea, "lists", list="PRIV").content.decode()


def test_who_may_see_nothing_has_no_reports(world: Catalog) -> None:
    assert report(member("adam", "系统管理"), "lists").status_code == 403
    assert report(member("erin", EDITOR), "nothing").status_code == 403


def test_a_report_is_of_a_day_and_of_the_lists_that_are_chosen(world: Catalog) -> None:
    client = member("erin", EDITOR)
    assert told(report(client, "lists", date="2025-06-01"), "Size of the lists in force") == [("医保目录甲", "2")]
    assert told(report(client, "lists", date="not a day"), "Size of the lists in force")[0] == ("医保目录甲", "3")
    assert report(client, "weeks", date="0001-01-01").status_code == 200
    overlap = told(report(client, "lists", list="COM"), "Overlap of lists, by drug")
    assert overlap == [("only 商保<目录>", "1"), ("商保<目录>, all", "1")]
    changes = told(report(client, "classes", list="NRDL"), "Changes by class: 医保目录甲 2026")
    assert [row[1:] for row in changes] == [("1",)]


def test_a_report_is_sent_as_a_workbook_with_the_same_numbers(world: Catalog) -> None:
    client = member("erin", EDITOR)
    pictures = report(client, "lists").context["report"].pictures
    answer = report(client, "lists", format="xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(book.worksheets) == len(pictures)
    for sheet, picture in zip(book.worksheets, pictures, strict=True):
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0][0] == picture.title
        assert [tuple(cell or "" for cell in row) for row in rows[4:]] == list(picture.told)


def test_pictures_stand_on_the_workbench_and_on_the_pages_of_lists_and_versions(world: Catalog) -> None:
    client: Client = member("audrey", AUDITOR)
    today = client.get(page("index"))
    assert [one.title for one in today.context["pictures"]] == [
        "Series and disease areas", "Imports by week", "Outcomes of checks", "Money of checks (CNY)",
    ]  # fmt: skip
    assert "All reports" in text_of(today)
    catalog = client.get(page("catalog_catalog_change", world.pk))
    assert [one.title for one in catalog.context["pictures"]] == [
        "Size over the editions",
        "Changes from edition to edition",
    ]
    version = world.versions.get(label="2026")
    shown = client.get(page("catalog_catalogversion_change", version.pk)).context["pictures"]
    assert [one.title for one in shown] == ["Entries by drug class", "Entries by disease area", "Changes by class"]
    assert [row[1] for row in shown[0].told] == ["2", "1"]
