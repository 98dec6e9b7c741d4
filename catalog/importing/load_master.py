"""Comparing staged drug products with the master and merging them, in SQL: it only grows, and what was known before stays known."""

from typing import Any

from django.db import connection

from catalog import clock
from catalog.models import ImportRun

_STAGED = """
DROP TABLE IF EXISTS incoming, current_products, arriving;
CREATE TEMP TABLE incoming (
  aliases text[], alias_keys text[], approval_no text, approval_key text, brand_name text, brand_key text, class_code text,
  dosage_form text, generic_name text, base_name text, name_form text, manufacturer text, national_code text, pack text,
  regulators text[], strength text, unit text, pinyin text, initials text, row_hash bytea, row_no int
) ON COMMIT DROP
"""
# A row is the product it was before by its national code, else by approval number, strength and pack, else by all that describes it.
_KEY = """
CASE WHEN {t}.national_code <> '' THEN 'c' || {t}.national_code
     WHEN {t}.approval_key <> '' THEN 'a' || concat_ws(E'\\x1f', {t}.approval_key, {t}.strength, {t}.pack)
     ELSE 'n' || concat_ws(E'\\x1f', {t}.base_name, {t}.dosage_form, {t}.strength, {t}.pack, {t}.brand_name, {t}.manufacturer) END
"""
# Shown of a file before somebody merges it: so many of the products that change, and of those that are new.
SHOWN_CHANGED, SHOWN_ADDED = 200, 50
_FACTS = "generic_name aliases dosage_form strength brand_name manufacturer class_code unit pack national_code approval_no".split()


def stage() -> None:
    """Make the empty table `incoming` for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGED)


def compare() -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Compare the staged rows with the master and write nothing of it.

    Returns how many would be added, changed and left as they are, and the first that change (SHOWN_CHANGED) and come (SHOWN_ADDED), by row:
    {row, change, name, fields: {name: [old, new]}}.
    """
    with connection.cursor() as cursor:
        _find_what_they_were(cursor)
        cursor.execute("SELECT (SELECT count(*) FROM incoming), count(*), count(DISTINCT old_id) FROM arriving")
        staged, arriving, changed = cursor.fetchone()
        sample = [*_first(cursor, "changed", SHOWN_CHANGED), *_first(cursor, "added", SHOWN_ADDED)]
    return {"added": arriving - changed, "changed": changed, "unchanged": staged - arriving}, sample


def merge(run: ImportRun) -> None:
    """Bring the compared rows into the master: new products are added, changed ones end and begin anew in their place, none is removed.

    From the instant it declares, recognition knows them.
    """
    with connection.cursor() as cursor:
        _add_drugs(cursor)
        _write(cursor, run)


def _first(cursor: Any, change: str, most: int) -> list[dict[str, Any]]:
    """Return the first rows that are added, or changed, with the facts that differ from what the product was."""
    names = [*_FACTS, "regulators"]
    before, after = (", ".join(_as_text(name, table) for name in names) for table in ("c", "a"))
    known = "NOT NULL" if change == "changed" else "NULL"
    cursor.execute(
        f"SELECT a.row_no, a.generic_name, {before}, {after} FROM arriving a"  # noqa: S608
        f" LEFT JOIN current_products c ON c.id = a.old_id WHERE a.old_id IS {known} ORDER BY a.row_no LIMIT %s",
        [most],
    )
    found = []
    for row, name, *values in cursor.fetchall():
        pairs = zip(names, values[: len(names)], values[len(names) :], strict=True)
        fields = {field: [old, new] for field, old, new in pairs if old != new}
        found.append({"row": row, "change": change, "name": name, "fields": fields})
    return found


def _as_text(name: str, table: str) -> str:
    """Return the SQL of a fact as one text, several in an order of their own; '' where there is none."""
    several = {"aliases": f"array_to_string({table}.aliases, ';')"}
    several["regulators"] = f"(SELECT string_agg(r, ';' ORDER BY r) FROM unnest({table}.regulators) r)"  # noqa: S608
    return f"coalesce({several.get(name, f'{table}.{name}')}::text, '')"


def _add_drugs(cursor: Any) -> None:
    """Add the drugs of the rows that are not known yet."""
    cursor.execute(
        "INSERT INTO catalog_drug (id, base_name, generic_name, pinyin, initials)"
        " SELECT DISTINCT ON (base_name) 'drug_' || left(encode(sha256(convert_to(base_name, 'UTF8')), 'hex'), 16),"
        " base_name, generic_name, pinyin, initials FROM incoming i"
        " WHERE NOT EXISTS (SELECT FROM catalog_drug d WHERE d.base_name = i.base_name)"
        " ORDER BY base_name, row_no ON CONFLICT DO NOTHING"
    )


def _find_what_they_were(cursor: Any) -> None:
    """Make the table `arriving`: the rows that are new or say something new, each with the product it was before, if any."""
    # Products that their key does not tell apart are not guessed at: those of one approval number are the same when they are of
    # one drug (of which the check lets through one row each), the others only when they are wholly alike.
    told_apart = "count(*) OVER (PARTITION BY key) = 1 AS told_apart"
    # Made in one go: an index that is built over rows updated in this same transaction would not be used by it, and each row look at them all.
    cursor.execute(
        f"CREATE TEMP TABLE current_products ON COMMIT DROP AS SELECT p.*, {told_apart},"  # noqa: S608
        " coalesce((SELECT array_agg(regulator || coalesce(':' || approved_on, '') ORDER BY regulator)"
        " FROM catalog_approval a WHERE a.product_id = p.id), '{}')::text[] AS regulators"
        f" FROM (SELECT p.*, {_KEY.format(t='p')} AS key FROM catalog_drugproduct p WHERE recorded_to IS NULL) p"
    )
    cursor.execute("CREATE INDEX ON current_products (key); ANALYZE current_products; ANALYZE incoming")
    alike = " AND ".join(f"c.{name}::text = i.{name}::text" for name in _FACTS)
    alike += " AND c.regulators = (SELECT coalesce(array_agg(r ORDER BY r), '{}') FROM unnest(i.regulators) r)"
    cursor.execute(
        "CREATE TEMP TABLE arriving ON COMMIT DROP AS"  # noqa: S608
        " SELECT i.*, c.id AS old_id, c.position AS old_position, NULL::bigint AS position"
        f" FROM (SELECT i.*, {told_apart} FROM (SELECT i.*, {_KEY.format(t='i')} AS key FROM incoming i) i) i"
        f" LEFT JOIN LATERAL (SELECT *, {alike} AS alike FROM current_products c"
        " WHERE c.key = i.key"
        f" AND (c.told_apart AND i.told_apart OR left(i.key, 1) = 'a' AND c.base_name = i.base_name OR {alike})"
        " ORDER BY alike DESC, position LIMIT 1) c ON true"
        " WHERE c.alike IS NOT TRUE"
    )
    cursor.execute(
        "UPDATE arriving SET position = coalesce(old_position, row_no + (SELECT coalesce(max(position), 0) FROM catalog_drugproduct))"
    )
    cursor.execute("ANALYZE arriving")


def _write(cursor: Any, run: ImportRun) -> None:
    """End the products that changed and write those that arrive, known from now on."""
    instant = clock.declare()
    cursor.execute(
        "UPDATE catalog_drugproduct SET recorded_to = %s WHERE id IN (SELECT old_id FROM arriving)", [instant]
    )
    facts = ", ".join(_FACTS)
    cursor.execute(
        "INSERT INTO catalog_drugproduct (drug_id, base_name, alias_keys, brand_key, approval_key, position,"  # noqa: S608
        f" recorded_from, recorded_by_id, {facts})"
        " SELECT d.id, a.base_name, a.alias_keys, a.brand_key, a.approval_key, a.position, %s, %s,"
        f" {', '.join('a.' + name for name in _FACTS)}"
        " FROM arriving a JOIN catalog_drug d ON d.base_name = a.base_name ORDER BY a.row_no",
        [instant, run.pk],
    )
    cursor.execute(
        "INSERT INTO catalog_approval (product_id, regulator, approved_on)"
        " SELECT p.id, split_part(r, ':', 1), nullif(split_part(r, ':', 2), '')::date"
        " FROM arriving a JOIN catalog_drugproduct p ON p.recorded_by_id = %s AND p.position = a.position"
        " CROSS JOIN unnest(a.regulators) r ON CONFLICT DO NOTHING",
        [run.pk],
    )
