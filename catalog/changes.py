"""What differs between two versions: found by row hashes in the database, described by pure functions, stored with a draft."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from catalog.entries import COLUMNS
from catalog.importing.diff import compare
from catalog.models import CatalogEntry, CatalogVersion, VersionChange

CHUNK = 2000


def differing(old_id: int | None, new_id: int) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield (entry_code, id in the old version, id in the new one) of each entry that is not alike in both, by entry_code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(n.entry_code, o.entry_code), o.id, n.id"
            " FROM (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) o"
            " FULL JOIN (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) n"
            " USING (entry_code) WHERE o.row_hash IS DISTINCT FROM n.row_hash ORDER BY 1",
            [old_id, new_id],
        )
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def changes_between(old_id: int | None, new_id: int) -> Iterator[dict[str, Any]]:
    """Yield each change from the old version's entries to the new one's: change, entry_code, generic_name, fields, major, narrower."""
    pending: list[tuple[str, int | None, int | None]] = []
    for pair in differing(old_id, new_id):
        pending.append(pair)
        if len(pending) == CHUNK:
            yield from _described(pending)
            pending = []
    yield from _described(pending)


def _described(pairs: list[tuple[str, int | None, int | None]]) -> Iterator[dict[str, Any]]:
    ids = [one for _code, old, new in pairs for one in (old, new) if one is not None]
    rows = {row.pop("id"): row for row in CatalogEntry.objects.filter(pk__in=ids).values("id", *COLUMNS)}
    for code, old_id, new_id in pairs:
        old = rows.get(old_id) if old_id is not None else None
        new = rows.get(new_id) if new_id is not None else None
        change = compare(old, new)
        yield {
            "change": change.kind,
            "entry_code": code,
            "generic_name": (new or old or {})["generic_name"],
            "fields": change.fields,
            "major": change.major,
            "narrower": change.narrower,
        }


def store_changes(version: CatalogVersion, parent: CatalogVersion | None) -> dict[str, int]:
    """Write the draft's changes against the version it follows and return how many of each; without one every entry is new and none is written."""
    VersionChange.objects.filter(version=version).delete()
    counts = {"added": 0, "removed": 0, "changed": 0, "major": 0, "narrower": 0}
    if parent is None:
        counts["added"] = version.entry_count
    else:
        _copy_changes(version, changes_between(parent.pk, version.pk), counts)
    counts["unchanged"] = version.entry_count - counts["added"] - counts["changed"]
    version.parent = parent
    version.change_counts = counts
    version.save(update_fields=["parent", "change_counts"])
    return counts


def _copy_changes(version: CatalogVersion, changes: Iterable[dict[str, Any]], counts: dict[str, int]) -> None:
    columns = "version_id, change, major, narrower, entry_code, generic_name, fields"
    waiting: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for one in changes:
            counts[one["change"]] += 1
            counts["major"] += one["major"]
            counts["narrower"] += one["narrower"]
            waiting.append(
                (
                    version.pk,
                    one["change"],
                    one["major"],
                    one["narrower"],
                    one["entry_code"],
                    one["generic_name"],
                    json.dumps(one["fields"], ensure_ascii=False),
                )
            )
            if len(waiting) == CHUNK:
                _copy_rows(cursor, columns, waiting)
                waiting = []
        _copy_rows(cursor, columns, waiting)


def _copy_rows(cursor: Any, columns: str, rows: list[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY catalog_versionchange ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
