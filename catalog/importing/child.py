"""Checking a file in a process of its own, so that no file can take the service's memory, time or life (RELIABILITY 2.1-6)."""

from collections.abc import Iterator
from pathlib import Path

from catalog.importing.result import Block, CheckOptions, CheckResult, Progress


def check_in_child(
    path: Path, kind: str, options: CheckOptions | None = None
) -> Iterator[Block | Progress | CheckResult]:
    """Will check the file in a child process and yield its rows as they come, its progress, and at last its one CheckResult.

    `kind` is a catalog kind (commercial, base, negative, base_exclusion, reference) or `drugs`. Blocks may precede the first error: the caller
    loads them inside a transaction and rolls back unless the result is `ok`. A child that dies, runs out of memory or time gives a result
    with one error. Close the iterator to stop early; the child is then ended.

        with closing(check_in_child(path, kind, options)) as messages:
            for message in messages:
                match message:
                    case Block(): copy.write(message.data)
                    case Progress(): ...
                    case CheckResult(): result = message
    """
    raise NotImplementedError
