"""A batch of claims from file to file by two workers, beside the engine alone on one core, in one run.

The engine alone: the file's claims, already decoded, parsed, judged, paid and digested by one process. The batch: the file accepted, read in a
process of its own, decided by a Celery worker with two processes, and its results written as CSV (and, not counted, as NDJSON).

    script/bench batch          (or python -m benchmarks.batch --lines 1000000, with the service's environment)
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import _lists
from benchmarks._processes import Tree
from benchmarks._report import django_up, report

ROOT = Path(__file__).resolve().parents[1]
DRUGS, ENTRIES, LINES_A_CLAIM = 1_200, 3_000, 10
KINDS = {"BATCH-BASE": "base", "BATCH-COM": "commercial", "BATCH-NEG": "negative"}
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "base": {"catalog": "BATCH-BASE"},
    "negative_lists": [{"catalog": "BATCH-NEG"}],
    "requires_base_settlement": True,
    "annual_limit": "3000000.00",
    "deductibles": {"hospital": "12000.00"},
    "benefits": [
        {"code": "in_catalog", "scope": "base_listed", "deductible_group": "hospital", "ratio": "0.7000"},
        {
            "code": "special_drug",
            "scope": "off_base",
            "catalogs": [{"catalog": "BATCH-COM"}],
            "ratio": "0.7000",
            "ratio_pre_existing": "0.3000",
        },
    ],
}
COLUMNS = (
    "claim_no member_ref line_no service_date policy_start policy_end age sex pre_existing diagnoses setting institution_level "
    "generic_name quantity amount base_paid base_settled evidence"
).split()


def write_claims(path: Path, lines: int, chance: random.Random) -> None:
    """Write a file of claims of ten lines, about four claims a member, in the order of their days."""
    claims = lines // LINES_A_CLAIM
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(claims):
            member = chance.randrange(max(1, claims // 4))
            day = date.fromordinal(date(2026, 1, 1).toordinal() + number * 365 // claims).isoformat()
            of_claim = [f"C-{number:07d}", f"m-{member}"]
            of_member = [
                "2026-01-01",
                "2026-12-31",
                20 + member % 60,
                "FM"[member % 2],
                "C50" if member % 7 == 0 else "",
            ]
            for line in range(LINES_A_CLAIM):
                disease, setting = chance.choice(_lists.DISEASES) + ".1", chance.choice(("inpatient", "outpatient"))
                drug, paid = _lists.name(chance.randrange(DRUGS)), chance.choice(("0.00", "100.00"))
                evidence = f"CRIT_{chance.randrange(40)}=Y"
                writer.writerow(
                    [
                        *of_claim,
                        line + 1,
                        day,
                        *of_member,
                        disease,
                        setting,
                        3,
                        drug,
                        30,
                        "4977.00",
                        paid,
                        "N",
                        evidence,
                    ]
                )


def make_world() -> Any:
    """Bring three lists of 3,000 entries and a product in by the front door, unless they are there, and return the product."""
    from catalog import services as catalogs
    from catalog.models import ImportRun
    from common.jobs import services as jobs
    from insurers import services as insurers
    from insurers.models import Insurer, Product

    insurer, _made = Insurer.objects.get_or_create(code="BATCH", defaults={"name": "Batch"})
    found = Product.objects.filter(insurer=insurer, code="BATCH").first()
    if found:
        return found
    for seed, (code, kind) in enumerate(KINDS.items(), 1):
        catalog = catalogs.create_catalog(code=code, name=code, kind=kind, by="maker")
        run, _new = catalogs.upload_catalog(
            catalog=catalog,
            label="2026",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[_lists.as_csv(_lists.rows(ENTRIES, DRUGS, seed))],
            file_name=f"{code}.csv",
            by="maker",
        )
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.version, list(run.problems.values_list("row", "column", "code", "message_en")[:5])
        catalogs.publish_version(version=run.version, by="checker", confirm=True)
    product = insurers.create_product(insurer_id=insurer.pk, code="BATCH", name="Batch", by="key:a")
    version = insurers.create_product_version(product=product, data=TERMS, by="maker")
    insurers.publish_product_version(version=version, by="checker")
    return product


def engine_alone(product: Any, file: Path, most_lines: int) -> int:
    """Decide the file's first claims in this process, facts loaded beforehand; lines a second of one core's time."""
    from catalog.clock import observe
    from claims.batches.read import Claim, read_batch
    from claims.eligibility import NOTHING_USED, judge_claim, parse_claim, pay
    from claims.facts import load, product_facts

    asked = []
    for message in read_batch(file):
        if isinstance(message, Claim) and message.request:
            asked.append({**message.request, "product": product.code})
            if len(asked) * LINES_A_CLAIM >= most_lines:
                break
    seen = observe()
    facts = product_facts(insurer_id=product.insurer_id, code=product.code, seen=seen)
    claims = [parse_claim(one) for one in asked]
    identities = list({line.identity for claim in claims for line in claim.lines})
    days = {line.service_date for claim in claims for line in claim.lines}
    snapshot = load(facts, identities=identities, days=days, known_at=seen.known_at, seen=seen)
    started = time.process_time()
    for one in asked:
        pay(judge_claim(parse_claim(one), snapshot), NOTHING_USED)
    return round(len(asked) * LINES_A_CLAIM / (time.process_time() - started))


@contextmanager
def worker(processes: int, log: Path) -> Iterator[Tree]:
    """Run a Celery worker with so many processes, and a clock that calls the sweeper; ready when the block begins."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        str(processes),
    ]
    command += [
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
        "--beat",
        "--schedule",
        str(log) + ".beat",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"LOG_LEVEL": "INFO"})
        try:
            while " ready." not in log.read_text():
                assert process.poll() is None, log.read_text()[-3000:]
                time.sleep(0.1)
            yield Tree(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def batch_of(product: Any, file: Path, tree: Tree) -> dict[str, Any]:
    """Bring the file through the workers and write its results; seconds of each step, lines a second from file to file."""
    from catalog.clock import observe
    from claims.batches import services
    from claims.batches.results import csv_lines, ndjson_lines
    from claims.models import ClaimBatch

    started, cpu = time.monotonic(), tree.cpu_seconds()
    with file.open("rb") as opened:
        batch, _new = services.accept_batch(
            product=product,
            chunks=iter(lambda: opened.read(1 << 16), b""),
            file_name=file.name,
            by="bench",
            seen=observe(),
        )
    accepted, read = time.monotonic(), 0.0
    while batch.state in ("queued", "running"):
        time.sleep(0.1)
        tree.look()
        batch = ClaimBatch.objects.select_related("product").get(pk=batch.pk)
        if batch.lines and not read:
            read = time.monotonic()
    ended, cpu = time.monotonic(), tree.cpu_seconds() - cpu
    assert batch.state == "done", (batch.state, batch.errors)
    seconds = {"accept": accepted - started, "read": read - accepted, "decide": ended - read}
    sizes = {}
    for form, lines_of in (("csv", csv_lines), ("ndjson", ndjson_lines)):
        begun = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=f".{form}") as out:
            for piece in lines_of(services.decisions_of(batch), services.shown_in(batch, "zh")):
                out.write(piece)
            sizes[form] = out.tell()
        seconds[f"write {form}"] = time.monotonic() - begun
    whole = ended - started + seconds["write csv"]
    return {
        "lines": batch.lines,
        "chunks": batch.chunks.count(),
        **{f"{name} s": round(value, 2) for name, value in seconds.items()},
        "file to file s": round(whole, 2),
        "lines/s": round(batch.lines / whole),
        "workers' CPU s": round(cpu, 2),
        "workers' peak MiB": round(tree.peak),
        "CSV MB": round(sizes["csv"] / 1e6, 1),
        "NDJSON MB": round(sizes["ndjson"] / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    django_up()
    product = make_world()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.csv"
        # Other claims every time: the same bytes while an earlier run's batch is under way would be that batch.
        write_claims(file, chosen.lines, random.Random())
        alone = [engine_alone(product, file, min(20_000, chosen.lines))]
        with worker(chosen.workers, Path(folder) / "worker.log") as tree:
            found = batch_of(product, file, tree)
        alone.append(engine_alone(product, file, min(20_000, chosen.lines)))
    engine = round(sum(alone) / len(alone))
    rows = [
        {"what": "engine alone, one core", "lines/s": engine, "runs": " ".join(map(str, alone))},
        {"what": f"batch, {chosen.workers} workers", **found, "of the engine": round(found["lines/s"] / engine, 2)},
    ]
    report("batch", rows)


if __name__ == "__main__":
    main()
