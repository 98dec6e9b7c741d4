"""Products: the list, each one's page with its versions, and making one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanSwitchWidget

from catalog.in_force import in_force
from curation.comparing.timeline import segments
from desk.as_of import Clocks, clocks_of, picture_of, told_segments
from desk.badges import provenance_badge
from desk.forms import note_field, posted, text_field
from desk.frame import Action, Button, PageAdmin
from desk.own_rows import OfInsurer, may_own, own_insurer
from desk.products.terms_page import Sheet, write
from desk.products.versions import product_version_badge
from insurers import services
from insurers.models import CODE_PATTERN, Product
from insurers.product_lists import lists_applied

MAY_WRITE = "insurers.add_product"


class ProductForm(forms.Form):
    """A new product."""

    code = text_field(
        label=gettext_lazy("Code"),
        max_length=64,
        validators=[CODE_PATTERN],
        help_text=gettext_lazy("Programs name the product by it; it stays."),
    )
    name = text_field(label=gettext_lazy("Name"), max_length=200)
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


class PublicForm(forms.Form):
    """Whether the look-up page tells of the product; who begins that says that they have thought of it."""

    public = forms.BooleanField(
        widget=UnfoldBooleanSwitchWidget(),
        label=gettext_lazy("Anybody may look up what this product pays for, without a key"),
        required=False,
    )
    sure = forms.BooleanField(
        widget=UnfoldBooleanSwitchWidget(), label=gettext_lazy("I have read what becomes public"), required=False
    )

    def __init__(self, *args: Any, was: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"public": was}, **kwargs)
        self.was = was

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("public") and not self.was and not given.get("sure"):
            self.add_error("sure", _("Read the points above and tick this, or leave the product as it is."))
        return given


@admin.register(Product)
class ProductAdmin(OfInsurer, PageAdmin):
    page_template = "desk/products/product.html"
    list_display = ["code", "name", "insurer", "provenance_shown", "created_at"]
    list_filter = ["insurer", "is_demonstration"]
    list_select_related = ["insurer"]
    search_fields = ["code", "name", "insurer__code", "insurer__name"]
    ordering = ["insurer__code", "code"]

    @admin.display(description=gettext_lazy("provenance"), ordering="is_demonstration")
    def provenance_shown(self, product: Product) -> SafeString | str:
        return provenance_badge("demonstration") if product.is_demonstration else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_own(request, MAY_WRITE)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/write/", self.write_view, "write"),
            self.route("<int:pk>/time/", self.time_view, "time"),
            self.route("<int:pk>/public/", self.public_view, "public"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, product: Product) -> dict[str, Any]:
        versions = list(product.versions.defer("terms").order_by("-effective_from", "-id")[:200])
        for version in versions:
            version.badge = product_version_badge(version)
        buttons = [
            Button(_("Write a version"), self.url("write", product.pk), "edit_note", "primary"),
            Button(_("Look-up page"), self.url("public", product.pk), "public"),
        ]
        may = may_own(request, MAY_WRITE)
        return {
            **self._tabs(product, "overview"),
            "product": product,
            "versions": versions,
            "buttons": buttons if may else [],
            "may_write": may,
        }

    def _tabs(self, product: Product, tab: str) -> dict[str, Any]:
        tabs = [
            ("overview", _("Overview"), self.url("change", product.pk), ""),
            ("time", _("Time"), self.url("time", product.pk), ""),
        ]
        return {"tabs": tabs, "tab": tab}

    def time_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which version of the product, and which versions of its lists, are in force on a day, as known at an instant."""
        product = self.found(request, pk)
        self.require(request, "insurers.view_productversion")
        clocks = clocks_of(request)
        versions = list(product.versions.filter(published_at__lte=clocks.now).order_by("-effective_from", "-id")[:200])
        here = in_force(versions, clocks.day, clocks.known_at)
        clocks = clocks.over(versions)
        told = told_segments(
            segments(versions, clocks.now),
            clocks,
            lambda version: reverse("admin:insurers_productversion_change", args=[version.pk]),
        )
        context = {
            **self._tabs(product, "time"),
            "product": product,
            "clocks": clocks,
            "here": here,
            "applied": self._applied(request, here, clocks) if here else [],
            "segments": told,
            "picture": picture_of(told, clocks),
        }
        return self.page(request, "desk/products/time.html", product, context)

    def _applied(self, request: HttpRequest, version: Any, clocks: Clocks) -> list[dict[str, Any]]:
        """Return the lists of a product version with the address of each as this person may read it."""
        office = request.user.has_perm("catalog.view_catalogversion")
        found = []
        for one in lists_applied(version, clocks.day, clocks.known_at):
            href = ""
            if one.version and office:
                href = reverse("admin:catalog_catalogversion_change", args=[one.version.pk])
            elif one.version:
                href = reverse("admin:catalog_catalog_published_version", args=[one.version.catalog_id, one.version.pk])
            found.append(
                {"catalog": one.catalog, "name": one.name, "label": one.label, "version": one.version, "href": href}
            )
        return found

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        insurer = own_insurer(request, MAY_WRITE)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            product = services.create_product(insurer_id=insurer.pk, by=request.user.get_username(), **given)
            return self.url("change", product.pk), _("%(product)s is made; write its first version.") % {
                "product": product.name
            }

        action = Action(
            title=_("New product"),
            form=ProductForm(posted(request)),
            do=do,
            submit=_("Make the product"),
            back=self.url("changelist"),
        )
        return self.act(request, None, action)

    def public_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the insurer say whether the look-up page tells of the product."""
        own_insurer(request, MAY_WRITE)
        product = self.found(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            services.change_product(product=product, public=given["public"], by=request.user.get_username())
            said = (
                _("The look-up page tells anybody of %(product)s now.")
                if given["public"]
                else _("The look-up page tells nobody of %(product)s any more.")
            )
            return self.url("change", pk), said % {"product": product.name}

        action = Action(
            title=_("%(product)s at the look-up page") % {"product": product.name},
            form=PublicForm(posted(request), was=product.public),
            do=do,
            submit=_("Keep this"),
            back=self.url("change", pk),
            intro=_("The look-up page is open to anybody, patients and competitors alike."),
            points=[
                _(
                    "It tells the name, the insurer, and of each drug whether it is covered: benefits, shares, deductibles, limits, conditions."
                ),
                _("All published versions of the product are told of, by the day that is asked about."),
                _(
                    "Your own lists are never shown. Where a version names one of them, the page says only that the answer is not public."
                ),
                _("It can be taken back at any time; pages may be kept elsewhere for a minute."),
            ],
        )
        return self.act(request, product, action)

    def write_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own_insurer(request, MAY_WRITE)
        product = self.found(request, pk)

        def keep(document: dict[str, Any], _against: str) -> Any:
            return services.create_product_version(product=product, data=document, by=request.user.get_username())

        sheet = Sheet(
            admin=self,
            product=product,
            title=_("New version of %(product)s") % {"product": product.name},
            back=self.url("change", pk),
            keep=keep,
            terms={"benefits": [{}]},
        )
        return write(request, sheet)
