"""What people type while a fault is on: registrations, edits, switched-off customers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from rollcall.customers.queries.profile import resolve
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.outbox.models import WriteSwitch
from rollcall.pos import registry
from rollcall.pos.contract import Capability
from rollcall.registration.operations.changing import change_person
from rollcall.registration.operations.registering import register_shopper
from rollcall.sync.operations.connections import open_settings, write_rules
from rollcall.testing.fault_proof import Wished
from rollcall.testing.pos_world import PosWorld

_NEW: Mapping[str, FieldValue] = {
    "middle_name": "Fern", "gender": "female", "city": "Oakland", "state": "CA", "zip": "94607",
    "customer_type": "adult", "notes": "prefers the side door", "licence_expires_on": "2031-05-20",
}  # fmt: skip
#: Nobody whom matching could take for somebody else.
_PEOPLE = (
    ("Ines", "Okafor", "1988-07-19", "411 Juniper Way", "+14155552117", "D7205164"),
    ("Marta", "Lindqvist", "1971-02-03", "86 Alder Street", "+14155558342", "F3318027"),
    ("Joan", "Varga", "1994-11-25", "1920 Birch Lane", "+14155554960", "K9046513"),
    ("Leonie", "Moreau", "1965-05-08", "7 Poppy Terrace", "+14155556705", "B1587792"),
)
_PLACES = ("street", "city", "state", "zip")
#: Who is edited.
_OLD = 8


@dataclass(kw_only=True)
class Writing:
    """Everybody whom the hub writes to one POS, and how they have to look in the end."""

    world: PosWorld
    wished: dict[str, Wished] = field(default_factory=dict)

    def begin(self) -> None:
        """Switch writing on and choose who is edited: the first rows, which faults strike too."""
        now = utc_now()
        WriteSwitch.objects.scoped(self.world.scope).update_or_create(
            connection=self.world.connection,
            defaults={"enabled_at": now, "enabled_by": "cli:fault matrix"},
        )
        truth = self.world.truth()
        # A POS may take whole addresses only; a part of one is laid over the rest.
        whole = [
            pos_id
            for pos_id, row in truth.items()
            if row["status"] == "active" and all(row.get(name) for name in _PLACES)
        ]
        for pos_id in whole[:_OLD]:
            self.wished[pos_id] = Wished(
                customer=resolve(self.world.scope, pos_id),
                fields={},
                pos_id=pos_id,
                before=truth[pos_id],
            )

    def wish(self, number: int) -> None:
        """One round: two registrations, edits of old and new people, and what staff do meanwhile.

        :param number: 0 or 1.
        """
        old = [one for one in self.wished.values() if one.pos_id]
        new = [one for one in self.wished.values() if not one.pos_id]
        for offset in range(2):
            self._register(number * 2 + offset)
        for one in old[number * 2 : number * 2 + 3]:
            mark = f"{number}{one.pos_id[-3:].lower()}"
            self._change(one, email=f"edit.{mark}@example.com", street=f"{number} Aspen Court")
        for one in new[:1]:
            self._change(one, street=f"{number} Birch Street", zip=f"9460{number}")
        for one in old[number * 2 : number * 2 + 2]:
            self._staff_change(one, number)
        if Capability.DEACTIVATE in registry.connector(self.world.kind).capabilities:
            self._deactivate(old[7], "active" if number else "inactive")
            self._deactivate(old[6], "inactive")

    def _register(self, number: int) -> None:
        given, family, born_on, street, phone, licence = _PEOPLE[number]
        email = f"{given}.{family}@example.com".casefold()
        fields: dict[str, FieldValue] = {
            **_NEW,
            "given_name": given,
            "family_name": family,
            "born_on": born_on,
            "street": street,
            "email": email,
            "phone": phone,
            "licence": licence,
        }
        found = registry.connector(self.world.kind)
        settings = open_settings(self.world.scope, self.world.connection)
        for problem in found.check_new(fields, settings):
            fields.pop(problem.field, None)
        made = register_shopper(
            self.world.scope,
            self.world.store,
            fields,
            registration=uuid.uuid4(),
            now=utc_now(),
        )
        creatable = found.write_rules(settings).creatable
        sent = {name: fields[name] for name in fields.keys() & creatable}
        self.wished[email] = Wished(customer=made.customer, fields=sent, email=email)

    def _change(self, one: Wished, **changes: FieldValue) -> None:
        updatable = write_rules(self.world.scope, self.world.connection).updatable
        fields = {name: value for name, value in changes.items() if name in updatable}
        customer = resolve(self.world.scope, str(one.customer.public_id))
        change_person(self.world.scope, customer, fields, store=self.world.store, now=utc_now())
        one.fields.update(fields)

    def _staff_change(self, one: Wished, number: int) -> None:
        # Of the same customers, and nobody may take it back.
        value = ("Fresno", "Eureka")[number]
        self.world.simulator.control.patch(one.pos_id, city=value)
        one.fields["city"] = value

    def _deactivate(self, one: Wished, status: str) -> None:
        customer = resolve(self.world.scope, str(one.customer.public_id))
        change_person(
            self.world.scope, customer, {}, status=status, store=self.world.store, now=utc_now()
        )
        one.status = status
