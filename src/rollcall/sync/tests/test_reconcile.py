from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.customers.models import Link, PosRecord, RecordVersion
from rollcall.customers.operations.ingest import take_over
from rollcall.pos.errors import PosUnavailableError
from rollcall.sync.models import AccountState, QuarantinedRow, Reconciliation
from rollcall.sync.operations.lease import LeaseHeldError
from rollcall.sync.operations.reconcile import BrakeError
from rollcall.sync.tests.sabotage import ELSEWHERE, held_by
from rollcall.testing.fixtures import NOON, incoming
from rollcall.testing.pos_world import PosWorld


def lose(world: PosWorld, *pos_ids: str) -> None:
    """Remove records behind the hub's back."""
    rows = PosRecord.objects.scoped(world.scope).filter(external_id__in=pos_ids)
    ids = list(rows.values_list("pk", flat=True))
    RecordVersion.objects.scoped(world.scope).filter(record_id__in=ids).delete()
    Link.objects.scoped(world.scope).filter(record_id__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from customers_posrecord where id = any(%s)", [ids])


def falsify(world: PosWorld, *pos_ids: str) -> None:
    """Make records differ from the POS behind the hub's back."""
    rows = PosRecord.objects.scoped(world.scope).filter(external_id__in=pos_ids)
    assert rows.update(content_hash=b"another") == len(pos_ids)


def invent(world: PosWorld, *external_ids: str) -> None:
    """Put records in that the POS never had."""
    account = world.connection.account
    assert account is not None
    with transaction.atomic():
        rows = [incoming(world.scope, one, given_name="Nobody") for one in external_ids]
        take_over(world.scope, account, rows, now=NOON, sync_id=None)


def held_exactly(world: PosWorld) -> list[dict[str, object]]:
    """Everything that a repair could change."""
    states = AccountState.objects.scoped(world.scope)
    return [
        *map(dict, PosRecord.objects.scoped(world.scope).order_by("id").values()),
        *map(dict, Link.objects.scoped(world.scope).order_by("record_id").values()),
        *map(dict, QuarantinedRow.objects.scoped(world.scope).order_by("id").values()),
        *map(dict, states.values("watermark", "full_pass_at", "brake_pulled_at")),
    ]


def counts(proof: Reconciliation) -> tuple[int, int, int, int]:
    return (proof.missing, proof.extra, proof.different, proof.quarantined)


def adds_up(proof: Reconciliation) -> bool:
    return proof.at_pos == proof.here + proof.missing + proof.quarantined - proof.extra


class TestReconcile:
    def test_names_what_is_missing(self, world: PosWorld) -> None:
        world.sync()
        lost = sorted(list(world.truth())[3:6])
        lose(world, *lost)

        proof = world.reconcile()

        assert (proof.at_pos, proof.here, counts(proof)) == (120, 117, (3, 0, 0, 0))
        assert sorted(proof.missing_ids) == lost

    def test_names_what_is_extra(self, world: PosWorld) -> None:
        world.sync()
        gone = next(iter(world.truth()))
        world.simulator.control.delete(gone)
        invent(world, "999999")

        proof = world.reconcile()

        assert (proof.at_pos, proof.here, counts(proof)) == (119, 121, (0, 2, 0, 0))
        assert sorted(proof.extra_ids) == sorted([gone, "999999"])

    def test_names_what_is_different(self, world: PosWorld) -> None:
        world.sync()
        here, there = list(world.truth())[:2]
        falsify(world, here)
        world.simulator.control.patch(there, notes="changed at the POS")

        proof = world.reconcile()

        assert (proof.at_pos, proof.here, counts(proof)) == (120, 120, (0, 0, 2, 0))
        assert sorted(proof.different_ids) == sorted([here, there])

    def test_finds_nothing_before_the_first_sync(self, world: PosWorld) -> None:
        proof = world.reconcile()

        assert (proof.at_pos, proof.here, counts(proof)) == (120, 0, (120, 0, 0, 0))

    def test_takes_a_record_that_was_gone_and_is_there_for_missing(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        PosRecord.objects.scoped(world.scope).filter(external_id=pos_id).update(gone_at=NOON)

        proof = world.reconcile()

        assert (proof.here, counts(proof)) == (119, (1, 0, 0, 0))
        assert adds_up(proof)

    def test_believes_no_list_that_leaves_rows_out(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.set_faults(drop_rows=list(world.truth())[:5])

        proof = world.reconcile()

        assert (proof.at_pos, proof.here, counts(proof)) == (120, 120, (0, 0, 0, 0))

    def test_reads_only(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date", "missing_id"])
        world.sync()
        pos_ids = list(world.held())
        lose(world, pos_ids[0])
        falsify(world, pos_ids[1])
        world.simulator.control.delete(pos_ids[2])
        before = held_exactly(world)

        proof = world.reconcile()

        assert held_exactly(world) == before
        assert (counts(proof), proof.repaired) == ((1, 1, 1, 2), False)

    def test_is_audited_with_counts(self, world: PosWorld) -> None:
        world.reconcile()

        entry = Entry.objects.scoped(world.scope).latest("id")
        assert (entry.action, entry.context) == (
            "connection.reconciled", {"missing": 120, "extra": 0, "different": 0},
        )  # fmt: skip

    def test_concludes_nothing_if_the_pos_cannot_be_read_to_the_end(
        self, world: PosWorld, settings: Settings
    ) -> None:
        settings.POS_ATTEMPTS = 2
        world.sync()

        world.simulator.control.set_faults(error_500_rate=0.6)

        with pytest.raises(PosUnavailableError):
            world.reconcile(repair=True)

        assert Reconciliation.objects.scoped(world.scope).count() == 0
        assert len(world.held()) == 120

    def test_waits_for_nobody(self, world: PosWorld) -> None:
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)

        with pytest.raises(LeaseHeldError):
            world.reconcile()

        assert Reconciliation.objects.scoped(world.scope).count() == 0

    def test_gives_the_lease_back(self, world: PosWorld) -> None:
        world.reconcile()

        assert AccountState.objects.scoped(world.scope).get().lease_until is None

    @pytest.mark.parametrize("seed", range(3))
    def test_always_adds_up(self, world: PosWorld, seed: int) -> None:
        rng = random.Random(seed)
        world.simulator.control.set_faults(
            malformed_rows=rng.choice([[], ["bad_date"], ["missing_id", "bad_date", "wrong_types"]])
        )
        world.sync()
        actions: list[Callable[[str], object]] = [
            lambda one: lose(world, one),
            lambda one: falsify(world, one),
            lambda one: invent(world, f"9999{one}"),
            world.simulator.control.delete,
            lambda one: world.simulator.control.patch(one, notes="changed"),
        ]
        for pos_id in rng.sample(sorted(world.held()), 12):
            rng.choice(actions)(pos_id)
        for number in range(rng.randrange(3)):
            world.simulator.control.create(given_name="NEW", family_name=f"N{number}")

        proof = world.reconcile()

        assert adds_up(proof)
        assert proof.at_pos == len(world.truth())
        assert proof.here == len(world.held())


class TestRepair:
    def test_mends_everything(self, world: PosWorld) -> None:
        world.sync()
        pos_ids = list(world.held())
        lose(world, *pos_ids[:4])
        falsify(world, *pos_ids[4:7])
        for pos_id in pos_ids[7:9]:
            world.simulator.control.delete(pos_id)
        invent(world, "999999")
        world.simulator.control.patch(pos_ids[10], email="mended@example.com")

        first = world.reconcile(repair=True)
        second = world.reconcile()

        assert (counts(first), first.repaired) == ((4, 3, 4, 0), True)
        assert counts(second) == (0, 0, 0, 0)
        assert world.held().keys() == world.truth().keys()
        assert world.values(pos_ids[10])["email"] == "mended@example.com"

    def test_brings_back_what_was_marked_as_gone(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        PosRecord.objects.scoped(world.scope).filter(external_id=pos_id).update(gone_at=NOON)

        world.reconcile(repair=True)

        assert world.held().keys() == world.truth().keys()

    def test_lets_nobody_go_behind_the_brake_but_mends_the_rest(self, world: PosWorld) -> None:
        world.sync()
        pos_ids = list(world.held())
        for pos_id in pos_ids[:30]:
            world.simulator.control.delete(pos_id)
        lose(world, pos_ids[40])

        with pytest.raises(BrakeError, match="30 of 120 records"):
            world.reconcile(repair=True)

        assert len(world.held()) == 120
        assert pos_ids[40] in world.held()
        assert Reconciliation.objects.scoped(world.scope).get().repaired is False

    def test_takes_over_nothing_twice(self, world: PosWorld) -> None:
        world.sync()
        falsify(world, next(iter(world.truth())))

        world.reconcile(repair=True)

        assert RecordVersion.objects.scoped(world.scope).count() == 0
        assert PosRecord.objects.scoped(world.scope).count() == 120
