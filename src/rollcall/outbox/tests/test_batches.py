"""Several entries under one sender: each on its own, whatever happens to the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from rollcall.jobs import StoppedError, stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.operations import arriving, closing
from rollcall.outbox.operations import drain as drain_module
from rollcall.outbox.operations.claiming import begin_call, claim_some
from rollcall.outbox.operations.deliver import Sender
from rollcall.outbox.operations.drain import send_batch
from rollcall.outbox.operations.switches import stop_all
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.sync.operations.source import Source, open_source


def claim(world: WritingWorld, most: int = 8) -> list[OutboxEntry]:
    return claim_some(world.scope, world.connection.pk, most=most, now=utc_now())


@pytest.fixture
def sender(world: WritingWorld) -> Iterator[Sender]:
    source: Source = open_source(world.scope, world.connection)
    with source.open(interactive=True) as client:
        yield Sender(scope=world.scope, source=source, client=client)


def states(world: WritingWorld, entries: list[OutboxEntry]) -> list[str]:
    return [world.read(entry).state for entry in entries]


class TestClaiming:
    def test_takes_new_people_before_changes(self, world: WritingWorld) -> None:
        changes = [world.change(str(1000 + n), notes="later") for n in range(3)]
        create = world.register()

        assert [entry.pk for entry in claim(world, 2)] == [create.pk, changes[0].pk]

    def test_takes_no_more_than_the_cap_lets_out(self, world: WritingWorld) -> None:
        world.switch_on(cap=3)
        for n in range(6):
            world.change(str(1000 + n), notes="one")

        assert len(claim(world, 2)) == 2
        assert len(claim(world, 8)) == 1
        assert claim(world) == []


class TestABatch:
    def test_arrives_whole(self, world: WritingWorld, sender: Sender) -> None:
        entries = [world.change(str(1000 + n), notes=f"note {n}") for n in range(5)]
        entries.append(world.register())

        send_batch(sender, claim(world))

        assert states(world, entries) == ["delivered"] * 6
        assert [world.control.customer(str(1000 + n))["notes"] for n in range(5)] == [
            f"note {n}" for n in range(5)
        ]

    def test_goes_on_after_one_that_is_refused(self, world: WritingWorld, sender: Sender) -> None:
        entries = [world.change(str(1000 + n), notes="one") for n in range(3)]
        world.control.delete("1001")

        send_batch(sender, claim(world))

        assert states(world, entries) == ["delivered", "refused", "delivered"]

    def test_stops_before_the_next_write_when_the_kill_switch_is_pulled(
        self, world: WritingWorld, sender: Sender
    ) -> None:
        entries = [world.change(str(1000 + n), notes="stop me") for n in range(2)]
        claimed = claim(world)
        sender.send(claimed[0])
        stop_all(world.scope, now=utc_now())

        sender.send(claimed[1])
        sender.finish()

        assert states(world, entries) == ["delivered", "queued"]
        assert world.control.customer("1001").get("notes") != "stop me"

    def test_writes_nothing_when_somebody_else_has_taken_an_entry_over(
        self, world: WritingWorld, sender: Sender
    ) -> None:
        entry = world.change("1000", notes="mine")
        (ours,) = claim(world)
        OutboxEntry.objects.scoped(world.scope).filter(pk=entry.pk).update(
            claimed_until=utc_now() - dt.timedelta(seconds=1)
        )
        (theirs,) = claim(world)

        sender.send(ours)
        sender.finish()

        assert world.control.customer("1000").get("notes") != "mine"
        assert world.read(entry).claim == theirs.claim
        assert world.read(entry).state == "sending"

    def test_renews_a_claim_with_every_write(self, world: WritingWorld) -> None:
        world.change("1000", notes="slowly")
        (entry,) = claim(world)
        before = entry.claimed_until
        assert before is not None

        begin_call(world.scope, entry, now=utc_now() + dt.timedelta(seconds=60))

        after = world.read(entry).claimed_until
        assert after is not None
        assert after > before + dt.timedelta(seconds=30)

    def test_is_left_to_the_next_worker_when_this_one_is_stopped(
        self, world: WritingWorld, sender: Sender
    ) -> None:
        entries = [world.change(str(1000 + n), notes="one") for n in range(3)]
        claimed = claim(world)
        sender.send(claimed[0])
        stopping.set()
        try:
            send_batch(sender, claimed[1:])
        finally:
            stopping.clear()

        assert states(world, entries) == ["delivered", "queued", "queued"]
        assert [world.read(entry).code for entry in entries[1:]] == ["interrupted"] * 2

    def test_of_a_slow_pos_is_given_back_after_a_while(
        self, world: WritingWorld, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = [world.change(str(1000 + n), notes="one") for n in range(3)]
        world.control.set_faults(latency_ms=100)
        monkeypatch.setattr(drain_module, "_HOLD_S", 0.05)

        assert send_batch(sender, claim(world)) == 1

        assert states(world, entries) == ["delivered", "queued", "queued"]
        assert [world.read(entry).attempts for entry in entries] == [1, 0, 0]
        world.control.set_faults(latency_ms=0)
        world.drain()
        assert states(world, entries) == ["delivered"] * 3

    def test_that_is_interrupted_in_a_call_notes_what_arrived(
        self, world: WritingWorld, sender: Sender
    ) -> None:
        entries = [world.change(str(1000 + n), notes="one") for n in range(3)]
        claimed = claim(world)
        sender.send(claimed[0])
        world.control.set_faults(throttle_burst=1000)
        stopping.set()
        try:
            with pytest.raises(StoppedError):
                sender.send(claimed[1])
            send_batch(sender, claimed[2:])
        finally:
            stopping.clear()

        assert states(world, entries) == ["delivered", "queued", "queued"]

    def test_is_written_down_but_for_the_one_that_cannot_be(
        self, world: WritingWorld, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = [world.change(str(1000 + n), notes="one") for n in range(3)]
        real = closing.tell

        def tell(scope: Scope, entry: OutboxEntry, action: str) -> Any:
            if entry.pk == entries[1].pk:
                raise RuntimeError("a bug")
            return real(scope, entry, action)

        monkeypatch.setattr(arriving, "tell", tell)
        send_batch(sender, claim(world))
        monkeypatch.undo()

        assert states(world, entries) == ["delivered", "queued", "delivered"]
        assert world.read(entries[1]).code == "internal"
        assert world.again(entries[1]).state == "delivered"
        assert world.read(entries[1]).calls == 1


class TestTheCap:
    def test_holds_with_many_senders(self, world: WritingWorld) -> None:
        world.switch_on(cap=7)
        entries = [world.change(str(1000 + n), notes="one") for n in range(40)]

        world.drain()

        assert states(world, entries).count("delivered") == 7
        switch = WriteSwitch.objects.scoped(world.scope).get()
        assert switch.hourly_cap == 7
