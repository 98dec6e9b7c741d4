"""Addresses of the pages that are no model's: the way in, and the own page. They stand before the admin's own."""

from desk import compare, entry, find, marks, matrix, me

app_name = "desk"
urlpatterns = [*entry.urls, *find.urls, *compare.urls, *matrix.urls, *marks.urls, *me.urls]
