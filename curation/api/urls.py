"""The addresses of curation's endpoints, below /api/v1/: each subject gives its own."""

from curation.api import (
    coding,
    collections,
    comparing,
    corrections,
    drugs,
    findings,
    golden,
    impact,
    market,
    matrix,
    upcoming,
)

urlpatterns = [
    *market.urls,
    *collections.urls,
    *comparing.urls,
    *corrections.urls,
    *matrix.urls,
    *upcoming.urls,
    *drugs.urls,
    *findings.urls,
    *golden.urls,
    *impact.urls,
    *coding.urls,
]
