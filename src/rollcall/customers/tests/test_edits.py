from __future__ import annotations

import datetime as dt

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, FieldEdit, PosAccount
from rollcall.customers.operations.edits import UnknownFieldError, edit_field
from rollcall.customers.queries.profile import CustomerView, get_profile, resolve
from rollcall.kit.scope import Scope, ScopeMissingError
from rollcall.testing.fixtures import NOON, Ingest, incoming

LATER, LATEST = NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=2)


@pytest.fixture
def person(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Customer:
    ingest(scope_a, account_a, [incoming(scope_a, "1042", email="pos@example.com")])
    return resolve(scope_a, "1042")


def profile(scope: Scope) -> CustomerView:
    return get_profile(scope, resolve(scope, "1042"))


class TestEditField:
    def test_stands_above_an_older_value_of_the_pos(self, scope_a: Scope, person: Customer) -> None:
        edit_field(scope_a, person, "email", "typed@example.com", now=LATER)

        (view,) = profile(scope_a).fields
        assert (view.truth.standing.value, view.truth.standing.source) == (
            "typed@example.com", "typed here",
        )  # fmt: skip
        assert [other.value for other in view.truth.others] == ["pos@example.com"]

    def test_gives_way_to_a_newer_value_of_the_pos(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest, person: Customer
    ) -> None:
        edit_field(scope_a, person, "email", "typed@example.com", now=LATER)
        newer = incoming(scope_a, "1042", email="newer@example.com", updated_at=LATEST)

        ingest(scope_a, account_a, [newer], now=LATEST)

        assert profile(scope_a).text("email") == "newer@example.com"

    def test_stays_when_the_pos_repeats_its_old_value_later(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest, person: Customer
    ) -> None:
        edit_field(scope_a, person, "email", "typed@example.com", now=LATER)
        same = incoming(scope_a, "1042", email="pos@example.com", notes="new", updated_at=LATEST)

        ingest(scope_a, account_a, [same], now=LATEST)

        assert profile(scope_a).text("email") == "typed@example.com"

    def test_stays_for_good_when_it_is_pinned(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest, person: Customer
    ) -> None:
        edit_field(scope_a, person, "email", "pinned@example.com", pinned=True, now=LATER)
        newer = incoming(scope_a, "1042", email="newer@example.com", updated_at=LATEST)

        ingest(scope_a, account_a, [newer], now=LATEST)

        assert profile(scope_a).text("email") == "pinned@example.com"

    def test_may_empty_a_field(self, scope_a: Scope, person: Customer) -> None:
        edit_field(scope_a, person, "email", None, now=LATER)

        assert profile(scope_a).text("email") == ""

    def test_may_empty_a_name(self, scope_a: Scope, person: Customer) -> None:
        edit_field(scope_a, person, "given_name", None, now=LATER)

        assert profile(scope_a).display_name == "(no name)"

    def test_keeps_the_earlier_ones_as_history(self, scope_a: Scope, person: Customer) -> None:
        for number, now in enumerate((NOON, LATER, LATEST)):
            edit_field(scope_a, person, "email", f"{number}@example.com", now=now)

        edits = FieldEdit.objects.scoped(scope_a).order_by("id")
        assert [edit.withdrawn_at for edit in edits] == [LATER, LATEST, None]
        assert profile(scope_a).text("email") == "2@example.com"

    def test_is_sealed(self, scope_a: Scope, person: Customer) -> None:
        edit = edit_field(scope_a, person, "email", "typed@example.com", now=LATER)

        assert b"typed" not in bytes(edit.sealed_value)

    def test_is_audited_by_field_name(self, scope_a: Scope, person: Customer) -> None:
        edit_field(scope_a, person, "email", "typed@example.com", now=LATER)

        entry = Entry.objects.scoped(scope_a).latest("id")
        assert (entry.action, entry.subject_ids, entry.fields) == (
            "customer.edited", [person.pk], ["email"],
        )  # fmt: skip


class TestRefusedEdits:
    def test_change_nothing(self, scope_a: Scope, scope_b: Scope, person: Customer) -> None:
        entries = Entry.objects.across_retailers(reason="a test looks at everything").count()

        with pytest.raises(UnknownFieldError):
            edit_field(scope_a, person, "shoe_size", "44", now=LATER)
        with pytest.raises(ScopeMissingError):
            edit_field(scope_b, person, "email", "typed@example.com", now=LATER)

        everywhere = FieldEdit.objects.across_retailers(reason="a test looks at everything")
        assert everywhere.count() == 0
        assert Entry.objects.across_retailers(reason="a test").count() == entries
