"""Many lists at once, as Alice brings them in and Bob publishes them in a browser; and what may be used at which level."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import CatalogVersion
from common.jobs import services as jobs
from tests.curation.market.packages import SEEDS, zipped

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

COVER = (
    "产品名称,省份,承保公司,保费（万元）,参保人数（万人）,文件\n"
    "示例·上海特药清单,上海市,甲财险、乙养老,60000,460,ref_demo_sh.csv\n"
    "示例·北京特药清单,北京,丙人寿,50000,260,ref_demo_bj.csv\n"
    "示例·江苏特药清单,江苏生,丁财险,42000,400,ref_demo_js.csv\n"
    "示例·浙江特药清单,浙江,戊财险,45000,320,zj.csv\n"
    "示例·广东特药清单,广东,己人寿,48000,300,ref_demo_gd.csv\n"
)
WRONG = "通用名,适应症,疾病编码,医疗机构级别\n奥希替尼片,肺癌,C34,三级\n,胃癌,C16,九级\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A ZIP as a colleague makes it, with what goes wrong in one."""
    files: dict[str, Any] = {
        f"ref_demo_{name}.csv": (SEEDS / f"ref_demo_{name}.csv").read_bytes() for name in ("sh", "bj")
    }
    files |= {"清单目录.csv": COVER, "ref_demo_js.csv": WRONG, "ref_demo_gd.csv": WRONG, "ref_demo_hn.csv": WRONG}
    file = tmp_path / "2026年各地特药清单.zip"
    file.write_bytes(zipped(files))
    return file


def test_alice_brings_lists_in_and_bob_publishes_them_together(
    at_a_browser: Callable[..., Any], worker: None, package: Path
) -> None:
    with at_a_browser(1280) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("#nav-sidebar-inner >> text=批量清单")
        page.click("main >> text=批量上传清单")
        page.set_input_files("#id_file", package)
        page.fill("#id_label", "2026")
        page.fill("#id_effective_from", "2026-01-01")
        alice.picture("collection-upload")
        page.click("form button:text-is('上传')")
        page.wait_for_selector("text=共 5 份清单，已导入 2 份，未导入 3 份", timeout=60_000)
        for expected in ("江苏生", "是否为“江苏”", "没有找到“zj.csv”", "清单目录中没有“ref_demo_hn.csv”", "2 个错误"):
            expect(page.locator("main")).to_contain_text(expected)
        alice.picture("collection")
        page.click("nav.chips >> text=未导入")
        expect(page.locator("table.cards tbody tr")).to_have_count(2)

    with at_a_browser(1280) as bob:
        bob.sign_in("bob")
        page = bob.page
        page.click("#nav-sidebar-inner >> text=批量清单")
        page.click("text=2026年各地特药清单.zip")
        page.click("a:has-text('发布全部无问题的清单')")
        page.check("#id_with_warnings")
        page.fill("#id_note", "首批")
        bob.picture("collection-publish")
        page.click("form button:text-is('发布全部无问题的清单')")
        page.wait_for_selector("nav.chips >> text=已发布", timeout=60_000)
        assert CatalogVersion.objects.filter(published_by="bob", publish_note="首批").count() == 2
        bob.picture("collection-published")
        page.click("table.cards >> text=2026 >> nth=0")
        page.click("nav.page-tabs >> text=机构级别")
        expect(page.locator("table.levels")).to_have_count(2)
        bob.picture("levels")
        page.emulate_media(media="print")
        bob.picture("levels-in-print")

    with at_a_browser(390) as carol:
        carol.sign_in("bob")
        carol.page.goto(f"{carol.home}/admin/curation/collection/")
        carol.picture("collections")
        carol.page.click("text=2026年各地特药清单.zip")
        carol.picture("collection")
        carol.page.click("table.cards >> text=2026 >> nth=0")
        carol.page.click("nav.page-tabs >> text=机构级别")
        carol.picture("levels")
    assert jobs.Job.objects.exclude(state="done").count() == 0
