"""One request to a stranger: never inside, never for long, never further than told."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from insurers.webhooks import sending
from insurers.webhooks.sending import Outcome, post
from tests.insurers.webhooks.receiver import Receiver, receiving, status


def sent(receiver: Receiver, seconds: float = 5.0) -> Outcome:
    return post(
        receiver.url,
        body='{"名":1}',
        headers={"webhook-id": "msg_1"},
        may_reach_loopback=True,
        deadline_seconds=seconds,
    )


def test_a_message_arrives_as_it_was_signed() -> None:
    with receiving(status(204)) as receiver:
        outcome = sent(receiver)

    assert (outcome.status, outcome.error, outcome.delivered) == (204, "", True)
    headers, body = receiver.requests[0]
    assert body == '{"名":1}'
    assert headers["webhook-id"] == "msg_1"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("answer", "code", "error"),
    [
        (status(302, "Location: http://169.254.169.254/"), 302, "redirect"),
        (status(307, "Location: /elsewhere"), 307, "redirect"),
        (status(404), 404, "http_status"),
        (status(410), 410, "http_status"),
        (status(500), 500, "http_status"),
        (b"220 smtp ready\r\n", None, "bad_answer"),
        (b"", None, "bad_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", None, "bad_answer"),
    ],
)
def test_anything_but_2xx_is_not_delivered_and_nothing_is_followed(answer: bytes, code: int | None, error: str) -> None:
    with receiving(answer) as receiver:
        outcome = sent(receiver)

    assert (outcome.status, outcome.error, outcome.delivered) == (code, error, False)
    assert receiver.connections == 1


def test_a_slow_answer_is_cut_off_however_slowly_it_drips() -> None:
    drip = [(b"HTTP/1.1 200 OK\r\n", 0.1), *[(b"a", 0.1)] * 100]
    with receiving(drip) as receiver:
        began = time.monotonic()
        outcome = sent(receiver, seconds=0.5)

    assert (outcome.status, outcome.error) == (None, "timeout")
    assert time.monotonic() - began < 3


def test_a_silent_server_is_given_up() -> None:
    with receiving([(b"", 5)]) as receiver:
        assert sent(receiver, seconds=0.3).error == "timeout"


def test_an_endless_head_ends_at_64_kb() -> None:
    head = b"".join(b"HTTP/1.1 100 Continue\r\nx: %d\r\n\r\n" % number for number in range(5000))
    with receiving([(head, 5)]) as receiver:
        assert sent(receiver).error == "too_large"


def test_an_endless_body_is_not_waited_for() -> None:
    body = [(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\n" + b"x" * 100_000, 5)]
    with receiving(body) as receiver:
        outcome = sent(receiver)

    assert outcome.delivered
    assert outcome.milliseconds < 3000


def test_nobody_listening_is_a_failed_connection() -> None:
    with receiving() as receiver:
        pass
    assert sent(receiver).error == "connection_failed"


# --- Resolving: once, every address public, and the connection goes there and nowhere else.

PUBLIC = "93.184.216.34"


class Network:
    """What `sending` connects to, without a network: every attempt is written down and refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connected: list[tuple[str, int]] = []
        self.asked: list[str] = []
        monkeypatch.setattr(sending.socket, "create_connection", self.connect)

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address)
        raise ConnectionRefusedError

    def resolver(self, *answers: list[str] | Exception):  # noqa: ANN202
        turns = iter(answers)

        def resolve(host: str, port: int) -> list[str]:
            self.asked.append(host)
            answer = next(turns)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return resolve


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.7"],
        ["100.64.1.1"],
        ["64:ff9b::a00:1"],
        [PUBLIC, "192.168.0.1"],
        [],
        ["rubbish"],
        socket.gaierror("no such name"),
        UnicodeError("label too long"),
    ],
)
def test_a_name_that_does_not_resolve_to_public_addresses_only_is_never_connected_to(
    network: Network, answer: list[str] | Exception
) -> None:
    outcome = post("https://hooks.example.com/", body="{}", headers={}, resolver=network.resolver(answer))

    assert outcome.error == "bad_address"
    assert network.connected == []


def test_a_name_is_resolved_once_so_that_it_cannot_be_bound_anew(network: Network) -> None:
    outcome = post(
        "https://hooks.example.com:8443/",
        body="{}",
        headers={},
        resolver=network.resolver([PUBLIC], ["127.0.0.1"]),
    )

    assert network.asked == ["hooks.example.com"]
    assert network.connected == [(PUBLIC, 8443)]
    assert outcome.error == "connection_failed"


def test_a_slow_resolver_uses_up_the_time(network: Network) -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(0.2)
        return [PUBLIC]

    outcome = post("https://hooks.example.com/", body="{}", headers={}, resolver=slow, deadline_seconds=0.1)
    assert outcome.error == "timeout"
    assert network.connected == []


def test_a_resolver_that_hangs_holds_nobody_up(network: Network) -> None:
    hangs = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        hangs.wait(30)
        return [PUBLIC]

    began = time.monotonic()
    outcome = post("https://hooks.example.com/", body="{}", headers={}, resolver=hanging, deadline_seconds=0.2)
    took = time.monotonic() - began
    hangs.set()

    assert outcome.error == "timeout"
    assert outcome.milliseconds >= 200
    assert took < 3
    assert network.connected == []


def test_names_are_not_asked_for_without_end_where_none_is_answered(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_resolving", threading.BoundedSemaphore(2))
    hangs, asked = threading.Event(), []

    def hanging(host: str, port: int) -> list[str]:
        asked.append(host)
        hangs.wait(30)
        raise OSError

    errors = [
        post("https://hooks.example.com/", body="{}", headers={}, resolver=hanging, deadline_seconds=0.1).error
        for _ in range(5)
    ]
    hangs.set()

    assert errors == ["timeout"] * 5
    assert len(asked) == 2


# --- TLS: the certificate must be the host's, whatever address the connection goes to.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of hooks.example.com with its key, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "hooks.pem"
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hooks.example.com"
        f" -addext subjectAltName=DNS:hooks.example.com -keyout {folder / 'key'} -out {folder / 'cert'}",
        shell=True,
        check=True,
        capture_output=True,
    )
    made.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return made


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """A TLS server that stands for every public address; yields the names it was asked for."""
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    connect = socket.create_connection

    def serve() -> None:
        with suppress(OSError):
            while True:
                plain, _address = listening.accept()
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65536)
                    connection.sendall(status(200))

    threading.Thread(target=serve, daemon=True).start()
    monkeypatch.setattr(
        sending.socket, "create_connection", lambda address, timeout: connect(("127.0.0.1", port), timeout)
    )
    yield names
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.mark.parametrize(
    ("host", "trusted", "error"),
    [
        ("hooks.example.com", True, ""),
        ("other.example.com", True, "tls_failed"),  # somebody else's certificate
        ("hooks.example.com", False, "tls_failed"),  # nobody vouches for it
    ],
)
def test_tls_must_prove_the_name(
    secure: list[str | None], certificate: Path, host: str, trusted: bool, error: str
) -> None:
    context = ssl.create_default_context(cafile=str(certificate)) if trusted else None
    outcome = post(f"https://{host}/", body="{}", headers={}, resolver=lambda host, port: [PUBLIC], tls=context)

    assert (outcome.error, outcome.delivered) == (error, error == "")
    assert secure == [host]
