"""Reports by clicking: each tab, other lists set against each other, the numbers opened, the workbook; and the page on a telephone."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from catalog.models import Catalog
from tests.browser.people import PHONE
from tests.conftest import published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

LIST = "entry_code,generic_name,class_code,icd10\n"
ROWS = [
    "E-1,奥希替尼片,XL01EB,C34\n",
    "E-2,阿司匹林片,XB01AC,I20\n",
    "E-3,仑卡奈单抗注射液,XN06DX,G30\n",
    "E-4,曲妥珠单抗注射液,XL01FD,C50\n",
]


def test_alice_reads_the_reports(at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog]) -> None:
    base = make_catalog("NRDL", kind="base", name="医保药品目录")
    published(base, LIST + "".join(ROWS[:2]), label="2025", effective_from=date(2025, 1, 1))
    published(base, LIST + "".join(ROWS[:3]), label="2026")
    published(make_catalog("COM", name="创新药目录"), LIST + "".join(ROWS[2:]))
    published(make_catalog("CITY", name="惠民保特药目录"), LIST + ROWS[3])

    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("nav >> text=统计报表")
        alice.picture("reports-lists")
        overlap = "figure:has(figcaption:text('清单重叠'))"
        page.click(f"{overlap} >> summary")
        expect(page.locator(f"{overlap} >> table")).to_contain_text("医保药品目录 + 创新药目录")

        page.click("text=选择要对照的清单")
        page.uncheck("label:has-text('医保药品目录') input")
        page.click("button:has-text('查看')")
        page.click(f"{overlap} >> summary")
        told = sorted(page.inner_text(f"{overlap} >> tbody").split("\n"))
        assert told == sorted(
            [
                "惠民保特药目录 + 创新药目录\t1",
                "仅 创新药目录\t1",
                "创新药目录（全部）\t2",
                "惠民保特药目录（全部）\t1",
            ]
        )

        with page.expect_download() as waiting:
            page.click("text=下载 XLSX")
        book = load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        assert [sheet["A1"].value for sheet in book.worksheets][:2] == ["系列 × 疾病领域", "系列 × 肿瘤部位"]

        page.click("nav.page-tabs >> text=按药品类别")
        expect(page.locator("figure:has(figcaption:text('按类别的变化')) svg")).to_have_count(1)
        page.click("nav.page-tabs >> text=按周")
        for number, title in enumerate(("每周导入", "导入中的问题")):
            expect(page.locator("figcaption").nth(number)).to_have_text(title)
        # On paper the numbers stand below each picture, whether they were opened or not.
        page.emulate_media(media="print")
        expect(page.locator("figure table").first).to_be_visible()
        page.emulate_media(media="screen")
        expect(page.locator("figure table").first).to_be_hidden()

        alice.turn(PHONE)
        for tab in ("按清单", "按周"):
            page.click(f"nav.page-tabs >> text={tab}")
            alice.fits(tab)
            letters = page.evaluate(
                "[...document.querySelectorAll('svg.picture')].map(s => 13 * s.getBoundingClientRect().width / s.viewBox.baseVal.width)"
            )
            assert min(letters) > 9
        alice.picture("reports-telephone")
