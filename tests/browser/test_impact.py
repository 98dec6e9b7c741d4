"""A draft's impact at a browser: asked, followed while a worker tries it, read; the reviewer finds it in the review."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Catalog, CatalogVersion
from tests.claims.test_checks import cidl, hmb
from tests.conftest import Api
from tests.curation.impact.conftest import _nothing_kept_of_a_run
from tests.curation.impact.test_runs import decided, draft

__all__ = ["_nothing_kept_of_a_run", "cidl", "decided", "draft", "hmb"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]


def test_a_draft_is_tried_before_it_is_published(
    api: Api,
    cidl: Catalog,
    decided: str,
    draft: CatalogVersion,
    waiting_worker: Callable[[], None],
    at_a_browser: Callable[..., Any],
) -> None:
    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalogversion/{draft.pk}/change/")
        page.click("a:has-text('影响试算') >> visible=true >> nth=-1")
        page.fill("#id_first_day", "2026-01-01")
        page.fill("#id_last_day", "2026-12-31")
        alice.picture("impact-form")
        page.click("button:has-text('开始试算')")
        page.wait_for_selector("[data-progress]")
        waiting_worker()
        page.wait_for_selector("text=3 行中有 2 行结论不同", timeout=30_000)
        expect(page.locator("figure svg")).to_have_count(2)
        alice.picture("impact")

    with at_a_browser(390) as bob:
        bob.sign_in("bob")
        bob.page.goto(f"{bob.home}/admin/catalog/catalogversion/{draft.pk}/publish/")
        bob.page.click("a:has-text('3 行中有 2 行结论不同')")
        bob.page.wait_for_selector("text=-1,050.00")
        bob.picture("impact-narrow")
