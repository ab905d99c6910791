"""Somebody registered here is typed in at the till."""

from __future__ import annotations

import pytest

from rollcall.customers.queries.profile import resolve
from rollcall.identity.operations.pending import match_pending
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.tests.writing_world import INES, WritingWorld
from rollcall.registration.operations.appearing import join_appeared
from rollcall.registration.tests.kiosk import INES as SENT
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.testing.platform_client import PlatformClient


@pytest.fixture
def hub_id(writing: WritingWorld, kiosk: Kiosk) -> str:
    """Ines, registered here while writing is off."""
    WriteSwitch.objects.scoped(writing.scope).update(enabled_at=None)
    return str(kiosk.create(**SENT).json["customer"]["customer_id"])


def at_the_till(writing: WritingWorld, **changed: FieldValue) -> str:
    pos_id = writing.control.create(**{**INES, **changed})
    writing.world.sync()
    return pos_id


class TestAppearing:
    def test_joins_both(self, writing: WritingWorld, kiosk: Kiosk, hub_id: str) -> None:
        pos_id = at_the_till(writing, given_name="INES")

        assert join_appeared(writing.scope, now=utc_now()) == 1

        assert resolve(writing.scope, hub_id).pk == resolve(writing.scope, pos_id).pk
        assert kiosk.read(hub_id).json["customer"]["customer_id"] == pos_id
        found = kiosk.send("GET", f"customers?email={SENT['email']}", None).json["customers"]
        assert [row["customer_id"] for row in found] == [pos_id]
        (entry,) = OutboxEntry.objects.scoped(writing.scope)
        assert (entry.state, entry.code) == ("discarded", "appeared")
        assert join_appeared(writing.scope, now=utc_now()) == 0

    @pytest.mark.parametrize(
        "other",
        [
            {"born_on": "1988-07-20"},
            {"given_name": "Agnes"},
            {"phone": "+14155550999", "email": "somebody.else@example.com"},
        ],
    )
    def test_joins_nobody_in_doubt(
        self, writing: WritingWorld, hub_id: str, other: dict[str, FieldValue]
    ) -> None:
        pos_id = at_the_till(writing, **other)

        assert join_appeared(writing.scope, now=utc_now()) == 0
        assert resolve(writing.scope, hub_id).pk != resolve(writing.scope, pos_id).pk

    def test_joins_nobody_if_two_fit(self, writing: WritingWorld, hub_id: str) -> None:
        at_the_till(writing, email="one@example.com")
        at_the_till(writing, phone="+14155550999")

        assert join_appeared(writing.scope, now=utc_now()) == 0

    def test_joins_nobody_whom_the_shopper_said_they_are_not(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        WriteSwitch.objects.scoped(writing.scope).update(enabled_at=None)
        pos_id = at_the_till(writing)
        match_pending(writing.scope)
        api = PlatformClient.of(writing.scope)
        sent = {"store": writing.world.store.slug, "customer": SENT}
        shown = [one["id"] for one in api.post("/customers", sent).json["candidates"]]

        made = api.post("/customers", {**sent, "confirm_new": True, "shown": shown}).json

        assert shown == [str(resolve(writing.scope, pos_id).public_id)]
        assert join_appeared(writing.scope, now=utc_now()) == 0
        assert (
            resolve(writing.scope, made["customer"]["id"]).pk != resolve(writing.scope, pos_id).pk
        )

    def test_leaves_a_create_that_may_have_gone_out(
        self, writing: WritingWorld, hub_id: str
    ) -> None:
        OutboxEntry.objects.scoped(writing.scope).update(sent_at=utc_now())
        at_the_till(writing)

        assert join_appeared(writing.scope, now=utc_now()) == 0
