"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from typing import Any

from django.urls import path

from curation.api.collections import CollectionPublishingViewSet, CollectionViewSet

collections = CollectionViewSet.as_view

urlpatterns: list[Any] = [
    path("collections/", collections({"get": "list", "post": "create"}), name="collection-list"),
    path("collections/<uuid:pk>/", collections({"get": "retrieve"}), name="collection-detail"),
    path("collections/<uuid:pk>/facts/", collections({"post": "facts"}), name="collection-facts"),
    path(
        "collections/<uuid:pk>/publish/",
        CollectionPublishingViewSet.as_view({"post": "publish"}),
        name="collection-publish",
    ),
]
