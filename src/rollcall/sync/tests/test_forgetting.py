from __future__ import annotations

import datetime as dt

import pytest

from rollcall.kit.scope import Scope
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.operations.forgetting import forget_empty_runs
from rollcall.testing.fixtures import NOON

OLD = NOON - dt.timedelta(days=15)


def make(scope: Scope, connection: PosConnection, **given: object) -> CustomerSync:
    values = {"state": "finished", "phase": "done", "finished_at": OLD, **given}
    return CustomerSync.objects.scoped(scope).create(
        connection=connection, account=connection.account, requested_by="system:schedule", **values
    )


class TestForgetting:
    def test_drops_old_runs_that_found_nothing(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        make(scope_a, connection_a, rows_unchanged=5)

        assert forget_empty_runs(scope_a, connection_id=connection_a.pk, now=NOON) == 1

        assert not CustomerSync.objects.scoped(scope_a).exists()

    @pytest.mark.parametrize(
        "given",
        [
            {"finished_at": NOON - dt.timedelta(days=13)},
            {"full": True},
            {"state": "failed"},
            {"state": "in_progress", "finished_at": None},
            {"rows_new": 1},
            {"rows_changed": 1},
            {"rows_quarantined": 1},
            {"records_merged": 1},
            {"records_gone": 1},
        ],
        ids=str,
    )
    def test_keeps_what_somebody_may_ask_for(
        self, scope_a: Scope, connection_a: PosConnection, given: dict[str, object]
    ) -> None:
        make(scope_a, connection_a, **given)

        assert forget_empty_runs(scope_a, connection_id=connection_a.pk, now=NOON) == 0

    def test_leaves_other_retailers_alone(
        self, scope_a: Scope, scope_b: Scope, connection_a: PosConnection
    ) -> None:
        make(scope_a, connection_a)

        assert forget_empty_runs(scope_b, connection_id=connection_a.pk, now=NOON) == 0
