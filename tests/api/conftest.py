"""A small world for the API tests: what the office and two insurers have, and everybody who may call."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from catalog import services as catalogs
from catalog.clock import observe
from catalog.consultation import add_comment
from catalog.models import Catalog, CatalogVersion, Comment, ImportRun
from claims import services as claims
from claims.authorisations import services as authorisations
from claims.batches import services as batches
from claims.models import ClaimBatch, ClaimCheck, PriorAuthorisation
from common import tenancy
from common.jobs import services as jobs
from curation.findings.causes import Cause, Place
from curation.findings.services import follow
from curation.golden.services import Given, make_case
from curation.impact.services import Asked, ask_impact
from curation.market import collections
from curation.models import Collection, Finding, GoldenCase, ImpactRun
from insurers import key_issuing, sandboxes
from insurers import services as insurers
from insurers.models import ApiRequest, Insurer, Product, ProductVersion, Webhook, WebhookDelivery
from insurers.webhooks import services as webhooks
from tests.client import through
from tests.conftest import Api, imported, published
from tests.curation.market.packages import zipped

LIST = """entry_code,generic_name,brand_name,dosage_form,manufacturer,approval_no,class_code,icd10,criteria,indication
E-1,甲磺酸奥希替尼片,泰瑞沙,片,阿斯利康,H20170167,XL01EB,C34,EGFR=EGFR 突变,肺癌
E-2,仑卡奈单抗注射液,乐意保,注射液,卫材,S20240001,XN06DX,G30,,阿尔茨海默病
E-3,阿昔替尼片,英立达,片,辉瑞,H20150244,XL01EK,C64,,肾癌
"""
PRIVATE_LIST = """entry_code,generic_name,class_code
P-1,秘密单抗注射液,XL01FX
"""
TERMS: dict[str, Any] = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "deductibles": {"hospital": "100.00"},
    "benefits": [
        {"code": "special", "catalogs": [{"catalog": "COM"}], "deductible_group": "hospital", "ratio": "0.7000"}
    ],
}
CLAIM: dict[str, Any] = {
    "product": "HMB",
    "claim_no": "C-1",
    "service_date": "2026-03-14",
    "diagnoses": ["C34.1"],
    "setting": "outpatient",
    "institution_level": 3,
    "member": {"member_ref": "m-1", "policy_start": "2026-01-01", "policy_end": "2026-12-31", "sex": "F", "age": 61},
    "lines": [
        {
            "line_no": 1,
            "generic_name": "甲磺酸奥希替尼片",
            "quantity": "30",
            "amount": "4977.00",
            "evidence": {"EGFR": True},
        }
    ],
}

AUTHORISATION: dict[str, Any] = {
    "product": "HMB",
    "member_ref": "m-1",
    "from": "2026-03-14",
    "generic_name": "甲磺酸奥希替尼片",
    "diagnoses": ["C34.1"],
    "evidence": {"EGFR": True},
}

BATCH = (json.dumps(CLAIM) + "\n").encode()


def terms(**changed: Any) -> dict[str, Any]:
    return {**TERMS, **changed}


def claim(**changed: Any) -> dict[str, Any]:
    return {**CLAIM, **changed}


@dataclass
class World:
    """Insurer A has a product, checks and a private catalog; B has nothing but a key. The office has COM (published v1, draft v2)."""

    a: Insurer
    b: Insurer
    com: Catalog
    v1: CatalogVersion
    v2: CatalogVersion
    office_import: ImportRun
    private: Catalog
    p1: CatalogVersion
    p2: CatalogVersion
    private_import: ImportRun
    p3: CatalogVersion
    comment: Comment
    product: Product
    draft: ProductVersion
    check: ClaimCheck
    webhook: Webhook
    delivery: WebhookDelivery
    batch: ClaimBatch
    authorisation: PriorAuthorisation
    impact: ImpactRun
    office_impact: ImpactRun
    golden: GoldenCase
    office_golden: GoldenCase
    finding: Finding
    own_finding: Finding
    collection: Collection
    # The prefix of one more key of A.
    key: str
    apis: dict[str, Api] = field(default_factory=dict)


A_WRITE = ["catalog:read", "catalog:write", "coverage:read", "claims:check", "products:write"]


def _keys(a: Insurer, b: Insurer) -> dict[str, Api]:
    office = {
        "maker": ["catalog:read", "catalog:write"],
        "checker": ["catalog:read", "catalog:write", "catalog:publish"],
        "auditor": ["catalog:read", "audit:read"],
    }
    insurer_key, curator_key = key_issuing.issue_insurer_key, key_issuing.issue_curator_key
    expired = insurer_key(insurer=a, scopes=A_WRITE, expires_at=timezone.now() - timedelta(seconds=1), by="root")[1]
    row, revoked = insurer_key(insurer=a, scopes=A_WRITE, by="root")
    key_issuing.revoke_key(key=row, by="root")
    found = {
        "none": Api(),
        "malformed": Api("sbm_not-a-key"),
        "expired": Api(expired),
        "revoked": Api(revoked),
        "A-read": Api(insurer_key(insurer=a, scopes=["catalog:read", "coverage:read"], by="root")[1]),
        "A-write": Api(insurer_key(insurer=a, scopes=A_WRITE, by="root")[1]),
        "B": Api(insurer_key(insurer=b, scopes=A_WRITE, by="root")[1]),
    }
    people = {"maker": "alice", "checker": "bob", "auditor": "carol"}
    return found | {
        name: Api(curator_key(username=people[name], scopes=scopes, by="root")[1]) for name, scopes in office.items()
    }


PACKAGE = {"lists.csv": "code,name,province,file\nREF-1,京惠保,北京,a.csv\n", "a.csv": "generic_name\n奥希替尼片\n"}


def collected() -> Collection:
    """Bring in a package of one list, as Alice."""
    made, _new = collections.upload_collection(
        chunks=[zipped(PACKAGE)], file_name="lists.zip", by="alice", label="2026", effective_from=date(2026, 1, 1)
    )
    assert made.job is not None
    jobs.run(made.job.pk, heartbeat=False)
    return made


def make_world() -> World:
    """Make the world through the services, as people would."""
    a, b = Insurer.objects.create(code="INS-A", name="甲保险"), Insurer.objects.create(code="INS-B", name="乙保险")
    sandboxes.issue_test_key(insurer=a, scopes=["coverage:read"], by="root")
    com = catalogs.create_catalog(code="COM", name="商保目录", kind="commercial", by="alice")
    v1 = published(com, LIST)
    office_import = imported(com, LIST.replace("肾癌", "肾细胞癌"), label="v2")
    private = catalogs.create_catalog(
        code="PRIV-A", name="甲保险自有目录", kind="commercial", by="key:a", owner_id=a.pk
    )
    p1 = published(private, PRIVATE_LIST, label="p1", by="key:a")
    private_import = imported(private, PRIVATE_LIST + "P-2,隐蔽替尼片,XL01EX\n", label="p2", by="key:a")
    p3 = catalogs.create_draft(catalog=private, label="p3", effective_from=date(2027, 1, 1), by="key:a", copy_of=p1)
    catalogs.submit_version(version=p3, by="key:a")
    comment = add_comment(version=p3, insurer_id=a.pk, by="key:a", stance="support", text="同意")
    product = insurers.create_product(insurer_id=a.pk, code="HMB", name="惠民保", by="key:a")
    version = insurers.create_product_version(product=product, data=TERMS, by="key:a")
    insurers.publish_product_version(version=version, by="key:a")
    draft = insurers.create_product_version(product=product, data=terms(label="2027"), by="key:a")
    check = claims.decide_claim(insurer_id=a.pk, data=CLAIM, by="key:a", seen=observe(), language="zh").check
    ApiRequest.objects.create(
        id="019cbe1f5e80ab12cd34ef56",
        insurer=a,
        key="k3y0f4ab",
        method="POST",
        route="/api/v1/claims/checks/",
        status=200,
        milliseconds=9,
        request_id="b1d2f0c4a6",
        at=timezone.now(),
    )
    webhook = webhooks.add_webhook(
        insurer_id=a.pk, url="https://hooks.example.com/a", events=["batch.finished"], by="key:a"
    )
    delivery = webhooks.send_test(webhook=webhook, at=timezone.now(), by="alice")
    batch, _new = batches.accept_batch(
        product=product, chunks=[BATCH], file_name="b.ndjson", by="key:a", seen=observe()
    )
    waiting = authorisations.ask(
        insurer_id=a.pk, data={**AUTHORISATION, "generic_name": "没听说过的药"}, by="key:a", seen=observe()
    )
    days = Asked(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    assert office_import.version is not None
    impact, office_impact = (
        ask_impact(version=version, insurer_id=insurer_id, asked=days, by=by, seen=observe())
        for version, insurer_id, by in ((p3, a.pk, "key:a"), (office_import.version, None, "alice"))
    )
    expect = {"lines": [{"outcome": "eligible"}]}
    golden, office_golden = (
        make_case(given=given, insurer_id=insurer_id, by=by)
        for given, insurer_id, by in (
            (Given("甲的用例", CLAIM, expect, product="HMB"), a.pk, "key:a"),
            (Given("用例", CLAIM, expect, catalogs=["COM"]), None, "alice"),
        )
    )
    found = [
        Cause("unknown_form", ("COM", "散"), (("COM", "v1"),), (Place("COM", "v1", "E-1", "奥希替尼"),), text="散"),
        Cause("unknown_form", ("PRIV-A", "散"), (("PRIV-A", "p1"),), owner=a.pk, text="散"),
    ]
    with transaction.atomic():
        shared, own = follow(found, at=timezone.now())
    assert office_import.version and private_import.version and check
    return World(
        a=a,
        b=b,
        com=com,
        v1=v1,
        v2=office_import.version,
        office_import=office_import,
        private=private,
        p1=p1,
        p2=private_import.version,
        private_import=private_import,
        p3=p3,
        comment=comment,
        product=product,
        draft=draft,
        check=check,
        webhook=webhook,
        delivery=delivery,
        batch=batch,
        authorisation=waiting,
        impact=impact,
        office_impact=office_impact,
        golden=golden,
        office_golden=office_golden,
        finding=shared,
        own_finding=own,
        collection=collected(),
        key=key_issuing.issue_insurer_key(insurer=a, scopes=["coverage:read"], by="root")[0].prefix,
        apis=_keys(a, b),
    )


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    from django.conf import settings

    before = settings.DATA_DIR, settings.UPLOAD_DIR
    settings.DATA_DIR = tmp_path_factory.mktemp("world")
    settings.UPLOAD_DIR = settings.DATA_DIR / "uploads"
    with django_db_blocker.unblock(), transaction.atomic():
        tenancy.act_for(tenancy.OFFICE)
        made = make_world()
        settings.DATA_DIR, settings.UPLOAD_DIR = before
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(_made: World, db: None) -> World:
    """The small world, made once for a module; what a test does to it is rolled back."""
    return _made


@pytest.fixture
def a(world: World) -> Api:
    """Insurer A's key with every scope an insurer may have."""
    return world.apis["A-write"]


@pytest.fixture
def b(world: World) -> Api:
    return world.apis["B"]


@pytest.fixture(autouse=True)
def _as_the_document_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every answer that a test of the API is given against the document."""
    from tests.api import answers

    ask = Client.request

    def request(self: Client, **environ: Any) -> Any:
        response = ask(self, **environ)
        answers.check(environ.get("REQUEST_METHOD", "GET"), environ.get("PATH_INFO", ""), response)
        return response

    if os.environ.get("THROUGH_CLIENT"):
        # The same tests, asked through shangbao-client: tests/client/through.py.
        request = through.the_client(request)
    monkeypatch.setattr(Client, "request", request)
