"""Somebody else's server, on 127.0.0.1: answers what a test tells it to, and keeps what it got."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """`answers` are sent in turn, the last one for ever; each is raw bytes, or a list of pieces with a pause behind each."""

    port: int
    answers: list[bytes | list[tuple[bytes, float]]]
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"


def status(code: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {code} X", "Content-Length: 0", *headers, "", ""]).encode()


@contextmanager
def receiving(*answers: bytes | list[tuple[bytes, float]]) -> Iterator[Receiver]:
    """Listen while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1], list(answers) or [status(200)])
        thread = threading.Thread(target=_serve, args=(listening, receiver), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, receiver: Receiver) -> None:
    while True:
        try:
            connection, _address = listening.accept()
        except OSError:
            return
        receiver.connections += 1
        threading.Thread(target=_answer, args=(connection, receiver), daemon=True).start()


def _answer(connection: socket.socket, receiver: Receiver) -> None:
    with connection, suppress(OSError):
        raw = b""
        while b"\r\n\r\n" not in raw:
            piece = connection.recv(65536)
            if not piece:
                return
            raw += piece
        head, _end, body = raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        receiver.requests.append((headers, body.decode()))
        answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
        if isinstance(answer, bytes):
            connection.sendall(answer)
            return
        pause = threading.Event()
        for piece, seconds in answer:
            connection.sendall(piece)
            pause.wait(seconds)
