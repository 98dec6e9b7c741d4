"""Looking across lists by clicking: the matrix by lists, day and filters, a drug's page on another day, and from a number of the report to its drugs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Catalog
from tests.browser.people import PHONE
from tests.conftest import published
from tests.curation.comparing.test_matrix_api import CIDL, NEG, NRDL

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_alice_looks_across_lists(at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog]) -> None:
    published(make_catalog("NRDL", "base", name="国家医保目录"), NRDL, names="plain")
    published(make_catalog("CIDL", name="商保创新药目录"), CIDL)
    published(make_catalog("NEG", "negative", name="负面清单"), NEG)

    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("text=矩阵")
        page.fill("#clock-date", "2026-03-01")
        page.click("form button:has-text('查看')")
        page.wait_for_selector("text=5 种药品")
        alice.picture("matrix")
        row = page.locator("table.matrix tr:has-text('贝伐珠单抗')")
        expect(row.locator("td >> text=限制列入")).to_have_count(2)
        expect(row.locator("td >> text=排除")).to_have_count(1)

        page.click("details.choose summary")
        page.uncheck("input[name=catalogs][value=NEG]")
        page.select_option("#filter_institution_level", "2")
        page.fill("#filter_class_code", "XL")
        page.click("form button:has-text('查看')")
        page.wait_for_selector("text=2 种药品")
        expect(page.locator("table.matrix thead th")).to_have_count(3)

        page.click("table.matrix >> text=奥希替尼")
        page.wait_for_selector("text=收录情况： 2026-03-01")
        alice.picture("drug")
        page.fill(".clocks input[name=date]", "2026-07-01")
        page.click(".clocks button:has-text('查看')")
        page.wait_for_selector("text=该日生效的目录均未收录")

        page.click("text=药品标记与上市")
        page.fill("#clock-date", "2026-03-01")
        page.click("form button:has-text('查看')")
        alice.picture("marks")
        page.click("tr:has-text('国家谈判药品') a")
        page.wait_for_selector("#result_list")
        expect(page.locator("#result_list tbody tr")).to_have_count(1)

        alice.turn(PHONE)
        for name in ("matrix", "marks"):
            page.goto(f"{alice.home}/admin/{name}/?date=2026-03-01")
            alice.picture(f"{name}-narrow")
