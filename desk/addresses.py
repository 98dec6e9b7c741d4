"""Addresses of pages that many pages lead to."""

from django.urls import reverse
from django.utils.http import urlencode

from catalog.models import CatalogVersion


def comparison(**sides: str) -> str:
    """Return the address that compares two sides (`left`, `right`: CODE or CODE@LABEL); one that is not given is still to be chosen."""
    return f"{reverse('desk:compare')}?{urlencode(sides)}"


def comparison_with_followed(version: CatalogVersion) -> str:
    """Return the address that compares a version with the one it follows, where it follows one."""
    code, followed = version.catalog.office_code, version.parent
    sides = {"left": f"{code}@{followed.label}"} if followed else {}
    return comparison(**sides, right=f"{code}@{version.label}")
