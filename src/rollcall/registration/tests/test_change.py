"""Changes of people: here at once, at every POS soon, and never lost between the two."""

from __future__ import annotations

import pytest

from rollcall.customers.models import FieldEdit
from rollcall.customers.queries.profile import resolve
from rollcall.kit.clock import utc_now
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.operations.changing import ChangeRefusedError, change_person
from rollcall.registration.tests.kiosk import INES, Kiosk


class TestOverTheApi:
    def test_reaches_the_pos(self, writing: WritingWorld, kiosk: Kiosk, worker: None) -> None:
        reply = kiosk.change("1000", notes="asks for Ana")

        assert (reply.status, reply.json["pos_status"]) == (200, "delivered")
        assert reply.json["customer"]["notes"] == "asks for Ana"
        assert reply.json["customer"]["customer_id"] == "1000"
        assert writing.control.customer("1000")["notes"] == "asks for Ana"

    def test_stands_here_while_the_pos_is_down(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        reply = kiosk.change("1000", notes="asks for Ana")

        assert (reply.status, reply.json["pos_status"]) == (200, "pending")
        assert reply.json["customer"]["notes"] == "asks for Ana"

    def test_takes_rollcall_s_id_too(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        public_id = str(resolve(writing.scope, "1000").public_id)

        assert kiosk.change(public_id, notes="x").json["customer"]["customer_id"] == "1000"

    def test_of_nobody_is_not_found(self, kiosk: Kiosk) -> None:
        assert kiosk.change("nobody", notes="x").status == 404

    def test_of_what_cannot_be_empty_is_refused(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        reply = kiosk.change("1000", first_name=None)

        assert reply.status == 422
        assert reply.json["errors"] == {"first_name": ["can't be blank"]}
        assert not FieldEdit.objects.scoped(writing.scope).exists()

    def test_of_somebody_whose_create_waits_goes_with_it(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        hub_id = kiosk.create(**INES).json["customer"]["customer_id"]

        reply = kiosk.change(hub_id, notes="left-handed")

        assert reply.json["pos_status"] == "pending"
        assert OutboxEntry.objects.scoped(writing.scope).count() == 1
        writing.drain()
        (made,) = writing.at_pos(email=INES["email"])
        assert made["notes"] == "left-handed"


class TestBesideASync:
    def test_is_not_overwritten_while_it_waits(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")
        change_person(writing.scope, customer, {"notes": "typed here"}, now=utc_now())
        writing.control.set_clock(skew_s=60)
        writing.control.patch("1000", notes="typed there")

        writing.world.sync()

        assert writing.profile(customer, "notes") == "typed here"

    def test_gives_way_when_the_pos_was_later(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")
        change_person(writing.scope, customer, {"notes": "typed here"}, now=utc_now())
        writing.control.set_clock(skew_s=60)
        writing.control.patch("1000", notes="typed there")

        writing.drain()

        assert writing.profile(customer, "notes") == "typed there"
        edit = FieldEdit.objects.scoped(writing.scope).get()
        assert (edit.waiting, edit.outcome) == (False, "overruled")

    def test_stands_against_everybody_if_it_is_pinned(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")
        change_person(
            writing.scope,
            customer,
            {"notes": "typed here"},
            pinned=frozenset({"notes"}),
            now=utc_now(),
        )
        writing.control.set_clock(skew_s=60)
        writing.control.patch("1000", notes="typed there")

        writing.drain()

        assert writing.control.customer("1000")["notes"] == "typed here"
        assert writing.profile(customer, "notes") == "typed here"

    def test_does_not_travel_to_and_fro(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")
        held = writing.profile(customer, "given_name")

        change_person(writing.scope, customer, {"given_name": held.title()}, now=utc_now())
        for _ in range(3):
            writing.drain()
            writing.world.sync()

        entries = OutboxEntry.objects.scoped(writing.scope)
        assert [(entry.state, entry.calls) for entry in entries] == [("delivered", 0)]

    def test_that_changes_nothing_writes_nothing(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")
        held = writing.profile(customer, "given_name")

        change = change_person(writing.scope, customer, {"given_name": held}, now=utc_now())

        assert (change.fields, change.entries) == ([], [])
        assert not FieldEdit.objects.scoped(writing.scope).exists()


class TestWhatThePosCannotHold:
    def test_stands_here_and_lets_the_rest_pass(self, writing: WritingWorld) -> None:
        writing.control.patch("1000", street=None, city=None, state=None, zip=None)
        writing.world.sync()
        customer = resolve(writing.scope, "1000")
        changes = {"zip": "94612", "notes": "asks for Ana"}

        change_person(writing.scope, customer, changes, now=utc_now())
        writing.drain()
        writing.world.sync(full=True)

        assert writing.control.customer("1000")["notes"] == "asks for Ana"
        assert writing.profile(customer, "zip") == "94612"


class TestChangePerson:
    def test_refuses_what_is_no_field(self, writing: WritingWorld) -> None:
        with pytest.raises(ChangeRefusedError) as caught:
            change_person(
                writing.scope, resolve(writing.scope, "1000"), {"shoe_size": "9"}, now=utc_now()
            )

        assert [one.field for one in caught.value.problems] == ["shoe_size"]

    def test_keeps_here_what_no_pos_can_hold(self, writing: WritingWorld) -> None:
        customer = resolve(writing.scope, "1000")

        change = change_person(writing.scope, customer, {"licence_state": "NV"}, now=utc_now())

        assert change.entries == []
        assert writing.profile(customer, "licence_state") == "NV"
