"""Alice owns retailer A, Bob works in one of its stores, Charlie is with retailer B.

Charlie must never see anything of A. All people are invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker, Settings

from rollcall.customers.models import PosAccount
from rollcall.customers.operations.ingest import IngestResult, take_over
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.kit.scope import Actor, Role, Scope
from rollcall.stores.models import Membership, Retailer, Store, User
from rollcall.stores.operations import create_retailer
from rollcall.stores.queries import forget_keys, get_keys, get_system_scope
from rollcall.sync.models import AccountState, PosConnection
from rollcall.testing.template import use_template

PASSWORD = "correct horse battery"
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
_ACTOR = Actor(kind="cli", id="test")
Ingest = Callable[..., IngestResult]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # each worker of pytest-xdist has its own
) -> None:
    """Copy a migrated database instead of migrating one for each worker."""
    use_template()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,  # the one of pytest-django, which this one wraps
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """End what threads and processes of the tests left connected: the database is dropped next."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        )


@pytest.fixture(autouse=True)
def fresh_keys() -> None:
    """Ids of retailers start again with every test database; keys must not outlive them."""
    forget_keys()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Hashing a password well takes a third of a second; tests make hundreds of people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def retailer_a(db: None) -> Retailer:
    return create_retailer(slug="alder", name="Alder Group", actor=_ACTOR)


@pytest.fixture
def retailer_b(db: None) -> Retailer:
    return create_retailer(slug="birch", name="Birch Company", actor=_ACTOR)


@pytest.fixture
def scope_a(retailer_a: Retailer) -> Scope:
    return get_system_scope(retailer_a.pk, actor=_ACTOR)


@pytest.fixture
def scope_b(retailer_b: Retailer) -> Scope:
    return get_system_scope(retailer_b.pk, actor=_ACTOR)


@pytest.fixture
def store_a(scope_a: Scope) -> Store:
    return Store.objects.scoped(scope_a).create(
        slug="alder-way",
        name="Alder Way",
        time_zone="America/Los_Angeles",
        jurisdiction="US-CA",
    )


def _person(scope: Scope, email: str, role: Role) -> User:
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title())
    Membership.objects.scoped(scope).create(user=user, role=role.value)
    return user


@pytest.fixture
def alice(scope_a: Scope) -> User:
    return _person(scope_a, "alice@example.com", Role.ADMIN)


@pytest.fixture
def bob(scope_a: Scope, store_a: Store) -> User:
    user = _person(scope_a, "bob@example.com", Role.STAFF)
    membership = Membership.objects.scoped(scope_a).get(user=user)
    membership.all_stores = False
    membership.save()
    membership.stores.add(store_a)
    return user


@pytest.fixture
def charlie(scope_b: Scope) -> User:
    return _person(scope_b, "charlie@example.com", Role.ADMIN)


def make_account(scope: Scope, *, kind: str = "treez", account_key: str = "alderway") -> PosAccount:
    """A POS account with its state."""
    account = PosAccount.objects.scoped(scope).create(
        kind=kind, account_key=account_key, label=account_key
    )
    AccountState.objects.scoped(scope).create(account=account)
    return account


@pytest.fixture
def account_a(scope_a: Scope) -> PosAccount:
    return make_account(scope_a)


@pytest.fixture
def connection_a(scope_a: Scope, account_a: PosAccount, store_a: Store) -> PosConnection:
    connection = PosConnection.objects.scoped(scope_a).create(
        slug="alder-way",
        kind="treez",
        account=account_a,
        time_zone=store_a.time_zone,
        sealed_settings=b"",
    )
    connection.stores.add(store_a)
    return connection


def incoming(scope: Scope, external_id: str, **given: Any) -> IncomingRecord:
    """One row as a sync would hand it over; canonical fields as keywords."""
    row = {"customer_id": external_id, **given}
    raw = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    return IncomingRecord(
        external_id=external_id,
        status=given.pop("status", "active"),
        status_raw=given.pop("status_raw", "ACTIVE"),
        merged_into=given.pop("merged_into", None),
        updated_at=given.pop("updated_at", NOON),
        fields=given,
        raw=raw,
        content_hash=get_keys(scope).content_hash(raw),
    )


@pytest.fixture
def ingest() -> Ingest:
    """Take rows over: ``ingest(scope, account, [incoming(scope, "1042", given_name="Ana")])``."""

    def write(
        scope: Scope, account: PosAccount, rows: Iterable[IncomingRecord], **options: Any
    ) -> IngestResult:
        options = {"now": NOON, "sync_id": None, **options}
        with transaction.atomic():
            return take_over(scope, account, list(rows), **options)

    return write
