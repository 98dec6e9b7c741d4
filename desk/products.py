"""Products and their versions: their terms in words, and what the office does for an insurer."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.badges import provenance_badge
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.terms import terms_shown
from insurers import services
from insurers.models import Product, ProductVersion

MAY_DECIDE = "insurers.change_productversion"


@admin.register(Product)
class ProductAdmin(PageAdmin):
    page_template = "desk/products/product.html"
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


@admin.register(ProductVersion)
class ProductVersionAdmin(PageAdmin):
    page_template = "desk/products/version.html"
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

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        self.require(request, MAY_DECIDE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.publish_product_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s is published.") % {"version": version}

        action = Action(
            title=_("Publish %(version)s") % {"version": version},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Publish"),
            back=self.url("change", pk),
            intro=_(
                "Insurers publish their own versions over the API; here the office does it for them. Published terms never change."
            ),
        )
        return self.act(request, version, action)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        self.require(request, MAY_DECIDE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.withdraw_product_version(version=version, by=request.user.get_username())
            return self.url("change", pk), _("%(version)s is withdrawn.") % {"version": version}

        action = Action(
            title=_("Withdraw %(version)s") % {"version": version},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Withdraw"),
            back=self.url("change", pk),
            intro=_("It ends for everything asked from now on. Earlier answers keep it, and it stays here for replay."),
            tone="danger",
        )
        return self.act(request, version, action)
