from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore, Customer, Link, PosAccount, PosRecord
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.operations.priorities import PriorityError, set_priority
from rollcall.customers.queries.priorities import get_priorities, list_kinds
from rollcall.customers.queries.profile import get_profile
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import NOON, Ingest, incoming

PAGE = "/customers/priorities/"


@pytest.fixture
def ana(scope_a: Scope, account_a: PosAccount, store_a: Store, ingest: Ingest) -> Customer:
    """Ana, whom two systems hold: the newer one has another birthday."""
    other = PosAccount.objects.scoped(scope_a).create(kind="leaflogix", account_key="company-7")
    for account in (account_a, other):
        AccountStore.objects.scoped(scope_a).create(account=account, store=store_a)
    older, newer = NOON - dt.timedelta(days=9), NOON
    row = incoming(scope_a, "77", born_on="1990-02-01", given_name="Ana", updated_at=older)
    with transaction.atomic():
        take_over(scope_a, other, [row], now=older, sync_id=None)
        row = incoming(scope_a, "1", born_on="1990-01-02", given_name="Ana", updated_at=newer)
        take_over(scope_a, account_a, [row], now=newer, sync_id=None)
    records = PosRecord.objects.scoped(scope_a).select_related("link__customer")
    first, second = records.order_by("pk")
    Link.objects.scoped(scope_a).filter(pk=second.pk).update(customer=first.link.customer)
    return first.link.customer


def birthday(scope: Scope, customer: Customer) -> object:
    return get_profile(scope, customer).text("born_on")


@pytest.mark.django_db
class TestSetting:
    def test_decides_which_value_stands(self, scope_a: Scope, ana: Customer) -> None:
        assert birthday(scope_a, ana) == "1990-01-02"

        assert set_priority(scope_a, "born_on", ["leaflogix"])
        assert birthday(scope_a, ana) == "1990-02-01"

        assert set_priority(scope_a, "born_on", [])
        assert birthday(scope_a, ana) == "1990-01-02"
        assert get_priorities(scope_a) == {}

    def test_said_twice_is_one_change(self, scope_a: Scope) -> None:
        assert set_priority(scope_a, "phone", ["treez", "cova"])
        assert not set_priority(scope_a, "phone", ["treez", "cova"])

        entries = Entry.objects.scoped(scope_a).filter(action="priority.changed")
        (entry,) = entries
        assert (entry.fields, entry.context) == (["phone"], {"kinds": ["treez", "cova"]})

    def test_is_refused_when_it_makes_no_sense(self, scope_a: Scope) -> None:
        with pytest.raises(PriorityError, match="no field"):
            set_priority(scope_a, "shoe_size", ["treez"])
        with pytest.raises(PriorityError, match="only once"):
            set_priority(scope_a, "phone", ["treez", "treez"])
        assert get_priorities(scope_a) == {}

    def test_is_an_administrator_s(self, scope_a: Scope) -> None:
        manager = scope_a.__class__(
            retailer_id=scope_a.retailer_id, actor=scope_a.actor, role=Role.MANAGER
        )
        with pytest.raises(ForbiddenError):
            set_priority(manager, "phone", ["treez"])

    def test_is_the_retailer_s_own(self, scope_a: Scope, scope_b: Scope) -> None:
        set_priority(scope_a, "phone", ["treez"])

        assert get_priorities(scope_b) == {}
        assert list_kinds(scope_b) == []


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.django_db
class TestPage:
    def test_offers_the_systems_that_are_here(self, signed_in: Client, ana: Customer) -> None:
        page = signed_in.get(PAGE).content.decode()

        assert page.count('<option value="leaflogix">') == page.count('<option value="treez">') > 20
        assert "cova" not in page

    def test_saves_and_shows_what_was_chosen(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        form = {"born_on-1": "leaflogix", "phone-1": "treez", "phone-2": "leaflogix"}

        page = signed_in.post(PAGE, form, follow=True).content.decode()

        assert "Saved." in page
        assert get_priorities(scope_a) == {
            "born_on": ["leaflogix"],
            "phone": ["treez", "leaflogix"],
        }
        assert page.count('<option value="leaflogix" selected>') == 2
        profile = signed_in.get(f"/customers/{ana.public_id}/").content.decode()
        assert "this POS counts more" in profile

    def test_saves_nothing_where_one_is_chosen_twice(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        form = {"born_on-1": "leaflogix", "phone-1": "treez", "phone-2": "treez"}

        page = signed_in.post(PAGE, form).content.decode()

        assert "Nothing was saved" in page
        assert "A POS can be chosen only once." in page
        assert get_priorities(scope_a) == {}

    def test_takes_no_system_that_is_not_here(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        signed_in.post(PAGE, {"phone-1": "cova\0", "email-1": "'; drop table", "x-1": "treez"})

        assert get_priorities(scope_a) == {}

    def test_says_that_there_is_nothing_to_choose(
        self, signed_in: Client, account_a: PosAccount
    ) -> None:
        assert "nothing to choose" in signed_in.get(PAGE).content.decode()

    def test_is_not_for_staff(self, client: Client, bob: User) -> None:
        client.force_login(bob)

        assert client.get(PAGE).status_code == 403
