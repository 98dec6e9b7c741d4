"""The changes of a version against the one it follows, filtered and paged: on the import's page and on the version's."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast, JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from catalog.change_weight import WEIGHTS
from catalog.changes import not_spoken_of
from catalog.complete_for import fewer_classes, speaks_of
from catalog.drugs.base_names import drug_id
from catalog.models import CatalogEntry, CatalogVersion, Drug, EntryEvidence, VersionChange
from desk.frame import paged
from desk.words import Words

SLIGHT = ("typographic", "remark")
# Gone, but of a class that the newer version does not speak of: nobody has removed it.
SILENT = "silent"


def counts_told(version: CatalogVersion) -> dict[str, int]:
    """Return a version's counts of changes, what it does not speak of (SILENT) apart from what was removed."""
    counts = dict(version.change_counts)
    silent = not_spoken_of(version).count() if version.complete_for and counts.get("removed") else 0
    return {**counts, "removed": counts.get("removed", 0) - silent, SILENT: silent}


def changes_context(request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
    """Return the page of changes that the query asks for: `change` (added, removed, changed), `weight`, `narrower`, `q`.

    What matters most comes first. What reads the same, and remarks, are shown only where they are asked for by their weight.
    """
    kind = request.GET.get("change", "")
    kind = kind if kind in {*VersionChange.Kind.values, SILENT} else ""
    weight = request.GET.get("weight", "")
    weight = weight if weight in WEIGHTS else ""
    stored = VersionChange.Kind.REMOVED if kind == SILENT else kind
    rows = VersionChange.objects.told(version, change=stored, weight=weight).order_by("-major", "entry_code")
    if kind == SILENT:
        rows = rows.filter(pk__in=not_spoken_of(version).values("pk"))
    elif kind == VersionChange.Kind.REMOVED and version.complete_for:
        rows = rows.exclude(pk__in=not_spoken_of(version).values("pk"))
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
        "counts": counts_told(version),
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
    drugs = _drugs([*now.values(), *before.values()])
    for one in page:
        one.told = words.changes(one.fields)
        one.entry = now.get(one.entry_code)
        one.evidence = one.entry.evidence if one.entry else None
        one.entry_before = before.get(one.old_entry_code or one.entry_code)
        one.href = drugs.get((one.entry or one.entry_before or _NOTHING).base_name, "")
        whole = one.entry_before if one.change == "removed" else one.entry if one.change == "added" else None
        one.facts = words.facts(whole) if whole else []
        one.told_as = one.change
        if one.change == "removed" and whole and not speaks_of(version.complete_for, whole.class_code):
            one.told_as = SILENT


_NOTHING = CatalogEntry()


def _drugs(entries: Iterable[CatalogEntry]) -> dict[str, str]:
    """Return base name → the page of its drug, for those of the entries' drugs that have one."""
    ids = {drug_id(entry.base_name): entry.base_name for entry in entries if entry.base_name}
    known = Drug.objects.filter(pk__in=ids).values_list("pk", flat=True)
    return {ids[pk]: reverse("admin:catalog_drug_change", args=[quote(pk)]) for pk in known}


def _entries(version: CatalogVersion | None, codes: Iterable[str]) -> dict[str, CatalogEntry]:
    if version is None:
        return {}
    entries: Any = CatalogEntry.objects.filter(version=version, entry_code__in=list(codes))
    return {entry.entry_code: entry for entry in entries.annotate(evidence=_EVIDENCE)}


# What an entry rests on that was drafted from the market, beside it: a page has no statement to spare.
_EVIDENCE = Subquery(
    EntryEvidence.objects.filter(version=OuterRef("version"), entry_code=OuterRef("entry_code")).values(
        told=JSONObject(
            **{name: name for name in ("rank", "products", "provinces", "key_provinces_hit", "lists", "pinned")},
            premium_share=Cast("premium_share", TextField()),
        )
    )
)
