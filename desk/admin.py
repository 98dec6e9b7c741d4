"""Every subject of the desk; importing one registers its pages."""

from desk import (
    accounts,
    audit,
    catalogs,
    checks,
    drugs,
    imports,
    insurers,
    jobs,
    keys,
    products,
    roles,
    site,
    vocabularies,
)
from desk.versions import pages as versions

__all__ = [
    "accounts",
    "audit",
    "catalogs",
    "checks",
    "drugs",
    "imports",
    "insurers",
    "jobs",
    "keys",
    "products",
    "roles",
    "site",
    "versions",
    "vocabularies",
]
