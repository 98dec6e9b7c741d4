"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from django.urls import path

from curation.api import drugs, matrix

urlpatterns = [
    path("matrix/", matrix.MatrixViewSet.as_view({"get": "list"}), name="matrix"),
    path("matrix.csv", matrix.MatrixViewSet.as_view({"get": "csv"}), name="matrix-csv"),
    path("matrix.xlsx", matrix.MatrixViewSet.as_view({"get": "xlsx"}), name="matrix-xlsx"),
    path("drugs/<str:pk>/paid-by/", drugs.PaidByViewSet.as_view({"get": "list"}), name="drug-paid-by"),
]
from curation.api import comparing

urlpatterns = [*comparing.urls]
