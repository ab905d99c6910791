"""The inbox's page, its metrics and its command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest
from pytest_django import Settings

from rollcall.config.cli.main import cli
from rollcall.inbox.metrics import InboxFigures
from rollcall.inbox.models import CallFigures, InboxAddress, InboxEvent, StrayCalls
from rollcall.inbox.operations.addresses import make_address
from rollcall.inbox.rules.addresses import hash_token
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import NOON

Make = Callable[..., InboxEvent]


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def make(scope_a: Scope, connection_a: PosConnection) -> Make:
    def make_event(external_id: str = "1042", **given: Any) -> InboxEvent:
        values = {
            "kind": "customer", "received_at": NOON, "not_before": NOON, "digest": b"d" * 16,
            "state": "failed", "outcome": "http_400", "processed_at": NOON, "attempts": 2,
        }  # fmt: skip
        return InboxEvent.objects.scoped(scope_a).create(
            connection=connection_a, external_id=external_id, **{**values, **given}
        )

    return make_event


class TestThePage:
    def test_lists_events_with_what_became_of_them(self, admin: Client, make: Make) -> None:
        make("1042")
        make("1043", state="ignored", outcome="old_news")

        shown = admin.get("/inbox/").content.decode()
        failed = admin.get("/inbox/?state=failed").content.decode()

        assert "the POS said: http_400" in shown
        assert "older than what is here" in shown
        assert ("1042" in failed, "1043" in failed) == (True, False)
        assert admin.get("/inbox/?state=nonsense").status_code == 400

    def test_counts_what_was_refused(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        CallFigures.objects.scoped(scope_a).create(
            connection=connection_a, outcome="refused_unauthenticated", calls=1234, last_at=NOON
        )

        shown = admin.get("/inbox/").content.decode()

        assert "Refused: without the right proof" in shown
        assert "1,234" in shown

    def test_lets_an_event_be_processed_again(
        self, admin: Client, make: Make, scope_a: Scope
    ) -> None:
        event = make()

        answer = admin.post("/inbox/replay/", {"event": event.pk}, follow=True)

        event = InboxEvent.objects.scoped(scope_a).get()
        assert (event.state, event.attempts, event.processed_at) == ("received", 0, None)
        assert b"1 event waits again." in answer.content

    @pytest.mark.parametrize(
        ("event", "status"), [("", 400), ("abc", 400), ("9" * 40, 400), ("-1", 400), ("77", 404)]
    )
    def test_refuses_events_that_are_not_there(
        self, admin: Client, make: Make, event: str, status: int
    ) -> None:
        assert admin.post("/inbox/replay/", {"event": event}).status_code == status

    def test_shows_a_new_address_once(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection, settings: Settings
    ) -> None:
        settings.ORIGIN = "https://hub.example.com"

        made = admin.post("/inbox/address/", {"connection": "alder-way"}).content.decode()

        start = made.index("https://hub.example.com/hooks/treez/")
        token = made[start:].partition("<")[0].rpartition("/")[2]
        row = InboxAddress.objects.scoped(scope_a).get()
        assert bytes(row.token_hash) == hash_token(token)
        assert "bearer token" in made
        assert token not in admin.get("/inbox/").content.decode()

    def test_says_until_when_the_earlier_address_works(
        self, admin: Client, connection_a: PosConnection
    ) -> None:
        admin.post("/inbox/address/", {"connection": "alder-way"})

        made = admin.post("/inbox/address/", {"connection": "alder-way"}).content.decode()

        assert "The earlier address works until" in made
        assert "Earlier address" in admin.get("/inbox/").content.decode()

    @pytest.mark.parametrize("slug", ["nowhere", "", "a\0b"])
    def test_makes_no_address_for_a_connection_that_is_not_there(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection, slug: str
    ) -> None:
        assert admin.post("/inbox/address/", {"connection": slug}).status_code == 404
        assert not InboxAddress.objects.scoped(scope_a).exists()

    def test_is_for_admins_only(
        self, client: Client, alice: User, scope_a: Scope, make: Make
    ) -> None:
        event = make()
        Membership.objects.scoped(scope_a).filter(user=alice).update(role=Role.MANAGER.value)
        client.force_login(alice)

        assert client.get("/inbox/").status_code == 403
        assert client.post("/inbox/replay/", {"event": event.pk}).status_code == 403
        assert client.post("/inbox/address/", {"connection": "alder-way"}).status_code == 403

    def test_shows_nothing_of_other_retailers(
        self, client: Client, charlie: User, make: Make, scope_a: Scope
    ) -> None:
        event = make()
        client.force_login(charlie)

        assert b"alder-way" not in client.get("/inbox/").content
        assert client.post("/inbox/replay/", {"event": event.pk}).status_code == 404
        assert client.post("/inbox/address/", {"connection": "alder-way"}).status_code == 404
        assert InboxEvent.objects.scoped(scope_a).get().state == "failed"


class TestTheMetrics:
    def test_tell_of_calls_refusals_lag_and_what_waits(
        self, make: Make, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        make(state="received", processed_at=None)
        for outcome, calls, seconds in (
            ("received", 5, 0.0), ("refused_malformed", 2, 0.0), ("done_taken_over", 4, 1.5),
        ):  # fmt: skip
            CallFigures.objects.scoped(scope_a).create(
                connection=connection_a, outcome=outcome, calls=calls, seconds=seconds, last_at=NOON
            )
        StrayCalls.objects.create(reason="refused_unknown_address", calls=9, last_at=NOON)
        registry = CollectorRegistry()
        registry.register(InboxFigures())

        lines = generate_latest(registry).decode().splitlines()

        whose = 'connection="alder-way"'
        assert (
            f'rollcall_inbox_calls_total{{{whose},retailer="alder",what="received"}} 5.0' in lines
        )
        assert (
            f'rollcall_inbox_refused_calls_total{{{whose},reason="malformed",retailer="alder"}} 2.0'
            in lines
        )
        assert (
            'rollcall_inbox_refused_calls_total{connection="",reason="unknown_address",retailer=""}'
            " 9.0" in lines
        )
        lag = f'{{{whose},outcome="taken_over",retailer="alder"}}'
        assert f"rollcall_inbox_processing_lag_seconds_count{lag} 4.0" in lines
        assert f"rollcall_inbox_processing_lag_seconds_sum{lag} 1.5" in lines
        assert f'rollcall_inbox_waiting_events{{{whose},retailer="alder"}} 1.0' in lines


class TestTheCommand:
    def run(self, *arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(cli, ["inbox", *arguments], standalone_mode=False)
        code = done.return_value if done.exception is None else 2
        return code, done.stdout, done.stderr or str(done.exception or "")

    def test_lists_events_as_json(self, make: Make) -> None:
        make("1042")
        make("1043", state="received")

        code, out, _ = self.run("list", "alder-way", "--state", "failed", "--json")

        assert code == 0
        assert [orjson.loads(line)["external_id"] for line in out.splitlines()] == ["1042"]

    def test_prints_an_address_once_with_what_to_do(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        code, out, err = self.run("address", "alder-way")

        [row] = InboxAddress.objects.scoped(scope_a)
        assert code == 0
        assert bytes(row.token_hash) == hash_token(out.strip().rpartition("/")[2])
        assert "bearer token" in err

    def test_replays_events_and_ranges(self, make: Make, scope_a: Scope) -> None:
        event = make()
        assert self.run("replay", str(event.pk))[0] == 0
        assert InboxEvent.objects.scoped(scope_a).get().state == "received"

        InboxEvent.objects.scoped(scope_a).update(state="failed")
        since = ("--since", "2026-11-20T12:00", "--until", "2026-11-21")
        assert self.run("replay", "--connection", "alder-way", *since)[0] == 0
        assert InboxEvent.objects.scoped(scope_a).get().state == "received"
        assert self.run("replay", "--connection", "alder-way", "--since", "2026-11-21")[0] == 1

    @pytest.mark.parametrize(
        "wrong",
        [(), ("1", "--connection", "alder-way"), ("1", "--since", "2026-11-20"), ("x",), ("0",)],
    )
    def test_refuses_what_makes_no_sense(
        self, connection_a: PosConnection, wrong: tuple[str, ...]
    ) -> None:
        done = CliRunner().invoke(cli, ["inbox", "replay", *wrong], standalone_mode=False)

        assert isinstance(done.exception, click.UsageError)


class TestMakingAnAddress:
    def test_needs_an_admin(self, scope_a: Scope, connection_a: PosConnection) -> None:
        manager = Scope(retailer_id=scope_a.retailer_id, actor=scope_a.actor, role=Role.MANAGER)

        with pytest.raises(PermissionError):
            make_address(manager, connection_a, now=NOON)
        assert not InboxAddress.objects.scoped(scope_a).exists()
