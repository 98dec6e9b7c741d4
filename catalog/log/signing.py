"""What the service signs with: Ed25519 keys, their JWK set (RFC 7517, RFC 8037), JWS (RFC 7515) and signed notes. Pure.

A key is its seed of 32 bytes. The first of several signs; what any of them signed stays verifiable while it is listed, for which its public half is
enough.
"""

import base64
import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

# The name that the contract and today's libraries use; RFC 9864 calls the same Ed25519.
ALGORITHM: Final = "EdDSA"
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)
MAX_JWS: Final = 256 * 1024


class BadSignature(Exception):
    """Something is not signed by these keys; `code` tells what is wrong: malformed, bad_header, unknown_key, bad_signature."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadNote(Exception):
    """A checkpoint is not one of these keys."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of the service, the one that signs first. `kid` is the thumbprint of RFC 7638."""

    keys: tuple[OKPKey, ...]

    @property
    def kid(self) -> str:
        return self.keys[0].thumbprint()

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK set."""
        return {"keys": [_public(key) for key in self.keys]}

    def sign(self, payload: bytes, *, kind: str) -> str:
        """Return a compact JWS of the payload with `alg`, `kid` and `typ`."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": kind}
        return jws.serialize_compact(header, payload, self.keys[0], algorithms=[ALGORITHM])

    def opened(self, token: str, *, kind: str) -> bytes:
        """Return what a compact JWS signs; raises BadSignature."""
        if len(token) > MAX_JWS or token.count(".") != 2 or not token.isascii():
            raise BadSignature("malformed")
        try:
            read = jws.extract_compact(token.encode())
            header = read.headers()
        except (JoseError, ValueError, TypeError):
            raise BadSignature("malformed") from None
        # Nothing but what this service writes: no other algorithm, no key or critical extension in the header.
        if set(header) != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM or header["typ"] != kind:
            raise BadSignature("bad_header")
        key = next((one for one in self.keys if one.thumbprint() == header["kid"]), None)
        if key is None:
            raise BadSignature("unknown_key")
        try:
            jws.deserialize_compact(token, key, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError):
            raise BadSignature("bad_signature") from None
        # The last letter of a signature has bits to spare, and no decoder minds them: there is one way of writing it.
        written = token.rpartition(".")[2]
        if _b64url(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))) != written:
            raise BadSignature("bad_signature")
        return bytes(read.payload)

    def note(self, origin: str, size: int, root: bytes) -> str:
        """Return a checkpoint as a signed note (C2SP tlog-checkpoint): origin, size and root in base64, each a line, and a signature line."""
        text = f"{origin}\n{size}\n{_b64(root)}\n"
        private = self.keys[0].private_key
        assert isinstance(private, Ed25519PrivateKey)
        signature = private.sign(text.encode())
        return f"{text}\n— {origin} {_b64(_note_key(origin, self.keys[0]) + signature)}\n"


def opened_note(note: str, keys: SigningKeys) -> tuple[int, bytes]:
    """Return the size and root of a checkpoint that one of the keys has signed; raises BadNote, ValueError for what is no note."""
    text, _gap, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    for line in signatures.splitlines():
        written = line.rpartition(" ")[2]
        signed = base64.b64decode(written, validate=True)
        if _b64(signed) != written:
            continue
        for key in keys.keys:
            if signed[:4] == _note_key(origin, key) and _verifies(key, signed[4:], f"{text}\n".encode()):
                return int(size), base64.b64decode(root, validate=True)
    raise BadNote("none of the service's keys signed it")


def _verifies(key: OKPKey, signature: bytes, text: bytes) -> bool:
    public = key.public_key
    assert isinstance(public, Ed25519PublicKey)
    try:
        public.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def keys_of(listed: Sequence[str]) -> SigningKeys:
    """Return the keys that are listed: seeds of 64 hexadecimal digits, the first of which signs, or `public:` and as many of a public key that no
    longer signs; raises ValueError for anything else."""
    if not listed or listed[0].strip().startswith(_PUBLIC):
        raise ValueError("the first key signs, so it is a private one")
    return SigningKeys(tuple(_key(one.strip()) for one in listed))


_PUBLIC: Final = "public:"


def _key(written: str) -> OKPKey:
    half = bytes.fromhex(written.removeprefix(_PUBLIC))
    if len(half) != 32:
        raise ValueError("a key is 32 bytes, 64 hexadecimal digits")
    if written.startswith(_PUBLIC):
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _b64url(half)})
    public = Ed25519PrivateKey.from_private_bytes(half).public_key().public_bytes_raw()
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": _b64url(half), "x": _b64url(public)})


def retired(written: str) -> str:
    """Return how a key is listed that signs no longer: its public half."""
    return _PUBLIC + _public_bytes(_key(written.strip())).hex()


def _public_bytes(key: OKPKey) -> bytes:
    return base64.urlsafe_b64decode(str(key.as_dict(private=False)["x"]) + "=")


def _public(key: OKPKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}


def _note_key(origin: str, key: OKPKey) -> bytes:
    """Return the four bytes by which a signed note names its key."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + _public_bytes(key)).digest()[:4]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
