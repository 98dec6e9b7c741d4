"""What the insurer endpoints take and give (spec api.md). Terms themselves are read by insurers.terms."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.fields import StrictSerializer
from common.api.shapes import (
    ANY_DAY,
    MONEY,
    YES_NO,
    array,
    choice,
    component,
    decimal,
    json_body,
    mapping,
    named,
    optional,
    text,
    whole,
)
from common.api.values import MoneyField, RatioField
from insurers.models import CODE_PATTERN, Product, ProductVersion
from insurers.terms import (
    DECISION_DAYS,
    MAX_DECISION_DAYS,
    MAX_LIST,
    MAX_URGENT_HOURS,
    MAX_VALID_DAYS,
    MAX_WAITING_DAYS,
    PRIOR_AUTHS,
    SCOPES,
    SETTINGS,
    STATUTORY_CIRCUMSTANCES,
    URGENT_HOURS,
    VALID_DAYS,
)

PUBLIC = "whether anybody may ask at the look-up page, without a key, what the product pays for"


class InsurerOutput(serializers.Serializer):
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class WhoOutput(serializers.Serializer):
    insurer = InsurerOutput(allow_null=True, help_text="null: the catalog office")
    person = serializers.CharField()
    key = serializers.CharField(help_text="the key's prefix")
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    sandbox = serializers.BooleanField(help_text="whether it is a test key: what it does is in the sandbox alone")


class ProductInput(StrictSerializer):
    code = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    public = serializers.BooleanField(required=False, default=False, help_text=PUBLIC)


class ProductChange(StrictSerializer):
    public = serializers.BooleanField(help_text=PUBLIC)


class ProductOutput(serializers.ModelSerializer):
    insurer = serializers.CharField(source="insurer.code")

    class Meta:
        model = Product
        fields = ["code", "name", "note", "insurer", "is_demonstration", "public", "created_at"]


class ReferenceShape(serializers.Serializer):
    catalog = serializers.CharField()
    label = serializers.CharField(required=False, help_text="not there: whatever is in force")


class BandShape(serializers.Serializer):
    up_to = MoneyField(allow_null=True, help_text="null: the last")
    ratio = RatioField()


class BenefitShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(list(SCOPES))
    settings = serializers.ListField(child=serializers.ChoiceField(list(SETTINGS)))
    catalogs = ReferenceShape(many=True)
    deductible_group = serializers.CharField(allow_null=True)
    ratio = RatioField(allow_null=True)
    ratio_pre_existing = RatioField(allow_null=True)
    ratio_unsettled = RatioField(allow_null=True)
    ratio_unsettled_pre_existing = RatioField(allow_null=True)
    bands = BandShape(many=True)
    annual_limit = MoneyField(allow_null=True)


class TermsShape(serializers.Serializer):
    """The terms of a product version, every default filled in."""

    label = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    base = ReferenceShape(allow_null=True)
    base_exclusions = ReferenceShape(many=True)
    negative_lists = ReferenceShape(many=True)
    honours_base_exclusions = serializers.BooleanField()
    requires_base_settlement = serializers.BooleanField()
    waiting_days = serializers.IntegerField()
    covered_circumstances = serializers.ListField(child=serializers.ChoiceField(list(STATUTORY_CIRCUMSTANCES)))
    annual_limit = MoneyField(allow_null=True)
    deductibles = serializers.DictField(child=MoneyField(), help_text="by deductible group")
    deductibles_pre_existing = serializers.DictField(child=MoneyField())
    benefits = BenefitShape(many=True)
    prior_auth = serializers.ChoiceField(list(PRIOR_AUTHS), required=False)
    prior_auth_valid_days = serializers.IntegerField(required=False)
    prior_auth_decision_days = serializers.IntegerField(required=False)
    prior_auth_urgent_hours = serializers.IntegerField(required=False)


@extend_schema_field(TermsShape)
class KeptTermsField(serializers.JSONField):
    """Terms as they are kept."""


class ProductVersionOutput(serializers.ModelSerializer):
    product = serializers.CharField(source="product.code")
    state = serializers.ChoiceField(["draft", "published", "withdrawn"])
    terms = KeptTermsField(read_only=True)

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

    def to_representation(self, version: ProductVersion) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(version)
        caller = self.context["caller"]
        return shown | {name: caller.told(shown[name]) for name in ("created_by", "published_by")}


class CloneInput(StrictSerializer):
    label = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(required=False, allow_null=True, help_text="not given: open")
    pin = serializers.DictField(
        child=serializers.CharField(max_length=64, allow_null=True),
        required=False,
        help_text="catalog code: the label every reference to it shall name, or null for whatever is in force",
    )


class TermsNote(serializers.Serializer):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ValidTermsOutput(serializers.Serializer):
    valid = serializers.BooleanField(help_text="always true: terms that are not valid are a 400")
    terms = TermsShape(help_text="as they read with every default filled in")
    notes = TermsNote(many=True, help_text="what is not wrong and may not be meant")


_NAME = {"type": "string", "minLength": 1, "maxLength": 64}
_REFERENCE = component("ReferenceInput", {"catalog": _NAME, "label": text(64, "pinned to it")}, required=["catalog"])
_REFERENCES = optional(array(_REFERENCE, MAX_LIST))
_RATIO = optional(decimal(4), "from 0 to 1")
_BAND = component("BandInput", {"up_to": optional(MONEY, "the last has none"), "ratio": decimal(4)}, required=["ratio"])
_BENEFIT = component(
    "BenefitInput",
    {
        "code": _NAME,
        "name": text(200),
        "scope": optional(choice(SCOPES)),
        "settings": optional(array(choice(SETTINGS), MAX_LIST)),
        "catalogs": _REFERENCES,
        "deductible_group": text(64),
        "ratio": _RATIO,
        "ratio_pre_existing": _RATIO,
        "ratio_unsettled": _RATIO,
        "ratio_unsettled_pre_existing": _RATIO,
        "bands": optional(array(_BAND, MAX_LIST)),
        "annual_limit": optional(MONEY, "CNY"),
    },
    required=["code"],
    about="has a ratio or bands",
)
_AMOUNTS = optional(named("DeductiblesInput", mapping(optional(MONEY, "CNY"))), "CNY by deductible group")
TermsInput = json_body(
    component(
        "TermsInput",
        {
            "label": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
            "effective_from": ANY_DAY,
            "effective_to": optional(ANY_DAY, "inclusive"),
            "base": optional(_REFERENCE),
            "base_exclusions": _REFERENCES,
            "negative_lists": _REFERENCES,
            "honours_base_exclusions": optional(YES_NO),
            "requires_base_settlement": optional(YES_NO),
            "waiting_days": optional(whole(0, MAX_WAITING_DAYS)),
            "covered_circumstances": optional(array(choice(STATUTORY_CIRCUMSTANCES), MAX_LIST)),
            "annual_limit": optional(MONEY, "CNY"),
            "deductibles": _AMOUNTS,
            "deductibles_pre_existing": _AMOUNTS,
            "benefits": optional(array(_BENEFIT, MAX_LIST)),
            "prior_auth": optional(
                choice(PRIOR_AUTHS),
                "any unless given: a number is enough; checked: it must be one of /prior-authorisations/",
            ),
            "prior_auth_valid_days": optional(whole(1, MAX_VALID_DAYS), f"{VALID_DAYS} unless given"),
            "prior_auth_decision_days": optional(whole(1, MAX_DECISION_DAYS), f"{DECISION_DAYS} unless given"),
            "prior_auth_urgent_hours": optional(whole(1, MAX_URGENT_HOURS), f"{URGENT_HOURS} unless given"),
        },
        required=["label", "effective_from"],
        about="A product version (read by insurers.terms)",
    )
)
