"""After an insurer's retention nothing tells of a person any more: not a row, a file, a log line or a key of the broker."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from claims.batches.services import purge_due
from claims.models import ClaimBatch, ClaimCheck
from common.api import tasks as api_tasks
from common.api.models import KeptAnswer
from common.audit.deeds import Deed
from common.audit.models import Record
from common.audit.services import hash_of
from common.tenancy import OFFICE, act_for
from insurers.models import Insurer, Product
from tests.claims.batches.conftest import HEADER, TABLET, worked_off
from tests.conftest import Api

# What nobody else writes: in a claim number, a member, an authorisation and a file's name.
CLAIM, MEMBER, AUTHORISATION, FILE = "MARK-c-9Qx", "MARK-m-7Zk", "MARK-a-5Vt", "MARK-f-3Wp"
MARK = "MARK-"
ROWS = HEADER + f"{CLAIM},{MEMBER},1,2026-03-01,{TABLET},1500.00\n" + f"{CLAIM}-2,{MEMBER},1,,{TABLET},x\n"


def claim(**given: Any) -> dict[str, Any]:
    line = {
        "line_no": 1,
        "generic_name": "阿司匹林片",
        "quantity": "1",
        "amount": "100.00",
        "prior_auth_no": AUTHORISATION,
    }
    said = {"product": "HMB", "claim_no": CLAIM, "service_date": "2026-03-01", "member": {"member_ref": MEMBER}}
    return {**said, "lines": [line], **given}


def places_of_the_mark() -> list[str]:
    """Return where the mark stands: tables (as text, and as bytes), keys of the broker, files."""
    found = []
    act_for(OFFICE)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*) FROM {connection.ops.quote_name(table)} row"
                " WHERE row::text LIKE %s OR row::text LIKE %s",
                [f"%{MARK}%", f"%{MARK.encode().hex()}%"],
            )
            if cursor.fetchone() != (0,):
                found.append(table)
    redis = cache._cache.get_client()
    for key in redis.scan_iter():
        held = redis.dump(key) or b""
        if MARK.encode() in key or MARK.encode() in held:
            found.append(f"broker: {key!r}")
    for path in Path(settings.DATA_DIR).rglob("*"):
        if "postgres" in path.parts or not path.is_file():
            continue
        if MARK in path.name or MARK.encode() in path.read_bytes():
            found.append(f"file: {path.name}")
    return sorted(found)


def do_everything(api: Api) -> None:
    """Let the marks go through every door that an insurer has."""
    check = api.post("/claims/checks/", claim(), **{"Idempotency-Key": "erasure-1"}).json()
    api.post(f"/claims/checks/{check['id']}/replay/", {})
    api.get("/claims/checks/", {"claim_no": CLAIM, "member_ref": MEMBER})
    api.get(f"/claims/checks/{check['id']}/explanation/")
    api.get(f"/claims/checks/{check['id']}/alternatives/")
    api.get(f"/claims/checks/{check['id']}/receipt/")
    api.post("/claims/checks/", claim(service_date=CLAIM))  # a refusal
    api.post("/claims/checks/", claim(claim_no=f"{CLAIM} 11010519491231002X"))  # and one of personal data
    api.post(f"/claims/checks/{check['id']}/settle/", {})
    asked = api.post(
        "/prior-authorisations/",
        {
            "product": "HMB",
            "member_ref": MEMBER,
            "generic_name": "阿司匹林片",
            "diagnoses": ["C34.1"],
            "quantity": "10",
        },
        **{"Idempotency-Key": "erasure-2"},
    )
    assert asked.json()["state"] == "declined", asked.json()
    file = SimpleUploadedFile(f"{FILE}.csv", ROWS.encode())
    shown = api.client.post("/api/v1/claims/batches/", {"file": file, "product": "HMB"}, headers=api.headers).json()
    worked_off(ClaimBatch.objects.get(pk=shown["id"]))
    for kind in ("results.csv", "results.ndjson", "claims/"):
        answer = api.get(f"/claims/batches/{shown['id']}/{kind}")
        assert answer.status_code == 200 and answer.getvalue()


@pytest.mark.django_db
def test_after_the_retention_no_mark_is_left_anywhere(
    api: Api, product: Product, insurer: Insurer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        do_everything(api)
        seeded = places_of_the_mark()
        later = timezone.now() + timedelta(days=insurer.retention_days + 400)
        purge_due(at=later, by="system:calendar")
        KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=400))
        api_tasks.forget_answers()

    act_for(OFFICE)
    deeds = Record.objects.filter(deed=Deed.FACTS_PURGED).order_by("id")
    told = {record.kind: record.after for record in deeds}
    checks = sorted(str(pk) for pk in ClaimCheck.objects.values_list("pk", flat=True))
    # The certificate: how many, and a hash from which it can be proved which.
    assert told["insurer"]["authorisations"] == 1
    of_checks = next(record.after for record in deeds if "checks" in (record.after or {}))
    assert (of_checks["checks"], of_checks["sha256"]) == (len(checks), hash_of(checks))
    assert told["claimbatch"]["claims"] == 2
    assert {"claims_claimcheck", "claims_batchclaim", "claims_claimbatch", "api_keptanswer"} <= set(seeded)
    assert places_of_the_mark() == []
    assert MARK not in caplog.text
