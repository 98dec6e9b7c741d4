"""A series drafted from the market, by clicking: a list unticked, the cut moved while it is typed, a pin with its reason, the draft made and its evidence read."""

from collections.abc import Callable
from typing import Any

import pytest

from catalog.models import Catalog, CatalogVersion
from tests.browser.people import PHONE
from tests.curation.market.conftest import make_list, seed_lists, series

__all__ = ["make_list", "seed_lists", "series"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_alice_drafts_a_series_by_frequency(
    at_a_browser: Callable[..., Any], seed_lists: None, series: Catalog, waiting_worker: Callable[[], None]
) -> None:
    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("nav >> text=按频次起草")
        page.click("tr:has-text('A-DEMO') >> text=按频次起草")
        page.uncheck("tr:has-text('REF-DEMO-GS') input[type=checkbox]")
        page.fill("input[name=day]", "2026-01-01")
        page.click("button:has-text('显示当日清单')")
        page.wait_for_selector("h3:has-text('7/31')")
        page.click("button:has-text('全选')")
        page.wait_for_selector("h3:has-text('8/31')")
        alice.picture("market-lists")
        page.click("button:has-text('统计所选清单')")

        # The cut is drawn anew while it is typed, without the button.
        page.fill("#id_min_products", "5")
        page.wait_for_selector(".market-kept:has-text('14 /')")
        page.fill("#id_min_products", "4")
        page.wait_for_selector(".market-kept:has-text('21 /')")
        assert "min_products=4" in page.url
        alice.picture("market-cut")
        row = "#rows tr:has-text('多奈单抗注射液')"
        page.click(f"{row} >> summary")
        page.fill(f"{row} >> input[name=reason]", "专家不同意")
        page.click(f"{row} >> button:has-text('指定')")
        page.wait_for_selector(".market-kept:has-text('20 /')")
        page.fill("#id_label", "2026")
        page.click("button:has-text('生成草稿')")
        page.wait_for_selector("[data-progress]")
        waiting_worker()
        page.wait_for_selector("text=已按频次起草", timeout=30_000)
        alice.picture("market-drafted")
        page.click(".note-good a")
        page.click("nav.page-tabs >> text=条目")
        page.click("table.entries tbody a >> nth=0")
        page.wait_for_selector("text=入选依据")
        alice.picture("market-evidence")
        drafted = CatalogVersion.objects.get(catalog=series)
        assert (drafted.entry_count, drafted.created_by) == (20, "alice")

        # On a telephone.
        alice.turn(PHONE)
        alice.picture("market-evidence")
        page.goto(f"{alice.home}/admin/catalog/catalog/{series.pk}/market/")
        alice.picture("market-lists")
        page.goto(f"{alice.home}/admin/catalog/catalog/{series.pk}/market/cut/?min_products=4&min_key=2")
        alice.picture("market-cut")
