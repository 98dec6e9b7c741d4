"""The shapes of checks and coverage for the OpenAPI document (spec api.md); claims.eligibility.request reads them."""

from rest_framework import serializers

from claims.models import ClaimCheck

MONEY = {"help_text": "CNY, at most two decimals"}


class AccumulatorsShape(serializers.Serializer):
    deductible_used = serializers.DictField(child=serializers.CharField(), required=False)
    benefit_base = serializers.DictField(child=serializers.CharField(), required=False)
    benefit_paid = serializers.DictField(child=serializers.CharField(), required=False)
    total_paid = serializers.CharField(required=False, **MONEY)


class MemberInput(serializers.Serializer):
    member_ref = serializers.CharField(required=False, help_text="a pseudonym, never a name or number of a person")
    policy_start = serializers.DateField(required=False, allow_null=True)
    policy_end = serializers.DateField(required=False, allow_null=True)
    renewal = serializers.BooleanField(required=False)
    sex = serializers.ChoiceField(["F", "M"], required=False)
    age = serializers.IntegerField(required=False, allow_null=True)
    pre_existing = serializers.ListField(child=serializers.CharField(), required=False)
    accumulators = AccumulatorsShape(required=False)


class LineInput(serializers.Serializer):
    line_no = serializers.IntegerField(required=False)
    national_code = serializers.CharField(required=False)
    approval_no = serializers.CharField(required=False)
    generic_name = serializers.CharField(required=False)
    dosage_form = serializers.CharField(required=False)
    brand_name = serializers.CharField(required=False)
    manufacturer = serializers.CharField(required=False)
    strength = serializers.CharField(required=False)
    service_date = serializers.DateField(required=False)
    diagnoses = serializers.ListField(child=serializers.CharField(), required=False)
    setting = serializers.CharField(required=False)
    institution_level = serializers.IntegerField(required=False)
    quantity = serializers.CharField()
    unit_price = serializers.CharField(required=False)
    amount = serializers.CharField(**MONEY)
    base_paid = serializers.CharField(required=False, **MONEY)
    other_paid = serializers.CharField(required=False, **MONEY)
    base_settled = serializers.BooleanField(required=False)
    prior_auth_no = serializers.CharField(required=False, allow_null=True)
    evidence = serializers.DictField(child=serializers.BooleanField(), required=False)


class CheckInput(serializers.Serializer):
    product = serializers.CharField()
    claim_no = serializers.CharField(required=False)
    as_known_at = serializers.DateTimeField(required=False, allow_null=True)
    service_date = serializers.DateField(required=False)
    diagnoses = serializers.ListField(child=serializers.CharField(), required=False)
    setting = serializers.CharField(required=False)
    institution_level = serializers.IntegerField(required=False)
    circumstance = serializers.CharField(required=False)
    member = MemberInput(required=False)
    lines = LineInput(many=True)


class ReasonShape(serializers.Serializer):
    code = serializers.CharField(help_text="stable, see /reason-codes/")
    effect = serializers.ChoiceField(["I", "R", "N"])
    message = serializers.CharField()
    cites = serializers.ListField(child=serializers.DictField())


class LineOutput(serializers.Serializer):
    line_no = serializers.IntegerField()
    outcome = serializers.ChoiceField(["eligible", "ineligible", "review"])
    reasons = ReasonShape(many=True)
    drug = serializers.DictField(allow_null=True)
    base = serializers.DictField(allow_null=True)
    benefit = serializers.CharField(allow_null=True)
    match = serializers.DictField(allow_null=True)
    money = serializers.DictField(child=serializers.CharField())
    trace = serializers.ListField(child=serializers.DictField())


class CheckOutput(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True, help_text="null for a dry run")
    product = serializers.CharField()
    product_version = serializers.CharField(allow_null=True)
    as_known_at = serializers.DateTimeField()
    rules_version = serializers.CharField()
    catalogs = serializers.ListField(child=serializers.DictField())
    digest = serializers.CharField()
    lines = LineOutput(many=True)
    totals = serializers.DictField(child=serializers.CharField())
    accumulators = AccumulatorsShape()
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


class ReplayInput(serializers.Serializer):
    known_at = serializers.DateTimeField(required=False, allow_null=True)


class ReplayOutput(serializers.Serializer):
    same = serializers.BooleanField(help_text="the digest is the recorded one")
    recorded_digest = serializers.CharField()
    recorded_rules_version = serializers.CharField()
    differences = serializers.ListField(child=serializers.DictField())
    causes = serializers.ListField(child=serializers.DictField())
    decision = CheckOutput()


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


class CoverageQueryInput(serializers.Serializer):
    national_code = serializers.CharField(required=False)
    approval_no = serializers.CharField(required=False)
    generic_name = serializers.CharField(required=False)
    dosage_form = serializers.CharField(required=False)
    brand_name = serializers.CharField(required=False)
    manufacturer = serializers.CharField(required=False)
    strength = serializers.CharField(required=False)
    icd10 = serializers.ListField(child=serializers.CharField(), required=False)
    sex = serializers.ChoiceField(["F", "M"], required=False)
    age = serializers.IntegerField(required=False)
    setting = serializers.CharField(required=False)
    institution_level = serializers.IntegerField(required=False)
    circumstance = serializers.CharField(required=False)
    date = serializers.DateField(required=False)
    known_at = serializers.DateTimeField(required=False)


class CoverageListOutput(serializers.Serializer):
    results = CoverageOutput(many=True)


class ReasonCodeOutput(serializers.Serializer):
    code = serializers.CharField()
    effect = serializers.ChoiceField(["I", "R", "N"])
    zh = serializers.CharField()
    en = serializers.CharField()
    source = serializers.CharField()
