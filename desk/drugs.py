"""Drugs and drug products: what the master and the lists know of them; never edited here, only by uploading the master."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import observe
from catalog.drug_facts import facts_of
from catalog.drug_listings import visible_drugs
from catalog.marks_and_approvals import SAID
from catalog.models import Approval, CatalogEntry, Drug, DrugProduct
from catalog.search import drugs_matching
from catalog.vocabularies import REGULATORS
from common.labels import reader_language
from curation.comparing.drug_strip import history_strip
from curation.comparing.drug_time import DrugTime, time_of
from curation.comparing.matrix_table import condition_words, listed_words
from curation.comparing.paying import PayingProduct, products_paying
from desk.as_of import Clocks, clocks_of
from desk.drug_filters import ApprovalFilter, CatalogFilter, DayFilter, InstantFilter, MarkFilter, RegulatorFilter
from desk.frame import Button, PageAdmin
from desk.markup import link
from desk.own_rows import may_compare
from desk.words import Words, field_label
from insurers.persons import insurer_of


def history_words() -> dict[str, str]:
    """Return what a version did with a drug, in words."""
    return {"in": _("came in"), "out": _("went out"), "still_in": _("stayed in")}


# Of a market's thousands of reference lists, and of the steps of a long history, so many are shown.
REFERENCES_SHOWN = 50
STEPS_SHOWN = 200
# What an entry allows and asks for, told beside its indication.
TERMS = (
    "sex age_min age_max settings min_institution_level criteria prior_auth payment_standard payment_standard_text max_quantity "
    "effective_from effective_to restriction"
).split()


def listings_shown(listings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the catalogs that list a drug (catalog.drug_listings), each entry in words."""
    words = Words()
    for listing in listings:
        for entry in listing["entries"]:
            for name in ("reimbursement_class", "icd10", "settings", "marks"):
                entry[f"{name}_shown"] = words.of(name, entry[name])
            told = ((name, words.told(name, entry[name])) for name in TERMS if entry[name] not in (None, "", [], False))
            entry["terms"] = [(field_label(name), value) for name, value in told]
            entry["rare_shown"] = words.rare_diseases(
                icd10=entry["icd10"],
                criteria=[criterion["code"] for criterion in entry["criteria"]],
                text=f"{entry['indication']}\n{entry['restriction']}",
            )
    return listings


def reaching(clocks: Clocks, times: list[DrugTime]) -> Clocks:
    """Return the clocks with sliders that reach over a drug's periods, and a mark for each of the latest that begin."""
    begins = sorted((one.first, f"{time.catalog.code} {one.label}") for time in times for one in time.periods)
    days = [day for time in times for one in time.periods for day in (one.first, one.last) if day]
    marks = tuple((label, day) for day, label in begins[-12:])
    return replace(clocks, first=min([clocks.first, *days]), last=max([clocks.last, *days]), marks=marks)


@admin.register(Drug)
class DrugAdmin(PageAdmin):
    page_template = "desk/drugs/drug.html"
    list_display = ["generic_name", "base_name", "product_count"]
    list_filter = [MarkFilter, ApprovalFilter, RegulatorFilter, CatalogFilter, DayFilter, InstantFilter]
    list_before_template = "desk/frame/list_buttons.html"
    search_fields = ["base_name", "generic_name", "pinyin", "initials"]
    search_help_text = gettext_lazy("name, brand, alias, pinyin, initials, national code or approval number")
    ordering = ["base_name"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Insurers' users see the page of a drug that their lists name, and no list of drugs: that one is the office's."""
        if super().has_view_permission(request, obj):
            return True
        insurer = insurer_of(request.user)
        if obj is None or insurer is None or not may_compare(request):
            return False
        return bool(visible_drugs(insurer.pk).filter(pk=obj.pk).exists())

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        self.require(request, "catalog.view_drug")
        return super().history_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drug]:
        current = Count("products", filter=Q(products__recorded_to=None))
        return super().get_queryset(request).annotate(current_products=current)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find drugs as the API does (catalog.search): by brand, maker and code too."""
        if not search_term.strip():
            return queryset, False
        found = drugs_matching(search_term.strip()[:100], insurer_id=None, revision=observe().revision)
        return queryset.filter(pk__in=found[:]), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if insurer_of(request.user) and may_compare(request):  # above the page of each drug stands a way to here
            return redirect("desk:matrix")
        report = Button(_("Drugs by mark and approval"), reverse("desk:marks"), "bookmarks")
        return super().changelist_view(request, {**(extra_context or {}), "buttons": [report]})

    @admin.display(description=gettext_lazy("drug products"))
    def product_count(self, drug: Any) -> str:
        return str(drug.current_products or "")

    def page_context(self, request: HttpRequest, drug: Drug) -> dict[str, Any]:
        clocks = clocks_of(request)
        insurer = insurer_of(request.user)
        own = insurer.pk if insurer else None
        facts = facts_of(drug, insurer_id=own, day=clocks.day, known_at=clocks.known_at)
        names = facts["names"]
        times = time_of(drug, insurer_id=own, known_at=clocks.known_at, names=names)
        regulators, marks = (terms.names(reader_language()) for terms in (REGULATORS, SAID))
        drafted_from = [one for one in facts["listings"] if one["kind"] == "reference"]
        context = {
            "drug": drug,
            "clocks": reaching(clocks, times),
            "day": clocks.day,
            "class_path": facts["class_path"],
            "facts": [
                (_("Brands"), facts["brands"]),
                (_("Aliases"), facts["aliases"]),
                (_("Manufacturers"), facts["makers"]),
            ],
            "marks": [(marks[one["mark"]], one["catalogs"]) for one in facts["marks"]],
            "approvals": [
                one | {"name": regulators.get(one["regulator"], one["regulator"])} for one in facts["approvals"]
            ],
            "products": facts["products"],
            "may_open_products": request.user.has_perm("catalog.view_drugproduct"),
            "listings": listings_shown([one for one in facts["listings"] if one["kind"] != "reference"]),
            "references": drafted_from[:REFERENCES_SHOWN],
            "reference_count": len(drafted_from),
            "history": [one for one in facts["history"] if one["kind"] != "reference"][-STEPS_SHOWN:],
            "history_words": history_words(),
            "picture": history_strip(times, clocks.day) if times else None,
            "listed_words": listed_words(),
            "for_office": insurer is None,
        }
        if request.user.has_perm("insurers.view_product"):
            found = products_paying(drug, insurer_id=own, day=clocks.day, known_at=clocks.known_at, names=names)
            context |= {"paying": found, "excluding": {one.version.pk: _excluding(one) for one in found.products}}
        # Of a drug the log tells the office alone.
        return context


def _excluding(one: PayingProduct) -> list[str]:
    """Return the lists that exclude the drug for a product, each with what that is limited to."""
    words = condition_words()
    told = []
    for through in one.excluded_by:
        limits = _(", ").join(words[name] for name in through.cell.conditions)
        name = f"{through.catalog} {through.label}"
        told.append(f"{name} · {_('by %(what)s') % {'what': limits}}" if limits else name)
    return told


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
