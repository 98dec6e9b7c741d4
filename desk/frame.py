"""What the desk's pages are made of: pages that only show, actions behind a form, refusals as sentences, the log of deeds, paging.

Nothing here changes anything by itself: an action calls a service, on POST only, and what the service refuses is told on the form.
A subject's pages are a `PageAdmin`: `page_context` gives what a row's page shows, `route` adds a page, `act` answers the page of an `Action`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from common.audit.models import Record
from common.errors import Refused
from desk.deed_words import changes
from desk.own_rows import told_facts, told_person
from insurers.persons import insurer_of

PAGE_SIZE = 50


def paged(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], parameter: str = "page", count: int | None = None
) -> Page[Any]:
    """Return the page of rows that the query parameter asks for; a page that is not there is the nearest one. `count` spares counting them."""
    pages = Paginator(rows, PAGE_SIZE)
    if count is not None:
        pages.count = count
    return pages.get_page(request.GET.get(parameter))


def sentences(refusal: Refused) -> list[str]:
    """Return what a refusal says to a person, each field's mend as a sentence of its own."""
    told = [problem.detail for problem in refusal.errors]
    return told or [refusal.detail]


def tell_on(form: forms.Form, refusal: Refused) -> None:
    """Say on a form what a refusal says: each problem at the last field that its pointer names, what is of no field above the form."""
    for problem in refusal.errors:
        shown = [part for part in problem.pointer.split("/") if part in form.fields]
        name = shown[-1] if shown and not form.fields[shown[-1]].widget.is_hidden else None
        form.add_error(name, problem.detail)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


@dataclass(frozen=True, slots=True)
class Button:
    """An action offered on a page. `why_not` says why it is not open to this person; then it leads nowhere."""

    title: Any
    href: str
    icon: str = ""
    tone: str = "default"
    why_not: Any = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A page with a form that, once it is sent, does one thing by a service.

    `do` gets the form's values and returns (where to go, what to say), or the answer itself. `intro` and `points` stand above the form; `tone` is
    its button's; `links` lead to files to start from. `why_not` takes the form and its button away (the service refuses all the same). `template`
    is another page for a large form, `more` what it shows beside it.
    """

    title: Any
    form: forms.Form
    do: Callable[[dict[str, Any]], tuple[str, Any] | HttpResponse]
    submit: Any
    back: str
    intro: Any = ""
    points: Iterable[Any] = ()
    links: Iterable[tuple[Any, str]] = ()
    tone: str = "primary"
    why_not: Any = ""
    template: str = "desk/frame/form.html"
    more: Mapping[str, Any] = field(default_factory=dict)


class Logged:
    """A model's pages whose history is the log of deeds, whatever door a deed came by; the admin's own log is not written."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id) or self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        deeds = Record.objects.filter(kind=self.opts.model_name, object_id=str(obj.pk))  # type: ignore[attr-defined]
        told = paged(request, deeds.order_by("-id"))
        for deed in told:
            deed.who = told_person(request, deed.who)
            deed.before, deed.after = told_facts(request, deed.before), told_facts(request, deed.after)
            deed.changes = changes(deed)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": obj,
            "title": str(obj),
            "page_title": _("History of %(what)s") % {"what": obj},
            "is_the_offices": insurer_of(request.user) is not None,
            "subtitle": None,
            "deeds": told,
        }
        return TemplateResponse(request, "desk/frame/history.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Leave the admin's own log unwritten."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Leave the admin's own log unwritten."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Leave the admin's own log unwritten."""


class Pages(Logged):
    """What a model's admin needs to have pages of its own beside the theme's: `page`, `route`, `act`."""

    def badges(self, obj: Any) -> Iterable[SafeString]:
        """Return what must be seen of a row on the pages of its actions too: its state, where its data comes from."""
        return ()

    def seen(self, request: HttpRequest, object_id: object) -> Any:
        """Return the row, or None; refuses (403) who may not see it.

        Lists write an id with its underscores quoted (`drug_5F47…`), other links as it is.
        """
        obj = self.get_object(request, str(object_id)) or self.get_object(request, unquote(str(object_id)))
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj

    def found(self, request: HttpRequest, object_id: object) -> Any:
        """Return the row; 404 where there is none, 403 for whoever may not see it."""
        obj = self.seen(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def page(
        self, request: HttpRequest, template: str, obj: Any, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        """Return a page about the row (or, without one, about the model)."""
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": str(obj) if obj is not None else self.opts.verbose_name_plural,
            "subtitle": None,
            # The log of deeds is the office's to read.
            "history_href": self.url("history", obj.pk) if obj is not None and insurer_of(request.user) is None else "",
        }
        return TemplateResponse(request, template, {**shared, **context}, status=status)

    def url(self, name: str, *args: object) -> str:
        """Return the address of one of this model's pages."""
        view = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{name}"
        return reverse(view, args=[quote(arg) for arg in args])

    def route(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """Return a route below the model's own for signed-in curators."""
        return path(
            route, self.admin_site.admin_view(view), name=f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        )

    def require(self, request: HttpRequest, *permissions: str) -> None:
        """Refuse (403) who lacks one of the permissions."""
        if not request.user.has_perms(permissions):
            raise PermissionDenied

    def act(self, request: HttpRequest, obj: Any, action: Action) -> HttpResponse:
        """Answer an action's page about a row (or, without one, about the model), and do it on POST.

        What the service refuses stands on the form, with the refusal's own status.
        """
        status = 200
        if request.method == "POST" and action.form.is_valid():
            try:
                done = action.do(action.form.cleaned_data)
            except Refused as refusal:
                status = refusal.status
                tell_on(action.form, refusal)
            else:
                if isinstance(done, HttpResponse):
                    return done
                href, told = done
                messages.success(request, told)
                return redirect(href)
        context = {
            "page_title": action.title,
            "action": action,
            "form": action.form,
            "badges": self.badges(obj) if obj is not None else (),
            "history_href": "",
            **action.more,
        }
        return self.page(request, action.template, obj, context, status=status)


class ReadOnlyAdmin(Pages, ModelAdmin):
    """Shows rows and changes none: not added, changed or deleted by any path, whoever asks."""

    actions = None
    list_per_page = PAGE_SIZE

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PageAdmin(ReadOnlyAdmin):
    """A read-only model with a page of its own for each row, and pages for the actions that services offer on it."""

    page_template = "desk/frame/page.html"

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the row's page shows."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        obj = self.seen(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self.page(request, self.page_template, obj, self.page_context(request, obj))
