"""Writes on their way to a real simulator: once, whole, and in order."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from django.db import transaction

from rollcall.audit.models import Entry
from rollcall.customers.models import FieldEdit
from rollcall.customers.operations.priorities import set_priority
from rollcall.customers.queries.profile import resolve
from rollcall.jobs import stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import claim_next, claim_some
from rollcall.outbox.operations.drain import drain
from rollcall.outbox.operations.enqueue import wish_update
from rollcall.outbox.operations.people import change_entry
from rollcall.outbox.tests.writing_world import INES, WritingWorld
from rollcall.stores.models import Store
from rollcall.testing.pos_world import pos_world

PHONE, EMAIL = INES["phone"], INES["email"]


class TestCreate:
    def test_makes_the_person_at_the_pos_and_joins_the_record(self, world: WritingWorld) -> None:
        entry = world.register()

        world.drain()

        (made,) = world.at_pos(email=EMAIL)
        done = world.read(entry)
        assert (done.state, done.external_id) == ("delivered", made["pos_id"])
        own, theirs = world.records_of(done.customer)
        assert (own.account.kind, own.gone_at is not None) == ("rollcall", True)
        assert (theirs.external_id, theirs.gone_at) == (made["pos_id"], None)
        assert resolve(world.scope, made["pos_id"]).pk == done.customer_id
        assert world.world.reconcile().different == 0

    def test_keeps_what_the_pos_cannot_hold(self, world: WritingWorld) -> None:
        entry = world.register(gender="female", licence_state="CA", nickname="Nes")
        world.drain()

        assert world.profile(entry.customer, "licence_state") == "CA"

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_that_got_no_answer_is_done_once(self, world: WritingWorld, fault: str) -> None:
        entry = world.register()
        world.control.set_faults(**{fault: 1})
        world.drain()
        assert (world.read(entry).state, len(world.at_pos(email=EMAIL))) == ("queued", 1)
        world.control.set_faults(**{fault: 0})

        done = world.again(entry)

        assert done.state == "delivered"
        assert len(world.at_pos(email=EMAIL)) == 1
        assert done.calls == 1

    def test_that_a_sync_met_first_joins_that_record(self, world: WritingWorld) -> None:
        entry = world.register()
        world.control.set_faults(lost_answer_rate=1)
        world.drain()
        world.control.set_faults(lost_answer_rate=0)
        world.world.sync()
        (made,) = world.at_pos(email=EMAIL)
        met = resolve(world.scope, made["pos_id"])

        done = world.again(entry)

        assert len(world.at_pos(email=EMAIL)) == 1
        assert resolve(world.scope, made["pos_id"]).pk == done.customer_id
        assert resolve(world.scope, str(met.public_id)).pk == done.customer_id

    def test_whose_sender_died_is_taken_over(self, world: WritingWorld) -> None:
        entry = world.register()
        claimed = claim_next(world.scope, world.connection.pk, now=utc_now())
        assert claimed is not None
        assert claim_next(world.scope, world.connection.pk, now=utc_now()) is None
        OutboxEntry.objects.scoped(world.scope).filter(pk=entry.pk).update(
            claimed_until=utc_now() - dt.timedelta(seconds=1)
        )

        world.drain()

        assert world.read(entry).state == "delivered"
        assert len(world.at_pos(email=EMAIL)) == 1

    def test_changed_after_it_was_sent_is_followed_by_a_change(self, world: WritingWorld) -> None:
        entry = world.register()
        world.control.set_faults(lost_answer_rate=1)
        world.drain()
        world.control.set_faults(lost_answer_rate=0)
        customer = entry.customer
        queries_before = OutboxEntry.objects.scoped(world.scope).count()
        with transaction.atomic():
            wish_update(world.scope, customer, {"notes": "left"}, store=None, now=utc_now())
        assert OutboxEntry.objects.scoped(world.scope).count() == queries_before

        done = world.again(entry)
        world.drain()

        assert done.state == "delivered"
        (made,) = world.at_pos(email=EMAIL)
        assert made["notes"] == "left"

    def test_of_somebody_the_pos_knows_waits_for_a_person(self, world: WritingWorld) -> None:
        known = next(row for row in world.control.customers() if row.get("email"))
        entry = world.register(email=known["email"])

        world.drain()

        done = world.read(entry)
        assert (done.state, done.code) == ("refused", "duplicate")
        assert known["email"] not in done.reason

    def test_two_workers_make_one_person(self, world: WritingWorld) -> None:
        entries = [
            world.register(email=f"ines{n}@example.com", phone=f"+1415555{n + 2000}")
            for n in range(12)
        ]

        def work() -> None:
            drain(world.scope, world.connection)
            database.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {world.read(entry).state for entry in entries} == {"delivered"}
        assert len(world.at_pos(family_name=INES["family_name"])) == 12


class TestUpdate:
    def test_writes_what_was_wished_for(self, world: WritingWorld) -> None:
        entry = world.change("1000", notes="asks for Ana", email="new@example.com")

        world.drain()

        done = world.read(entry)
        assert (done.state, done.decisions) == (
            "delivered", {"email": "sent", "notes": "sent"},
        )  # fmt: skip
        assert world.control.customer("1000")["notes"] == "asks for Ana"
        assert world.world.values("1000")["email"] == "new@example.com"

    def test_sends_nothing_that_is_there_already(self, world: WritingWorld) -> None:
        held = str(world.world.values("1000")["family_name"])
        entry = world.change("1000", family_name=held.swapcase())

        world.drain()

        done = world.read(entry)
        assert (done.state, done.calls) == ("delivered", 0)
        assert done.decisions == {"family_name": "already_there"}

    def test_gives_way_to_a_later_change_at_the_pos(self, world: WritingWorld) -> None:
        entry = world.change("1000", notes="typed here", at=utc_now())
        world.control.set_clock(skew_s=120)
        world.control.patch("1000", notes="typed there, later")

        world.drain()

        assert world.read(entry).decisions == {"notes": "pos_newer"}
        assert world.control.customer("1000")["notes"] == "typed there, later"

    def test_wins_over_an_earlier_change_at_the_pos(self, world: WritingWorld) -> None:
        world.control.set_clock(skew_s=-120)
        world.control.patch("1000", notes="typed there, earlier")
        entry = world.change("1000", notes="typed here")

        world.drain()

        assert world.read(entry).decisions == {"notes": "hub_newer"}
        assert world.control.customer("1000")["notes"] == "typed here"

    @pytest.mark.parametrize(("meanwhile", "stands"), [(None, "two"), ("theirs", "theirs")])
    def test_wins_over_our_own_earlier_one_that_arrived_after_it_was_typed(
        self, world: WritingWorld, meanwhile: str | None, stands: str
    ) -> None:
        world.change("1000", notes="one")
        first = claim_next(world.scope, world.connection.pk, now=utc_now())
        assert first is not None
        second = world.change("1000", notes="two")
        world.control.set_clock(skew_s=120)
        entries = OutboxEntry.objects.scoped(world.scope)
        entries.filter(pk=first.pk).update(claimed_until=utc_now() - dt.timedelta(seconds=1))
        entries.filter(pk=second.pk).update(not_before=utc_now() + dt.timedelta(hours=1))
        world.drain()
        if meanwhile is not None:
            world.control.patch("1000", notes=meanwhile)

        assert world.again(second).state == "delivered"
        assert world.control.customer("1000")["notes"] == stands

    def test_takes_in_what_is_wished_for_before_it_is_sent(self, world: WritingWorld) -> None:
        first = world.change("1000", notes="one", email="one@example.com")
        second = world.change("1000", notes="two")

        world.drain()

        assert first.pk == second.pk
        told = world.control.customer("1000")
        assert (told["notes"], told["email"]) == ("two", "one@example.com")
        assert world.read(first).calls == 1

    def test_of_one_person_goes_one_after_the_other(self, world: WritingWorld) -> None:
        first = world.change("1000", notes="one")
        claimed = claim_next(world.scope, world.connection.pk, now=utc_now())
        second = world.change("1000", notes="two")

        assert claimed is not None
        assert claimed.pk == first.pk
        assert second.pk != first.pk
        assert claim_next(world.scope, world.connection.pk, now=utc_now()) is None

    def test_whose_pos_is_down_is_tried_again_later(self, world: WritingWorld) -> None:
        entry = world.change("1000", notes="one")
        world.control.set_faults(error_500_rate=1)
        world.drain()
        failed = world.read(entry)
        world.control.set_faults(error_500_rate=0)

        done = world.again(entry)

        assert (failed.state, failed.code, failed.attempts) == ("queued", "http_500", 1)
        assert failed.not_before > utc_now() - dt.timedelta(seconds=5)
        assert done.state == "delivered"

    def test_of_somebody_gone_waits_for_a_person(self, world: WritingWorld) -> None:
        entry = world.change("1000", notes="one")
        world.control.delete("1000")

        world.drain()

        assert (world.read(entry).state, world.read(entry).code) == ("refused", "gone")

    def test_of_somebody_merged_at_the_pos_goes_to_the_survivor(self, world: WritingWorld) -> None:
        entry = world.change("1000", notes="for whoever it is now")
        world.control.merge("1000", into="1001")

        world.drain()
        done = world.again(entry)

        assert (done.state, done.external_id) == ("delivered", "1001")
        assert "for whoever it is now" in str(world.control.customer("1001")["notes"])

    def test_writes_no_value_into_the_audit(self, world: WritingWorld) -> None:
        world.change("1000", notes="private words")
        world.drain()

        entries = Entry.objects.scoped(world.scope).filter(action__startswith="outbox.")
        assert {entry.action for entry in entries} == {"outbox.queued", "outbox.delivered"}
        assert not any("private words" in str(vars(entry)) for entry in entries)


class TestPriority:
    def change_on_both_sides(self, world: WritingWorld) -> OutboxEntry:
        entry = world.change("1000", notes="ours", at=utc_now() - dt.timedelta(hours=1))
        world.control.patch("1000", notes="theirs")
        world.drain()
        return world.read(entry)

    def test_of_this_pos_lets_its_news_stand(self, world: WritingWorld) -> None:
        set_priority(world.scope, "notes", ["treez"])

        assert self.change_on_both_sides(world).decisions == {"notes": "pos_newer"}
        assert world.control.customer("1000")["notes"] == "theirs"

    def test_of_another_pos_lets_ours_stand(self, world: WritingWorld) -> None:
        set_priority(world.scope, "notes", ["leaflogix", "treez"])

        assert self.change_on_both_sides(world).decisions == {"notes": "hub_newer"}
        assert world.control.customer("1000")["notes"] == "ours"


class TestWhatThePosCannotHold:
    def test_does_not_take_the_rest_with_it(self, world: WritingWorld) -> None:
        world.control.patch("1000", street=None, city=None, state=None, zip=None)
        entry = world.change("1000", zip="94612", notes="asks for Ana")

        world.drain()

        done = world.read(entry)
        assert (done.state, done.decisions) == (
            "delivered", {"zip": "kept_here", "notes": "sent"},
        )  # fmt: skip
        told = world.control.customer("1000")
        assert (told["notes"], told["zip"]) == ("asks for Ana", None)

    def test_calls_nobody_if_it_is_all(self, world: WritingWorld) -> None:
        world.control.patch("1000", street=None, city=None, state=None, zip=None)
        entry = world.change("1000", zip="94612")

        world.drain()

        done = world.read(entry)
        assert (done.state, done.calls) == ("delivered", 0)
        assert done.decisions == {"zip": "kept_here"}

    def test_keeps_nobody_from_being_created(self, world: WritingWorld) -> None:
        entry = world.register()
        with transaction.atomic():
            wish_update(world.scope, entry.customer, {"zip": "94612"}, store=None, now=utc_now())

        world.drain()

        (made,) = world.at_pos(email=EMAIL)
        done = world.read(entry)
        assert (done.state, made["zip"]) == ("delivered", None)
        assert done.decisions == {**dict.fromkeys(INES, "sent"), "zip": "kept_here"}
        assert OutboxEntry.objects.scoped(world.scope).count() == 1


class TestFieldsThatSettingsName:
    @pytest.fixture
    def cova(
        self, transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
    ) -> Iterator[WritingWorld]:
        with pos_world(scope_a, store_a, tmp_path / "cova.sqlite", kind="cova") as opened:
            writing = WritingWorld(world=opened)
            writing.begin()
            yield writing

    def test_are_written(self, cova: WritingWorld) -> None:
        entry = cova.register(licence="D7205143")
        cova.drain()
        (made,) = cova.at_pos(email=EMAIL)
        changed = cova.change(made["pos_id"], licence="D7205199")

        cova.drain()

        assert (made["licence"], cova.read(entry).state) == ("D7205143", "delivered")
        assert cova.control.customer(made["pos_id"])["licence"] == "D7205199"
        assert cova.read(changed).decisions == {"licence": "sent"}

    def test_are_not_wished_for_where_they_name_none(self, cova: WritingWorld) -> None:
        cova.world.connect(licence_extension="")

        entry = cova.register(licence="D7205143")

        assert "licence" not in entry.fields

    def test_stay_here_where_the_pos_tells_no_place(self, cova: WritingWorld) -> None:
        cova.control.set_habits(gateway="documented")
        entry = cova.register(licence="D7205143")

        cova.drain()

        (made,) = cova.at_pos(email=EMAIL)
        done = cova.read(entry)
        assert (done.state, done.decisions["licence"]) == ("delivered", "kept_here")
        assert made["licence"] is None


class TestSwitches:
    def test_nothing_is_sent_before_writing_is_switched_on(self, world: WritingWorld) -> None:
        queries.find_switch(world.scope, world.connection.pk).delete()  # type: ignore[union-attr]
        entry = world.change("1000", notes="not yet")

        world.drain()

        assert world.read(entry).state == "held"
        assert world.control.customer("1000").get("notes") != "not yet"

    def test_a_stopped_connection_sends_nothing_until_it_is_released(
        self, world: WritingWorld
    ) -> None:
        switch = queries.find_switch(world.scope, world.connection.pk)
        assert switch is not None
        switch.stopped_at = utc_now()
        switch.save()
        entry = world.change("1000", notes="later")
        world.drain()
        assert world.read(entry).state == "queued"
        switch.stopped_at = None
        switch.save()

        world.drain()

        assert world.read(entry).state == "delivered"

    def test_the_hour_s_cap_holds(self, world: WritingWorld) -> None:
        world.switch_on(cap=2)
        entries = [world.change(str(1000 + n), notes="one") for n in range(4)]

        world.drain()

        assert [world.read(entry).state for entry in entries].count("delivered") == 2

    def test_as_many_are_claimed_as_were_asked_for_whatever_the_database_plans(
        self, world: WritingWorld
    ) -> None:
        for number in range(4):
            world.change(str(1000 + number), notes="one")
        with database.cursor() as cursor:
            # As with figures of an empty table: what is looked for is looked for once a row.
            for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
                cursor.execute(f"set enable_{way} = off")
            try:
                claimed = claim_some(world.scope, world.connection.pk, most=2, now=utc_now())
            finally:
                cursor.execute("reset all")

        assert len(claimed) == 2


class TestAfterARefusal:
    @pytest.fixture(params=["treez", "leaflogix"])
    def either(
        self,
        request: pytest.FixtureRequest,
        transactional_db: None,
        scope_a: Scope,
        store_a: Store,
        tmp_path: Path,
    ) -> Iterator[WritingWorld]:
        """A POS without idempotency keys, and one with them."""
        state = tmp_path / "other.sqlite"
        with pos_world(scope_a, store_a, state, kind=request.param) as opened:
            writing = WritingWorld(world=opened)
            writing.begin()
            yield writing

    def test_what_was_mended_is_sent(self, either: WritingWorld) -> None:
        entry = either.register(born_on="1700-01-01")
        either.drain()
        assert either.read(entry).state == "refused"

        change_entry(either.scope, entry.pk, {"born_on": "1988-07-19"}, now=utc_now())
        either.drain()

        assert either.read(entry).state == "delivered"
        (made,) = either.at_pos(email=EMAIL)
        assert made["born_on"] == "1988-07-19"
        assert either.profile(entry.customer, "born_on") == "1988-07-19"
        edit = FieldEdit.objects.scoped(either.scope).get()
        assert (edit.waiting, edit.withdrawn_at) == (False, None)


class TestAWorkerThatIsStopped:
    def test_leaves_the_entry_to_the_next_one_at_once(self, world: WritingWorld) -> None:
        entry = world.register()
        world.control.set_faults(throttle_burst=1000)
        stopping.set()
        try:
            world.drain()
        finally:
            stopping.clear()
        left = world.read(entry)
        world.control.set_faults(throttle_burst=0)

        world.drain()

        assert (left.state, left.code) == ("queued", "interrupted")
        assert world.read(entry).state == "delivered"
