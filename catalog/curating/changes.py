"""The changes of a version against the one it follows, filtered and paged: on the import's page and on the version's."""

from typing import Any

from django.http import HttpRequest

from catalog.curating.words import Words
from catalog.models import CatalogVersion, VersionChange
from common.admin import paged


def changes_context(request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
    """Return the page of changes that the query asks for: `change` (added, removed, changed), `major`, `narrower`, `q`."""
    rows = VersionChange.objects.filter(version=version).order_by("entry_code")
    kind = request.GET.get("change", "")
    if kind in VersionChange.Kind.values:
        rows = rows.filter(change=kind)
    if request.GET.get("major"):
        rows = rows.filter(major=True)
    if request.GET.get("narrower"):
        rows = rows.filter(narrower=True)
    wanted = request.GET.get("q", "").strip()[:100]
    if wanted:
        rows = rows.filter(generic_name__icontains=wanted) | rows.filter(entry_code__startswith=wanted)
    page = paged(request, rows)
    words = Words()
    for change in page:
        change.told = words.changes(change.fields)
    return {
        "changes": page,
        "counts": version.change_counts,
        "parent": version.parent,
        "kind": kind,
        "q": wanted,
    }
