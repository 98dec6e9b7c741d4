"""My account: who I am here, my password, my second factor, my sessions."""

from django.contrib import admin, messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from unfold.forms import AdminOwnPasswordChangeForm

from common.persons import services
from desk.frame import Button
from desk.roles import role_names
from desk.sign_in import half_way
from insurers.persons import account_of


@never_cache
def my_page(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person what is known of them here."""
    account = account_of(request.user)
    standing = account.standing
    context = {
        **admin.site.each_context(request),
        "title": _("My account"),
        "account": request.user,
        "password_set_at": standing and standing.password_set_at,
        "roles": role_names(request.user),
        "insurer": account.insurer,
        "has_factor": account.has_factor,
        "buttons": [
            Button(_("Change password"), reverse("admin:password_change"), "password"),
            Button(
                _("Set up another application") if account.has_factor else _("Set up the second step"),
                reverse("desk:enrol"),
                "phonelink_lock",
            ),
        ],
    }
    return TemplateResponse(request, "desk/entry/me.html", context)


@never_cache
def password_page(request: HttpRequest) -> HttpResponse:
    """Change the own password; where it was given by somebody, or is old, nothing else opens before."""
    if not request.user.is_authenticated:
        return redirect("admin:login")
    form = AdminOwnPasswordChangeForm(request.user, request.POST or None)
    if form.is_valid():
        user = services.change_own_password(user=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed; your other sessions are over."))
        return redirect("desk:me")
    standing = account_of(request.user).standing
    given = bool(standing and standing.password_given_by)
    context = {"form": form, "title": _("Change password"), "given": given}
    return half_way(request, "password", context, 400 if form.errors else 200)


@never_cache
@require_POST
def recovery_page(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them, once."""
    made = services.make_recovery_codes(user=request.user)
    return half_way(request, "recovery", {"codes": made, "title": _("Recovery codes"), "done": "desk:me"})


@require_POST
def end_page(request: HttpRequest) -> HttpResponse:
    """End every session of the signed-in person, this one too."""
    services.end_sessions(user=request.user, by=request.user.get_username())
    logout(request)
    return redirect(f"{reverse('admin:login')}?ended=mine")


urls = [
    path("me/", admin.site.admin_view(my_page), name="me"),
    path("me/recovery-codes/", admin.site.admin_view(recovery_page), name="recovery"),
    path("me/sessions/end/", admin.site.admin_view(end_page), name="end-sessions"),
    path("password_change/", password_page, name="password"),
]
