from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Count

from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Scope, ScopeMissingError
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import Retailer

Rows = ScopedQuerySet[PosAccount]


def unscoped() -> Rows:
    return PosAccount.objects.get_queryset()


def new(retailer_id: int, key: str = "x") -> PosAccount:
    return PosAccount(retailer_id=retailer_id, kind="treez", account_key=key)


async def _read_all(rows: Rows) -> list[PosAccount]:
    return [row async for row in rows]


async def _read_all_by_iterator(rows: Rows) -> list[PosAccount]:
    return [row async for row in rows.aiterator()]


async def _call(rows: Rows, name: str, *args: Any, **kwargs: Any) -> Any:
    return await getattr(rows, name)(*args, **kwargs)


def a(name: str, *args: Any, **kwargs: Any) -> Callable[[Rows], Any]:
    """The asynchronous method ``name``, called and awaited."""
    return lambda rows: async_to_sync(_call)(rows, name, *args, **kwargs)


KEY: dict[str, Any] = {"kind": "treez", "account_key": "x"}
SQL = "select * from customers_posaccount"
#: Everything that reaches the database.
TERMINAL: dict[str, Callable[[Rows], Any]] = {
    "list": list,
    "len": len,
    "bool": bool,
    "in": lambda rows: new(1) in rows,
    "repr": repr,
    "pickle": pickle.dumps,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "slice with a step": lambda rows: rows[:4:2],
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "annotate": lambda rows: list(rows.annotate(many=Count("pk"))),
    "distinct": lambda rows: list(rows.order_by().distinct()),
    "only": lambda rows: list(rows.only("pk")),
    "dates": lambda rows: list(rows.datetimes("created_at", "day")),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "select_related": lambda rows: list(rows.select_related("retailer")),
    "union": lambda rows: list(rows.union(rows)),
    "exclude": lambda rows: list(rows.exclude(pk=1)),
    "reverse": lambda rows: list(rows.order_by("pk").reverse()),
    "using": lambda rows: list(rows.using("default")),
    "all": lambda rows: list(rows.all()),
    "iterator": lambda rows: list(rows.iterator()),
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "earliest": lambda rows: rows.earliest("pk"),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(PosAccount(pk=1)),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "in_bulk of all": lambda rows: rows.in_bulk(),
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: list(rows.raw(SQL)),
    "update": lambda rows: rows.update(label="x"),
    "delete": lambda rows: rows.delete(),
    "create": lambda rows: rows.create(retailer_id=1, **KEY),
    "bulk_create": lambda rows: rows.bulk_create([new(1)]),
    "bulk_update": lambda rows: rows.bulk_update([PosAccount(pk=1)], ["label"]),
    "get_or_create": lambda rows: rows.get_or_create(retailer_id=1, **KEY),
    "update_or_create": lambda rows: rows.update_or_create(retailer_id=1, **KEY),
    "async for": lambda rows: async_to_sync(_read_all)(rows),
    "aiterator": lambda rows: async_to_sync(_read_all_by_iterator)(rows),
    "aget": a("aget", pk=1),
    "afirst": a("afirst"),
    "alast": a("alast"),
    "alatest": a("alatest", "pk"),
    "aearliest": a("aearliest", "pk"),
    "acount": a("acount"),
    "aexists": a("aexists"),
    "acontains": a("acontains", PosAccount(pk=1)),
    "aaggregate": a("aaggregate", Count("pk")),
    "ain_bulk": a("ain_bulk", [1]),
    "aexplain": a("aexplain"),
    "aupdate": a("aupdate", label="x"),
    "adelete": a("adelete"),
    "acreate": a("acreate", retailer_id=1, **KEY),
    "abulk_create": a("abulk_create", [new(1)]),
    "abulk_update": a("abulk_update", [PosAccount(pk=1, label="x")], ["label"]),
    "aget_or_create": a("aget_or_create", retailer_id=1, **KEY),
    "aupdate_or_create": a("aupdate_or_create", retailer_id=1, **KEY),
}


class TestWithoutScope:
    # No database is asked for: reaching it would be another error.
    @pytest.mark.parametrize("name", TERMINAL)
    def test_nothing_is_read_or_written(self, name: str) -> None:
        with pytest.raises(ScopeMissingError):
            TERMINAL[name](unscoped())

    @pytest.mark.parametrize("name", TERMINAL)
    def test_a_filter_is_no_scope(self, name: str) -> None:
        with pytest.raises(ScopeMissingError):
            TERMINAL[name](unscoped().filter(retailer_id=1))

    def test_crossing_retailers_needs_a_reason(self) -> None:
        with pytest.raises(ScopeMissingError, match="reason"):
            PosAccount.objects.across_retailers(reason="")

    def test_the_error_names_the_model(self) -> None:
        with pytest.raises(ScopeMissingError, match="PosAccount"):
            PosAccount.objects.count()


@pytest.fixture
def accounts(scope_a: Scope, scope_b: Scope) -> dict[str, PosAccount]:
    """One row of each retailer, both of the same name."""
    return {
        slug: PosAccount.objects.scoped(scope).create(kind="treez", account_key="same", label=slug)
        for slug, scope in (("alder", scope_a), ("birch", scope_b))
    }


def stored() -> list[tuple[int, str, str]]:
    rows = PosAccount.objects.across_retailers(reason="a test looks at everything")
    return list(rows.order_by("pk").values_list("retailer_id", "account_key", "label"))


class TestReadsInAScope:
    @pytest.mark.parametrize(
        "read",
        [
            list,
            lambda rows: list(rows.iterator()),
            lambda rows: list(rows.in_bulk().values()),
            lambda rows: list(rows.filter(account_key="same")),
            lambda rows: list(rows[:10]),
            lambda rows: [rows.get(account_key="same")],
            lambda rows: async_to_sync(_read_all)(rows),
            lambda rows: async_to_sync(_read_all_by_iterator)(rows),
        ],
    )
    def test_see_the_own_rows_only(
        self, scope_a: Scope, accounts: dict[str, PosAccount], read: Callable[[Rows], Any]
    ) -> None:
        assert read(PosAccount.objects.scoped(scope_a)) == [accounts["alder"]]

    def test_count_the_own_rows_only(self, scope_a: Scope, accounts: dict[str, PosAccount]) -> None:
        mine = PosAccount.objects.scoped(scope_a)

        assert (mine.count(), mine.aggregate(n=Count("pk"))) == (1, {"n": 1})
        assert not mine.filter(pk=accounts["birch"].pk).exists()
        assert not mine.contains(accounts["birch"])

    def test_across_retailers_see_all(self, accounts: dict[str, PosAccount]) -> None:
        assert len(stored()) == 2

    def test_cannot_be_widened_by_joining_them_with_unscoped_ones(
        self, scope_a: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        mine, anybodys = PosAccount.objects.scoped(scope_a), unscoped()

        joins: list[Callable[[], Rows]] = [
            lambda: mine | anybodys,
            lambda: anybodys | mine,
            lambda: mine & anybodys,
            lambda: mine ^ anybodys,
            lambda: mine.union(anybodys),
            lambda: mine.intersection(anybodys),
            lambda: mine.difference(anybodys),
        ]
        for join in joins:
            with pytest.raises(ScopeMissingError):
                list(join())

    def test_cannot_be_joined_with_those_of_another_retailer(
        self, scope_a: Scope, scope_b: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        mine, theirs = PosAccount.objects.scoped(scope_a), PosAccount.objects.scoped(scope_b)

        joins: list[Callable[[], Rows]] = [lambda: mine | theirs, lambda: mine.union(theirs)]
        for join in joins:
            with pytest.raises(ScopeMissingError):
                list(join())

    def test_can_be_joined_with_their_own(
        self, scope_a: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        mine = PosAccount.objects.scoped(scope_a)

        assert list(mine.filter(pk=0) | mine.filter(kind="treez")) == [accounts["alder"]]
        assert list(mine.filter(pk=0).union(mine)) == [accounts["alder"]]

    def test_are_never_raw_sql(self, scope_a: Scope, accounts: dict[str, PosAccount]) -> None:
        with pytest.raises(ScopeMissingError):
            list(PosAccount.objects.scoped(scope_a).raw(SQL))


class TestWritesInAScope:
    def test_give_a_new_row_its_retailer(self, scope_a: Scope, retailer_a: Retailer) -> None:
        made = PosAccount.objects.scoped(scope_a).create(**KEY)

        assert made.retailer_id == retailer_a.pk

    def test_take_the_own_retailer_in_either_spelling(
        self, scope_a: Scope, retailer_a: Retailer
    ) -> None:
        mine = PosAccount.objects.scoped(scope_a)

        mine.create(retailer=retailer_a, **KEY)
        found, made = mine.get_or_create(retailer=retailer_a, **KEY)

        assert (found.retailer_id, made) == (retailer_a.pk, False)

    def test_get_or_create_gives_a_new_row_its_retailer(
        self, scope_a: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        found, made = PosAccount.objects.scoped(scope_a).get_or_create(
            kind="treez", account_key="other"
        )

        assert (found.retailer_id, made) == (scope_a.retailer_id, True)

    @pytest.mark.parametrize(
        "write",
        [
            lambda mine, theirs: mine.create(retailer_id=theirs.pk, **KEY),
            lambda mine, theirs: mine.create(retailer=theirs, **KEY),
            lambda mine, theirs: mine.bulk_create([new(theirs.pk)]),
            lambda mine, theirs: mine.bulk_create([new(mine.get().retailer_id), new(theirs.pk)]),
            lambda mine, theirs: mine.get_or_create(retailer_id=theirs.pk, **KEY),
            lambda mine, theirs: mine.get_or_create(retailer=theirs, **KEY),
            lambda mine, theirs: mine.update_or_create(retailer_id=theirs.pk, **KEY),
            lambda mine, theirs: mine.update(retailer_id=theirs.pk),
            lambda mine, theirs: mine.update(retailer=theirs),
            lambda mine, theirs: mine.update_or_create(
                defaults={"retailer_id": theirs.pk}, kind="treez", account_key="same"
            ),
        ],
    )
    def test_for_another_retailer_are_refused(
        self,
        scope_a: Scope,
        retailer_b: Retailer,
        accounts: dict[str, PosAccount],
        write: Callable[[Rows, Retailer], Any],
    ) -> None:
        before = stored()

        with pytest.raises(ScopeMissingError):
            write(PosAccount.objects.scoped(scope_a), retailer_b)

        assert stored() == before

    def test_never_reach_another_retailers_rows(
        self, scope_a: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        mine, theirs = PosAccount.objects.scoped(scope_a), accounts["birch"]
        theirs.label = "taken"
        before = stored()

        assert mine.filter(pk=theirs.pk).update(label="taken") == 0
        assert mine.filter(pk=theirs.pk).delete()[0] == 0
        with pytest.raises(ScopeMissingError):
            mine.bulk_update([theirs], ["label"])

        assert stored() == before

    def test_bulk_update_writes_the_own_rows(
        self, scope_a: Scope, accounts: dict[str, PosAccount]
    ) -> None:
        accounts["alder"].label = "renamed"

        PosAccount.objects.scoped(scope_a).bulk_update([accounts["alder"]], ["label"])

        assert [label for _, _, label in stored()] == ["renamed", "birch"]
