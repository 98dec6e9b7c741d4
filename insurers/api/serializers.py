"""What the insurer endpoints take and give (spec api.md). Terms themselves are read by insurers.terms."""

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
    optional,
    text,
    whole,
)
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


class ValidTermsOutput(serializers.Serializer):
    valid = serializers.BooleanField(help_text="always true: terms that are not valid are a 400")
    terms = serializers.DictField(help_text="as they read with every default filled in")


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
_AMOUNTS = optional(mapping(optional(MONEY)), "CNY by deductible group")
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
