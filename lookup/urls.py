"""The addresses of the look-up page."""

from django.urls import path

from lookup import views

app_name = "lookup"
urlpatterns = [
    path("", views.page, name="page"),
    path("suggest/", views.suggest, name="suggest"),
    path("lists/<str:catalog>/<str:label>/<path:entry_code>/", views.entry, name="entry"),
]
