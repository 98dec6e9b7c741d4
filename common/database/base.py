"""A database backend that does not wait for ever.

A server that is stopped, or behind a network that swallows packets, still takes what we send: neither `connect_timeout` nor
`tcp_user_timeout` nor `statement_timeout` ends the waiting, and the web process hangs until it is killed. So: whoever has heard nothing
for a while knocks at the server's door with another connection. If that is answered, the statement is only long, and is waited for; if not,
it is an OperationalError.
"""

import time
from collections.abc import Generator
from typing import Any

import psycopg
from django.db.backends.postgresql import base

QUIET_SECONDS = 3.0
KNOCK_SECONDS = 2


class NoAnswer(psycopg.OperationalError):
    """The server has stopped answering; whether the statement was done is not known, its transaction is not committed by us."""


class WatchedConnection(psycopg.Connection[Any]):
    """A connection whose waiting ends when the server answers nobody any more."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        heard_at = time.monotonic()
        try:
            state = next(gen)
            while True:
                ready = yield state
                if ready:
                    heard_at = time.monotonic()
                elif time.monotonic() - heard_at > QUIET_SECONDS:
                    self._knock()
                    heard_at = time.monotonic()
                state = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _knock(self) -> None:
        """Ask the server for another connection; raises NoAnswer, and gives this one up, where it gives none in time."""
        info = self.info
        try:
            psycopg.connect(
                host=info.host,
                port=info.port,
                dbname=info.dbname,
                user=info.user,
                password=info.password,
                connect_timeout=KNOCK_SECONDS,
            ).close()
        except psycopg.OperationalError as fault:
            if getattr(fault, "sqlstate", None):
                return  # it answered: it has no room for another connection, say
            self.pgconn.finish()
            raise NoAnswer("the database server has stopped answering") from None


class _Driver:
    """The psycopg module as Django uses it, but for how a connection is made."""

    connect = WatchedConnection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend with watched connections."""

    Database = _Driver()  # type: ignore[assignment]
