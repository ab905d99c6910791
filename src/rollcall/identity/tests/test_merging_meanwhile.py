"""What others do, and what breaks, while a round of matching writes its merges."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from django.db import connection, transaction

from rollcall.customers import joins
from rollcall.customers.operations.settling import lock_ties
from rollcall.identity.models import Decision, Merge, PendingMatch
from rollcall.identity.operations import matching, pending
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.merging_rows import ELIAS, NORA, nora, open_reasons, pairs, people
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Scope


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> Iterator[None]:
    forget_sizes()
    yield
    joins.remove_follower("test")


def in_background(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for_somebody_who_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("select 1 from pg_locks where locktype = 'advisory' and not granted")
            if cursor.fetchone() is not None:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
class TestMeanwhile:
    def test_a_decision_made_between_comparing_and_writing_is_obeyed(
        self, shop: MergingShop
    ) -> None:
        first, second = shop.row("treez:1", **NORA), shop.row("cova:2", **NORA)
        with transaction.atomic():
            lock_ties(shop.scope)
            worker = in_background(lambda: match_pending(shop.scope))
            wait_for_somebody_who_waits()
            decide(shop.scope, first, second, Decision.Kind.DIFFERENT, now=shop.tick())
        worker.join()

        assert shop.person("treez:1") != shop.person("cova:2")
        assert not Merge.objects.scoped(shop.scope).exists()
        assert not PendingMatch.objects.scoped(shop.scope).exists()

    def test_whom_somebody_else_has_merged_is_left_out(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        shop.row("treez:3", **ELIAS)
        shop.row("cova:4", **ELIAS)
        with transaction.atomic():
            lock_ties(shop.scope)
            worker = in_background(lambda: match_pending(shop.scope))
            wait_for_somebody_who_waits()
            shop.merge("treez:1", "cova:2")
        worker.join()

        reasons = Merge.objects.scoped(shop.scope).order_by("pk").values_list("reason", flat=True)
        assert list(reasons) == ["person", "automatic"]
        assert shop.person("treez:3") == shop.person("cova:4")

    def test_whoever_came_to_one_of_them_meanwhile_is_checked_too(self, shop: MergingShop) -> None:
        shop.row("treez:1", **nora("licence"))
        shop.row("cova:2", **nora("licence", "born_on"))
        shop.row("cova:3", given_name="Nora", family_name="Okafor", born_on="1961-01-30")
        with transaction.atomic():
            lock_ties(shop.scope)
            worker = in_background(lambda: match_pending(shop.scope))
            wait_for_somebody_who_waits()
            shop.merge("cova:2", "cova:3")
        worker.join()

        assert shop.person("treez:1") != shop.person("cova:2") == shop.person("cova:3")
        assert open_reasons(shop) == [["born"]]


@pytest.mark.django_db(transaction=True)
class TestCrash:
    @pytest.fixture
    def shop(self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch) -> MergingShop:
        monkeypatch.setattr(matching, "_MOST_MERGES", 2)
        shop.rows(pairs(5))
        return shop

    def test_of_a_worker_leaves_what_it_had_written_and_the_next_one_goes_on(
        self, shop: MergingShop
    ) -> None:
        connection.close()
        context = multiprocessing.get_context("fork")
        worker = context.Process(target=_die_in_the_second_transaction, args=(shop.scope,))
        worker.start()
        worker.join(30)
        assert worker.exitcode == -signal.SIGKILL
        assert Merge.objects.scoped(shop.scope).count() == 2
        assert PendingMatch.objects.scoped(shop.scope).count() == 10

        assert _matched_after_a_crash(shop) == 10

        assert Merge.objects.scoped(shop.scope).count() == 5
        found = people(shop)
        assert all(found[f"treez:{one}"] == found[f"cova:{one}"] for one in range(5))
        assert len(set(found.values())) == 5

    def test_of_one_transaction_changes_nothing_in_the_end(self, shop: MergingShop) -> None:
        joins.add_follower("test", _fail_at(2))

        assert match_pending(shop.scope) == 10

        assert Merge.objects.scoped(shop.scope).count() == 5
        assert len(set(people(shop).values())) == 5
        assert not PendingMatch.objects.scoped(shop.scope).exists()


def _matched_after_a_crash(shop: MergingShop) -> int:
    """The dead worker's session holds its lock until the server has noticed."""
    for _ in range(200):
        if matched := match_pending(shop.scope):
            return matched
        time.sleep(0.02)
    return 0


def _fail_at(number: int) -> joins.Follower:
    calls = []

    def follow(scope: Scope, moves: Mapping[int, int], *, now: object) -> None:
        calls.append(moves)
        if len(calls) == number:
            raise RuntimeError("it broke")

    return follow


def _die_in_the_second_transaction(scope: Scope) -> None:
    calls = []

    def follow(scope: Scope, moves: Mapping[int, int], *, now: object) -> None:
        calls.append(moves)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    joins.add_follower("test", follow)
    match_pending(scope)


@pytest.mark.django_db(transaction=True)
class TestSecondWorker:
    def test_begins_with_the_newest_and_leaves_the_last_ones_to_the_first(
        self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.rows(pairs(5))
        newest = list(
            PendingMatch.objects.scoped(shop.scope)
            .order_by("-noted_at")
            .values_list("record", flat=True)[:7]
        )
        monkeypatch.setattr(pending, "_AT_ONCE", 1)
        places = {name: (one, 4) for name, (one, _) in pending._PLACES.items()}
        monkeypatch.setattr(pending, "_PLACES", places)
        first, done = threading.Event(), threading.Event()

        def hold() -> None:
            pending._ask(pending._LOCK, "identity.matching", shop.scope)
            first.set()
            done.wait(30)

        holder = in_background(hold)
        first.wait(30)

        compared = match_pending(shop.scope)

        done.set()
        holder.join()
        assert compared == 7
        left = PendingMatch.objects.scoped(shop.scope).values_list("record", flat=True)
        assert not set(left) & set(newest)
