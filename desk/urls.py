"""Addresses of the pages that are no model's: the way in, and the own page. They stand before the admin's own."""

from desk import coding, compare, corrections, entry, find, marks, matrix, me, reports, upcoming

app_name = "desk"
urlpatterns = [
    *entry.urls,
    *find.urls,
    *coding.urls,
    *me.urls,
    *compare.urls,
    *matrix.urls,
    *marks.urls,
    *reports.urls,
    *upcoming.urls,
    *corrections.urls,
]
