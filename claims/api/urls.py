"""The addresses of the claims and coverage endpoints, below /api/v1/."""

from django.urls import path

from claims.api import views

check, coverage = views.ClaimCheckViewSet.as_view, views.CoverageViewSet.as_view

urlpatterns = [
    path("claims/checks/", check({"get": "list", "post": "create"}), name="check-list"),
    path("claims/checks/<uuid:pk>/", check({"get": "retrieve"}), name="check-detail"),
    path("claims/checks/<uuid:pk>/replay/", check({"post": "replay"}), name="check-replay"),
    path("products/<str:code>/coverage/", coverage({"get": "retrieve", "post": "create"}), name="coverage"),
    path("reason-codes/", views.ReasonCodeViewSet.as_view({"get": "list"}), name="reason-codes"),
]
