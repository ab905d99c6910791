"""Invented people of two POS lists, and short ways to merge, part and look at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet

from rollcall.customers.models import Customer, FieldEdit, Link, PosAccount
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON, incoming, make_account

#: A person as everybody sees them: their ids, their records, and field → value.
Seen = tuple[frozenset[int], frozenset[str], Mapping[str, FieldValue]]


@dataclass(kw_only=True)
class MergingShop:
    """A retailer with a treez and a cova list; time goes on by a minute with everything done."""

    scope: Scope
    accounts: Mapping[str, PosAccount]
    minutes: int = 0
    homes: dict[str, int] = field(default_factory=dict)

    def tick(self) -> dt.datetime:
        self.minutes += 1
        return NOON + dt.timedelta(minutes=self.minutes)

    def row(self, name: str, **values: Any) -> Customer:
        """Take one row over ("treez:1"); returns the person to whom it belongs now."""
        kind, _, external_id = name.partition(":")
        now = self.tick()
        given = {"updated_at": now, **values}
        with transaction.atomic():
            take_over(
                self.scope,
                self.accounts[kind],
                [incoming(self.scope, external_id, **given)],
                now=now,
                sync_id=None,
            )
        link = (
            self.links()
            .select_related("customer")
            .get(record__account=self.accounts[kind], record__external_id=external_id)
        )
        self.homes[name] = link.home_id
        return link.customer

    def rows(self, people: Mapping[str, Mapping[str, FieldValue]]) -> None:
        """Take many new rows over at once."""
        now = self.tick()
        for kind, account in self.accounts.items():
            rows = [
                incoming(self.scope, name.partition(":")[2], updated_at=now, **values)
                for name, values in people.items()
                if name.partition(":")[0] == kind
            ]
            with transaction.atomic():
                take_over(self.scope, account, rows, now=now, sync_id=None)
            links = self.links().filter(record__account=account)
            for external_id, home_id in links.values_list("record__external_id", "home_id"):
                self.homes[f"{kind}:{external_id}"] = home_id

    def links(self) -> QuerySet[Link]:
        return Link.objects.scoped(self.scope)

    def home(self, name: str) -> Customer:
        """The Customer whom a record was born with, whoever that is now."""
        return Customer.objects.scoped(self.scope).get(pk=self.homes[name])

    def merge(self, first: str, second: str, **options: Any) -> Merge:
        options = {"reason": Merge.Reason.PERSON, **options}
        return merge_people(
            self.scope, self.home(first), self.home(second), now=self.tick(), **options
        )

    def undo(self, merge: Merge, **options: Any) -> Merge:
        return undo_merge(self.scope, merge.pk, now=self.tick(), **options)

    def edit(self, name: str, field_name: str, value: FieldValue, **options: Any) -> FieldEdit:
        """Type a value for whoever stands for a person now."""
        person = resolve(self.scope, str(self.home(name).public_id))
        return edit_field(self.scope, person, field_name, value, now=self.tick(), **options)

    def value(self, name: str, field_name: str) -> FieldValue:
        """The value that stands for a person."""
        person = resolve(self.scope, str(self.home(name).public_id))
        for view in get_profile(self.scope, person).fields:
            if view.name == field_name:
                return view.truth.standing.value
        return None

    def person(self, name: str) -> int:
        """Who stands for whom a record was born with."""
        return resolve(self.scope, str(self.home(name).public_id)).pk

    def see(self) -> list[Seen]:
        """Everybody, as they are."""
        people: dict[int, set[int]] = {}
        for pk, into in Customer.objects.scoped(self.scope).values_list("pk", "merged_into"):
            people.setdefault(into or pk, set()).add(pk)
        return [self._see(pk, people[pk]) for pk in sorted(people)]

    def _see(self, standing: int, members: set[int]) -> Seen:
        customer = Customer.objects.scoped(self.scope).get(pk=standing)
        profile = get_profile(self.scope, customer)
        records = frozenset(f"{record.kind}:{record.external_id}" for record in profile.records)
        values = {view.name: view.truth.standing.value for view in profile.fields}
        return (frozenset(members), records, values)


@pytest.fixture
def shop(scope_a: Scope) -> MergingShop:
    return open_shop(scope_a)


def open_shop(scope: Scope) -> MergingShop:
    accounts = {
        kind: make_account(scope, kind=kind, account_key=f"{kind}-list")
        for kind in ("treez", "cova")
    }
    return MergingShop(scope=scope, accounts=accounts)
