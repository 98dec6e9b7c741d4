"""What every benchmark shares: Django on its feet, timing in turns, a table, and benchmarks/results.json."""

import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"


def django_up(*, as_owner: bool = False) -> None:
    """Start Django as a command does: acting for the catalog office; as the tables' owner where another library wants more than it should."""
    if as_owner:
        os.environ["AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from common.tenancy import OFFICE, act_for

    act_for(OFFICE)


def in_turns(ways: Mapping[str, Callable[[], Any]], rounds: int = 3) -> dict[str, list[float]]:
    """Run each way once a round, one after the other, and return the seconds of each: a slow minute slows all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def median(values: list[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def peak_mib() -> float:
    """Return the peak memory of this process in MiB; where the system tells it apart, without what the process that started it had."""
    status = Path("/proc/self/status")
    if status.exists():
        found = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
        return int(found[0].split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def report(name: str, rows: list[Mapping[str, Any]]) -> None:
    """Print a table and keep it in results.json under the benchmark's name."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    shown = [[_text(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(column), *(len(row[place]) for row in shown)) for place, column in enumerate(columns)]
    print("  ".join(column.ljust(width) for column, width in zip(columns, widths, strict=True)))
    for row in shown:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), flush=True)
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept[name] = {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_at_end": round(os.getloadavg()[0], 2),
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _text(value: Any) -> str:
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
