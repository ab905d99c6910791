"""Whoever works in some stores finds and sees people of these stores only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollcall.customers.models import AccountStore, Link, PosAccount, PosRecord
from rollcall.customers.queries.profile import (
    CustomerNotFoundError,
    get_profile,
    get_raw,
    list_account_ids,
    resolve,
)
from rollcall.customers.queries.search import search
from rollcall.customers.tests.search_shop import TODAY, found
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.fixtures import Ingest, incoming, make_account

ANA: dict[str, object] = {
    "given_name": "Ana",
    "family_name": "Reyes",
    "phone": "+14155550134",
    "email": "ana@example.com",
    "born_on": "1991-04-17",
}


@pytest.fixture
def other_account(scope_a: Scope) -> PosAccount:
    account = make_account(scope_a, kind="cova", account_key="alder-hill")
    store = Store.objects.scoped(scope_a).create(
        slug="alder-hill", name="Alder Hill", time_zone="UTC", jurisdiction="US-CA"
    )
    AccountStore.objects.scoped(scope_a).create(account=account, store=store)
    return account


@pytest.fixture
def clerk(
    scope_a: Scope,
    account_a: PosAccount,
    store_a: Store,
    other_account: PosAccount,
    ingest: Ingest,
) -> Scope:
    """Works at Alder Way; Ana is a customer of both stores, as two people so far."""
    AccountStore.objects.scoped(scope_a).create(account=account_a, store=store_a)
    ingest(scope_a, account_a, [incoming(scope_a, "here", **ANA)])
    ingest(scope_a, other_account, [incoming(scope_a, "there", **ANA)])
    return replace(scope_a, store_ids=frozenset([store_a.pk]))


TEXTS = ["ana", "ana reyes", "an re", "anita", "reyez", "0134", "4155550134", "ana@example.com",
         "1991-04-17", "ana 0134", "ana 1991-04-17"]  # fmt: skip


class TestSearch:
    @pytest.mark.parametrize("text", TEXTS)
    def test_finds_people_of_the_own_stores(self, clerk: Scope, text: str) -> None:
        assert found(clerk, text) == ["here"]

    @pytest.mark.parametrize("text", TEXTS)
    def test_finds_everybody_for_who_works_in_all_stores(self, clerk: Scope, text: str) -> None:
        assert sorted(found(replace(clerk, store_ids=None), text)) == ["here", "there"]

    @pytest.mark.parametrize("text", [*TEXTS, "here", "there"])
    def test_finds_nobody_for_who_works_in_none(self, clerk: Scope, text: str) -> None:
        assert found(replace(clerk, store_ids=frozenset()), text) == []

    def test_does_not_find_a_pos_id_or_public_id_of_another_store(self, clerk: Scope) -> None:
        everywhere = replace(clerk, store_ids=None)

        assert found(clerk, "there") == []
        assert found(clerk, str(resolve(everywhere, "there").public_id)) == []
        assert found(clerk, str(resolve(everywhere, "here").public_id)) == ["here"]

    def test_shows_of_a_person_of_both_only_what_the_own_store_knows(
        self, clerk: Scope, other_account: PosAccount, ingest: Ingest
    ) -> None:
        everywhere = replace(clerk, store_ids=None)
        ingest(
            everywhere,
            other_account,
            [incoming(everywhere, "there", **(ANA | {"phone": "5105550177"}))],
        )
        person = resolve(everywhere, "here")
        Link.objects.scoped(everywhere).update(customer=person)

        (hit,) = search(clerk, "ana", today=TODAY).hits
        profile = get_profile(clerk, resolve(clerk, "here"))

        assert (hit.phone, hit.stores, hit.others) == ("+14155550134", ["Alder Way"], 0)
        assert [record.external_id for record in profile.records] == ["here"]
        assert profile.text("phone") == "+14155550134"
        assert search(clerk, "5105550177", today=TODAY).hits == ()

    def test_looks_past_a_crowd_of_other_stores(
        self, clerk: Scope, other_account: PosAccount, ingest: Ingest
    ) -> None:
        everywhere = replace(clerk, store_ids=None)
        names = {"given_name": "Ana", "family_name": "Reyes"}
        rows = [incoming(everywhere, f"x{n}", **names) for n in range(300)]
        ingest(everywhere, other_account, rows)

        assert found(clerk, "ana") == ["here"]
        assert found(clerk, "ana reyes") == ["here"]


class TestProfile:
    def test_of_another_stores_customer_is_not_found(self, clerk: Scope) -> None:
        public_id = str(resolve(replace(clerk, store_ids=None), "there").public_id)

        for any_id in (public_id, "there", "cova:there"):
            with pytest.raises(CustomerNotFoundError):
                resolve(clerk, any_id)

    def test_raw_row_of_another_store_is_not_found(self, clerk: Scope) -> None:
        record = PosRecord.objects.scoped(clerk).get(external_id="there")

        with pytest.raises(PosRecord.DoesNotExist):
            get_raw(clerk, record.pk)

    def test_accounts_are_those_of_the_own_stores(
        self, clerk: Scope, account_a: PosAccount, other_account: PosAccount
    ) -> None:
        assert list_account_ids(clerk) == [account_a.pk]
        assert list_account_ids(clerk, kind="cova") == []
        everywhere = replace(clerk, store_ids=None)
        assert list_account_ids(everywhere) == [account_a.pk, other_account.pk]
