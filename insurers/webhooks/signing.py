"""Signing what is sent (Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`), and the secrets it is signed with.

A secret is never stored: it is derived from the service's SECRET_KEY and a random salt that is. So a copy of the database alone signs nothing.
The stored fingerprint tells whether SECRET_KEY is still the one a secret was made with.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from standardwebhooks import Webhook as Signer

_PURPOSE = b"shangbao webhook secret 1\x00"


class SecretLost(Exception):
    """None of the keys gives the secret: SECRET_KEY was changed since; the secret must be rotated."""


def make_salt() -> str:
    """Return a fresh random salt, 32 bytes in hex."""
    return secrets.token_hex(32)


def derive_secret(key: str, salt: str) -> str:
    """Return the secret that the service's key and a salt make: `whsec_` and 32 bytes in base64, as Standard Webhooks writes it."""
    raw = hmac.new(key.encode(), _PURPOSE + bytes.fromhex(salt), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(raw).decode()


def fingerprint_of(secret: str) -> str:
    """Return what is kept to recognise a secret by: 32 hex digits of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def recover_secret(keys: Iterable[str], salt: str, fingerprint: str) -> str:
    """Return the secret with this fingerprint, made with one of the service's keys (the present one, then earlier ones); raises SecretLost."""
    for key in keys:
        secret = derive_secret(key, salt)
        if hmac.compare_digest(fingerprint_of(secret), fingerprint):
            return secret
    raise SecretLost(fingerprint)


def signed_headers(secrets_in_use: Sequence[str], *, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the three headers of a message sent at an instant (with its zone): one signature for every secret in use, separated by spaces."""
    signatures = (Signer(secret).sign(message_id, at, body) for secret in secrets_in_use)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
