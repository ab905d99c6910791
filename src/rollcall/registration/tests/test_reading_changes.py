"""What a kiosk reads of a person whose change has not arrived at the POS yet."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.customers.models import FieldEdit
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.queries.profile import resolve
from rollcall.customers.tests.kiosk_world import ANA_ROW
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.operations.changing import change_person
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import Store
from rollcall.testing.fixtures import Ingest, incoming, make_account

PHONE = "+14155550177"
FieldRow = dict[str, FieldValue]


@pytest.fixture(params=["by id", "by search"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(writing: WritingWorld, kiosk: Kiosk, form: str, pos_id: str = "1000") -> FieldRow:
    """The person as the kiosk sees them, read by id or searched for by what the POS holds."""
    if form == "by id":
        row: FieldRow = kiosk.read(pos_id).json["customer"]
        return row
    born_on = writing.world.values(pos_id)["born_on"]
    reply = kiosk.send("GET", f"customers?birthday={born_on}", None)
    (row,) = [one for one in reply.json["customers"] if one["customer_id"] == pos_id]
    return row


def hold(writing: WritingWorld) -> None:
    """Writing to the POS is off: whatever is typed waits."""
    WriteSwitch.objects.scoped(writing.scope).update(enabled_at=None)


def change(writing: WritingWorld, pos_id: str = "1000", **changes: FieldValue) -> OutboxEntry:
    """As staff do; returns what is on its way."""
    customer = resolve(writing.scope, pos_id)
    (entry,) = change_person(writing.scope, customer, changes, now=utc_now()).entries
    return entry


class TestAChangeThatWaits:
    def test_is_shown_while_the_pos_is_down(
        self, writing: WritingWorld, kiosk: Kiosk, worker: None, settings: Settings, form: str
    ) -> None:
        settings.POS_ATTEMPTS = 1
        before = read(writing, kiosk, form)
        writing.control.set_faults(error_500_rate=1.0)

        reply = kiosk.change("1000", phone="(415) 555-0177", notes="asks for Ana")

        assert reply.json["pos_status"] == "pending"
        assert read(writing, kiosk, form) == {**before, "phone": PHONE, "notes": "asks for Ana"}

    def test_is_shown_while_writing_is_off(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        hold(writing)

        kiosk.change("1000", first_name="Anneliese")

        assert read(writing, kiosk, form)["first_name"] == "Anneliese"

    def test_is_shown_when_staff_made_it(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        change(writing, notes="asks for Ana")

        assert read(writing, kiosk, form)["notes"] == "asks for Ana"

    def test_is_shown_when_it_is_pinned(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        customer = resolve(writing.scope, "1000")
        pinned = frozenset({"notes"})
        change_person(writing.scope, customer, {"notes": "here"}, pinned=pinned, now=utc_now())

        assert read(writing, kiosk, form)["notes"] == "here"

    def test_is_shown_as_nothing_when_it_empties_a_value(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        writing.control.patch("1000", notes="left-handed")
        writing.world.sync()
        assert read(writing, kiosk, form)["notes"] == "left-handed"

        change(writing, notes=None)

        assert read(writing, kiosk, form)["notes"] is None

    def test_is_shown_until_somebody_has_seen_to_a_refusal(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        entry = change(writing, notes="asks for Ana")
        OutboxEntry.objects.scoped(writing.scope).filter(pk=entry.pk).update(state="refused")

        assert read(writing, kiosk, form)["notes"] == "asks for Ana"

    def test_is_shown_of_its_own_person_alone(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        change(writing, "1001", notes="asks for Ana")
        change(writing, "1002", notes="asks for Ben")

        rows = [read(writing, kiosk, "by id", pos_id) for pos_id in ("1000", "1001", "1002")]

        assert [row["notes"] for row in rows][1:] == ["asks for Ana", "asks for Ben"]
        assert rows[0]["notes"] not in ("asks for Ana", "asks for Ben")

    def test_is_searched_for_by_what_the_pos_holds(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        writing.control.patch("1000", phone="+14155550134")
        writing.world.sync()
        change(writing, phone=PHONE)

        def found(phone: str) -> list[str]:
            rows = kiosk.send("GET", f"customers?phone={phone}", None).json["customers"]
            return [row["phone"] for row in rows if row["customer_id"] == "1000"]

        assert (found("4155550134"), found("4155550177")) == ([PHONE], [])

    def test_is_audited_once_a_read_as_ever(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        change(writing, notes="asks for Ana")
        looked = ["customer.viewed", "customer.looked_up"]
        before = Entry.objects.scoped(writing.scope).filter(action__in=looked).count()

        read(writing, kiosk, form)

        after = Entry.objects.scoped(writing.scope).filter(action__in=looked).count()
        assert after - before == 1


class TestAChangeThatIsOver:
    def test_is_the_pos_s_once_it_has_arrived(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        change(writing, notes="asks for Ana")
        writing.drain()
        assert read(writing, kiosk, form)["notes"] == "asks for Ana"

        writing.control.patch("1000", notes="typed at the till")
        writing.world.sync()

        assert read(writing, kiosk, form)["notes"] == "typed at the till"

    def test_is_not_shown_when_it_was_overruled(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        change(writing, notes="asks for Ana")
        writing.control.set_clock(skew_s=60)
        writing.control.patch("1000", notes="typed at the till")

        writing.drain()

        assert FieldEdit.objects.scoped(writing.scope).get().outcome == "overruled"
        assert read(writing, kiosk, form)["notes"] == "typed at the till"

    def test_is_not_shown_when_another_took_its_place(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        change(writing, notes="asks for Ana")
        change(writing, notes="asks for Ben")

        assert read(writing, kiosk, form)["notes"] == "asks for Ben"


class TestWhatMayNotBeSeen:
    def test_is_not_shown_though_it_waits(
        self, writing: WritingWorld, kiosk: Kiosk, form: str
    ) -> None:
        hold(writing)
        change(writing, medical_id="MED-8841", street="9 Alder Way", notes="asks for Ana")

        row = read(writing, kiosk, form)

        assert set(row) == set(ANA_ROW)
        assert not {"MED-8841", "9 Alder Way"} & set(map(str, row.values()))
        assert row["notes"] == "asks for Ana"

    def test_is_nothing_to_the_kiosk_of_another_store(
        self, writing: WritingWorld, kiosk: Kiosk, scope_a: Scope
    ) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="bay-street", name="Bay Street", time_zone="UTC", jurisdiction="US-CA"
        )
        theirs = Kiosk.of(scope_a, other, "43")
        change(writing, phone=PHONE)
        public_id = str(resolve(writing.scope, "1000").public_id)

        born_on = writing.world.values("1000")["born_on"]
        searched = theirs.send("GET", f"customers?birthday={born_on}", None)

        assert [theirs.read(one).status for one in ("1000", public_id)] == [404, 404]
        assert searched.json == {"customers": []}

    def test_is_nothing_to_the_kiosk_of_another_retailer(
        self, writing: WritingWorld, kiosk: Kiosk, scope_b: Scope, ingest: Ingest
    ) -> None:
        store = Store.objects.scoped(scope_b).create(
            slug="birch-lane", name="Birch Lane", time_zone="UTC", jurisdiction="US-NV"
        )
        theirs = Kiosk.of(scope_b, store, "44")
        account = make_account(scope_b)
        set_account_stores(scope_b, account.pk, {store.pk})
        ingest(scope_b, account, [incoming(scope_b, "1000", given_name="Cleo", notes="theirs")])
        change(writing, notes="asks for Ana")

        row = theirs.read("1000").json["customer"]

        assert (row["first_name"], row["notes"]) == ("Cleo", "theirs")
        found = theirs.send("GET", "customers?first_name=cleo", None).json["customers"]
        assert [one["notes"] for one in found] == ["theirs"]
