"""Signing calls by the Standard Webhooks specification, version 1 (symmetric signatures).

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md:
"webhook-signature" is ``v1,`` and the base64 of HMAC-SHA-256 over ``id.timestamp.body``, several
separated by spaces; a secret is 24 to 64 random bytes, shown as ``whsec_`` and base64.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def mint_secret() -> bytes:
    """Return a fresh secret."""
    return secrets.token_bytes(_BYTES)


def show_secret(secret: bytes) -> str:
    """Return a secret as its receiver enters it."""
    return _PREFIX + base64.b64encode(secret).decode("ascii")


def sign(secret: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature.

    :param timestamp: of this try, in seconds since 1970.
    """
    signed = f"{message_id}.{timestamp}.".encode("ascii") + body
    digest = hmac.digest(secret, signed, "sha256")
    return "v1," + base64.b64encode(digest).decode("ascii")


def headers_of(
    live: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers of a call, signed with every secret that lives."""
    signatures = [
        sign(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in live
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
