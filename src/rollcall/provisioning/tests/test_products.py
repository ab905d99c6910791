"""A file that says what a store sells."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.kit.scope import Actor
from rollcall.orders.models import OrderRules, ProductValue
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import prepare_file
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.stores.queries import get_retailer, get_system_scope
from rollcall.testing.fixtures import NOON

pytestmark = pytest.mark.django_db
ACTOR = Actor(kind="cli", id="test")
FILE = """\
retailer: {slug: alder, name: Alder Group}
stores:
  - slug: alder-way
    name: Alder Way
    time_zone: America/Los_Angeles
    jurisdiction: US-CA
    products:
      - sku: BD-035
        name: Blue Dream
        values:
          - {id: 71, name: 3.5 g, value: 45.00}
          - {id: '72', name: 7 g, value: '80.10'}
      - {sku: 1042, name: Gummies, active: false, values: [{id: 9, name: 10 pieces, value: 12}]}
"""


def apply(folder: Path, text: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    path = folder / "retailer.yaml"
    path.write_text(text)
    applied = apply_document(prepare_file(path)[0], actor=ACTOR, now=NOON)
    return [(one.kind, one.slug, one.action, one.fields) for one in applied.changes]


RULES = (
    FILE
    + """\
    orders: {anonymous: true, mail_to: [Counter@Example.com], mail_shopper: true}
"""
)


class TestOrderRules:
    def test_are_brought_in_line_and_stay_if_left_out(self, tmp_path: Path) -> None:
        apply(tmp_path, FILE)

        made = apply(tmp_path, RULES)
        again = apply(tmp_path, RULES)
        left_out = apply(tmp_path, RULES.replace("anonymous: true, ", ""))
        nobody = apply(tmp_path, RULES.replace("[Counter@Example.com]", "[]"))

        changed = ("anonymous", "mail_shopper", "mail_to")
        assert made == [("order rules", "alder-way", "updated", changed)]
        assert (again, left_out) == ([], [])
        assert nobody == [("order rules", "alder-way", "updated", ("mail_to",))]
        held = OrderRules.objects.scoped(get_system_scope(get_retailer("alder").pk, actor=ACTOR))
        (rules,) = held.all()
        assert (rules.anonymous, rules.mail_to, rules.mail_shopper) == (True, [], True)

    @pytest.mark.parametrize(
        "wrong",
        ["{mail_to: [nobody]}", "{mail_to: x@example.com}", "{anonymous: maybe}", "{other: 1}"],
    )
    def test_what_cannot_be_used_is_refused(self, tmp_path: Path, wrong: str) -> None:
        with pytest.raises(ProvisioningError, match=r"stores\[0\].orders"):
            apply(tmp_path, FILE + f"    orders: {wrong}\n")


class TestProducts:
    def test_are_created_and_brought_in_line(self, tmp_path: Path) -> None:
        made = apply(tmp_path, FILE)
        again = apply(tmp_path, FILE)
        changed = apply(tmp_path, FILE.replace("45.00", "46.50"))

        assert made[2:] == [
            ("product", "alder-way BD-035", "created", ()),
            ("product", "alder-way 1042", "created", ()),
        ]
        assert again == []
        assert changed == [("product", "alder-way BD-035", "updated", ("values",))]
        scope = get_system_scope(get_retailer("alder").pk, actor=ACTOR)
        held = ProductValue.objects.scoped(scope).order_by("external_id")
        assert [(one.external_id, str(one.value)) for one in held] == [
            ("71", "46.50"),
            ("72", "80.10"),
            ("9", "12.00"),
        ]

    def test_that_cannot_be_used_are_named_by_their_place(self, tmp_path: Path) -> None:
        for wrong, words in (
            ("value: -1}", "[1].values.0.value: must be greater than or equal to 0"),
            ("valeu: 1}", "[1].values.0: has a member not known here"),
            ("value: x}", "[1].values.0.value: is not a number"),
        ):
            with pytest.raises(ProvisioningError) as caught:
                apply(tmp_path, FILE.replace("value: 12}", wrong))

            assert caught.value.problems[0] == f"stores[0].products: {words}"
