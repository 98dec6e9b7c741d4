"""Catalog versions: what they hold and how they differ, and a page for each move of the table (catalog/lifecycle.py).

The table says which buttons there are, and what stands in place of one; the service asks it again, and so does the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from catalog import clock, moves, services
from catalog.changes import compared_anew
from catalog.curating.badges import provenance_badge, version_badge
from catalog.curating.changes import changes_context
from catalog.curating.words import Words
from catalog.entries import COLUMNS
from catalog.importing.diff import fewer_classes
from catalog.lifecycle import MOVE, Standing, count_is_the_expected, mass_change_is_confirmed
from catalog.models import CODE_PATTERN, CatalogEntry, CatalogVersion
from catalog.refusals import refusal_of
from catalog.search import entries_matching
from common.admin import (
    Button,
    NothingToFillIn,
    PageAdmin,
    ReasonForm,
    day_field,
    note_field,
    paged,
    posted,
    text_field,
)
from common.lifecycle import why_not

MAY_EDIT = "catalog.change_catalogversion"
MAY_DISCARD = "catalog.delete_catalogversion"
MAY_PUBLISH = "catalog.publish_catalogversion"
MAY_WITHDRAW = "catalog.withdraw_catalogversion"


@dataclass(frozen=True, slots=True)
class Page:
    """How a move is offered: the right it needs, its page, and its button."""

    right: str
    name: str
    title: Any
    icon: str
    tone: str = "default"


PAGES = {
    "edit": Page(MAY_EDIT, "edit", gettext_lazy("Correct label and days"), "edit"),
    "consult": Page(MAY_EDIT, "submit", gettext_lazy("Submit for consultation"), "forum"),
    "end-consultation": Page(MAY_EDIT, "end_consultation", gettext_lazy("End the consultation"), "event_busy"),
    "request-review": Page(MAY_EDIT, "request_review", gettext_lazy("Submit for review"), "rate_review"),
    "send-back": Page(MAY_PUBLISH, "send_back", gettext_lazy("Send back"), "reply"),
    "publish": Page(MAY_PUBLISH, "publish", gettext_lazy("Publish"), "verified", "primary"),
    "ask-withdrawal": Page(MAY_WITHDRAW, "withdraw", gettext_lazy("Ask for withdrawal"), "undo", "danger"),
    "withdraw": Page(MAY_WITHDRAW, "withdraw", gettext_lazy("Withdraw"), "undo", "danger"),
    "keep": Page(MAY_WITHDRAW, "keep", gettext_lazy("Do not withdraw"), "restore"),
    "revert": Page(MAY_EDIT, "revert", gettext_lazy("Back to the version before"), "history"),
    "discard": Page(MAY_DISCARD, "discard", gettext_lazy("Delete the draft"), "delete", "danger"),
}


class SubmitForm(forms.Form):
    """Opening a draft for consultation."""

    comments_until = day_field(
        label=gettext_lazy("Comments until"), required=False, help_text=gettext_lazy("the last day; may be left open")
    )


class ReviewForm(forms.Form):
    """Handing a draft to the reviewers."""

    note = note_field(label=gettext_lazy("Note for the reviewer"), required=False, max_length=2000)


class EditForm(forms.Form):
    """What of a draft can be corrected without another file."""

    label = text_field(label=gettext_lazy("Version label"), max_length=64, validators=[CODE_PATTERN])
    effective_from = day_field(label=gettext_lazy("Effective from"))
    effective_to = day_field(
        label=gettext_lazy("Effective to (inclusive)"),
        required=False,
        help_text=gettext_lazy("empty: until another version follows"),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
    complete_for = text_field(
        label=gettext_lazy("Complete for"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("class-code prefixes separated by spaces; empty: complete altogether"),
    )

    def clean_complete_for(self) -> list[str]:
        return sorted(set(self.cleaned_data["complete_for"].replace(",", " ").replace("，", " ").split()))


class PublishForm(forms.Form):
    """Publishing, by a second person: what is asked for depends on how the draft stands."""

    note = note_field(label=gettext_lazy("Publishing note"), required=False, max_length=2000)
    confirm = forms.BooleanField(
        label=gettext_lazy("I have seen that many entries go or get narrower, and want it so."),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    acknowledge = note_field(
        label=gettext_lazy("Why other counts than expected are right"), required=False, max_length=2000
    )
    # What the page was shown against: published over another edition only by whoever has seen the comparison with it.
    against = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if count_is_the_expected(standing, {}) is None:
            del self.fields["acknowledge"]
        if mass_change_is_confirmed(standing, {}) is None:
            del self.fields["confirm"]

    def clean_against(self) -> str | None:
        return self.cleaned_data["against"] if "against" in self.data else None


def search_entries(version: CatalogVersion, wanted: str) -> QuerySet[CatalogEntry]:
    """Return the entries that a text names: those the search finds (catalog.search), and those that have it in their indication."""
    named = Q(entry_code__in=entries_matching(version, wanted)[:])
    return version.entries.filter(named | Q(indication__icontains=wanted))


@admin.register(CatalogVersion)
class CatalogVersionAdmin(PageAdmin):
    page_template = "catalog/admin/version.html"
    list_display = [
        "__str__",
        "name_shown",
        "provenance_shown",
        "state_shown",
        "effective_from",
        "effective_to",
        "entry_count",
        "created_by",
        "published_by",
    ]
    list_filter = ["state", "catalog__kind", "catalog__provenance"]
    list_select_related = ["catalog"]
    search_fields = ["catalog__code", "catalog__name", "label"]
    ordering = ["catalog__code", "-effective_from", "-id"]

    @admin.display(description=gettext_lazy("catalog"), ordering="catalog__name")
    def name_shown(self, version: CatalogVersion) -> str:
        return version.catalog.name

    @admin.display(description=gettext_lazy("provenance"), ordering="catalog__provenance")
    def provenance_shown(self, version: CatalogVersion) -> SafeString:
        return provenance_badge(version.catalog.provenance)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, version: CatalogVersion) -> SafeString:
        return version_badge(version)

    def badges(self, version: CatalogVersion) -> list[SafeString]:
        return [version_badge(version), provenance_badge(version.catalog.provenance)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogVersion]:
        seen = clock.observe()
        versions = super().get_queryset(request).select_related("catalog", "catalog__series", "parent", "base")
        return versions.told_on(clock.china_today(seen.known_at), seen.known_at)

    def seen(self, request: HttpRequest, object_id: object) -> CatalogVersion | None:
        """Return the version, a draft compared with the edition it follows now; refuses (403) who may not see it."""
        version = super().seen(request, object_id)
        return compared_anew(version) if version else None

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/entries/", self.entries_view, "entries"),
            self.route("<int:pk>/entries/<int:entry_pk>/", self.entry_view, "entry"),
            self.route("<int:pk>/changes/", self.changes_view, "changes"),
            *(
                self.route(f"<int:pk>/{name.replace('_', '-')}/", getattr(self, f"{name}_view"), name)
                for name in dict.fromkeys(page.name for page in PAGES.values())
            ),
            *super().get_urls(),
        ]

    def _version(self, request: HttpRequest, pk: int) -> CatalogVersion:
        version = self.seen(request, pk)
        if version is None:
            raise Http404
        return version

    # --- What it shows

    def _frame(self, request: HttpRequest, version: CatalogVersion, tab: str) -> dict[str, Any]:
        tabs = [
            ("overview", _("Overview"), self.url("change", version.pk), ""),
            ("entries", _("Entries"), self.url("entries", version.pk), version.entry_count),
            ("changes", _("Changes"), self.url("changes", version.pk), ""),
        ]
        return {
            "version": version,
            "catalog": version.catalog,
            "tabs": tabs,
            "tab": tab,
            "buttons": self._buttons(request, version),
        }

    def page_context(self, request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
        # A replaced draft's imports lose their version; the file that made this one is the latest.
        run = version.imports.order_by("-created_at").first()
        standing = moves.held_against(version, self._today()) if version.published_at is None else None
        return {
            **self._frame(request, version, "overview"),
            "run": run,
            "mass_change": bool(standing and mass_change_is_confirmed(standing, {})),
            "base_changed": bool(standing and standing.base != standing.follows),
        }

    def _today(self) -> date:
        return clock.china_today(clock.observe().known_at)

    def _buttons(self, request: HttpRequest, version: CatalogVersion) -> list[Button]:
        """Return a button for each move that the table lets anybody make now, with why not where it is not this person."""
        today, person = self._today(), request.user.get_username()
        standing = moves.standing_of(version, today)
        buttons = []
        for name, page in PAGES.items():
            why = why_not(MOVE[name], standing, person)
            if not request.user.has_perm(page.right) or (why and why.code == MOVE[name].otherwise):
                continue
            told = refusal_of(why, version.label).detail if why else ""
            buttons.append(Button(page.title, self.url(page.name, version.pk), page.icon, page.tone, told))
        return buttons

    def entries_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        wanted = request.GET.get("q", "").strip()[:100]
        entries = search_entries(version, wanted) if wanted else version.entries.all()
        page = paged(request, entries.order_by("entry_code"))
        words = Words()
        for entry in page:
            entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
            entry.marks_shown = words.of("marks", entry.marks) if entry.marks else ""
            entry.icd10_shown = words.of("icd10", entry.icd10) if entry.icd10 else ""
            entry.rare_shown = words.rare_diseases(
                icd10=entry.icd10, criteria=entry.criteria, text=f"{entry.indication}\n{entry.restriction}"
            )
        context = {**self._frame(request, version, "entries"), "entries": page, "q": wanted}
        return self.page(request, "catalog/admin/version_entries.html", version, context)

    def entry_view(self, request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
        version = self._version(request, pk)
        entry = version.entries.filter(pk=entry_pk).first()
        if entry is None:
            raise Http404
        words = Words()
        facts = words.facts(entry, [name for name in COLUMNS if name != "criteria"])
        rare = words.rare_diseases(
            icd10=entry.icd10, criteria=entry.criteria, text=f"{entry.indication}\n{entry.restriction}"
        )
        if rare:
            facts.append((_("Listed rare disease"), rare))
        criteria = [(code, text) for code, _equals, text in (item.partition("=") for item in entry.criteria)]
        context = {**self._frame(request, version, "entries"), "entry": entry, "facts": facts, "criteria": criteria}
        return self.page(request, "catalog/admin/entry.html", version, context)

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        context = {**self._frame(request, version, "changes"), **changes_context(request, version)}
        return self.page(request, "catalog/admin/version_changes.html", version, context)

    # --- What may be done

    def _move(
        self,
        request: HttpRequest,
        pk: int,
        name: str,
        *,
        form: forms.Form,
        do: Callable[[CatalogVersion, dict[str, Any]], tuple[str, str]],
        title: str,
        intro: str = "",
        points: Iterable[str] = (),
        submit: Any = None,
    ) -> HttpResponse:
        """Show the page of a move and, on POST, make it."""
        version, page = self._version(request, pk), PAGES[name]
        refusal = moves.refusal(version, name, request.user.get_username(), self._today())
        # A state that has moved on is told when it is tried, as everywhere; who may never do it is told at once.
        told = refusal.detail if refusal and refusal.code != MOVE[name].otherwise else ""
        return self.deed(
            request,
            obj=version,
            title=title % {"version": version},
            form=form,
            do=lambda given: do(version, given),
            submit=submit or page.title,
            back=self.url("change", pk),
            intro=intro,
            points=points,
            tone=page.tone if page.tone != "default" else "primary",
            why_not=told,
        )

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_EDIT)
        version = self._version(request, pk)
        names = ("label", "effective_from", "effective_to", "note")
        initial = {name: getattr(version, name) for name in names}
        form = EditForm(posted(request), initial=initial | {"complete_for": " ".join(version.complete_for)})

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            changed = services.edit_version(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s is corrected.") % {"version": changed}

        return self._move(
            request,
            pk,
            "edit",
            form=form,
            do=do,
            title=_("Correct %(version)s"),
            submit=_("Save"),
            intro=_("Whoever edits a draft cannot publish it. With other days it is compared anew."),
        )

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_EDIT)

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            services.submit_version(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s is in consultation.") % {"version": version}

        return self._move(
            request,
            pk,
            "consult",
            form=SubmitForm(posted(request)),
            do=do,
            title=_("Submit %(version)s for consultation"),
            intro=_(
                "Insurers may read it until its last day, or until somebody ends it. Whoever submits it cannot publish it."
            ),
        )

    def end_consultation_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_EDIT)

        def do(version: CatalogVersion, _given: dict[str, Any]) -> tuple[str, str]:
            services.end_consultation(version=version, by=request.user.get_username())
            return self.url("change", pk), _("The consultation on %(version)s is over.") % {"version": version}

        return self._move(
            request,
            pk,
            "end-consultation",
            form=NothingToFillIn(posted(request)),
            do=do,
            title=_("End the consultation on %(version)s"),
            intro=_("The version is a draft again, which insurers do not see."),
        )

    def request_review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_EDIT)

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            services.request_review(version=version, by=request.user.get_username(), **given)
            return self.url("change", pk), _("%(version)s waits for a reviewer.") % {"version": version}

        return self._move(
            request,
            pk,
            "request-review",
            form=ReviewForm(posted(request)),
            do=do,
            title=_("Submit %(version)s for review"),
            intro=_("Nothing of it can be changed while it is in review. Whoever submits it cannot publish it."),
        )

    def send_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_PUBLISH)

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            services.send_back(version=version, by=request.user.get_username(), reason=given["reason"])
            return self.url("change", pk), _("%(version)s is a draft again.") % {"version": version}

        return self._move(
            request,
            pk,
            "send-back",
            form=ReasonForm(posted(request)),
            do=do,
            title=_("Send %(version)s back"),
            intro=_("Its editors see the reason. You can still publish it later."),
        )

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_PUBLISH)
        version = self._version(request, pk)
        standing = moves.held_against(version, self._today())
        form = PublishForm(posted(request), standing=standing, initial={"against": standing.follows or ""})

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            try:
                services.publish_version(version=version, by=request.user.get_username(), **given)
            except services.BaseChanged:
                # What the page was shown against is followed no more; it is shown anew, against what is.
                form.data = form.data.copy()
                form.data["against"] = standing.follows or ""
                raise
            told = _("%(version)s is published: in force from %(day)s.")
            return self.url("change", pk), told % {"version": version, "day": version.effective_from.isoformat()}

        return self._move(
            request,
            pk,
            "publish",
            form=form,
            do=do,
            title=_("Publish %(version)s"),
            intro=_("A published version never changes. It is known to every insurer from this moment."),
            points=self._publishing_points(version, standing),
        )

    def _publishing_points(self, version: CatalogVersion, standing: Standing) -> list[str]:
        counts = version.change_counts
        points = [
            _("In force from %(first)s to %(last)s, %(count)d entries.")
            % {
                "first": version.effective_from.isoformat(),
                "last": version.effective_to.isoformat() if version.effective_to else _("further notice"),
                "count": version.entry_count,
            }
        ]
        if standing.base != standing.follows:
            points.append(
                _(
                    "It was compared with %(base)s when it was imported; it follows %(follows)s now, and this is the comparison with that."
                )
                % {"base": standing.base or _("nothing"), "follows": standing.follows or _("nothing")}
            )
        if version.parent is None:
            return [*points, _("It follows no earlier version: every entry is new.")]
        compared = _(
            "Against %(parent)s: %(added)d added, %(removed)d removed, %(changed)d changed; "
            "%(major)d can alter a payment, %(narrower)d go or get narrower."
        )
        names = ("added", "removed", "changed", "major", "narrower")
        told = {name: counts.get(name, 0) for name in names}
        points.append(compared % {"parent": version.parent.label, **told})
        if fewer_classes(version.parent.complete_for, version.complete_for):
            points.append(_("It is complete for fewer classes than the one before: of the others it does not speak."))
        points += [
            _("%(name)s: %(found)d rows, expected %(wanted)d.")
            % {"name": name, "found": standing.counted.get(name, 0), "wanted": wanted}
            for name, wanted in standing.expected.items()
        ]
        return points

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_WITHDRAW)
        version = self._version(request, pk)
        asked = bool(version.withdrawal_asked_by) and version.withdrawn_at is None
        points = []
        if asked:
            told = _("%(person)s asked for it at %(at)s: %(reason)s")
            at = timezone.localtime(version.withdrawal_asked_at).strftime("%Y-%m-%d %H:%M")
            points = [told % {"person": version.withdrawal_asked_by, "at": at, "reason": version.withdraw_reason}]

        def do(version: CatalogVersion, given: dict[str, Any]) -> tuple[str, str]:
            done = services.withdraw_version(version=version, by=request.user.get_username(), **given)
            told = (
                _("%(version)s is withdrawn.")
                if done.withdrawn_at
                else _("A second person must now withdraw %(version)s.")
            )
            return self.url("change", pk), told % {"version": version}

        return self._move(
            request,
            pk,
            "withdraw" if asked else "ask-withdrawal",
            form=NothingToFillIn(posted(request)) if asked else ReasonForm(posted(request)),
            do=do,
            title=_("Withdraw %(version)s"),
            intro=_("It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."),
            points=[*points, self._after_withdrawal(version)],
        )

    def _after_withdrawal(self, version: CatalogVersion) -> str:
        """Return what applies today once the version is withdrawn."""
        day, others = self._today(), version.catalog.versions.exclude(pk=version.pk)
        then = others.in_force(day, clock.observe().known_at).first()
        if then is None:
            return _("Nothing of this catalog is in force today without it.")
        return _("Without it, %(label)s is in force today.") % {"label": then.label}

    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_WITHDRAW)

        def do(version: CatalogVersion, _given: dict[str, Any]) -> tuple[str, str]:
            services.keep_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s stays published.") % {"version": version}

        return self._move(
            request,
            pk,
            "keep",
            form=NothingToFillIn(posted(request)),
            do=do,
            title=_("Do not withdraw %(version)s"),
        )

    def revert_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_EDIT)

        def do(version: CatalogVersion, _given: dict[str, Any]) -> tuple[str, str]:
            draft = services.revert_version(version=version, by=request.user.get_username())
            return self.url("change", draft.pk), _("%(version)s is a draft; a second person publishes it.") % {
                "version": draft
            }

        return self._move(
            request,
            pk,
            "revert",
            form=NothingToFillIn(posted(request)),
            do=do,
            title=_("Back to the version before %(version)s"),
            submit=_("Make the draft"),
            intro=_(
                "A draft with the entries of the version before is made, for the days of this one. Nothing changes until it is published."
            ),
        )

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_DISCARD)
        version = self._version(request, pk)

        def do(version: CatalogVersion, _given: dict[str, Any]) -> tuple[str, str]:
            told = _("The draft %(version)s is deleted.") % {"version": version}
            services.discard_draft(version=version, by=request.user.get_username())
            return reverse("admin:catalog_catalog_change", args=[version.catalog_id]), told

        return self._move(
            request,
            pk,
            "discard",
            form=NothingToFillIn(posted(request)),
            do=do,
            title=_("Delete the draft %(version)s"),
            intro=_("The draft and its %(count)d entries go. The file can be uploaded again.")
            % {"count": version.entry_count},
        )
