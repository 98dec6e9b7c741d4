"""Editing a draft over REST: its entries one by one and many at once, what was edited, and merging the edition it follows (spec curation.md 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog import entries, entry_editing
from catalog.api import serializers as shapes
from catalog.api.access import READ, WRITE, given_in, may_write, version_etag, version_of, writable_version
from catalog.api.entries import EntryViewSet as EntryListViewSet
from catalog.api.entries import codes_where, seen_version
from catalog.importing.edited_entries import STANDARD_TEXT, STORAGE
from catalog.merging import SIDES
from catalog.models import CatalogEntry, CatalogVersion, EntryEdit
from common.api import etags
from common.api.fields import StrictSerializer
from common.api.filtering import refuse_unknown
from common.api.pagination import PagePagination
from common.api.problems import ApiProblem
from common.api.problems import shown as shown_error
from common.api.schema import FieldProblem, ProblemDocument
from common.api.shapes import component, lenient, named
from common.api.values import DECIMAL, AnyJsonField
from common.api.views import ApiViewSet
from common.errors import FieldError, pointer

MOST_CODES = 100_000


# --- What is sent: the columns as GET gives them, or as the cells of a file


class Cell(serializers.Field):
    """A value of an entry. Which JSON it may be is asked here; what it says is read as a file's cell is."""

    types: tuple[type, ...] = (str,)
    default_error_messages = {"wrong_type": "{wanted}"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, self.types) and (bool in self.types or not isinstance(data, bool)):
            return data
        raise serializers.ValidationError(self.wanted(), "wrong_type")

    def wanted(self) -> str:
        return _("Send a text.")

    def to_representation(self, value: Any) -> Any:
        return value


_TEXT = {"type": ["string", "null"]}


@extend_schema_field(_TEXT)
class TextCell(Cell):
    """A text."""


_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}


@extend_schema_field(lenient({"type": ["integer", "null"]}, _NUMBER))
class NumberCell(Cell):
    """A number, or a text that says one."""

    types = (str, int, float)

    def wanted(self) -> str:
        return _("Send a number, or a text.")


@extend_schema_field(lenient({**DECIMAL, "type": ["string", "null"]}, _NUMBER))
class DecimalCell(NumberCell):
    """The same, as text: an amount or a quantity."""


@extend_schema_field(
    lenient({"type": ["boolean", "null"]}, {"anyOf": [{"type": "boolean"}, {"type": "string"}, {"type": "null"}]})
)
class YesNoCell(Cell):
    types = (str, bool)

    def wanted(self) -> str:
        return _("Send true or false.")


_TEXTS = {"type": "array", "items": {"type": "string"}}


@extend_schema_field(
    lenient({**_TEXTS, "type": ["array", "null"]}, {"anyOf": [_TEXTS, {"type": "string"}, {"type": "null"}]})
)
class ListCell(Cell):
    types = (str, list)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        wrong = (
            [place for place, one in enumerate(values) if not self._is_item(one)] if isinstance(values, list) else []
        )
        if wrong:
            raise serializers.ValidationError(self.wanted(), "wrong_type")
        return values

    def _is_item(self, one: Any) -> bool:
        return isinstance(one, str)

    def wanted(self) -> str:
        return _("Send a list of texts.")


_CRITERIA = {
    "type": ["array", "null"],
    "items": component("CriterionInput", {"code": {"type": "string"}, "text": {"type": "string"}}, required=["code"]),
}


@extend_schema_field(lenient(_CRITERIA, {"anyOf": [_CRITERIA, _TEXTS, {"type": "string"}]}))
class CriteriaCell(ListCell):
    def _is_item(self, one: Any) -> bool:
        if not isinstance(one, Mapping):
            return isinstance(one, str)
        named = "code" in one and one.keys() <= {"code", "text"}
        return named and all(isinstance(value, str) for value in one.values())

    def wanted(self) -> str:
        return _("Send a list of {code, text}.")


_CELLS: Mapping[str, type[Cell]] = {"list": ListCell, "int": NumberCell, "decimal": DecimalCell, "yes_no": YesNoCell}


class EntryCells(StrictSerializer):
    """Columns of an entry; one that is null or empty is not given."""

    # What a text may hold is said by the column that reads it.
    as_typed = True

    def get_fields(self) -> dict[str, serializers.Field]:
        made: dict[str, serializers.Field] = {
            name: CriteriaCell() if name == "criteria" else _CELLS.get(storage, TextCell)()
            for name, storage in STORAGE.items()
        }
        return made | {
            STANDARD_TEXT: TextCell(help_text="what payment_standard says that is no number"),
            **super().get_fields(),
        }


class EntryInput(EntryCells):
    # So that what was read can be sent back.
    evidence = AnyJsonField(required=False, allow_null=True, help_text="as GET gives it; it is not changed")
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="", help_text="why")


class RemovalInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


@extend_schema_field(
    {
        "type": "object",
        "description": "the filters of the list, or `entry_codes`",
        "properties": {"entry_codes": {"type": "array", "items": {"type": "string"}}},
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
    }
)
class Where(serializers.Field):
    """Which entries are meant: filters of the list as texts, or codes."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Send an object: filters of the list, or entry_codes."), "wrong_type")
        if "entry_codes" in data:
            return self._codes(data)
        made = {str(name): str(value).lower() if isinstance(value, bool) else value for name, value in data.items()}
        wrong = [
            name for name, value in made.items() if not isinstance(value, str) or not value.strip() or "\x00" in value
        ]
        if wrong:
            raise serializers.ValidationError({name: self._fault(_("Send a text.")) for name in wrong})
        return made

    def _codes(self, data: dict[str, Any]) -> dict[str, Any]:
        codes = data["entry_codes"]
        if len(data) > 1:
            raise serializers.ValidationError(_("Send filters of the list or entry_codes, not both."), "invalid")
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise serializers.ValidationError({"entry_codes": self._fault(_("Send a list of texts."))})
        if len(codes) > MOST_CODES:
            raise serializers.ValidationError(
                {"entry_codes": self._fault(_("At most %(most)d.") % {"most": MOST_CODES})}
            )
        return {"entry_codes": codes}

    def _fault(self, detail: str) -> list[serializers.ErrorDetail]:
        return [serializers.ErrorDetail(detail, "wrong_type")]

    def to_representation(self, value: Any) -> Any:
        return value


class BulkInput(StrictSerializer):
    where = Where()
    remove = serializers.BooleanField(required=False, default=False, help_text="in place of `set`")
    reason = serializers.CharField(max_length=2000, help_text="why")

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "set": EntryCells(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("set")) == attrs["remove"]:
            detail = serializers.ErrorDetail(_("Say what to set, or remove: true; one of the two."), "invalid")
            raise serializers.ValidationError({"set": [detail]})
        return attrs


class MergeInput(StrictSerializer):
    resolve = serializers.DictField(
        child=serializers.ChoiceField(SIDES),
        required=False,
        help_text="entry_code: whose counts, mine (the draft's) or theirs (the edition's)",
    )


# --- What is answered


class EditedEntryOutput(shapes.EntryOutput):
    warnings = FieldProblem(many=True, help_text="what a file's report would warn of")


class BulkOutput(serializers.Serializer):
    count = serializers.IntegerField(help_text="entries that were meant")


class OldNew(serializers.Serializer):
    old = shapes.ColumnValueField(allow_null=True)
    new = shapes.ColumnValueField(allow_null=True)


class EditOutput(serializers.ModelSerializer):
    changes = serializers.DictField(
        child=OldNew(), help_text="column: {old, new} as the list shows values; null: not given"
    )

    class Meta:
        model = EntryEdit
        fields = ["at", "by", "entry_code", "kind", "changes", "reason"]


@extend_schema_field(
    named(
        "SideValue",
        {
            "description": "A column's value, or a whole entry.",
            "anyOf": [shapes.COLUMN_VALUE, shapes.ENTRY_COLUMNS],
        },
    )
)
class SideField(serializers.JSONField):
    """What one side of a conflict has."""


class ConflictOutput(serializers.Serializer):
    entry_code = serializers.CharField(help_text="the draft's; the edition's where the draft has it not")
    field = serializers.CharField(allow_null=True, help_text="null: one side removed the entry, the other changed it")
    base = SideField(allow_null=True, help_text="as it was; the whole entry where `field` is null")
    theirs = SideField(allow_null=True, help_text="as the followed edition has it now")
    mine = SideField(allow_null=True, help_text="as the draft has it")


class ConflictsDocument(ProblemDocument):
    """409: what both sides changed, until each is resolved."""

    conflicts = ConflictOutput(many=True, required=False, help_text="where `code` is conflicts")


# --- The views


def entry_etag(row_hash: bytes) -> str:
    """Return what changes whenever an entry does."""
    return bytes(row_hash).hex()[:32]


def unless_changed(request: Any, etag_of: Callable[[Any], str], found: Any) -> None:
    """Raise a 412 where the caller read something else than what is there now that it is locked."""
    etags.check_match(request, etag_of(found))


class EntryViewSet(EntryListViewSet):
    """Entries 条目 of a version, and of a draft one by one."""

    scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    tagged = frozenset({"list", "retrieve", "create", "partial_update"})
    matched = frozenset({"create", "partial_update", "destroy"})
    located = frozenset({"create"})
    refusals = {"partial_update": (409,), "destroy": (409, 415)}

    @extend_schema(parameters=[], filters=False, responses=shapes.EntryOutput)
    def retrieve(self, request: Any, code: str, label: str, entry_code: str) -> HttpResponseBase:
        """One entry; of a draft with an ETag to change it by."""
        refuse_unknown(request.query_params, ())
        version = seen_version(request, code, label)
        etag, shown = _entry(version, entry_code)
        return etags.answer(request, shown, etag=etag, immutable=version.published_at is not None)

    @extend_schema(request=EntryInput, responses={201: EditedEntryOutput})
    def create(self, request: Any, code: str, label: str) -> Response:
        """Add an entry to a draft, checked as a file's row; without a code it gets the one an import would make.

        One entry each: a name is kept as it is written, whatever it may hold.
        """
        given = given_in(request, EntryInput)
        version = writable_version(request, code, label)
        kept = entry_editing.add_entry(
            version=version,
            reason=given.pop("reason"),
            values=given,
            by=request.user.person,
            seen=partial(unless_changed, request, version_etag),
        )
        response = self._kept(kept, status=201)
        response["Location"] = self._address(code, kept)
        return response

    @extend_schema(request=EntryInput, responses=EditedEntryOutput)
    def partial_update(self, request: Any, code: str, label: str, entry_code: str) -> Response:
        """Change columns of a draft's entry; with another code it is at `Content-Location`."""
        given = given_in(request, EntryInput)
        version = writable_version(request, code, label)
        kept = entry_editing.change_entry(
            version=version,
            entry_code=entry_code,
            reason=given.pop("reason"),
            values=given,
            by=request.user.person,
            seen=partial(unless_changed, request, entry_etag),
        )
        response = self._kept(kept)
        if kept.entry_code != entry_code:
            response["Content-Location"] = self._address(code, kept)
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, code: str, label: str, entry_code: str) -> Response:
        """Remove an entry from a draft; a body may give the `reason`."""
        given = given_in(request, RemovalInput)
        entry_editing.remove_entry(
            version=writable_version(request, code, label),
            entry_code=entry_code,
            reason=given["reason"],
            by=request.user.person,
            seen=partial(unless_changed, request, entry_etag),
        )
        return Response(status=204)

    def _kept(self, kept: entry_editing.Kept, status: int = 200) -> Response:
        etag, shown = _entry(kept.version, kept.entry_code)
        warnings = [shown_error(one) for one in kept.warnings]
        return Response({**shown, "warnings": warnings}, status=status, headers={"ETag": f'"{etag}"'})

    def _address(self, code: str, kept: entry_editing.Kept) -> str:
        return reverse("entry-detail", args=[code, kept.version.label, kept.entry_code])


def _entry(version: CatalogVersion, entry_code: str) -> tuple[str, dict[str, Any]]:
    """Return an entry's ETag, and the entry as the API shows it; raises a 404."""
    found = CatalogEntry.objects.filter(version=version, entry_code=entry_code)
    row = found.values("row_hash", *entries.COLUMNS).first()
    if row is None:
        raise entry_editing.NoSuchEntry
    etag = entry_etag(row.pop("row_hash"))
    return etag, entries.shown(row | {entries.EVIDENCE: entries.evidence_of(version.pk, entry_code)})


class BulkViewSet(ApiViewSet):
    """Many entries of a draft at once."""

    queryset = CatalogEntry.objects.none()
    serializer_class = BulkOutput
    scopes = {"POST": WRITE}
    matched = frozenset({"create"})

    @extend_schema(request=BulkInput, responses={200: BulkOutput})
    def create(self, request: Any, code: str, label: str) -> Response:
        """Set the same columns in many entries of a draft, or remove them: all or none."""
        given = given_in(request, BulkInput)
        count = entry_editing.edit_entries(
            version=writable_version(request, code, label),
            of=partial(_meant, given["where"]),
            values=None if given["remove"] else given["set"],
            reason=given["reason"],
            by=request.user.person,
            seen=partial(unless_changed, request, version_etag),
        )
        return Response({"count": count})


def _meant(where: Mapping[str, Any], version: CatalogVersion) -> set[str]:
    """Return the codes of the entries that are meant; raises a 400 where one that is named is not there."""
    if "entry_codes" not in where:
        return set(codes_where(version, where))
    codes = where["entry_codes"]
    known = set(CatalogEntry.objects.filter(version=version, entry_code__in=codes).values_list("entry_code", flat=True))
    detail = _("The version has no such entry.")
    missing = [
        FieldError(pointer("where", "entry_codes", place), "not_found", detail)
        for place, code in enumerate(codes)
        if code not in known
    ]
    if missing:
        raise ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), missing)
    return known


class EditsViewSet(ApiViewSet):
    """What was edited in a version: who, when, which entry, old → new, why."""

    queryset = EntryEdit.objects.none()
    serializer_class = EditOutput
    scopes = {"GET": READ}

    @extend_schema(
        parameters=[
            OpenApiParameter("entry_code", str, description="of this entry alone"),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=EditOutput(many=True),
    )
    def list(self, request: Any, code: str, label: str) -> Response:
        """The edits of a version's entries, the latest first; they are the office's own, or the owner's."""
        refuse_unknown(request.query_params, ("entry_code", "page", "page_size"))
        version = version_of(request, code, label)
        if not may_write(request, version.catalog):
            raise ApiProblem(404, "not_found", _("There is no such thing, or it is not yours to see."))
        edits = entry_editing.edits_of(version)
        if wanted := request.query_params.get("entry_code"):
            edits = edits.filter(entry_code=wanted)
        pages = PagePagination()
        page = pages.paginate_queryset(edits, request) or []
        return pages.get_paginated_response(EditOutput(page, many=True).data)


class MergeViewSet(ApiViewSet):
    """Merging the edition that a draft follows into it."""

    queryset = CatalogVersion.objects.none()
    serializer_class = shapes.VersionOutput
    scopes = {"POST": WRITE}
    tagged = frozenset({"create"})
    matched = frozenset({"create"})

    @extend_schema(
        request=MergeInput,
        responses={200: shapes.VersionOutput, (409, "application/problem+json"): ConflictsDocument},
    )
    def create(self, request: Any, code: str, label: str) -> Response:
        """Take over what has changed in the edition that the draft follows; 409 `conflicts` until each is resolved."""
        given = given_in(request, MergeInput)
        version = entry_editing.merge_base(
            version=writable_version(request, code, label),
            resolve=given.get("resolve"),
            by=request.user.person,
            seen=partial(unless_changed, request, version_etag),
        )
        shown = shapes.VersionOutput(version, context={"caller": request.user}).data
        return Response(shown, headers={"ETag": f'"{version_etag(version)}"'})
