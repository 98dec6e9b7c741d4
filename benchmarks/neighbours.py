"""Noisy neighbours: what one insurer's answers take while another sends the worst it may, in a loop on several connections.

The neighbour asks 1,000 coverage questions a request, each with the longest lists it may send, without a pause; half of its requests are wrong in
every field. The other asks single questions (coverage, GET) and decides small claims (dry run), each slice of a second with the neighbour beside
one without. The promise: its median at most 1.5 times as long.

    script/bench neighbours
"""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

from benchmarks import _lists, _load
from benchmarks._report import django_up, median, report
from benchmarks.coverage import catalog_of, never_asked, paths_of, product_on

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "8"))
CONNECTIONS = 8  # of the neighbour
SIZE, DRUGS = 3_000, 1_200


def post(path: str, key: str, body: Any) -> bytes:
    """Return a request with a body."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Api-Key {key}\r\nContent-Type: application/json\r\n"
    )
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


def neighbour(requests: list[bytes]) -> None:
    """Send these requests for ever; an answer that it sends too much at once is waited for a second, as asked."""
    connection = None
    for request in cycle(requests):
        try:
            connection = connection or _load._connected()
            status, _body = _load._answered(connection, request)
        except OSError:
            connection = None
            continue
        if status == 429:
            time.sleep(1)


def worst(product: str, key: str) -> list[bytes]:
    """Return the neighbour's requests: all that one may hold, right and wrong."""
    path = f"/api/v1/products/{product}/coverage/"
    right = [
        {
            "generic_name": _lists.name(n % DRUGS),
            "icd10": [_lists.DISEASES[(n + d) % len(_lists.DISEASES)] for d in range(20)],
            "age": n % 150,
        }
        for n in range(1_000)
    ]
    wrong = [{"generic_name": "x", "icd10": ["?"] * 400, "sex": "?", "age": "x", "unknown": 1} for _ in range(1_000)]
    return [post(path, key, right), post(path, key, wrong)]


def claim(product: str, number: int) -> dict[str, Any]:
    """Return a small claim."""
    return {
        "product": product,
        "service_date": "2026-03-14",
        "diagnoses": ["C34.1"],
        "member": {"member_ref": f"m-{number}"},
        "lines": [{"generic_name": _lists.name(number % DRUGS), "quantity": "1", "amount": "100.00"}],
    }


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from insurers.key_issuing import issue_insurer_key
    from insurers.models import Insurer
    from insurers.services import create_product, create_product_version, publish_product_version

    listed = catalog_of(SIZE, DRUGS)
    product = product_on(listed)
    other, _made = Insurer.objects.get_or_create(code="BENCH-LOUD", defaults={"name": "BENCH-LOUD"})
    name = f"L-{os.getpid()}"
    loud = create_product(insurer_id=other.pk, code=name, name=name, by="key:b")
    terms = {
        "label": "2026",
        "effective_from": "2026-01-01",
        "benefits": [{"code": "b", "ratio": "0.7", "catalogs": [{"catalog": listed}]}],
    }
    publish_product_version(version=create_product_version(product=loud, data=terms, by="bench"), by="bench")
    scopes = ["coverage:read", "claims:check"]
    _row, key = issue_insurer_key(insurer=Insurer.objects.get(code="BENCH"), scopes=scopes, by="root")
    _row, loud_key = issue_insurer_key(insurer=other, scopes=scopes, by="root")
    connection.close()

    client = _load.Client(key, connections=2)
    questions = never_asked(paths_of(product, DRUGS))
    numbers = cycle(range(10_000))
    ways: dict[str, Callable[[], bytes]] = {
        "coverage": lambda: client.prepared([next(questions)])[0],
        "check": lambda: post("/api/v1/claims/checks/?dry_run=true", key, claim(product, next(numbers))),
    }
    quiet: dict[str, list[float]] = {way: [] for way in ways}
    beside: dict[str, list[float]] = {way: [] for way in ways}
    with _load.server():
        client.walk(client.prepared(paths_of(product, DRUGS)))
        for way in ways.values():
            client.slice(way)
        requests = worst(name, loud_key)
        noise = [multiprocessing.Process(target=neighbour, args=[requests], daemon=True) for _ in range(CONNECTIONS)]
        for one in noise:
            one.start()
        try:
            time.sleep(3)
            for _round in range(ROUNDS):
                for kept, sent in ((beside, signal.SIGCONT), (quiet, signal.SIGSTOP)):
                    for one in noise:
                        os.kill(one.pid or 0, sent)
                    time.sleep(1.5)  # what was sent before is answered
                    for way, following in ways.items():
                        kept[way].append(median(client.slice(following)))
        finally:
            for one in noise:
                os.kill(one.pid or 0, signal.SIGCONT)
                one.terminate()
    report(
        "neighbours",
        [
            {
                "way": way,
                "alone, ms": round(1000 * median(quiet[way]), 2),
                "beside the neighbour, ms": round(1000 * median(beside[way]), 2),
                "x alone": round(median([b / q for b, q in zip(beside[way], quiet[way], strict=True)]), 2),
            }
            for way in ways
        ],
    )


if __name__ == "__main__":
    main()
