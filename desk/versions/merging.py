"""Merging into a draft what has changed in the edition it follows: what comes, what both sides changed, and whose counts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog import entry_editing
from catalog.merge_preview import Both, Incoming, incoming, read_taken
from catalog.merging import Conflict, Side
from catalog.models import CatalogVersion
from catalog.refusals import ChangedMeanwhile
from common.errors import Refused
from desk.forms import posted
from desk.frame import paged, sentences
from desk.versions.moves import MAY_EDIT
from desk.versions.tabs import VersionTabs
from desk.words import Words, field_label

# What is chosen on the page → whose counts; `both` is mended by hand afterwards, from what the draft has.
CHOICES: dict[str, Side] = {"theirs": "theirs", "mine": "mine", "both": "mine"}
SHOWN = 200


class ChoiceForm(forms.Form):
    """Whose counts, for each entry that both sides changed."""

    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, data: Any, *, both: tuple[Both, ...], seen: str) -> None:
        super().__init__(data, initial={"seen": seen})
        self.codes = {f"side_{place}": one.entry_code for place, one in enumerate(both[:SHOWN])}
        self.rest = [one.entry_code for one in both[SHOWN:]]
        sides = [("theirs", _("theirs")), ("mine", _("mine"))]
        for name in self.codes:
            self._choose(name, [*sides, ("both", _("both: mine, and I edit it afterwards"))])
        if self.rest:
            self._choose("rest", sides)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(
            choices=choices, widget=forms.RadioSelect, error_messages={"required": _("Say whose counts.")}
        )

    def chosen(self) -> dict[str, str]:
        """Return what was chosen for each entry, by its code; those that the page has no room for have one answer."""
        shown = {code: self.cleaned_data[name] for name, code in self.codes.items()}
        return shown | dict.fromkeys(self.rest, self.cleaned_data.get("rest", ""))


class Merging(VersionTabs):
    """The page 合并."""

    def merging_routes(self) -> list[URLPattern]:
        return [self.route("<int:pk>/merge/", self.merge_view, "merge")]

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._open(request, pk, MAY_EDIT)
        if version.published_at is not None or version.parent_id is None or version.parent_id == version.base_id:
            messages.info(request, _("There is nothing to merge."))
            return redirect(self.url("change", pk))
        found = incoming(version)
        form = ChoiceForm(posted(request), both=found.conflicts, seen=_seen(version))
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                return self._merge(request, version, form)
            except Refused as refusal:
                status = refusal.status
                for sentence in sentences(refusal):
                    form.add_error(None, sentence)
        return self._merge_page(request, version, found, form, status)

    def _merge(self, request: HttpRequest, version: CatalogVersion, form: ChoiceForm) -> HttpResponse:
        chosen = form.chosen()
        seen = form.cleaned_data["seen"]

        def unless_changed(locked: CatalogVersion) -> None:
            if _seen(locked) != seen:
                raise ChangedMeanwhile(_(ChangedMeanwhile.sentence))

        merged = entry_editing.merge_base(
            version=version,
            by=request.user.get_username(),
            resolve={code: CHOICES[side] for code, side in chosen.items()},
            seen=unless_changed,
        )
        told = _("What changed in %(label)s is taken over.") % {"label": merged.base.label if merged.base else "—"}
        messages.success(request, told)
        by_hand = [code for code, side in chosen.items() if side == "both"]
        if not by_hand:
            return redirect(self.url("changes", version.pk))
        messages.warning(request, _("To be edited by hand: %(codes)s.") % {"codes": _(", ").join(by_hand)})
        return redirect(self.to_entry("entry_edit", version, by_hand[0]))

    def _merge_page(
        self, request: HttpRequest, version: CatalogVersion, found: Incoming, form: ChoiceForm, status: int
    ) -> HttpResponse:
        words = Words()
        page = paged(request, found.taken)
        taken = read_taken(list(page))
        context = {
            **self.tab_context(request, version, "merge", with_buttons=False),
            "page_title": _("Merge %(label)s into %(version)s")
            % {"label": version.parent and version.parent.label, "version": version},
            "form": form,
            "both": [
                {
                    "entry": one,
                    "field": form[f"side_{place}"],
                    "rows": [_told(words, conflict) for conflict in one.conflicts],
                    "href": self.to_entry("entry_of", version, one.entry_code),
                }
                for place, one in enumerate(found.conflicts[:SHOWN])
            ],
            "conflict_count": len(found.conflicts),
            "rest": form["rest"] if form.rest else None,
            "rest_count": len(form.rest),
            "counts": found.counts,
            "pages": page,
            "taken": [(one, _changes(words, one.changes)) for one in taken],
            "back": self.url("change", version.pk),
            "why_not": "" if self.may_edit_now(request, version) else _("Only a draft takes over what has changed."),
        }
        return self.page(request, "desk/versions/merge.html", version, context, status=status)


def _seen(version: CatalogVersion) -> str:
    """Return what the page rests on: the draft's entries and the edition it follows."""
    return f"{version.checksum}:{version.parent_id}"


def _told(words: Words, conflict: Conflict) -> tuple[str, str, str, str]:
    """Return what the two sides did to a field, in words: its name, base, theirs, mine."""
    sides = (conflict.base, conflict.theirs, conflict.mine)
    if conflict.field is None:
        base, theirs, mine = (_("there") if side else _("removed") for side in sides)
        return _("the entry as a whole"), base, theirs, mine
    base, theirs, mine = (words.told(conflict.field, side) for side in sides)
    return field_label(conflict.field), base, theirs, mine


def _changes(words: Words, changes: Any) -> list[tuple[str, str, str]]:
    return [
        (field_label(name), words.told(name, change["old"]), words.told(name, change["new"]))
        for name, change in changes.items()
    ]
