"""What of a list may be used at which level of institution (用药目录统一): an alliance of hospitals reads one list, each member its part."""

from dataclasses import dataclass

from django.db import connection

from catalog.vocabularies import LEVELS

LEVELS_COUNTED = tuple(map(int, LEVELS.codes))


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """How many entries, and how many drugs with at least one of them, may be used at a level."""

    level: int
    entries: int
    drugs: int


@dataclass(frozen=True, slots=True)
class DrugLevels:
    """A drug of a list, how many entries it has, and how many of them may be used at each level, the lowest first."""

    base_name: str
    generic_name: str
    entries: int
    usable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LevelTable:
    """What of a version may be used at which level: all its entries and drugs, the counts by level, how many drugs the table has, one page of it."""

    entries: int
    drugs: int
    levels: tuple[LevelCounts, ...]
    count: int
    rows: tuple[DrugLevels, ...]


def level_table(version_id: int, *, limited: bool, first: int, size: int) -> LevelTable:
    """Return the counts, and the drugs from a place on, by name; `limited`: only drugs that some level may not use all of. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE, {"version": version_id, "limited": limited, "first": first, "size": size})
        totals, *rows = cursor.fetchall()
    entries, drugs, count, *by_level = totals[2:]
    pairs = zip(LEVELS_COUNTED, by_level[::2], by_level[1::2], strict=True)
    return LevelTable(
        entries=entries or 0,
        drugs=drugs,
        levels=tuple(LevelCounts(level, usable or 0, named) for level, usable, named in pairs),
        count=count,
        rows=tuple(DrugLevels(row[0], row[1], row[2], tuple(row[3:6])) for row in rows),
    )


# The first row holds the totals; the others are drugs: name, its entries, those usable at each level.
_TABLE = """
WITH drugs AS MATERIALIZED (
  SELECT base_name, min(generic_name COLLATE "C") AS name, count(*) AS n,
         count(*) FILTER (WHERE coalesce(min_institution_level, 0) <= 1) AS a,
         count(*) FILTER (WHERE coalesce(min_institution_level, 0) <= 2) AS b,
         count(*) AS c
  FROM catalog_catalogentry WHERE version_id = %(version)s GROUP BY base_name
), page AS (
  SELECT base_name, name, n, a, b, c FROM drugs WHERE NOT %(limited)s OR a < n
  ORDER BY name COLLATE "C", base_name LIMIT %(size)s OFFSET %(first)s
)
SELECT NULL, NULL, sum(n), count(*), count(*) FILTER (WHERE NOT %(limited)s OR a < n),
       sum(a), count(*) FILTER (WHERE a > 0), sum(b), count(*) FILTER (WHERE b > 0), sum(c), count(*) FILTER (WHERE c > 0) FROM drugs
UNION ALL
SELECT base_name, name, n, a, b, c, NULL, NULL, NULL, NULL, NULL FROM page
"""
