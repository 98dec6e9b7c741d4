"""The engine alone (judge, pay, digest) beside a naive ORM-per-line version, in one run; and a check of five lines over REST.

Three catalogs of 3,000 entries (base, commercial, negative), claims of 10 lines. The naive version asks the database for each line with a reduced rule (name, indication, first benefit);
it is what one writes first, and does less.
"""

import os
import random
import time
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, in_turns, median, peak_mib, report

DRUGS, ENTRIES, CLAIMS, LINES = 2_000, 3_000, 400, 10
DAY = date(2026, 3, 14)
KNOWN = datetime(2026, 4, 1, tzinfo=UTC)
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "base": {"catalog": "BENCH-BASE"},
    "negative_lists": [{"catalog": "BENCH-NEG"}],
    "deductibles": {"g": "100.00"},
    "benefits": [
        {"code": "listed", "scope": "base_listed", "ratio": "0.5000", "deductible_group": "g"},
        {"code": "special", "scope": "off_base", "catalogs": [{"catalog": "BENCH-COM"}], "ratio": "0.7000"},
    ],
}


def claims(seed: int = 7) -> list[dict[str, Any]]:
    """Return claims of ten lines whose drugs and diseases meet the lists."""
    chance = random.Random(seed)
    treats: dict[str, list[str]] = {}
    asks: dict[str, dict[str, bool]] = {}
    for _kind, rows in lists().values():
        for row in rows:
            treats.setdefault(row["generic_name"], []).append(row["icd10"].partition(";")[0] + ".1")
            if row["criteria"]:
                asks.setdefault(row["generic_name"], {})[row["criteria"].partition("=")[0]] = True
    made = []
    for number in range(CLAIMS):
        lines = []
        for place in range(LINES):
            name = _lists.name(chance.randrange(DRUGS))
            # Most drugs are claimed for a disease they are listed for.
            listed = chance.random() < 0.8
            lines.append(
                {
                    "line_no": place + 1,
                    "generic_name": name,
                    "diagnoses": [chance.choice(treats[name] if listed else _lists.DISEASES)],
                    "quantity": "30",
                    "amount": f"{chance.randrange(100, 900000) / 100:.2f}",
                    "evidence": asks.get(name, {}),
                }
            )
        made.append(
            {
                "product": "BENCH",
                "claim_no": f"C-{number}",
                "service_date": DAY.isoformat(),
                "setting": "outpatient",
                "member": {"member_ref": f"m-{number}", "age": 60, "sex": "F"},
                "lines": lines,
            }
        )
    return made


def lists() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Return by catalog code its kind and entries."""
    # Each list leaves some drugs out, so that every outcome occurs.
    base = list(_lists.rows(ENTRIES, DRUGS, seed=1, prefix="B", first=DRUGS // 2))
    commercial = list(_lists.rows(ENTRIES, DRUGS, seed=2, prefix="C"))
    negative = list(_lists.rows(ENTRIES, ENTRIES, seed=3, prefix="N", first=DRUGS - 200))
    for place, row in enumerate(negative):
        row["payment_standard"] = ""
        if place % 60 == 0:  # a selector by class instead of a drug
            row.update(
                generic_name="", brand_name="", strength="", manufacturer="", criteria="", age_min="", settings=""
            )
    return {
        "BENCH-BASE": ("base", base),
        "BENCH-COM": ("commercial", commercial),
        "BENCH-NEG": ("negative", negative),
    }


def pure_snapshot() -> Any:
    """Return the snapshot compiled from the lists, wholly loaded, without a database."""
    from catalog.drugs.dosage_forms import DosageForms, FormRow
    from catalog.drugs.knowledge import Knowledge, KnownRow
    from catalog.reference import dosage_form_rows
    from claims.eligibility import (
        CompiledVersion,
        ProductVersion,
        Snapshot,
        compile_entry,
        index_by_name,
        index_selectors,
    )
    from insurers.terms import parse_terms

    forms = DosageForms(FormRow(*row) for row in dosage_form_rows())
    published = datetime(2025, 12, 1, tzinfo=UTC)
    catalogs, known = {}, []
    for code, (kind, rows) in lists().items():
        entries = [compile_entry(_lists.typed(row), forms, kind) for row in rows]  # type: ignore[arg-type]
        catalogs[code] = (
            CompiledVersion(
                catalog=code,
                kind=kind,  # type: ignore[arg-type]
                series=None,
                label="1",
                checksum="0" * 64,
                effective_from=date(2026, 1, 1),
                effective_to=None,
                published_at=published,
                withdrawn_at=None,
                by_name=index_by_name(entries),
                selectors=index_selectors(entries),
            ),
        )
        known += [
            KnownRow(
                "entry",
                (published, code, "1", row["entry_code"]),
                row["generic_name"],
                brand_name=row["brand_name"],
                manufacturer=row["manufacturer"],
                strength=row["strength"],
                class_code=row["class_code"],
            )
            for row in rows
            if row["generic_name"]
        ]
    terms = parse_terms(TERMS)
    return Snapshot("BENCH", (ProductVersion(terms, published),), catalogs, Knowledge.build(known, forms), KNOWN)


def engine(snapshot: Any, asked: list[dict[str, Any]]) -> int:
    """Decide every claim from its JSON to its answer; returns the payable fen of all."""
    from claims.eligibility import answer, assess_claim, parse_claim

    paid = 0
    for data in asked:
        decision = assess_claim(parse_claim(data), snapshot)
        answer(decision)
        paid += decision.payable
    return paid


def decide_only(snapshot: Any, parsed: list[Any]) -> int:
    """Decide every parsed claim with reasons, trace and digest."""
    from claims.eligibility import assess_claim

    return sum(assess_claim(claim, snapshot).payable for claim in parsed)


def into_database() -> Any:
    """Publish the lists and return the versions, for the naive version."""
    from catalog import services
    from catalog.models import Catalog, CatalogVersion, ImportRun
    from common.jobs import services as jobs

    versions = {}
    for code, (kind, rows) in lists().items():
        catalog = Catalog.objects.filter(code=code).first() or services.create_catalog(
            code=code, name=code, kind=kind, by="bench"
        )
        version = catalog.versions.filter(label="1").first()
        if version is None:
            run, _new = services.upload_catalog(
                catalog=catalog,
                label="1",
                effective_from=date(2026, 1, 1),
                effective_to=None,
                chunks=[_lists.as_csv(iter(rows))],
                file_name="bench.csv",
                by="bench",
            )
            assert run.job is not None
            jobs.run(run.job.pk)
            run = ImportRun.objects.get(pk=run.pk)
            assert run.version is not None, run.problems.values_list("row", "code", "message_en")[:3]
            version = services.publish_version(version=run.version, by="bench-2")
        versions[code] = CatalogVersion.objects.get(pk=version.pk)
    return versions


def naive(asked: list[dict[str, Any]]) -> Decimal:
    """Decide each line with the ORM, a reduced rule: negative list, base list, then the benefit's list by name and disease."""
    from catalog.known_drugs import dosage_forms
    from catalog.models import CatalogEntry, CatalogVersion

    now = datetime.now(tz=UTC)

    def match(code: str, base_name: str, diagnosis: str) -> Any:
        version = CatalogVersion.objects.filter(catalog__code=code).in_force(DAY, now).first()
        for entry in CatalogEntry.objects.filter(version=version, base_name=base_name).order_by("entry_code"):
            if not entry.icd10 or any(diagnosis.startswith(code.replace(".", "")) for code in entry.icd10):
                return entry
        return None

    paid = Decimal(0)
    for claim in asked:
        for line in claim["lines"]:
            diagnosis = line["diagnoses"][0].replace(".", "")
            base_name = dosage_forms().base_name(line["generic_name"]).name
            amount = Decimal(line["amount"])
            if match("BENCH-NEG", base_name, diagnosis):
                continue
            if match("BENCH-BASE", base_name, diagnosis):
                paid += max(Decimal(0), amount - 100) * Decimal("0.5")
            elif match("BENCH-COM", base_name, diagnosis):
                paid += amount * Decimal("0.7")
    return paid


def product_on_the_lists() -> str:
    """Publish the product of the insurer BENCH, once, and return a key that may check its claims."""
    from insurers import key_issuing, services
    from insurers.models import Insurer, Product

    insurer, _made = Insurer.objects.get_or_create(code="BENCH", defaults={"name": "BENCH"})
    if not Product.objects.filter(insurer=insurer, code="BENCH").exists():
        product = services.create_product(insurer_id=insurer.pk, code="BENCH", name="BENCH", by="key:a")
        version = services.create_product_version(product=product, data=TERMS, by="bench")
        services.publish_product_version(version=version, by="bench-2")
    return key_issuing.issue_insurer_key(insurer=insurer, scopes=["claims:check"], by="root")[1]


def posts_of_five_lines(key: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return statements and CPU of a recorded check of five lines: by a process that knows nothing, one that has not met the drugs, and one that has."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from claims.facts import caches, drugs
    from common import cache

    client = Client(headers={"Authorization": f"Api-Key {key}", "Host": "localhost"})
    claims = [{**claim, "lines": claim["lines"][:5]} for claim in asked[:100]]

    def post(claim: dict[str, Any]) -> None:
        answer = client.post("/api/v1/claims/checks/", claim, content_type="application/json")
        assert answer.status_code == 200, answer.content

    def forget_drugs() -> None:
        caches.snapshots.clear()
        drugs._rows.clear()

    found = []
    ways = {
        "first of a process (9,000 entries compiled)": (cache.clear_all, claims[:5]),
        "drugs not met before": (forget_drugs, claims),
        "facts kept in the process": (None, claims),
    }
    for way, (forget, asked_for) in ways.items():
        seconds, statements = [], []
        for claim in (claims[0], *asked_for):  # the first is not counted: it opens the connection
            for _turn in range(1 if forget else 2):
                if forget:
                    forget()
                start = time.process_time()
                post(claim)
                taken = time.process_time() - start
            seconds.append(taken)
        for claim in claims[:5]:
            if forget:
                forget()
            with CaptureQueriesContext(connection) as captured:
                post(claim)
            statements.append(
                sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in captured)
            )
        found.append(
            {
                "way": f"POST of 5 lines, {way}: CPU ms",
                "lines/s": round(median(seconds[1:]) * 1000, 2),
                "statements": max(statements),
            }
        )
    return found


def _core_speed() -> float:
    """Return the CPU seconds of a bare Python loop: about 0.28 on an undisturbed 2.6 GHz core with Python 3.11."""
    start = time.process_time()
    sum(number * number for number in range(5_000_000))
    return round(time.process_time() - start, 3)


def main() -> None:
    """Measure and report."""
    os.environ["API_RATE_PER_MINUTE"] = "1000000"
    django_up()
    from claims.eligibility import parse_claim

    into_database()
    key = product_on_the_lists()
    asked = claims()
    tracemalloc.start()
    snapshot = pure_snapshot()
    snapshot_mib = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    parsed = [parse_claim(data) for data in asked]
    few = asked[: CLAIMS // 40]
    decide_only(snapshot, parsed)
    seconds = in_turns(
        {
            "engine": lambda: decide_only(snapshot, parsed),
            "json to answer": lambda: engine(snapshot, asked),
            "naive ORM": lambda: naive(few),
        },
        rounds=5,
    )
    lines = {"engine": CLAIMS * LINES, "json to answer": CLAIMS * LINES, "naive ORM": len(few) * LINES}
    rates = {name: lines[name] / median(taken) for name, taken in seconds.items()}
    report(
        "eligibility",
        [
            {
                "way": {
                    "engine": "engine: reasons, trace, money, digest",
                    "json to answer": "with parsing the JSON and wording the answer",
                    "naive ORM": "naive ORM per line, reduced rule",
                }[name],
                "lines/s": round(rate),
                "x naive": round(rate / rates["naive ORM"], 1),
            }
            for name, rate in rates.items()
        ]
        + posts_of_five_lines(key, asked)
        + [
            {"way": "this core's speed now: seconds for 5 million squares", "lines/s": _core_speed()},
            {"way": "three compiled catalogs and what is known, MiB", "lines/s": round(snapshot_mib, 1)},
            {"way": "peak memory of the process, MiB", "lines/s": round(peak_mib())},
        ],
    )


if __name__ == "__main__":
    main()
