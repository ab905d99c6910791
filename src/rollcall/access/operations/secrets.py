"""Secrets of second factors: sealed with the master key, for people may work for many retailers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from rollcall.kit.crypto import MasterKeys, UnsealError

_CONTEXT: Final = b"second factor"
#: Where allauth keeps what it had us seal, by kind of authenticator.
_SEALED: Final = {
    Authenticator.Type.TOTP: ("secret",),
    Authenticator.Type.RECOVERY_CODES: ("seed", "migrated_codes"),
}


def seal_secret(text: str) -> str:
    """Encrypt a secret; the result names the master key that opens it."""
    master: MasterKeys = settings.MASTER_KEYS
    sealed = master.wrap(text.encode(), context=_CONTEXT)
    return f"{master.current_id}.{base64.b64encode(sealed).decode()}"


def open_secret(sealed: str) -> str:
    """Decrypt what :func:`seal_secret` made.

    :raises UnsealError: tampered with, or the master key is not at hand.
    """
    master: MasterKeys = settings.MASTER_KEYS
    key_id, _, body = sealed.partition(".")
    try:
        wrapped = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnsealError("a second factor's secret is damaged") from error
    return master.unwrap(wrapped, master_key_id=key_id, context=_CONTEXT).decode()


@transaction.atomic
def reseal_secrets() -> int:
    """Seal every secret with the current master key; returns how many rows another one had sealed.

    Idempotent.

    :raises UnsealError: some secret's master key is not at hand; none is changed.
    """
    current = settings.MASTER_KEYS.current_id
    count = 0
    rows = Authenticator.objects.filter(type__in=_SEALED).order_by("id")
    for row in rows.select_for_update():
        fresh = {
            name: _each(row.data[name], lambda one: _renew(one, current))
            for name in _SEALED[Authenticator.Type(row.type)]
            if name in row.data
        }
        if any(row.data[name] != value for name, value in fresh.items()):
            row.data = {**row.data, **fresh}
            row.save(update_fields=["data"])
            count += 1
    return count


def _renew(sealed: str, current: str) -> str:
    return sealed if sealed.startswith(f"{current}.") else seal_secret(open_secret(sealed))


def _each(value: str | list[str], renew: Callable[[str], str]) -> str | list[str]:
    return [renew(one) for one in value] if isinstance(value, list) else renew(value)
