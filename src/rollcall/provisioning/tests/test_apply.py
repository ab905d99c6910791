from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.customers.queries.priorities import get_priorities
from rollcall.kit.scope import Actor, Scope
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import prepare_file
from rollcall.provisioning.rules.changes import Applied, Change
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.stores.models import Kiosk, KioskKey, Membership, Retailer, Store, User
from rollcall.stores.operations import revoke_key
from rollcall.stores.queries import find_kiosk_by_key, get_retailer, get_system_scope
from rollcall.stores.rules.api_keys import mint_api_key, parse_api_key
from rollcall.sync.models import AccountState, PosConnection
from rollcall.sync.operations.connections import open_settings
from rollcall.testing.fixtures import Ingest, incoming

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
ACTOR = Actor(kind="cli", id="test")
FULL = """\
retailer: {slug: alder, name: Alder Group}
stores:
  - {slug: alder-way, name: Alder Way, time_zone: America/Los_Angeles, jurisdiction: US-CA}
  - slug: harbor
    name: Harbor
    time_zone: America/Denver
    jurisdiction: US-CO
    licence_type: medical
kiosks:
  - {catalog_id: '42', name: Front door, store: alder-way, keys: [{mint: true}]}
users:
  - email: alice@example.com
    name: Alice
    role: admin
    stores: all
    password: {env: ALICE_PASSWORD}
  - {email: bob@example.com, role: staff, stores: [harbor]}
connections:
  - slug: harbor-treez
    kind: treez
    stores: [harbor, alder-way]
    settings: {dispensary: harbor, client_id: {env: CLIENT_ID}, api_key: {env: API_KEY}}
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE_PASSWORD", "correct horse battery")
    monkeypatch.setenv("CLIENT_ID", "cid")
    monkeypatch.setenv("API_KEY", "first secret")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "retailer.yaml"


def apply(path: Path, text: str, *, dry_run: bool = False) -> Applied:
    path.write_text(text)
    (prepared,) = prepare_file(path)
    return apply_document(prepared, actor=ACTOR, now=NOON, dry_run=dry_run)


def refusal(path: Path, text: str) -> str:
    with pytest.raises(ProvisioningError) as caught:
        apply(path, text)
    (problem,) = caught.value.problems
    return problem


def scope_of(slug: str) -> Scope:
    return get_system_scope(get_retailer(slug).pk, actor=ACTOR)


def count_rows() -> list[int]:
    tables = (Store, Kiosk, KioskKey, Membership, PosConnection, PosAccount)
    scoped = [model.objects.across_retailers(reason="test").count() for model in tables]
    return [Retailer.objects.count(), User.objects.count(), *scoped]


class TestApplyDocument:
    def test_makes_everything_and_says_so(self, path: Path) -> None:
        applied = apply(path, FULL)

        assert list(applied.changes) == [
            Change(kind=kind, slug=slug, action="created")
            for kind, slug in (
                ("retailer", "alder"),
                ("store", "alder-way"),
                ("store", "harbor"),
                ("kiosk", "42"),
                ("key", "42"),
                ("user", "alice@example.com"),
                ("user", "bob@example.com"),
                ("connection", "harbor-treez"),
            )
        ]

    def test_writes_what_the_file_says(self, path: Path) -> None:
        apply(path, FULL)

        scope = scope_of("alder")
        harbor = Store.objects.scoped(scope).get(slug="harbor")
        assert (harbor.time_zone, harbor.licence_type) == ("America/Denver", "medical")
        assert User.objects.get(email="alice@example.com").check_password("correct horse battery")
        assert not User.objects.get(email="bob@example.com").has_usable_password()
        connection = PosConnection.objects.scoped(scope).get()
        assert connection.time_zone == "America/Denver"
        assert open_settings(scope, connection).model_dump()["dispensary"] == "harbor"
        assert AccountState.objects.scoped(scope).get().account_id == connection.account_id

    def test_changes_nothing_the_second_time(self, path: Path) -> None:
        apply(path, FULL)
        before = (count_rows(), Entry.objects.across_retailers(reason="test").count())

        applied = apply(path, FULL)

        assert applied == Applied(retailer="alder", changes=[], minted=[])
        assert (count_rows(), Entry.objects.across_retailers(reason="test").count()) == before

    def test_names_changed_fields_and_only_them(self, path: Path) -> None:
        apply(path, FULL)

        applied = apply(
            path,
            FULL.replace("Alder Way", "Alder Avenue")
            .replace("America/Denver", "America/Boise")
            .replace("role: staff, stores: [harbor]", "role: manager, stores: all"),
        )

        assert list(applied.changes) == [
            Change(kind="store", slug="alder-way", action="updated", fields=("name",)),
            Change(kind="store", slug="harbor", action="updated", fields=("time_zone",)),
            Change(
                kind="user", slug="bob@example.com", action="updated", fields=("role", "stores")
            ),
            Change(kind="connection", slug="harbor-treez", action="updated", fields=("time_zone",)),
        ]

    def test_deletes_nothing_that_is_not_named(self, path: Path) -> None:
        apply(path, FULL)
        before = count_rows()

        applied = apply(path, "retailer: {slug: alder, name: Alder Group}")

        assert applied.changes == []
        assert count_rows() == before

    def test_leaves_what_is_left_out_as_it_is(self, path: Path) -> None:
        apply(path, FULL)
        Store.objects.scoped(scope_of("alder")).update(active=False)

        applied = apply(path, FULL.replace("    licence_type: medical\n", ""))

        assert applied.changes == []
        assert not Store.objects.scoped(scope_of("alder")).filter(active=True).exists()

    def test_writes_contacts_of_a_store_and_takes_them_away(self, path: Path) -> None:
        mine = "    licence_type: medical\n"
        contacts = "    phone: (303) 555-0142\n    email: Harbor@Alder.example\n"
        apply(path, FULL.replace(mine, mine + contacts))
        stores = Store.objects.scoped(scope_of("alder")).filter(slug="harbor")
        assert stores.values_list("phone", "email").get() == (
            "+13035550142",
            "harbor@alder.example",
        )

        apply(path, FULL.replace(mine, mine + "    phone: ''\n"))

        assert stores.values_list("phone", "email").get() == ("", "harbor@alder.example")

    def test_may_name_a_store_that_an_earlier_file_made(self, path: Path) -> None:
        apply(path, FULL)

        applied = apply(
            path,
            "retailer: {slug: alder, name: Alder Group}\n"
            "kiosks: [{catalog_id: '43', name: Back door, store: harbor}]\n",
        )

        assert list(applied.changes) == [Change(kind="kiosk", slug="43", action="created")]

    def test_tells_the_audit_names_but_no_values(self, path: Path) -> None:
        apply(path, FULL)

        entries = Entry.objects.scoped(scope_of("alder"))
        assert set(entries.values_list("action", flat=True)) == {
            "retailer.created",
            "store.created",
            "kiosk.created",
            "kiosk_key.created",
            "membership.created",
            "connection.created",
        }
        text = str([(one.fields, one.context, one.actor) for one in entries])
        for secret in ("first secret", "correct horse", "example.com", "cid"):
            assert secret not in text

    def test_leaves_no_trace_of_a_dry_run(self, path: Path) -> None:
        before = count_rows()

        applied = apply(path, FULL, dry_run=True)

        assert len(applied.changes) == 8
        assert applied.minted == ()
        assert count_rows() == before


class TestAllOrNothing:
    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            (
                "stores: [harbor, alder-way]",
                "stores: [harbor, haven]",
                'connections[0].stores[1]: there is no store "haven"; stores of this retailer:'
                " alder-way, harbor",
            ),
            (
                "store: alder-way, keys",
                "store: haven, keys",
                'kiosks[0].store: there is no store "haven"; stores of this retailer: alder-way,'
                " harbor",
            ),
            (
                "stores: [harbor]}",
                "stores: [haven]}",
                'users[1].stores[0]: there is no store "haven"; stores of this retailer: alder-way,'
                " harbor",
            ),
        ],
    )
    def test_writes_nothing_when_a_later_part_is_wrong(
        self, path: Path, old: str, new: str, problem: str
    ) -> None:
        before = count_rows()

        assert refusal(path, FULL.replace(old, new)) == problem
        assert count_rows() == before

    def test_refuses_a_weak_password_without_repeating_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALICE_PASSWORD", "hunter2")

        said = refusal(path, FULL)

        assert said.startswith("users[0]: This password is too short")
        assert "hunter2" not in said
        assert not Retailer.objects.exists()

    def test_refuses_a_catalog_id_of_another_retailer(self, path: Path) -> None:
        apply(path, FULL)
        other = (
            FULL.replace("slug: alder,", "slug: birch,")
            .replace("harbor-treez", "birch-treez")
            .replace("Alder Group", "Birch Company")
        )

        assert refusal(path, other) == (
            "kiosks[0]: the catalog id '42' belongs to another retailer; choose another one"
        )
        assert [one.slug for one in Retailer.objects.all()] == ["alder"]

    def test_refuses_a_connection_of_another_retailer(self, path: Path) -> None:
        apply(path, FULL)
        other = FULL.replace("slug: alder,", "slug: birch,").replace("'42'", "'43'")

        assert refusal(path, other) == (
            "connections[0]: the connection 'harbor-treez' belongs to another retailer; choose"
            " another slug"
        )

    def test_refuses_another_customer_list_until_confirmed(
        self, path: Path, ingest: Ingest
    ) -> None:
        apply(path, FULL)
        scope = scope_of("alder")
        account = PosAccount.objects.scoped(scope).get()
        ingest(scope, account, [incoming(scope, "1042", given_name="Ana")])
        elsewhere = FULL.replace("dispensary: harbor", "dispensary: haven")

        said = refusal(path, elsewhere)
        applied = apply(
            path, elsewhere.replace("kind: treez", "kind: treez\n    confirm_account_change: true")
        )

        assert said.startswith("connections[0]: the settings of 'harbor-treez' lead to another")
        assert list(applied.changes) == [
            Change(
                kind="connection",
                slug="harbor-treez",
                action="updated",
                fields=("account", "settings.dispensary"),
            )
        ]

    def test_changes_only_the_sealed_settings_when_a_key_is_rotated(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apply(path, FULL)
        monkeypatch.setenv("API_KEY", "second secret")

        applied = apply(path, FULL)

        assert list(applied.changes) == [
            Change(
                kind="connection",
                slug="harbor-treez",
                action="updated",
                fields=("settings.api_key",),
            )
        ]
        assert PosAccount.objects.scoped(scope_of("alder")).count() == 1


class TestKioskKeys:
    def test_returns_a_minted_key_once(self, path: Path) -> None:
        (minted,) = apply(path, FULL).minted
        again = apply(path, FULL).minted

        assert minted.catalog_id == "42"
        assert find_kiosk_by_key(minted.key, now=NOON) is not None
        assert again == []
        assert minted.key not in repr(minted)

    def test_mints_again_when_the_key_was_revoked(self, path: Path) -> None:
        (minted,) = apply(path, FULL).minted
        revoke_key(scope_of("alder"), parse_api_key(minted.key).public_part, now=NOON)

        applied = apply(path, FULL)

        assert list(applied.changes) == [Change(kind="key", slug="42", action="created")]
        assert len(applied.minted) == 1

    def test_lets_a_second_key_in_beside_the_first(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = [mint_api_key().text, mint_api_key().text]
        monkeypatch.setenv("KEY_1", keys[0])
        monkeypatch.setenv("KEY_2", keys[1])
        apply(path, FULL.replace("{mint: true}", "{env: KEY_1}"))

        apply(path, FULL.replace("{mint: true}", "{env: KEY_1}, {env: KEY_2}"))

        assert [find_kiosk_by_key(key, now=NOON) is not None for key in keys] == [True, True]

    def test_refuses_a_third_key_and_says_what_to_do(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("KEY_1", "KEY_2", "KEY_3"):
            monkeypatch.setenv(name, mint_api_key().text)
        apply(path, FULL.replace("{mint: true}", "{env: KEY_1}, {env: KEY_2}"))

        said = refusal(path, FULL.replace("{mint: true}", "{env: KEY_3}"))

        assert said.startswith("kiosks[0].keys[0]: the kiosk '42' has two active keys (")
        assert said.endswith("revoke one first: rollcall keys kiosk revoke KEY")

    def test_refuses_a_text_that_is_no_key_without_repeating_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KEY_1", "letmein")

        said = refusal(path, FULL.replace("{mint: true}", "{env: KEY_1}"))

        assert said == "kiosks[0].keys[0]: not an API key (rck_…), or not a whole one"


class TestSourcePriority:
    HEAD = "retailer: {slug: alder, name: Alder Group}\n"

    def test_is_set_kept_and_taken_back(self, path: Path) -> None:
        said = apply(path, self.HEAD + "source_priority: {born_on: [leaflogix, treez]}")
        again = apply(path, self.HEAD + "source_priority: {born_on: [leaflogix, treez]}")
        silent = apply(path, self.HEAD)
        held = get_priorities(scope_of("alder"))
        back = apply(path, self.HEAD + "source_priority: {born_on: []}")

        assert [one.kind for one in said.changes] == ["retailer", "priority"]
        assert (again.changes, silent.changes) == ([], [])
        assert held == {"born_on": ["leaflogix", "treez"]}
        assert [one.slug for one in back.changes] == ["born_on"]
        assert get_priorities(scope_of("alder")) == {}

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("{shoe_size: [treez]}", 'source_priority: "shoe_size" is no field'),
            ("{phone: [abacus]}", 'source_priority: phone: "abacus" is no kind of POS'),
            ("{phone: [treez, treez]}", "source_priority: phone: a POS can stand there only once"),
            ("{phone: treez}", "source_priority.phone: has to be a list"),
            ("[phone]", "source_priority: has to be a mapping of names to values"),
        ],
    )
    def test_names_what_is_wrong(self, path: Path, text: str, problem: str) -> None:
        assert refusal(path, self.HEAD + f"source_priority: {text}") == problem
