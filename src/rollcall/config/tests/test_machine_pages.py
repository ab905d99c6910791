"""Health and metrics."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from rollcall.kit.scope import Scope
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Task
from rollcall.testing.fixtures import NOON, Ingest, incoming
from rollcall.web import health


class TestHealth:
    def test_live_needs_no_database(self, client: Client) -> None:
        answer = client.get("/health/live", headers={"host": "10.0.0.7:8000"})

        assert (answer.status_code, answer.json()["status"]) == (200, "live")

    def test_ready_says_so(self, client: Client, db: None) -> None:
        answer = client.get("/health/ready", headers={"host": "10.0.0.7:8000"})

        assert (answer.status_code, answer.json()["status"]) == (200, "ready")

    def test_ready_names_migrations_that_are_missing(self, client: Client, db: None) -> None:
        health._require_migrations.cache_clear()
        with connection.cursor() as cursor:
            cursor.execute("delete from django_migrations where app = 'sync'")

        answer = client.get("/health/ready")

        assert answer.status_code == 503
        assert "migrations have not been applied" in answer.json()["problem"]

    def test_ready_asks_the_database_once_more_each_time(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None
    ) -> None:
        client.get("/health/ready")

        with django_assert_num_queries(1):
            client.get("/health/ready")

    def test_takes_no_post(self, client: Client) -> None:
        assert client.post("/health/live").status_code == 405


class TestMetricsDoor:
    @pytest.mark.parametrize(
        ("address", "headers", "status"),
        [
            ("127.0.0.1", {}, 200),
            ("127.0.0.1", {"host": "10.0.0.7:8000"}, 200),
            ("::1", {}, 200),
            ("10.0.0.9", {}, 403),
            ("", {}, 403),
            ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 403),
            ("127.0.0.1", {"forwarded": "for=1.2.3.4"}, 403),
            ("127.0.0.1", {"x-real-ip": "1.2.3.4"}, 403),
        ],
    )
    def test_is_open_for_this_machine_alone(
        self, client: Client, db: None, address: str, headers: dict[str, str], status: int
    ) -> None:
        answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)

        assert answer.status_code == status

    @pytest.mark.parametrize(
        ("authorization", "status"),
        [
            ("Bearer s3cret-token", 200),
            ("bearer s3cret-token", 200),
            ("Bearer s3cret-toke", 403),
            ("Bearer ", 403),
            ("Basic s3cret-token", 403),
            ("Bearer s3cret-töken", 403),
            ("", 403),
        ],
    )
    def test_wants_the_token_if_there_is_one(
        self,
        client: Client,
        settings: Settings,
        db: None,
        authorization: str,
        status: int,
    ) -> None:
        settings.METRICS_TOKEN = "s3cret-token"

        answer = client.get("/metrics", HTTP_AUTHORIZATION=authorization, REMOTE_ADDR="127.0.0.1")

        assert answer.status_code == status


class TestMetrics:
    def test_tell_what_the_database_knows(
        self, client: Client, scope_a: Scope, connection_a: PosConnection, ingest: Ingest
    ) -> None:
        account = connection_a.account
        assert account is not None
        ingest(scope_a, account, [incoming(scope_a, "1"), incoming(scope_a, "2")])
        AccountState.objects.scoped(scope_a).update(brake_pulled_at=NOON)
        runs = CustomerSync.objects.scoped(scope_a)
        runs.create(
            connection=connection_a,
            requested_by="x",
            state="finished",
            finished_at=NOON,
            rows_read=7,
        )
        runs.create(connection=connection_a, requested_by="x", rows_read=3)
        Task.objects.scoped(scope_a).create(connection=connection_a, kind="reconcile")

        lines = client.get("/metrics").content.decode().splitlines()

        labels = '{connection="alder-way",kind="treez",retailer="alder"}'
        assert f"rollcall_records_alive{labels} 2.0" in lines
        assert f"rollcall_quarantined_rows{labels} 0.0" in lines
        assert f"rollcall_brake_pulled{labels} 1.0" in lines
        assert f"rollcall_sync_open{labels} 1.0" in lines
        assert f"rollcall_last_sync_rows_read{labels} 3.0" in lines
        assert 'rollcall_syncs{retailer="alder",state="finished"} 1.0' in lines
        assert 'rollcall_unfinished_tasks{kind="reconcile",retailer="alder"} 1.0' in lines

    def test_leave_out_what_never_was(self, client: Client, connection_a: PosConnection) -> None:
        text = client.get("/metrics").content.decode()

        assert "rollcall_last_good_sync_age_seconds{" not in text
        assert 'rollcall_records_alive{connection="alder-way"' in text
