"""Ten journeys on the look-up page, each to an answer that is the coverage answer of REST."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from insurers.models import Insurer
from tests.browser.people import Person
from tests.conftest import Api
from tests.lookup.conftest import BENEFIT, Market, make_market

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

COVERED = {"generic_name": "奥希替尼片", "icd10": "C34.1", "setting": "outpatient", "date": "2026-03-14"}


@pytest.fixture
def at_the_page(at_a_browser: Callable[..., Any]) -> Callable[..., Any]:
    """Somebody of whom nothing is kept in the browser."""

    @contextmanager
    def open_(width: int = 1280, language: str = "zh-CN", **context: Any) -> Iterator[Person]:
        with at_a_browser(width, language, **context) as person:
            yield person
            assert person.page.context.cookies() == []

    return open_


@pytest.fixture
def market(transactional_db: None, insurer: Insurer) -> Market:
    return make_market(insurer)


@pytest.fixture
def answer_of(api: Api, market: Market) -> Callable[..., Any]:
    """What REST answers to the same question."""
    market.product("HMB")
    market.product("PICKY", benefits=[{**BENEFIT, "settings": ["inpatient"]}])

    def answer(product: str, **query: str) -> Any:
        return api.get(f"/products/{product}/coverage/", query).json()

    return answer


def shows(person: Person, outcome: str) -> None:
    expect(person.page.locator("[data-outcome]")).to_have_attribute("data-outcome", outcome)


def fill(person: Person, **fields: str) -> None:
    for name, value in fields.items():
        (person.page.select_option if name in {"product", "setting", "sex", "level"} else person.page.fill)(
            f"#{name}", value
        )


def test_a_patient_asks_in_chinese(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", **COVERED)
    with at_the_page() as wang:
        wang.page.goto(wang.home)
        wang.picture("look-up-first")
        wang.page.click("details.more summary")
        fill(wang, drug="奥希替尼片", product="INS-A:HMB", disease="C34.1", date="2026-03-14", setting="outpatient")
        wang.page.click("button[type=submit]")

        assert answer["outcome"] == "covered"
        shows(wang, "covered")
        wang.picture("look-up-covered")
        expect(wang.page.locator("text=由“特药”赔付 70%")).to_be_visible()
        # The answer came without the page being left, and its address leads to it again.
        assert "drug=" in wang.page.url
        wang.page.reload()
        shows(wang, "covered")


def test_a_pharmacist_asks_in_english(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("PICKY", **COVERED)
    with at_the_page(language="en-GB") as ann:
        ann.page.goto(ann.home)
        ann.page.click("details.more summary")
        fill(ann, drug="奥希替尼片", product="INS-A:PICKY", disease="C34.1", date="2026-03-14", setting="outpatient")
        ann.page.click("button:has-text('Look it up')")

        assert answer["outcome"] == "not_covered"
        shows(ann, "not_covered")
        assert [one["code"] for one in answer["reasons"]] == ["SETTING_NOT_COVERED"]
        expect(ann.page.locator("text=The benefit 特药 does not cover the setting outpatient.")).to_be_visible()
        ann.page.click("text=中文")
        ann.page.wait_for_selector("text=不在保障范围内")


def test_on_a_telephone_a_person_must_decide(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", generic_name="奥希替尼片", date="2026-03-14")
    with at_the_page(390, has_touch=True) as li:
        li.page.goto(li.home)
        li.picture("look-up-first")
        fill(li, drug="奥希替尼片", product="INS-A:HMB", date="2026-03-14")
        li.page.tap("button[type=submit]")

        assert answer["outcome"] == "review"
        shows(li, "review")
        expect(li.page.locator("text=要由人来判断")).to_be_visible()
        li.picture("look-up-review")


def test_by_keyboard_alone_from_pinyin_to_the_answer(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", **COVERED)
    with at_the_page() as zhao:
        page = zhao.page
        page.goto(f"{zhao.home}/?product=INS-A:HMB&disease=C34.1&date=2026-03-14&setting=outpatient")
        assert page.evaluate("document.activeElement.id") == "drug"
        page.keyboard.type("aoxi")
        page.wait_for_selector("#drugs a")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "奥希替尼片"
        page.keyboard.press("Enter")

        assert answer["outcome"] == "covered"
        shows(zhao, "covered")


def test_by_keyboard_alone_the_form_is_sent_and_the_answer_is_where_one_is(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", generic_name="仑卡奈单抗注射液", icd10="G30", date="2026-03-14")
    with at_the_page() as zhao:
        page = zhao.page
        page.goto(f"{zhao.home}/?product=INS-A:HMB&disease=G30&date=2026-03-14")
        page.keyboard.type("乐意保")
        page.keyboard.press("Enter")

        shows(zhao, answer["outcome"])
        page.wait_for_function("document.activeElement.id === 'answer'")


@pytest.mark.parametrize("width", [390, 1280])
def test_without_script(answer_of: Any, at_the_page: Any, width: int) -> None:
    answer = answer_of("HMB", **COVERED)
    with at_the_page(width, java_script_enabled=False) as qian:
        qian.page.goto(qian.home)
        qian.page.click("details.more summary")
        fill(qian, drug="替尼", product="INS-A:HMB", disease="肺癌", date="2026-03-14", setting="outpatient")
        qian.page.click("button[type=submit]")
        qian.page.click("#answer a:has-text('奥希替尼片')")

        assert answer["outcome"] == "covered"
        shows(qian, "covered")
        qian.page.click("text=CIDL v1 · E-1 >> nth=0")
        qian.page.wait_for_selector("text=条目原文")
        checksum = next(one["checksum"] for one in answer["catalogs"] if one["catalog"] == "CIDL")
        expect(qian.page.locator(f"text={checksum}")).to_be_visible()


def test_a_screen_reader_hears_the_question_and_the_answer(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", **COVERED)
    with at_the_page() as sun:
        page = sun.page
        page.goto(sun.home)
        assert Axe().run(page).response["violations"] == []
        page.get_by_role("combobox", name="保险产品").select_option("INS-A:HMB")
        page.click("text=患者与就医情况")
        page.get_by_role("combobox", name="就医类型").select_option("outpatient")
        page.get_by_role("textbox", name="病种").fill("C34.1")
        page.get_by_label("用药日期").fill("2026-03-14")
        page.get_by_role("textbox", name="药品").fill("泰瑞沙")
        page.click("role=button[name='查询']")

        verdict = page.get_by_role("region", name="在保障范围内")
        verdict.wait_for()
        assert answer["outcome"] == "covered"
        heard = verdict.aria_snapshot()
        for said in ("怎么赔", "要准备什么", "写在哪里", "EGFR 突变"):
            assert said in heard
        assert Axe().run(page).response["violations"] == []


def test_all_products_then_one(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("PICKY", **COVERED)
    with at_the_page(1920) as zhou:
        zhou.page.goto(f"{zhou.home}/?drug=泰瑞沙&disease=C34.1&date=2026-03-14&setting=outpatient")
        expect(zhou.page.locator(".product-row")).to_have_count(2)
        zhou.picture("look-up-all")
        zhou.page.click("a:has-text('PICKY')")

        assert answer["outcome"] == "not_covered"
        shows(zhou, "not_covered")


def test_a_disease_that_may_be_several_is_chosen(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", **COVERED | {"icd10": "C34"})
    with at_the_page() as wu:
        wu.page.goto(f"{wu.home}/?product=INS-A:HMB&setting=outpatient&date=2026-03-14")
        fill(wu, drug="奥希替尼片", disease="支气管")
        wu.page.click("button[type=submit]")
        wu.page.click("#answer .choices a:has-text('C34')")

        assert answer["outcome"] == "covered"
        shows(wu, "covered")


def test_where_no_answer_comes_it_says_so(answer_of: Any, at_the_page: Any) -> None:
    answer = answer_of("HMB", **COVERED)
    with at_the_page() as zheng:
        page = zheng.page
        page.goto(f"{zheng.home}/?product=INS-A:HMB&disease=C34.1&date=2026-03-14&setting=outpatient")
        page.route(re.compile(r"\?.*drug="), lambda route: route.abort())
        page.fill("#drug", "奥希替尼片")
        page.click("button[type=submit]")
        page.wait_for_selector("#away:not([hidden])")
        expect(page.locator("[data-outcome]")).to_have_count(0)
        expect(page.locator("#away")).to_contain_text("这是技术故障")

        page.unroute_all()
        page.click("button[type=submit]")
        assert answer["outcome"] == "covered"
        shows(zheng, "covered")
        expect(page.locator("#away")).to_be_hidden()
        # What the browser and htmx say of the request that was cut off.
        zheng.complaints[:] = [told for told in zheng.complaints if "ERR_FAILED" not in told and "htmx:" not in told]


def test_names_are_chosen_with_the_keys_and_the_list_goes_with_the_question(answer_of: Any, at_the_page: Any) -> None:
    with at_the_page() as wang:
        page = wang.page
        page.goto(wang.home)
        page.type("#drug", "奥希")
        page.wait_for_selector("#drugs a")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#drug-1")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(page.locator("#drugs")).to_be_hidden()

        page.type("#drug", "替")
        page.wait_for_selector("#drugs a")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#drug")).to_have_value("奥希替尼片")

        page.goto(wang.home)
        page.type("#drug", "奥希替尼")
        page.click("button[type=submit]")
        expect(page.locator("#about-title")).to_be_visible()
        page.wait_for_timeout(400)  # what was asked for while it was written comes late
        expect(page.locator("#drugs")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_question_that_takes_long_is_said_to_be_under_way(answer_of: Any, at_the_page: Any, width: int) -> None:
    with at_the_page(width) as wang:
        page = wang.page
        page.goto(f"{wang.home}/?drug=奥希替尼片&disease=C34.1&date=2026-03-14&setting=outpatient")
        held: list[Any] = []
        page.route(re.compile(r"\?.*drug="), lambda route: held.append(route))
        page.fill("#disease", "G30")
        page.click("button[type=submit]", no_wait_after=True)
        expect(page.locator("#busy")).to_contain_text("正在查询")
        expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
        wang.picture("look-up-busy")

        held[0].continue_()
        expect(page.locator("#about-title ~ p >> nth=0")).to_contain_text("G30")
        expect(page.locator("#busy")).to_be_empty()
