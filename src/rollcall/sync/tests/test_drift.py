from __future__ import annotations

import itertools

import pytest

from rollcall.audit.models import Entry
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.sync.models import WireKey
from rollcall.sync.operations.drift import acknowledge_drift
from rollcall.sync.queries import list_drift
from rollcall.sync.rules.drift import KeyCounts, count_keys, has_vanished
from rollcall.testing.fixtures import NOON
from rollcall.testing.pos_world import PosWorld

_visits = itertools.count(1)


def key(world: PosWorld, name: str) -> WireKey:
    return WireKey.objects.scoped(world.scope).get(name=name)


def remember(world: PosWorld, name: str, *, rows: int, present: int) -> None:
    """A key as earlier runs would have counted it."""
    account = world.connection.account
    assert account is not None
    WireKey.objects.scoped(world.scope).create(
        account=account, name=name, is_known=True, rows=rows, present=present,
        first_seen_at=NOON,
    )  # fmt: skip


def change_everybody(world: PosWorld) -> None:
    # Never to what it was: times at the POS are in whole seconds, and a test is quicker.
    note = f"visit {next(_visits)}"
    for pos_id in world.truth():
        world.simulator.control.patch(pos_id, notes=note)


def drift(world: PosWorld) -> list[str]:
    return [one.name for one in list_drift(world.scope, world.connection)]


class TestHasVanished:
    @pytest.mark.parametrize(
        ("rows", "present", "absent", "vanished"),
        [
            (200, 100, 100, True),
            (199, 100, 99, False),
            (199, 99, 100, False),
            (1100, 501, 100, True),
            (1100, 500, 100, False),
            (1100, 1000, 0, False),
        ],
    )
    def test_needs_most_rows_before_and_enough_since(
        self, rows: int, present: int, absent: int, vanished: bool
    ) -> None:
        assert has_vanished(rows=rows, present=present, absent=absent) is vanished


class TestCounting:
    def test_looks_at_a_few_rows_of_many(self) -> None:
        rows = [{"a": 1, **({"b": 2} if number % 2 else {})} for number in range(2001)]

        sampled, counted = count_keys(rows)

        assert sampled == counted["a"]
        assert 40 <= sampled <= 50

    def test_of_no_rows_is_nothing(self) -> None:
        assert count_keys([]) == (0, {})

    def test_forgets_slowly(self) -> None:
        counts = KeyCounts(rows=20_000, present=20_000)

        assert counts.after(rows=2, present=2) == KeyCounts(rows=10_001, present=10_001)

    def test_does_not_forget_while_it_is_missing(self) -> None:
        counts = KeyCounts(rows=20_000, present=20_000).after(rows=50_000, present=0)

        assert counts == KeyCounts(rows=70_000, present=20_000, absent=50_000)
        assert counts.vanished


class TestARun:
    def test_remembers_the_keys_of_its_list(self, world: PosWorld) -> None:
        world.sync()

        found = key(world, "customer_id")
        assert (found.is_known, found.present == found.rows > 0, found.absent) == (True, True, 0)
        assert drift(world) == []

    def test_counts_no_row_twice_that_is_as_it_was(self, world: PosWorld) -> None:
        world.sync()
        before = key(world, "customer_id").rows

        world.sync(full=True)

        assert key(world, "customer_id").rows == before

    def test_names_a_key_that_nobody_knows(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.patch(next(iter(world.truth())), raw={"loyaltyTier": "gold"})

        world.sync()

        assert drift(world) == ["loyaltyTier"]

    def test_names_a_key_that_has_vanished(self, world: PosWorld) -> None:
        world.sync()
        remember(world, "member_since", rows=500, present=400)
        for _ in range(3):
            change_everybody(world)
            world.sync(full=True)

        assert drift(world) == ["member_since"]
        assert key(world, "member_since").vanished_at is not None

    def test_says_nothing_of_a_key_that_was_rare(self, world: PosWorld) -> None:
        world.sync()
        remember(world, "once_used", rows=500, present=100)
        for _ in range(3):
            change_everybody(world)
            world.sync(full=True)

        assert drift(world) == []

    def test_takes_it_back_when_the_key_returns(self, world: PosWorld) -> None:
        world.sync()
        WireKey.objects.scoped(world.scope).filter(name="phone").update(
            vanished_at=NOON, absent=500
        )
        assert drift(world) == ["phone"]
        change_everybody(world)

        world.sync(full=True)

        assert drift(world) == []
        assert key(world, "phone").absent == 0

    def test_of_another_retailer_shows_nothing(self, world: PosWorld, scope_b: Scope) -> None:
        world.sync()
        world.simulator.control.patch(next(iter(world.truth())), raw={"loyaltyTier": "gold"})
        world.sync()

        assert list_drift(scope_b, world.connection) == []

    def test_is_not_filled_by_hostile_keys(self, world: PosWorld) -> None:
        world.sync()
        ids = iter(world.truth())
        for part in range(3):
            keys = {f"many{part}-{number}": 1 for number in range(190)}
            world.simulator.control.patch(next(ids), raw=keys)
            assert world.sync().state == "finished"

        assert WireKey.objects.scoped(world.scope).count() == 300


class TestAcknowledging:
    def test_hides_the_key_in_somebodys_name(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.patch(next(iter(world.truth())), raw={"loyaltyTier": "gold"})
        world.sync()

        names = ["loyaltyTier", "not there"]
        done = acknowledge_drift(world.scope, world.connection, names, now=NOON)

        assert (done, drift(world)) == (1, [])
        assert key(world, "loyaltyTier").acknowledged_by == "cli:test"
        entry = Entry.objects.scoped(world.scope).latest("id")
        assert (entry.action, entry.context) == ("drift.acknowledged", {"keys": ["loyaltyTier"]})

    def test_holds_when_the_key_comes_again(self, world: PosWorld) -> None:
        world.sync()
        ids = iter(world.truth())
        world.simulator.control.patch(next(ids), raw={"loyaltyTier": "gold"})
        world.sync()
        acknowledge_drift(world.scope, world.connection, ["loyaltyTier"], now=NOON)
        world.simulator.control.patch(next(ids), raw={"loyaltyTier": "silver"})

        world.sync()

        assert drift(world) == []

    def test_is_for_administrators(self, world: PosWorld) -> None:
        manager = Scope(
            retailer_id=world.scope.retailer_id,
            actor=Actor(kind="user", id="1"),
            role=Role.MANAGER,
        )

        with pytest.raises(ForbiddenError):
            acknowledge_drift(manager, world.connection, ["phone"], now=NOON)
