"""Deactivating a person from their page, at a real simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import resolve
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.stores.models import Store, User
from rollcall.testing.pos_world import pos_world


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[WritingWorld]:
    """A POS that can deactivate people."""
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", kind="leaflogix") as opened:
        writing = WritingWorld(world=opened)
        writing.begin()
        yield writing


@pytest.fixture
def person(world: WritingWorld) -> Customer:
    pos_id = next(row["pos_id"] for row in world.control.customers() if is_plain(row))
    return resolve(world.scope, pos_id)


def is_plain(row: dict[str, Any]) -> bool:
    return row["status"] == "active" and not row.get("banned")


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def status_of(world: WritingWorld, person: Customer) -> object:
    (record,) = world.records_of(person)
    return world.control.customer(record.external_id)["status"]


def ask(client: Client, person: Customer, status: str) -> str:
    address = f"/customers/{person.public_id}/status/"
    return client.post(address, {"status": status}, follow=True).content.decode()


class TestStatus:
    def test_is_changed_at_the_pos_and_back(
        self, signed_in: Client, world: WritingWorld, person: Customer
    ) -> None:
        form = signed_in.get(f"/customers/{person.public_id}/edit/").content.decode()
        assert "Deactivate at every POS that can" in form

        page = ask(signed_in, person, "inactive")
        world.drain()

        assert "On its way" in page
        assert status_of(world, person) == "inactive"
        form = signed_in.get(f"/customers/{person.public_id}/edit/").content.decode()
        assert "Activate again" in form

        ask(signed_in, person, "active")
        world.drain()

        assert status_of(world, person) == "active"
        entries = OutboxEntry.objects.scoped(world.scope)
        assert [entry.state for entry in entries] == ["delivered", "delivered"]

    def test_asked_for_twice_is_one_entry(
        self, signed_in: Client, world: WritingWorld, person: Customer
    ) -> None:
        ask(signed_in, person, "inactive")
        ask(signed_in, person, "inactive")

        assert OutboxEntry.objects.scoped(world.scope).count() == 1

    @pytest.mark.parametrize("status", ["", "gone", "inactive\0", "active,inactive"])
    def test_that_does_not_exist_is_refused(
        self, signed_in: Client, world: WritingWorld, person: Customer, status: str
    ) -> None:
        answer = signed_in.post(f"/customers/{person.public_id}/status/", {"status": status})

        assert answer.status_code == 400
        assert not OutboxEntry.objects.scoped(world.scope).exists()

    def test_that_no_pos_can_say_is_told(self, signed_in: Client, writing: WritingWorld) -> None:
        page = ask(signed_in, resolve(writing.scope, "1000"), "inactive")

        assert "No POS that holds this person can do that." in page
        assert not OutboxEntry.objects.scoped(writing.scope).exists()

    def test_is_not_for_staff(
        self, client: Client, bob: User, world: WritingWorld, person: Customer
    ) -> None:
        client.force_login(bob)

        answer = client.post(f"/customers/{person.public_id}/status/", {"status": "inactive"})

        assert answer.status_code == 403
        form = client.get(f"/customers/{person.public_id}/edit/").content.decode()
        assert "Deactivate" not in form
