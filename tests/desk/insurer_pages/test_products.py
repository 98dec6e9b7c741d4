"""Products of an insurer as its own people keep them: written in a form, told in sentences, published by a second person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Catalog
from common.audit.models import Record
from insurers import services
from insurers.models import Insurer, Product, ProductVersion
from tests.desk.insurer_pages.conftest import At
from tests.desk.test_insurers import text_of

pytestmark = pytest.mark.django_db

FORM: dict[str, Any] = {
    "do": "keep",
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "base": "NRDL",
    "waiting_days": "30",
    "annual_limit": "3,000,000",
    "deductibles-0-group": "住院",
    "deductibles-0-amount": "10000",
    "deductibles-0-special": "",
    "benefits-0-code": "special",
    "benefits-0-name": "特定药品",
    "benefits-0-scope": "off_base",
    "benefits-0-settings": ["inpatient"],
    "benefits-0-catalogs-0": "COM@2025",
    "benefits-0-catalogs-1": "",
    "benefits-0-deductible_group": "住院",
    "benefits-0-ratio": "80",
}
SENTENCE = (
    "「特定药品」（special）：对在住院发生的医保目录外药品，凡列于 COM（固定 2025 版），扣除「住院」年度免赔额 10,000.00 元后，"
    "按 80% 赔付，本责任不设年度限额。"
)


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:insurers_{name}", args=args)


@pytest.fixture
def product(insurer: Insurer, lists: None) -> Product:
    return services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")


@pytest.fixture
def draft(ines: At, product: Product) -> ProductVersion:
    assert ines.post(page("product_write", product.pk), FORM).status_code == 302
    return ProductVersion.objects.get()


def test_a_product_is_made_by_its_insurer(ines: At, insurer: Insurer) -> None:
    made = ines.post(page("product_add"), {"code": "NEW", "name": "新产品", "note": ""})

    product = Product.objects.get()
    assert (made.status_code, product.insurer, product.name) == (302, insurer, "新产品")
    again = ines.post(page("product_add"), {"code": "NEW", "name": "又一个", "note": ""})
    assert (again.status_code, Product.objects.count()) == (409, 1)
    assert ines.post(page("product_add"), {"code": "有空格 的", "name": "x"}).status_code == 200


def test_terms_are_written_and_told(ines: At, draft: ProductVersion) -> None:
    assert draft.terms["benefits"][0]["ratio"] == "0.8000"
    assert draft.terms["annual_limit"] == "3000000.00"
    assert draft.terms["benefits"][0]["catalogs"] == [{"catalog": "COM", "label": "2025"}]
    assert (draft.created_by, draft.editors, draft.state) == ("ines", ["ines"], "draft")
    shown = text_of(ines.get(page("productversion_change", draft.pk)))
    assert SENTENCE in shown
    assert "等待期 30 天。" in shown


def test_a_preview_keeps_nothing_and_tells_the_sentence(ines: At, product: Product) -> None:
    answer = ines.post(page("product_write", product.pk), {**FORM, "do": "preview"})

    assert (answer.status_code, ProductVersion.objects.count()) == (200, 0)
    assert SENTENCE in text_of(answer)
    assert "这些条款没有问题。" in text_of(answer)


def test_a_benefit_is_told_whatever_is_wrong_elsewhere(ines: At, product: Product) -> None:
    answer = ines.post(page("product_write", product.pk), {**FORM, "do": "preview", "label": "", "annual_limit": "多"})

    assert SENTENCE in text_of(answer)
    assert "有 2 处须改正，见下方标出处。" in text_of(answer)


def test_what_stands_in_for_a_fault_is_never_told(ines: At, product: Product) -> None:
    for fault in ({"benefits-0-ratio": "180"}, {"deductibles-0-amount": ""}):
        shown = text_of(ines.post(page("product_write", product.pk), {**FORM, "do": "preview", **fault}))
        assert "「特定药品」" not in shown


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"benefits-0-ratio": "180"}, "请写 0 至 100 之间的百分数"),
        ({"benefits-0-catalogs-0": "NOWHERE"}, "没有目录 NOWHERE"),
        ({"base": "COM"}, "COM"),
        ({"deductibles-0-amount": ""}, "请写金额"),
        ({"benefits-0-code": ""}, "该字段是必填项"),
        ({"effective_to": "2025-01-01"}, "effective_to"),
    ],
)
def test_a_fault_keeps_nothing_and_stands_on_the_page(
    ines: At, product: Product, change: dict[str, str], told: str
) -> None:
    answer = ines.post(page("product_write", product.pk), {**FORM, **change})

    assert (answer.status_code, ProductVersion.objects.count()) == (400, 0)
    assert told in answer.content.decode()


def test_benefits_come_and_go_without_script(ines: At, product: Product) -> None:
    more = ines.post(page("product_write", product.pk), {**FORM, "do": "add"}).content.decode()
    assert 'name="benefits-1-code"' in more
    fewer = ines.post(page("product_write", product.pk), {**FORM, "do": "remove-0"}).content.decode()
    assert 'name="benefits-0-code"' not in fewer
    assert ines.post(page("product_write", product.pk), {**FORM, "do": "remove-7"}).status_code == 200


def test_a_label_taken_is_told(ines: At, product: Product, draft: ProductVersion) -> None:
    answer = ines.post(page("product_write", product.pk), FORM)

    assert (answer.status_code, ProductVersion.objects.count()) == (409, 1)


def test_whoever_wrote_or_submitted_does_not_publish(ines: At, ivan: At, draft: ProductVersion) -> None:
    publish = page("productversion_publish", draft.pk)
    assert ivan.post(publish).status_code == 409  # not submitted yet
    assert ines.post(page("productversion_submit", draft.pk)).status_code == 302
    assert ines.post(page("productversion_submit", draft.pk)).status_code == 409

    assert ines.post(publish).status_code == 409
    assert "请由另一人" in text_of(ines.get(page("productversion_change", draft.pk)))
    shown = text_of(ivan.get(publish))
    assert SENTENCE in shown
    assert ivan.post(publish, {"against": draft.checksum}).status_code == 302

    draft.refresh_from_db()
    assert (draft.state, draft.published_by, draft.submitted_by) == ("published", "ivan", "ines")
    assert ines.post(page("productversion_edit", draft.pk), FORM).status_code == 409


def test_what_was_not_read_is_not_published(ines: At, ivan: At, draft: ProductVersion) -> None:
    seen = draft.checksum
    ines.post(page("productversion_edit", draft.pk), {**FORM, "against": seen, "benefits-0-ratio": "90"})
    ines.post(page("productversion_submit", draft.pk))

    assert ivan.post(page("productversion_publish", draft.pk), {"against": seen}).status_code == 409
    assert ProductVersion.objects.get().state == "draft"


def test_sent_back_it_is_mended_and_its_second_writer_is_an_editor_too(
    ines: At, ivan: At, draft: ProductVersion
) -> None:
    ines.post(page("productversion_submit", draft.pk))
    assert ivan.post(page("productversion_send_back", draft.pk), {"reason": ""}).status_code == 200
    assert ivan.post(page("productversion_send_back", draft.pk), {"reason": "比例过高"}).status_code == 302
    assert "比例过高" in text_of(ines.get(page("productversion_change", draft.pk)))

    change = {**FORM, "against": draft.checksum, "benefits-0-ratio": "70"}
    assert ivan.post(page("productversion_edit", draft.pk), change).status_code == 302
    ivan.post(page("productversion_submit", draft.pk))
    for person in (ines, ivan):
        assert person.post(page("productversion_publish", draft.pk)).status_code == 409
    deeds = Record.objects.filter(kind="productversion").order_by("id").values_list("who", "deed", "reason")
    assert list(deeds) == [
        ("ines", "product_version.created", ""),
        ("ines", "product_version.submitted", ""),
        ("ivan", "product_version.sent_back", "比例过高"),
        ("ivan", "product_version.changed", ""),
        ("ivan", "product_version.submitted", ""),
    ]


def test_an_edit_of_what_changed_meanwhile_is_refused(ines: At, ivan: At, draft: ProductVersion) -> None:
    opened = draft.checksum
    ivan.post(page("productversion_edit", draft.pk), {**FORM, "against": opened, "waiting_days": "60"})

    answer = ines.post(page("productversion_edit", draft.pk), {**FORM, "against": opened, "waiting_days": "90"})

    assert answer.status_code == 409
    assert ProductVersion.objects.get().terms["waiting_days"] == 60


def test_a_version_is_copied_for_other_days(ines: At, draft: ProductVersion) -> None:
    sent = {"label": "2027", "effective_from": "2027-01-01", "effective_to": "", "pin-0": "2025", "pin-1": "~"}

    assert ines.get(page("productversion_clone", draft.pk)).status_code == 200
    assert ines.post(page("productversion_clone", draft.pk), sent).status_code == 302

    made = ProductVersion.objects.get(label="2027")
    assert made.terms["base"] == {"catalog": "NRDL", "label": "2025"}
    assert made.terms["benefits"][0]["catalogs"] == [{"catalog": "COM"}]


def test_a_draft_is_deleted_and_a_published_version_withdrawn(ines: At, ivan: At, draft: ProductVersion) -> None:
    ines.post(page("productversion_submit", draft.pk))
    ivan.post(page("productversion_publish", draft.pk))
    assert ines.post(page("productversion_discard", draft.pk)).status_code == 409
    assert ines.post(page("productversion_withdraw", draft.pk)).status_code == 302
    assert ProductVersion.objects.get().state == "withdrawn"
    other = {**FORM, "label": "2027"}
    ines.post(page("product_write", draft.product_id), other)
    made = ProductVersion.objects.get(label="2027")
    assert ines.post(page("productversion_discard", made.pk)).status_code == 302
    assert not ProductVersion.objects.filter(label="2027").exists()


def test_the_offices_list_is_offered_beside_ones_own_of_its_code_whatever_kind_that_is(
    ines: At, insurer: Insurer, product: Product, make_catalog: Callable[..., Catalog]
) -> None:
    make_catalog("X", "reference", owner_id=insurer.pk)  # an insurer's X means its own, which no terms may name
    make_catalog("X", "commercial")

    shown = ines.get(page("product_write", product.pk)).content.decode()
    assert '<option value=":X">' in shown
    assert '<option value="X">' not in shown


def test_the_pages_are_bounded(ines: At, draft: ProductVersion, django_assert_max_num_queries: Any) -> None:
    for address in (
        page("product_changelist"),
        page("product_change", draft.product_id),
        page("productversion_change", draft.pk),
        page("productversion_edit", draft.pk),
    ):
        with django_assert_max_num_queries(20):
            assert ines.get(address).status_code == 200


def test_a_product_becomes_public_only_with_second_thoughts_and_can_be_taken_back(
    ines: At, bea: At, product: Product
) -> None:
    asked = page("product_public", product.pk)
    assert bea.get(asked).status_code == bea.post(asked, {"public": "on", "sure": "on"}).status_code == 404

    hasty = ines.post(asked, {"public": "on"})
    assert hasty.status_code == 200 and "请阅读上面的说明" in text_of(hasty)
    product.refresh_from_db()
    assert not product.public

    assert ines.post(asked, {"public": "on", "sure": "on"}).status_code == 302
    assert ines.post(asked, {"public": "on"}).status_code == 302  # it is public already: nothing is begun
    product.refresh_from_db()
    assert product.public
    assert "可公开查询" in text_of(ines.get(page("product_change", product.pk)))

    assert ines.post(asked, {}).status_code == 302
    product.refresh_from_db()
    assert not product.public
    deeds = Record.objects.filter(deed="product.changed").order_by("id").values_list("who", "before", "after")
    assert list(deeds) == [
        ("ines", {"public": False}, {"public": True}),
        ("ines", {"public": True}, {"public": False}),
    ]
