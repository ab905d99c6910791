"""The ledger: appended to, followed through merges, in force at once, and told at every POS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rollcall.audit.models import Entry
from rollcall.consent.models import ConsentEntry, Wording
from rollcall.consent.operations.recording import (
    Circumstances,
    NoContactError,
    NothingToConfirmError,
    WordingMismatchError,
    confirm,
    record_consent,
)
from rollcall.consent.operations.withdrawing import stop, withdraw
from rollcall.consent.operations.wordings import save_wording
from rollcall.consent.queries.ledger import may_contact
from rollcall.consent.rules.vocabulary import Channel, Kind, Purpose
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.queries.profile import resolve
from rollcall.identity.blockers import find_consequences
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import ForbiddenError, Role
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.conftest import writing as writing
from rollcall.testing.fixtures import Ingest, incoming

MORNING = dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC)  # 10:00 in the store
BY_STAFF = Circumstances(route=ConsentEntry.Route.STAFF)
PHONE = "+14155550134"


class Ledger:
    """Ana's store, hour by hour."""

    def __init__(self, shop: OrderShop, ingest: Ingest, account: PosAccount) -> None:
        self.shop, self.scope, self.ana = shop, shop.scope, shop.ana
        self.ingest, self.account = ingest, account

    def person(self, external_id: str, **values: Any) -> Customer:
        values = {"given_name": "Nora", "family_name": "Okafor", **values}
        self.ingest(self.scope, self.account, [incoming(self.scope, external_id, **values)])
        return resolve(self.scope, external_id)

    def give(self, person: Customer, hour: int = 0, **more: object) -> ConsentEntry:
        given: dict[str, object] = {
            "purpose": Purpose.MARKETING, "channel": Channel.SMS, "circumstances": BY_STAFF,
            "now": MORNING + dt.timedelta(hours=hour),
        }  # fmt: skip
        return record_consent(self.scope, person, **(given | more))  # type: ignore[arg-type]  # a row of cases

    def withdraw(
        self,
        person: Customer,
        hour: int = 1,
        purposes: Collection[Purpose] = (Purpose.MARKETING,),
        channels: Collection[Channel] = (Channel.SMS,),
    ) -> list[ConsentEntry]:
        return withdraw(
            self.scope, person, purposes=purposes, channels=channels, circumstances=BY_STAFF,
            now=MORNING + dt.timedelta(hours=hour),
        )  # fmt: skip

    def stop(self, contact: str, channel: Channel = Channel.SMS) -> int:
        now = MORNING + dt.timedelta(hours=1)
        return stop(self.scope, channel=channel, contact=contact, circumstances=BY_STAFF, now=now)

    def answer(
        self,
        person: Customer,
        purpose: Purpose = Purpose.MARKETING,
        channel: Channel = Channel.SMS,
        hour: int = 5,
    ) -> str:
        standing = resolve(self.scope, str(person.public_id))
        at = MORNING + dt.timedelta(hours=hour)
        found = may_contact(self.scope, standing, purpose=purpose, channel=channel, at=at)
        return ("yes " if found.verdict.may else "no ") + found.verdict.reason


@pytest.fixture
def ledger(shop: OrderShop, ingest: Ingest, account_a: PosAccount) -> Ledger:
    return Ledger(shop, ingest, account_a)


class TestEntries:
    def test_say_what_stands_and_prove_it(self, ledger: Ledger) -> None:
        before = ledger.answer(ledger.ana)
        ledger.give(ledger.ana)
        during = ledger.answer(ledger.ana)
        (no,) = ledger.withdraw(ledger.ana)

        assert [before, during] == ["no never_given", "yes given"]
        found = may_contact(
            ledger.scope, ledger.ana, purpose=Purpose.MARKETING, channel=Channel.SMS,
            at=MORNING + dt.timedelta(hours=2),
        )  # fmt: skip
        assert (found.verdict.may, found.entry) == (False, no)

    def test_are_for_the_phone_that_somebody_had(self, ledger: Ledger) -> None:
        ledger.give(ledger.ana)
        ledger.person("1042", phone="+14155550199")

        assert ledger.answer(ledger.ana) == "no contact_changed"

    def test_need_something_to_be_for(self, ledger: Ledger) -> None:
        with pytest.raises(NoContactError):
            ledger.give(ledger.ana, channel=Channel.EMAIL)
        assert not ConsentEntry.objects.scoped(ledger.scope).exists()

    def test_of_a_double_opt_in_count_once_confirmed(self, ledger: Ledger) -> None:
        begun = ledger.give(ledger.ana, unconfirmed=True)
        waiting = ledger.answer(ledger.ana)
        twice = [
            confirm(
                ledger.scope, begun, circumstances=BY_STAFF, now=MORNING + dt.timedelta(hours=n)
            )
            for n in (1, 2)
        ]

        assert (waiting, ledger.answer(ledger.ana)) == ("no unconfirmed", "yes confirmed")
        assert twice[0] == twice[1]

    def test_confirm_nothing_for_a_phone_that_is_gone(self, ledger: Ledger) -> None:
        begun, whole = ledger.give(ledger.ana, unconfirmed=True), ledger.give(ledger.ana)
        ledger.person("1042", phone="+14155550199")

        for one in (begun, whole):
            with pytest.raises(NothingToConfirmError):
                confirm(ledger.scope, one, circumstances=BY_STAFF, now=MORNING)

    def test_of_a_list_or_a_purchase_are_less(self, ledger: Ledger) -> None:
        ledger.give(ledger.ana, kind=Kind.IMPORTED)
        listed = ledger.answer(ledger.ana)
        ledger.give(ledger.ana, kind=Kind.IMPLIED, expires_at=MORNING + dt.timedelta(hours=4))

        assert listed == "no imported_only"
        assert ledger.answer(ledger.ana, hour=3) == "yes implied"
        assert ledger.answer(ledger.ana, hour=4) == "no expired"

    def test_of_loyalty_are_not_marketing(self, ledger: Ledger) -> None:
        ledger.give(ledger.ana, purpose=Purpose.LOYALTY)

        assert ledger.answer(ledger.ana) == "no never_given"
        assert ledger.answer(ledger.ana, Purpose.LOYALTY) == "yes given"

    def test_go_to_the_audit_without_a_value(self, ledger: Ledger) -> None:
        given = ledger.give(ledger.ana)
        ledger.withdraw(ledger.ana)

        told = Entry.objects.scoped(ledger.scope).filter(action__startswith="consent.")
        rows = list(told.order_by("id"))
        assert [row.action for row in rows] == ["consent.given", "consent.withdrawn"]
        assert rows[0].context == {
            "entries": [given.pk], "kind": "given", "channels": ["sms"],
            "purposes": ["marketing"], "route": "staff",
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("select t::text from consent_consententry t")
            assert not any("5550134" in row for (row,) in cursor.fetchall())

    @pytest.mark.parametrize(
        "statement",
        [
            "update consent_consententry set kind = 'given'",
            "update consent_consententry set at = at - interval '1 day', holder_id = holder_id",
            "delete from consent_consententry",
            "update consent_wording set text = 'x'",
            "delete from consent_wording",
        ],
    )
    def test_and_wordings_are_never_changed(self, ledger: Ledger, statement: str) -> None:
        made = wording(ledger)
        ledger.give(ledger.ana, circumstances=shown(made))
        ledger.withdraw(ledger.ana)

        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def wording(ledger: Ledger, text: str = "Text me offers.") -> Wording:
    return save_wording(
        ledger.scope, purpose=Purpose.MARKETING, channel=Channel.SMS, language="en", text=text,
        now=MORNING,
    )  # fmt: skip


def shown(one: Wording) -> Circumstances:
    return Circumstances(route=ConsentEntry.Route.SELF_SERVICE, wording=one)


class TestWordings:
    def test_have_versions(self, ledger: Ledger) -> None:
        first, same, second = (wording(ledger, text) for text in ("One.", "One.", "Two."))

        assert (first, first.version, second.version) == (same, 1, 2)

    def test_are_managers(self, ledger: Ledger) -> None:
        with pytest.raises(ForbiddenError):
            save_wording(
                ledger.shop.as_role(Role.STAFF), purpose=Purpose.LOYALTY, channel=Channel.SMS,
                language="en", text="x", now=MORNING,
            )  # fmt: skip

    def test_are_about_what_was_agreed(self, ledger: Ledger) -> None:
        with pytest.raises(WordingMismatchError):
            ledger.give(ledger.ana, purpose=Purpose.LOYALTY, circumstances=shown(wording(ledger)))


class TestPosFlags:
    @pytest.mark.parametrize(
        ("flag", "told"), [(False, "no pos_flag"), (True, "yes given"), (None, "yes given")]
    )
    def test_only_forbid(self, ledger: Ledger, flag: bool | None, told: str) -> None:
        nora = ledger.person("7", phone=PHONE, sms_opt_in=flag, updated_at=MORNING)
        unasked = ledger.answer(nora)
        ledger.give(nora, -1)

        assert unasked == "no never_given"
        assert ledger.answer(nora) == told

    def test_of_a_record_that_another_outdates_forbid_too(self, ledger: Ledger) -> None:
        nora = ledger.person("7", phone=PHONE, sms_opt_in=True, updated_at=MORNING)
        vera = ledger.person("8", phone=PHONE, marketing_opt_in=False, updated_at=MORNING)
        ledger.give(nora, -1)
        merge_people(ledger.scope, nora, vera, reason=Merge.Reason.PERSON, now=utc_now())

        assert ledger.answer(nora) == "no pos_flag"


class TestMergedPeople:
    def test_have_the_strictest_wish_and_get_theirs_back(self, ledger: Ledger) -> None:
        nora = ledger.person("7", phone=PHONE)
        ledger.give(ledger.ana, 2)
        ledger.withdraw(nora)
        merge = merge_people(
            ledger.scope, ledger.ana, nora, reason=Merge.Reason.PERSON, now=utc_now()
        )
        merged = ledger.answer(ledger.ana), ledger.answer(nora)
        told = find_consequences(ledger.scope, [{ledger.ana.pk}, {nora.pk}], parting=False)
        ledger.give(resolve(ledger.scope, str(nora.public_id)), 3)
        again = ledger.answer(nora)
        undo_merge(ledger.scope, merge.pk, now=utc_now())

        assert merged == ("no withdrawn",) * 2
        assert again == "yes given"
        assert [one.count for one in told if one.code == "consents"] == [1, 1]
        # The yes of both as one is that of whom it was given for, and lifts nothing any more.
        assert [ledger.answer(ledger.ana), ledger.answer(nora)] == ["yes given", "no withdrawn"]

    def test_who_say_no_as_one_have_said_it_each(self, ledger: Ledger) -> None:
        nora = ledger.person("7", phone=PHONE)
        for one in (ledger.ana, nora):
            ledger.give(one)
        merge = merge_people(
            ledger.scope, ledger.ana, nora, reason=Merge.Reason.PERSON, now=utc_now()
        )
        made = ledger.withdraw(nora)
        undo_merge(ledger.scope, merge.pk, now=utc_now())

        assert len(made) == 2
        assert [ledger.answer(ledger.ana), ledger.answer(nora)] == ["no withdrawn"] * 2


class TestStopWord:
    def test_stops_everything_for_everybody_with_the_number(self, ledger: Ledger) -> None:
        nora = ledger.person("7", phone=PHONE, email="nora@example.com")
        vera = ledger.person("8", phone="+14155550150")
        for one in (ledger.ana, nora, vera):
            ledger.give(one)
        ledger.give(nora, channel=Channel.EMAIL)
        ledger.person("1042", phone="+14155550199")

        stopped = ledger.stop(" (415) 555-0134 ")

        # Ana has another phone by now, but what she agreed to was for this one.
        assert stopped == 2
        assert [ledger.answer(one) for one in (ledger.ana, nora)] == ["no withdrawn"] * 2
        assert ledger.answer(nora, Purpose.TRANSACTIONAL) == "no withdrawn"
        assert ledger.answer(nora, channel=Channel.EMAIL) == "yes given"
        assert ledger.answer(vera) == "yes given"

    def test_of_nobody_is_heard_and_kept(self, ledger: Ledger) -> None:
        assert ledger.stop("+14155550111") == 0
        assert Entry.objects.scoped(ledger.scope).get(action="consent.stopped").subject_ids == []


@pytest.mark.django_db(transaction=True)
class TestAtPosSystems:
    def test_a_withdrawal_is_written_wherever_it_can_be_held(self, writing: WritingWorld) -> None:
        person = resolve(writing.scope, "1000")
        withdraw(
            writing.scope, person, purposes=list(Purpose), channels=list(Channel),
            circumstances=BY_STAFF, now=utc_now(),
        )  # fmt: skip
        (queued,) = OutboxEntry.objects.scoped(writing.scope).all()

        writing.drain()

        assert (queued.intent, writing.read(queued).state) == ("update", "delivered")
        assert writing.control.customer("1000")["marketing_opt_in"] is False
        assert writing.profile(person, "sms_opt_in") == "False"
