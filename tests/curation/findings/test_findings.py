"""Findings in the database: worked out after what changed, gone by themselves, seen and acknowledged by whom they are for, told to endpoints."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from catalog import clock
from catalog.models import Catalog
from common.audit.models import Record
from common.jobs import services as jobs
from common.jobs.models import Job
from curation.findings import services
from curation.findings.gather import world_at
from curation.findings.rules import causes
from curation.models import Finding, FindingsWorked
from insurers import services as insurers
from insurers.models import Insurer, WebhookDelivery
from insurers.webhooks import services as webhooks
from tests.api.conftest import TERMS
from tests.catalog.test_master_approval import loaded
from tests.conftest import Api, imported, published, withdrawn

MakeCatalog = Callable[..., Catalog]
HEAD = "entry_code,generic_name,dosage_form,icd10,indication\n"
BASE = HEAD + "N-1,奥希替尼,口服常释剂型,C34,\nN-2,索拉非尼,片,C22,\n"
COMMERCIAL = HEAD + "C-1,甲磺酸奥希替尼片,,C34.1,肺癌\nC-2,索拉非尼片,,C50,乳腺癌\nC-3,维拉苷酶,丹丸,,戈谢病\n"


def states(**which: Any) -> dict[str, str]:
    return dict(Finding.objects.filter(**which).order_by("pk").values_list("kind", "state"))


@pytest.fixture
def lists(make_catalog: MakeCatalog) -> tuple[Catalog, Catalog]:
    base = make_catalog("NRDL", kind="base", publisher="国家医疗保障局")
    return base, make_catalog("CIDL", publisher="国家医疗保障局")


def test_a_publication_opens_what_a_withdrawal_takes_away(lists: tuple[Catalog, Catalog], maker: Api) -> None:
    base, commercial = lists
    published(base, BASE)
    version = published(commercial, COMMERCIAL)
    services.work_out()

    assert states() == {"base_and_commercial": "open", "uncoded": "open", "unknown_form": "open"}
    (both,) = maker.get("/findings/", {"kind": "base_and_commercial", "state": "open"}).json()["results"]
    assert both["drug"] == "奥希替尼"
    assert {(one["catalog"], one["entry_code"]) for one in both["entries"]} == {("NRDL", "N-1"), ("CIDL", "C-1")}
    assert both["catalogs"] == [{"catalog": "CIDL", "version": "v1"}, {"catalog": "NRDL", "version": "v1"}]
    assert "奥希替尼" in both["message"]

    withdrawn(version)
    services.work_out()

    assert states() == {"base_and_commercial": "gone", "uncoded": "gone", "unknown_form": "gone"}
    gone = maker.get(f"/findings/{both['id']}/").json()
    assert (gone["state"], gone["gone_at"] is not None) == ("gone", True)
    assert maker.post(f"/findings/{both['id']}/acknowledge/", {"reason": "x"}).json()["code"] == "finding_gone"


def test_a_cause_that_comes_back_is_the_same_finding_and_what_was_acknowledged_stays_so(
    lists: tuple[Catalog, Catalog], maker: Api
) -> None:
    version = published(lists[1], COMMERCIAL)
    services.work_out()
    uncoded = Finding.objects.get(kind="uncoded")
    assert maker.post(f"/findings/{uncoded.pk}/acknowledge/", {"reason": " "}).status_code == 400
    told = maker.post(f"/findings/{uncoded.pk}/acknowledge/", {"reason": "等待临床专家编码"}).json()
    assert (told["state"], told["acknowledged"]["by"], told["acknowledged"]["reason"]) == (
        "acknowledged",
        "alice",
        "等待临床专家编码",
    )
    deed = Record.objects.get(deed="finding.acknowledged")
    assert (deed.who, deed.reason, deed.kind) == ("alice", "等待临床专家编码", "finding")

    services.work_out()
    assert states() == {"uncoded": "acknowledged", "unknown_form": "open"}
    withdrawn(version)
    services.work_out()
    assert set(states().values()) == {"gone"}
    published(lists[1], COMMERCIAL, label="v2")
    services.work_out()

    assert states() == {"uncoded": "acknowledged", "unknown_form": "open"}
    form = Finding.objects.get(kind="unknown_form")
    assert form.opened_at > form.first_seen_at and form.gone_at is None
    assert form.facts["catalogs"] == [{"catalog": "CIDL", "version": "v2"}]


def test_the_next_edition_takes_away_what_it_mends(lists: tuple[Catalog, Catalog]) -> None:
    published(lists[1], COMMERCIAL)
    services.work_out()
    published(lists[1], COMMERCIAL.replace("丹丸", "片").replace(",,戈谢病", ",E75.2,戈谢病"), label="v2")
    services.work_out()

    assert set(states().values()) == {"gone"}


def test_the_work_is_asked_for_once_for_each_moment(lists: tuple[Catalog, Catalog]) -> None:
    published(lists[1], COMMERCIAL)
    job = services.ask_for_news()
    assert job is not None and services.ask_for_news() is None
    jobs.run(job.pk, heartbeat=False)
    job.refresh_from_db()

    assert (job.state, Finding.objects.count()) == (Job.State.DONE, 2)
    assert services.ask_for_news() is None
    published(lists[0], BASE)
    again = services.ask_for_news()
    assert again is not None
    jobs.run(again.pk, heartbeat=False)
    assert services.ask_for_news() is None
    # A new day in China, though nothing was published.
    FindingsWorked.objects.update(day=clock.china_today(timezone.now()) - timedelta(days=1))
    Job.objects.filter(kind=services.FINDINGS_JOB).delete()
    assert services.ask_for_news() is not None


def test_the_master_makes_unknown_drugs_and_takes_them_away(lists: tuple[Catalog, Catalog], maker: Api) -> None:
    published(lists[0], BASE)
    services.work_out()
    assert "unknown_drug" not in states()
    loaded("generic_name,approval_no\n奥希替尼片,H20170167\n")
    services.work_out()
    assert [one.facts["text"] for one in Finding.objects.filter(kind="unknown_drug", state="open")] == ["索拉非尼"]
    loaded("generic_name,approval_no\n索拉非尼片,H20150001\n")
    services.work_out()
    assert states(kind="unknown_drug") == {"unknown_drug": "gone"}


@pytest.fixture
def of_a(make_catalog: MakeCatalog, insurer: Insurer) -> Finding:
    """A product of A's that refers to nothing in force, and A's own list with a form outside the table."""
    make_catalog("COM")
    published(make_catalog("OWN", owner_id=insurer.pk), HEAD + "O-1,秘密单抗,丹丸,,\n")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    day = clock.china_today(timezone.now())
    terms = {**TERMS, "effective_from": str(day), "effective_to": str(day + timedelta(days=300))}
    version = insurers.create_product_version(product=product, data=terms, by="ines")
    insurers.publish_product_version(version=version, by="ivan")
    services.work_out()
    return Finding.objects.get(kind="product_without_list")


def test_an_insurer_sees_its_own_and_never_anothers(of_a: Finding, api: Api, other_api: Api, maker: Api) -> None:
    own = api.get("/findings/").json()
    kinds = {one["kind"] for one in own["results"]}

    assert kinds == {"product_without_list", "unknown_form"}
    assert api.get(f"/findings/{of_a.pk}/").json()["product"] == {"code": "HMB", "version": "2026"}
    assert other_api.get("/findings/").json()["count"] == 0
    assert other_api.get(f"/findings/{of_a.pk}/").status_code == 404
    assert other_api.post(f"/findings/{of_a.pk}/acknowledge/", {"reason": "x"}).status_code == 404
    assert "秘密" not in json.dumps(other_api.get("/findings/").json(), ensure_ascii=False)
    assert api.post(f"/findings/{of_a.pk}/acknowledge/", {"reason": "下一版改"}).json()["state"] == "acknowledged"
    by_office = maker.post(
        f"/findings/{Finding.objects.get(kind='unknown_form').pk}/acknowledge/", {"reason": "待核"}
    ).json()
    assert by_office["acknowledged"]["by"] == "alice"
    shown = api.get("/findings/", {"kind": "unknown_form", "catalog": "OWN"}).json()["results"][0]["acknowledged"]
    assert shown["by"] == "office"


@pytest.mark.parametrize(
    "query", [{"kind": "nonsense"}, {"state": "closed"}, {"nonsense": "1"}, {"state": ""}, {"page": "0"}]
)
def test_what_cannot_be_asked(maker: Api, query: dict[str, str]) -> None:
    assert maker.get("/findings/", query).status_code == 400


def test_endpoints_are_told_of_what_concerns_their_products(
    make_catalog: MakeCatalog, insurer: Insurer, other_insurer: Insurer
) -> None:
    catalog, elsewhere = make_catalog("COM"), make_catalog("ELSE")
    for one in (insurer, other_insurer):
        webhooks.add_webhook(insurer_id=one.pk, url="https://hooks.example.com/a", events=["finding.opened"], by="ines")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    day = clock.china_today(timezone.now())
    terms = {**TERMS, "effective_from": str(day), "effective_to": str(day + timedelta(days=300))}
    version = insurers.create_product_version(product=product, data=terms, by="ines")
    published(catalog, HEAD + "C-1,奥希替尼,丹丸,,\n")
    published(elsewhere, HEAD + "C-1,奥希替尼,丹丸,,\n")
    insurers.publish_product_version(version=version, by="ivan")
    services.work_out()
    services.work_out()

    (told,) = WebhookDelivery.objects.filter(event="finding.opened")
    data = json.loads(told.body)["data"]
    assert told.insurer_id == insurer.pk
    assert (data["kind"], data["catalogs"], data["products"]) == (
        "unknown_form",
        [{"catalog": "COM", "version": "v1"}],
        ["HMB"],
    )
    assert data["url"] == f"/api/v1/findings/{data['finding']}/"


def test_an_endpoint_is_told_which_of_its_products_name_the_list_that_is_meant(
    make_catalog: MakeCatalog, insurer: Insurer
) -> None:
    own, shared = make_catalog("COM", owner_id=insurer.pk), make_catalog("COM")
    webhooks.add_webhook(insurer_id=insurer.pk, url="https://hooks.example.com/a", events=["finding.opened"], by="ines")
    day = clock.china_today(timezone.now())
    for code, name in (("OWN", "COM"), ("ALSO-OWN", f"{insurer.code}:COM"), ("OFFICE", ":COM")):
        product = insurers.create_product(insurer_id=insurer.pk, code=code, name=code, by="ines")
        terms = {
            **TERMS,
            "effective_from": str(day),
            "effective_to": str(day + timedelta(days=300)),
            "benefits": [{**TERMS["benefits"][0], "catalogs": [{"catalog": name}]}],
        }
        version = insurers.create_product_version(product=product, data=terms, by="ines")
        insurers.publish_product_version(version=version, by="ivan")
    for catalog in (own, shared):
        published(catalog, HEAD + "C-1,奥希替尼,丹丸,,\n")
    services.work_out()

    bodies = [json.loads(one.body)["data"] for one in WebhookDelivery.objects.filter(event="finding.opened")]
    of_insurer = {str(pk): owner for pk, owner in Finding.objects.values_list("pk", "owner_id")}
    assert {
        (of_insurer[one["finding"]], tuple(sorted(one["products"]))) for one in bodies if one["kind"] == "unknown_form"
    } == {(insurer.pk, ("ALSO-OWN", "OWN")), (None, ("OFFICE",))}


def test_a_day_by_day_question_sees_what_is_in_force_then(lists: tuple[Catalog, Catalog]) -> None:
    published(lists[0], BASE, effective_to=date(2026, 3, 31))
    published(lists[1], COMMERCIAL)
    seen = clock.observe()

    def kinds(day: date) -> set[str]:
        return {cause.kind for cause in causes(world_at(seen, day))}

    assert "base_and_commercial" in kinds(date(2026, 3, 31)) and "ending" in kinds(date(2026, 3, 1))
    assert "base_and_commercial" not in kinds(date(2026, 4, 1))
    assert kinds(date(2025, 12, 1)) == {"uncoded", "unknown_form", "moved"}  # what is known to come


def test_drafts_are_nothing_that_is_in_force(lists: tuple[Catalog, Catalog]) -> None:
    imported(lists[1], COMMERCIAL)
    services.work_out()

    assert not Finding.objects.exists()


def test_statements_do_not_grow_with_the_lists(
    make_catalog: MakeCatalog, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(8):
        published(make_catalog(f"L{number}", kind="base" if number % 2 else "commercial"), COMMERCIAL)

    with django_assert_max_num_queries(25):
        services.work_out()


def test_the_database_shows_nobody_anothers_findings(
    of_a: Finding, insurer: Insurer, other_insurer: Insurer, service: psycopg.Connection[Any]
) -> None:
    def seen_by(who: str) -> set[Any]:
        service.execute("SELECT set_config('app.insurer', %s, false)", (who,))
        return {row[0] for row in service.execute("SELECT owner_id FROM curation_finding").fetchall()}

    assert seen_by(str(insurer.pk)) == {insurer.pk}
    assert seen_by(str(other_insurer.pk)) == set() and seen_by("") == set()
    assert seen_by("office") == {insurer.pk}
