"""Addresses of the pages that are no model's: the way in, and the own page. They stand before the admin's own."""

from desk import entry, find, me, reports

app_name = "desk"
urlpatterns = [*entry.urls, *find.urls, *me.urls, *reports.urls]
