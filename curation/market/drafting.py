"""The job that drafts a version from the market: counts, words the entries, and loads them as the file that they are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from catalog import clock, uploads
from catalog.importing.export import csv_lines
from catalog.importing.load import load
from catalog.models import EntryEvidence, ImportRun
from common.jobs.services import Lease
from common.money import ratio_text
from curation.market import reading
from curation.market.drafted_entry import wording
from curation.market.frequency import Cut, Pin, Ranked, cut, entry_codes
from curation.market.reading import Market

# Of the catalog's code, before the number of an entry.
_MOST_PREFIX = 50


def draft(run: ImportRun, lease: Lease) -> None:
    """Make the draft that a run asks for, of the lists as they were known when it was asked. Ends the lease."""
    catalog, asked = run.catalog, run.asked
    assert catalog is not None and run.effective_from is not None
    lists = None if asked["lists"] == "all" else asked["lists"]
    day, known_at = date.fromisoformat(asked["date"]), datetime.fromisoformat(asked["known_at"])
    lease.progress("count")
    market = reading.market_of(catalog, insurer_id=asked["insurer"], day=day, known_at=known_at, codes=lists)
    pins = tuple(Pin(one["drug"], one["keep"], one["reason"], one["indication"]) for one in asked["pins"])
    wanted = Cut(asked["min_products"], asked["min_key_provinces"], pins)
    kept = [one for one in cut(reading.counted_in(market), asked["key_provinces"], wanted) if one.kept]
    lease.progress("word", 0, len(kept))
    known, taken = reading.codes_followed(catalog, run.effective_from, clock.observe().known_at)
    codes = entry_codes(kept, catalog.code[:_MOST_PREFIX], known, taken)
    entries = _worded(market, kept, codes, lease)
    uploads.discard(run.file_path)
    stored = uploads.keep(csv_lines(entries))
    run.file_path, run.file_size, run.sha256 = stored.path, stored.size, stored.sha256
    run.save(update_fields=["file_path", "file_size", "sha256"])
    evidence = [_evidence(market, one, code) for one, code in zip(kept, codes, strict=True)]
    load(run, lease, evidence)


def _worded(market: Market, kept: Sequence[Ranked], codes: Sequence[str], lease: Lease) -> list[dict[str, Any]]:
    """Return the entries of the draft, in its order."""
    place_of = {(one.counted.drug, one.counted.disease): place for place, one in enumerate(kept)}
    source = f"按频次起草 {market.day.isoformat()}"
    entries: list[dict[str, Any]] = [{} for _one in kept]
    for done, (one, rows) in enumerate(reading.rows_of(market, [one.counted for one in kept]), 1):
        place = place_of[one.drug, one.disease]
        entries[place] = {**wording(rows, market.premium_of), "entry_code": codes[place], "source": source}
        lease.progress("word", done, len(kept))
    return entries


def _evidence(market: Market, one: Ranked, code: str) -> EntryEvidence:
    counted = one.counted
    return EntryEvidence(
        entry_code=code,
        rank=one.rank,
        products=counted.products,
        provinces=len(counted.provinces),
        premium_share=ratio_text(counted.premium_share),
        key_provinces_hit=one.key_provinces_hit,
        lists=[market.lists[place].code for place in counted.lists],
        pinned={"keep": one.pin.keep, "reason": one.pin.reason} if one.pin else None,
    )
