"""The addresses of the insurer endpoints, below /api/v1/."""

from django.urls import path

from insurers.api import views

VERSION = "products/<str:code>/versions/<str:label>/"
version = views.ProductVersionViewSet.as_view

urlpatterns = [
    path("insurers/me/", views.WhoViewSet.as_view({"get": "retrieve"}), name="insurer-me"),
    path("products/", views.ProductViewSet.as_view({"get": "list", "post": "create"}), name="product-list"),
    path("products/<str:code>/", views.ProductViewSet.as_view({"get": "retrieve"}), name="product-detail"),
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
    path(VERSION + "publish/", version({"post": "publish"}), name="product-version-publish"),
    path(VERSION + "withdraw/", version({"post": "withdraw"}), name="product-version-withdraw"),
]
