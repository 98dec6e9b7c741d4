"""Which lists a product version may name and does name, and which versions of them apply (spec api.md, "A product version")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Catalog, CatalogVersion
from common.errors import FieldError, InvalidInput
from common.labels import reader_language
from insurers.models import ProductVersion
from insurers.terms import CatalogReference, PlacedReference, ProductTerms, catalog_references, parse_terms

# Where a reference stands in the terms, besides the benefits.
_PLACES = ("base_exclusions", "negative_lists")

# So many versions of an insurer's products are looked into for the lists they name.
MOST_READ = 500


def referred_to(insurer_id: int, day: date) -> set[CatalogReference]:
    """Return what an insurer's product versions name, drafts too, neither withdrawn nor over on the day."""
    versions = ProductVersion.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), insurer=insurer_id)
    terms = versions.filter(withdrawn_at=None).order_by("-effective_from", "-id").values_list("terms", flat=True)
    return {one for each in terms[:MOST_READ] for one in lists_named(each)}


def lists_named(terms: Mapping[str, Any]) -> tuple[CatalogReference, ...]:
    """Return what terms refer to, each once, in their order; of terms kept by an older release, too, that would be refused today."""
    named = [terms["base"]] if terms.get("base") else []
    named += [one for place in _PLACES for one in terms.get(place) or ()]
    named += [one for benefit in terms.get("benefits") or () for one in benefit.get("catalogs") or ()]
    return tuple(dict.fromkeys(CatalogReference(one["catalog"], one.get("label") or None) for one in named))


@dataclass(frozen=True, slots=True)
class Applied:
    """A list that a product version names: its label where it is pinned ('' where it follows), and the version that applies (None: none does)."""

    catalog: str
    name: str
    label: str
    version: CatalogVersion | None


def lists_applied(version: ProductVersion, day: date, known_at: datetime) -> list[Applied]:
    """Return the lists that a product version names, in the order of its terms, with what applies of each on a day as known at an instant."""
    named = [(one.catalog, one.label or "") for one in lists_named(version.terms)]
    catalogs = Catalog.objects.meant_by({code for code, _label in named}, version.insurer_id)
    versions = CatalogVersion.objects.filter(catalog__in=[one.pk for one in catalogs.values()])
    following = {one.catalog_id: one for one in versions.in_force(day, known_at)}
    pinned = {
        (one.catalog_id, one.label): one
        for one in versions.known_at(known_at).filter(label__in={label for _code, label in named if label})
    }
    found = []
    for code, label in named:
        catalog = catalogs.get(code)
        applies = None
        if catalog:
            applies = pinned.get((catalog.pk, label)) if label else following.get(catalog.pk)
        found.append(Applied(code, catalog.name if catalog else "", label, applies))
    return found


def read_terms(data: object, *, insurer_id: int, to_publish: bool = False) -> ProductTerms:
    """Return the terms of a product version; raises InvalidInput with every problem, those of its catalog references too.

    A draft may name a list's version that is still to be published. `to_publish` (validating, submitting): every one named must be published
    and not withdrawn, or each claim would be refused. A program that publishes is not held to it: the list may be published after the product,
    or have been withdrawn since, where what was sold in the past is brought in.
    """
    terms = parse_terms(data, reader_language())
    placed = catalog_references(terms)
    catalogs = Catalog.objects.meant_by({reference.catalog for reference in placed}, insurer_id)
    kinds = {name: catalog.kind for name, catalog in catalogs.items()}
    standing = _standing_labels(placed, catalogs) if to_publish else None
    errors = []
    for reference in placed:
        kind = kinds.get(reference.catalog)
        if kind and reference.label and standing is not None and (reference.catalog, reference.label) not in standing:
            detail = _(
                "%(code)s has no published version %(label)s, or it is withdrawn; name another, or none for the one in force."
            )
            named = {"code": reference.catalog, "label": reference.label}
            errors.append(FieldError(f"{reference.pointer}/label", "unknown_version", detail % named))
        if kind is None:
            # Another insurer's catalog and none at all read alike.
            detail = _("There is no catalog %(code)s.") % {"code": reference.catalog}
            errors.append(FieldError(reference.pointer, "unknown_catalog", detail))
        elif kind not in reference.kinds:
            wanted = ", ".join(sorted(reference.kinds))
            detail = _("%(code)s is of kind %(kind)s; here stands: %(wanted)s.")
            errors.append(
                FieldError(
                    reference.pointer,
                    "wrong_kind",
                    detail % {"code": reference.catalog, "kind": kind, "wanted": wanted},
                )
            )
    if errors:
        raise InvalidInput(_("The product version names catalogs that it cannot use."), errors=errors)
    return terms


def _standing_labels(placed: Iterable[PlacedReference], catalogs: Mapping[str, Catalog]) -> set[tuple[str, str]]:
    """Return, of the lists that are referred to, name and label of every version that is published and not withdrawn."""
    ids = {name: catalogs[name].pk for one in placed if one.label and (name := one.catalog) in catalogs}
    if not ids:
        return set()
    versions = CatalogVersion.objects.filter(catalog__in=set(ids.values()), withdrawn_at=None)
    labels = set(versions.exclude(published_at=None).values_list("catalog", "label"))
    return {(name, label) for name, pk in ids.items() for catalog, label in labels if catalog == pk}
