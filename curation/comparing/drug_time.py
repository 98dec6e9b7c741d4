"""Reading the time of a drug: each list that ever named it, with the periods in which it does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.drug_aliases import aliases_at
from catalog.in_force import spans
from catalog.known_drugs import dosage_forms
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from claims.eligibility.compiling import COLUMNS_READ
from curation.comparing.matrix import ListedEntry
from curation.comparing.periods import ListedPeriod, listed_periods


@dataclass(frozen=True, slots=True)
class DrugTime:
    """A list and the periods in which it takes the drug, as known at an instant."""

    catalog: Catalog
    periods: Sequence[ListedPeriod]


def time_of(drug: Drug, *, insurer_id: int | None, known_at: datetime, names: Collection[str] = ()) -> list[DrugTime]:
    """Return the lists that an insurer may see (None: the office) and that ever named the drug, by code; three statements.

    Reference lists, of which a market has thousands, are left out: they are only drafted from. `names` are the base names by which
    entries name the drug, where they are known already.
    """
    if not names:
        aliases = aliases_at(known_at)
        names = aliases.names_of([aliases.drug_of(drug.base_name)])
    entries = _entries(names, insurer_id, known_at)
    of_lists = CatalogVersion.objects.filter(pk__in=list(entries)).values("catalog")
    versions: dict[Catalog, list[CatalogVersion]] = {}
    for version in CatalogVersion.objects.filter(catalog__in=of_lists).known_at(known_at).select_related("catalog"):
        versions.setdefault(version.catalog, []).append(version)
    forms = dosage_forms()
    found = []
    for catalog, known in sorted(versions.items(), key=lambda item: item[0].code):
        listed = {
            version.label: [ListedEntry.of(row, forms, catalog.kind) for row in entries[version.pk]]  # type: ignore[arg-type]
            for version in known
            if version.pk in entries
        }
        first = min(version.effective_from for version in known)
        periods = listed_periods(spans(known, known_at, first, None), listed, catalog.kind)  # type: ignore[arg-type]
        if periods:
            found.append(DrugTime(catalog, periods))
    return found


def _entries(names: Collection[str], insurer_id: int | None, known_at: datetime) -> dict[int, list[dict[str, object]]]:
    """Return the entries of the names by the id of their version, of those published at the instant."""
    rows = CatalogEntry.objects.filter(
        base_name__in=list(names),
        version__published_at__lte=known_at,
        version__catalog__in=Catalog.objects.readable_by(insurer_id).exclude(kind="reference"),
    )
    grouped: dict[int, list[dict[str, object]]] = {}
    for row in rows.order_by().values("version_id", "reimbursement_class", *COLUMNS_READ):
        grouped.setdefault(row.pop("version_id"), []).append(row)
    return grouped
