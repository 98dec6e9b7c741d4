"""Drugs and drug products: what the master and the lists know of them; never edited here, only by uploading the master."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import clock
from catalog.clock import observe
from catalog.models import Approval, CatalogEntry, Drug, DrugProduct
from catalog.queries import history_of, listings_of
from catalog.search import drugs_matching
from desk.frame import Button, PageAdmin
from desk.markup import link
from desk.words import Words


def history_words() -> dict[str, str]:
    """Return what a version did with a drug, in words."""
    return {"in": _("came in"), "out": _("went out"), "still_in": _("stayed in")}


def _asked_day(request: HttpRequest, today: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return today


def listings_shown(drug: Drug, day: date, known_at: Any) -> list[dict[str, Any]]:
    """Return the catalogs that list the drug on a day, each entry in words."""
    words = Words()
    listings = listings_of(drug, insurer_id=None, day=day, known_at=known_at)
    for listing in listings:
        for entry in listing["entries"]:
            for name in ("reimbursement_class", "icd10", "settings", "marks"):
                entry[f"{name}_shown"] = words.of(name, entry[name])
            entry["rare_shown"] = words.rare_diseases(
                icd10=entry["icd10"],
                criteria=[criterion["code"] for criterion in entry["criteria"]],
                text=f"{entry['indication']}\n{entry['restriction']}",
            )
    return listings


@admin.register(Drug)
class DrugAdmin(PageAdmin):
    page_template = "desk/drugs/drug.html"
    list_display = ["generic_name", "base_name", "product_count"]
    search_fields = ["base_name", "generic_name", "pinyin", "initials"]
    ordering = ["base_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drug]:
        current = Count("products", filter=Q(products__recorded_to=None))
        return super().get_queryset(request).annotate(current_products=current)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find drugs as the API does (catalog.search): by brand, maker and code too."""
        if not search_term.strip():
            return queryset, False
        found = drugs_matching(search_term.strip()[:100], insurer_id=None, revision=observe().revision)
        return queryset.filter(pk__in=found[:]), False

    @admin.display(description=gettext_lazy("drug products"))
    def product_count(self, drug: Any) -> str:
        return str(drug.current_products or "")

    def page_context(self, request: HttpRequest, drug: Drug) -> dict[str, Any]:
        seen = clock.observe()
        today = clock.china_today(seen.known_at)
        day = _asked_day(request, today)
        products = DrugProduct.objects.filter(drug=drug).known_at(seen.known_at).prefetch_related("approvals")
        return {
            "drug": drug,
            "day": day,
            "products": products.order_by("position"),
            "listings": listings_shown(drug, day, seen.known_at),
            "history": history_of(drug, insurer_id=None, known_at=seen.known_at),
            "history_words": history_words(),
        }


@admin.register(DrugProduct)
class DrugProductAdmin(PageAdmin):
    page_template = "desk/drugs/product.html"
    list_display = [
        "generic_name",
        "brand_name",
        "dosage_form",
        "strength",
        "manufacturer",
        "approval_no",
        "national_code",
        "drug_shown",
    ]
    list_select_related = ["drug"]
    list_before_template = "desk/frame/list_buttons.html"
    search_fields = ["generic_name", "brand_name", "manufacturer", "national_code", "approval_no", "drug__initials"]
    ordering = ["position", "id"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DrugProduct]:
        rows = super().get_queryset(request)
        # The list shows what is recorded now; a page may still be opened on what was recorded before.
        return rows.filter(recorded_to=None) if request.path == self.url("changelist") else rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        upload = Button(
            _("Upload the drug master"), reverse("admin:catalog_importrun_upload_drugs"), "upload_file", "primary"
        )
        buttons = [upload] if request.user.has_perm("catalog.add_importrun") else []
        return super().changelist_view(request, {**(extra_context or {}), "buttons": buttons})

    @admin.display(description=gettext_lazy("drug"), ordering="drug__base_name")
    def drug_shown(self, product: DrugProduct) -> SafeString:
        return link(reverse("admin:catalog_drug_change", args=[quote(product.drug_id)]), product.drug.generic_name)

    def page_context(self, request: HttpRequest, product: DrugProduct) -> dict[str, Any]:
        names = (
            "generic_name aliases brand_name dosage_form strength pack unit manufacturer approval_no national_code class_code"
        ).split()
        facts = []
        for name in names:
            value = getattr(product, name)
            shown = _("; ").join(value) if isinstance(value, list) else value
            facts.append((DrugProduct._meta.get_field(name).verbose_name, shown))
        listed = CatalogEntry.objects.none()
        keys = Q()
        if product.national_code:
            keys |= Q(national_code=product.national_code)
        if product.approval_key:
            keys |= Q(approval_key=product.approval_key)
        if keys:
            listed = CatalogEntry.objects.filter(keys, version__published_at__isnull=False)
        rows = DrugProduct.objects.filter(position=product.position).select_related("recorded_by")
        return {
            "product": product,
            "facts": [(name, value) for name, value in facts if value],
            "approvals": Approval.objects.filter(product=product),
            "rows": rows.order_by("-recorded_from"),
            "listed": listed.select_related("version", "version__catalog").order_by("version__catalog__code")[:50],
        }
