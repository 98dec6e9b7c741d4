"""Addresses of the pages that are no model's: the way in, and the own page. They stand before the admin's own."""

from desk import coding, compare, entry, find, marks, matrix, me, reports

app_name = "desk"
urlpatterns = [*entry.urls, *find.urls, *coding.urls, *me.urls, *compare.urls, *matrix.urls, *marks.urls, *reports.urls]
