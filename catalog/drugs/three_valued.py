"""How a test of an entry against a line comes out: it holds, it does not, or nobody can tell."""

from enum import Enum


class Agreement(Enum):
    """How a test came out: it holds, it does not, or something was not given and nobody can tell."""

    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"
    UNKNOWN = "unknown"
