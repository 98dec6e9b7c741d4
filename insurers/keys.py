"""API keys: how one is made, split and hashed. Only the hash is ever kept."""

import hashlib
import secrets

MAX_DAYS = 3_660  # that a key lasts

_MARK = "sbm"
_TEST_MARK = "sbt"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def make_key(*, test: bool = False) -> tuple[str, str, str]:
    """Return (key to show once, its prefix, the hash to keep): `sbm_<8 characters>_<43 characters>`, a test key `sbt_…`."""
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = secrets.token_urlsafe(32).replace("_", "-")
    return f"{_TEST_MARK if test else _MARK}_{prefix}_{secret}", prefix, hash_secret(secret)


def split_key(key: str) -> tuple[str, str] | None:
    """Return (prefix, hash of the secret) of a key as it was sent; None where it has not the form of one."""
    parts = key.split("_")
    if (
        len(parts) != 3
        or parts[0] not in (_MARK, _TEST_MARK)
        or not (parts[1] and parts[2])
        or len(key) > 200
        or not key.isascii()
    ):
        return None
    return parts[1], hash_secret(parts[2])


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a secret. The secret is 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
