"""The tables of this app, one subject a file."""

from claims.models.authorisations import AuthorisationEvent, AuthorisationUse, PriorAuthorisation
from claims.models.batches import BatchChunk, BatchClaim, BatchDecision, ClaimBatch
from claims.models.checks import ClaimCheck

__all__ = [
    "AuthorisationEvent",
    "AuthorisationUse",
    "BatchChunk",
    "BatchClaim",
    "BatchDecision",
    "ClaimBatch",
    "ClaimCheck",
    "PriorAuthorisation",
]
