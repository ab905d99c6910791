"""The secret part of an address that a POS calls: 256 random bits, of which only a hash is kept.

Nothing can be guessed or searched backwards, so a plain SHA-256 will do. It is looked up by that
hash, which whoever calls cannot steer, and compared once more in constant time.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

PREFIX: Final = "/hooks/"
_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
#: Never the hash of anything: what looks like no token is searched for all the same.
_NOBODYS: Final = bytes(32)


def mint_token() -> str:
    """Return a fresh secret part."""
    return secrets.token_urlsafe(_BYTES)


def hash_token(token: str) -> bytes:
    """Return what is kept of a secret part; of something else a hash that nothing has."""
    if not _TOKEN.fullmatch(token):
        return _NOBODYS
    return hashlib.sha256(token.encode("ascii")).digest()


def path_of(kind: str, token: str, topic: str = "") -> str:
    """Return the path that the POS calls."""
    return f"{PREFIX}{kind}/{token}" + (f"/{topic}" if topic else "")


def split_path(path: str) -> tuple[str, str, str]:
    """Return kind, secret part and topic of a path below :data:`PREFIX`; ``""`` for what is wrong.

    Takes any text, also such as no server should let through.
    """
    parts = path.removeprefix(PREFIX).split("/")
    if len(parts) not in (2, 3) or not all(_WORD.fullmatch(part) for part in parts):
        return "", "", ""
    kind, token, *topic = parts
    return kind, token, "".join(topic)
