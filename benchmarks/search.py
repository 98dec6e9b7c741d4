"""Searching 100,000 entries (12,500 names): ours beside a sequential scan that does the same, in one run: the codes of a
ranked page of 20, and the count. Beside it the whole request over HTTP with its rows, one at a time.

    script/bench search          (or python -m benchmarks.search, with the service's environment)

Every query is asked anew, never from the memory of recent answers: over HTTP each text is asked once.
"""

import csv
import gc
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import _lists, _load
from benchmarks._report import django_up, median, peak_mib, report
from catalog.importing.pinyin import sounds
from common.text import norm

ROOT = Path(__file__).resolve().parents[1]

ENTRIES, NAMES, PAGE, ASKED = 100_000, 12_500, 20, 60
LABEL = f"names-{ENTRIES}"
WANTED_RATIO, WANTED_P99 = 20.0, 0.050
# As rank as ours: exact, from the start, anywhere; names and brands before makers.
SEQUENTIAL = """
SELECT entry_code, count(*) OVER () FROM catalog_catalogentry
 WHERE version_id = %(version)s AND (generic_name LIKE %(any)s OR brand_name LIKE %(any)s OR manufacturer LIKE %(any)s)
 ORDER BY CASE WHEN generic_name = %(text)s OR brand_name = %(text)s THEN 0 WHEN manufacturer = %(text)s THEN 1
               WHEN generic_name LIKE %(start)s OR brand_name LIKE %(start)s THEN 2 WHEN manufacturer LIKE %(start)s THEN 3
               WHEN generic_name LIKE %(any)s OR brand_name LIKE %(any)s THEN 4 ELSE 5 END, entry_code
 LIMIT %(page)s
"""


def version() -> Any:
    """Return the list, imported and published the first time."""
    from catalog import services
    from catalog.models import Catalog, CatalogVersion, ImportRun
    from common.jobs import services as jobs

    found = CatalogVersion.objects.filter(catalog__code="BENCH-SEARCH", label=LABEL, published_at__isnull=False).first()
    if found:
        return found
    catalog = Catalog.objects.filter(code="BENCH-SEARCH").first() or services.create_catalog(
        code="BENCH-SEARCH", name="检索基准", kind="commercial", by="bench-maker"
    )
    run, _new = services.upload_catalog(
        catalog=catalog,
        label=LABEL,
        effective_from=date(2026, 1, 1),
        effective_to=None,
        chunks=[_lists.as_csv(rows())],
        file_name="bench.csv",
        by="bench-maker",
    )
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    drafted = ImportRun.objects.get(pk=run.pk).version
    assert drafted is not None
    return services.publish_version(version=drafted, by="bench-checker", confirm=True)


def names() -> list[str]:
    """Return invented drug names in which characters follow each other as in real ones: learnt from the national list in seeds/.

    They are normalised, since the plain scan beside the search knows nothing of brackets of either width.
    """
    listed = list(csv.DictReader((ROOT / "seeds" / "nrdl_2025.csv").open(encoding="utf-8-sig")))
    follows: dict[str, list[str]] = {}
    for row in listed:
        name = f"^{norm(row['generic_name'])}$"
        for first, second in pairwise(name):
            follows.setdefault(first, []).append(second)
    chance = random.Random(1)
    made: dict[str, None] = {}
    while len(made) < NAMES:
        name = "^"
        while not name.endswith("$"):
            name += chance.choice(follows[name[-1]])
        if 4 <= len(name) - 2 <= 20:
            made[name[1:-1]] = None
    return list(made)


def rows() -> Iterator[dict[str, Any]]:
    """Yield the entries: eight of each name."""
    called = names()
    for number, row in enumerate(_lists.rows(ENTRIES, NAMES)):
        yield {**row, "generic_name": called[number % NAMES]}


def queries() -> dict[str, list[str]]:
    """Return what is asked, by kind: parts of names that are there."""
    chance = random.Random(3)
    called = names()

    def parts(length: int) -> list[str]:
        found = []
        for _number in range(ASKED):
            name = chance.choice(called)
            start = chance.randrange(len(name) - length + 1)
            found.append(name[start : start + length])
        return found

    asked = {
        "1 character": parts(1),
        "2 characters": parts(2),
        "3 characters": parts(3),
        "4 characters": parts(4),
        "pinyin": [sounds(part)[0] for part in parts(2)],
        "initials": [sounds(part)[1] for part in parts(3)],
        "code prefix": [f"E-{chance.randrange(1000):04d}" for _ in range(ASKED)],
    }
    return {kind: list(dict.fromkeys(texts)) for kind, texts in asked.items()}  # over HTTP none is asked twice


def timed(way: Callable[[str], Any], asked: list[str]) -> list[float]:
    seconds = []
    for text in asked:
        start = time.perf_counter()
        way(text)
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> int:
    """Measure, print, keep; 1 where a promise is not met."""
    django_up()
    from django.db import connection

    from catalog import search
    from common import cache
    from insurers import key_issuing

    listed = version()
    gc.collect()
    gc.freeze()  # as a web process does (config/web.py)
    before = peak_mib()
    [building] = timed(lambda text: search.entries_matching(listed, text), ["片"])
    tracemalloc.start()
    cache.clear_all()
    search.entries_matching(listed, "片")
    held_mib = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()

    def ours(text: str) -> tuple[int, list[str]]:
        search._results.clear()
        found = search.entries_matching(listed, text)
        return len(found), found[:PAGE]

    def sequential(text: str) -> tuple[int, list[str]]:
        asked = {"version": listed.pk, "text": text, "any": f"%{text}%", "start": f"{text}%", "page": PAGE}
        with connection.cursor() as cursor:
            cursor.execute(SEQUENTIAL, asked)
            page = cursor.fetchall()
        return (page[0][1] if page else 0), [code for code, _count in page]

    key = key_issuing.issue_curator_key(username="bench-reader", scopes=["catalog:read"], by="root")[1]
    one, many = _load.Client(key, connections=1), _load.Client(key, connections=64)
    connection.close()
    with _load.server() as pid:
        for _turn in range(5):  # each worker reads the version's texts once
            many.walk(over_rest(many, ["片"]))
        return measured(one, pid, ours, sequential, building, held_mib, before)


def over_rest(client: _load.Client, asked: list[str]) -> list[bytes]:
    """Return the requests of these searches."""
    path = f"/api/v1/catalogs/BENCH-SEARCH/versions/{LABEL}/entries/?page_size={PAGE}&q="
    return client.prepared([path + quote(text) for text in asked])


def measured(
    client: _load.Client,
    pid: int,
    ours: Callable[[str], Any],
    sequential: Callable[[str], Any],
    building: float,
    held_mib: float,
    before: float,
) -> int:
    """Ask each kind of search in turns, print, keep; 1 where a promise is not met."""
    table, ratio, worst = [], 0.0, 0.0
    for kind, asked in queries().items():
        chinese = "character" in kind
        if chinese:
            for text in asked[:5]:
                assert ours(text) == sequential(text), text
        mine: list[float] = []
        theirs: list[float] = []
        whole: list[float] = []
        spent = 0.0
        # In turns, a few at a time: a slow minute slows both alike.
        for place in range(0, ASKED, 10):
            mine += timed(ours, asked[place : place + 10])
            theirs += timed(sequential, asked[place : place + 10]) if chinese else []
            cpu = _load.server_cpu(pid)
            whole += client.walk(over_rest(client, asked[place : place + 10]))
            spent += _load.server_cpu(pid) - cpu
        worst = max(worst, sorted(mine)[int(len(mine) * 0.99)])
        row = {"query": kind, "ours ms": round(median(mine) * 1e3, 2)}
        if chinese:
            row |= {"sequential ms": round(median(theirs) * 1e3, 2), "ratio": round(median(theirs) / median(mine), 1)}
        row |= {
            "REST p50 ms": round(median(whole) * 1e3, 1),
            "REST p99 ms": round(sorted(whole)[int(len(whole) * 0.99)] * 1e3, 1),
            "REST server CPU ms": round(spent / len(whole) * 1e3, 1),
        }
        if kind == "2 characters":
            ratio = median(theirs) / median(mine)
        table.append(row)
    table.append(
        {"query": "first use of a version", "ours ms": round(building * 1e3), "memory MiB": round(held_mib, 1)}
    )
    report("search", table)
    print(f"memory before {before:.0f} MiB, {ENTRIES} entries, {NAMES} names")
    print(f"2 characters: {ratio:.1f}x a sequential scan (wanted {WANTED_RATIO:.0f}x); worst p99 {worst * 1e3:.1f} ms")
    return 0 if ratio >= WANTED_RATIO and worst < WANTED_P99 else 1


if __name__ == "__main__":
    sys.exit(main())
