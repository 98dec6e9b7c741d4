"""A draft as its editor works on it, by clicking: two edits, a bulk change, a merge with one conflict, a comment answered."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog import consultation
from catalog.models import Catalog, Comment, EntryEdit
from common import tenancy
from insurers.models import Insurer
from tests.browser.people import DESK
from tests.conftest import imported, published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

LIST = "entry_code,generic_name,class_code,reimbursement_class,indication,icd10,manufacturer,strength\n" + "".join(
    f"E-{n:02d},{name},XL01EB,谈判,非小细胞肺癌,C34,某药厂,{n}mg\n"
    for n, name in enumerate(("奥希替尼片", "伏美替尼片", "阿美替尼片", "贝福替尼胶囊"), 1)
)
# Another drug came in between, and the first one's strength is another one.
BETWEEN = LIST.replace("某药厂,1mg", "某药厂,40mg") + "E-09,瑞厄替尼片,XL01EB,谈判,肺癌,C34,某药厂,100mg\n"


@pytest.mark.parametrize("width", [DESK])
def test_alice_works_on_a_draft(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], insurer: Insurer, width: int
) -> None:
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    published(catalog, LIST, label="2025")
    draft = imported(catalog, LIST, label="2026", effective_from=date(2026, 7, 1)).version
    assert draft is not None

    with at_a_browser(width) as alice:
        alice.sign_in("alice")
        page = alice.page
        page.click("text=商业健康保险创新药品目录 2026")
        page.click("nav.page-tabs >> text=条目")
        alice.picture("draft-entries")

        # Two edits: one entry's strength, refused once and mended; another's removal.
        page.click("table.entries tr:has-text('奥希替尼片') >> text=编辑")
        page.fill("#id_strength", "80mg")
        page.fill("#id_icd10", "不是编码")
        page.fill("#id_reason", "按说明书")
        page.click("form button:has-text('保存')")
        page.wait_for_selector(".entry-fields .errors")
        alice.picture("draft-edit-refused")
        alice.was_refused(400)
        page.fill("#id_icd10", "C34; C45.0")
        page.click("form button:has-text('保存')")
        page.wait_for_selector("text=条目 E-01 已保存")
        page.click("table.entries tr:has-text('贝福替尼胶囊') >> text=删除")
        page.fill("#id_reason", "重复")
        alice.picture("draft-remove")
        page.click("form button:has-text('删除')")
        page.wait_for_selector("text=条目 E-04 已删除")

        # A bulk change.
        for name in ("伏美替尼片", "阿美替尼片"):
            page.check(f"table.entries tr:has-text('{name}') input[type=checkbox]")
        page.click("button:has-text('批量设置')")
        page.select_option("#id_column", "reimbursement_class")
        page.fill("#id_value", "乙类")
        page.fill("#id_reason", "调整类别")
        alice.picture("draft-bulk")
        page.click("form button:has-text('设置')")
        page.wait_for_selector("text=已设置 2 个条目")
        alice.picture("draft-entries-edited")

        # A colleague's edition comes into force between.
        published(catalog, BETWEEN, label="2025-2", effective_from=date(2026, 3, 1), by="erin")
        page.click("nav.page-tabs >> text=变化")
        page.wait_for_selector("text=落后 1 个版本")
        alice.picture("draft-behind")
        page.click(".behind >> text=合并")
        alice.picture("draft-merge")
        page.click("form button:has-text('合并')")
        expect(page.locator("input[type=radio]:invalid")).to_have_count(3)  # the browser itself asks for a choice
        page.check("label:has-text('现行版') input[type=radio]")
        page.click("form button:has-text('合并')")
        page.wait_for_selector("text=2025-2 的改动已并入")
        assert draft.entries.get(entry_code="E-01").strength == "40mg"
        assert draft.entries.get(entry_code="E-01").icd10 == ["C34", "C45.0"]
        assert draft.entries.filter(entry_code="E-09").exists()
        alice.picture("draft-changes-merged")

        # Consultation: opened, commented on, ended, answered.
        page.click("a.button:has-text('征求意见')")
        page.fill("#id_comments_until", "2099-12-31")
        page.click("form button:has-text('征求意见')")
        page.wait_for_selector("nav.page-tabs >> text=征求意见")
        with tenancy.acting_for(tenancy.OFFICE):
            consultation.add_comment(
                version=draft,
                insurer_id=insurer.pk,
                by="ivan",
                stance="suggest",
                text="建议补商品名",
                entry_code="E-02",
            )
        page.click("a.button:has-text('结束征求意见')")
        page.click("form button:has-text('结束征求意见')")
        page.click("nav.page-tabs >> text=征求意见")
        alice.picture("draft-comments")
        page.click("summary:has-text('答复')")
        page.select_option("select[name=disposition]", "accepted")
        page.fill("textarea[name=text]", "采纳，补充商品名")
        page.click("form.answer-form button:has-text('答复')")
        page.wait_for_selector("text=答复已保存")
        page.fill("#id_brand_name", "艾弗沙")
        alice.picture("draft-edit")
        page.click("form button:has-text('保存')")
        page.wait_for_selector("text=条目 E-02 已保存")

        page.click("nav.page-tabs >> text=征求意见")
        page.click("a.button:has-text('意见汇总表') >> nth=0")
        alice.picture("draft-summary")
        page.click("nav.page-tabs >> text=问题")
        alice.picture("draft-problems")
        page.click("nav.page-tabs >> text=记录")
        alice.picture("draft-record")

    assert Comment.objects.get().disposition == "accepted"
    assert list(EntryEdit.objects.order_by("id").values_list("kind", flat=True)) == [
        "changed",
        "removed",
        "changed",
        "changed",
        "merged",
        "merged",
        "changed",
    ]
