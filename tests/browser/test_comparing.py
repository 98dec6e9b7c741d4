"""Comparing two editions and looking at a list's time, as Alice does it in a browser: by clicking, at a desk; at a telephone all of it fits."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Catalog
from tests.conftest import published, withdrawn
from tests.desk.test_compare import NEW, OLD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_alice_compares_two_editions_sends_the_address_on_and_drags_through_time(
    at_a_browser: Callable[..., Any], curators: None, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    published(catalog, OLD, label="2025", effective_from=date(2025, 1, 1), effective_to=date(2025, 12, 31))
    published(catalog, NEW, label="2026", effective_from=date(2026, 1, 1))
    withdrawn(published(catalog, OLD, label="2026-2", effective_from=date(2026, 3, 1)), reason="误发")

    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page: Page = alice.page
        page.click("nav >> text=对比")
        alice.picture("compare-empty")
        page.fill("input[name=left]", "CIDL@2025")
        page.fill("input[name=right]", "CIDL")
        page.fill("input[name=right_date]", "2026-02-01")
        page.click("form button:text-is('对比')")
        page.wait_for_selector("table.compared")
        expect(page.locator("table.compared >> text=90.00")).to_have_count(1)
        alice.picture("compare")
        page.click("nav.page-tabs >> text=只在右边")
        page.wait_for_selector("table.compared >> text=贝伐珠单抗")
        sent_on = page.url
        page.click("a:has-text('修订对照表')")
        page.wait_for_selector("h1:has-text('修订对照表')")
        alice.picture("compare-print")
        page.go_back()
        with page.expect_download() as download:
            page.click("a:has-text('XLSX')")
        assert download.value.suggested_filename.endswith(".xlsx")

        page.click(".told-sides >> text=时间 >> nth=0")
        page.wait_for_selector(".clock-slider")
        page.fill("input[name=date]", "2026-03-02")
        page.click("form[data-clocks] button")
        page.wait_for_selector("tr[aria-current] >> text=2026")
        expect(page.locator("tr:has-text('2026-2') >> text=非当时所知")).to_have_count(1)
        alice.picture("time")
        # Dragged with the keyboard: a day further, and the page is of that day.
        page.focus(".clock-slider >> nth=0")
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**date=2026-03-03**")
        page.click("a:has-text('与…对比')")
        page.wait_for_selector(".told-sides >> text=2026-03-03")

    with at_a_browser(390) as telephone:
        telephone.sign_in("bob")
        telephone.page.goto(sent_on.replace("kind=right", "kind=different"))
        telephone.page.wait_for_selector("table.compared >> text=90.00")
        telephone.picture("compare")
        telephone.page.click(".told-sides >> text=时间 >> nth=0")
        telephone.page.wait_for_selector(".clock-slider")
        telephone.picture("time")
