"""The curators' pages of this app; see catalog/curating, one file a subject."""

from catalog.curating import catalogs, drugs, imports, site, versions, vocabularies

__all__ = ["catalogs", "drugs", "imports", "site", "versions", "vocabularies"]
