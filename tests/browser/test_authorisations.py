"""A prior authorisation at a browser: found in the queue, papers asked for and noted, approved for a quantity, and seen to be used."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import PriorAuthorisation
from insurers.models import Insurer
from tests.claims.authorisations.conftest import asked, claim, hmb, reasons
from tests.conftest import Api

__all__ = ["hmb"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("insurers_people"),
]


def test_a_case_goes_from_the_queue_to_its_use(hmb: Api, insurer: Insurer, at_a_browser: Callable[..., Any]) -> None:
    waiting = asked(hmb, evidence={}, urgent=True)
    assert waiting["state"] == "in_review"

    with at_a_browser(1280) as ines:
        ines.sign_in("ines")
        page = ines.page
        ines.menu("事前授权")
        page.wait_for_selector("text=剩 71 小时")
        ines.picture("authorisations")
        page.click("a:has-text('申请事前授权')")
        ines.picture("authorisation-ask")
        page.go_back()
        page.click(f"a:has-text('{waiting['no']}')")
        page.click("a:has-text('要求补充材料')")
        page.fill("#id_names", "PET检查报告\n病历摘要")
        page.click("button:has-text('要求补充材料')")
        page.wait_for_selector("text=计时暂停")
        page.click("a:has-text('材料已到')")
        page.check("label:has-text('PET检查报告')")
        page.check("label:has-text('病历摘要')")
        page.click("button:has-text('登记')")
        page.wait_for_selector("text=材料已登记")
        page.click("a[href$='/decide/']")
        page.check("label:has-text('同意') >> nth=0")
        page.fill("#id_quantity", "3")
        ines.picture("authorisation-decide")
        page.click("button:has-text('决定')")
        page.wait_for_selector("text=已批准")
        ines.picture("authorisation")
        page.click("text=打印空白问卷")
        page.wait_for_selector("text=目录要求")
        ines.picture("questionnaire")

    row = PriorAuthorisation.objects.get()
    assert (row.state, row.quantity) == ("approved", 3)
    used = claim(row.no, "C-1", quantity="2")
    assert reasons(hmb.post("/claims/checks/", used)) == []

    with at_a_browser(390) as ines:
        ines.sign_in("ines")
        page = ines.page
        page.goto(f"{ines.home}/admin/claims/priorauthorisation/{row.pk}/change/")
        page.wait_for_selector("text=已使用")
        expect(page.locator("dt:has-text('剩余数量') + dd")).to_have_text("1")
        expect(page.locator("td:has-text('未答')")).to_have_count(1)
        ines.picture("authorisation-narrow")
        page.click("text=打印空白问卷")
        page.wait_for_selector("text=目录要求")
        ines.picture("questionnaire-narrow")
        page.goto(f"{ines.home}/admin/claims/priorauthorisation/")
        ines.picture("authorisations-narrow")
