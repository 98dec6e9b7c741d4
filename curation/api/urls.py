"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from typing import Any

urlpatterns: list[Any] = []
