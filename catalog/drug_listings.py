"""Reads across catalogs: drugs a caller may see, where a drug is listed on a day, its way in and out of the lists, how lines are recognised."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from catalog import entries
from catalog.agreement_period import on_day
from catalog.complete_for import speaks_of
from catalog.drugs.base_names import drug_id
from catalog.drugs.knowledge import Identity, Knowledge
from catalog.drugs.recognise import recognise
from catalog.known_drugs import knowledge_of
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, DrugProduct, ListedDrug
from catalog.visibility import readable_by


def visible_drugs(insurer_id: int | None) -> QuerySet[Drug]:
    """Return the drugs that the master or a published list the caller may see names."""
    if insurer_id is None:
        return Drug.objects.all()
    listed = ListedDrug.objects.filter(readable_by(insurer_id), base_name=OuterRef("base_name"))
    return Drug.objects.filter(Exists(DrugProduct.objects.filter(drug=OuterRef("pk"))) | Exists(listed))


def _names_of(drug: Drug, *, insurer_id: int | None, known_at: datetime) -> tuple[str, ...]:
    knowledge = knowledge_of([Identity.of(generic_name=drug.base_name)], insurer_id=insurer_id, known_at=known_at)
    return knowledge.names_of(drug.base_name)


def listings_of(
    drug: Drug, *, insurer_id: int | None, day: date, known_at: datetime, names: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the catalogs whose version in force on the day lists the drug, each with its entries; reference lists too.

    `names` are the base names by which entries name it, where they are known already.
    """
    names = names or _names_of(drug, insurer_id=insurer_id, known_at=known_at)
    versions = CatalogVersion.objects.filter(catalog__in=Catalog.objects.readable_by(insurer_id))
    versions = versions.select_related("catalog__owner").in_force(day, known_at)
    in_force = {version.pk: version for version in versions}
    found = CatalogEntry.objects.filter(on_day(day), version__in=in_force, base_name__in=names)
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in found.order_by("version__catalog__code", "version__catalog_id", "entry_code").values(
        "version_id", *entries.COLUMNS
    ):
        grouped.setdefault(row.pop("version_id"), []).append(entries.shown(row))
    address = Catalog.objects.addresses(insurer_id)
    return [{**_cited(in_force[pk], address), "entries": listed} for pk, listed in grouped.items()]


def _cited(version: CatalogVersion, address: Callable[[Catalog], str]) -> dict[str, Any]:
    catalog = version.catalog
    return {
        "catalog": address(catalog),
        "owner": catalog.owner_code,
        "name": catalog.name,
        "kind": catalog.kind,
        "series": catalog.series_id,
        "provenance": catalog.provenance,
        "version": version.label,
        "checksum": version.checksum,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
    }


def history_of(
    drug: Drug, *, insurer_id: int | None, known_at: datetime, names: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return, for each catalog and in the order of publishing, what each version did with the drug: in, still_in, out.

    An `out` has `spoken_of` False where the version does not speak of the drug's class (`complete_for`): nobody has removed it.
    """
    names = names or _names_of(drug, insurer_id=insurer_id, known_at=known_at)
    catalogs = Catalog.objects.readable_by(insurer_id)
    listed = CatalogEntry.objects.filter(version=OuterRef("pk"), base_name__in=names)
    ever = CatalogVersion.objects.filter(Exists(listed), catalog__in=catalogs, published_at__lte=known_at)
    versions = (
        CatalogVersion.objects.filter(catalog__in=ever.values("catalog"), published_at__lte=known_at)
        .annotate(listed=Exists(listed))
        .select_related("catalog__owner")
        .order_by("catalog__code", "catalog_id", "published_at", "id")
    )
    address = Catalog.objects.addresses(insurer_id)
    history: list[dict[str, Any]] = []
    before: dict[int, bool] = {}
    for version in versions:
        was, now = before.get(version.catalog_id, False), version.listed
        before[version.catalog_id] = now
        change = {(False, True): "in", (True, False): "out", (True, True): "still_in", (False, False): "not_in"}[
            was, now
        ]
        if change == "not_in":
            continue
        silent = change == "out" and _is_silent(version, names)
        history.append(
            {
                **_cited(version, address),
                "change": change,
                "spoken_of": not silent,
                "published_at": version.published_at,
                "withdrawn_at": version.withdrawn_at
                if version.withdrawn_at and version.withdrawn_at <= known_at
                else None,
            }
        )
    return history


def _is_silent(version: CatalogVersion, names: Sequence[str]) -> bool:
    """Tell whether a version that lists none of a drug's names is complete for none of the classes that its catalog ever gave the drug."""
    if not version.complete_for:
        return False
    listed = CatalogEntry.objects.filter(base_name__in=names, version__catalog=version.catalog_id)
    classes = set(listed.values_list("class_code", flat=True))
    return not any(speaks_of(version.complete_for, class_code) for class_code in classes)


def resolve_lines(
    lines: Iterable[Mapping[str, str | None]], *, insurer_id: int | None, known_at: datetime
) -> list[dict[str, Any]]:
    """Return how each line identity is recognised (eligibility 3), in order."""
    identities = [Identity.of(**{name: text or "" for name, text in line.items()}) for line in lines]
    knowledge = knowledge_of(identities, insurer_id=insurer_id, known_at=known_at)
    return [_shown(identity, knowledge) for identity in identities]


def _shown(identity: Identity, knowledge: Knowledge) -> dict[str, Any]:
    if not identity.names_a_drug:
        return {"drug": None, "matched_by": None, "reasons": ["NO_DRUG_IDENTITY"], "candidates": []} | {
            "product": None,
            "dosage_form": "",
            "class_codes": [],
        }
    found = recognise(identity, knowledge)
    reasons = {"ambiguous": ["DRUG_AMBIGUOUS"], "not_recognised": ["DRUG_NOT_RECOGNISED"]}.get(found.difficulty, [])
    if found.code_name_conflict:
        reasons = ["DRUG_CODE_NAME_CONFLICT"]
    product = found.product.written if found.product else None
    return {
        "drug": {"id": drug_id(found.drug), "generic_name": found.drug} if found.drug else None,
        "matched_by": found.matched_by,
        "reasons": reasons,
        "candidates": [{"id": drug_id(name), "generic_name": name} for name in found.candidates]
        if not found.drug
        else [],
        "product": {
            "national_code": product.national_code,
            "approval_no": product.approval_no,
            "dosage_form": product.dosage_form,
            "brand_name": product.brand_name,
            "manufacturer": product.manufacturer,
            "strength": product.strength,
            "class_code": product.class_code,
        }
        if product
        else None,
        "dosage_form": found.dosage_form,
        "class_codes": list(found.class_codes),
    }
