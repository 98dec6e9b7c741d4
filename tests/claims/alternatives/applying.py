"""A set of changes made to a request as a client would make it, by its JSON Pointers."""

import copy
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def sent_with(claim: Json, changes: Iterable[tuple[str, Any]]) -> Json:
    """Return the request with each (pointer, value) set; what the pointer leads through is made where it is not given."""
    made = copy.deepcopy(claim)
    for pointer, value in changes:
        *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        at: Any = made
        for step in path:
            if isinstance(at, list):
                at = at[int(step)]
            else:
                if at.get(step) is None:
                    at[step] = {}
                at = at[step]
        at[last] = value
    return made
