from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from rollcall.audit.operations import record
from rollcall.audit.queries import FeedPlace
from rollcall.audit.tests.test_feed import open_transaction
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.operations.presence import mark_gone
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations.gathering import body_of, gather
from rollcall.events.operations.subscribing import create_webhook
from rollcall.events.queries.feed import Event, find_latest, read_events
from rollcall.events.queries.sources import Happening, Source, add_source
from rollcall.events.rules.places import PlaceError, read_place, write_place
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection
from rollcall.testing.platform_client import PlatformClient


def tell_test(scope: Scope, happened: Sequence[Happening]) -> list[dict[str, Any]]:
    return [{"numbers": list(one.subject_ids)} for one in happened]


add_source(
    Source(action="test.happened", type="test.happened", about="A test.", tell=tell_test),
    Source(
        action="test.each", type="test.each", about="A test.", tell=tell_test, is_each=True
    ),
)  # fmt: skip


def read_all(
    scope: Scope, start: FeedPlace, *, count: int = 0, limit: int = 100, types: Sequence[str] = ()
) -> tuple[list[Event], FeedPlace]:
    """All that can be read; transactions of other tests may hold the horizon back for a moment."""
    found: list[Event] = []
    place, deadline = start, time.monotonic() + 20
    while True:
        page = read_events(scope, start=place, limit=limit, types=types)
        found, place = found + page.events, page.next
        if not page.has_more:
            if len(found) >= count or time.monotonic() > deadline:
                return found, place
            time.sleep(0.02)


def numbers(events: list[Event]) -> list[Any]:
    return [one.data["numbers"] for one in events]


class TestTheFeed:
    def test_never_skips_what_is_committed_late(
        self, transactional_db: None, scope_a: Scope, scope_b: Scope
    ) -> None:
        start = find_latest()
        with open_transaction(scope_a, 1) as commit:
            record(scope_a, "test.happened", subject_kind="test", subject_ids=[2])
            record(scope_b, "test.happened", subject_kind="test", subject_ids=[9])
            early, place = read_all(scope_a, start)
            commit()
            record(scope_a, "test.happened", subject_kind="test", subject_ids=[3])

            late, _ = read_all(scope_a, place, count=3)

        assert numbers(early) == []
        assert numbers(late) == [[1], [2], [3]]

    def test_gives_the_same_events_in_pages_of_any_size(
        self, transactional_db: None, scope_a: Scope
    ) -> None:
        start = find_latest()
        record(scope_a, "test.each", subject_kind="test", subject_ids=[1, 2, 3, 4, 5])
        record(scope_a, "test.each", subject_kind="test", subject_ids=[])
        record(scope_a, "test.ignored", subject_kind="test", subject_ids=[0])
        record(scope_a, "test.happened", subject_kind="test", subject_ids=[6, 7])
        whole, end = read_all(scope_a, start, count=6)

        for limit in (1, 2, 3, 5, 6):
            assert read_all(scope_a, start, count=6, limit=limit)[0] == whole
        assert numbers(whole) == [[1], [2], [3], [4], [5], [6, 7]]
        assert len({one.id for one in whole}) == 6
        assert numbers(read_all(scope_a, start, count=1, types=["test.happened"])[0]) == [[6, 7]]
        assert read_events(scope_a, start=end, limit=5).events == []

    def test_tells_of_people_in_ids_and_names_of_fields_as_far_as_the_stores_go(
        self, transactional_db: None, shop: MergingShop, store_a: Store, fresh_api: None
    ) -> None:
        start = find_latest()
        set_account_stores(shop.scope, shop.accounts["treez"].pk, {store_a.pk})
        ana = shop.row("treez:1", given_name="Ana", phone="+14155550132")
        other = shop.row("cova:2", given_name="Ana")
        shop.row("treez:1", given_name="Ana", phone="+14155550133")
        merge = shop.merge("treez:1", "cova:2")
        shop.edit("treez:1", "email", "ana@example.com")
        mark_gone(shop.scope, [shop.links().get(home=other.pk).pk], now=shop.tick())
        shop.undo(merge)

        told, _ = read_all(shop.scope, start, count=7)
        limited = dataclasses.replace(shop.scope, store_ids=frozenset({store_a.pk}))
        of_store, _ = read_all(limited, start)
        made = create_webhook(limited, url="https://hooks.example.com/", now=shop.tick())
        Webhook.objects.scoped(shop.scope).update(place_transaction=start.transaction_id)
        while gather(shop.scope, made.webhook.pk, now=shop.tick()):
            pass
        of_none = dataclasses.replace(shop.scope, store_ids=frozenset({store_a.pk + 1}))

        first, second = str(ana.public_id), str(other.public_id)
        one, two = {"kind": "treez", "id": "1"}, {"kind": "cova", "id": "2"}
        assert [(event.type, event.data) for event in told] == [
            ("customer.created", {"customer": first, "record": one}),
            ("customer.created", {"customer": second, "record": two}),
            ("customer.updated", {"customer": first, "record": one, "fields": ["phone"]}),
            (
                "customer.merged",
                {"customer": first, "customers": [first, second], "merge": merge.pk},
            ),
            ("customer.updated", {"customer": first, "record": None, "fields": ["email"]}),
            ("customer.record_gone", {"customer": second, "record": two}),
            (
                "customer.unmerged",
                {"customer": first, "customers": [first, second], "merge": merge.pk},
            ),
        ]
        # The two are two again: nothing names whom the store does not see.
        assert [event.type for event in of_store] == [
            "customer.created", "customer.updated", "customer.merged",
            "customer.updated", "customer.unmerged",
        ]  # fmt: skip
        assert second not in repr(of_store)
        bodies = WebhookDelivery.objects.scoped(shop.scope).order_by("pk")
        assert list(bodies.values_list("body", flat=True)) == [body_of(one) for one in of_store]
        assert read_all(of_none, start)[0] == []

    def test_is_read_by_programs_with_a_cursor(
        self,
        transactional_db: None,
        fresh_api: None,
        scope_a: Scope,
        scope_b: Scope,
        connection_a: PosConnection,
    ) -> None:
        grants = [Grant.READ_EVENTS]
        api = PlatformClient.of(scope_a, role=Role.STAFF, grants=grants)
        stranger = PlatformClient.of(scope_b, role=Role.STAFF, grants=grants)
        begin = api.get("/events?start=now").json
        record(
            scope_a,
            "sync.finished",
            subject_kind="connection",
            subject_ids=[connection_a.pk],
            context={"sync": 7},
        )
        read_all(scope_a, FeedPlace(), types=["sync.finished"], count=1)

        page = api.get(f"/events?cursor={begin['next']}&limit=1").json
        after = api.get(f"/events?cursor={page['next']}").json

        assert [(one["type"], one["data"]) for one in page["items"]] == [
            ("sync.finished", {"connection": "alder-way", "sync": 7})
        ]
        assert page["items"][0]["timestamp"].endswith("Z")
        assert (after["items"], after["has_more"]) == ([], False)
        assert api.get("/events?types=customer.merged").json["items"] == []
        assert stranger.get("/events").json["items"] == []

    def test_goes_by_an_index_that_knows_no_reads(self, db: None, scope_a: Scope) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan to off")
            cursor.execute("set local enable_bitmapscan to off")
            cursor.execute(
                "explain select id from audit_entry where retailer_id = 1"
                " and (transaction_id, id) >= ('5'::xid8, 3) and transaction_id < '9'::xid8"
                " and action = any(array['record.created', 'sync.finished'])"
                " and action not in ('customer.looked_up', 'customer.searched', 'customer.viewed')"
                " order by transaction_id, id limit 5"
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "Index Scan using audit_retailer_feed" in plan
        assert "Sort" not in plan


class TestPlaces:
    def test_survive_being_written(self) -> None:
        assert read_place(write_place(2**62, 17, 1_999)) == (2**62, 17, 1_999)

    @pytest.mark.parametrize(
        "text",
        ["", "1.2.3", "2.1.1.1", "1.-1.1.1", "1.1.1.9999999999", f"1.{2**64 - 1}.1.1", "1.².1.1"],
    )
    def test_of_others_are_refused(self, text: str) -> None:
        with pytest.raises(PlaceError):
            read_place(text)
