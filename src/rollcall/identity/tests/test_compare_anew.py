"""Rules that make other keys have everybody compared anew."""

from __future__ import annotations

import importlib

from django.db import connection

from rollcall.identity.models import MatchKey, PendingMatch
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.tests.merging_shop import MergingShop

ANEW = importlib.import_module("rollcall.identity.migrations.0008_compare_anew").ANEW


def run_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANEW)


class TestCompareAnew:
    def test_writes_the_keys_of_records_that_were_compared_before(self, shop: MergingShop) -> None:
        shop.row("treez:1", given_name="Jimmie", family_name="Okafor", born_on="1988-07-19")
        match_pending(shop.scope)
        written = set(MatchKey.objects.scoped(shop.scope).values_list("key", flat=True))
        MatchKey.objects.scoped(shop.scope).delete()

        run_migration()
        assert match_pending(shop.scope) == 1

        assert set(MatchKey.objects.scoped(shop.scope).values_list("key", flat=True)) == written

    def test_notes_each_record_once(self, shop: MergingShop) -> None:
        shop.row("treez:1", given_name="Jimmie")
        shop.row("cova:2", given_name="James")

        run_migration()
        run_migration()

        assert PendingMatch.objects.scoped(shop.scope).count() == 2
