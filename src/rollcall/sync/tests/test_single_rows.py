"""Rows that come one by one, beside a run that reads the same list."""

from __future__ import annotations

import datetime as dt
import threading

from django.db import connection, transaction

from rollcall.customers.models import Link, RecordVersion
from rollcall.pos.contract import RawRow
from rollcall.sync.models import AccountState, QuarantinedRow
from rollcall.sync.operations.batches import (
    fingerprint_rows,
    make_job,
    sort_rows,
    write_batch,
)
from rollcall.sync.operations.lease import hold
from rollcall.sync.operations.preparing import prepare
from rollcall.sync.operations.single_rows import Taken, take_single_rows
from rollcall.sync.operations.source import Source, open_source
from rollcall.testing.pos_world import PosWorld


def take(source: Source, *rows: RawRow) -> Taken:
    with transaction.atomic():
        return take_single_rows(source, rows)


def read(source: Source, pos_id: str) -> RawRow:
    with source.open() as client:
        return client.get(pos_id)


class TestSingleRows:
    def test_bring_somebody_new(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        pos_id = world.simulator.control.create(given_name="Ines", family_name="Okafor")

        taken = take(source, read(source, pos_id))

        record = world.held()[pos_id]
        assert taken.record_ids == {pos_id: record.pk}
        assert Link.objects.scoped(world.scope).get(record=record).reason == "first_seen"
        assert world.reconcile().missing == 0

    def test_change_what_is_held_once(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        world.simulator.control.patch("1000", notes="asks for Ana")
        row = read(source, "1000")

        first, again = take(source, row), take(source, row)

        assert world.values("1000")["notes"] == "asks for Ana"
        assert first == again
        versions = RecordVersion.objects.scoped(world.scope).filter(
            record_id=world.held()["1000"].pk
        )
        assert versions.count() == 1

    def test_that_are_old_news_change_nothing(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        world.simulator.control.patch("1000", notes="first")
        old = read(source, "1000")
        world.simulator.control.set_clock(skew_s=60)
        world.simulator.control.patch("1000", notes="second")
        take(source, read(source, "1000"))

        taken = take(source, old)

        assert world.values("1000")["notes"] == "second"
        assert taken.record_ids == {"1000": world.held()["1000"].pk}

    def test_that_cannot_be_read_go_to_quarantine(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        row = {**read(source, "1000"), "birthday": "1990-02-31"}

        taken = take(source, row)

        assert [bad.code for bad in taken.bad] == ["date_invalid"]
        held = QuarantinedRow.objects.scoped(world.scope).get(external_id="1000")
        assert held.resolved_at is None

    def test_bring_back_who_was_gone(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        record = world.held()["1000"]
        record.gone_at = record.changed_at + dt.timedelta(hours=1)
        record.save(update_fields=["gone_at"])

        take(source, read(source, "1000"))

        assert world.held(alive=False)["1000"].gone_at is None

    def test_remember_only_the_last_ids(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        rows = [{**read(source, "1000"), "customer_id": str(n)} for n in range(5000, 5250)]

        take(source, *rows[:120])
        take(source, *rows[120:])

        state = AccountState.objects.scoped(world.scope).get(account=source.account)
        assert state.single_writes == 250
        assert state.single_ids == [str(n) for n in range(5050, 5250)]


class TestARunBesideThem:
    def test_does_not_write_what_it_read_before(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        world.simulator.control.patch("1000", notes="as the run read it")
        world.simulator.control.patch("1001", notes="the run alone read it")
        rows = [read(source, "1000"), read(source, "1001")]
        world.simulator.control.set_clock(skew_s=60)
        world.simulator.control.patch("1000", notes="newer")
        newer = read(source, "1000")

        with hold(world.scope, source.account.pk) as lease:
            batch = sort_rows(source, fingerprint_rows(source, rows))
            outcome = prepare(make_job(source, batch))
            take(source, newer)
            write_batch(source, lease, batch, outcome, run=None)

        assert world.values("1000")["notes"] == "newer"
        assert world.values("1001")["notes"] == "the run alone read it"

    def test_adds_nobody_twice(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        pos_id = world.simulator.control.create(given_name="Ines", family_name="Okafor")
        row = read(source, pos_id)

        with hold(world.scope, source.account.pk) as lease:
            batch = sort_rows(source, fingerprint_rows(source, [row]))
            outcome = prepare(make_job(source, batch))
            take(source, row)
            write_batch(source, lease, batch, outcome, run=None)

        assert len([1 for one in world.held().values() if one.external_id == pos_id]) == 1
        assert world.reconcile().different == 0

    def test_compares_all_after_very_many(self, world: PosWorld) -> None:
        world.sync(full=True)
        source = open_source(world.scope, world.connection)
        world.simulator.control.patch("1000", notes="old")
        old = read(source, "1000")
        world.simulator.control.set_clock(skew_s=60)
        world.simulator.control.patch("1000", notes="new")
        new = read(source, "1000")
        others = [{**new, "customer_id": str(n)} for n in range(5000, 5300)]

        with hold(world.scope, source.account.pk) as lease:
            batch = sort_rows(source, fingerprint_rows(source, [old]))
            outcome = prepare(make_job(source, batch))
            take(source, new)
            take(source, *others)
            write_batch(source, lease, batch, outcome, run=None)

        assert world.values("1000")["notes"] == "new"

    def test_and_they_wait_for_each_other(self, world: PosWorld) -> None:
        world.sync(full=True)
        ids = [
            world.simulator.control.create(given_name="Ines", family_name=f"Okafor {n}")
            for n in range(20)
        ]

        def one_by_one() -> None:
            source = open_source(world.scope, world.connection)
            for pos_id in ids:
                take(source, read(source, pos_id))
            connection.close()

        thread = threading.Thread(target=one_by_one)
        thread.start()
        runs = [world.sync() for _ in range(3)]
        thread.join()

        assert {run.state for run in runs} == {"finished"}
        assert set(ids) <= set(world.held())
        proof = world.reconcile()
        assert (proof.missing, proof.extra, proof.different) == (0, 0, 0)
