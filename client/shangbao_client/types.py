"""What the service is asked and answers, as types.

Made by `script/client` from the OpenAPI document: change that, not this.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

# What is given may be a value of Python; what is answered is as it is written in JSON: money and ratios are texts.
DayGiven: TypeAlias = str | date
InstantGiven: TypeAlias = str | datetime
NumberGiven: TypeAlias = str | Decimal

Approval: TypeAlias = Literal["abroad", "abroad_only", "home"]
Audience: TypeAlias = Literal["adjudicator", "member"]
AuthorisationDecision: TypeAlias = Literal["approved", "declined"]
AuthorisationState: TypeAlias = Literal["approved", "declined", "expired", "in_review"]
BaseStatus: TypeAlias = Literal["excluded", "undetermined", "covered", "restricted_out", "not_listed"]
BatchOutcome: TypeAlias = Literal["eligible", "ineligible", "invalid", "refunded", "review"]
BenefitScope: TypeAlias = Literal["base_listed", "off_base", "any"]
BlockKind: TypeAlias = Literal[
    "check",
    "line",
    "claimed",
    "outcome",
    "drug",
    "reason",
    "base",
    "list",
    "condition",
    "step",
    "money",
    "missing",
    "send",
    "catalog",
    "provenance",
    "totals",
]
CatalogKind: TypeAlias = Literal["base", "base_exclusion", "commercial", "negative", "reference"]
ChangeKind: TypeAlias = Literal["added", "changed", "removed"]
ChangeWeight: TypeAlias = Literal["major", "minor", "remark", "typographic"]
Circumstance: TypeAlias = Literal["none", "work_injury", "third_party", "public_health", "overseas"]
CodedColumn: TypeAlias = Literal[
    "icd10",
    "sex",
    "age_min",
    "age_max",
    "settings",
    "min_institution_level",
    "criteria",
]
CollectedListState: TypeAlias = Literal["failed", "gone", "importing", "published", "ready", "refused", "waiting"]
CollectionState: TypeAlias = Literal["queued", "running", "ready", "failed", "cancelled"]
CommentAnswer: TypeAlias = Literal["accepted", "partly", "declined", "noted"]
ComparedBy: TypeAlias = Literal["drug", "drug_indication", "entry"]
ComparedKind: TypeAlias = Literal["different", "left", "right", "same"]
Condition: TypeAlias = Literal["indication", "sex", "age", "setting", "institution", "criteria", "prior_auth"]
ConditionResult: TypeAlias = Literal["pass", "fail", "unknown"]
CoverageField: TypeAlias = Literal[
    "product",
    "product_version",
    "date",
    "known_at",
    "outcome",
    "reasons",
    "drug",
    "base",
    "benefit",
    "ratio",
    "ratio_pre_existing",
    "bands",
    "match",
    "requirements",
    "catalogs",
    "alternatives",
    "is_demonstration",
]
CoverageOutcome: TypeAlias = Literal["covered", "not_covered", "review"]
DeedCode: TypeAlias = Literal[
    "account.bound",
    "account.changed",
    "account.created",
    "account.locked",
    "account.own_password_changed",
    "account.password_changed",
    "account.recovery_code_used",
    "account.recovery_codes_made",
    "account.second_factor_reset",
    "account.second_factor_set",
    "account.sessions_ended",
    "account.signed_in",
    "account.unlocked",
    "authorisation.asked",
    "authorisation.decided",
    "authorisation.papers_asked",
    "authorisation.papers_came",
    "authorisation.read",
    "authorisation.renewed",
    "authorisations.listed",
    "batch.accepted",
    "batch.cancelled",
    "batch.read",
    "catalog.changed",
    "catalog.created",
    "catalogs.collected",
    "check.read",
    "check.replayed",
    "check.settled",
    "checks.listed",
    "coding.decided",
    "comment.answered",
    "comment.changed",
    "comment.made",
    "comment.removed",
    "comments.uploaded",
    "delivery.replayed",
    "facts.purged",
    "finding.acknowledged",
    "golden_case.acknowledged",
    "golden_case.changed",
    "golden_case.made",
    "golden_case.removed",
    "group.changed",
    "group.deleted",
    "impact.asked",
    "impact.cancelled",
    "import.acknowledged",
    "import.cancelled",
    "import.mended",
    "import.refused",
    "import.retried",
    "import.uploaded",
    "insurer.changed",
    "insurer.created",
    "job.cancelled",
    "job.retried",
    "key.issued",
    "key.revoked",
    "key.taken_over",
    "master.approved",
    "master.merged",
    "product.changed",
    "product.created",
    "product_version.changed",
    "product_version.created",
    "product_version.discarded",
    "product_version.published",
    "product_version.sent_back",
    "product_version.submitted",
    "product_version.withdrawn",
    "sandbox.begun",
    "sandbox.erased",
    "sandbox.refreshed",
    "version.consultation_ended",
    "version.consulted",
    "version.discarded",
    "version.drafted",
    "version.edited",
    "version.imported",
    "version.marked",
    "version.merged",
    "version.published",
    "version.reverted",
    "version.review_requested",
    "version.sent_back",
    "version.withdrawal_asked",
    "version.withdrawal_taken_back",
    "version.withdrawn",
    "webhook.added",
    "webhook.changed",
    "webhook.removed",
    "webhook.secret_rotated",
    "webhook.tested",
]
DeliveryEvent: TypeAlias = Literal[
    "batch.finished",
    "catalog.published",
    "catalog.withdrawn",
    "comment.answered",
    "consultation.closed",
    "consultation.opened",
    "finding.opened",
    "prior_authorisation.decided",
    "prior_authorisation.opened",
    "prior_authorisation.papers",
    "webhook.test",
]
DeliveryState: TypeAlias = Literal["delivered", "failed", "pending"]
DrugChange: TypeAlias = Literal["in", "still_in", "out"]
EditKind: TypeAlias = Literal["added", "changed", "removed", "merged"]
Effect: TypeAlias = Literal["I", "R", "N"]
EntryColumn: TypeAlias = Literal[
    "entry_code",
    "generic_name",
    "brand_name",
    "dosage_form",
    "strength",
    "manufacturer",
    "authorized_company",
    "national_code",
    "approval_no",
    "class_code",
    "reimbursement_class",
    "indication",
    "icd10",
    "sex",
    "age_min",
    "age_max",
    "settings",
    "min_institution_level",
    "restriction",
    "payment_standard",
    "payment_standard_text",
    "max_quantity",
    "criteria",
    "prior_auth",
    "effective_from",
    "effective_to",
    "regulators",
    "rare_disease",
    "marks",
    "note",
    "source",
    "evidence",
]
EntryMark: TypeAlias = Literal[
    "bidding",
    "cell_therapy",
    "class_1",
    "drg_carve_out",
    "dual_channel",
    "essential",
    "lecheng",
    "negotiated",
    "paediatric",
    "self_pay_rate_exempt",
    "vbp",
    "vbp_monitor_exempt",
]
EntryOrder: TypeAlias = Literal[
    "-class_code",
    "-entry_code",
    "-generic_name",
    "-manufacturer",
    "-reimbursement_class",
    "class_code",
    "entry_code",
    "generic_name",
    "manufacturer",
    "reimbursement_class",
]
ErrorCode: TypeAlias = Literal[
    "age_order",
    "already_ended",
    "already_merged",
    "ambiguous",
    "authentication_failed",
    "bad_address",
    "bad_choice",
    "bad_code",
    "bad_cursor",
    "bad_date",
    "bad_encoding",
    "bad_idempotency_key",
    "bad_instant",
    "bad_json",
    "bad_label",
    "bad_number",
    "bad_port",
    "bad_request",
    "bad_scope",
    "bad_url",
    "bad_value",
    "bad_yes_no",
    "bands_order",
    "base_changed",
    "beyond_own",
    "catalog_published",
    "changed_meanwhile",
    "checksum_mismatch",
    "code_taken",
    "comments_unanswered",
    "conflicting_rows",
    "conflicts",
    "consultation_open",
    "consultation_over",
    "control_character",
    "cut_off",
    "date_order",
    "draft_edited",
    "drug_not_recognised",
    "duplicate",
    "duplicate_column",
    "duplicate_key",
    "duplicate_row",
    "empty_file",
    "empty_parameter",
    "facts_removed",
    "file_not_kept",
    "finding_gone",
    "forbidden_address",
    "formula_result",
    "golden_cases",
    "has_comments",
    "headers_too_large",
    "hidden_rows",
    "idempotency_conflict",
    "identity_number",
    "in_flight",
    "incomplete_count",
    "insurer_key_required",
    "internal_error",
    "invalid",
    "invalid_authorisation",
    "invalid_claim",
    "invalid_query",
    "invalid_terms",
    "label_taken",
    "length_required",
    "line_count",
    "line_no_twice",
    "list_refused",
    "locked_out",
    "mass_change",
    "method_not_allowed",
    "missing_column",
    "missing_scope",
    "more_than_issuer",
    "name_not_read",
    "no_cover",
    "no_deductible",
    "no_drug_identity",
    "no_room",
    "no_sandbox",
    "no_selector",
    "no_such_file",
    "no_such_leaf",
    "no_such_size",
    "not_a_curator",
    "not_a_draft",
    "not_a_list",
    "not_a_reference_list",
    "not_a_table",
    "not_acceptable",
    "not_active",
    "not_an_entry",
    "not_an_insurers_account",
    "not_approved",
    "not_asked",
    "not_authenticated",
    "not_commercial",
    "not_done",
    "not_failed",
    "not_for_kind",
    "not_found",
    "not_https",
    "not_in_consultation",
    "not_in_review",
    "not_looked_at",
    "not_mendable",
    "not_on_cover",
    "not_positive",
    "not_published",
    "not_ready",
    "not_referred_to",
    "not_staged",
    "not_submitted",
    "not_the_same",
    "not_yours",
    "nothing_before",
    "nothing_decided",
    "nothing_in_force",
    "nothing_kept",
    "nothing_mended",
    "nothing_to_publish",
    "one_of",
    "out_of_range",
    "own_account",
    "page_and_cursor",
    "page_beyond_end",
    "parse_error",
    "past_day",
    "permission_denied",
    "personal_data",
    "pinned_twice",
    "precondition_failed",
    "ragged_row",
    "ratio_beside_bands",
    "ratio_or_bands",
    "reason_required",
    "refused",
    "renewed_already",
    "repeated_field",
    "repeated_parameter",
    "required",
    "reused_code",
    "rules_changed",
    "same_person",
    "several_values",
    "sheets_not_read",
    "stacked_name",
    "still_pending",
    "submitted_already",
    "temporarily_unavailable",
    "throttled",
    "too_deep",
    "too_early_to_renew",
    "too_large",
    "too_long",
    "too_many",
    "too_many_cases",
    "too_many_lines",
    "too_many_rows",
    "too_many_webhooks",
    "too_short",
    "uncoded",
    "under_way",
    "unknown_batch",
    "unknown_case",
    "unknown_catalog",
    "unknown_column",
    "unknown_drug",
    "unknown_entry",
    "unknown_field",
    "unknown_form",
    "unknown_indication",
    "unknown_parameter",
    "unknown_product",
    "unknown_province",
    "unknown_reason",
    "unknown_series",
    "unknown_version",
    "unsupported_charset",
    "unsupported_encoding",
    "unsupported_media_type",
    "unusual_approval_no",
    "uri_too_long",
    "withdrawn",
    "wrong_code",
    "wrong_kind",
    "wrong_type",
]
ExpectedField: TypeAlias = Literal["outcome", "reasons", "payable", "lines", "claim"]
FeedEvent: TypeAlias = Literal["published", "withdrawn"]
FindingKind: TypeAlias = Literal[
    "base_and_commercial",
    "ending",
    "listed_and_excluded",
    "moved",
    "names_together",
    "product_without_list",
    "same_drug_twice",
    "uncoded",
    "unknown_drug",
    "unknown_form",
]
FindingState: TypeAlias = Literal["acknowledged", "gone", "open"]
HeldStatus: TypeAlias = Literal[
    "current",
    "superseded",
    "withdrawn",
    "upcoming",
    "altered",
    "not_referred_to",
    "unknown",
]
ImpactFault: TypeAlias = Literal["version_edited", "fault"]
ImpactNotTriedWhy: TypeAlias = Literal["facts_removed", "invalid", "other_rules"]
ImpactPhase: TypeAlias = Literal["plan", "try"]
ImportKind: TypeAlias = Literal["entries", "drugs"]
ImportState: TypeAlias = Literal["queued", "running", "staged", "ready", "failed", "cancelled"]
InsurerScope: TypeAlias = Literal[
    "catalog:read",
    "coverage:read",
    "claims:check",
    "products:write",
    "webhooks:manage",
    "catalog:write",
]
LanguageTag: TypeAlias = Literal["zh-Hans", "en"]
LeftOutOfSandboxReason: TypeAlias = Literal["own_lists", "refused"]
LeftOutWhy: TypeAlias = Literal["not_in_force", "another_owner"]
LimitOf: TypeAlias = Literal["benefit", "product"]
ListedHow: TypeAlias = Literal["full", "restricted", "excluded", "no"]
Mark: TypeAlias = Literal[
    "bidding",
    "cell_therapy",
    "class_1",
    "drg_carve_out",
    "dual_channel",
    "essential",
    "lecheng",
    "negotiated",
    "paediatric",
    "rare_disease",
    "self_pay_rate_exempt",
    "vbp",
    "vbp_monitor_exempt",
]
MatchedBy: TypeAlias = Literal["national_code", "approval_no", "name", "brand"]
MergeSide: TypeAlias = Literal["mine", "theirs"]
NamesReading: TypeAlias = Literal["printed", "plain"]
NoteCode: TypeAlias = Literal["service_date_ahead", "line_repeated", "known_at_ahead"]
Outcome: TypeAlias = Literal["eligible", "ineligible", "refunded", "review"]
PriorAuthRule: TypeAlias = Literal["any", "checked"]
ProductVersionState: TypeAlias = Literal["draft", "published", "withdrawn"]
Provenance: TypeAlias = Literal["official", "hand_coded", "demonstration"]
QuestionAsks: TypeAlias = Literal["criterion", "diagnosis", "age", "sex", "setting", "institution_level"]
QuestionKind: TypeAlias = Literal["boolean", "text", "integer", "choice"]
RatioKind: TypeAlias = Literal["plain", "pre_existing", "unsettled", "unsettled_pre_existing", "bands"]
ReasonCode: TypeAlias = Literal[
    "NO_PRODUCT_VERSION",
    "POLICY_NOT_IN_FORCE",
    "WAITING_PERIOD",
    "STATUTORY_EXCLUSION",
    "DRUG_NOT_RECOGNISED",
    "DRUG_AMBIGUOUS",
    "DRUG_CODE_NAME_CONFLICT",
    "NEGATIVE_LIST",
    "NEGATIVE_LIST_UNDETERMINED",
    "BASE_EXCLUDED",
    "BASE_STATUS_UNDETERMINED",
    "BASE_SETTLEMENT_REQUIRED",
    "NO_BENEFIT_FOR_BASE_STATUS",
    "SETTING_NOT_COVERED",
    "NOT_IN_CATALOG",
    "CATALOG_NOT_IN_FORCE",
    "PRODUCT_UNSPECIFIED",
    "INDICATION_UNCODED",
    "DIAGNOSIS_MISSING",
    "DIAGNOSIS_UNSPECIFIC",
    "SEX_MISSING",
    "AGE_MISSING",
    "SETTING_MISSING",
    "INSTITUTION_LEVEL_MISSING",
    "EVIDENCE_MISSING",
    "INDICATION_MISMATCH",
    "SEX_MISMATCH",
    "AGE_MISMATCH",
    "SETTING_MISMATCH",
    "INSTITUTION_LEVEL_MISMATCH",
    "CRITERION_UNMET",
    "PRIOR_AUTH_REQUIRED",
    "PRIOR_AUTH_UNKNOWN",
    "PRIOR_AUTH_OTHER_MEMBER",
    "PRIOR_AUTH_OTHER_DRUG",
    "PRIOR_AUTH_EXPIRED",
    "PRIOR_AUTH_SPENT",
    "PRE_EXISTING_EXCLUDED",
    "EARLIER_BENEFIT_UNDETERMINED",
    "QUANTITY_CAPPED",
    "PRICE_CAPPED",
    "DEDUCTIBLE_NOT_MET",
    "ANNUAL_LIMIT_REACHED",
    "NOTHING_CLAIMABLE",
]
ReceiptFault: TypeAlias = Literal["malformed", "bad_header", "unknown_key", "bad_signature", "sandbox"]
Regulator: TypeAlias = Literal["EMA", "FDA", "HC", "HK", "HSA", "MHRA", "MO", "NMPA", "PMDA", "SWISSMEDIC", "TGA"]
ReimbursementClass: TypeAlias = Literal["A", "B", "C", "bid", "negotiated"]
ReplayCauseKind: TypeAlias = Literal["rules_version", "product_version", "as_known_at", "catalog", "request"]
ReplayField: TypeAlias = Literal["outcome", "drug", "base", "benefit", "match", "money", "reasons"]
Restriction: TypeAlias = Literal["indication", "sex", "age", "setting", "institution", "criteria", "product"]
Scope: TypeAlias = Literal[
    "catalog:read",
    "coverage:read",
    "claims:check",
    "products:write",
    "webhooks:manage",
    "catalog:write",
    "catalog:publish",
    "audit:read",
]
Setting: TypeAlias = Literal["inpatient", "outpatient", "designated_pharmacy", "retail_pharmacy"]
Sex: TypeAlias = Literal["F", "M"]
Stance: TypeAlias = Literal["oppose", "suggest", "support"]
StatutoryCircumstance: TypeAlias = Literal["work_injury", "third_party", "public_health", "overseas"]
StepResult: TypeAlias = Literal["pass", "fail", "unknown", "skipped"]
SupposedKind: TypeAlias = Literal["fact", "paper"]
UpcomingBy: TypeAlias = Literal["edition", "agreement"]
UpcomingKind: TypeAlias = Literal["begins", "changes", "ends"]
VersionState: TypeAlias = Literal["draft", "in_consultation", "in_review", "published", "withdrawn"]
Via: TypeAlias = Literal["api", "command", "job", "page"]
WebhookEvent: TypeAlias = Literal[
    "catalog.published",
    "catalog.withdrawn",
    "consultation.opened",
    "consultation.closed",
    "comment.answered",
    "batch.finished",
    "finding.opened",
    "prior_authorisation.opened",
    "prior_authorisation.papers",
    "prior_authorisation.decided",
]
WorkPhase: TypeAlias = Literal["read", "decide"]
WorkState: TypeAlias = Literal["cancelled", "done", "failed", "queued", "running"]


class AccumulatorsInput(TypedDict):
    deductible_used: NotRequired["AmountsInput | None"]
    benefit_base: NotRequired["AmountsInput | None"]
    benefit_paid: NotRequired["AmountsInput | None"]
    total_paid: NotRequired[NumberGiven | None]
    """CNY"""


class AccumulatorsShape(TypedDict):
    """What is used of the member's limits and deductibles so far, CNY."""

    deductible_used: dict[str, str]
    """by deductible group"""
    benefit_base: dict[str, str]
    """by benefit"""
    benefit_paid: dict[str, str]
    """by benefit"""
    total_paid: str


class AcknowledgeInputRequest(TypedDict):
    reason: str


class AcknowledgedOutput(TypedDict):
    by: str
    """to an insurer: office, but for its own"""
    at: str
    reason: str


class AcknowledgementInput(TypedDict):
    case: NotRequired[str]
    reason: str


class AffectedShape(TypedDict):
    added: int
    removed: int
    changed: int


class AllFeedOutput(TypedDict):
    cursor: str | None
    """keep it; pass it as `since` to go on, now or next year"""
    next: str | None
    """null: that is all for now; ask again with `cursor` later"""
    results: "list[FeedItem]"


class AlternativeShape(TypedDict):
    """Another drug of the same class that the benefit covers."""

    id: str
    generic_name: str
    catalog: str
    series: str | None
    version: str
    entry_code: str
    class_code: str
    requirements: "RequirementsShape"


class AlternativesOutput(TypedDict):
    id: str
    as_known_at: str
    """the instant of the check: what was known later plays no part"""
    rules_version: str
    """the rules by which it was judged: today's"""
    lines: "list[LineAlternativesOutput]"


class AnswerInputRequest(TypedDict):
    disposition: CommentAnswer
    text: str


class AnsweredLine(TypedDict):
    line_no: int
    outcome: Outcome
    payable: str


class ApprovalOutput(TypedDict):
    regulator: str
    approved_on: str | None


class AskedOutput(TypedDict):
    """What a draft by frequency was asked by; the pins that left a drug out stand nowhere else."""

    lists: Literal["all"] | list[str]
    """codes, or all"""
    date: str
    known_at: str
    min_products: int
    min_key_provinces: int
    key_provinces: list[str]
    pins: "list[AskedPinOutput]"


class AskedPinOutput(TypedDict):
    drug: str
    indication: str | None
    keep: bool
    reason: str


class AttemptOutput(TypedDict):
    at: str
    status: int | None
    error: str
    """empty where it was delivered"""
    milliseconds: int


class AuthorisationDecidedData(TypedDict):
    """An authorisation was decided."""

    no: str
    product: str
    state: AuthorisationState
    urgent: bool
    valid_from: str | None
    valid_to: str | None
    due_at: str | None
    papers: list[str]
    at: str


class AuthorisationDecidedMessage(TypedDict):
    """What is sent of `prior_authorisation.decided`."""

    type: Literal["prior_authorisation.decided"]
    timestamp: str
    data: "AuthorisationDecidedData"


class AuthorisationListOutput(TypedDict):
    no: str
    """what a claim line gives as prior_auth_no"""
    state: AuthorisationState
    product: str
    member_ref: str
    """blank after the retention"""
    drug: str
    """the generic name; blank where it was not recognised"""
    urgent: bool
    valid_from: str | None
    valid_to: str | None
    """inclusive"""
    quantity: str | None
    """null: as much as needed"""
    quantity_left: str | None
    due_at: str | None
    """by when a person has to decide"""
    clock_stopped_at: str | None
    """papers are awaited since"""
    overdue: bool
    asked_at: str
    decided_at: str | None
    digest: str


class AuthorisationOpenedData(TypedDict):
    """A person has to decide an authorisation."""

    no: str
    product: str
    state: AuthorisationState
    urgent: bool
    valid_from: str | None
    valid_to: str | None
    due_at: str | None
    papers: list[str]
    at: str


class AuthorisationOpenedMessage(TypedDict):
    """What is sent of `prior_authorisation.opened`."""

    type: Literal["prior_authorisation.opened"]
    timestamp: str
    data: "AuthorisationOpenedData"


class AuthorisationOutput(TypedDict):
    no: str
    """what a claim line gives as prior_auth_no"""
    state: AuthorisationState
    product: str
    member_ref: str
    """blank after the retention"""
    drug: "RecognisedDrug | None"
    """null: not recognised"""
    urgent: bool
    valid_from: str | None
    valid_to: str | None
    """inclusive"""
    quantity: str | None
    """null: as much as needed"""
    quantity_left: str | None
    due_at: str | None
    """by when a person has to decide"""
    clock_stopped_at: str | None
    """papers are awaited since"""
    overdue: bool
    asked_at: str
    decided_at: str | None
    digest: str
    asked: "AsSent"
    """as it was asked"""
    diagnoses: list[str]
    evidence: dict[str, bool | None]
    """answers to criteria"""
    product_version: str | None
    reasons: "list[ReasonShape]"
    missing: "list[ReasonShape]"
    """why it is in review: the reasons with effect R"""
    benefit: str | None
    match: "MatchShape | None"
    requirements: "RequirementsShape | None"
    catalogs: "list[ConsultedShape]"
    papers: "list[PaperOutput]"
    reason: str
    """why a person decided so"""
    asked_by: str
    decided_by: str
    renews: str | None
    renewed_by: str | None
    renewable_from: str | None
    known_at: str
    rules_version: str
    events: "list[HappeningOutput]"


class AuthorisationPapersData(TypedDict):
    """Papers are awaited."""

    no: str
    product: str
    state: AuthorisationState
    urgent: bool
    valid_from: str | None
    valid_to: str | None
    due_at: str | None
    papers: list[str]
    at: str


class AuthorisationPapersMessage(TypedDict):
    """What is sent of `prior_authorisation.papers`."""

    type: Literal["prior_authorisation.papers"]
    timestamp: str
    data: "AuthorisationPapersData"


class BandInput(TypedDict):
    up_to: NotRequired[NumberGiven | None]
    """the last has none"""
    ratio: NumberGiven


class BandPartShape(TypedDict):
    up_to: str | None
    ratio: str
    part: str
    """what of the line's base lies in the band"""


class BandShape(TypedDict):
    up_to: str | None
    """null: the last"""
    ratio: str


class BaseShape(TypedDict):
    """What 医保 does with the drug, and the entry that says so."""

    status: BaseStatus
    catalog: str | None
    version: str | None
    entry_code: str | None


class BasisShape(TypedDict):
    """What a check rests on beside its reasons: what an explanation is made from."""

    product_name: str
    catalogs: "list[NamedCatalogShape]"
    benefits: "list[NamedBenefitShape]"
    lines: "list[LineBasisShape]"
    """in the order of the answer's lines"""


class BatchFinishedData(TypedDict):
    """A batch of claims is done, failed or cancelled."""

    id: str
    product: str
    state: WorkState
    finished_at: str


class BatchFinishedMessage(TypedDict):
    """What is sent of `batch.finished`."""

    type: Literal["batch.finished"]
    timestamp: str
    data: "BatchFinishedData"


class BatchLineOutput(TypedDict):
    line_no: int
    reference: str | None
    refunds: list[int]
    """line_no of what was taken back from the line, and is counted in it"""
    outcome: Outcome
    """refunded: nothing is left of the line"""
    reasons: "list[ReasonShape]"
    drug: "RecognisedDrug | None"
    """null: not recognised"""
    base: "BaseShape | None"
    benefit: str | None
    match: "MatchShape | None"
    money: "MoneyShape"
    trace: "list[TraceStep]"
    row: int
    """its row in the file"""


class BatchOutput(TypedDict):
    id: str
    state: WorkState
    product: str
    known_at: str
    """every claim is decided as known then"""
    rules_version: str
    progress: "ProgressShape"
    claims: int
    invalid_claims: int
    lines: int
    totals: "BatchTotals | None"
    """null until done"""
    results: "ResultAddresses | None"
    """addresses of the results, null until done"""
    errors: "list[ProblemOutput]"
    warnings: "list[ProblemOutput]"
    file_name: str
    file_size: int
    file_format: str
    sha256: str
    is_demonstration: bool
    created_by: str
    created_at: str
    finished_at: str | None
    purged_at: str | None


class BatchTotals(TypedDict):
    """How many lines, and their money in CNY."""

    lines: int
    amount: str
    claimable: str
    payable: str
    by_outcome: "list[OutcomeSums]"
    by_reason: "list[ReasonSums]"
    by_benefit: "list[BenefitSums]"
    by_drug: "list[DrugSums]"
    """at most 500, most money first"""
    drugs: int
    """how many drugs there are"""


class BenefitInput(TypedDict):
    """has a ratio or bands"""

    code: str
    name: NotRequired[str | None]
    scope: NotRequired[BenefitScope | None]
    settings: NotRequired[list[Setting] | None]
    catalogs: NotRequired["list[ReferenceInput] | None"]
    deductible_group: NotRequired[str | None]
    ratio: NotRequired[NumberGiven | None]
    """from 0 to 1"""
    ratio_pre_existing: NotRequired[NumberGiven | None]
    """from 0 to 1"""
    ratio_unsettled: NotRequired[NumberGiven | None]
    """from 0 to 1"""
    ratio_unsettled_pre_existing: NotRequired[NumberGiven | None]
    """from 0 to 1"""
    bands: NotRequired["list[BandInput] | None"]
    annual_limit: NotRequired[NumberGiven | None]
    """CNY"""


class BenefitShape(TypedDict):
    code: str
    name: str
    scope: BenefitScope
    settings: list[Setting]
    catalogs: "list[ReferenceShape]"
    deductible_group: str | None
    ratio: str | None
    ratio_pre_existing: str | None
    ratio_unsettled: str | None
    ratio_unsettled_pre_existing: str | None
    bands: "list[BandShape]"
    annual_limit: str | None


class BenefitSums(TypedDict):
    """How many lines, and their money in CNY."""

    lines: int
    amount: str
    claimable: str
    payable: str
    benefit: str


class BlockOutput(TypedDict):
    kind: BlockKind
    line_no: int | None
    """null: of the check as a whole"""
    text: str
    grounds: list[str]
    """JSON pointers into the check, as GET /claims/checks/{id}/ shows it"""


class BulkInputRequest(TypedDict):
    where: dict[str, str | bool]
    """the filters of the list, or `entry_codes`"""
    remove: NotRequired[bool]
    """in place of `set`"""
    reason: str
    """why"""
    set: NotRequired["EntryCellsRequest"]


class BulkOutput(TypedDict):
    count: int
    """entries that were meant"""


class ByFrequencyInputRequest(TypedDict):
    date: NotRequired[DayGiven]
    """the day on which the lists are in force; not given: today"""
    min_products: int
    """in at least so many lists"""
    key_provinces: NotRequired[list[str] | None]
    """null: the five with the largest premium"""
    min_key_provinces: NotRequired[int]
    """in at least so many of the key provinces"""
    pins: NotRequired["list[PinInputRequest]"]
    lists: NotRequired[Literal["all"] | list[str]]
    """codes of reference lists, or all that are seen"""
    label: str
    effective_from: DayGiven
    effective_to: NotRequired[DayGiven | None]
    note: NotRequired[str]
    replace: NotRequired[bool]
    """a draft of the same label goes although its entries were edited"""


class CatalogInputRequest(TypedDict):
    code: str
    name: str
    kind: CatalogKind
    series: NotRequired[str | None]
    publisher: NotRequired[str]
    owner: NotRequired[str | None]
    province: NotRequired[str]
    premium_cny: NotRequired[str | None]
    insured_count: NotRequired[int | None]
    provenance: NotRequired[Provenance | Literal[""]]
    note: NotRequired[str]


class CatalogOutput(TypedDict):
    code: str
    name: str
    kind: CatalogKind
    series: str | None
    publisher: str
    owner: str | None
    address: str
    """its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for
    the office
    """
    province: str
    premium_cny: str | None
    insured_count: int | None
    provenance: Provenance | Literal[""]
    note: str
    in_force: "InForceOutput | None"
    """the version in force today, or null"""


class CatalogPublishedData(TypedDict):
    """A version of a list that you may see was published."""

    catalog: str
    owner: str | None
    name: str
    kind: CatalogKind
    version: str
    effective_from: str
    effective_to: str | None
    url: str
    """a path of this service"""
    published_at: str
    checksum: str
    entry_count: int
    changes: str
    """a path of this service"""
    follows: str | None
    change_counts: dict[str, int]
    diff: str | None
    """a path of this service"""


class CatalogPublishedMessage(TypedDict):
    """What is sent of `catalog.published`."""

    type: Literal["catalog.published"]
    timestamp: str
    data: "CatalogPublishedData"


class CatalogWithdrawnData(TypedDict):
    """A published version was withdrawn: it decides nothing new."""

    catalog: str
    owner: str | None
    name: str
    kind: CatalogKind
    version: str
    effective_from: str
    effective_to: str | None
    url: str
    """a path of this service"""
    withdrawn_at: str
    reason: str


class CatalogWithdrawnMessage(TypedDict):
    """What is sent of `catalog.withdrawn`."""

    type: Literal["catalog.withdrawn"]
    timestamp: str
    data: "CatalogWithdrawnData"


# How one list takes one drug on the day.
CellOutput = TypedDict(
    "CellOutput",
    {
        # full: an entry without any restriction; restricted: each entry has one, or text that is not coded; excluded: a negative or exclusion list takes it; no: not listed
        "listed": ListedHow,
        # every reimbursement class, A before B
        "classes": list[str],
        "entry_codes": list[str],
        # the lowest level it may be used at; null: any
        "min_institution_level": int | None,
        # the restrictions without which it is not listed or excluded
        "conditions": list[Restriction],
        # the reimbursement class, the first of `classes`; empty where none is given
        "class": str,
    },
)


class ChangeCounts(TypedDict):
    added: int
    removed: int
    changed: int
    """paired entries that differ, however slightly"""
    unchanged: int
    major: int
    """of those added, removed and changed: can alter a payment"""
    minor: int
    """of those changed: is shown only"""
    typographic: int
    """of those changed: reads the same"""
    remark: int
    """of those changed: note, source or entry code alone"""
    narrower: int
    """goes, or covers less than before"""


class ChangeOutput(TypedDict):
    change: ChangeKind
    entry_code: str
    """of the newer version; of the older one where it was removed"""
    generic_name: str
    fields: "FieldChanges"
    """name: [old, new]; entry_code too where the pair has another one"""
    major: bool
    """can alter a payment"""
    weight: ChangeWeight
    """typographic and remark are neither major nor minor"""
    narrower: bool
    """goes, or covers less than before"""
    spoken_of: NotRequired[bool]
    """false: not removed by a decision, the newer version does not speak of its class"""


class CheckInput(TypedDict):
    product: str
    claim_no: NotRequired[str | None]
    as_known_at: NotRequired[InstantGiven | None]
    """now unless given"""
    service_date: NotRequired[DayGiven | None]
    diagnoses: NotRequired[list[str] | None]
    setting: NotRequired[Setting | None]
    institution_level: NotRequired[int | None]
    circumstance: NotRequired[Circumstance | None]
    """none unless given"""
    member: NotRequired["MemberInput | None"]
    lines: "list[LineInput]"


class CheckListOutput(TypedDict):
    id: str
    claim_no: str
    product: str
    service_date: str | None
    known_at: str
    outcome: Outcome
    outcomes: list[str]
    rules_version: str
    digest: str
    decided_by: str
    decided_at: str
    purged_at: str | None


class CheckOutput(TypedDict):
    id: str | None
    """null for a dry run"""
    product: str
    product_version: str | None
    as_known_at: str
    rules_version: str
    catalogs: "list[ConsultedShape]"
    digest: str
    lines: "list[LineOutput]"
    totals: "TotalShape"
    accumulators: "AccumulatorsShape"
    basis: NotRequired["BasisShape"]
    """what an explanation is made from; not of early records"""
    notes: "list[NoteShape]"
    is_demonstration: bool


class CheckpointOutput(TypedDict):
    origin: str
    size: int
    root: str
    """64 hexadecimal digits"""
    note: str
    """the same as a signed note; also this address with Accept: text/plain"""


class CiteShape(TypedDict):
    """What a reason rests on: only what it names is there."""

    product: NotRequired[str]
    product_version: NotRequired[str]
    catalog: NotRequired[str]
    version: NotRequired[str]
    entry_code: NotRequired[str]
    benefit: NotRequired[str]
    law: NotRequired[str]
    section: NotRequired[str]
    """of the rules"""


class CitedVersion(TypedDict):
    version: str
    checksum: str


class ClaimAnswer(TypedDict):
    """What was decided of a claim of a batch, as of a check."""

    product: str
    product_version: str | None
    as_known_at: str
    rules_version: str
    catalogs: "list[ConsultedShape]"
    digest: str
    lines: "list[BatchLineOutput]"
    totals: "TotalShape"
    accumulators: "AccumulatorsShape"


class ClaimListOutput(TypedDict):
    seq: int
    """its place in the file, by its first row"""
    rows: list[int]
    """its rows in the file"""
    claim_no: str
    member_ref: str | None
    """null: the claim was invalid"""
    outcome: BatchOutcome
    digest: str | None
    """null: the claim was invalid"""


class ClaimOutput(TypedDict):
    seq: int
    """its place in the file, by its first row"""
    rows: list[int]
    """its rows in the file"""
    claim_no: str
    member_ref: str | None
    """null: the claim was invalid"""
    outcome: BatchOutcome
    digest: str | None
    """null: the claim was invalid"""
    decision: "ClaimAnswer | None"
    """null: the claim was invalid"""
    problems: "list[ClaimProblem]"
    """what is wrong with an invalid claim"""
    notes: "list[NoteShape]"
    asked: "AsSent | None"
    """as a check would ask it; null: it was invalid as it stood"""


class ClaimProblem(TypedDict):
    row: int | None
    column: str
    value: str
    code: str
    """as the reports of files write it"""
    message: str


class ClaimedShape(TypedDict):
    """What was claimed, as it was read; of the drug only what was given."""

    national_code: NotRequired[str]
    approval_no: NotRequired[str]
    generic_name: NotRequired[str]
    dosage_form: NotRequired[str]
    brand_name: NotRequired[str]
    manufacturer: NotRequired[str]
    strength: NotRequired[str]
    service_date: str
    quantity: str
    """after refunds"""
    base_settled: bool
    """or base_paid above 0"""


class ClassOutput(TypedDict):
    code: str
    name: str


class CloneInputRequest(TypedDict):
    label: str
    effective_from: DayGiven
    effective_to: NotRequired[DayGiven | None]
    """not given: open"""
    pin: NotRequired[dict[str, str | None]]
    """catalog code: the label every reference to it shall name, or null for whatever is in force"""


class CodedColumnsRequest(TypedDict):
    """The coded columns of an entry as `GET` gives them; others are refused."""

    icd10: NotRequired[list[str] | None]
    sex: NotRequired[str | None]
    age_min: NotRequired[int | None]
    age_max: NotRequired[int | None]
    settings: NotRequired[list[str] | None]
    min_institution_level: NotRequired[int | None]
    criteria: NotRequired["list[CriterionInput] | None"]


class CodingAppliedOutput(TypedDict):
    catalog: str
    label: str
    count: int
    """entries that were coded"""


class CodingDecisionInputRequest(TypedDict):
    text: str
    """the text, whatever its typography"""
    columns: "CodedColumnsRequest"
    """what it means"""
    apply_to: NotRequired[list[str]]
    """drafts (catalogs/{code}/versions/{label}/ or CODE@LABEL); all when not given"""


class CodingDecisionOutput(TypedDict):
    text: str
    columns: "EntryColumns"
    """by column"""
    by: str
    at: str
    used: int
    """how often it was decided"""
    count: int
    """entries that were coded"""
    left: int
    """entries that say the same, were coded otherwise before and stay so"""
    applied: "list[CodingAppliedOutput]"


class CodingDraftOutput(TypedDict):
    catalog: str
    label: str


class CodingWaitingOutput(TypedDict):
    text: str
    count: int
    """entries that have it"""
    drugs: list[str]
    """at most 20"""
    versions: "list[CodingDraftOutput]"
    suggestions: "list[SuggestionOutput]"


class CollectedListOutput(TypedDict):
    row: int
    """its row in the cover table"""
    file: str
    """the file or sheet; as the cover calls it where there is none"""
    state: CollectedListState
    """refused: its row or file is wrong and nothing of it was brought in; failed: its import has errors; ready: a draft;
    gone: that draft was deleted or replaced
    """
    catalog: str
    """the catalog's code; empty where none can be told"""
    new_catalog: bool
    """the catalog was made by this upload"""
    name: str
    province: str
    """short name, e.g. 北京"""
    publisher: str
    premium_cny: str | None
    insured_count: int | None
    label: str
    effective_from: str | None
    effective_to: str | None
    import_id: str | None
    """GET /imports/{id}/ tells the rest of it"""
    entry_count: int | None
    error_count: int
    warning_count: int
    problems: "list[ProblemOutput]"
    """of its row in the cover and of its file as a whole"""
    differences: "FieldChanges"
    """facts that the catalog had otherwise: name: [as it was, as the cover says]"""
    facts_changed: bool
    """the catalog's facts were changed to what the cover says"""
    not_published: "ProblemOutput | None"
    """why it was not published with the others"""


class CollectionOutput(TypedDict):
    id: str
    state: CollectionState
    progress: "ProgressOutput"
    publishing: WorkState | Literal[""]
    """the latest asking to publish; empty: nobody asked"""
    publishing_progress: "ProgressOutput"
    counts: dict[str, int]
    """lists by their state, `all` of them"""
    cover: str
    """the file or sheet that is the cover table"""
    label: str
    effective_from: str | None
    effective_to: str | None
    names: str
    note: str
    change_facts: bool
    problems: "list[ProblemOutput]"
    """of the package as a whole, and of files that no row names"""
    file_name: str
    file_size: int
    sha256: str
    created_by: str
    created_at: str
    finished_at: str | None
    count: int
    """lists that the page is of"""
    next: str | None
    previous: str | None
    results: "list[CollectedListOutput]"
    """each list, in the order of the cover"""


class CollectionSummaryOutput(TypedDict):
    id: str
    state: CollectionState
    progress: "ProgressOutput"
    publishing: WorkState | Literal[""]
    """the latest asking to publish; empty: nobody asked"""
    publishing_progress: "ProgressOutput"
    counts: dict[str, int]
    """lists by their state, `all` of them"""
    cover: str
    """the file or sheet that is the cover table"""
    label: str
    effective_from: str | None
    effective_to: str | None
    names: str
    note: str
    change_facts: bool
    problems: "list[ProblemOutput]"
    """of the package as a whole, and of files that no row names"""
    file_name: str
    file_size: int
    sha256: str
    created_by: str
    created_at: str
    finished_at: str | None


class ColumnReadOutput(TypedDict):
    header: str
    """as the file calls it"""
    column: str


class CommentAnswerOutput(TypedDict):
    disposition: CommentAnswer
    text: str
    by: str
    """to an insurer: office"""
    at: str


class CommentAnsweredData(TypedDict):
    """A comment of yours was answered, or answered otherwise."""

    catalog: str
    owner: str | None
    version: str
    comment: str
    entry_code: str
    stance: Stance
    disposition: CommentAnswer
    text: str
    answered_at: str
    url: str
    """a path of this service"""


class CommentAnsweredMessage(TypedDict):
    """What is sent of `comment.answered`."""

    type: Literal["comment.answered"]
    timestamp: str
    data: "CommentAnsweredData"


class CommentInputRequest(TypedDict):
    entry_code: NotRequired[str | None]
    """an entry of this version; not given: the whole list"""
    stance: Stance
    text: str


class CommentOutput(TypedDict):
    id: str
    entry_code: str
    generic_name: str
    """of the entry when it was commented on"""
    stance: Stance
    text: str
    insurer: str
    by: str
    at: str
    changed_at: str | None
    answer: "CommentAnswerOutput | None"
    """null: not answered yet"""


class CommentsFileCountsOutput(TypedDict):
    rows: int
    """that say something, each once"""
    made: int
    """comments that were made of them"""
    already: int
    """that you had said already in the same words"""


class CommentsFileOutput(TypedDict):
    state: Literal["ready"]
    counts: "CommentsFileCountsOutput"
    errors: "list[ProblemOutput]"
    error_count: int
    warnings: "list[ProblemOutput]"
    """the first 100"""
    warning_count: int
    columns: "list[ColumnReadOutput]"
    """which header went to which column"""
    normalised: "list[NormalisedOutput]"
    """what was read otherwise than written, the first 1,000"""
    file_name: str
    file_size: int
    sha256: str


class CommentsFileProblem(TypedDict):
    pointer: str
    code: str
    detail: str
    row: NotRequired[int | None]
    """of the file or sheet; null: the whole file"""
    column: NotRequired[str]
    value: NotRequired[str]
    message: NotRequired[str]
    message_zh: NotRequired[str]
    message_en: NotRequired[str]


class CommentsFileRefused(TypedDict):
    """What is wrong with a file, as problem+json; nothing of it was kept."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    state: NotRequired[Literal["failed"]]
    errors: NotRequired["list[CommentsFileProblem]"]
    """the first 100, in the file's order"""
    error_count: NotRequired[int]
    warnings: NotRequired["list[ProblemOutput]"]
    """the first 100"""
    warning_count: NotRequired[int]


class CompareOutput(TypedDict):
    left: "SideOutput"
    right: "SideOutput"
    by: ComparedBy
    counts: dict[str, int]
    """left, right, same and different count every result once; typographic and remark those of `same` that are so;
    not_spoken_of, other_diseases and uncoded those of left and right that are so
    """
    count: int
    next: str | None
    previous: str | None
    results: "list[ComparedOutput]"


class ComparedDrug(TypedDict):
    id: str
    generic_name: str


class ComparedOutput(TypedDict):
    kind: ComparedKind
    weight: ChangeWeight | None
    """the greatest; `same` may still be typographic (reads the same) or remark"""
    drug: "ComparedDrug | None"
    """null: its entries select by class or number and name none"""
    left: "list[EntryOutput]"
    right: "list[EntryOutput]"
    fields: "ComparedFields"
    """column: [left, right]; of several pairs that differ otherwise, a list of the values on a side"""
    pairs: "list[PairOutput]"
    """which entry is which on the other side"""
    spoken_of: bool
    """false: the side that lacks it is not complete for its class (`complete_for`), so nobody left it out"""
    other_diseases: bool
    """by drug_indication: the side that lacks it lists the drug for other diseases"""
    uncoded: bool
    """by drug_indication: words that nobody has coded may make these the same diseases"""


class ConditionShape(TypedDict):
    condition: Condition
    asks: list[str]
    given: list[str]
    result: ConditionResult
    texts: dict[str, str]
    """codes and columns in words, as printed"""


class ConflictOutput(TypedDict):
    entry_code: str
    """the draft's; the edition's where the draft has it not"""
    field: str | None
    """null: one side removed the entry, the other changed it"""
    base: "SideValue | None"
    """as it was; the whole entry where `field` is null"""
    theirs: "SideValue | None"
    """as the followed edition has it now"""
    mine: "SideValue | None"
    """as the draft has it"""


class ConflictsDocument(TypedDict):
    """409: what both sides changed, until each is resolved."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """stable; branch on this"""
    request_id: str
    trace_id: NotRequired[str]
    """of the trace that is kept of this request, where the service is traced"""
    errors: NotRequired["list[FieldProblem]"]
    """the first 100"""
    error_count: NotRequired[int]
    """how many errors were found, where not all are listed; after a thousand a request is read no further"""
    errors_left_out: NotRequired[int]
    """how many of them `errors` does not list"""
    conflicts: NotRequired["list[ConflictOutput]"]
    """where `code` is conflicts"""


class ConsistencyOutput(TypedDict):
    proof: list[str]
    """RFC 6962, 2.1.2"""
    from_size: int
    from_root: str
    """64 hexadecimal digits"""
    to_size: int
    to_root: str
    """64 hexadecimal digits"""


class ConsultationClosedData(TypedDict):
    """A consultation is over."""

    catalog: str
    owner: str | None
    name: str
    kind: CatalogKind
    version: str
    effective_from: str
    effective_to: str | None
    url: str
    """a path of this service"""
    closed_at: str
    summary: str
    """a path of this service"""


class ConsultationClosedMessage(TypedDict):
    """What is sent of `consultation.closed`."""

    type: Literal["consultation.closed"]
    timestamp: str
    data: "ConsultationClosedData"


class ConsultationOpenedData(TypedDict):
    """A draft may be commented on."""

    catalog: str
    owner: str | None
    name: str
    kind: CatalogKind
    version: str
    effective_from: str
    effective_to: str | None
    url: str
    """a path of this service"""
    submitted_at: str
    comments_until: str | None


class ConsultationOpenedMessage(TypedDict):
    """What is sent of `consultation.opened`."""

    type: Literal["consultation.opened"]
    timestamp: str
    data: "ConsultationOpenedData"


class ConsultedShape(TypedDict):
    """A catalog version that was looked into."""

    catalog: str
    kind: CatalogKind
    series: str | None
    version: str
    checksum: str
    provenance: NotRequired[Provenance | Literal[""]]
    """empty: not told; not of an authorisation"""


class CopiedVersionOutput(TypedDict):
    product: str
    version: str


class CorrectedLine(TypedDict):
    line_no: int
    drug: str | None
    """as it is recognised now, else as it was"""
    old: "CorrectedLineSide"
    new: "CorrectedLineSide"


class CorrectedLineSide(TypedDict):
    outcome: Outcome
    payable: str
    reasons: list[str]
    """their codes"""
    benefit: str | None


class CorrectionOutput(TypedDict):
    check: str
    claim_no: str
    product: str
    service_date: str | None
    decided_at: str
    old: "CorrectionSide"
    """as it was recorded"""
    new: "CorrectionSide"
    """as a replay as known now answers"""
    lines: "list[CorrectedLine]"
    """those that are answered otherwise"""
    settled: bool
    settled_at: str | None
    settled_by: str | None


class CorrectionSide(TypedDict):
    outcome: Outcome
    """the worst of the lines"""
    payable: str
    lines: "list[AnsweredLine]"
    digest: str
    known_at: str
    rules_version: str


class CorrectionsOutput(TypedDict):
    known_at: str
    resting: int
    """checks that rest on what has changed since, on all pages"""
    judged: int
    """of these on this page"""
    facts_removed: int
    """of these not to be decided again: removed after retention"""
    other_rules: int
    """of these refused by today's rules"""
    next: str | None
    """go on until null: a page may hold none"""
    results: "list[CorrectionOutput]"


class CountedShape(TypedDict):
    """What the money of a paid line was counted with, in its order."""

    max_quantity: str | None
    within_quantity: str | None
    """what the quantity limit leaves of claimable"""
    payment_standard: str | None
    price_cap: str | None
    deductible: "DeductibleShape | None"
    base: str
    """allowed less deductible_applied"""
    ratio_kind: RatioKind
    bands: "list[BandPartShape]"
    base_before: str
    limits: "list[LimitShape]"


class CoverageListOutput(TypedDict):
    results: "list[CoverageOutput]"


class CoverageOutput(TypedDict):
    product: str
    product_version: str | None
    date: str
    known_at: str
    outcome: CoverageOutcome
    reasons: NotRequired["list[ReasonShape]"]
    drug: NotRequired["RecognisedDrug | None"]
    """null: not recognised"""
    base: NotRequired["BaseShape | None"]
    benefit: NotRequired[str | None]
    ratio: NotRequired[str | None]
    """null: no benefit, or one with bands"""
    ratio_pre_existing: NotRequired[str | None]
    bands: NotRequired["list[CoveredBand]"]
    """in place of the ratios; empty: the benefit has none"""
    match: NotRequired["MatchShape | None"]
    requirements: NotRequired["RequirementsShape | None"]
    catalogs: NotRequired["list[ConsultedShape]"]
    alternatives: NotRequired["list[AlternativeShape]"]
    """at most 20"""
    is_demonstration: NotRequired[bool]


class CoverageQueryInput(TypedDict):
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    strength: NotRequired[str | None]
    icd10: NotRequired[list[str] | None]
    sex: NotRequired[Sex | None]
    age: NotRequired[int | None]
    setting: NotRequired[Setting | None]
    institution_level: NotRequired[int | None]
    circumstance: NotRequired[Circumstance | None]
    """none unless given"""
    date: NotRequired[DayGiven | None]
    """today in China unless given"""
    known_at: NotRequired[InstantGiven | None]
    """now unless given"""


class CoveredBand(TypedDict):
    """A part of what the benefit counts in the year, and what it pays of it; with bands pre-existing diseases are paid
    alike.
    """

    up_to: str | None
    """CNY a year, inclusive; null: without end"""
    ratio: str
    ratio_pre_existing: str


class CoveredOutput(TypedDict):
    covered: int
    of: int
    names: list[str]
    missing: list[str]


class CriterionInput(TypedDict):
    code: str
    text: NotRequired[str]


class CriterionShape(TypedDict):
    code: str
    text: str


class CurrentOutput(TypedDict):
    label: str
    checksum: str
    effective_from: str
    effective_to: str | None
    complete_for: list[str]
    """classes of which a list is complete; empty: it is complete, or a product"""


class CurveOutput(TypedDict):
    rank: int
    drug: str
    """as most lists write it"""
    indication: str
    """the disease group; empty: what is not coded"""
    products: int
    """lists that hold it"""
    provinces: int
    premium_share: str
    key_provinces_hit: int
    kept: bool
    pinned: "PinnedOutput | None"
    """the pin that says so, whatever the figures; null: the figures do"""


class DecisionInputRequest(TypedDict):
    decision: AuthorisationDecision
    reason: NotRequired[str]
    """needed where it is declined"""
    valid_from: NotRequired[DayGiven | None]
    """as asked unless given"""
    valid_to: NotRequired[DayGiven | None]
    """as long as the product says unless given"""
    quantity: NotRequired[str | None]
    """as asked unless given"""


class DeductibleShape(TypedDict):
    group: str
    amount: str
    used_before: str
    left_before: str


class DeedOutput(TypedDict):
    id: int
    at: str
    who: str
    via: Via
    deed: DeedCode
    deed_text: str
    """in the caller's language"""
    kind: str
    object: str
    before: "AnyJson | None"
    after: "AnyJson | None"
    reason: str
    request_id: str
    sandbox: bool
    """done in an insurer's sandbox, or to it"""
    previous: str
    """the hash of the row before; empty for the first"""
    hash: str


class DeliveryOutput(TypedDict):
    id: str
    message_id: str
    event: DeliveryEvent
    state: DeliveryState
    attempts: int
    """自生成或重发以来"""
    due_at: str | None
    """When it is tried next; null where it has ended."""
    created_at: str
    ended_at: str | None
    log: "list[AttemptOutput]"
    """the latest 50 attempts"""
    body: str


class DeltaOutput(TypedDict):
    change: ChangeKind
    entry_code: str
    row_hash: str | None
    """SHA-256 of the canonical JSON of `entry`, in hex"""
    entry: "EntryColumns | None"
    """every column that is given; null where it was removed"""


DiffOutput = TypedDict(
    "DiffOutput",
    {
        "count": int,
        "next": str | None,
        "previous": str | None,
        "to": str,
        "counts": "ChangeCounts",
        # where it differs: the classes of which the list is complete, [old, new]; an empty list: altogether
        "complete_for": NotRequired[list[list[str]]],
        "results": "list[ChangeOutput]",
        "from": str,
    },
)


DraftInputRequest = TypedDict(
    "DraftInputRequest",
    {
        "label": str,
        "effective_from": DayGiven,
        "effective_to": NotRequired[DayGiven | None],
        "note": NotRequired[str],
        "complete_for": NotRequired[list[str]],
        # `drugs`: all rows
        "expected_counts": NotRequired[dict[str, int]],
        # the label of the version it is a copy of
        "from": NotRequired[str | None],
    },
)


class DraftNamed(TypedDict):
    catalog: str
    label: str


class DrugApprovalOutput(TypedDict):
    regulator: Regulator
    abroad: bool
    approved_on: str | None
    approval_no: str
    """of an approval in China; empty where not told"""
    product: str
    """form, strength and maker; empty where a list says it of the drug"""
    source: str
    """`master`, or the code of the list that says it"""


class DrugDetailOutput(TypedDict):
    id: str
    base_name: str
    generic_name: str
    date: str
    known_at: str
    class_path: "list[ClassOutput]"
    """the classes it stands in, from the widest to the narrowest"""
    brands: list[str]
    aliases: list[str]
    makers: list[str]
    approvals: "list[DrugApprovalOutput]"
    """at home and abroad"""
    marks: "list[DrugMarkOutput]"
    listings: "list[ListingOutput]"
    """every list that lists it on the day, with its entries"""
    history: "list[HistoryOutput]"
    """in and out of each list over time"""
    products: "list[DrugProductOutput]"
    """what the drug master knows"""


class DrugMarkOutput(TypedDict):
    mark: Mark
    catalogs: list[str]
    """the lists in force that say it"""


class DrugNamed(TypedDict):
    id: str
    generic_name: str


class DrugOutput(TypedDict):
    id: str
    base_name: str
    generic_name: str


class DrugProductOutput(TypedDict):
    national_code: str
    approval_no: str
    generic_name: str
    aliases: list[str]
    dosage_form: str
    strength: str
    brand_name: str
    manufacturer: str
    class_code: str
    unit: str
    pack: str
    approvals: "list[ApprovalOutput]"
    recorded_from: str


class DrugSums(TypedDict):
    """How many lines, and their money in CNY."""

    lines: int
    amount: str
    claimable: str
    payable: str
    id: str
    generic_name: str


class EditOutput(TypedDict):
    at: str
    by: str
    entry_code: str
    kind: EditKind
    changes: "dict[str, OldNew]"
    """column: {old, new} as the list shows values; null: not given"""
    reason: str


class EditedEntryOutput(TypedDict):
    entry_code: str
    generic_name: str
    brand_name: str
    dosage_form: str
    strength: str
    manufacturer: str
    authorized_company: str
    national_code: str
    approval_no: str
    class_code: str
    reimbursement_class: str
    indication: str
    icd10: list[str]
    sex: Sex | Literal[""]
    age_min: int | None
    age_max: int | None
    settings: list[Setting]
    min_institution_level: int | None
    restriction: str
    payment_standard: str | None
    payment_standard_text: str
    max_quantity: str | None
    criteria: "list[CriterionShape]"
    prior_auth: bool
    effective_from: str | None
    effective_to: str | None
    regulators: list[Regulator]
    rare_disease: bool | None
    marks: list[str]
    note: str
    source: str
    evidence: NotRequired["EvidenceOutput"]
    """what an entry that was drafted from the market rests on; no other has it"""
    warnings: "list[FieldProblem]"
    """what a file's report would warn of"""


class EntryCellsRequest(TypedDict):
    """Columns of an entry; one that is null or empty is not given."""

    entry_code: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    strength: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    authorized_company: NotRequired[str | None]
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    class_code: NotRequired[str | None]
    reimbursement_class: NotRequired[str | None]
    indication: NotRequired[str | None]
    icd10: NotRequired[list[str] | None]
    sex: NotRequired[str | None]
    age_min: NotRequired[int | None]
    age_max: NotRequired[int | None]
    settings: NotRequired[list[str] | None]
    min_institution_level: NotRequired[int | None]
    restriction: NotRequired[str | None]
    payment_standard: NotRequired[NumberGiven | None]
    max_quantity: NotRequired[NumberGiven | None]
    criteria: NotRequired["list[CriterionInput] | None"]
    prior_auth: NotRequired[bool | None]
    effective_from: NotRequired[str | None]
    effective_to: NotRequired[str | None]
    regulators: NotRequired[list[str] | None]
    rare_disease: NotRequired[bool | None]
    marks: NotRequired[list[str] | None]
    note: NotRequired[str | None]
    source: NotRequired[str | None]
    payment_standard_text: NotRequired[str | None]
    """what payment_standard says that is no number"""


class EntryInputRequest(TypedDict):
    """Columns of an entry; one that is null or empty is not given."""

    entry_code: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    strength: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    authorized_company: NotRequired[str | None]
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    class_code: NotRequired[str | None]
    reimbursement_class: NotRequired[str | None]
    indication: NotRequired[str | None]
    icd10: NotRequired[list[str] | None]
    sex: NotRequired[str | None]
    age_min: NotRequired[int | None]
    age_max: NotRequired[int | None]
    settings: NotRequired[list[str] | None]
    min_institution_level: NotRequired[int | None]
    restriction: NotRequired[str | None]
    payment_standard: NotRequired[NumberGiven | None]
    max_quantity: NotRequired[NumberGiven | None]
    criteria: NotRequired["list[CriterionInput] | None"]
    prior_auth: NotRequired[bool | None]
    effective_from: NotRequired[str | None]
    effective_to: NotRequired[str | None]
    regulators: NotRequired[list[str] | None]
    rare_disease: NotRequired[bool | None]
    marks: NotRequired[list[str] | None]
    note: NotRequired[str | None]
    source: NotRequired[str | None]
    payment_standard_text: NotRequired[str | None]
    """what payment_standard says that is no number"""
    evidence: NotRequired["AnyJson | None"]
    """as GET gives it; it is not changed"""
    reason: NotRequired[str]
    """why"""


class EntryOutput(TypedDict):
    entry_code: str
    generic_name: NotRequired[str]
    brand_name: NotRequired[str]
    dosage_form: NotRequired[str]
    strength: NotRequired[str]
    manufacturer: NotRequired[str]
    authorized_company: NotRequired[str]
    national_code: NotRequired[str]
    approval_no: NotRequired[str]
    class_code: NotRequired[str]
    reimbursement_class: NotRequired[str]
    indication: NotRequired[str]
    icd10: NotRequired[list[str]]
    sex: NotRequired[Sex | Literal[""]]
    age_min: NotRequired[int | None]
    age_max: NotRequired[int | None]
    settings: NotRequired[list[Setting]]
    min_institution_level: NotRequired[int | None]
    restriction: NotRequired[str]
    payment_standard: NotRequired[str | None]
    payment_standard_text: NotRequired[str]
    max_quantity: NotRequired[str | None]
    criteria: NotRequired["list[CriterionShape]"]
    prior_auth: NotRequired[bool]
    effective_from: NotRequired[str | None]
    effective_to: NotRequired[str | None]
    regulators: NotRequired[list[Regulator]]
    rare_disease: NotRequired[bool | None]
    marks: NotRequired[list[str]]
    note: NotRequired[str]
    source: NotRequired[str]
    evidence: NotRequired["EvidenceOutput"]
    """what an entry that was drafted from the market rests on; no other has it"""


class EntrySummaryOutput(TypedDict):
    entry_code: str
    """empty: the whole list"""
    generic_name: str
    counts: "SummaryCountsOutput"
    unanswered: int
    answers: "list[SummaryAnswerOutput]"


class ErrorCodeOutput(TypedDict):
    code: ErrorCode
    """of an error, or of one of its `errors`"""
    zh: str
    """what it means"""
    en: str
    mend_zh: str
    """what to do about it"""
    mend_en: str


class EvidenceOutput(TypedDict):
    products: int
    """lists that hold it"""
    provinces: int
    """provinces of these lists"""
    premium_share: str
    """premium of these lists by that of all, four decimals"""
    key_provinces_hit: int
    lists: list[str]
    """codes of their catalogs"""
    pinned: "PinnedOutput | None"
    """kept by a person's word; null: by its figures"""


class ExpectedLineOutput(TypedDict):
    outcome: Outcome
    reasons: NotRequired[list[str]]
    """not there: left open"""
    payable: NotRequired[str]
    """CNY; not there: left open"""


class ExpectedLineRequest(TypedDict):
    outcome: Outcome
    reasons: NotRequired[list[str] | None]
    """codes; not given: whatever they are. Notes beside them are no difference"""
    payable: NotRequired[str | None]
    """CNY; not given: however much it is"""


class ExpectedOutput(TypedDict):
    lines: "list[ExpectedLineOutput]"


class ExpectedRequest(TypedDict):
    lines: "list[ExpectedLineRequest]"
    """of each line of the claim, in their order"""


class ExplanationOutput(TypedDict):
    id: str
    audience: Audience
    language: LanguageTag
    title: str
    digest: str
    """that of the check"""
    blocks: "list[BlockOutput]"


class FeedItem(TypedDict):
    catalog: str
    """its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for
    the office
    """
    owner: str | None
    """code of the insurer whose own list it is; null: shared"""
    event: FeedEvent
    at: str
    """when it became known"""
    version: "FeedVersion"
    base: "VersionNamed | None"
    """what the deltas are against; null: nothing, all entries follow"""
    supersedes: "VersionNamed | None"
    """what was in force on the version's first day until it was published; null: nothing, or a withdrawal"""
    log_seq: int | None
    """its number in the publication log; null for an insurer's own list"""
    note: str
    """the publishing note, or the reason of the withdrawal"""
    deltas: "list[DeltaOutput]"
    """by entry_code in code-point order"""
    continued: bool
    """the deltas go on from the page before"""
    complete: bool
    """no more deltas follow: the checksum can be compared now"""


class FeedOutput(TypedDict):
    cursor: str | None
    """keep it; pass it as `since` to go on, now or next year"""
    next: str | None
    """null: that is all for now; ask again with `cursor` later"""
    results: "list[FeedItem]"
    catalog: str
    """its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for
    the office
    """
    owner: str | None
    """code of the insurer whose own list it is; null: shared"""


class FeedVersion(TypedDict):
    label: str
    checksum: str
    entry_count: int
    effective_from: str
    effective_to: str | None
    complete_for: list[str]
    published_at: str


class FieldProblem(TypedDict):
    pointer: str
    """JSON pointer of the field, RFC 6901"""
    code: str
    detail: str


class FindingCatalog(TypedDict):
    catalog: str
    version: str | None


class FindingOpenedData(TypedDict):
    """Something was found about a list of yours, or one that a product of yours refers to."""

    finding: str
    kind: FindingKind
    drug: str | None
    catalogs: "list[FindingCatalog]"
    entry_count: int
    days: int | None
    products: list[str]
    opened_at: str
    url: str
    """a path of this service"""


class FindingOpenedMessage(TypedDict):
    """What is sent of `finding.opened`."""

    type: Literal["finding.opened"]
    timestamp: str
    data: "FindingOpenedData"


class FindingOutput(TypedDict):
    id: str
    kind: FindingKind
    state: FindingState
    message: str
    """what was found, in a sentence of your language"""
    drug: str | None
    """the drug's base name; null: it is not about one drug"""
    text: str | None
    """what is not coded or not known; of a product why: nothing_in_force, withdrawn, replaced"""
    catalogs: "list[FoundInOutput]"
    """the lists, as of their editions"""
    entries: "list[FoundEntryOutput]"
    """what it rests on, the first 500"""
    entry_count: int
    cases: int
    """above 1: so many of the same lists are told as one"""
    days: "FoundDaysOutput"
    product: "FoundProductOutput | None"
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    acknowledged: "AcknowledgedOutput | None"
    """null: nobody has seen to it"""


class FormOutput(TypedDict):
    catalog: str
    version: str
    checksum: str
    entry_code: str
    drug: str
    """its generic name as the list prints it"""
    generic_name: str
    indication: str | None
    restriction: str | None
    prior_auth: bool
    """whether the entry asks for a prior authorisation as well"""
    questions: "list[QuestionOutput]"


class Found(TypedDict):
    lines: "list[FoundLine]"


class FoundDaysOutput(TypedDict):
    last_day: NotRequired[str]
    """`ending`: the last day"""
    gone_on: NotRequired[str]
    """`moved`: the first day off the one list"""
    came_on: NotRequired[str]
    """`moved`: the first day on the other"""


class FoundEntryOutput(TypedDict):
    catalog: str
    version: str
    entry_code: str
    generic_name: str


class FoundInOutput(TypedDict):
    catalog: str
    version: str
    """empty: none in force"""


class FoundLine(TypedDict):
    line_no: int
    outcome: Outcome
    reasons: list[str]
    payable: str


class FoundProductOutput(TypedDict):
    code: str
    version: str


class GoldenCaseInputRequest(TypedDict):
    name: str
    product: NotRequired[str | None]
    """or `catalogs`"""
    insurer: NotRequired[str | None]
    """whose product, where several have one of this code"""
    catalogs: NotRequired[list[str] | None]
    claim: NotRequired["TriedClaim"]
    expect: NotRequired["ExpectedRequest"]
    note: NotRequired[str]
    check: NotRequired[str | None]
    """a recorded check, in place of product, claim and what is expected"""


class GoldenCaseListOutput(TypedDict):
    id: str
    name: str
    product: str | None
    insurer: str | None
    """whose product"""
    catalogs: list[str]
    claim: "AsSent"
    """without claim number and member's reference"""
    expect: "ExpectedOutput"
    note: str
    created_by: str
    created_at: str
    changed_at: str


class GoldenCaseOutput(TypedDict):
    id: str
    name: str
    product: str | None
    insurer: str | None
    """whose product"""
    catalogs: list[str]
    claim: "AsSent"
    """without claim number and member's reference"""
    expect: "ExpectedOutput"
    note: str
    created_by: str
    created_at: str
    changed_at: str
    history: "list[PastExpectation]"
    """what it expected since when, the latest first"""


class GoldenDifference(TypedDict):
    line_no: int | None
    field: ExpectedField
    expected: str | int | list[str]
    found: str | int | list[str]


class HappeningOutput(TypedDict):
    kind: str
    at: str
    by: str
    detail: "AnyJson"
    """what more is known of it: days, papers, quantities"""


class HeldInputRequest(TypedDict):
    product: NotRequired[str | None]
    catalog: NotRequired[str | None]
    version: str
    """the label"""
    checksum: str
    """SHA-256, 64 hex digits"""


class HeldOutput(TypedDict):
    product: str | None
    catalog: str | None
    version: str
    status: HeldStatus
    checksum: str | None
    """of that version, as it was published"""
    current: "CurrentOutput | None"
    """what applies today; null: nothing does"""
    withdrawn_at: str | None
    affected: "AffectedShape | None"
    """entries added, removed and changed since"""
    affected_entries: int | None
    differs: list[str]
    """of a product: the terms that differ"""
    diff: str | None
    """where the differences are to be read"""
    changes: str | None
    """where they are to be had, to be applied"""
    export: str | None
    """altered: where the version is to be had whole"""


class HistoriesOutput(TypedDict):
    drug: str
    results: "list[HistoryOutput]"


class HistoryOutput(TypedDict):
    catalog: str
    """its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for
    the office
    """
    owner: str | None
    """code of the insurer whose own list it is; null: shared"""
    name: str
    kind: CatalogKind
    series: str | None
    provenance: str
    version: str
    checksum: str
    effective_from: str
    effective_to: str | None
    change: DrugChange
    spoken_of: bool
    """false: went out because the version does not speak of its class"""
    published_at: str
    withdrawn_at: str | None


class IdentityInput(TypedDict):
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    strength: NotRequired[str | None]


class ImpactCell(TypedDict):
    lines: int
    payable_old: str
    payable_new: str
    old: str
    """as recorded: eligible, review, ineligible or refunded"""
    new: str
    """as answered now if the version were published"""


class ImpactDrug(TypedDict):
    lines: int
    payable_old: str
    payable_new: str
    changed: int
    """lines answered otherwise"""
    id: str | None
    """null: drugs that nobody recognised"""
    generic_name: str | None


ImpactInputRequest = TypedDict(
    "ImpactInputRequest",
    {
        # its code; not given: every product
        "product": NotRequired[str],
        # a batch that is done, in place of days
        "batch": NotRequired[str],
        # the last day: claims by their service date
        "to": NotRequired[DayGiven],
        # the first day; claims by their service date
        "from": NotRequired[DayGiven],
    },
)


ImpactListOutput = TypedDict(
    "ImpactListOutput",
    {
        "id": str,
        "state": WorkState,
        # why it failed: the version was edited meanwhile, or a technical fault
        "fault": ImpactFault | None,
        "progress": "ImpactProgress",
        "version": "ImpactVersion",
        "product": str | None,
        "batch": str | None,
        "to": str | None,
        # what else is known: as of then
        "known_at": str,
        # recorded checks that were tried
        "checks": int,
        # claims of batches that were tried
        "batch_claims": int,
        "lines": int,
        # claims
        "not_tried": int,
        "not_tried_why": "list[ImpactNotTried]",
        # lines answered otherwise; null until done
        "changed": "ImpactMoney | None",
        # of these, lines that would be so without the version, by what else is known since
        "changed_without": "ImpactMoney | None",
        "payable_old": str | None,
        "payable_new": str | None,
        "created_by": str,
        "created_at": str,
        "finished_at": str | None,
        "from": str | None,
    },
)


class ImpactMoney(TypedDict):
    lines: int
    payable_old: str
    payable_new: str


class ImpactNotTried(TypedDict):
    why: ImpactNotTriedWhy
    claims: int


ImpactOutput = TypedDict(
    "ImpactOutput",
    {
        "id": str,
        "state": WorkState,
        # why it failed: the version was edited meanwhile, or a technical fault
        "fault": ImpactFault | None,
        "progress": "ImpactProgress",
        "version": "ImpactVersion",
        "product": str | None,
        "batch": str | None,
        "to": str | None,
        # what else is known: as of then
        "known_at": str,
        # recorded checks that were tried
        "checks": int,
        # claims of batches that were tried
        "batch_claims": int,
        "lines": int,
        # claims
        "not_tried": int,
        "not_tried_why": "list[ImpactNotTried]",
        # lines answered otherwise; null until done
        "changed": "ImpactMoney | None",
        # of these, lines that would be so without the version, by what else is known since
        "changed_without": "ImpactMoney | None",
        "payable_old": str | None,
        "payable_new": str | None,
        "created_by": str,
        "created_at": str,
        "finished_at": str | None,
        # null until done, as what follows
        "matrix": "list[ImpactCell] | None",
        "by_product": "list[ImpactProduct] | None",
        # at most 500, most money moved first
        "by_drug": "list[ImpactDrug] | None",
        # how many drugs there are
        "drugs": int | None,
        "by_reason": "list[ImpactReason] | None",
        # address of the lines; null for the office's
        "lines_csv": str | None,
        "from": str | None,
    },
)


class ImpactProduct(TypedDict):
    lines: int
    payable_old: str
    payable_new: str
    changed: int
    """lines answered otherwise"""
    insurer: str
    product: str


class ImpactProgress(TypedDict):
    done: int
    """claims"""
    total: int
    phase: ImpactPhase | Literal[""]


class ImpactReason(TypedDict):
    reason: str
    lines_old: int
    lines_new: int
    came: int
    """lines that carry it now and did not"""
    went: int
    """lines that carried it and do no more"""


class ImpactVersion(TypedDict):
    catalog: str
    label: str


class ImportOutput(TypedDict):
    id: str
    state: ImportState
    """staged: a drug master file that waits for a second person to merge it"""
    kind: ImportKind
    catalog: str | None
    label: str
    progress: "ProgressOutput"
    counts: dict[str, int | str]
    """rows read and kept; entries added, removed, changed, unchanged; major, minor, typographic, remark, narrower"""
    no_difference: bool
    errors: "list[ProblemOutput]"
    """the first 100; all of them at problems.csv"""
    error_count: int
    warnings: "list[ProblemOutput]"
    """the first 100"""
    warning_count: int
    names: str
    """printed or plain: how names were read; empty for the drug master"""
    complete_for: list[str]
    sheet: str
    header_row: int | None
    mapping: dict[str, str]
    columns: "list[ColumnReadOutput]"
    """which header went to which column"""
    normalised: "list[NormalisedOutput]"
    """what was read otherwise than written, the first 1,000; counts.normalised counts all"""
    version: "DraftNamed | None"
    """the draft"""
    asked: "AskedOutput | None"
    """of a draft by frequency; null: a file was uploaded"""
    staged: bool
    """a drug master file that a second person merges"""
    merged_by: str
    """who had a staged file merged; empty: nobody yet"""
    merged_at: str | None
    sample: "list[SampleOutput]"
    """of a drug master file: the first 200 products that change and the first 50 that are new"""
    diff: str | None
    """where its changes against the version it follows are"""
    file_name: str
    file_size: int
    sha256: str
    created_by: str
    created_at: str
    finished_at: str | None


class InForceOutput(TypedDict):
    label: str
    effective_from: str
    effective_to: str | None
    checksum: str
    entry_count: int


class InclusionOutput(TypedDict):
    leaf: "LeafOutput"
    size: int
    root: str
    """64 hexadecimal digits"""
    proof: list[str]
    """the path from the leaf up (RFC 6962, 2.1.1)"""


class InsurerOutput(TypedDict):
    code: str | None
    name: str | None


class KeptCheckOutput(TypedDict):
    id: str | None
    """null for a dry run"""
    product: str
    product_version: str | None
    as_known_at: str
    rules_version: str
    catalogs: "list[ConsultedShape]"
    digest: str
    lines: "list[LineOutput]"
    totals: "TotalShape"
    accumulators: "AccumulatorsShape"
    basis: NotRequired["BasisShape"]
    """what an explanation is made from; not of early records"""
    notes: "list[NoteShape]"
    is_demonstration: bool
    asked: "AsSent"
    """the claim as it was sent"""
    decided_at: str


class KeyInputRequest(TypedDict):
    scopes: list[InsurerScope]
    """of what this key itself may do now"""
    note: NotRequired[str]
    expires_at: NotRequired[InstantGiven | None]
    """no later than this key's own end; null: its end"""
    sandbox: NotRequired[bool]
    """a test key, which works in the insurer's sandbox alone; what a test key makes is one too"""


class KeyOutput(TypedDict):
    prefix: str
    scopes: list[Scope]
    scopes_now: list[str]
    """of its scopes those that whoever issued it could still give"""
    note: str
    made_with: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    sandbox: bool
    """whether it is a test key: it works in the sandbox alone"""
    is_this: bool
    """whether this request was made with it"""
    key: str | None
    """the key itself, shown in this answer only and never again: null in all others, in a repeated one too"""


class LeafOutput(TypedDict):
    """What happened to a version of a shared list; its hash is SHA-256 over 0x00 and its RFC 8785 JSON without
    `leaf_hash`.
    """

    seq: int
    """from 0, without gaps: its index in the tree"""
    catalog: str
    label: str
    checksum: str
    effective_from: str
    effective_to: str | None
    complete_for: list[str]
    deed: FeedEvent
    at: str
    leaf_hash: str
    """64 hexadecimal digits"""


class LeftOutOfSandboxOutput(TypedDict):
    product: str
    version: str
    reason: LeftOutOfSandboxReason
    """`own_lists`: it names lists of the insurer's own, which no sandbox has; `refused`: its terms are refused today
    """
    catalogs: list[str]
    """the lists of the insurer's own"""


class LeftOutOutput(TypedDict):
    catalog: str
    why: LeftOutWhy


class LimitShape(TypedDict):
    of: LimitOf
    amount: str
    used_before: str
    left_before: str


class LineAlternativesOutput(TypedDict):
    line_no: int
    outcome: Outcome
    complete: bool
    """false: more could be found than was tried or is shown"""
    sets: "list[SupposedSetOutput]"
    """the smallest first; none has a smaller one inside it"""
    unmendable: "UnmendableOutput | None"
    """why there is no set; null where there is, or the line needs none"""


class LineBasisShape(TypedDict):
    line_no: int
    values: "list[ReasonValues]"
    """of each reason of the line, in their order: what fills its message, by name"""
    claimed: "ClaimedShape"
    nearest: "NearestShape | None"
    """where no benefit takes the line: the one whose reasons it carries, and its entry"""
    conditions: "list[ConditionShape]"
    """of the entry matched, or of the nearest"""
    base_conditions: "list[ConditionShape]"
    """of the 医保 entry"""
    counted: "CountedShape | None"
    """null: not paid"""


class LineInput(TypedDict):
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    strength: NotRequired[str | None]
    line_no: NotRequired[int | None]
    """its place unless given"""
    reference: NotRequired[str | None]
    """the sender's own name of the line, kept and answered"""
    refund_of: NotRequired[str | None]
    """the reference of the line that this one takes back from: its quantity and amount are negative and added to that
    line's
    """
    service_date: NotRequired[DayGiven | None]
    """the claim's unless given"""
    diagnoses: NotRequired[list[str] | None]
    setting: NotRequired[Setting | None]
    institution_level: NotRequired[int | None]
    quantity: NumberGiven
    unit_price: NotRequired[NumberGiven | None]
    """kept, not judged"""
    amount: NumberGiven
    base_paid: NotRequired[NumberGiven | None]
    other_paid: NotRequired[NumberGiven | None]
    base_settled: NotRequired[bool | None]
    prior_auth_no: NotRequired[str | None]
    evidence: NotRequired["EvidenceInput | None"]
    """answers to criteria, by code"""


class LineOutput(TypedDict):
    line_no: int
    reference: str | None
    refunds: list[int]
    """line_no of what was taken back from the line, and is counted in it"""
    outcome: Outcome
    """refunded: nothing is left of the line"""
    reasons: "list[ReasonShape]"
    drug: "RecognisedDrug | None"
    """null: not recognised"""
    base: "BaseShape | None"
    benefit: str | None
    match: "MatchShape | None"
    money: "MoneyShape"
    trace: "list[TraceStep]"


class ListingOutput(TypedDict):
    catalog: str
    """its address for this key: `CODE`; `:CODE` the office's behind a code of your own; `OWNER:CODE` an insurer's, for
    the office
    """
    owner: str | None
    """code of the insurer whose own list it is; null: shared"""
    name: str
    kind: CatalogKind
    series: str | None
    provenance: str
    version: str
    checksum: str
    effective_from: str
    effective_to: str | None
    entries: "list[EntryOutput]"


class ListingsOutput(TypedDict):
    drug: str
    date: str
    known_at: str
    results: "list[ListingOutput]"


class LogEntriesOutput(TypedDict):
    size: int
    """how many leaves there are now"""
    results: "list[LeafOutput]"


class ManifestOutput(TypedDict):
    known_at: str
    date: str
    """today in China"""
    results: "list[HeldOutput]"


class MatchShape(TypedDict):
    """The entry that a line or query matches."""

    catalog: str
    series: str | None
    version: str
    checksum: str
    entry_code: str


class MatrixDrug(TypedDict):
    id: str
    base_name: str
    generic_name: str


class MatrixList(TypedDict):
    catalog: str
    name: str
    kind: CatalogKind
    version: str | None
    """in force on the day; null: none was"""


class MatrixOutput(TypedDict):
    date: str
    known_at: str
    catalogs: "list[MatrixList]"
    count: int
    next: str | None
    previous: str | None
    results: "list[MatrixRow]"


class MatrixRow(TypedDict):
    drug: "MatrixDrug"
    class_codes: list[str]
    """as the entries on this page give them"""
    cells: "dict[str, CellOutput]"
    """by the list's code, in the order in which they were asked for"""


class MemberInput(TypedDict):
    member_ref: NotRequired[str | None]
    """a pseudonym, never a name or number of a person"""
    policy_start: NotRequired[DayGiven | None]
    policy_end: NotRequired[DayGiven | None]
    """inclusive"""
    renewal: NotRequired[bool | None]
    sex: NotRequired[Sex | None]
    age: NotRequired[int | None]
    pre_existing: NotRequired[list[str] | None]
    accumulators: NotRequired["AccumulatorsInput | None"]


class MergeInputRequest(TypedDict):
    resolve: NotRequired[dict[str, MergeSide]]
    """entry_code: whose counts, mine (the draft's) or theirs (the edition's)"""


class MoneyShape(TypedDict):
    """The money of a line, CNY, from what was charged to what is paid."""

    amount: str
    base_paid: str
    other_paid: str
    claimable: str
    allowed: str
    deductible_applied: str
    ratio: str
    share: str
    payable: str
    member_pays: str


class NamedBenefitShape(TypedDict):
    version: str
    """of the product"""
    code: str
    name: str


class NamedCatalogShape(TypedDict):
    catalog: str
    name: str


class NamedProduct(TypedDict):
    """A drug's product as the drug master knows it; what is not known is empty."""

    national_code: str
    approval_no: str
    brand_name: str
    dosage_form: str
    strength: str
    manufacturer: str


class NearestShape(TypedDict):
    benefit: str
    catalog: str | None
    version: str | None
    checksum: str | None
    entry_code: str | None


class NormalisedOutput(TypedDict):
    row: int | None
    column: str
    before: str
    """as written"""
    after: str
    """as read; several names or forms between ；"""


class NoteShape(TypedDict):
    """Something odd about the claim, which alters nothing: neither a reason nor in the digest."""

    code: NoteCode
    line_nos: list[int]
    """of these lines; none: of the claim"""
    message: str


class OldNew(TypedDict):
    old: "ColumnValue | None"
    new: "ColumnValue | None"


class OptionOutput(TypedDict):
    code: str
    name: str


class OutcomeSums(TypedDict):
    """How many lines, and their money in CNY."""

    lines: int
    amount: str
    claimable: str
    payable: str
    outcome: BatchOutcome


class PaginatedAuthorisationListOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[AuthorisationListOutput]"


class PaginatedBatchOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[BatchOutput]"


class PaginatedCatalogOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[CatalogOutput]"


class PaginatedCheckListOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[CheckListOutput]"


class PaginatedClaimListOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[ClaimListOutput]"


class PaginatedCodingWaitingOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[CodingWaitingOutput]"


class PaginatedCollectionSummaryOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[CollectionSummaryOutput]"


class PaginatedCommentOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[CommentOutput]"


class PaginatedDeedOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[DeedOutput]"


class PaginatedDeliveryOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[DeliveryOutput]"


class PaginatedDrugOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[DrugOutput]"


class PaginatedEditOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[EditOutput]"


class PaginatedEntryOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[EntryOutput]"


class PaginatedEntrySummaryOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[EntrySummaryOutput]"


class PaginatedFindingOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[FindingOutput]"


class PaginatedGoldenCaseListOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[GoldenCaseListOutput]"


class PaginatedImpactListOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[ImpactListOutput]"


class PaginatedImportOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[ImportOutput]"


class PaginatedKeyOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[KeyOutput]"


class PaginatedProductOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[ProductOutput]"


class PaginatedProductVersionOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[ProductVersionOutput]"


class PaginatedRequestOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[RequestOutput]"


class PaginatedTriedOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[TriedOutput]"


class PaginatedVersionOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[VersionOutput]"


class PaginatedWebhookOutputList(TypedDict):
    count: int
    next: str | None
    """null: there is none"""
    previous: str | None
    """null: there is none"""
    results: "list[WebhookOutput]"


class PaidByBenefit(TypedDict):
    code: str
    name: str
    scope: BenefitScope
    ratio: str | None
    """null: by bands"""
    lists: "list[PaidThrough]"
    """the lists of the benefit that list the drug"""


class PaidByOutput(TypedDict):
    drug: str
    date: str
    known_at: str
    more: bool
    """true: further products name lists of the drug and were not looked into"""
    results: "list[PaidByProduct]"


class PaidByProduct(TypedDict):
    insurer: str
    product: str
    name: str
    version: str
    benefits: "list[PaidByBenefit]"
    excluded_by: "list[PaidThrough]"
    """negative and exclusion lists of the product that take the drug"""


class PaidThrough(TypedDict):
    catalog: str
    version: str
    pinned: bool
    """the product is pinned to this version; false: it takes what is in force"""
    listed: ListedHow
    """how the list takes the drug, as in the matrix"""
    entry_codes: list[str]


class PairOutput(TypedDict):
    left: str | None
    """an entry code"""
    right: str | None
    weight: ChangeWeight | None
    fields: "FieldChanges"
    """column: [left, right]"""


class PaperInputRequest(TypedDict):
    name: str
    sent_on: NotRequired[DayGiven | None]
    """today unless given"""


class PaperOutput(TypedDict):
    name: str
    asked_at: str | None
    """null: nobody asked for it"""
    sent_on: str | None
    """null: awaited"""
    came_at: str | None
    """null: awaited"""


class PapersInputRequest(TypedDict):
    asked: NotRequired[list[str]]
    """names of papers that are awaited from now on"""
    received: NotRequired["list[PaperInputRequest]"]
    """papers that came; no file is taken"""


class PastExpectation(TypedDict):
    expect: "ExpectedOutput"
    by: str
    """to an insurer: office, but for its own"""
    at: str
    reason: str | None
    catalog: str | None
    """of an answer that a publication changed"""
    version: str | None


class PatchedCatalogChangeRequest(TypedDict):
    """What of a catalog is corrected; code, kind, series and owner only until a version is published."""

    code: NotRequired[str]
    name: NotRequired[str]
    kind: NotRequired[CatalogKind]
    series: NotRequired[str | None]
    publisher: NotRequired[str]
    owner: NotRequired[str | None]
    province: NotRequired[str]
    premium_cny: NotRequired[str | None]
    insured_count: NotRequired[int | None]
    provenance: NotRequired[Provenance | Literal[""]]
    note: NotRequired[str]


class PatchedCommentChangeRequest(TypedDict):
    entry_code: NotRequired[str | None]
    stance: NotRequired[Stance]
    text: NotRequired[str]


class PatchedEditInputRequest(TypedDict):
    label: NotRequired[str]
    effective_from: NotRequired[DayGiven]
    effective_to: NotRequired[DayGiven | None]
    note: NotRequired[str]
    complete_for: NotRequired[list[str]]
    expected_counts: NotRequired[dict[str, int]]
    """`drugs`: all rows"""


class PatchedEntryInputRequest(TypedDict):
    """Columns of an entry; one that is null or empty is not given."""

    entry_code: NotRequired[str | None]
    generic_name: NotRequired[str | None]
    brand_name: NotRequired[str | None]
    dosage_form: NotRequired[str | None]
    strength: NotRequired[str | None]
    manufacturer: NotRequired[str | None]
    authorized_company: NotRequired[str | None]
    national_code: NotRequired[str | None]
    approval_no: NotRequired[str | None]
    class_code: NotRequired[str | None]
    reimbursement_class: NotRequired[str | None]
    indication: NotRequired[str | None]
    icd10: NotRequired[list[str] | None]
    sex: NotRequired[str | None]
    age_min: NotRequired[int | None]
    age_max: NotRequired[int | None]
    settings: NotRequired[list[str] | None]
    min_institution_level: NotRequired[int | None]
    restriction: NotRequired[str | None]
    payment_standard: NotRequired[NumberGiven | None]
    max_quantity: NotRequired[NumberGiven | None]
    criteria: NotRequired["list[CriterionInput] | None"]
    prior_auth: NotRequired[bool | None]
    effective_from: NotRequired[str | None]
    effective_to: NotRequired[str | None]
    regulators: NotRequired[list[str] | None]
    rare_disease: NotRequired[bool | None]
    marks: NotRequired[list[str] | None]
    note: NotRequired[str | None]
    source: NotRequired[str | None]
    payment_standard_text: NotRequired[str | None]
    """what payment_standard says that is no number"""
    evidence: NotRequired["AnyJson | None"]
    """as GET gives it; it is not changed"""
    reason: NotRequired[str]
    """why"""


class PatchedGoldenCaseChangeRequest(TypedDict):
    name: NotRequired[str]
    product: NotRequired[str | None]
    """or `catalogs`"""
    insurer: NotRequired[str | None]
    """whose product, where several have one of this code"""
    catalogs: NotRequired[list[str] | None]
    claim: NotRequired["TriedClaim"]
    expect: NotRequired["ExpectedRequest"]
    note: NotRequired[str]


class PatchedProductChangeRequest(TypedDict):
    public: NotRequired[bool]
    """whether anybody may ask at the look-up page, without a key, what the product pays for"""


class PinInputRequest(TypedDict):
    drug: str
    """by any name of it"""
    indication: NotRequired[str | None]
    """as the curve names it, or its code in the vocabulary; not given: every one of the drug's"""
    keep: bool
    reason: str


class PinnedOutput(TypedDict):
    keep: bool
    reason: str


class PreviewInputRequest(TypedDict):
    date: NotRequired[DayGiven]
    """the day on which the lists are in force; not given: today"""
    min_products: int
    """in at least so many lists"""
    key_provinces: NotRequired[list[str] | None]
    """null: the five with the largest premium"""
    min_key_provinces: NotRequired[int]
    """in at least so many of the key provinces"""
    pins: NotRequired["list[PinInputRequest]"]
    lists: NotRequired[Literal["all"] | list[str]]
    """codes of reference lists, or all that are seen"""
    label: NotRequired[str]
    effective_from: NotRequired[DayGiven]
    effective_to: NotRequired[DayGiven | None]
    note: NotRequired[str]
    replace: NotRequired[bool]
    """a draft of the same label goes although its entries were edited"""


class PreviewOutput(TypedDict):
    date: str
    curve: "list[CurveOutput]"
    """in the order of the draft"""
    counts: "SelectionCounts"
    provinces: "CoveredOutput"
    """of the 31"""
    key_provinces: list[str]
    left_out: "list[LeftOutOutput]"
    """lists that do not count, and why"""


PriorAuthorisationInput = TypedDict(
    "PriorAuthorisationInput",
    {
        "national_code": NotRequired[str | None],
        "approval_no": NotRequired[str | None],
        "generic_name": NotRequired[str | None],
        "dosage_form": NotRequired[str | None],
        "brand_name": NotRequired[str | None],
        "manufacturer": NotRequired[str | None],
        "strength": NotRequired[str | None],
        "sex": NotRequired[Sex | None],
        "age": NotRequired[int | None],
        "setting": NotRequired[Setting | None],
        "institution_level": NotRequired[int | None],
        # none unless given
        "circumstance": NotRequired[Circumstance | None],
        "product": str,
        # a pseudonym, never a name or number of a person
        "member_ref": str,
        "diagnoses": NotRequired[list[str] | None],
        # answers to criteria, by code
        "evidence": NotRequired["EvidenceInput | None"],
        # the first day; today in China unless given
        "from": NotRequired[DayGiven | None],
        # how much it is for; as much as needed unless given
        "quantity": NotRequired[NumberGiven | None],
        "urgent": NotRequired[bool | None],
    },
)


class ProblemDocument(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """stable; branch on this"""
    request_id: str
    trace_id: NotRequired[str]
    """of the trace that is kept of this request, where the service is traced"""
    errors: NotRequired["list[FieldProblem]"]
    """the first 100"""
    error_count: NotRequired[int]
    """how many errors were found, where not all are listed; after a thousand a request is read no further"""
    errors_left_out: NotRequired[int]
    """how many of them `errors` does not list"""


class ProblemOutput(TypedDict):
    row: int | None
    column: str
    value: str
    code: str
    message: str
    message_zh: str
    message_en: str


class ProductInputRequest(TypedDict):
    code: str
    name: str
    note: NotRequired[str]
    public: NotRequired[bool]
    """whether anybody may ask at the look-up page, without a key, what the product pays for"""


class ProductOutput(TypedDict):
    code: str
    name: str
    note: str
    insurer: str
    is_demonstration: bool
    public: bool
    """任何人不用密钥即可查询它赔付什么"""
    created_at: str


class ProductVersionOutput(TypedDict):
    product: str
    label: str
    state: ProductVersionState
    effective_from: str
    effective_to: str | None
    checksum: str
    terms: "TermsShape"
    created_by: str
    published_by: str
    published_at: str | None
    withdrawn_at: str | None


class ProgressOutput(TypedDict):
    done: int
    total: int
    phase: str


class ProgressShape(TypedDict):
    done: int
    total: int
    phase: WorkPhase | Literal[""]
    """read: bytes of the file; decide: lines"""


class PublishInputRequest(TypedDict):
    note: NotRequired[str]
    confirm: NotRequired[bool]
    """a mass change is meant"""
    against: NotRequired[str | None]
    """the edition it follows now, where that is another than at import; empty: it follows none any more"""
    acknowledge: NotRequired["str | list[AcknowledgementInput]"]
    """[{case, reason}]: why golden cases' new answers are right; a text, or {reason} without a case: why other counts
    are
    """


class PublishListsInputRequest(TypedDict):
    note: NotRequired[str]
    with_warnings: NotRequired[bool]
    """lists whose import told warnings too; else only those without any"""


class QuestionOutput(TypedDict):
    id: str
    """of a criterion its code"""
    asks: QuestionAsks
    criterion: str | None
    """the criterion's code; null of every other question"""
    kind: QuestionKind
    """what an answer is"""
    field: str
    """where the answer goes in a claim: `evidence.CODE` in the line's evidence"""
    text: str
    required: bool
    """what is not answered sends the claim to a person"""
    options: "list[OptionOutput]"
    satisfied_by: "SatisfiedBy"
    """which answers the entry lets through"""


class ReasonCodeOutput(TypedDict):
    code: ReasonCode
    effect: Effect
    zh: str
    en: str
    source: str


class ReasonShape(TypedDict):
    code: ReasonCode
    """stable, see /reason-codes/"""
    effect: Effect
    """I: not eligible; R: a person decides; N: a note"""
    message: str
    cites: "list[CiteShape]"


class ReasonSums(TypedDict):
    """How many lines, and their money in CNY."""

    lines: int
    amount: str
    claimable: str
    payable: str
    reason: ReasonCode


class ReceiptCatalog(TypedDict):
    code: str
    """a shared list's code, as in the publication log; an insurer's own: `OWNER:CODE`"""
    label: str
    checksum: str


class ReceiptDocument(TypedDict):
    """What a receipt signs, as RFC 8785 JSON: no person and no fact of the claim, for which the digest stands."""

    digest: str
    """64 hexadecimal digits"""
    product: str
    product_version: str | None
    rules_version: str
    known_at: str
    decided_at: str
    catalogs: "list[ReceiptCatalog]"
    lines: "list[ReceiptLine]"
    log: "ReceiptLog"
    """the publication log as it stood"""
    sandbox: NotRequired[bool]
    """true: of a sandbox, so it proves nothing; else not there"""


class ReceiptLine(TypedDict):
    line_no: int
    outcome: Outcome
    payable: str
    """CNY"""


class ReceiptLog(TypedDict):
    size: int
    root: str
    """64 hexadecimal digits"""


class ReceiptOutput(TypedDict):
    receipt: str
    """a compact JWS (RFC 7515), EdDSA; alone with Accept: application/jose"""


class RecognisedDrug(TypedDict):
    id: str
    generic_name: str
    product: "NamedProduct | None"
    matched_by: MatchedBy | None


class ReferenceInput(TypedDict):
    catalog: str
    label: NotRequired[str | None]
    """pinned to it"""


class ReferenceShape(TypedDict):
    catalog: str
    label: NotRequired[str]
    """not there: whatever is in force"""


# what is otherwise than it was asked before; {}: nothing is
RenewalInput = TypedDict(
    "RenewalInput",
    {
        "national_code": NotRequired[str | None],
        "approval_no": NotRequired[str | None],
        "generic_name": NotRequired[str | None],
        "dosage_form": NotRequired[str | None],
        "brand_name": NotRequired[str | None],
        "manufacturer": NotRequired[str | None],
        "strength": NotRequired[str | None],
        "sex": NotRequired[Sex | None],
        "age": NotRequired[int | None],
        "setting": NotRequired[Setting | None],
        "institution_level": NotRequired[int | None],
        # none unless given
        "circumstance": NotRequired[Circumstance | None],
        "product": NotRequired[str],
        # a pseudonym, never a name or number of a person
        "member_ref": NotRequired[str],
        "diagnoses": NotRequired[list[str] | None],
        # answers to criteria, by code
        "evidence": NotRequired["EvidenceInput | None"],
        # the first day; today in China unless given
        "from": NotRequired[DayGiven | None],
        # how much it is for; as much as needed unless given
        "quantity": NotRequired[NumberGiven | None],
        "urgent": NotRequired[bool | None],
    },
)


class ReplayCause(TypedDict):
    what: ReplayCauseKind
    catalog: NotRequired[str]
    """where `what` is catalog: its code"""
    before: "CauseValue | None"
    after: "CauseValue | None"
    errors: NotRequired["list[FieldProblem]"]
    """where `what` is request: what today's rules refuse"""


class ReplayDifference(TypedDict):
    line_no: int
    field: ReplayField
    before: "AnsweredValue | None"
    after: "AnsweredValue | None"


class ReplayInput(TypedDict):
    """{}: as then"""

    known_at: NotRequired[InstantGiven | Literal["now"] | None]


class ReplayOutput(TypedDict):
    same: bool
    """the digest is the recorded one"""
    recorded_digest: str
    recorded_rules_version: str
    """the rules by which it was decided"""
    differences: "list[ReplayDifference]"
    causes: "list[ReplayCause]"
    decision: "CheckOutput | None"
    """null: the rules of today refuse the request"""


class RequestOutput(TypedDict):
    id: str
    at: str
    key: str
    """the prefix of the key it was asked with"""
    method: str
    route: str
    """the address as this document writes it, without what stood in it"""
    status: int
    milliseconds: int
    """until the answer began to be sent"""
    request_id: str
    """`X-Request-ID` of the answer"""


class RequirementsShape(TypedDict):
    """What the matched entry asks for; what it does not ask for is null, false or empty."""

    prior_auth: bool
    criteria: "list[CriterionShape]"
    settings: list[Setting]
    min_institution_level: int | None
    sex: Sex | None
    age_min: int | None
    age_max: int | None
    icd10: list[str]
    indication: str | None
    max_quantity: str | None
    payment_standard: str | None
    """CNY a unit, or in words as the list has it"""
    restriction: str | None


class ResolutionsOutput(TypedDict):
    known_at: str
    results: "list[ResolvedOutput]"


class ResolvedOutput(TypedDict):
    drug: "DrugNamed | None"
    """null: not recognised"""
    matched_by: MatchedBy | None
    reasons: list[str]
    """why it is not, or what speaks against it"""
    candidates: "list[DrugNamed]"
    """which drugs it could be, where it is ambiguous"""
    product: "ResolvedProduct | None"
    dosage_form: str | None
    class_codes: list[str]


class ResolvedProduct(TypedDict):
    national_code: str
    approval_no: str
    dosage_form: str
    brand_name: str
    manufacturer: str
    strength: str
    class_code: str


class ResultAddresses(TypedDict):
    csv: str
    ndjson: str


class RevertInputRequest(TypedDict):
    label: NotRequired[str]
    effective_from: NotRequired[DayGiven]
    effective_to: NotRequired[DayGiven | None]


class ReviewInputRequest(TypedDict):
    note: NotRequired[str]


class RevokeInputRequest(TypedDict):
    also_made: NotRequired[bool]
    """also those that were made with it, and with these: it was in wrong hands"""


class SampleOutput(TypedDict):
    row: int
    change: str
    """added or changed"""
    name: str
    fields: "FieldChanges"
    """name: [old, new]"""


class SandboxCopiesOutput(TypedDict):
    copied: "list[CopiedVersionOutput]"
    left_out: "list[LeftOutOfSandboxOutput]"


class SatisfiedBy(TypedDict):
    any_of: NotRequired[list[str | bool | int]]
    """one of these; of a diagnosis: a code within one of them"""
    min: NotRequired[int]
    max: NotRequired[int]


class SegmentOutput(TypedDict):
    version: str | None
    """null: none is in force on these days"""
    effective_from: str
    """the first of the days, inclusive"""
    effective_to: str | None
    """the last; null: from then on"""
    known_from: str
    """for whoever asks as known from this instant on"""
    known_to: str | None
    """and before this one; null: still"""


class SelectionCounts(TypedDict):
    lists: int
    """that count"""
    left_out: int
    without_premium: int
    """of those that count: their premium counts as 0"""
    without_province: int
    groups: int
    """drugs and diseases: rows of the curve"""
    kept: int
    pinned: int
    """of the groups, kept or left by a pin"""


class SendBackInputRequest(TypedDict):
    reason: str


class SettledOutput(TypedDict):
    check: str
    settled: bool
    settled_at: str
    settled_by: str


class SideOutput(TypedDict):
    catalog: str
    name: str
    version: str
    state: str
    checksum: str
    effective_from: str
    effective_to: str | None
    complete_for: list[str]
    published_at: str | None
    withdrawn_at: str | None
    date: str | None
    """entries whose agreement is not on then do not count; null: all do"""
    known_at: str


class SubmitInputRequest(TypedDict):
    comments_until: NotRequired[DayGiven | None]


class SuggestionOutput(TypedDict):
    column: CodedColumn
    value: "str | int | CriterionShape"
    """as the column is given; one item of a list"""
    text: str
    """the words it rests on"""
    span: list[int]
    """from and to, in characters of the text"""
    why: str
    confidence: float
    """0 to 1"""


class SummaryAnswerOutput(TypedDict):
    stance: Stance
    """of the comment that was answered"""
    disposition: CommentAnswer
    text: str


class SummaryCountsOutput(TypedDict):
    support: int
    oppose: int
    suggest: int


SupposedChangeOutput = TypedDict(
    "SupposedChangeOutput",
    {
        # the field's name in the request; evidence.<code> for an answer
        "field": str,
        # JSON Pointer into the request: what is set
        "pointer": str,
        # the value, as it is sent
        "to": str | int | bool | list[str] | None,
        # fact: only a person can know whether it is so; paper: it can be obtained and sent
        "kind": SupposedKind,
        # the codes or bounds of which `to` is an example; an answer's question
        "wanted": list[str],
        # what was asked; null: not given
        "from": str | int | bool | list[str] | None,
    },
)


class SupposedSetOutput(TypedDict):
    changes: "list[SupposedChangeOutput]"
    """one to three, of different fields; all of them together"""
    message: str
    worse_for: list[int]
    """line_no of the lines that would then no longer be eligible: sex and age are of all lines"""


class TermsInput(TypedDict):
    """A product version (read by insurers.terms)"""

    label: str
    effective_from: DayGiven
    effective_to: NotRequired[DayGiven | None]
    """inclusive"""
    base: NotRequired["ReferenceInput | None"]
    base_exclusions: NotRequired["list[ReferenceInput] | None"]
    negative_lists: NotRequired["list[ReferenceInput] | None"]
    honours_base_exclusions: NotRequired[bool | None]
    requires_base_settlement: NotRequired[bool | None]
    waiting_days: NotRequired[int | None]
    covered_circumstances: NotRequired[list[StatutoryCircumstance] | None]
    annual_limit: NotRequired[NumberGiven | None]
    """CNY"""
    deductibles: NotRequired["DeductiblesInput | None"]
    """CNY by deductible group"""
    deductibles_pre_existing: NotRequired["DeductiblesInput | None"]
    """CNY by deductible group"""
    benefits: NotRequired["list[BenefitInput] | None"]
    prior_auth: NotRequired[PriorAuthRule | None]
    """any unless given: a number is enough; checked: it must be one of /prior-authorisations/"""
    prior_auth_valid_days: NotRequired[int | None]
    """180 unless given"""
    prior_auth_decision_days: NotRequired[int | None]
    """7 unless given"""
    prior_auth_urgent_hours: NotRequired[int | None]
    """72 unless given"""


class TermsNote(TypedDict):
    pointer: str
    code: str
    detail: str


class TermsShape(TypedDict):
    """The terms of a product version, every default filled in."""

    label: str
    effective_from: str
    effective_to: str | None
    base: "ReferenceShape | None"
    base_exclusions: "list[ReferenceShape]"
    negative_lists: "list[ReferenceShape]"
    honours_base_exclusions: bool
    requires_base_settlement: bool
    waiting_days: int
    covered_circumstances: list[StatutoryCircumstance]
    annual_limit: str | None
    deductibles: dict[str, str]
    """by deductible group"""
    deductibles_pre_existing: dict[str, str]
    benefits: "list[BenefitShape]"
    prior_auth: NotRequired[PriorAuthRule]
    prior_auth_valid_days: NotRequired[int]
    prior_auth_decision_days: NotRequired[int]
    prior_auth_urgent_hours: NotRequired[int]


class TimelineOutput(TypedDict):
    catalog: str
    known_at: str
    versions: "list[TimelineVersion]"
    segments: "list[SegmentOutput]"


class TimelineVersion(TypedDict):
    label: str
    effective_from: str
    effective_to: str | None
    published_at: str
    withdrawn_at: str | None
    checksum: str
    entry_count: int


class TotalShape(TypedDict):
    amount: str
    claimable: str
    payable: str


class TraceStep(TypedDict):
    step: str
    result: StepResult
    version: NotRequired[str | None]
    """of the product, in the first step; null: none is in force"""


class TriedClaim(TypedDict):
    """A claim as a check takes it"""

    product: NotRequired[str | None]
    claim_no: NotRequired[str | None]
    as_known_at: NotRequired[InstantGiven | None]
    """now unless given"""
    service_date: NotRequired[DayGiven | None]
    diagnoses: NotRequired[list[str] | None]
    setting: NotRequired[Setting | None]
    institution_level: NotRequired[int | None]
    circumstance: NotRequired[Circumstance | None]
    """none unless given"""
    member: NotRequired["MemberInput | None"]
    lines: "list[LineInput]"


class TriedOutput(TypedDict):
    case: str
    name: str
    insurer: str | None
    """whose case; null: the office's"""
    expected: "ExpectedOutput"
    found: "Found | None"
    """null: today's rules refuse the claim"""
    differs: "list[GoldenDifference]"
    passes: bool


class UnmendableOutput(TypedDict):
    reasons: list[str]
    """codes of the reasons that no change ends; none: it takes more than three changes"""
    message: str


class UpcomingChange(TypedDict):
    day: str
    """begins, changes: the first day; ends: the last"""
    kind: UpcomingKind
    by: UpcomingBy
    """another edition, or the days of an entry's agreement"""
    version: str
    """that lists it then; of what ends, that listed it last"""
    drug: "UpcomingDrug | None"
    """null: its entries select by class or number and name none"""
    before: "list[EntryOutput]"
    after: "list[EntryOutput]"
    fields: "FieldChanges"
    """column: [before, after]"""
    spoken_of: bool
    """false: the edition that lacks it is not complete for its class, so nobody left it out"""


class UpcomingDrug(TypedDict):
    id: str
    generic_name: str


class UpcomingEdition(TypedDict):
    version: str
    begins: str | None
    """the first day in force; null: it is in force already"""
    ends: str | None
    """the last day in force; null: it is after `until`, or never"""
    follows: str | None
    """in force before it"""
    followed_by: str | None
    """in force after it; null: none, or not by `until`"""
    entry_count: int


class UpcomingOutput(TypedDict):
    catalog: str
    name: str
    today: str
    until: str
    known_at: str
    editions: "list[UpcomingEdition]"
    products: "list[UpcomingProduct]"
    """the first hundred that name the list, an insurer's own"""
    products_count: int
    counts: dict[str, int]
    """begins, ends, changes"""
    count: int
    next: str | None
    previous: str | None
    results: "list[UpcomingChange]"


class UpcomingProduct(TypedDict):
    insurer: str
    product: str
    name: str
    version: str
    effective_from: str
    effective_to: str | None
    follows: bool
    """takes what is in force, and so what begins and ends"""
    pinned: list[str]
    """versions it is pinned to: these apply whatever begins and ends"""


class ValidTermsOutput(TypedDict):
    valid: bool
    """always true: terms that are not valid are a 400"""
    terms: "TermsShape"
    """as they read with every default filled in"""
    notes: "list[TermsNote]"
    """what is not wrong and may not be meant"""


class VerifyInputRequest(TypedDict):
    receipt: str
    claim: NotRequired["TriedClaim | None"]
    """the claim as it was checked"""


class VerifyOutput(TypedDict):
    valid: bool
    """whether it proves a decision: this service signed it, every byte is as it was signed, and it is of no sandbox
    """
    why: ReceiptFault | None
    """null where it is valid; `sandbox`: genuine, but it proves nothing about a claim"""
    message: str | None
    receipt: "ReceiptDocument | None"
    """what it says, where this service signed it"""
    matches_claim: NotRequired[bool | None]
    """whether the claim, decided as known then, has its digest, in which claim number and member reference are not; null
    where it was decided by other rules than today's
    """


class VersionNamed(TypedDict):
    label: str
    checksum: str


class VersionOutput(TypedDict):
    catalog: str
    label: str
    """例如 2026"""
    state: VersionState
    """a consultation is over by itself when its last day is"""
    effective_from: str
    effective_to: str | None
    complete_for: list[str]
    """class-code prefixes of which the list is complete; empty: it is complete"""
    published_at: str | None
    withdrawn_at: str | None
    withdraw_reason: str
    checksum: str
    entry_count: int
    parent: str | None
    base: str | None
    """the edition it was compared with at import or last merge"""
    change_counts: dict[str, int]
    """entries added, removed and changed against the parent, and more"""
    expected_counts: dict[str, int]
    """printed rows by class-code prefix; `drugs`: all"""
    created_by: str
    submitted_by: str
    comments_until: str | None
    review_requested_by: str
    review_note: str
    sent_back_by: str
    sent_back_reason: str
    published_by: str
    withdrawal_asked_by: str
    withdrawal_asked_at: str | None
    withdrawn_by: str
    note: str
    publish_note: str


class WebhookInputRequest(TypedDict):
    url: str
    """https, a public host, port 443 or from 1024 up"""
    events: list[WebhookEvent]
    note: NotRequired[str]


class WebhookOutput(TypedDict):
    id: str
    url: str
    events: list[WebhookEvent]
    note: str
    is_active: bool
    """返回 410 的地址不再通知"""
    secret_id: str
    """tells secrets apart"""
    secret: str | None
    """the key that signs (Standard Webhooks), shown in this answer only; null in all others"""
    previous_until: str | None
    created_by: str
    created_at: str


class WebhookTestData(TypedDict):
    """You asked for a test."""

    webhook: str


class WebhookTestMessage(TypedDict):
    """What is sent of `webhook.test`."""

    type: Literal["webhook.test"]
    timestamp: str
    data: "WebhookTestData"


class WhoOutput(TypedDict):
    insurer: "InsurerOutput | None"
    """null: the catalog office"""
    person: str
    key: str
    """the key's prefix"""
    scopes: list[str]
    expires_at: str | None
    sandbox: bool
    """whether it is a test key: what it does is in the sandbox alone"""


class WithdrawInputRequest(TypedDict):
    reason: NotRequired[str]
    """needed from whoever asks"""

AmountsInput: TypeAlias = dict[str, NumberGiven | None]

# The value of the field that is named beside it, as the answer of a check has it.
AnsweredValue: TypeAlias = str | list[str] | RecognisedDrug | BaseShape | MatchShape | MoneyShape | None

# Any JSON: what it is depends on what it is about.
AnyJson: TypeAlias = Any

# A request as it was sent, in whatever form its values were accepted.
AsSent: TypeAlias = dict[str, Any]

# What the answer rested on: a label, an instant, rules; of a catalog its version.
CauseValue: TypeAlias = str | CitedVersion | None

# What a column of an entry holds; null: it is not given.
ColumnValue: TypeAlias = str | int | bool | list[str | CriterionShape] | None

ComparedFields: TypeAlias = dict[str, list[ColumnValue | list[ColumnValue]]]

DeductiblesInput: TypeAlias = dict[str, NumberGiven | None]

# Columns of an entry that are given.
EntryColumns: TypeAlias = dict[str, ColumnValue]

EvidenceInput: TypeAlias = dict[str, bool | None]

# By column: its value before and its value after, or on the left and on the right.
FieldChanges: TypeAlias = dict[str, list[ColumnValue]]

ReasonValues: TypeAlias = dict[str, str]

# A column's value, or a whole entry.
SideValue: TypeAlias = ColumnValue | EntryColumns
