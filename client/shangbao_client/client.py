"""The client that waits and the client that is awaited: every operation of the service as a method, typed.

    client = Client("https://mulu.example.cn", "sbm_…")
    answer = client.check_claim({"product": "HMB", "lines": [...]})

A refusal is raised as a Problem (errors.py), and lists that come in pages are gone through by the methods `iter_…`.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from shangbao_client.asked import NOTHING, Asked
from shangbao_client.operations import AsyncOperations, Operations
from shangbao_client.sending import Settings, Trying, answer_of, following, refused

# An answer takes as long as it takes: a large file is made while it is sent.
_TIMEOUT = httpx.Timeout(60, connect=10)


def settings_of(url: str | None, key: str | None, language: str, retries: int) -> Settings:
    """Return what was told, or else stands in SHANGBAO_URL and SHANGBAO_KEY; raises ValueError where there is no address."""
    url = url or os.environ.get("SHANGBAO_URL", "")
    if not url:
        raise ValueError("give the service's address, or set SHANGBAO_URL")
    # Whoever copies the base address of the API means the same service.
    url = url.rstrip("/").removesuffix("/api/v1")
    return Settings(url, os.environ.get("SHANGBAO_KEY", "") if key is None else key, language, retries)


class Client(Operations):
    """Asks the service and waits for its answers; may be shared by threads.

    `url` and `key` are read from SHANGBAO_URL and SHANGBAO_KEY where they are not given. `transport` and `sleep` are for tests.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        language: str = "en",
        retries: int = 5,
        timeout: httpx.Timeout | float = _TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.settings = settings_of(url, key, language, retries)
        self._http = httpx.Client(timeout=timeout, transport=transport)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = NOTHING,
        accept: str = "application/json",
    ) -> Any:
        """Ask what has no method of its own, from `/api/v1/…` on, and return its JSON; raises a Problem."""
        return self._json(Asked(method, address, query=query or {}, headers=headers or {}, body=body, accept=accept))

    def _json(self, asked: Asked) -> Any:
        return answer_of(self._answer(asked))

    def _bytes(self, asked: Asked) -> bytes:
        return self._answer(asked).content

    def _str(self, asked: Asked) -> str:
        return self._answer(asked).content.decode()

    def _pages(self, asked: Asked) -> Iterator[Any]:
        more: Asked | None = asked
        while more is not None:
            page = self._json(more)
            yield from page["results"]
            more = following(more, page)

    def _keep(self, asked: Asked, to: str | Path) -> Path:
        trying = Trying(asked, self.settings)
        while True:
            with whole_file(Path(to)) as (file, finished):
                try:
                    response = self._http.send(trying.request(self._http), stream=True)
                    with contextlib.closing(response):
                        wait = trying.after(response.status_code, response.headers)
                        if wait is None:
                            if not response.is_success:
                                response.read()
                            _raise_refusal(response)
                            for chunk in response.iter_bytes():
                                file.write(chunk)
                            return finished()
                except httpx.TransportError as fault:
                    wait = trying.after_fault(fault)
            self._sleep(wait)

    def _answer(self, asked: Asked) -> httpx.Response:
        trying = Trying(asked, self.settings)
        try:
            while True:
                try:
                    response = self._http.send(trying.request(self._http))
                except httpx.TransportError as fault:
                    wait: float | None = trying.after_fault(fault)
                else:
                    wait = trying.after(response.status_code, response.headers)
                    if wait is None:
                        _raise_refusal(response)
                        return response
                self._sleep(wait or 0)
        finally:
            trying.done()


class AsyncClient(AsyncOperations):
    """Asks the service and is awaited; its methods are those of Client."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        language: str = "en",
        retries: int = 5,
        timeout: httpx.Timeout | float = _TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self.settings = settings_of(url, key, language, retries)
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = NOTHING,
        accept: str = "application/json",
    ) -> Any:
        """Ask what has no method of its own, from `/api/v1/…` on, and return its JSON; raises a Problem."""
        asked = Asked(method, address, query=query or {}, headers=headers or {}, body=body, accept=accept)
        return await self._json(asked)

    async def _json(self, asked: Asked) -> Any:
        return answer_of(await self._answer(asked))

    async def _bytes(self, asked: Asked) -> bytes:
        return (await self._answer(asked)).content

    async def _str(self, asked: Asked) -> str:
        return (await self._answer(asked)).content.decode()

    async def _pages(self, asked: Asked) -> AsyncIterator[Any]:
        more: Asked | None = asked
        while more is not None:
            page = await self._json(more)
            for one in page["results"]:
                yield one
            more = following(more, page)

    async def _keep(self, asked: Asked, to: str | Path) -> Path:
        trying = Trying(asked, self.settings)
        while True:
            with whole_file(Path(to)) as (file, finished):
                try:
                    response = await self._http.send(trying.request(self._http), stream=True)
                    async with contextlib.aclosing(response):
                        wait = trying.after(response.status_code, response.headers)
                        if wait is None:
                            if not response.is_success:
                                await response.aread()
                            _raise_refusal(response)
                            async for chunk in response.aiter_bytes():
                                file.write(chunk)
                            return finished()
                except httpx.TransportError as fault:
                    wait = trying.after_fault(fault)
            await self._sleep(wait)

    async def _answer(self, asked: Asked) -> httpx.Response:
        trying = Trying(asked, self.settings)
        try:
            while True:
                try:
                    response = await self._http.send(trying.request(self._http))
                except httpx.TransportError as fault:
                    wait: float | None = trying.after_fault(fault)
                else:
                    wait = trying.after(response.status_code, response.headers)
                    if wait is None:
                        _raise_refusal(response)
                        return response
                await self._sleep(wait or 0)
        finally:
            trying.done()


def _raise_refusal(response: httpx.Response) -> None:
    refusal = refused(response)
    if refusal is not None:
        raise refusal


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[tuple[BinaryIO, Callable[[], Path]]]:
    """Give a file beside `path` and what puts it in its place once it is whole; what is not put there is thrown away."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")

    def finished() -> Path:
        file.flush()
        os.fsync(file.fileno())
        part.replace(path)
        return path

    try:
        with part.open("wb") as file:
            yield file, finished
    finally:
        part.unlink(missing_ok=True)
