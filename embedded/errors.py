"""What stops a script with a sentence instead of a traceback."""

import signal


class CannotRun(Exception):
    """Raised where a person must do something; the message says what, and the script ends with exit code 1."""


class Interrupted(Exception):
    """Raised in the waiting code after SIGINT, SIGTERM or SIGHUP, so that everything started is stopped in order."""

    def __init__(self, number: signal.Signals):
        super().__init__(number.name)
        self.number = number
