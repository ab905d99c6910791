"""Codes that people type, and proofs that kiosks hold: random, and kept as hashes."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from typing import Final

from rollcall.proofs.rules.limits import CODE_DIGITS

PREFIX: Final = "rcp_"
_SHAPE: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


def mint_proof() -> str:
    """A proof's text: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def proof_hash(text: str) -> bytes | None:
    """What is kept of a proof; None for a text that cannot be one."""
    return hashlib.sha256(text.encode("ascii")).digest() if _SHAPE.fullmatch(text) else None


def mint_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def web_identity_context(public_id: uuid.UUID | str) -> bytes:
    """Binds the sealed subject of a log-in to its row."""
    return f"web identity {public_id}".encode()


def code_context(message_id: str) -> bytes:
    """Binds a sealed code to its row."""
    return f"proof code {message_id}".encode()
