"""Every address of the service."""



urlpatterns = []
handler400 = "common.api.problems.bad_request"
handler403 = "common.api.problems.forbidden"
handler404 = "common.api.problems.not_found"
handler500 = "common.api.problems.server_error"
