"""Identification through the API: what is answered, counted, sent and proven."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.notifications.tests.conftest import post as post
from rollcall.notifications.tests.mail_catcher import MailCatcher
from rollcall.proofs.models import Proof, SentCode, Tries
from rollcall.proofs.operations.codes import forget_expired
from rollcall.proofs.operations.sending import is_any_due, send_next
from rollcall.proofs.queries.proofs import find_proven_contact, find_proven_person
from rollcall.stores.models import Store
from rollcall.stores.operations import mint_key, save_kiosk
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account

ANA = {
    "given_name": "Ana",
    "family_name": "Rämirez-Soto",
    "born_on": "1990-03-14",
    "email": "ana@example.com",
    "phone": "+14155550132",
    "licence": "D1234567",
    "notes": "Likes to talk",
}
_NUMBER = re.compile(r"[0-9]+")
PHONE = {"phone": "(415) 555-0132"}
RIGHT = {**PHONE, "birthday": "1990-03-14"}
WRONG = {**PHONE, "birthday": "1991-03-14"}


@dataclass(kw_only=True)
class Shop:
    """A kiosk with a strict key, and people in its store's list."""

    scope: Scope
    store: Store
    account: PosAccount
    client: Client
    key: str
    ingest: Ingest

    def add(self, external_id: str, **values: Any) -> int:
        row = incoming(self.scope, external_id, **values)
        return self.ingest(self.scope, self.account, [row]).record_ids[external_id]

    def ask(self, *, key: str = "", path: str = "identify", **given: Any) -> Any:
        answer = self.client.post(
            f"/api/v1/42/{path}",
            orjson.dumps({"identify": given}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key or self.key}"},
        )
        return {"status": answer.status_code, **answer.json()}

    def find_proven(self, text: str) -> int | None:
        return find_proven_person(self.scope, text, now=utc_now())


def open_shop(
    scope: Scope, store: Store, account: PosAccount, client: Client, ingest: Ingest, name: str
) -> Shop:
    set_account_stores(scope, account.pk, {store.pk})
    kiosk = save_kiosk(scope, catalog_id=name, name="Front door", store=store).row
    key = mint_key(scope, kiosk, now=NOON).text
    return Shop(scope=scope, store=store, account=account, client=client, key=key, ingest=ingest)


@pytest.fixture
def shop(
    scope_a: Scope, store_a: Store, account_a: PosAccount, client: Client, ingest: Ingest
) -> Shop:
    return open_shop(scope_a, store_a, account_a, client, ingest, "42")


def tries(shop: Shop) -> dict[str, int]:
    return dict(Tries.objects.scoped(shop.scope).order_by("pk").values_list("kind", "count"))


def code_in(mail: MailCatcher) -> str:
    body = mail.caught[-1].message.get_body(("plain",))
    assert body is not None
    found = re.search(r"(\d{3}) (\d{3})", body.get_content())
    assert found is not None
    return found[1] + found[2]


class TestIdentify:
    def test_goes_up_the_ladder_to_a_proof(self, shop: Shop) -> None:
        record = shop.add("1042", **ANA)

        first, wrong, right = shop.ask(**PHONE), shop.ask(**WRONG), shop.ask(**RIGHT)

        assert first == {"status": 200, "result": "more_needed", "ask": ["birthday", "names"]}
        assert wrong == {"status": 200, "result": "more_needed", "ask": ["names"]}
        assert right["customer"] == {
            "status": "ACTIVE",
            "customer_id": "1042",
            "first_name": "Ana",
            "last_name": "Rämirez-Soto",
            "gender": None,
            "birthday": "1990-03-14",
            "email": "ana@example.com",
            "phone": "+14155550132",
            "drivers_license": None,
            "notes": None,
            "last_modified_date_utc": "2026-11-20T12:00:00Z",
        }
        assert right["proof"]["expires_in_s"] == 600
        whose = PosRecord.objects.scoped(shop.scope).select_related("link").get(pk=record)
        assert shop.find_proven(right["proof"]["token"]) == whose.link.customer_id
        entries = Entry.objects.scoped(shop.scope).filter(actor__startswith="kiosk:")
        assert [(one.action, one.fields) for one in entries.order_by("id")] == [
            ("customer.identification_tried", ["phone"]),
            ("customer.identification_tried", ["birthday", "phone"]),
            ("customer.identified", ["birthday", "phone"]),
        ]

    def test_finds_by_names_only_with_a_birth_date(self, shop: Shop) -> None:
        shop.add("1042", **ANA)
        names = {"first_name": "ana", "last_name": "ramirez-soto"}

        alone = shop.ask(**names)

        assert alone["ask"] == ["birthday", "phone", "email"]
        assert shop.ask(**names, birthday="1990-03-14")["result"] == "found"
        assert shop.ask(**names, birthday="1990-03-15")["result"] == "not_found"

    def test_gives_each_profile_its_row(self, shop: Shop) -> None:
        shop.add("1042", **ANA)
        kiosk = save_kiosk(shop.scope, catalog_id="42", name="x", store=shop.store).row
        key = mint_key(shop.scope, kiosk, now=NOON, profile=KeyProfile.ATTENDED).text

        row = shop.ask(key=key, **RIGHT)["customer"]

        assert (row["drivers_license"], row["notes"]) == ("D1234567", "Likes to talk")

    def test_answers_alike_and_does_alike_for_strangers_and_others_customers(
        self, shop: Shop, scope_b: Scope, client: Client, ingest: Ingest
    ) -> None:
        store = Store.objects.scoped(scope_b).create(
            slug="birch", name="Birch", time_zone="UTC", jurisdiction="US-CA"
        )
        other = open_shop(scope_b, store, make_account(scope_b), client, ingest, "77")
        other.add("1042", **ANA)
        elsewhere = make_account(shop.scope, account_key="elsewhere")
        row = incoming(shop.scope, "7", **{**ANA, "phone": "+14155550133"})
        ingest(shop.scope, elsewhere, [row])
        shop.add("1", given_name="Somebody", phone="+14155550100")
        shop.ask(phone="4155550100")  # keys and plans are warm now

        seen = []
        for phone in ("4155550132", "4155550133", "4155550199"):
            with CaptureQueriesContext(connection) as queries:
                answer = shop.ask(phone=phone, birthday="1990-03-14")
            seen.append((answer, [_NUMBER.sub("?", one["sql"].strip()[:70]) for one in queries]))

        assert seen[0] == seen[1] == seen[2]
        assert seen[0][0] == {"status": 200, "result": "not_found"}

    def test_takes_no_nonsense(self, shop: Shop) -> None:
        for body, status in (
            (b"{", 400),
            (b"[]", 400),
            (b"\xff", 400),
            (b'{"identify": []}', 400),
            (b'{"identify": {"phone": "\\u0000"}}', 422),
            (b'{"identify": {"phone": {"a": 1}}}', 422),
            (b'{"identify": {"first_name": "\\u0301", "last_name": "%"}}', 400),
            (b'{"identify": {"phone": "' + b"9" * 200 + b'"}}', 200),
        ):
            answer = shop.client.post(
                "/api/v1/42/identify",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {shop.key}"},
            )
            assert (body[:30], answer.status_code) == (body[:30], status)
        assert shop.ask(key="rck_nothing", **RIGHT)["status"] == 401
        assert Proof.objects.scoped(shop.scope).count() == 0


class TestTries:
    def test_end_after_ten_for_a_value_whether_anybody_has_it_or_not(self, shop: Shop) -> None:
        shop.add("1042", **ANA)

        for phone in ("4155550132", "4155550199"):
            answers = [shop.ask(phone=phone, birthday="1991-03-14") for _ in range(11)]
            assert [one["status"] for one in answers] == [200] * 10 + [429]
        assert shop.ask(**RIGHT)["code"] == "too_many_requests"
        assert Proof.objects.scoped(shop.scope).count() == 0

    def test_end_for_a_person_whatever_they_are_asked_by(self, shop: Shop) -> None:
        shop.add("1042", **ANA)
        for _ in range(10):
            shop.ask(**WRONG)

        assert shop.ask(email="ana@example.com", birthday="1990-03-14")["status"] == 429
        Tries.objects.scoped(shop.scope).update(opened_at=utc_now() - dt.timedelta(hours=2))
        assert shop.ask(email="ana@example.com", birthday="1990-03-14")["result"] == "found"

    def test_do_not_count_what_was_right(self, shop: Shop) -> None:
        shop.add("1042", **ANA)

        assert [shop.ask(**RIGHT)["result"] for _ in range(12)] == ["found"] * 12
        assert tries(shop) == {"value": 0, "person": 0}

    def test_have_a_limit_for_each_key(self, shop: Shop, settings: Settings) -> None:
        settings.KIOSK_IDENTIFICATIONS_PER_HOUR = 2

        assert [shop.ask(**PHONE)["status"] for _ in range(3)] == [200, 200, 429]


class TestProofs:
    def test_are_good_for_ten_minutes_in_their_store(self, shop: Shop, scope_b: Scope) -> None:
        shop.add("1042", **ANA)
        text = shop.ask(**RIGHT)["proof"]["token"]

        assert shop.find_proven(text) is not None
        late = utc_now() + dt.timedelta(minutes=10)
        assert find_proven_person(shop.scope, text, now=late) is None
        assert find_proven_person(scope_b, text, now=utc_now()) is None
        assert text.encode() not in bytes(Proof.objects.scoped(shop.scope).get().token_hash)

    def test_follow_a_merge_and_its_undoing(self, shop: Shop) -> None:
        records = [shop.add(one, **ANA) for one in ("1042", "1043")]
        rows = PosRecord.objects.scoped(shop.scope).select_related("link__customer")
        first, second = (rows.get(pk=one).link.customer for one in records)
        Proof.objects.scoped(shop.scope).create(
            record_id=records[1],
            kiosk=save_kiosk(shop.scope, catalog_id="42", name="x", store=shop.store).row,
            store=shop.store,
            token_hash=b"x",
            means=[],
            made_at=utc_now(),
            expires_at=utc_now() + dt.timedelta(minutes=5),
        )

        def whose() -> int:
            proof = Proof.objects.scoped(shop.scope).select_related("record__link").get()
            return proof.record.link.customer_id

        assert whose() == second.pk
        merge = merge_people(shop.scope, first, second, reason=Merge.Reason.PERSON, now=NOON)
        assert whose() == merge.survivor_id
        undo_merge(shop.scope, merge.pk, now=NOON)
        assert whose() == second.pk

    def test_are_deleted_when_they_have_meant_nothing_for_a_day(self, shop: Shop) -> None:
        shop.add("1042", **ANA)
        shop.ask(**WRONG)
        shop.ask(**RIGHT)

        forget_expired(now=utc_now() + dt.timedelta(hours=23), kept=dt.timedelta(days=1))
        assert Proof.objects.scoped(shop.scope).count() == 1
        forget_expired(now=utc_now() + dt.timedelta(hours=25), kept=dt.timedelta(days=1))
        assert Proof.objects.scoped(shop.scope).count() == 0
        assert tries(shop) == {}


class TestCodes:
    def test_are_sent_to_what_is_on_file_and_prove(self, shop: Shop, post: MailCatcher) -> None:
        shop.add("1042", **ANA)
        assert shop.ask(**PHONE)["ask"] == ["birthday", "names", "code"]

        asked = shop.ask(**PHONE, send_code="email")

        assert asked["ask"] == ["code", "birthday", "names"]
        assert asked["code"] == {
            "channel": "email",
            "sent": True,
            "to": "a•••@e•••.com",
            "expires_in_s": 600,
        }
        held = SentCode.objects.scoped(shop.scope).get()
        assert send_next(now=utc_now())
        assert not send_next(now=utc_now())
        code = code_in(post)
        assert post.caught[0].recipients == ["ana@example.com"]
        assert code not in str(held.code_hash)
        held.refresh_from_db(from_queryset=SentCode.objects.scoped(shop.scope))
        assert (held.state, held.sealed_code) == ("sent", None)
        assert shop.ask(**PHONE, code=code)["result"] == "found"
        assert shop.ask(**PHONE, code=code)["result"] == "more_needed"  # it is used up

    def test_prove_the_contact_to_which_they_were_sent(self, shop: Shop, post: MailCatcher) -> None:
        shop.add("1042", **ANA)
        shop.ask(**PHONE, send_code="email")
        send_next(now=utc_now())

        by_code = shop.ask(**PHONE, code=code_in(post))["proof"]["token"]
        by_date = shop.ask(**RIGHT)["proof"]["token"]

        found = [find_proven_contact(shop.scope, one, now=utc_now()) for one in (by_code, by_date)]
        assert found[0] is not None
        assert (found[0].contact, found[0].value, found[1]) == ("email", "ana@example.com", None)

    def test_go_nowhere_else_when_the_address_was_changed(
        self, shop: Shop, post: MailCatcher
    ) -> None:
        shop.add("1042", **ANA)
        shop.ask(**PHONE, send_code="email")
        shop.add("1042", **{**ANA, "email": "other@example.com"})

        assert send_next(now=utc_now())
        held = SentCode.objects.scoped(shop.scope).get()
        assert (held.state, held.error_code, post.caught) == ("failed", "address_changed", [])

    def test_are_worth_nothing_after_five_tries_or_ten_minutes(
        self, shop: Shop, post: MailCatcher
    ) -> None:
        shop.add("1042", **ANA)
        shop.ask(**PHONE, send_code="email")
        send_next(now=utc_now())
        code = code_in(post)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        codes = SentCode.objects.scoped(shop.scope)

        for _ in range(5):
            assert shop.ask(**PHONE, code=wrong)["result"] == "more_needed"
        assert shop.ask(**PHONE, code=code)["result"] == "more_needed"
        codes.update(tries=0, expires_at=utc_now())
        assert shop.ask(**PHONE, code=code)["result"] == "more_needed"
        codes.update(expires_at=utc_now() + dt.timedelta(minutes=1))
        assert shop.ask(**PHONE, code=code)["result"] == "found"

    def test_are_not_sent_where_nothing_can_carry_them_or_nobody_is_certain(
        self, shop: Shop, post: MailCatcher, settings: Settings
    ) -> None:
        shop.add("1042", **ANA)

        assert shop.ask(**PHONE, send_code="sms")["code"] == {
            "channel": "sms",
            "sent": False,
            "reason": "unsupported",
        }
        assert shop.ask(phone="4155550199", send_code="email") == {
            "status": 200,
            "result": "not_found",
        }
        shop.add("1043", **{**ANA, "given_name": "Luis", "email": "luis@example.com"})
        assert "code" not in shop.ask(**PHONE, send_code="email")
        settings.MAIL_SERVER = None
        assert shop.ask(email="luis@example.com", send_code="email")["code"]["sent"] is False
        assert SentCode.objects.scoped(shop.scope).count() == 0

    def test_are_made_once_a_minute_and_five_times_an_hour(
        self, shop: Shop, post: MailCatcher
    ) -> None:
        shop.add("1042", **ANA)
        codes = SentCode.objects.scoped(shop.scope)
        for made in range(1, 6):
            shop.ask(**PHONE, send_code="email")
            shop.ask(**PHONE, send_code="email")
            assert codes.count() == made
            codes.update(made_at=utc_now() - dt.timedelta(minutes=2))

        assert shop.ask(**PHONE, send_code="email")["status"] == 429
        assert codes.count() == 5

    def test_survive_a_worker_that_dies_with_one(self, shop: Shop, post: MailCatcher) -> None:
        shop.add("1042", **ANA)
        shop.ask(**PHONE, send_code="email")
        codes = SentCode.objects.scoped(shop.scope)
        codes.update(claimed_until=utc_now() + dt.timedelta(seconds=90), attempts=1)
        assert not is_any_due(now=utc_now())

        later = utc_now() + dt.timedelta(seconds=91)

        assert is_any_due(now=later)
        assert send_next(now=later)
        assert codes.get().attempts == 2

    def test_are_tried_again_unless_the_address_is_refused(
        self, shop: Shop, post: MailCatcher
    ) -> None:
        shop.add("1042", **ANA)
        shop.ask(**PHONE, send_code="email")
        codes, now = SentCode.objects.scoped(shop.scope), utc_now()
        post.habits.after_data = "451 later"

        assert send_next(now=now)
        assert not send_next(now=now)
        held = codes.get()
        assert (held.state, held.error_code) == ("waiting", "smtp_451")
        post.habits.after_data = "550 never"
        assert send_next(now=now + dt.timedelta(seconds=16))
        assert codes.get().state == "failed"
        assert not is_any_due(now=now + dt.timedelta(minutes=5))


class TestNotices:
    def test_tell_of_guessing_used_up_keys_and_legacy_keys_that_end(
        self, shop: Shop, settings: Settings
    ) -> None:
        from rollcall.proofs import conditions  # noqa: PLC0415  # declares kinds when it is loaded
        from rollcall.stores.operations import set_profile  # noqa: PLC0415
        from rollcall.stores.rules.api_keys import parse_api_key  # noqa: PLC0415

        settings.KIOSK_IDENTIFICATIONS_PER_HOUR = 12
        shop.add("1042", **ANA)
        for _ in range(12):
            shop.ask(**WRONG)
        set_profile(
            shop.scope,
            parse_api_key(shop.key).public_part,
            profile=KeyProfile.LEGACY,
            reason="old",
            days=10,
            now=utc_now(),
        )

        guessing = list(conditions.watch_guessing(shop.scope, now=utc_now()))
        keys = list(conditions.watch_keys(shop.scope, now=utc_now()))

        assert [dict(one.data) for one in guessing] == [{"values": 1, "people": 1}]
        assert [one.kind for one in keys] == ["proofs.key_limit", "proofs.legacy_key"]
        assert list(conditions.watch_people(shop.scope, now=utc_now())) == []
        hour_later = utc_now() + dt.timedelta(minutes=61)
        assert list(conditions.watch_guessing(shop.scope, now=hour_later)) == []
