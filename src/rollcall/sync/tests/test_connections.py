from __future__ import annotations

import datetime as dt

import pytest
from pydantic import SecretStr

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.pos.connectors.cova.connector import CONNECTOR as COVA
from rollcall.pos.connectors.cova.connector import CovaSettings
from rollcall.pos.connectors.treez.connector import TreezSettings
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.stores.models import Store
from rollcall.stores.operations.saving import Action, Saved
from rollcall.sync.models import AccountState, CustomerSync, PosConnection
from rollcall.sync.operations.connections import (
    AccountChangeError,
    ConnectionSlugTakenError,
    open_settings,
    save_connection,
    write_rules,
)
from rollcall.testing.fixtures import Ingest, incoming

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def settings(**changes: object) -> TreezSettings:
    given = {"dispensary": "alderway", "client_id": "cid", "api_key": "first secret", **changes}
    return TreezSettings.model_validate(given)


def save(scope: Scope, store: Store, given: PosSettings, **options: bool) -> Saved[PosConnection]:
    return save_connection(
        scope,
        slug="alder-way",
        kind="treez",
        stores=[store],
        time_zone="America/Los_Angeles",
        settings=given,
        now=NOON,
        **options,
    )


class TestSaveConnection:
    def test_makes_the_account_and_its_state(self, scope_a: Scope, store_a: Store) -> None:
        saved = save(scope_a, store_a, settings())

        assert saved.action is Action.CREATED
        account = PosAccount.objects.scoped(scope_a).get()
        assert (account.kind, account.account_key) == ("treez", "alderway")
        assert saved.row.account_id == account.pk
        assert AccountState.objects.scoped(scope_a).get().account_id == account.pk

    def test_changes_nothing_the_second_time(self, scope_a: Scope, store_a: Store) -> None:
        sealed = bytes(save(scope_a, store_a, settings()).row.sealed_settings)

        saved = save(scope_a, store_a, settings())

        assert saved.action is Action.UNCHANGED
        assert bytes(PosConnection.objects.scoped(scope_a).get().sealed_settings) == sealed

    def test_pauses_and_goes_on_only_when_it_is_said(self, scope_a: Scope, store_a: Store) -> None:
        save(scope_a, store_a, settings())

        paused = save(scope_a, store_a, settings(), paused=True)
        left = save(scope_a, store_a, settings())
        again = save(scope_a, store_a, settings(), paused=False)

        assert (paused.fields, left.fields, again.fields) == (("paused",), (), ("paused",))
        assert left.row.paused
        assert not again.row.paused

    def test_names_changed_settings_without_telling_them(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        save(scope_a, store_a, settings())

        saved = save(scope_a, store_a, settings(api_key="second secret", page_size=25))

        assert saved.fields == ("settings.api_key", "settings.page_size")
        entry = Entry.objects.scoped(scope_a).get(action="connection.updated")
        assert entry.fields == ["settings.api_key", "settings.page_size"]
        assert entry.context == {}

    def test_keeps_the_account_when_the_key_is_rotated(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        before = save(scope_a, store_a, settings()).row.account_id

        after = save(scope_a, store_a, settings(api_key="second secret")).row.account_id

        assert after == before
        assert PosAccount.objects.scoped(scope_a).count() == 1

    def test_seals_the_settings(self, scope_a: Scope, store_a: Store) -> None:
        row = save(scope_a, store_a, settings()).row

        assert b"secret" not in bytes(row.sealed_settings)
        assert open_settings(scope_a, row) == settings()

    def test_notes_time_zone_and_stores(self, scope_a: Scope, store_a: Store) -> None:
        save(scope_a, store_a, settings())
        other = Store.objects.scoped(scope_a).create(
            slug="harbor", name="Harbor", time_zone="America/Denver", jurisdiction="US-CO"
        )

        saved = save_connection(
            scope_a,
            slug="alder-way",
            kind="treez",
            stores=[store_a, other],
            time_zone="America/Denver",
            settings=settings(),
            now=NOON,
        )

        assert saved.fields == ("stores", "time_zone")

    def test_shares_an_account_with_another_connection_to_the_same_list(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        first = save(scope_a, store_a, settings()).row

        second = save_connection(
            scope_a,
            slug="second",
            kind="treez",
            stores=[store_a],
            time_zone="America/Los_Angeles",
            settings=settings(dispensary="AlderWay"),
            now=NOON,
        ).row

        assert second.account_id == first.account_id

    def test_refuses_another_retailers_slug(
        self, scope_a: Scope, scope_b: Scope, store_a: Store
    ) -> None:
        save(scope_a, store_a, settings())

        with pytest.raises(ConnectionSlugTakenError, match="another retailer"):
            save(scope_b, store_a, settings())

        assert PosConnection.objects.scoped(scope_b).count() == 0

    def test_is_for_administrators(self, scope_a: Scope, store_a: Store) -> None:
        manager = Scope(
            retailer_id=scope_a.retailer_id, actor=Actor(kind="user", id="1"), role=Role.MANAGER
        )

        with pytest.raises(ForbiddenError):
            save(manager, store_a, settings())


class TestAccountChange:
    def test_is_free_while_no_record_is_here(self, scope_a: Scope, store_a: Store) -> None:
        save(scope_a, store_a, settings(dispensary="aldervvay"))

        saved = save(scope_a, store_a, settings())

        assert saved.fields == ("account", "settings.dispensary")

    def test_is_refused_once_records_are_here(
        self, scope_a: Scope, store_a: Store, ingest: Ingest
    ) -> None:
        row = save(scope_a, store_a, settings()).row
        ingest(scope_a, row.account, [incoming(scope_a, "1042", given_name="Ana")])

        with pytest.raises(AccountChangeError, match="confirm_account_change: true") as caught:
            save(scope_a, store_a, settings(dispensary="elsewhere", api_key="second secret"))

        assert "1 records are here (treez:alderway)" in str(caught.value)
        assert "second secret" not in str(caught.value)
        assert open_settings(scope_a, row) == settings()
        assert PosAccount.objects.scoped(scope_a).count() == 1

    def test_is_done_when_confirmed(self, scope_a: Scope, store_a: Store, ingest: Ingest) -> None:
        row = save(scope_a, store_a, settings()).row
        ingest(scope_a, row.account, [incoming(scope_a, "1042", given_name="Ana")])

        saved = save(
            scope_a, store_a, settings(dispensary="elsewhere"), confirm_account_change=True
        )

        assert saved.row.account is not None
        assert saved.row.account.account_key == "elsewhere"

    def test_waits_for_a_running_sync_even_when_confirmed(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        row = save(scope_a, store_a, settings()).row
        CustomerSync.objects.scoped(scope_a).create(
            connection=row,
            account_id=row.account_id,
            state=CustomerSync.State.IN_PROGRESS,
            requested_by="cli:test",
        )

        with pytest.raises(AccountChangeError, match="in progress"):
            save(scope_a, store_a, settings(dispensary="elsewhere"), confirm_account_change=True)


class TestOpenSettings:
    def test_reveals_nothing_in_its_representation(self, scope_a: Scope, store_a: Store) -> None:
        row = save(scope_a, store_a, settings()).row

        opened = open_settings(scope_a, row)

        assert isinstance(opened, TreezSettings)
        assert opened.api_key == SecretStr("first secret")
        assert "secret" not in repr(opened)

    def test_refuses_settings_of_another_connection(self, scope_a: Scope, store_a: Store) -> None:
        row = save(scope_a, store_a, settings()).row
        other = save_connection(
            scope_a,
            slug="other",
            kind="treez",
            stores=[store_a],
            time_zone="America/Los_Angeles",
            settings=settings(dispensary="other"),
            now=NOON,
        ).row
        row.sealed_settings = other.sealed_settings

        with pytest.raises(PosNeedsHumanError) as caught:
            open_settings(scope_a, row)

        assert caught.value.code == "settings_sealed"

    def test_says_which_settings_no_longer_fit_without_telling_them(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        class OlderSettings(PosSettings):
            dispensary: str
            password: str

        older = OlderSettings(dispensary="alderway", password="hunter2")
        row = save(scope_a, store_a, older).row

        with pytest.raises(PosNeedsHumanError, match="api_key, client_id, password") as caught:
            open_settings(scope_a, row)

        assert caught.value.code == "settings_invalid"
        assert "hunter2" not in str(caught.value)

    def test_says_that_nobody_knows_the_kind(self, scope_a: Scope, store_a: Store) -> None:
        row = save(scope_a, store_a, settings()).row
        row.kind = "abacus"

        with pytest.raises(PosNeedsHumanError, match="abacus"):
            open_settings(scope_a, row)


class TestWriteRules:
    @pytest.fixture
    def cova(self, scope_a: Scope, store_a: Store) -> PosConnection:
        given = CovaSettings(
            company_id="655408",
            client_id="cid",
            client_secret=SecretStr("a"),
            username="user",
            password=SecretStr("b"),
            licence_extension="Driver Licence",
        )
        return save_connection(
            scope_a,
            slug="cova",
            kind="cova",
            stores=[store_a],
            time_zone="America/Denver",
            settings=given,
            now=NOON,
        ).row

    def test_follow_from_the_settings(self, scope_a: Scope, cova: PosConnection) -> None:
        assert write_rules(scope_a, cova).updatable - COVA.writes.updatable == {"licence"}

    def test_are_the_declared_ones_where_the_settings_cannot_be_opened(
        self, scope_a: Scope, cova: PosConnection
    ) -> None:
        cova.sealed_settings = b""

        assert write_rules(scope_a, cova) == COVA.writes
