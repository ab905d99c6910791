"""What people do with entries that wait for them."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, FieldEdit, PosRecord
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.hub_records import register_person
from rollcall.customers.queries.profile import get_profile, read_record
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.people import (
    NotWaitingError,
    ReasonMissingError,
    WishInvalidError,
    change_entry,
    discard,
    send_again,
)
from rollcall.outbox.queries import EntryNotFoundError, open_wish
from rollcall.outbox.tests.entries import PHONE, ago, connect, put, read, switch_on, take_in
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection

OVER = ["sending", "delivered", "discarded"]


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    found = connect(scope_a, store_a)
    switch_on(scope_a, found)
    return found


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Customer:
    return take_in(scope_a, connection)


@pytest.fixture
def refused(scope_a: Scope, ana: Customer, connection: PosConnection) -> OutboxEntry:
    return put(
        scope_a, ana, connection,
        state="refused", code="invalid", reason="phone is taken", attempts=4,
        not_before=ago(days=1),
    )  # fmt: skip


def actions(scope: Scope) -> list[str]:
    entries = Entry.objects.scoped(scope).filter(action__startswith="outbox.")
    return list(entries.order_by("id").values_list("action", flat=True))


class TestSendAgain:
    @pytest.mark.parametrize("state", ["refused", "dead", "queued"])
    def test_queues_it_at_once_as_if_it_were_new(
        self, scope_a: Scope, refused: OutboxEntry, state: str
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state=state)
        now = utc_now()

        send_again(scope_a, refused.pk, now=now)

        entry = read(scope_a, refused)
        assert (entry.state, entry.attempts, entry.not_before) == ("queued", 0, now)
        assert (entry.code, entry.reason) == ("", "")
        assert actions(scope_a)[-1] == "outbox.sent_again"

    def test_holds_it_where_writing_is_off(
        self, scope_a: Scope, refused: OutboxEntry, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection, enabled_at=None)

        assert send_again(scope_a, refused.pk, now=utc_now()).state == "held"

    @pytest.mark.parametrize("state", OVER)
    def test_refuses_what_waits_for_nobody(
        self, scope_a: Scope, refused: OutboxEntry, state: str
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state=state)

        with pytest.raises(NotWaitingError):
            send_again(scope_a, refused.pk, now=utc_now())
        assert read(scope_a, refused).attempts == 4

    def test_is_not_for_staff(self, scope_a: Scope, refused: OutboxEntry) -> None:
        staff = dataclasses.replace(scope_a, role=Role.STAFF)

        with pytest.raises(ForbiddenError):
            send_again(staff, refused.pk, now=utc_now())
        assert read(scope_a, refused).state == "refused"

    def test_finds_nothing_of_another_retailer(
        self, scope_a: Scope, scope_b: Scope, refused: OutboxEntry
    ) -> None:
        with pytest.raises(EntryNotFoundError):
            send_again(scope_b, refused.pk, now=utc_now())
        assert read(scope_a, refused).state == "refused"


class TestChangeEntry:
    def test_mends_one_value_and_keeps_the_others(
        self, scope_a: Scope, ana: Customer, connection: PosConnection
    ) -> None:
        values = {"phone": PHONE, "city": "Oakland"}
        entry = put(scope_a, ana, connection, external_id="7", values=values, state="refused")
        now = utc_now()

        change_entry(scope_a, entry.pk, {"phone": "+14155550188"}, now=now)

        mended = read(scope_a, entry)
        wish = open_wish(scope_a, mended)
        assert wish.values == {"phone": "+14155550188", "city": "Oakland"}
        assert wish.bases["phone"] == "+14155550134"
        assert (mended.state, mended.wished_at) == ("queued", now)

    def test_names_everything_that_the_pos_would_refuse(
        self, scope_a: Scope, refused: OutboxEntry
    ) -> None:
        with pytest.raises(WishInvalidError) as caught:
            change_entry(scope_a, refused.pk, {"phone": "12", "shoe_size": "44"}, now=utc_now())

        assert {one.field for one in caught.value.problems} == {"phone", "shoe_size"}
        assert open_wish(scope_a, read(scope_a, refused)).values == {"phone": PHONE}

    def test_says_no_value_in_its_error(self, scope_a: Scope, refused: OutboxEntry) -> None:
        with pytest.raises(WishInvalidError) as caught:
            change_entry(scope_a, refused.pk, {"phone": "12"}, now=utc_now())

        assert "12" not in str(caught.value) + str(caught.value.problems)

    @pytest.mark.parametrize("state", OVER)
    def test_refuses_what_waits_for_nobody(
        self, scope_a: Scope, refused: OutboxEntry, state: str
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state=state)

        with pytest.raises(NotWaitingError):
            change_entry(scope_a, refused.pk, {"phone": "+14155550188"}, now=utc_now())

    def test_lets_the_mended_value_stand_in_the_hub(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        edit_field(scope_a, ana, "phone", PHONE, waiting=True, now=ago(days=1))
        now = utc_now()

        change_entry(scope_a, refused.pk, {"phone": "(415) 555-0188"}, now=now)

        assert get_profile(scope_a, ana).text("phone") == "+14155550188"
        earlier, edit = FieldEdit.objects.scoped(scope_a).order_by("id")
        assert (earlier.outcome, earlier.withdrawn_at) == ("replaced", now)
        assert (edit.waiting, edit.pinned, edit.at) == (True, False, now)
        assert open_wish(scope_a, read(scope_a, refused)).values == {"phone": "+14155550188"}
        assert OutboxEntry.objects.scoped(scope_a).count() == 1

    def test_leaves_a_pinned_value_pinned(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        edit_field(scope_a, ana, "phone", PHONE, pinned=True, waiting=True, now=ago(days=1))

        change_entry(scope_a, refused.pk, {"phone": "+14155550188"}, now=utc_now())

        edit = FieldEdit.objects.scoped(scope_a).get(withdrawn_at__isnull=True)
        assert (edit.waiting, edit.pinned) == (True, True)

    def test_tells_the_audit_who_edited_what(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        change_entry(scope_a, refused.pk, {"phone": "+14155550188"}, now=utc_now())

        told = Entry.objects.scoped(scope_a).get(action="customer.edited")
        assert (told.actor, told.subject_ids) == (str(scope_a.actor), [ana.pk])
        assert told.fields == ["phone"]
        assert actions(scope_a)[-1] == "outbox.changed"

    def test_makes_no_edit_of_what_stands_already(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        edit_field(scope_a, ana, "phone", PHONE, waiting=True, now=ago(days=1))

        change_entry(scope_a, refused.pk, {"phone": PHONE}, now=utc_now())

        assert FieldEdit.objects.scoped(scope_a).count() == 1

    def test_edits_nothing_when_the_pos_would_refuse_it_again(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        with pytest.raises(WishInvalidError):
            change_entry(scope_a, refused.pk, {"phone": "12"}, now=utc_now())

        assert not FieldEdit.objects.scoped(scope_a).exists()

    def test_changes_our_own_record_of_somebody_whom_no_pos_holds(
        self, scope_a: Scope, store_a: Store, connection: PosConnection
    ) -> None:
        fields = {"given_name": "Ines", "family_name": "Okafor", "born_on": "1700-01-01"}
        now = utc_now()
        made = register_person(scope_a, store_a, fields, registration=uuid.uuid4(), now=now)
        entry = put(
            scope_a, made.customer, connection,
            external_id="", intent=OutboxEntry.Intent.CREATE,
            values={**fields, "customer_type": "adult", "phone": PHONE}, state="refused",
        )  # fmt: skip

        change_entry(scope_a, entry.pk, {"born_on": "1988-07-19"}, now=utc_now())

        record = PosRecord.objects.scoped(scope_a).select_related("account").get(pk=made.record.pk)
        assert read_record(scope_a, record).fields.values["born_on"] == "1988-07-19"
        assert get_profile(scope_a, made.customer).text("born_on") == "1988-07-19"
        assert FieldEdit.objects.scoped(scope_a).get().waiting


class TestDiscard:
    def test_keeps_the_reason_and_who_it_was(self, scope_a: Scope, refused: OutboxEntry) -> None:
        now = utc_now()

        discard(scope_a, refused.pk, reason="  moved away " + "x" * 600, now=now)

        entry = read(scope_a, refused)
        assert (entry.state, entry.code, entry.closed_at) == ("discarded", "discarded", now)
        assert entry.reason == "moved away " + "x" * 489
        told = Entry.objects.scoped(scope_a).get(action="outbox.discarded")
        assert (told.actor, told.fields) == (str(scope_a.actor), ["phone"])

    def test_leaves_the_value_in_the_hub_and_waits_for_nothing(
        self, scope_a: Scope, ana: Customer, refused: OutboxEntry
    ) -> None:
        edit_field(scope_a, ana, "phone", PHONE, waiting=True, now=utc_now())

        discard(scope_a, refused.pk, reason="moved away", now=utc_now())

        edit = FieldEdit.objects.scoped(scope_a).get(field="phone")
        assert (edit.waiting, edit.withdrawn_at) == (False, None)

    def test_lets_the_value_wait_for_another_pos(
        self, scope_a: Scope, store_a: Store, ana: Customer, refused: OutboxEntry
    ) -> None:
        other = connect(scope_a, store_a, slug="bay-street")
        put(scope_a, ana, other, external_id="7")
        edit_field(scope_a, ana, "phone", PHONE, waiting=True, now=utc_now())

        discard(scope_a, refused.pk, reason="moved away", now=utc_now())

        assert FieldEdit.objects.scoped(scope_a).get(field="phone").waiting

    @pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
    def test_needs_a_reason(self, scope_a: Scope, refused: OutboxEntry, reason: str) -> None:
        with pytest.raises(ReasonMissingError):
            discard(scope_a, refused.pk, reason=reason, now=utc_now())
        assert read(scope_a, refused).state == "refused"

    def test_makes_room_for_a_later_wish(
        self, scope_a: Scope, ana: Customer, connection: PosConnection, refused: OutboxEntry
    ) -> None:
        discard(scope_a, refused.pk, reason="moved away", now=utc_now())

        later = put(scope_a, ana, connection, values={"phone": "+14155550188"})

        assert later.pk != refused.pk
        assert open_wish(scope_a, later).values == {"phone": "+14155550188"}
