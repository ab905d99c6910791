from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.customers.operations.reading import search_customers, view_customer
from rollcall.customers.queries.profile import CustomerNotFoundError, resolve
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.testing.fixtures import Ingest, incoming

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def shop(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Scope:
    people = [
        incoming(scope_a, str(n), given_name="Ana", email=f"{n}@example.com") for n in range(3)
    ]
    ingest(scope_a, account_a, people)
    return scope_a


def newest(scope: Scope) -> Entry:
    return Entry.objects.scoped(scope).latest("id")


class TestViewCustomer:
    def test_says_who_saw_whom(self, shop: Scope) -> None:
        person = resolve(shop, "1")

        view_customer(shop, "treez:1")

        entry = newest(shop)
        assert (entry.actor, entry.action) == ("cli:test", "customer.viewed")
        assert (entry.subject_kind, entry.subject_ids) == ("customer", [person.pk])

    def test_of_nobody_leaves_no_trace(self, shop: Scope) -> None:
        before = newest(shop).pk

        with pytest.raises(CustomerNotFoundError):
            view_customer(shop, "99")

        assert newest(shop).pk == before

    def test_is_not_for_kiosks(self, shop: Scope) -> None:
        before = newest(shop).pk

        with pytest.raises(ForbiddenError):
            view_customer(replace(shop, role=Role.KIOSK), "1")

        assert newest(shop).pk == before


class TestSearchCustomers:
    def test_says_whom_it_showed_and_in_which_fields_but_not_the_text(self, shop: Scope) -> None:
        result = search_customers(shop, "ana", today=TODAY, limit=2)

        entry = newest(shop)
        assert (entry.action, entry.fields) == ("customer.searched", ["name"])
        assert entry.subject_ids == [hit.customer_id for hit in result.hits]
        assert entry.context == {"found": 2, "more": True}

    def test_says_that_nobody_was_found(self, shop: Scope) -> None:
        search_customers(shop, "nobody@example.com", today=TODAY)

        entry = newest(shop)
        assert (entry.action, entry.subject_ids, entry.context) == (
            "customer.searched", [], {"found": 0, "more": False},
        )  # fmt: skip

    def test_for_nothing_leaves_no_trace(self, shop: Scope) -> None:
        before = newest(shop).pk

        with pytest.raises(SearchTextError):
            search_customers(shop, "  ", today=TODAY)

        assert newest(shop).pk == before

    def test_is_not_for_kiosks(self, shop: Scope) -> None:
        with pytest.raises(ForbiddenError):
            search_customers(replace(shop, role=Role.KIOSK), "ana", today=TODAY)
