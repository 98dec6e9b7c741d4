"""One question, everything of the lists that it may mean: drugs, lists, versions and entries, by Chinese, pinyin, initials and code."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from catalog.clock import Observation
from catalog.importing.pinyin import sounds
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from catalog.search import drugs_matching
from common.text import norm

SHOWN = 8
LONGEST = 100
# So many drugs are looked up in the lists in force for their entries.
DRUGS_LISTED = 20


@dataclass(slots=True)
class Finds:
    """The first of what was found of each kind, best first."""

    drugs: list[Drug] = field(default_factory=list)
    catalogs: list[Catalog] = field(default_factory=list)
    versions: list[CatalogVersion] = field(default_factory=list)
    entries: list[CatalogEntry] = field(default_factory=list)


def find(text: str, *, insurer_id: int | None, day: date, seen: Observation) -> Finds:
    """Return what a text may mean to an insurer (None: to the office); entries are those of the lists in force on the day.

    A version is found by its label, and by its list's code or name and its label together (`CIDL 2025`).
    """
    text = text.strip()[:LONGEST]
    if not text:
        return Finds()
    drugs = drugs_matching(text, insurer_id=insurer_id, revision=seen.revision)[:DRUGS_LISTED]
    by_id = Drug.objects.in_bulk(drugs)
    found = [by_id[pk] for pk in drugs if pk in by_id]
    return Finds(
        found[:SHOWN],
        _catalogs(text, insurer_id),
        _versions(text, insurer_id, day),
        _entries(text, found, insurer_id, day, seen),
    )


def _catalogs(text: str, insurer_id: int | None) -> list[Catalog]:
    wanted = norm(text)
    ranked = []
    for pk, code, name in Catalog.objects.readable_by(insurer_id).values_list("pk", "code", "name"):
        pinyin, initials = sounds(name)
        told = (norm(code), norm(name), pinyin, initials)
        if any(wanted in one for one in told):
            ranked.append((min(len(one) - len(wanted) for one in told if wanted in one), code, pk))
    keys = [pk for _rest, _code, pk in sorted(ranked)[:SHOWN]]
    by_id = Catalog.objects.select_related("series").in_bulk(keys)
    return [by_id[pk] for pk in keys]


def _versions(text: str, insurer_id: int | None, day: date) -> list[CatalogVersion]:
    versions = CatalogVersion.objects.filter(catalog__in=Catalog.objects.readable_by(insurer_id))
    if insurer_id is not None:
        versions = versions.open_to_readers(day)
    for word in text.replace("@", " ").split():
        versions = versions.filter(
            Q(label__icontains=word) | Q(catalog__code__icontains=word) | Q(catalog__name__icontains=word)
        )
    return list(versions.select_related("catalog").order_by("-effective_from", "catalog__code")[:SHOWN])


def _entries(text: str, drugs: list[Drug], insurer_id: int | None, day: date, seen: Observation) -> list[CatalogEntry]:
    lists = CatalogVersion.objects.filter(catalog__in=Catalog.objects.readable_by(insurer_id))
    in_force = list(lists.in_force(day, seen.known_at).values_list("pk", flat=True))
    entries = CatalogEntry.objects.filter(version__in=in_force).select_related("version__catalog")
    # Two questions, each with an index of its own.
    by_code = list(entries.filter(entry_code__startswith=text).order_by("entry_code", "version__catalog__code")[:SHOWN])
    names = [drug.base_name for drug in drugs]
    by_name = entries.filter(base_name__in=names).order_by("generic_name", "version__catalog__code", "entry_code")
    found = {entry.pk: entry for entry in (*by_code, *(by_name[: SHOWN * 2] if names else ()))}
    return list(found.values())[: SHOWN * 2]
