"""The addresses of curation's endpoints, below /api/v1/: each subject gives its own."""

from curation.api import coding, collections, comparing, drugs, findings, impact, market, matrix

urlpatterns = [
    *market.urls,
    *collections.urls,
    *comparing.urls,
    *matrix.urls,
    *drugs.urls,
    *findings.urls,
    *impact.urls,
    *coding.urls,
]
