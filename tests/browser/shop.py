"""An invented shop that has something to show on every page."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.ingest import take_over
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import (
    AccountState,
    CustomerSync,
    PosConnection,
    QuarantinedRow,
    Reconciliation,
)
from rollcall.testing.fixtures import incoming


def fill(scope: Scope, connection: PosConnection, account: PosAccount) -> list[str]:
    """Fill the shop; returns the addresses of all its pages."""
    now = utc_now()
    rows = [
        incoming(
            scope,
            "1042",
            given_name="Ana",
            family_name="Reyes",
            born_on="1991-04-17",
            phone="+14155550134",
            email="ana.reyes@example.com",
            licence_expires_on="2020-01-31",
            marketing_opt_in=True,
            groups=["Locals"],
            last_visit_at="2026-11-18T17:05:40Z",
        ),
        incoming(scope, "1043", given_name="Anatole", family_name="Brandt", status="inactive"),
    ]
    with transaction.atomic():
        take_over(scope, account, rows, now=now, sync_id=None)
    AccountState.objects.scoped(scope).filter(account=account).update(
        brake_pulled_at=now, brake_missing=412
    )
    QuarantinedRow.objects.scoped(scope).create(
        account=account,
        external_id="3104",
        content_hash=b"1",
        code="bad_date",
        field="born_on",
        reason="The birth date is not a day of the calendar.",
        sealed_raw=b"",
        first_seen_at=now,
        last_seen_at=now,
    )
    Reconciliation.objects.scoped(scope).create(
        connection=connection,
        account=account,
        requested_by="user:1",
        started_at=now,
        finished_at=now,
        at_pos=3,
        here=2,
        missing=1,
        extra=0,
        different=0,
        quarantined=1,
        missing_ids=["3104"],
    )
    ended = make_run(scope, connection, state="failed", finished_at=now, error="The POS is down.")
    going = make_run(scope, connection, state="in_progress", phase="full", rows_read=250)
    customer = Customer.objects.scoped(scope).order_by("id")[0]
    return [
        "/customers/",
        f"/customers/{customer.public_id}/",
        "/connections/",
        f"/connections/{connection.slug}/",
        f"/connections/{connection.slug}/brake/",
        f"/runs/{ended.pk}/",
        f"/runs/{going.pk}/",
        "/quarantine/",
        "/password/",
        "/sign-out/",
    ]


def make_run(scope: Scope, connection: PosConnection, **given: object) -> CustomerSync:
    """A run of the connection that started ten seconds ago."""
    now = utc_now()
    return CustomerSync.objects.scoped(scope).create(
        connection=connection,
        account=connection.account,
        requested_by="user:1",
        started_at=now - dt.timedelta(seconds=10),
        progress_at=now,
        expected_rows=1_000,
        **given,
    )
