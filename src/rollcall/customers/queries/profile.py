"""One person: who they are, which records tell of them, which value stands and why."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import orjson
from django.db.models import F, QuerySet

from rollcall.customers.models import (
    AccountStore,
    Customer,
    FieldEdit,
    Link,
    PosAccount,
    PosRecord,
)
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.packing import unpack_raw
from rollcall.customers.rules.sealed import SealedFields
from rollcall.customers.rules.survivorship import FieldTruth, SourcedValue, decide
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Scope


class CustomerNotFoundError(LookupError):
    """Nobody of this retailer has the id."""


class AmbiguousIdError(LookupError):
    """Several people have this POS id, in different accounts: say which one (``kind:id``)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordView:
    """One PosRecord as people see it.

    :param source: "account · POS id".
    :param customer_id: whom its POS means by it; 0 if nobody asked.
    :param fields: its values and when each last changed.
    """

    id: int
    customer_id: int = 0
    kind: str
    account_key: str
    external_id: str
    status: str
    status_raw: str
    merged_into: str | None
    pos_updated_at: dt.datetime | None
    first_seen_at: dt.datetime
    changed_at: dt.datetime
    gone_at: dt.datetime | None
    fields: SealedFields

    @property
    def source(self) -> str:
        """What people read as the source of a value."""
        return f"{self.account_key} · {self.kind} {self.external_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldView:
    """One field of a person: label, the value that stands, and who says something else."""

    name: str
    label: str
    truth: FieldTruth


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerView:
    """A person with everything that is known of them."""

    id: int
    public_id: uuid.UUID
    created_at: dt.datetime
    fields: Sequence[FieldView]
    records: Sequence[RecordView]

    @property
    def display_name(self) -> str:
        """Given and family name, or a word that says there is none."""
        names = (self.text("given_name"), self.text("family_name"))
        return " ".join(name for name in names if name) or "(no name)"

    def text(self, field: str) -> str:
        """The standing value of a field as text, "" if there is none."""
        for view in self.fields:
            if view.name == field:
                value = view.truth.standing.value
                return "" if value is None else str(value)
        return ""


def resolve(scope: Scope, any_id: str) -> Customer:
    """The person behind a public id, ``kind:external id`` or a bare external id.

    Ids of people who were merged lead to who they are now.

    :raises CustomerNotFoundError: nobody of this retailer.
    :raises AmbiguousIdError: a bare external id that several people have.
    """
    wanted = any_id.strip()
    return _by_public_id(scope, wanted) or _follow(scope, _by_external_id(scope, wanted))


def find_by_public_id(scope: Scope, public_id: uuid.UUID) -> Customer | None:
    """The person who has this public id or was merged with whoever had it; None if nobody.

    Nobody either, for a scope of some stores, if none of their accounts has a record of the person.
    """
    found = Customer.objects.scoped(scope).filter(public_id=public_id).first()
    if found is None:
        return None
    standing = _follow(scope, found)
    if scope.store_ids is not None and not visible_records(scope, [standing.pk]).exists():
        return None
    return standing


def _by_public_id(scope: Scope, wanted: str) -> Customer | None:
    try:
        public_id = uuid.UUID(wanted)
    except ValueError:
        return None
    return find_by_public_id(scope, public_id)


def _by_external_id(scope: Scope, wanted: str) -> Customer:
    # Ids that are kept are printable; PostgreSQL would refuse NUL and lone surrogates.
    if not wanted.isprintable() or len(wanted) > 300:
        raise CustomerNotFoundError("nobody has this id")
    ids = _customers_with(scope, list_account_ids(scope), wanted)
    kind, colon, external_id = wanted.partition(":")
    if colon and not ids:
        ids = _customers_with(scope, list_account_ids(scope, kind=kind), external_id)
    if not ids:
        raise CustomerNotFoundError("nobody has this id")
    if len(ids) > 1:
        raise AmbiguousIdError("several people have this id, in different accounts")
    return Customer.objects.scoped(scope).get(pk=ids.pop())


def list_account_ids(scope: Scope, *, kind: str | None = None) -> list[int]:
    """The POS accounts whose records the scope may see: those that serve one of its stores.

    Naming them lets the database use the index on external ids.
    """
    accounts = PosAccount.objects.scoped(scope)
    if kind is not None:
        accounts = accounts.filter(kind=kind)
    if scope.store_ids is not None:
        served = AccountStore.objects.scoped(scope).filter(store__in=scope.store_ids)
        accounts = accounts.filter(pk__in=served.values("account"))
    return list(accounts.order_by("pk").values_list("pk", flat=True))


def visible_records(scope: Scope, customer_ids: Collection[int]) -> QuerySet[PosRecord]:
    """The records of some people that the scope may see: in accounts that serve its stores."""
    records = PosRecord.objects.scoped(scope).filter(link__customer_id__in=customer_ids)
    if scope.store_ids is not None:
        records = records.filter(account__in=list_account_ids(scope))
    return records


def _customers_with(scope: Scope, account_ids: Sequence[int], external_id: str) -> set[int]:
    links = Link.objects.scoped(scope).filter(
        record__retailer_id=scope.retailer_id,
        record__account_id__in=account_ids,
        record__external_id=external_id,
    )
    return set(links.values_list("customer_id", flat=True)[:50])


def _follow(scope: Scope, customer: Customer) -> Customer:
    seen = {customer.pk}
    while customer.merged_into_id is not None and customer.merged_into_id not in seen:
        customer = Customer.objects.scoped(scope).get(pk=customer.merged_into_id)
        seen.add(customer.pk)
    return customer


def get_profile(scope: Scope, customer: Customer) -> CustomerView:
    """Everything known of a person; the caller audits that it was seen."""
    records = list_records(scope, [customer.pk])
    values = [value for record in records for value in record_values(record)]
    values += [value for _, value in list_edit_values(scope, [customer.pk])]
    truths = decide(values, get_priorities(scope))
    return CustomerView(
        id=customer.pk,
        public_id=customer.public_id,
        created_at=customer.created_at,
        fields=[
            FieldView(name=name, label=FIELDS[name].label, truth=truth)
            for name, truth in truths.items()
        ],
        records=records,
    )


def list_records(scope: Scope, customer_ids: Sequence[int]) -> list[RecordView]:
    """The visible records of some people, those that tell most of the present first."""
    rows = (
        visible_records(scope, customer_ids)
        .select_related("account", "link")
        .defer("sealed_raw")
        .order_by(
            F("gone_at").desc(nulls_first=True),
            "status",
            F("pos_updated_at").desc(nulls_last=True),
            "id",
        )
    )
    return [read_record(scope, row, customer_id=row.link.base_id) for row in rows]


def read_record(scope: Scope, row: PosRecord, *, customer_id: int = 0) -> RecordView:
    """Open one record (with its account loaded)."""
    context = contexts.record_fields(row.account_id, row.external_id)
    return RecordView(
        id=row.pk,
        customer_id=customer_id,
        kind=row.account.kind,
        account_key=row.account.account_key,
        external_id=row.external_id,
        status=row.status,
        status_raw=row.status_raw,
        merged_into=row.merged_into,
        pos_updated_at=row.pos_updated_at,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
        gone_at=row.gone_at,
        fields=SealedFields.from_json(unseal(scope, row.sealed_fields, context=context)),
    )


def standing_state(records: Iterable[RecordView]) -> str:
    """``present`` if a record is active, else ``inactive``, or ``gone`` if no POS has any."""
    alive = [record for record in records if record.gone_at is None]
    if any(record.status == PosRecord.Status.ACTIVE for record in alive):
        return "present"
    return "inactive" if alive else "gone"


def get_raw(scope: Scope, record_id: int) -> bytes:
    """The wire row of a record as JSON, for administrators.

    :raises PosRecord.DoesNotExist: no such record, or none that the scope may see.
    """
    row = PosRecord.objects.scoped(scope).get(pk=record_id)
    if scope.store_ids is not None and row.account_id not in list_account_ids(scope):
        raise PosRecord.DoesNotExist
    context = contexts.record_raw(row.account_id, row.external_id)
    return unpack_raw(unseal(scope, row.sealed_raw, context=context))


def record_values(record: RecordView, *, only: Collection[str] | None = None) -> list[SourcedValue]:
    """The values of a record with their source, for the rules of survivorship.

    :param only: the fields that are wanted; None means all.
    """
    alive = record.gone_at is None and record.status == PosRecord.Status.ACTIVE
    return [
        SourcedValue(
            field=name,
            value=value,
            source=record.source,
            record_id=record.id,
            at=dt.datetime.fromisoformat(record.fields.changed_at(name)),
            alive=alive,
            kind=record.kind,
            customer_id=record.customer_id,
        )
        for name, value in record.fields.values.items()
        if only is None or name in only
    ]


def list_edit_values(scope: Scope, customer_ids: Collection[int]) -> list[tuple[int, SourcedValue]]:
    """The hub edits in force of some people: pairs of whose they are now, and value."""
    edits = FieldEdit.objects.scoped(scope).filter(
        holder__in=customer_ids, withdrawn_at__isnull=True, covered=False
    )
    return [(edit.holder_id, edit_value(scope, edit)) for edit in edits]


def edit_value(scope: Scope, edit: FieldEdit) -> SourcedValue:
    """Open one hub edit."""
    context = contexts.edit_value(edit.customer_id, edit.field)
    return SourcedValue(
        field=edit.field,
        value=orjson.loads(unseal(scope, edit.sealed_value, context=context)),
        source="typed here",
        record_id=None,
        at=edit.at,
        pinned=edit.pinned,
        waiting=edit.waiting,
        customer_id=edit.customer_id,
        covers=frozenset(edit.covers),
    )
