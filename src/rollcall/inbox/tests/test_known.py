"""Calls to an address that was called a moment ago: quicker, and refused for the same reasons."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollcall.customers.models import PosAccount
from rollcall.inbox import queries
from rollcall.inbox.models import InboxAddress
from rollcall.inbox.operations import known
from rollcall.inbox.operations.addresses import make_address
from rollcall.inbox.operations.figures import notebook
from rollcall.inbox.rules.addresses import hash_token
from rollcall.inbox.tests.calling import call, events, figures, path_for
from rollcall.inbox.tests.conftest import TOKEN
from rollcall.inbox.tests.test_receiving import HINT, HOSTILE, Endless, NeverRead
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import PosConnection
from rollcall.testing.pos_world import PosWorld

OTHER = {"event_type": "CUSTOMER", "data": {"customer_id": "977", "first_name": "BEN"}}


@pytest.fixture
def path(world: PosWorld, scope_a: Scope) -> str:
    """An address that was called a moment ago."""
    found = path_for(scope_a, world.connection)
    assert call(found, HINT, token=TOKEN).status == 200
    return found


class TestASecondCall:
    def test_is_kept_like_the_first(self, path: str, scope_a: Scope, world: PosWorld) -> None:
        assert call(path, OTHER, token=TOKEN).status == 200

        first, second = events(scope_a)
        assert (second.external_id, second.kind, second.topic) == ("977", "customer", "")
        assert (second.state, second.attempts, second.outcome) == ("received", 0, "")
        assert second.received_at == second.not_before > first.received_at
        assert second.account_id == world.connection.account_id
        assert b"BEN" not in bytes(second.sealed_body or b"")
        assert queries.open_body(scope_a, second) == orjson.dumps(OTHER)
        assert figures(scope_a) == {"alder-way received": 2}
        assert {one.pk for one in queries.due_events(utc_now())} == {first.pk, second.pk}

    def test_looks_nothing_up(self, path: str, scope_a: Scope) -> None:
        assert notebook.settle()
        with CaptureQueriesContext(connection) as asked:
            assert call(path, HINT, token=TOKEN).status == 200

        assert len(asked) == 0
        first, second = events(scope_a)
        assert queries.find_repeats(scope_a, [first, second]) == {second.pk}

    def test_knows_an_account_that_was_learned_since(
        self, path: str, scope_a: Scope, world: PosWorld
    ) -> None:
        other = PosAccount.objects.scoped(scope_a).create(kind="treez", account_key="another")
        PosConnection.objects.scoped(scope_a).update(account=other)

        assert call(path, OTHER, token=TOKEN).status == 200
        assert events(scope_a)[1].account_id == other.pk

    def test_is_kept_although_the_database_had_dropped_the_connection(
        self, path: str, scope_a: Scope
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            (mine,) = cursor.fetchone()
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(%s, 5000)", [mine])
        finally:
            other.close()

        assert call(path, HINT, token=TOKEN).status == 200
        assert len(events(scope_a)) == 2

    @pytest.mark.parametrize(
        ("content", "what"), [({"test": "test"}, "ping"), ({"event_type": "TICKET"}, "other")]
    )
    def test_that_is_of_no_use_is_counted_once_and_not_kept(
        self, path: str, scope_a: Scope, content: object, what: str
    ) -> None:
        assert call(path, content, token=TOKEN).status == 200

        assert len(events(scope_a)) == 1
        assert figures(scope_a) == {"alder-way received": 1, f"alder-way {what}": 1}


class TestWhatWasTrueAMomentAgo:
    def test_an_address_that_has_ended_is_refused_at_once(
        self, path: str, scope_a: Scope, world: PosWorld
    ) -> None:
        make_address(scope_a, world.connection, overlap=dt.timedelta(0), now=utc_now())

        assert call(path, HINT, token=TOKEN).status == 404
        assert len(events(scope_a)) == 1

    def test_an_address_that_is_gone_is_refused_at_once(self, path: str, scope_a: Scope) -> None:
        InboxAddress.objects.scoped(scope_a).all().delete()

        assert call(path, HINT, token=TOKEN).status == 404
        assert len(events(scope_a)) == 1

    def test_a_token_that_was_changed_is_refused_at_once(
        self, path: str, scope_a: Scope, world: PosWorld
    ) -> None:
        world.settings["webhook_token"] = "another-webhook-token"
        world.connect()

        assert call(path, HINT, token=TOKEN).status == 401
        assert call(path, HINT, token="another-webhook-token").status == 200
        assert len(events(scope_a)) == 2

    def test_settings_that_cannot_be_opened_refuse_at_once(self, path: str, scope_a: Scope) -> None:
        PosConnection.objects.scoped(scope_a).update(sealed_settings=b"nothing that was sealed")

        assert call(path, HINT, token=TOKEN).status == 503
        assert len(events(scope_a)) == 1

    def test_is_not_remembered_for_longer_than_it_says(
        self, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token_hash = hash_token(path.rpartition("/")[2])
        assert known.recall(token_hash) is not None

        known.forget(token_hash)
        monkeypatch.setattr(known, "_FRESH_S", -1.0)
        assert call(path, HINT, token=TOKEN).status == 200

        assert known.recall(token_hash) is None


class TestAForeignCall:
    def test_is_refused_as_if_nothing_were_known(self, path: str, scope_a: Scope) -> None:
        chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
        never: dict[str, Any] = {"stream": NeverRead()}

        statuses = [
            call(path, HINT, token="wrong", **never).status,
            call(path.replace("treez", "blaze"), HINT, token=TOKEN, **never).status,
            call(f"{path}/CUSTOMER", HINT, token=TOKEN, **never).status,
            call(path, HINT, token=TOKEN, content_type="text/xml", **never).status,
            call(path, token=TOKEN, CONTENT_LENGTH="10000000", **never).status,
            call(path, body=b"{}", token=TOKEN, CONTENT_LENGTH="101").status,
            call(path, HINT, token=TOKEN, method="GET", **never).status,
        ]
        endless = Endless()
        statuses.append(call(path, token=TOKEN, stream=endless, **chunked).status)

        assert statuses == [401, 404, 404, 415, 413, 400, 405, 413]
        assert endless.taken == 1_000_001
        assert len(events(scope_a)) == 1

    def test_with_a_hostile_body_is_counted_once(self, path: str, scope_a: Scope) -> None:
        answers = {name: call(path, body=one, token=TOKEN).status for name, one in HOSTILE.items()}

        assert answers == dict.fromkeys(HOSTILE, 400)
        assert len(events(scope_a)) == 1
        assert figures(scope_a) == {
            "alder-way received": 1,
            "alder-way refused_malformed": len(HOSTILE),
        }
