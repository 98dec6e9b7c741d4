"""Webhooks from the key to the receiver: kept, announced, signed, tried again, replayed; and nobody else's."""

import os
import subprocess
import sys
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from common import tenancy
from common.api.models import KeptAnswer
from insurers import key_issuing, tasks
from insurers.models import Insurer, Webhook, WebhookDelivery
from insurers.webhooks import services
from insurers.webhooks.schedule import MAX_ATTEMPTS
from insurers.webhooks.sending import Outcome
from tests.conftest import Api
from tests.insurers.webhooks.receiver import receiving, status

EVERY = [
    "catalog.published",
    "catalog.withdrawn",
    "consultation.opened",
    "consultation.closed",
    "comment.answered",
    "batch.finished",
    "finding.opened",
]
ADDRESS = "https://hooks.example.com/shangbao"


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    settings.WEBHOOKS_MAY_REACH_LOOPBACK = True


def added(api: Api, url: str = ADDRESS, events: list[str] = EVERY) -> dict[str, Any]:
    answer = api.post("/webhooks/", {"url": url, "events": events})
    assert answer.status_code == 201, answer.content
    return answer.json()


def deliveries(api: Api, webhook: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    answer = api.get(f"/webhooks/{webhook['id']}/deliveries/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def due_now() -> None:
    """Let the waiting be over."""
    WebhookDelivery.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))


# --- Endpoints


def test_a_secret_is_shown_once_and_stored_nowhere(api: Api, insurer: Insurer) -> None:
    made = added(api)
    shown = api.get(f"/webhooks/{made['id']}/").json()
    [listed] = api.get("/webhooks/").json()["results"]

    assert made["secret"].startswith("whsec_")
    assert shown["secret"] is None
    assert listed["secret"] is None
    assert shown == {**made, "secret": None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(w)::text FROM insurers_webhook w")
        assert made["secret"].removeprefix("whsec_") not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("scope", "webhooks", "products"),
    [
        ("webhooks:manage", 201, 403),
        ("coverage:read", 201, 200),
        ("claims:check", 403, 403),
        ("catalog:read", 403, 403),
    ],
)
def test_a_key_for_webhooks_alone_keeps_them_and_asks_nothing_else(
    insurer: Insurer, scope: str, webhooks: int, products: int
) -> None:
    own = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=[scope], by="root")[1])

    assert own.post("/webhooks/", {"url": ADDRESS, "events": EVERY}).status_code == webhooks
    assert own.get("/webhooks/").status_code == (200 if webhooks == 201 else 403)
    assert own.get("/products/").status_code == products


def test_a_repeated_request_gets_the_same_secret_and_none_is_kept_for_it(api: Api) -> None:
    asked = {"url": ADDRESS, "events": EVERY}
    first, again = (api.post("/webhooks/", asked, **{"Idempotency-Key": "k"}).json() for _ in range(2))

    assert first == again
    assert Webhook.objects.count() == 1
    assert first["secret"].encode() not in bytes(KeptAnswer.objects.get().body)


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"url": "http://hooks.example.com/", "events": EVERY}, "/url", "not_https"),
        ({"url": "https://10.0.0.1/", "events": EVERY}, "/url", "bad_address"),
        ({"url": "https://2130706433/", "events": EVERY}, "/url", "bad_address"),
        ({"url": "https://hooks.example.com:25/", "events": EVERY}, "/url", "bad_port"),
        ({"url": "nonsense", "events": EVERY}, "/url", "bad_url"),
        ({"url": ADDRESS, "events": []}, "/events", "too_short"),
        ({"url": ADDRESS, "events": ["catalog.eaten"]}, "/events/0", "bad_choice"),
        ({"url": ADDRESS}, "/events", "required"),
        ({"url": ADDRESS, "events": EVERY, "insurer": "INS-B"}, "/insurer", "unknown_field"),
        ({"url": ADDRESS, "events": EVERY, "is_active": False}, "/is_active", "unknown_field"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(api: Api, asked: dict[str, Any], pointer: str, code: str) -> None:
    answer = api.post("/webhooks/", asked)

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not Webhook.objects.exists()


def test_an_insurer_has_at_most_twenty(api: Api, other_api: Api) -> None:
    for _ in range(services.MAX_WEBHOOKS):
        added(api)

    assert api.post("/webhooks/", {"url": ADDRESS, "events": EVERY}).json()["code"] == "too_many_webhooks"
    added(other_api)


def test_deleting_asks_for_the_state_that_was_read(api: Api) -> None:
    path = f"/webhooks/{added(api)['id']}/"
    read = api.get(path)["ETag"]
    rotated = api.post(f"{path}rotate-secret/", **{"If-Match": read})

    assert rotated.status_code == 200
    assert api.delete(path, **{"If-Match": read}).status_code == 412
    assert api.post(f"{path}rotate-secret/", **{"If-Match": read}).status_code == 412
    assert api.delete(path, **{"If-Match": rotated["ETag"]}).status_code == 204
    assert api.get(path).status_code == 404


def test_anothers_endpoint_answers_like_none_at_all(api: Api, other_api: Api) -> None:
    made = added(api)
    api.post(f"/webhooks/{made['id']}/test/")
    [delivery] = deliveries(api, made)
    for method, path in [
        ("get", ""),
        ("delete", ""),
        ("post", "rotate-secret/"),
        ("post", "test/"),
        ("get", "deliveries/"),
        ("get", f"deliveries/{delivery['id']}/"),
        ("post", f"deliveries/{delivery['id']}/replay/"),
    ]:
        theirs = getattr(other_api, method)(f"/webhooks/{made['id']}/{path}")
        none = getattr(other_api, method)(f"/webhooks/{uuid.uuid4()}/{path}")
        assert theirs.status_code == none.status_code == 404, path
        assert {**theirs.json(), "request_id": ""} == {**none.json(), "request_id": ""}
    assert other_api.get("/webhooks/").json()["count"] == 0
    assert api.get("/webhooks/").json()["count"] == 1


def test_the_catalog_office_has_no_endpoints(checker: Api, insurer: Insurer) -> None:
    from insurers.key_issuing import issue_curator_key

    curator = Api(issue_curator_key(username="dora", scopes=["coverage:read"], by="root")[1])
    assert curator.get("/webhooks/").json()["code"] == "insurer_key_required"
    assert checker.get("/webhooks/").json()["code"] == "missing_scope"


# --- What is announced, and to whom


def test_an_announcement_belongs_to_the_callers_transaction_and_is_made_once(api: Api, insurer: Insurer) -> None:
    made = added(api, events=["batch.finished"])
    for _ in range(2):
        services.queue_event(insurer.pk, "batch.finished", {"id": uuid.uuid4()}, at=timezone.now(), message_id="msg_b")
    services.queue_event(insurer.pk, "catalog.published", {}, at=timezone.now())

    [delivery] = deliveries(api, made)
    assert (delivery["event"], delivery["message_id"]) == ("batch.finished", "msg_b")


# --- Delivering


def test_a_test_message_arrives_signed_with_the_secret_that_was_shown(api: Api) -> None:
    with receiving() as receiver:
        made = added(api, receiver.url)
        asked = api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()

    assert asked.status_code == 202
    headers, body = receiver.requests[0]
    assert Verifier(made["secret"]).verify(body, headers)["type"] == "webhook.test"
    shown = api.get(asked["Location"].removeprefix("/api/v1")).json()
    assert (shown["state"], shown["attempts"], shown["due_at"]) == ("delivered", 1, None)
    assert [(attempt["status"], attempt["error"]) for attempt in shown["log"]] == [(200, "")]
    assert shown["body"] == body


def test_both_secrets_verify_during_rotation_and_only_the_new_one_afterwards(api: Api) -> None:
    with receiving() as receiver:
        made = added(api, receiver.url)
        rotated = api.post(f"/webhooks/{made['id']}/rotate-secret/").json()
        api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()
        Webhook.objects.update(previous_until=timezone.now())
        api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()

    (during, first), (after, second) = receiver.requests
    assert made["secret"] != rotated["secret"]
    for secret in (made["secret"], rotated["secret"]):
        Verifier(secret).verify(first, during)
    Verifier(rotated["secret"]).verify(second, after)
    with pytest.raises(WebhookVerificationError):
        Verifier(made["secret"]).verify(second, after)


def test_a_failure_is_tried_again_later_with_the_same_id_and_bytes(api: Api) -> None:
    with receiving(status(500), status(302, "Location: /x"), status(200)) as receiver:
        made = added(api, receiver.url)
        api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()
        tasks.deliver_due_webhooks()  # not due yet
        [waiting] = deliveries(api, made, state="pending")
        for _ in range(2):
            due_now()
            tasks.deliver_due_webhooks()

    [delivered] = deliveries(api, made)
    assert (waiting["attempts"], waiting["log"][0]["status"]) == (1, 500)
    assert waiting["due_at"] > waiting["created_at"]
    assert [attempt["status"] for attempt in delivered["log"]] == [500, 302, 200]
    assert delivered["state"] == "delivered"
    assert len({(headers["webhook-id"], body) for headers, body in receiver.requests}) == 1
    assert receiver.connections == 3


def test_the_last_attempt_fails_for_good_and_a_replay_starts_anew(api: Api) -> None:
    with receiving(*[status(503)] * MAX_ATTEMPTS, status(200)) as receiver:
        made = added(api, receiver.url)
        api.post(f"/webhooks/{made['id']}/test/")
        for _ in range(MAX_ATTEMPTS + 1):
            due_now()
            tasks.deliver_due_webhooks()
        [failed] = deliveries(api, made)
        assert (failed["state"], failed["attempts"]) == ("failed", MAX_ATTEMPTS)
        assert len(receiver.requests) == MAX_ATTEMPTS

        path = f"/webhooks/{made['id']}/deliveries/{failed['id']}/replay/"
        assert api.post(path).status_code == 202
        assert api.post(path).json()["code"] == "still_pending"
        tasks.deliver_due_webhooks()

    [delivered] = deliveries(api, made)
    assert (delivered["state"], delivered["attempts"], len(delivered["log"])) == ("delivered", 1, MAX_ATTEMPTS + 1)
    assert len({headers["webhook-id"] for headers, _body in receiver.requests}) == 1


def test_410_gone_ends_the_endpoint(api: Api, insurer: Insurer) -> None:
    with receiving(status(410)) as receiver:
        made = added(api, receiver.url)
        api.post(f"/webhooks/{made['id']}/test/")
        services.queue_event(insurer.pk, "batch.finished", {}, at=timezone.now())
        WebhookDelivery.objects.filter(event="batch.finished").update(due_at=timezone.now() + timedelta(hours=1))
        tasks.deliver_due_webhooks()

    assert api.get(f"/webhooks/{made['id']}/").json()["is_active"] is False
    assert {delivery["state"] for delivery in deliveries(api, made)} == {"failed"}
    assert api.post(f"/webhooks/{made['id']}/test/").json()["code"] == "not_active"
    assert services.queue_event(insurer.pk, "batch.finished", {}, at=timezone.now()) == 0


def test_without_the_setting_nothing_goes_to_this_machine(api: Api, settings: Any) -> None:
    with receiving() as receiver:
        made = added(api, receiver.url)
        settings.WEBHOOKS_MAY_REACH_LOOPBACK = False
        api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()

    assert receiver.connections == 0
    assert deliveries(api, made)[0]["log"][0]["error"] == "not_https"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "False"),
        ({"EMBEDDED": "1", "WEBHOOKS_TO_LOOPBACK": "0"}, "False"),
        ({"EMBEDDED": "1", "WEBHOOKS_TO_LOOPBACK": "1"}, "True"),
        ({"WEBHOOKS_TO_LOOPBACK": "1"}, "WEBHOOKS_TO_LOOPBACK is for script/run alone"),
    ],
)
def test_only_script_run_lets_webhooks_reach_this_machine(variables: dict[str, str], told: str) -> None:
    env = {name: value for name, value in os.environ.items() if name not in {"EMBEDDED", "WEBHOOKS_TO_LOOPBACK"}}
    words = [sys.executable, "-c", "from config import settings; print(settings.WEBHOOKS_MAY_REACH_LOOPBACK)"]
    asked = subprocess.run(words, env=env | variables, capture_output=True, text=True)

    assert told in (asked.stdout or asked.stderr)


def test_after_a_change_of_the_services_key_nothing_is_sent_unsigned(api: Api, settings: Any) -> None:
    with receiving() as receiver:
        made = added(api, receiver.url)
        before, settings.SECRET_KEY = (
            settings.SECRET_KEY,
            "another key of at least fifty characters, so that it is long",
        )
        api.post(f"/webhooks/{made['id']}/test/")
        tasks.deliver_due_webhooks()
        assert receiver.connections == 0
        assert deliveries(api, made)[0]["log"][0]["error"] == "secret_lost"

        settings.SECRET_KEY_FALLBACKS = [before]
        due_now()
        tasks.deliver_due_webhooks()

    headers, body = receiver.requests[0]
    Verifier(made["secret"]).verify(body, headers)


def test_a_delivery_is_held_by_one_worker_and_a_late_report_changes_nothing(api: Api) -> None:
    made = added(api)
    api.post(f"/webhooks/{made['id']}/test/")
    now = timezone.now()
    [held] = services.take_due(limit=10, at=now)
    assert services.take_due(limit=10, at=now) == []

    WebhookDelivery.objects.update(lease_until=now - timedelta(seconds=1))
    [taken_over] = services.take_due(limit=10, at=now)
    services.record(taken=held, outcome=Outcome(200, "", 1), at=now)
    assert WebhookDelivery.objects.get().state == "pending"
    services.record(taken=taken_over, outcome=Outcome(200, "", 1), at=now)
    assert WebhookDelivery.objects.get().state == "delivered"


def test_an_endpoint_with_a_backlog_holds_up_nobody_else(api: Api, other_api: Api) -> None:
    ours, theirs = added(api), added(other_api)
    for _ in range(services.AT_ONCE_PER_WEBHOOK + 3):
        api.post(f"/webhooks/{ours['id']}/test/")
    other_api.post(f"/webhooks/{theirs['id']}/test/")
    tenancy.act_for(tenancy.OFFICE)
    taken = services.take_due(limit=40, at=timezone.now())

    assert len(taken) == services.AT_ONCE_PER_WEBHOOK + 1


def test_deliveries_that_ended_long_ago_are_forgotten(api: Api) -> None:
    made = added(api)
    for _ in range(3):
        api.post(f"/webhooks/{made['id']}/test/")
    old, young, _pending = WebhookDelivery.objects.order_by("created_at")
    for delivery, days in ((old, 31), (young, 29)):
        ended = timezone.now() - timedelta(days=days)
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state="delivered", ended_at=ended)
    tasks.forget_old_deliveries()

    assert WebhookDelivery.objects.filter(pk=old.pk).exists() is False
    assert len(deliveries(api, made)) == 2


@pytest.mark.parametrize("query", [{"state": "eaten"}, {"colour": "red"}, {"page_size": "0"}])
def test_a_log_filtered_by_what_is_not_known_is_refused(api: Api, query: dict[str, str]) -> None:
    assert api.get(f"/webhooks/{added(api)['id']}/deliveries/", query).status_code == 400


def test_the_models_are_those_of_the_migrations(db: None) -> None:
    call_command("makemigrations", "insurers", check=True, dry_run=True, verbosity=0)
