"""Who the database works for: the second wall behind the ORM's own filters (row-level security).

Every connection carries `app.insurer`: empty (sees nothing that belongs to an insurer), an insurer's id, `office` (curators, jobs, commands:
everything but what is in sandboxes), or `everybody` (what keeps house for all: sending, forgetting, logs). Who asks is said once, here; the
connection itself tells the server before its next statement (common.database), so nobody can forget it, and whoever says nothing sees nothing.
An insurer's sandbox is a tenant with an id below zero. The policies are in each app's migrations; a new table of an insurer's needs one, and a
test fails without it.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

OFFICE = "office"
EVERYBODY = "everybody"
NOBODY = ""

# None: nobody has said; then the connection's own default holds (settings: TENANT), which is NOBODY but for the owner of the tables.
_tenant: ContextVar[str | None] = ContextVar("tenant", default=None)


def tenant() -> str | None:
    """Return for whom this thread works: an insurer's id, OFFICE, EVERYBODY, NOBODY, or None where nobody has said."""
    return _tenant.get()


def act_for(who: str) -> None:
    """Work for `who` (an insurer's id, OFFICE, EVERYBODY or NOBODY) from now on, until told otherwise."""
    _tenant.set(who)


@contextlib.contextmanager
def acting_for(who: str) -> Iterator[None]:
    """Work for `who` inside the block, and for whom it was before afterwards."""
    before = _tenant.set(who)
    try:
        yield
    finally:
        _tenant.reset(before)


def is_sandbox(who: str | int | None) -> bool:
    """Tell whether a tenant, or an insurer's id, is a sandbox: no number of another tenant is below zero."""
    return str(who).startswith("-")


@contextlib.contextmanager
def beyond_the_sandbox() -> Iterator[None]:
    """Inside the block a sandbox sees what its insurer's people and keys are: they are not kept in it. For anybody else nothing changes."""
    if not is_sandbox(tenant()):
        yield
        return
    with acting_for(EVERYBODY):
        yield


def policy_sql(table: str, column: str = "insurer_id", shared: bool = False) -> str:
    """Return the SQL that turns on row-level security for a table; `shared`: rows without an insurer are everybody's."""
    asks = "current_setting('app.insurer', true)"
    mine = f"{asks} = '{EVERYBODY}' OR ({asks} = '{OFFICE}' AND coalesce({column}, 1) > 0) OR {column}::text = {asks}"
    if shared:
        mine = f"{column} IS NULL OR {mine}"
    # The planner takes a comparison with a setting to keep one row in two hundred, and would sort all that an insurer has for a page of it; of a
    # CASE it takes half.
    seen = f"CASE WHEN {mine} THEN true ELSE false END"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_of_the_insurer ON {table} USING ({seen}) WITH CHECK ({mine});"
    )


class TenantMiddleware:
    """Every request begins as nobody's, and is somebody's once it is known who asks: by a key, or by a curator's session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _tenant.set(NOBODY)
        response = self.get_response(request)
        # What is streamed is read from the database after this; the thread's next request begins as nobody's all the same.
        if not response.streaming:
            _tenant.reset(before)
        return response
