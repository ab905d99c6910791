"""The text of an API key: ``rck_<public part>_<secret><checksum>``; an integration's has ``rci_``.

The public part finds the row, the secret proves the right, and the checksum (CRC-32 of all before
it) lets a secret scanner, or a person who copied half a key, know without asking anybody. Only a
hash of the secret is kept: it has 190 random bits, so a plain SHA-256 cannot be searched backwards.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from typing import Final

#: Of kiosks, and of integrations: a key of one sort is never taken for the other.
PREFIX: Final = "rck"
INTEGRATION_PREFIX: Final = "rci"
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PUBLIC_LENGTH: Final = 12
_SECRET_LENGTH: Final = 32
_CHECKSUM_LENGTH: Final = 6
_SHAPE: Final = re.compile(
    rf"([a-z]+)_([0-9A-Za-z]{{{_PUBLIC_LENGTH}}})"
    rf"_([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)


class ApiKeyFormatError(ValueError):
    """The text is not a key of ours; the message does not repeat it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key as its holder knows it.

    :param public_part: names the key; may be shown and logged.
    """

    public_part: str
    secret: str = field(repr=False)
    prefix: str = PREFIX

    @property
    def text(self) -> str:
        """The whole key, to be shown once."""
        body = f"{self.prefix}_{self.public_part}_{self.secret}"
        return body + _checksum(body)

    @property
    def secret_hash(self) -> bytes:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode("ascii")).digest()

    def matches(self, secret_hash: bytes) -> bool:
        """Whether this key's secret is the one that was kept; takes the same time either way."""
        return hmac.compare_digest(self.secret_hash, secret_hash)


def mint_api_key(prefix: str = PREFIX) -> ApiKey:
    """A fresh random key."""
    return ApiKey(
        public_part=_random_text(_PUBLIC_LENGTH),
        secret=_random_text(_SECRET_LENGTH),
        prefix=prefix,
    )


def parse_api_key(text: str, prefix: str = PREFIX) -> ApiKey:
    """Read a key of one sort.

    :raises ApiKeyFormatError: wrong shape, cut off, or mistyped (the checksum does not fit).
    """
    found = _SHAPE.fullmatch(text)
    if found is None or found[1] != prefix:
        raise ApiKeyFormatError(f"not an API key ({prefix}_…), or not a whole one")
    _, public_part, secret, checksum = found.groups()
    key = ApiKey(public_part=public_part, secret=secret, prefix=prefix)
    if not hmac.compare_digest(key.text[-_CHECKSUM_LENGTH:], checksum):
        raise ApiKeyFormatError("the API key's checksum does not fit: it was mistyped or damaged")
    return key


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    """CRC-32 in base 62, padded: six digits hold all 32 bits."""
    number, digits = zlib.crc32(body.encode("ascii")), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
