"""An insurer's people at a browser: a product by form and its second person, a comment in a consultation, a batch from upload to results."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalog import moves
from catalog.models import Catalog, Comment
from claims.models import ClaimBatch
from insurers.models import Insurer, ProductVersion
from tests.browser.people import DESK, PHONE
from tests.claims.batches.conftest import HEADER, TABLET, make_product
from tests.conftest import imported, published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("insurers_people"),
]

LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\nE-2,阿司匹林片,I10\n"


@pytest.mark.parametrize("width", [DESK])
def test_a_product_is_written_mended_and_published_by_two(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], width: int
) -> None:
    published(make_catalog("NRDL", "base", name="国家医保目录"), LIST, label="2025")
    published(make_catalog("CIDL", name="商保创新药目录"), LIST, label="2025")

    with at_a_browser(width, allowed=400) as ines:
        ines.sign_in("ines")
        page = ines.page
        ines.menu("保险产品")
        page.click("a[href$='/product/add/'] >> visible=true")
        page.fill("#id_code", "HMB")
        page.fill("#id_name", "某市惠民保")
        page.click("button:has-text('新建')")
        ines.picture("product")
        page.click("text=编写新版本")
        page.fill("#id_label", "2026")
        page.fill("#id_effective_from", "2026-01-01")
        page.fill("#id_effective_to", "2026-12-31")
        page.select_option("#id_base", "NRDL")
        page.fill("#id_annual_limit", "3,000,000")
        page.fill("#id_deductibles-0-group", "住院")
        page.fill("#id_deductibles-0-amount", "10000")
        page.fill("#id_benefits-0-name", "特定药品")
        page.fill("#id_benefits-0-code", "special")
        page.select_option("#id_benefits-0-scope", "off_base")
        page.select_option("#id_benefits-0-catalogs-0", "CIDL@2025")
        page.fill("#id_benefits-0-ratio", "180")
        page.click("button[value=keep] >> nth=0")
        page.wait_for_selector("text=请写 0 至 100 之间的百分数")
        ines.picture("terms-with-a-fault")
        page.fill("#id_benefits-0-ratio", "80")
        page.select_option("#id_benefits-0-deductible_group", "住院")
        page.click("button[value=preview] >> nth=0")
        page.wait_for_selector("text=这些条款没有问题")
        told = "凡列于 CIDL（固定 2025 版），扣除「住院」年度免赔额 10,000.00 元后，按 80% 赔付"
        expect(page.locator("[data-live]")).to_contain_text(told)
        ines.picture("terms")
        page.fill("#id_benefits-0-ratio", "75")
        page.press("#id_benefits-0-ratio", "Tab")
        page.wait_for_selector("[data-live]:has-text('按 75% 赔付')")  # told anew without a button
        page.click("button:has-text('添加责任')")
        page.wait_for_selector("#id_benefits-1-code")
        page.click("text=删除责任 2")
        page.wait_for_selector("#id_benefits-1-code", state="detached")
        page.click("button[value=keep] >> nth=0")
        page.wait_for_selector("text=已存为草稿")
        page.click("a:has-text('提交复核')")
        page.click("form button:has-text('提交复核')")
        page.wait_for_selector("text=待另一人复核")
        expect(page.locator("a:has-text('发布')")).to_have_count(0)
        ines.picture("version-of-ines")

    with at_a_browser(width) as ivan:
        ivan.sign_in("ivan")
        page = ivan.page
        ivan.menu("产品版本")
        page.click("text=HMB 2026")
        page.click("a:has-text('发布')")
        ivan.picture("publish")
        page.click("form button:has-text('发布')")
        page.wait_for_selector("text=已发布")
        ivan.picture("version")

    version = ProductVersion.objects.get()
    assert (version.created_by, version.published_by) == ("ines", "ivan")
    assert version.terms["benefits"][0]["ratio"] == "0.7500"


@pytest.mark.parametrize("width", [PHONE])
def test_a_comment_is_made_where_the_entry_stands(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], width: int
) -> None:
    draft = imported(make_catalog("CIDL", name="商保创新药目录"), LIST, label="2026").version
    assert draft is not None
    until = timezone.now().date() + timedelta(days=9)
    moves.submit_version(version=draft, by="alice", comments_until=until)

    with at_a_browser(width) as ines:
        ines.sign_in("ines")
        page = ines.page
        ines.menu("征求意见")
        ines.picture("consultations")
        page.click("text=商保创新药目录 2026")
        page.fill("input[name=q]", "奥希替尼")
        page.press("input[name=q]", "Enter")
        page.wait_for_url("**q=*")
        page.click("[aria-label='对 奥希替尼片 提意见']")
        page.check("input[value=oppose]")
        page.fill("#id_text", "价格过高，建议谈判后纳入")
        ines.picture("comment")
        page.click("form button:has-text('提意见')")
        page.wait_for_selector("text=意见已提交")
        ines.picture("consultation")

    assert Comment.objects.get().entry_code == "E-1"


@pytest.mark.parametrize("width", [DESK])
def test_claims_are_uploaded_and_their_results_downloaded(
    at_a_browser: Callable[..., Any],
    make_catalog: Callable[..., Catalog],
    insurer: Insurer,
    waiting_worker: Callable[[], None],
    tmp_path: Path,
    width: int,
) -> None:
    published(make_catalog("NRDL", "base", name="国家医保目录"), LIST, label="2025")
    published(make_catalog("COM", name="商保目录"), LIST, label="2025")
    make_product(insurer)
    file = tmp_path / "三月理赔.csv"
    file.write_text(f"{HEADER}C-1,M-1,1,2026-03-01,{TABLET},2100.00\n", encoding="utf-8")

    with at_a_browser(width) as ines:
        ines.sign_in("ines")
        page = ines.page
        ines.menu("批量审核")
        page.click("a[href$='/claimbatch/add/'] >> visible=true")
        page.select_option("#id_product", label="HMB 惠民保")
        page.set_input_files("#id_file", file)
        ines.picture("batch-upload")
        page.click("text=上传并审核")
        page.wait_for_selector("[data-progress]")
        ines.picture("batch-waiting")
        waiting_worker()
        page.wait_for_selector("text=按结论", timeout=60_000)
        ines.picture("batch")
        with page.expect_download() as download:
            page.click("text=下载结果（CSV）")
        assert download.value.suggested_filename == "三月理赔-结果.csv"
        assert "C-1" in Path(download.value.path()).read_text(encoding="utf-8-sig")
        ines.menu("回调通知")
        page.click("a[href$='/webhook/add/'] >> visible=true")
        page.fill("#id_url", "https://hooks.example.com/shangbao")
        page.check("input[value='batch.finished']")
        page.click("form button:has-text('添加')")
        page.wait_for_selector("#secret")
        ines.picture("webhook-secret")
        page.click("text=我已保存")
        page.click("a:has-text('发送测试')")
        page.click("form button:has-text('发送测试')")
        page.wait_for_selector("text=测试消息已发出")
        ines.picture("delivery")

    assert ClaimBatch.objects.get().state == "done"
