"""Placing orders at their POS: once, and in nobody else's order.

No transaction is open while a POS is asked. What a crash leaves behind is a row whose claim runs
out; the next sender looks for what may have been done before it does anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F

from rollcall.audit import operations as audit
from rollcall.jobs import StoppedError
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.models import CustomerOrder, OrderMail, OrderWrite
from rollcall.orders.operations.order_letters import queue_mails
from rollcall.orders.operations.order_preparing import prepare_orders
from rollcall.orders.operations.order_taking import write_orders
from rollcall.orders.operations.order_write_claims import begin_call, own
from rollcall.orders.queries import order_writes as queries
from rollcall.orders.rules.order_verdicts import GIVE_UP_AFTER, judge_order
from rollcall.outbox.operations.claiming import NotAllowedError
from rollcall.outbox.rules.verdicts import Verdict, pause_s
from rollcall.pos.contract import PosClient, RawRow
from rollcall.pos.errors import (
    PosConflictError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)
from rollcall.pos.order_placing import NewOrder, NewOrderLine, OrderPlacer
from rollcall.pos.orders import OrderReader, OrderStatus
from rollcall.sync.operations.source import Source

log = structlog.get_logger()

_STOPPED: Final = Verdict(state="queued", code="stopped", reason="writing was stopped", wait_s=15)
_GIVEN_BACK: Final = Verdict(state="queued", code="interrupted", reason="its turn comes later")
_STILL_CREATED: Final = Verdict(
    state="queued", code="customer_pending", reason="the customer is being created", wait_s=2
)
#: What kiosks know it by.
_NO_CUSTOMER: Final = "CUSTOMER_NOT_FOUND"

State = OrderWrite.State


class _CustomerPendingError(Exception):
    """Who orders is still being created at the POS."""


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What a POS holds now.

    :param buyer: the id under which who ordered is known there; "" for nobody.
    :param resumed: it was added to an order that was open.
    """

    row: RawRow
    buyer: str = ""
    resumed: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderSender:
    """Sends what is to be written about orders of one connection; one client, one thread."""

    scope: Scope
    source: Source
    client: PosClient

    def send(self, write: OrderWrite) -> None:
        """Carry out a claimed row. Never raises PosError."""
        try:
            if write.intent == OrderWrite.Intent.PLACE:
                outcome = self._place(write)
            else:
                outcome = self._set_status(write)
            self._finish(write, outcome)
        except PosError as error:
            close_try(self.scope, write, self._judged(write, error))
        except _CustomerPendingError:
            give_back(self.scope, write, _STILL_CREATED)
        except NotAllowedError:
            give_back(self.scope, write, _STOPPED)
        except StoppedError:
            # No fault of the order: the next worker sends it at once.
            give_back(self.scope, write, _GIVEN_BACK)
            raise
        except Exception as error:
            # A bug of ours must not keep the queue from going on, nor lose the order.
            log.exception("orders.sending_crashed", write_id=write.pk)
            reason = f"internal error ({type(error).__name__})"
            wait_s = pause_s(write.attempts)
            verdict = Verdict(state="queued", code="internal", reason=reason, wait_s=wait_s)
            close_try(self.scope, write, verdict)

    @property
    def _placer(self) -> OrderPlacer:
        placer = self.source.connector.placing
        if placer is None:
            raise UnsupportedByPosError("this POS takes no orders", code="no_orders")
        return placer

    @property
    def _reader(self) -> OrderReader:
        reader = self.source.connector.orders
        if reader is None:
            raise UnsupportedByPosError("this POS tells of no orders", code="no_orders")
        return reader

    def _judged(self, write: OrderWrite, error: PosError) -> Verdict:
        placer = self.source.connector.placing
        return judge_order(
            error,
            attempts=write.attempts,
            waited=utc_now() - write.created_at,
            settles_after=placer.settles_after if placer is not None else dt.timedelta(),
        )

    # Placing

    def _place(self, write: OrderWrite) -> _Outcome:
        buyer = self._buyer(write)
        order, placer = self._asked(write, buyer), self._placer
        if write.sent_at is not None and not placer.has_idempotency_key:
            done = self.client.find_placed(order, since=write.sent_at)
            if done is not None:
                was_new = placer.is_begun_by(done, order.reference)
                return _Outcome(row=done, buyer=buyer, resumed=not was_new)
        _check_age(write)
        current = self._open_order(write, buyer)
        if current is not None:
            begin_call(self.scope, write, now=utc_now())
            try:
                row = self.client.add_to_order(current, order)
                return _Outcome(row=row, buyer=buyer, resumed=True)
            except (PosConflictError, PosGoneError):
                log.info("orders.not_open_any_more", write_id=write.pk)
        begin_call(self.scope, write, now=utc_now())
        return _Outcome(row=self.client.place_order(order), buyer=buyer)

    def _buyer(self, write: OrderWrite) -> str:
        if write.customer is None:
            return ""
        connection = self.source.connection
        said = write.customer_external_id
        found = queries.find_buyer(self.scope, connection, write.customer, said=said)
        if found or said:
            return found or said
        if queries.is_being_created(self.scope, connection, write.customer):
            if is_late(write):
                raise PosRefusedDataError("the customer was not created", code=_NO_CUSTOMER)
            raise _CustomerPendingError
        raise PosRefusedDataError("the POS does not know the customer", code=_NO_CUSTOMER)

    def _asked(self, write: OrderWrite, buyer: str) -> NewOrder:
        body = queries.open_body(self.scope, write)
        return NewOrder(
            reference=reference_of(write),
            customer_id=buyer,
            lines=[
                NewOrderLine(product_id=one["product_id"], quantity=Decimal(one["quantity"]))
                for one in body["lines"]
            ],
            note=body["note"],
        )

    def _open_order(self, write: OrderWrite, buyer: str) -> RawRow | None:
        """The open order to add to: the same person's, placed in the same store, open right now."""
        if not self._placer.adds:
            return None
        external_id = queries.find_open_order(self.scope, write, buyer, now=utc_now())
        if not external_id:
            return None
        try:
            row = self.client.get_order(external_id)
            order = self._reader.to_order(row, self.source.context)
        except (PosGoneError, RowError):
            return None
        is_theirs = order.external_id == external_id and order.customer_id == buyer
        return row if is_theirs and self._placer.is_open(row) else None

    # How far it is

    def _set_status(self, write: OrderWrite) -> _Outcome:
        _check_age(write)
        current = self.client.get_order(write.external_id)
        begin_call(self.scope, write, now=utc_now())
        row = self.client.set_order_status(current, OrderStatus(write.status))
        return _Outcome(row=row, buyer=write.customer_external_id, resumed=write.resumed)

    # Writing down

    def _finish(self, write: OrderWrite, outcome: _Outcome) -> None:
        external_id = self._reader.external_id(outcome.row)
        prepared = prepare_orders(self.source, self._reader, [outcome.row])
        now = utc_now()
        with transaction.atomic():
            if not own(self.scope, write).select_for_update().exists():
                return
            write_orders(self.source, prepared, now=now)
            orders = CustomerOrder.objects.scoped(self.scope).filter(account=self.source.account)
            write.order = orders.filter(external_id=external_id).first()
            write.external_id, write.resumed = external_id, outcome.resumed
            write.customer_external_id = outcome.buyer
            own(self.scope, write).update(
                state=State.DONE,
                order=write.order,
                external_id=external_id,
                customer_external_id=outcome.buyer,
                resumed=outcome.resumed,
                claimed_until=None,
                closed_at=now,
                code="",
                reason="",
            )
            write.state = State.DONE
            tell(self.scope, write, "done")
            queue_mails(self.scope, write, _mail_kind(write), now=now)


def reference_of(write: OrderWrite) -> str:
    """What the POS keeps of us with an order: short enough to be read to one another."""
    return f"RC{write.uuid.hex[:12].upper()}"


def is_late(write: OrderWrite) -> bool:
    """Whether it has waited for so long that nobody waits for it any more."""
    return utc_now() - write.created_at > GIVE_UP_AFTER


def _check_age(write: OrderWrite) -> None:
    """Let nothing go out that was stopped, or lay behind others, until nobody wanted it."""
    if is_late(write):
        raise PosUnavailableError("it came too late to be sent", code="too_late")


def close_try(scope: Scope, write: OrderWrite, verdict: Verdict) -> None:
    """End a try that did not arrive; does nothing if another sender took the row over."""
    now = utc_now()
    with transaction.atomic():
        changed = own(scope, write).update(
            state=verdict.state,
            code=verdict.code,
            reason=verdict.reason,
            claimed_until=None,
            not_before=now + dt.timedelta(seconds=verdict.wait_s),
            closed_at=None if verdict.state == State.QUEUED else now,
        )
        if changed and verdict.state != State.QUEUED:
            tell(scope, write, verdict.state)
    log.info(
        "orders.not_sent",
        write_id=write.pk,
        state=verdict.state,
        code=verdict.code,
        attempts=write.attempts,
    )


def give_back(scope: Scope, write: OrderWrite, verdict: Verdict = _GIVEN_BACK) -> None:
    """Leave a row that nothing is the matter with to a later try; it was not tried."""
    own(scope, write).update(attempts=F("attempts") - 1)
    close_try(scope, write, verdict)


def tell(scope: Scope, write: OrderWrite, what: str) -> None:
    """Write the audit entry of what became of it."""
    audit.record(
        scope,
        f"order_write.{what}",
        subject_kind="customer",
        subject_ids=[] if write.customer_id is None else [write.customer_id],
        context={
            "write": write.pk,
            "connection": write.connection_id,
            "intent": write.intent,
            "order": write.order_id,
            "asked_by": write.actor,
        },
    )


def _mail_kind(write: OrderWrite) -> OrderMail.Kind:
    if write.intent == OrderWrite.Intent.STATUS:
        return OrderMail.Kind.STATUS
    return OrderMail.Kind.UPDATED if write.resumed else OrderMail.Kind.CREATED
