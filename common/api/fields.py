"""Serializers for what comes in: unknown fields are refused, never ignored."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses fields it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields)
                detail = serializers.ErrorDetail(
                    _("Unknown field; known are: %(known)s.") % {"known": known}, "unknown_field"
                )
                raise serializers.ValidationError({str(name)[:100]: [detail] for name in unknown})
        return super().to_internal_value(data)
