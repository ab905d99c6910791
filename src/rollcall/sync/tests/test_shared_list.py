"""Lists that only their POS can name, and that several stores of a company share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore, PosAccount, PosRecord
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.registry import connector
from rollcall.stores.models import Store
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.operations.connections import AccountChangeError, save_connection
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.sync.queries import runs_waiting_for
from rollcall.testing.pos_world import PosWorld, pos_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cedar(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    """A company with two locations; the first one's store is connected."""
    with pos_world(
        scope_a, store_a, tmp_path / "pos.sqlite", kind="leaflogix", people=60, locations=2
    ) as opened:
        yield opened


@pytest.fixture
def second_store(scope_a: Scope) -> Store:
    return Store.objects.scoped(scope_a).create(
        slug="mill-street",
        name="Mill Street",
        time_zone="America/Los_Angeles",
        jurisdiction="US-CA",
    )


def connect(
    world: PosWorld, store: Store, *, location: int, confirmed: bool = False
) -> PosConnection:
    settings = {**world.simulator.locations[location], **world.settings}
    saved = save_connection(
        world.scope,
        slug=store.slug,
        kind=world.kind,
        stores=[store],
        time_zone=store.time_zone,
        settings=connector(world.kind).settings_model.model_validate(settings),
        confirm_account_change=confirmed,
        now=utc_now(),
    )
    return queries.get_connection(world.scope, saved.row.slug)


def switch(world: PosWorld, **habits: object) -> None:
    world.simulator.control.set_habits(**habits)


def sync(world: PosWorld, connection: PosConnection, *, full: bool = False) -> CustomerSync:
    run = request_sync(world.scope, connection, full=full, by_worker=False)
    return run_sync(world.scope, run)


def stores_of(world: PosWorld, account: PosAccount | None) -> set[str]:
    served = AccountStore.objects.scoped(world.scope).filter(account=account)
    return {one.store.slug for one in served.select_related("store")}


class TestListNamedByThePos:
    def test_is_unknown_until_the_first_run(self, cedar: PosWorld) -> None:
        assert cedar.connection.account is None

    def test_is_learned_by_the_first_run(self, cedar: PosWorld) -> None:
        run = cedar.sync()

        account = cedar.connection.account
        assert account is not None
        assert (run.state, run.account_id) == ("finished", account.pk)
        assert account.account_key.startswith("company-")
        assert stores_of(cedar, account) == {"alder-way"}

    def test_is_noted_in_the_audit_when_it_is_learned(self, cedar: PosWorld) -> None:
        cedar.sync()

        learned = Entry.objects.scoped(cedar.scope).filter(action="connection.account_learned")
        assert [one.subject_ids for one in learned] == [[cedar.connection.pk]]

    def test_stays_when_settings_are_saved_again(self, cedar: PosWorld) -> None:
        cedar.sync()
        known = cedar.connection.account_id

        cedar.connect()

        assert cedar.connection.account_id == known

    def test_stops_the_run_when_the_pos_names_another(self, cedar: PosWorld) -> None:
        cedar.sync()
        switch(cedar, shares_profiles=False)

        run = cedar.sync()

        assert (run.state, run.error_code) == ("failed", "account_changed")
        assert len(cedar.held()) == 60

    def test_is_learned_anew_when_somebody_confirms_the_change(
        self, cedar: PosWorld, store_a: Store
    ) -> None:
        cedar.sync()
        switch(cedar, shares_profiles=False)
        cedar.sync()

        connect(cedar, store_a, location=0, confirmed=True)
        run = cedar.sync()

        account = cedar.connection.account
        assert account is not None
        assert (run.state, account.account_key.partition("-")[0]) == ("finished", "location")
        assert stores_of(cedar, account) == {"alder-way"}

    def test_is_not_forgotten_by_a_confirmation_without_a_change(
        self, cedar: PosWorld, store_a: Store
    ) -> None:
        cedar.sync()

        connection = connect(cedar, store_a, location=0, confirmed=True)

        assert connection.account is not None

    def test_does_not_become_one_of_another_pos_unasked(
        self, cedar: PosWorld, store_a: Store
    ) -> None:
        cedar.sync()
        settings = {
            "base_url": "http://127.0.0.1:9/v2.0/dispensary",
            "dispensary": "alderway",
            "api_key": "k",
            "client_id": "c",
        }
        with pytest.raises(AccountChangeError):
            save_connection(
                cedar.scope,
                slug="alder-way",
                kind="treez",
                stores=[store_a],
                time_zone=store_a.time_zone,
                settings=connector("treez").settings_model.model_validate(settings),
                now=utc_now(),
            )

    def test_needs_a_pos_that_answers(self, cedar: PosWorld) -> None:
        cedar.connect(api_key="not-the-right-key")

        run = cedar.sync()

        assert (run.state, cedar.connection.account) == ("failed", None)


class TestSharedList:
    def test_is_one_set_of_records_that_is_read_once(
        self, cedar: PosWorld, second_store: Store
    ) -> None:
        first = cedar.sync()
        other = connect(cedar, second_store, location=1)

        second = sync(cedar, other)

        assert (first.rows_new, first.full) == (60, True)
        assert (second.state, second.rows_new, second.full) == ("finished", 0, False)
        assert PosRecord.objects.scoped(cedar.scope).count() == 60
        assert PosAccount.objects.scoped(cedar.scope).count() == 1
        assert stores_of(cedar, cedar.connection.account) == {"alder-way", "mill-street"}

    def test_is_not_read_by_two_at_a_time(self, cedar: PosWorld, second_store: Store) -> None:
        cedar.sync()
        other = connect(cedar, second_store, location=1)
        sync(cedar, other)

        asked = request_sync(cedar.scope, cedar.connection, full=False, by_worker=False)
        joined = request_sync(cedar.scope, queries.get_connection(cedar.scope, "mill-street"),
                              full=True, by_worker=False)  # fmt: skip

        assert (joined.pk, joined.full) == (asked.pk, True)

    def test_wakes_those_that_waited_for_it(self, cedar: PosWorld, second_store: Store) -> None:
        other = connect(cedar, second_store, location=1)
        waiting = request_sync(cedar.scope, other, full=False, by_worker=False)
        cedar.sync()
        PosConnection.objects.scoped(cedar.scope).filter(pk=other.pk).update(
            account_id=cedar.connection.account_id
        )

        done = CustomerSync.objects.scoped(cedar.scope).get(connection=cedar.connection)

        assert [run.pk for run in runs_waiting_for(done)] == [waiting.pk]

    def test_shows_the_same_runs_and_proofs_on_both_connections(
        self, cedar: PosWorld, second_store: Store
    ) -> None:
        cedar.sync()
        other = connect(cedar, second_store, location=1)
        sync(cedar, other)
        cedar.reconcile()

        views = [
            queries.get_connection_view(cedar.scope, queries.get_connection(cedar.scope, slug))
            for slug in ("alder-way", "mill-street")
        ]

        assert len({view.run.pk for view in views if view.run}) == 1
        assert [view.proof.missing for view in views if view.proof] == [0, 0]
        assert [view.records for view in views] == [60, 60]

    def test_is_two_lists_where_the_company_does_not_share_profiles(
        self, cedar: PosWorld, second_store: Store
    ) -> None:
        switch(cedar, shares_profiles=False)
        cedar.sync()

        sync(cedar, connect(cedar, second_store, location=1))

        accounts = PosAccount.objects.scoped(cedar.scope).order_by("pk")
        assert [one.account_key.partition("-")[0] for one in accounts] == ["location"] * 2
        assert [stores_of(cedar, one) for one in accounts] == [{"alder-way"}, {"mill-street"}]

    def test_serves_no_store_any_more_that_left(
        self, cedar: PosWorld, second_store: Store, store_a: Store
    ) -> None:
        cedar.sync()
        connect(cedar, second_store, location=1)

        settings = {**cedar.simulator.locations[0], **cedar.settings}
        save_connection(
            cedar.scope,
            slug="alder-way",
            kind=cedar.kind,
            stores=[second_store],
            time_zone=store_a.time_zone,
            settings=connector(cedar.kind).settings_model.model_validate(settings),
            now=utc_now(),
        )

        assert stores_of(cedar, cedar.connection.account) == {"mill-street"}
