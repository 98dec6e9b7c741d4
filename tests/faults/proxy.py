"""A TCP proxy that can be told to go deaf, to hang up, or to do either when it hears something: faults without touching a server."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal

State = Literal["open", "deaf", "mute", "closed"]


class Proxy:
    """Forwards to one address; listens on a port of its own on 127.0.0.1."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._state: State = "open"
        self._trigger: tuple[bytes, State] | None = None
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._stopped = False

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    @property
    def state(self) -> State:
        return self._state

    def become(self, state: State) -> None:
        """Be open; deaf: take everything and answer nothing; mute: pass on what is asked and keep the answers; closed: hang up and refuse."""
        with self._lock:
            before, self._state = self._state, state
            self._trigger = None
            if state == "closed":
                self._hang_up()
                _close(self._listener)
            elif before == "closed":
                self._listener = self._listen(self.port)
            elif before in ("deaf", "mute"):
                # What was swallowed is lost: those connections are of no use to anybody.
                self._hang_up()

    def when(self, heard: bytes, state: State) -> None:
        """Become `state` as soon as a caller sends this, which only a mute proxy passes on."""
        self._trigger = (heard, state)

    def stop(self) -> None:
        self._stopped = True
        self.become("closed")

    def _hang_up(self) -> None:
        for one in list(self._sockets):
            _close(one)
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _address = listener.accept()
            except OSError:
                return
            self._sockets.add(caller)
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        if self._state != "open":
            return  # taken, and never answered
        try:
            target = socket.create_connection(self._target, timeout=5)
        except OSError:
            _close(caller)
            return
        target.settimeout(None)
        self._sockets.add(target)
        threading.Thread(target=self._pass_on, args=(target, caller, False), daemon=True).start()
        self._pass_on(caller, target, True)

    def _pass_on(self, source: socket.socket, sink: socket.socket, asked: bool) -> None:
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            if asked and self._trigger and self._trigger[0] in data:
                self.become(self._trigger[1])
            if self._state == "deaf" or (self._state == "mute" and not asked):
                continue
            try:
                sink.sendall(data)
            except OSError:
                break
        _close(source)
        _close(sink)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()


@contextlib.contextmanager
def proxied(host: str, port: int) -> Iterator[Proxy]:
    """Give a proxy to an address, gone afterwards."""
    proxy = Proxy(host, port)
    try:
        yield proxy
    finally:
        proxy.stop()
