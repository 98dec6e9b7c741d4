"""Basic: the entries of published lists, in the shape of Da Vinci's FormularyItem where it fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from catalog import entries
from catalog.drugs.base_names import drug_id
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from fhir import systems
from fhir.elements import Element, coding, concept, identifier, money, own_trees, period, tidy
from fhir.medication_knowledge import fhir_id
from fhir.searching import (
    EVERYTHING,
    NOTHING,
    TEXT_MODIFIERS,
    Codes,
    Parameter,
    codes_in,
    read_token,
    status,
    text,
    token,
)
from fhir.systems import extension_url, formulary_extension
from fhir.views import ResourceViewSet

_BASIC: Final = "http://hl7.org/fhir/SearchParameter/Basic-"
_DRUG_REFERENCE: Final = re.compile(r"(?:.*MedicationKnowledge/)?(drug-[0-9a-f]{16})")


def published_entries(insurer_id: int | None) -> QuerySet[Any]:
    """Return the entries of every published list that an insurer may see, with `updated`: when the list was published or withdrawn."""
    versions = CatalogVersion.objects.filter(
        catalog__in=Catalog.objects.readable_by(insurer_id), published_at__isnull=False
    )
    found = CatalogEntry.objects.filter(version__in=versions).select_related("version__catalog__owner")
    return found.annotate(updated=Coalesce("version__withdrawn_at", "version__published_at"))


def version_name(version: CatalogVersion) -> str:
    """Return what names a version to anybody: no two have it, whoever has the same code (catalog.catalog_codes)."""
    return f"{version.catalog.office_code}@{version.label}"


def entry_name(entry: CatalogEntry) -> str:
    return f"{version_name(entry.version)}/{entry.entry_code}"


def item(entry: CatalogEntry) -> Element:
    """Return the formulary item of an entry. Pure, but for the version and catalog of the row."""
    version = entry.version
    shown = entries.shown({name: getattr(entry, name) for name in entries.COLUMNS})
    named = {
        "catalog": version.catalog.code,
        "owner": version.catalog.owner_code,
        "version": version.label,
        "checksum": version.checksum,
    }
    return tidy(
        {
            "resourceType": "Basic",
            "id": str(entry.pk),
            "language": systems.LANGUAGE,
            "extension": [*_as_formulary_item(entry), *own_trees("catalog-entry", {**named, **shown})],
            "identifier": [identifier(systems.CATALOG_ENTRY, entry_name(entry))],
            "code": concept(
                coding(systems.FORMULARY_ITEM_TYPE, systems.FORMULARY_ITEM, "Formulary Item"),
                coding(systems.ENTRY, entry.entry_code),
                *([coding(systems.NATIONAL_DRUG, entry.national_code)] if entry.national_code else []),
                text=entry.generic_name,
            ),
            "subject": {
                "reference": f"MedicationKnowledge/{fhir_id(drug_id(entry.base_name))}",
                "display": entry.generic_name,
            }
            if entry.base_name
            else None,
        }
    )


def _as_formulary_item(entry: CatalogEntry) -> list[Element]:
    version = entry.version
    listed = {
        "identifier": identifier(systems.CATALOG_VERSION, version_name(version)),
        "display": f"{version.catalog.name} {version.label}",
    }
    days = period(entry.effective_from or version.effective_from, entry.effective_to or version.effective_to)
    found = [
        {"url": formulary_extension("FormularyReference"), "valueReference": listed},
        {
            "url": formulary_extension("AvailabilityStatus"),
            "valueCode": "retired" if version.withdrawn_at else "active",
        },
        {"url": formulary_extension("AvailabilityPeriod"), "valuePeriod": days},
        {"url": formulary_extension("PriorAuthorization"), "valueBoolean": entry.prior_auth},
        {"url": formulary_extension("QuantityLimit"), "valueBoolean": entry.max_quantity is not None},
    ]
    if entry.restriction:
        found.append({"url": formulary_extension("AdditionalCoverageInformation"), "valueMarkdown": entry.restriction})
    if entry.payment_standard is not None:
        standard = entries.shown_number(entry.payment_standard) or ""
        found.append({"url": extension_url("payment-standard"), "valueMoney": money(standard)})
    return found


Lists = Callable[[str], QuerySet[Catalog]]


def identified(text: str) -> QuerySet[Catalog]:
    """Return the catalogs that the text of an identifier names to anybody: a plain code the shared one, or else those of insurers."""
    return Catalog.objects.named(text, None)


def in_catalog(lists: Lists) -> Codes:
    """Return how entries of a catalog are found by its text, whatever their version."""
    return lambda value: Q(version__catalog__in=lists(value)) if value else EVERYTHING


def in_version(lists: Lists) -> Codes:
    """Return how entries of a version are found by `catalog@version`."""

    def condition(value: str) -> Q:
        catalog, _at, label = value.partition("@")
        return Q(version__catalog__in=lists(catalog), version__label=label) if value else EVERYTHING

    return condition


def _entry(value: str) -> Q:
    version, _slash, code = value.partition("/")
    return in_version(identified)(version) & Q(entry_code=code) if value else EVERYTHING


def _subject(value: str, modifier: str) -> Q:
    found = _DRUG_REFERENCE.fullmatch(value)
    if found is None:
        return NOTHING
    return Q(base_name__in=Drug.objects.filter(pk=found.group(1).replace("-", "_")).values("base_name"))


ITEM_CODES: Final = {
    systems.FORMULARY_ITEM_TYPE: lambda code: EVERYTHING if code in ("", systems.FORMULARY_ITEM) else NOTHING,
    systems.ENTRY: codes_in("entry_code"),
    systems.NATIONAL_DRUG: codes_in("national_code"),
}
IDENTIFIERS: Final = {systems.CATALOG_ENTRY: _entry}


class ItemViewSet(ResourceViewSet):
    """Entries of published lists; those of a withdrawn one are retired."""

    queryset = CatalogEntry.objects.none()
    scopes = {"GET": ("catalog:read",)}
    resource = "Basic"
    about = "formulary items: the entries of the published lists that you may see"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "code",
                "token",
                "`formulary-item`, the entry's code or its national drug code",
                token(ITEM_CODES),
                definition=f"{_BASIC}code",
            ),
            Parameter(
                "identifier",
                "token",
                "`catalog@version/entry`",
                token(IDENTIFIERS),
                definition=f"{_BASIC}identifier",
            ),
            Parameter("name", "string", "generic name or brand", text("generic_name", "brand_name"), TEXT_MODIFIERS),
            Parameter("subject", "reference", "the drug", _subject, definition=f"{_BASIC}subject"),
            Parameter(
                "formulary",
                "token",
                "the list: `catalog@version`, or `catalog` of any version; without a system as you call it",
                self._formulary,
            ),
            Parameter(
                "status", "token", "active, or retired where the list was withdrawn", status("version__withdrawn_at")
            ),
        )

    def _formulary(self, value: str, modifier: str) -> Q:
        """Return the condition of a list: with a system its identifier, the same for everybody; without one what the caller means by it."""
        system, _code = read_token(value)
        lists = identified if system is not None else self._meant
        return token({systems.CATALOG_VERSION: in_version(lists), systems.CATALOG: in_catalog(lists)})(value, modifier)

    def _meant(self, text: str) -> QuerySet[Catalog]:
        return Catalog.objects.named(text, self.request.user.insurer_id)

    def rows(self) -> QuerySet[CatalogEntry]:
        return published_entries(self.request.user.insurer_id)

    def written(self, rows: Sequence[CatalogEntry]) -> list[Element]:
        return [item(row) for row in rows]
