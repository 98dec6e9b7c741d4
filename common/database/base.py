"""A database backend that does not wait for ever, and that tells the server for whom it works.

A server that is stopped, or behind a network that swallows packets, still takes what we send: neither `connect_timeout` nor
`tcp_user_timeout` nor `statement_timeout` ends the waiting, and the web process hangs until it is killed. So: whoever has heard nothing
for a while knocks at the server's door with another connection. If that is answered, the statement is only long, and is waited for; if not,
it is an OperationalError.

Row-level security (common.tenancy) goes by what the server was told last. Before each statement the connection compares that with who asks
now, and tells the server where it is somebody else.
"""

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from common import tenancy, tracing

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
    """Django's PostgreSQL backend with watched connections that say for whom they work."""

    Database = _Driver()  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whom the server was told last; None: that is not known.
        self.told: str | None = None
        # What is true for this connection alone until its transaction is committed (common.sealing.keys).
        self.until_end: dict[Any, Any] = {}
        self.execute_wrappers.append(self._told_first)
        if tracing.wanted():
            self.execute_wrappers.append(tracing.statement)

    def fetch_telling(self, sql: str, values: Any) -> Any:
        """Return the row of a statement that itself tells the server for whom to work; the caller says whom it told in `told`."""
        self.told = self._wanted()  # so that nothing is told before it
        try:
            with self.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchone()
        finally:
            self.told = None

    def get_new_connection(self, conn_params: Any) -> Any:
        self.told = tenancy.NOBODY  # settings: OPTIONS
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        self._tell()  # COPY passes no wrapper
        return super().create_cursor(name)

    def _told_first(self, execute: Callable[..., Any], sql: Any, values: Any, many: bool, context: Any) -> Any:
        self._tell()
        return execute(sql, values, many, context)

    def _wanted(self) -> str:
        who = tenancy.tenant()
        return self.settings_dict.get("TENANT", tenancy.NOBODY) if who is None else who

    def _tell(self) -> None:
        who = self._wanted()
        if who == self.told or self.connection is None:
            return
        # In a transaction that failed the server takes nothing but its end.
        if self.connection.info.transaction_status != TransactionStatus.INERROR:
            with self.wrap_database_errors:
                self.connection.execute("SELECT set_config('app.insurer', %s, false)", [who])
            self.told = who

    # What was told inside a transaction is undone with it.

    def _commit(self) -> None:
        failed = self.connection is not None and self.connection.info.transaction_status == TransactionStatus.INERROR
        super()._commit()
        self.until_end.clear()
        if failed:
            self.told = None

    def _rollback(self) -> None:
        super()._rollback()
        self.until_end.clear()
        self.told = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self.until_end.clear()
        self.told = None
