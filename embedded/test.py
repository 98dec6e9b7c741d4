"""Runs the whole suite on its own PostgreSQL and broker; arguments go to pytest."""

import sys

from embedded import scratch
from embedded.environment import ROOT


def _suite(given: scratch.Scratch) -> int:
    arguments = sys.argv[1:]
    # Two processes, as many as the smallest machine has cores; -n 0 or -n 8 of the caller's goes first.
    parallel = (
        []
        if any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
        else ["-n", "2", "--dist", "loadgroup"]
    )
    return given.supervisor.attend([given.python, "-m", "pytest", *parallel, *arguments], env=given.env, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(scratch.main("script/test", _suite, durable=False))
