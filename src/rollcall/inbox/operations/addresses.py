"""Making and changing the addresses that POS systems call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.inbox.models import InboxAddress
from rollcall.inbox.rules.addresses import hash_token, mint_token, path_of
from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.registry import connector
from rollcall.sync.models import PosConnection

#: How long an earlier address goes on working, unless somebody says otherwise.
USUAL_OVERLAP: Final = dt.timedelta(days=7)


class NoWebhooksError(ValueError):
    """The connection's POS does not call anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAddress:
    """An address as it is shown once.

    :param paths: one, or one for each topic that the POS registers by itself.
    :param replaces: whether an earlier one stops working, at ``earlier_until``.
    """

    paths: tuple[str, ...] = field(repr=False)
    how_to_register: str
    replaces: bool
    earlier_until: dt.datetime


@transaction.atomic
def make_address(
    scope: Scope,
    connection: PosConnection,
    *,
    overlap: dt.timedelta = USUAL_OVERLAP,
    now: dt.datetime,
) -> NewAddress:
    """Make a new address; earlier ones work for ``overlap`` longer, then no more.

    :raises NoWebhooksError: this POS has no webhooks.
    """
    require(scope, Role.ADMIN)
    reader = connector(connection.kind).webhooks
    if reader is None:
        raise NoWebhooksError(f"the POS of {connection.slug!r} does not call anybody")
    # One at a time: two who rotate at once must not leave two addresses for good.
    PosConnection.objects.scoped(scope).select_for_update(of=("self",)).get(pk=connection.pk)
    addresses = InboxAddress.objects.scoped(scope).filter(connection=connection)
    until = now + overlap
    replaced = addresses.filter(expires_at__isnull=True).update(expires_at=until)
    addresses.filter(expires_at__gt=until).update(expires_at=until)
    token = mint_token()
    made = InboxAddress.objects.scoped(scope).create(
        connection=connection,
        token_hash=hash_token(token),
        created_at=now,
        created_by=str(scope.actor),
    )
    audit.record(
        scope,
        "inbox.address_made",
        subject_kind="connection",
        subject_ids=[connection.pk],
        context={"address": made.pk, "replaces": bool(replaced)},
    )
    return NewAddress(
        paths=tuple(path_of(connection.kind, token, topic) for topic in reader.topics or ("",)),
        how_to_register=reader.how_to_register,
        replaces=bool(replaced),
        earlier_until=until,
    )
