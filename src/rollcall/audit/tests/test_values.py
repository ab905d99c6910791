"""No value of a person ever gets into the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from rollcall.customers.models import PosAccount
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.reading import search_customers, view_customer
from rollcall.customers.queries.profile import resolve
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON, Ingest, incoming
from rollcall.testing.pos_world import PosWorld, pos_world

PERSON: dict[str, object] = {
    "given_name": "Xanthippe",
    "middle_name": "Quillon",
    "family_name": "Vandersloot",
    "nickname": "Zappy",
    "born_on": "1987-06-05",
    "phone": "+14155550134",
    "email": "xanthippe@example.com",
    "licence": "D7654321",
    "medical_id": "MED889900",
    "street": "77 Quince Lane",
    "city": "Petaluma",
    "zip": "94952",
    "notes": "allergic to walnuts",
    "groups": ["Nightshift"],
}
#: What must not be found, in any of the forms in which it is used.
VALUES = [
    "xanthippe", "quillon", "vandersloot", "zappy", "1987-06-05", "06/05/1987", "4155550134",
    "0134", "d7654321", "med889900", "quince", "petaluma", "94952", "walnut", "nightshift",
    "new.address",
]  # fmt: skip


def everything_audited() -> str:
    """Every column of every entry but times and transaction ids, as the database writes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(concat_ws(' ', actor, action, subject_kind, fields::text,"
            " context::text), E'\\n' order by id) from audit_entry"
        )
        text: str = cursor.fetchone()[0]
    return text.casefold()


class TestAudit:
    def test_holds_no_value_of_anybody_taken_over_searched_viewed_or_edited(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1042", **PERSON)])
        ingest(
            scope_a,
            account_a,
            [incoming(scope_a, "1042", **{**PERSON, "email": "new.address@example.com"})],
        )
        for text in ("Xanthippe", "Vandersloot 06/05/1987", "415 555 0134", "0134", "D-7654321"):
            assert len(search_customers(scope_a, text, today=NOON.date()).hits) == 1
        view_customer(scope_a, "1042")
        edit_field(scope_a, resolve(scope_a, "1042"), "phone", "+14155550134", now=NOON)

        audited = everything_audited()

        assert [value for value in VALUES if value in audited] == []
        for action in ("record.created", "record.changed", "customer.searched", "customer.viewed"):
            assert action in audited


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=40) as opened:
        yield opened


class TestAuditOfASync:
    def test_holds_no_value_of_any_shopper(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date", "missing_id"])
        world.sync()
        for pos_id in list(world.truth())[:5]:
            world.simulator.control.patch(pos_id, email=f"new.address{pos_id}@example.com")
        world.sync(full=True)
        world.reconcile(repair=True)

        audited = everything_audited()
        personal = {
            str(value).casefold()
            for truth in world.truth().values()
            for name in (
                "given_name",
                "family_name",
                "email",
                "phone",
                "born_on",
                "licence",
                "street",
            )
            if (value := truth.get(name)) and len(str(value)) > 4
        }
        assert len(personal) > 100
        assert [value for value in personal if value in audited] == []
        assert "2023-02-30" not in audited
        assert (
            str(json.dumps(world.simulator.settings["api_key"])).strip('"').casefold()
            not in audited
        )
