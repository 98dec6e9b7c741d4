"""The two-person way from a file to a published version, as Alice and Bob walk it in a browser, on a desk and on a telephone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from openpyxl import Workbook
from playwright.sync_api import expect

from catalog.models import Catalog, CatalogVersion
from tests.browser.people import DESK, PHONE
from tests.conftest import published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

SEED = Path(django_settings.BASE_DIR) / "seeds" / "cidl_2025.csv"


@pytest.mark.parametrize("width", [PHONE])
def test_alice_uploads_and_bob_publishes(
    at_a_browser: Callable[..., Any],
    make_catalog: Callable[..., Catalog],
    waiting_worker: Callable[[], None],
    width: int,
) -> None:
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        alice.picture("today")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalog/{catalog.pk}/")
        page.click("main >> text=上传新版本 >> nth=0")
        page.set_input_files("#id_file", SEED)
        alice.picture("upload")
        page.click("text=上传并预览")
        page.fill("#id_label", "2025")
        page.fill("#id_effective_from", "2026-01-01")
        alice.picture("upload-steps")
        page.click("text=上传并检查")
        page.wait_for_selector("[data-progress]")
        alice.picture("import-waiting")
        waiting_worker()
        page.wait_for_selector("text=该文件已成为草稿", timeout=30_000)
        expect(page.locator("[data-progress]")).to_have_count(0)
        expect(page.locator(".counts .good b")).to_have_text("25")
        alice.picture("import-ready")
        page.click(".note-good a")
        expect(page.locator("text=请由另一人发布")).to_have_count(1)
        expect(page.locator("a:has-text('发布')")).to_have_count(0)
        alice.picture("draft-of-alice")
        page.goto(
            f"{alice.home}{reverse('admin:catalog_catalogversion_publish', args=[CatalogVersion.objects.get().pk])}"
        )
        expect(page.locator("text=请由另一人发布")).not_to_have_count(0)
        expect(page.locator("form button:text-is('发布')")).to_have_count(0)
        alice.picture("publish-refused")

    version = CatalogVersion.objects.get()
    assert (version.state, version.entry_count, version.created_by) == ("draft", 25, "alice")

    with at_a_browser(width) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.click("text=商业健康保险创新药品目录 2025 >> nth=0")
        page.click("nav.page-tabs >> text=条目")
        page.fill("input[name=q]", "伊匹木")
        page.press("input[name=q]", "Enter")
        page.wait_for_selector("text=3 条")
        bob.picture("entries")
        page.click("table.entries tbody a >> nth=0")
        bob.picture("entry")
        page.click("nav.page-tabs >> text=概览")
        page.click("a:has-text('复核与发布')")
        bob.picture("publish")
        page.click("form button:text-is('发布')")
        page.wait_for_selector("text=已发布，自 2026-01-01 起生效")
        bob.picture("published")

    version.refresh_from_db()
    assert (version.state, version.published_by) == ("published", "bob")


@pytest.mark.parametrize("width", [DESK])
def test_the_next_file_shows_what_it_changes(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], worker: None, tmp_path: Path, width: int
) -> None:
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    seed = SEED.read_text(encoding="utf-8")
    published(catalog, seed, label="2025")
    head, *rows = seed.splitlines(keepends=True)
    narrowed = [row.replace(",C45.0,", ",C45.01,") for row in rows[4:]]
    file = tmp_path / "cidl_2026.csv"
    file.write_text("".join([head, *narrowed]), encoding="utf-8")

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalog/{catalog.pk}/upload/")
        page.set_input_files("#id_file", file)
        page.click("text=上传并预览")
        page.fill("#id_label", "2026")
        page.fill("#id_effective_from", "2026-07-01")
        page.click("text=上传并检查")
        page.wait_for_selector("text=该文件已成为草稿", timeout=30_000)
        expect(page.locator(".counts .bad b").first).to_have_text("4")
        expect(page.locator("text=C45.01")).to_have_count(1)
        alice.picture("differences")
        page.select_option("select[name=change]", "removed")
        page.click("text=筛选")
        expect(page.locator("table.changes tbody tr")).to_have_count(4)
        page.click(".note-good a")
        expect(page.locator("text=须明确确认")).to_have_count(1)
        alice.picture("draft-with-a-mass-change")

    with at_a_browser(width) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.goto(
            f"{bob.home}{reverse('admin:catalog_catalogversion_publish', args=[catalog.versions.get(label='2026').pk])}"
        )
        page.click("form button:text-is('发布')")
        page.wait_for_selector("text=请确认")
        bob.picture("mass-change-refused")
        bob.was_refused(409)
        page.fill("#id_confirm", page.inner_text(".counts li:has-text('移除或收窄') b"))
        page.click("form button:text-is('发布')")
        page.wait_for_selector("text=已发布，自 2026-07-01 起生效")


@pytest.mark.parametrize("width", [DESK])
def test_a_file_with_errors_tells_each_one(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], worker: None, tmp_path: Path, width: int
) -> None:
    catalog = make_catalog("BAD", name="错误示范", provenance="demonstration")
    file = tmp_path / "有错误的清单.csv"
    rows = "".join(f"E-{n},药品{n}片,C3{n % 10},2026-13-4{n % 10}\n" for n in range(60))
    file.write_text(
        "entry_code,generic_name,icd10,effective_from,不认识的列\n" + rows.replace("\n", ",x\n"), encoding="gb18030"
    )

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalog/{catalog.pk}/upload/")
        page.set_input_files("#id_file", file)
        page.click("text=上传并预览")
        page.fill("#id_label", "1")
        page.fill("#id_effective_from", "2026-01-01")
        page.click("text=上传并检查")
        page.wait_for_selector("text=文件有错误", timeout=30_000)
        expect(page.locator("text=不是有效日期")).to_have_count(50)
        alice.picture("import-failed")
        page.click("text=下一页")
        expect(page.locator("text=不是有效日期")).to_have_count(10)
        with page.expect_download() as download:
            page.click("text=下载问题清单")
        assert download.value.suggested_filename.startswith("problems-")

    assert not CatalogVersion.objects.exists()


@pytest.mark.parametrize("width", [PHONE])
def test_a_faulty_workbook_is_read_as_one_says_and_mended_on_the_page(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], worker: None, tmp_path: Path, width: int
) -> None:
    make_catalog("PROV", name="某省特药目录", provenance="demonstration")
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["某省特药目录"])
    sheet = book.create_sheet("清单")
    for row in (
        ["某省特定高额药品目录（2026 年）"],
        ["品名", "病种编码", "协议从", "厂"],
        ["奥希替尼片", "C34", "2026-13-01", "甲厂"],
        ["伏美替尼片", "肺癌", "2026-01-01", "乙厂"],
        ["阿美替尼片", "C34", "2026-01-01", "丙厂"],
        # Its last cells are blank: what is mended elsewhere leaves it as it is.
        ["吉非替尼片", "C34"],
    ):
        sheet.append(row)
    file = tmp_path / "特药目录.xlsx"
    book.save(file)

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.goto(f"{alice.home}/admin/catalog/catalog/")
        page.click("#result_list a:has-text('PROV')")
        page.click("main >> text=上传新版本 >> nth=0")
        page.set_input_files("#id_file", file)
        page.click("text=上传并预览")
        page.select_option("#id_sheet", "清单")
        page.fill("#id_header_row", "2")
        page.click("text=按此重新预览")
        page.wait_for_selector("#id_column-D")
        for letter, column in (("A", "generic_name"), ("B", "icd10"), ("C", "effective_from"), ("D", "manufacturer")):
            page.select_option(f"#id_column-{letter}", column)
        page.click("text=按此重新预览")
        page.wait_for_selector("td.read >> nth=3")
        page.fill("#id_label", "2026")
        page.fill("#id_effective_from", "2026-01-01")
        alice.picture("steps-mapped")
        page.click("text=上传并检查")
        page.wait_for_selector("text=文件有错误", timeout=30_000)
        expect(page.locator("text=协议从（C 列）")).not_to_have_count(0)
        alice.picture("import-failed-named")
        page.click("text=在此修正单元格")
        page.fill("[id='cell-3-effective_from']", "2026-01-31")
        page.fill("[id='cell-4-icd10']", "C34")
        alice.picture("mend")
        page.click("text=保存并重新检查")
        page.wait_for_selector("text=该文件已成为草稿", timeout=30_000)
        alice.picture("mended")
        page.click(".subtitle a")
        page.wait_for_selector("svg.band")
        alice.picture("catalog")
        page.click("text=更正信息")
        page.fill("#id_premium_cny", "99.00")
        alice.picture("catalog-facts")
        page.click("form button:has-text('保存')")
        page.wait_for_selector("text=99.00")
        with page.expect_download() as download:
            page.click("table.cards a:has-text('XLSX') >> nth=0")
        assert download.value.suggested_filename == "PROV-2026.xlsx"
        page.click("table.cards a:has-text('打印') >> nth=0")
        page.wait_for_selector("h1:has-text('某省特药目录')")
        alice.picture("catalog-print")

    version = CatalogVersion.objects.get()
    assert list(version.entries.order_by("row_no").values_list("generic_name", "manufacturer")) == [
        ("奥希替尼片", "甲厂"),
        ("伏美替尼片", "乙厂"),
        ("阿美替尼片", "丙厂"),
        ("吉非替尼片", ""),
    ]


def test_a_key_is_copied_and_the_menu_opens_on_a_telephone(at_a_browser: Callable[..., Any]) -> None:
    with at_a_browser(390, "en-GB") as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("header span, #header-inner span.material-symbols-outlined >> visible=true")
        page.click("#nav-sidebar >> text=API keys")
        page.goto(f"{alice.home}/admin/insurers/apikey/add/")
        page.check("input[value='catalog:read']")
        page.click("text=Issue the key")
        shown = page.inner_text("#secret")
        assert shown.startswith("sbm_")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click("[data-copy]")
        page.wait_for_selector("text=Copied")
        assert page.evaluate("navigator.clipboard.readText()") == shown
        alice.picture("key")
