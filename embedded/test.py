"""Runs the whole suite on its own PostgreSQL and broker; arguments go to pytest."""

import sys

from embedded import scratch
from embedded.environment import ROOT

# Two processes more than the smallest machine has cores, since many tests wait (tests/order.py).
_PROCESSES = ("-n", "4")
# A file's tests stay in one process, since they may share what is dear, however many processes are asked for.
_BY_FILES = ("--dist", "loadfile", "--no-loadscope-reorder")


def _suite(given: scratch.Scratch) -> int:
    arguments = sys.argv[1:]
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
    command = [given.python, "-m", "pytest", *_BY_FILES, *(() if chosen else _PROCESSES), *arguments]
    # The tests start the service's processes a hundred times: none is to compile it all anew, whatever this machine says elsewhere.
    env = {name: value for name, value in given.env.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return given.supervisor.attend(command, env=env, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(scratch.main("script/test", _suite, durable=False))
