"""Refusals: what the product says no to, on purpose.

A refusal is not a bug. It is raised next to the rule that refuses, carries a stable code for machines and a sentence for
people, and is translated once, in `common.api`, into RFC 9457 problem JSON. Anything else that is raised is a bug (500).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

# How many things wrong one answer lists: nobody mends more at once, and what is sent in one request could be wrong a million times.
MAX_ERRORS: Final = 100
# So many are counted, and then what was sent is not read any further: each costs more to find than to send.
MOST_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one field: where (a JSON pointer, RFC 6901), a stable code, and how to mend it."""

    pointer: str
    code: str
    detail: str


class Refused(Exception):
    """Base of every refusal; a subclass names its `code` and, where 409 Conflict is not right, its HTTP `status`.

    `more` are members of the problem document beside the usual ones: what a client needs to mend it. `error_count` says how many errors there
    are where not all of them were written out.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        error_count: int = 0,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.more = dict(more or {})
        self.errors: tuple[FieldError, ...] = tuple(errors)
        self.error_count = max(error_count, len(self.errors))


class Away(Exception):
    """Something the service needs cannot be had now: a technical fault, never an answer. Told as 503; a job waits and is done later."""


class InvalidInput(Refused):
    """What was sent cannot be understood; `errors` names every field that must be mended, not only the first."""

    code = "invalid"
    status = 400


def pointer(*steps: str | int) -> str:
    """Write a JSON pointer (RFC 6901) from its steps: `pointer("lines", 0, "amount")` is `/lines/0/amount`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
