"""An insurer's sandbox: kept apart from everything, and erased at once (docs/sandbox.md)."""

from typing import Any

import pytest
from django.test import Client

from claims.models import ClaimBatch, ClaimCheck
from common import tenancy
from common.audit.models import Record
from common.jobs import services as jobs
from common.jobs.models import Job
from common.operations.access_log import tenant_of
from fhir import systems
from insurers import key_issuing, services
from insurers.models import ApiKey, Insurer, Product, ProductVersion, Webhook
from shangbao_client import verify
from tests.conftest import EVERY_INSURER_SCOPE, Api, published

LIST = "entry_code,generic_name\nE-1,仑卡奈单抗注射液\n"
SCOPES = [*EVERY_INSURER_SCOPE, "webhooks:manage"]
MARK = "SANDBOX-MARK"


def terms(label: str = "2026", **more: Any) -> dict[str, Any]:
    benefit = {"code": "a", "ratio": "0.5", "catalogs": [{"catalog": "COM"}]}
    return {"label": label, "effective_from": "2026-01-01", "benefits": [benefit], **more}


def claim(number: str = "C-1", product: str = "HMB") -> dict[str, Any]:
    line = {"generic_name": "仑卡奈单抗注射液", "quantity": "2", "amount": "100.00"}
    return {"product": product, "claim_no": number, "service_date": "2026-06-01", "lines": [line]}


@pytest.fixture
def world(insurer: Insurer, make_catalog: Any) -> None:
    """A shared list, a private one, and a product of two versions: one names the private list."""
    published(make_catalog(), LIST)
    published(make_catalog("OWN", owner_id=insurer.pk), LIST)
    product = services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ann", public=True)
    for given in (
        terms(effective_to="2026-12-31"),
        terms("2027", effective_from="2027-01-01", negative_lists=[])
        | {"benefits": [{"code": "a", "ratio": "0.5", "catalogs": [{"catalog": "OWN"}]}]},
        terms("2025", effective_from="2025-01-01", effective_to="2025-12-31"),
    ):
        draft = services.create_product_version(product=product, data=given, by="ann")
        services.publish_product_version(version=draft, by="ben")
    services.create_product_version(product=product, data=terms("draft"), by="ann")


@pytest.fixture
def test_key(world: None, api: Api) -> str:
    made = api.post("/keys/", {"scopes": EVERY_INSURER_SCOPE, "sandbox": True})
    assert made.status_code == 201, made.json()
    assert made.json()["sandbox"] is True
    return str(made.json()["key"])


@pytest.fixture
def sandbox(test_key: str) -> Api:
    return Api(test_key)


def numbers(api: Api) -> list[str]:
    return [one["claim_no"] for one in api.get("/claims/checks/").json()["results"]]


def test_what_a_test_key_checks_is_in_the_sandbox_alone(sandbox: Api, api: Api, test_key: str, maker: Api) -> None:
    ours = sandbox.post("/claims/checks/", claim("C-TEST"))
    assert ours.status_code in (200, 201), ours.json()
    theirs = api.post("/claims/checks/", claim("C-REAL"))
    me = sandbox.get("/insurers/me/")

    assert test_key.startswith("sbt_")
    assert (me.json()["sandbox"], me.json()["insurer"]) == (True, {"code": "INS-A", "name": "甲保险"})
    assert api.get("/insurers/me/").json()["sandbox"] is False
    assert tenant_of(sandbox.get("/insurers/me/").wsgi_request) == "sandbox:INS-A"
    assert tenant_of(api.get("/insurers/me/").wsgi_request) == "INS-A"
    assert (ours["X-Sandbox"], me["X-Sandbox"]) == ("true", "true")
    assert "X-Sandbox" not in theirs
    assert ours.json()["lines"] == theirs.json()["lines"]
    assert (numbers(sandbox), numbers(api)) == (["C-TEST"], ["C-REAL"])
    assert api.get(f"/claims/checks/{ours.json()['id']}/").status_code == 404
    assert sandbox.get(f"/claims/checks/{theirs.json()['id']}/").status_code == 404


def test_the_first_test_key_brings_the_products_that_hold_now(sandbox: Api, api: Api) -> None:
    shown = sandbox.get("/products/").json()["results"]
    versions = sandbox.get("/products/HMB/versions/").json()["results"]

    assert [(one["code"], one["insurer"], one["public"]) for one in shown] == [("HMB", "INS-A", False)]
    assert [(one["label"], one["state"]) for one in versions] == [("2026", "published")]
    refreshed = sandbox.post("/sandbox/refresh/").json()
    assert refreshed == {
        "copied": [],
        "left_out": [{"product": "HMB", "version": "2027", "reason": "own_lists", "catalogs": ["OWN"]}],
    }
    product = Product.objects.get(insurer__id__gt=0)
    draft = services.create_product_version(product=product, data=terms("2028", effective_from="2028-01-01"), by="ann")
    services.publish_product_version(version=draft, by="ben")
    assert api.post("/sandbox/refresh/").json()["copied"] == [{"product": "HMB", "version": "2028"}]


def test_of_a_product_that_has_ended_the_newest_version_is_copied(world: None, insurer: Insurer, api: Api) -> None:
    product = services.create_product(insurer_id=insurer.pk, code="OLD", name="旧产品", by="ann")
    for label, year in (("2024", 2024), ("2023", 2023)):
        given = terms(label, effective_from=f"{year}-01-01", effective_to=f"{year}-12-31")
        draft = services.create_product_version(product=product, data=given, by="ann")
        services.publish_product_version(version=draft, by="ben")
    sandbox = Api(api.post("/keys/", {"scopes": EVERY_INSURER_SCOPE, "sandbox": True}).json()["key"])

    versions = sandbox.get("/products/OLD/versions/").json()["results"]

    assert [one["label"] for one in versions] == ["2024"]
    assert [one["label"] for one in sandbox.get("/products/HMB/versions/").json()["results"]] == ["2026"]
    asked = {"date": "2024-06-01", "generic_name": "仑卡奈单抗注射液"}
    assert sandbox.get("/products/OLD/coverage/", asked).status_code == 200


def test_a_test_key_makes_and_sees_test_keys_only(sandbox: Api, api: Api) -> None:
    made = sandbox.post("/keys/", {"scopes": ["coverage:read"]})
    refused = sandbox.post("/keys/", {"scopes": ["coverage:read"], "sandbox": False})
    beyond = sandbox.post("/keys/", {"scopes": ["webhooks:manage"]})

    assert made.json()["sandbox"] and made.json()["key"].startswith("sbt_")
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_own")
    assert (beyond.status_code, beyond.json()["code"]) == (403, "beyond_own")
    assert {one["sandbox"] for one in sandbox.get("/keys/").json()["results"]} == {True}
    assert sorted(one["sandbox"] for one in api.get("/keys/").json()["results"]) == [False, True, True]
    assert sandbox.get(f"/keys/{ApiKey.objects.get(sandbox=None).prefix}/").status_code == 404
    assert Insurer.every.count() == 2


def test_a_refused_test_key_begins_no_sandbox(world: None, api: Api) -> None:
    assert api.post("/keys/", {"scopes": ["webhooks:manage"], "sandbox": True}).status_code == 403
    assert not Insurer.every.filter(pk__lt=0).exists()


def test_erasing_leaves_no_fact_and_ends_the_keys(sandbox: Api, api: Api) -> None:
    twin = Insurer.every.get(pk__lt=0)
    done = sandbox.post("/claims/checks/", claim("C-TEST"), **{"Idempotency-Key": "once"})
    assert done.status_code in (200, 201)
    api.post("/claims/checks/", claim("C-REAL"))
    Webhook.objects.create(insurer=twin, url="https://hooks.example.com/", events=[], salt="x", fingerprint="x")

    assert sandbox.delete("/sandbox/").status_code == 204

    assert sandbox.get("/insurers/me/").status_code == 401
    twin.refresh_from_db()
    assert twin.retired_at is not None
    left = ClaimCheck.objects.get(insurer=twin)
    assert (left.facts, left.decision, left.claim_no) == (None, None, "")
    assert not Webhook.objects.filter(insurer=twin).exists()
    assert numbers(api) == ["C-REAL"]
    assert Record.objects.filter(deed="sandbox.erased").count() == 1
    assert api.delete("/sandbox/").status_code == 204
    assert Record.objects.filter(deed="sandbox.erased").count() == 1
    gone = api.post("/sandbox/refresh/")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_sandbox")
    again = Api(api.post("/keys/", {"scopes": EVERY_INSURER_SCOPE, "sandbox": True}).json()["key"])
    assert numbers(again) == []
    assert again.get("/products/").json()["count"] == 1


def test_only_a_key_that_checks_claims_erases(sandbox: Api, insurer: Insurer) -> None:
    reader = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=["coverage:read"], by="root")[1])
    assert reader.delete("/sandbox/").json()["code"] == "missing_scope"
    assert (
        Api(sandbox.post("/keys/", {"scopes": ["coverage:read"]}).json()["key"]).delete("/sandbox/").status_code == 204
    )


def test_what_leaves_a_sandbox_says_that_it_is_of_one(sandbox: Api, api: Api, tmp_path: Any) -> None:
    def papers(asking: Api) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
        check = asking.post("/claims/checks/", claim()).json()["id"]
        token = asking.get(f"/claims/checks/{check}/receipt/").json()["receipt"]
        found = Api().post("/receipts/verify/", {"receipt": token, "claim": claim()}, **{"Accept-Language": "en"})
        path = f"/claims/checks/{check}/explanation/"
        told = [asking.get(path).json()["title"]] + [
            asking.get(path, Accept=kind).content.decode() for kind in ("text/plain", "text/html")
        ]
        asked = {
            "resourceType": "CoverageEligibilityRequest",
            "status": "active",
            "purpose": ["benefits"],
            "patient": {"display": "m-1"},
            "created": "2026-06-01",
            "servicedDate": "2026-06-01",
            "insurer": {"identifier": {"system": systems.INSURER, "value": "INS-A"}},
            "insurance": [{"coverage": {"identifier": {"system": systems.PRODUCT, "value": "HMB"}}}],
            "item": [{"productOrService": {"text": "仑卡奈单抗注射液"}}],
        }
        submitted = asking.client.post(
            "/fhir/R4/CoverageEligibilityRequest/$submit",
            asked,
            content_type="application/fhir+json",
            headers=asking.headers,
        )
        assert submitted.status_code == 200, submitted.content
        (tmp_path / "receipt").write_text(token)
        return found.json(), told, submitted.json()

    tried, told, submitted = papers(sandbox)
    assert (tried["valid"], tried["why"], tried["receipt"]["sandbox"]) == (False, "sandbox", True)
    assert tried["message"] == "The receipt is genuine, but of a sandbox: it proves nothing about a claim."
    assert tried["matches_claim"] is True
    assert all("沙箱" in one for one in told)
    assert submitted["meta"]["security"][0]["code"] == "HTEST"
    keys = verify.keys_of(Client().get("/.well-known/jwks.json").json())
    with pytest.raises(verify.NotProved) as refused:
        verify.receipt((tmp_path / "receipt").read_text(), keys)
    assert refused.value.code == "sandbox"

    real, told, submitted = papers(api)
    assert (real["valid"], real["why"], "sandbox" in real["receipt"]) == (True, None, False)
    assert not any("沙箱" in one for one in told)
    assert "meta" not in submitted
    assert verify.receipt((tmp_path / "receipt").read_text(), keys) == real["receipt"]


def test_the_office_and_the_machine_see_no_sandbox_but_what_keeps_house_does(sandbox: Api) -> None:
    sandbox.post("/claims/checks/", claim("C-TEST"))
    twin = Insurer.every.get(pk__lt=0)
    tables = (ClaimCheck, Product, ProductVersion)

    def seen(who: str) -> list[int]:
        with tenancy.acting_for(who):
            return [model.objects.filter(insurer=twin).count() for model in tables]

    assert seen(tenancy.OFFICE) == [0, 0, 0]
    assert seen(tenancy.EVERYBODY) == seen(str(twin.pk)) == [1, 1, 1]
    assert [one.pk > 0 for one in Insurer.objects.all()] == [True]


def test_a_batch_of_a_sandbox_is_decided_in_it(sandbox: Api, maker: Api) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    header = "claim_no,member_ref,line_no,service_date,diagnoses,setting,generic_name,quantity,amount"
    rows = f"{header}\nC-1,m-1,1,2026-06-01,G30.9,outpatient,仑卡奈单抗注射液,2,100\n"
    sent = sandbox.upload("/claims/batches/", SimpleUploadedFile("b.csv", rows.encode()), product="HMB")
    assert sent.status_code == 202, sent.json()
    twin = Insurer.every.get(pk__lt=0)
    while waiting := Job.objects.filter(state=Job.State.QUEUED, sandbox=str(twin.pk)).first():
        jobs.run(waiting.pk, heartbeat=False)
    shown = sandbox.get(f"/claims/batches/{sent.json()['id']}/").json()
    assert (shown["state"], shown.get("claims", 1)) == ("done", 1), shown
    results = sandbox.get(f"/claims/batches/{sent.json()['id']}/results.csv")
    assert 'filename="sandbox-batch-' in results["Content-Disposition"]

    assert sandbox.delete("/sandbox/").status_code == 204
    assert ClaimBatch.objects.get(insurer=twin).purged_at is not None
