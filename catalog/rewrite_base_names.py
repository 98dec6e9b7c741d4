"""Base names as they are kept beside entries and products, for look-up: written anew where the rules of spec eligibility 3.1 have changed.

They are derived from what is kept and are no part of it: neither a row's hash nor a version's checksum holds one. So a rewrite changes no
published list, only how it is found, and it is the one thing that goes past the triggers which keep published rows as they are.
"""

from collections.abc import Iterable

from django.db import connection

from catalog import reference
from catalog.drugs.base_names import drug_id
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.importing.pinyin import sounds

# A product's drug changes with its name, and the foreign key is checked late: at once, or the table could not be altered.
_OPEN = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE catalog_catalogentry DISABLE TRIGGER entry_immutable;
ALTER TABLE catalog_drugproduct DISABLE TRIGGER product_append_only;
"""
_CLOSE = """
ALTER TABLE catalog_catalogentry ENABLE TRIGGER entry_immutable;
ALTER TABLE catalog_drugproduct ENABLE TRIGGER product_append_only;
"""
_ENTRIES = """
UPDATE catalog_catalogentry e SET base_name = fresh.base FROM unnest(%s::text[], %s::text[]) AS fresh(name, base)
WHERE e.generic_name = fresh.name AND e.base_name <> fresh.base
"""
# A table of a later release: not there yet where an early migration rewrites.
_LISTED = """
UPDATE catalog_listeddrug e SET base_name = fresh.base FROM unnest(%s::text[], %s::text[]) AS fresh(name, base)
WHERE e.generic_name = fresh.name AND e.base_name <> fresh.base
"""
_PRODUCTS = """
UPDATE catalog_drugproduct p SET base_name = d.base_name, drug_id = d.id FROM unnest(%s::text[], %s::text[]) AS fresh(name, base)
JOIN catalog_drug d ON d.base_name = fresh.base
WHERE p.generic_name = fresh.name AND p.base_name <> fresh.base
"""
_ALIASES = (
    "UPDATE catalog_drugproduct SET alias_keys = %s WHERE aliases = %s::varchar[] AND alias_keys <> %s::varchar[]"
)


def rewrite_base_names() -> int:
    """Write every base name as today's rules read it, add the drugs they name, and return how many rows that changed."""
    forms = DosageForms(FormRow(*row) for row in reference.dosage_form_rows())

    def base(name: str) -> str:
        return forms.base_name(name).name

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT generic_name, base_name FROM catalog_catalogentry WHERE generic_name <> ''")
        entries = _changed((name, kept, base(name)) for name, kept in cursor.fetchall())
        cursor.execute("SELECT DISTINCT generic_name, base_name FROM catalog_drugproduct")
        products = _changed((name, kept, base(name)) for name, kept in cursor.fetchall())
        cursor.execute("SELECT DISTINCT aliases, alias_keys FROM catalog_drugproduct WHERE aliases <> '{}'")
        aliases = [
            (list(map(base, names)), names) for names, keys in cursor.fetchall() if keys != list(map(base, names))
        ]
        if not (entries[0] or products[0] or aliases):
            return 0
        _add_drugs(zip(*entries, strict=True))
        _add_drugs(zip(*products, strict=True))
        rows = 0
        cursor.execute(_OPEN)
        for statement, changed in ((_ENTRIES, entries), (_PRODUCTS, products)):
            cursor.execute(statement, changed)
            rows += cursor.rowcount
        cursor.execute("SELECT to_regclass('catalog_listeddrug') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(_LISTED, entries)
        for keys, names in aliases:
            cursor.execute(_ALIASES, [keys, names, keys])
            rows += cursor.rowcount
        cursor.execute(_CLOSE)
        return rows


def _changed(names: Iterable[tuple[str, str, str]]) -> tuple[list[str], list[str]]:
    """Return (names, their base names) of those whose base name is not the one kept."""
    changed = [(name, base) for name, kept, base in names if kept != base]
    return [name for name, _base in changed], [base for _name, base in changed]


def _add_drugs(names: Iterable[tuple[str, str]]) -> None:
    """Add a drug for every base name that has none yet, with the first name that is cut down to it."""
    first = {base: name for name, base in sorted(names, reverse=True)}
    drugs = [(drug_id(base), base, name, *sounds(name)) for base, name in first.items()]
    with connection.cursor() as cursor:
        # Written here rather than by the model: a later release may have given it columns that the table has not got yet.
        cursor.executemany(
            "INSERT INTO catalog_drug (id, base_name, generic_name, pinyin, initials)"
            " VALUES (%s, %s, %s, left(%s, 600), left(%s, 200)) ON CONFLICT DO NOTHING",
            drugs,
        )
