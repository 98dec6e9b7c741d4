"""The second wall: whatever a query forgets to ask, the database shows an insurer nothing of another's.

The tests' own connection is the tables' owner, whom FORCE binds; where the service signs in as another role, that role is tried as well.
"""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from catalog.consultation import add_comment
from catalog.models import Catalog
from catalog.moves import submit_version
from common import tenancy
from common.api.models import KeptAnswer
from insurers import key_issuing, services
from insurers.models import Insurer
from insurers.webhooks import services as webhooks
from tests.conftest import EVERY_INSURER_SCOPE, imported, published

LIST = "entry_code,generic_name\nE-1,仑卡奈单抗注射液\n"
WRONG = "entry_code,generic_name,age_min\nE-1,仑卡奈单抗注射液,x\n"

# Tables that hang on a private catalog and are hidden through it (migration insurers 0004).
HIDDEN_THROUGH_THE_CATALOG = {"catalog_catalogversion", "catalog_importrun", "catalog_importproblem"}
# Reached by the id of a version that is seen, and only so: COPY FROM refuses tables with row security, and it would cost their search indexes.
# Edits go after their draft has gone, which a policy by the draft would forbid.
REACHED_THROUGH_A_VERSION = {
    "catalog_catalogentry",
    "catalog_versionchange",
    "catalog_entryedit",
    "catalog_reviewmark",
    "catalog_entryevidence",
}
# What the office brought in as a package, with the shared catalogs it made: no page or call of an insurer's reads it.
OF_THE_OFFICE = {"curation_collectedlist"}


def tables_of_an_insurer() -> set[str]:
    """Every table that names an insurer, by a foreign key or by its bare id; not that of the insurers, of which a sandbox is one."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if model is not Insurer
        if (isinstance(field, models.ForeignKey) and field.related_model is Insurer) or field.column == "insurer_id"
    }


def tables_below(names: set[str]) -> set[str]:
    """Every table with a foreign key to one of these tables, or to one below them."""
    below: set[str] = set()
    while True:
        more = {
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.local_fields
            if isinstance(field, models.ForeignKey) and field.related_model._meta.db_table in names | below
        } - (names | below)
        if not more:
            return below
        below |= more


def secured() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
            " AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive"
            " AND p.polcmd = '*' AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)"
        )
        return {name for (name,) in cursor.fetchall()}


def test_every_table_that_belongs_to_an_insurer_has_its_policy(db: None) -> None:
    own = tables_of_an_insurer()

    assert {"insurers_apikey", "insurers_webhookdelivery", "claims_claimcheck", "api_keptanswer"} <= own
    assert own <= secured()


def test_every_table_below_one_of_an_insurers_has_its_policy_or_a_reason(db: None) -> None:
    below = tables_below(tables_of_an_insurer())

    assert below >= HIDDEN_THROUGH_THE_CATALOG | REACHED_THROUGH_A_VERSION
    # The drug master is everybody's; what its imports bring is told nobody's.
    everybodys = {"catalog_drugproduct", "catalog_approval"}
    assert below - secured() <= REACHED_THROUGH_A_VERSION | OF_THE_OFFICE | everybodys


def test_neither_role_can_pass_row_security(db: None) -> None:
    names = {connection.settings_dict["USER"], urlsplit(os.environ["DATABASE_URL"]).username}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND rolname = ANY(%s)", [list(names)]
        )
        assert cursor.fetchall() == []


# --- What is seen, table by table, on the tests' own connection

Seen = dict[str, int]


def rows_seen(who: str, tables: set[str]) -> Seen:
    with tenancy.acting_for(who), connection.cursor() as cursor:
        return {name: _count(cursor, name) for name in sorted(tables)}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


def belongings(insurer: Insurer, make_catalog: Callable[..., Catalog]) -> None:
    """Give an insurer a row in every table that can be filled from here."""
    key_issuing.issue_insurer_key(insurer=insurer, scopes=EVERY_INSURER_SCOPE, by="root")
    product = services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="key:a")
    terms = {"label": "2026", "effective_from": "2026-01-01", "benefits": [{"code": "a", "ratio": "0.5"}]}
    services.create_product_version(product=product, data=terms, by="key:a")
    catalog = make_catalog(f"PRIVATE-{insurer.code}", owner_id=insurer.pk)
    published(catalog, LIST)
    assert imported(catalog, WRONG, label="v2").error_count == 1
    asked = submit_version(version=imported(catalog, LIST, label="v3").version, by="key:a")
    add_comment(version=asked, insurer_id=insurer.pk, by="key:a", stance="support", text="同意")
    webhook = webhooks.add_webhook(
        insurer_id=insurer.pk, url="https://hooks.example.com/", events=["batch.finished"], by="key:a"
    )
    webhooks.send_test(webhook=webhook, at=timezone.now(), by="alice")
    KeptAnswer.objects.create(
        insurer_id=insurer.pk, holder="x", idempotency_key=insurer.code, fingerprint="x", status=200, body=b""
    )


FILLED = {
    "insurers_apikey",
    "insurers_product",
    "insurers_productversion",
    "insurers_webhook",
    "insurers_webhookdelivery",
    "catalog_catalog",
    "catalog_comment",
    "api_keptanswer",
    *HIDDEN_THROUGH_THE_CATALOG,
}


def test_each_insurer_sees_its_own_rows_and_nobody_sees_any(
    insurer: Insurer, other_insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    belongings(insurer, make_catalog)
    belongings(other_insurer, make_catalog)
    office, ours, theirs, nobody = (
        rows_seen(who, FILLED) for who in (tenancy.OFFICE, str(insurer.pk), str(other_insurer.pk), tenancy.NOBODY)
    )

    assert all(count >= 1 for count in ours.values()), ours
    assert ours == theirs
    assert {name: count * 2 for name, count in ours.items()} == office
    assert set(nobody.values()) == {0}
    assert set(rows_seen("0", FILLED).values()) == {0}
    assert set(rows_seen(f"{insurer.pk}' OR 'a'='a", FILLED).values()) == {0}


def test_a_shared_catalog_is_seen_with_its_versions_by_everybody(
    insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    published(make_catalog(), LIST)

    for who in (tenancy.NOBODY, str(insurer.pk), tenancy.OFFICE):
        assert rows_seen(who, {"catalog_catalog", "catalog_catalogversion"}) == {
            "catalog_catalog": 1,
            "catalog_catalogversion": 1,
        }


def refused(who: str, sql: str, *parameters: Any) -> str:
    with tenancy.acting_for(who):
        with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
        return str(refusal.value)


def test_an_insurer_writes_nothing_into_anothers_name(
    insurer: Insurer, other_insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    belongings(other_insurer, make_catalog)
    who = str(insurer.pk)
    product = "INSERT INTO insurers_product (insurer_id, code, name, note, is_demonstration, created_at)"

    assert "row-level security" in refused(who, f"{product} VALUES (%s, 'X', 'X', '', false, now())", other_insurer.pk)
    with tenancy.acting_for(who), connection.cursor() as cursor:
        for table in sorted(FILLED - {"catalog_catalog"}):
            cursor.execute(f"UPDATE {table} SET id = id")
            assert cursor.rowcount == 0, table
            cursor.execute(f"DELETE FROM {table}")
            assert cursor.rowcount == 0, table


def test_entries_of_a_version_that_is_not_seen_cannot_be_changed(
    insurer: Insurer, other_insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    """The trigger that keeps published entries cannot see the version either: it must refuse, not let pass."""
    version = published(make_catalog("PRIVATE", owner_id=other_insurer.pk), LIST)

    for who in (str(insurer.pk), tenancy.NOBODY):
        changed = refused(who, "UPDATE catalog_catalogentry SET note = 'x' WHERE version_id = %s", version.pk)
        assert "cannot be changed" in changed
        assert "cannot be changed" in refused(who, "DELETE FROM catalog_catalogentry WHERE version_id = %s", version.pk)


# --- The role that the service signs in as


def test_the_services_role_sees_nothing_until_it_says_for_whom_it_acts(
    service: psycopg.Connection[Any], make_catalog: Callable[..., Catalog]
) -> None:
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    other = Insurer.objects.create(code="INS-B", name="乙保险")
    belongings(insurer, make_catalog)
    belongings(other, make_catalog)
    with service.cursor() as cursor:

        def seen() -> Seen:
            return {name: _count(cursor, name) for name in sorted(FILLED)}

        assert set(seen().values()) == {0}
        cursor.execute("SET app.insurer = %s" % insurer.pk)  # noqa: UP031  SET takes no parameters
        ours = seen()
        assert all(ours.values()), ours
        cursor.execute("SELECT DISTINCT insurer_id FROM insurers_webhookdelivery")
        assert cursor.fetchall() == [(insurer.pk,)]
        cursor.execute("SET app.insurer = 'office'")
        assert seen() == {name: count * 2 for name, count in ours.items()}
        cursor.execute("SET app.insurer = ''")
        assert set(seen().values()) == {0}


def test_the_services_role_cannot_lift_the_wall(service: psycopg.Connection[Any]) -> None:
    with service.cursor() as cursor:
        for sql in (
            "ALTER TABLE insurers_product DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE insurers_product NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY insurers_product_of_the_insurer ON insurers_product",
            "CREATE POLICY all_of_it ON insurers_product USING (true)",
            "ALTER TABLE catalog_catalogentry DISABLE TRIGGER entry_immutable",
            "TRUNCATE insurers_product CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                cursor.execute(sql)
        cursor.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            cursor.execute("SELECT * FROM insurers_product")


# --- What the planner makes of it


def test_every_policy_of_an_insurers_is_one_whose_rows_are_guessed_right(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, qual FROM pg_policies WHERE policyname LIKE '%\\_of\\_the\\_insurer'")
        policies = dict(cursor.fetchall())

    assert len(policies) > 20
    assert [table for table, qual in policies.items() if not qual.strip().startswith("CASE")] == []


def test_a_page_of_an_insurers_rows_is_walked_in_order_not_sorted_out_of_all(insurer: Insurer) -> None:
    """A policy that seems to keep next to nothing makes the planner fetch all an insurer has and sort it, for every page."""
    product = services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="key:a")
    with tenancy.acting_for(str(insurer.pk)), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_claimbatch (id, insurer_id, product_id, state, known_at, revision, file_name, file_path, file_size, file_format,"
            " sha256, claims, invalid_claims, lines, lines_done, rules_version, asked_about, errors, warnings, created_by, created_at)"
            " SELECT gen_random_uuid(), %s, %s, 'queued', now(), 1, 'f', 'p', 1, '', '', 0, 0, 0, 0, '', '', '[]', '[]', 'k',"
            " now() - i * interval '1 minute' FROM generate_series(1, 3000) i",
            [insurer.pk, product.pk],
        )
        cursor.execute("ANALYZE claims_claimbatch")
        cursor.execute(
            "EXPLAIN SELECT * FROM claims_claimbatch WHERE insurer_id = %s ORDER BY created_at DESC, id DESC LIMIT 51",
            [insurer.pk],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "batch_insurer_created" in plan, plan
    assert "Sort" not in plan, plan
