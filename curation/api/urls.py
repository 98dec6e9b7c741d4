"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from typing import Any

from django.urls import path

from curation.api import coding

urlpatterns: list[Any] = [
    path("coding/queue/", coding.CodingQueueViewSet.as_view({"get": "list"}), name="coding-queue"),
    path("coding/decisions/", coding.CodingDecisionViewSet.as_view({"post": "create"}), name="coding-decision-list"),
]
