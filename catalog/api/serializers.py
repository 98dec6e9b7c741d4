"""What the catalog endpoints take and give (spec api.md). Serializers translate only: no query, no decision."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.catalog_codes import LONGEST
from catalog.change_weight import WEIGHTS
from catalog.changes import CHANGE_KINDS, COUNTED
from catalog.clock import china_today
from catalog.complete_for import class_list
from catalog.drugs.recognise import MatchedBy
from catalog.marks_and_approvals import SAID
from catalog.models import CODE_PATTERN, Catalog, CatalogVersion, Drug, DrugProduct, ImportRun, Provenance
from catalog.vocabularies import KINDS, REGULATORS, SETTINGS, SEXES
from common.api.fields import StrictSerializer
from common.api.shapes import DAY, Schema, array, choice, component, json_body, lenient, named, text
from common.labels import choices

MAX_ACKNOWLEDGED = 1_000

COLUMN_VALUE = named(
    "ColumnValue",
    {
        "description": "What a column of an entry holds; null: it is not given.",
        "anyOf": [
            {"type": "string"},
            {"type": "integer"},
            {"type": "boolean"},
            {
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/CriterionShape"}]},
            },
            {"type": "null"},
        ],
    },
)
ENTRY_COLUMNS = named(
    "EntryColumns",
    {"type": "object", "description": "Columns of an entry that are given.", "additionalProperties": COLUMN_VALUE},
)
FIELD_CHANGES = named(
    "FieldChanges",
    {
        "type": "object",
        "description": "By column: its value before and its value after, or on the left and on the right.",
        "additionalProperties": {"type": "array", "items": COLUMN_VALUE, "minItems": 2, "maxItems": 2},
    },
)


@extend_schema_field(COLUMN_VALUE)
class ColumnValueField(serializers.JSONField):
    """What a column of an entry holds."""


@extend_schema_field(FIELD_CHANGES)
class FieldChangesField(serializers.DictField):
    """Name of a column: [old, new]."""


class CriterionShape(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class CatalogInput(StrictSerializer):
    code = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices(KINDS.terms))
    series = serializers.CharField(max_length=20, required=False, allow_null=True, allow_blank=True)
    publisher = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    owner = serializers.CharField(max_length=64, required=False, allow_null=True, allow_blank=True)
    province = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    premium_cny = serializers.DecimalField(16, 2, required=False, allow_null=True, min_value=0)
    insured_count = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**12)
    provenance = serializers.ChoiceField(Provenance.choices, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class CatalogChange(CatalogInput):
    """What of a catalog is corrected; code, kind, series and owner only until a version is published."""

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
            field.default = serializers.empty
        return fields


ADDRESS_NOTE = "its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for the office"
OWNER_NOTE = "code of the insurer whose own list it is; null: shared"

PERSONS = (
    "created_by",
    "submitted_by",
    "review_requested_by",
    "sent_back_by",
    "published_by",
    "withdrawal_asked_by",
    "withdrawn_by",
)


class VersionOutput(serializers.ModelSerializer):
    catalog = serializers.CharField(source="catalog.code")
    parent = serializers.CharField(source="parent.label", default=None, allow_null=True)
    base = serializers.CharField(
        source="base.label",
        default=None,
        allow_null=True,
        help_text="the edition it was compared with at import or last merge",
    )
    state = serializers.SerializerMethodField(help_text="a consultation is over by itself when its last day is")
    published_by = serializers.CharField(allow_blank=True)
    complete_for = serializers.ListField(
        child=serializers.CharField(),
        help_text="class-code prefixes of which the list is complete; empty: it is complete",
    )
    change_counts = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text="entries added, removed and changed against the parent, and more",
    )
    expected_counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="printed rows by class-code prefix; `drugs`: all"
    )

    @extend_schema_field(serializers.ChoiceField(CatalogVersion.State.choices))
    def get_state(self, version: CatalogVersion) -> str:
        return version.state_on(china_today(timezone.now()))

    def to_representation(self, version: CatalogVersion) -> dict[str, Any]:
        shown = super().to_representation(version)
        caller = self.context["caller"]
        for name in PERSONS:
            # Of a shared list all are the office's people.
            shown[name] = caller.told(shown[name]) if version.catalog.owner_id else caller.told_of_office(shown[name])
        # What editor and reviewer say to each other is theirs, and over when it is published.
        if shown["state"] not in {"draft", "in_review"}:
            shown |= dict.fromkeys(("review_requested_by", "review_note", "sent_back_by", "sent_back_reason"), "")
        return shown

    class Meta:
        model = CatalogVersion
        fields = [
            "catalog",
            "label",
            "state",
            "effective_from",
            "effective_to",
            "complete_for",
            "published_at",
            "withdrawn_at",
            "withdraw_reason",
            "checksum",
            "entry_count",
            "parent",
            "base",
            "change_counts",
            "complete_for",
            "expected_counts",
            "created_by",
            "submitted_by",
            "comments_until",
            "review_requested_by",
            "review_note",
            "sent_back_by",
            "sent_back_reason",
            "published_by",
            "withdrawal_asked_by",
            "withdrawal_asked_at",
            "withdrawn_by",
            "note",
            "publish_note",
        ]


class InForceOutput(serializers.Serializer):
    label = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    checksum = serializers.CharField()
    entry_count = serializers.IntegerField()


class CatalogOutput(serializers.ModelSerializer):
    address = serializers.SerializerMethodField(help_text=ADDRESS_NOTE)
    series = serializers.CharField(source="series_id", allow_null=True)
    owner = serializers.CharField(source="owner.code", default=None, allow_null=True)
    in_force = serializers.SerializerMethodField(help_text="the version in force today, or null")

    class Meta:
        model = Catalog
        fields = [
            "code",
            "name",
            "kind",
            "series",
            "publisher",
            "owner",
            "address",
            "province",
            "premium_cny",
            "insured_count",
            "provenance",
            "note",
            "in_force",
        ]

    def get_address(self, catalog: Catalog) -> str:
        address: str = self.context["address"](catalog)
        return address

    @extend_schema_field(InForceOutput(allow_null=True))
    def get_in_force(self, catalog: Catalog) -> dict[str, Any] | None:
        version = self.context["in_force"].get(catalog.pk)
        if version is None:
            return None
        return {
            "label": version.label,
            "effective_from": version.effective_from,
            "effective_to": version.effective_to,
            "checksum": version.checksum,
            "entry_count": version.entry_count,
        }


# How a list is to be read (csv.md); the drug master is read in one way only.
READING = ("names", "complete_for", "sheet", "header_row", "mapping")


class ImportInput(StrictSerializer):
    from_form = True

    file = serializers.FileField(allow_empty_file=True, max_length=None)
    kind = serializers.ChoiceField(["entries", "drugs"], required=False, default="entries")
    catalog = serializers.CharField(max_length=LONGEST, required=False)
    label = serializers.CharField(max_length=64, required=False, validators=[CODE_PATTERN])
    effective_from = serializers.DateField(required=False)
    effective_to = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    names = serializers.ChoiceField(["printed", "plain"], required=False, default="")
    complete_for = serializers.CharField(max_length=500, required=False, default="")
    sheet = serializers.CharField(max_length=100, required=False, default="")
    header_row = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, default=None)
    mapping = serializers.CharField(max_length=20_000, required=False, default="")
    replace = serializers.BooleanField(required=False, default=False)
    staged = serializers.BooleanField(required=False, default=False)

    def validate_complete_for(self, value: str) -> list[str]:
        return class_list(value)

    def validate_mapping(self, value: str) -> dict[str, str]:
        try:
            mapping = json.loads(value) if value else {}
        except (ValueError, RecursionError):
            mapping = None
        if not isinstance(mapping, dict) or not all(isinstance(column, str) for column in mapping.values()):
            raise serializers.ValidationError(_("Send a JSON object: own header → column."), "wrong_type")
        return mapping

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):  # JSON that is no object: as any serializer refuses it
            return super().to_internal_value(data)
        if repeated := self._repeated(data):
            raise serializers.ValidationError(repeated)
        # A form sends an empty text where a person left the field empty.
        return super().to_internal_value({name: value for name, value in data.items() if value != ""})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == "entries":
            if attrs["staged"]:
                told = serializers.ErrorDetail(_("Only a drug master file is staged; leave it out."), "not_for_kind")
                raise serializers.ValidationError({"staged": told})
            missing = [name for name in ("catalog", "label", "effective_from") if name not in attrs]
            if missing:
                raise serializers.ValidationError(
                    {
                        name: serializers.ErrorDetail(self.fields[name].error_messages["required"], "required")
                        for name in missing
                    }
                )
        elif given := [name for name in READING if attrs[name]]:
            detail = serializers.ErrorDetail(_("Only catalog entries are read so; leave it out."), "not_for_kind")
            raise serializers.ValidationError(dict.fromkeys(given, detail))
        return attrs


def _or_empty(schema: Schema) -> Schema:
    return lenient(schema, {"anyOf": [schema, {"type": "string", "maxLength": 0}]})


_FLAG = lenient({"type": "boolean"}, choice(["true", "false", ""]))


# A form sends an empty text where a person left a field empty: it is not given.
_LABEL = {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"}
ImportForm = {
    "multipart/form-data": component(
        "ImportForm",
        {
            "file": {"type": "string", "format": "binary", "description": "CSV or XLSX"},
            "kind": _or_empty(choice(["entries", "drugs"])),
            "catalog": {"type": "string", "maxLength": 64, "description": "needed for entries"},
            "label": _or_empty(_LABEL) | {"description": "needed for entries"},
            "effective_from": _or_empty(DAY) | {"description": "needed for entries"},
            "effective_to": _or_empty(DAY) | {"description": "inclusive; open where it is not given"},
            "note": {"type": "string", "maxLength": 2000},
            "names": _or_empty(choice(["printed", "plain"]))
            | {
                "description": "whether a cell may hold several names as a list prints them, each then an entry; "
                "not given: printed for a base list, else plain"
            },
            "complete_for": {
                "type": "string",
                "maxLength": 500,
                "example": "X;Z",
                "description": "class-code prefixes of which the list is complete; not given: it is complete",
            },
            "sheet": {"type": "string", "maxLength": 100, "description": "the sheet to read, by its name"},
            "header_row": _or_empty({"type": "integer", "minimum": 1})
            | {"description": "the row of the header; not given: it is looked for"},
            "mapping": {
                "type": "string",
                "maxLength": 20000,
                "example": '{"品名": "generic_name"}',
                "description": "a JSON object: own header → column",
            },
            "replace": _FLAG
            | {"description": "true: a draft of the same label goes although its entries were edited by hand"},
            "staged": _FLAG
            | {
                "description": "true, for drugs: compared with the drug master only, until a second person merges it; "
                "not given: merged at once"
            },
        },
        required=["file"],
    )
}


class ProblemOutput(serializers.Serializer):
    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    message_zh = serializers.CharField()
    message_en = serializers.CharField()


class NormalisedOutput(serializers.Serializer):
    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    before = serializers.CharField(help_text="as written")
    after = serializers.CharField(help_text="as read; several names or forms between ；")


class ColumnReadOutput(serializers.Serializer):
    header = serializers.CharField(help_text="as the file calls it")
    column = serializers.CharField()


class ProgressOutput(serializers.Serializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    phase = serializers.CharField()


class SampleOutput(serializers.Serializer):
    row = serializers.IntegerField()
    change = serializers.CharField(help_text="added or changed")
    name = serializers.CharField()
    fields = FieldChangesField(help_text="name: [old, new]")


class AskedPinOutput(serializers.Serializer):
    drug = serializers.CharField()
    indication = serializers.CharField(allow_null=True)
    keep = serializers.BooleanField()
    reason = serializers.CharField()


@extend_schema_field({"anyOf": [{"type": "string", "const": "all"}, {"type": "array", "items": {"type": "string"}}]})
class AskedListsField(serializers.JSONField):
    """Codes of reference lists, or `all`."""


class DraftNamed(serializers.Serializer):
    catalog = serializers.CharField()
    label = serializers.CharField()


class AskedOutput(serializers.Serializer):
    """What a draft by frequency was asked by; the pins that left a drug out stand nowhere else."""

    lists = AskedListsField(help_text="codes, or all")
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    min_products = serializers.IntegerField()
    min_key_provinces = serializers.IntegerField()
    key_provinces = serializers.ListField(child=serializers.CharField())
    pins = AskedPinOutput(many=True)


@extend_schema_field({"type": "object", "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}]}})
class CountsField(serializers.DictField):
    """How many of each, and how the file was read (`format`, `encoding`)."""


class ImportOutput(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(
        ["queued", "running", "staged", "ready", "failed", "cancelled"],
        help_text="staged: a drug master file that waits for a second person to merge it",
    )
    kind = serializers.ChoiceField(ImportRun.Kind.choices)
    catalog = serializers.CharField(allow_null=True)
    label = serializers.CharField()
    progress = ProgressOutput()
    counts = CountsField(
        help_text="rows read and kept; entries added, removed, changed, unchanged; major, minor, typographic, remark, narrower",
    )
    no_difference = serializers.BooleanField()
    errors = ProblemOutput(many=True, help_text="the first 100; all of them at problems.csv")
    error_count = serializers.IntegerField()
    warnings = ProblemOutput(many=True, help_text="the first 100")
    warning_count = serializers.IntegerField()
    names = serializers.CharField(help_text="printed or plain: how names were read; empty for the drug master")
    complete_for = serializers.ListField(child=serializers.CharField())
    sheet = serializers.CharField()
    header_row = serializers.IntegerField(allow_null=True)
    mapping = serializers.DictField(child=serializers.CharField())
    columns = ColumnReadOutput(many=True, help_text="which header went to which column")
    normalised = NormalisedOutput(
        many=True, help_text="what was read otherwise than written, the first 1,000; counts.normalised counts all"
    )
    version = DraftNamed(allow_null=True, help_text="the draft")
    asked = AskedOutput(allow_null=True, help_text="of a draft by frequency; null: a file was uploaded")
    staged = serializers.BooleanField(help_text="a drug master file that a second person merges")
    merged_by = serializers.CharField(help_text="who had a staged file merged; empty: nobody yet")
    merged_at = serializers.DateTimeField(allow_null=True)
    sample = SampleOutput(
        many=True, help_text="of a drug master file: the first 200 products that change and the first 50 that are new"
    )
    diff = serializers.CharField(allow_null=True, help_text="where its changes against the version it follows are")
    file_name = serializers.CharField()
    file_size = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SubmitInput(StrictSerializer):
    comments_until = serializers.DateField(required=False, allow_null=True)


class ReviewInput(StrictSerializer):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class SendBackInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class AcknowledgedInput(StrictSerializer):
    case = serializers.UUIDField(required=False, help_text="a golden case; not given: the counts")
    reason = serializers.CharField(max_length=2000)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": 2000},
            {
                "type": "array",
                "maxItems": MAX_ACKNOWLEDGED,
                "items": component(
                    "AcknowledgementInput",
                    {
                        "case": {"type": "string", "format": "uuid"},
                        "reason": {"type": "string", "minLength": 1, "maxLength": 2000},
                    },
                    required=["reason"],
                ),
            },
        ]
    }
)
class AcknowledgeField(serializers.Field):
    """What is accepted before a publication, and why: a text is about the counts, a list about golden cases and, without a case, the counts.

    Gives {"": why the counts are right, case: why its new answer is}.
    """

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, str):
            text = serializers.CharField(max_length=2000, allow_blank=True)
            return {"": text.run_validation(data)}
        if isinstance(data, Mapping):
            data = [data]
        if not isinstance(data, list) or len(data) > MAX_ACKNOWLEDGED:
            detail = _("Send a text, or a list of {case, reason}, of at most %(most)d.") % {"most": MAX_ACKNOWLEDGED}
            raise serializers.ValidationError(detail, "wrong_type")
        given = AcknowledgedInput(data=data, many=True)
        given.is_valid(raise_exception=True)
        return {str(one.get("case", "")): one["reason"] for one in given.validated_data}


class PublishInput(StrictSerializer):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    confirm = serializers.BooleanField(required=False, default=False, help_text="a mass change is meant")
    against = serializers.CharField(
        max_length=64,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="the edition it follows now, where that is another than at import; empty: it follows none any more",
    )
    acknowledge = AcknowledgeField(
        required=False,
        default="",
        help_text="[{case, reason}]: why golden cases' new answers are right; a text, or {reason} without a case: why other counts are",
    )


class WithdrawInput(StrictSerializer):
    reason = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="needed from whoever asks"
    )


class RevertInput(StrictSerializer):
    label = serializers.CharField(max_length=64, required=False, validators=[CODE_PATTERN])
    effective_from = serializers.DateField(required=False)
    effective_to = serializers.DateField(required=False, allow_null=True)


class EditInput(StrictSerializer):
    label = serializers.CharField(max_length=64, required=False, validators=[CODE_PATTERN])
    effective_from = serializers.DateField(required=False)
    effective_to = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    complete_for = serializers.ListField(child=serializers.CharField(max_length=10), required=False, max_length=50)
    expected_counts = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=10**7), required=False, help_text="`drugs`: all rows"
    )


class DraftInput(EditInput):
    label = serializers.CharField(max_length=64, validators=[CODE_PATTERN])
    effective_from = serializers.DateField()

    def get_fields(self) -> Any:
        taken = serializers.CharField(
            max_length=64, required=False, allow_null=True, help_text="the label of the version it is a copy of"
        )
        return {**super().get_fields(), "from": taken}


class ChangeOutput(serializers.Serializer):
    change = serializers.ChoiceField(CHANGE_KINDS)
    entry_code = serializers.CharField(help_text="of the newer version; of the older one where it was removed")
    generic_name = serializers.CharField()
    fields = FieldChangesField(help_text="name: [old, new]; entry_code too where the pair has another one")
    major = serializers.BooleanField(help_text="can alter a payment")
    weight = serializers.ChoiceField(WEIGHTS, help_text="typographic and remark are neither major nor minor")
    narrower = serializers.BooleanField(help_text="goes, or covers less than before")
    spoken_of = serializers.BooleanField(
        required=False, help_text="false: not removed by a decision, the newer version does not speak of its class"
    )


class ChangeCounts(serializers.Serializer):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="paired entries that differ, however slightly")
    unchanged = serializers.IntegerField()
    major = serializers.IntegerField(help_text="of those added, removed and changed: can alter a payment")
    minor = serializers.IntegerField(help_text="of those changed: is shown only")
    typographic = serializers.IntegerField(help_text="of those changed: reads the same")
    remark = serializers.IntegerField(help_text="of those changed: note, source or entry code alone")
    narrower = serializers.IntegerField(help_text="goes, or covers less than before")


class DiffOutput(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    to = serializers.CharField()
    counts = ChangeCounts()
    complete_for = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="where it differs: the classes of which the list is complete, [old, new]; an empty list: altogether",
    )
    results = ChangeOutput(many=True)

    def get_fields(self) -> Any:
        return {**super().get_fields(), "from": serializers.CharField()}


def shown_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of a comparison as the API shows them."""
    return {name: counts[name] for name in COUNTED}


def shown_change(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change, stored or just found, as the API shows it."""
    shown = {name: change[name] for name in ("change", "entry_code", "generic_name", "fields", "weight", "narrower")}
    return shown | {"major": change["weight"] == "major"}


class PinnedOutput(serializers.Serializer):
    keep = serializers.BooleanField()
    reason = serializers.CharField()


class EvidenceOutput(serializers.Serializer):
    products = serializers.IntegerField(help_text="lists that hold it")
    provinces = serializers.IntegerField(help_text="provinces of these lists")
    premium_share = serializers.CharField(help_text="premium of these lists by that of all, four decimals")
    key_provinces_hit = serializers.IntegerField()
    lists = serializers.ListField(child=serializers.CharField(), help_text="codes of their catalogs")
    pinned = PinnedOutput(allow_null=True, help_text="kept by a person's word; null: by its figures")


class EntryOutput(serializers.Serializer):
    entry_code = serializers.CharField()
    generic_name = serializers.CharField()
    brand_name = serializers.CharField()
    dosage_form = serializers.CharField()
    strength = serializers.CharField()
    manufacturer = serializers.CharField()
    authorized_company = serializers.CharField()
    national_code = serializers.CharField()
    approval_no = serializers.CharField()
    class_code = serializers.CharField()
    reimbursement_class = serializers.CharField()
    indication = serializers.CharField()
    icd10 = serializers.ListField(child=serializers.CharField())
    sex = serializers.ChoiceField(SEXES.codes, allow_blank=True)
    age_min = serializers.IntegerField(allow_null=True)
    age_max = serializers.IntegerField(allow_null=True)
    settings = serializers.ListField(child=serializers.ChoiceField(SETTINGS.codes))
    min_institution_level = serializers.IntegerField(allow_null=True)
    restriction = serializers.CharField()
    payment_standard = serializers.CharField(allow_null=True)
    payment_standard_text = serializers.CharField()
    max_quantity = serializers.CharField(allow_null=True)
    criteria = CriterionShape(many=True)
    prior_auth = serializers.BooleanField()
    effective_from = serializers.DateField(allow_null=True)
    effective_to = serializers.DateField(allow_null=True)
    regulators = serializers.ListField(child=serializers.ChoiceField(choices(REGULATORS.terms)))
    rare_disease = serializers.BooleanField(allow_null=True)
    marks = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()
    source = serializers.CharField()
    evidence = EvidenceOutput(
        required=False, help_text="what an entry that was drafted from the market rests on; no other has it"
    )


class ApprovalOutput(serializers.Serializer):
    regulator = serializers.CharField()
    approved_on = serializers.DateField(allow_null=True)


class DrugProductOutput(serializers.ModelSerializer):
    approvals = ApprovalOutput(many=True)

    class Meta:
        model = DrugProduct
        fields = [
            "national_code",
            "approval_no",
            "generic_name",
            "aliases",
            "dosage_form",
            "strength",
            "brand_name",
            "manufacturer",
            "class_code",
            "unit",
            "pack",
            "approvals",
            "recorded_from",
        ]


class DrugOutput(serializers.ModelSerializer):
    class Meta:
        model = Drug
        fields = ["id", "base_name", "generic_name"]


class ClassOutput(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class DrugApprovalOutput(serializers.Serializer):
    regulator = serializers.ChoiceField(choices(REGULATORS.terms))
    abroad = serializers.BooleanField()
    approved_on = serializers.DateField(allow_null=True)
    approval_no = serializers.CharField(help_text="of an approval in China; empty where not told")
    product = serializers.CharField(help_text="form, strength and maker; empty where a list says it of the drug")
    source = serializers.CharField(help_text="`master`, or the code of the list that says it")


class DrugMarkOutput(serializers.Serializer):
    mark = serializers.ChoiceField(choices(SAID.terms))
    catalogs = serializers.ListField(child=serializers.CharField(), help_text="the lists in force that say it")


class ListingOutput(serializers.Serializer):
    catalog = serializers.CharField(help_text=ADDRESS_NOTE)
    owner = serializers.CharField(allow_null=True, help_text=OWNER_NOTE)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices(KINDS.terms))
    series = serializers.CharField(allow_null=True)
    provenance = serializers.CharField(allow_blank=True)
    version = serializers.CharField()
    checksum = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    entries = EntryOutput(many=True)


# What a version did with a drug.
DRUG_CHANGES = [("in", "in"), ("still_in", "still in"), ("out", "out")]


class HistoryOutput(serializers.Serializer):
    catalog = serializers.CharField(help_text=ADDRESS_NOTE)
    owner = serializers.CharField(allow_null=True, help_text=OWNER_NOTE)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices(KINDS.terms))
    series = serializers.CharField(allow_null=True)
    provenance = serializers.CharField(allow_blank=True)
    version = serializers.CharField()
    checksum = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    change = serializers.ChoiceField(DRUG_CHANGES)
    spoken_of = serializers.BooleanField(help_text="false: went out because the version does not speak of its class")
    published_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class DrugDetailOutput(DrugOutput):
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    class_path = ClassOutput(many=True, help_text="the classes it stands in, from the widest to the narrowest")
    brands = serializers.ListField(child=serializers.CharField())
    aliases = serializers.ListField(child=serializers.CharField())
    makers = serializers.ListField(child=serializers.CharField())
    approvals = DrugApprovalOutput(many=True, help_text="at home and abroad")
    marks = DrugMarkOutput(many=True)
    listings = ListingOutput(many=True, help_text="every list that lists it on the day, with its entries")
    history = HistoryOutput(many=True, help_text="in and out of each list over time")
    products = DrugProductOutput(many=True, help_text="what the drug master knows")

    class Meta(DrugOutput.Meta):
        fields = [
            *DrugOutput.Meta.fields,
            *"date known_at class_path brands aliases makers approvals marks listings history products".split(),
        ]


class IdentityInput(StrictSerializer):
    as_typed = True

    national_code = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    approval_no = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    generic_name = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    dosage_form = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    brand_name = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    manufacturer = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    strength = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)


MOST_IDENTITIES = 500
IdentitiesInput = json_body(
    array(component("IdentityInput", {name: text(200) for name in IdentityInput().fields}), MOST_IDENTITIES, low=1)
)


class ListingsOutput(serializers.Serializer):
    drug = serializers.CharField()
    date = serializers.DateField()
    known_at = serializers.DateTimeField()
    results = ListingOutput(many=True)


class HistoriesOutput(serializers.Serializer):
    drug = serializers.CharField()
    results = HistoryOutput(many=True)


class DrugNamed(serializers.Serializer):
    id = serializers.CharField()
    generic_name = serializers.CharField()


class ResolvedProduct(serializers.Serializer):
    national_code = serializers.CharField()
    approval_no = serializers.CharField()
    dosage_form = serializers.CharField()
    brand_name = serializers.CharField()
    manufacturer = serializers.CharField()
    strength = serializers.CharField()
    class_code = serializers.CharField()


class ResolvedOutput(serializers.Serializer):
    drug = DrugNamed(allow_null=True, help_text="null: not recognised")
    matched_by = serializers.ChoiceField(list(get_args(MatchedBy)), allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="why it is not, or what speaks against it")
    candidates = DrugNamed(many=True, help_text="which drugs it could be, where it is ambiguous")
    product = ResolvedProduct(allow_null=True)
    dosage_form = serializers.CharField(allow_null=True)
    class_codes = serializers.ListField(child=serializers.CharField())


class ResolutionsOutput(serializers.Serializer):
    known_at = serializers.DateTimeField()
    results = ResolvedOutput(many=True)
