"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from typing import Any

from curation.api import market

urlpatterns: list[Any] = [*market.urls]
