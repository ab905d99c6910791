"""Opening what is sealed, also right after a key rotation."""

from __future__ import annotations

from rollcall.kit.crypto import UnknownKeyIdError
from rollcall.kit.scope import Scope
from rollcall.stores.queries import forget_keys, get_keys


def unseal(scope: Scope, sealed: bytes | memoryview, *, context: bytes) -> bytes:
    """Decrypt one value of the scope's retailer.

    :raises UnsealError: it does not belong to this row, or was tampered with.
    """
    try:
        return get_keys(scope).unseal(bytes(sealed), context=context)
    except UnknownKeyIdError:
        forget_keys()
        return get_keys(scope).unseal(bytes(sealed), context=context)
