"""A client of the 商保目录 service: every operation as a typed method, a mirror of its lists, and proofs that do not ask it (verify.py)."""

from shangbao_client.client import AsyncClient, Client
from shangbao_client.errors import (
    BadRequest,
    Changed,
    Conflict,
    FieldProblem,
    Forbidden,
    Gone,
    NotAnAnswer,
    NotFound,
    NotModified,
    Problem,
    ServiceFault,
    ShangbaoError,
    TooManyRequests,
    Unauthorised,
    Unreachable,
)
from shangbao_client.sending import etag_of, headers_of

__all__ = [
    "AsyncClient",
    "BadRequest",
    "Changed",
    "Client",
    "Conflict",
    "FieldProblem",
    "Forbidden",
    "Gone",
    "NotAnAnswer",
    "NotFound",
    "NotModified",
    "Problem",
    "ServiceFault",
    "ShangbaoError",
    "TooManyRequests",
    "Unauthorised",
    "Unreachable",
    "etag_of",
    "headers_of",
]
