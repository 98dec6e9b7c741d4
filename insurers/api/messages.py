"""What webhooks are sent (Standard Webhooks), for the OpenAPI document: each event and the shape of its `data`."""

from collections.abc import Mapping
from typing import Any, Final

from common.api.shapes import DAY, INSTANT, Schema, component, or_null
from insurers.models import WEBHOOK_TEST, WebhookEvent

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ID: Schema = {"type": "string", "format": "uuid"}
_PATH: Schema = {"type": "string", "description": "a path of this service"}
_COUNT: Schema = {"type": "integer"}
_LIST: Final[Mapping[str, Schema]] = {
    "catalog": _TEXT,
    "owner": or_null(_TEXT),
    "name": _TEXT,
    "kind": {"$ref": "#/components/schemas/CatalogKind"},
    "version": _TEXT,
    "effective_from": DAY,
    "effective_to": or_null(DAY),
    "url": _PATH,
}
_AUTHORISATION: Final[Mapping[str, Schema]] = {
    "no": _TEXT,
    "product": _TEXT,
    "state": {"$ref": "#/components/schemas/AuthorisationState"},
    "urgent": {"type": "boolean"},
    "valid_from": or_null(DAY),
    "valid_to": or_null(DAY),
    "due_at": or_null(INSTANT),
    "papers": _TEXTS,
    "at": INSTANT,
}

# Event: (the name of the shape of its data, its fields, when it is sent).
EVENTS: Final[Mapping[str, tuple[str, Mapping[str, Schema], str]]] = {
    WebhookEvent.CATALOG_PUBLISHED: (
        "CatalogPublishedData",
        {
            **_LIST,
            "published_at": INSTANT,
            "checksum": _TEXT,
            "entry_count": _COUNT,
            "changes": _PATH,
            "follows": or_null(_TEXT),
            "change_counts": {"type": "object", "additionalProperties": _COUNT},
            "diff": or_null(_PATH),
        },
        "A version of a list that you may see was published.",
    ),
    WebhookEvent.CATALOG_WITHDRAWN: (
        "CatalogWithdrawnData",
        {**_LIST, "withdrawn_at": INSTANT, "reason": _TEXT},
        "A published version was withdrawn: it decides nothing new.",
    ),
    WebhookEvent.CONSULTATION_OPENED: (
        "ConsultationOpenedData",
        {**_LIST, "submitted_at": INSTANT, "comments_until": or_null(DAY)},
        "A draft may be commented on.",
    ),
    WebhookEvent.CONSULTATION_CLOSED: (
        "ConsultationClosedData",
        {**_LIST, "closed_at": INSTANT, "summary": _PATH},
        "A consultation is over.",
    ),
    WebhookEvent.COMMENT_ANSWERED: (
        "CommentAnsweredData",
        {
            "catalog": _TEXT,
            "owner": or_null(_TEXT),
            "version": _TEXT,
            "comment": _ID,
            "entry_code": _TEXT,
            "stance": {"$ref": "#/components/schemas/Stance"},
            "disposition": {"$ref": "#/components/schemas/CommentAnswer"},
            "text": _TEXT,
            "answered_at": INSTANT,
            "url": _PATH,
        },
        "A comment of yours was answered, or answered otherwise.",
    ),
    WebhookEvent.BATCH_FINISHED: (
        "BatchFinishedData",
        {
            "id": _ID,
            "product": _TEXT,
            "state": {"$ref": "#/components/schemas/WorkState"},
            "finished_at": INSTANT,
        },
        "A batch of claims is done, failed or cancelled.",
    ),
    WebhookEvent.FINDING_OPENED: (
        "FindingOpenedData",
        {
            "finding": _ID,
            "kind": {"$ref": "#/components/schemas/FindingKind"},
            "drug": or_null(_TEXT),
            "catalogs": {
                "type": "array",
                "items": component(
                    "FindingCatalog", {"catalog": _TEXT, "version": or_null(_TEXT)}, required=["catalog", "version"]
                ),
            },
            "entry_count": _COUNT,
            "days": or_null(_COUNT),
            "products": _TEXTS,
            "opened_at": INSTANT,
            "url": _PATH,
        },
        "Something was found about a list of yours, or one that a product of yours refers to.",
    ),
    "prior_authorisation.opened": (
        "AuthorisationOpenedData",
        _AUTHORISATION,
        "A person has to decide an authorisation.",
    ),
    "prior_authorisation.papers": ("AuthorisationPapersData", _AUTHORISATION, "Papers are awaited."),
    "prior_authorisation.decided": ("AuthorisationDecidedData", _AUTHORISATION, "An authorisation was decided."),
    WEBHOOK_TEST: ("WebhookTestData", {"webhook": _ID}, "You asked for a test."),
}

_HEADERS: Final = {
    "webhook-id": "tells messages apart: one that comes twice has the same",
    "webhook-timestamp": "seconds since 1970 at which it was sent",
    "webhook-signature": "`v1,` and the base64 of the HMAC-SHA256 over id, timestamp and body; several, separated by spaces",
}


def webhooks() -> dict[str, Any]:
    """Return the `webhooks` of the document, and keep the shape of each event's message."""
    return {str(event): {"post": _operation(str(event), *told)} for event, told in EVENTS.items()}


def _operation(event: str, name: str, fields: Mapping[str, Schema], about: str) -> dict[str, Any]:
    data = component(name, fields, required=list(fields), about=about)
    message = component(
        name.removesuffix("Data") + "Message",
        {"type": {"type": "string", "const": event}, "timestamp": INSTANT, "data": data},
        required=["type", "timestamp", "data"],
        about=f"What is sent of `{event}`.",
    )
    return {
        "operationId": "receive_" + event.replace(".", "_"),
        "summary": about.rstrip("."),
        "description": "Answer 2xx within five seconds; anything else is tried again ten times over three days, and 410 ends the endpoint.",
        "tags": ["webhooks"],
        "parameters": [
            {"name": header, "in": "header", "required": True, "description": told, "schema": {"type": "string"}}
            for header, told in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": message}}},
        "responses": {"204": {"description": "Received"}},
    }


def add(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Add the webhooks to the document (a postprocessing hook, before the components are completed)."""
    result["webhooks"] = webhooks()
    return result
