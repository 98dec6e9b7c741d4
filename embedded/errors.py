"""What stops a script with a sentence instead of a traceback."""

import signal
import sys
from collections.abc import Callable


class CannotRun(Exception):
    """Raised where a person must do something; the message says what, and the script ends with exit code 1."""


class Interrupted(Exception):
    """Raised in the waiting code after SIGINT, SIGTERM or SIGHUP, so that everything started is stopped in order."""

    def __init__(self, number: signal.Signals):
        super().__init__(number.name)
        self.number = number


def ended(script: str, work: Callable[[], int]) -> int:
    """Do a script's work and return its exit code: what the work returns, 1 after CannotRun, a shell's for the signal after Interrupted."""
    try:
        return work()
    except Interrupted as asked:
        return 128 + asked.number
    except CannotRun as reason:
        print(f"{script}: {reason}", file=sys.stderr)
        return 1
