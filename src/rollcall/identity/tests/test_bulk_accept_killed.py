"""A bulk accept whose worker is killed in the middle goes on with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from rollcall.identity.models import BulkItem, Merge, Suggestion
from rollcall.identity.operations import bulk_working
from rollcall.identity.operations.bulk_steering import undo
from rollcall.identity.queries.bulk import find_progress
from rollcall.identity.tests.bulk_shop import pair, started, work
from rollcall.identity.tests.merging_shop import MergingShop

PAIRS = 9
#: Works in chunks of three, slowly enough to be killed in between.
WORKER = """
import sys, time
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[3]
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[3]
from rollcall.identity.operations import bulk_working
bulk_working.CHUNK = 3
usual = bulk_working.answer
def slowly(*arguments, **given):
    time.sleep(0.15)
    return usual(*arguments, **given)
bulk_working.answer = slowly
bulk_working.work_on(int(sys.argv[1]), int(sys.argv[2]))
"""
MOST_SECONDS = 60


def merges(shop: MergingShop) -> int:
    return Merge.objects.scoped(shop.scope).filter(undone_at__isnull=True).count()


def kill_after_first_chunk(shop: MergingShop, run_id: int) -> None:
    arguments = [str(shop.scope.retailer_id), str(run_id), connection.settings_dict["NAME"]]
    worker = subprocess.Popen([sys.executable, "-c", WORKER, *arguments], env=os.environ)
    try:
        until = time.monotonic() + MOST_SECONDS
        while merges(shop) < 3:
            assert worker.poll() is None, "it ended before it was killed"
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()


def wait_for_lock(run_id: int) -> None:
    """PostgreSQL notices within a moment that its client is gone."""
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(bulk_working._LOCK, [run_id])
            (is_free,) = cursor.fetchone()
            if is_free:
                cursor.execute(bulk_working._UNLOCK, [run_id])
                return
        time.sleep(0.05)
    raise AssertionError("the lock of a killed worker stays")


@pytest.mark.django_db(transaction=True)
class TestAKilledWorker:
    def test_loses_and_doubles_nothing(self, shop: MergingShop) -> None:
        for number in range(1, PAIRS + 1):
            pair(shop, number)
        before = shop.see()
        run = started(shop)
        kill_after_first_chunk(shop, run.pk)

        run.refresh_from_db()
        assert run.state == "running"
        assert 3 <= merges(shop) < PAIRS
        items = BulkItem.objects.scoped(shop.scope).filter(run=run)
        assert items.filter(state="accepted").count() == merges(shop)
        wait_for_lock(run.pk)
        done = work(shop, run)

        assert (done.accepted, done.waiting, done.skipped) == (PAIRS, 0, {})
        assert merges(shop) == PAIRS
        assert not Suggestion.objects.scoped(shop.scope).filter(state="open").exists()

        undo(shop.scope, run.pk, now=shop.tick())
        assert work(shop, run).undone == PAIRS
        assert find_progress(shop.scope, run).accepted == 0
        assert shop.see() == before
