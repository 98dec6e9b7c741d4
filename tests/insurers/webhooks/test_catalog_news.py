"""What is told of catalogs: once, to all who may see them and to nobody else; an answer to whoever commented."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog import services as catalogs
from catalog.consultation import add_comment, answer_comment
from catalog.models import Catalog, CatalogVersion
from common import tenancy
from insurers import tasks
from insurers.models import CatalogNewsRead, Insurer, WebhookDelivery
from tests.conftest import Api, imported, published, withdrawn
from tests.insurers.webhooks.test_webhooks import added, deliveries

LIST = "entry_code,generic_name\nE-1,仑卡奈单抗注射液\n"


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog()


def test_everything_that_happens_to_a_shared_catalog_is_told_to_everybody_once(
    api: Api, other_api: Api, catalog: Catalog
) -> None:
    ours, theirs = added(api), added(other_api, events=["catalog.withdrawn"])
    run = imported(catalog, LIST)
    assert run.version is not None
    catalogs.submit_version(version=run.version, by="alice")
    catalogs.end_consultation(version=run.version, by="alice")
    version = catalogs.publish_version(version=run.version, by="bob")
    withdrawn(version)
    for _ in range(3):
        tasks.queue_catalog_events()

    told = [delivery["event"] for delivery in deliveries(api, ours)]
    assert sorted(told) == ["catalog.published", "catalog.withdrawn", "consultation.closed", "consultation.opened"]
    assert [delivery["event"] for delivery in deliveries(other_api, theirs)] == ["catalog.withdrawn"]
    [message] = deliveries(api, ours, event="catalog.withdrawn")
    body = json.loads(message["body"])
    assert body["type"] == "catalog.withdrawn"
    assert (body["data"]["catalog"], body["data"]["version"], body["data"]["reason"]) == ("COM", "v1", "误发")
    assert message["message_id"] == deliveries(other_api, theirs)[0]["message_id"]


def test_a_publication_tells_what_it_changes_and_against_what(api: Api, catalog: Catalog) -> None:
    ours = added(api)
    published(catalog, LIST, label="v1")
    published(catalog, LIST + "\n", label="v2")
    tasks.queue_catalog_events()

    told = {
        body["data"]["version"]: body["data"] for body in map(_body, deliveries(api, ours, event="catalog.published"))
    }
    assert (told["v1"]["follows"], told["v1"]["diff"]) == (None, None)
    assert told["v2"]["follows"] == "v1"
    answer = api.get(told["v2"]["diff"].removeprefix("/api/v1")).json()
    assert told["v2"]["change_counts"] == answer["counts"]
    assert told["v2"]["change_counts"]["changed"] == 0 < told["v2"]["change_counts"]["unchanged"]


def _body(delivery: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(delivery["body"])
    return body


def test_a_private_catalog_is_told_to_its_owner_alone(
    api: Api, other_api: Api, make_catalog: Callable[..., Catalog], insurer: Insurer
) -> None:
    ours, theirs = added(api), added(other_api)
    tenancy.act_for(tenancy.OFFICE)
    published(make_catalog("PRIVATE", owner_id=insurer.pk), LIST)
    tasks.queue_catalog_events()

    assert list(WebhookDelivery.objects.values_list("insurer__code", flat=True)) == ["INS-A"]
    assert [delivery["event"] for delivery in deliveries(api, ours)] == ["catalog.published"]
    assert deliveries(other_api, theirs) == []


def test_what_happened_before_an_endpoint_was_added_is_not_news_to_it(api: Api, catalog: Catalog) -> None:
    published(catalog, LIST)
    made = added(api)
    tasks.queue_catalog_events()

    assert deliveries(api, made) == []


def test_news_that_committed_late_is_still_told(api: Api, catalog: Catalog) -> None:
    """A consultation may commit after the reader has read past its instant: the reader looks back."""
    made = added(api)
    run = imported(catalog, LIST)
    assert run.version is not None
    catalogs.submit_version(version=run.version, by="alice")
    CatalogNewsRead.objects.update_or_create(pk=1, defaults={"read_until": timezone.now() + timedelta(seconds=1)})
    tasks.queue_catalog_events()

    assert [delivery["event"] for delivery in deliveries(api, made)] == ["consultation.opened"]


def consulted(catalog: Catalog, **until: Any) -> Any:
    return catalogs.submit_version(version=imported(catalog, LIST).version, by="alice", **until)


def ended_by_an_editor(version: Any) -> None:
    catalogs.end_consultation(version=version, by="alice")


def sent_back(version: Any) -> None:
    catalogs.send_back(version=version, by="bob", reason="重来")


def ended_by_itself(version: Any) -> None:
    CatalogVersion.objects.filter(pk=version.pk).update(comments_until=timezone.now() - timedelta(days=3))
    assert catalogs.end_consultations() == 1


@pytest.mark.parametrize("end", [ended_by_an_editor, sent_back, ended_by_itself])
def test_the_end_of_a_consultation_is_told_once_however_it_ends(end: Any, api: Api, catalog: Catalog) -> None:
    made = added(api, events=["consultation.closed"])
    version = consulted(catalog)
    tasks.queue_catalog_events()
    assert deliveries(api, made) == []
    end(version)
    for _ in range(2):
        tasks.queue_catalog_events()

    [message] = deliveries(api, made)
    data = json.loads(message["body"])["data"]
    assert (data["catalog"], data["version"]) == ("COM", "v1")
    assert data["closed_at"].endswith("Z")
    assert api.get(data["summary"].removeprefix("/api/v1")).status_code == 200


def test_a_version_sent_back_from_review_closed_no_consultation(api: Api, catalog: Catalog) -> None:
    made = added(api, events=["consultation.closed"])
    version = imported(catalog, LIST).version
    catalogs.request_review(version=version, by="alice")
    sent_back(version)
    tasks.queue_catalog_events()

    assert deliveries(api, made) == []


def test_an_answer_is_told_to_its_insurer_alone_and_again_when_it_changes(
    api: Api, other_api: Api, insurer: Insurer, catalog: Catalog
) -> None:
    ours, theirs = added(api, events=["comment.answered"]), added(other_api, events=["comment.answered"])
    version = consulted(catalog)
    comment = add_comment(
        version=version, insurer_id=insurer.pk, by="key:a", entry_code="E-1", stance="oppose", text="太贵"
    )
    answer_comment(comment=comment, by="bob", disposition="noted", text="已阅")
    for _ in range(2):
        tasks.queue_catalog_events()
    answer_comment(comment=comment, by="bob", disposition="accepted", text="采纳")
    tasks.queue_catalog_events()

    told = [json.loads(message["body"])["data"] for message in deliveries(api, ours)]
    assert [(one["entry_code"], one["disposition"], one["text"]) for one in told] == [
        ("E-1", "accepted", "采纳"),
        ("E-1", "noted", "已阅"),
    ]
    assert api.get(told[0]["url"].removeprefix("/api/v1")).json()["answer"]["text"] == "采纳"
    assert deliveries(other_api, theirs) == []


def test_a_consultation_on_a_private_list_is_told_to_its_owner_alone(
    api: Api, other_api: Api, insurer: Insurer, make_catalog: Any
) -> None:
    ours, theirs = added(api, events=["consultation.closed"]), added(other_api, events=["consultation.closed"])
    ended_by_an_editor(consulted(make_catalog("PRIV", owner_id=insurer.pk)))
    tasks.queue_catalog_events()

    assert [len(deliveries(api, ours)), len(deliveries(other_api, theirs))] == [1, 0]


def test_a_suspended_insurer_is_told_nothing(api: Api, insurer: Insurer, catalog: Catalog) -> None:
    added(api)
    Insurer.objects.filter(pk=insurer.pk).update(is_active=False)
    published(catalog, LIST)
    tasks.queue_catalog_events()

    assert not WebhookDelivery.objects.exists()
