"""What is around every page: the menu (menu.py), the languages, the styles, and which page is the first."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.tenancy import NOBODY
from desk.menu import menu
from desk.today import today
from insurers.persons import tenant_of


def frame(context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Add to the theme's context what our frame shows (unfold's `extra_context` hook)."""
    context["styles"] = [
        *context["styles"],
        *map(static, ("desk/desk.css", "desk/drafts.css", "desk/review.css", "desk/pictures.css")),
    ]
    context["site_favicons"] = [{"rel": "icon", "type": "image/svg+xml", "href": static("desk/icon.svg")}]
    context["show_languages"] = True
    # There is no other site: the theme's link to it would lead back here.
    context["site_url"] = None
    # A calm blue instead of the theme's purple; the shades are the theme's own.
    context["colors"]["primary"] = {shade: f"var(--color-blue-{shade})" for shade in context["colors"]["primary"]}
    if context["has_permission"]:
        context["sidebar_navigation"] = menu(request)
        if request.path == reverse("admin:index"):
            context |= today(request)
    return context


def may_enter(request: HttpRequest) -> bool:
    """Tell whether the pages are open: to an active account of the desk that works for somebody."""
    return request.user.is_active and request.user.is_staff and tenant_of(request.user) != NOBODY


def app_list(request: HttpRequest, app_label: str | None = None) -> list[Any]:
    """Return what the page of one app lists. Of all apps nothing: Django asks for it with every page, and the menu is ours."""
    return [] if app_label is None else admin.AdminSite.get_app_list(admin.site, request, app_label)


admin.site.has_permission = may_enter
admin.site.get_app_list = app_list
admin.site.extra_context = frame
admin.site.index_template = "desk/today.html"
admin.site.login_template = "desk/frame/login.html"
admin.site.index_title = _("Today")
