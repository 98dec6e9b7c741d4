"""Reading the time of a drug: each list that ever named it, with the periods in which it does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.aliases import aliases_at
from catalog.in_force import spans
from catalog.known import dosage_forms
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from claims.eligibility.compiling import COLUMNS_READ
from curation.comparing.matrix import ListedEntry
from curation.comparing.periods import ListedPeriod, listed_periods


@dataclass(frozen=True, slots=True)
class DrugTime:
    """A list and the periods in which it takes the drug, as known at an instant."""

    catalog: Catalog
    periods: Sequence[ListedPeriod]


def time_of(drug: Drug, *, insurer_id: int | None, known_at: datetime) -> list[DrugTime]:
    """Return the lists that an insurer may see (None: the office) and that ever named the drug, by code; four statements.

    Reference lists, of which a market has thousands, are left out: they are only drafted from.
    """
    aliases = aliases_at(known_at)
    entries = _entries(aliases.names_of([aliases.drug_of(drug.base_name)]), insurer_id, known_at)
    catalogs = {version.catalog_id: version.catalog for version, _rows in entries}
    versions: dict[int, list[CatalogVersion]] = {}
    for version in CatalogVersion.objects.filter(catalog__in=list(catalogs)).known_at(known_at):
        versions.setdefault(version.catalog_id, []).append(version)
    forms = dosage_forms()
    found = []
    for pk, catalog in sorted(catalogs.items(), key=lambda item: item[1].code):
        known = versions.get(pk, [])
        if not known:
            continue
        listed = {
            version.label: [ListedEntry.of(row, forms, catalog.kind) for row in rows]  # type: ignore[arg-type]
            for version, rows in entries
            if version.catalog_id == pk
        }
        first = min(version.effective_from for version in known)
        periods = listed_periods(spans(known, known_at, first, None), listed, catalog.kind)  # type: ignore[arg-type]
        if periods:
            found.append(DrugTime(catalog, periods))
    return found


def _entries(
    names: Collection[str], insurer_id: int | None, known_at: datetime
) -> list[tuple[CatalogVersion, list[dict[str, object]]]]:
    """Return the entries of the names by version, of those known at the instant."""
    rows = CatalogEntry.objects.filter(
        base_name__in=list(names),
        version__published_at__lte=known_at,
        version__catalog__in=Catalog.objects.visible_to(insurer_id).exclude(kind="reference"),
    )
    grouped: dict[int, list[dict[str, object]]] = {}
    for row in rows.order_by().values("version_id", "reimbursement_class", *COLUMNS_READ):
        grouped.setdefault(row.pop("version_id"), []).append(row)
    versions = CatalogVersion.objects.filter(pk__in=list(grouped)).select_related("catalog").in_bulk()
    return [(versions[pk], listed) for pk, listed in grouped.items()]
