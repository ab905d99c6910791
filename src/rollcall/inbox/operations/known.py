"""What is remembered of addresses that were called lately.

It spares look-ups and decides nothing: an event is kept by a statement that finds the address, and
the connection's settings, as they are remembered, or keeps nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.inbox.queries import Address
from rollcall.pos.contract import PosSettings
from rollcall.pos.webhooks import WebhookReader

#: Settings hold secrets: they do not stay in memory for long after the last look-up.
_FRESH_S: Final = 60.0
_MOST: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSender:
    """Who calls an address, and what tells whether their calls are true."""

    address: Address
    reader: WebhookReader[Any]
    settings: PosSettings = field(repr=False)
    until: float


_known: dict[bytes, KnownSender] = {}


def remember(address: Address, reader: WebhookReader[Any], settings: PosSettings) -> None:
    """Remember for a minute what was just read."""
    if len(_known) >= _MOST:
        _known.clear()
    _known[address.token_hash] = KnownSender(
        address=address, reader=reader, settings=settings, until=time.monotonic() + _FRESH_S
    )


def recall(token_hash: bytes) -> KnownSender | None:
    """Return what is remembered of an address."""
    found = _known.get(token_hash)
    if found is not None and found.until < time.monotonic():
        forget(token_hash)
        return None
    return found


def forget(token_hash: bytes) -> None:
    """Have an address looked up at its next call."""
    _known.pop(token_hash, None)
