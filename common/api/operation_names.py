"""What an operation is called in the OpenAPI document, from its route: `version-publish` by POST is `publish_version`. Pure."""

import re
from typing import Final

# The subjects of routes, the longest first, so that `product-version-clone` is a deed on a product version.
_SUBJECTS: Final = (
    "product-version",
    "golden-case",
    "coding-decision",
    "authorisation",
    "batch-claim",
    "collection",
    "correction",
    "delivery",
    "catalog",
    "comment",
    "finding",
    "product",
    "receipt",
    "version",
    "webhook",
    "import",
    "impact",
    "batch",
    "check",
    "entry",
    "drug",
    "key",
    "request",
    "sandbox",
)
_VERBS: Final = {"GET": "get", "PUT": "replace", "PATCH": "change", "DELETE": "delete"}
# Where the route says too little.
_NAMED: Final = {
    ("GET", "coverage"): "get_coverage",
    ("POST", "coverage"): "get_coverage_of_many",
    ("POST", "check-list"): "check_claim",
    ("GET", "compare"): "compare",
    ("GET", "compare-csv"): "compare_as_csv",
    ("GET", "compare-xlsx"): "compare_as_xlsx",
    ("GET", "matrix"): "get_matrix",
    ("GET", "insurer-me"): "get_me",
    ("GET", "audit-list"): "list_deeds",
    ("GET", "version-impact"): "list_version_impacts",
    ("POST", "version-impact"): "try_version",
    ("DELETE", "version-withdraw"): "keep_version",
    ("POST", "comment-upload"): "upload_comments",
    ("POST", "comment-answer"): "answer_comment",
    ("POST", "entry-bulk"): "change_entries",
    ("POST", "version-merge-base"): "merge_base_into_version",
    ("POST", "draft-by-frequency"): "draft_by_frequency",
    ("POST", "draft-by-frequency-preview"): "preview_draft_by_frequency",
    ("POST", "version-end-consultation"): "end_consultation",
    ("POST", "version-request-review"): "request_review_of_version",
    ("GET", "drug-paid-by"): "get_drug_paid_by",
    ("POST", "drug-resolve"): "resolve_drugs",
    ("GET", "catalog-timeline"): "get_catalog_timeline",
    ("GET", "catalog-upcoming"): "get_catalog_upcoming",
    ("GET", "comment-summary"): "get_comment_summary",
    ("POST", "manifest-check"): "check_manifest",
    ("POST", "collection-facts"): "take_collection_facts",
    ("POST", "authorisation-papers"): "note_authorisation_papers",
    ("POST", "product-version-list"): "create_product_version",
    ("POST", "webhook-rotate-secret"): "rotate_webhook_secret",
    ("POST", "delivery-replay"): "replay_delivery",
    ("GET", "import-problems"): "get_import_problems_csv",
    ("GET", "impact-lines"): "get_impact_lines_csv",
}


def operation_name(route: str, method: str, action: str) -> str:
    """Return the name of an operation, as a method of a client: `list_checks`, `get_check`, `create_product`, `cancel_batch`."""
    if named := _NAMED.get((method, route)):
        return named
    subject = next((one for one in _SUBJECTS if route == one or route.startswith(f"{one}-")), "")
    rest = route[len(subject) :].strip("-")
    if rest == "list":
        return _snake(f"list-{_plural(subject)}" if method == "GET" else f"create-{subject}")
    if rest == "detail":
        return _snake(f"{_VERBS[method]}-{subject}")
    if method == "POST" and subject:
        return _snake(f"{rest}-{subject}")
    return _snake(f"{'list' if action == 'list' else _VERBS.get(method, 'create')}-{route}")


def summary_of(name: str) -> str:
    """Return the name of an operation as a few words."""
    words = re.sub(r"\b(csv|xlsx|ndjson)\b", lambda found: found[1].upper(), name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _plural(noun: str) -> str:
    if noun.endswith("y") and not noun.endswith("ey"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("ch", "s", "x")) else f"{noun}s"
