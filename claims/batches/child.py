"""Reading a claim batch in a process of its own, so that no file can take the service's memory, time or life."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from catalog.importing.encoding import Refusal
from catalog.importing.gate import sha256_of
from catalog.importing.guarded import Frame, frames_from, serve
from catalog.importing.problems import Normalised, problem_from_dict
from catalog.importing.result import Limits, Progress
from claims.batches.read import BatchResult, Claim, read_batch

_MODULE = "claims.batches.child"
_CLAIMS, _PROGRESS, _RESULT = b"C", b"P", b"R"
_CLAIMS_A_FRAME = 200


def read_in_child(path: Path, limits: Limits | None = None) -> Iterator[Claim | Progress | BatchResult]:
    """Will read the batch in a child process: the messages of `read_batch`.

    A file that makes the child run out of memory or time, or crash, gives a result with one error. Raises ChildDied
    when someone ended the child. Close the iterator to stop early.
    """
    limits = limits or Limits()
    try:
        for letter, payload in frames_from(_MODULE, {"path": str(path.resolve())}, limits):
            yield from _messages(letter, json.loads(payload))
    except Refusal as refusal:
        yield BatchResult(sha256_of(path), path.stat().st_size, errors=(refusal.problem,))


def _messages(letter: bytes, data: Any) -> Iterator[Claim | Progress | BatchResult]:
    if letter == _CLAIMS:
        for claim_no, rows, request, problems in data:
            yield Claim(claim_no, tuple(rows), request, tuple(problem_from_dict(found) for found in problems))
    elif letter == _PROGRESS:
        yield Progress(**data)
    else:
        for name in ("errors", "warnings"):
            data[name] = tuple(problem_from_dict(found) for found in data[name])
        data["normalised"] = tuple(Normalised(**change) for change in data["normalised"])
        yield BatchResult(**data)


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    pending: list[Any] = []
    for message in read_batch(Path(request["path"]), Limits(**request["limits"])):
        if isinstance(message, Claim):
            problems = [found.as_dict() for found in message.problems]
            pending.append([message.claim_no, message.rows, message.request, problems])
            if len(pending) < _CLAIMS_A_FRAME:
                continue
        if pending:
            yield _CLAIMS, json.dumps(pending).encode()
            pending.clear()
        if isinstance(message, Progress):
            yield _PROGRESS, json.dumps(asdict(message)).encode()
        elif isinstance(message, BatchResult):
            data = asdict(message)
            for name in ("errors", "warnings"):
                data[name] = [found.as_dict() for found in getattr(message, name)]
            yield _RESULT, json.dumps(data).encode()


if __name__ == "__main__":
    serve(_frames)
