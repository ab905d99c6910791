"""A store whose POS may be written to, with a simulator behind it: what tests of writing share."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.operations.hub_records import register_person
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.operations.drain import drain
from rollcall.outbox.operations.enqueue import wish_create, wish_update
from rollcall.pos.simulator.control import Control
from rollcall.sync.models import PosConnection
from rollcall.testing.pos_world import PosWorld

INES: dict[str, FieldValue] = {
    "given_name": "Ines",
    "family_name": "Okafor-Lindqvist",
    "born_on": "1988-07-19",
    "phone": "+14155550177",
    "email": "ines.okafor@example.com",
}


@dataclass(kw_only=True)
class WritingWorld:
    """Everybody was read once, and writing is on."""

    world: PosWorld

    def begin(self) -> None:
        self.world.sync(full=True)
        self.switch_on()

    def switch_on(self, *, cap: int | None = None) -> None:
        WriteSwitch.objects.scoped(self.scope).update_or_create(
            connection=self.connection,
            defaults={"enabled_at": utc_now(), "enabled_by": "cli:test", "hourly_cap": cap},
        )

    @property
    def scope(self) -> Scope:
        return self.world.scope

    @property
    def connection(self) -> PosConnection:
        return self.world.connection

    @property
    def control(self) -> Control:
        return self.world.simulator.control

    @transaction.atomic
    def register(self, **changed: FieldValue) -> OutboxEntry:
        """Register Ines; her create waits."""
        fields, now = {**INES, **changed}, utc_now()
        made = register_person(
            self.scope, self.world.store, fields, registration=uuid.uuid4(), now=now
        )
        entry = wish_create(
            self.scope,
            made.customer,
            connection=self.connection,
            hub_record=made.record,
            fields=fields,
            store=self.world.store,
            now=now,
        )
        assert entry is not None
        return entry

    @transaction.atomic
    def change(
        self, pos_id: str, *, status: str = "", at: dt.datetime | None = None, **changes: FieldValue
    ) -> OutboxEntry:
        """Wish for a change of somebody at the POS."""
        customer = resolve(self.scope, pos_id)
        (entry,) = wish_update(
            self.scope,
            customer,
            changes,
            status=status,
            store=self.world.store,
            now=at or utc_now(),
        )
        return entry

    def drain(self) -> None:
        """Send what is due."""
        drain(self.scope, self.connection)

    def again(self, entry: OutboxEntry) -> OutboxEntry:
        """Let an entry's pause pass, and send it."""
        entries = OutboxEntry.objects.scoped(self.scope).filter(pk=entry.pk)
        entries.update(not_before=utc_now() - dt.timedelta(seconds=1))
        self.drain()
        return self.read(entry)

    def read(self, entry: OutboxEntry) -> OutboxEntry:
        return OutboxEntry.objects.scoped(self.scope).get(pk=entry.pk)

    def at_pos(self, **wanted: FieldValue) -> list[dict[str, Any]]:
        """Who at the POS has these values, whatever the case of letters."""
        return [
            row
            for row in self.control.customers()
            if all(_plain(row.get(name)) == _plain(value) for name, value in wanted.items())
        ]

    def records_of(self, customer: Customer) -> list[PosRecord]:
        records = PosRecord.objects.scoped(self.scope).filter(link__customer=customer)
        return list(records.select_related("account").order_by("pk"))

    def profile(self, customer: Customer, field: str) -> str:
        return get_profile(self.scope, customer).text(field)


def _plain(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
