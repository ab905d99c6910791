"""``rollcall connections``, called as the command line does."""

from __future__ import annotations

import datetime as dt

import orjson
import pytest
from click.testing import CliRunner, Result

from rollcall.config.cli import main
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Schedule
from rollcall.sync.operations.schedules import ensure_schedule
from rollcall.testing.fixtures import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _schedule(scope_a: Scope, connection_a: PosConnection) -> None:
    ensure_schedule(scope_a, connection_a, now=NOON)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main.cli, ["connections", *arguments])


def connection_of(scope: Scope) -> PosConnection:
    return PosConnection.objects.scoped(scope).get()


class TestPauseAndResume:
    def test_say_what_they_did(self, scope_a: Scope) -> None:
        assert call("pause", "alder-way").output == "alder-way is paused\n"
        assert call("pause", "alder-way").output == "alder-way is paused already\n"
        paused = connection_of(scope_a)
        assert (paused.paused, paused.paused_by.startswith("cli:")) == (True, True)

        assert call("resume", "alder-way").output == "alder-way is active\n"

        assert connection_of(scope_a).paused is False

    @pytest.mark.parametrize("command", ["pause", "resume", "backfill", "schedule"])
    def test_of_nothing_are_one_clear_line(self, command: str) -> None:
        done = call(command, "nobody")

        assert done.exit_code == 1
        assert "there is no connection 'nobody'" in done.output


class TestSchedule:
    def test_is_shown(self) -> None:
        shown = orjson.loads(call("schedule", "alder-way", "--json").output)

        assert (shown["changes_every_s"], shown["full_on"], shown["reconcile_on"]) == (
            120, "daily", "sun",
        )  # fmt: skip
        assert (shown["off_peak_from"], shown["off_peak_until"]) == ("02:00", "05:00")
        assert "120" in call("schedule", "alder-way").output

    def test_is_changed(self, scope_a: Scope) -> None:
        done = call(
            "schedule", "alder-way", "--changes-every", "600", "--full-on", "mon,thu",
            "--reconcile-on", "never", "--off-peak", "22:30-04:00",
        )  # fmt: skip

        assert done.exit_code == 0
        found = Schedule.objects.scoped(scope_a).get()
        assert (found.changes_every_s, found.full_days, found.reconcile_days) == (600, [0, 3], [])
        assert (found.off_peak_from, found.off_peak_until) == (dt.time(22, 30), dt.time(4))
        assert found.next_reconcile_at is None

    @pytest.mark.parametrize(
        "options",
        [
            ("--changes-every", "5"),
            ("--changes-every", "often"),
            ("--full-on", "someday"),
            ("--full-on", "daily,mon"),
            ("--off-peak", "02:00"),
            ("--off-peak", "25:00-26:00"),
            ("--off-peak", "2-5"),
        ],
        ids=" ".join,
    )
    def test_that_cannot_be_kept_is_refused(self, scope_a: Scope, options: tuple[str, ...]) -> None:
        done = call("schedule", "alder-way", *options)

        assert done.exit_code == 2
        found = Schedule.objects.scoped(scope_a).get()
        assert (found.changes_every_s, found.full_days) == (120, [0, 1, 2, 3, 4, 5, 6])


class TestRewind:
    def test_counts_days_where_the_stores_are(self, scope_a: Scope) -> None:
        AccountState.objects.scoped(scope_a).update(watermark=utc_now())

        done = call("rewind", "alder-way", "--to", "2026-11-01")

        assert done.exit_code == 0
        assert "waits for a worker" in done.output
        watermark = AccountState.objects.scoped(scope_a).get().watermark
        assert watermark == dt.datetime(2026, 11, 1, 7, tzinfo=dt.UTC)

    @pytest.mark.parametrize("moment", ["yesterday", "", "2026-13-01", "1e9"])
    def test_takes_dates_only(self, moment: str) -> None:
        assert call("rewind", "alder-way", "--to", moment).exit_code == 2

    @pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "1969-07-20"])
    def test_refuses_moments_that_no_pos_knows(self, scope_a: Scope, moment: str) -> None:
        before = utc_now()
        AccountState.objects.scoped(scope_a).update(watermark=before)

        done = call("rewind", "alder-way", "--to", moment)

        assert done.exit_code == 1
        assert AccountState.objects.scoped(scope_a).get().watermark == before


def test_backfill_asks_for_everything(scope_a: Scope) -> None:
    assert "waits for a worker" in call("backfill", "alder-way").output

    assert CustomerSync.objects.scoped(scope_a).get().full is True


class TestList:
    def test_prints_a_table(self) -> None:
        output = call("list").output

        assert "alder-way" in output
        assert "120 s" in output

    def test_prints_one_object_a_line(self) -> None:
        call("pause", "alder-way")

        shown = orjson.loads(call("list", "--json").output)

        assert (shown["connection"], shown["paused"], shown["circuit"]) == (
            "alder-way", True, "closed",
        )  # fmt: skip
        assert shown["schedule"]["changes_every_s"] == 120

    def test_shows_connections_without_a_schedule(self, scope_a: Scope) -> None:
        Schedule.objects.scoped(scope_a).delete()

        assert call("list").exit_code == 0
        assert orjson.loads(call("list", "--json").output)["schedule"] is None
