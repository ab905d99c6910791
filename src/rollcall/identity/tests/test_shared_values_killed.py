"""A worker that is killed while it takes merges back; the next one goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import Any

import pytest
from django.db import connection

from rollcall.identity.models import GenericValue, Merge, Reopening
from rollcall.identity.operations import reopening
from rollcall.identity.operations.merging import undo_merge
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reopening import work_off_reopenings
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_shared_values import in_force, mark, phone, two_alike

PEOPLE = 6
PATIENCE_S = 20


def _work_slowly(shop: MergingShop) -> None:
    connection.close()

    def slowly(*given: Any, **options: Any) -> Merge:
        time.sleep(0.05)
        done = undo_merge(*given, **options)
        time.sleep(0.05)
        return done

    setattr(reopening, "undo_merge", slowly)  # noqa: B010  # only in this process
    work_off_reopenings(shop.scope)


@pytest.mark.django_db(transaction=True)
def test_goes_on_where_the_killed_one_stopped(shop: MergingShop) -> None:
    forget_sizes()
    for number in range(1, PEOPLE + 1):
        two_alike(shop, number)
    match_pending(shop.scope)
    mark(shop, phone(shop), GenericValue.Source.LEARNED)
    assert in_force(shop) == PEOPLE
    connection.close()
    worker = multiprocessing.get_context("fork").Process(target=_work_slowly, args=(shop,))
    worker.start()
    until = time.monotonic() + PATIENCE_S
    while in_force(shop) > PEOPLE - 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    left = in_force(shop)
    assert 0 < left <= PEOPLE - 2

    assert work_off_reopenings(shop.scope) == left

    row = Reopening.objects.scoped(shop.scope).get()
    assert (row.state, row.would_undo, row.undone) == (Reopening.State.DONE, PEOPLE, PEOPLE)
    assert in_force(shop) == 0
