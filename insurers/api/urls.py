"""The addresses of the insurer endpoints, below /api/v1/."""

from django.urls import path

from insurers.api import audit, keys, manifest, requests, views, webhooks
from insurers.api import (
    schema as schema,  # what is here is in the OpenAPI document, and how its callers say who they are
)

VERSION = "products/<str:code>/versions/<str:label>/"
WEBHOOK = "webhooks/<uuid:pk>/"
version = views.ProductVersionViewSet.as_view
webhook, delivery = webhooks.WebhookViewSet.as_view, webhooks.DeliveryViewSet.as_view

urlpatterns = [
    path("insurers/me/", views.WhoViewSet.as_view({"get": "retrieve"}), name="insurer-me"),
    path("keys/", keys.KeyViewSet.as_view({"get": "list", "post": "create"}), name="key-list"),
    path("keys/<str:prefix>/", keys.KeyViewSet.as_view({"get": "retrieve"}), name="key-detail"),
    path("keys/<str:prefix>/revoke/", keys.KeyViewSet.as_view({"post": "revoke"}), name="key-revoke"),
    path("requests/", requests.RequestViewSet.as_view({"get": "list"}), name="request-list"),
    path("audit/", audit.AuditViewSet.as_view({"get": "list"}), name="audit-list"),
    path("products/", views.ProductViewSet.as_view({"get": "list", "post": "create"}), name="product-list"),
    path(
        "products/<str:code>/",
        views.ProductViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="product-detail",
    ),
    path(
        "products/<str:code>/versions/",
        version({"get": "list", "post": "create"}),
        name="product-version-list",
    ),
    path("products/<str:code>/validate/", version({"post": "validate"}), name="product-version-validate"),
    path(
        VERSION,
        version({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="product-version-detail",
    ),
    path(VERSION + "clone/", version({"post": "clone"}), name="product-version-clone"),
    path(VERSION + "publish/", version({"post": "publish"}), name="product-version-publish"),
    path(VERSION + "withdraw/", version({"post": "withdraw"}), name="product-version-withdraw"),
    path("manifest/check/", manifest.ManifestViewSet.as_view({"post": "check"}), name="manifest-check"),
    path("webhooks/", webhook({"get": "list", "post": "create"}), name="webhook-list"),
    path(WEBHOOK, webhook({"get": "retrieve", "delete": "destroy"}), name="webhook-detail"),
    path(WEBHOOK + "rotate-secret/", webhook({"post": "rotate_secret"}), name="webhook-rotate-secret"),
    path(WEBHOOK + "test/", webhook({"post": "test"}), name="webhook-test"),
    path(WEBHOOK + "deliveries/", delivery({"get": "list"}), name="delivery-list"),
    path(WEBHOOK + "deliveries/<uuid:delivery>/", delivery({"get": "retrieve"}), name="delivery-detail"),
    path(WEBHOOK + "deliveries/<uuid:delivery>/replay/", delivery({"post": "replay"}), name="delivery-replay"),
]
