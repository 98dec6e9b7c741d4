"""What a version changes against the one it follows, as Markdown for people: who publishes it sends this along."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalog.entries import COLUMNS
from catalog.models import CatalogEntry, CatalogVersion, VersionChange

_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def plain(text: object) -> str:
    """Return a text in one line that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def changelog(version: CatalogVersion) -> Iterator[str]:
    """Yield the lines of a version's changelog: its facts, then what is new, what goes and what is otherwise, by entry code."""
    catalog = version.catalog
    yield f"# {plain(catalog.name)} {plain(version.label)}\n\n"
    last = version.effective_to.isoformat() if version.effective_to else _("further notice")
    facts = [
        (_("Catalog"), catalog.code),
        (_("Days"), f"{version.effective_from.isoformat()} – {last}"),
        (_("Entries"), version.entry_count),
        (_("Follows"), version.parent.label if version.parent else _("nothing: the first version")),
        (_("Checksum"), version.checksum),
        (_("Published by"), version.published_by),
        (_("Note"), version.publish_note),
    ]
    for name, value in facts:
        if value != "":
            yield f"- {name}: {plain(value)}\n"
    if version.parent is None:
        return
    titles = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
    for kind, title in titles.items():
        count = version.change_counts.get(kind, 0)
        yield f"\n## {title} ({count})\n\n"
        for change in VersionChange.objects.told(version, change=kind).iterator(chunk_size=1000):
            yield from _told(change)


def _told(change: VersionChange) -> Iterator[str]:
    before = f" ← {plain(change.old_entry_code)}" if change.old_entry_code else ""
    weight = f" [{change.get_slight_display()}]" if change.slight else ""
    yield f"- {plain(change.generic_name or '—')} ({plain(change.entry_code)}{before}){weight}\n"
    for name in COLUMNS:
        if name in change.fields:
            old, new = change.fields[name]
            label = CatalogEntry._meta.get_field(name).verbose_name
            yield f"  - {label}: {_value(old)} → {_value(new)}\n"


def _value(value: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return plain("; ".join(map(str, value)) if isinstance(value, list) else value)
