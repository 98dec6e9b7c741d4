"""The shapes of checks and coverage for the OpenAPI document (spec api.md); claims.eligibility.request reads them."""

from rest_framework import serializers

from catalog import vocabularies
from claims.api.basis_shapes import BasisShape, NamedBenefitShape
from claims.eligibility.facts import QUANTITY_PLACES
from claims.eligibility.fields import (
    INTERFACE_DECIMALS,
    MAX_AGE,
    MAX_CLAIM_NO,
    MAX_LINE_NO,
    MAX_MEMBER_REF,
    MAX_PRIOR_AUTH_NO,
    MAX_REFERENCE,
    PRICE_PLACES,
)
from claims.eligibility.request import IDENTITY_FIELDS, MAX_CODES
from claims.limits import MAX_LINES, MAX_TEXT
from claims.models import ClaimCheck
from common.api.shapes import (
    ANY_DAY,
    INSTANT,
    YES_NO,
    array,
    choice,
    chosen,
    component,
    decimal,
    json_body,
    mapping,
    optional,
    text,
    whole,
)

MAX_QUERIES = 1000
LINE_OUTCOMES = ["eligible", "ineligible", "review", "refunded"]


class AccumulatorsShape(serializers.Serializer):
    deductible_used = serializers.DictField(child=serializers.CharField(), required=False)
    benefit_base = serializers.DictField(child=serializers.CharField(), required=False)
    benefit_paid = serializers.DictField(child=serializers.CharField(), required=False)
    total_paid = serializers.CharField(required=False, help_text="CNY")


_IDENTITY = {name: text(MAX_TEXT) for name in IDENTITY_FIELDS}
_CODES = optional(array({"type": "string", "minLength": 1, "maxLength": MAX_TEXT}, MAX_CODES))
_CIRCUMSTANCE = optional(chosen(vocabularies.CIRCUMSTANCES), "none unless given")
_SETTING, _SEX = optional(chosen(vocabularies.SETTINGS)), optional(chosen(vocabularies.SEXES))
_AGE = optional(whole(0, MAX_AGE))
_LEVEL = optional({"anyOf": [*whole(1, 3)["anyOf"], *chosen(vocabularies.LEVELS)["anyOf"]]})
# The national interface writes four or six decimals, the last of them zeros.
MONEY = decimal(2, also=INTERFACE_DECIMALS)
_AMOUNTS = optional(mapping(optional(MONEY)))

_ACCUMULATORS = component(
    "AccumulatorsInput",
    {
        "deductible_used": _AMOUNTS,
        "benefit_base": _AMOUNTS,
        "benefit_paid": _AMOUNTS,
        "total_paid": optional(MONEY, "CNY"),
    },
)
_MEMBER = component(
    "MemberInput",
    {
        "member_ref": text(MAX_MEMBER_REF, "a pseudonym, never a name or number of a person"),
        "policy_start": optional(ANY_DAY),
        "policy_end": optional(ANY_DAY, "inclusive"),
        "renewal": optional(YES_NO),
        "sex": _SEX,
        "age": _AGE,
        "pre_existing": _CODES,
        "accumulators": optional(_ACCUMULATORS),
    },
)
_LINE = component(
    "LineInput",
    {
        **_IDENTITY,
        "line_no": optional(whole(1, MAX_LINE_NO), "its place unless given"),
        "reference": text(MAX_REFERENCE, "the sender's own name of the line, kept and answered"),
        "refund_of": text(
            MAX_REFERENCE,
            "the reference of the line that this one takes back from: its quantity and amount are negative and added to that line's",
        ),
        "service_date": optional(ANY_DAY, "the claim's unless given"),
        "diagnoses": _CODES,
        "setting": _SETTING,
        "institution_level": _LEVEL,
        "quantity": decimal(QUANTITY_PLACES),
        "unit_price": optional(decimal(PRICE_PLACES), "kept, not judged"),
        "amount": MONEY,
        "base_paid": optional(MONEY),
        "other_paid": optional(MONEY),
        "base_settled": optional(YES_NO),
        "prior_auth_no": text(MAX_PRIOR_AUTH_NO),
        "evidence": optional(mapping(optional(YES_NO)), "answers to criteria"),
    },
    required=["quantity", "amount"],
)
CheckInput = json_body(
    component(
        "CheckInput",
        {
            "product": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
            "claim_no": text(MAX_CLAIM_NO),
            "as_known_at": optional(INSTANT, "now unless given"),
            "service_date": optional(ANY_DAY),
            "diagnoses": _CODES,
            "setting": _SETTING,
            "institution_level": _LEVEL,
            "circumstance": _CIRCUMSTANCE,
            "member": optional(_MEMBER),
            "lines": array(_LINE, MAX_LINES, low=1),
        },
        required=["product", "lines"],
    )
)


class ReasonShape(serializers.Serializer):
    code = serializers.CharField(help_text="stable, see /reason-codes/")
    effect = serializers.ChoiceField(["I", "R", "N"])
    message = serializers.CharField()
    cites = serializers.ListField(child=serializers.DictField())


class CheckReasonShape(ReasonShape):
    values = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="what fills the message, by name"
    )


class LineOutput(serializers.Serializer):
    line_no = serializers.IntegerField()
    reference = serializers.CharField(allow_null=True)
    refunds = serializers.ListField(
        child=serializers.IntegerField(), help_text="line_no of what was taken back from the line, and is counted in it"
    )
    outcome = serializers.ChoiceField(LINE_OUTCOMES, help_text="refunded: nothing is left of the line")
    reasons = CheckReasonShape(many=True)
    drug = serializers.DictField(allow_null=True)
    base = serializers.DictField(allow_null=True)
    benefit = serializers.CharField(allow_null=True)
    match = serializers.DictField(allow_null=True)
    money = serializers.DictField(child=serializers.CharField())
    trace = serializers.ListField(child=serializers.DictField())
    basis = BasisShape(required=False, help_text="what an explanation is made from; not of early records")


class CheckOutput(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="null for a dry run")
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    as_known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()
    catalogs = serializers.ListField(child=serializers.DictField())
    digest = serializers.CharField()
    benefits = NamedBenefitShape(many=True, required=False)
    lines = LineOutput(many=True)
    totals = serializers.DictField(child=serializers.CharField())
    accumulators = AccumulatorsShape()
    product_name = serializers.CharField()
    is_demonstration = serializers.BooleanField()


class CheckListOutput(serializers.ModelSerializer):
    product = serializers.CharField(source="product.code")

    class Meta:
        model = ClaimCheck
        fields = [
            "id",
            "claim_no",
            "product",
            "service_date",
            "known_at",
            "outcome",
            "outcomes",
            "rules_version",
            "digest",
            "decided_by",
            "decided_at",
            "purged_at",
        ]


ReplayInput = json_body(
    component("ReplayInput", {"known_at": {"anyOf": [INSTANT, choice(["now"])], "nullable": True}}, about="{}: as then")
)


class ReplayOutput(serializers.Serializer):
    same = serializers.BooleanField(help_text="the digest is the recorded one")
    recorded_digest = serializers.CharField()
    recorded_rules_version = serializers.CharField(help_text="the rules by which it was decided")
    differences = serializers.ListField(child=serializers.DictField())
    causes = serializers.ListField(child=serializers.DictField())
    decision = CheckOutput(allow_null=True, help_text="null: the rules of today refuse the request")


class CoverageOutput(serializers.Serializer):
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(["covered", "not_covered", "review"])
    reasons = ReasonShape(many=True)
    drug = serializers.DictField(allow_null=True)
    base = serializers.DictField(allow_null=True)
    benefit = serializers.CharField(allow_null=True)
    ratio = serializers.CharField(allow_null=True)
    ratio_pre_existing = serializers.CharField(allow_null=True)
    match = serializers.DictField(allow_null=True)
    requirements = serializers.DictField(allow_null=True)
    catalogs = serializers.ListField(child=serializers.DictField())
    alternatives = serializers.ListField(child=serializers.DictField())
    is_demonstration = serializers.BooleanField()


COVERAGE_FIELDS = {
    **_IDENTITY,
    "icd10": {"anyOf": [_CODES, text(MAX_TEXT)]},
    "sex": _SEX,
    "age": _AGE,
    "setting": _SETTING,
    "institution_level": _LEVEL,
    "circumstance": _CIRCUMSTANCE,
    "date": optional(ANY_DAY, "today in China unless given"),
    "known_at": optional(INSTANT, "now unless given"),
}
CoverageListInput = json_body(array(component("CoverageQueryInput", COVERAGE_FIELDS), MAX_QUERIES, low=1))


class CoverageListOutput(serializers.Serializer):
    results = CoverageOutput(many=True)


class ReasonCodeOutput(serializers.Serializer):
    code = serializers.CharField()
    effect = serializers.ChoiceField(["I", "R", "N"])
    zh = serializers.CharField()
    en = serializers.CharField()
    source = serializers.CharField()
