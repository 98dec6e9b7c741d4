"""Editing a draft at the desk: an entry added, changed or removed, and many at once. Each page calls one service (catalog/entry_editing.py)."""

import json
from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import entry_editing
from catalog.entries import COLUMNS
from catalog.entry_filter import Wanted, codes_found, entries_found
from catalog.importing.export import EXPORTED, written
from catalog.models import CatalogEntry, CatalogVersion
from catalog.refusals import ChangedMeanwhile
from desk.entry_filters import FilterForm
from desk.forms import posted
from desk.frame import Action
from desk.versions.entry_forms import EntryForm, ManyForm, RemovalForm, SetManyForm
from desk.versions.grid import filter_query
from desk.versions.moves import MAY_EDIT
from desk.versions.tabs import VersionTabs

FORM = "desk/versions/entry_form.html"
NAMED = 12


class EntryEditing(VersionTabs):
    """A page for each edit of a draft's entries."""

    def editing_routes(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/entries/add/", self.entry_add_view, "entry_add"),
            self.route("<int:pk>/entries/edit/", self.entry_edit_view, "entry_edit"),
            self.route("<int:pk>/entries/remove/", self.entry_remove_view, "entry_remove"),
            self.route("<int:pk>/entries/many/", self.entries_bulk_view, "entries_bulk"),
        ]

    def entry_add_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        form = EntryForm(posted(request), cells={})

        def do(given: dict[str, Any]) -> tuple[str, str]:
            kept = entry_editing.add_entry(
                version=version, values=form.changed(), by=request.user.get_username(), reason=given["reason"]
            )
            self._warn(request, kept)
            return self.to_entry("entry_of", version, kept.entry_code), _("Entry %(code)s is added.") % {
                "code": kept.entry_code
            }

        action = Action(
            title=_("Add an entry to %(version)s") % {"version": version},
            form=form,
            do=do,
            submit=_("Add"),
            back=self.url("entries", pk),
            intro=_("Checked as a row of a file. Whoever edits a draft cannot publish it."),
            template=FORM,
            why_not=self._why_not_edited(request, version),
        )
        return self.act(request, version, action)

    def entry_edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        code, back = request.GET.get("entry", ""), request.GET.get("back", "")
        row = version.entries.filter(entry_code=code).values("row_hash", *COLUMNS).first()
        if row is None:
            raise Http404
        cells = dict(zip(EXPORTED, written(row), strict=True))
        form = EntryForm(posted(request), cells=cells, seen=bytes(row["row_hash"]).hex())

        def do(given: dict[str, Any]) -> tuple[str, str]:
            kept = entry_editing.change_entry(
                version=version,
                entry_code=code,
                values=form.changed(),
                by=request.user.get_username(),
                reason=given["reason"],
                seen=unless_changed(given["seen"]),
            )
            self._warn(request, kept)
            return self.to_grid(version, back), _("Entry %(code)s is saved.") % {"code": kept.entry_code}

        action = Action(
            title=_("Edit %(entry)s") % {"entry": row["generic_name"] or code},
            form=form,
            do=do,
            submit=_("Save"),
            back=self.to_grid(version, back),
            intro=_("Entry %(code)s of %(version)s. Checked as a row of a file.") % {"code": code, "version": version},
            template=FORM,
            why_not=self._why_not_edited(request, version),
        )
        return self.act(request, version, action)

    def entry_remove_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        code, back = request.GET.get("entry", ""), request.GET.get("back", "")
        entry = version.entries.filter(entry_code=code).first()
        if entry is None:
            raise Http404
        form = RemovalForm(posted(request), initial={"seen": bytes(entry.row_hash).hex()})

        def do(given: dict[str, Any]) -> tuple[str, str]:
            entry_editing.remove_entry(
                version=version,
                entry_code=code,
                by=request.user.get_username(),
                reason=given["reason"],
                seen=unless_changed(given["seen"]),
            )
            return self.to_grid(version, back), _("Entry %(code)s is removed.") % {"code": code}

        action = Action(
            title=_("Remove %(entry)s") % {"entry": entry.generic_name or code},
            form=form,
            do=do,
            submit=_("Remove"),
            back=self.to_grid(version, back),
            points=_said(entry),
            tone="danger",
            why_not=self._why_not_edited(request, version),
        )
        return self.act(request, version, action)

    def entries_bulk_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        if request.method != "POST":
            return self.back_to_grid(version)
        sent = request.POST
        removes = sent.get("what") == "remove"
        make = ManyForm if removes else SetManyForm
        if "count" in sent:
            form = make(sent)
            form.is_valid()
            where, codes = sent.get("where", ""), form.cleaned_data.get("codes") or []
            count = form.cleaned_data.get("count") or 0
        else:
            codes = [] if sent.get("all") else sent.getlist("entry")
            where = filter_query(QueryDict(sent.get("where", ""))) if sent.get("all") else ""
            count = len(set(codes)) if codes else self._count(version, where) if sent.get("all") else 0
            initial = {"what": sent.get("what"), "codes": json.dumps(codes), "where": where, "count": count}
            form = make(initial=initial)
        if not count:
            messages.warning(request, _("Tick entries first."))
            return self.back_to_grid(version, sent.get("where", ""))

        def do(given: dict[str, Any]) -> tuple[str, str]:
            done = entry_editing.edit_entries(
                version=version,
                of=meant(codes, None if codes else _wanted(where), count),
                values=None if removes else form.cells(),  # type: ignore[attr-defined]
                by=request.user.get_username(),
                reason=given["reason"],
            )
            told = (
                ngettext("%(count)d entry is removed.", "%(count)d entries are removed.", done)
                if removes
                else ngettext("%(count)d entry is set.", "%(count)d entries are set.", done)
            )
            return self.to_grid(version, where), told % {"count": done}

        title = (
            ngettext("Remove %(count)d entry of %(version)s", "Remove %(count)d entries of %(version)s", count)
            if removes
            else ngettext(
                "Set a column in %(count)d entry of %(version)s",
                "Set a column in %(count)d entries of %(version)s",
                count,
            )
        )
        action = Action(
            title=title % {"count": count, "version": version},
            form=form,
            do=do,
            submit=_("Remove") if removes else _("Set"),
            back=self.to_grid(version, where),
            intro=_("All of them or none: each is checked as a row of a file."),
            points=_names(version, codes, where, count),
            tone="danger" if removes else "primary",
            why_not=self._why_not_edited(request, version),
        )
        return self.act(request, version, action)

    def _count(self, version: CatalogVersion, where: str) -> int:
        wanted = _wanted(where)
        return version.entry_count if wanted.is_everything else entries_found(version, wanted).count()

    def _warn(self, request: HttpRequest, kept: entry_editing.Kept) -> None:
        """Tell what the reader of files would warn of."""
        for warning in kept.warnings:
            messages.warning(request, warning.detail)

    def _why_not_edited(self, request: HttpRequest, version: CatalogVersion) -> str:
        if self.may_edit_now(request, version):
            return ""
        return _("%(label)s is no draft any more.") % {"label": version.label}


def unless_changed(seen: str) -> Callable[[Any], None]:
    """Return what refuses an entry that is otherwise, now that it is locked, than when its page was shown."""

    def check(row_hash: Any) -> None:
        if seen and bytes(row_hash).hex() != seen:
            raise ChangedMeanwhile(_(ChangedMeanwhile.sentence))

    return check


def meant(codes: list[str], wanted: Wanted | None, count: int) -> Callable[[CatalogVersion], Collection[str]]:
    """Return what tells the entries that are meant once the draft is locked; refuses where they are others than were counted on the page."""

    def of(version: CatalogVersion) -> Collection[str]:
        if wanted is not None:
            found = set(codes_found(version, wanted))
        else:
            found = set(version.entries.filter(entry_code__in=codes).values_list("entry_code", flat=True))
        if len(found) != count:
            raise ChangedMeanwhile(_(ChangedMeanwhile.sentence))
        return found

    return of


def _wanted(where: str) -> Wanted:
    wanted = FilterForm(QueryDict(where)).wanted()
    if wanted is None:
        raise Http404
    return wanted


def _said(entry: CatalogEntry) -> list[str]:
    """Return by what a person knows the entry that is to go."""
    told = (entry.entry_code, entry.dosage_form, entry.strength, entry.manufacturer, entry.indication[:200])
    return [text for text in told if text]


def _names(version: CatalogVersion, codes: list[str], where: str, count: int) -> list[str]:
    """Return the first of the entries that are meant, and how many more there are."""
    found = version.entries.filter(entry_code__in=codes) if codes else entries_found(version, _wanted(where))
    first = found.order_by("entry_code").values_list("generic_name", "entry_code")[:NAMED]
    told = [f"{name or code}（{code}）" if name else code for name, code in first]
    if count > NAMED:
        told.append(_("and %(count)d more") % {"count": count - NAMED})
    return told
