"""Proving, offline, what the service has said: a receipt, that a list was published so, that nothing in its log was rewritten.

All that is trusted is the service's key set (JWK set, RFC 7517), fetched once and kept. What cannot be proved raises NotProved with a `code`.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shangbao_client import lists, proofs

RECEIPT = "shangbao-receipt+json"
_HEX = re.compile("[0-9a-f]{64}")
_SIZE = re.compile("0|[1-9][0-9]{0,14}")


class NotProved(Exception):
    """What was to be proved is not so, or is not what it should be; `code` tells which."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code = code


@dataclass(frozen=True, slots=True)
class Keys:
    """The service's public keys by the thumbprint of RFC 7638."""

    by_thumbprint: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log as the service signed it: how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes


def keys_of(jwks: Mapping[str, Any]) -> Keys:
    """Return the Ed25519 keys of a JWK set; raises NotProved where one is not named by its thumbprint."""
    found = {}
    try:
        for one in jwks["keys"]:
            if (one["kty"], one["crv"]) != ("OKP", "Ed25519"):
                continue
            public = _from_base64url(one["x"])
            named = {"crv": one["crv"], "kty": one["kty"], "x": one["x"]}
            thumbprint = _base64url(hashlib.sha256(lists.canonical(named)).digest())
            if len(public) != 32 or one["kid"] != thumbprint:
                raise NotProved("bad_key", f"the key {one['kid']} is not the one of that name")
            found[thumbprint] = public
    except (KeyError, TypeError, ValueError) as fault:
        raise NotProved("bad_key", f"this is no JWK set of the service: {fault}") from None
    return Keys(found)


def receipt(token: str, keys: Keys) -> dict[str, Any]:
    """Return what a receipt says; raises NotProved (malformed, bad_header, unknown_key, bad_signature, sandbox)."""
    try:
        head, body, signed = token.strip().split(".")
        header, signature = json.loads(_from_base64url(head)), _from_base64url(signed)
        said = json.loads(_from_base64url(body))
    except (ValueError, RecursionError):
        raise NotProved("malformed", "this is no receipt: three parts of base64url with dots between are one") from None
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise NotProved("bad_header", "the header is not one that the service writes")
    if (header["alg"], header["typ"]) != ("EdDSA", RECEIPT):
        raise NotProved("bad_header", "this is signed as something else than a receipt")
    public = keys.by_thumbprint.get(str(header["kid"]))
    if public is None:
        raise NotProved("unknown_key", "it was signed with a key that is not among the service's")
    if not _signed(public, signature, f"{head}.{body}".encode()):
        raise NotProved("bad_signature", "the signature does not fit: it was changed, or is somebody else's")
    if said.get("sandbox"):
        raise NotProved("sandbox", "the receipt is genuine, but of a sandbox: it proves nothing about a claim")
    return dict(said)


def checkpoint(note: str, keys: Keys) -> Checkpoint:
    """Return what a checkpoint says: the signed note, or the JSON that has it; raises NotProved (malformed, bad_signature)."""
    try:
        note = json.loads(note)["note"] if note.startswith("{") else note
        text, signatures = note.split("\n\n")
        origin, size, root, *_more = text.split("\n")
        if not _SIZE.fullmatch(size):
            raise ValueError(size)
        said = Checkpoint(origin, int(size), _from_base64(root))
        lines = [line.split(" ") for line in signatures.removesuffix("\n").split("\n")]
        signed = [_from_base64(signature) for dash, name, signature in lines if (dash, name) == ("—", origin)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotProved("malformed", "this is no checkpoint: a signed note of origin, size and root is one") from None
    for public in keys.by_thumbprint.values():
        name = hashlib.sha256(f"{origin}\n\x01".encode() + public).digest()[:4]
        for one in signed:
            if one[:4] == name and _signed(public, one[4:], f"{text}\n".encode()):
                return said
    raise NotProved("bad_signature", "none of the service's keys has signed this checkpoint")


def published(exported: bytes, proof: Mapping[str, Any], at: Checkpoint) -> dict[str, Any]:
    """Return the leaf that says that this exported list was published; raises NotProved.

    `proof` is the answer of `/log/proof/inclusion/` for the checkpoint's size. The codes: malformed, not_in_log, wrong_deed, other_list.
    """
    said = included(proof, at)
    if said["deed"] != "published":
        raise NotProved("wrong_deed", "the leaf says that the list was withdrawn")
    try:
        found = lists.checksum_of(lists.entries_of(exported), said["complete_for"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise NotProved("malformed", f"this is no exported list: {fault}") from None
    if found != said["checksum"]:
        raise NotProved("other_list", f"the list has the checksum {found}; published was {said['checksum']}")
    return said


def included(proof: Mapping[str, Any], at: Checkpoint) -> dict[str, Any]:
    """Return the leaf that a proof shows to be in the log of a checkpoint; raises NotProved (malformed, not_in_log)."""
    try:
        said = {name: value for name, value in proof["leaf"].items() if name != "leaf_hash"}
        leaf, path = proofs.leaf_hash(lists.canonical(said)), [_from_hex(one) for one in proof["proof"]]
        told, size, seq = proof["leaf"].get("leaf_hash"), proof["size"], said["seq"]
        if type(seq) is not int or type(size) is not int:
            raise ValueError("a number is not one")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise NotProved("malformed", "this is no proof that a leaf is in the log") from None
    if size != at.size:
        raise NotProved("not_in_log", f"the proof is for {size} leaves, the checkpoint has {at.size}")
    if told not in (None, leaf.hex()) or proof.get("root") not in (None, at.root.hex()):
        raise NotProved("not_in_log", "the proof tells another hash or another root")
    if not proofs.is_included(leaf, seq, at.size, at.root, path):
        raise NotProved("not_in_log", "the leaf is not in the log that was signed")
    return said


def not_rewritten(before: Checkpoint, after: Checkpoint, proof: Mapping[str, Any]) -> None:
    """Prove that the log of one checkpoint is the beginning of the log of a later one; raises NotProved (malformed, rewritten).

    `proof` is the answer of `/log/proof/consistency/` from the size before to the size after.
    """
    if before.origin != after.origin:
        raise NotProved("rewritten", "these are checkpoints of two logs")
    try:
        path = [_from_hex(one) for one in proof["proof"]]
    except (KeyError, TypeError, ValueError):
        raise NotProved("malformed", "this is no proof that a log has only grown") from None
    if before.size == 0 and not path:
        return
    if not proofs.is_beginning(before.size, before.root, after.size, after.root, path):
        raise NotProved("rewritten", "the later log does not begin with the earlier one")


def logged(said: Mapping[str, Any], at: Checkpoint, proof: Mapping[str, Any]) -> None:
    """Prove that the log a receipt speaks of is the beginning of a checkpoint's; raises NotProved (malformed, rewritten)."""
    try:
        then = Checkpoint(at.origin, said["log"]["size"], _from_hex(said["log"]["root"]))
    except (KeyError, TypeError, ValueError):
        raise NotProved("malformed", "the receipt speaks of no log") from None
    not_rewritten(then, at, proof)


def _signed(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    """Read base64url; raises ValueError for what is not written as the bytes are, to the last bit."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64url(data) != text:
        raise ValueError(text)
    return data


def _from_base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise binascii.Error(text)
    return data


def _from_hex(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise ValueError(text)
    return bytes.fromhex(text)
