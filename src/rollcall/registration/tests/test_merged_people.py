"""Writes of people who are merged, or parted, while they are on their way."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from rollcall.customers import panels
from rollcall.customers.models import Customer, FieldEdit, Link
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.identity.queries.previews import preview_merge, preview_unmerge
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import claim_next
from rollcall.outbox.operations.people import change_entry
from rollcall.outbox.queries import list_of_person
from rollcall.outbox.tests.writing_world import INES, WritingWorld
from rollcall.registration.operations.changing import change_person
from rollcall.registration.tests.kiosk import Kiosk

FIRST, SECOND = "1000", "1001"


@pytest.fixture
def pair(writing: WritingWorld) -> Merge:
    """Two people of the POS who are one here; the first stands."""
    return merge(writing, resolve(writing.scope, FIRST), resolve(writing.scope, SECOND))


def merge(writing: WritingWorld, first: Customer, second: Customer) -> Merge:
    return merge_people(
        writing.scope,
        first,
        second,
        survivor=first,
        reason=Merge.Reason.PERSON,
        now=utc_now(),
    )


def part(writing: WritingWorld, made: Merge) -> None:
    undo_merge(writing.scope, made.pk, now=utc_now())


def change(writing: WritingWorld, pos_id: str, **changes: FieldValue) -> list[OutboxEntry]:
    person = resolve(writing.scope, pos_id)
    return change_person(writing.scope, person, changes, now=utc_now()).entries


def states(writing: WritingWorld) -> list[tuple[str, str, str]]:
    entries = OutboxEntry.objects.scoped(writing.scope).order_by("external_id", "pk")
    return [(one.external_id, one.state, one.code) for one in entries]


def notes(writing: WritingWorld, pos_id: str) -> object:
    return writing.control.customer(pos_id)["notes"]


class TestMerging:
    def test_lets_what_is_on_its_way_arrive_where_it_was_meant_for(
        self, writing: WritingWorld
    ) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        before = notes(writing, FIRST)
        (entry,) = change(writing, SECOND, notes="of the second")
        merge(writing, first, second)

        writing.drain()

        assert writing.read(entry).state == "delivered"
        assert (notes(writing, FIRST), notes(writing, SECOND)) == (before, "of the second")
        assert not FieldEdit.objects.scoped(writing.scope).get().waiting

    def test_shows_it_with_the_person_who_stands(self, writing: WritingWorld) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        (entry,) = change(writing, SECOND, notes="of the second")

        merge(writing, first, second)

        assert list_of_person(writing.scope, first) == [entry]

    def test_lets_a_create_arrive_and_its_record_join_the_person(
        self, writing: WritingWorld
    ) -> None:
        entry = writing.register()
        first = resolve(writing.scope, FIRST)
        made = merge(writing, first, entry.customer)

        writing.drain()

        done = writing.read(entry)
        link = Link.objects.scoped(writing.scope).get(record__external_id=done.external_id)
        assert (done.state, link.base_id, link.customer_id) == (
            "delivered", entry.customer_id, first.pk,
        )  # fmt: skip
        part(writing, made)
        assert resolve(writing.scope, done.external_id).pk == entry.customer_id

    def test_that_a_create_is_under_way_for_keeps_what_is_typed_for_both(
        self, writing: WritingWorld
    ) -> None:
        entry = writing.register()
        merge(writing, resolve(writing.scope, FIRST), entry.customer)
        assert claim_next(writing.scope, writing.connection.pk, now=utc_now()) is not None

        change(writing, FIRST, notes="of both")

        OutboxEntry.objects.scoped(writing.scope).filter(pk=entry.pk).update(
            claimed_until=utc_now() - dt.timedelta(seconds=1)
        )
        writing.drain()
        writing.drain()
        (made,) = writing.at_pos(email=INES["email"])
        assert (notes(writing, FIRST), made["notes"]) == ("of both", "of both")

    def test_is_told_of_what_waits(self, writing: WritingWorld) -> None:
        change(writing, SECOND, notes="of the second")

        told = preview_merge(
            writing.scope, resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        )

        (waiting,) = told.consequences
        assert (waiting.code, waiting.count, waiting.fields) == ("outbox_waiting", 1, ["notes"])


class TestMergedPerson:
    def test_is_changed_at_every_pos_that_holds_them(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        change(writing, SECOND, notes="of both")
        writing.drain()

        assert (notes(writing, FIRST), notes(writing, SECOND)) == ("of both", "of both")

    def test_gets_what_was_typed_later_written_later(self, writing: WritingWorld) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        change(writing, SECOND, notes="older")
        merge(writing, first, second)
        change(writing, FIRST, notes="newer")
        writing.control.set_clock(skew_s=120)  # its own stamps are later than both

        for _ in range(3):
            writing.drain()

        assert notes(writing, SECOND) == "newer"
        assert {state for _, state, _ in states(writing)} == {"delivered"}
        assert get_profile(writing.scope, first).text("notes") == "newer"

    def test_is_shown_what_was_typed_for_both_also_when_it_has_arrived(
        self, writing: WritingWorld
    ) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        (held,) = change(writing, SECOND, notes="older")
        OutboxEntry.objects.scoped(writing.scope).filter(pk=held.pk).update(state="refused")
        merge(writing, first, second)
        change(writing, FIRST, notes="newer")
        writing.drain()

        assert get_profile(writing.scope, first).text("notes") == "newer"

    def test_leaves_records_of_our_own_to_whom_they_tell_of(self, writing: WritingWorld) -> None:
        entry = writing.register(city="Reno")
        first = resolve(writing.scope, FIRST)
        made = merge(writing, first, entry.customer)

        change(writing, FIRST, city="Elko")

        assert get_profile(writing.scope, first).text("city") == "Elko"
        part(writing, made)
        assert get_profile(writing.scope, entry.customer).text("city") == "Reno"

    def test_has_an_entry_mended_for_whom_it_was_wished(self, writing: WritingWorld) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        (entry,) = change(writing, SECOND, notes="older")
        OutboxEntry.objects.scoped(writing.scope).filter(pk=entry.pk).update(state="refused")
        merge(writing, first, second)

        change_entry(writing.scope, entry.pk, {"notes": "mended"}, now=utc_now())

        assert get_profile(writing.scope, first).text("notes") == "mended"
        writing.drain()
        assert (writing.read(entry).state, notes(writing, SECOND)) == ("delivered", "mended")
        edits = FieldEdit.objects.scoped(writing.scope).filter(withdrawn_at__isnull=True)
        assert [(one.customer_id, one.waiting) for one in edits] == [(second.pk, False)]

    def test_is_shown_to_kiosks_with_what_was_typed_for_both(
        self, writing: WritingWorld, kiosk: Kiosk, pair: Merge
    ) -> None:
        kiosk.change(SECOND, notes="of both")

        for pos_id in (FIRST, SECOND):
            assert kiosk.read(pos_id).json["customer"]["notes"] == "of both"

    def test_is_not_shown_to_kiosks_with_what_was_covered(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        change(writing, SECOND, notes="older")
        merge(writing, first, second)
        change(writing, FIRST, notes="newer")

        assert kiosk.read(SECOND).json["customer"]["notes"] == "newer"


class TestParting:
    def test_discards_what_was_meant_for_both_and_has_not_been_sent(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        before = notes(writing, SECOND)
        change(writing, FIRST, notes="of both")

        part(writing, pair)

        assert states(writing) == [(FIRST, "queued", ""), (SECOND, "discarded", "parted")]
        writing.drain()
        assert (notes(writing, FIRST), notes(writing, SECOND)) == ("of both", before)

    def test_stops_a_sender_who_has_not_asked_the_pos_yet(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        before = notes(writing, SECOND)
        change(writing, FIRST, notes="of both")
        OutboxEntry.objects.scoped(writing.scope).filter(external_id=FIRST).update(state="held")
        assert claim_next(writing.scope, writing.connection.pk, now=utc_now()) is not None

        part(writing, pair)

        writing.drain()
        assert states(writing)[1] == (SECOND, "discarded", "parted")
        assert notes(writing, SECOND) == before

    def test_keeps_what_was_on_its_way_before_the_merge(self, writing: WritingWorld) -> None:
        first, second = resolve(writing.scope, FIRST), resolve(writing.scope, SECOND)
        change(writing, SECOND, notes="of the second")
        made = merge(writing, first, second)

        part(writing, made)

        writing.drain()
        assert notes(writing, SECOND) == "of the second"

    def test_tells_the_pos_of_both_that_consent_was_withdrawn(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        panels.set_changer(change_person)
        change(writing, FIRST, marketing_opt_in=True)
        writing.drain()
        writing.drain()
        change(writing, FIRST, marketing_opt_in=False)

        part(writing, pair)

        assert states(writing)[-1] == (SECOND, "queued", "")
        writing.drain()
        for pos_id in (FIRST, SECOND):
            assert writing.control.customer(pos_id)["marketing_opt_in"] is False
            person = resolve(writing.scope, pos_id)
            assert get_profile(writing.scope, person).text("marketing_opt_in") == "False"

    def test_is_told_of_what_is_discarded_and_what_was_written(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        change(writing, FIRST, notes="of both")
        writing.drain()
        writing.drain()
        change(writing, FIRST, city="Reno")

        told = preview_unmerge(writing.scope, pair)

        assert [(one.code, one.count, one.fields) for one in told.consequences] == [
            ("outbox_discarded", 1, ["city"]),
            ("outbox_written", 1, ["notes"]),
        ]


class TestClaiming:
    def test_takes_one_entry_of_a_merged_person_at_a_time(
        self, writing: WritingWorld, pair: Merge
    ) -> None:
        with transaction.atomic():
            change(writing, FIRST, notes="of both")

        assert claim_next(writing.scope, writing.connection.pk, now=utc_now()) is not None
        assert claim_next(writing.scope, writing.connection.pk, now=utc_now()) is None
