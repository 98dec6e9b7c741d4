"""The one loader of what claims and coverage queries are judged against."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from catalog import known_drugs
from catalog.clock import Observation
from catalog.drugs.knowledge import Identity, Knowledge
from catalog.drugs.recognise import recognise
from claims.eligibility import CompiledVersion, Snapshot, classes_of, entry_names, needs
from claims.eligibility.compiled import heads_asked
from claims.facts.caches import snapshots, versions
from claims.facts.drugs import Asker, masters_of, rows_about
from claims.facts.overlay import Overlay
from claims.facts.products import ProductFacts, Reference
from claims.facts.versions import compiled

# What a request is judged against that names more drugs than this (a batch) is loaded for itself and not kept.
KEPT_WITH_AT_MOST = 64


def load(
    product: ProductFacts,
    *,
    identities: Iterable[Identity],
    days: Iterable[date],
    known_at: datetime,
    seen: Observation,
    treating: Iterable[tuple[Identity, Sequence[str]]] = (),
    overlay: Overlay | None = None,
) -> Snapshot:
    """Return what lines with these identities on these days are judged against, as known at `known_at`.

    `seen` is the caller's observation: where `known_at` is not before it, what was loaded earlier at the same revision serves again.
    `treating` names, for a coverage query, each drug with the diagnoses for which alternatives are wanted. What an `overlay` lays over is
    seen by this call alone.
    """
    wanted = frozenset(identities)
    heads = frozenset((identity, frozenset(heads_asked(diagnoses))) for identity, diagnoses in treating)
    keep = overlay is None and known_at >= seen.known_at and len(wanted) <= KEPT_WITH_AT_MOST
    laid: tuple[Reference, ...] = ()
    if overlay is not None:
        product, laid = overlay.over(product, known_at)
    in_force = needs(frozenset(days), product.versions, product.catalogs, known_at).values()
    references = frozenset(reference for listed in in_force for reference in listed)
    # Days on which the same versions are in force share a snapshot.
    key = (product.pk, product.insurer_id, seen.revision, wanted, references, heads)
    if keep and (kept := snapshots.get(key)):
        return kept.seen_at(known_at)

    who = Asker(product.insurer_id, known_at, seen.revision if keep else None, tuple(one.pk for one in laid))
    rows = rows_about(wanted, who)
    knowledge = Knowledge.build(rows, known_drugs.dosage_forms())
    names, classes = entry_names(wanted, knowledge), _classes(heads, knowledge)
    made = compiled(references.difference(laid), names, classes, versions)
    if overlay is not None:
        made |= compiled(references.intersection(laid), names, classes, overlay.store)
    if masters := masters_of(_offered(made.values(), classes), who):
        knowledge = Knowledge.build(rows | masters, known_drugs.dosage_forms())
    snapshot = Snapshot(
        product=product.code,
        product_versions=product.versions,
        catalogs={code: tuple(made[one] for one in listed if one in made) for code, listed in product.catalogs.items()},
        knowledge=knowledge,
        known_at=known_at,
    )
    if keep:
        snapshots.put(key, snapshot)
    return snapshot


def _classes(treating: Iterable[tuple[Identity, frozenset[str]]], knowledge: Knowledge) -> frozenset[tuple[str, str]]:
    """Return the classes in which alternatives are sought, each with where in it they stand (see `index_by_class`)."""
    return frozenset(
        (cls, head)
        for identity, heads in treating
        for cls in classes_of(recognise(identity, knowledge).class_codes)
        for head in heads
    )


def _offered(made: Iterable[CompiledVersion], classes: Iterable[tuple[str, str]]) -> set[str]:
    """Return the base names of the entries that may be offered as alternatives."""
    asked = list(classes)
    return {entry.base_name for version in made for one in asked for entry in version.by_class.get(one, ())}
