"""Checking an upload in a process of its own, so that no file can take the service's memory, time or life."""

import contextlib
import json
import struct
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.importing.check import check
from catalog.importing.result import Block, CheckOptions, CheckResult, options_from_dict, result_from_dict
from tables.child_process import Frame, frames_from, serve
from tables.file_format import sha256_of
from tables.limits import Progress
from tables.refusal import Refusal

_MODULE = "catalog.importing.child"
_BLOCK, _PROGRESS, _RESULT = b"B", b"P", b"R"
_ROWS = struct.Struct("<I")


def check_in_child(
    path: Path, kind: str, options: CheckOptions | None = None
) -> Generator[Block | Progress | CheckResult]:
    """Check the file in a child process and yield its rows as they come, its progress, and at last its
    CheckResult.

    `kind` is a catalog kind (commercial, base, negative, base_exclusion, reference) or `drugs`. Blocks may come
    before the first error: the caller loads them inside a transaction and rolls back unless the result is `ok`. A
    file that makes the child run out of memory or time, or crash, gives a result with one error. Raises ChildDied
    when someone ended the child, which says nothing about the file. Close the iterator to stop early; the child is
    then ended.

        with closing(check_in_child(path, kind, options)) as messages:
            for message in messages:
                match message:
                    case Block(): copy.write(message.data)
                    case Progress(): ...
                    case CheckResult(): result = message
    """
    options = options or CheckOptions()
    request = {"path": str(path.absolute()), "kind": kind, "options": options.as_dict()}
    try:
        for letter, payload in frames_from(_MODULE, request, options.limits):
            yield _message(letter, payload)
    except Refusal as refusal:
        yield CheckResult(kind, sha256_of(path), path.stat().st_size, error_count=1, errors=(refusal.problem,))


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was checked: its rows, as a process told them, and what was found."""

    blocks: tuple[Block, ...]
    result: CheckResult


def check_many_in_child(paths: Sequence[Path], kind: str, options: CheckOptions) -> dict[Path, Checked]:
    """Check small files of one kind in one child process, since starting one takes longer than reading fifty rows.

    Files that were not reached are not in the answer: the child was refused its memory or time, or a file is too much for it. They are to be
    checked each by itself, which tells what is wrong with them. `options.before_each` is empty. Raises ChildDied when somebody ended the child.
    """
    request = {"paths": [str(path.absolute()) for path in paths], "kind": kind, "options": options.as_dict()}
    found: dict[Path, Checked] = {}
    waiting, blocks = list(paths), list[Block]()
    with contextlib.suppress(Refusal), contextlib.closing(frames_from(_MODULE, request, options.limits)) as frames:
        for letter, payload in frames:
            match _message(letter, payload):
                case Block() as block:
                    blocks.append(block)
                case CheckResult() as result:
                    found[waiting.pop(0)] = Checked(tuple(blocks), result)
                    blocks.clear()
    return found


def _message(letter: bytes, payload: bytes) -> Block | Progress | CheckResult:
    if letter == _BLOCK:
        return Block(payload[_ROWS.size :], _ROWS.unpack_from(payload)[0])
    data = json.loads(payload)
    return Progress(**data) if letter == _PROGRESS else result_from_dict(data)


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    options = options_from_dict(request["options"])
    for path in request.get("paths") or [request["path"]]:
        yield from _frames_of(Path(path), request["kind"], options)


def _frames_of(path: Path, kind: str, options: CheckOptions) -> Iterator[Frame]:
    for message in check(path, kind, options):
        match message:
            case Block():
                yield _BLOCK, _ROWS.pack(message.rows) + message.data
            case Progress():
                data = {"phase": message.phase, "done": message.done, "total": message.total, "rows": message.rows}
                yield _PROGRESS, json.dumps(data).encode()
            case CheckResult():
                yield _RESULT, json.dumps(message.as_dict()).encode()


if __name__ == "__main__":
    serve(_frames)
