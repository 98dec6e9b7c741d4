"""Runs the benchmarks, all or those named, on servers of their own."""

import sys
from functools import partial

from embedded import options, scratch
from embedded.environment import ROOT

_FOLDER = ROOT / "benchmarks"


def _names() -> list[str]:
    """Return the benchmarks: the modules that can be run, which others only help."""
    return sorted(
        path.stem for path in _FOLDER.glob("[!_]*.py") if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    )


def _chosen() -> list[str]:
    known = _names()
    parser = options.parser("script/bench", __doc__)
    parser.add_argument("name", nargs="*", help=f"all when none is named: {', '.join(known)}")
    chosen = parser.parse_args().name or known
    if unknown := sorted(set(chosen) - set(known)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known) or 'none'}")
    return chosen


def _bench(given: scratch.Scratch, names: list[str]) -> int:
    migrate = [given.python, ROOT / "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    given.supervisor.run("migrate", migrate, env=given.env, cwd=ROOT, log=given.log)
    worst = 0
    for name in names:
        print(f"== {name}", flush=True)
        worst = max(worst, given.supervisor.attend([given.python, "-m", f"benchmarks.{name}"], env=given.env, cwd=ROOT))
        given.supervisor.pause(0)
    return worst


if __name__ == "__main__":
    # Durable, as production is: a benchmark that skips the disk would flatter the writes.
    sys.exit(scratch.main("script/bench", partial(_bench, names=_chosen()), durable=True))
