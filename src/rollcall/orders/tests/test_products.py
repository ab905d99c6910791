"""What stores sell: from a file, from a table, from a program."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.config.cli.products import products
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.orders.models import KioskOrderLine, StoreProduct
from rollcall.orders.operations.catalogue import SkuTwiceError, save_products
from rollcall.orders.rules.money import AmountError, read_amount, write_amount
from rollcall.orders.rules.product_tables import TableUnreadableError, read_table
from rollcall.orders.rules.products import ProductInvalidError, read_product
from rollcall.orders.tests.order_shop import DREAM, GUMMIES, OrderShop, price_of
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.stores.models import Store

HEADER = "sku,name,value_id,value_name,value"


def problems_of(*lines: str) -> Sequence[str]:
    with pytest.raises(TableUnreadableError) as caught:
        read_table(f"{line}\n" for line in lines)
    return caught.value.problems


class TestAmounts:
    @settings(max_examples=30, deadline=None)
    @given(st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2))
    def test_are_read_as_they_were_written(self, amount: Decimal) -> None:
        assert read_amount(write_amount(amount)) == amount
        assert read_amount(float(amount)) == amount

    @pytest.mark.parametrize("value", ["", " ", "1,5", "1_0", "٣", None, [], "0x1", "1e9", -0.01])
    def test_that_are_none_are_refused(self, value: object) -> None:
        with pytest.raises(AmountError):
            read_amount(value)


class TestSaving:
    def test_says_what_became_of_each(self, scope_a: Scope, store_a: Store) -> None:
        both = [read_product(DREAM), read_product(GUMMIES)]
        save_products(scope_a, store_a, both[:1])
        renamed = read_product({**DREAM, "name": "Blue Dream Indoor", "active": False})

        saved = [save_products(scope_a, store_a, one) for one in (both, [renamed], [renamed])]

        assert [[(one.sku, str(one.action), one.fields) for one in rows] for rows in saved] == [
            [("BD-035", "unchanged", ()), ("GM-10", "created", ())],
            [("BD-035", "updated", ("active", "name"))],
            [("BD-035", "unchanged", ())],
        ]

    def test_offers_no_more_what_is_left_out_and_keeps_what_was_ordered(
        self, shop: OrderShop
    ) -> None:
        shop.order()
        values = [{"id": "72", "name": "7 g", "value": 70}]

        saved = save_products(shop.scope, shop.store, [read_product({**DREAM, "values": values})])

        assert saved[0].fields == ("values",)
        assert price_of(shop.scope, "BD-035", "71") is None
        assert price_of(shop.scope, "BD-035", "72") == Decimal("70.00")
        assert KioskOrderLine.objects.scoped(shop.scope).get(value_id="71").price == 45
        save_products(shop.scope, shop.store, [read_product(DREAM)])
        assert price_of(shop.scope, "BD-035", "71") == Decimal("45.00")

    def test_sells_nothing_that_is_not_active(self, shop: OrderShop) -> None:
        save_products(shop.scope, shop.store, [read_product({**DREAM, "active": False})])

        assert shop.post().json["errors"].keys() == {"products.0.sku"}

    def test_is_for_managers_of_the_store(self, scope_a: Scope, store_a: Store) -> None:
        for role, stores in ((Role.STAFF, None), (Role.ADMIN, frozenset[int]())):
            scope = Scope(
                retailer_id=scope_a.retailer_id, actor=scope_a.actor, role=role, store_ids=stores
            )
            with pytest.raises(ForbiddenError):
                save_products(scope, store_a, [read_product(DREAM)])

    def test_refuses_a_sku_twice(self, scope_a: Scope, store_a: Store) -> None:
        with pytest.raises(SkuTwiceError):
            save_products(scope_a, store_a, [read_product(DREAM)] * 2)

        assert StoreProduct.objects.scoped(scope_a).count() == 0

    def test_says_all_that_is_wrong_of_a_product(self) -> None:
        with pytest.raises(ProductInvalidError) as caught:
            read_product({"sku": " ", "name": 1.5, "active": 1, "x": 1,
                          "values": [{"id": "a", "name": "b", "value": "-1"}, 7]})  # fmt: skip

        assert caught.value.errors == {
            "product": ["has a member not known here"],
            "sku": ["can't be blank"],
            "name": ["is not a text"],
            "values.0.value": ["must be greater than or equal to 0"],
            "values.1": ["is not an object"],
            "active": ["is neither true nor false"],
        }


class TestTables:
    def test_join_the_rows_of_a_sku(self) -> None:
        lines = [f"\ufeff{HEADER},active", "A,Ale,1,small,3.50,yes", 'B,"Bee, big",9,one,2,',
                 "A,Ale,2,large,5,yes", ""]  # fmt: skip

        ale, bee = read_table(f"{line}\r\n" for line in lines)

        assert [(one.external_id, one.value) for one in ale.values] == [
            ("1", Decimal("3.50")),
            ("2", Decimal("5.00")),
        ]
        assert (ale.active, bee.active, bee.name) == (True, None, "Bee, big")

    def test_name_every_mistake_by_line_and_column(self) -> None:
        assert problems_of(
            HEADER,
            "A,Ale,1,small,three",
            "A,Beer,2,large,5",
            ",None,1,one,1",
            "C,Cider,1,one",
            "D,=HYPERLINK(1),1,one,1",
            "E,Elder,,one,-1",
            "F,Fig,1,one,1",
            "F,Fig,1,two,2",
        ) == (
            "line 3, column name: is not as in line 2, which has the same sku",
            "line 4, column sku: can't be blank",
            "line 5: has 4 cells, not 5",
            "line 6, column name: begins like a formula of a spreadsheet",
            "line 7, column value: begins like a formula of a spreadsheet",
            "line 2, column value: is not a number",
            "line 8, column value_id: has an id twice",
        )

    def test_need_their_columns(self) -> None:
        assert problems_of("sku,name,price,name") == (
            "line 1: the column value_id is missing",
            "line 1: the column value_name is missing",
            "line 1: the column value is missing",
            "line 1, column 3: is none of sku, name, value_id, value_name, value, active",
            "line 1: name stands there twice",
        )
        assert len(problems_of("")) == 5

    def test_stop_after_a_hundred_mistakes(self) -> None:
        assert len(problems_of(HEADER, *["A"] * 500)) == 101

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ('A,"Ale', "is no CSV"),
            ("A," + "x" * 10_001, "is no CSV"),
            ('A,"a"b,1,1,1', "is no CSV"),
        ],
    )
    def test_that_are_no_csv_are_refused(self, line: str, words: str) -> None:
        assert words in problems_of(HEADER, line)[-1]

    def test_have_a_last_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rollcall.orders.rules.product_tables.MOST_ROWS", 2)

        assert problems_of(HEADER, *(f"{sku},x,1,1,1" for sku in "ABC")) == (
            "line 4: more than 2 rows",
        )


@pytest.mark.usefixtures("store_a")
class TestTheCommand:
    def run(self, path: Path, *lines: bytes) -> tuple[int, str]:
        path.write_bytes(b"\n".join((HEADER.encode(), *lines)))
        done = CliRunner().invoke(products, ["import", "alder-way", str(path)])
        return done.exit_code, done.output

    def test_takes_everything_over(self, scope_a: Scope, tmp_path: Path) -> None:
        done = self.run(tmp_path / "a.csv", b"A,Ale,1,small,3.50", b"A,Ale,2,large,5")

        assert done == (0, "alder-way: 1 created, 0 updated, 0 unchanged\n")
        assert price_of(scope_a, "A", "2") == Decimal("5.00")

    def test_or_nothing(self, scope_a: Scope, tmp_path: Path) -> None:
        code, told = self.run(tmp_path / "a.csv", b"A,Ale,1,small,3.50", b"B,Bee,1,one,\xff")

        assert code == 1
        assert "line 3: is not UTF-8" in told
        assert StoreProduct.objects.scoped(scope_a).count() == 0

    def test_knows_stores_by_their_slugs(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(HEADER)

        done = CliRunner().invoke(products, ["import", "nowhere", str(path)])

        assert (done.exit_code, "there is no store 'nowhere'" in done.output) == (1, True)
