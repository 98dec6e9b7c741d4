"""A receipt holds an answer against the office: genuine or not, and for this claim or another (spec proof.md 1)."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from claims import retention
from claims.models import Receipt
from tests.api.conftest import CLAIM, World
from tests.conftest import Api

pytestmark = pytest.mark.django_db


def verified(**sent: Any) -> dict[str, Any]:
    answer = Client().post("/api/v1/receipts/verify/", sent, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def receipt(world: World) -> str:
    return str(world.apis["A-write"].get(f"/claims/checks/{world.check.pk}/receipt/").json()["receipt"])


def said(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_receipt_says_what_was_decided_and_nothing_of_the_person(world: World, receipt: str) -> None:
    document = said(receipt)
    assert set(document) == {
        "digest", "product", "product_version", "rules_version", "known_at", "decided_at", "catalogs", "lines", "log",
    }  # fmt: skip
    assert document["digest"] == world.check.digest
    assert document["lines"] == [
        {"line_no": line["line_no"], "outcome": line["outcome"], "payable": line["money"]["payable"]}
        for line in world.check.decision["lines"]
    ]
    assert document["catalogs"][0].keys() == {"code", "label", "checksum"}
    assert verified(receipt=receipt) == {"valid": True, "why": None, "message": None, "receipt": document}


def test_a_receipt_is_matched_with_its_claim_and_no_other(world: World, receipt: str) -> None:
    assert verified(receipt=receipt, claim=CLAIM)["matches_claim"] is True
    other = json.loads(json.dumps(CLAIM, default=str))
    other["lines"][0]["amount"] = "1.00"
    assert verified(receipt=receipt, claim=other)["matches_claim"] is False
    assert verified(receipt=receipt, claim={"no": "claim"})["matches_claim"] is False


def test_the_receipt_outlives_the_facts(world: World, receipt: str) -> None:
    retention.purge_facts(
        insurer_id=world.a.pk, older_than=timezone.now() + timedelta(days=1), by="root", at=timezone.now()
    )
    again = world.apis["A-write"].get(f"/claims/checks/{world.check.pk}/receipt/").json()["receipt"]
    assert again == receipt
    assert verified(receipt=again, claim=CLAIM)["matches_claim"] is True


def test_a_receipt_is_its_insurers_alone(world: World, receipt: str) -> None:
    assert world.apis["B"].get(f"/claims/checks/{world.check.pk}/receipt/").status_code == 404
    assert Api().get(f"/claims/checks/{world.check.pk}/receipt/").status_code == 401


def test_a_receipt_cannot_be_changed_in_the_database(world: World, receipt: str) -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Receipt.objects.filter(pk=world.check.pk).update(jws="x")


def test_of_what_was_decided_before_there_were_receipts_one_is_signed_before_its_facts_go(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE claims_receipt DISABLE TRIGGER receipt_append_only")
        cursor.execute("DELETE FROM claims_receipt")
        cursor.execute("ALTER TABLE claims_receipt ENABLE TRIGGER receipt_append_only")
    retention.purge_facts(
        insurer_id=world.a.pk, older_than=timezone.now() + timedelta(days=1), by="root", at=timezone.now()
    )
    later = world.apis["A-write"].get(f"/claims/checks/{world.check.pk}/receipt/").json()["receipt"]

    assert said(later)["lines"] == [
        {"line_no": line["line_no"], "outcome": line["outcome"], "payable": line["money"]["payable"]}
        for line in world.check.decision["lines"]
    ]
    assert verified(receipt=later, claim=CLAIM)["matches_claim"] is True


def test_who_has_no_key_asks_so_often_and_is_told_when_again(world: World, settings: Any) -> None:
    settings.PUBLIC_RATE_PER_MINUTE = 2
    client = Client(REMOTE_ADDR="203.0.113.50")
    answers = [client.get("/api/v1/log/checkpoint/") for _n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert int(answers[-1]["Retry-After"]) <= 60
    # Another address has its own count.
    assert Client(REMOTE_ADDR="203.0.113.51").get("/api/v1/log/checkpoint/").status_code == 200
