"""The names of choices in the OpenAPI document: by one place that has the choice, as `Shape.field` or `GET /path/?parameter`.

Every other place with the same values is given the same name. A new choice needs a line here; tests/api/document says which.
"""

from typing import Any, Final

PLACES: Final = {
    "Approval": "GET /api/v1/drugs/?approval",
    "Audience": "ExplanationOutput.audience",
    "AuthorisationDecision": "DecisionInputRequest.decision",
    "AuthorisationState": "AuthorisationOutput.state",
    "BaseStatus": "BaseShape.status",
    "BatchOutcome": "OutcomeSums.outcome",
    "BenefitScope": "BenefitInput.scope",
    "BlockKind": "BlockOutput.kind",
    "CatalogKind": "CatalogOutput.kind",
    "ChangeKind": "ChangeOutput.change",
    "ChangeWeight": "ChangeOutput.weight",
    "Circumstance": "CheckInput.circumstance",
    "CodedColumn": "SuggestionOutput.column",
    "CollectedListState": "CollectedListOutput.state",
    "CollectionState": "CollectionOutput.state",
    "CommentAnswer": "AnswerInputRequest.disposition",
    "ComparedBy": "CompareOutput.by",
    "ComparedKind": "ComparedOutput.kind",
    "Condition": "ConditionShape.condition",
    "ConditionResult": "ConditionShape.result",
    "CoverageField": "GET /api/v1/products/{code}/coverage/?fields",
    "CoverageOutcome": "CoverageOutput.outcome",
    "DeedCode": "DeedOutput.deed",
    "DeliveryEvent": "DeliveryOutput.event",
    "DeliveryState": "DeliveryOutput.state",
    "DrugChange": "HistoryOutput.change",
    "EditKind": "EditOutput.kind",
    "Effect": "ReasonShape.effect",
    "EntryColumn": "GET /api/v1/catalogs/{code}/versions/{label}/entries/?fields",
    "EntryMark": "GET /api/v1/catalogs/{code}/versions/{label}/entries/?mark",
    "EntryOrder": "GET /api/v1/catalogs/{code}/versions/{label}/entries/?ordering",
    "ErrorCode": "ErrorCodeOutput.code",
    "ExpectedField": "GoldenDifference.field",
    "FeedEvent": "FeedItem.event",
    "FindingKind": "FindingOutput.kind",
    "FindingState": "FindingOutput.state",
    "HeldStatus": "HeldOutput.status",
    "ImpactFault": "ImpactOutput.fault",
    "ImpactNotTriedWhy": "ImpactNotTried.why",
    "ImpactPhase": "ImpactProgress.phase",
    "ImportKind": "ImportOutput.kind",
    "ImportState": "ImportOutput.state",
    "InsurerScope": "KeyInputRequest.scopes",
    "LanguageTag": "ExplanationOutput.language",
    "LeftOutOfSandboxReason": "LeftOutOfSandboxOutput.reason",
    "LeftOutWhy": "LeftOutOutput.why",
    "LimitOf": "LimitShape.of",
    "ListedHow": "CellOutput.listed",
    "Mark": "DrugMarkOutput.mark",
    "MatchedBy": "RecognisedDrug.matched_by",
    "MergeSide": "MergeInputRequest.resolve",
    "NamesReading": "ImportForm.names",
    "NoteCode": "NoteShape.code",
    "Outcome": "LineOutput.outcome",
    "PriorAuthRule": "TermsInput.prior_auth",
    "ProductVersionState": "ProductVersionOutput.state",
    "Provenance": "CatalogOutput.provenance",
    "QuestionAsks": "QuestionOutput.asks",
    "QuestionKind": "QuestionOutput.kind",
    "RatioKind": "CountedShape.ratio_kind",
    "ReasonCode": "ReasonShape.code",
    "ReceiptFault": "VerifyOutput.why",
    "Regulator": "DrugApprovalOutput.regulator",
    "ReimbursementClass": "GET /api/v1/catalogs/{code}/versions/{label}/entries/?reimbursement_class",
    "ReplayCauseKind": "ReplayCause.what",
    "ReplayField": "ReplayDifference.field",
    "Restriction": "CellOutput.conditions",
    "Scope": "KeyOutput.scopes",
    "Setting": "CheckInput.setting",
    "Sex": "MemberInput.sex",
    "Stance": "CommentOutput.stance",
    "StatutoryCircumstance": "TermsInput.covered_circumstances",
    "StepResult": "TraceStep.result",
    "SupposedKind": "SupposedChangeOutput.kind",
    "UpcomingBy": "UpcomingChange.by",
    "UpcomingKind": "UpcomingChange.kind",
    "VersionState": "VersionOutput.state",
    "Via": "DeedOutput.via",
    "WebhookEvent": "WebhookInputRequest.events",
    "WorkPhase": "ProgressShape.phase",
    "WorkState": "BatchOutput.state",
}


def named_choices(document: dict[str, Any]) -> dict[frozenset[Any], str]:
    """Return the name of each set of values in a document; raises KeyError for a place that is not there or has no choice."""
    return {frozenset(_values(_found(document, place))): name for name, place in PLACES.items()}


def _found(document: dict[str, Any], place: str) -> Any:
    if place.startswith("GET "):
        path, _mark, name = place.removeprefix("GET ").partition("?")
        return next(one for one in document["paths"][path]["get"]["parameters"] if one["name"] == name)
    shape, _dot, field = place.partition(".")
    return document["components"]["schemas"][shape]["properties"][field]


def _values(node: Any) -> list[Any]:
    """Return the values of the first choice inside."""
    waiting = [node]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            if isinstance(one.get("enum"), list):
                return [value for value in one["enum"] if value not in ("", None)]
            waiting += [value for name, value in one.items() if name != "x-accepts"]
        elif isinstance(one, list):
            waiting += one
    raise KeyError(str(node))
