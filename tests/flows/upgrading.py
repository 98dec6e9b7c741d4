"""`python -m tests.flows.upgrading DATA LAST`: migrate an empty database by way of two releases to now, and tell what became of its rows, as JSON.

DATA and LAST are migrations as config/releases.tsv has them: at DATA rows are written by the models of then; what LAST's code rests on is compared
with now, and LAST's models write and read once more.
"""

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


def main(data: list[tuple[str, str]], last: list[tuple[str, str]]) -> dict[str, Any]:
    """Do it, and return what is to be told."""
    then = migrated(data)
    with acting_for(OFFICE):
        written(then, "old")
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
        "failed": failed,
    }


def targets(text: str) -> list[tuple[str, str]]:
    return [(app, name) for app, _colon, name in (one.partition(":") for one in text.split())]


if __name__ == "__main__":
    print(json.dumps(main(targets(sys.argv[1]), targets(sys.argv[2]))))
