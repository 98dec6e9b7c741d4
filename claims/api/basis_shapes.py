"""The shapes of what a check's answer rests on beside its reasons (claims.eligibility.basis), for the OpenAPI document."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.shapes import named

RESULTS = ["pass", "fail", "unknown"]
RATIO_KINDS = ["plain", "pre_existing", "unsettled", "unsettled_pre_existing", "bands"]


@extend_schema_field(named("ReasonValues", {"type": "object", "additionalProperties": {"type": "string"}}))
class ReasonValuesField(serializers.DictField):
    """What fills the message of a reason, by name."""


class ClaimedShape(serializers.Serializer):
    """What was claimed, as it was read; of the drug only what was given."""

    national_code = serializers.CharField(required=False)
    approval_no = serializers.CharField(required=False)
    generic_name = serializers.CharField(required=False)
    dosage_form = serializers.CharField(required=False)
    brand_name = serializers.CharField(required=False)
    manufacturer = serializers.CharField(required=False)
    strength = serializers.CharField(required=False)
    service_date = serializers.DateField()
    quantity = serializers.CharField(help_text="after refunds")
    base_settled = serializers.BooleanField(help_text="or base_paid above 0")


class NearestShape(serializers.Serializer):
    benefit = serializers.CharField()
    catalog = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    checksum = serializers.CharField(allow_null=True)
    entry_code = serializers.CharField(allow_null=True)


class ConditionShape(serializers.Serializer):
    condition = serializers.ChoiceField(
        ["indication", "sex", "age", "setting", "institution", "criteria", "prior_auth"]
    )
    asks = serializers.ListField(child=serializers.CharField())
    given = serializers.ListField(child=serializers.CharField())
    result = serializers.ChoiceField(RESULTS)
    texts = serializers.DictField(child=serializers.CharField(), help_text="codes and columns in words, as printed")


class DeductibleShape(serializers.Serializer):
    group = serializers.CharField()
    amount = serializers.CharField()
    used_before = serializers.CharField()
    left_before = serializers.CharField()


class BandPartShape(serializers.Serializer):
    up_to = serializers.CharField(allow_null=True)
    ratio = serializers.CharField()
    part = serializers.CharField(help_text="what of the line's base lies in the band")


class LimitShape(serializers.Serializer):
    of = serializers.ChoiceField(["benefit", "product"])
    amount = serializers.CharField()
    used_before = serializers.CharField()
    left_before = serializers.CharField()


class CountedShape(serializers.Serializer):
    """What the money of a paid line was counted with, in its order."""

    max_quantity = serializers.CharField(allow_null=True)
    within_quantity = serializers.CharField(allow_null=True, help_text="what the quantity limit leaves of claimable")
    payment_standard = serializers.CharField(allow_null=True)
    price_cap = serializers.CharField(allow_null=True)
    deductible = DeductibleShape(allow_null=True)
    base = serializers.CharField(help_text="allowed less deductible_applied")
    ratio_kind = serializers.ChoiceField(RATIO_KINDS)
    bands = BandPartShape(many=True)
    base_before = serializers.CharField()
    limits = LimitShape(many=True)


class LineBasisShape(serializers.Serializer):
    line_no = serializers.IntegerField()
    values = serializers.ListField(
        child=ReasonValuesField(),
        help_text="of each reason of the line, in their order: what fills its message, by name",
    )
    claimed = ClaimedShape()
    nearest = NearestShape(
        allow_null=True, help_text="where no benefit takes the line: the one whose reasons it carries, and its entry"
    )
    conditions = ConditionShape(many=True, help_text="of the entry matched, or of the nearest")
    base_conditions = ConditionShape(many=True, help_text="of the 医保 entry")
    counted = CountedShape(allow_null=True, help_text="null: not paid")


class NamedBenefitShape(serializers.Serializer):
    version = serializers.CharField(help_text="of the product")
    code = serializers.CharField()
    name = serializers.CharField()


class NamedCatalogShape(serializers.Serializer):
    catalog = serializers.CharField()
    name = serializers.CharField()


class BasisShape(serializers.Serializer):
    """What a check rests on beside its reasons: what an explanation is made from."""

    product_name = serializers.CharField()
    catalogs = NamedCatalogShape(many=True)
    benefits = NamedBenefitShape(many=True)
    lines = LineBasisShape(many=True, help_text="in the order of the answer's lines")
