"""``rollcall serve`` as two groups of processes: what each answers, and what a kill leaves."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from rollcall.audit.models import Entry
from rollcall.customers.tests.kiosk_server import RunningServer, ask_over, serving
from rollcall.customers.tests.kiosk_server import server as server
from rollcall.customers.tests.kiosk_world import ANA, KioskWorld, Reply
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.testing.thorough import only_thorough

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "/api/v1/42/customers?phone=4155550132"


def behind(server: RunningServer) -> psutil.Process:
    """The process that started the group behind."""
    (found,) = [
        child
        for child in psutil.Process(server.process.pid).children()
        if "--behind" in child.cmdline()
    ]
    return found


def comes_true(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


class TestGroups:
    def test_answer_look_ups_in_front_and_the_rest_behind(
        self, world: KioskWorld, server: RunningServer
    ) -> None:
        world.add("1042", **ANA)
        behind(server).suspend()
        for child in behind(server).children():
            child.suspend()
        found = server.ask(PHONE, key=world.key)
        for child in behind(server).children():
            child.resume()
        behind(server).resume()

        page = server.ask("/sign-in/")

        assert (found.status, page.status) == (200, 200)

    def test_count_and_audit_once_who_was_looked_for_in_vain(
        self, world: KioskWorld, server: RunningServer
    ) -> None:
        with contextlib.closing(server.open()) as same_worker:
            nobody = ask_over(same_worker, PHONE, key=world.key)
            again = ask_over(same_worker, PHONE, key=world.key)

        assert (nobody.status, nobody.body) == (200, b'{"customers":[]}')
        assert _left(nobody) - _left(again) == 1
        entries = Entry.objects.scoped(world.scope).filter(action="customer.looked_up")
        assert entries.count() == 2

    @only_thorough
    def test_believe_no_header_of_a_caller(self, world: KioskWorld, server: RunningServer) -> None:
        world.add("1042", **ANA)
        headers = {"X-Rollcall-Second": "1", "X_Rollcall_Second": "1"}

        found = server.ask(PHONE, key=world.key, **headers)
        read = server.ask("/api/v1/42/customers/1042", key=world.key, method="HEAD", **headers)

        assert b"1042" in found.body
        assert read.status == 405
        entries = Entry.objects.scoped(world.scope).filter(action="customer.looked_up")
        assert entries.count() == 1

    def test_start_again_behind_after_a_kill(self, world: KioskWorld, tmp_path: Path) -> None:
        with serving(tmp_path) as server:
            before = behind(server)
            its_own = before.children(recursive=True)
            before.kill()

            assert comes_true(lambda: not before.is_running() and _is_up(server))
            assert comes_true(lambda: not any(map(_is_alive, its_own)))
            # Until the new group has started, whoever asks is told to try again.
            assert comes_true(lambda: server.ask("/health/live").status == 200)
            assert behind(server).pid != before.pid
        assert "serve.group_behind_ended" in server.log.read_text()

    def test_leave_nothing_behind_a_killed_server(self, tmp_path: Path, world: KioskWorld) -> None:
        with serving(tmp_path) as server:
            family = psutil.Process(server.process.pid).children(recursive=True)
            assert len(family) >= 5

            os.kill(server.process.pid, signal.SIGKILL)

            assert comes_true(lambda: not any(map(_is_alive, family)))

    @only_thorough
    def test_end_together_when_they_are_told_to(self, tmp_path: Path, world: KioskWorld) -> None:
        with serving(tmp_path) as server:
            family = psutil.Process(server.process.pid).children(recursive=True)

            printed = server.stop()

            assert server.process.returncode == 0
            assert not any(map(_is_alive, family))
        assert "Traceback" not in printed


def _left(reply: Reply) -> int:
    found = re.search(r"r=(\d+);", reply.headers["ratelimit"])
    assert found is not None
    return int(found[1])


def _is_up(server: RunningServer) -> bool:
    try:
        return behind(server).is_running()
    except ValueError:
        return False


def _is_alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
