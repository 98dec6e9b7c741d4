"""The addresses of curation's endpoints, below /api/v1/; a subject adds its own `urls`."""

from curation.api import comparing, drugs, matrix

urlpatterns = [*comparing.urls, *matrix.urls, *drugs.urls]
