"""Whole ways through the desk by clicking, each by people of the real roles: a list from its file into force, the second factor, two drafts of one base."""

import re
import time
from base64 import b32decode
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP
from openpyxl import Workbook
from playwright.sync_api import expect

from catalog.models import Catalog, CatalogVersion, Comment, EntryEdit
from desk.roles import EDITOR, REVIEWER
from insurers.models import Insurer
from insurers.persons import bind_user
from tests.browser.people import DESK, PASSWORD, Person
from tests.conftest import imported, published

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("people"),
]

HEADER = "entry_code,generic_name,strength,icd10,manufacturer\n"
OLD = HEADER + "T-01,奥希替尼片,80mg,C34,甲厂\nT-02,伏美替尼片,40mg,C34,乙厂\n"
# Long enough that two changes are no mass change.
LONG = OLD + "".join(f"T-{n},药品{n}片,{n}mg,C34,丙厂\n" for n in range(10, 40))


@pytest.fixture
def people(transactional_db: None, insurer: Insurer) -> None:
    """Two editors, a reviewer, and somebody of an insurer."""
    for name, group in (("林编辑", EDITOR), ("周编辑", EDITOR), ("陈复核", REVIEWER)):
        user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
    ines = User.objects.create_user(username="ines", password=PASSWORD, is_staff=True)
    bind_user(user=ines, insurer=insurer, by="root")


def workbook(path: Path) -> Path:
    """A list as an office keeps it: a cover, a sheet with two title rows, own names of columns, two wrong cells."""
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["某省特药目录"])
    sheet = book.create_sheet("清单")
    for row in (
        ["某省特定高额药品目录"],
        ["2026 年版，共 4 种"],
        ["编号", "品名", "规格", "病种编码", "厂"],
        ["T-01", "奥希替尼片", "80mg", "C34", "甲厂"],
        ["T-02", "伏美替尼片", "40mg", "肺癌", "乙厂"],
        ["T-03", "阿美替尼片", "55mg", "C34", "丙厂"],
        ["T-04", "仑卡奈单抗注射液", "200mg", "痴呆", "丁厂"],
    ):
        sheet.append(row)
    file = path / "特药目录2026.xlsx"
    book.save(file)
    return file


def test_a_faulty_workbook_comes_into_force(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog], worker: None, tmp_path: Path
) -> None:
    catalog = make_catalog("PROV", name="某省特药目录", provenance="demonstration")
    published(catalog, OLD, label="2025", effective_from=date(2025, 1, 1))
    file = workbook(tmp_path)

    with at_a_browser(DESK) as editor, at_a_browser(DESK) as ines, at_a_browser(DESK) as reviewer:
        # The editor: the file, how it is read, what is wrong in it, the mended draft.
        editor.sign_in_by_form("林编辑")
        editor.menu("目录")
        page = editor.page
        page.click("#result_list a:has-text('PROV')")
        page.click("main >> text=上传新版本 >> nth=0")
        page.set_input_files("#id_file", file)
        page.click("text=上传并预览")
        page.select_option("#id_sheet", "清单")
        page.fill("#id_header_row", "3")
        page.click("text=按此重新预览")
        page.wait_for_selector("#id_column-E")
        for letter, column in zip(
            "ABCDE", ("entry_code", "generic_name", "strength", "icd10", "manufacturer"), strict=True
        ):
            page.select_option(f"#id_column-{letter}", column)
        page.click("text=按此重新预览")
        page.wait_for_selector("td.read >> nth=4")
        page.fill("#id_label", "2026")
        page.fill("#id_effective_from", "2026-01-01")
        editor.look("whole-01-preview")
        page.click("text=上传并检查")
        page.wait_for_selector("text=文件有错误", timeout=30_000)
        page.click("text=在此修正单元格")
        page.fill("[id='cell-5-icd10']", "C34")
        page.fill("[id='cell-7-icd10']", "G30")
        editor.look("whole-03-mend")
        page.click("text=保存并重新检查")
        page.wait_for_selector("text=该文件已成为草稿", timeout=30_000)
        page.click(".note-good a")
        page.wait_for_selector("nav.page-tabs")
        editor.look("whole-04-draft")

        # Two edits, and the consultation.
        for name, field, value in (("阿美替尼片", "brand_name", "阿美乐"), ("奥希替尼片", "strength", "40mg")):
            page.click("nav.page-tabs >> text=条目")
            page.click(f"table.entries tr:has-text('{name}') >> text=编辑")
            page.fill(f"#id_{field}", value)
            page.fill("#id_reason", "按说明书")
            page.click("form button:has-text('保存')")
            page.wait_for_selector("text=已保存")
        editor.move("征求意见", comments_until="2099-12-31")
        page.wait_for_selector("nav.page-tabs >> text=征求意见")

        # The insurer's side: a comment where the entry stands.
        ines.sign_in("ines")
        ines.look("whole-05-insurers-day")
        ines.page.click("section:has-text('正在征求意见') >> a:has-text('某省特药目录 2026')")
        ines.page.click("[aria-label='对 阿美替尼片 提意见']")
        ines.page.check("input[value=suggest]")
        ines.page.fill("#id_text", "建议写明一线治疗。")
        ines.page.click("form button:has-text('提意见')")
        ines.page.wait_for_selector("text=意见已提交")
        ines.look("whole-08-commented")

        # The editor again: the consultation ends, its comment is answered, review is asked for.
        editor.menu("今日")
        page.click("section:has-text('待我处理') >> a:has-text('某省特药目录 2026') >> nth=0")
        editor.move("结束征求意见")
        page.click("nav.page-tabs >> text=征求意见")
        page.click("summary:has-text('答复')")
        page.select_option("select[name=disposition]", "noted")
        page.fill("textarea[name=text]", "支付范围以说明书为准。")
        editor.look("whole-09-answering")
        page.click("form.answer-form button:has-text('答复')")
        page.wait_for_selector("text=答复已保存")
        editor.move("提交复核", note="请核对病种编码。")
        page.wait_for_selector("text=等待复核")
        expect(page.locator("a.button:has-text('复核与发布')")).to_have_count(0)

        # The reviewer: each change seen, the note, the sheet.
        reviewer.sign_in("陈复核")
        page = reviewer.page
        page.click("section:has-text('待我处理') >> a:has-text('某省特药目录 2026') >> nth=0")
        expect(page.locator("text=请核对病种编码。")).not_to_have_count(0)
        expect(page.locator(".review-change")).to_have_count(3)
        for number in range(3):
            page.check(f"input[name=seen] >> nth={number}")
        page.click("button:text-is('保存标记')")
        page.wait_for_selector("text=已看 3/3")
        page.fill("#id_note", "按会议纪要发布")
        page.fill("#id_confirm", page.inner_text(".counts li:has-text('移除或收窄') b >> nth=0"))
        reviewer.look("whole-13-decide")
        page.click("form button:text-is('发布')")
        page.wait_for_selector("h2:has-text('发布单')")
        version = CatalogVersion.objects.get(label="2026")
        for expected in (version.checksum, "林编辑", "陈复核", "按会议纪要发布"):
            expect(page.locator(".sheet")).to_contain_text(expected)
        reviewer.look("whole-14-sheet")
        page.click("nav.page-tabs >> text=概览")
        page.wait_for_selector(".badges >> text=生效中")

        # Both others see it in force, the insurer with the answer.
        editor.page.reload()
        editor.page.wait_for_selector(".badges >> text=生效中")
        ines.menu("征求意见")
        ines.page.click("text=某省特药目录 2026")
        ines.page.wait_for_selector(".badges >> text=生效中")
        expect(ines.page.locator("text=支付范围以说明书为准。")).to_have_count(1)
        ines.look("whole-15-insurer-sees-it")

    assert (version.created_by, version.published_by, version.entry_count) == ("林编辑", "陈复核", 4)
    assert sorted(EntryEdit.objects.values_list("entry_code", flat=True)) == ["T-01", "T-03"]
    assert Comment.objects.get().disposition == "noted"


def code_from(secret: str, ahead: int) -> str:
    """Return what an application shows for a secret as typed, so many half minutes from now."""
    plain = secret.replace(" ", "")
    made = TOTP(b32decode(plain + "=" * (-len(plain) % 8)))
    made.time = time.time() + 30 * ahead
    return f"{made.token():06d}"


def test_the_second_factor_is_set_up_and_both_its_codes_let_in(at_a_browser: Callable[..., Any], settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True

    with at_a_browser(DESK) as editor:
        page = editor.page

        def password_only() -> None:
            page.goto(f"{editor.home}/admin/")
            page.fill("#id_username", "林编辑")
            page.fill("#id_password", PASSWORD)
            page.click("#login-form button[type=submit]")

        def leave() -> None:
            editor.sign_out()
            page.wait_for_selector("text=您已退出登录")

        password_only()
        page.wait_for_url("**/sign-in/second-factor/")
        page.click("summary:has-text('手工输入密钥')")
        secret = page.inner_text(".secret-text")
        editor.look("factor-01-enrol")
        page.fill("#id_code", "12")
        page.click("button:has-text('确认')")
        page.wait_for_selector("[id='id_code'] >> xpath=ancestor::*[.//*[contains(@class, 'error')]] >> nth=0")
        editor.was_refused(400)
        assert page.inner_text(".secret-text") in ("", secret)  # a slip makes no other secret
        page.fill("#id_code", code_from(secret, 0))
        page.click("button:has-text('确认')")
        page.wait_for_selector(".recovery-codes")
        expect(page.locator(".recovery-codes output")).to_have_text([re.compile(r"^\w{4}(-\w{4}){3}$")] * 10)
        code = page.inner_text(".recovery-codes output >> nth=3")
        editor.look("factor-03-recovery-codes")
        page.click("text=已保存")
        page.wait_for_url("**/admin/")

        leave()
        password_only()
        page.wait_for_url("**/sign-in/code/")
        page.fill("#id_code", code_from(secret, 1))
        page.click("button:has-text('登录')")
        page.wait_for_url("**/admin/")

        leave()
        password_only()
        page.wait_for_url("**/sign-in/code/")
        page.fill("#id_code", code.lower())
        page.click("button:has-text('登录')")
        page.wait_for_url("**/admin/")

        # That code is used up.
        leave()
        password_only()
        page.wait_for_url("**/sign-in/code/")
        page.fill("#id_code", code)
        page.click("button:has-text('登录')")
        page.wait_for_selector("text=两步验证")
        editor.look("factor-06-used-up")
        editor.was_refused(400)
        assert page.url.endswith("/sign-in/code/")


def test_the_second_of_two_drafts_is_published_after_it_is_merged(
    at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog("PROV", name="某省特药目录", provenance="demonstration")
    published(catalog, LONG, label="2025", effective_from=date(2025, 1, 1))
    first = imported(
        catalog, LONG.replace("40mg", "60mg"), label="2026a", effective_from=date(2026, 1, 1), by="周编辑"
    ).version
    second = imported(
        catalog, LONG.replace("甲厂", "甲药业"), label="2026b", effective_from=date(2026, 2, 1), by="林编辑"
    ).version
    assert first is not None
    assert second is not None
    assert first.base == second.base

    with at_a_browser(DESK) as editor, at_a_browser(DESK) as reviewer:
        editor.sign_in("林编辑")
        editor.page.click("text=某省特药目录 2026b >> nth=0")
        expect(editor.page.locator(".behind")).to_have_count(0)
        editor.move("提交复核")

        # The second one's review is open in a window of its own while the first one is published.
        reviewer.sign_in("陈复核")
        page = reviewer.page
        page.click("section:has-text('待我处理') >> a:has-text('某省特药目录 2026b') >> nth=0")
        page.wait_for_selector("form button:text-is('发布')")
        beside = Person(page.context.new_page(), reviewer.home, reviewer.pictures, DESK)
        beside.page.goto(f"{reviewer.home}/admin/")
        beside.menu("草稿")
        beside.page.click("#result_list a:has-text('2026a')")
        beside.page.click("a.button:has-text('复核与发布')")
        beside.page.click("form button:text-is('发布')")
        beside.page.wait_for_selector("h2:has-text('发布单')")
        assert beside.complaints == []

        page.click("form button:text-is('发布')")
        page.wait_for_selector(".note-bad:has-text('2026a')")
        reviewer.was_refused(409)
        expect(page.locator(".behind:has-text('落后 1 个版本')")).to_have_count(1)
        reviewer.look("merge-01-refused")
        page.fill("#id_reason", "请先合并 2026a")
        page.click("form button:text-is('退回')")
        page.wait_for_selector("text=已退回为草稿")

        editor.menu("今日")
        page = editor.page
        page.click("section:has-text('待我处理') >> a:has-text('某省特药目录 2026b') >> nth=0")
        page.wait_for_selector(".behind:has-text('落后 1 个版本')")
        editor.look("merge-03-behind")
        page.click(".behind >> text=合并")
        editor.look("merge-04-merge")
        page.click("form button:has-text('合并')")
        page.wait_for_selector("text=2026a 的改动已并入")
        expect(page.locator(".behind")).to_have_count(0)
        editor.move("提交复核")

        reviewer.menu("今日")
        page = reviewer.page
        page.click("section:has-text('待我处理') >> a:has-text('某省特药目录 2026b') >> nth=0")
        page.click("form button:text-is('发布')")
        page.wait_for_selector("h2:has-text('发布单')")

    second.refresh_from_db()
    assert second.published_by == "陈复核"
    assert list(second.entries.order_by("entry_code").values_list("strength", "manufacturer")[:2]) == [
        ("80mg", "甲药业"),
        ("60mg", "乙厂"),
    ]
