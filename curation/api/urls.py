"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from django.urls import path

from curation.api.findings import FindingViewSet

urlpatterns = [
    path("findings/", FindingViewSet.as_view({"get": "list"}), name="finding-list"),
    path("findings/<uuid:pk>/", FindingViewSet.as_view({"get": "retrieve"}), name="finding-detail"),
    path(
        "findings/<uuid:pk>/acknowledge/", FindingViewSet.as_view({"post": "acknowledge"}), name="finding-acknowledge"
    ),
]
