"""What a key may do: the scopes there are, and nothing else (spec api.md, Auth)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may do (spec api.md, Auth)."""

    CATALOG_READ = "catalog:read", _("read catalogs")
    COVERAGE_READ = "coverage:read", _("query coverage")
    CLAIMS_CHECK = "claims:check", _("check claims")
    PRODUCTS_WRITE = "products:write", _("keep products")
    CATALOG_WRITE = "catalog:write", _("keep catalogs")
    CATALOG_PUBLISH = "catalog:publish", _("publish catalogs")
    AUDIT_READ = "audit:read", _("read the log of deeds")
