"""How many recent decisions rest on a catalog's version: sums alone, of all insurers that the caller's tenant may see."""

import json
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection

from catalog.models import CatalogVersion
from claims.eligibility.answer import catalogs_document
from common.compact import compact

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
    cited = [{"catalog": catalog.code, "version": version.label}]
    checks, looked_at = _counted(
        "SELECT count(*) FILTER (WHERE decision->'catalogs' @> %s::jsonb), count(*) FROM"
        # Insurer by insurer, as the index has them.
        " (SELECT c.decision FROM insurers_insurer i CROSS JOIN LATERAL (SELECT decision FROM claims_claimcheck"
        "   WHERE insurer_id = i.id AND decided_at >= %s ORDER BY decided_at DESC, id DESC LIMIT %s) c LIMIT %s) recent",
        [json.dumps(cited), since, CHECKS_LOOKED_AT, CHECKS_LOOKED_AT],
    )
    # A chunk keeps the list of what was consulted as text (claims.batches.record); the version stands in it as it is written there.
    facts = SimpleNamespace(
        catalog=catalog.code,
        kind=catalog.kind,
        series=catalog.series_id,
        label=version.label,
        checksum=version.checksum,
    )
    (document,) = catalogs_document([facts])  # type: ignore[list-item]
    batches, chunks = _counted(
        "SELECT count(DISTINCT batch_id) FILTER (WHERE strpos(parts, %s) > 0), count(*) FROM"
        " (SELECT batch_id, parts FROM claims_batchchunk WHERE decided_at >= %s ORDER BY id DESC LIMIT %s) recent",
        [compact(document), since, CHUNKS_LOOKED_AT],
    )
    return Resting(checks, batches, looked_at >= CHECKS_LOOKED_AT or chunks >= CHUNKS_LOOKED_AT)


def _counted(sql: str, values: list[Any]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        first, second = cursor.fetchone()
    return first, second
