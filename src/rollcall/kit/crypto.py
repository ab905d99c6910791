"""Sealing personal values and finding them again: AES-GCM envelopes and keyed blind indexes.

A sealed value is ``version (1) | data key id (4) | nonce (12) | ciphertext and tag``. The data key
belongs to one retailer and is itself wrapped by the master key, which never enters the database.
The associated data binds a value to its row, so that a ciphertext cannot be moved to another one.
Nonces are random: one data key is good for about 2^32 values, far above a retailer's lifetime.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

KEY_BYTES: Final = 32
_VERSION: Final = 1
_HEADER: Final = struct.Struct(">BI")
_NONCE_BYTES: Final = 12
_PREFIX_BYTES: Final = _HEADER.size + _NONCE_BYTES


class KeyFormatError(ValueError):
    """The text is not a key: 32 bytes as base64 or 64 hexadecimal digits."""


class UnsealError(ValueError):
    """The value was not sealed with this key for this row, or was tampered with."""


class UnknownKeyIdError(UnsealError):
    """The value names a data key that is not at hand."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"no data key {key_id}")
        self.key_id = key_id


def new_key() -> bytes:
    """32 fresh random bytes."""
    return os.urandom(KEY_BYTES)


def format_key(key: bytes) -> str:
    """The key as text for an environment variable or a file."""
    return base64.b64encode(key).decode("ascii")


def parse_key(text: str) -> bytes:
    """Read a key from text: base64 of 32 bytes or 64 hexadecimal digits.

    :raises KeyFormatError: anything else; the message does not repeat the text.
    """
    stripped = text.strip()
    try:
        key = (
            bytes.fromhex(stripped)
            if len(stripped) == 2 * KEY_BYTES
            else base64.b64decode(stripped, validate=True)
        )
    except (ValueError, binascii.Error) as error:
        raise KeyFormatError("a key is 32 bytes as base64 or hexadecimal digits") from error
    if len(key) != KEY_BYTES:
        raise KeyFormatError("a key is 32 bytes as base64 or hexadecimal digits")
    return key


def key_fingerprint(key: bytes) -> str:
    """Twelve hexadecimal digits that name a master key without telling it."""
    return hashlib.blake2b(b"rollcall master key", key=key, digest_size=6).hexdigest()


@dataclass(frozen=True, kw_only=True)
class MasterKeys:
    """The master key in use and earlier ones that may still unwrap.

    :param current: wraps from now on.
    :param previous: only unwrap, during a rotation.
    """

    current: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def current_id(self) -> str:
        """Fingerprint of the current key, stored beside everything that it wraps."""
        return key_fingerprint(self.current)

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Encrypt a data key under the current master key."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.current).encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, *, master_key_id: str, context: bytes) -> bytes:
        """Decrypt a data key.

        :raises UnsealError: no master key at hand fits.
        """
        for key in (self.current, *self.previous):
            if key_fingerprint(key) == master_key_id:
                nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
                try:
                    return AESGCM(key).decrypt(nonce, ciphertext, context)
                except (InvalidTag, ValueError) as error:  # ValueError: cut off within the nonce
                    raise UnsealError("the data key does not fit the master key") from error
        raise UnsealError(f"the master key {master_key_id} is not at hand")


@dataclass(frozen=True, kw_only=True)
class RetailerKeys:
    """One retailer's unwrapped keys.

    :param data: AES keys by id; every one may still stand in some row.
    :param active_id: the one that seals from now on.
    :param index: key of blind indexes and content hashes; never a data key.
    """

    retailer_id: int
    data: Mapping[int, bytes] = field(repr=False)
    active_id: int
    index: bytes = field(repr=False)

    @cached_property
    def _ciphers(self) -> dict[int, AESGCM]:
        return {key_id: AESGCM(key) for key_id, key in self.data.items()}

    @cached_property
    def _blinder(self) -> HMAC:
        # A copy has the key already taken in, which is most of the work for a short message.
        return HMAC(self.index, SHA256())

    @cached_property
    def _hash_key(self) -> bytes:
        return hmac.digest(self.index, b"content hash", "sha256")

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """Encrypt under the active key, bound to ``context`` (which row and column)."""
        header = _HEADER.pack(_VERSION, self.active_id)
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[self.active_id].encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, *, context: bytes) -> bytes:
        """Decrypt what :meth:`seal` made for the same context.

        :raises UnknownKeyIdError: the data key is not at hand (load the keys again).
        :raises UnsealError: wrong row, wrong key, or tampered with.
        """
        if len(sealed) <= _PREFIX_BYTES:
            raise UnsealError("too short to be a sealed value")
        version, key_id = _HEADER.unpack_from(sealed)
        if version != _VERSION:
            raise UnsealError(f"unknown version {version}")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKeyIdError(key_id)
        try:
            return cipher.decrypt(
                sealed[_HEADER.size : _PREFIX_BYTES], sealed[_PREFIX_BYTES:], context
            )
        except InvalidTag as error:
            raise UnsealError("the sealed value does not belong here") from error

    def blind(self, purpose: str, value: str) -> int:
        """A keyed 64-bit fingerprint (signed, as PostgreSQL's bigint) for exact search.

        Equal values of one purpose give equal fingerprints within this retailer and nowhere else.
        Collisions are possible in principle: compare the unsealed value before believing a hit.
        """
        # Lone surrogates are no text, but POS rows and command lines may hold them.
        message = purpose.encode() + b"\0" + value.encode(errors="surrogatepass")
        blinder = self._blinder.copy()
        blinder.update(message)
        return int.from_bytes(blinder.finalize()[:8], "big", signed=True)

    def content_hash(self, content: bytes) -> bytes:
        """A keyed 16-byte hash of a raw row; tells "unchanged" without telling the content."""
        return self.content_hasher(content).digest()

    def content_hasher(self, beginning: bytes) -> hashlib.blake2b:
        """Begin a content hash: copies of it take in the rest, for many of one beginning."""
        return hashlib.blake2b(beginning, key=self._hash_key, digest_size=16)


def seal_alone(key: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Encrypt under a key of 32 bytes that stands alone, bound to ``context``.

    For what only the holder of something may read, such as a credential that the key is made of.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal_alone(key: bytes, sealed: bytes, *, context: bytes) -> bytes:
    """Decrypt what :func:`seal_alone` made for the same context.

    :raises UnsealError: another key or context, or tampered with.
    """
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context)
    except (InvalidTag, ValueError) as error:  # ValueError: cut off within the nonce
        raise UnsealError("the sealed value does not belong here") from error


def sealed_key_id(sealed: bytes) -> int:
    """Which data key sealed the value.

    :raises UnsealError: it is too short to say.
    """
    if len(sealed) < _HEADER.size:
        raise UnsealError("too short to be a sealed value")
    key_id: int = _HEADER.unpack_from(sealed)[1]
    return key_id
