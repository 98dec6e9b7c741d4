"""The tab 记录: what was edited entry by entry and what was done to the version, together, the latest first."""

from typing import Any

from django.db.models import CharField, Q, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from catalog.entry_editing import edits_of
from catalog.models import CatalogVersion, EntryEdit
from common.audit.deeds import Deed
from common.audit.models import Record
from desk.frame import paged
from desk.versions.tabs import VersionTabs
from desk.words import Words, field_label

_EDIT, _DEED = "edit", "deed"
TONES = {"added": "good", "changed": "warn", "removed": "bad", "merged": "info"}


class RecordTab(VersionTabs):
    """What happened to a version."""

    def record_routes(self) -> list[URLPattern]:
        return [self.route("<int:pk>/record/", self.record_view, "record")]

    def record_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        code = request.GET.get("entry", "").strip()[:64]
        edits = edits_of(version)
        if code:
            edits = edits.filter(entry_code=code)
        # An entry's history is its edits alone.
        deeds = Record.objects.none() if code else deeds_of(version)
        count = edits.count() + deeds.count()
        lines = _kind(edits, _EDIT).union(_kind(deeds, _DEED), all=True).order_by("-at", "-kind_of", "-pk")
        page = paged(request, lines, count=count)
        context = {
            **self.tab_context(request, version, "record"),
            "pages": page,
            "steps": self._told(version, list(page)),
            "code": code,
        }
        return self.page(request, "desk/versions/record.html", version, context)

    def _told(self, version: CatalogVersion, lines: list[Any]) -> list[dict[str, Any]]:
        """Return the lines of a page with what each says: two statements, however many there are."""
        edits = EntryEdit.objects.in_bulk([pk for _at, pk, kind in lines if kind == _EDIT])
        deeds = Record.objects.in_bulk([pk for _at, pk, kind in lines if kind == _DEED])
        words = Words()
        told = []
        for _at, pk, kind in lines:
            if kind == _DEED:
                told.append({"deed": deeds[pk]})
                continue
            edit = edits[pk]
            changes = [
                (field_label(name), words.told(name, change["old"]), words.told(name, change["new"]))
                for name, change in edit.changes.items()
            ]
            told.append(
                {
                    "edit": edit,
                    "tone": TONES[edit.kind],
                    "changes": changes,
                    "href": self.to_entry("entry_of", version, edit.entry_code),
                }
            )
        return told


def deeds_of(version: CatalogVersion) -> Any:
    """Return what was done to a version, but for the editing of entries: of that each entry's own edit tells more."""
    done = Record.objects.filter(kind=CatalogVersion._meta.model_name, object_id=str(version.pk))
    return done.exclude(Q(deed=Deed.VERSION_EDITED) & Q(after__has_key="edits"))


def _kind(rows: Any, kind: str) -> Any:
    return rows.order_by().annotate(kind_of=Value(kind, CharField())).values_list("at", "pk", "kind_of")
