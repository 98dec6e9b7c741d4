"""The addresses of the catalog endpoints, below /api/v1/."""

from django.urls import path

from catalog.api import comments, drafts, feed, log, questionnaire, views

VERSION = "catalogs/<str:code>/versions/<str:label>/"
entry = drafts.EntryViewSet.as_view
version, publishing = views.VersionViewSet.as_view, views.PublishingViewSet.as_view

urlpatterns = [
    path("log/checkpoint/", log.LogViewSet.as_view({"get": "checkpoint"}), name="log-checkpoint"),
    path("log/entries/", log.LogViewSet.as_view({"get": "list"}), name="log-entries"),
    path("log/proof/inclusion/", log.LogViewSet.as_view({"get": "inclusion"}), name="log-inclusion"),
    path("log/proof/consistency/", log.LogViewSet.as_view({"get": "consistency"}), name="log-consistency"),
    path("catalogs/", views.CatalogViewSet.as_view({"get": "list", "post": "create"}), name="catalog-list"),
    path(
        "catalogs/<str:code>/",
        views.CatalogViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="catalog-detail",
    ),
    path("catalogs/<str:code>/in-force/", views.CatalogViewSet.as_view({"get": "in_force"}), name="catalog-in-force"),
    path("catalogs/<str:code>/diff/", views.CatalogViewSet.as_view({"get": "diff"}), name="catalog-diff"),
    path("catalogs/<str:code>/changes/", feed.ChangesViewSet.as_view({"get": "list"}), name="catalog-changes"),
    path("changes/", feed.AllChangesViewSet.as_view({"get": "list"}), name="changes"),
    path("catalogs/<str:code>/versions/", version({"get": "list", "post": "create"}), name="version-list"),
    path(
        VERSION,
        version({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="version-detail",
    ),
    path(VERSION + "entries/", entry({"get": "list", "post": "create"}), name="entry-list"),
    path(VERSION + "entries/bulk/", drafts.BulkViewSet.as_view({"post": "create"}), name="entry-bulk"),
    # A code may hold a slash, so what is below an entry comes first.
    path(
        VERSION + "entries/<path:entry_code>/form/",
        questionnaire.FormViewSet.as_view({"get": "retrieve"}),
        name="entry-form",
    ),
    path(
        VERSION + "entries/<path:entry_code>/",
        entry({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="entry-detail",
    ),
    path(VERSION + "edits/", drafts.EditsViewSet.as_view({"get": "list"}), name="version-edits"),
    path(VERSION + "merge-base/", drafts.MergeViewSet.as_view({"post": "create"}), name="version-merge-base"),
    path(VERSION + "export.csv", version({"get": "export_csv"}), name="version-export-csv"),
    path(VERSION + "export.xlsx", version({"get": "export_xlsx"}), name="version-export-xlsx"),
    path(VERSION + "export.ndjson", version({"get": "export_ndjson"}), name="version-export-ndjson"),
    path(VERSION + "submit/", version({"post": "submit"}), name="version-submit"),
    path(VERSION + "end-consultation/", version({"post": "end_consultation"}), name="version-end-consultation"),
    path(VERSION + "request-review/", version({"post": "request_review"}), name="version-request-review"),
    path(VERSION + "send-back/", publishing({"post": "send_back"}), name="version-send-back"),
    path(VERSION + "publish/", publishing({"post": "publish"}), name="version-publish"),
    path(VERSION + "withdraw/", publishing({"post": "withdraw", "delete": "keep"}), name="version-withdraw"),
    path(VERSION + "revert/", version({"post": "revert"}), name="version-revert"),
    path(
        VERSION + "comments/",
        comments.CommentViewSet.as_view({"get": "list", "post": "create"}),
        name="comment-list",
    ),
    path(VERSION + "comments/upload/", comments.CommentsFileViewSet.as_view({"post": "create"}), name="comment-upload"),
    path(VERSION + "comments/summary/", comments.SummaryViewSet.as_view({"get": "list"}), name="comment-summary"),
    path(
        VERSION + "comments/summary.xlsx",
        comments.SummaryViewSet.as_view({"get": "xlsx"}),
        name="comment-summary-xlsx",
    ),
    path(
        VERSION + "comments/<uuid:pk>/",
        comments.CommentViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="comment-detail",
    ),
    path(
        VERSION + "comments/<uuid:pk>/answer/",
        comments.AnswerViewSet.as_view({"post": "create"}),
        name="comment-answer",
    ),
    path("imports/", views.ImportViewSet.as_view({"get": "list", "post": "create"}), name="import-list"),
    path("imports/<uuid:pk>/", views.ImportViewSet.as_view({"get": "retrieve"}), name="import-detail"),
    path("imports/<uuid:pk>/problems.csv", views.ImportViewSet.as_view({"get": "problems"}), name="import-problems"),
    path(
        "imports/<uuid:pk>/rows-with-problems.csv",
        views.ImportViewSet.as_view({"get": "marked_csv"}),
        name="import-marked-csv",
    ),
    path(
        "imports/<uuid:pk>/rows-with-problems.xlsx",
        views.ImportViewSet.as_view({"get": "marked_xlsx"}),
        name="import-marked-xlsx",
    ),
    path("imports/<uuid:pk>/cancel/", views.ImportViewSet.as_view({"post": "cancel"}), name="import-cancel"),
    path("imports/<uuid:pk>/merge/", views.MergingViewSet.as_view({"post": "merge"}), name="import-merge"),
    path("drugs/", views.DrugViewSet.as_view({"get": "list"}), name="drug-list"),
    path("drugs/resolve/", views.DrugViewSet.as_view({"post": "resolve"}), name="drug-resolve"),
    path("drugs/<str:pk>/", views.DrugViewSet.as_view({"get": "retrieve"}), name="drug-detail"),
    path("drugs/<str:pk>/listings/", views.DrugViewSet.as_view({"get": "listings"}), name="drug-listings"),
    path("drugs/<str:pk>/history/", views.DrugViewSet.as_view({"get": "history"}), name="drug-history"),
]
