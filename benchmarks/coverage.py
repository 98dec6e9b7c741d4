"""Coverage over HTTP beside an empty view and a plain ORM version, all on one server, in slices of a second, taken in turns.

Two gunicorn workers, 16 connections, key, throttle and tenancy on. CPU is that of the server's processes a request.
"""

import http.client
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import _lists
from benchmarks._report import django_up, median, report

CONNECTIONS, SLICE_SECONDS, ROUNDS, DRUGS = 16, 1.0, 7, 300
SIZES = [(3_000, 1_200), (200_000, 25_000)]
PORT = int(os.environ.get("BENCH_PORT", "8765"))


def catalog_of(size: int, drugs: int) -> str:
    """Publish a commercial list of that size, once, and return its code."""
    from catalog import services
    from catalog.models import Catalog, ImportRun
    from common.jobs import services as jobs

    code = f"COVER-{size}"
    catalog = Catalog.objects.filter(code=code).first() or services.create_catalog(
        code=code, name=code, kind="commercial", by="bench"
    )
    if not catalog.versions.filter(published_at__isnull=False).exists():
        run, _new = services.upload_catalog(
            catalog=catalog,
            label="1",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[_lists.as_csv(_lists.rows(size, drugs, prefix=f"S{size}"))],
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
        product = services.create_product(insurer_id=insurer.pk, code=name, name=name)
        terms = {
            "label": "2026",
            "effective_from": "2026-01-01",
            "benefits": [{"code": "b", "ratio": "0.7", "catalogs": [{"catalog": code}]}],
        }
        version = services.create_product_version(product=product, data=terms, by="bench")
        services.publish_product_version(version=version, by="bench")
    return name


class Client:
    """Sixteen connections that ask as fast as they are answered, for a slice of time."""

    def __init__(self, key: str) -> None:
        self.headers = {"Authorization": f"Api-Key {key}"}

    def slice(self, paths: list[str]) -> list[float]:
        """Return the seconds of every answer within the slice; raises for anything but a 200."""
        taken: list[list[float]] = [[] for _ in range(CONNECTIONS)]
        wrong: list[str] = []
        ends = time.perf_counter() + SLICE_SECONDS

        def ask(place: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
            chance = random.Random(place)
            while time.perf_counter() < ends:
                start = time.perf_counter()
                connection.request("GET", chance.choice(paths), headers=self.headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    wrong.append(f"{answer.status} {body[:200]!r}")
                    return
                taken[place].append(time.perf_counter() - start)
            connection.close()

        threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise SystemExit(f"the server answered {wrong[0]}")
        return [second for one in taken for second in one]


def server_cpu(pid: int) -> float:
    """Return the CPU seconds of the server's processes so far (Linux; elsewhere 0)."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(pid):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def server_memory_mib(pid: int) -> float:
    """Return the largest resident memory among the server's workers (Linux; elsewhere 0)."""
    most = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if lines.get("PPid", "").strip() == str(pid):
            most = max(most, int(lines.get("VmRSS", "0 kB").split()[0]) / 1024)
    return most


def paths_of(product: str, drugs: int) -> list[str]:
    """Return queries of many drugs of the list."""
    chance = random.Random(3)
    made = []
    for _ in range(DRUGS):
        name = quote(_lists.name(chance.randrange(drugs)))
        disease = chance.choice(_lists.DISEASES)
        made.append(f"/api/v1/products/{product}/coverage/?generic_name={name}&icd10={disease}&date=2026-03-14&age=50")
    return made


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from insurers.models import Insurer
    from insurers.services import issue_insurer_key

    products = {size: (product_on(catalog_of(size, drugs)), drugs) for size, drugs in SIZES}
    _row, key = issue_insurer_key(insurer=Insurer.objects.get(code="BENCH"), scopes=["coverage:read"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_catalogentry")
    connection.close()
    environment = {**os.environ, "API_RATE_PER_MINUTE": "10000000", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "benchmarks._server:application", "-b", f"127.0.0.1:{PORT}"]
    command += ["-w", "2", "--threads", "8", "--no-control-socket"]
    server = subprocess.Popen(command, env=environment)
    try:
        client = Client(key)
        _wait()
        ways = {"empty view": ["/api/v1/bench/empty/"]}
        for size, (product, drugs) in products.items():
            ways[f"coverage, {size:,} entries"] = paths_of(product, drugs)
        size, drugs = SIZES[-1]
        ways[f"plain ORM, {size:,} entries"] = [
            path.replace(f"products/{products[size][0]}/coverage", f"bench/orm/COVER-{size}")
            for path in paths_of(products[size][0], drugs)
        ]
        rows = _measure(client, server.pid, ways)
        rows.append({"way": "memory of the larger worker, MiB", "requests/s": round(server_memory_mib(server.pid))})
        report("coverage", rows)
    finally:
        server.terminate()
        server.wait(20)


def _wait() -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _measure(client: Client, pid: int, ways: dict[str, list[str]]) -> list[dict[str, Any]]:
    rates: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for way, paths in ways.items():  # each path once to each worker, so that what is kept is there
        for _ in range(3 if "empty" not in way else 1):
            client.slice(paths)
    for _round in range(ROUNDS):
        for way, paths in ways.items():
            before = server_cpu(pid)
            taken = client.slice(paths)
            cpu[way].append((server_cpu(pid) - before) / len(taken))
            rates[way].append(len(taken) / SLICE_SECONDS)
            seconds[way] += taken
    empty = median(rates["empty view"])
    rows = []
    for way in ways:
        cuts = statistics.quantiles(seconds[way], n=100)
        rows.append(
            {
                "way": way,
                "requests/s": round(median(rates[way])),
                "x empty": round(median([a / b for a, b in zip(rates[way], rates["empty view"], strict=True)]), 2),
                "server CPU x empty": round(median(cpu[way]) / max(median(cpu["empty view"]), 1e-9), 2),
                "p50 ms": round(cuts[49] * 1000, 2),
                "p99 / p50": round(cuts[98] / cuts[49], 2),
            }
        )
    assert empty > 0
    return rows


if __name__ == "__main__":
    main()
