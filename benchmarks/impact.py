"""A draft tried on a batch by two workers, beside the batch itself in the same run; and whether it is what the batch answers after publication.

The batch of benchmarks/batch.py, file to file, in the rounds' turns with the trying of a draft on it: a tenth of its entries gone, other payment
standards in a twentieth. At last the draft is published, the same file decided anew, and every line of both compared with what the run said.

    script/bench impact          (or python -m benchmarks.impact --lines 1000000, with the service's environment)
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import _lists
from benchmarks._processes import Tree
from benchmarks._report import django_up, median, report
from benchmarks.batch import DRUGS, ENTRIES, batch_of, make_world, worker, write_claims

ROUNDS = 3


def draft_rows() -> Iterator[dict[str, Any]]:
    """Yield the commercial list's entries as the draft has them."""
    for number, row in enumerate(_lists.rows(ENTRIES, DRUGS, 2)):
        if number % 10 == 3:
            continue
        yield {**row, "payment_standard": "1.00"} if number % 20 == 7 else row


def make_draft() -> Any:
    """Import the draft and return it."""
    from catalog import services as catalogs
    from catalog.models import Catalog, ImportRun
    from common.jobs import services as jobs

    run, _new = catalogs.upload_catalog(
        catalog=Catalog.objects.get(code="BATCH-COM"),
        label=f"draft {time.time():.0f}",
        effective_from=date(2026, 1, 1),
        effective_to=None,
        chunks=[_lists.as_csv(draft_rows())],
        file_name="draft.csv",
        by="maker",
    )
    jobs.run(run.job.pk)
    version = ImportRun.objects.get(pk=run.pk).version
    assert version is not None
    return version


def impact_of(draft: Any, batch: Any, tree: Tree) -> tuple[Any, dict[str, Any]]:
    """Try the draft on the batch and write the lines that differ; returns the run and what it took."""
    from catalog.clock import observe
    from curation.impact import services
    from curation.impact.results import csv_lines
    from curation.models import ImpactRun

    started, cpu = time.monotonic(), tree.cpu_seconds()
    asked = services.Asked(batch=batch.pk)
    run = services.ask_impact(version=draft, insurer_id=batch.insurer_id, asked=asked, by="bench", seen=observe())
    while run.state in services.UNDER_WAY:
        time.sleep(0.1)
        tree.look()
        run = ImpactRun.objects.get(pk=run.pk)
    assert run.state == "done", (run.state, run.fault)
    size = sum(map(len, csv_lines(services.lines_of(run))))
    seconds = time.monotonic() - started
    cpu = tree.cpu_seconds() - cpu
    return run, {
        "lines": run.lines,
        "whole s": round(seconds, 2),
        "lines/s": round(run.lines / seconds),
        "workers' CPU s": round(cpu, 2),
        "CSV MB": round(size / 1e6, 1),
    }


def lines_of(batch: Any) -> Iterator[tuple[str, int, tuple[Any, ...]]]:
    """Yield every line of a batch's results: claim, line number, and what of it is compared."""
    import json

    from claims.batches import services
    from claims.batches.results import ndjson_lines

    for piece in ndjson_lines(services.decisions_of(batch), services.shown_in(batch, "zh")):
        for text in piece.decode().splitlines():
            claim = json.loads(text)
            for line in claim["lines"]:
                reasons = ";".join(reason["code"] for reason in line["reasons"])
                told = (line["outcome"], line["money"]["payable"], reasons, line["benefit"] or "")
                yield claim["claim_no"], line["line_no"], told


def check_equal(run: Any, before: Any, after: Any) -> dict[str, int]:
    """Compare the run with both batches line by line; raises AssertionError where a line or a fen differs."""
    import csv
    import io

    from common.money import fen
    from curation.impact import services
    from curation.impact.results import csv_lines
    from curation.impact.totals import totals_document

    text = b"".join(csv_lines(services.lines_of(run))).decode("utf-8-sig")
    names = ("outcome", "payable", "reasons", "benefit")
    said = {
        (row["claim_no"], int(row["line_no"])): tuple(
            tuple(row[f"{name}_{when}"] for name in names) for when in ("old", "new")
        )
        for row in csv.DictReader(io.StringIO(text))
    }
    matrix: Counter[tuple[str, str]] = Counter()
    paid = [0, 0]
    for (claim, line, old), (same_claim, same_line, new) in zip(lines_of(before), lines_of(after), strict=True):
        assert (claim, line) == (same_claim, same_line)
        assert said.pop((claim, line), (old, old)) == (old, new), (claim, line, old, new)
        matrix[old[0], new[0]] += 1
        paid[0] += fen(old[1])
        paid[1] += fen(new[1])
    assert not said
    told = totals_document(run.totals)
    assert {(cell["old"], cell["new"]): cell["lines"] for cell in told["matrix"]} == matrix
    assert [fen(told["payable_old"]), fen(told["payable_new"])] == paid
    return {"compared": matrix.total(), "otherwise": told["changed"]["lines"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    django_up()
    from catalog import services as catalogs
    from claims.models import ClaimBatch

    product = make_world()
    draft = make_draft()
    batches, runs = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.csv"
        write_claims(file, chosen.lines, random.Random())
        with worker(chosen.workers, Path(folder) / "worker.log") as tree:
            for _round in range(ROUNDS):
                batches.append(batch_of(product, file, tree))
                batch = ClaimBatch.objects.order_by("-created_at").select_related("product")[0]
                run, found = impact_of(draft, batch, tree)
                runs.append(found)
            catalogs.publish_version(version=draft, by="checker", confirm=True)
            batch_of(product, file, tree)
        again = ClaimBatch.objects.order_by("-created_at").select_related("product")[0]
    equal = check_equal(run, batch, again)
    # Pair by pair, since a slow minute slows both.
    ratios = [tried["lines/s"] / decided["lines/s"] for tried, decided in zip(runs, batches, strict=True)]
    rows = [
        {"what": f"batch, {chosen.workers} workers", "round": number, **decided}
        for number, decided in enumerate(batches, 1)
    ]
    rows += [
        {"what": f"impact, {chosen.workers} workers", "round": number, **tried, "of the batch": round(ratio, 2)}
        for number, (tried, ratio) in enumerate(zip(runs, ratios, strict=True), 1)
    ]
    rows.append({"what": "as replayed after publication", **equal, "of the batch": round(median(ratios), 2)})
    report("impact", rows)


if __name__ == "__main__":
    main()
