"""What the insurer endpoints take and give (spec api.md). Terms themselves are read by insurers.terms."""

from rest_framework import serializers

from common.api.fields import StrictSerializer
from insurers.models import CODE_PATTERN, Product, ProductVersion


class InsurerOutput(serializers.Serializer):
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class WhoOutput(serializers.Serializer):
    insurer = InsurerOutput(allow_null=True, help_text="null: the catalog office")
    person = serializers.CharField()
    key = serializers.CharField(help_text="the key's prefix")
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


class ProductInput(StrictSerializer):
    code = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ProductOutput(serializers.ModelSerializer):
    insurer = serializers.CharField(source="insurer.code")

    class Meta:
        model = Product
        fields = ["code", "name", "note", "insurer", "is_demonstration", "created_at"]


class ProductVersionOutput(serializers.ModelSerializer):
    product = serializers.CharField(source="product.code")
    state = serializers.ChoiceField(["draft", "published", "withdrawn"])

    class Meta:
        model = ProductVersion
        fields = [
            "product",
            "label",
            "state",
            "effective_from",
            "effective_to",
            "checksum",
            "terms",
            "created_by",
            "published_by",
            "published_at",
            "withdrawn_at",
        ]


class CloneInput(StrictSerializer):
    label = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(required=False, allow_null=True, help_text="not given: open")
    pin = serializers.DictField(
        child=serializers.CharField(max_length=64, allow_null=True),
        required=False,
        help_text="catalog code: the label every reference to it shall name, or null for whatever is in force",
    )


class ReferenceInput(serializers.Serializer):
    catalog = serializers.CharField()
    label = serializers.CharField(required=False)


class BandInput(serializers.Serializer):
    up_to = serializers.CharField(allow_null=True)
    ratio = serializers.CharField()


class BenefitInput(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField(required=False)
    scope = serializers.ChoiceField(["base_listed", "off_base", "any"], required=False)
    settings = serializers.ListField(child=serializers.CharField(), required=False)
    catalogs = ReferenceInput(many=True, required=False)
    deductible_group = serializers.CharField(allow_null=True, required=False)
    ratio = serializers.CharField(required=False)
    ratio_pre_existing = serializers.CharField(required=False)
    ratio_unsettled = serializers.CharField(required=False)
    ratio_unsettled_pre_existing = serializers.CharField(required=False)
    bands = BandInput(many=True, required=False)
    annual_limit = serializers.CharField(allow_null=True, required=False)


class TermsInput(serializers.Serializer):
    """A product version (documentation of what insurers.terms reads)."""

    label = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True, required=False)
    base = ReferenceInput(allow_null=True, required=False)
    base_exclusions = ReferenceInput(many=True, required=False)
    negative_lists = ReferenceInput(many=True, required=False)
    honours_base_exclusions = serializers.BooleanField(required=False)
    requires_base_settlement = serializers.BooleanField(required=False)
    waiting_days = serializers.IntegerField(required=False)
    covered_circumstances = serializers.ListField(child=serializers.CharField(), required=False)
    annual_limit = serializers.CharField(allow_null=True, required=False)
    deductibles = serializers.DictField(child=serializers.CharField(), required=False)
    deductibles_pre_existing = serializers.DictField(child=serializers.CharField(), required=False)
    benefits = BenefitInput(many=True, required=False)
