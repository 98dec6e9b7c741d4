"""Consultations, batches, endpoints and keys as an insurer's own people have them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from catalog import consultation, moves
from catalog.models import CatalogVersion, Comment
from claims.eligibility.reasons import REASONS
from claims.models import ClaimBatch
from common import tenancy
from common.audit.models import Record
from insurers.models import ApiKey, Insurer, Product, Webhook
from tests.claims.batches.conftest import HEADER, TABLET, make_product, worked_off
from tests.conftest import Api, imported
from tests.desk.insurer_pages.conftest import At
from tests.desk.test_insurers import text_of

pytestmark = pytest.mark.django_db

LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\nE-2,阿司匹林片,I10\n"


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def file(name: str, content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


# --- Consultations


@pytest.fixture
def version(make_catalog: Callable[..., Any]) -> CatalogVersion:
    """A draft in consultation."""
    version = imported(make_catalog("CIDL", name="创新药目录"), LIST).version
    assert version is not None
    return moves.submit_version(version=version, by="alice", comments_until=timezone.now().date() + timedelta(days=5))


def say(person: At, version: CatalogVersion, **words: str) -> Any:
    sent = {"entry_code": "E-1", "stance": "oppose", "text": "价格过高", **words}
    return person.post(page("catalog_comment_say", version.pk), sent)


def test_an_insurer_finds_the_consultation_and_comments(ines: At, version: CatalogVersion) -> None:
    assert "创新药目录 v1" in text_of(ines.get(page("catalog_comment_changelist")))
    shown = text_of(ines.get(page("catalog_comment_of", version.pk), {"q": "奥希替尼"}))
    assert "奥希替尼片" in shown
    assert "阿司匹林片" not in shown
    assert 'value="E-2"' in ines.get(page("catalog_comment_say", version.pk), {"entry": "E-2"}).content.decode()

    assert say(ines, version).status_code == 302
    comment = Comment.objects.get()
    assert (comment.by, comment.insurer.code, comment.generic_name) == ("ines", "INS-A", "奥希替尼片")
    assert say(ines, version, entry_code="E-9").status_code == 400
    assert say(ines, version, stance="perhaps").status_code == 200
    assert Comment.objects.count() == 1


def test_own_comments_are_changed_and_taken_back_until_it_is_over(ines: At, ivan: At, version: CatalogVersion) -> None:
    say(ines, version)
    comment = Comment.objects.get()
    changed = {"entry_code": "", "stance": "suggest", "text": "分年纳入"}
    assert ivan.post(page("catalog_comment_otherwise", comment.pk), changed).status_code == 302
    comment.refresh_from_db()
    assert (comment.entry_code, comment.stance, comment.text) == ("", "suggest", "分年纳入")

    consultation.answer_comment(comment=comment, by="alice", disposition="accepted", text="已采纳，谢谢")
    assert "已采纳，谢谢" in text_of(ines.get(page("catalog_comment_of", version.pk)))
    assert ines.get(page("catalog_comment_summary", version.pk)).status_code == 409
    moves.end_consultation(version=version, by="alice")
    assert ines.post(page("catalog_comment_otherwise", comment.pk), changed).status_code == 409
    assert ines.post(page("catalog_comment_take_back", comment.pk)).status_code == 409
    assert say(ines, version).status_code == 409
    summary = text_of(ines.get(page("catalog_comment_summary", version.pk)))
    assert "已采纳，谢谢" in summary
    assert "甲保险" not in summary
    assert "奥希替尼片" not in text_of(ines.get(page("catalog_comment_of", version.pk)))  # a draft again is not shown


def test_a_comment_is_taken_back(ines: At, version: CatalogVersion) -> None:
    say(ines, version)
    assert ines.post(page("catalog_comment_take_back", Comment.objects.get().pk)).status_code == 302
    assert not Comment.objects.exists()


def test_another_insurers_comments_are_not_there(ines: At, bea: At, version: CatalogVersion) -> None:
    say(ines, version, text="甲的意见")
    comment = Comment.objects.get()

    assert "甲的意见" not in text_of(bea.get(page("catalog_comment_of", version.pk)))
    assert bea.get(page("catalog_comment_change", comment.pk)).status_code in {302, 404}
    for move in ("otherwise", "take_back"):
        assert bea.post(page(f"catalog_comment_{move}", comment.pk), {"text": "x"}).status_code == 404
    assert Comment.objects.get().text == "甲的意见"


def test_a_file_of_comments_and_one_with_faults(ines: At, version: CatalogVersion) -> None:
    upload = page("catalog_comment_upload", version.pk)
    bad = ines.post(upload, {"file": file("意见.csv", "条目编码,立场,意见\nE-9,反对,不好\n")})
    assert (bad.status_code, Comment.objects.count()) == (400, 0)
    assert "E-9" in text_of(bad)

    good = ines.post(upload, {"file": file("意见.csv", "条目编码,立场,意见\nE-1,反对,不好\n,建议,整体延后\n")})
    assert (good.status_code, Comment.objects.count()) == (302, 2)


def test_what_was_never_consulted_is_not_there(ines: At, make_catalog: Callable[..., Any]) -> None:
    draft = imported(make_catalog("HID"), LIST).version
    assert draft is not None

    assert ines.get(page("catalog_comment_of", draft.pk)).status_code == 404
    assert "HID" not in text_of(ines.get(page("catalog_comment_changelist")))


# --- Batches


@pytest.fixture
def product(insurer: Insurer, lists: None) -> Product:
    return make_product(insurer)


def upload(person: At, product: Product) -> Any:
    claims = f"{HEADER}C-1,M-1,1,2026-03-01,{TABLET},100.00\n"
    return person.post(page("claims_claimbatch_add"), {"product": product.pk, "file": file("三月.csv", claims)})


def test_a_batch_from_upload_to_results(ines: At, bea: At, product: Product) -> None:
    assert upload(ines, product).status_code == 302
    batch = ClaimBatch.objects.get()
    assert ines.get(page("claims_claimbatch_progress", batch.pk)).json()["final"] is False
    assert "本页自动更新进度" in text_of(ines.get(page("claims_claimbatch_change", batch.pk)))
    assert ines.get(page("claims_claimbatch_results_csv", batch.pk)).status_code == 409

    assert worked_off(batch).state == "done"
    shown = text_of(ines.get(page("claims_claimbatch_change", batch.pk)))
    for words in ("按结论", "按药品", "阿司匹林", "100.00", "下载结果（CSV）"):
        assert words in shown
    results = ines.get(page("claims_claimbatch_results_csv", batch.pk))
    assert "C-1" in b"".join(results.streaming_content).decode()
    with tenancy.acting_for(tenancy.OFFICE):  # a streamed answer leaves the thread working for whom it was made
        assert Record.objects.filter(deed="batch.read", who="ines", after={"results": "csv"}).count() == 1
    assert ines.post(page("claims_claimbatch_cancel", batch.pk)).status_code == 409
    for name in ("change", "progress", "results_csv", "results_ndjson", "cancel"):
        assert bea.get(page(f"claims_claimbatch_{name}", batch.pk)).status_code in {302, 404}, name


def test_a_sum_by_reason_leaves_out_what_differs_from_line_to_line(ines: At, product: Product) -> None:
    claims = f"{HEADER}C-1,M-1,1,2019-03-01,{TABLET},100.00\n"
    ines.post(page("claims_claimbatch_add"), {"product": product.pk, "file": file("2019.csv", claims)})
    batch = worked_off(ClaimBatch.objects.get())
    shown = text_of(ines.get(page("claims_claimbatch_change", batch.pk)))

    assert batch.totals["reason"].keys() == {"NO_PRODUCT_VERSION"}
    assert REASONS["NO_PRODUCT_VERSION"].in_short("zh") in shown
    assert "{day}" in REASONS["NO_PRODUCT_VERSION"].zh and "{day}" not in shown


def test_a_batch_is_cancelled(ines: At, product: Product) -> None:
    upload(ines, product)
    batch = ClaimBatch.objects.get()

    assert ines.post(page("claims_claimbatch_cancel", batch.pk)).status_code == 302
    assert ClaimBatch.objects.get().state == "cancelled"


def test_another_insurers_product_takes_no_claims(bea: At, product: Product) -> None:
    assert upload(bea, product).status_code == 200
    assert not ClaimBatch.objects.exists()


# --- Endpoints


def added(person: At) -> Any:
    sent = {"url": "https://hooks.example.com/a", "events": ["batch.finished"], "note": "生产"}
    return person.post(page("insurers_webhook_add"), sent)


def test_an_endpoint_shows_its_secret_once(ines: At, bea: At) -> None:
    secret = re.search(r"whsec_[\w+/=]+", added(ines).content.decode())
    assert secret
    webhook = Webhook.objects.get()
    shown = ines.get(page("insurers_webhook_change", webhook.pk)).content.decode()
    assert secret[0] not in shown
    assert "批次" in shown
    again = ines.post(page("insurers_webhook_secret", webhook.pk)).content.decode()
    assert "whsec_" in again
    assert secret[0] not in again
    sent = {"events": ["comment.answered"], "note": ""}
    assert ines.post(page("insurers_webhook_edit", webhook.pk), sent).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.events, webhook.note) == (["comment.answered"], "")
    for name in ("edit", "test", "secret", "remove"):
        assert bea.post(page(f"insurers_webhook_{name}", webhook.pk), sent).status_code == 404
    assert ines.post(page("insurers_webhook_remove", webhook.pk)).status_code == 302
    assert not Webhook.objects.exists()


def test_a_test_message_is_seen_and_sent_once_more(ines: At, bea: At) -> None:
    added(ines)
    webhook = Webhook.objects.get()
    assert ines.post(page("insurers_webhook_test", webhook.pk)).status_code == 302
    delivery = webhook.deliveries.get()
    assert "测试消息" in text_of(ines.get(page("insurers_webhook_change", webhook.pk), {"state": "pending"}))
    again = page("insurers_webhook_again", webhook.pk, delivery.pk)
    assert ines.post(again).status_code == 409  # still being tried
    webhook.deliveries.update(
        state="failed", log=[{"at": "2026-11-01T00:00:00+00:00", "status": 500, "error": "", "milliseconds": 7}]
    )
    assert "500" in text_of(ines.get(page("insurers_webhook_delivery", webhook.pk, delivery.pk)))
    assert bea.post(again).status_code == 404
    assert ines.post(again).status_code == 302
    assert webhook.deliveries.get().state == "pending"


def test_an_address_that_can_never_be_reached_is_told(ines: At) -> None:
    sent = {"url": "http://127.0.0.1/", "events": ["batch.finished"]}

    assert ines.post(page("insurers_webhook_add"), sent).status_code == 400
    assert not Webhook.objects.exists()


# --- Keys


def test_an_insurers_user_issues_and_revokes_its_insurers_keys_alone(ines: At, bea: At, insurer: Insurer) -> None:
    sent = {"scopes": ["claims:check", "catalog:read"], "expires_on": "2030-12-31", "note": "批处理", "insurer": "999"}
    shown = ines.post(page("insurers_apikey_add"), sent).content.decode()

    found = re.search(r"sbm_\w+_[\w-]+", shown)
    key = ApiKey.objects.get()
    assert found
    assert (key.insurer, key.user) == (insurer, None)
    assert Api(found[0]).get("/insurers/me/").json()["insurer"]["code"] == "INS-A"
    assert bea.post(page("insurers_apikey_revoke", key.pk)).status_code == 404
    assert ines.post(page("insurers_apikey_revoke", key.pk)).status_code == 302


@pytest.mark.parametrize("scope", ["catalog:publish", "audit:read"])
def test_no_more_than_insurers_may_hold(ines: At, scope: str) -> None:
    assert scope not in ines.get(page("insurers_apikey_add")).content.decode()
    assert ines.post(page("insurers_apikey_add"), {"scopes": [scope], "expires_on": "2030-12-31"}).status_code == 200
    assert not ApiKey.objects.exists()


def test_the_pages_are_bounded(
    ines: At, version: CatalogVersion, product: Product, django_assert_max_num_queries: Any
) -> None:
    say(ines, version)
    upload(ines, product)
    worked_off(ClaimBatch.objects.get())
    added(ines)
    for address in (
        page("catalog_comment_changelist"),
        page("catalog_comment_of", version.pk),
        page("claims_claimbatch_changelist"),
        page("claims_claimbatch_change", ClaimBatch.objects.get().pk),
        page("insurers_webhook_change", Webhook.objects.get().pk),
        page("insurers_apikey_changelist"),
    ):
        with django_assert_max_num_queries(20):
            assert ines.get(address).status_code == 200
