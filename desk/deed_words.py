"""What a deed changed, in words: each field's name, what it was and what it is."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.entries import COLUMNS
from catalog.words import field_label
from common.audit.models import Record

NOTHING = "—"
_HASH = re.compile(r"[0-9a-f]{64}")
IN_BRIEF = 3
_ROOMS = ("catalog", "insurers", "claims", "curation", "jobs", "auth")
# What services write that is no field of the row itself.
_NAMES = {
    "active": gettext_lazy("active"),
    "staff": gettext_lazy("signs in here"),
    "superuser": gettext_lazy("may do everything"),
    "groups": gettext_lazy("groups"),
    "rights": gettext_lazy("rights beside the groups'"),
    "insurer": gettext_lazy("insurer"),
    "holder": gettext_lazy("holder"),
    "temporary": gettext_lazy("to be changed at the next sign-in"),
    "catalog": gettext_lazy("catalog"),
    "entries": gettext_lazy("entries"),
    "count": gettext_lazy("count"),
    "counts": gettext_lazy("counts"),
    "file": gettext_lazy("file"),
    "rows": gettext_lazy("rows"),
    "kept": gettext_lazy("rows taken"),
    "added": gettext_lazy("added"),
    "removed": gettext_lazy("removed"),
    "changed": gettext_lazy("changed"),
    "confirm": gettext_lazy("mass change confirmed"),
    "acknowledge": gettext_lazy("acknowledged"),
    "against": gettext_lazy("compared with"),
    "state": gettext_lazy("state"),
    "editors": gettext_lazy("editors"),
    "asked": gettext_lazy("asked for"),
    "sha256": gettext_lazy("SHA-256 of the file"),
    "unchanged": gettext_lazy("unchanged"),
    "typographic": gettext_lazy("written otherwise only"),
    "remark": gettext_lazy("remark"),
    "remarks": gettext_lazy("remarks"),
    "normalised": gettext_lazy("read as otherwise written"),
    "narrower": gettext_lazy("covers less"),
    "minor": gettext_lazy("minor changes"),
    "major": gettext_lazy("major changes"),
    "format": gettext_lazy("file format"),
    "encoding": gettext_lazy("encoding"),
    "old": gettext_lazy("before"),
    "new": gettext_lazy("now"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("now"),
    "lines": gettext_lazy("lines"),
    "older_than": gettext_lazy("older than"),
    "edits": gettext_lazy("edits"),
    "changes": gettext_lazy("changes"),
    "to": gettext_lazy("to"),
    "from": gettext_lazy("from"),
    "size": gettext_lazy("size in bytes"),
    "sandbox": gettext_lazy("sandbox"),
    "warnings": gettext_lazy("warnings"),
    "errors": gettext_lazy("errors"),
    "lists": gettext_lazy("lists"),
    "keys": gettext_lazy("keys"),
    "checks": gettext_lazy("checks"),
    "version": gettext_lazy("version"),
    "uploaded_by": gettext_lazy("uploaded by"),
    "seen": gettext_lazy("read"),
    "not_seen": gettext_lazy("not read"),
    "row": gettext_lazy("row"),
    "results": gettext_lazy("results"),
    "reason": gettext_lazy("reason"),
    "reasons": gettext_lazy("reasons"),
    "pins": gettext_lazy("pins"),
    "payable": gettext_lazy("payable"),
    "months": gettext_lazy("months"),
    "min_products": gettext_lazy("products at least"),
    "min_key_provinces": gettext_lazy("key provinces at least"),
    "key_provinces": gettext_lazy("key provinces"),
    "lost_keys": gettext_lazy("lost keys"),
    "left_out": gettext_lazy("left out"),
    "known_at": gettext_lazy("as known at"),
    "drafts": gettext_lazy("drafts"),
    "draft": gettext_lazy("draft"),
    "date": gettext_lazy("day"),
    "copy_of": gettext_lazy("copy of"),
    "copied": gettext_lazy("copied"),
    "comments": gettext_lazy("comments"),
    "columns": gettext_lazy("columns"),
    "column": gettext_lazy("column"),
    "claim_changed": gettext_lazy("claim changed"),
    "cells": gettext_lazy("cells"),
    "authorisations": gettext_lazy("prior authorisations"),
    "asked_by": gettext_lazy("asked by"),
    "kind": gettext_lazy("kind"),
    "receipt": gettext_lazy("receipt"),
    "found": gettext_lazy("found"),
    "explained": gettext_lazy("explained to"),
    "products": gettext_lazy("products"),
    "batches": gettext_lazy("batches"),
    "labels": gettext_lazy("labels"),
    "label": gettext_lazy("label"),
    "code": gettext_lazy("code"),
    "claims": gettext_lazy("claims"),
    "provinces": gettext_lazy("provinces"),
    "note": gettext_lazy("note"),
}


class Change(NamedTuple):
    """One field of what a deed was done to."""

    name: str
    old: str
    new: str


@cache
def logged_models() -> tuple[type[Model], ...]:
    """Return the models that deeds are done to."""
    return tuple(model for model in apps.get_models() if model._meta.app_label in _ROOMS)


def _model(kind: str) -> type[Model] | None:
    return next((model for model in logged_models() if model._meta.model_name == kind), None)


def kind_name(kind: str) -> str:
    """Return what a kind of object is called."""
    if kind == "group":
        return _("role")
    model = _model(kind)
    return str(model._meta.verbose_name) if model else kind


def object_name(kind: str, name: str) -> str:
    """Return what a row is about: what kind of object, and which; a list of them has no name but its kind's."""
    return kind_name(kind) if name == kind else f"{kind_name(kind)} {name}".strip()


def field_name(kind: str, name: str) -> str:
    """Return what a field is called: by its row, else by what services write, else as it is written."""
    model = _model(kind)
    if model is not None:
        try:
            told = str(getattr(model._meta.get_field(name), "verbose_name", ""))
        except FieldDoesNotExist:
            told = ""
        if told and told != name.replace("_", " "):  # nobody gave it another name than the code's
            return told
    return _inner_name(name)


def _inner_name(name: str) -> str:
    """Return what something inside a value is called: as services write it, as a column of entries, else as it is written."""
    return str(_NAMES.get(name) or (field_label(name) if name in COLUMNS else name.replace("_", " ")))


def shown(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _("; ").join(shown(one) for one in value)
    if isinstance(value, dict):
        return _("; ").join(f"{_inner_name(name)}: {shown(one)}" for name, one in value.items())
    text = str(value)
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text


def _chosen(kind: str, name: str, value: Any) -> Any:
    """Return the words of a value that a field's choices have; any other as it is."""
    model = _model(kind)
    if model is None or not isinstance(value, str):
        return value
    try:
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", ()))
    except FieldDoesNotExist:
        return value
    return choices.get(value, value)


def changes(record: Record) -> list[Change]:
    """Return what a deed changed, field by field; what stayed as it was is left out."""
    return list(_changes(record))


def _changes(record: Record) -> Iterator[Change]:
    before, after = record.before, record.after
    if not isinstance(before, dict | None) or not isinstance(after, dict | None):
        if before != after:
            yield Change(_("all"), shown(before), shown(after))
        return
    old, new = before or {}, after or {}
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            was, now = (_chosen(record.kind, name, one.get(name)) for one in (old, new))
            yield Change(field_name(record.kind, name), shown(was), shown(now))


def in_brief(record: Record) -> SafeString:
    """Return the first few changes for a cell of a list."""
    found = changes(record)
    if not found:
        return SafeString(NOTHING)
    told = format_html_join(
        "", '<div class="old-new"><span class="name">{}</span> <del>{}</del> → <ins>{}</ins></div>', found[:IN_BRIEF]
    )
    rest = len(found) - IN_BRIEF
    return format_html("{}{}", told, _("and %(count)s more") % {"count": rest}) if rest > 0 else told
