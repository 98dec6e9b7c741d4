"""A golden case at a browser: agreed on in a form, flipped by a draft, which is published once somebody has said why."""

from pathlib import Path
from typing import Any

import pytest

from catalog.models import Catalog, CatalogVersion
from curation.models import GoldenCase
from tests.claims.test_checks import cidl, hmb
from tests.curation.golden.test_publishing import draft

__all__ = ["cidl", "draft", "hmb"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_a_flipped_case_is_acknowledged_before_the_draft_is_published(
    hmb: str, cidl: Catalog, draft: CatalogVersion, at_a_browser: Any, pictures: Path
) -> None:
    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("nav a:has-text('验证用例')")
        page.click("a:has-text('新建验证用例')")
        page.fill("#id_name", "仑卡奈单抗可赔")
        page.fill("#id_product", "HMB")
        page.fill("#id_service_date", "2026-03-14")
        page.fill("#id_diagnoses", "G30.9")
        page.fill("#id_line0-generic_name", "仑卡奈单抗注射液")
        page.fill("#id_line0-quantity", "1")
        page.fill("#id_line0-amount", "100.00")
        page.select_option("#id_line0-outcome", "eligible")
        alice.picture("golden-form")
        page.click("button:has-text('保存用例')")
        page.wait_for_selector("text=与预期一致")
        alice.picture("golden-case")

    with at_a_browser(390) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.goto(f"{bob.home}/admin/catalog/catalogversion/{draft.pk}/golden/")
        page.wait_for_selector("text=有 1 个用例结论不同")
        bob.picture("golden-tab-narrow")
        page.goto(f"{bob.home}/admin/catalog/catalogversion/{draft.pk}/publish/")
        page.fill("#id_confirm", "1")
        page.click("#decide button:has-text('发布')")
        page.wait_for_selector("[role=alert]:has-text('仑卡奈单抗可赔')")
        bob.was_refused(409)
        page.fill("textarea[name^=case-]", "2027年版不再列入")
        bob.picture("golden-reason-narrow")
        page.click("#decide button:has-text('发布')")
        page.wait_for_selector("text=已发布")
    assert GoldenCase.objects.get().expect == {"lines": [{"outcome": "ineligible"}]}
