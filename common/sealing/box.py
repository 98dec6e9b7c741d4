"""Sealing and opening under one data key: AES-256-GCM over what was compressed, and tags by which sealed texts are found again.

What is sealed is: a byte that says how (1 as it is, 2 deflated), the id of the key (16 bytes), a random nonce (12), the ciphertext with its tag.
All before the ciphertext, and the name of the column, are authenticated with it: a value opens in its own column, under its own key, alone.
"""

import hmac
import os
import zlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.errors import Away

KEY_BYTES: Final = 32
_AS_IT_IS, _DEFLATED = b"\x01", b"\x02"
_ID, _NONCE, _TAG = 16, 12, 16
_HEAD = 1 + _ID
# Below this, starting the compressor costs more than the bytes that it saves.
_WORTH_DEFLATING = 256
# Tags are looked up, not proved by: sixteen bytes never meet by chance.
TAG_BYTES: Final = 16


class BadSeal(Away):
    """What is sealed was changed, or belongs to another column or key: a fault, never "nothing is there"."""


class Box:
    """What one data key seals and opens."""

    __slots__ = ("_cipher", "_key", "_subkeys", "id")

    def __init__(self, id: UUID, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadSeal(f"data key {id} has {len(key)} bytes")
        self.id, self._key = id, key
        self._subkeys: dict[str, bytes] = {}
        self._cipher = AESGCM(self.subkey("seal"))

    def seal(self, plain: bytes, column: str) -> bytes:
        """Return what is kept of a value of a column (`table.column`)."""
        how = _AS_IT_IS
        if len(plain) >= _WORTH_DEFLATING:
            how, plain = _DEFLATED, zlib.compress(plain, 1)
        head, nonce = how + self.id.bytes, os.urandom(_NONCE)
        return head + nonce + self._cipher.encrypt(nonce, plain, head + column.encode())

    def open(self, sealed: bytes, column: str) -> bytes:
        """Return the value again; raises BadSeal where it is not what was sealed for this column."""
        if len(sealed) < _HEAD + _NONCE + _TAG or key_id_of(sealed) != self.id:
            raise BadSeal(f"{column}: not sealed under data key {self.id}")
        head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE]
        try:
            plain = self._cipher.decrypt(nonce, sealed[_HEAD + _NONCE :], head + column.encode())
        except InvalidTag:
            raise BadSeal(f"{column}: what is sealed under data key {self.id} was changed") from None
        return zlib.decompress(plain) if head[:1] == _DEFLATED else plain

    def tag(self, text: str, column: str) -> bytes:
        """Return by what a text of a column is found among others that are sealed under this key."""
        return hmac.digest(self.subkey(f"tag {column}"), text.encode("utf-8", "surrogatepass"), "sha256")[:TAG_BYTES]

    def exported(self) -> dict[str, str]:
        """Return it as texts, for a pipe to a process that seals for this one."""
        return {"id": self.id.hex, "key": self._key.hex()}

    def subkey(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose, which is worth nothing without the data key."""
        found = self._subkeys.get(purpose)
        if found is None:
            derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"shangbao " + purpose.encode())
            found = self._subkeys[purpose] = derived.derive(self._key)
        return found


def box_of(texts: Mapping[str, str]) -> Box:
    """Return the box that was exported."""
    return Box(UUID(hex=texts["id"]), bytes.fromhex(texts["key"]))


def key_id_of(sealed: bytes) -> UUID:
    """Return the id of the data key that a value is sealed under; raises BadSeal for what is no sealed value."""
    if sealed[:1] not in (_AS_IT_IS, _DEFLATED) or len(sealed) < _HEAD:
        raise BadSeal("no sealed value")
    return UUID(bytes=bytes(sealed[1:_HEAD]))
