"""Reading a retailer's data keys, and noticing when another process rotated them."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from rollcall.kit.crypto import MasterKeys, RetailerKeys, UnknownKeyIdError
from rollcall.kit.scope import Scope
from rollcall.stores.models import DataKey

#: A process seals with a retired key for at most so long (and its open transaction) after another
#: process rotated.
KEYS_FRESH_S: Final = 30


@dataclass(frozen=True, kw_only=True)
class LiveKeys(RetailerKeys):
    """Keys that read themselves again when a value names a key made since they were loaded."""

    def unseal(self, sealed: bytes, *, context: bytes) -> bytes:
        """See :meth:`RetailerKeys.unseal`."""
        try:
            return super().unseal(sealed, context=context)
        except UnknownKeyIdError as error:
            fresh = _load_keys(self.retailer_id, _period())
            if error.key_id not in fresh.data:
                forget_keys()
                fresh = _load_keys(self.retailer_id, _period())
            return RetailerKeys.unseal(fresh, sealed, context=context)


def get_keys(scope: Scope) -> RetailerKeys:
    """The retailer's unwrapped keys, from this process's memory or the database.

    Sealed values stay readable through a rotation by another process, also with keys that were got
    before it.

    :raises UnsealError: the master key at hand did not wrap them.
    """
    return _load_keys(scope.retailer_id, _period())


def forget_keys() -> None:
    """Read the keys again at their next use."""
    _load_keys.cache_clear()


def key_context(retailer_id: int, purpose: str) -> bytes:
    """What a wrapped key is bound to."""
    return f"retailer {retailer_id} {purpose} key".encode()


def _period() -> int:
    return int(time.monotonic() // KEYS_FRESH_S)


@functools.lru_cache(maxsize=64)
def _load_keys(retailer_id: int, _period_number: int) -> RetailerKeys:
    master: MasterKeys = settings.MASTER_KEYS
    rows = DataKey.objects.across_retailers(reason="keys are read by the retailer's id").filter(
        retailer_id=retailer_id
    )
    data: dict[int, bytes] = {}
    index, active = b"", 0
    for row in rows.order_by("id"):
        key = master.unwrap(
            bytes(row.wrapped),
            master_key_id=row.master_key_id,
            context=key_context(retailer_id, row.purpose),
        )
        if row.purpose == DataKey.Purpose.INDEX:
            index = key if row.retired_at is None else index
        else:
            data[row.pk] = key
            active = row.pk if row.retired_at is None else active
    if not index or not active:
        raise LookupError(f"retailer {retailer_id} has no keys")
    return LiveKeys(retailer_id=retailer_id, data=data, active_id=active, index=index)
