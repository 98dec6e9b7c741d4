"""Catalog versions: what they hold and how they differ, and the deeds on them: submit, publish, withdraw, discard.

A version is never edited here. Publishing needs a second person, superuser or not: the service refuses, and so does the database.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from catalog import services
from catalog.changes import compared_anew
from catalog.curating.badges import provenance_badge, version_badge
from catalog.curating.changes import changes_context
from catalog.curating.words import Words
from catalog.entries import COLUMNS
from catalog.importing.diff import fewer_classes
from catalog.models import CatalogEntry, CatalogVersion
from catalog.search import entries_matching
from common.admin import Button, NothingToFillIn, PageAdmin, ReasonForm, day_field, note_field, paged, posted

MAY_DECIDE = "catalog.change_catalogversion"
MAY_DISCARD = "catalog.delete_catalogversion"


class SubmitForm(forms.Form):
    """Opening a draft for consultation."""

    comments_until = day_field(
        label=gettext_lazy("Comments until"), required=False, help_text=gettext_lazy("the last day; may be left open")
    )


class PublishForm(forms.Form):
    """Publishing, by a second person."""

    note = note_field(label=gettext_lazy("Publishing note"), required=False, max_length=2000)
    confirm = forms.BooleanField(
        label=gettext_lazy("I have seen that many entries go or get narrower, and want it so."),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["confirm"]


def why_not_publish(version: CatalogVersion, person: str) -> str:
    """Return why this person cannot publish the version, or nothing."""
    if person in {version.created_by, version.submitted_by}:
        return _("Whoever imported or submitted a version cannot publish it; ask a second person.")
    return ""


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
        return super().get_queryset(request).select_related("catalog", "catalog__series", "parent")

    def seen(self, request: HttpRequest, object_id: object) -> CatalogVersion | None:
        """Return the version, a draft compared with the edition it follows now; refuses (403) who may not see it."""
        version = super().seen(request, object_id)
        return compared_anew(version) if version else None

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/entries/", self.entries_view, "entries"),
            self.route("<int:pk>/entries/<int:entry_pk>/", self.entry_view, "entry"),
            self.route("<int:pk>/changes/", self.changes_view, "changes"),
            self.route("<int:pk>/submit/", self.submit_view, "submit"),
            self.route("<int:pk>/publish/", self.publish_view, "publish"),
            self.route("<int:pk>/withdraw/", self.withdraw_view, "withdraw"),
            self.route("<int:pk>/discard/", self.discard_view, "discard"),
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
        return {
            **self._frame(request, version, "overview"),
            "run": run,
            "mass_change": services.is_mass_change(version),
        }

    def _buttons(self, request: HttpRequest, version: CatalogVersion) -> list[Button]:
        may_decide, may_discard = request.user.has_perm(MAY_DECIDE), request.user.has_perm(MAY_DISCARD)
        buttons = []
        if version.state == CatalogVersion.State.DRAFT and may_decide:
            submit = Button(_("Submit for consultation"), self.url("submit", version.pk), "forum")
            buttons.append(submit)
        if version.published_at is None and may_decide:
            why_not = why_not_publish(version, request.user.get_username())
            buttons.append(Button(_("Publish"), self.url("publish", version.pk), "verified", "primary", why_not))
        if version.published_at is None and may_discard:
            buttons.append(Button(_("Delete the draft"), self.url("discard", version.pk), "delete", "danger"))
        if version.state == CatalogVersion.State.PUBLISHED and may_decide:
            buttons.append(Button(_("Withdraw"), self.url("withdraw", version.pk), "undo", "danger"))
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

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DECIDE)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.submit_version(version=version, by=request.user.get_username(), **given)
            self.log_change(request, version, "submitted")
            return self.url("change", pk), _("%(version)s is in consultation.") % {"version": version}

        return self.deed(
            request,
            obj=version,
            title=_("Submit %(version)s for consultation") % {"version": version},
            form=SubmitForm(posted(request)),
            do=do,
            submit=_("Submit for consultation"),
            back=self.url("change", pk),
            intro=_(
                "Insurers may comment until you or another person publishes it. Whoever submits it cannot publish it."
            ),
        )

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DECIDE)
        person = request.user.get_username()

        def do(given: dict[str, Any]) -> tuple[str, str]:
            try:
                services.publish_version(version=version, by=person, **given)
            except services.MassChange:
                # Only the service knows: something was published since the draft was compared.
                form.fields["confirm"] = PublishForm(asks=True).fields["confirm"]
                raise
            self.log_change(request, version, "published")
            told = _("%(version)s is published: in force from %(day)s.")
            return self.url("change", pk), told % {"version": version, "day": version.effective_from.isoformat()}

        # The tick is offered where the stored comparison asks for it, or where it was sent.
        form = PublishForm(posted(request), asks=services.is_mass_change(version) or "confirm" in request.POST)
        return self.deed(
            request,
            obj=version,
            title=_("Publish %(version)s") % {"version": version},
            form=form,
            do=do,
            submit=_("Publish"),
            back=self.url("change", pk),
            intro=_("A published version never changes. It is known to every insurer from this moment."),
            points=self._publishing_points(version),
            why_not=why_not_publish(version, person),
        )

    def _publishing_points(self, version: CatalogVersion) -> list[str]:
        counts = version.change_counts
        days = _("In force from %(first)s to %(last)s, %(count)d entries.") % {
            "first": version.effective_from.isoformat(),
            "last": version.effective_to.isoformat() if version.effective_to else _("further notice"),
            "count": version.entry_count,
        }
        if version.parent is None:
            return [days, _("It follows no earlier version: every entry is new.")]
        compared = _(
            "Against %(parent)s: %(added)d added, %(removed)d removed, %(changed)d changed; "
            "%(major)d can alter a payment, %(narrower)d go or get narrower."
        )
        names = ("added", "removed", "changed", "major", "narrower")
        told = {name: counts.get(name, 0) for name in names}
        points = [days, compared % {"parent": version.parent.label, **told}]
        if fewer_classes(version.parent.complete_for, version.complete_for):
            points.append(_("It is complete for fewer classes than the one before: of the others it does not speak."))
        return points

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DECIDE)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.withdraw_version(version=version, by=request.user.get_username(), reason=given["reason"])
            self.log_change(request, version, "withdrawn")
            return self.url("change", pk), _("%(version)s is withdrawn.") % {"version": version}

        return self.deed(
            request,
            obj=version,
            title=_("Withdraw %(version)s") % {"version": version},
            form=ReasonForm(posted(request)),
            do=do,
            submit=_("Withdraw"),
            back=self.url("change", pk),
            intro=_("It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."),
            tone="danger",
        )

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DISCARD)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            told = _("The draft %(version)s is deleted.") % {"version": version}
            services.discard_draft(version=version, by=request.user.get_username())
            self.log_deletions(request, [version])
            return reverse("admin:catalog_catalog_change", args=[version.catalog_id]), told

        return self.deed(
            request,
            obj=version,
            title=_("Delete the draft %(version)s") % {"version": version},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Delete the draft"),
            back=self.url("change", pk),
            intro=_("The draft and its %(count)d entries go. The file can be uploaded again.")
            % {"count": version.entry_count},
            tone="danger",
        )
