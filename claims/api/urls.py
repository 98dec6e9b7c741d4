"""The addresses of the claims and coverage endpoints, below /api/v1/."""

from django.urls import path

from claims.api import alternatives, authorisations, batches, coverage, explanation, receipts, sandbox, views

check = views.ClaimCheckViewSet.as_view
batch = batches.BatchViewSet.as_view
claims_of_batch = batches.BatchClaimsViewSet.as_view
authorisation = authorisations.AuthorisationViewSet.as_view

urlpatterns = [
    path(
        "products/<str:code>/coverage/",
        coverage.CoverageViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="coverage",
    ),
    path("claims/checks/", check({"get": "list", "post": "create"}), name="check-list"),
    path("claims/checks/<uuid:pk>/", check({"get": "retrieve"}), name="check-detail"),
    path("claims/checks/<uuid:pk>/replay/", check({"post": "replay"}), name="check-replay"),
    path(
        "claims/checks/<uuid:pk>/receipt/", receipts.ReceiptViewSet.as_view({"get": "retrieve"}), name="check-receipt"
    ),
    path("receipts/verify/", receipts.VerifyViewSet.as_view({"post": "create"}), name="receipt-verify"),
    path(
        "claims/checks/<uuid:pk>/explanation/",
        explanation.ExplanationViewSet.as_view({"get": "retrieve"}),
        name="check-explanation",
    ),
    path(
        "claims/checks/<uuid:pk>/alternatives/",
        alternatives.AlternativesViewSet.as_view({"get": "retrieve"}),
        name="check-alternatives",
    ),
    path("claims/batches/", batch({"get": "list", "post": "create"}), name="batch-list"),
    path("claims/batches/<uuid:pk>/", batch({"get": "retrieve"}), name="batch-detail"),
    path("claims/batches/<uuid:pk>/cancel/", batch({"post": "cancel"}), name="batch-cancel"),
    path("claims/batches/<uuid:pk>/results.csv", batch({"get": "results_csv"}), name="batch-results-csv"),
    path("claims/batches/<uuid:pk>/results.ndjson", batch({"get": "results_ndjson"}), name="batch-results-ndjson"),
    path("claims/batches/<uuid:pk>/claims/", claims_of_batch({"get": "list"}), name="batch-claim-list"),
    path("claims/batches/<uuid:pk>/claims/<int:seq>/", claims_of_batch({"get": "retrieve"}), name="batch-claim-detail"),
    path(
        "claims/batches/<uuid:pk>/claims/<int:seq>/replay/",
        claims_of_batch({"post": "replay"}),
        name="batch-claim-replay",
    ),
    path("prior-authorisations/", authorisation({"get": "list", "post": "create"}), name="authorisation-list"),
    path("prior-authorisations/<str:no>/", authorisation({"get": "retrieve"}), name="authorisation-detail"),
    path("prior-authorisations/<str:no>/decide/", authorisation({"post": "decide"}), name="authorisation-decide"),
    path("prior-authorisations/<str:no>/papers/", authorisation({"post": "papers"}), name="authorisation-papers"),
    path("prior-authorisations/<str:no>/renew/", authorisation({"post": "renew"}), name="authorisation-renew"),
    path("sandbox/", sandbox.SandboxViewSet.as_view({"delete": "destroy"}), name="sandbox"),
    path("sandbox/refresh/", sandbox.SandboxViewSet.as_view({"post": "refresh"}), name="sandbox-refresh"),
    path("reason-codes/", views.ReasonCodeViewSet.as_view({"get": "list"}), name="reason-codes"),
]
