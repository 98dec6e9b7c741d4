"""Measures which lines and branches of the pure rooms their own tests reach; less than `fail_under` of pyproject.toml fails."""

import sys

from embedded import scratch
from embedded.environment import ROOT

# Room → the tests that must reach it by themselves.
_ROOMS = {
    "claims/eligibility": "tests/claims/eligibility",
    "catalog/drugs": "tests/catalog/drugs",
    "tables": "tests/tables",
}


def _measure(given: scratch.Scratch) -> int:
    rooms = [f"--cov={room}" for room in _ROOMS]
    command = [given.python, "-m", "pytest", "-p", "no:cacheprovider", "--cov-branch", *rooms]
    shown = ["--cov-report=term-missing:skip-covered", *_ROOMS.values(), *sys.argv[1:]]
    return given.supervisor.attend([*command, *shown], env=given.env, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(scratch.main("script/coverage", _measure, durable=False))
