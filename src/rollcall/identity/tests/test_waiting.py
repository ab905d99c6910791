"""What is told of records that wait to be compared."""

from __future__ import annotations

import datetime as dt

import pytest
from prometheus_client import CollectorRegistry

from rollcall.identity.conditions import watch_pending
from rollcall.identity.metrics import IdentityFigures
from rollcall.identity.models import PendingMatch
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import take_in_pair
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.notifications.rules.kinds import advice_of, title_of


@pytest.fixture
def waiting(shop: MergingShop) -> list[PendingMatch]:
    """Two records that a sync has noted."""
    take_in_pair(shop)
    return list(PendingMatch.objects.scoped(shop.scope).order_by("pk"))


def age(scope: Scope, one: PendingMatch, *, minutes: int) -> None:
    held = PendingMatch.objects.scoped(scope).filter(pk=one.pk)
    held.update(noted_at=utc_now() - dt.timedelta(minutes=minutes))


def set_aside(scope: Scope, one: PendingMatch) -> None:
    held = PendingMatch.objects.scoped(scope).filter(pk=one.pk)
    held.update(not_before=utc_now() + dt.timedelta(minutes=30))


def told(scope: Scope) -> list[tuple[str, object]]:
    found = watch_pending(scope, now=utc_now())
    return [(one.kind, one.data.get("records")) for one in found]


def figure(name: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(IdentityFigures())
    return registry.get_sample_value(name, {"retailer": "alder"})


class TestNotices:
    def test_are_silent_while_records_are_compared_soon(
        self, shop: MergingShop, waiting: list[PendingMatch]
    ) -> None:
        age(shop.scope, waiting[0], minutes=29)

        assert told(shop.scope) == []

    def test_tell_of_records_that_wait_for_long(
        self, shop: MergingShop, waiting: list[PendingMatch]
    ) -> None:
        age(shop.scope, waiting[0], minutes=31)

        assert told(shop.scope) == [("identity.ageing", 1)]
        (found,) = watch_pending(shop.scope, now=utc_now())
        assert title_of(found.kind, found.data) == "1 record is not compared with the others"
        assert "Does a worker run?" in advice_of(found.kind, found.data)

    def test_tell_of_records_that_cannot_be_compared(
        self, shop: MergingShop, waiting: list[PendingMatch]
    ) -> None:
        set_aside(shop.scope, waiting[0])
        age(shop.scope, waiting[0], minutes=99)

        assert told(shop.scope) == [("identity.set_aside", 1)]


class TestFigures:
    def test_count_what_waits(self, shop: MergingShop, waiting: list[PendingMatch]) -> None:
        set_aside(shop.scope, waiting[0])
        age(shop.scope, waiting[1], minutes=10)

        assert figure("rollcall_matching_waiting_records") == 1
        assert figure("rollcall_matching_set_aside_records") == 1
        assert figure("rollcall_matching_oldest_waiting_seconds") == pytest.approx(600, abs=30)
        assert figure("rollcall_matching_suggestions") == 1

    def test_say_nothing_where_nothing_waits(self, shop: MergingShop) -> None:
        assert figure("rollcall_matching_oldest_waiting_seconds") is None
        assert figure("rollcall_matching_suggestions") is None
