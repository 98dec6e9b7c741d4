"""Reviewing, publishing and withdrawing, as people walk it in a browser: by clicking, on a desk and on a telephone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog import clock, services
from catalog.models import Catalog, CatalogVersion, ReviewMark
from tests.browser.people import DESK, PHONE
from tests.conftest import imported, published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

HEADER = "entry_code,generic_name,dosage_form,icd10,indication,effective_to\n"
OLD = HEADER + "".join(f"E-{n},药品{n},片剂,C34,非小细胞肺癌,\n" for n in range(10, 40))
NEW = OLD.replace("E-10,药品10,片剂,C34,非小细胞肺癌,\n", "").replace(
    "E-11,药品11,片剂,C34,非小细胞肺癌", "E-11,药品11,片剂,C34.1,非小细胞肺癌（一线）"
)
NEW += "E-90,新药,注射剂,C34,非小细胞肺癌,2026-12-31\n"


@pytest.fixture
def waiting(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    """A draft that Alice has handed to the reviewers."""
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    published(catalog, OLD, label="2025")
    version = imported(catalog, NEW, label="2026", effective_from=date(2099, 1, 1)).version
    assert version is not None
    day = clock.china_today(clock.observe().known_at)
    other = make_catalog("HMB", name="城市惠民保特药清单", provenance="official")
    published(other, OLD, label="2026", effective_to=day + timedelta(days=20))
    published(other, OLD, label="2027", effective_from=day + timedelta(days=21))
    asked = imported(make_catalog("NEG", name="负面清单（征求意见稿）", kind="negative"), OLD, label="2027").version
    assert asked is not None
    services.submit_version(version=asked, by="alice", comments_until=day + timedelta(days=45))
    return services.request_review(version=version, by="alice", note="请核对新药的协议期。")


@pytest.mark.parametrize("width", [PHONE])
def test_bob_ticks_remarks_publishes_and_prints_the_sheet(
    at_a_browser: Callable[..., Any], curators: None, waiting: CatalogVersion, width: int
) -> None:
    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        alice.page.click("text=商业健康保险创新药品目录 2026 >> nth=0")
        expect(alice.page.locator("text=请由另一人发布")).not_to_have_count(0)
        expect(alice.page.locator("a:has-text('复核与发布')")).to_have_count(0)

    with at_a_browser(width) as bob:
        bob.sign_in("bob")
        page = bob.page
        bob.picture("today-with-a-review")
        page.click("section:has-text('待我处理') >> a:has-text('商业健康保险创新药品目录 2026') >> nth=0")
        expect(page.locator("text=已看 0/3")).to_have_count(1)
        expect(page.locator("text=请核对新药的协议期")).to_have_count(1)
        bob.picture("review")
        page.check(".drug-changes:has-text('药品10') input[name=seen]")
        page.fill(".drug-changes:has-text('药品11') input[name=remark]", "收窄是否有依据？")
        page.click("button:text-is('保存标记')")
        page.wait_for_selector("text=已看 1/3")
        page.click("nav.chips >> text=未看")
        expect(page.locator(".review-change")).to_have_count(2)
        page.click("nav.chips >> text=全部")
        remark = page.locator(".drug-changes:has-text('药品11') input[name=remark]")
        expect(remark).to_have_value("收窄是否有依据？")
        bob.picture("review-ticked")
        page.fill("#id_note", "按会议纪要发布")
        page.click("form button:text-is('发布')")
        page.wait_for_selector("h2:has-text('发布单')")
        for expected in (
            "alice",
            "bob",
            "按会议纪要发布",
            "收窄是否有依据？",
            CatalogVersion.objects.get(pk=waiting.pk).checksum,
        ):
            expect(page.locator(".sheet")).to_contain_text(expected)
        bob.picture("sheet")
        page.emulate_media(media="print")
        expect(page.locator("#nav-sidebar-inner")).to_be_hidden()
        expect(page.locator(".sheet")).to_be_visible()
        bob.picture("sheet-in-print")
        page.emulate_media(media="screen")
        with page.expect_download() as download:
            page.click("text=变更说明")
        assert download.value.suggested_filename == "CIDL-2026.md"

    assert ReviewMark.objects.filter(by="bob").count() == 2


@pytest.mark.parametrize("width", [DESK])
def test_a_withdrawal_is_asked_for_by_one_and_done_by_another(
    at_a_browser: Callable[..., Any], curators: None, make_catalog: Callable[..., Catalog], width: int
) -> None:
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    published(catalog, OLD, label="2025")
    version = published(catalog, NEW, label="2026", effective_from=date(2026, 7, 1))

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalogversion/{version.pk}/change/")
        page.click("a:has-text('申请撤回')")
        expect(page.locator("td:has-text('2025')")).to_have_count(1)
        alice.picture("withdrawal-asked")
        page.fill("#id_reason", "误发")
        page.click("button:has-text('申请撤回')")
        page.wait_for_selector("text=须由另一人撤回")

    with at_a_browser(width) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.click("section:has-text('待我处理') >> a:has-text('商业健康保险创新药品目录 2026') >> nth=0")
        expect(page.locator("text=误发")).not_to_have_count(0)
        bob.picture("withdrawal")
        page.click("button:has-text('撤回')")
        page.wait_for_selector("text=已撤回")

    version.refresh_from_db()
    assert (version.state, version.withdrawal_asked_by, version.withdrawn_by) == ("withdrawn", "alice", "bob")


def test_a_drug_is_found_by_pinyin_from_any_page(
    at_a_browser: Callable[..., Any], curators: None, make_catalog: Callable[..., Catalog]
) -> None:
    published(make_catalog("CIDL", name="商业健康保险创新药品目录"), HEADER + "E-1,奥希替尼,片剂,C34,肺癌,\n")

    with at_a_browser(1280) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.click("a:has-text('查找')")
        page.fill("input[name=q]", "aoxitini")
        page.press("input[name=q]", "Enter")
        page.wait_for_selector("a:has-text('奥希替尼')")
        bob.picture("find")
        page.keyboard.press("Control+k")
        page.type("#search-input-command", "axtn")
        page.wait_for_selector("#command-results-list a:has-text('奥希替尼')")
        bob.picture("palette")
