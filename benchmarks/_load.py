"""A load generator that leaves the cores to the server: prepared requests over raw sockets, one thread, the least reading of an answer.

It still takes some of the two cores (the rows say how much CPU a request cost the server, which it does not blur), so rates are compared
with those of an empty view in the same run and never quoted alone.
"""

import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks._report import median

PORT = int(os.environ.get("BENCH_PORT", "8765"))
SLICE_SECONDS = 1.0
WORKERS, THREADS = 2, 4  # as script/run starts the service
TIMEOUT_SECONDS = 60


@contextmanager
def server(variables: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run the service with the benchmarks' views on PORT, and give its process id; `variables` are more than it is usually told."""
    environment = {**os.environ, "API_RATE_PER_MINUTE": "10000000", "LOG_LEVEL": "ERROR", **(variables or {})}
    command = [sys.executable, "-m", "gunicorn", "benchmarks._server:application", "-b", f"127.0.0.1:{PORT}"]
    if variables:
        command += ["--config", "python:config.processes"]
    command += [
        "-w",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--worker-class",
        "config.web.Worker",
        "--no-control-socket",
    ]
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(300):
            try:
                if _answered(_connected(), _request("/healthz", ""))[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("the server did not start")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _request(path: str, key: str) -> bytes:
    authorization = f"Authorization: Api-Key {key}\r\n" if key else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}\r\n".encode()


def _connected() -> socket.socket:
    made = socket.create_connection(("127.0.0.1", PORT), timeout=TIMEOUT_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _answered(connection: socket.socket, request: bytes) -> tuple[int, bytes]:
    """Ask one question and return the status and body."""
    connection.sendall(request)
    read = b""
    while (length := _length(read)) is None or len(read) < length:
        more = connection.recv(65536)
        if not more:
            raise OSError("the server closed the connection")
        read += more
    return int(read[9:12]), read.partition(b"\r\n\r\n")[2]


def _length(read: bytes) -> int | None:
    """Return how long an answer is with its head, once enough of it is there to tell."""
    end = read.find(b"\r\n\r\n")
    if end < 0:
        return None
    place = read.find(b"Content-Length: ")
    return end + 4 + int(read[place + 16 : read.find(b"\r", place)])


class Client:
    """Connections that ask as fast as they are answered."""

    def __init__(self, key: str, connections: int = 16) -> None:
        self.key = key
        self.connections = connections

    def prepared(self, paths: Sequence[str]) -> list[bytes]:
        """Return the requests for these paths."""
        return [_request(path, self.key) for path in paths]

    def body(self, path: str) -> bytes:
        """Return what a path is answered with."""
        status, found = _answered(_connected(), _request(path, self.key))
        if status != 200:
            raise SystemExit(f"the server answered {status} {found[:200]!r}")
        return found

    def walk(self, requests: Sequence[bytes]) -> list[float]:
        """Ask every request once on every connection, so that each worker has met them all; return the seconds of every answer."""
        return self._ask(
            lambda place, asked: requests[(place * 37 + asked) % len(requests)] if asked < len(requests) else None
        )

    def slice(self, requests: Callable[[], bytes]) -> list[float]:
        """Return the seconds of every answer within a slice of time; raises for anything but a 200."""
        ends = time.perf_counter() + SLICE_SECONDS
        return self._ask(lambda _place, _asked: requests() if time.perf_counter() < ends else None)

    def _ask(self, following: Callable[[int, int], bytes | None]) -> list[float]:
        taken: list[float] = []
        with selectors.DefaultSelector() as selector:
            open_now = 0
            for place in range(self.connections):
                connection = _connected()
                first = following(place, 0)
                if first is None:
                    continue
                selector.register(
                    connection, selectors.EVENT_READ, state := [place, 1, time.perf_counter(), b"", connection]
                )
                state[2] = time.perf_counter()
                connection.sendall(first)
                open_now += 1
            while open_now:
                for key, _events in selector.select(TIMEOUT_SECONDS):
                    state = key.data
                    connection = state[4]
                    read = state[3] = state[3] + connection.recv(262_144)
                    length = _length(read)
                    if length is None or len(read) < length:
                        continue
                    now = time.perf_counter()
                    taken.append(now - state[2])
                    if read[9:12] != b"200":
                        raise SystemExit(f"the server answered {read[:2000]!r}")
                    request = following(state[0], state[1])
                    if request is None:
                        selector.unregister(connection)
                        connection.close()
                        open_now -= 1
                        continue
                    state[1] += 1
                    state[3] = b""
                    state[2] = time.perf_counter()
                    connection.sendall(request)
        return taken


def _workers(pid: int) -> Iterator[Path]:
    """Yield the /proc folders of the server's workers (Linux; elsewhere none)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if stat.read_text().rpartition(")")[2].split()[1] == str(pid):
                yield stat.parent
        except OSError:
            continue


def server_cpu(pid: int) -> float:
    """Return the CPU seconds of the server's workers so far."""
    total = 0
    for worker in _workers(pid):
        fields = (worker / "stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def server_memory_mib(pid: int) -> float:
    """Return the largest resident memory among the server's workers."""
    pages = [int((worker / "statm").read_text().split()[1]) for worker in _workers(pid)]
    return max(pages, default=0) * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(
    client: Client, pid: int, ways: Mapping[str, Callable[[], bytes]], *, beside: str, rounds: int
) -> list[dict[str, Any]]:
    """Return a row for each way: each of its slices follows one of the way it is held beside, so a slow second slows both alike."""
    found: dict[str, list[tuple[list[float], float]]] = {way: [] for way in ways}
    pairs: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}

    def slice_of(way: str) -> tuple[float, float]:
        before = server_cpu(pid)
        taken = client.slice(ways[way])
        cpu = (server_cpu(pid) - before) / len(taken)
        found[way].append((taken, cpu))
        return len(taken), cpu

    for _round in range(rounds):
        for way in ways:
            if way != beside:
                empty, one = slice_of(beside), slice_of(way)
                pairs[way].append((one[0] / empty[0], one[1] / max(empty[1], 1e-9)))
    rows = []
    for way in ways:
        cuts = [statistics.quantiles(taken, n=100) for taken, _cpu in found[way]]
        rows.append(
            {
                "way": way,
                "requests/s": round(median([len(taken) / SLICE_SECONDS for taken, _cpu in found[way]])),
                "x beside": round(median([rate for rate, _cpu in pairs[way]]), 2) if pairs[way] else 1.0,
                "server CPU x": round(median([cpu for _rate, cpu in pairs[way]]), 2) if pairs[way] else 1.0,
                "server CPU us": round(median([cpu for _taken, cpu in found[way]]) * 1e6),
                "p50 ms": round(median([cut[49] for cut in cuts]) * 1000, 2),
                "p99 / p50": round(median([cut[98] / cut[49] for cut in cuts]), 2),
            }
        )
    return rows
