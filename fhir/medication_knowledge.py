"""MedicationKnowledge: the drugs that the master or a published list names, with their codes, other names and classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import CharField, Exists, F, Func, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Greatest

from catalog.drug_listings import visible_drugs
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, DrugProduct
from common.text import approval_key
from fhir import systems
from fhir.elements import Element, coding, concept, own_trees, tidy
from fhir.searching import TEXT_MODIFIERS, Codes, Parameter, codes_in, text, token, unescaped
from fhir.views import ResourceViewSet

_PRODUCT: Final = (
    "national_code approval_no generic_name dosage_form strength brand_name manufacturer class_code unit pack".split()
)
_ENTRY: Final = "base_name generic_name national_code approval_no brand_name class_code dosage_form".split()
_ID: Final = re.compile("drug-[0-9a-f]{16}")
_CLASSIFICATION: Final = "http://hl7.org/fhir/SearchParameter/MedicationKnowledge-classification"
_CODE: Final = "http://hl7.org/fhir/SearchParameter/MedicationKnowledge-code"


def fhir_id(drug_id: str) -> str:
    """Return the id of a drug as FHIR can spell it: without an underscore."""
    return drug_id.replace("_", "-")


@dataclass(slots=True)
class Known:
    """What is said of a drug, by the master's current rows and by published lists."""

    products: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """Return every value that is given of a column, each once, in order."""
        return sorted({row[name] for row in (*self.products, *self.entries) if row.get(name)})

    def names(self, base_name: str) -> list[str]:
        """Return every name of the drug, the one without salt, form and strength among them."""
        aliases = {alias for row in self.products for alias in row["aliases"]}
        return sorted(aliases.union([base_name], self.all("generic_name"), self.all("brand_name")))


def medication_knowledge(drug: Drug, known: Known) -> Element:
    """Return the MedicationKnowledge of a drug. Pure."""
    forms = known.all("dosage_form")
    classes = [concept(coding(systems.DRUG_CLASS, code)) for code in known.all("class_code")]
    return tidy(
        {
            "resourceType": "MedicationKnowledge",
            "id": fhir_id(drug.pk),
            "language": systems.LANGUAGE,
            "extension": [
                one
                for row in known.products
                for one in own_trees("drug-product", {name: row[name] for name in _PRODUCT})
            ],
            "code": concept(
                coding(systems.DRUG, drug.pk, drug.generic_name),
                *(coding(systems.NATIONAL_DRUG, code) for code in known.all("national_code")),
                *(coding(systems.APPROVAL_NO, code) for code in known.all("approval_no")),
                text=drug.generic_name,
            ),
            "status": "active",
            "synonym": [name for name in known.names(drug.base_name) if name != drug.generic_name],
            "doseForm": concept(text=forms[0]) if len(forms) == 1 else None,
            "medicineClassification": [{"type": concept(text="药品分类与代码"), "classification": classes}]
            if classes
            else None,
        }
    )


class DrugViewSet(ResourceViewSet):
    """Drugs, one for every generic name whatever its form, strength, salt or maker."""

    queryset = Drug.objects.none()
    scopes = {"GET": ("catalog:read",)}
    resource = "MedicationKnowledge"
    about = "the drugs that the drug master or a published list you may see names"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "code",
                "token",
                "id of the drug, national drug code or approval number",
                token(
                    {
                        systems.DRUG: codes_in("pk"),
                        systems.NATIONAL_DRUG: self._codes("national_code"),
                        systems.APPROVAL_NO: self._approved,
                    }
                ),
                definition=_CODE,
            ),
            Parameter("name", "string", "generic name, brand or other name", self._named, TEXT_MODIFIERS),
            Parameter(
                "classification",
                "token",
                "class code",
                token({systems.DRUG_CLASS: self._codes("class_code")}),
                definition=_CLASSIFICATION,
            ),
        )

    def rows(self) -> QuerySet[Drug]:
        recorded = _latest(DrugProduct.objects.filter(drug=OuterRef("pk")), "drug", "recorded_from", "recorded_to")
        listed = _latest(
            self._listing().filter(base_name=OuterRef("base_name")),
            "base_name",
            "version__published_at",
            "version__withdrawn_at",
        )
        drugs = visible_drugs(self.request.user.insurer_id)
        # The office sees drugs of drafts too, elsewhere.
        return drugs.annotate(updated=Greatest(recorded, listed)).filter(updated__isnull=False)

    def key_of(self, written: str) -> Any:
        return written.replace("-", "_") if _ID.fullmatch(written) else None

    def written(self, rows: Sequence[Drug]) -> list[Element]:
        known = {drug.pk: Known() for drug in rows}
        by_name = {drug.base_name: known[drug.pk] for drug in rows}
        current = DrugProduct.objects.filter(recorded_to=None, drug__in=known).order_by("position")
        for product in current.values("drug_id", "aliases", *_PRODUCT):
            known[product.pop("drug_id")].products.append(product)
        for entry in (
            self._listing().filter(base_name__in=by_name, version__withdrawn_at=None).values(*_ENTRY).distinct()
        ):
            by_name[entry["base_name"]].entries.append(entry)
        return [medication_knowledge(drug, known[drug.pk]) for drug in rows]

    def _listing(self) -> QuerySet[CatalogEntry]:
        """Return the entries of the published lists that the caller may see, withdrawn ones too."""
        catalogs = Catalog.objects.readable_by(self.request.user.insurer_id)
        versions = CatalogVersion.objects.filter(catalog__in=catalogs, published_at__isnull=False)
        return CatalogEntry.objects.filter(version__in=versions)

    def _said(self, of: Q) -> Q:
        """Return the condition that a current row of the master, or an entry of a list, says something of the drug."""
        products = DrugProduct.objects.filter(of, drug=OuterRef("pk"), recorded_to=None)
        entries = self._listing().filter(of, base_name=OuterRef("base_name"), version__withdrawn_at=None)
        return Q(Exists(products)) | Q(Exists(entries))

    def _codes(self, column: str) -> Codes:
        return lambda code: self._said(codes_in(column)(code))

    def _approved(self, code: str) -> Q:
        if not code:
            return self._said(~Q(approval_no=""))
        return self._said(Q(approval_no=code) | Q(approval_key=approval_key(code)))

    def _named(self, value: str, modifier: str) -> Q:
        aliased = DrugProduct.objects.filter(drug=OuterRef("pk"), recorded_to=None).annotate(names=_ALIASES)
        within = Q(Exists(aliased.filter(text_within("names", value, modifier))))
        said = self._said(text("generic_name", "brand_name")(value, modifier))
        return text("generic_name", "base_name")(value, modifier) | said | within


# Aliases one below the other, so that each begins after the end of a line.
_ALIASES: Final = Concat(
    Value("\n"),
    Func(F("aliases"), Value("\n"), function="array_to_string", output_field=CharField()),
    Value("\n"),
    output_field=CharField(),
)


def text_within(column: str, value: str, modifier: str) -> Q:
    """Return the condition of a string parameter over texts that stand one below the other in a column."""
    written = unescaped(value)
    match modifier:
        case "exact":
            return Q(**{f"{column}__contains": f"\n{written}\n"})
        case "contains":
            return Q(**{f"{column}__icontains": written})
    return Q(**{f"{column}__icontains": f"\n{written}"})


def _latest(rows: QuerySet[Any], by: str, *columns: str) -> Subquery:
    """Return the latest instant in some columns of rows that have one thing in common."""
    latest: Iterable[Max] = [Max(column) for column in columns]
    return Subquery(rows.order_by().values(by).annotate(latest=Greatest(*latest)).values("latest"))
