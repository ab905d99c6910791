"""A kiosk with a key, people in its store's account, and ways to ask for them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from django.test import Client

from rollcall.api import database, throttle
from rollcall.config.wsgi import application
from rollcall.customers.models import PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.stores.models import Kiosk, Store
from rollcall.stores.operations import mint_key, save_kiosk
from rollcall.testing.fixtures import NOON, Ingest, incoming

ANA = {
    "given_name": "Ana",
    "family_name": "Rämirez-Soto",
    "gender": "female",
    "born_on": "1990-03-14",
    "email": "Ana@Example.com",
    "phone": "(415) 555-0132",
    "licence": "D1234567",
    "notes": None,
}
ANA_ROW = {
    "status": "ACTIVE",
    "customer_id": "1042",
    "first_name": "Ana",
    "last_name": "Rämirez-Soto",
    "gender": "female",
    "birthday": "1990-03-14",
    "email": "ana@example.com",
    "phone": "+14155550132",
    "drivers_license": "D1234567",
    "notes": None,
    "last_modified_date_utc": "2026-11-20T12:00:00Z",
}


@dataclass(kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(kw_only=True)
class KioskWorld:
    """A kiosk of Alice's store, and its key."""

    scope: Scope
    store: Store
    account: PosAccount
    kiosk: Kiosk
    key: str
    ingest: Ingest
    headers: dict[str, str] = field(default_factory=dict)

    def add(self, external_id: str, **values: Any) -> int:
        """Take one record over; returns its id."""
        row = incoming(self.scope, external_id, **values)
        return self.ingest(self.scope, self.account, [row]).record_ids[external_id]

    def get(self, path: str, *, key: str | None = None, **environ: Any) -> Reply:
        """Ask as the web server does: straight through WSGI."""
        return ask(path, key=self.key if key is None else key, **environ)

    def find(self, query: str) -> list[str]:
        """Ids that a search of the kiosk finds."""
        reply = self.get(f"/api/v1/{self.kiosk.catalog_id}/customers?{query}")
        assert reply.status == 200, reply.body
        return sorted(row["customer_id"] for row in reply.json["customers"])


def ask(path: str, *, key: str = "", method: str = "GET", **environ: Any) -> Reply:
    """One request to the WSGI application, past any server."""
    said: list[Any] = []
    address, _, query = path.partition("?")
    given = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": address,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "203.0.113.7",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **({"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}),
        **environ,
    }

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        said.extend((status, headers))

    chunks = application(given, start_response)
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return Reply(status=int(said[0].split()[0]), headers=dict(said[1]), body=body)


def ask_django(client: Client, path: str, *, key: str = "", **environ: Any) -> Reply:
    """The same request through Django alone."""
    if key:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    environ = {"REMOTE_ADDR": "203.0.113.7", **environ}
    address, _, query = path.partition("?")
    response = client.get(address, QUERY_STRING=query, **environ)
    return Reply(status=response.status_code, headers=dict(response.headers), body=response.content)


@pytest.fixture
def fresh_api(transactional_db: None) -> Iterator[None]:
    """The kit's own connections see only what is committed, and must not outlive the test."""
    throttle.forget_leases()
    yield
    throttle.forget_leases()
    database.close()


@pytest.fixture
def world(
    fresh_api: None, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest
) -> KioskWorld:
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    return make_world(scope_a, store_a, account_a, ingest, catalog_id="42")


def make_world(
    scope: Scope, store: Store, account: PosAccount, ingest: Ingest, *, catalog_id: str
) -> KioskWorld:
    """A kiosk with a key in a store that the account serves."""
    set_account_stores(scope, account.pk, {store.pk})
    kiosk = save_kiosk(scope, catalog_id=catalog_id, name="Front door", store=store).row
    key = mint_key(scope, kiosk, now=NOON, profile=KeyProfile.ATTENDED).text
    return KioskWorld(
        scope=scope, store=store, account=account, kiosk=kiosk, key=key, ingest=ingest
    )


Asker = Callable[..., Reply]
