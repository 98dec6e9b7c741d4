"""An insurer's user looks at what changes at the turn of the year, and settles a check that would be answered otherwise now."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Catalog
from common import tenancy
from tests.browser.people import DESK, PHONE
from tests.claims.test_checks import cidl, hmb
from tests.conftest import Api, published
from tests.curation.corrections.test_corrections import SHORTER, checked
from tests.curation.upcoming.test_upcoming import HEADER, turn_of_the_year

__all__ = ["cidl", "hmb"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("insurers_people"),
]

NEXT = HEADER + "C-2,多奈单抗注射液,,XN06DX,,G30,50,,\n"
BASE = HEADER + "1,仑卡奈单抗注射液,,XN06DX,乙类,G30,,,\n"


def test_ines_sees_what_is_coming_and_settles_a_check(
    at_a_browser: Callable[..., Any], api: Api, hmb: str, cidl: Catalog, make_catalog: Callable[..., Catalog]
) -> None:
    turn = turn_of_the_year()
    checked(api, "LP-2026-1")
    checked(api, "LP-2026-2")
    published(make_catalog("NRDL", "base", name="国家医保药品目录"), BASE, label="next", effective_from=turn)
    published(cidl, NEXT, label="next", effective_from=turn)

    with at_a_browser(DESK) as ines:
        ines.sign_in("ines")
        page = ines.page
        page.click("nav >> text=某日变化 >> nth=0")
        page.wait_for_selector("text=在目录之间转移的药品")
        expect(page.locator("td[data-label='转入'] >> text=NRDL")).to_have_count(1)
        ines.picture("upcoming-day")
        page.click("a[aria-label^='CIDL']")
        page.wait_for_selector("text=列入方式变化")
        ines.picture("upcoming-list")

        with tenancy.acting_for(tenancy.OFFICE):
            published(cidl, SHORTER, label="2026")
        page.click("nav >> text=更正 >> nth=0")
        page.wait_for_selector("text=LP-2026-1")
        ines.picture("corrections")
        page.click("button[aria-label='将 LP-2026-1 标记为已处理']")
        page.wait_for_selector("text=LP-2026-1 已标记为已处理。")
        page.click("nav.chips >> text=未处理")
        expect(page.locator("table >> text=LP-2026-1")).to_have_count(0)
        expect(page.locator("table >> text=LP-2026-2")).to_have_count(1)
        page.click("nav.chips >> text=已处理 >> nth=0")
        ines.turn(PHONE)
        for name in ("corrections", "upcoming"):
            page.goto(f"{ines.home}/admin/{name}/")
            ines.picture(f"{name}-phone")
