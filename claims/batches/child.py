"""Reading a claim batch in a process of its own, so that no file can take the service's memory, time or life."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from claims.batches.claim_rows import DrugsAndDays, Seals, claim_row, seals_of
from claims.batches.read import BatchResult, Claim, read_batch
from tables.child_process import Frame, frames_from, serve
from tables.file_format import sha256_of
from tables.limits import Limits, Progress
from tables.problems import Normalised, problem_from_dict
from tables.refusal import Refusal

_MODULE = "claims.batches.child"
_CLAIMS, _PROGRESS, _RESULT = b"C", b"P", b"R"
# Some hundred at once: each frame is a turn to the database and back.
_CLAIMS_A_FRAME = 200


@dataclass(frozen=True, slots=True)
class Claims:
    """The next claims of the file, as rows of COPY (claim_rows.py)."""

    rows: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """The end of the file: what was found in it, and which days and drugs its claims ask about (DrugsAndDays.text)."""

    result: BatchResult
    asked_about: str = ""


def read_in_child(path: Path, seals: Seals, limits: Limits | None = None) -> Iterator[Claims | Progress | Read]:
    """Read the batch in a child process and yield its claims as they come, sealed, its progress, and at last what was found.

    A file that makes the child run out of memory or time, or crash, gives a result with one error. Raises ChildDied
    when someone ended the child. Close the iterator to stop early.
    """
    limits = limits or Limits()
    try:
        for letter, payload in frames_from(_MODULE, {"path": str(path.absolute()), "seals": seals.exported()}, limits):
            yield Claims(payload) if letter == _CLAIMS else _message(letter, json.loads(payload))
    except Refusal as refusal:
        yield Read(BatchResult(sha256_of(path), path.stat().st_size, errors=(refusal.problem,)))


def _message(letter: bytes, data: Any) -> Progress | Read:
    if letter == _PROGRESS:
        return Progress(**data)
    result, asked = data
    for name in ("errors", "warnings"):
        result[name] = tuple(problem_from_dict(found) for found in result[name])
    result["normalised"] = tuple(Normalised(**change) for change in result["normalised"])
    return Read(BatchResult(**result), asked)


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    asked, pending, seq, seals = DrugsAndDays(), list[str](), 0, seals_of(request["seals"])
    for message in read_batch(Path(request["path"]), Limits(**request["limits"])):
        if isinstance(message, Claim):
            pending.append(claim_row(seq, message, seals))
            seq += 1
            if message.request is not None:
                asked.note(message.request)
            if len(pending) < _CLAIMS_A_FRAME:
                continue
        if pending:
            yield _CLAIMS, "".join(pending).encode()
            pending.clear()
        if isinstance(message, Progress):
            yield _PROGRESS, json.dumps(asdict(message)).encode()
        elif isinstance(message, BatchResult):
            result = asdict(message)
            for name in ("errors", "warnings"):
                result[name] = [found.as_dict() for found in getattr(message, name)]
            yield _RESULT, json.dumps([result, asked.text()]).encode()


if __name__ == "__main__":
    serve(_frames)
