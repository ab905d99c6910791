"""A live look at a POS: what it answers now, shown and not taken over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rollcall.audit import operations as audit
from rollcall.customers.models import Link
from rollcall.customers.rules.values import normalise_fields
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.contract import Criteria, RawRow
from rollcall.pos.errors import PosGoneError, RowError
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.source import Source, open_source

#: Seconds that an administrator waits for one answer of the POS.
PATIENCE_S: Final = 8.0
_MOST: Final = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRow:
    """A row as the POS holds it now.

    :param fields: canonical names; empty if the row cannot be read.
    :param error: why it cannot be read, as a code; "" if it can.
    :param customer: who has the record here; None: nobody yet.
    """

    external_id: str
    status: str
    fields: Fields = field(repr=False)
    error: str = ""
    customer: uuid.UUID | None = None


def look_at_pos(scope: Scope, connection: PosConnection, criteria: Criteria) -> list[LiveRow]:
    """Ask the POS, once; nothing of the answer is kept. Never inside a transaction.

    The audit says by which fields was asked and how many came, not the values.

    :raises PosError: the POS did not answer, or cannot search by what was given.
    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    source = open_source(scope, connection, interactive=True, timeout_s=PATIENCE_S, attempts=1)
    with source.open(interactive=True, timeout_s=PATIENCE_S, attempts=1) as client:
        if criteria.external_id:
            try:
                rows: Sequence[RawRow] = [client.get(criteria.external_id)]
            except PosGoneError:
                rows = []
        else:
            rows = client.find(criteria)[:_MOST]
    found = [_read(source, row) for row in rows]
    audit.record(
        scope,
        "connection.looked_up",
        subject_kind="connection",
        subject_ids=[connection.pk],
        fields=_given(criteria),
        context={"found": len(found)},
    )
    return _with_people(scope, source, found)


def _given(criteria: Criteria) -> list[str]:
    names = ("external_id", "given_name", "family_name", "phone", "email", "licence", "born_on")
    return [name for name in names if getattr(criteria, name)]


def _read(source: Source, row: RawRow) -> LiveRow:
    external_id = ""
    try:
        external_id = source.connector.external_id(row)
        told = source.connector.to_canonical(row, source.context)
    except RowError as error:
        return LiveRow(external_id=external_id, status="", fields={}, error=error.code)
    fields = normalise_fields(told.fields)
    return LiveRow(external_id=told.external_id, status=str(told.status), fields=fields)


def _with_people(scope: Scope, source: Source, rows: Sequence[LiveRow]) -> list[LiveRow]:
    links = Link.objects.scoped(scope).filter(
        record__account=source.account.pk,
        record__external_id__in=[row.external_id for row in rows],
    )
    people = dict(links.values_list("record__external_id", "customer__public_id"))
    return [
        LiveRow(
            external_id=row.external_id,
            status=row.status,
            fields=row.fields,
            error=row.error,
            customer=people.get(row.external_id),
        )
        for row in rows
    ]
