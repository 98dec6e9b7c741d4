"""What sealing costs: a recorded check of five lines over REST, and one read again, sealed and in clear, in turns in one run; a claim of a batch."""

import os
import time
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from benchmarks._report import django_up, median, report
from benchmarks.eligibility import claims, into_database, product_on_the_lists

ROUNDS, SEALED_AT_ONCE = 6, 20_000
_HEAD = 17


def main() -> None:
    """Measure and report."""
    os.environ["API_RATE_PER_MINUTE"] = "1000000"
    django_up()
    from django.test import Client

    from common import tenancy
    from common.sealing.box import Box

    tenancy.act_for(tenancy.OFFICE)
    into_database()
    client = Client(headers={"Authorization": f"Api-Key {product_on_the_lists()}", "Host": "localhost"})
    asked = [{**claim, "lines": claim["lines"][:5]} for claim in claims()[:100]]

    def in_clear() -> ExitStack:
        """Let everything be done but the compressing and the cipher."""
        patched = ExitStack()
        patched.enter_context(patch.object(Box, "seal", lambda box, plain, _column: b"\x01" + box.id.bytes + plain))
        patched.enter_context(patch.object(Box, "open", lambda _box, kept, _column: kept[_HEAD:]))
        return patched

    def both(claim: dict[str, Any]) -> tuple[float, float]:
        """Return the seconds of one check, and of reading it again."""
        start = time.perf_counter()
        made = client.post("/api/v1/claims/checks/", claim, content_type="application/json")
        between = time.perf_counter()
        read = client.get(f"/api/v1/claims/checks/{made.json()['id']}/")
        taken = time.perf_counter() - between
        assert (made.status_code, read.status_code) == (200, 200), read.content
        return between - start, taken

    for claim in asked:
        both(claim)
    seconds: dict[str, list[tuple[float, float]]] = {"sealed": [], "in clear": []}
    for turn in range(ROUNDS):
        for place, claim in enumerate(asked):
            for way in ("sealed", "in clear") if (turn + place) % 2 else ("in clear", "sealed"):
                with in_clear() if way == "in clear" else ExitStack():
                    seconds[way].append(both(claim))
    rows: list[dict[str, Any]] = []
    for place, what in enumerate(("recorded", "read")):
        one = {way: median([taken[place] for taken in all_of_them]) for way, all_of_them in seconds.items()}
        rows += [
            {
                "way": f"check of 5 lines {what}, {way}",
                "ms": round(taken * 1000, 2),
                "x": round(taken / one["in clear"], 3),
            }
            for way, taken in one.items()
        ]

    from uuid import uuid4

    box, text = Box(uuid4(), os.urandom(32)), os.urandom(110).hex().encode()
    start = time.perf_counter()
    for _time in range(SEALED_AT_ONCE):
        box.seal(text, "claims_batchdecision.decided")
    rows.append(
        {"way": "a claim of a batch sealed", "us": round((time.perf_counter() - start) / SEALED_AT_ONCE * 1e6, 1)}
    )
    report("sealing", rows)


if __name__ == "__main__":
    main()
