"""What a receipt costs: a recorded check of five lines over REST with and without its receipt, in turns in one run; proofs from a log of 10,000 leaves."""

import os
import time
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

from benchmarks._report import django_up, in_turns, median, report
from benchmarks.eligibility import claims, into_database, product_on_the_lists

LEAVES, PROOFS, ROUNDS = 10_000, 20, 10


def log_of(leaves: int) -> None:
    """Fill the log up with leaves of lists that are not there."""
    from datetime import UTC, datetime

    from catalog.log.merkle import leaf_hash
    from catalog.models import LogLeaf

    first, at = LogLeaf.objects.count(), datetime.now(tz=UTC)
    LogLeaf.objects.bulk_create(
        LogLeaf(
            seq=seq,
            catalog=f"BENCH-{seq}",
            label="1",
            deed="published",
            at=at,
            leaf=f'{{"seq":{seq}}}',
            leaf_hash=leaf_hash(f'{{"seq":{seq}}}'.encode()),
        )
        for seq in range(first, leaves)
    )


def main() -> None:
    """Measure and report."""
    os.environ["API_RATE_PER_MINUTE"] = "1000000"
    django_up()
    from django.test import Client

    from catalog.log import services as log
    from claims.models import ClaimCheck, Receipt
    from common import cache, tenancy

    tenancy.act_for(tenancy.OFFICE)
    into_database()
    client = Client(headers={"Authorization": f"Api-Key {product_on_the_lists()}", "Host": "localhost"})
    asked = [{**claim, "lines": claim["lines"][:5]} for claim in claims()[:100]]

    def check(claim: dict[str, Any]) -> float:
        """Return the seconds of one check."""
        start = time.perf_counter()
        answer = client.post("/api/v1/claims/checks/", claim, content_type="application/json")
        taken = time.perf_counter() - start
        assert answer.status_code == 200, answer.content
        return taken

    for claim in asked:  # opens the connection and compiles the lists
        check(claim)
    before = ClaimCheck.objects.count(), Receipt.objects.count()
    seconds: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(ROUNDS):
        # One claim after the other both ways, each way first as often as the other: a slow moment slows both.
        for place, claim in enumerate(asked):
            for way in ("with", "without") if (turn + place) % 2 else ("without", "with"):
                with patch("claims.services.keep_receipt") if way == "without" else nullcontext():
                    seconds[way].append(check(claim))
    made = ROUNDS * len(asked)
    assert (ClaimCheck.objects.count(), Receipt.objects.count()) == (before[0] + 2 * made, before[1] + made)
    one = {name: median(taken) * 1000 for name, taken in seconds.items()}
    rows: list[dict[str, Any]] = [
        {"way": f"check of 5 lines, {name} its receipt", "ms": round(taken, 2), "x": round(taken / one["without"], 3)}
        for name, taken in one.items()
    ]

    log_of(LEAVES)

    def many(ask: Any) -> None:
        for number in range(PROOFS):
            cache.clear_all()  # the first in a process: the root is not known either
            ask(number)

    proofs = in_turns(
        {
            "inclusion": lambda: many(lambda number: log.inclusion(number * 400, LEAVES)),
            "consistency": lambda: many(lambda number: log.consistency(number * 400 + 1, LEAVES)),
            "checkpoint": lambda: many(lambda _number: log.checkpoint()),
        }
    )
    rows += [
        {"way": f"{name}, {LEAVES} leaves, nothing kept", "ms": round(median(taken) / PROOFS * 1000, 1)}
        for name, taken in proofs.items()
    ]
    report("receipts", rows)


if __name__ == "__main__":
    main()
