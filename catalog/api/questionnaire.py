"""The questionnaire of an entry over REST (spec proof.md 4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from catalog.api.access import READ
from catalog.api.drafts import seen_version
from catalog.entries import COLUMNS
from catalog.entry_editing import NoSuchEntry
from catalog.models import CatalogEntry
from catalog.questionnaire import questionnaire
from common.api import etags
from common.api.filtering import refuse_unknown
from common.api.views import ApiViewSet
from common.labels import reader_language


class OptionOutput(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


@extend_schema_field(
    {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "boolean"}, {"type": "integer"}]}}
)
class AnswersField(serializers.ListField):
    """Answers: codes, yes or no, numbers."""


class SatisfiedBy(serializers.Serializer):
    any_of = AnswersField(required=False, help_text="one of these; of a diagnosis: a code within one of them")
    min = serializers.IntegerField(required=False)
    max = serializers.IntegerField(required=False)


class QuestionOutput(serializers.Serializer):
    id = serializers.CharField(help_text="of a criterion its code")
    asks = serializers.ChoiceField(["criterion", "diagnosis", "age", "sex", "setting", "institution_level"])
    criterion = serializers.CharField(allow_null=True, help_text="the criterion's code; null of every other question")
    kind = serializers.ChoiceField(["boolean", "text", "integer", "choice"], help_text="what an answer is")
    field = serializers.CharField(help_text="where the answer goes in a claim: `evidence.CODE` in the line's evidence")
    text = serializers.CharField()
    required = serializers.BooleanField(help_text="what is not answered sends the claim to a person")
    options = OptionOutput(many=True)
    satisfied_by = SatisfiedBy(help_text="which answers the entry lets through")


class FormOutput(serializers.Serializer):
    catalog = serializers.CharField()
    version = serializers.CharField()
    checksum = serializers.CharField()
    entry_code = serializers.CharField()
    drug = serializers.CharField(help_text="its generic name as the list prints it")
    generic_name = serializers.CharField()
    indication = serializers.CharField(allow_null=True)
    restriction = serializers.CharField(allow_null=True)
    prior_auth = serializers.BooleanField(help_text="whether the entry asks for a prior authorisation as well")
    questions = QuestionOutput(many=True)


class FormViewSet(ApiViewSet):
    """What must be asked so that an entry can be decided."""

    queryset = CatalogEntry.objects.none()
    serializer_class = FormOutput
    scopes = {"GET": READ}
    tagged = frozenset({"retrieve"})

    @extend_schema(responses=FormOutput)
    def retrieve(self, request: Any, code: str, label: str, entry_code: str) -> HttpResponseBase:
        """A questionnaire made from the entry's restrictions: answered as `satisfied_by` says, a claim meets them all."""
        refuse_unknown(request.query_params, ())
        version = seen_version(request, code, label)
        row = CatalogEntry.objects.filter(version=version, entry_code=entry_code).values("row_hash", *COLUMNS).first()
        if row is None:
            raise NoSuchEntry
        language = reader_language()
        answer = {
            "catalog": version.catalog.code,
            "version": version.label,
            "checksum": version.checksum,
            "entry_code": entry_code,
            "drug": row["generic_name"],
            "generic_name": row["generic_name"],
            "indication": row["indication"] or None,
            "restriction": row["restriction"] or None,
            "prior_auth": row["prior_auth"],
            "questions": questionnaire(row, language),
        }
        etag = f"{bytes(row['row_hash']).hex()[:32]}-{language}"
        return etags.answer(request, answer, etag=etag, immutable=version.published_at is not None)
