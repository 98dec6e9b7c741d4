"""What an operation asks, as a value, and what a client must be able to do with it: nothing here knows how requests are sent."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

# A file to send: its path, its bytes, or a file that is open for reading bytes.
Upload: TypeAlias = str | Path | bytes | BinaryIO
NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `path` fills the braces of the address; None in a query, a header or a form is not sent."""

    method: str
    address: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = NOTHING
    form: Mapping[str, Any] | None = None
    accept: str = "application/json"


class Caller:
    """What the operations of a client that waits stand on."""

    def _json(self, asked: Asked) -> Any:
        raise NotImplementedError

    def _bytes(self, asked: Asked) -> bytes:
        raise NotImplementedError

    def _str(self, asked: Asked) -> str:
        raise NotImplementedError

    def _keep(self, asked: Asked, to: str | Path) -> Path:
        raise NotImplementedError

    def _pages(self, asked: Asked) -> Iterator[Any]:
        raise NotImplementedError


class AsyncCaller:
    """What the operations of a client that is awaited stand on."""

    async def _json(self, asked: Asked) -> Any:
        raise NotImplementedError

    async def _bytes(self, asked: Asked) -> bytes:
        raise NotImplementedError

    async def _str(self, asked: Asked) -> str:
        raise NotImplementedError

    async def _keep(self, asked: Asked, to: str | Path) -> Path:
        raise NotImplementedError

    def _pages(self, asked: Asked) -> AsyncIterator[Any]:
        raise NotImplementedError
