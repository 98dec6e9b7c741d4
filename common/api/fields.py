"""Serializers for what comes in: unknown fields and wrong JSON types are refused, never ignored or guessed."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from common.dates import parse_instant
from common.errors import MAX_ERRORS

# What cannot be seen on a screen and could deceive who reads it: control characters (line ends and tabs aside), zero-width ones,
# those that turn the direction of writing, tags, and code points that are no characters.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)

_CODES = {
    serializers.DateField: "bad_date",
    serializers.DateTimeField: "bad_instant",
    serializers.DecimalField: "bad_number",
    serializers.IntegerField: "bad_number",
    serializers.BooleanField: "bad_yes_no",
}


def _json_type(field: serializers.Field) -> tuple[tuple[type, ...], str] | None:
    """Return the Python types of the JSON that a field takes, and how to say it."""
    match field:
        case serializers.BooleanField():
            return (bool,), _("Send true or false.")
        case serializers.IntegerField():
            return (int,), _("Send a whole number.")
        case serializers.DecimalField():
            return (str, int, Decimal), _("Send an amount as text.")
        case (
            serializers.CharField()
            | serializers.ChoiceField()
            | serializers.DateField()
            | serializers.DateTimeField()
            | serializers.UUIDField()
        ):
            return (str,), _("Send a text.")
    return None


class InstantField(serializers.DateTimeField):
    """An RFC 3339 instant with its zone, as everywhere else; the framework's own also reads days, and fails at the ends of the calendar."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return parse_instant(value)
        except ValueError:
            raise serializers.ValidationError(
                _("Write an instant as 2026-03-14T08:00:00Z."), code="bad_instant"
            ) from None


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses fields it does not know, values of another JSON type, and texts with characters that cannot be seen.

    A subclass that reads a form (where everything is text) says so with `from_form`; one whose texts are compared and not kept, with `as_typed`.
    """

    from_form = False
    as_typed = False

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = self._repeated(data) if self.from_form else self._mistyped(data)
            errors = self._unknown(data) | wrong | ({} if self.as_typed else self._deceiving(data))
            if errors:
                raise serializers.ValidationError(errors)
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as refusal:
            raise serializers.ValidationError(self._named(refusal.detail)) from None

    def _named(self, detail: Any) -> Any:
        """Call a text that is no day, instant or number as every other reader does; the framework calls all of them invalid."""
        if not isinstance(detail, Mapping):
            return detail
        return {
            name: [
                serializers.ErrorDetail(one, _CODES.get(type(self.fields.get(name)), one.code))
                if isinstance(one, serializers.ErrorDetail) and one.code == "invalid"
                else one
                for one in told
            ]
            if isinstance(told, list)
            else told
            for name, told in detail.items()
        }

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, Any]:
        known = ", ".join(self.fields)
        unknown = [name for name in data if name not in self.fields]
        if len(unknown) > MAX_ERRORS:
            # Each of them an error would be the sender's megabytes many times over.
            told = _("There are %(count)d unknown fields; known are: %(known)s.")
            many = serializers.ErrorDetail(told % {"count": len(unknown), "known": known}, "unknown_field")
            return {"non_field_errors": [many]}
        detail = serializers.ErrorDetail(_("Unknown field; known are: %(known)s.") % {"known": known}, "unknown_field")
        return {str(name)[:100]: [detail] for name in unknown}

    def _repeated(self, data: Mapping[str, Any]) -> dict[str, Any]:
        detail = serializers.ErrorDetail(_("Give this field once."), "repeated_field")
        values_of = getattr(data, "getlist", lambda name: [data[name]])
        return {name: [detail] for name in data if len(values_of(name)) > 1}

    def _mistyped(self, data: Mapping[str, Any]) -> dict[str, Any]:
        wrong = {}
        for name, field in self.fields.items():
            wanted = _json_type(field)
            value = data.get(name)
            if wanted is None or value is None or field.read_only:
                continue
            types, detail = wanted
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                wrong[name] = [serializers.ErrorDetail(detail, "wrong_type")]
        return wrong

    def _deceiving(self, data: Mapping[str, Any]) -> dict[str, Any]:
        detail = serializers.ErrorDetail(
            _("The text holds a character that cannot be seen; write it without."), "control_character"
        )
        return {
            name: [detail]
            for name, value in data.items()
            if name in self.fields and isinstance(value, str) and _DECEIVING.search(value)
        }
