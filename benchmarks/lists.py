"""A page of 50 entries over HTTP beside the same page by a model serializer, on one server, in slices of a second, each paired with one of
the other's; and a page deep in a large version beside its first.

    script/bench lists           (BENCH_BIG=1: 1,000,000 entries instead of 200,000)
"""

import base64
import json
import os
import random
from collections.abc import Callable, Iterator

from benchmarks import _load
from benchmarks._report import django_up, report
from benchmarks.coverage import again, anew, catalog_of

ROUNDS, PAGE = 7, 50
SMALL = (3_000, 1_200)
LARGE = (1_000_000, 100_000) if os.environ.get("BENCH_BIG") else (200_000, 25_000)
SERIALIZER = "model serializer, first page"


def first_pages(size: int) -> Iterator[str]:
    """Yield pages among the first twenty of a list; each begins behind another entry."""
    chance = random.Random(1)
    while True:
        yield page(size, behind=chance.randrange(PAGE * 20))


def deep_pages(size: int) -> Iterator[str]:
    """Yield pages around the row at nine tenths of a list."""
    chance = random.Random(2)
    while True:
        yield page(size, behind=size * 9 // 10 + chance.randrange(PAGE * 20))


def page(size: int, *, behind: int) -> str:
    """Return the address of the page behind a row, with the cursor that its predecessor's `next` would give."""
    place = json.dumps(["entry_code", False, f"S{size}-{behind:07d}"], separators=(",", ":")).encode()
    cursor = base64.urlsafe_b64encode(place).decode().rstrip("=")
    return f"/api/v1/catalogs/COVER-{size}/versions/1/entries/?cursor={cursor}"


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from catalog.models import CatalogVersion
    from insurers.key_issuing import issue_curator_key

    for size, drugs in (SMALL, LARGE):
        catalog_of(size, drugs)
    version = CatalogVersion.objects.get(catalog__code=f"COVER-{SMALL[0]}", label="1")
    _row, key = issue_curator_key(username="bench-reader", scopes=["catalog:read"], by="root")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_catalogentry")
    connection.close()
    client = _load.Client(key)
    large = LARGE[0]
    ways: dict[str, Callable[[], bytes]] = {
        SERIALIZER: again(client.prepared([f"/api/v1/bench/entries/{version.pk}/"])),
        f"{SMALL[0]:,} entries, the first page": again(
            client.prepared([f"/api/v1/catalogs/COVER-{SMALL[0]}/versions/1/entries/"])
        ),
        f"{SMALL[0]:,} entries, near the beginning": anew(client, first_pages(SMALL[0])),
        f"{large:,} entries, near the beginning": anew(client, first_pages(large)),
        f"{large:,} entries, near row {large * 9 // 10:,}": anew(client, deep_pages(large)),
        "empty view": again(client.prepared(["/api/v1/bench/empty/"])),
    }
    with _load.server() as pid:
        for request in ways.values():
            found = json.loads(client.body(request().split()[1].decode()))
            assert not found or len(found["results"]) == PAGE
            client.walk([request()] * PAGE)
        rows = _load.measure(client, pid, ways, beside=SERIALIZER, rounds=ROUNDS)
        report("lists", rows)


if __name__ == "__main__":
    main()
