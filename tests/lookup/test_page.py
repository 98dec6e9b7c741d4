"""The look-up page: it says what REST says, of public products and shared lists, and nothing else to anybody."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from common import cache
from insurers import services as insurers
from insurers.api.callers import counts
from lookup import views
from tests.conftest import Api, imported, published, withdrawn
from tests.lookup.conftest import BENEFIT, CIDL, PRIVATE, Market, Visitor

pytestmark = pytest.mark.django_db


def outcome(page: str) -> str | None:
    found = re.search(r'data-outcome="(\w*)"', page)
    return found[1] if found else None


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


# --- It is the coverage answer

ASKED = [
    {"drug": "奥希替尼片", "disease": "C34.1", "setting": "outpatient"},
    {"drug": "奥希替尼片", "disease": "C34.1"},
    {"drug": "奥希替尼片", "disease": "C34.1", "setting": "inpatient", "age": "61", "sex": "F"},
    {"drug": "奥希替尼片", "disease": "G30", "setting": "outpatient"},
    {"drug": "奥希替尼片"},
    {"drug": "吉非替尼片", "disease": "C34"},
    {"drug": "仑卡奈单抗注射液", "disease": "G30.9", "level": "3"},
    {"drug": "奥希替尼片", "disease": "C34", "date": "2025-12-31"},
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: " ".join(asked.values()))
def test_the_page_says_what_rest_says(market: Market, api: Api, visitor: Visitor, asked: dict[str, str]) -> None:
    market.product("HMB")
    names = {"drug": "generic_name", "disease": "icd10", "level": "institution_level"}
    query = {"date": "2026-03-14"} | {names.get(name, name): value for name, value in asked.items()}

    page = visitor.ask(**asked)
    answer = api.get("/products/HMB/coverage/", query).json()

    assert outcome(page) == answer["outcome"]
    told = text_of(page)
    for reason in answer["reasons"]:
        assert re.sub(r"\s+", " ", reason["message"]) in told
    for cited in answer["catalogs"]:
        assert cited["checksum"] in told
    if answer["match"]:
        assert (
            f"/lists/{answer['match']['catalog']}/{answer['match']['version']}/{answer['match']['entry_code']}/" in page
        )
    for criterion in (answer["requirements"] or {}).get("criteria", ()):
        assert criterion["text"] in told


def test_what_is_paid_and_what_to_bring_is_told(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    told = text_of(visitor.ask(disease="C34.1", setting="outpatient"))

    for said in (
        "赔付比例 70%",
        "既往症） 30%",
        "500.00 元",
        "1,000,000.00 元",
        "2026-01-01 – 2026-12-31",
        "事前授权的授权号",
    ):
        assert said in told
    assert "能说明这一点的病历或检查报告：EGFR 突变" in told
    assert "人工编码" in told


@pytest.mark.parametrize("text", ["奥希替尼", "泰瑞沙", "axtn", "aoxitini", "奥希替"])
def test_a_drug_is_found_by_name_brand_pinyin_and_a_part(market: Market, visitor: Visitor, text: str) -> None:
    market.product("HMB")

    assert outcome(visitor.ask(text, disease="C34.1", setting="outpatient")) == "covered"


def test_a_text_that_may_be_several_drugs_is_asked_about(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    page = visitor.ask("替尼")

    assert outcome(page) is None
    assert {"奥希替尼片", "吉非替尼片"} <= set(re.findall(r">([^<]+)</a>", page))
    assert "没有查到" in visitor.ask("没有这种药")
    assert "不说明不赔" in visitor.ask("没有这种药")


def test_several_products_stand_below_each_other(market: Market, visitor: Visitor) -> None:
    market.product("HMB")
    market.product("OTHER", benefits=[{**BENEFIT, "settings": ["inpatient"]}])

    page = visitor.ask(disease="C34.1", setting="outpatient")

    told = text_of(page)
    assert "HMB 惠民保 在保障范围内" in told
    assert "OTHER 惠民保 不在保障范围内" in told
    assert outcome(visitor.ask(disease="C34.1", setting="outpatient", product="INS-A:OTHER")) == "not_covered"
    # By its code alone it is the same one, and stands so in the form.
    assert '<option value="INS-A:OTHER" selected>' in visitor.ask(disease="C34.1", product="OTHER")


def test_a_fault_of_the_question_stands_beside_its_field(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    for asked, field in (
        ({"age": "x"}, "age"),
        ({"date": "2026-02-30"}, "date"),
        ({"disease": "没有这种病"}, "disease"),
    ):
        page = visitor.ask(**asked)
        assert outcome(page) is None
        assert re.search(rf'<input id="{field}"[^>]*aria-invalid', page)
    assert "没有叫这个名称" in visitor.ask(product="NONE:NONE")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"date": "2026-13-01"}, "用药日期：“2026-13-01”不是有效日期"),
        ({"date": "下周"}, "用药日期：“下周”不是有效日期"),
        ({"setting": "spa"}, "就医类型：没有“spa”这一项，请从这些中选择：住院、门诊、"),
        ({"level": "9"}, "“9”这一项，请从这些中选择："),
        ({"sex": "?"}, "没有“?”这一项，请从这些中选择："),
        ({"age": "200"}, "“200”不是年龄，请填 0 至 150 的整数"),
        ({"disease": "XYZ123"}, "“XYZ123”不是 ICD-10 编码"),
    ],
)
def test_what_is_wrong_with_a_field_is_told_in_its_words(
    market: Market, visitor: Visitor, asked: dict[str, str], said: str
) -> None:
    market.product("HMB")
    (field,) = asked

    page = visitor.ask(**asked)

    assert said in text_of(page)
    assert re.search(rf'<(input|select) id="{field}"[^>]*aria-invalid', page)
    assert f'<a href="#{field}" data-field>' in page
    assert not re.search(r"\b(outpatient|inpatient|institution_level|JSON)\b", text_of(page))


@pytest.mark.parametrize("text", ["奥西替尼", "奥希提尼片", "aoxitinni"])
def test_a_mistyped_drug_is_offered(market: Market, visitor: Visitor, text: str) -> None:
    page = visitor.ask(text, disease="C34")

    assert "您是不是要找" in page and ">奥希替尼片</a>" in page
    assert "disease=C34" in page.split("您是不是要找")[1]


def test_a_drug_of_several_forms_stands_under_the_name_of_none(
    market: Market, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    published(make_catalog("TCM", "base"), "entry_code,generic_name\nT-1,连花清瘟片\nT-2,连花清瘟胶囊\n")

    page = visitor.ask("连花清瘟")

    assert '<h2 id="about-title">连花清瘟</h2>' in page
    assert {"连花清瘟片", "连花清瘟胶囊"} <= set(re.findall(r">([^<]+)</a>", page))
    assert '<h2 id="about-title">连花清瘟胶囊</h2>' in visitor.ask("连花清瘟胶囊")


NEGATIVE = "entry_code,generic_name,dosage_form,icd10\nX-1,,药酒,\nX-2,丙药,,H34-H36\n"
FORMS = "entry_code,generic_name,dosage_form\nF-1,甲药,口服常释剂型\nF-2,甲药,颗粒剂\nF-3,乙药片,\nF-4,乙药,颗粒剂\nF-5,丙药,注射剂\n"


@pytest.fixture
def by_form(market: Market, make_catalog: Callable[..., Catalog]) -> Market:
    """A product whose list of what is not paid names a form, and drugs that are listed by their forms."""
    published(make_catalog("FORMS"), FORMS)
    published(make_catalog("NEG", "negative", name="负面清单"), NEGATIVE)
    for code in ("HMB", "OTHER"):
        benefit = {**BENEFIT, "catalogs": [{"catalog": "FORMS"}]}
        market.product(code, benefits=[benefit], negative_lists=[{"catalog": "NEG"}])
    return market


@pytest.mark.parametrize(
    ("drug", "names"), [("甲药", ["甲药口服常释剂型", "甲药颗粒剂"]), ("乙药", ["乙药片", "乙药颗粒剂"])]
)
def test_a_form_that_was_not_said_is_asked_for_with_those_that_are_known(
    by_form: Market, visitor: Visitor, drug: str, names: list[str]
) -> None:
    asked = {"disease": "C34", "setting": "outpatient", "product": "INS-A:HMB"}

    page = visitor.ask(drug, **asked)

    assert outcome(page) == "review"
    assert '<a href="#drug" data-field>剂型</a> (已知的有: ' in page
    offered = page.split("已知的有: ")[1].split("</span>")[0]
    assert re.findall(r">([^<]+)</a>", offered) == names
    assert "需要补充：剂型" in page and "更完整的药品和诊断资料" not in page
    for name in names:
        assert outcome(visitor.ask(name, **asked)) == "covered"


def test_the_only_form_that_is_known_is_the_one_meant(by_form: Market, visitor: Visitor) -> None:
    page = visitor.ask("丙药", disease="C34", setting="outpatient", product="INS-A:HMB")

    assert "“丙药”按“丙药注射剂”查询" in page
    assert outcome(page) == "covered"


def test_among_all_products_too_it_is_said_what_would_tell(by_form: Market, visitor: Visitor) -> None:
    above, rows = visitor.ask("甲药").split('id="products-title"')
    rows = rows.split("</ul>")[0]

    assert rows.count('<a href="#drug" data-field>剂型</a>') == 2
    assert "没有说明剂型" in above and ">甲药颗粒剂</a>" in above
    assert "药酒" not in rows


@pytest.mark.parametrize(
    ("disease", "tone", "said"),
    [("C34", "quiet", "仅所列病种不予赔付"), ("", "quiet", "仅所列病种不予赔付"), ("H35", "bad", "所列不予赔付")],
)
def test_a_row_of_what_is_not_paid_is_no_warning_for_another_disease(
    by_form: Market, visitor: Visitor, disease: str, tone: str, said: str
) -> None:
    page = visitor.ask("丙药注射剂", disease=disease)

    assert f'<span class="outcome outcome-{tone}">{said}</span>' in page


def test_a_number_that_nobody_has_is_told_as_a_number(market: Market, visitor: Visitor) -> None:
    for number in ("国药准字H20990001", "XL01EBZZZ001A001010001", "86900000000001"):
        assert "没有这个编码或批准文号" in visitor.ask(number)
    assert "没有这个编码或批准文号" not in visitor.ask("没有这种药")


def test_what_a_drug_was_looked_up_as_is_told(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    for asked in ("奥希替尼", "axtn"):
        page = text_of(visitor.ask(asked, disease="C34", setting="outpatient"))
        assert f"“{asked}”按“奥希替尼片”查询" in page
        assert "没有说明剂型" not in page
    assert "”按“" not in text_of(visitor.ask("奥希替尼片", disease="C34"))


@pytest.mark.parametrize(
    ("text", "code"),
    [("阿尔兹海默", "G30"), ("糖尿病2型", "E11"), ("飞癌", "C34")],
)
def test_a_disease_that_is_not_found_is_near_to_others_and_products_are_told_without_it(
    market: Market, visitor: Visitor, text: str, code: str
) -> None:
    market.product("HMB")

    page = visitor.ask("仑卡奈单抗注射液", disease=text)

    assert f"disease={code}&" in unescape(page) or f'disease={code}"' in page
    assert "未考虑疾病" in page and "HMB 惠民保" in page.split("未考虑疾病")[1]
    assert "请从下面选择" in page and "没有查到疾病" not in page
    assert outcome(page) is None


@pytest.mark.parametrize(("text", "code"), [("老年痴呆", "G30"), ("冠心病", "I25"), ("老慢支", "J44")])
def test_a_name_that_people_use_is_asked_about_and_is_no_fault(
    market: Market, visitor: Visitor, text: str, code: str
) -> None:
    market.product("HMB")

    page = visitor.ask("仑卡奈单抗注射液", disease=text)

    assert f"“{text}”是指哪种疾病" in page and f"disease={code}" in page
    assert "未考虑疾病" in page and 'role="alert"' not in page.split('id="answer"')[1]


def test_a_code_of_no_known_category_is_told(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    page = visitor.ask(disease="Z99.99", setting="outpatient")

    assert "疾病编码表中没有 Z99.99" in page
    assert outcome(page) == "not_covered"
    assert "疾病编码表中没有" not in visitor.ask(disease="C34.1")


def test_a_day_outside_the_terms_is_no_refusal(market: Market, visitor: Visitor) -> None:
    market.product("HMB")

    page = visitor.ask(disease="C34", date="2025-12-31")

    told = text_of(page.split('id="basis"')[0])
    assert "该日产品未生效" in told
    assert "用药日期 2025-12-31 该产品未生效（产品生效期：2026-01-01 – 2026-12-31）" in told
    assert "不在保障范围内" not in told and "verdict-bad" not in page


def test_a_row_that_may_apply_is_quoted_and_what_would_tell_is_asked_for(
    market: Market, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    rows = "entry_code,generic_name,class_code,icd10,settings\nX-1,,,,retail_pharmacy\nX-2,,,Z41,\n"
    published(make_catalog("NEG", "negative", name="负面清单"), rows)
    market.product("HMB", negative_lists=[{"catalog": "NEG"}])

    page = visitor.ask(disease="C34.1")
    told = text_of(page)
    assert "该条目的内容: 就医类型 药店" in told
    assert '<a href="#setting" data-field>' in page
    assert outcome(visitor.ask(disease="C34.1", setting="outpatient")) == "covered"
    assert '<a href="#disease" data-field>' in visitor.ask(setting="outpatient")


def test_a_reason_that_decides_stands_first_and_names_the_benefit(market: Market, visitor: Visitor) -> None:
    market.product("HMB", benefits=[{**BENEFIT, "settings": ["inpatient"]}])

    told = text_of(visitor.ask(disease="C34", setting="outpatient"))

    assert "保障责任 “特药” 不包括就医类型" in told


def test_the_lists_of_a_day_before_all_lists(market: Market, visitor: Visitor) -> None:
    page = visitor.ask(date="1999-01-01")

    assert "该日没有生效的公开目录" in page
    assert "1999-01-01 没有目录收录它" in page


# --- Public, and nothing else


def test_a_product_shows_only_while_its_insurer_says_so(market: Market, api: Api, visitor: Visitor) -> None:
    market.product("HMB", public=False)
    assert "惠民保" not in visitor.ask() + visitor.get().content.decode()
    assert outcome(visitor.ask(product="INS-A:HMB", disease="C34")) is None

    shown = api.client.patch(
        "/api/v1/products/HMB/", {"public": True}, content_type="application/json", headers=api.headers
    )
    assert shown.status_code == 200 and shown.json()["public"] is True
    assert "惠民保" in visitor.get().content.decode()
    assert outcome(visitor.ask(product="INS-A:HMB", disease="C34", setting="outpatient")) == "covered"

    api.client.patch("/api/v1/products/HMB/", {"public": False}, content_type="application/json", headers=api.headers)
    assert "惠民保" not in visitor.ask()


def test_a_product_without_a_published_version_and_one_of_a_closed_insurer_do_not_show(
    market: Market, visitor: Visitor
) -> None:
    insurers.create_product(insurer_id=market.insurer.pk, code="DRAFT", name="未发布", by="key:a", public=True)
    market.product("HMB")
    assert "未发布" not in visitor.get().content.decode()
    market.insurer.is_active = False
    market.insurer.save()

    assert "惠民保" not in visitor.get().content.decode()


def test_nothing_of_a_private_list_shows(
    market: Market, api: Api, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    published(make_catalog("PRIV", owner_id=market.insurer.pk, name="自有特药"), PRIVATE)
    market.product("OPEN")
    market.product("OWN", benefits=[{**BENEFIT, "catalogs": [{"catalog": "PRIV"}]}])
    assert api.get("/products/OWN/coverage/", {"generic_name": "甲药片", "icd10": "C34"}).json()["outcome"] != "review"

    pages = [
        visitor.ask("甲药片", disease="C34"),
        visitor.ask("甲药"),
        visitor.ask("奥希替尼片", disease="C34", product="INS-A:OWN"),
        visitor.ask("奥希替尼片", disease="C34"),
        visitor.get().content.decode(),
        visitor.get("/suggest/", {"drug": "甲"}).content.decode(),
    ]

    for page in pages:
        for secret in ("PRIV", "自有特药", "P-1"):
            assert secret not in page
    assert all(outcome(page) is None for page in pages[:2])
    assert outcome(pages[2]) == ""
    assert "请向保险公司咨询" in pages[2]
    assert visitor.get("/lists/PRIV/v1/P-1/").status_code == 404
    assert visitor.get("/lists/CIDL/v1/E-1/").status_code == 200


@pytest.mark.parametrize(("name", "says"), [("LATER", ""), (":LATER", "covered")])
def test_of_one_code_the_insurers_own_list_is_meant_and_does_not_show(
    market: Market, visitor: Visitor, make_catalog: Callable[..., Catalog], name: str, says: str
) -> None:
    own = make_catalog("LATER", owner_id=market.insurer.pk, name="自有")
    published(own, "entry_code,generic_name,icd10\nP-1,奥希替尼片,C34\n")
    published(make_catalog("LATER", name="公开"), "entry_code,generic_name,icd10\nS-1,奥希替尼片,C34\n")
    market.product("HMB", benefits=[{**BENEFIT, "catalogs": [{"catalog": name}]}])

    page = visitor.ask(disease="C34", product="INS-A:HMB")

    assert outcome(page) == says
    assert "P-1" not in page and "自有" not in page
    if says:
        assert "/lists/LATER/v1/S-1/" in page
        assert "S-1" in visitor.get("/lists/LATER/v1/S-1/").content.decode()


def test_a_version_that_names_no_private_list_is_answered_though_another_does(
    market: Market, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    published(make_catalog("PRIV", owner_id=market.insurer.pk), PRIVATE)
    product = market.product("HMB")
    later = insurers.create_product_version(
        product=product,
        data={
            "label": "2027",
            "effective_from": "2027-01-01",
            "benefits": [{**BENEFIT, "scope": "any", "catalogs": [{"catalog": "PRIV"}]}],
        },
        by="key:a",
    )
    insurers.publish_product_version(version=later, by="key:a")

    asked = {"disease": "C34", "setting": "outpatient", "product": "INS-A:HMB"}
    assert outcome(visitor.ask(**asked)) == "covered"
    assert outcome(visitor.ask(**asked, date="2027-03-14")) == ""


def test_what_only_the_insurers_own_list_knows_of_a_drug_changes_no_answer(
    market: Market, api: Api, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    market.product("HMB")
    asked = {"disease": "C34", "setting": "outpatient"}
    before = visitor.ask("奥希替尼片", **asked)
    own = "entry_code,generic_name,brand_name,icd10\nP-1,奥希替尼片,密牌,C34\n"
    published(make_catalog("PRIV", owner_id=market.insurer.pk), own)
    api.get("/products/HMB/coverage/", {"brand_name": "密牌", "icd10": "C34", "date": "2026-03-14"})

    assert visitor.ask("奥希替尼片", **asked) == before
    assert "没有查到" in visitor.ask("密牌", **asked)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_row_shows_once_it_is_published_and_says_when_it_is_withdrawn(
    market: Market, visitor: Visitor, state: str
) -> None:
    if state == "draft":
        imported(market.cidl, CIDL.replace("E-1", "E-9"), label="v2")
        assert visitor.get("/lists/CIDL/v2/E-9/").status_code == 404
        return
    page = visitor.get("/lists/CIDL/v1/E-1/").content.decode()
    assert "泰瑞沙" in page and "已撤回" not in page
    withdrawn(market.cidl.versions.get(label="v1"))
    assert "已撤回" in visitor.get("/lists/CIDL/v1/E-1/").content.decode()


# --- Its manners


def test_it_is_kept_by_anybody_and_sets_no_cookie(market: Market, visitor: Visitor) -> None:
    market.product("HMB")
    for path, query in (
        ("/", {}),
        ("/", {"drug": "奥希替尼片"}),
        ("/lists/CIDL/v1/E-1/", {}),
        ("/suggest/", {"drug": "奥"}),
    ):
        response = visitor.get(path, query)
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.headers["Vary"] in ("Accept-Language", "Accept-Language, Accept-Encoding")
        assert not response.cookies
        again = visitor.get(path, query, **{"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_cookie_of_the_desk_changes_nothing(market: Market, visitor: Visitor) -> None:
    plain = visitor.get().content
    visitor.client.cookies["django_language"] = "en"

    assert visitor.get().content == plain


@pytest.mark.parametrize(
    ("header", "lang", "language"),
    [
        ("", "", "zh-Hans"),
        ("fr", "", "zh-Hans"),
        ("en-GB,zh;q=0.5", "", "en"),
        ("zh", "en", "en"),
        ("en", "zh", "zh-Hans"),
        ("en", "fr", "en"),
    ],
)
def test_the_language_is_the_one_chosen_else_the_browsers_else_chinese(
    market: Market, visitor: Visitor, header: str, lang: str, language: str
) -> None:
    page = visitor.get("/", {"lang": lang} if lang else {}, **{"Accept-Language": header}).content.decode()

    assert f'<html lang="{language}">' in page


def test_who_asks_too_often_is_told_to_wait(market: Market, visitor: Visitor, monkeypatch: Any, settings: Any) -> None:
    settings.PUBLIC_RATE_PER_MINUTE = 5
    asked: list[str] = []
    monkeypatch.setattr(counts, "used", lambda address, limit: asked.append(address) or len(asked))

    statuses = [visitor.get("/", {"drug": "奥希替尼片"}).status_code for _time in range(6)]

    assert statuses == [200] * 5 + [429]
    assert set(asked) == {"127.0.0.1"}
    refused = visitor.get()
    assert refused.headers["Retry-After"] == "60" and refused.headers["Cache-Control"] == "no-store"


def test_a_fault_is_told_as_a_fault(market: Market, visitor: Visitor, monkeypatch: Any) -> None:
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(views, "observe", away)

    response = visitor.get("/", {"drug": "奥希替尼片"})

    told = text_of(response.content.decode())
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert "这不说明这种药赔或不赔" in told
    assert "不在保障范围" not in told


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_only_answers(market: Market, visitor: Visitor, method: str) -> None:
    assert getattr(visitor.client, method)("/").status_code == 405


@pytest.mark.parametrize("text", ["\x00", "%", "<script>alert(1)</script>", "' OR 1=1", "\ud7ff", "㐀" * 300, "C34\n"])
@pytest.mark.parametrize("field", ["drug", "product", "disease", "date", "setting", "age", "lang"])
def test_whatever_is_written_is_answered(market: Market, visitor: Visitor, field: str, text: str) -> None:
    response = visitor.get("/", {"drug": "奥希替尼片", field: text})

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_an_answer_takes_a_bounded_number_of_statements_however_long_the_lists_are(
    market: Market, visitor: Visitor, make_catalog: Callable[..., Catalog]
) -> None:
    for number in range(3):
        market.product(f"P{number}")
    asked = {"disease": "C34", "setting": "outpatient"}

    def statements() -> tuple[int, int]:
        counted = []
        for drug in ("", "奥希替尼片"):
            with CaptureQueriesContext(connection) as sent:
                visitor.get("/", {"drug": drug, "date": "2026-03-14", **asked} if drug else {})
            counted.append(len(sent))
        return counted[0], counted[1]

    statements()  # what is loaded once is loaded
    short = statements()
    rows = "".join(f"M-{number},药{number}片\n" for number in range(300))
    published(make_catalog("MORE", name="更多"), "entry_code,generic_name\n" + rows, effective_from=date(2026, 1, 1))
    cache.clear_all()
    statements()

    assert statements() == short
    # Two of each are the savepoint of the observation, inside the transaction of a test.
    assert short[0] <= 6 and short[1] <= 13
