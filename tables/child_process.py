"""A reader in a process of its own: bounded in memory, processor time and wall time, without secrets in its
environment.

Parent and child speak in frames on a pipe: a letter, the length (32 bit), the bytes. The last frame of a child that
came to its end is `Z`; a pipe that closes before it is a child that died, which is never taken for an end.
"""

import contextlib
import fcntl
import gc
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from tables.limits import MIB, Limits
from tables.refusal import Refusal, not_a_table, too_large

ROOT = Path(__file__).resolve().parents[1]
END = b"Z"
_REFUSED = b"X"
_HEAD = struct.Struct("<cI")
_PIECE = 1 << 18
_PIPE = 1 << 20

# Large arrays get memory of their own, which grows without leaving holes; pypinyin keeps one copy of its words.
_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_ARENA_MAX": "1", "PYPINYIN_NO_DICT_COPY": "1"}

Frame = tuple[bytes, bytes]


class ChildDied(RuntimeError):
    """The child was ended from outside, which says nothing about the file: try again."""


def frames_from(module: str, request: dict[str, Any], limits: Limits) -> Generator[Frame]:
    """Run `python -m module` and yield the frames it sends, up to but not with the last.

    Raises Refusal TOO_LARGE when the child runs out of memory or time, NOT_A_TABLE when it crashes on the file;
    ChildDied when someone ended it. Closing the iterator ends the child.
    """
    command = [sys.executable, "-B", "-X", "utf8", "-m", module]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **_FRUGAL}
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )
    assert child.stdin is not None and child.stdout is not None
    if sys.platform == "linux":  # room for some blocks, so that reading and loading seldom wait for one another
        with contextlib.suppress(OSError):
            fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as pipe:
            pipe.write(json.dumps({"limits": asdict(limits), **request}).encode())
        yield from _received(child.stdout.fileno(), time.monotonic() + limits.wall_seconds, limits)
        if child.wait(timeout=10) != 0:
            raise ChildDied(f"{module} ended with {child.returncode} after its last frame")
    except EOFError as cut_off:
        raise _why(module, child.wait(timeout=10), limits) from cut_off
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        child.stdout.close()


def _received(pipe: int, deadline: float, limits: Limits) -> Iterator[Frame]:
    """Raises EOFError when the pipe closes before the last frame, Refusal when the child refuses or the time is
    over."""
    buffer = bytearray()
    ready = select.poll()
    ready.register(pipe, select.POLLIN | select.POLLHUP)
    while True:
        while len(buffer) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(buffer)
            if len(buffer) < _HEAD.size + length:
                break
            payload = bytes(memoryview(buffer)[_HEAD.size : _HEAD.size + length])
            del buffer[: _HEAD.size + length]
            if kind == END:
                return
            if kind == _REFUSED:
                raise _refusal_of(payload, limits)
            yield kind, payload
        if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise _took_too_long(limits.wall_seconds)
        piece = os.read(pipe, _PIECE)
        if not piece:
            raise EOFError
        buffer += piece


def _took_too_long(seconds: int) -> Refusal:
    return too_large(f"检查用时超过 {seconds} 秒。", f"checking it took more than {seconds} seconds.")


def _needs_too_much_memory(limits: Limits) -> Refusal:
    return too_large(
        f"检查需要的内存超过 {limits.memory_bytes // MIB} MiB。",
        f"checking it needs more than {limits.memory_bytes // MIB} MiB of memory.",
    )


def _refusal_of(payload: bytes, limits: Limits) -> Refusal:
    if payload == b"memory":
        return _needs_too_much_memory(limits)
    refusal = not_a_table("文件内容异常，无法读取。", "the content of the file cannot be read.")
    # For the log; holds where it happened, never what stood in the file.
    refusal.add_note(payload.decode(errors="replace"))
    return refusal


def _why(module: str, status: int, limits: Limits) -> Refusal | ChildDied:
    if status == -signal.SIGXCPU:
        return _took_too_long(limits.cpu_seconds)
    if status in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL):
        return not_a_table("文件内容异常，无法读取。", "the content of the file cannot be read.")
    return ChildDied(f"{module} ended with {status} before its last frame")


def send(pipe: BinaryIO, kind: bytes, payload: bytes) -> None:
    """Write one frame."""
    pipe.write(_HEAD.pack(kind, len(payload)) + payload)


def serve(frames: Callable[[dict[str, Any]], Iterator[Frame]]) -> None:
    """Be a child: read the request, limit this process, and send the frames made from it."""
    request = json.loads(sys.stdin.buffer.read())
    limits = Limits(**request["limits"])
    _limit_this_process(limits)
    # Reading makes millions of tuples and no cycles: looking for cycles among them would double the time.
    gc.disable()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0) as pipe:
        try:
            for kind, payload in frames(request):
                send(pipe, kind, payload)
        except BrokenPipeError:
            return  # the parent has gone, or wants no more
        except MemoryError:
            send(pipe, _REFUSED, b"memory")
            return
        except Exception as fault:  # whatever a file nobody thought of does to a parser is an answer, not a crash
            send(pipe, _REFUSED, _place_of(fault).encode())
            return
        send(pipe, END, b"")


def _place_of(fault: Exception) -> str:
    """Where it happened. Not the message: it may quote the file, and so a person."""
    frames = traceback.extract_tb(fault.__traceback__)
    return type(fault).__name__ + " at " + " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))


def _limit_this_process(limits: Limits) -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    bounds = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    if sys.platform == "linux":  # elsewhere address space is not bounded, or bounded wrongly
        bounds[resource.RLIMIT_AS] = limits.memory_bytes
    for bound, value in bounds.items():
        _, hard = resource.getrlimit(bound)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # At the soft limit of processor time comes SIGXCPU, which says why; at the hard one SIGKILL, which does not.
        grace = 5 if bound == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(bound, (value, value + grace))
