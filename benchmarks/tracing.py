"""Traces: coverage over HTTP by a server that is traced, beside one that is not, slice by slice, with the collector there and away.

script/bench tracing
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import cycle
from multiprocessing import Process
from typing import Any

from benchmarks import _load
from benchmarks._processes import Tree
from benchmarks._report import django_up, median, report
from benchmarks.coverage import catalog_of, paths_of, product_on

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "8"))
SIZE, DRUGS = 3_000, 1_200
COLLECTOR, NOBODY = _load.PORT + 10, _load.PORT + 11


class Sink(BaseHTTPRequestHandler):
    """A collector that takes everything and keeps nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@contextmanager
def at(port: int, endpoint: str = "") -> Iterator[Tree]:
    """Run a server there, traced where there is an endpoint."""
    _load.PORT = port
    # A batch a second, as busy production has them, so that none is left to the end.
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "1000"}
    with _load.server(variables) as pid:
        yield Tree(pid)
        _load.PORT = port


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from insurers.key_issuing import issue_insurer_key
    from insurers.models import Insurer

    product = product_on(catalog_of(SIZE, DRUGS))
    _row, key = issue_insurer_key(insurer=Insurer.objects.get(code="BENCH"), scopes=["coverage:read"], by="root")
    connection.close()
    client = _load.Client(key)
    first = _load.PORT
    sink = Process(target=HTTPServer(("127.0.0.1", COLLECTOR), Sink).serve_forever, daemon=True)
    sink.start()
    rates: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with (
        at(first) as plain,
        at(first + 1, f"http://127.0.0.1:{COLLECTOR}") as traced,
        at(first + 2, f"http://127.0.0.1:{NOBODY}") as away,
    ):
        ways = {"not traced": (first, plain), "traced": (first + 1, traced), "collector away": (first + 2, away)}
        requests = client.prepared(paths_of(product, DRUGS))
        for port, _tree in ways.values():
            _load.PORT = port
            client.walk(requests)
        following = cycle(requests)
        for _round in range(ROUNDS):
            for way, (port, tree) in ways.items():
                _load.PORT = port
                before = tree.cpu_seconds()
                answered = len(client.slice(lambda: next(following)))
                rates.setdefault(way, []).append(answered / _load.SLICE_SECONDS)
                cpu.setdefault(way, []).append((tree.cpu_seconds() - before) / answered)
    sink.terminate()
    report(
        "tracing",
        [
            {
                "way": way,
                "answers/s": round(median(rates[way])),
                "CPU of the server, ms": round(1000 * median(cpu[way]), 2),
                "x not traced": round(
                    median([one / plain for one, plain in zip(rates[way], rates["not traced"], strict=True)]), 2
                ),
            }
            for way in ways
        ],
    )


if __name__ == "__main__":
    main()
