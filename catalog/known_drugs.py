"""Fetching what is known about drugs at an instant (spec eligibility 3), only the rows that can matter: catalog.drugs.knowledge says which."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from catalog import reference
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.knowledge import Closure, DrugNames, Identity, Knowledge, KnownKeys, KnownRow
from common.text import approval_key, norm

_MASTERS = """
SELECT 'master', position, NULL::timestamptz, '', '', '',
  generic_name, national_code, approval_no, aliases, dosage_form, brand_name, manufacturer, strength, class_code
FROM catalog_drugproduct
WHERE recorded_from <= %(known_at)s AND (recorded_to IS NULL OR recorded_to > %(known_at)s)
"""
# What published lists say stands once for all editions that say it (ListedDrug), by the earliest. Each arm repeats what its partial index leaves
# out, so that the planner can use the index. Of owners' rows that are alike in every fact, the earliest stands.
_FACTS = "generic_name, national_code, approval_no, dosage_form, brand_name, manufacturer, strength, class_code"
_MEETS = """(base_name = ANY(%(names)s::text[])
      OR (national_code <> '' AND national_code = ANY(%(codes)s::text[]))
      OR (approval_key <> '' AND approval_key = ANY(%(approvals)s::text[]))
      OR (brand_key <> '' AND brand_key = ANY(%(brands)s::text[])))"""
_ROWS = f"""
WITH found AS MATERIALIZED (
  SELECT version_id, entry_code, {_FACTS} FROM catalog_listeddrug
   WHERE {_MEETS} AND (owner_id IS NULL OR %(all)s OR owner_id = %(insurer_id)s)
  UNION ALL
  SELECT version_id, entry_code, {_FACTS} FROM catalog_catalogentry
   WHERE version_id = ANY(%(laid_over)s) AND generic_name <> '' AND {_MEETS}
)
({_MASTERS}
  AND (base_name = ANY(%(names)s::text[]) OR alias_keys && %(names)s::varchar[]
    OR (national_code <> '' AND national_code = ANY(%(codes)s::text[]))
    OR (approval_key <> '' AND approval_key = ANY(%(approvals)s::text[]))
    OR (brand_key <> '' AND brand_key = ANY(%(brands)s::text[]))))
UNION ALL
(SELECT DISTINCT ON ({_FACTS})
  'entry', 0, coalesce(v.published_at, %(known_at)s), c.code, v.label, e.entry_code,
  generic_name, national_code, approval_no, NULL, dosage_form, brand_name, manufacturer, strength, class_code
FROM found e
JOIN catalog_catalogversion v ON v.id = e.version_id
JOIN catalog_catalog c ON c.id = v.catalog_id
WHERE (v.published_at <= %(known_at)s OR v.id = ANY(%(laid_over)s)) AND (c.owner_id IS NULL OR %(all)s OR c.owner_id = %(insurer_id)s)
ORDER BY {_FACTS}, v.published_at, c.code COLLATE "C", v.label, e.entry_code)
"""  # noqa: S608


@cache
def dosage_forms() -> DosageForms:
    """Return the dosage-form table that ships with the software."""
    return DosageForms(FormRow(form, group, same_as) for form, group, same_as in reference.dosage_form_rows())


def rows_with(
    keys: KnownKeys, *, insurer_id: int | None, known_at: datetime, laid_over: Sequence[int] = ()
) -> list[KnownRow]:
    """Return the known rows that meet the keys: the master's and published entries', of shared catalogs and the insurer's (None: of all).

    The entries of the versions with the ids `laid_over` count as if published at `known_at`.
    """
    parameters = {
        "known_at": known_at,
        "insurer_id": insurer_id,
        "all": insurer_id is None,
        "laid_over": list(laid_over),
        "names": sorted(keys.names),
        "codes": sorted(code.upper() for code in keys.codes),
        "approvals": sorted(keys.approvals),
        "brands": sorted(keys.brands),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, parameters)
        return [_known_row(*row) for row in cursor.fetchall()]


def masters_named(names: Iterable[str], *, known_at: datetime) -> list[KnownRow]:
    """Return the master's rows with one of these base names as their own or an alias's: they tell which drug an entry of the name is."""
    asked = f"{_MASTERS} AND (base_name = ANY(%(names)s::text[]) OR alias_keys && %(names)s::varchar[])"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked, {"known_at": known_at, "names": sorted(names)})
        return [_known_row(*row) for row in cursor.fetchall()]


def drug_names(names: Iterable[str], *, known_at: datetime) -> DrugNames:
    """Return which drug each of these base names is, as the master was at an instant: one statement, however many names."""
    asked = (
        "SELECT DISTINCT base_name, alias_keys FROM catalog_drugproduct"
        " WHERE recorded_from <= %(known_at)s AND (recorded_to IS NULL OR recorded_to > %(known_at)s)"
        " AND (base_name = ANY(%(names)s::text[]) OR alias_keys && %(names)s::varchar[])"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"known_at": known_at, "names": sorted(set(names))})
        return DrugNames(cursor.fetchall())


def _known_row(source: str, position: int, at: datetime, catalog: str, label: str, entry: str, *facts: Any) -> KnownRow:
    name, code, approval, aliases, form, brand, maker, strength, class_code = facts
    if source == "master":
        return KnownRow(
            "master", (position,), name, code, approval, tuple(aliases), form, brand, maker, strength, class_code
        )
    return KnownRow(
        "entry", (at, catalog, label, entry), name, code, approval, (), form, brand, maker, strength, class_code
    )


class KnownRows:
    """Fetched rows, to be asked again by keys without the database."""

    def __init__(self, rows: Iterable[KnownRow], forms: DosageForms) -> None:
        self._forms = forms
        self._by_key: dict[tuple[str, str], list[KnownRow]] = {}
        for row in rows:
            names = {forms.base_name(name).name for name in (row.generic_name, *row.aliases)}
            keys = {
                ("code", row.whole_code),
                ("approval", approval_key(row.approval_no)),
                ("brand", norm(row.brand_name)),
            }
            for key in keys | {("name", name) for name in names}:
                self._by_key.setdefault(key, []).append(row)

    def with_keys(self, keys: KnownKeys) -> list[KnownRow]:
        """Return the rows that meet the keys."""
        asked = {("code", one) for one in keys.codes} | {("approval", one) for one in keys.approvals}
        asked |= {("name", one) for one in keys.names} | {("brand", one) for one in keys.brands}
        return [row for key in asked for row in self._by_key.get(key, ())]

    def named(self, base_name: str) -> tuple[KnownRow, ...]:
        """Return the rows with this base name as their own or an alias's."""
        return tuple(self._by_key.get(("name", base_name), ()))

    def closure_of(self, identity: Identity) -> tuple[KnownRow, ...]:
        """Return the closure of one identity; the rows must hold it."""
        closure = Closure([identity], self._forms)
        while keys := closure.missing_keys():
            closure.add(self.with_keys(keys))
        return tuple(closure.rows)


def complete(closure: Closure, *, insurer_id: int | None, known_at: datetime, laid_over: Sequence[int] = ()) -> None:
    """Fetch rows until the closure holds all that can matter; a fixed number of rounds, whatever the number of lines."""
    while keys := closure.missing_keys():
        closure.add(rows_with(keys, insurer_id=insurer_id, known_at=known_at, laid_over=laid_over))


def knowledge_of(identities: Iterable[Identity], *, insurer_id: int | None, known_at: datetime) -> Knowledge:
    """Return what is known that can matter to these line identities."""
    closure = Closure(list(identities), dosage_forms())
    complete(closure, insurer_id=insurer_id, known_at=known_at)
    return Knowledge.build(closure.rows, dosage_forms())
