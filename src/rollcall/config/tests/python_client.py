"""What the generated Python client says of a running server."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest

CLIENTS = Path(__file__).parents[4] / "clients" / "python"


def drive_client(monkeypatch: pytest.MonkeyPatch, address: str, key: str, person: str) -> Any:
    """Read, change and be refused, in both ways; returns what the client made of the answers."""
    monkeypatch.syspath_prepend(str(CLIENTS))
    people, models = "api.customers", _load("models")
    update = _load(f"{people}.update_customer")
    change = {"customer": {"email": "ana@example.org"}}
    rows = {"store": "alder-way", "rows": [{"customer": {"first_name": "Bea"}}]}
    way = {"base_url": address, "token": key}
    with _load("client").AuthenticatedClient(**way) as client:
        read = _load(f"{people}.get_customer").sync_detailed(person, client=client)
        sent = {
            "client": client,
            "body": models.UpdateCustomerChangedCustomer.from_dict(change),
            "if_match": read.headers["ETag"],
        }
        return {
            "given_name": read.parsed.customer.fields["given_name"],
            "listed": _load(f"{people}.list_customers").sync(client=client).items,
            "changed": [update.sync(person, idempotency_key="k", **sent) for _ in range(2)],
            "late": update.sync_detailed(person, **sent).parsed,
            "many": _load(f"{people}.bulk_customers").sync(
                client=client, body=models.BulkCustomersBulk.from_dict(rows), idempotency_key="many"
            ),
            "stores": asyncio.run(_list_stores(way)),
        }


async def _list_stores(way: dict[str, str]) -> Any:
    async with _load("client").AuthenticatedClient(**way) as client:
        return await _load("api.stores.list_stores").asyncio(client=client)


def _load(name: str) -> Any:
    return importlib.import_module(f"rollcall_client.{name}")
