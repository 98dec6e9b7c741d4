"""Addresses of the pages that are no model's: the way in, and the own page. They stand before the admin's own."""

from desk import coding, compare, corrections, find, marks, matrix, my_account, reports, sign_in, upcoming

app_name = "desk"
urlpatterns = [
    *sign_in.urls,
    *find.urls,
    *coding.urls,
    *my_account.urls,
    *compare.urls,
    *matrix.urls,
    *marks.urls,
    *reports.urls,
    *upcoming.urls,
    *corrections.urls,
]
