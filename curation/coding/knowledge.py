"""What suggestions rest on beside the rules: codings of lists that are published, and what was decided at the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from catalog.lifecycle import PUBLISHED
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import CODED_COLUMNS
from common.cache import LruCache
from curation.coding.known import Coded, Codings, columns_of
from curation.coding.suggest import Vocabulary, suggest
from curation.coding.suggestion import Suggestion
from curation.coding.vocabulary import criteria_in_use, vocabulary
from curation.models import CodingDecision

# Lists that are coded for paying, the latest edition of each; and their most frequent texts.
_KINDS = ("commercial", "base")
LISTS_ASKED, TEXTS_ASKED, DECISIONS_ASKED = 20, 5_000, 20_000
_COLUMNS = ", ".join(CODED_COLUMNS)
# Of an entry that has both texts only the codes are surely of one of them.
_CODED = f"""
SELECT coalesce(nullif(indication, ''), restriction), indication <> '' AND restriction <> '', base_name, {_COLUMNS}
FROM catalog_catalogentry
WHERE version_id = %s AND (indication <> '' OR restriction <> '')
  AND (icd10 <> '{{}}' OR sex <> '' OR age_min IS NOT NULL OR age_max IS NOT NULL OR settings <> '{{}}'
    OR min_institution_level IS NOT NULL OR criteria <> '{{}}')
GROUP BY 1, 2, 3, {_COLUMNS} ORDER BY count(*) DESC, 1 LIMIT {TEXTS_ASKED}
"""  # noqa: S608

_of_versions: LruCache[int, tuple[Coded, ...]] = LruCache(100)
_of_lists: LruCache[tuple[int, ...], tuple[Codings, dict[str, str]]] = LruCache(8)
_decided: LruCache[tuple[int | None, int, datetime | None, tuple[int, ...]], tuple[Codings, Vocabulary]] = LruCache(8)


class Knowledge:
    """What was coded before that somebody may know, and the words of the rules: asked for texts."""

    def __init__(self, codings: Codings, words: Vocabulary) -> None:
        self._codings, self._words = codings, words

    def suggest(self, text: str) -> list[Suggestion]:
        """Return what a text may mean."""
        return suggest(text, self._words, self._codings)

    def criteria(self) -> dict[str, str]:
        """Return the criteria codes in use, each with its text."""
        return dict(self._words.in_use)


def knowledge(insurer_id: int | None) -> Knowledge:
    """Return what the office, or an insurer, knows: two statements, and what has changed since it was asked last."""
    decisions = CodingDecision.objects.filter(insurer=insurer_id)
    stamp = decisions.aggregate(count=Count("pk"), last=Max("at"))
    lists = _latest(insurer_id)
    key = (insurer_id, stamp["count"], stamp["last"], lists)
    found = _decided.get(key)
    if found is None:
        codings, in_use = _coded_in(lists)
        rows = decisions.order_by("-at").values_list("text", "columns")[:DECISIONS_ASKED]
        decided = [Coded(text, columns_of(_flat(columns)), decided=True) for text, columns in rows]
        words = criteria_in_use(one for coded in decided for one in coded.columns.get("criteria", ()))
        found = (Codings(reversed(decided), codings), vocabulary(words | in_use))
        _decided.put(key, found)
    return Knowledge(*found)


def _latest(insurer_id: int | None) -> tuple[int, ...]:
    seen = Catalog.objects.readable_by(insurer_id).filter(kind__in=_KINDS)
    latest = (
        CatalogVersion.objects.filter(state=PUBLISHED, catalog__in=seen)
        .order_by("catalog_id", "-effective_from", "-published_at", "-label")
        .distinct("catalog_id")
        .values_list("pk", flat=True)
    )
    return tuple(sorted(latest, reverse=True)[:LISTS_ASKED])


def _coded_in(versions: tuple[int, ...]) -> tuple[Codings, dict[str, str]]:
    found = _of_lists.get(versions)
    if found is None:
        coded = [one for version in versions for one in _coded_of(version)]
        in_use = criteria_in_use(one for row in coded for one in row.columns.get("criteria", ()))
        found = (Codings(coded), in_use)
        _of_lists.put(versions, found)
    return found


def _coded_of(version_id: int) -> tuple[Coded, ...]:
    """Return the coded texts of a published version, which never change."""
    found = _of_versions.get(version_id)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(_CODED, [version_id])
            found = tuple(_rows(cursor.fetchall()))
        _of_versions.put(version_id, found)
    return found


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterable[Coded]:
    for text, has_both, drug, *values in rows:
        columns = columns_of(dict(zip(CODED_COLUMNS, values, strict=True)))
        if has_both:
            columns = {name: value for name, value in columns.items() if name == "icd10"}
        if columns:
            yield Coded(text, columns, drug)


def _flat(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns as the API shows them, criteria as `CODE=text`."""
    criteria = [f"{one['code']}={one['text']}" if one["text"] else one["code"] for one in columns.get("criteria", ())]
    return {**columns, "criteria": criteria}
