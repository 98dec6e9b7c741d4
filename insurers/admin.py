"""The curators' pages for insurers, their keys, products and product versions; the people who sign in are in insurers/accounts.py."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from catalog.clock import CHINA
from catalog.curating.badges import provenance_badge
from catalog.vocabularies import SCOPES, SETTINGS, STATUTORY_CIRCUMSTANCES
from common.admin import Button, Logged, NothingToFillIn, PageAdmin, day_field, posted, text_field
from common.labels import reader_language
from common.markup import badge
from insurers import accounts as accounts  # registers the pages of the people who sign in
from insurers import services
from insurers.models import ApiKey, Insurer, Product, ProductVersion, Scope

MAY_ISSUE = "insurers.add_apikey"
MAY_REVOKE = "insurers.change_apikey"
MAY_DECIDE = "insurers.change_productversion"
KEY_DAYS = 180


@admin.register(Insurer)
class InsurerAdmin(Logged, ModelAdmin):
    """An insurer is made and described here; it is never deleted, since its checks and products stay."""

    actions = None
    list_display = ["code", "name", "is_active", "retention_days"]
    list_filter = ["is_active"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "is_active", "retention_days"]

    def get_readonly_fields(self, request: HttpRequest, obj: Insurer | None = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Insurer, form: Any, change: bool) -> None:
        services.keep_insurer(insurer=obj, by=request.user.get_username())


# --- API keys


class IssueForm(forms.Form):
    """A new key, of an insurer or of the curator who makes it."""

    insurer = forms.ChoiceField(
        label=gettext_lazy("For"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("A curator's key acts as the curator, so everybody makes their own."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[(value, f"{value}") for value in Scope.values],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    expires_on = day_field(
        label=gettext_lazy("Last day"), help_text=gettext_lazy("the key ends with this day in China")
    )
    note = text_field(label=gettext_lazy("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, person: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = ("", _("myself (%(person)s)") % {"person": person})
        insurers = [(str(i.pk), str(i)) for i in Insurer.objects.filter(is_active=True)]
        self.fields["insurer"].choices = [mine, *insurers]  # type: ignore[attr-defined]
        words = [(value, f"{label} ({value})") for value, label in Scope.choices]
        self.fields["scopes"].choices = words  # type: ignore[attr-defined]

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day < timezone.now().astimezone(CHINA).date():
            raise forms.ValidationError(_("This day is over; choose a later one."))
        return day


@admin.register(ApiKey)
class ApiKeyAdmin(PageAdmin):
    page_template = "insurers/admin/key.html"
    list_display = ["prefix", "owner_shown", "scopes_shown", "state_shown", "note", "created_at", "expires_at"]
    list_filter = ["insurer"]
    list_select_related = ["insurer", "user"]
    search_fields = ["prefix", "note", "insurer__code", "insurer__name", "user__username"]
    ordering = ["-created_at"]

    @admin.display(description=gettext_lazy("owner"))
    def owner_shown(self, key: ApiKey) -> str:
        if key.insurer:
            return str(key.insurer)
        return _("curator %(person)s") % {"person": key.user.get_username() if key.user else ""}

    @admin.display(description=gettext_lazy("scopes"))
    def scopes_shown(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, key: ApiKey) -> SafeString:
        if key.revoked_at:
            return badge(_("revoked"), "bad")
        if key.expires_at and key.expires_at <= timezone.now():
            return badge(_("expired"), "quiet")
        return badge(_("valid"), "good")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY_ISSUE)

    def get_urls(self) -> list[URLPattern]:
        return [self.route("<int:pk>/revoke/", self.revoke_view, "revoke"), *super().get_urls()]

    def page_context(self, request: HttpRequest, key: ApiKey) -> dict[str, Any]:
        buttons = []
        if key.revoked_at is None and request.user.has_perm(MAY_REVOKE):
            buttons.append(Button(_("Revoke"), self.url("revoke", key.pk), "block", "danger"))
        words = dict(Scope.choices)
        return {
            "key": key,
            "owner": self.owner_shown(key),
            "state_badge": self.state_shown(key),
            "scopes": [(scope, words.get(scope, scope)) for scope in key.scopes],
            "buttons": buttons,
        }

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, MAY_ISSUE)
        person = request.user.get_username()

        def do(given: dict[str, Any]) -> HttpResponse:
            # The last moment of the last day in China, so that the day itself is included.
            ends = datetime.combine(given["expires_on"] + timedelta(days=1), time.min, CHINA).astimezone(UTC)
            shared = {"scopes": given["scopes"], "note": given["note"], "expires_at": ends, "by": person}
            if given["insurer"]:
                row, secret = services.issue_insurer_key(insurer=Insurer.objects.get(pk=given["insurer"]), **shared)
            else:
                # Never for another curator: the key would act as them and be their second person.
                row, secret = services.issue_curator_key(username=person, **shared)
            context = {"key": row, "secret": secret, "owner": self.owner_shown(row), "back": self.url("change", row.pk)}
            # Not redirected to: then the key would have to be kept somewhere. Admin pages are never cached.
            return self.page(request, "insurers/admin/key_issued.html", row, {**context, "history_href": ""})

        ends_on = timezone.now().astimezone(CHINA).date() + timedelta(days=KEY_DAYS)
        return self.deed(
            request,
            obj=None,
            title=_("New API key"),
            form=IssueForm(posted(request), person=person, initial={"expires_on": ends_on}),
            do=do,
            submit=_("Issue the key"),
            back=self.url("changelist"),
            intro=_("The key is shown once, on the next page; only its hash is kept."),
        )

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = self.seen(request, pk)
        if key is None:
            raise Http404
        self.require(request, MAY_REVOKE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.revoke_key(key=key, by=request.user.get_username())
            return self.url("change", pk), _("The key is revoked.")

        return self.deed(
            request,
            obj=key,
            title=_("Revoke the key %(prefix)s") % {"prefix": key.prefix},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Revoke"),
            back=self.url("change", pk),
            intro=_("The next request with it is refused. It cannot be made valid again."),
            tone="danger",
        )


# --- Products


@admin.register(Product)
class ProductAdmin(PageAdmin):
    page_template = "insurers/admin/product.html"
    list_display = ["code", "name", "insurer", "provenance_shown", "created_at"]
    list_filter = ["insurer", "is_demonstration"]
    list_select_related = ["insurer"]
    search_fields = ["code", "name", "insurer__code", "insurer__name"]
    ordering = ["insurer__code", "code"]

    @admin.display(description=gettext_lazy("provenance"), ordering="is_demonstration")
    def provenance_shown(self, product: Product) -> SafeString | str:
        return provenance_badge("demonstration") if product.is_demonstration else ""

    def page_context(self, request: HttpRequest, product: Product) -> dict[str, Any]:
        return {"product": product, "versions": product.versions.order_by("-effective_from", "-id")}


def _named(reference: dict[str, Any] | None) -> str:
    if not reference:
        return "—"
    label = reference.get("label")
    return f"{reference['catalog']} {label}" if label else reference["catalog"]


def _percent(ratio: str | None) -> str:
    return f"{float(ratio) * 100:g} %" if ratio is not None else "—"


def terms_shown(terms: dict[str, Any]) -> dict[str, Any]:
    """Return a product version's terms in words, for reading; the terms themselves stay as they are kept."""
    separator = _("; ")
    language = reader_language()
    settings, scopes = SETTINGS.names(language), SCOPES.names(language)
    circumstances = STATUTORY_CIRCUMSTANCES.names(language)

    def several(references: list[dict[str, Any]]) -> str:
        return separator.join(_named(one) for one in references) or "—"

    benefits = []
    for benefit in terms.get("benefits", []):
        ratios = [(_("Ratio"), benefit.get("ratio")), (_("pre-existing"), benefit.get("ratio_pre_existing"))]
        ratios += [
            (_("not settled by basic insurance"), benefit.get("ratio_unsettled")),
            (_("not settled, pre-existing"), benefit.get("ratio_unsettled_pre_existing")),
        ]
        bands = [
            _("up to %(limit)s: %(ratio)s") % {"limit": band["up_to"], "ratio": _percent(band["ratio"])}
            if band.get("up_to") is not None
            else _("above: %(ratio)s") % {"ratio": _percent(band["ratio"])}
            for band in benefit.get("bands", [])
        ]
        benefits.append(
            {
                "name": benefit.get("name") or benefit["code"],
                "code": benefit["code"],
                "scope": scopes.get(benefit.get("scope", "any"), benefit.get("scope")),
                "settings": separator.join(settings.get(s, s) for s in benefit.get("settings", [])) or _("all"),
                "catalogs": several(benefit.get("catalogs", [])),
                "deductible_group": benefit.get("deductible_group") or "—",
                "ratios": [f"{name} {_percent(ratio)}" for name, ratio in ratios if ratio is not None],
                "bands": bands,
                "annual_limit": benefit.get("annual_limit") or "—",
            }
        )
    special = terms.get("deductibles_pre_existing", {})
    return {
        "base": _named(terms.get("base")),
        "base_exclusions": several(terms.get("base_exclusions", [])),
        "negative_lists": several(terms.get("negative_lists", [])),
        "honours_base_exclusions": terms.get("honours_base_exclusions", False),
        "requires_base_settlement": terms.get("requires_base_settlement", False),
        "waiting_days": terms.get("waiting_days", 0),
        "covered_circumstances": separator.join(circumstances.get(c, c) for c in terms.get("covered_circumstances", []))
        or "—",
        "annual_limit": terms.get("annual_limit") or "—",
        "deductibles": [
            (group, amount, special.get(group, amount)) for group, amount in terms.get("deductibles", {}).items()
        ],
        "benefits": benefits,
    }


@admin.register(ProductVersion)
class ProductVersionAdmin(PageAdmin):
    page_template = "insurers/admin/product_version.html"
    list_display = [
        "__str__",
        "insurer_shown",
        "provenance_shown",
        "state_shown",
        "effective_from",
        "effective_to",
        "created_by",
        "published_by",
    ]
    list_filter = ["product__insurer", "product"]
    list_select_related = ["product", "product__insurer"]
    search_fields = ["label", "product__code", "product__name"]
    ordering = ["product__code", "-effective_from", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductVersion]:
        return super().get_queryset(request).select_related("product", "product__insurer")

    def badges(self, version: ProductVersion) -> list[SafeString]:
        sample = [provenance_badge("demonstration")] if version.product.is_demonstration else []
        return [self.state_shown(version), *sample]

    @admin.display(description=gettext_lazy("insurer"), ordering="product__insurer__code")
    def insurer_shown(self, version: ProductVersion) -> str:
        return version.product.insurer.name

    @admin.display(description=gettext_lazy("provenance"), ordering="product__is_demonstration")
    def provenance_shown(self, version: ProductVersion) -> SafeString | str:
        return provenance_badge("demonstration") if version.product.is_demonstration else ""

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, version: ProductVersion) -> SafeString:
        words = {"draft": _("draft"), "published": _("published"), "withdrawn": _("withdrawn")}
        return badge(words[version.state], {"draft": "info", "published": "good", "withdrawn": "bad"}[version.state])

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/publish/", self.publish_view, "publish"),
            self.route("<int:pk>/withdraw/", self.withdraw_view, "withdraw"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, version: ProductVersion) -> dict[str, Any]:
        offered = [
            ("publish", Button(_("Publish"), self.url("publish", version.pk), "verified", "primary")),
            ("withdraw", Button(_("Withdraw"), self.url("withdraw", version.pk), "undo", "danger")),
        ]
        person, may = request.user.get_username(), request.user.has_perm(MAY_DECIDE)
        buttons = [button for move, button in offered if may and services.refusal(version, move, person) is None]
        return {
            "version": version,
            "product": version.product,
            "state_badge": self.state_shown(version),
            "terms": terms_shown(version.terms),
            "raw": json.dumps(version.terms, ensure_ascii=False, indent=2),
            "buttons": buttons,
        }

    def _version(self, request: HttpRequest, pk: int) -> ProductVersion:
        version = self.seen(request, pk)
        if version is None:
            raise Http404
        return version

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DECIDE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.publish_product_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s is published.") % {"version": version}

        return self.deed(
            request,
            obj=version,
            title=_("Publish %(version)s") % {"version": version},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Publish"),
            back=self.url("change", pk),
            intro=_(
                "Insurers publish their own versions over the API; here the office does it for them. Published terms never change."
            ),
        )

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self.require(request, MAY_DECIDE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.withdraw_product_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s is withdrawn.") % {"version": version}

        return self.deed(
            request,
            obj=version,
            title=_("Withdraw %(version)s") % {"version": version},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Withdraw"),
            back=self.url("change", pk),
            intro=_("It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."),
            tone="danger",
        )
