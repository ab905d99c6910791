"""Nora, who ordered as a guest, and the proofs that she can give."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from rollcall.customers.models import Customer, Link, PosAccount, PosRecord
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.models import KioskOrder
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.proofs.models import Proof
from rollcall.proofs.rules.tokens import mint_proof, proof_hash
from rollcall.registration.tests.kiosk import Kiosk, Reply
from rollcall.stores.models import Store
from rollcall.stores.queries import get_keys
from rollcall.testing.fixtures import Ingest, incoming

MAIL = "nora@example.com"
NORA = {"given_name": "Nora", "family_name": "Okafor", "born_on": "1988-07-19", "email": MAIL}


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Nora, whom the store's POS knows as 7, and who ordered without saying so."""

    shop: OrderShop
    record: PosRecord
    order: KioskOrder

    @property
    def person(self) -> Customer:
        link = (
            Link.objects.scoped(self.shop.scope).select_related("customer").get(record=self.record)
        )
        return link.customer

    def prove(self, *, by_code: bool = True, age: dt.timedelta = dt.timedelta()) -> str:
        """A proof as identification gives one."""
        text, now = mint_proof(), utc_now() - age
        scope = self.shop.scope
        Proof.objects.scoped(scope).create(
            record=self.record,
            kiosk=self.shop.kiosk,
            store=self.shop.store,
            token_hash=proof_hash(text),
            means=["email", "code"],
            channel="email" if by_code else "",
            contact_key=get_keys(scope).blind("email", MAIL) if by_code else None,
            made_at=now,
            expires_at=now + dt.timedelta(minutes=10),
        )
        return text

    def claim(self, proof: str, kiosk: Kiosk | None = None, **environ: Any) -> Reply:
        caller = kiosk or self.shop.calling
        return caller.send("POST", "claim", {"proof": proof}, **environ)

    def holder(self) -> int | None:
        return KioskOrder.objects.scoped(self.shop.scope).get(pk=self.order.pk).holder_id


@pytest.fixture
def guest(shop: OrderShop, account_a: PosAccount, ingest: Ingest) -> Guest:
    taken = ingest(shop.scope, account_a, [incoming(shop.scope, "7", **NORA)])
    record = PosRecord.objects.scoped(shop.scope).get(pk=taken.record_ids["7"])
    return Guest(shop=shop, record=record, order=shop.order(email=" Nora@Example.com "))


def open_store(scope: Scope) -> Store:
    return Store.objects.scoped(scope).create(
        slug="birch-street",
        name="Birch Street",
        time_zone="America/Los_Angeles",
        jurisdiction="US-CA",
    )
