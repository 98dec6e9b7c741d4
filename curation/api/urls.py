"""The addresses of curation's endpoints, below /api/v1/."""

from django.urls import path

from curation.api import coding, drugs, impact, matrix
from curation.api.collections import CollectionPublishingViewSet, CollectionViewSet
from curation.api.findings import FindingViewSet

VERSION = "catalogs/<str:code>/versions/<str:label>/"
collections = CollectionViewSet.as_view

urlpatterns = [
    path("findings/", FindingViewSet.as_view({"get": "list"}), name="finding-list"),
    path("findings/<int:pk>/", FindingViewSet.as_view({"get": "retrieve"}), name="finding-detail"),
    path("findings/<int:pk>/acknowledge/", FindingViewSet.as_view({"post": "acknowledge"}), name="finding-acknowledge"),
    path(
        VERSION + "impact/",
        impact.VersionImpactViewSet.as_view({"get": "list", "post": "create"}),
        name="version-impact",
    ),
    path("impact/<uuid:pk>/", impact.ImpactViewSet.as_view({"get": "retrieve"}), name="impact-detail"),
    path("impact/<uuid:pk>/cancel/", impact.ImpactViewSet.as_view({"post": "cancel"}), name="impact-cancel"),
    path("impact/<uuid:pk>/lines.csv", impact.ImpactLinesViewSet.as_view({"get": "lines"}), name="impact-lines"),
    path("coding/queue/", coding.CodingQueueViewSet.as_view({"get": "list"}), name="coding-queue"),
    path("coding/decisions/", coding.CodingDecisionViewSet.as_view({"post": "create"}), name="coding-decision-list"),
    path("collections/", collections({"get": "list", "post": "create"}), name="collection-list"),
    path("collections/<uuid:pk>/", collections({"get": "retrieve"}), name="collection-detail"),
    path("collections/<uuid:pk>/facts/", collections({"post": "facts"}), name="collection-facts"),
    path(
        "collections/<uuid:pk>/publish/",
        CollectionPublishingViewSet.as_view({"post": "publish"}),
        name="collection-publish",
    ),
    path("matrix/", matrix.MatrixViewSet.as_view({"get": "list"}), name="matrix"),
    path("matrix.csv", matrix.MatrixViewSet.as_view({"get": "csv"}), name="matrix-csv"),
    path("matrix.xlsx", matrix.MatrixViewSet.as_view({"get": "xlsx"}), name="matrix-xlsx"),
    path("drugs/<str:pk>/paid-by/", drugs.PaidByViewSet.as_view({"get": "list"}), name="drug-paid-by"),
]
