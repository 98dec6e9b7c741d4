"""A batch of claims from file to file by two workers, beside the engine alone on one core, in one run.

    script/bench batch          (or python -m benchmarks.batch --lines 100000, with the service's environment)

The engine alone: the same claims, already decoded, parsed, judged, paid and digested by one process. The batch: the file accepted, read in a
process of its own, decided by a Celery worker with two processes, and its results written as CSV and as NDJSON. Prints one JSON document.
"""

import argparse
import csv
import json
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

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ROOT = Path(__file__).resolve().parents[1]
ENTRIES = 3_000
LINES_A_CLAIM = 10
HAN = "奥希替尼达沙伊马瑞戈贝伐珠单抗利妥昔曲帕博纳武信迪来那度胺泊马司库奇尤维奈克拉泽布替"
FORMS = ("片", "胶囊", "注射液", "")
DISEASES = [f"{chapter}{number}" for chapter in "CDEIJKLM" for number in range(10, 90)]
CLASSES = [f"X{a}{number:02d}{b}{c}" for a in "ABCDGHJLMN" for number in range(1, 12) for b in "ABC" for c in "ABCX"]
KINDS = {"BENCH-NRDL": "base", "BENCH-COM": "commercial", "BENCH-NEG": "negative"}
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "base": {"catalog": "BENCH-NRDL"},
    "negative_lists": [{"catalog": "BENCH-NEG"}],
    "requires_base_settlement": True,
    "annual_limit": "3000000.00",
    "deductibles": {"hospital": "12000.00"},
    "benefits": [
        {"code": "in_catalog", "scope": "base_listed", "deductible_group": "hospital", "ratio": "0.7000"},
        {
            "code": "special_drug",
            "scope": "off_base",
            "catalogs": [{"catalog": "BENCH-COM"}],
            "ratio": "0.7000",
            "ratio_pre_existing": "0.3000",
        },
    ],
}


def drug_names(chance: random.Random) -> list[str]:
    """Return 2,500 drug names that look like generic names."""
    return ["".join(chance.sample(HAN, 5)) for _ in range(2_500)]


def list_file(kind: str, drugs: list[str], chance: random.Random) -> str:
    """Return a list of 3,000 entries as CSV; some of a negative list select a class or a disease."""
    columns = "entry_code generic_name dosage_form class_code icd10 age_min criteria settings payment_standard".split()
    rows = []
    for number in range(ENTRIES):
        drug = drugs[number % len(drugs)] + ("酯" if kind == "negative" else "")
        row = {"entry_code": f"{kind[:3].upper()}-{number:05d}", "generic_name": drug + chance.choice(FORMS)}
        row["class_code"] = CLASSES[number % len(drugs) % len(CLASSES)]
        # The second entry of a drug is for other diseases, always.
        if chance.random() < 0.7 or number >= len(drugs):
            row["icd10"] = ";".join(chance.sample(DISEASES, 5 if number >= len(drugs) else chance.randint(1, 4)))
        if kind == "negative":
            if chance.random() < 0.02:
                row = {"entry_code": row["entry_code"], "class_code": chance.choice(CLASSES)}
        else:
            row["age_min"] = "18" if chance.random() < 0.2 else ""
            row["criteria"] = f"LINE_{chance.randint(1, 3)}=线数" if chance.random() < 0.3 else ""
            row["settings"] = "outpatient" if chance.random() < 0.1 else ""
            row["payment_standard"] = "88.005" if chance.random() < 0.2 else ""
        rows.append(row)
    return "\r\n".join([",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]) + "\r\n"


def write_claims(path: Path, lines: int, drugs: list[str], chance: random.Random) -> None:
    """Write a file of claims of ten lines, about four claims a member, in the order of their days."""
    columns = (
        "claim_no member_ref line_no service_date policy_start policy_end age sex pre_existing diagnoses setting institution_level "
        "generic_name quantity amount base_paid base_settled evidence"
    ).split()
    claims = lines // LINES_A_CLAIM
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(claims):
            member = chance.randrange(max(1, claims // 4))
            day = date.fromordinal(date(2026, 1, 1).toordinal() + number * 365 // claims).isoformat()
            for line in range(LINES_A_CLAIM):
                writer.writerow(
                    [
                        f"C-{number:07d}",
                        f"m-{member}",
                        line + 1,
                        day,
                        "2026-01-01",
                        "2026-12-31",
                        20 + member % 60,
                        "FM"[member % 2],
                        "C50" if member % 7 == 0 else "",
                        chance.choice(DISEASES) + ".1",
                        chance.choice(("inpatient", "outpatient")),
                        3,
                        chance.choice(drugs) + chance.choice(FORMS),
                        30,
                        "4977.00",
                        chance.choice(("0.00", "100.00")),
                        "N",
                        f"LINE_1=Y;LINE_2={chance.choice('YN')}",
                    ]
                )


def make_world(drugs: list[str], chance: random.Random) -> Any:
    """Bring the lists and the product in by the front door and return the product."""
    from catalog import services as catalogs
    from catalog.models import ImportRun
    from common.jobs import services as jobs
    from insurers import services as insurers
    from insurers.models import Insurer, Product

    insurer, _made = Insurer.objects.get_or_create(code="BENCH", defaults={"name": "Bench"})
    found = Product.objects.filter(insurer=insurer, code="BENCH").first()
    if found:
        return found
    for code, kind in KINDS.items():
        catalog = catalogs.create_catalog(code=code, name=code, kind=kind, by="maker")
        run, _new = catalogs.upload_catalog(
            catalog=catalog,
            label="2026",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[list_file(kind, drugs, chance).encode()],
            file_name=f"{code}.csv",
            by="maker",
        )
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.version, list(run.problems.values_list("row", "column", "code", "message_en")[:5])
        catalogs.publish_version(version=run.version, by="checker", confirm=True)
    product = insurers.create_product(insurer_id=insurer.pk, code="BENCH", name="Bench")
    version = insurers.create_product_version(product=product, data=TERMS, by="maker")
    insurers.publish_product_version(version=version, by="checker")
    return product


def engine_alone(product: Any, file: Path, most_lines: int) -> dict[str, Any]:
    """Decide the file's first claims in this process, facts gathered beforehand; lines a second of one core."""
    from catalog.clock import observe
    from claims import gather
    from claims.batches.read import Claim, read_batch
    from claims.eligibility import NOTHING_USED, judge_claim, parse_claim, pay

    asked = []
    for message in read_batch(file):
        if isinstance(message, Claim) and message.request:
            asked.append({**message.request, "product": product.code})
            if len(asked) * LINES_A_CLAIM >= most_lines:
                break
    seen = observe()
    facts = gather.product_facts(insurer_id=product.insurer_id, code=product.code, seen=seen)
    claims = [parse_claim(one) for one in asked]
    identities = list({line.identity for claim in claims for line in claim.lines})
    days = {line.service_date for claim in claims for line in claim.lines}
    world = gather.gather(facts, identities=identities, days=days, known_at=seen.known_at, seen=seen)
    started = time.process_time()
    for one in asked:
        pay(judge_claim(parse_claim(one), world), NOTHING_USED)
    seconds = time.process_time() - started
    return {
        "lines": len(asked) * LINES_A_CLAIM,
        "cpu_seconds": round(seconds, 2),
        "lines_per_second": rate(asked, seconds),
    }


def rate(asked: list[Any], seconds: float) -> int:
    return round(len(asked) * LINES_A_CLAIM / seconds)


@contextmanager
def worker(processes: int, log: Path) -> Iterator["Tree"]:
    """Run a Celery worker with so many processes, and a clock that calls the sweeper."""
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
        "WARNING",
        "--without-gossip",
        "--without-mingle",
        "--beat",
        "--schedule",
        str(log) + ".beat",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
        try:
            yield Tree(process.pid)
        finally:
            process.terminate()
            process.wait(30)


class Tree:
    """A process and its children: how much memory they have held together at most, in MB, and the processor time they took."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0.0

    def cpu_seconds(self) -> float:
        """Return what they took so far, children that have ended included."""
        return sum(taken(pid) for pid in [self.pid, *descendants(self.pid)])

    def look(self) -> None:
        """Look once; called while waiting."""
        self.peak = max(self.peak, sum(held(pid) for pid in [self.pid, *descendants(self.pid)]))


def descendants(pid: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
        except OSError:  # it ended while we looked
            continue
    return found


def taken(pid: int) -> float:
    """Return the processor seconds of a process and of those children of it that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def held(pid: int) -> float:
    """Return the memory a process holds, shared pages by halves and thirds (PSS), in MB."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:  # it ended while we looked
        pass
    return 0.0


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
    sizes = {}
    seconds = {"accept": accepted - started, "read": read - accepted, "decide": ended - read}
    for form, lines_of in (("csv", csv_lines), ("ndjson", ndjson_lines)):
        begun = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=f".{form}") as out:
            for piece in lines_of(services.decisions_of(batch), services.shown_in(batch, "zh")):
                out.write(piece)
            sizes[form] = out.tell()
        seconds[f"write_{form}"] = time.monotonic() - begun
    whole = ended - started + seconds["write_csv"]
    return {
        "lines": batch.lines,
        "chunks": batch.chunks.count(),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "file_to_file_seconds": round(whole, 2),
        "lines_per_second": round(batch.lines / whole),
        "worker_cpu_seconds": round(cpu, 2),
        "load_average": os.getloadavg()[0],
        "result_bytes": sizes,
        "outcomes": {name: figures[0] for name, figures in batch.totals["outcome"].items()},
        "worker_peak_mb": round(tree.peak),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    django.setup()
    from common import tenancy

    chance = random.Random(7)
    with tenancy.acting_for(tenancy.OFFICE), tempfile.TemporaryDirectory() as folder:
        drugs = drug_names(chance)
        product = make_world(drugs, chance)
        file = Path(folder) / "claims.csv"
        write_claims(file, chosen.lines, drugs, chance)
        alone = [engine_alone(product, file, min(20_000, chosen.lines))]
        with worker(chosen.workers, Path(folder) / "worker.log") as tree:
            found = batch_of(product, file, tree)
        alone.append(engine_alone(product, file, min(20_000, chosen.lines)))
    engine = round(sum(one["lines_per_second"] for one in alone) / 2)
    print(
        json.dumps(
            {
                "name": "batch",
                "engine_alone_lines_per_second": engine,
                "engine_runs": alone,
                "batch": found,
                "batch_of_engine": round(found["lines_per_second"] / engine, 2),
                "pass": found["lines_per_second"] >= engine / 2,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
