"""`python -m tests.flows.upgrading DATA LAST`: migrate an empty database by way of two releases to now, and tell what became of its rows, as JSON.

DATA and LAST are migrations as config/releases.tsv has them: at DATA rows are written by the models of then; what LAST's code rests on is compared
with now, and LAST's models write and read once more.
"""

import gc
import json
import sys
from datetime import UTC, date, datetime
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.state import StateApps  # noqa: E402

from common.tenancy import OFFICE, acting_for  # noqa: E402
from tests.flows.schema import seen  # noqa: E402

DAY = date(2026, 1, 1)


def migrated(targets: list[tuple[str, str]]) -> StateApps:
    """Migrate to these and return the models of then."""
    executor = MigrationExecutor(connection)
    # As in service: whoever migrates works for everybody, whatever the policies of then say of that.
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    return executor.loader.project_state(targets or executor.loader.graph.leaf_nodes()).apps


def at(day: int) -> datetime:
    return datetime(2026, 2, day, 8, 30, tzinfo=UTC)


def version(apps: StateApps, catalog: Any, label: str, *, published: int = 0, withdrawn: int = 0) -> Any:
    """A version that Alice made, Bob published on that day of February, and two persons withdrew."""
    made = apps.get_model("catalog", "CatalogVersion").objects.create(
        catalog=catalog, label=label, effective_from=DAY, checksum="c" * 64, entry_count=0, created_by="alice"
    )
    if published:
        made.state, made.published_by, made.published_at = "published", "bob", at(published)
        made.save()
    if withdrawn:
        made.withdrawal_asked_by, made.withdrawal_asked_at, made.withdraw_reason = "carol", at(withdrawn), "误发"
        made.save()
        made.state, made.withdrawn_by, made.withdrawn_at = "withdrawn", "bob", at(withdrawn)
        made.save()
    return made


def written(apps: StateApps, mark: str) -> None:
    """Write a row of each model that a working day writes, as the code of then does, and change it."""
    shared = apps.get_model("catalog", "Catalog").objects.create(code=f"S-{mark}", name=mark, kind="commercial")
    insurer = apps.get_model("insurers", "Insurer").objects.create(code=f"I-{mark}", name=mark)
    own = apps.get_model("catalog", "Catalog").objects.create(
        code=f"P-{mark}", name=mark, kind="commercial", owner=insurer
    )
    version(apps, shared, "v1", published=3, withdrawn=5)
    version(apps, own, "own", published=4)
    version(apps, shared, "v2", published=4)
    version(apps, shared, "draft")
    product = apps.get_model("insurers", "Product").objects.create(insurer=insurer, code=f"PR-{mark}", name=mark)
    for label, publisher in (("open", ""), ("sold", "dora")):
        apps.get_model("insurers", "ProductVersion").objects.create(
            insurer=insurer,
            product=product,
            label=label,
            effective_from=DAY,
            terms={},
            checksum="c" * 64,
            created_by="carol",
            published_by=publisher,
            published_at=at(6) if publisher else None,
        )
    issuer = apps.get_model("auth", "User").objects.create(username=f"root-{mark}")
    for via in ("page", "command"):
        key = apps.get_model("insurers", "ApiKey").objects.create(
            insurer=insurer,
            prefix=f"{mark}{via}"[:12],
            secret_hash=f"{mark}{via}".ljust(64, "0"),
            scopes=["coverage:read"],
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_record (who, via, deed, kind, object_id, object, before, after, reason, request_id)"
                " VALUES (%s, %s, 'key.issued', 'apikey', %s, '', NULL, NULL, '', '')",
                [issuer.username, via, str(key.pk)],
            )
    job = apps.get_model("jobs", "Job").objects.create(kind="import", subject=mark)
    assert apps.get_model("jobs", "Job").objects.filter(pk=job.pk, state="queued").update(state="done") == 1
    assert apps.get_model("insurers", "Insurer").objects.filter(code=f"I-{mark}").update(name="changed") == 1


FACTS = {"product": "P", "claim_no": "C-1", "member": {"member_ref": "m-1"}, "lines": [{"amount": "1.00"}]}
DECISION = {
    "totals": {"amount": "1.00", "claimable": "1.00", "payable": "0.50"},
    "catalogs": [{"catalog": "S-old", "version": "v1", "checksum": "c"}],
}


def facts_in_clear(apps: StateApps) -> None:
    """Write what tells of a person as it was kept before it was sealed."""
    insurer = apps.get_model("insurers", "Insurer").objects.get(code="I-old")
    product = apps.get_model("insurers", "Product").objects.get(code="PR-old")
    of: dict[str, Any] = {"insurer": insurer, "product": product}
    check = apps.get_model("claims", "ClaimCheck")
    for number, day in (("C-1", 3), ("", 4)):
        check.objects.create(
            **of,
            claim_no=number,
            known_at=at(day),
            outcome="eligible",
            outcomes=["eligible"],
            rules_version="1",
            digest="d" * 64,
            facts=FACTS if number else None,
            decision=DECISION if number else None,
            purged_at=None if number else at(5),
            decided_by="key:x",
            decided_at=at(day),
        )
    batch = apps.get_model("claims", "ClaimBatch").objects.create(
        **of,
        state="failed",
        known_at=at(3),
        revision=1,
        file_name="m-1.csv",
        file_path="",
        file_size=1,
        sha256="0" * 64,
        warnings=[{"value": "m-1"}],
        created_by="key:x",
        created_at=at(3),
    )
    chunk = apps.get_model("claims", "BatchChunk").objects.create(
        batch=batch,
        insurer=insurer,
        number=1,
        first_key=7,
        last_key=7,
        claims=1,
        lines=1,
        job=apps.get_model("jobs", "Job").objects.create(kind="claims.batch.decide", subject=f"{batch.pk}/1"),
        parts="null\n" + json.dumps(DECISION["catalogs"]),
    )
    row: dict[str, Any] = {"batch": batch, "insurer": insurer, "seq": 0}
    apps.get_model("claims", "BatchClaim").objects.create(**row, member_key=7, lines=1, facts='{"claim_no":"C-2"}')
    apps.get_model("claims", "BatchDecision").objects.create(
        **row, chunk_id=chunk.pk, outcome="eligible", digest="d" * 64, decided='{"claim_no":"C-2","member_ref":"m-1"}'
    )
    apps.get_model("api", "KeptAnswer").objects.create(
        insurer_id=insurer.pk, holder="x", idempotency_key="k", fingerprint="f", status=200, body=b"{}"
    )


def sealed() -> dict[str, Any]:
    """Read what was in clear by the models of now, and look for it in their tables."""
    from claims.batches.claim_rows import CLAIM_NO
    from claims.models import BatchChunk, BatchClaim, BatchDecision, ClaimBatch, ClaimCheck
    from common.api.models import KeptAnswer
    from common.sealing.fields import tagged

    with connection.cursor() as cursor:
        left = []
        for model in (ClaimCheck, ClaimBatch, BatchChunk, BatchClaim, BatchDecision, KeptAnswer):
            table = model._meta.db_table
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~ 'm-1|C-1|C-2|checksum'")
            left += [table] * cursor.fetchone()[0]
    found = tagged(ClaimCheck.objects.all(), "claim_tag", ["C-1"], None)
    check, removed = found.get(), ClaimCheck.objects.exclude(purged_at=None).get()
    batch, decision = ClaimBatch.objects.get(), BatchDecision.objects.get()
    return {
        "left in clear": left,
        "check": [check.facts == FACTS, check.decision == DECISION, check.claim_no, check.totals == DECISION["totals"]],
        "by member": [one.claim_no for one in tagged(ClaimCheck.objects.all(), "member_tag", ["m-1"], None)],
        "removed": [removed.facts, removed.decision, removed.claim_no, removed.totals],
        "catalogs": [check.catalogs, BatchChunk.objects.get().catalogs],
        "batch": [batch.file_name, batch.errors, batch.warnings, batch.asked_about],
        "claim": [BatchClaim.objects.get().facts, decision.decided],
        "tag": bytes(decision.claim_tag or b"") == batch.sealed_under().tag("C-2", CLAIM_NO),
        "answer": KeptAnswer.objects.get().body.decode(),
    }


def main(data: list[tuple[str, str]], last: list[tuple[str, str]]) -> dict[str, Any]:
    """Do it, and return what is to be told."""
    then = migrated(data)
    with acting_for(OFFICE):
        written(then, "old")
        facts_in_clear(then)
    released = migrated(last)
    before = seen()
    now = migrated([])
    failed = ""
    with acting_for(OFFICE):
        leaves = list(
            now.get_model("catalog", "LogLeaf")
            .objects.order_by("seq")
            .values("seq", "catalog", "label", "deed", "leaf")
        )
        editors = dict(now.get_model("insurers", "ProductVersion").objects.values_list("label", "editors"))
        issuers = dict(now.get_model("insurers", "ApiKey").objects.values_list("prefix", "issued_by__username"))
        facts = sealed()
        try:
            written(released, "new")
        except Exception as fault:  # told to the test
            failed = f"{type(fault).__name__}: {fault}"
    return {
        "before": before,
        "after": seen(),
        "leaves": leaves,
        "editors": editors,
        "issuers": issuers,
        "sealed": facts,
        "failed": failed,
    }


def targets(text: str) -> list[tuple[str, str]]:
    return [(app, name) for app, _colon, name in (one.partition(":") for one in text.split())]


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as manage.py
    print(json.dumps(main(targets(sys.argv[1]), targets(sys.argv[2]))))
