"""Values of answers as the OpenAPI document tells them: amounts and ratios as text, digests, any JSON. For serializers that describe."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.shapes import named

DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
ANY_JSON = named("AnyJson", {"description": "Any JSON: what it is depends on what it is about."})
AS_SENT = named(
    "AsSent",
    {
        "type": "object",
        "description": "A request as it was sent, in whatever form its values were accepted.",
        "additionalProperties": True,
    },
)


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"})
class MoneyField(serializers.CharField):
    """An amount in CNY: a text with two decimals."""


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+\.[0-9]{4}$"})
class RatioField(serializers.CharField):
    """A ratio: a text with four decimals."""


@extend_schema_field(DECIMAL)
class DecimalTextField(serializers.CharField):
    """A number as text, with as many decimals as it has."""


@extend_schema_field({"type": "string", "pattern": "^[0-9a-f]{64}$"})
class DigestField(serializers.CharField):
    """A SHA-256, 64 hexadecimal digits."""


@extend_schema_field(ANY_JSON)
class AnyJsonField(serializers.JSONField):
    """Any JSON."""


@extend_schema_field(AS_SENT)
class AsSentField(serializers.DictField):
    """A request as it was sent."""


class SumsShape(serializers.Serializer):
    """How many lines, and their money in CNY."""

    lines = serializers.IntegerField()
    amount = MoneyField()
    claimable = MoneyField()
    payable = MoneyField()
