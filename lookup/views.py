"""The look-up page: a question in the address, an answer that anybody may read, keep and pass on. No session, no cookie, no form token."""

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from catalog.clock import china_today, observe
from catalog.models import CatalogEntry, CatalogVersion
from catalog.vocabularies import LEVELS, SETTINGS, SEXES
from catalog.words import Words, period_words, provenance_words
from common.api import etags
from common.client_address import client_address
from common.labels import reader_language
from common.languages import LOCALES
from insurers.api.callers import WINDOW_SECONDS, counts
from insurers.public_products import public_products
from lookup.answering import answer_to, lists_in_force
from lookup.asking import Asked
from lookup.meaning import drugs_suggested

KEPT_SECONDS = 60
RETRY_SECONDS = 5

View = Callable[..., HttpResponse]


def language_of(request: HttpRequest, chosen: str) -> str:
    """Return the language of the page: the one chosen there, else the browser's, else Chinese. A cookie of the desk's changes nothing here."""
    if chosen in LOCALES:
        return LOCALES[chosen]
    for told, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(told)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def for_anybody(view: View) -> View:
    """Answer GET and HEAD in the reader's language, so many times a minute from an address; a fault is told as a fault; what is the same is 304."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        asked = Asked.of(request.GET)
        with translation.override(language_of(request, asked.lang)):
            limit = settings.PUBLIC_RATE_PER_MINUTE
            used = counts.used(client_address(request.META), limit)
            if used is not None and used > limit:
                return _fault(
                    asked, 429, _("You have asked very often. Wait a minute, then ask again."), WINDOW_SECONDS
                )
            try:
                response = view(request, asked, *args, **kwargs)
            except (DatabaseError, InterfaceError):
                return _fault(asked, 503, _("The service cannot look this up at the moment."), RETRY_SECONDS)
            except Http404:
                return _fault(asked, 404, _("There is no such row in the public lists."))
            return _kept(request, response)

    return answered


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the answer be kept for a minute by anybody, with its ETag; 304 where the reader has it."""
    etag = hashlib.sha256(response.content).hexdigest()[:32]
    headers = {
        "ETag": f'"{etag}"',
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
        "Vary": "Accept-Language",
    }
    if etags.unchanged(request, etag):
        return etags.not_changed(headers)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _fault(asked: Asked, status: int, told: str, wait: int = 0) -> HttpResponse:
    """Tell that there is no answer, which is not an answer about a drug."""
    response = _shown("lookup/fault.html", asked, {"told": told, "status": status}, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language"
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _shown(template: str, asked: Asked, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    # Without the request: nothing of a session can be looked at, so no cookie can vary what is kept.
    chosen = translation.get_language()
    words = {"asked": asked, "provenance_words": provenance_words(), "LANGUAGE_CODE": chosen, **context}
    return HttpResponse(get_template(template).render(words), status=status)


@for_anybody
def page(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask, and answer."""
    seen = observe()
    today = china_today(seen.known_at)
    products = public_products()
    language = reader_language()
    context: dict[str, Any] = {
        "products": products,
        "today": today,
        "settings": list(SETTINGS.names(language).items()),
        "levels": list(LEVELS.names(language).items()),
        "sexes": list(SEXES.names(language).items()),
    }
    if asked.drug:
        context |= {"answer": answer_to(asked, products=products, today=today, seen=seen)}
    else:
        context |= {"lists": lists_in_force(today, seen)}
    return _shown("lookup/page.html", asked, context)


@for_anybody
def suggest(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Say which drugs a text that is being written may become, each a link that asks with what else stands in the form."""
    found = drugs_suggested(asked.drug, observe()) if asked.drug else []
    return _shown("lookup/suggest.html", asked, {"drugs": found})


@for_anybody
def entry(request: HttpRequest, asked: Asked, catalog: str, label: str, entry_code: str) -> HttpResponse:
    """Show a row of a published version of a shared list, as it is written."""
    if any("\x00" in text for text in (catalog, label, entry_code)):
        raise Http404
    seen = observe()
    published = CatalogVersion.objects.filter(
        catalog__owner=None, catalog__code=catalog, label=label, published_at__lte=seen.known_at
    )
    rows = CatalogEntry.objects.filter(version__in=published, entry_code=entry_code)
    row = rows.select_related("version__catalog").first()
    if row is None:
        raise Http404
    version = row.version
    withdrawn = version.withdrawn_at if version.withdrawn_at and version.withdrawn_at <= seen.known_at else None
    context = {
        "version": version,
        "row": row,
        "facts": Words().facts(row),
        "days": period_words(version.effective_from, version.effective_to),
        "withdrawn": withdrawn,
        "today": china_today(seen.known_at),
    }
    return _shown("lookup/entry.html", asked, context)
