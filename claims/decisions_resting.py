"""How many recent decisions rest on a catalog's version: sums alone, of all insurers that the caller's tenant may see."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from catalog.models import Catalog, CatalogVersion

# No page waits for more than these: what is over is told as "at least".
CHECKS_LOOKED_AT = 20_000
CHUNKS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Resting:
    """How many checks and batches consulted the version; `at_least`: there were more decisions than were looked at."""

    checks: int
    batches: int
    at_least: bool


def resting_on(version: CatalogVersion, since: datetime) -> Resting:
    """Return how many checks and batches decided since an instant consulted the version; the newest CHECKS_LOOKED_AT and CHUNKS_LOOKED_AT."""
    catalog = version.catalog
    # By its code it is cited by its owner alone, or by everybody who has no list of that code; by its address by anybody (catalog.catalog_codes).
    own = Catalog.objects.filter(code=catalog.code).exclude(owner=None)
    plain = "insurer_id = ANY(%s)" if catalog.owner_id else "insurer_id <> ALL(%s)"
    insurers = [catalog.owner_id] if catalog.owner_id else list(own.values_list("owner", flat=True))
    by_code, by_address = (
        json.dumps([{"catalog": name, "version": version.label}]) for name in (catalog.code, catalog.address)
    )
    checks, looked_at = _counted(
        f"SELECT count(*) FILTER (WHERE {plain} AND catalogs @> %s::jsonb OR catalogs @> %s::jsonb),"  # noqa: S608 - no value in it
        " count(*) FROM"
        # Insurer by insurer, as the index has them.
        " (SELECT c.catalogs, i.id AS insurer_id FROM insurers_insurer i CROSS JOIN LATERAL (SELECT catalogs FROM claims_claimcheck"
        "   WHERE insurer_id = i.id AND decided_at >= %s ORDER BY decided_at DESC, id DESC LIMIT %s) c LIMIT %s) recent",
        [insurers, by_code, by_address, since, CHECKS_LOOKED_AT, CHECKS_LOOKED_AT],
    )
    batches, chunks = _counted(
        f"SELECT count(DISTINCT batch_id) FILTER (WHERE {plain} AND catalogs @> %s::jsonb OR catalogs @> %s::jsonb), count(*) FROM"  # noqa: S608
        " (SELECT batch_id, insurer_id, catalogs FROM claims_batchchunk WHERE decided_at >= %s ORDER BY id DESC LIMIT %s) recent",
        [insurers, by_code, by_address, since, CHUNKS_LOOKED_AT],
    )
    return Resting(checks, batches, looked_at >= CHECKS_LOOKED_AT or chunks >= CHUNKS_LOOKED_AT)


def _counted(sql: str, values: list[Any]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        first, second = cursor.fetchone()
    return first, second
