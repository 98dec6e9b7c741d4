"""The changes of a version against the one it follows, filtered and paged: on the import's page and on the version's."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from catalog.importing.diff import WEIGHTS, fewer_classes
from catalog.models import CatalogEntry, CatalogVersion, VersionChange
from desk.frame import paged
from desk.words import Words

SLIGHT = ("typographic", "remark")


def changes_context(request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
    """Return the page of changes that the query asks for: `change` (added, removed, changed), `weight`, `narrower`, `q`.

    What matters most comes first. What reads the same, and remarks, are shown only where they are asked for by their weight.
    """
    kind = request.GET.get("change", "")
    kind = kind if kind in VersionChange.Kind.values else ""
    weight = request.GET.get("weight", "")
    weight = weight if weight in WEIGHTS else ""
    rows = VersionChange.objects.told(version, change=kind, weight=weight).order_by("-major", "entry_code")
    if not weight:
        rows = rows.filter(slight="")
    if request.GET.get("narrower"):
        rows = rows.filter(narrower=True)
    wanted = request.GET.get("q", "").strip()[:100]
    if wanted:
        rows = (
            rows.filter(generic_name__icontains=wanted)
            | rows.filter(entry_code__startswith=wanted)
            | rows.filter(old_entry_code__startswith=wanted)
        )
    page = paged(request, rows)
    tell(page, version)
    parent = version.parent
    return {
        "changes": page,
        "counts": version.change_counts,
        "compared": version,
        "parent": parent,
        "kind": kind,
        "weight": weight,
        "q": wanted,
        "slight": [(name, version.change_counts.get(name, 0), "?" + urlencode({"weight": name})) for name in SLIGHT],
        "complete_for": bool(parent and parent.complete_for != version.complete_for),
        "fewer_classes": bool(parent and fewer_classes(parent.complete_for, version.complete_for)),
    }


def tell(changes: Iterable[Any], version: CatalogVersion) -> None:
    """Add to each change its columns old and new in words, its entries, and all that an entry says that came or went."""
    words = Words()
    page = list(changes)
    now = _entries(version, (one.entry_code for one in page if one.change != "removed"))
    before = _entries(version.parent, (one.old_entry_code or one.entry_code for one in page if one.change != "added"))
    for one in page:
        one.told = words.changes(one.fields)
        one.entry = now.get(one.entry_code)
        one.entry_before = before.get(one.old_entry_code or one.entry_code)
        whole = one.entry_before if one.change == "removed" else one.entry if one.change == "added" else None
        one.facts = words.facts(whole) if whole else []


def _entries(version: CatalogVersion | None, codes: Iterable[str]) -> dict[str, CatalogEntry]:
    if version is None:
        return {}
    return {
        entry.entry_code: entry for entry in CatalogEntry.objects.filter(version=version, entry_code__in=list(codes))
    }
