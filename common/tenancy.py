"""Who the database works for: the second wall behind the ORM's own filters (row-level security).

Every connection carries `app.insurer`: empty (sees nothing that belongs to an insurer), an insurer's id, or `office` (curators, jobs,
commands). The policies are in each app's migrations; a new table of an insurer's needs one, and a test fails without it.
"""

import contextlib
from collections.abc import Callable, Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse

OFFICE = "office"
NOBODY = ""


def act_for(who: str) -> None:
    """Let this connection see what `who` (an insurer's id, OFFICE or NOBODY) may see, until told otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.insurer', %s, false)", [who])


@contextlib.contextmanager
def acting_for(who: str) -> Iterator[None]:
    """Act for `who` inside the block, and for whom it was before afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.insurer', true), set_config('app.insurer', %s, false)", [who])
        before = (cursor.fetchone() or [""])[0]
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed and not connection.needs_rollback:
            act_for(before or NOBODY)


def policy_sql(table: str, column: str = "insurer_id", shared: bool = False) -> str:
    """Return the SQL that turns on row-level security for a table; `shared`: rows without an insurer are everybody's."""
    mine = f"current_setting('app.insurer', true) = '{OFFICE}' OR {column}::text = current_setting('app.insurer', true)"
    if shared:
        mine = f"{column} IS NULL OR {mine}"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_of_the_insurer ON {table} USING ({mine}) WITH CHECK ({mine});"
    )


class OfficeMiddleware:
    """Signed-in curators in the admin act for the catalog office; the API says for whom it acts when it reads the key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (request.path.startswith("/admin/") and request.user.is_authenticated and request.user.is_staff):
            return self.get_response(request)
        with acting_for(OFFICE):
            return self.get_response(request)
