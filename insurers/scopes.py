"""What a key may do: the scopes there are, and how many of a key's its issuer may still give (spec api.md, Auth). Pure but for the words."""

from collections.abc import Collection, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may do (spec api.md, Auth)."""

    CATALOG_READ = "catalog:read", _("read catalogs")
    COVERAGE_READ = "coverage:read", _("query coverage")
    CLAIMS_CHECK = "claims:check", _("check claims")
    PRODUCTS_WRITE = "products:write", _("keep products")
    WEBHOOKS_MANAGE = "webhooks:manage", _("keep webhooks")
    CATALOG_WRITE = "catalog:write", _("keep catalogs")
    CATALOG_PUBLISH = "catalog:publish", _("publish catalogs")
    AUDIT_READ = "audit:read", _("read the log of deeds")


# Publishing catalogs is the office's act, by a second person of the office; the log of deeds is everybody's, so the office alone reads it.
OFFICE_ONLY = frozenset({Scope.CATALOG_PUBLISH, Scope.AUDIT_READ})

MAY_ISSUE = "insurers.add_apikey"

# The right at pages that a person must have to give a scope. An insurer's own lists are kept by whoever keeps its products.
OF_OFFICE: Mapping[str, str] = {
    Scope.CATALOG_READ: "catalog.view_catalog",
    Scope.CATALOG_WRITE: "catalog.change_catalogversion",
    Scope.CATALOG_PUBLISH: "catalog.publish_catalogversion",
    Scope.AUDIT_READ: "audit.view_record",
}
OF_INSURER: Mapping[str, str] = {
    Scope.CATALOG_READ: "insurers.view_product",
    Scope.COVERAGE_READ: "insurers.view_product",
    Scope.CLAIMS_CHECK: "insurers.view_product",
    Scope.PRODUCTS_WRITE: "insurers.change_productversion",
    Scope.WEBHOOKS_MANAGE: "insurers.change_webhook",
    Scope.CATALOG_WRITE: "insurers.change_productversion",
}
# Who curates lists or reads the log does not hold an insurer's key as well: one person would be two.
CURATES = frozenset({OF_OFFICE[scope] for scope in (Scope.CATALOG_WRITE, Scope.CATALOG_PUBLISH, Scope.AUDIT_READ)})
ASKED_OF_ISSUER = frozenset({MAY_ISSUE, *OF_OFFICE.values(), *OF_INSURER.values()})


# What a superuser has of them.
EVERY_RIGHT = "*"


def may_give(rights: Collection[str], *, of_insurer: bool, is_insurers: bool) -> frozenset[str]:
    """Return the scopes that a person with these rights may give to a key now.

    `of_insurer`: the key is an insurer's; `is_insurers`: the person is that insurer's own. Of the office, an insurer's key is given by an
    administrator who is no curator, and a curator's own key has no more than the curator.
    """
    rights = ASKED_OF_ISSUER if EVERY_RIGHT in rights else rights
    if of_insurer and is_insurers:
        own = OF_INSURER.items() if MAY_ISSUE in rights else ()
        return frozenset(scope for scope, right in own if right in rights)
    if of_insurer:
        return frozenset(OF_INSURER) if MAY_ISSUE in rights and CURATES.isdisjoint(rights) else frozenset()
    return frozenset(scope for scope, right in OF_OFFICE.items() if right in rights)
