"""Every operation of the service as a method, for a client that waits and one that does not.

Made by `script/client` from the OpenAPI document: change that, not this.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import cast

from shangbao_client import types as t
from shangbao_client.asked import Asked, AsyncCaller, Caller, Upload

# The operations by name: method, path, and the names of what each takes by its place and in the query.
OPERATIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "acknowledge_finding": ("POST", "/api/v1/findings/{id}/acknowledge/", ()),
    "answer_comment": ("POST", "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/answer/", ()),
    "cancel_batch": ("POST", "/api/v1/claims/batches/{id}/cancel/", ()),
    "cancel_impact": ("POST", "/api/v1/impact/{id}/cancel/", ()),
    "cancel_import": ("POST", "/api/v1/imports/{id}/cancel/", ()),
    "change_catalog": ("PATCH", "/api/v1/catalogs/{code}/", ()),
    "change_comment": ("PATCH", "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/", ()),
    "change_entries": ("POST", "/api/v1/catalogs/{code}/versions/{label}/entries/bulk/", ()),
    "change_entry": ("PATCH", "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/", ()),
    "change_golden_case": ("PATCH", "/api/v1/golden-cases/{id}/", ()),
    "change_product": ("PATCH", "/api/v1/products/{code}/", ()),
    "change_version": ("PATCH", "/api/v1/catalogs/{code}/versions/{label}/", ()),
    "check_claim": ("POST", "/api/v1/claims/checks/", ("dry_run",)),
    "check_manifest": ("POST", "/api/v1/manifest/check/", ()),
    "clone_product_version": ("POST", "/api/v1/products/{code}/versions/{label}/clone/", ()),
    "compare": (
        "GET",
        "/api/v1/compare/",
        (
            "by",
            "date",
            "kind",
            "known_at",
            "left",
            "left_date",
            "left_known_at",
            "page",
            "page_size",
            "right",
            "right_date",
            "right_known_at",
            "cursor",
        ),
    ),
    "compare_as_csv": (
        "GET",
        "/api/v1/compare.csv",
        (
            "by",
            "date",
            "kind",
            "known_at",
            "left",
            "left_date",
            "left_known_at",
            "right",
            "right_date",
            "right_known_at",
        ),
    ),
    "compare_as_xlsx": (
        "GET",
        "/api/v1/compare.xlsx",
        (
            "by",
            "date",
            "kind",
            "known_at",
            "left",
            "left_date",
            "left_known_at",
            "right",
            "right_date",
            "right_known_at",
        ),
    ),
    "create_authorisation": ("POST", "/api/v1/prior-authorisations/", ()),
    "create_batch": ("POST", "/api/v1/claims/batches/", ()),
    "create_catalog": ("POST", "/api/v1/catalogs/", ()),
    "create_coding_decision": ("POST", "/api/v1/coding/decisions/", ()),
    "create_collection": ("POST", "/api/v1/collections/", ()),
    "create_comment": ("POST", "/api/v1/catalogs/{code}/versions/{label}/comments/", ()),
    "create_entry": ("POST", "/api/v1/catalogs/{code}/versions/{label}/entries/", ()),
    "create_golden_case": ("POST", "/api/v1/golden-cases/", ()),
    "create_import": ("POST", "/api/v1/imports/", ()),
    "create_key": ("POST", "/api/v1/keys/", ()),
    "create_product": ("POST", "/api/v1/products/", ()),
    "create_product_version": ("POST", "/api/v1/products/{code}/versions/", ()),
    "create_version": ("POST", "/api/v1/catalogs/{code}/versions/", ()),
    "create_webhook": ("POST", "/api/v1/webhooks/", ()),
    "decide_authorisation": ("POST", "/api/v1/prior-authorisations/{no}/decide/", ()),
    "delete_comment": ("DELETE", "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/", ()),
    "delete_entry": ("DELETE", "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/", ()),
    "delete_golden_case": ("DELETE", "/api/v1/golden-cases/{id}/", ()),
    "delete_product_version": ("DELETE", "/api/v1/products/{code}/versions/{label}/", ()),
    "delete_sandbox": ("DELETE", "/api/v1/sandbox/", ()),
    "delete_version": ("DELETE", "/api/v1/catalogs/{code}/versions/{label}/", ()),
    "delete_webhook": ("DELETE", "/api/v1/webhooks/{id}/", ()),
    "draft_by_frequency": ("POST", "/api/v1/catalogs/{code}/draft-by-frequency/", ()),
    "end_consultation": ("POST", "/api/v1/catalogs/{code}/versions/{label}/end-consultation/", ()),
    "get_authorisation": ("GET", "/api/v1/prior-authorisations/{no}/", ()),
    "get_batch": ("GET", "/api/v1/claims/batches/{id}/", ()),
    "get_batch_claim": ("GET", "/api/v1/claims/batches/{id}/claims/{seq}/", ()),
    "get_batch_results_csv": ("GET", "/api/v1/claims/batches/{id}/results.csv", ()),
    "get_batch_results_ndjson": ("GET", "/api/v1/claims/batches/{id}/results.ndjson", ()),
    "get_catalog": ("GET", "/api/v1/catalogs/{code}/", ()),
    "get_catalog_diff": (
        "GET",
        "/api/v1/catalogs/{code}/diff/",
        (
            "change",
            "from",
            "page",
            "page_size",
            "to",
            "weight",
            "cursor",
        ),
    ),
    "get_catalog_in_force": ("GET", "/api/v1/catalogs/{code}/in-force/", ("date", "known_at")),
    "get_catalog_timeline": ("GET", "/api/v1/catalogs/{code}/timeline/", ("known_at",)),
    "get_catalog_upcoming": (
        "GET",
        "/api/v1/catalogs/{code}/upcoming/",
        (
            "kind",
            "page",
            "page_size",
            "until",
            "cursor",
        ),
    ),
    "get_check": ("GET", "/api/v1/claims/checks/{id}/", ()),
    "get_check_alternatives": ("GET", "/api/v1/claims/checks/{id}/alternatives/", ()),
    "get_check_explanation": ("GET", "/api/v1/claims/checks/{id}/explanation/", ("audience",)),
    "get_check_receipt": ("GET", "/api/v1/claims/checks/{id}/receipt/", ()),
    "get_collection": ("GET", "/api/v1/collections/{id}/", ("page", "page_size", "state", "cursor")),
    "get_comment": ("GET", "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/", ()),
    "get_comment_summary": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/comments/summary/",
        (
            "cursor",
            "page",
            "page_size",
        ),
    ),
    "get_comment_summary_xlsx": ("GET", "/api/v1/catalogs/{code}/versions/{label}/comments/summary.xlsx", ()),
    "get_coverage": (
        "GET",
        "/api/v1/products/{code}/coverage/",
        (
            "age",
            "approval_no",
            "brand_name",
            "circumstance",
            "date",
            "dosage_form",
            "fields",
            "generic_name",
            "icd10",
            "institution_level",
            "known_at",
            "manufacturer",
            "national_code",
            "setting",
            "sex",
            "strength",
        ),
    ),
    "get_coverage_of_many": ("POST", "/api/v1/products/{code}/coverage/", ("fields",)),
    "get_delivery": ("GET", "/api/v1/webhooks/{id}/deliveries/{delivery}/", ()),
    "get_drug": ("GET", "/api/v1/drugs/{id}/", ("date", "known_at")),
    "get_drug_history": ("GET", "/api/v1/drugs/{id}/history/", ()),
    "get_drug_listings": ("GET", "/api/v1/drugs/{id}/listings/", ("date", "known_at")),
    "get_drug_paid_by": ("GET", "/api/v1/drugs/{id}/paid-by/", ("date", "known_at")),
    "get_entry": ("GET", "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/", ()),
    "get_entry_form": ("GET", "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/form/", ()),
    "get_finding": ("GET", "/api/v1/findings/{id}/", ()),
    "get_golden_case": ("GET", "/api/v1/golden-cases/{id}/", ()),
    "get_impact": ("GET", "/api/v1/impact/{id}/", ()),
    "get_impact_lines_csv": ("GET", "/api/v1/impact/{id}/lines.csv", ()),
    "get_import": ("GET", "/api/v1/imports/{id}/", ()),
    "get_import_marked_csv": ("GET", "/api/v1/imports/{id}/rows-with-problems.csv", ()),
    "get_import_marked_xlsx": ("GET", "/api/v1/imports/{id}/rows-with-problems.xlsx", ()),
    "get_import_problems_csv": ("GET", "/api/v1/imports/{id}/problems.csv", ()),
    "get_key": ("GET", "/api/v1/keys/{prefix}/", ()),
    "get_log_checkpoint": ("GET", "/api/v1/log/checkpoint/", ()),
    "get_log_consistency": ("GET", "/api/v1/log/proof/consistency/", ("from", "to")),
    "get_log_inclusion": ("GET", "/api/v1/log/proof/inclusion/", ("leaf", "size")),
    "get_matrix": (
        "GET",
        "/api/v1/matrix/",
        (
            "catalogs",
            "class_code",
            "date",
            "icd10",
            "institution_level",
            "known_at",
            "mark",
            "page",
            "page_size",
            "q",
            "cursor",
        ),
    ),
    "get_matrix_csv": (
        "GET",
        "/api/v1/matrix.csv",
        (
            "catalogs",
            "class_code",
            "date",
            "icd10",
            "institution_level",
            "known_at",
            "mark",
            "q",
        ),
    ),
    "get_matrix_xlsx": (
        "GET",
        "/api/v1/matrix.xlsx",
        (
            "catalogs",
            "class_code",
            "date",
            "icd10",
            "institution_level",
            "known_at",
            "mark",
            "q",
        ),
    ),
    "get_me": ("GET", "/api/v1/insurers/me/", ()),
    "get_product": ("GET", "/api/v1/products/{code}/", ()),
    "get_product_version": ("GET", "/api/v1/products/{code}/versions/{label}/", ()),
    "get_version": ("GET", "/api/v1/catalogs/{code}/versions/{label}/", ()),
    "get_version_export_csv": ("GET", "/api/v1/catalogs/{code}/versions/{label}/export.csv", ("institution_level",)),
    "get_version_export_ndjson": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/export.ndjson",
        (
            "institution_level",
        ),
    ),
    "get_version_export_xlsx": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/export.xlsx",
        (
            "institution_level",
        ),
    ),
    "get_webhook": ("GET", "/api/v1/webhooks/{id}/", ()),
    "keep_version": ("DELETE", "/api/v1/catalogs/{code}/versions/{label}/withdraw/", ()),
    "list_authorisations": (
        "GET",
        "/api/v1/prior-authorisations/",
        (
            "asked_at",
            "asked_at_after",
            "asked_at_before",
            "cursor",
            "decided_at",
            "decided_at_after",
            "decided_at_before",
            "drug",
            "member_ref",
            "overdue",
            "page",
            "page_size",
            "papers_awaited",
            "product",
            "state",
            "urgent",
            "valid_on",
        ),
    ),
    "list_batch_claims": (
        "GET",
        "/api/v1/claims/batches/{id}/claims/",
        (
            "claim_no",
            "cursor",
            "member_ref",
            "outcome",
            "page",
            "page_size",
        ),
    ),
    "list_batches": (
        "GET",
        "/api/v1/claims/batches/",
        (
            "created_at",
            "created_at_after",
            "created_at_before",
            "cursor",
            "decided_at",
            "decided_at_after",
            "decided_at_before",
            "member_ref",
            "page",
            "page_size",
            "product",
            "state",
        ),
    ),
    "list_catalog_changes": ("GET", "/api/v1/catalogs/{code}/changes/", ("from", "page_size", "since")),
    "list_catalogs": ("GET", "/api/v1/catalogs/", ("cursor", "kind", "page", "page_size", "series")),
    "list_changes": ("GET", "/api/v1/changes/", ("deltas", "page_size", "since")),
    "list_checks": (
        "GET",
        "/api/v1/claims/checks/",
        (
            "claim_no",
            "cursor",
            "date",
            "decided_at",
            "decided_at_after",
            "decided_at_before",
            "member_ref",
            "outcome",
            "page",
            "page_size",
            "product",
            "service_date",
            "service_date_after",
            "service_date_before",
        ),
    ),
    "list_coding_queue": ("GET", "/api/v1/coding/queue/", ("catalog", "cursor", "label", "page", "page_size")),
    "list_collections": ("GET", "/api/v1/collections/", ("cursor", "page", "page_size")),
    "list_comments": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/comments/",
        (
            "answered",
            "cursor",
            "entry_code",
            "insurer",
            "page",
            "page_size",
            "stance",
        ),
    ),
    "list_corrections": ("GET", "/api/v1/claims/corrections/", ("cursor", "page_size", "settled", "since")),
    "list_deeds": (
        "GET",
        "/api/v1/audit/",
        (
            "cursor",
            "deed",
            "kind",
            "object",
            "page",
            "page_size",
            "request_id",
            "since",
            "until",
            "via",
            "who",
        ),
    ),
    "list_deliveries": (
        "GET",
        "/api/v1/webhooks/{id}/deliveries/",
        (
            "cursor",
            "event",
            "page",
            "page_size",
            "state",
        ),
    ),
    "list_drugs": (
        "GET",
        "/api/v1/drugs/",
        (
            "approval",
            "catalog",
            "cursor",
            "date",
            "known_at",
            "mark",
            "page",
            "page_size",
            "q",
            "regulator",
        ),
    ),
    "list_entries": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/entries/",
        (
            "class_code",
            "cursor",
            "fields",
            "icd10",
            "institution_level",
            "manufacturer",
            "mark",
            "min_institution_level",
            "ordering",
            "page",
            "page_size",
            "prior_auth",
            "q",
            "rare_disease",
            "regulator",
            "reimbursement_class",
        ),
    ),
    "list_error_codes": ("GET", "/api/v1/error-codes/", ()),
    "list_findings": ("GET", "/api/v1/findings/", ("catalog", "cursor", "kind", "page", "page_size", "state")),
    "list_golden_cases": ("GET", "/api/v1/golden-cases/", ("cursor", "page", "page_size")),
    "list_imports": ("GET", "/api/v1/imports/", ("cursor", "page", "page_size")),
    "list_keys": ("GET", "/api/v1/keys/", ("cursor", "page", "page_size")),
    "list_log_entries": ("GET", "/api/v1/log/entries/", ("from", "to")),
    "list_product_versions": ("GET", "/api/v1/products/{code}/versions/", ("cursor", "page", "page_size")),
    "list_products": ("GET", "/api/v1/products/", ("cursor", "page", "page_size")),
    "list_reason_codes": ("GET", "/api/v1/reason-codes/", ()),
    "list_requests": (
        "GET",
        "/api/v1/requests/",
        (
            "cursor",
            "key",
            "page",
            "page_size",
            "request_id",
            "since",
            "status",
            "until",
        ),
    ),
    "list_version_edits": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/edits/",
        (
            "cursor",
            "entry_code",
            "page",
            "page_size",
        ),
    ),
    "list_version_golden_cases": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/golden-cases/",
        (
            "cursor",
            "page",
            "page_size",
        ),
    ),
    "list_version_impacts": (
        "GET",
        "/api/v1/catalogs/{code}/versions/{label}/impact/",
        (
            "cursor",
            "page",
            "page_size",
        ),
    ),
    "list_versions": ("GET", "/api/v1/catalogs/{code}/versions/", ("cursor", "page", "page_size")),
    "list_webhooks": ("GET", "/api/v1/webhooks/", ("cursor", "page", "page_size")),
    "merge_base_into_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/merge-base/", ()),
    "merge_import": ("POST", "/api/v1/imports/{id}/merge/", ()),
    "note_authorisation_papers": ("POST", "/api/v1/prior-authorisations/{no}/papers/", ()),
    "preview_draft_by_frequency": ("POST", "/api/v1/catalogs/{code}/draft-by-frequency/preview/", ()),
    "publish_collection": ("POST", "/api/v1/collections/{id}/publish/", ()),
    "publish_product_version": ("POST", "/api/v1/products/{code}/versions/{label}/publish/", ()),
    "publish_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/publish/", ()),
    "refresh_sandbox": ("POST", "/api/v1/sandbox/refresh/", ()),
    "renew_authorisation": ("POST", "/api/v1/prior-authorisations/{no}/renew/", ()),
    "replace_product_version": ("PUT", "/api/v1/products/{code}/versions/{label}/", ()),
    "replay_batch_claim": ("POST", "/api/v1/claims/batches/{id}/claims/{seq}/replay/", ()),
    "replay_check": ("POST", "/api/v1/claims/checks/{id}/replay/", ()),
    "replay_delivery": ("POST", "/api/v1/webhooks/{id}/deliveries/{delivery}/replay/", ()),
    "request_review_of_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/request-review/", ()),
    "resolve_drugs": ("POST", "/api/v1/drugs/resolve/", ()),
    "revert_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/revert/", ()),
    "revoke_key": ("POST", "/api/v1/keys/{prefix}/revoke/", ()),
    "rotate_webhook_secret": ("POST", "/api/v1/webhooks/{id}/rotate-secret/", ()),
    "send_back_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/send-back/", ()),
    "settle_check": ("POST", "/api/v1/claims/checks/{id}/settle/", ()),
    "submit_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/submit/", ()),
    "take_collection_facts": ("POST", "/api/v1/collections/{id}/facts/", ()),
    "test_webhook": ("POST", "/api/v1/webhooks/{id}/test/", ()),
    "try_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/impact/", ()),
    "upload_comments": ("POST", "/api/v1/catalogs/{code}/versions/{label}/comments/upload/", ()),
    "validate_product_version": ("POST", "/api/v1/products/{code}/validate/", ()),
    "verify_receipt": ("POST", "/api/v1/receipts/verify/", ()),
    "withdraw_product_version": ("POST", "/api/v1/products/{code}/versions/{label}/withdraw/", ()),
    "withdraw_version": ("POST", "/api/v1/catalogs/{code}/versions/{label}/withdraw/", ()),
}


class Operations(Caller):
    """The operations of a client that waits, by their `operationId`s."""

    def acknowledge_finding(
        self,
        id: str,
        body: t.AcknowledgeInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.FindingOutput:
        """Note that you have seen to it, and why it may stay. The office's with `catalog:write` or `catalog:publish`; an
        insurer's about its own lists and products. It stays acknowledged as long as its cause is the same, also where
        that goes and comes back.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/findings/{id}/acknowledge/",
            path={"id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.FindingOutput", self._json(asked))

    def answer_comment(
        self,
        code: str,
        label: str,
        id: str,
        body: t.AnswerInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.CommentOutput:
        """Answer a comment, or answer it otherwise, until the version is published; it makes nobody an editor of the
        version.

        Scope: `catalog:write` or `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/answer/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CommentOutput", self._json(asked))

    def cancel_batch(self, id: str, *, idempotency_key: str | None = None) -> t.BatchOutput:
        """End a batch that is queued or running; nothing of it is shown as decided.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.BatchOutput", self._json(asked))

    def cancel_impact(self, id: str, *, idempotency_key: str | None = None) -> t.ImpactOutput:
        """End a run that is queued or running; 409 `already_ended` where it is over.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/impact/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImpactOutput", self._json(asked))

    def cancel_import(self, id: str, *, idempotency_key: str | None = None) -> t.ImportOutput:
        """Stop an import that waits or runs, or give up a staged one.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImportOutput", self._json(asked))

    def change_catalog(
        self,
        code: str,
        body: t.PatchedCatalogChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.CatalogOutput:
        """Correct a catalog's facts; code, kind, series and owner only until a version of it is published.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/",
            path={"code": code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.CatalogOutput", self._json(asked))

    def change_comment(
        self,
        code: str,
        label: str,
        id: str,
        body: t.PatchedCommentChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.CommentOutput:
        """Say it otherwise, while the consultation is open. An answer that was given goes with the words it was given
        to.

        Scope: `catalog:read`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.CommentOutput", self._json(asked))

    def change_entries(
        self,
        code: str,
        label: str,
        body: t.BulkInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.BulkOutput:
        """Set the same columns in many entries of a draft, or remove them: all or none.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/entries/bulk/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.BulkOutput", self._json(asked))

    def change_entry(
        self,
        code: str,
        label: str,
        entry_code: str,
        body: t.PatchedEntryInputRequest,
        *,
        if_match: str | None = None,
    ) -> t.EditedEntryOutput:
        """Change columns of a draft's entry; with another code it is at `Content-Location`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.EditedEntryOutput", self._json(asked))

    def change_golden_case(
        self,
        id: str,
        body: t.PatchedGoldenCaseChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.GoldenCaseOutput:
        """Change what is given; what it expected before is kept.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/golden-cases/{id}/",
            path={"id": id},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.GoldenCaseOutput", self._json(asked))

    def change_product(
        self,
        code: str,
        body: t.PatchedProductChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.ProductOutput:
        """Say whether the look-up page tells anybody what the product pays for.

        Scope: `products:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/products/{code}/",
            path={"code": code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.ProductOutput", self._json(asked))

    def change_version(
        self,
        code: str,
        label: str,
        body: t.PatchedEditInputRequest,
        *,
        if_match: str | None = None,
    ) -> t.VersionOutput:
        """Correct a draft's label, days, note, `complete_for` or expected counts; with another label it is at
        `Content-Location`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def check_claim(
        self,
        body: t.CheckInput,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.CheckOutput:
        """Decide one claim.

        Scope: `claims:check`

        `dry_run`: decide, but record nothing
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CheckOutput", self._json(asked))

    def check_manifest(
        self,
        body: Sequence[t.HeldInputRequest],
        *,
        idempotency_key: str | None = None,
    ) -> t.ManifestOutput:
        """Say of each version a client holds whether it is what applies today: 1 to 100 of them, answered in order.

        `catalog` alone: held against the version in force. `product` alone: a product version. Both: the catalog as
        the product uses it, pinned or in force. A catalog needs `catalog:read`, a product `coverage:read`; what you
        may not see is `unknown`.

        Scope: `catalog:read` or `coverage:read`
        """
        asked = Asked("POST", "/api/v1/manifest/check/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ManifestOutput", self._json(asked))

    def clone_product_version(
        self,
        code: str,
        label: str,
        body: t.CloneInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Keep the terms of a version as another draft for other days, its references to catalogs pinned to a version or
        floating.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/clone/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def compare(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        page: int | None = None,
        page_size: int | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
        cursor: str | None = None,
    ) -> t.CompareOutput:
        """Compare two sides by drug (as it is recognised, whatever salt or form a list writes), by drug and disease, or
        entry by entry.

        A side is a version (`CODE@LABEL`, also a withdrawn one; drafts are the office's and the owner's) or what a
        list says on a day as it was known at an instant (`CODE`). Entries whose agreement does not run on the side's
        day are not in force there and do not count; for a side with a label that is asked only by its own `left_date`
        or `right_date`. Entries of one drug are for the same disease where an ICD-10 code could fall under both,
        directly or by way of a third; an entry that gives no disease is for all.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/compare/",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "page": page,
                "page_size": page_size,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
                "cursor": cursor,
            },
        )
        return cast("t.CompareOutput", self._json(asked))

    def iter_compare(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        page_size: int | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
        cursor: str | None = None,
    ) -> Iterator[t.ComparedOutput]:
        """Go through all pages, one item after the other.

        Compare two sides by drug (as it is recognised, whatever salt or form a list writes), by drug and disease, or
        entry by entry.

        A side is a version (`CODE@LABEL`, also a withdrawn one; drafts are the office's and the owner's) or what a
        list says on a day as it was known at an instant (`CODE`). Entries whose agreement does not run on the side's
        day are not in force there and do not count; for a side with a label that is asked only by its own `left_date`
        or `right_date`. Entries of one drug are for the same disease where an ICD-10 code could fall under both,
        directly or by way of a third; an entry that gives no disease is for all.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/compare/",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "page_size": page_size,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    def compare_as_csv(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> bytes:
        """Give the same as 修订对照表: new, old, what changed; what is alike only with `kind=same`.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.csv",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="text/csv",
        )
        return self._bytes(asked)

    def save_compare_as_csv(
        self,
        to: str | Path,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the same as 修订对照表: new, old, what changed; what is alike only with `kind=same`.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.csv",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="text/csv",
        )
        return self._keep(asked, to)

    def compare_as_xlsx(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> bytes:
        """Give the same as a workbook.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.xlsx",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._bytes(asked)

    def save_compare_as_xlsx(
        self,
        to: str | Path,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the same as a workbook.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.xlsx",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._keep(asked, to)

    def create_authorisation(
        self,
        body: t.PriorAuthorisationInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for an authorisation; it is judged at once as a coverage question, its criteria answered by `evidence`.

        `approved`, `declined` with its reasons, or `in_review` with what is `missing`: then a person decides.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", self._json(asked))

    def create_batch(self, *, file: Upload, product: str, idempotency_key: str | None = None) -> t.BatchOutput:
        """Upload a file of claims: 202 and a Location to watch.

        The same bytes for the same product while an earlier batch of them is queued or running answer 200 with that
        batch. Once it has ended they are a new batch, decided as known now; to repeat a request safely, send an
        Idempotency-Key.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/",
            headers={"Idempotency-Key": idempotency_key},
            form={"file": file, "product": product},
        )
        return cast("t.BatchOutput", self._json(asked))

    def create_catalog(self, body: t.CatalogInputRequest, *, idempotency_key: str | None = None) -> t.CatalogOutput:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:write`
        """
        asked = Asked("POST", "/api/v1/catalogs/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.CatalogOutput", self._json(asked))

    def create_coding_decision(
        self,
        body: t.CodingDecisionInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.CodingDecisionOutput:
        """Code every draft entry of the same text that is not coded, and remember what it means.

        Scope: `catalog:write`
        """
        asked = Asked("POST", "/api/v1/coding/decisions/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.CodingDecisionOutput", self._json(asked))

    def create_collection(
        self,
        *,
        file: Upload,
        label: str | None = None,
        effective_from: t.DayGiven | None = None,
        effective_to: t.DayGiven | None = None,
        note: str | None = None,
        names: t.NamesReading | None = None,
        change_facts: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.CollectionOutput:
        """Upload a package of lists: 202 and a Location to watch; the same bytes again answer 200 with the earlier
        collection.

        Each list becomes a catalog of kind `reference` with the facts of its row, and a draft by an import of its
        own. What cannot be read says so and leaves nothing; what can is imported.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/",
            headers={"Idempotency-Key": idempotency_key},
            form={
                "file": file,
                "label": label,
                "effective_from": effective_from,
                "effective_to": effective_to,
                "note": note,
                "names": names,
                "change_facts": change_facts,
            },
        )
        return cast("t.CollectionOutput", self._json(asked))

    def create_comment(
        self,
        code: str,
        label: str,
        body: t.CommentInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.CommentOutput:
        """Comment on an entry, or on the whole list.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CommentOutput", self._json(asked))

    def create_entry(
        self,
        code: str,
        label: str,
        body: t.EntryInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.EditedEntryOutput:
        """Add an entry to a draft, checked as a file's row; without a code it gets the one an import would make.

        One entry each: a name is kept as it is written, whatever it may hold.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.EditedEntryOutput", self._json(asked))

    def create_golden_case(
        self,
        body: t.GoldenCaseInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.GoldenCaseOutput:
        """Keep a claim and the answer agreed on, or a recorded check (`check`) with the answer it got; nothing that
        leads to a person is kept.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked("POST", "/api/v1/golden-cases/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.GoldenCaseOutput", self._json(asked))

    def create_import(
        self,
        *,
        file: Upload,
        kind: t.ImportKind | None = None,
        catalog: str | None = None,
        label: str | None = None,
        effective_from: t.DayGiven | None = None,
        effective_to: t.DayGiven | None = None,
        note: str | None = None,
        names: t.NamesReading | None = None,
        complete_for: str | None = None,
        sheet: str | None = None,
        header_row: int | None = None,
        mapping: str | None = None,
        replace: bool | None = None,
        staged: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.ImportOutput:
        """Upload a file: 202 and a Location to watch; the same bytes again answer 200 with the earlier import.

        A drug master file is merged at once, unless `staged`: then it is compared only, and a second person merges it
        (merge/).

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/",
            headers={"Idempotency-Key": idempotency_key},
            form={
                "file": file,
                "kind": kind,
                "catalog": catalog,
                "label": label,
                "effective_from": effective_from,
                "effective_to": effective_to,
                "note": note,
                "names": names,
                "complete_for": complete_for,
                "sheet": sheet,
                "header_row": header_row,
                "mapping": mapping,
                "replace": replace,
                "staged": staged,
            },
        )
        return cast("t.ImportOutput", self._json(asked))

    def create_key(self, body: t.KeyInputRequest, *, idempotency_key: str | None = None) -> t.KeyOutput:
        """Make a further key, for no more and no longer than this one.

        `sandbox`: a test key. The insurer's first one begins its sandbox, with copies of its products. To rotate:
        make one, bring it into use, revoke the old one.
        """
        asked = Asked("POST", "/api/v1/keys/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.KeyOutput", self._json(asked))

    def create_product(self, body: t.ProductInputRequest, *, idempotency_key: str | None = None) -> t.ProductOutput:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `products:write`
        """
        asked = Asked("POST", "/api/v1/products/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ProductOutput", self._json(asked))

    def create_product_version(
        self,
        code: str,
        body: t.TermsInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Keep terms as a draft.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def create_version(
        self,
        code: str,
        body: t.DraftInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a draft, empty or a copy of a version (`from`, its label).

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def create_webhook(self, body: t.WebhookInputRequest, *, idempotency_key: str | None = None) -> t.WebhookOutput:
        """Add an endpoint; the answer alone shows its secret.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("POST", "/api/v1/webhooks/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.WebhookOutput", self._json(asked))

    def decide_authorisation(
        self,
        no: str,
        body: t.DecisionInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Approve or decline one that is in review, as a person decided.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/decide/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", self._json(asked))

    def delete_comment(self, code: str, label: str, id: str, *, if_match: str | None = None) -> None:
        """Take a comment back, while the consultation is open.

        Scope: `catalog:read`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match},
        )
        self._json(asked)

    def delete_entry(self, code: str, label: str, entry_code: str, *, if_match: str | None = None) -> None:
        """Remove an entry from a draft; a body may give the `reason`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-Match": if_match},
        )
        self._json(asked)

    def delete_golden_case(self, id: str, *, if_match: str | None = None) -> None:
        """Remove the case, with what it expected before.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked("DELETE", "/api/v1/golden-cases/{id}/", path={"id": id}, headers={"If-Match": if_match})
        self._json(asked)

    def delete_product_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Delete a draft.

        Scope: `products:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        self._json(asked)

    def delete_sandbox(self) -> None:
        """Erase the sandbox at once: its keys, webhooks and work end, and all that tells of a person goes. Without one,
        nothing is done.
        """
        asked = Asked("DELETE", "/api/v1/sandbox/")
        self._json(asked)

    def delete_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Delete a draft; what is published stays for ever.

        Scope: `catalog:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        self._json(asked)

    def delete_webhook(self, id: str, *, if_match: str | None = None) -> None:
        """Delete an endpoint with its log.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("DELETE", "/api/v1/webhooks/{id}/", path={"id": id}, headers={"If-Match": if_match})
        self._json(asked)

    def draft_by_frequency(
        self,
        code: str,
        body: t.ByFrequencyInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.ImportOutput:
        """Draft a version from the market's lists: 202 and a Location to watch, as of an import.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/draft-by-frequency/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ImportOutput", self._json(asked))

    def end_consultation(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """End a consultation before its last day: the version is a draft again.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/end-consultation/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.VersionOutput", self._json(asked))

    def get_authorisation(self, no: str) -> t.AuthorisationOutput:
        """One authorisation, how it stands today.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/prior-authorisations/{no}/", path={"no": no})
        return cast("t.AuthorisationOutput", self._json(asked))

    def get_batch(self, id: str) -> t.BatchOutput:
        """State, progress, and when it is done its totals.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/", path={"id": id})
        return cast("t.BatchOutput", self._json(asked))

    def get_batch_claim(self, id: str, seq: str) -> t.ClaimOutput:
        """What was decided of one claim, as it was decided, with what was asked.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/claims/{seq}/", path={"id": id, "seq": seq})
        return cast("t.ClaimOutput", self._json(asked))

    def get_batch_results_csv(self, id: str, *, if_none_match: str | None = None) -> bytes:
        """Stream the results, one row a line of the file, in its order; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.csv",
            path={"id": id},
            headers={"If-None-Match": if_none_match},
            accept="text/csv",
        )
        return self._bytes(asked)

    def save_batch_results_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the results, one row a line of the file, in its order; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/results.csv", path={"id": id}, accept="text/csv")
        return self._keep(asked, to)

    def get_batch_results_ndjson(self, id: str, *, if_none_match: str | None = None) -> bytes:
        """Stream the results, one claim a line, each with the whole answer of a check; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.ndjson",
            path={"id": id},
            headers={"If-None-Match": if_none_match},
            accept="application/x-ndjson",
        )
        return self._bytes(asked)

    def save_batch_results_ndjson(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the results, one claim a line, each with the whole answer of a check; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.ndjson",
            path={"id": id},
            accept="application/x-ndjson",
        )
        return self._keep(asked, to)

    def get_catalog(self, code: str, *, if_none_match: str | None = None) -> t.CatalogOutput:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/",
            path={"code": code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.CatalogOutput", self._json(asked))

    def get_catalog_diff(
        self,
        code: str,
        *,
        from_: str,
        to: str,
        change: t.ChangeKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        weight: t.ChangeWeight | None = None,
        cursor: str | None = None,
    ) -> t.DiffOutput:
        """What differs between two versions, by entry_code.

        Entries are one by their `entry_code`; what is left on both sides is paired where the drug columns are the
        same. Such a pair is `changed`, its `entry_code` among the `fields`. Every entry of both versions is counted
        once: `added`, `removed`, `changed` or `unchanged`.
        `changed` holds all that differ by a byte; how much that matters is the `weight`, counted apart: `major` can
        alter a payment (all that came and went can), `minor` is shown only, `typographic` reads the same (width of
        brackets and punctuation, white space, a final 。),
        `remark` is note, source or entry code alone.

        Scope: `catalog:read`

        `weight`: how much a change matters
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/diff/",
            path={"code": code},
            query={
                "change": change,
                "from": from_,
                "page": page,
                "page_size": page_size,
                "to": to,
                "weight": weight,
                "cursor": cursor,
            },
        )
        return cast("t.DiffOutput", self._json(asked))

    def iter_catalog_diff(
        self,
        code: str,
        *,
        from_: str,
        to: str,
        change: t.ChangeKind | None = None,
        page_size: int | None = None,
        weight: t.ChangeWeight | None = None,
        cursor: str | None = None,
    ) -> Iterator[t.ChangeOutput]:
        """Go through all pages, one item after the other.

        What differs between two versions, by entry_code.

        Entries are one by their `entry_code`; what is left on both sides is paired where the drug columns are the
        same. Such a pair is `changed`, its `entry_code` among the `fields`. Every entry of both versions is counted
        once: `added`, `removed`, `changed` or `unchanged`.
        `changed` holds all that differ by a byte; how much that matters is the `weight`, counted apart: `major` can
        alter a payment (all that came and went can), `minor` is shown only, `typographic` reads the same (width of
        brackets and punctuation, white space, a final 。),
        `remark` is note, source or entry code alone.

        Scope: `catalog:read`

        `weight`: how much a change matters
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/diff/",
            path={"code": code},
            query={
                "change": change,
                "from": from_,
                "page_size": page_size,
                "to": to,
                "weight": weight,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    def get_catalog_in_force(
        self,
        code: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.VersionOutput:
        """The version in force on a day, as known at an instant.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/in-force/",
            path={"code": code},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.VersionOutput", self._json(asked))

    def get_catalog_timeline(self, code: str, *, known_at: t.InstantGiven | None = None) -> t.TimelineOutput:
        """The published versions, withdrawn ones too, and the segments of both clocks: every day from the first on and
        every instant from the first publication on lies in exactly one.

        Scope: `catalog:read`

        `known_at`: nothing that became known later
        """
        asked = Asked("GET", "/api/v1/catalogs/{code}/timeline/", path={"code": code}, query={"known_at": known_at})
        return cast("t.TimelineOutput", self._json(asked))

    def get_catalog_upcoming(
        self,
        code: str,
        *,
        kind: t.UpcomingKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        until: t.DayGiven | None = None,
        cursor: str | None = None,
    ) -> t.UpcomingOutput:
        """Tell what begins after today and by a day, and what has its last day from today on and by then, by what is
        published now.

        Drug by drug, by the day: those that come in, go out, or are listed otherwise (`fields`: the class, the
        terms). Coverage and checks for these days are answered today as they will be then.

        Scope: `catalog:read`

        `kind`: these alone
        `until`: the last day; in 92 days unless told
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/upcoming/",
            path={"code": code},
            query={"kind": kind, "page": page, "page_size": page_size, "until": until, "cursor": cursor},
        )
        return cast("t.UpcomingOutput", self._json(asked))

    def iter_catalog_upcoming(
        self,
        code: str,
        *,
        kind: t.UpcomingKind | None = None,
        page_size: int | None = None,
        until: t.DayGiven | None = None,
        cursor: str | None = None,
    ) -> Iterator[t.UpcomingChange]:
        """Go through all pages, one item after the other.

        Tell what begins after today and by a day, and what has its last day from today on and by then, by what is
        published now.

        Drug by drug, by the day: those that come in, go out, or are listed otherwise (`fields`: the class, the
        terms). Coverage and checks for these days are answered today as they will be then.

        Scope: `catalog:read`

        `kind`: these alone
        `until`: the last day; in 92 days unless told
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/upcoming/",
            path={"code": code},
            query={"kind": kind, "page_size": page_size, "until": until, "cursor": cursor},
        )
        return self._pages(asked)

    def get_check(self, id: str) -> t.KeptCheckOutput:
        """What was decided, as it was decided.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/", path={"id": id})
        return cast("t.KeptCheckOutput", self._json(asked))

    def get_check_alternatives(self, id: str) -> t.AlternativesOutput:
        """Line by line, what would have had to be otherwise. Every set, set at its pointers and checked again as known
        then, is eligible.

        Asked are the line's own fields, and the member's sex and age where they are not known. `fact`: *if* it is so;
        nobody is told to make it so.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/alternatives/", path={"id": id})
        return cast("t.AlternativesOutput", self._json(asked))

    def get_check_explanation(self, id: str, *, audience: t.Audience | None = None) -> t.ExplanationOutput:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/explanation/", path={"id": id}, query={"audience": audience})
        return cast("t.ExplanationOutput", self._json(asked))

    def get_check_explanation_html(self, id: str, *, audience: t.Audience | None = None) -> str:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/{id}/explanation/",
            path={"id": id},
            query={"audience": audience},
            accept="text/html",
        )
        return self._str(asked)

    def get_check_explanation_text(self, id: str, *, audience: t.Audience | None = None) -> str:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/{id}/explanation/",
            path={"id": id},
            query={"audience": audience},
            accept="text/plain",
        )
        return self._str(asked)

    def get_check_receipt(self, id: str) -> t.ReceiptOutput:
        """The receipt of a check: the same for ever, also when the check's facts are gone.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/receipt/", path={"id": id})
        return cast("t.ReceiptOutput", self._json(asked))

    def get_check_receipt_jose(self, id: str) -> str:
        """The receipt of a check: the same for ever, also when the check's facts are gone.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/receipt/", path={"id": id}, accept="application/jose")
        return self._str(asked)

    def get_collection(
        self,
        id: str,
        *,
        page: int | None = None,
        page_size: int | None = None,
        state: t.CollectedListState | None = None,
        cursor: str | None = None,
    ) -> t.CollectionOutput:
        """How a collection stands, and each of its lists, paged.

        Scope: `catalog:write` or `catalog:publish`

        `state`: lists that stand so
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/collections/{id}/",
            path={"id": id},
            query={"page": page, "page_size": page_size, "state": state, "cursor": cursor},
        )
        return cast("t.CollectionOutput", self._json(asked))

    def iter_collection(
        self,
        id: str,
        *,
        page_size: int | None = None,
        state: t.CollectedListState | None = None,
        cursor: str | None = None,
    ) -> Iterator[t.CollectedListOutput]:
        """Go through all pages, one item after the other.

        How a collection stands, and each of its lists, paged.

        Scope: `catalog:write` or `catalog:publish`

        `state`: lists that stand so
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/collections/{id}/",
            path={"id": id},
            query={"page_size": page_size, "state": state, "cursor": cursor},
        )
        return self._pages(asked)

    def get_comment(self, code: str, label: str, id: str, *, if_none_match: str | None = None) -> t.CommentOutput:
        """Comments 意见 on a version: an insurer makes its own while the version is in consultation, and always sees them
        with their answers; the office sees all, with who wrote them.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.CommentOutput", self._json(asked))

    def get_comment_summary(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedEntrySummaryOutputList:
        """For each entry how many spoke for and against it, and what was answered, without names; once the consultation
        is over.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedEntrySummaryOutputList", self._json(asked))

    def iter_comment_summary(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.EntrySummaryOutput]:
        """Go through all pages, one item after the other.

        For each entry how many spoke for and against it, and what was answered, without names; once the consultation
        is over.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    def get_comment_summary_xlsx(self, code: str, label: str) -> bytes:
        """Give the office the summary of comments 意见汇总表: every comment with who made it, and its answer.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary.xlsx",
            path={"code": code, "label": label},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._bytes(asked)

    def save_comment_summary_xlsx(self, code: str, label: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the office the summary of comments 意见汇总表: every comment with who made it, and its answer.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary.xlsx",
            path={"code": code, "label": label},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._keep(asked, to)

    def get_coverage(
        self,
        code: str,
        *,
        age: int | None = None,
        approval_no: str | None = None,
        brand_name: str | None = None,
        circumstance: t.Circumstance | None = None,
        date: t.DayGiven | None = None,
        dosage_form: str | None = None,
        fields: Sequence[t.CoverageField] | None = None,
        generic_name: str | None = None,
        icd10: Sequence[str] | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        manufacturer: str | None = None,
        national_code: str | None = None,
        setting: t.Setting | None = None,
        sex: t.Sex | None = None,
        strength: str | None = None,
    ) -> t.CoverageOutput:
        """One query.

        Scope: `coverage:read`

        `circumstance`: none unless given
        `date`: today in China unless given
        `fields`: fields of the answer to give, separated by commas; product, product_version, date, known_at and
        outcome always are
        `icd10`: may be repeated, each with several codes
        `known_at`: now unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/coverage/",
            path={"code": code},
            query={
                "age": age,
                "approval_no": approval_no,
                "brand_name": brand_name,
                "circumstance": circumstance,
                "date": date,
                "dosage_form": dosage_form,
                "fields": None if fields is None else ",".join(fields),
                "generic_name": generic_name,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "manufacturer": manufacturer,
                "national_code": national_code,
                "setting": setting,
                "sex": sex,
                "strength": strength,
            },
        )
        return cast("t.CoverageOutput", self._json(asked))

    def get_coverage_of_many(
        self,
        code: str,
        body: Sequence[t.CoverageQueryInput],
        *,
        fields: Sequence[t.CoverageField] | None = None,
        idempotency_key: str | None = None,
    ) -> t.CoverageListOutput:
        """A list of 1 to 1,000 queries, answered in order.

        Scope: `coverage:read`

        `fields`: fields of the answer to give, separated by commas; product, product_version, date, known_at and
        outcome always are
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/coverage/",
            path={"code": code},
            query={"fields": None if fields is None else ",".join(fields)},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CoverageListOutput", self._json(asked))

    def get_delivery(self, id: str, delivery: str) -> t.DeliveryOutput:
        """One message with its attempts.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("GET", "/api/v1/webhooks/{id}/deliveries/{delivery}/", path={"id": id, "delivery": delivery})
        return cast("t.DeliveryOutput", self._json(asked))

    def get_drug(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.DrugDetailOutput:
        """Everything about a drug on a day: class, brands, aliases, makers, approvals, marks, where it is listed, and
        since when.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/drugs/{id}/", path={"id": id}, query={"date": date, "known_at": known_at})
        return cast("t.DrugDetailOutput", self._json(asked))

    def get_drug_history(self, id: str) -> t.HistoriesOutput:
        """In and out of each catalog over time.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/drugs/{id}/history/", path={"id": id})
        return cast("t.HistoriesOutput", self._json(asked))

    def get_drug_listings(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.ListingsOutput:
        """Every catalog that lists the drug on a day, with the entries.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/{id}/listings/",
            path={"id": id},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.ListingsOutput", self._json(asked))

    def get_drug_paid_by(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.PaidByOutput:
        """The product versions in force on the day of which a benefit names a list that lists the drug then; what an
        insurer sees are its own.

        An insurer's key needs `coverage:read`, one of the catalog office `catalog:read`.

        Scope: `coverage:read` or `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/{id}/paid-by/",
            path={"id": id},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.PaidByOutput", self._json(asked))

    def get_entry(self, code: str, label: str, entry_code: str, *, if_none_match: str | None = None) -> t.EntryOutput:
        """One entry; of a draft with an ETag to change it by.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.EntryOutput", self._json(asked))

    def get_entry_form(
        self,
        code: str,
        label: str,
        entry_code: str,
        *,
        if_none_match: str | None = None,
    ) -> t.FormOutput:
        """A questionnaire made from the entry's restrictions: answered as `satisfied_by` says, a claim meets them all.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/form/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.FormOutput", self._json(asked))

    def get_finding(self, id: str, *, if_none_match: str | None = None) -> t.FindingOutput:
        """Findings 问题清单: worked out after every publication, withdrawal and merge of the drug master, and every night;
        each goes by itself when what it rests on does. An insurer sees those about shared lists, and about its own
        lists and products.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/findings/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.FindingOutput", self._json(asked))

    def get_golden_case(self, id: str, *, if_none_match: str | None = None) -> t.GoldenCaseOutput:
        """Golden cases 验证用例: an insurer's own with `claims:check`; the office's, over any product or shared lists, with
        `catalog:write`.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`
        """
        asked = Asked("GET", "/api/v1/golden-cases/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.GoldenCaseOutput", self._json(asked))

    def get_impact(self, id: str) -> t.ImpactOutput:
        """State, progress, and when it is done its sums.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/", path={"id": id})
        return cast("t.ImpactOutput", self._json(asked))

    def get_impact_lines_csv(self, id: str) -> bytes:
        """Stream them, one row a line; 409 `not_done` before, 410 `facts_removed` after retention. The office has none.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/lines.csv", path={"id": id}, accept="text/csv")
        return self._bytes(asked)

    def save_impact_lines_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream them, one row a line; 409 `not_done` before, 410 `facts_removed` after retention. The office has none.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/lines.csv", path={"id": id}, accept="text/csv")
        return self._keep(asked, to)

    def get_import(self, id: str) -> t.ImportOutput:
        """Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/", path={"id": id})
        return cast("t.ImportOutput", self._json(asked))

    def get_import_marked_csv(self, id: str) -> bytes:
        """The failed file's own rows with a column 错误 that says what to mend; it may be corrected and uploaded again.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/rows-with-problems.csv", path={"id": id}, accept="text/csv")
        return self._bytes(asked)

    def save_import_marked_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        The failed file's own rows with a column 错误 that says what to mend; it may be corrected and uploaded again.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/rows-with-problems.csv", path={"id": id}, accept="text/csv")
        return self._keep(asked, to)

    def get_import_marked_xlsx(self, id: str) -> bytes:
        """The same as XLSX.

        Scope: `catalog:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/imports/{id}/rows-with-problems.xlsx",
            path={"id": id},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._bytes(asked)

    def save_import_marked_xlsx(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        The same as XLSX.

        Scope: `catalog:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/imports/{id}/rows-with-problems.xlsx",
            path={"id": id},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._keep(asked, to)

    def get_import_problems_csv(self, id: str) -> bytes:
        """Every stored problem of the file, then what was read otherwise than written and which header went to which
        column, as CSV.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/problems.csv", path={"id": id}, accept="text/csv")
        return self._bytes(asked)

    def save_import_problems_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Every stored problem of the file, then what was read otherwise than written and which header went to which
        column, as CSV.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/problems.csv", path={"id": id}, accept="text/csv")
        return self._keep(asked, to)

    def get_key(self, prefix: str) -> t.KeyOutput:
        """Keys of the key's own insurer: for rotation without asking anybody."""
        asked = Asked("GET", "/api/v1/keys/{prefix}/", path={"prefix": prefix})
        return cast("t.KeyOutput", self._json(asked))

    def get_log_checkpoint(self) -> t.CheckpointOutput:
        """The size and root of the log now, signed: as JSON, or alone as a note (text/plain)."""
        asked = Asked("GET", "/api/v1/log/checkpoint/")
        return cast("t.CheckpointOutput", self._json(asked))

    def get_log_checkpoint_text(self) -> str:
        """The size and root of the log now, signed: as JSON, or alone as a note (text/plain)."""
        asked = Asked("GET", "/api/v1/log/checkpoint/", accept="text/plain")
        return self._str(asked)

    def get_log_consistency(self, *, from_: int, to: int | None = None) -> t.ConsistencyOutput:
        """The proof that the log of one size is the beginning of the log of another.

        `from_`: the earlier size, 1 or more
        `to`: the later size; left out: as it is now
        """
        asked = Asked("GET", "/api/v1/log/proof/consistency/", query={"from": from_, "to": to})
        return cast("t.ConsistencyOutput", self._json(asked))

    def get_log_inclusion(self, *, leaf: int, size: int | None = None) -> t.InclusionOutput:
        """The proof that a leaf is in the log of a size.

        `leaf`: the leaf's `seq`
        `size`: of the tree; left out: as it is now
        """
        asked = Asked("GET", "/api/v1/log/proof/inclusion/", query={"leaf": leaf, "size": size})
        return cast("t.InclusionOutput", self._json(asked))

    def get_matrix(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None = None,
        cursor: str | None = None,
    ) -> t.MatrixOutput:
        """One row a drug that one of the lists names on the day, one cell a list.

        A drug is shown where one entry of one of the lists meets every filter; its cells then tell how each list
        takes it altogether, since `no` would else be said of a list that has it.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix/",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "page": page,
                "page_size": page_size,
                "q": q,
                "cursor": cursor,
            },
        )
        return cast("t.MatrixOutput", self._json(asked))

    def iter_matrix(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page_size: int | None = None,
        q: str | None = None,
        cursor: str | None = None,
    ) -> Iterator[t.MatrixRow]:
        """Go through all pages, one item after the other.

        One row a drug that one of the lists names on the day, one cell a list.

        A drug is shown where one entry of one of the lists meets every filter; its cells then tell how each list
        takes it altogether, since `no` would else be said of a list that has it.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix/",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "page_size": page_size,
                "q": q,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    def get_matrix_csv(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> bytes:
        """The whole matrix as CSV: for each list how it takes the drug, the class, the level of institution, and the
        entries.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.csv",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="text/csv",
        )
        return self._bytes(asked)

    def save_matrix_csv(
        self,
        to: str | Path,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        The whole matrix as CSV: for each list how it takes the drug, the class, the level of institution, and the
        entries.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.csv",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="text/csv",
        )
        return self._keep(asked, to)

    def get_matrix_xlsx(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> bytes:
        """The same as a workbook.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.xlsx",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._bytes(asked)

    def save_matrix_xlsx(
        self,
        to: str | Path,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        The same as a workbook.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.xlsx",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._keep(asked, to)

    def get_me(self) -> t.WhoOutput:
        """Who the key is."""
        asked = Asked("GET", "/api/v1/insurers/me/")
        return cast("t.WhoOutput", self._json(asked))

    def get_product(self, code: str, *, if_none_match: str | None = None) -> t.ProductOutput:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/",
            path={"code": code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.ProductOutput", self._json(asked))

    def get_product_version(
        self,
        code: str,
        label: str,
        *,
        if_none_match: str | None = None,
    ) -> t.ProductVersionOutput:
        """Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def get_version(self, code: str, label: str, *, if_none_match: str | None = None) -> t.VersionOutput:
        """Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.VersionOutput", self._json(asked))

    def get_version_export_csv(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Stream the version as CSV; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.csv",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="text/csv",
        )
        return self._bytes(asked)

    def save_version_export_csv(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the version as CSV; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.csv",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="text/csv",
        )
        return self._keep(asked, to)

    def get_version_export_ndjson(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Stream the version as one JSON object a line.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.ndjson",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="application/x-ndjson",
        )
        return self._bytes(asked)

    def save_version_export_ndjson(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the version as one JSON object a line.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.ndjson",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="application/x-ndjson",
        )
        return self._keep(asked, to)

    def get_version_export_xlsx(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Give the version as XLSX; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.xlsx",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._bytes(asked)

    def save_version_export_xlsx(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the version as XLSX; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.xlsx",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return self._keep(asked, to)

    def get_webhook(self, id: str, *, if_none_match: str | None = None) -> t.WebhookOutput:
        """Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("GET", "/api/v1/webhooks/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.WebhookOutput", self._json(asked))

    def keep_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Take back the asking for a withdrawal.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        self._json(asked)

    def list_authorisations(
        self,
        *,
        asked_at: t.DayGiven | t.InstantGiven | None = None,
        asked_at_after: t.DayGiven | t.InstantGiven | None = None,
        asked_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        drug: str | None = None,
        member_ref: str | None = None,
        overdue: bool | None = None,
        page: int | None = None,
        page_size: int | None = None,
        papers_awaited: bool | None = None,
        product: str | None = None,
        state: t.AuthorisationState | None = None,
        urgent: bool | None = None,
        valid_on: t.DayGiven | None = None,
    ) -> t.PaginatedAuthorisationListOutputList:
        """Authorisations, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/prior-authorisations/",
            query={
                "asked_at": asked_at,
                "asked_at_after": asked_at_after,
                "asked_at_before": asked_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "drug": drug,
                "member_ref": member_ref,
                "overdue": overdue,
                "page": page,
                "page_size": page_size,
                "papers_awaited": papers_awaited,
                "product": product,
                "state": state,
                "urgent": urgent,
                "valid_on": valid_on,
            },
        )
        return cast("t.PaginatedAuthorisationListOutputList", self._json(asked))

    def iter_authorisations(
        self,
        *,
        asked_at: t.DayGiven | t.InstantGiven | None = None,
        asked_at_after: t.DayGiven | t.InstantGiven | None = None,
        asked_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        drug: str | None = None,
        member_ref: str | None = None,
        overdue: bool | None = None,
        page_size: int | None = None,
        papers_awaited: bool | None = None,
        product: str | None = None,
        state: t.AuthorisationState | None = None,
        urgent: bool | None = None,
        valid_on: t.DayGiven | None = None,
    ) -> Iterator[t.AuthorisationListOutput]:
        """Go through all pages, one item after the other.

        Authorisations, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/prior-authorisations/",
            query={
                "asked_at": asked_at,
                "asked_at_after": asked_at_after,
                "asked_at_before": asked_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "drug": drug,
                "member_ref": member_ref,
                "overdue": overdue,
                "page_size": page_size,
                "papers_awaited": papers_awaited,
                "product": product,
                "state": state,
                "urgent": urgent,
                "valid_on": valid_on,
            },
        )
        return self._pages(asked)

    def list_batch_claims(
        self,
        id: str,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        member_ref: str | None = None,
        outcome: t.BatchOutcome | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedClaimListOutputList:
        """The claims in the file's order; 409 `not_done` before the batch is done.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/claims/",
            path={"id": id},
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "member_ref": member_ref,
                "outcome": outcome,
                "page": page,
                "page_size": page_size,
            },
        )
        return cast("t.PaginatedClaimListOutputList", self._json(asked))

    def iter_batch_claims(
        self,
        id: str,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        member_ref: str | None = None,
        outcome: t.BatchOutcome | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.ClaimListOutput]:
        """Go through all pages, one item after the other.

        The claims in the file's order; 409 `not_done` before the batch is done.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/claims/",
            path={"id": id},
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "member_ref": member_ref,
                "outcome": outcome,
                "page_size": page_size,
            },
        )
        return self._pages(asked)

    def list_batches(
        self,
        *,
        created_at: t.DayGiven | t.InstantGiven | None = None,
        created_at_after: t.DayGiven | t.InstantGiven | None = None,
        created_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        product: str | None = None,
        state: t.WorkState | None = None,
    ) -> t.PaginatedBatchOutputList:
        """List the batches, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `member_ref`: batches with a claim of this member, while its facts are kept
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/",
            query={
                "created_at": created_at,
                "created_at_after": created_at_after,
                "created_at_before": created_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "page": page,
                "page_size": page_size,
                "product": product,
                "state": state,
            },
        )
        return cast("t.PaginatedBatchOutputList", self._json(asked))

    def iter_batches(
        self,
        *,
        created_at: t.DayGiven | t.InstantGiven | None = None,
        created_at_after: t.DayGiven | t.InstantGiven | None = None,
        created_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        page_size: int | None = None,
        product: str | None = None,
        state: t.WorkState | None = None,
    ) -> Iterator[t.BatchOutput]:
        """Go through all pages, one item after the other.

        List the batches, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `member_ref`: batches with a claim of this member, while its facts are kept
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/",
            query={
                "created_at": created_at,
                "created_at_after": created_at_after,
                "created_at_before": created_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "page_size": page_size,
                "product": product,
                "state": state,
            },
        )
        return self._pages(asked)

    def list_catalog_changes(
        self,
        code: str,
        *,
        from_: str | None = None,
        page_size: int | None = None,
        since: str | None = None,
        if_none_match: str | None = None,
    ) -> t.FeedOutput:
        """Every publication and withdrawal in the order in which they became known, with what each changes.

        Publications form a chain: the deltas of each are against `base`, the publication before it, whatever its
        dates and even where that one was withdrawn. They go by `entry_code` and tell every byte that differs, also
        what reads the same; an entry that goes on under another code is
        `removed` there and `added` here (the diff of two versions tells the pair). To keep a copy: start from
        nothing, or from any version you hold (`from`); for every delta put its `entry` in place, or take the entry
        out where it was `removed`; after an item that is `complete` your copy has the checksum of its `version`.

        The checksum, to be computed by you: for each entry SHA-256 over its canonical JSON (RFC 8785: keys sorted, no
        spaces, UTF-8) is its
        `row_hash`; sort the entries by `entry_code` in the order of code points; SHA-256 over the hashes, 32 bytes
        each, one behind the other, in hex. Where the version's `complete_for` is not empty, SHA-256 of the canonical
        JSON of `{"complete_for": [...]}` is one more hash, the last. In `entry` stands only what is given: prices as
        text with four decimals, quantities with three, days as ISO,
        `prior_auth` only where true.

        Nothing is ever told out of order or behind your cursor, so polling with the last `cursor` misses nothing.

        Scope: `catalog:read`

        `from_`: instead of `since`: the label of a published version you hold
        `page_size`: at most so many deltas, 1 to 500 (50)
        `since`: the `cursor` of the last answer; left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/changes/",
            path={"code": code},
            query={"from": from_, "page_size": page_size, "since": since},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.FeedOutput", self._json(asked))

    def iter_catalog_changes(
        self,
        code: str,
        *,
        from_: str | None = None,
        page_size: int | None = None,
        since: str | None = None,
    ) -> Iterator[t.FeedItem]:
        """Go through all pages, one item after the other.

        Every publication and withdrawal in the order in which they became known, with what each changes.

        Publications form a chain: the deltas of each are against `base`, the publication before it, whatever its
        dates and even where that one was withdrawn. They go by `entry_code` and tell every byte that differs, also
        what reads the same; an entry that goes on under another code is
        `removed` there and `added` here (the diff of two versions tells the pair). To keep a copy: start from
        nothing, or from any version you hold (`from`); for every delta put its `entry` in place, or take the entry
        out where it was `removed`; after an item that is `complete` your copy has the checksum of its `version`.

        The checksum, to be computed by you: for each entry SHA-256 over its canonical JSON (RFC 8785: keys sorted, no
        spaces, UTF-8) is its
        `row_hash`; sort the entries by `entry_code` in the order of code points; SHA-256 over the hashes, 32 bytes
        each, one behind the other, in hex. Where the version's `complete_for` is not empty, SHA-256 of the canonical
        JSON of `{"complete_for": [...]}` is one more hash, the last. In `entry` stands only what is given: prices as
        text with four decimals, quantities with three, days as ISO,
        `prior_auth` only where true.

        Nothing is ever told out of order or behind your cursor, so polling with the last `cursor` misses nothing.

        Scope: `catalog:read`

        `from_`: instead of `since`: the label of a published version you hold
        `page_size`: at most so many deltas, 1 to 500 (50)
        `since`: the `cursor` of the last answer; left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/changes/",
            path={"code": code},
            query={"from": from_, "page_size": page_size, "since": since},
        )
        return self._pages(asked)

    def list_catalogs(
        self,
        *,
        cursor: str | None = None,
        kind: t.CatalogKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        series: str | None = None,
    ) -> t.PaginatedCatalogOutputList:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/",
            query={"cursor": cursor, "kind": kind, "page": page, "page_size": page_size, "series": series},
        )
        return cast("t.PaginatedCatalogOutputList", self._json(asked))

    def iter_catalogs(
        self,
        *,
        cursor: str | None = None,
        kind: t.CatalogKind | None = None,
        page_size: int | None = None,
        series: str | None = None,
    ) -> Iterator[t.CatalogOutput]:
        """Go through all pages, one item after the other.

        Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/",
            query={"cursor": cursor, "kind": kind, "page_size": page_size, "series": series},
        )
        return self._pages(asked)

    def list_changes(
        self,
        *,
        deltas: bool | None = None,
        page_size: int | None = None,
        since: str | None = None,
        if_none_match: str | None = None,
    ) -> t.AllFeedOutput:
        """Every publication and withdrawal of every list you see, in the order in which they became known.

        The items are those of each catalog's own feed (`GET /catalogs/{code}/changes/`, where it is told how a copy
        is kept by them), of all the shared lists and of your own; the deltas of one item are all of one catalog, and
        what stands between two items of a catalog changes nothing in it. With `deltas=false` there are none: read
        them from the catalog's own feed, or its entries.

        Instants are declared in the order in which they are committed, no two are alike, and an answer tells all
        there is before its `cursor`. So polling with the last `cursor` misses nothing and repeats nothing, also while
        others publish, now or in ten years.

        Scope: `catalog:read`

        `deltas`: false: what happened alone, without what it changes (true)
        `page_size`: at most so many deltas, or items without, 1 to 500 (50)
        `since`: the `cursor` of the last answer, or an instant (2026-03-14T08:00:00Z); left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/changes/",
            query={"deltas": deltas, "page_size": page_size, "since": since},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.AllFeedOutput", self._json(asked))

    def iter_changes(
        self,
        *,
        deltas: bool | None = None,
        page_size: int | None = None,
        since: str | None = None,
    ) -> Iterator[t.FeedItem]:
        """Go through all pages, one item after the other.

        Every publication and withdrawal of every list you see, in the order in which they became known.

        The items are those of each catalog's own feed (`GET /catalogs/{code}/changes/`, where it is told how a copy
        is kept by them), of all the shared lists and of your own; the deltas of one item are all of one catalog, and
        what stands between two items of a catalog changes nothing in it. With `deltas=false` there are none: read
        them from the catalog's own feed, or its entries.

        Instants are declared in the order in which they are committed, no two are alike, and an answer tells all
        there is before its `cursor`. So polling with the last `cursor` misses nothing and repeats nothing, also while
        others publish, now or in ten years.

        Scope: `catalog:read`

        `deltas`: false: what happened alone, without what it changes (true)
        `page_size`: at most so many deltas, or items without, 1 to 500 (50)
        `since`: the `cursor` of the last answer, or an instant (2026-03-14T08:00:00Z); left out: from the beginning
        """
        asked = Asked("GET", "/api/v1/changes/", query={"deltas": deltas, "page_size": page_size, "since": since})
        return self._pages(asked)

    def list_checks(
        self,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        outcome: t.Outcome | None = None,
        page: int | None = None,
        page_size: int | None = None,
        product: str | None = None,
        service_date: t.DayGiven | None = None,
        service_date_after: t.DayGiven | None = None,
        service_date_before: t.DayGiven | None = None,
    ) -> t.PaginatedCheckListOutputList:
        """Claim checks 理赔审核: is each line eligible, why, and for how much.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `date`: the same as `service_date`
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `service_date_after`: this day or later
        `service_date_before`: this day or earlier
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/",
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "date": date,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "outcome": outcome,
                "page": page,
                "page_size": page_size,
                "product": product,
                "service_date": service_date,
                "service_date_after": service_date_after,
                "service_date_before": service_date_before,
            },
        )
        return cast("t.PaginatedCheckListOutputList", self._json(asked))

    def iter_checks(
        self,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        outcome: t.Outcome | None = None,
        page_size: int | None = None,
        product: str | None = None,
        service_date: t.DayGiven | None = None,
        service_date_after: t.DayGiven | None = None,
        service_date_before: t.DayGiven | None = None,
    ) -> Iterator[t.CheckListOutput]:
        """Go through all pages, one item after the other.

        Claim checks 理赔审核: is each line eligible, why, and for how much.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `date`: the same as `service_date`
        `page_size`: rows a page, 50 unless told
        `service_date_after`: this day or later
        `service_date_before`: this day or earlier
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/",
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "date": date,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "outcome": outcome,
                "page_size": page_size,
                "product": product,
                "service_date": service_date,
                "service_date_after": service_date_after,
                "service_date_before": service_date_before,
            },
        )
        return self._pages(asked)

    def list_coding_queue(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        label: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedCodingWaitingOutputList:
        """The texts of drafts that are not coded, the most frequent first.

        Scope: `catalog:read`

        `catalog`: of this catalog's drafts alone
        `cursor`: from `next` or `previous` of another page
        `label`: of this version of the catalog, draft or not
        """
        asked = Asked(
            "GET",
            "/api/v1/coding/queue/",
            query={"catalog": catalog, "cursor": cursor, "label": label, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedCodingWaitingOutputList", self._json(asked))

    def iter_coding_queue(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        label: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.CodingWaitingOutput]:
        """Go through all pages, one item after the other.

        The texts of drafts that are not coded, the most frequent first.

        Scope: `catalog:read`

        `catalog`: of this catalog's drafts alone
        `cursor`: from `next` or `previous` of another page
        `label`: of this version of the catalog, draft or not
        """
        asked = Asked(
            "GET",
            "/api/v1/coding/queue/",
            query={"catalog": catalog, "cursor": cursor, "label": label, "page_size": page_size},
        )
        return self._pages(asked)

    def list_collections(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedCollectionSummaryOutputList:
        """Collections, the latest first.

        Scope: `catalog:write` or `catalog:publish`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/collections/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedCollectionSummaryOutputList", self._json(asked))

    def iter_collections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.CollectionSummaryOutput]:
        """Go through all pages, one item after the other.

        Collections, the latest first.

        Scope: `catalog:write` or `catalog:publish`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/collections/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def list_comments(
        self,
        code: str,
        label: str,
        *,
        answered: bool | None = None,
        cursor: str | None = None,
        entry_code: str | None = None,
        insurer: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        stance: t.Stance | None = None,
    ) -> t.PaginatedCommentOutputList:
        """The comments you may see, the oldest first; those of one file by entry code.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `insurer`: an insurer's code
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            query={
                "answered": answered,
                "cursor": cursor,
                "entry_code": entry_code,
                "insurer": insurer,
                "page": page,
                "page_size": page_size,
                "stance": stance,
            },
        )
        return cast("t.PaginatedCommentOutputList", self._json(asked))

    def iter_comments(
        self,
        code: str,
        label: str,
        *,
        answered: bool | None = None,
        cursor: str | None = None,
        entry_code: str | None = None,
        insurer: str | None = None,
        page_size: int | None = None,
        stance: t.Stance | None = None,
    ) -> Iterator[t.CommentOutput]:
        """Go through all pages, one item after the other.

        The comments you may see, the oldest first; those of one file by entry code.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `insurer`: an insurer's code
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            query={
                "answered": answered,
                "cursor": cursor,
                "entry_code": entry_code,
                "insurer": insurer,
                "page_size": page_size,
                "stance": stance,
            },
        )
        return self._pages(asked)

    def list_corrections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
        settled: bool | None = None,
        since: t.InstantGiven | None = None,
    ) -> t.CorrectionsOutput:
        """List them, the newest first, page by page; what a publication, a withdrawal or the drug master cannot have
        touched is not looked at.

        A page decides `page_size` checks again and gives those whose outcome, payable, reasons or benefit differ: it
        may be empty with a `next`. The claims of batches are not among them: an impact run tries these.

        Scope: `claims:check`

        `cursor`: from `next` of another page
        `page_size`: checks decided again a page: 1 to 500, 50 unless told
        `settled`: only those that are settled, or are not
        `since`: only for what changed at this instant, or on this day, or later
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/corrections/",
            query={"cursor": cursor, "page_size": page_size, "settled": settled, "since": since},
        )
        return cast("t.CorrectionsOutput", self._json(asked))

    def iter_corrections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
        settled: bool | None = None,
        since: t.InstantGiven | None = None,
    ) -> Iterator[t.CorrectionOutput]:
        """Go through all pages, one item after the other.

        List them, the newest first, page by page; what a publication, a withdrawal or the drug master cannot have
        touched is not looked at.

        A page decides `page_size` checks again and gives those whose outcome, payable, reasons or benefit differ: it
        may be empty with a `next`. The claims of batches are not among them: an impact run tries these.

        Scope: `claims:check`

        `cursor`: from `next` of another page
        `page_size`: checks decided again a page: 1 to 500, 50 unless told
        `settled`: only those that are settled, or are not
        `since`: only for what changed at this instant, or on this day, or later
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/corrections/",
            query={"cursor": cursor, "page_size": page_size, "settled": settled, "since": since},
        )
        return self._pages(asked)

    def list_deeds(
        self,
        *,
        cursor: str | None = None,
        deed: t.DeedCode | None = None,
        kind: str | None = None,
        object: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.InstantGiven | None = None,
        until: t.InstantGiven | None = None,
        via: t.Via | None = None,
        who: str | None = None,
    ) -> t.PaginatedDeedOutputList:
        """The log, the latest first.

        Scope: `audit:read`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/audit/",
            query={
                "cursor": cursor,
                "deed": deed,
                "kind": kind,
                "object": object,
                "page": page,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "until": until,
                "via": via,
                "who": who,
            },
        )
        return cast("t.PaginatedDeedOutputList", self._json(asked))

    def iter_deeds(
        self,
        *,
        cursor: str | None = None,
        deed: t.DeedCode | None = None,
        kind: str | None = None,
        object: str | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.InstantGiven | None = None,
        until: t.InstantGiven | None = None,
        via: t.Via | None = None,
        who: str | None = None,
    ) -> Iterator[t.DeedOutput]:
        """Go through all pages, one item after the other.

        The log, the latest first.

        Scope: `audit:read`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/audit/",
            query={
                "cursor": cursor,
                "deed": deed,
                "kind": kind,
                "object": object,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "until": until,
                "via": via,
                "who": who,
            },
        )
        return self._pages(asked)

    def list_deliveries(
        self,
        id: str,
        *,
        cursor: str | None = None,
        event: t.DeliveryEvent | None = None,
        page: int | None = None,
        page_size: int | None = None,
        state: t.DeliveryState | None = None,
    ) -> t.PaginatedDeliveryOutputList:
        """The log, the latest first.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            path={"id": id},
            query={"cursor": cursor, "event": event, "page": page, "page_size": page_size, "state": state},
        )
        return cast("t.PaginatedDeliveryOutputList", self._json(asked))

    def iter_deliveries(
        self,
        id: str,
        *,
        cursor: str | None = None,
        event: t.DeliveryEvent | None = None,
        page_size: int | None = None,
        state: t.DeliveryState | None = None,
    ) -> Iterator[t.DeliveryOutput]:
        """Go through all pages, one item after the other.

        The log, the latest first.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            path={"id": id},
            query={"cursor": cursor, "event": event, "page_size": page_size, "state": state},
        )
        return self._pages(asked)

    def list_drugs(
        self,
        *,
        approval: t.Approval | None = None,
        catalog: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None = None,
        regulator: t.Regulator | None = None,
    ) -> t.PaginatedDrugOutputList:
        """Drugs that a catalog you may see, or the drug master, names.

        `mark`, `regulator`, `approval` and `catalog` ask the versions in force on `date` (today in China) as known at
        `known_at`.

        Scope: `catalog:read`

        `approval`: where they are approved, as a list in force on `date` or the drug master says
        `catalog`: drugs that the version of this list in force on `date` names
        `cursor`: from `next` or `previous` of another page
        `mark`: drugs that a list in force on `date` marks so
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `regulator`: drugs that this regulator has approved
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/",
            query={
                "approval": approval,
                "catalog": catalog,
                "cursor": cursor,
                "date": date,
                "known_at": known_at,
                "mark": mark,
                "page": page,
                "page_size": page_size,
                "q": q,
                "regulator": regulator,
            },
        )
        return cast("t.PaginatedDrugOutputList", self._json(asked))

    def iter_drugs(
        self,
        *,
        approval: t.Approval | None = None,
        catalog: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page_size: int | None = None,
        q: str | None = None,
        regulator: t.Regulator | None = None,
    ) -> Iterator[t.DrugOutput]:
        """Go through all pages, one item after the other.

        Drugs that a catalog you may see, or the drug master, names.

        `mark`, `regulator`, `approval` and `catalog` ask the versions in force on `date` (today in China) as known at
        `known_at`.

        Scope: `catalog:read`

        `approval`: where they are approved, as a list in force on `date` or the drug master says
        `catalog`: drugs that the version of this list in force on `date` names
        `cursor`: from `next` or `previous` of another page
        `mark`: drugs that a list in force on `date` marks so
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `regulator`: drugs that this regulator has approved
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/",
            query={
                "approval": approval,
                "catalog": catalog,
                "cursor": cursor,
                "date": date,
                "known_at": known_at,
                "mark": mark,
                "page_size": page_size,
                "q": q,
                "regulator": regulator,
            },
        )
        return self._pages(asked)

    def list_entries(
        self,
        code: str,
        label: str,
        *,
        class_code: str | None = None,
        cursor: str | None = None,
        fields: Sequence[t.EntryColumn] | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        manufacturer: str | None = None,
        mark: str | None = None,
        min_institution_level: int | None = None,
        ordering: Sequence[t.EntryOrder] | None = None,
        page: int | None = None,
        page_size: int | None = None,
        prior_auth: bool | None = None,
        q: str | None = None,
        rare_disease: bool | None = None,
        regulator: str | None = None,
        reimbursement_class: str | None = None,
        if_none_match: str | None = None,
    ) -> t.PaginatedEntryOutputList:
        """Entries 条目 of a version, and of a draft one by one.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `fields`: columns to give, separated by commas; entry_code always is
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: 1 to 3: entries that may be used in an institution of this level: they ask for none, for
        this one or a lower one
        `min_institution_level`: 1 to 3: entries that ask for at least just this level
        `ordering`: 排序
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, brand or maker, of pinyin or initials, or the start of a code; best first
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            query={
                "class_code": class_code,
                "cursor": cursor,
                "fields": None if fields is None else ",".join(fields),
                "icd10": icd10,
                "institution_level": institution_level,
                "manufacturer": manufacturer,
                "mark": mark,
                "min_institution_level": min_institution_level,
                "ordering": None if ordering is None else ",".join(ordering),
                "page": page,
                "page_size": page_size,
                "prior_auth": prior_auth,
                "q": q,
                "rare_disease": rare_disease,
                "regulator": regulator,
                "reimbursement_class": reimbursement_class,
            },
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.PaginatedEntryOutputList", self._json(asked))

    def iter_entries(
        self,
        code: str,
        label: str,
        *,
        class_code: str | None = None,
        cursor: str | None = None,
        fields: Sequence[t.EntryColumn] | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        manufacturer: str | None = None,
        mark: str | None = None,
        min_institution_level: int | None = None,
        ordering: Sequence[t.EntryOrder] | None = None,
        page_size: int | None = None,
        prior_auth: bool | None = None,
        q: str | None = None,
        rare_disease: bool | None = None,
        regulator: str | None = None,
        reimbursement_class: str | None = None,
    ) -> Iterator[t.EntryOutput]:
        """Go through all pages, one item after the other.

        Entries 条目 of a version, and of a draft one by one.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `fields`: columns to give, separated by commas; entry_code always is
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: 1 to 3: entries that may be used in an institution of this level: they ask for none, for
        this one or a lower one
        `min_institution_level`: 1 to 3: entries that ask for at least just this level
        `ordering`: 排序
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, brand or maker, of pinyin or initials, or the start of a code; best first
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            query={
                "class_code": class_code,
                "cursor": cursor,
                "fields": None if fields is None else ",".join(fields),
                "icd10": icd10,
                "institution_level": institution_level,
                "manufacturer": manufacturer,
                "mark": mark,
                "min_institution_level": min_institution_level,
                "ordering": None if ordering is None else ",".join(ordering),
                "page_size": page_size,
                "prior_auth": prior_auth,
                "q": q,
                "rare_disease": rare_disease,
                "regulator": regulator,
                "reimbursement_class": reimbursement_class,
            },
        )
        return self._pages(asked)

    def list_error_codes(self) -> list[t.ErrorCodeOutput]:
        """List every code that an error can carry, with what it means and what to do about it."""
        asked = Asked("GET", "/api/v1/error-codes/")
        return cast("list[t.ErrorCodeOutput]", self._json(asked))

    def list_findings(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        kind: t.FindingKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        state: t.FindingState | None = None,
    ) -> t.PaginatedFindingOutputList:
        """The findings you may see, those that opened last first.

        Scope: `catalog:read`

        `catalog`: a list's code
        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/findings/",
            query={
                "catalog": catalog,
                "cursor": cursor,
                "kind": kind,
                "page": page,
                "page_size": page_size,
                "state": state,
            },
        )
        return cast("t.PaginatedFindingOutputList", self._json(asked))

    def iter_findings(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        kind: t.FindingKind | None = None,
        page_size: int | None = None,
        state: t.FindingState | None = None,
    ) -> Iterator[t.FindingOutput]:
        """Go through all pages, one item after the other.

        The findings you may see, those that opened last first.

        Scope: `catalog:read`

        `catalog`: a list's code
        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/findings/",
            query={"catalog": catalog, "cursor": cursor, "kind": kind, "page_size": page_size, "state": state},
        )
        return self._pages(asked)

    def list_golden_cases(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedGoldenCaseListOutputList:
        """Your cases, by name.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/golden-cases/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedGoldenCaseListOutputList", self._json(asked))

    def iter_golden_cases(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.GoldenCaseListOutput]:
        """Go through all pages, one item after the other.

        Your cases, by name.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/golden-cases/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def list_imports(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedImportOutputList:
        """Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/imports/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedImportOutputList", self._json(asked))

    def iter_imports(self, *, cursor: str | None = None, page_size: int | None = None) -> Iterator[t.ImportOutput]:
        """Go through all pages, one item after the other.

        Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/imports/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def list_keys(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedKeyOutputList:
        """Keys of the key's own insurer: for rotation without asking anybody.

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/keys/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedKeyOutputList", self._json(asked))

    def iter_keys(self, *, cursor: str | None = None, page_size: int | None = None) -> Iterator[t.KeyOutput]:
        """Go through all pages, one item after the other.

        Keys of the key's own insurer: for rotation without asking anybody.

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/keys/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def list_log_entries(self, *, from_: int | None = None, to: int | None = None) -> t.LogEntriesOutput:
        """Leaves in order.

        `from_`: the first leaf (0)
        `to`: the last leaf, inclusive; at most 500 are answered
        """
        asked = Asked("GET", "/api/v1/log/entries/", query={"from": from_, "to": to})
        return cast("t.LogEntriesOutput", self._json(asked))

    def list_product_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedProductVersionOutputList:
        """Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedProductVersionOutputList", self._json(asked))

    def iter_product_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.ProductVersionOutput]:
        """Go through all pages, one item after the other.

        Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    def list_products(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedProductOutputList:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/products/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedProductOutputList", self._json(asked))

    def iter_products(self, *, cursor: str | None = None, page_size: int | None = None) -> Iterator[t.ProductOutput]:
        """Go through all pages, one item after the other.

        Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/products/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def list_reason_codes(self) -> list[t.ReasonCodeOutput]:
        """Every reason and note that an answer can carry."""
        asked = Asked("GET", "/api/v1/reason-codes/")
        return cast("list[t.ReasonCodeOutput]", self._json(asked))

    def list_requests(
        self,
        *,
        cursor: str | None = None,
        key: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.DayGiven | None = None,
        status: str | None = None,
        until: t.DayGiven | None = None,
    ) -> t.PaginatedRequestOutputList:
        """What was asked with the insurer's keys, the latest first; there a second or two after it was answered, for
        REQUEST_LOG_DAYS (30) days.

        `since` and `until` are days in China, inclusive. No address, parameter or body is kept.

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/requests/",
            query={
                "cursor": cursor,
                "key": key,
                "page": page,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "status": status,
                "until": until,
            },
        )
        return cast("t.PaginatedRequestOutputList", self._json(asked))

    def iter_requests(
        self,
        *,
        cursor: str | None = None,
        key: str | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.DayGiven | None = None,
        status: str | None = None,
        until: t.DayGiven | None = None,
    ) -> Iterator[t.RequestOutput]:
        """Go through all pages, one item after the other.

        What was asked with the insurer's keys, the latest first; there a second or two after it was answered, for
        REQUEST_LOG_DAYS (30) days.

        `since` and `until` are days in China, inclusive. No address, parameter or body is kept.

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/requests/",
            query={
                "cursor": cursor,
                "key": key,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "status": status,
                "until": until,
            },
        )
        return self._pages(asked)

    def list_version_edits(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        entry_code: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedEditOutputList:
        """The edits of a version's entries, the latest first; they are the office's own, or the owner's.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `entry_code`: of this entry alone
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/edits/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "entry_code": entry_code, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedEditOutputList", self._json(asked))

    def iter_version_edits(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        entry_code: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.EditOutput]:
        """Go through all pages, one item after the other.

        The edits of a version's entries, the latest first; they are the office's own, or the owner's.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `entry_code`: of this entry alone
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/edits/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "entry_code": entry_code, "page_size": page_size},
        )
        return self._pages(asked)

    def list_version_golden_cases(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedTriedOutputList:
        """How each case that consults this catalog comes out, as if the version were in force and known now.

        The office sees all, of an insurer's the answers alone; an insurer its own, and of its own lists the office's
        too.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/golden-cases/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedTriedOutputList", self._json(asked))

    def iter_version_golden_cases(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.TriedOutput]:
        """Go through all pages, one item after the other.

        How each case that consults this catalog comes out, as if the version were in force and known now.

        The office sees all, of an insurer's the answers alone; an insurer its own, and of its own lists the office's
        too.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/golden-cases/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    def list_version_impacts(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedImpactListOutputList:
        """Runs of this version, the latest first.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedImpactListOutputList", self._json(asked))

    def iter_version_impacts(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.ImpactListOutput]:
        """Go through all pages, one item after the other.

        Runs of this version, the latest first.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    def list_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedVersionOutputList:
        """Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedVersionOutputList", self._json(asked))

    def iter_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[t.VersionOutput]:
        """Go through all pages, one item after the other.

        Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    def list_webhooks(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedWebhookOutputList:
        """Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/webhooks/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedWebhookOutputList", self._json(asked))

    def iter_webhooks(self, *, cursor: str | None = None, page_size: int | None = None) -> Iterator[t.WebhookOutput]:
        """Go through all pages, one item after the other.

        Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/webhooks/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    def merge_base_into_version(
        self,
        code: str,
        label: str,
        body: t.MergeInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Take over what has changed in the edition that the draft follows; 409 `conflicts` until each is resolved.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/merge-base/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def merge_import(self, id: str, *, idempotency_key: str | None = None) -> t.ImportOutput:
        """Merge a staged drug master file: never by whoever uploaded or mended it (409 same_person). Known once the
        import is ready.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/{id}/merge/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImportOutput", self._json(asked))

    def note_authorisation_papers(
        self,
        no: str,
        body: t.PapersInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for papers, or note those that came, by their names: the clock stands still while any is awaited.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/papers/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", self._json(asked))

    def preview_draft_by_frequency(
        self,
        code: str,
        body: t.PreviewInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.PreviewOutput:
        """What the draft would hold, and what it would leave; nothing is written.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/draft-by-frequency/preview/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.PreviewOutput", self._json(asked))

    def publish_collection(
        self,
        id: str,
        body: t.PublishListsInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.CollectionOutput:
        """Publish every draft of the collection that is without problems, each as by itself, in the background; never by
        whoever uploaded it.

        What a single publication would refuse (an editor of that draft, a mass change, another base than at import,
        incomplete counts) is refused for that list alone and stands in its `not_published`.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/{id}/publish/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CollectionOutput", self._json(asked))

    def publish_product_version(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Bring a draft into force; it never changes afterwards.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/publish/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def publish_version(
        self,
        code: str,
        label: str,
        body: t.PublishInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Publish a draft or a version in review: never by an editor of it.

        409 `golden_cases`, with a member of that name, where agreed answers would change: until each is acknowledged
        with a reason.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/publish/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def refresh_sandbox(self, *, idempotency_key: str | None = None) -> t.SandboxCopiesOutput:
        """Copy what the sandbox lacks of the insurer's published product versions, in force or to come; what is there
        stays as it is.
        """
        asked = Asked("POST", "/api/v1/sandbox/refresh/", headers={"Idempotency-Key": idempotency_key})
        return cast("t.SandboxCopiesOutput", self._json(asked))

    def renew_authorisation(
        self,
        no: str,
        body: t.RenewalInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for the time after it, from 30 days before its last day on: an authorisation of its own, judged at once.

        The body says what is otherwise than it was asked; nothing is where it is empty.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/renew/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", self._json(asked))

    def replace_product_version(
        self,
        code: str,
        label: str,
        body: t.TermsInput,
        *,
        if_match: str | None = None,
    ) -> t.ProductVersionOutput:
        """Replace a draft's terms; with another label it is at another address, named in `Content-Location`.

        Scope: `products:write`
        """
        asked = Asked(
            "PUT",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def replay_batch_claim(
        self,
        id: str,
        seq: str,
        body: t.ReplayInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ReplayOutput:
        """The decision again, after the member's earlier claims of the batch: as it was known then, or as known at
        another instant.

        As it was known then it has the recorded digest. 409 `nothing_decided` for an invalid claim.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/{id}/claims/{seq}/replay/",
            path={"id": id, "seq": seq},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ReplayOutput", self._json(asked))

    def replay_check(
        self,
        id: str,
        body: t.ReplayInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ReplayOutput:
        """The decision again: as it was known then, or as known at another instant (`now` for the present), with what
        differs.

        A decision recorded under earlier rules keeps its digest and says by which it was decided; it is decided again
        by those of today, so
        `same` is false, `causes` names both rules versions, and `differences` what they change. `decision` is null
        where today's rules refuse the request.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/{id}/replay/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ReplayOutput", self._json(asked))

    def replay_delivery(self, id: str, delivery: str, *, idempotency_key: str | None = None) -> t.DeliveryOutput:
        """Send a message that has ended once more: the same bytes, the same `webhook-id`.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/deliveries/{delivery}/replay/",
            path={"id": id, "delivery": delivery},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.DeliveryOutput", self._json(asked))

    def request_review_of_version(
        self,
        code: str,
        label: str,
        body: t.ReviewInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Hand a draft to the reviewers 提交复核.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/request-review/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def resolve_drugs(
        self,
        body: Sequence[t.IdentityInput],
        *,
        idempotency_key: str | None = None,
    ) -> t.ResolutionsOutput:
        """Tell how each line identity is recognised: by its code, its approval number, its name or its brand; at most
        500.

        Scope: `catalog:read`
        """
        asked = Asked("POST", "/api/v1/drugs/resolve/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ResolutionsOutput", self._json(asked))

    def revert_version(
        self,
        code: str,
        label: str,
        body: t.RevertInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a draft equal to the edition before this published one (same checksum); a second person publishes it.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/revert/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def revoke_key(
        self,
        prefix: str,
        body: t.RevokeInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.KeyOutput:
        """End a key at once. A key may end itself; ending one twice is the same as once."""
        asked = Asked(
            "POST",
            "/api/v1/keys/{prefix}/revoke/",
            path={"prefix": prefix},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.KeyOutput", self._json(asked))

    def rotate_webhook_secret(
        self,
        id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.WebhookOutput:
        """Give the endpoint a new secret, shown in this answer alone; for 24 hours messages are signed with the earlier
        one too.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/rotate-secret/",
            path={"id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.WebhookOutput", self._json(asked))

    def send_back_version(
        self,
        code: str,
        label: str,
        body: t.SendBackInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a version in review or in consultation a draft again 退回.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/send-back/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def settle_check(self, id: str, *, idempotency_key: str | None = None) -> t.SettledOutput:
        """Mark a check as settled, for good: corrections tell it apart, and its record stays as it is. Twice is once.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/{id}/settle/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.SettledOutput", self._json(asked))

    def submit_version(
        self,
        code: str,
        label: str,
        body: t.SubmitInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Open a draft for consultation 征求意见.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/submit/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))

    def take_collection_facts(self, id: str, *, idempotency_key: str | None = None) -> t.CollectionOutput:
        """Change the catalogs that were there already to the facts that the cover says, where they differ.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/{id}/facts/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.CollectionOutput", self._json(asked))

    def test_webhook(self, id: str, *, idempotency_key: str | None = None) -> t.DeliveryOutput:
        """Send a `webhook.test` message within seconds; what came of it is in the log.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/test/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.DeliveryOutput", self._json(asked))

    def try_version(
        self,
        code: str,
        label: str,
        body: t.ImpactInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ImpactOutput:
        """Try the version, as if published and known now, on recorded checks and batch claims: 202 and a Location to
        watch.

        The office gets sums over all insurers; an insurer its own, with the lines that differ.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ImpactOutput", self._json(asked))

    def upload_comments(
        self,
        code: str,
        label: str,
        *,
        file: Upload,
        idempotency_key: str | None = None,
    ) -> t.CommentsFileOutput:
        """Make a comment of every row of a file, read in a process of its own while you wait: 201, or 200 where you had
        said all of it already. With one error nothing is kept, and the 400 says all that is to be mended, by row and
        column.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/upload/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            form={"file": file},
        )
        return cast("t.CommentsFileOutput", self._json(asked))

    def validate_product_version(
        self,
        code: str,
        body: t.TermsInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.ValidTermsOutput:
        """Say what is wrong with terms, or how they read with every default filled in; nothing is kept.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/validate/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ValidTermsOutput", self._json(asked))

    def verify_receipt(self, body: t.VerifyInputRequest) -> t.VerifyOutput:
        """Say whether a receipt is this service's and, with the claim beside it, whether that is the claim it was given
        for.
        """
        asked = Asked("POST", "/api/v1/receipts/verify/", body=body)
        return cast("t.VerifyOutput", self._json(asked))

    def withdraw_product_version(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """End a published version for new checks; earlier answers keep it.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.ProductVersionOutput", self._json(asked))

    def withdraw_version(
        self,
        code: str,
        label: str,
        body: t.WithdrawInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Ask, with a reason, for a published version's end (202); another reviewer's request carries it out (200).
        Earlier answers keep it.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", self._json(asked))


class AsyncOperations(AsyncCaller):
    """The operations of a client to be awaited, by their `operationId`s."""

    async def acknowledge_finding(
        self,
        id: str,
        body: t.AcknowledgeInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.FindingOutput:
        """Note that you have seen to it, and why it may stay. The office's with `catalog:write` or `catalog:publish`; an
        insurer's about its own lists and products. It stays acknowledged as long as its cause is the same, also where
        that goes and comes back.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/findings/{id}/acknowledge/",
            path={"id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.FindingOutput", await self._json(asked))

    async def answer_comment(
        self,
        code: str,
        label: str,
        id: str,
        body: t.AnswerInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.CommentOutput:
        """Answer a comment, or answer it otherwise, until the version is published; it makes nobody an editor of the
        version.

        Scope: `catalog:write` or `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/answer/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CommentOutput", await self._json(asked))

    async def cancel_batch(self, id: str, *, idempotency_key: str | None = None) -> t.BatchOutput:
        """End a batch that is queued or running; nothing of it is shown as decided.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.BatchOutput", await self._json(asked))

    async def cancel_impact(self, id: str, *, idempotency_key: str | None = None) -> t.ImpactOutput:
        """End a run that is queued or running; 409 `already_ended` where it is over.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/impact/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImpactOutput", await self._json(asked))

    async def cancel_import(self, id: str, *, idempotency_key: str | None = None) -> t.ImportOutput:
        """Stop an import that waits or runs, or give up a staged one.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/{id}/cancel/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImportOutput", await self._json(asked))

    async def change_catalog(
        self,
        code: str,
        body: t.PatchedCatalogChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.CatalogOutput:
        """Correct a catalog's facts; code, kind, series and owner only until a version of it is published.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/",
            path={"code": code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.CatalogOutput", await self._json(asked))

    async def change_comment(
        self,
        code: str,
        label: str,
        id: str,
        body: t.PatchedCommentChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.CommentOutput:
        """Say it otherwise, while the consultation is open. An answer that was given goes with the words it was given
        to.

        Scope: `catalog:read`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.CommentOutput", await self._json(asked))

    async def change_entries(
        self,
        code: str,
        label: str,
        body: t.BulkInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.BulkOutput:
        """Set the same columns in many entries of a draft, or remove them: all or none.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/entries/bulk/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.BulkOutput", await self._json(asked))

    async def change_entry(
        self,
        code: str,
        label: str,
        entry_code: str,
        body: t.PatchedEntryInputRequest,
        *,
        if_match: str | None = None,
    ) -> t.EditedEntryOutput:
        """Change columns of a draft's entry; with another code it is at `Content-Location`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.EditedEntryOutput", await self._json(asked))

    async def change_golden_case(
        self,
        id: str,
        body: t.PatchedGoldenCaseChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.GoldenCaseOutput:
        """Change what is given; what it expected before is kept.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/golden-cases/{id}/",
            path={"id": id},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.GoldenCaseOutput", await self._json(asked))

    async def change_product(
        self,
        code: str,
        body: t.PatchedProductChangeRequest,
        *,
        if_match: str | None = None,
    ) -> t.ProductOutput:
        """Say whether the look-up page tells anybody what the product pays for.

        Scope: `products:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/products/{code}/",
            path={"code": code},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.ProductOutput", await self._json(asked))

    async def change_version(
        self,
        code: str,
        label: str,
        body: t.PatchedEditInputRequest,
        *,
        if_match: str | None = None,
    ) -> t.VersionOutput:
        """Correct a draft's label, days, note, `complete_for` or expected counts; with another label it is at
        `Content-Location`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "PATCH",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def check_claim(
        self,
        body: t.CheckInput,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.CheckOutput:
        """Decide one claim.

        Scope: `claims:check`

        `dry_run`: decide, but record nothing
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CheckOutput", await self._json(asked))

    async def check_manifest(
        self,
        body: Sequence[t.HeldInputRequest],
        *,
        idempotency_key: str | None = None,
    ) -> t.ManifestOutput:
        """Say of each version a client holds whether it is what applies today: 1 to 100 of them, answered in order.

        `catalog` alone: held against the version in force. `product` alone: a product version. Both: the catalog as
        the product uses it, pinned or in force. A catalog needs `catalog:read`, a product `coverage:read`; what you
        may not see is `unknown`.

        Scope: `catalog:read` or `coverage:read`
        """
        asked = Asked("POST", "/api/v1/manifest/check/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ManifestOutput", await self._json(asked))

    async def clone_product_version(
        self,
        code: str,
        label: str,
        body: t.CloneInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Keep the terms of a version as another draft for other days, its references to catalogs pinned to a version or
        floating.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/clone/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def compare(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        page: int | None = None,
        page_size: int | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
        cursor: str | None = None,
    ) -> t.CompareOutput:
        """Compare two sides by drug (as it is recognised, whatever salt or form a list writes), by drug and disease, or
        entry by entry.

        A side is a version (`CODE@LABEL`, also a withdrawn one; drafts are the office's and the owner's) or what a
        list says on a day as it was known at an instant (`CODE`). Entries whose agreement does not run on the side's
        day are not in force there and do not count; for a side with a label that is asked only by its own `left_date`
        or `right_date`. Entries of one drug are for the same disease where an ICD-10 code could fall under both,
        directly or by way of a third; an entry that gives no disease is for all.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/compare/",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "page": page,
                "page_size": page_size,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
                "cursor": cursor,
            },
        )
        return cast("t.CompareOutput", await self._json(asked))

    def iter_compare(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        page_size: int | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
        cursor: str | None = None,
    ) -> AsyncIterator[t.ComparedOutput]:
        """Go through all pages, one item after the other.

        Compare two sides by drug (as it is recognised, whatever salt or form a list writes), by drug and disease, or
        entry by entry.

        A side is a version (`CODE@LABEL`, also a withdrawn one; drafts are the office's and the owner's) or what a
        list says on a day as it was known at an instant (`CODE`). Entries whose agreement does not run on the side's
        day are not in force there and do not count; for a side with a label that is asked only by its own `left_date`
        or `right_date`. Entries of one drug are for the same disease where an ICD-10 code could fall under both,
        directly or by way of a third; an entry that gives no disease is for all.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/compare/",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "page_size": page_size,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    async def compare_as_csv(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> bytes:
        """Give the same as 修订对照表: new, old, what changed; what is alike only with `kind=same`.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.csv",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="text/csv",
        )
        return await self._bytes(asked)

    async def save_compare_as_csv(
        self,
        to: str | Path,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the same as 修订对照表: new, old, what changed; what is alike only with `kind=same`.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.csv",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="text/csv",
        )
        return await self._keep(asked, to)

    async def compare_as_xlsx(
        self,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> bytes:
        """Give the same as a workbook.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.xlsx",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._bytes(asked)

    async def save_compare_as_xlsx(
        self,
        to: str | Path,
        *,
        left: str,
        right: str,
        by: t.ComparedBy | None = None,
        date: t.DayGiven | None = None,
        kind: t.ComparedKind | None = None,
        known_at: t.InstantGiven | None = None,
        left_date: t.DayGiven | None = None,
        left_known_at: t.InstantGiven | None = None,
        right_date: t.DayGiven | None = None,
        right_known_at: t.InstantGiven | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the same as a workbook.

        Scope: `catalog:read`

        `by`: drug unless told
        `date`: the day of each side that is `CODE` (today)
        `known_at`: by what was known then (now)
        `left`: `CODE@LABEL`, or `CODE`: the version in force on the day
        `left_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `left_known_at`: this side's own instant
        `right`: the same; what changed is told from left to right
        `right_date`: this side's own day; with `CODE@LABEL`: count only entries whose agreement is on then
        `right_known_at`: this side's own instant
        """
        asked = Asked(
            "GET",
            "/api/v1/compare.xlsx",
            query={
                "by": by,
                "date": date,
                "kind": kind,
                "known_at": known_at,
                "left": left,
                "left_date": left_date,
                "left_known_at": left_known_at,
                "right": right,
                "right_date": right_date,
                "right_known_at": right_known_at,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._keep(asked, to)

    async def create_authorisation(
        self,
        body: t.PriorAuthorisationInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for an authorisation; it is judged at once as a coverage question, its criteria answered by `evidence`.

        `approved`, `declined` with its reasons, or `in_review` with what is `missing`: then a person decides.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", await self._json(asked))

    async def create_batch(self, *, file: Upload, product: str, idempotency_key: str | None = None) -> t.BatchOutput:
        """Upload a file of claims: 202 and a Location to watch.

        The same bytes for the same product while an earlier batch of them is queued or running answer 200 with that
        batch. Once it has ended they are a new batch, decided as known now; to repeat a request safely, send an
        Idempotency-Key.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/",
            headers={"Idempotency-Key": idempotency_key},
            form={"file": file, "product": product},
        )
        return cast("t.BatchOutput", await self._json(asked))

    async def create_catalog(
        self,
        body: t.CatalogInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.CatalogOutput:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:write`
        """
        asked = Asked("POST", "/api/v1/catalogs/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.CatalogOutput", await self._json(asked))

    async def create_coding_decision(
        self,
        body: t.CodingDecisionInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.CodingDecisionOutput:
        """Code every draft entry of the same text that is not coded, and remember what it means.

        Scope: `catalog:write`
        """
        asked = Asked("POST", "/api/v1/coding/decisions/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.CodingDecisionOutput", await self._json(asked))

    async def create_collection(
        self,
        *,
        file: Upload,
        label: str | None = None,
        effective_from: t.DayGiven | None = None,
        effective_to: t.DayGiven | None = None,
        note: str | None = None,
        names: t.NamesReading | None = None,
        change_facts: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.CollectionOutput:
        """Upload a package of lists: 202 and a Location to watch; the same bytes again answer 200 with the earlier
        collection.

        Each list becomes a catalog of kind `reference` with the facts of its row, and a draft by an import of its
        own. What cannot be read says so and leaves nothing; what can is imported.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/",
            headers={"Idempotency-Key": idempotency_key},
            form={
                "file": file,
                "label": label,
                "effective_from": effective_from,
                "effective_to": effective_to,
                "note": note,
                "names": names,
                "change_facts": change_facts,
            },
        )
        return cast("t.CollectionOutput", await self._json(asked))

    async def create_comment(
        self,
        code: str,
        label: str,
        body: t.CommentInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.CommentOutput:
        """Comment on an entry, or on the whole list.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CommentOutput", await self._json(asked))

    async def create_entry(
        self,
        code: str,
        label: str,
        body: t.EntryInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.EditedEntryOutput:
        """Add an entry to a draft, checked as a file's row; without a code it gets the one an import would make.

        One entry each: a name is kept as it is written, whatever it may hold.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.EditedEntryOutput", await self._json(asked))

    async def create_golden_case(
        self,
        body: t.GoldenCaseInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.GoldenCaseOutput:
        """Keep a claim and the answer agreed on, or a recorded check (`check`) with the answer it got; nothing that
        leads to a person is kept.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked("POST", "/api/v1/golden-cases/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.GoldenCaseOutput", await self._json(asked))

    async def create_import(
        self,
        *,
        file: Upload,
        kind: t.ImportKind | None = None,
        catalog: str | None = None,
        label: str | None = None,
        effective_from: t.DayGiven | None = None,
        effective_to: t.DayGiven | None = None,
        note: str | None = None,
        names: t.NamesReading | None = None,
        complete_for: str | None = None,
        sheet: str | None = None,
        header_row: int | None = None,
        mapping: str | None = None,
        replace: bool | None = None,
        staged: bool | None = None,
        idempotency_key: str | None = None,
    ) -> t.ImportOutput:
        """Upload a file: 202 and a Location to watch; the same bytes again answer 200 with the earlier import.

        A drug master file is merged at once, unless `staged`: then it is compared only, and a second person merges it
        (merge/).

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/",
            headers={"Idempotency-Key": idempotency_key},
            form={
                "file": file,
                "kind": kind,
                "catalog": catalog,
                "label": label,
                "effective_from": effective_from,
                "effective_to": effective_to,
                "note": note,
                "names": names,
                "complete_for": complete_for,
                "sheet": sheet,
                "header_row": header_row,
                "mapping": mapping,
                "replace": replace,
                "staged": staged,
            },
        )
        return cast("t.ImportOutput", await self._json(asked))

    async def create_key(self, body: t.KeyInputRequest, *, idempotency_key: str | None = None) -> t.KeyOutput:
        """Make a further key, for no more and no longer than this one.

        `sandbox`: a test key. The insurer's first one begins its sandbox, with copies of its products. To rotate:
        make one, bring it into use, revoke the old one.
        """
        asked = Asked("POST", "/api/v1/keys/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.KeyOutput", await self._json(asked))

    async def create_product(
        self,
        body: t.ProductInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.ProductOutput:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `products:write`
        """
        asked = Asked("POST", "/api/v1/products/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ProductOutput", await self._json(asked))

    async def create_product_version(
        self,
        code: str,
        body: t.TermsInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Keep terms as a draft.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def create_version(
        self,
        code: str,
        body: t.DraftInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a draft, empty or a copy of a version (`from`, its label).

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def create_webhook(
        self,
        body: t.WebhookInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.WebhookOutput:
        """Add an endpoint; the answer alone shows its secret.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("POST", "/api/v1/webhooks/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.WebhookOutput", await self._json(asked))

    async def decide_authorisation(
        self,
        no: str,
        body: t.DecisionInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Approve or decline one that is in review, as a person decided.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/decide/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", await self._json(asked))

    async def delete_comment(self, code: str, label: str, id: str, *, if_match: str | None = None) -> None:
        """Take a comment back, while the consultation is open.

        Scope: `catalog:read`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-Match": if_match},
        )
        await self._json(asked)

    async def delete_entry(self, code: str, label: str, entry_code: str, *, if_match: str | None = None) -> None:
        """Remove an entry from a draft; a body may give the `reason`.

        Scope: `catalog:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-Match": if_match},
        )
        await self._json(asked)

    async def delete_golden_case(self, id: str, *, if_match: str | None = None) -> None:
        """Remove the case, with what it expected before.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked("DELETE", "/api/v1/golden-cases/{id}/", path={"id": id}, headers={"If-Match": if_match})
        await self._json(asked)

    async def delete_product_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Delete a draft.

        Scope: `products:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        await self._json(asked)

    async def delete_sandbox(self) -> None:
        """Erase the sandbox at once: its keys, webhooks and work end, and all that tells of a person goes. Without one,
        nothing is done.
        """
        asked = Asked("DELETE", "/api/v1/sandbox/")
        await self._json(asked)

    async def delete_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Delete a draft; what is published stays for ever.

        Scope: `catalog:write`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        await self._json(asked)

    async def delete_webhook(self, id: str, *, if_match: str | None = None) -> None:
        """Delete an endpoint with its log.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("DELETE", "/api/v1/webhooks/{id}/", path={"id": id}, headers={"If-Match": if_match})
        await self._json(asked)

    async def draft_by_frequency(
        self,
        code: str,
        body: t.ByFrequencyInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.ImportOutput:
        """Draft a version from the market's lists: 202 and a Location to watch, as of an import.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/draft-by-frequency/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ImportOutput", await self._json(asked))

    async def end_consultation(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """End a consultation before its last day: the version is a draft again.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/end-consultation/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def get_authorisation(self, no: str) -> t.AuthorisationOutput:
        """One authorisation, how it stands today.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/prior-authorisations/{no}/", path={"no": no})
        return cast("t.AuthorisationOutput", await self._json(asked))

    async def get_batch(self, id: str) -> t.BatchOutput:
        """State, progress, and when it is done its totals.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/", path={"id": id})
        return cast("t.BatchOutput", await self._json(asked))

    async def get_batch_claim(self, id: str, seq: str) -> t.ClaimOutput:
        """What was decided of one claim, as it was decided, with what was asked.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/claims/{seq}/", path={"id": id, "seq": seq})
        return cast("t.ClaimOutput", await self._json(asked))

    async def get_batch_results_csv(self, id: str, *, if_none_match: str | None = None) -> bytes:
        """Stream the results, one row a line of the file, in its order; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.csv",
            path={"id": id},
            headers={"If-None-Match": if_none_match},
            accept="text/csv",
        )
        return await self._bytes(asked)

    async def save_batch_results_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the results, one row a line of the file, in its order; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/batches/{id}/results.csv", path={"id": id}, accept="text/csv")
        return await self._keep(asked, to)

    async def get_batch_results_ndjson(self, id: str, *, if_none_match: str | None = None) -> bytes:
        """Stream the results, one claim a line, each with the whole answer of a check; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.ndjson",
            path={"id": id},
            headers={"If-None-Match": if_none_match},
            accept="application/x-ndjson",
        )
        return await self._bytes(asked)

    async def save_batch_results_ndjson(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the results, one claim a line, each with the whole answer of a check; 409 `not_done` before.

        Scope: `claims:check`
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/results.ndjson",
            path={"id": id},
            accept="application/x-ndjson",
        )
        return await self._keep(asked, to)

    async def get_catalog(self, code: str, *, if_none_match: str | None = None) -> t.CatalogOutput:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/",
            path={"code": code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.CatalogOutput", await self._json(asked))

    async def get_catalog_diff(
        self,
        code: str,
        *,
        from_: str,
        to: str,
        change: t.ChangeKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        weight: t.ChangeWeight | None = None,
        cursor: str | None = None,
    ) -> t.DiffOutput:
        """What differs between two versions, by entry_code.

        Entries are one by their `entry_code`; what is left on both sides is paired where the drug columns are the
        same. Such a pair is `changed`, its `entry_code` among the `fields`. Every entry of both versions is counted
        once: `added`, `removed`, `changed` or `unchanged`.
        `changed` holds all that differ by a byte; how much that matters is the `weight`, counted apart: `major` can
        alter a payment (all that came and went can), `minor` is shown only, `typographic` reads the same (width of
        brackets and punctuation, white space, a final 。),
        `remark` is note, source or entry code alone.

        Scope: `catalog:read`

        `weight`: how much a change matters
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/diff/",
            path={"code": code},
            query={
                "change": change,
                "from": from_,
                "page": page,
                "page_size": page_size,
                "to": to,
                "weight": weight,
                "cursor": cursor,
            },
        )
        return cast("t.DiffOutput", await self._json(asked))

    def iter_catalog_diff(
        self,
        code: str,
        *,
        from_: str,
        to: str,
        change: t.ChangeKind | None = None,
        page_size: int | None = None,
        weight: t.ChangeWeight | None = None,
        cursor: str | None = None,
    ) -> AsyncIterator[t.ChangeOutput]:
        """Go through all pages, one item after the other.

        What differs between two versions, by entry_code.

        Entries are one by their `entry_code`; what is left on both sides is paired where the drug columns are the
        same. Such a pair is `changed`, its `entry_code` among the `fields`. Every entry of both versions is counted
        once: `added`, `removed`, `changed` or `unchanged`.
        `changed` holds all that differ by a byte; how much that matters is the `weight`, counted apart: `major` can
        alter a payment (all that came and went can), `minor` is shown only, `typographic` reads the same (width of
        brackets and punctuation, white space, a final 。),
        `remark` is note, source or entry code alone.

        Scope: `catalog:read`

        `weight`: how much a change matters
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/diff/",
            path={"code": code},
            query={
                "change": change,
                "from": from_,
                "page_size": page_size,
                "to": to,
                "weight": weight,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    async def get_catalog_in_force(
        self,
        code: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.VersionOutput:
        """The version in force on a day, as known at an instant.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/in-force/",
            path={"code": code},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def get_catalog_timeline(self, code: str, *, known_at: t.InstantGiven | None = None) -> t.TimelineOutput:
        """The published versions, withdrawn ones too, and the segments of both clocks: every day from the first on and
        every instant from the first publication on lies in exactly one.

        Scope: `catalog:read`

        `known_at`: nothing that became known later
        """
        asked = Asked("GET", "/api/v1/catalogs/{code}/timeline/", path={"code": code}, query={"known_at": known_at})
        return cast("t.TimelineOutput", await self._json(asked))

    async def get_catalog_upcoming(
        self,
        code: str,
        *,
        kind: t.UpcomingKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        until: t.DayGiven | None = None,
        cursor: str | None = None,
    ) -> t.UpcomingOutput:
        """Tell what begins after today and by a day, and what has its last day from today on and by then, by what is
        published now.

        Drug by drug, by the day: those that come in, go out, or are listed otherwise (`fields`: the class, the
        terms). Coverage and checks for these days are answered today as they will be then.

        Scope: `catalog:read`

        `kind`: these alone
        `until`: the last day; in 92 days unless told
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/upcoming/",
            path={"code": code},
            query={"kind": kind, "page": page, "page_size": page_size, "until": until, "cursor": cursor},
        )
        return cast("t.UpcomingOutput", await self._json(asked))

    def iter_catalog_upcoming(
        self,
        code: str,
        *,
        kind: t.UpcomingKind | None = None,
        page_size: int | None = None,
        until: t.DayGiven | None = None,
        cursor: str | None = None,
    ) -> AsyncIterator[t.UpcomingChange]:
        """Go through all pages, one item after the other.

        Tell what begins after today and by a day, and what has its last day from today on and by then, by what is
        published now.

        Drug by drug, by the day: those that come in, go out, or are listed otherwise (`fields`: the class, the
        terms). Coverage and checks for these days are answered today as they will be then.

        Scope: `catalog:read`

        `kind`: these alone
        `until`: the last day; in 92 days unless told
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/upcoming/",
            path={"code": code},
            query={"kind": kind, "page_size": page_size, "until": until, "cursor": cursor},
        )
        return self._pages(asked)

    async def get_check(self, id: str) -> t.KeptCheckOutput:
        """What was decided, as it was decided.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/", path={"id": id})
        return cast("t.KeptCheckOutput", await self._json(asked))

    async def get_check_alternatives(self, id: str) -> t.AlternativesOutput:
        """Line by line, what would have had to be otherwise. Every set, set at its pointers and checked again as known
        then, is eligible.

        Asked are the line's own fields, and the member's sex and age where they are not known. `fact`: *if* it is so;
        nobody is told to make it so.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/alternatives/", path={"id": id})
        return cast("t.AlternativesOutput", await self._json(asked))

    async def get_check_explanation(self, id: str, *, audience: t.Audience | None = None) -> t.ExplanationOutput:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/explanation/", path={"id": id}, query={"audience": audience})
        return cast("t.ExplanationOutput", await self._json(asked))

    async def get_check_explanation_html(self, id: str, *, audience: t.Audience | None = None) -> str:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/{id}/explanation/",
            path={"id": id},
            query={"audience": audience},
            accept="text/html",
        )
        return await self._str(asked)

    async def get_check_explanation_text(self, id: str, *, audience: t.Audience | None = None) -> str:
        """Explain the check from its record alone: for the member in plain words, for an adjudicator with every code and
        step.

        Scope: `claims:check`

        `audience`: for whom it is worded; member unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/{id}/explanation/",
            path={"id": id},
            query={"audience": audience},
            accept="text/plain",
        )
        return await self._str(asked)

    async def get_check_receipt(self, id: str) -> t.ReceiptOutput:
        """The receipt of a check: the same for ever, also when the check's facts are gone.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/receipt/", path={"id": id})
        return cast("t.ReceiptOutput", await self._json(asked))

    async def get_check_receipt_jose(self, id: str) -> str:
        """The receipt of a check: the same for ever, also when the check's facts are gone.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/claims/checks/{id}/receipt/", path={"id": id}, accept="application/jose")
        return await self._str(asked)

    async def get_collection(
        self,
        id: str,
        *,
        page: int | None = None,
        page_size: int | None = None,
        state: t.CollectedListState | None = None,
        cursor: str | None = None,
    ) -> t.CollectionOutput:
        """How a collection stands, and each of its lists, paged.

        Scope: `catalog:write` or `catalog:publish`

        `state`: lists that stand so
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/collections/{id}/",
            path={"id": id},
            query={"page": page, "page_size": page_size, "state": state, "cursor": cursor},
        )
        return cast("t.CollectionOutput", await self._json(asked))

    def iter_collection(
        self,
        id: str,
        *,
        page_size: int | None = None,
        state: t.CollectedListState | None = None,
        cursor: str | None = None,
    ) -> AsyncIterator[t.CollectedListOutput]:
        """Go through all pages, one item after the other.

        How a collection stands, and each of its lists, paged.

        Scope: `catalog:write` or `catalog:publish`

        `state`: lists that stand so
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/collections/{id}/",
            path={"id": id},
            query={"page_size": page_size, "state": state, "cursor": cursor},
        )
        return self._pages(asked)

    async def get_comment(
        self,
        code: str,
        label: str,
        id: str,
        *,
        if_none_match: str | None = None,
    ) -> t.CommentOutput:
        """Comments 意见 on a version: an insurer makes its own while the version is in consultation, and always sees them
        with their answers; the office sees all, with who wrote them.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/{id}/",
            path={"code": code, "label": label, "id": id},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.CommentOutput", await self._json(asked))

    async def get_comment_summary(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedEntrySummaryOutputList:
        """For each entry how many spoke for and against it, and what was answered, without names; once the consultation
        is over.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedEntrySummaryOutputList", await self._json(asked))

    def iter_comment_summary(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.EntrySummaryOutput]:
        """Go through all pages, one item after the other.

        For each entry how many spoke for and against it, and what was answered, without names; once the consultation
        is over.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    async def get_comment_summary_xlsx(self, code: str, label: str) -> bytes:
        """Give the office the summary of comments 意见汇总表: every comment with who made it, and its answer.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary.xlsx",
            path={"code": code, "label": label},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._bytes(asked)

    async def save_comment_summary_xlsx(self, code: str, label: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the office the summary of comments 意见汇总表: every comment with who made it, and its answer.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/summary.xlsx",
            path={"code": code, "label": label},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._keep(asked, to)

    async def get_coverage(
        self,
        code: str,
        *,
        age: int | None = None,
        approval_no: str | None = None,
        brand_name: str | None = None,
        circumstance: t.Circumstance | None = None,
        date: t.DayGiven | None = None,
        dosage_form: str | None = None,
        fields: Sequence[t.CoverageField] | None = None,
        generic_name: str | None = None,
        icd10: Sequence[str] | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        manufacturer: str | None = None,
        national_code: str | None = None,
        setting: t.Setting | None = None,
        sex: t.Sex | None = None,
        strength: str | None = None,
    ) -> t.CoverageOutput:
        """One query.

        Scope: `coverage:read`

        `circumstance`: none unless given
        `date`: today in China unless given
        `fields`: fields of the answer to give, separated by commas; product, product_version, date, known_at and
        outcome always are
        `icd10`: may be repeated, each with several codes
        `known_at`: now unless given
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/coverage/",
            path={"code": code},
            query={
                "age": age,
                "approval_no": approval_no,
                "brand_name": brand_name,
                "circumstance": circumstance,
                "date": date,
                "dosage_form": dosage_form,
                "fields": None if fields is None else ",".join(fields),
                "generic_name": generic_name,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "manufacturer": manufacturer,
                "national_code": national_code,
                "setting": setting,
                "sex": sex,
                "strength": strength,
            },
        )
        return cast("t.CoverageOutput", await self._json(asked))

    async def get_coverage_of_many(
        self,
        code: str,
        body: Sequence[t.CoverageQueryInput],
        *,
        fields: Sequence[t.CoverageField] | None = None,
        idempotency_key: str | None = None,
    ) -> t.CoverageListOutput:
        """A list of 1 to 1,000 queries, answered in order.

        Scope: `coverage:read`

        `fields`: fields of the answer to give, separated by commas; product, product_version, date, known_at and
        outcome always are
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/coverage/",
            path={"code": code},
            query={"fields": None if fields is None else ",".join(fields)},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CoverageListOutput", await self._json(asked))

    async def get_delivery(self, id: str, delivery: str) -> t.DeliveryOutput:
        """One message with its attempts.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("GET", "/api/v1/webhooks/{id}/deliveries/{delivery}/", path={"id": id, "delivery": delivery})
        return cast("t.DeliveryOutput", await self._json(asked))

    async def get_drug(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.DrugDetailOutput:
        """Everything about a drug on a day: class, brands, aliases, makers, approvals, marks, where it is listed, and
        since when.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/drugs/{id}/", path={"id": id}, query={"date": date, "known_at": known_at})
        return cast("t.DrugDetailOutput", await self._json(asked))

    async def get_drug_history(self, id: str) -> t.HistoriesOutput:
        """In and out of each catalog over time.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/drugs/{id}/history/", path={"id": id})
        return cast("t.HistoriesOutput", await self._json(asked))

    async def get_drug_listings(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.ListingsOutput:
        """Every catalog that lists the drug on a day, with the entries.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/{id}/listings/",
            path={"id": id},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.ListingsOutput", await self._json(asked))

    async def get_drug_paid_by(
        self,
        id: str,
        *,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
    ) -> t.PaidByOutput:
        """The product versions in force on the day of which a benefit names a list that lists the drug then; what an
        insurer sees are its own.

        An insurer's key needs `coverage:read`, one of the catalog office `catalog:read`.

        Scope: `coverage:read` or `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/{id}/paid-by/",
            path={"id": id},
            query={"date": date, "known_at": known_at},
        )
        return cast("t.PaidByOutput", await self._json(asked))

    async def get_entry(
        self,
        code: str,
        label: str,
        entry_code: str,
        *,
        if_none_match: str | None = None,
    ) -> t.EntryOutput:
        """One entry; of a draft with an ETag to change it by.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.EntryOutput", await self._json(asked))

    async def get_entry_form(
        self,
        code: str,
        label: str,
        entry_code: str,
        *,
        if_none_match: str | None = None,
    ) -> t.FormOutput:
        """A questionnaire made from the entry's restrictions: answered as `satisfied_by` says, a claim meets them all.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/{entry_code}/form/",
            path={"code": code, "label": label, "entry_code": entry_code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.FormOutput", await self._json(asked))

    async def get_finding(self, id: str, *, if_none_match: str | None = None) -> t.FindingOutput:
        """Findings 问题清单: worked out after every publication, withdrawal and merge of the drug master, and every night;
        each goes by itself when what it rests on does. An insurer sees those about shared lists, and about its own
        lists and products.

        Scope: `catalog:read`
        """
        asked = Asked("GET", "/api/v1/findings/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.FindingOutput", await self._json(asked))

    async def get_golden_case(self, id: str, *, if_none_match: str | None = None) -> t.GoldenCaseOutput:
        """Golden cases 验证用例: an insurer's own with `claims:check`; the office's, over any product or shared lists, with
        `catalog:write`.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`
        """
        asked = Asked("GET", "/api/v1/golden-cases/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.GoldenCaseOutput", await self._json(asked))

    async def get_impact(self, id: str) -> t.ImpactOutput:
        """State, progress, and when it is done its sums.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/", path={"id": id})
        return cast("t.ImpactOutput", await self._json(asked))

    async def get_impact_lines_csv(self, id: str) -> bytes:
        """Stream them, one row a line; 409 `not_done` before, 410 `facts_removed` after retention. The office has none.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/lines.csv", path={"id": id}, accept="text/csv")
        return await self._bytes(asked)

    async def save_impact_lines_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream them, one row a line; 409 `not_done` before, 410 `facts_removed` after retention. The office has none.

        Scope: `claims:check`
        """
        asked = Asked("GET", "/api/v1/impact/{id}/lines.csv", path={"id": id}, accept="text/csv")
        return await self._keep(asked, to)

    async def get_import(self, id: str) -> t.ImportOutput:
        """Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/", path={"id": id})
        return cast("t.ImportOutput", await self._json(asked))

    async def get_import_marked_csv(self, id: str) -> bytes:
        """The failed file's own rows with a column 错误 that says what to mend; it may be corrected and uploaded again.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/rows-with-problems.csv", path={"id": id}, accept="text/csv")
        return await self._bytes(asked)

    async def save_import_marked_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        The failed file's own rows with a column 错误 that says what to mend; it may be corrected and uploaded again.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/rows-with-problems.csv", path={"id": id}, accept="text/csv")
        return await self._keep(asked, to)

    async def get_import_marked_xlsx(self, id: str) -> bytes:
        """The same as XLSX.

        Scope: `catalog:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/imports/{id}/rows-with-problems.xlsx",
            path={"id": id},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._bytes(asked)

    async def save_import_marked_xlsx(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        The same as XLSX.

        Scope: `catalog:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/imports/{id}/rows-with-problems.xlsx",
            path={"id": id},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._keep(asked, to)

    async def get_import_problems_csv(self, id: str) -> bytes:
        """Every stored problem of the file, then what was read otherwise than written and which header went to which
        column, as CSV.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/problems.csv", path={"id": id}, accept="text/csv")
        return await self._bytes(asked)

    async def save_import_problems_csv(self, id: str, to: str | Path) -> Path:
        """Keep the answer as a file, whole or not at all.

        Every stored problem of the file, then what was read otherwise than written and which header went to which
        column, as CSV.

        Scope: `catalog:write`
        """
        asked = Asked("GET", "/api/v1/imports/{id}/problems.csv", path={"id": id}, accept="text/csv")
        return await self._keep(asked, to)

    async def get_key(self, prefix: str) -> t.KeyOutput:
        """Keys of the key's own insurer: for rotation without asking anybody."""
        asked = Asked("GET", "/api/v1/keys/{prefix}/", path={"prefix": prefix})
        return cast("t.KeyOutput", await self._json(asked))

    async def get_log_checkpoint(self) -> t.CheckpointOutput:
        """The size and root of the log now, signed: as JSON, or alone as a note (text/plain)."""
        asked = Asked("GET", "/api/v1/log/checkpoint/")
        return cast("t.CheckpointOutput", await self._json(asked))

    async def get_log_checkpoint_text(self) -> str:
        """The size and root of the log now, signed: as JSON, or alone as a note (text/plain)."""
        asked = Asked("GET", "/api/v1/log/checkpoint/", accept="text/plain")
        return await self._str(asked)

    async def get_log_consistency(self, *, from_: int, to: int | None = None) -> t.ConsistencyOutput:
        """The proof that the log of one size is the beginning of the log of another.

        `from_`: the earlier size, 1 or more
        `to`: the later size; left out: as it is now
        """
        asked = Asked("GET", "/api/v1/log/proof/consistency/", query={"from": from_, "to": to})
        return cast("t.ConsistencyOutput", await self._json(asked))

    async def get_log_inclusion(self, *, leaf: int, size: int | None = None) -> t.InclusionOutput:
        """The proof that a leaf is in the log of a size.

        `leaf`: the leaf's `seq`
        `size`: of the tree; left out: as it is now
        """
        asked = Asked("GET", "/api/v1/log/proof/inclusion/", query={"leaf": leaf, "size": size})
        return cast("t.InclusionOutput", await self._json(asked))

    async def get_matrix(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None = None,
        cursor: str | None = None,
    ) -> t.MatrixOutput:
        """One row a drug that one of the lists names on the day, one cell a list.

        A drug is shown where one entry of one of the lists meets every filter; its cells then tell how each list
        takes it altogether, since `no` would else be said of a list that has it.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix/",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "page": page,
                "page_size": page_size,
                "q": q,
                "cursor": cursor,
            },
        )
        return cast("t.MatrixOutput", await self._json(asked))

    def iter_matrix(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page_size: int | None = None,
        q: str | None = None,
        cursor: str | None = None,
    ) -> AsyncIterator[t.MatrixRow]:
        """Go through all pages, one item after the other.

        One row a drug that one of the lists names on the day, one cell a list.

        A drug is shown where one entry of one of the lists meets every filter; its cells then tell how each list
        takes it altogether, since `no` would else be said of a list that has it.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix/",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "page_size": page_size,
                "q": q,
                "cursor": cursor,
            },
        )
        return self._pages(asked)

    async def get_matrix_csv(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> bytes:
        """The whole matrix as CSV: for each list how it takes the drug, the class, the level of institution, and the
        entries.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.csv",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="text/csv",
        )
        return await self._bytes(asked)

    async def save_matrix_csv(
        self,
        to: str | Path,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        The whole matrix as CSV: for each list how it takes the drug, the class, the level of institution, and the
        entries.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.csv",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="text/csv",
        )
        return await self._keep(asked, to)

    async def get_matrix_xlsx(
        self,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> bytes:
        """The same as a workbook.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.xlsx",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._bytes(asked)

    async def save_matrix_xlsx(
        self,
        to: str | Path,
        *,
        catalogs: str,
        class_code: str | None = None,
        date: t.DayGiven | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        q: str | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        The same as a workbook.

        Scope: `catalog:read`

        `catalogs`: codes of lists, separated by commas; at most 20
        `class_code`: entries whose class code begins so
        `date`: the day; today in China unless told
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: entries that may be used at this level
        `known_at`: as it was known at this instant
        `mark`: entries with this mark
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        """
        asked = Asked(
            "GET",
            "/api/v1/matrix.xlsx",
            query={
                "catalogs": catalogs,
                "class_code": class_code,
                "date": date,
                "icd10": icd10,
                "institution_level": institution_level,
                "known_at": known_at,
                "mark": mark,
                "q": q,
            },
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._keep(asked, to)

    async def get_me(self) -> t.WhoOutput:
        """Who the key is."""
        asked = Asked("GET", "/api/v1/insurers/me/")
        return cast("t.WhoOutput", await self._json(asked))

    async def get_product(self, code: str, *, if_none_match: str | None = None) -> t.ProductOutput:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/",
            path={"code": code},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.ProductOutput", await self._json(asked))

    async def get_product_version(
        self,
        code: str,
        label: str,
        *,
        if_none_match: str | None = None,
    ) -> t.ProductVersionOutput:
        """Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def get_version(self, code: str, label: str, *, if_none_match: str | None = None) -> t.VersionOutput:
        """Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def get_version_export_csv(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Stream the version as CSV; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.csv",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="text/csv",
        )
        return await self._bytes(asked)

    async def save_version_export_csv(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the version as CSV; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.csv",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="text/csv",
        )
        return await self._keep(asked, to)

    async def get_version_export_ndjson(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Stream the version as one JSON object a line.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.ndjson",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="application/x-ndjson",
        )
        return await self._bytes(asked)

    async def save_version_export_ndjson(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Stream the version as one JSON object a line.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.ndjson",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="application/x-ndjson",
        )
        return await self._keep(asked, to)

    async def get_version_export_xlsx(
        self,
        code: str,
        label: str,
        *,
        institution_level: int | None = None,
        if_none_match: str | None = None,
    ) -> bytes:
        """Give the version as XLSX; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.xlsx",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            headers={"If-None-Match": if_none_match},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._bytes(asked)

    async def save_version_export_xlsx(
        self,
        code: str,
        label: str,
        to: str | Path,
        *,
        institution_level: int | None = None,
    ) -> Path:
        """Keep the answer as a file, whole or not at all.

        Give the version as XLSX; importing it again gives the same checksum.

        Scope: `catalog:read`

        `institution_level`: only what may be used in an institution of this level; such a part of the list has
        another checksum than the whole
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/export.xlsx",
            path={"code": code, "label": label},
            query={"institution_level": institution_level},
            accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        return await self._keep(asked, to)

    async def get_webhook(self, id: str, *, if_none_match: str | None = None) -> t.WebhookOutput:
        """Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked("GET", "/api/v1/webhooks/{id}/", path={"id": id}, headers={"If-None-Match": if_none_match})
        return cast("t.WebhookOutput", await self._json(asked))

    async def keep_version(self, code: str, label: str, *, if_match: str | None = None) -> None:
        """Take back the asking for a withdrawal.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "DELETE",
            "/api/v1/catalogs/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
        )
        await self._json(asked)

    async def list_authorisations(
        self,
        *,
        asked_at: t.DayGiven | t.InstantGiven | None = None,
        asked_at_after: t.DayGiven | t.InstantGiven | None = None,
        asked_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        drug: str | None = None,
        member_ref: str | None = None,
        overdue: bool | None = None,
        page: int | None = None,
        page_size: int | None = None,
        papers_awaited: bool | None = None,
        product: str | None = None,
        state: t.AuthorisationState | None = None,
        urgent: bool | None = None,
        valid_on: t.DayGiven | None = None,
    ) -> t.PaginatedAuthorisationListOutputList:
        """Authorisations, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/prior-authorisations/",
            query={
                "asked_at": asked_at,
                "asked_at_after": asked_at_after,
                "asked_at_before": asked_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "drug": drug,
                "member_ref": member_ref,
                "overdue": overdue,
                "page": page,
                "page_size": page_size,
                "papers_awaited": papers_awaited,
                "product": product,
                "state": state,
                "urgent": urgent,
                "valid_on": valid_on,
            },
        )
        return cast("t.PaginatedAuthorisationListOutputList", await self._json(asked))

    def iter_authorisations(
        self,
        *,
        asked_at: t.DayGiven | t.InstantGiven | None = None,
        asked_at_after: t.DayGiven | t.InstantGiven | None = None,
        asked_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        drug: str | None = None,
        member_ref: str | None = None,
        overdue: bool | None = None,
        page_size: int | None = None,
        papers_awaited: bool | None = None,
        product: str | None = None,
        state: t.AuthorisationState | None = None,
        urgent: bool | None = None,
        valid_on: t.DayGiven | None = None,
    ) -> AsyncIterator[t.AuthorisationListOutput]:
        """Go through all pages, one item after the other.

        Authorisations, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/prior-authorisations/",
            query={
                "asked_at": asked_at,
                "asked_at_after": asked_at_after,
                "asked_at_before": asked_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "drug": drug,
                "member_ref": member_ref,
                "overdue": overdue,
                "page_size": page_size,
                "papers_awaited": papers_awaited,
                "product": product,
                "state": state,
                "urgent": urgent,
                "valid_on": valid_on,
            },
        )
        return self._pages(asked)

    async def list_batch_claims(
        self,
        id: str,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        member_ref: str | None = None,
        outcome: t.BatchOutcome | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedClaimListOutputList:
        """The claims in the file's order; 409 `not_done` before the batch is done.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/claims/",
            path={"id": id},
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "member_ref": member_ref,
                "outcome": outcome,
                "page": page,
                "page_size": page_size,
            },
        )
        return cast("t.PaginatedClaimListOutputList", await self._json(asked))

    def iter_batch_claims(
        self,
        id: str,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        member_ref: str | None = None,
        outcome: t.BatchOutcome | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.ClaimListOutput]:
        """Go through all pages, one item after the other.

        The claims in the file's order; 409 `not_done` before the batch is done.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/{id}/claims/",
            path={"id": id},
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "member_ref": member_ref,
                "outcome": outcome,
                "page_size": page_size,
            },
        )
        return self._pages(asked)

    async def list_batches(
        self,
        *,
        created_at: t.DayGiven | t.InstantGiven | None = None,
        created_at_after: t.DayGiven | t.InstantGiven | None = None,
        created_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        product: str | None = None,
        state: t.WorkState | None = None,
    ) -> t.PaginatedBatchOutputList:
        """List the batches, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `member_ref`: batches with a claim of this member, while its facts are kept
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/",
            query={
                "created_at": created_at,
                "created_at_after": created_at_after,
                "created_at_before": created_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "page": page,
                "page_size": page_size,
                "product": product,
                "state": state,
            },
        )
        return cast("t.PaginatedBatchOutputList", await self._json(asked))

    def iter_batches(
        self,
        *,
        created_at: t.DayGiven | t.InstantGiven | None = None,
        created_at_after: t.DayGiven | t.InstantGiven | None = None,
        created_at_before: t.DayGiven | t.InstantGiven | None = None,
        cursor: str | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        page_size: int | None = None,
        product: str | None = None,
        state: t.WorkState | None = None,
    ) -> AsyncIterator[t.BatchOutput]:
        """Go through all pages, one item after the other.

        List the batches, the latest first.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `member_ref`: batches with a claim of this member, while its facts are kept
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/batches/",
            query={
                "created_at": created_at,
                "created_at_after": created_at_after,
                "created_at_before": created_at_before,
                "cursor": cursor,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "page_size": page_size,
                "product": product,
                "state": state,
            },
        )
        return self._pages(asked)

    async def list_catalog_changes(
        self,
        code: str,
        *,
        from_: str | None = None,
        page_size: int | None = None,
        since: str | None = None,
        if_none_match: str | None = None,
    ) -> t.FeedOutput:
        """Every publication and withdrawal in the order in which they became known, with what each changes.

        Publications form a chain: the deltas of each are against `base`, the publication before it, whatever its
        dates and even where that one was withdrawn. They go by `entry_code` and tell every byte that differs, also
        what reads the same; an entry that goes on under another code is
        `removed` there and `added` here (the diff of two versions tells the pair). To keep a copy: start from
        nothing, or from any version you hold (`from`); for every delta put its `entry` in place, or take the entry
        out where it was `removed`; after an item that is `complete` your copy has the checksum of its `version`.

        The checksum, to be computed by you: for each entry SHA-256 over its canonical JSON (RFC 8785: keys sorted, no
        spaces, UTF-8) is its
        `row_hash`; sort the entries by `entry_code` in the order of code points; SHA-256 over the hashes, 32 bytes
        each, one behind the other, in hex. Where the version's `complete_for` is not empty, SHA-256 of the canonical
        JSON of `{"complete_for": [...]}` is one more hash, the last. In `entry` stands only what is given: prices as
        text with four decimals, quantities with three, days as ISO,
        `prior_auth` only where true.

        Nothing is ever told out of order or behind your cursor, so polling with the last `cursor` misses nothing.

        Scope: `catalog:read`

        `from_`: instead of `since`: the label of a published version you hold
        `page_size`: at most so many deltas, 1 to 500 (50)
        `since`: the `cursor` of the last answer; left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/changes/",
            path={"code": code},
            query={"from": from_, "page_size": page_size, "since": since},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.FeedOutput", await self._json(asked))

    def iter_catalog_changes(
        self,
        code: str,
        *,
        from_: str | None = None,
        page_size: int | None = None,
        since: str | None = None,
    ) -> AsyncIterator[t.FeedItem]:
        """Go through all pages, one item after the other.

        Every publication and withdrawal in the order in which they became known, with what each changes.

        Publications form a chain: the deltas of each are against `base`, the publication before it, whatever its
        dates and even where that one was withdrawn. They go by `entry_code` and tell every byte that differs, also
        what reads the same; an entry that goes on under another code is
        `removed` there and `added` here (the diff of two versions tells the pair). To keep a copy: start from
        nothing, or from any version you hold (`from`); for every delta put its `entry` in place, or take the entry
        out where it was `removed`; after an item that is `complete` your copy has the checksum of its `version`.

        The checksum, to be computed by you: for each entry SHA-256 over its canonical JSON (RFC 8785: keys sorted, no
        spaces, UTF-8) is its
        `row_hash`; sort the entries by `entry_code` in the order of code points; SHA-256 over the hashes, 32 bytes
        each, one behind the other, in hex. Where the version's `complete_for` is not empty, SHA-256 of the canonical
        JSON of `{"complete_for": [...]}` is one more hash, the last. In `entry` stands only what is given: prices as
        text with four decimals, quantities with three, days as ISO,
        `prior_auth` only where true.

        Nothing is ever told out of order or behind your cursor, so polling with the last `cursor` misses nothing.

        Scope: `catalog:read`

        `from_`: instead of `since`: the label of a published version you hold
        `page_size`: at most so many deltas, 1 to 500 (50)
        `since`: the `cursor` of the last answer; left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/changes/",
            path={"code": code},
            query={"from": from_, "page_size": page_size, "since": since},
        )
        return self._pages(asked)

    async def list_catalogs(
        self,
        *,
        cursor: str | None = None,
        kind: t.CatalogKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        series: str | None = None,
    ) -> t.PaginatedCatalogOutputList:
        """Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/",
            query={"cursor": cursor, "kind": kind, "page": page, "page_size": page_size, "series": series},
        )
        return cast("t.PaginatedCatalogOutputList", await self._json(asked))

    def iter_catalogs(
        self,
        *,
        cursor: str | None = None,
        kind: t.CatalogKind | None = None,
        page_size: int | None = None,
        series: str | None = None,
    ) -> AsyncIterator[t.CatalogOutput]:
        """Go through all pages, one item after the other.

        Catalogs 目录: named lists kept in versions.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/",
            query={"cursor": cursor, "kind": kind, "page_size": page_size, "series": series},
        )
        return self._pages(asked)

    async def list_changes(
        self,
        *,
        deltas: bool | None = None,
        page_size: int | None = None,
        since: str | None = None,
        if_none_match: str | None = None,
    ) -> t.AllFeedOutput:
        """Every publication and withdrawal of every list you see, in the order in which they became known.

        The items are those of each catalog's own feed (`GET /catalogs/{code}/changes/`, where it is told how a copy
        is kept by them), of all the shared lists and of your own; the deltas of one item are all of one catalog, and
        what stands between two items of a catalog changes nothing in it. With `deltas=false` there are none: read
        them from the catalog's own feed, or its entries.

        Instants are declared in the order in which they are committed, no two are alike, and an answer tells all
        there is before its `cursor`. So polling with the last `cursor` misses nothing and repeats nothing, also while
        others publish, now or in ten years.

        Scope: `catalog:read`

        `deltas`: false: what happened alone, without what it changes (true)
        `page_size`: at most so many deltas, or items without, 1 to 500 (50)
        `since`: the `cursor` of the last answer, or an instant (2026-03-14T08:00:00Z); left out: from the beginning
        """
        asked = Asked(
            "GET",
            "/api/v1/changes/",
            query={"deltas": deltas, "page_size": page_size, "since": since},
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.AllFeedOutput", await self._json(asked))

    def iter_changes(
        self,
        *,
        deltas: bool | None = None,
        page_size: int | None = None,
        since: str | None = None,
    ) -> AsyncIterator[t.FeedItem]:
        """Go through all pages, one item after the other.

        Every publication and withdrawal of every list you see, in the order in which they became known.

        The items are those of each catalog's own feed (`GET /catalogs/{code}/changes/`, where it is told how a copy
        is kept by them), of all the shared lists and of your own; the deltas of one item are all of one catalog, and
        what stands between two items of a catalog changes nothing in it. With `deltas=false` there are none: read
        them from the catalog's own feed, or its entries.

        Instants are declared in the order in which they are committed, no two are alike, and an answer tells all
        there is before its `cursor`. So polling with the last `cursor` misses nothing and repeats nothing, also while
        others publish, now or in ten years.

        Scope: `catalog:read`

        `deltas`: false: what happened alone, without what it changes (true)
        `page_size`: at most so many deltas, or items without, 1 to 500 (50)
        `since`: the `cursor` of the last answer, or an instant (2026-03-14T08:00:00Z); left out: from the beginning
        """
        asked = Asked("GET", "/api/v1/changes/", query={"deltas": deltas, "page_size": page_size, "since": since})
        return self._pages(asked)

    async def list_checks(
        self,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        outcome: t.Outcome | None = None,
        page: int | None = None,
        page_size: int | None = None,
        product: str | None = None,
        service_date: t.DayGiven | None = None,
        service_date_after: t.DayGiven | None = None,
        service_date_before: t.DayGiven | None = None,
    ) -> t.PaginatedCheckListOutputList:
        """Claim checks 理赔审核: is each line eligible, why, and for how much.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `date`: the same as `service_date`
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `service_date_after`: this day or later
        `service_date_before`: this day or earlier
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/",
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "date": date,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "outcome": outcome,
                "page": page,
                "page_size": page_size,
                "product": product,
                "service_date": service_date,
                "service_date_after": service_date_after,
                "service_date_before": service_date_before,
            },
        )
        return cast("t.PaginatedCheckListOutputList", await self._json(asked))

    def iter_checks(
        self,
        *,
        claim_no: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        decided_at: t.DayGiven | t.InstantGiven | None = None,
        decided_at_after: t.DayGiven | t.InstantGiven | None = None,
        decided_at_before: t.DayGiven | t.InstantGiven | None = None,
        member_ref: str | None = None,
        outcome: t.Outcome | None = None,
        page_size: int | None = None,
        product: str | None = None,
        service_date: t.DayGiven | None = None,
        service_date_after: t.DayGiven | None = None,
        service_date_before: t.DayGiven | None = None,
    ) -> AsyncIterator[t.CheckListOutput]:
        """Go through all pages, one item after the other.

        Claim checks 理赔审核: is each line eligible, why, and for how much.

        Scope: `claims:check`

        `cursor`: from `next` or `previous` of another page
        `date`: the same as `service_date`
        `page_size`: rows a page, 50 unless told
        `service_date_after`: this day or later
        `service_date_before`: this day or earlier
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/checks/",
            query={
                "claim_no": claim_no,
                "cursor": cursor,
                "date": date,
                "decided_at": decided_at,
                "decided_at_after": decided_at_after,
                "decided_at_before": decided_at_before,
                "member_ref": member_ref,
                "outcome": outcome,
                "page_size": page_size,
                "product": product,
                "service_date": service_date,
                "service_date_after": service_date_after,
                "service_date_before": service_date_before,
            },
        )
        return self._pages(asked)

    async def list_coding_queue(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        label: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedCodingWaitingOutputList:
        """The texts of drafts that are not coded, the most frequent first.

        Scope: `catalog:read`

        `catalog`: of this catalog's drafts alone
        `cursor`: from `next` or `previous` of another page
        `label`: of this version of the catalog, draft or not
        """
        asked = Asked(
            "GET",
            "/api/v1/coding/queue/",
            query={"catalog": catalog, "cursor": cursor, "label": label, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedCodingWaitingOutputList", await self._json(asked))

    def iter_coding_queue(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        label: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.CodingWaitingOutput]:
        """Go through all pages, one item after the other.

        The texts of drafts that are not coded, the most frequent first.

        Scope: `catalog:read`

        `catalog`: of this catalog's drafts alone
        `cursor`: from `next` or `previous` of another page
        `label`: of this version of the catalog, draft or not
        """
        asked = Asked(
            "GET",
            "/api/v1/coding/queue/",
            query={"catalog": catalog, "cursor": cursor, "label": label, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_collections(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedCollectionSummaryOutputList:
        """Collections, the latest first.

        Scope: `catalog:write` or `catalog:publish`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/collections/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedCollectionSummaryOutputList", await self._json(asked))

    def iter_collections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.CollectionSummaryOutput]:
        """Go through all pages, one item after the other.

        Collections, the latest first.

        Scope: `catalog:write` or `catalog:publish`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/collections/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def list_comments(
        self,
        code: str,
        label: str,
        *,
        answered: bool | None = None,
        cursor: str | None = None,
        entry_code: str | None = None,
        insurer: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        stance: t.Stance | None = None,
    ) -> t.PaginatedCommentOutputList:
        """The comments you may see, the oldest first; those of one file by entry code.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `insurer`: an insurer's code
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            query={
                "answered": answered,
                "cursor": cursor,
                "entry_code": entry_code,
                "insurer": insurer,
                "page": page,
                "page_size": page_size,
                "stance": stance,
            },
        )
        return cast("t.PaginatedCommentOutputList", await self._json(asked))

    def iter_comments(
        self,
        code: str,
        label: str,
        *,
        answered: bool | None = None,
        cursor: str | None = None,
        entry_code: str | None = None,
        insurer: str | None = None,
        page_size: int | None = None,
        stance: t.Stance | None = None,
    ) -> AsyncIterator[t.CommentOutput]:
        """Go through all pages, one item after the other.

        The comments you may see, the oldest first; those of one file by entry code.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `insurer`: an insurer's code
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/comments/",
            path={"code": code, "label": label},
            query={
                "answered": answered,
                "cursor": cursor,
                "entry_code": entry_code,
                "insurer": insurer,
                "page_size": page_size,
                "stance": stance,
            },
        )
        return self._pages(asked)

    async def list_corrections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
        settled: bool | None = None,
        since: t.InstantGiven | None = None,
    ) -> t.CorrectionsOutput:
        """List them, the newest first, page by page; what a publication, a withdrawal or the drug master cannot have
        touched is not looked at.

        A page decides `page_size` checks again and gives those whose outcome, payable, reasons or benefit differ: it
        may be empty with a `next`. The claims of batches are not among them: an impact run tries these.

        Scope: `claims:check`

        `cursor`: from `next` of another page
        `page_size`: checks decided again a page: 1 to 500, 50 unless told
        `settled`: only those that are settled, or are not
        `since`: only for what changed at this instant, or on this day, or later
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/corrections/",
            query={"cursor": cursor, "page_size": page_size, "settled": settled, "since": since},
        )
        return cast("t.CorrectionsOutput", await self._json(asked))

    def iter_corrections(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
        settled: bool | None = None,
        since: t.InstantGiven | None = None,
    ) -> AsyncIterator[t.CorrectionOutput]:
        """Go through all pages, one item after the other.

        List them, the newest first, page by page; what a publication, a withdrawal or the drug master cannot have
        touched is not looked at.

        A page decides `page_size` checks again and gives those whose outcome, payable, reasons or benefit differ: it
        may be empty with a `next`. The claims of batches are not among them: an impact run tries these.

        Scope: `claims:check`

        `cursor`: from `next` of another page
        `page_size`: checks decided again a page: 1 to 500, 50 unless told
        `settled`: only those that are settled, or are not
        `since`: only for what changed at this instant, or on this day, or later
        """
        asked = Asked(
            "GET",
            "/api/v1/claims/corrections/",
            query={"cursor": cursor, "page_size": page_size, "settled": settled, "since": since},
        )
        return self._pages(asked)

    async def list_deeds(
        self,
        *,
        cursor: str | None = None,
        deed: t.DeedCode | None = None,
        kind: str | None = None,
        object: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.InstantGiven | None = None,
        until: t.InstantGiven | None = None,
        via: t.Via | None = None,
        who: str | None = None,
    ) -> t.PaginatedDeedOutputList:
        """The log, the latest first.

        Scope: `audit:read`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/audit/",
            query={
                "cursor": cursor,
                "deed": deed,
                "kind": kind,
                "object": object,
                "page": page,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "until": until,
                "via": via,
                "who": who,
            },
        )
        return cast("t.PaginatedDeedOutputList", await self._json(asked))

    def iter_deeds(
        self,
        *,
        cursor: str | None = None,
        deed: t.DeedCode | None = None,
        kind: str | None = None,
        object: str | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.InstantGiven | None = None,
        until: t.InstantGiven | None = None,
        via: t.Via | None = None,
        who: str | None = None,
    ) -> AsyncIterator[t.DeedOutput]:
        """Go through all pages, one item after the other.

        The log, the latest first.

        Scope: `audit:read`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/audit/",
            query={
                "cursor": cursor,
                "deed": deed,
                "kind": kind,
                "object": object,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "until": until,
                "via": via,
                "who": who,
            },
        )
        return self._pages(asked)

    async def list_deliveries(
        self,
        id: str,
        *,
        cursor: str | None = None,
        event: t.DeliveryEvent | None = None,
        page: int | None = None,
        page_size: int | None = None,
        state: t.DeliveryState | None = None,
    ) -> t.PaginatedDeliveryOutputList:
        """The log, the latest first.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            path={"id": id},
            query={"cursor": cursor, "event": event, "page": page, "page_size": page_size, "state": state},
        )
        return cast("t.PaginatedDeliveryOutputList", await self._json(asked))

    def iter_deliveries(
        self,
        id: str,
        *,
        cursor: str | None = None,
        event: t.DeliveryEvent | None = None,
        page_size: int | None = None,
        state: t.DeliveryState | None = None,
    ) -> AsyncIterator[t.DeliveryOutput]:
        """Go through all pages, one item after the other.

        The log, the latest first.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            path={"id": id},
            query={"cursor": cursor, "event": event, "page_size": page_size, "state": state},
        )
        return self._pages(asked)

    async def list_drugs(
        self,
        *,
        approval: t.Approval | None = None,
        catalog: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None = None,
        regulator: t.Regulator | None = None,
    ) -> t.PaginatedDrugOutputList:
        """Drugs that a catalog you may see, or the drug master, names.

        `mark`, `regulator`, `approval` and `catalog` ask the versions in force on `date` (today in China) as known at
        `known_at`.

        Scope: `catalog:read`

        `approval`: where they are approved, as a list in force on `date` or the drug master says
        `catalog`: drugs that the version of this list in force on `date` names
        `cursor`: from `next` or `previous` of another page
        `mark`: drugs that a list in force on `date` marks so
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `regulator`: drugs that this regulator has approved
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/",
            query={
                "approval": approval,
                "catalog": catalog,
                "cursor": cursor,
                "date": date,
                "known_at": known_at,
                "mark": mark,
                "page": page,
                "page_size": page_size,
                "q": q,
                "regulator": regulator,
            },
        )
        return cast("t.PaginatedDrugOutputList", await self._json(asked))

    def iter_drugs(
        self,
        *,
        approval: t.Approval | None = None,
        catalog: str | None = None,
        cursor: str | None = None,
        date: t.DayGiven | None = None,
        known_at: t.InstantGiven | None = None,
        mark: t.Mark | None = None,
        page_size: int | None = None,
        q: str | None = None,
        regulator: t.Regulator | None = None,
    ) -> AsyncIterator[t.DrugOutput]:
        """Go through all pages, one item after the other.

        Drugs that a catalog you may see, or the drug master, names.

        `mark`, `regulator`, `approval` and `catalog` ask the versions in force on `date` (today in China) as known at
        `known_at`.

        Scope: `catalog:read`

        `approval`: where they are approved, as a list in force on `date` or the drug master says
        `catalog`: drugs that the version of this list in force on `date` names
        `cursor`: from `next` or `previous` of another page
        `mark`: drugs that a list in force on `date` marks so
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, alias, brand or maker, of pinyin or initials, or the start of a code
        `regulator`: drugs that this regulator has approved
        """
        asked = Asked(
            "GET",
            "/api/v1/drugs/",
            query={
                "approval": approval,
                "catalog": catalog,
                "cursor": cursor,
                "date": date,
                "known_at": known_at,
                "mark": mark,
                "page_size": page_size,
                "q": q,
                "regulator": regulator,
            },
        )
        return self._pages(asked)

    async def list_entries(
        self,
        code: str,
        label: str,
        *,
        class_code: str | None = None,
        cursor: str | None = None,
        fields: Sequence[t.EntryColumn] | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        manufacturer: str | None = None,
        mark: str | None = None,
        min_institution_level: int | None = None,
        ordering: Sequence[t.EntryOrder] | None = None,
        page: int | None = None,
        page_size: int | None = None,
        prior_auth: bool | None = None,
        q: str | None = None,
        rare_disease: bool | None = None,
        regulator: str | None = None,
        reimbursement_class: str | None = None,
        if_none_match: str | None = None,
    ) -> t.PaginatedEntryOutputList:
        """Entries 条目 of a version, and of a draft one by one.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `fields`: columns to give, separated by commas; entry_code always is
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: 1 to 3: entries that may be used in an institution of this level: they ask for none, for
        this one or a lower one
        `min_institution_level`: 1 to 3: entries that ask for at least just this level
        `ordering`: 排序
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, brand or maker, of pinyin or initials, or the start of a code; best first
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            query={
                "class_code": class_code,
                "cursor": cursor,
                "fields": None if fields is None else ",".join(fields),
                "icd10": icd10,
                "institution_level": institution_level,
                "manufacturer": manufacturer,
                "mark": mark,
                "min_institution_level": min_institution_level,
                "ordering": None if ordering is None else ",".join(ordering),
                "page": page,
                "page_size": page_size,
                "prior_auth": prior_auth,
                "q": q,
                "rare_disease": rare_disease,
                "regulator": regulator,
                "reimbursement_class": reimbursement_class,
            },
            headers={"If-None-Match": if_none_match},
        )
        return cast("t.PaginatedEntryOutputList", await self._json(asked))

    def iter_entries(
        self,
        code: str,
        label: str,
        *,
        class_code: str | None = None,
        cursor: str | None = None,
        fields: Sequence[t.EntryColumn] | None = None,
        icd10: str | None = None,
        institution_level: int | None = None,
        manufacturer: str | None = None,
        mark: str | None = None,
        min_institution_level: int | None = None,
        ordering: Sequence[t.EntryOrder] | None = None,
        page_size: int | None = None,
        prior_auth: bool | None = None,
        q: str | None = None,
        rare_disease: bool | None = None,
        regulator: str | None = None,
        reimbursement_class: str | None = None,
    ) -> AsyncIterator[t.EntryOutput]:
        """Go through all pages, one item after the other.

        Entries 条目 of a version, and of a draft one by one.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `fields`: columns to give, separated by commas; entry_code always is
        `icd10`: a diagnosis, as C34.1: entries it falls under
        `institution_level`: 1 to 3: entries that may be used in an institution of this level: they ask for none, for
        this one or a lower one
        `min_institution_level`: 1 to 3: entries that ask for at least just this level
        `ordering`: 排序
        `page_size`: rows a page, 50 unless told
        `q`: a part of a name, brand or maker, of pinyin or initials, or the start of a code; best first
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/entries/",
            path={"code": code, "label": label},
            query={
                "class_code": class_code,
                "cursor": cursor,
                "fields": None if fields is None else ",".join(fields),
                "icd10": icd10,
                "institution_level": institution_level,
                "manufacturer": manufacturer,
                "mark": mark,
                "min_institution_level": min_institution_level,
                "ordering": None if ordering is None else ",".join(ordering),
                "page_size": page_size,
                "prior_auth": prior_auth,
                "q": q,
                "rare_disease": rare_disease,
                "regulator": regulator,
                "reimbursement_class": reimbursement_class,
            },
        )
        return self._pages(asked)

    async def list_error_codes(self) -> list[t.ErrorCodeOutput]:
        """List every code that an error can carry, with what it means and what to do about it."""
        asked = Asked("GET", "/api/v1/error-codes/")
        return cast("list[t.ErrorCodeOutput]", await self._json(asked))

    async def list_findings(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        kind: t.FindingKind | None = None,
        page: int | None = None,
        page_size: int | None = None,
        state: t.FindingState | None = None,
    ) -> t.PaginatedFindingOutputList:
        """The findings you may see, those that opened last first.

        Scope: `catalog:read`

        `catalog`: a list's code
        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/findings/",
            query={
                "catalog": catalog,
                "cursor": cursor,
                "kind": kind,
                "page": page,
                "page_size": page_size,
                "state": state,
            },
        )
        return cast("t.PaginatedFindingOutputList", await self._json(asked))

    def iter_findings(
        self,
        *,
        catalog: str | None = None,
        cursor: str | None = None,
        kind: t.FindingKind | None = None,
        page_size: int | None = None,
        state: t.FindingState | None = None,
    ) -> AsyncIterator[t.FindingOutput]:
        """Go through all pages, one item after the other.

        The findings you may see, those that opened last first.

        Scope: `catalog:read`

        `catalog`: a list's code
        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/findings/",
            query={"catalog": catalog, "cursor": cursor, "kind": kind, "page_size": page_size, "state": state},
        )
        return self._pages(asked)

    async def list_golden_cases(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedGoldenCaseListOutputList:
        """Your cases, by name.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/golden-cases/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedGoldenCaseListOutputList", await self._json(asked))

    def iter_golden_cases(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.GoldenCaseListOutput]:
        """Go through all pages, one item after the other.

        Your cases, by name.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/golden-cases/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def list_imports(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedImportOutputList:
        """Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/imports/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedImportOutputList", await self._json(asked))

    def iter_imports(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.ImportOutput]:
        """Go through all pages, one item after the other.

        Imports 导入: a file on its way to a draft, or into the drug master.

        Scope: `catalog:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/imports/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def list_keys(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedKeyOutputList:
        """Keys of the key's own insurer: for rotation without asking anybody.

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/keys/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedKeyOutputList", await self._json(asked))

    def iter_keys(self, *, cursor: str | None = None, page_size: int | None = None) -> AsyncIterator[t.KeyOutput]:
        """Go through all pages, one item after the other.

        Keys of the key's own insurer: for rotation without asking anybody.

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/keys/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def list_log_entries(self, *, from_: int | None = None, to: int | None = None) -> t.LogEntriesOutput:
        """Leaves in order.

        `from_`: the first leaf (0)
        `to`: the last leaf, inclusive; at most 500 are answered
        """
        asked = Asked("GET", "/api/v1/log/entries/", query={"from": from_, "to": to})
        return cast("t.LogEntriesOutput", await self._json(asked))

    async def list_product_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedProductVersionOutputList:
        """Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedProductVersionOutputList", await self._json(asked))

    def iter_product_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.ProductVersionOutput]:
        """Go through all pages, one item after the other.

        Versions of a product: drafts until published, then immutable.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/products/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_products(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedProductOutputList:
        """Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/products/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedProductOutputList", await self._json(asked))

    def iter_products(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.ProductOutput]:
        """Go through all pages, one item after the other.

        Insurance products 保险产品 of the key's insurer.

        Scope: `coverage:read` or `products:write`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/products/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def list_reason_codes(self) -> list[t.ReasonCodeOutput]:
        """Every reason and note that an answer can carry."""
        asked = Asked("GET", "/api/v1/reason-codes/")
        return cast("list[t.ReasonCodeOutput]", await self._json(asked))

    async def list_requests(
        self,
        *,
        cursor: str | None = None,
        key: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.DayGiven | None = None,
        status: str | None = None,
        until: t.DayGiven | None = None,
    ) -> t.PaginatedRequestOutputList:
        """What was asked with the insurer's keys, the latest first; there a second or two after it was answered, for
        REQUEST_LOG_DAYS (30) days.

        `since` and `until` are days in China, inclusive. No address, parameter or body is kept.

        `cursor`: from `next` or `previous` of another page
        `page`: from 1
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/requests/",
            query={
                "cursor": cursor,
                "key": key,
                "page": page,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "status": status,
                "until": until,
            },
        )
        return cast("t.PaginatedRequestOutputList", await self._json(asked))

    def iter_requests(
        self,
        *,
        cursor: str | None = None,
        key: str | None = None,
        page_size: int | None = None,
        request_id: str | None = None,
        since: t.DayGiven | None = None,
        status: str | None = None,
        until: t.DayGiven | None = None,
    ) -> AsyncIterator[t.RequestOutput]:
        """Go through all pages, one item after the other.

        What was asked with the insurer's keys, the latest first; there a second or two after it was answered, for
        REQUEST_LOG_DAYS (30) days.

        `since` and `until` are days in China, inclusive. No address, parameter or body is kept.

        `cursor`: from `next` or `previous` of another page
        `page_size`: rows a page, 50 unless told
        """
        asked = Asked(
            "GET",
            "/api/v1/requests/",
            query={
                "cursor": cursor,
                "key": key,
                "page_size": page_size,
                "request_id": request_id,
                "since": since,
                "status": status,
                "until": until,
            },
        )
        return self._pages(asked)

    async def list_version_edits(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        entry_code: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedEditOutputList:
        """The edits of a version's entries, the latest first; they are the office's own, or the owner's.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `entry_code`: of this entry alone
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/edits/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "entry_code": entry_code, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedEditOutputList", await self._json(asked))

    def iter_version_edits(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        entry_code: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.EditOutput]:
        """Go through all pages, one item after the other.

        The edits of a version's entries, the latest first; they are the office's own, or the owner's.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        `entry_code`: of this entry alone
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/edits/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "entry_code": entry_code, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_version_golden_cases(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedTriedOutputList:
        """How each case that consults this catalog comes out, as if the version were in force and known now.

        The office sees all, of an insurer's the answers alone; an insurer its own, and of its own lists the office's
        too.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/golden-cases/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedTriedOutputList", await self._json(asked))

    def iter_version_golden_cases(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.TriedOutput]:
        """Go through all pages, one item after the other.

        How each case that consults this catalog comes out, as if the version were in force and known now.

        The office sees all, of an insurer's the answers alone; an insurer its own, and of its own lists the office's
        too.

        Scope: `catalog:read` or `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/golden-cases/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_version_impacts(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedImpactListOutputList:
        """Runs of this version, the latest first.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedImpactListOutputList", await self._json(asked))

    def iter_version_impacts(
        self,
        code: str,
        label: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.ImpactListOutput]:
        """Go through all pages, one item after the other.

        Runs of this version, the latest first.

        Scope: `catalog:write` or `catalog:publish` or `claims:check`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedVersionOutputList:
        """Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page": page, "page_size": page_size},
        )
        return cast("t.PaginatedVersionOutputList", await self._json(asked))

    def iter_versions(
        self,
        code: str,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.VersionOutput]:
        """Go through all pages, one item after the other.

        Versions 版本 of a catalog: drafts that a second person publishes, then immutable.

        Scope: `catalog:read`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked(
            "GET",
            "/api/v1/catalogs/{code}/versions/",
            path={"code": code},
            query={"cursor": cursor, "page_size": page_size},
        )
        return self._pages(asked)

    async def list_webhooks(
        self,
        *,
        cursor: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> t.PaginatedWebhookOutputList:
        """Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/webhooks/", query={"cursor": cursor, "page": page, "page_size": page_size})
        return cast("t.PaginatedWebhookOutputList", await self._json(asked))

    def iter_webhooks(
        self,
        *,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[t.WebhookOutput]:
        """Go through all pages, one item after the other.

        Endpoints of the key's insurer, told of what happens as [Standard Webhooks](https://www.standardwebhooks.com).

        A message is `{"type", "timestamp", "data"}`, sent by POST with `webhook-id`, `webhook-timestamp` and
        `webhook-signature`. Answer 2xx within five seconds; anything else is tried again ten times over three days,
        and 410 ends the endpoint. Messages may come twice or out of order: `webhook-id` tells them apart, and what is
        true now is to be asked here.

        The `data` of every event about a list has `catalog`, `version` (its label) and `url`. `catalog.published`
        adds what it changes (`follows`,
        `change_counts`, `diff`), `catalog.withdrawn` its `reason`, `consultation.opened` its last day
        (`comments_until`), `consultation.closed` where the
        `summary` is; each of these has `name`, `kind` and the days, and the instant at which it happened.
        `comment.answered` goes to the insurer whose comment it is and to nobody else: `comment` (its id),
        `entry_code`, `stance`, `disposition`, `text`, `answered_at`.
        `finding.opened` goes to an insurer about whose product or own list it is, or whose product refers to the
        list: `finding` (its id), `kind`,
        `drug`, `catalogs` (each with its `version`), `entry_count`, `days`, `products` (their codes), `opened_at`,
        `url`.
        `prior_authorisation.opened` (a person has to decide), `.papers` (papers are awaited) and `.decided` say `no`,
        `product`, `state`, `urgent`,
        `valid_from`, `valid_to`, `due_at`, the names of the `papers` that are awaited, and `at`: nothing of the
        person.

        Scope: `coverage:read` or `webhooks:manage`

        `cursor`: from `next` or `previous` of another page
        """
        asked = Asked("GET", "/api/v1/webhooks/", query={"cursor": cursor, "page_size": page_size})
        return self._pages(asked)

    async def merge_base_into_version(
        self,
        code: str,
        label: str,
        body: t.MergeInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Take over what has changed in the edition that the draft follows; 409 `conflicts` until each is resolved.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/merge-base/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def merge_import(self, id: str, *, idempotency_key: str | None = None) -> t.ImportOutput:
        """Merge a staged drug master file: never by whoever uploaded or mended it (409 same_person). Known once the
        import is ready.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/imports/{id}/merge/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.ImportOutput", await self._json(asked))

    async def note_authorisation_papers(
        self,
        no: str,
        body: t.PapersInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for papers, or note those that came, by their names: the clock stands still while any is awaited.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/papers/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", await self._json(asked))

    async def preview_draft_by_frequency(
        self,
        code: str,
        body: t.PreviewInputRequest,
        *,
        idempotency_key: str | None = None,
    ) -> t.PreviewOutput:
        """What the draft would hold, and what it would leave; nothing is written.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/draft-by-frequency/preview/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.PreviewOutput", await self._json(asked))

    async def publish_collection(
        self,
        id: str,
        body: t.PublishListsInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.CollectionOutput:
        """Publish every draft of the collection that is without problems, each as by itself, in the background; never by
        whoever uploaded it.

        What a single publication would refuse (an editor of that draft, a mass change, another base than at import,
        incomplete counts) is refused for that list alone and stands in its `not_published`.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/{id}/publish/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.CollectionOutput", await self._json(asked))

    async def publish_product_version(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """Bring a draft into force; it never changes afterwards.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/publish/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def publish_version(
        self,
        code: str,
        label: str,
        body: t.PublishInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Publish a draft or a version in review: never by an editor of it.

        409 `golden_cases`, with a member of that name, where agreed answers would change: until each is acknowledged
        with a reason.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/publish/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def refresh_sandbox(self, *, idempotency_key: str | None = None) -> t.SandboxCopiesOutput:
        """Copy what the sandbox lacks of the insurer's published product versions, in force or to come; what is there
        stays as it is.
        """
        asked = Asked("POST", "/api/v1/sandbox/refresh/", headers={"Idempotency-Key": idempotency_key})
        return cast("t.SandboxCopiesOutput", await self._json(asked))

    async def renew_authorisation(
        self,
        no: str,
        body: t.RenewalInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.AuthorisationOutput:
        """Ask for the time after it, from 30 days before its last day on: an authorisation of its own, judged at once.

        The body says what is otherwise than it was asked; nothing is where it is empty.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/prior-authorisations/{no}/renew/",
            path={"no": no},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.AuthorisationOutput", await self._json(asked))

    async def replace_product_version(
        self,
        code: str,
        label: str,
        body: t.TermsInput,
        *,
        if_match: str | None = None,
    ) -> t.ProductVersionOutput:
        """Replace a draft's terms; with another label it is at another address, named in `Content-Location`.

        Scope: `products:write`
        """
        asked = Asked(
            "PUT",
            "/api/v1/products/{code}/versions/{label}/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match},
            body=body,
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def replay_batch_claim(
        self,
        id: str,
        seq: str,
        body: t.ReplayInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ReplayOutput:
        """The decision again, after the member's earlier claims of the batch: as it was known then, or as known at
        another instant.

        As it was known then it has the recorded digest. 409 `nothing_decided` for an invalid claim.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/batches/{id}/claims/{seq}/replay/",
            path={"id": id, "seq": seq},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ReplayOutput", await self._json(asked))

    async def replay_check(
        self,
        id: str,
        body: t.ReplayInput | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ReplayOutput:
        """The decision again: as it was known then, or as known at another instant (`now` for the present), with what
        differs.

        A decision recorded under earlier rules keeps its digest and says by which it was decided; it is decided again
        by those of today, so
        `same` is false, `causes` names both rules versions, and `differences` what they change. `decision` is null
        where today's rules refuse the request.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/{id}/replay/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ReplayOutput", await self._json(asked))

    async def replay_delivery(
        self,
        id: str,
        delivery: str,
        *,
        idempotency_key: str | None = None,
    ) -> t.DeliveryOutput:
        """Send a message that has ended once more: the same bytes, the same `webhook-id`.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/deliveries/{delivery}/replay/",
            path={"id": id, "delivery": delivery},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.DeliveryOutput", await self._json(asked))

    async def request_review_of_version(
        self,
        code: str,
        label: str,
        body: t.ReviewInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Hand a draft to the reviewers 提交复核.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/request-review/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def resolve_drugs(
        self,
        body: Sequence[t.IdentityInput],
        *,
        idempotency_key: str | None = None,
    ) -> t.ResolutionsOutput:
        """Tell how each line identity is recognised: by its code, its approval number, its name or its brand; at most
        500.

        Scope: `catalog:read`
        """
        asked = Asked("POST", "/api/v1/drugs/resolve/", headers={"Idempotency-Key": idempotency_key}, body=body)
        return cast("t.ResolutionsOutput", await self._json(asked))

    async def revert_version(
        self,
        code: str,
        label: str,
        body: t.RevertInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a draft equal to the edition before this published one (same checksum); a second person publishes it.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/revert/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def revoke_key(
        self,
        prefix: str,
        body: t.RevokeInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.KeyOutput:
        """End a key at once. A key may end itself; ending one twice is the same as once."""
        asked = Asked(
            "POST",
            "/api/v1/keys/{prefix}/revoke/",
            path={"prefix": prefix},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.KeyOutput", await self._json(asked))

    async def rotate_webhook_secret(
        self,
        id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.WebhookOutput:
        """Give the endpoint a new secret, shown in this answer alone; for 24 hours messages are signed with the earlier
        one too.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/rotate-secret/",
            path={"id": id},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.WebhookOutput", await self._json(asked))

    async def send_back_version(
        self,
        code: str,
        label: str,
        body: t.SendBackInputRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Make a version in review or in consultation a draft again 退回.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/send-back/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def settle_check(self, id: str, *, idempotency_key: str | None = None) -> t.SettledOutput:
        """Mark a check as settled, for good: corrections tell it apart, and its record stays as it is. Twice is once.

        Scope: `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/claims/checks/{id}/settle/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.SettledOutput", await self._json(asked))

    async def submit_version(
        self,
        code: str,
        label: str,
        body: t.SubmitInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Open a draft for consultation 征求意见.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/submit/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))

    async def take_collection_facts(self, id: str, *, idempotency_key: str | None = None) -> t.CollectionOutput:
        """Change the catalogs that were there already to the facts that the cover says, where they differ.

        Scope: `catalog:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/collections/{id}/facts/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.CollectionOutput", await self._json(asked))

    async def test_webhook(self, id: str, *, idempotency_key: str | None = None) -> t.DeliveryOutput:
        """Send a `webhook.test` message within seconds; what came of it is in the log.

        Scope: `coverage:read` or `webhooks:manage`
        """
        asked = Asked(
            "POST",
            "/api/v1/webhooks/{id}/test/",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return cast("t.DeliveryOutput", await self._json(asked))

    async def try_version(
        self,
        code: str,
        label: str,
        body: t.ImpactInputRequest | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> t.ImpactOutput:
        """Try the version, as if published and known now, on recorded checks and batch claims: 202 and a Location to
        watch.

        The office gets sums over all insurers; an insurer its own, with the lines that differ.

        Scope: `catalog:write` or `claims:check`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/impact/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ImpactOutput", await self._json(asked))

    async def upload_comments(
        self,
        code: str,
        label: str,
        *,
        file: Upload,
        idempotency_key: str | None = None,
    ) -> t.CommentsFileOutput:
        """Make a comment of every row of a file, read in a process of its own while you wait: 201, or 200 where you had
        said all of it already. With one error nothing is kept, and the 400 says all that is to be mended, by row and
        column.

        Scope: `catalog:read`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/comments/upload/",
            path={"code": code, "label": label},
            headers={"Idempotency-Key": idempotency_key},
            form={"file": file},
        )
        return cast("t.CommentsFileOutput", await self._json(asked))

    async def validate_product_version(
        self,
        code: str,
        body: t.TermsInput,
        *,
        idempotency_key: str | None = None,
    ) -> t.ValidTermsOutput:
        """Say what is wrong with terms, or how they read with every default filled in; nothing is kept.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/validate/",
            path={"code": code},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.ValidTermsOutput", await self._json(asked))

    async def verify_receipt(self, body: t.VerifyInputRequest) -> t.VerifyOutput:
        """Say whether a receipt is this service's and, with the claim beside it, whether that is the claim it was given
        for.
        """
        asked = Asked("POST", "/api/v1/receipts/verify/", body=body)
        return cast("t.VerifyOutput", await self._json(asked))

    async def withdraw_product_version(
        self,
        code: str,
        label: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ProductVersionOutput:
        """End a published version for new checks; earlier answers keep it.

        Scope: `products:write`
        """
        asked = Asked(
            "POST",
            "/api/v1/products/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        return cast("t.ProductVersionOutput", await self._json(asked))

    async def withdraw_version(
        self,
        code: str,
        label: str,
        body: t.WithdrawInputRequest | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.VersionOutput:
        """Ask, with a reason, for a published version's end (202); another reviewer's request carries it out (200).
        Earlier answers keep it.

        Scope: `catalog:publish`
        """
        asked = Asked(
            "POST",
            "/api/v1/catalogs/{code}/versions/{label}/withdraw/",
            path={"code": code, "label": label},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
            body=body,
        )
        return cast("t.VersionOutput", await self._json(asked))
