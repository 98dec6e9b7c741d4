"""Nothing tells of a person in clear: not a row, a file, a log line or a key of the broker; and after the retention nothing does at all, nor
does a backup that was made before."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from claims.models import BatchClaim, ClaimBatch, ClaimCheck
from claims.retention import purge_due
from common.api import tasks as api_tasks
from common.api.models import KeptAnswer
from common.audit.deeds import Deed
from common.audit.models import Record
from common.audit.services import hash_of
from common.sealing import keys
from common.sealing.models import DataKey
from common.tenancy import EVERYBODY, OFFICE, act_for
from embedded import postgres
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


def test_a_mark_in_clear_would_be_found(insurer: Insurer) -> None:
    Insurer.objects.filter(pk=insurer.pk).update(name=f"{MARK}1")
    Path(settings.DATA_DIR).mkdir()
    Path(settings.DATA_DIR, "x").write_text(MARK)

    assert places_of_the_mark() == ["file: x", "insurers_insurer"]


@pytest.mark.django_db
def test_after_the_retention_no_mark_is_left_anywhere(
    api: Api, product: Product, insurer: Insurer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        do_everything(api)
        # Sealed at rest: all of it can be read by whoever may, and stands nowhere.
        assert places_of_the_mark() == []
        check = ClaimCheck.objects.exclude(claim_no=None).latest("decided_at")
        batch = ClaimBatch.objects.get()
        assert (check.claim_no, check.member_ref, batch.file_name) == (CLAIM, MEMBER, f"{FILE}.csv")
        months = DataKey.objects.filter(destroyed_at=None, month__isnull=False).count()
        later = timezone.now() + timedelta(days=insurer.retention_days + 400)
        KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=400))
        api_tasks.forget_answers()
        purge_due(at=later, by="system:calendar")

    act_for(OFFICE)
    deeds = Record.objects.filter(deed=Deed.FACTS_PURGED).order_by("id")
    told = {record.kind: record.after for record in deeds if "months" not in record.after}
    checks = sorted(str(pk) for pk in ClaimCheck.objects.values_list("pk", flat=True))
    # The certificate: how many, and a hash from which it can be proved which.
    assert told["insurer"]["authorisations"] == 1
    of_checks = next(record.after for record in deeds if "checks" in (record.after or {}))
    assert (of_checks["checks"], of_checks["sha256"]) == (len(checks), hash_of(checks))
    assert (told["claimbatch"]["claims"], told["claimbatch"]["keys"]) == (2, 1)
    assert sum(record.after["keys"] for record in deeds if "months" in record.after) == months > 0
    assert not DataKey.objects.filter(destroyed_at=None).exists()
    assert places_of_the_mark() == []
    assert MARK not in caplog.text


@pytest.fixture
def elsewhere() -> Iterator[Callable[[], None]]:
    """Copy the test's database as it is, and afterwards work on the copy when called."""
    name = connection.settings_dict["NAME"]
    copy = f"{name}_copy"

    def on_server(sql: str) -> None:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    on_server(f"DROP DATABASE IF EXISTS {copy}")
    on_server(f"CREATE DATABASE {copy} TEMPLATE {name}")

    def go() -> None:
        connection.close()
        connection.settings_dict["NAME"] = copy
        keys._boxes.clear()

    yield go
    connection.close()
    connection.settings_dict["NAME"] = name
    on_server(f"DROP DATABASE {copy}")


@pytest.fixture
def marked(transactional_db: None, request: pytest.FixtureRequest) -> Api:
    """An insurer's key, after the marks went through every door, in a database that has them for good."""
    act_for(OFFICE)
    api: Api = request.getfixturevalue("api")
    request.getfixturevalue("product")
    do_everything(api)
    return api


def test_a_backup_made_before_the_purge_forgets_with_it(
    marked: Api, elsewhere: Callable[[], None], insurer: Insurer
) -> None:
    act_for(EVERYBODY)
    later = timezone.now() + timedelta(days=insurer.retention_days + 400)
    KeptAnswer.objects.all().delete()
    purge_due(at=later, by="system:calendar")
    assert [key for key in DataKey.objects.all() if keys.read_file(key.pk) is not None] == []

    elsewhere()  # where nothing was purged
    assert ClaimCheck.objects.filter(purged_at=None).exclude(facts=None).exists()
    assert BatchClaim.objects.exclude(facts=None).count() == 2
    for read in (
        ClaimCheck.objects.all(),
        BatchClaim.objects.all(),
        ClaimBatch.objects.all(),
        KeptAnswer.objects.all(),
    ):
        with pytest.raises(keys.KeysAway):
            list(read)
    assert places_of_the_mark() == []

    call_command("give_up_lost_keys", "--yes", stdout=StringIO())
    act_for(EVERYBODY)
    checks = ClaimCheck.objects.all()
    assert {(check.facts, check.decision, check.claim_no, check.member_ref) for check in checks} == {
        (None, None, "", "")
    }
    assert {check.digest for check in checks} != {""}
    assert set(BatchClaim.objects.values_list("facts", flat=True)) == {None}
    batch = ClaimBatch.objects.get()
    assert batch.facts_removed
    assert marked.get(f"/claims/batches/{batch.pk}/results.csv").status_code == 410
    assert marked.post(f"/claims/checks/{checks[0].pk}/replay/", {}).status_code == 410
    assert marked.post("/claims/checks/", claim(), **{"Idempotency-Key": "erasure-1"}).status_code == 409


def test_neither_a_dump_nor_the_files_of_the_server_say_a_mark(marked: Api) -> None:
    held = connection.settings_dict
    dump = subprocess.run(
        [postgres.programs(Path(sys.prefix)) / "pg_dump", "--enable-row-security", "--no-owner"],
        env={
            **os.environ,
            "PGHOST": str(held["HOST"]),
            "PGPORT": str(held["PORT"]),
            "PGUSER": held["USER"],
            "PGPASSWORD": held["PASSWORD"],
            "PGDATABASE": held["NAME"],
            "PGOPTIONS": "-c app.insurer=everybody",
        },
        capture_output=True,
        check=True,
    ).stdout

    assert b"COPY public.claims_claimcheck" in dump and b"INS-A" in dump
    assert MARK.encode() not in dump and MARK.encode().hex().encode() not in dump
