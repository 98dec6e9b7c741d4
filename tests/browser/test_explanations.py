"""The explanation of a check at a browser: from the check's page to the document that is printed, at a desk and on a telephone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE
from tests.claims.test_explaining import check

__all__ = ["check"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_a_check_is_explained_and_printed(check: str, at_a_browser: Any) -> None:
    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/claims/claimcheck/{check.split('/')[3]}/change/")
        page.click("a:has-text('给参保人的说明')")
        page.wait_for_selector("text=可以赔付 560.00 元")
        alice.picture("explanation-member")
        page.click("a:has-text('给理赔人员，英文')")
        page.wait_for_selector("text=DRUG_NOT_RECOGNISED")
        alice.picture("explanation-desk")
        page.emulate_media(media="print")
        expect(page.locator("nav")).to_be_hidden()
        page.emulate_media(media="screen")
        alice.turn(PHONE)
        alice.picture("explanation-narrow")
