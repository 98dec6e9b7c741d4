"""Which drug a name is, for whole lists: the aliases of the drug master as known at an instant (spec eligibility 3, "What is known")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from common.cache import LruCache

# What was known at an instant never changes, and many requests share an observation.
_known: LruCache[datetime, "Aliases"] = LruCache(16)

# An alias counts where it is of one master drug only and is itself the name of none.
_OWNED = """
WITH master AS MATERIALIZED (
  SELECT base_name, alias_keys FROM catalog_drugproduct
  WHERE recorded_from <= %(known_at)s AND (recorded_to IS NULL OR recorded_to > %(known_at)s)
), named AS (SELECT DISTINCT base_name, unnest(alias_keys) AS alias FROM master WHERE alias_keys <> '{}')
SELECT alias, min(base_name) FROM named
WHERE alias <> '' AND NOT EXISTS (SELECT FROM master WHERE master.base_name = named.alias)
GROUP BY alias HAVING count(*) = 1
"""


@dataclass(frozen=True, slots=True)
class Aliases:
    """Base names that are aliases → the one drug whose they are; every other base name is a drug of its own."""

    owners: Mapping[str, str] = field(default_factory=dict)

    def drug_of(self, name: str) -> str:
        """Return the drug (its base name) that an entry with this base name names."""
        return self.owners.get(name, name)

    def names_of(self, drugs: Iterable[str]) -> set[str]:
        """Return every base name by which entries name one of these drugs."""
        wanted = set(drugs)
        return wanted | {alias for alias, drug in self.owners.items() if drug in wanted}


def aliases_at(known_at: datetime) -> Aliases:
    """Return the aliases as the master had them at an instant that lies not after an observation (catalog.clock); one statement at most."""
    found = _known.get(known_at)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(_OWNED, {"known_at": known_at})
            found = Aliases(dict(cursor.fetchall()))
        _known.put(known_at, found)
    return found
