"""Changes the rules one small way at a time and counts which changes their own tests notice: the score of those tests.

Arguments go to mutmut: names of mutants, or none for all of them (hours). Works in a copy, var/mutation, and goes on where it stopped.
"""

import shutil
import sys

from embedded import scratch
from embedded.environment import ROOT

_COPY = ROOT / "var" / "mutation"
_ROOMS = ("curation", "claims", "insurers", "catalog", "common", "tables", "config", "seeds", "tests", "docs", "locale")


def _copy_sources() -> None:
    _COPY.mkdir(parents=True, exist_ok=True)
    for room in _ROOMS:
        shutil.copytree(ROOT / room, _COPY / room, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "manage.py"):
        shutil.copy2(ROOT / name, _COPY / name)


def _mutate(given: scratch.Scratch) -> int:
    _copy_sources()
    mutmut = given.python.parent / "mutmut"
    code = given.supervisor.attend([mutmut, "run", *sys.argv[1:]], env=given.env, cwd=_COPY)
    given.supervisor.attend([mutmut, "export-cicd-stats"], env=given.env, cwd=_COPY)
    print((_COPY / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    return code


if __name__ == "__main__":
    sys.exit(scratch.main("script/mutation", _mutate, durable=False))
