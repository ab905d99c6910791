from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from rollcall.customers import joins
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.settling import lock_people, settle
from rollcall.customers.queries.profile import resolve
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON, Ingest, incoming


@pytest.fixture
def two(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> tuple[Customer, Customer]:
    ingest(scope_a, account_a, [incoming(scope_a, "1"), incoming(scope_a, "2")])
    return resolve(scope_a, "1"), resolve(scope_a, "2")


class TestSettle:
    def test_tells_followers_who_moved(
        self,
        scope_a: Scope,
        account_a: PosAccount,
        ingest: Ingest,
        two: tuple[Customer, Customer],
    ) -> None:
        told: list[tuple[dict[int, int], dt.datetime]] = []

        def follow(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:
            told.append((dict(moves), now))

        joins.add_follower("test", follow)
        try:
            ingest(scope_a, account_a, [incoming(scope_a, "2", merged_into="1")])
            ingest(scope_a, account_a, [incoming(scope_a, "2")])
        finally:
            joins.remove_follower("test")

        first, second = two
        assert told == [({second.pk: first.pk}, NOON), ({second.pk: second.pk}, NOON)]

    def test_changes_nothing_where_all_is_in_line(
        self, scope_a: Scope, two: tuple[Customer, Customer]
    ) -> None:
        assert settle(scope_a, [one.pk for one in two], now=NOON) == {}


class TestLockPeople:
    def test_tells_who_stands_for_them(
        self,
        scope_a: Scope,
        account_a: PosAccount,
        ingest: Ingest,
        two: tuple[Customer, Customer],
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "2", merged_into="1")])

        first, second = two
        assert lock_people(scope_a, {second.pk}) == {second.pk: first.pk}

    def test_leaves_out_people_of_another_retailer(
        self, scope_b: Scope, two: tuple[Customer, Customer]
    ) -> None:
        assert lock_people(scope_b, {two[0].pk}) == {}
