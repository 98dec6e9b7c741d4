"""The queue of the coding desk: texts of drafts that eligibility 4.2 calls not coded, the most frequent first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from catalog.lifecycle import DRAFT
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from catalog.vocabularies import EXCLUDING_KINDS
from common.database.texts import as_read_sql
from common.text import as_read

SHOWN_DRUGS = 20
_UNRESTRICTED = (
    "e.icd10 = '{}' AND e.sex = '' AND e.age_min IS NULL AND e.age_max IS NULL AND e.settings = '{}'"
    " AND e.min_institution_level IS NULL AND e.criteria = '{}'"
)
# Each text of an entry that is not coded is a row of its own: an indication without codes, a restriction without any coded column.
_SAID = f"""
SELECT e.version_id, e.entry_code, e.generic_name, t.text, {as_read_sql("t.text")} AS reads
FROM catalog_catalogentry e CROSS JOIN LATERAL (VALUES
  (e.indication, e.icd10 = '{{}}'), (e.restriction, {_UNRESTRICTED})
) AS t(text, uncoded)
WHERE e.version_id = ANY (%(versions)s) AND t.text <> '' AND t.uncoded
"""  # noqa: S608
_QUEUE = f"""
SELECT min(text), count(DISTINCT (version_id, entry_code)),
  (array_agg(DISTINCT generic_name) FILTER (WHERE generic_name <> ''))[:{SHOWN_DRUGS}], count(DISTINCT generic_name),
  array_agg(DISTINCT version_id), count(*) OVER ()
FROM ({_SAID}) said WHERE reads <> '' GROUP BY reads ORDER BY 2 DESC, reads COLLATE "C"
OFFSET %(first)s LIMIT %(size)s
"""  # noqa: S608
_ENTRIES = f"SELECT entry_code FROM ({_SAID}) said WHERE reads = %(reads)s"  # noqa: S608
_COUNT = f"SELECT count(DISTINCT reads) FROM ({_SAID}) said WHERE reads <> ''"  # noqa: S608
# Texts of the entries that say one text: an entry's codes are of all it says, so that coding the one may settle the others.
_BESIDE = f"""
WITH said AS ({_SAID})
SELECT min(text) FROM said WHERE reads NOT IN ('', %(reads)s)
  AND (version_id, entry_code) IN (SELECT version_id, entry_code FROM said WHERE reads = %(reads)s)
GROUP BY reads ORDER BY count(*) DESC, reads COLLATE "C" LIMIT %(most)s
"""  # noqa: S608
_STILL = f"SELECT DISTINCT reads FROM ({_SAID}) said WHERE reads = ANY (%(reads)s)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text that is not coded: how many entries have it, of which drugs (some of them, and how many), in which versions."""

    text: str
    count: int
    drugs: tuple[str, ...]
    drug_count: int
    versions: tuple[int, ...]


def drafts(insurer_id: int | None) -> QuerySet[CatalogVersion]:
    """Return the drafts that may be coded: of the office all, of an insurer those of its own lists; none of lists of what is not paid."""
    catalogs = Catalog.objects.exclude(kind__in=EXCLUDING_KINDS)
    if insurer_id is not None:
        catalogs = catalogs.filter(owner=insurer_id)
    found = CatalogVersion.objects.filter(state=DRAFT, catalog__in=catalogs)
    return found.select_related("catalog", "parent").order_by("catalog__code", "label")


def of_paying_lists(versions: Iterable[CatalogVersion]) -> list[int]:
    """Return the ids of the versions whose texts wait for codes at all: those of lists of what is not paid do not (eligibility 4.2)."""
    return [version.pk for version in versions if version.catalog.kind not in EXCLUDING_KINDS]


def waiting(versions: Collection[int], *, first: int, size: int) -> tuple[list[Waiting], int]:
    """Return a part of the queue of these versions, and how many texts wait in all; one statement, two behind the last page."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {"versions": list(versions), "first": first, "size": size})
        rows = cursor.fetchall()
    found = [
        Waiting(text, count, tuple(drugs or ()), of_drugs, tuple(ids))
        for text, count, drugs, of_drugs, ids, _all in rows
    ]
    return found, rows[0][-1] if rows else (how_many(versions) if first else 0)


def how_many(versions: Collection[int]) -> int:
    """Return how many texts wait in these versions; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"versions": list(versions)})
        count: int = cursor.fetchone()[0]
        return count


def beside(versions: Collection[int], text: str, *, most: int) -> list[str]:
    """Return the other texts that wait in the entries in which this one does, the most frequent first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"versions": list(versions), "reads": as_read(text), "most": most})
        return [said for (said,) in cursor.fetchall()]


def no_longer_waiting(versions: Collection[int], texts: Collection[str]) -> list[str]:
    """Return which of these texts wait in none of the versions; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL, {"versions": list(versions), "reads": [as_read(text) for text in texts]})
        still = {reads for (reads,) in cursor.fetchall()}
    return [text for text in texts if as_read(text) not in still]


def entries_with(version: CatalogVersion, text: str) -> set[str]:
    """Return the codes of a version's entries in which a text that reads the same is not coded."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, {"versions": of_paying_lists([version]), "reads": as_read(text)})
        return {code for (code,) in cursor.fetchall()}


def entries_saying(version: CatalogVersion, text: str) -> QuerySet[CatalogEntry]:
    """Return a version's entries that have a text which reads the same, coded or not."""
    either = " OR ".join(f"{as_read_sql(column)} = %s" for column in ("indication", "restriction"))
    reads = as_read(text)
    return CatalogEntry.objects.filter(version=version).extra(where=[f"({either})"], params=[reads, reads])  # noqa: S610
