"""The log of deeds: only grows, in order, each row with the hash of the one before; whoever changes it is found."""

from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from common import tenancy
from common.audit.chain import verify
from common.audit.deeds import Deed, Via
from common.audit.models import Record
from common.audit.services import record, through
from common.logs import request_id
from insurers.models import Insurer, Product
from tests.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(insurer: Insurer) -> list[Record]:
    """Three deeds of three people."""
    for number, person in enumerate(("alice", "bob", "carol")):
        record(Deed.INSURER_CHANGED, by=person, what=insurer, after={"number": number}, reason="因为")
    return list(Record.objects.order_by("id"))


def test_a_deed_says_who_by_which_door_and_in_which_request(insurer: Insurer) -> None:
    token = request_id.set("r-1")
    with through(Via.JOB):
        record(
            Deed.INSURER_CHANGED, by="alice", what=insurer, before={"name": "旧"}, after={"name": "新"}, reason="更名"
        )
    request_id.reset(token)
    record(Deed.CHECKS_LISTED, by="bob", what=Insurer)

    first, second = Record.objects.order_by("id")
    assert (first.who, first.via, first.deed, first.request_id) == ("alice", "job", "insurer.changed", "r-1")
    assert (first.kind, first.object_id, first.object) == ("insurer", str(insurer.pk), "INS-A 甲保险")
    assert (first.before, first.after, first.reason) == ({"name": "旧"}, {"name": "新"}, "更名")
    assert (second.via, second.object_id, second.request_id) == ("command", "", "")


def test_rows_are_numbered_without_gaps_and_chained(three: list[Record]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        record(Deed.INSURER_CHANGED, by="", what=three[0])
    record(Deed.INSURER_CHANGED, by="dora", what=Insurer.objects.get())

    rows = list(Record.objects.order_by("id"))
    assert [row.id for row in rows] == [1, 2, 3, 4]
    assert [row.previous for row in rows] == ["", *(row.hash for row in rows[:-1])]
    assert (verify().rows, verify().head, verify().broken) == (4, rows[-1].hash, None)


def test_a_deed_in_a_sandbox_says_so_and_what_stands_there_keeps_its_hash(
    three: list[Record], insurer: Insurer
) -> None:
    twin = Insurer.every.create(pk=-insurer.pk - 7, code=insurer.code, name="x", sandbox_of=insurer)
    record(Deed.SANDBOX_ERASED, by="alice", what=twin)
    with tenancy.acting_for(str(twin.pk)):
        record(Deed.CHECKS_LISTED, by="key:a", what=Insurer)
    record(Deed.CHECKS_LISTED, by="key:b", what=Insurer)

    assert [row.sandbox for row in Record.objects.order_by("id")] == [False, False, False, True, True, False]
    assert verify().broken is None
    with connection.cursor() as cursor:  # as every release before has written it
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE sandbox) FROM audit_record r"
            " WHERE hash = encode(sha256(convert_to(jsonb_build_array(previous, id,"
            """ to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), who, via, deed, kind, object_id, object, before, after,"""
            " reason, request_id)::text, 'UTF8')), 'hex')"
        )
        assert cursor.fetchone() == (4, 0)


TAMPERED = [
    ("UPDATE audit_record SET sandbox = true WHERE id = 2", 2),
    ("UPDATE audit_record SET who = 'mallory' WHERE id = 2", 2),
    ("UPDATE audit_record SET after = NULL WHERE id = 1", 1),
    ("UPDATE audit_record SET at = at - interval '1 second' WHERE id = 3", 3),
    ("DELETE FROM audit_record WHERE id = 2", 2),
    ("DELETE FROM audit_record WHERE id = 3", 3),
    ("UPDATE audit_record SET id = 9 - id WHERE id IN (2, 3)", 2),
]


@pytest.mark.parametrize(("sql", "broken"), TAMPERED)
def test_whoever_changes_it_all_the_same_is_found(three: list[Record], capsys: Any, sql: str, broken: int) -> None:
    call_command("verify_audit")
    assert f"intact, 3 rows, head {three[-1].hash}" in capsys.readouterr().out
    with connection.cursor() as cursor:  # as somebody who owns the tables could
        cursor.execute("ALTER TABLE audit_record DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_record ENABLE TRIGGER USER")

    assert verify().broken == broken
    with pytest.raises(CommandError, match=f"row {broken}") as refusal:
        call_command("verify_audit")
    assert refusal.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_the_services_own_role_can_only_add(service: psycopg.Connection[Any], insurer: Insurer) -> None:
    record(Deed.INSURER_CHANGED, by="alice", what=insurer)
    for acting in ("office", str(insurer.pk), ""):
        with service.cursor() as cursor:
            cursor.execute("SELECT set_config('app.insurer', %s, false)", [acting])
            for sql in (
                "UPDATE audit_record SET who = 'mallory'",
                "DELETE FROM audit_record",
                "TRUNCATE audit_record",
                "UPDATE audit_head SET rows = 0",
                "DELETE FROM audit_head",
                "INSERT INTO audit_head (id, rows, hash) VALUES (1, 9, '')",
            ):
                with pytest.raises(psycopg.Error, match="never changed|permission denied"):
                    cursor.execute(sql)
            cursor.execute("SELECT count(*) FROM audit_record")
            assert cursor.fetchone() == (1 if acting == "office" else 0,)
    assert verify().broken is None


def test_what_cannot_be_logged_is_not_done(insurer: Insurer, api: Api) -> None:
    with connection.cursor() as cursor:  # as a full disk or a lost table would
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log is full'; END $$;"
            "CREATE TRIGGER full_log BEFORE INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    api.client.raise_request_exception = False

    refused = api.post("/products/", {"code": "NEW", "name": "新产品"})

    assert refused.status_code >= 500 and not Product.objects.exists()
    # Nor is anything shown whose being looked at could not be noted.
    assert api.get("/claims/checks/").status_code >= 500


def test_deeds_of_insurers_are_written_too_and_read_by_the_office_alone(insurer: Insurer) -> None:
    with tenancy.acting_for(str(insurer.pk)):
        record(Deed.PRODUCT_CREATED, by="key:a", what=insurer)

    assert Record.objects.get().who == "key:a"


def test_the_log_is_read_over_rest_by_who_may(three: list[Record], checker: Api, api: Api) -> None:
    from insurers.key_issuing import issue_curator_key

    auditor = Api(issue_curator_key(username="dora", scopes=["audit:read"], by="root")[1])

    found = auditor.get("/audit/", {"deed": "insurer.changed", "who": "bob"}, **{"Accept-Language": "zh-CN"}).json()
    assert [(row["id"], row["who"], row["deed_text"], row["reason"]) for row in found["results"]] == [
        (2, "bob", "修改了保险公司", "因为")
    ]
    assert auditor.get("/audit/", {"kind": "insurer"}).json()["count"] == 3
    assert auditor.get("/audit/", {"nonsense": "1"}).status_code == 400
    assert (checker.get("/audit/").status_code, api.get("/audit/").status_code) == (403, 403)
