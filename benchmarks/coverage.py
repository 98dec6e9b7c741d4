"""Coverage over HTTP beside an empty view and a plain ORM version, all on one server, in slices of a second, each paired with one of the
empty view.

Two gunicorn workers, 16 connections, key, throttle and tenancy on; the empty view passes the same middleware. "Asked before": a few hundred
questions again and again. "New": every question is another one (another age, setting or day) about drugs that were met before. Each worker
has met every drug before anything is timed.

    script/bench coverage        (BENCH_BIG=1 adds a list of 1,000,000 entries)
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle, product
from urllib.parse import quote

from benchmarks import _lists, _load
from benchmarks._report import django_up, report

ROUNDS, DRUGS = 7, 300
# entries, drugs, versions
LISTS = [(3_000, 1_200, 1), (3_000, 1_200, 50), (200_000, 25_000, 1)]
if os.environ.get("BENCH_BIG"):
    LISTS.append((1_000_000, 100_000, 1))


def catalog_of(size: int, drugs: int, versions: int = 1) -> str:
    """Publish a commercial list of that size in so many versions, once, and return its code; versions differ in a few entries."""
    from catalog import services
    from catalog.models import Catalog, ImportRun
    from common.jobs import services as jobs

    code = f"COVER-{size}" if versions == 1 else f"COVER-{size}-{versions}"
    catalog = Catalog.objects.filter(code=code).first() or services.create_catalog(
        code=code, name=code, kind="commercial", by="bench"
    )
    for number in range(catalog.versions.filter(published_at__isnull=False).count(), versions):
        run, _new = services.upload_catalog(
            catalog=catalog,
            label=str(number + 1),
            effective_from=date(2026, 1, 1) - timedelta(days=30 * (versions - 1 - number)),
            effective_to=None,
            chunks=[_lists.as_csv(_lists.rows(size + number * 10, drugs, prefix=f"S{size}"))],
            file_name="bench.csv",
            by="bench",
        )
        assert run.job is not None
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.version is not None, list(run.problems.values_list("row", "code")[:3])
        services.publish_version(version=run.version, by="bench-2")
    return code


def product_on(code: str) -> str:
    """Publish a product whose benefit is that list, and return its code; the insurer is BENCH."""
    from insurers import services
    from insurers.models import Insurer, Product

    insurer, _made = Insurer.objects.get_or_create(code="BENCH", defaults={"name": "BENCH"})
    name = f"P-{code}"
    if not Product.objects.filter(insurer=insurer, code=name).exists():
        product = services.create_product(insurer_id=insurer.pk, code=name, name=name, by="key:a")
        terms = {
            "label": "2026",
            "effective_from": "2026-01-01",
            "benefits": [{"code": "b", "ratio": "0.7", "catalogs": [{"catalog": code}]}],
        }
        version = services.create_product_version(product=product, data=terms, by="bench")
        services.publish_product_version(version=version, by="bench")
    return name


def paths_of(product: str, drugs: int) -> list[str]:
    """Return questions about many drugs of the list."""
    chance = random.Random(3)
    made = []
    for _ in range(DRUGS):
        name = quote(_lists.name(chance.randrange(drugs)))
        disease = chance.choice(_lists.DISEASES)
        made.append(f"/api/v1/products/{product}/coverage/?generic_name={name}&icd10={disease}&date=2026-03-14")
    return made


def never_asked(paths: list[str]) -> Iterator[str]:
    """Yield these questions again and again, each time for another person in another place."""
    people = product(("outpatient", "inpatient", "retail_pharmacy"), (1, 2, 3), "FM", range(150))
    for setting, level, sex, age in cycle(people):
        for path in paths:
            yield f"{path}&age={age}&sex={sex}&setting={setting}&institution_level={level}"


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from insurers.key_issuing import issue_insurer_key
    from insurers.models import Insurer

    products = {one: product_on(catalog_of(*one)) for one in LISTS}
    _row, key = issue_insurer_key(insurer=Insurer.objects.get(code="BENCH"), scopes=["coverage:read"], by="root")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_catalogentry")
    connection.close()
    client = _load.Client(key)
    with _load.server() as pid:
        ways: dict[str, Callable[[], bytes]] = {"empty view": again(client.prepared(["/api/v1/bench/empty/"]))}
        client.walk(client.prepared(["/api/v1/bench/empty/"] * DRUGS))
        for (size, drugs, versions), code in products.items():
            listed = f"{size:,} entries" + (f", {versions} versions" if versions > 1 else "")
            paths = paths_of(code, drugs)
            client.walk(client.prepared(paths))
            ways[f"coverage, {listed}, asked before"] = again(client.prepared(paths))
            ways[f"coverage, {listed}, new"] = anew(client, never_asked(paths))
        size, drugs, _versions = LISTS[2]
        paths = [
            path.replace(f"products/{products[LISTS[2]]}/coverage", f"bench/orm/COVER-{size}") + "&age=50"
            for path in paths_of(products[LISTS[2]], drugs)
        ]
        ways[f"plain ORM, {size:,} entries"] = again(client.prepared(paths))
        rows = _load.measure(client, pid, ways, beside="empty view", rounds=ROUNDS)
        rows.append({"way": "memory of the larger worker, MiB", "requests/s": round(_load.server_memory_mib(pid))})
        report("coverage", rows)


def again(requests: list[bytes]) -> Callable[[], bytes]:
    """Return what gives these requests over and over."""
    return cycle(requests).__next__


def anew(client: _load.Client, paths: Iterator[str]) -> Callable[[], bytes]:
    """Return what gives a request for each of endless paths."""
    return lambda: client.prepared([next(paths)])[0]


if __name__ == "__main__":
    main()
