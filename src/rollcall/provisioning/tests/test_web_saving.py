"""Saving a connection from the form: who may, what is kept, what is never shown."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client
from pydantic import SecretStr

from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Role, Scope
from rollcall.pos.registry import connector, kinds
from rollcall.pos.simulator.running import RunningSimulator
from rollcall.provisioning.queries.connected import ids_of_stores
from rollcall.provisioning.tests.conftest import Fill
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.operations.connections import open_settings, save_connection
from rollcall.testing.fixtures import NOON, Ingest, incoming

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "very-secret-key-of-alder"
OTHER_KEY = "another-secret-key-of-alder"
TREEZ: dict[str, Any] = {"dispensary": "alderway", "api_key": KEY, "client_id": "secret-client-id"}
NEW = "/connections/new/treez/"
SETTINGS = "/connections/alder-way-treez/settings/"


def connections(scope: Scope) -> list[str]:
    return sorted(PosConnection.objects.scoped(scope).values_list("slug", flat=True))


def settings_of(scope: Scope, slug: str = "alder-way-treez") -> dict[str, object]:
    connection = PosConnection.objects.scoped(scope).get(slug=slug)
    return open_settings(scope, connection).model_dump(exclude_unset=True)


@pytest.fixture
def connected(scope_a: Scope, store_a: Store) -> PosConnection:
    return save_connection(
        scope_a,
        slug="alder-way-treez",
        kind="treez",
        stores=[store_a],
        time_zone=store_a.time_zone,
        settings=connector("treez").settings_model.model_validate(
            {**TREEZ, "webhook_token": "0123456789abcdefgh"}
        ),
        now=NOON,
    ).row


class TestAnybodyElse:
    @pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
    @pytest.mark.parametrize("path", ["/connections/new/", NEW, SETTINGS])
    def test_is_refused(
        self, client: Client, alice: User, scope_a: Scope, fill: Fill, role: Role, path: str,
        connected: PosConnection,
    ) -> None:  # fmt: skip
        Membership.objects.scoped(scope_a).filter(user=alice).update(role=role.value)
        client.force_login(alice)

        assert client.get(path).status_code == 403
        posted = fill("treez", TREEZ, do="save", slug="second")
        assert client.post(path, posted).status_code in (403, 405)
        assert connections(scope_a) == ["alder-way-treez"]

    def test_finds_no_settings_of_another_retailer(
        self, client: Client, charlie: User, connected: PosConnection
    ) -> None:
        client.force_login(charlie)

        assert client.get(SETTINGS).status_code == 404

    def test_is_refused_without_the_forms_token(
        self, alice: User, scope_a: Scope, fill: Fill
    ) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)

        assert client.post(NEW, fill("treez", TREEZ, do="save")).status_code == 403
        assert connections(scope_a) == []


class TestChoosing:
    def test_offers_every_pos_and_says_what_it_can_do(self, admin: Client) -> None:
        text = admin.get("/connections/new/").content.decode()

        for kind in kinds():
            assert f'href="/connections/new/{kind}/"' in text
            assert connector(kind).label in text
        assert "read what changed" in text

    def test_is_led_to_from_the_connections(self, admin: Client) -> None:
        assert 'href="/connections/new/"' in admin.get("/connections/").content.decode()


class TestANewConnection:
    @pytest.mark.parametrize("kind", kinds())
    def test_has_a_form_of_its_own_settings(self, admin: Client, store_a: Store, kind: str) -> None:
        text = admin.get(f"/connections/new/{kind}/").content.decode()

        for name, info in connector(kind).settings_model.model_fields.items():
            assert f'for="field-{name}"' in text
            assert info.title is not None
            assert info.title in text
        assert f'value="alder-way-{kind}"' in text
        assert "A new connection only reads." in text

    def test_is_saved_and_asks_for_everybody(
        self, admin: Client, scope_a: Scope, store_a: Store, fill: Fill
    ) -> None:
        answer = admin.post(NEW, fill("treez", TREEZ, do="save"), follow=True)

        assert answer.redirect_chain == [("/connections/alder-way-treez/", 302)]
        assert "The connection only reads" in answer.content.decode()
        run = CustomerSync.objects.scoped(scope_a).get()
        assert (run.full, run.state) == (True, "pending")
        connection = PosConnection.objects.scoped(scope_a).get()
        assert connection.time_zone == "America/Los_Angeles"
        assert ids_of_stores(connection) == {store_a.pk}

    def test_keeps_what_was_typed_and_leaves_defaults_to_the_program(
        self, admin: Client, scope_a: Scope, fill: Fill
    ) -> None:
        admin.post(NEW, fill("treez", {**TREEZ, "page_size": "20"}, do="save"))

        assert settings_of(scope_a) == {
            "dispensary": "alderway",
            "api_key": SecretStr(KEY),
            "client_id": SecretStr("secret-client-id"),
            "page_size": 20,
        }

    def test_is_made_once_when_saved_twice(self, admin: Client, scope_a: Scope, fill: Fill) -> None:
        for _ in range(2):
            answer = admin.post(NEW, fill("treez", TREEZ, do="save"))
            assert answer.status_code == 302

        assert connections(scope_a) == ["alder-way-treez"]
        assert CustomerSync.objects.scoped(scope_a).count() == 1

    @pytest.mark.parametrize("slug", ["alder-way-treez", "new"])
    def test_takes_no_name_that_is_taken(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection, slug: str
    ) -> None:
        given = {**TREEZ, "dispensary": "elsewhere"}

        answer = admin.post(NEW, fill("treez", given, do="save", slug=slug))

        assert answer.status_code == 422
        assert "choose another" in answer.content.decode()
        assert settings_of(scope_a)["dispensary"] == "alderway"
        assert connections(scope_a) == ["alder-way-treez"]

    def test_takes_no_name_of_another_retailer(
        self, client: Client, charlie: User, scope_b: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        Store.objects.scoped(scope_b).create(
            slug="birch-row", name="Birch Row", time_zone="America/Denver", jurisdiction="US-CO"
        )
        client.force_login(charlie)

        posted = fill("treez", TREEZ, do="save", stores=["birch-row"])
        answer = client.post(NEW, posted)

        assert "is taken; choose another" in answer.content.decode()
        assert connections(scope_b) == []

    def test_serves_no_store_of_another_retailer(
        self, client: Client, charlie: User, scope_b: Scope, fill: Fill
    ) -> None:
        client.force_login(charlie)

        answer = client.post(NEW, fill("treez", TREEZ, do="save", stores=["alder-way"]))

        assert "Stores need at least one" in answer.content.decode()
        assert connections(scope_b) == []

    def test_is_not_saved_where_its_address_leads_inside(
        self, admin: Client, scope_a: Scope, fill: Fill
    ) -> None:
        given = {**TREEZ, "base_url": "https://2852039166/"}

        answer = admin.post(NEW, fill("treez", given, do="save"))

        assert "leads into the network that Rollcall runs in" in answer.content.decode()
        assert connections(scope_a) == []

    def test_leaves_by_htmx_to_its_page(self, admin: Client, fill: Fill) -> None:
        posted = fill("treez", TREEZ, do="save")

        answer = admin.post(NEW, posted, headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == "/connections/alder-way-treez/"

    def test_of_a_list_that_is_connected_already_says_so(
        self, admin: Client, fill: Fill, connected: PosConnection, treez: RunningSimulator
    ) -> None:
        text = admin.post(NEW, fill("treez", treez.settings, slug="second")).content.decode()

        assert "This list is connected already, by alder-way-treez." in text


class TestSettings:
    def test_are_shown_without_secrets(self, admin: Client, connected: PosConnection) -> None:
        text = admin.get(SETTINGS).content.decode()

        assert 'value="alderway"' in text
        assert text.count("kept; type to replace") == 3
        for secret in (KEY, "secret-client-id", "0123456789abcdefgh"):
            assert secret not in text

    def test_keep_secrets_that_are_not_typed(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        admin.post(SETTINGS, fill("treez", {"dispensary": "alderway", "page_size": 25}, do="save"))

        assert settings_of(scope_a) == {
            "dispensary": "alderway",
            "api_key": SecretStr(KEY),
            "client_id": SecretStr("secret-client-id"),
            "webhook_token": SecretStr("0123456789abcdefgh"),
            "page_size": 25,
        }
        assert CustomerSync.objects.scoped(scope_a).count() == 1

    def test_replace_a_secret_that_is_typed_and_forget_one_that_is_dropped(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        given = {"dispensary": "alderway", "api_key": OTHER_KEY}

        admin.post(SETTINGS, fill("treez", given, do="save", **{"drop-webhook_token": "yes"}))

        now = settings_of(scope_a)
        assert now["api_key"] == SecretStr(OTHER_KEY)
        assert "webhook_token" not in now

    def test_send_no_kept_secret_to_another_address(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        given = {"dispensary": "alderway", "base_url": "https://example.com"}

        for do in ("try", "save"):
            text = admin.post(SETTINGS, fill("treez", given, do=do)).content.decode()
            assert "API key has to be typed again, because an address has changed." in text
        assert "base_url" not in settings_of(scope_a)

    def test_that_are_the_same_change_nothing(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        answer = admin.post(
            SETTINGS, fill("treez", {"dispensary": "alderway"}, do="save"), follow=True
        )

        assert "Nothing has changed." in answer.content.decode()
        assert CustomerSync.objects.scoped(scope_a).count() == 0

    def test_that_lead_to_another_list_are_asked_about(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection, ingest: Ingest
    ) -> None:
        account = PosAccount.objects.scoped(scope_a).get()
        ingest(scope_a, account, [incoming(scope_a, "1042", given_name="Ana")])
        given = {"dispensary": "harbor"}

        asked = admin.post(SETTINGS, fill("treez", given, do="save"))

        assert asked.status_code == 422
        assert 'name="leave_list"' in asked.content.decode()
        assert settings_of(scope_a)["dispensary"] == "alderway"
        done = admin.post(SETTINGS, fill("treez", given, do="save", leave_list="yes"))
        assert done.status_code == 302
        assert settings_of(scope_a)["dispensary"] == "harbor"

    def test_wait_for_a_sync_before_they_leave_a_list(
        self, admin: Client, scope_a: Scope, fill: Fill, connected: PosConnection
    ) -> None:
        CustomerSync.objects.scoped(scope_a).create(
            connection=connected, account=connected.account, requested_by="user:1",
            state="in_progress",
        )  # fmt: skip
        posted = fill("treez", {"dispensary": "harbor"}, do="save", leave_list="yes")

        text = admin.post(SETTINGS, posted).content.decode()

        assert "while a sync of the present one is in progress" in text
        assert settings_of(scope_a)["dispensary"] == "alderway"

    def test_keep_stores_that_the_person_does_not_see(
        self, admin: Client, alice: User, scope_a: Scope, store_a: Store, fill: Fill,
        connected: PosConnection,
    ) -> None:  # fmt: skip
        harbor = Store.objects.scoped(scope_a).create(
            slug="harbor", name="Harbor", time_zone="America/Denver", jurisdiction="US-CO"
        )
        connected.stores.add(harbor)
        membership = Membership.objects.scoped(scope_a).get(user=alice)
        membership.all_stores = False
        membership.save()
        membership.stores.add(store_a)

        admin.post(SETTINGS, fill("treez", {"dispensary": "alderway", "page_size": 20}, do="save"))

        assert ids_of_stores(connected) == {store_a.pk, harbor.pk}

    def test_that_cannot_be_opened_are_typed_again(
        self, admin: Client, scope_a: Scope, connected: PosConnection
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(sealed_settings=b"1")

        answer = admin.get(SETTINGS)

        assert answer.status_code == 200
        assert "Type all of them again." in answer.content.decode()


class TestSecrets:
    def test_come_back_on_no_page_and_stand_in_no_log(
        self,
        admin: Client,
        fill: Fill,
        treez: RunningSimulator,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        given = {**treez.settings, "api_key": KEY, "client_id": "secret-client-id"}
        wrong = {**given, "page_size": "many"}
        pages = [
            admin.post(NEW, fill("treez", one, do=do), follow=True).content.decode()
            for one in (wrong, given)
            for do in ("try", "save")
        ]

        for text in (*pages, caplog.text, *capsys.readouterr()):
            assert KEY not in text
            assert "secret-client-id" not in text
