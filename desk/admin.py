"""Every subject of the desk; importing one registers its pages."""

from desk import (
    accounts,
    audit,
    batches,
    catalogs,
    checks,
    collections,
    comments,
    drugs,
    findings,
    golden,
    impact,
    imports,
    insurers,
    jobs,
    keys,
    roles,
    site,
    vocabularies,
    webhooks,
)
from desk.products import pages as products
from desk.versions import pages as versions

__all__ = [
    "accounts",
    "audit",
    "batches",
    "catalogs",
    "checks",
    "collections",
    "comments",
    "drugs",
    "impact",
    "findings",
    "golden",
    "imports",
    "insurers",
    "jobs",
    "keys",
    "products",
    "roles",
    "site",
    "versions",
    "vocabularies",
    "webhooks",
]
