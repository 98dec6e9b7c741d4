"""What would have paid a recorded check, over REST and on its page: as known then, the insurer's own, gone with the facts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Catalog
from claims import retention
from claims.models import ClaimCheck
from insurers.models import Insurer
from tests.claims.alternatives.applying import sent_with
from tests.conftest import Api, published

pytestmark = pytest.mark.django_db

BEFORE = "entry_code,generic_name,icd10,criteria\nC-1,仑卡奈单抗注射液,G30,MILD=轻度\nC-2,索拉非尼片,C22,\n"
AFTER = "entry_code,generic_name,icd10,criteria\nC-1,仑卡奈单抗注射液,G30,\nC-2,索拉非尼片,C22,\n"
TERMS: dict[str, Any] = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "benefits": [{"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000"}],
}
CLAIM: dict[str, Any] = {
    "product": "HMB",
    "service_date": "2026-03-14",
    "member": {"policy_start": "2026-01-01", "policy_end": "2026-12-31"},
    "lines": [
        {"generic_name": "仑卡奈单抗注射液", "quantity": "2", "amount": "1000.00", "diagnoses": ["G30.9"]},
        {"generic_name": "索拉非尼片", "quantity": "1", "amount": "10.00", "diagnoses": ["C22.0"]},
        {"generic_name": "索拉非尼片", "quantity": "1", "amount": "10.00", "service_date": "2025-12-31"},
    ],
}


@pytest.fixture
def cidl(make_catalog: Callable[..., Catalog]) -> Catalog:
    catalog = make_catalog("CIDL")
    published(catalog, BEFORE, label="2025")
    return catalog


@pytest.fixture
def check(api: Api, cidl: Catalog) -> dict[str, Any]:
    assert api.post("/products/", {"code": "HMB", "name": "惠民保"}).status_code == 201
    assert api.post("/products/HMB/versions/", TERMS).status_code == 201
    assert api.post("/products/HMB/versions/2026/publish/").status_code == 200
    answer: dict[str, Any] = api.post("/claims/checks/", CLAIM).json()
    return answer


def test_every_set_pays_as_known_then_whatever_was_published_since(
    api: Api, cidl: Catalog, check: dict[str, Any]
) -> None:
    published(cidl, AFTER, label="2026")

    answer = api.get(f"/claims/checks/{check['id']}/alternatives/")
    shown = answer.json()

    assert (answer.status_code, shown["id"], shown["as_known_at"]) == (200, check["id"], check["as_known_at"])
    assert [line["outcome"] for line in shown["lines"]] == ["review", "eligible", "ineligible"]
    told = [
        [(one["field"], one["to"]) for one in found["changes"]] for line in shown["lines"] for found in line["sets"]
    ]
    assert told == [
        [("evidence.MILD", True)],
        [("diagnoses", ["C22"]), ("service_date", "2026-01-01")],
    ]
    for line in shown["lines"]:
        for found in line["sets"]:
            changes = [(change["pointer"], change["to"]) for change in found["changes"]]
            again = api.post(
                "/claims/checks/?dry_run=true", sent_with({**CLAIM, "as_known_at": check["as_known_at"]}, changes)
            )
            outcomes = {one["line_no"]: one["outcome"] for one in again.json()["lines"]}
            assert outcomes[line["line_no"]] == "eligible"


def test_it_is_said_in_the_language_of_the_asker(api: Api, check: dict[str, Any]) -> None:
    path = f"/claims/checks/{check['id']}/alternatives/"

    said = [
        api.get(path, **{"Accept-Language": language}).json()["lines"][0]["sets"][0]["message"]
        for language in ("zh-Hans", "en")
    ]

    assert said == ["如果MILD（轻度）成立，本行符合赔付条件。", "If MILD (轻度) holds, this line would be eligible."]


def test_what_was_removed_or_is_nobodys_is_not_answered(api: Api, check: dict[str, Any], insurer: Insurer) -> None:
    path = f"/claims/checks/{check['id']}/alternatives/"
    assert api.get(path, {"lines": "1"}).status_code == 400
    retention.purge_facts(insurer_id=insurer.pk, older_than=timezone.now(), by="root", at=timezone.now())

    answer = api.get(path)

    assert (answer.status_code, answer.json()["code"]) == (410, "facts_removed")


def test_the_page_of_the_check_says_what_would_have_paid(check: dict[str, Any]) -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")

    pk = ClaimCheck.objects.get().pk
    leads_to = reverse("admin:claims_claimcheck_alternatives", args=[pk])
    assert leads_to in client.get(reverse("admin:claims_claimcheck_change", args=[pk])).content.decode()

    page = client.get(leads_to).content.decode()

    assert "If MILD (轻度) holds, this line would be eligible." in page
