from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from rollcall.audit.models import Entry
from rollcall.audit.operations import record
from rollcall.kit.scope import Scope

Break = Callable[[Scope], object]


def by_sql(statement: str) -> Break:
    def execute(_scope: Scope) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return execute


@pytest.fixture
def entries(scope_a: Scope) -> list[dict[str, object]]:
    record(scope_a, "customer.viewed", subject_kind="customer", subject_ids=[7])
    record(scope_a, "customer.edited", subject_kind="customer", subject_ids=[7], fields=["email"])
    return stored()


def stored() -> list[dict[str, object]]:
    rows = Entry.objects.across_retailers(reason="a test looks at everything")
    return [dict(row) for row in rows.order_by("id").values()]


class TestEntries:
    @pytest.mark.parametrize(
        "attempt",
        [
            lambda scope: Entry.objects.scoped(scope).update(actor="user:0"),
            lambda scope: Entry.objects.scoped(scope).filter(subject_ids=[7]).delete(),
            lambda scope: Entry.objects.scoped(scope).latest("id").delete(),
            lambda scope: Entry.objects.scoped(scope).latest("id").save(update_fields=["actor"]),
            by_sql(
                "update audit_entry set actor = 'user:0'"
                " where id = (select min(id) from audit_entry)"
            ),
            by_sql("delete from audit_entry"),
            by_sql("delete from audit_entry where false"),
            by_sql(
                "insert into audit_entry select * from audit_entry"
                " on conflict (id) do update set actor = 'user:0'"
            ),
            by_sql(
                "merge into audit_entry entry using (select 1) one on true when matched then delete"
            ),
        ],
        ids=range(9),
    )
    def test_are_never_changed_or_deleted(
        self, scope_a: Scope, entries: list[dict[str, object]], attempt: Break
    ) -> None:
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            attempt(scope_a)

        assert stored() == entries

    def test_go_with_the_change_that_they_tell_of(self, scope_a: Scope) -> None:
        before = stored()

        with transaction.atomic():
            record(scope_a, "customer.viewed", subject_kind="customer", subject_ids=[7])
            transaction.set_rollback(True)

        assert stored() == before

    def test_hold_who_what_and_whom(self, scope_a: Scope, entries: list[dict[str, object]]) -> None:
        newest = Entry.objects.scoped(scope_a).latest("id")

        assert (newest.actor, newest.action, newest.fields) == (
            "cli:test", "customer.edited", ["email"],
        )  # fmt: skip
        assert (newest.subject_kind, newest.subject_ids, newest.context) == ("customer", [7], {})
