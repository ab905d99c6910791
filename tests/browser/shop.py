"""An invented shop that has something to show on every page."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.ingest import take_over
from rollcall.identity.models import Merge, Suggestion
from rollcall.identity.operations.households import link_household
from rollcall.identity.operations.merging import merge_people
from rollcall.identity.operations.pos_plans import plan_pos_merge
from rollcall.identity.tests.review_queue import EVIDENCE, NORA
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.tests.order_shop import place_for
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.enqueue import put_entry
from rollcall.outbox.rules.wishes import Wish
from rollcall.stores.models import Store
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
    with transaction.atomic():
        changed = [incoming(scope, "1042", phone="+14155550199", city="Oakland")]
        take_over(scope, account, changed, now=now, sync_id=None)
    customer = Customer.objects.scoped(scope).order_by("id")[0]
    edit_field(scope, customer, "licence", "D1234567", now=now)
    with transaction.atomic():
        held, refused, over = fill_outbox(scope, customer, connection)
    person = fill_identity(scope, account)
    order = place_for(scope, Store.objects.scoped(scope).order_by("pk")[0], customer)
    return [
        "/orders/",
        "/orders/products/",
        f"/orders/{order.uuid}/",
        "/people/review/",
        "/people/pos-merges/",
        f"/customers/{person.public_id}/",
        f"/customers/{person.public_id}/identity/",
        f"/customers/{person.public_id}/pos-merges/",
        "/customers/",
        f"/customers/{customer.public_id}/",
        f"/customers/{customer.public_id}/edit/",
        f"/customers/{customer.public_id}/history/",
        "/outbox/",
        "/outbox/?state=stuck",
        f"/outbox/{held.pk}/",
        f"/outbox/{refused.pk}/",
        f"/outbox/{over.pk}/",
        "/outbox/writing/",
        f"/connections/{connection.slug}/writing/",
        "/connections/",
        f"/connections/{connection.slug}/",
        f"/connections/{connection.slug}/brake/",
        f"/connections/{connection.slug}/schedule/",
        "/connections/new/",
        f"/connections/{connection.slug}/settings/",
        "/inbox/",
        "/notices/",
        f"/runs/{ended.pk}/",
        f"/runs/{going.pk}/",
        "/quarantine/",
        "/password/",
        "/sign-out/",
    ]


def fill_identity(scope: Scope, account: PosAccount) -> Customer:
    """Somebody who was merged, with a plan and a household, and a pair to review."""
    now = utc_now()
    rows = [
        incoming(scope, number, **{**NORA, "given_name": given}, updated_at=now)
        for number, given in (("51", "Nora"), ("52", "Nora"), ("53", "Chidi"), ("54", "Ife"))
    ]
    with transaction.atomic():
        take_over(scope, account, rows, now=now, sync_id=None)
    records = PosRecord.objects.scoped(scope).filter(external_id__in=["51", "52", "53", "54"])
    nora, double, chidi, ife = records.select_related("link__customer").order_by("external_id")
    person = nora.link.customer
    merge_people(
        scope,
        person,
        double.link.customer,
        reason=Merge.Reason.AUTOMATIC,
        evidence={**EVIDENCE, "vetoes": [], "short": -1.3, "records": [nora.pk, double.pk]},
        now=now,
    )
    plan_pos_merge(scope, person, nora.pk, now=now)
    link_household(scope, person, chidi.link.customer, now=now)
    Suggestion.objects.scoped(scope).create(
        first=chidi, second=ife, bits=17.3, reasons=["born"], evidence=EVIDENCE, at=now
    )
    return person


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


def fill_outbox(
    scope: Scope, customer: Customer, connection: PosConnection
) -> tuple[OutboxEntry, OutboxEntry, OutboxEntry]:
    """Entries of a person: one that is held, one that was refused, one that has arrived."""
    now = utc_now()
    wish = Wish(
        values={"phone": "+14155550177", "notes": "Rings twice."},
        bases={"phone": "+14155550199"},
        pinned=frozenset({"phone"}),
    )
    held, refused, over = (
        put_entry(
            scope,
            customer,
            connection=connection,
            external_id=external_id,
            intent=intent,
            wish=wish,
            store=None,
            hub_record=None,
            now=now,
        )
        for external_id, intent in (
            ("1042", OutboxEntry.Intent.UPDATE),
            ("", OutboxEntry.Intent.CREATE),
            ("2077", OutboxEntry.Intent.UPDATE),
        )
    )
    refused.state, refused.code, refused.attempts = OutboxEntry.State.REFUSED, "duplicate", 3
    refused.reason = "the POS says that it holds this person already"
    refused.decisions = {"duplicate_of": "1043"}
    refused.save()
    over.state, over.closed_at, over.attempts, over.calls = OutboxEntry.State.DELIVERED, now, 1, 1
    over.decisions = {"phone": "hub_newer", "notes": "kept_here"}
    over.save()
    return held, refused, over
