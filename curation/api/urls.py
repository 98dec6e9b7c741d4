"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from typing import Any

from django.urls import path

from curation.api import impact

VERSION = "catalogs/<str:code>/versions/<str:label>/"

urlpatterns: list[Any] = [
    path(
        VERSION + "impact/",
        impact.VersionImpactViewSet.as_view({"get": "list", "post": "create"}),
        name="version-impact",
    ),
    path("impact/<uuid:pk>/", impact.ImpactViewSet.as_view({"get": "retrieve"}), name="impact-detail"),
    path("impact/<uuid:pk>/cancel/", impact.ImpactViewSet.as_view({"post": "cancel"}), name="impact-cancel"),
    path("impact/<uuid:pk>/lines.csv", impact.ImpactLinesViewSet.as_view({"get": "lines"}), name="impact-lines"),
]
