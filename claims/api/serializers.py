"""The shapes of checks and coverage for the OpenAPI document (spec api.md); claims.eligibility.request reads them."""

from typing import get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog import vocabularies
from catalog.api.serializers import CriterionShape
from catalog.drugs.recognise import MatchedBy
from catalog.models import Provenance
from claims import odd_claims
from claims.api.basis_shapes import BasisShape
from claims.claim_size import MAX_LINES, MAX_TEXT
from claims.eligibility import REASONS
from claims.eligibility.decision import BaseStatus, StepResult
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
from claims.models import ClaimCheck
from common.api.schema import FieldProblem
from common.api.shapes import (
    ANY_DAY,
    INSTANT,
    YES_NO,
    accepted,
    array,
    chosen,
    component,
    decimal,
    json_body,
    lenient,
    mapping,
    named,
    optional,
    or_null,
    text,
    whole,
)
from common.api.values import AsSentField, DecimalTextField, DigestField, MoneyField, RatioField

MAX_QUERIES = 1000
EFFECTS = ["I", "R", "N"]
MATCHED_BY = list(get_args(MatchedBy))
BASE_STATUSES = list(get_args(BaseStatus))
STEP_RESULTS = list(get_args(StepResult))
CAUSES = ["rules_version", "product_version", "as_known_at", "catalog", "request"]
LINE_OUTCOMES = ["eligible", "ineligible", "review", "refunded"]


class AccumulatorsShape(serializers.Serializer):
    """What is used of the member's limits and deductibles so far, CNY."""

    deductible_used = serializers.DictField(child=MoneyField(), help_text="by deductible group")
    benefit_base = serializers.DictField(child=MoneyField(), help_text="by benefit")
    benefit_paid = serializers.DictField(child=MoneyField(), help_text="by benefit")
    total_paid = MoneyField()


_IDENTITY = {name: text(MAX_TEXT) for name in IDENTITY_FIELDS}
CODES = optional(array({"type": "string", "minLength": 1, "maxLength": MAX_TEXT}, MAX_CODES))
_CIRCUMSTANCE = optional(chosen(vocabularies.CIRCUMSTANCES), "none unless given")
_SETTING, _SEX = optional(chosen(vocabularies.SETTINGS)), optional(chosen(vocabularies.SEXES))
_AGE = optional(whole(0, MAX_AGE))
_LEVEL = optional(lenient(whole(1, 3), {"anyOf": [whole(1, 3)["x-accepts"], chosen(vocabularies.LEVELS)["x-accepts"]]}))
# The national interface writes four or six decimals, the last of them zeros.
MONEY = decimal(2, also=INTERFACE_DECIMALS)
_AMOUNTS = optional(named("AmountsInput", mapping(optional(MONEY, "CNY"))))
EVIDENCE = optional(named("EvidenceInput", mapping(optional(YES_NO))), "answers to criteria, by code")

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
        "pre_existing": CODES,
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
        "diagnoses": CODES,
        "setting": _SETTING,
        "institution_level": _LEVEL,
        "quantity": decimal(QUANTITY_PLACES),
        "unit_price": optional(decimal(PRICE_PLACES), "kept, not judged"),
        "amount": MONEY,
        "base_paid": optional(MONEY),
        "other_paid": optional(MONEY),
        "base_settled": optional(YES_NO),
        "prior_auth_no": text(MAX_PRIOR_AUTH_NO),
        "evidence": EVIDENCE,
    },
    required=["quantity", "amount"],
)
_CLAIM = {
    "claim_no": text(MAX_CLAIM_NO),
    "as_known_at": optional(INSTANT, "now unless given"),
    "service_date": optional(ANY_DAY),
    "diagnoses": CODES,
    "setting": _SETTING,
    "institution_level": _LEVEL,
    "circumstance": _CIRCUMSTANCE,
    "member": optional(_MEMBER),
    "lines": array(_LINE, MAX_LINES, low=1),
}
_PRODUCT = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
CHECK = component("CheckInput", {"product": _PRODUCT, **_CLAIM}, required=["product", "lines"])
CheckInput = json_body(CHECK)
# A claim that is kept to be tried, or held against a receipt: what is wrong with it is told where it is judged.
TRIED_CLAIM = component(
    "TriedClaim", {"product": {**text(MAX_TEXT)}, **_CLAIM}, required=["lines"], about="A claim as a check takes it"
)


class CiteShape(serializers.Serializer):
    """What a reason rests on: only what it names is there."""

    product = serializers.CharField(required=False)
    product_version = serializers.CharField(required=False)
    catalog = serializers.CharField(required=False)
    version = serializers.CharField(required=False)
    entry_code = serializers.CharField(required=False)
    benefit = serializers.CharField(required=False)
    law = serializers.CharField(required=False)
    section = serializers.CharField(required=False, help_text="of the rules")


class ReasonShape(serializers.Serializer):
    code = serializers.ChoiceField(list(REASONS), help_text="stable, see /reason-codes/")
    effect = serializers.ChoiceField(EFFECTS, help_text="I: not eligible; R: a person decides; N: a note")
    message = serializers.CharField()
    cites = CiteShape(many=True)


class NamedProduct(serializers.Serializer):
    """A drug's product as the drug master knows it; what is not known is empty."""

    national_code = serializers.CharField()
    approval_no = serializers.CharField()
    brand_name = serializers.CharField()
    dosage_form = serializers.CharField()
    strength = serializers.CharField()
    manufacturer = serializers.CharField()


class RecognisedDrug(serializers.Serializer):
    id = serializers.CharField()
    generic_name = serializers.CharField()
    product = NamedProduct(allow_null=True)
    matched_by = serializers.ChoiceField(MATCHED_BY, allow_null=True)


class BaseShape(serializers.Serializer):
    """What 医保 does with the drug, and the entry that says so."""

    status = serializers.ChoiceField(BASE_STATUSES)
    catalog = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    entry_code = serializers.CharField(allow_null=True)


class MatchShape(serializers.Serializer):
    """The entry that a line or query matches."""

    catalog = serializers.CharField()
    series = serializers.CharField(allow_null=True)
    version = serializers.CharField()
    checksum = DigestField()
    entry_code = serializers.CharField()


class MoneyShape(serializers.Serializer):
    """The money of a line, CNY, from what was charged to what is paid."""

    amount = MoneyField()
    base_paid = MoneyField()
    other_paid = MoneyField()
    claimable = MoneyField()
    allowed = MoneyField()
    deductible_applied = MoneyField()
    ratio = RatioField()
    share = MoneyField()
    payable = MoneyField()
    member_pays = MoneyField()


class TraceStep(serializers.Serializer):
    step = serializers.CharField()
    result = serializers.ChoiceField(STEP_RESULTS)
    version = serializers.CharField(
        required=False, allow_null=True, help_text="of the product, in the first step; null: none is in force"
    )


class ConsultedShape(serializers.Serializer):
    """A catalog version that was looked into."""

    catalog = serializers.CharField()
    kind = serializers.ChoiceField(vocabularies.KINDS.codes)
    series = serializers.CharField(allow_null=True)
    version = serializers.CharField()
    checksum = DigestField()
    provenance = serializers.ChoiceField(
        Provenance.choices, allow_blank=True, required=False, help_text="empty: not told; not of an authorisation"
    )


class TotalShape(serializers.Serializer):
    amount = MoneyField()
    claimable = MoneyField()
    payable = MoneyField()


class RequirementsShape(serializers.Serializer):
    """What the matched entry asks for; what it does not ask for is null, false or empty."""

    prior_auth = serializers.BooleanField()
    criteria = CriterionShape(many=True)
    settings = serializers.ListField(child=serializers.ChoiceField(vocabularies.SETTINGS.codes))
    min_institution_level = serializers.IntegerField(allow_null=True, min_value=1, max_value=3)
    sex = serializers.ChoiceField(vocabularies.SEXES.codes, allow_null=True)
    age_min = serializers.IntegerField(allow_null=True)
    age_max = serializers.IntegerField(allow_null=True)
    icd10 = serializers.ListField(child=serializers.CharField())
    indication = serializers.CharField(allow_null=True)
    max_quantity = DecimalTextField(allow_null=True)
    payment_standard = serializers.CharField(allow_null=True, help_text="CNY a unit, or in words as the list has it")
    restriction = serializers.CharField(allow_null=True)


class AlternativeShape(serializers.Serializer):
    """Another drug of the same class that the benefit covers."""

    id = serializers.CharField()
    generic_name = serializers.CharField()
    catalog = serializers.CharField()
    series = serializers.CharField(allow_null=True)
    version = serializers.CharField()
    entry_code = serializers.CharField()
    class_code = serializers.CharField()
    requirements = RequirementsShape()


class LineOutput(serializers.Serializer):
    line_no = serializers.IntegerField()
    reference = serializers.CharField(allow_null=True)
    refunds = serializers.ListField(
        child=serializers.IntegerField(), help_text="line_no of what was taken back from the line, and is counted in it"
    )
    outcome = serializers.ChoiceField(LINE_OUTCOMES, help_text="refunded: nothing is left of the line")
    reasons = ReasonShape(many=True)
    drug = RecognisedDrug(allow_null=True, help_text="null: not recognised")
    base = BaseShape(allow_null=True)
    benefit = serializers.CharField(allow_null=True)
    match = MatchShape(allow_null=True)
    money = MoneyShape()
    trace = TraceStep(many=True)


class NoteShape(serializers.Serializer):
    """Something odd about the claim, which alters nothing: neither a reason nor in the digest."""

    code = serializers.ChoiceField(odd_claims.CODES)
    line_nos = serializers.ListField(child=serializers.IntegerField(), help_text="of these lines; none: of the claim")
    message = serializers.CharField()


class CheckOutput(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="null for a dry run")
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    as_known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()
    catalogs = ConsultedShape(many=True)
    digest = DigestField()
    lines = LineOutput(many=True)
    totals = TotalShape()
    accumulators = AccumulatorsShape()
    basis = BasisShape(required=False, help_text="what an explanation is made from; not of early records")
    notes = NoteShape(many=True)
    is_demonstration = serializers.BooleanField()


class KeptCheckOutput(CheckOutput):
    asked = AsSentField(help_text="the claim as it was sent")
    decided_at = serializers.DateTimeField()


class CheckListOutput(serializers.ModelSerializer):
    claim_no = serializers.CharField(max_length=100, required=False, allow_blank=True)
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
    component(
        "ReplayInput",
        {"known_at": or_null({"anyOf": [INSTANT, {"type": "string", "const": "now"}]})},
        about="{}: as then",
    )
)


_ANSWERED = named(
    "AnsweredValue",
    {
        "description": "The value of the field that is named beside it, as the answer of a check has it.",
        "anyOf": [
            {"type": "null"},
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            *(
                {"$ref": f"#/components/schemas/{name}"}
                for name in ("RecognisedDrug", "BaseShape", "MatchShape", "MoneyShape")
            ),
        ],
    },
)


@extend_schema_field(_ANSWERED)
class AnsweredField(serializers.JSONField):
    """The value of a field of a line's answer."""


class ReplayDifference(serializers.Serializer):
    line_no = serializers.IntegerField()
    field = serializers.ChoiceField(["outcome", "drug", "base", "benefit", "match", "money", "reasons"])
    before = AnsweredField(allow_null=True)
    after = AnsweredField(allow_null=True)


_CITED = component(
    "CitedVersion",
    {"version": {"type": "string"}, "checksum": {"type": "string"}},
    required=["version", "checksum"],
)
_CAUSE = named(
    "CauseValue",
    {
        "description": "What the answer rested on: a label, an instant, rules; of a catalog its version.",
        "anyOf": [{"type": "null"}, {"type": "string"}, _CITED],
    },
)


@extend_schema_field(_CAUSE)
class CauseField(serializers.JSONField):
    """What an answer rested on."""


class ReplayCause(serializers.Serializer):
    what = serializers.ChoiceField(CAUSES)
    catalog = serializers.CharField(required=False, help_text="where `what` is catalog: its code")
    before = CauseField(allow_null=True)
    after = CauseField(allow_null=True)
    errors = FieldProblem(many=True, required=False, help_text="where `what` is request: what today's rules refuse")


class ReplayOutput(serializers.Serializer):
    same = serializers.BooleanField(help_text="the digest is the recorded one")
    recorded_digest = DigestField()
    recorded_rules_version = serializers.CharField(help_text="the rules by which it was decided")
    differences = ReplayDifference(many=True)
    causes = ReplayCause(many=True)
    decision = CheckOutput(allow_null=True, help_text="null: the rules of today refuse the request")


class CoveredBand(serializers.Serializer):
    """A part of what the benefit counts in the year, and what it pays of it; with bands pre-existing diseases are paid alike."""

    up_to = MoneyField(allow_null=True, help_text="CNY a year, inclusive; null: without end")
    ratio = RatioField()
    ratio_pre_existing = RatioField()


class CoverageOutput(serializers.Serializer):
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(["covered", "not_covered", "review"])
    reasons = ReasonShape(many=True)
    drug = RecognisedDrug(allow_null=True, help_text="null: not recognised")
    base = BaseShape(allow_null=True)
    benefit = serializers.CharField(allow_null=True)
    ratio = RatioField(allow_null=True, help_text="null: no benefit, or one with bands")
    ratio_pre_existing = RatioField(allow_null=True)
    bands = CoveredBand(many=True, help_text="in place of the ratios; empty: the benefit has none")
    match = MatchShape(allow_null=True)
    requirements = RequirementsShape(allow_null=True)
    catalogs = ConsultedShape(many=True)
    alternatives = AlternativeShape(many=True, help_text="at most 20")
    is_demonstration = serializers.BooleanField()


COVERAGE_FIELDS = {
    **_IDENTITY,
    "icd10": lenient(CODES, {"anyOf": [accepted(CODES), text(MAX_TEXT)]}),
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
    code = serializers.ChoiceField(list(REASONS))
    effect = serializers.ChoiceField(EFFECTS)
    zh = serializers.CharField()
    en = serializers.CharField()
    source = serializers.CharField()
