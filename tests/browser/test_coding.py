"""The coding desk by keyboard: a text from uncoded to coded in one key, one mended by a look-up in pinyin, one skipped."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from catalog.models import Catalog, CatalogEntry
from tests.browser.people import DESK, PHONE
from tests.browser.test_every_page import LEVELS
from tests.conftest import imported

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

LUNG = "限二级及以上医疗机构，既往经表皮生长因子受体（EGFR）酪氨酸激酶抑制剂治疗时或治疗后出现疾病进展，并经检验确认存在EGFR T790M突变阳性的局部晚期或转移性非小细胞肺癌成人患者"
LIST = (
    "entry_code,generic_name,restriction\n"
    + "".join(f"L-{n},第{n}替尼片,{LUNG}\n" for n in range(3))
    + "P-1,甲片,限住院期间使用\nP-2,乙片,限住院期间使用\nC-1,丙片,限儿童哮喘\n"
)


@pytest.mark.parametrize("width", [DESK])
def test_alice_codes_by_keyboard(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], width: int
) -> None:
    draft = imported(make_catalog("CIDL", name="商业健康保险创新药品目录"), LIST, label="2026").version
    assert draft is not None

    def coded(code: str) -> CatalogEntry:
        return CatalogEntry.objects.get(version=draft, entry_code=code)

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("#nav-sidebar >> text=编码台")
        page.wait_for_selector(".coding-said mark")
        alice.picture("coding")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}}).response["violations"]
        assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []

        # One key: the text of three entries is coded.
        page.keyboard.press("a")
        page.wait_for_selector("text=已编码 3 个条目")
        assert (coded("L-2").icd10, coded("L-2").age_min, coded("L-2").min_institution_level) == (["C34"], 18, 2)

        # Skipped, then edited: another disease by its pinyin, and accepted.
        page.keyboard.press("s")
        page.wait_for_selector(".coding-said:has-text('哮喘')")
        page.keyboard.press("e")
        page.keyboard.type("manxingbiyan")
        page.wait_for_selector("#coding-found option", state="attached")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-codes] >> text=慢性鼻炎")
        page.keyboard.press("Escape")
        alice.picture("coding-edited")
        page.keyboard.press("a")
        page.wait_for_selector("text=已编码 1 个条目")
        assert (coded("C-1").icd10, coded("C-1").age_max) == (["J45", "J31"], 17)
        page.wait_for_selector(".coding-said:has-text('限住院期间使用')")
        assert coded("P-1").settings == []

        alice.turn(PHONE)
        alice.picture("coding-narrow")
