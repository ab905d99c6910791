"""Registering somebody who is here already."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from rollcall.customers.models import Link, PosRecord
from rollcall.identity.models import Merge, Suggestion
from rollcall.identity.operations import arriving
from rollcall.identity.operations.matching import Matching
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.test_matching import NORA, without
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.registration.operations.registering import register_shopper
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


def register(scope: Scope, store: Store, fields: Fields) -> PosRecord:
    made = register_shopper(scope, store, fields, registration=uuid.uuid4(), now=NOON)
    return made.record


def person(scope: Scope, record: PosRecord) -> int:
    return Link.objects.scoped(scope).get(record=record).customer_id


class TestArriving:
    def test_finds_somebody_who_was_registered_before(self, scope_a: Scope, store_a: Store) -> None:
        fields = without("licence", "licence_state")
        first, second = (register(scope_a, store_a, fields) for _ in range(2))

        assert person(scope_a, first) == person(scope_a, second)
        assert Merge.objects.scoped(scope_a).get().actor == "system:matching"

    def test_creates_and_asks_where_it_is_not_sure(self, scope_a: Scope, store_a: Store) -> None:
        fields = without("licence", "licence_state")
        first = register(scope_a, store_a, fields)
        second = register(scope_a, store_a, {**fields, "born_on": "1961-01-30"})

        assert person(scope_a, first) != person(scope_a, second)
        assert Suggestion.objects.scoped(scope_a).get().reasons == ["born"]

    def test_turns_nobody_away_when_matching_fails(
        self, scope_a: Scope, store_a: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_args: Any, **_named: Any) -> Matching:
            with connection.cursor() as cursor:
                cursor.execute("select 1 / 0")
            raise AssertionError

        monkeypatch.setattr(arriving, "compare_records", fail)

        record = register(scope_a, store_a, NORA)

        assert person(scope_a, record) > 0


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_see_each_other(self, scope_a: Scope, store_a: Store) -> None:
        fields = without("licence", "licence_state")
        together = threading.Barrier(4)
        records: list[PosRecord] = []

        def arrive() -> None:
            together.wait()
            try:
                records.append(register(scope_a, store_a, fields))
            finally:
                connection.close()

        threads = [threading.Thread(target=arrive) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len({person(scope_a, record) for record in records}) == 1
        assert len(records) == 4
