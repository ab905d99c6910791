"""Consent over the API: asked, written down, confirmed, stopped by a word."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.audit.models import Entry
from rollcall.consent.models import ConsentEntry
from rollcall.events.queries.sources import Happening, list_sources
from rollcall.kit.scope import Grant
from rollcall.orders.tests.guests import open_store
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.testing.platform_client import PlatformClient, Reply

GIVEN = {"kind": "given", "purpose": "marketing", "channel": "sms"}
STOP = {"channel": "sms", "contact": "(415) 555-0134", "keyword": "stop"}


class Asking:
    """A program with the scopes of consent."""

    def __init__(self, shop: OrderShop) -> None:
        self.shop = shop
        grants = [Grant.READ_CONSENTS, Grant.WRITE_CONSENTS]
        self.api = PlatformClient.of(shop.scope, grants=grants)
        self.path = f"/customers/{shop.ana.public_id}"

    def record(self, once: str = "", **changes: Any) -> Reply:
        return self.api.post(f"{self.path}/consent-entries", {**GIVEN, **changes}, once=once)

    def may(
        self, query: str = "channel=sms&purpose=marketing", day: int = 1, hour: int = 18
    ) -> Any:
        """Ask about tomorrow morning in the store."""
        at = dt.datetime.now(dt.UTC).replace(hour=hour, minute=0) + dt.timedelta(days=day)
        text = at.isoformat().replace("+00:00", "Z")
        return self.api.get(f"{self.path}/may-contact?{query}&at={text}").json


@pytest.fixture
def asking(shop: OrderShop) -> Asking:
    return Asking(shop)


class TestAsking:
    def test_is_answered_with_the_proof(self, asking: Asking) -> None:
        before = asking.may()
        made = asking.record(store="alder-way", route="self_service", proof="form-17")
        after, night = asking.may(), asking.may(hour=9)

        assert (before["may_contact"], before["reason"], before["entry"]) == (
            False, "never_given", None,
        )  # fmt: skip
        assert (after["may_contact"], after["entry"]) == (True, made.json["items"][0])
        assert (night["may_contact"], night["reason"]) == (False, "quiet_hours")
        assert (made.status, after["entry"]["store"], after["entry"]["proof"]) == (
            201, "alder-way", "form-17",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "query", ["", "channel=sms", "channel=fax&purpose=marketing", "channel=sms&purpose=x"]
    )
    def test_needs_words_that_there_are(self, asking: Asking, query: str) -> None:
        assert asking.may(query)["code"] == "invalid"

    def test_is_audited_as_is_reading_the_ledger(self, asking: Asking) -> None:
        asking.may()
        asking.api.get(f"{asking.path}/consent-entries")

        seen = Entry.objects.scoped(asking.shop.scope).filter(action="customer.viewed")
        assert [(one.subject_ids, one.fields) for one in seen] == [
            ([asking.shop.ana.pk], ["consent"])
        ] * 2

    def test_in_another_store_finds_nobody(self, asking: Asking) -> None:
        other = PlatformClient.of(asking.shop.scope, stores=[open_store(asking.shop.scope)])
        found = other.get(f"{asking.path}/may-contact?channel=sms&purpose=marketing")

        assert found.status == 404


class TestRecording:
    def test_a_withdrawal_of_everything_is_in_force_at_once(self, asking: Asking) -> None:
        asking.record()
        gone = asking.api.post(f"{asking.path}/consent-entries", {"kind": "withdrawn"})
        listed = asking.api.get(f"{asking.path}/consent-entries?limit=20").json

        assert len(gone.json["items"]) == 25
        assert asking.may()["reason"] == "withdrawn"
        assert asking.may("channel=mail&purpose=transactional")["reason"] == "withdrawn"
        assert (len(listed["items"]), listed["next"] is not None) == (20, True)

    def test_twice_is_once(self, asking: Asking) -> None:
        first, again = (asking.record("key-1") for _ in range(2))

        assert first.body == again.body
        assert ConsentEntry.objects.scoped(asking.shop.scope).count() == 1

    def test_a_double_opt_in_has_two_steps(self, asking: Asking) -> None:
        begun = asking.record(unconfirmed=True).json["items"][0]["id"]
        waiting = asking.may()["reason"]
        done = [asking.api.post(f"/consent-entries/{begun}/confirm") for _ in range(2)]

        assert waiting == "unconfirmed"
        assert [one.status for one in done] == [200, 200]
        assert (done[0].json, done[0].json["confirms"]) == (done[1].json, begun)
        assert asking.may()["reason"] == "confirmed"

    def test_names_what_was_shown(self, asking: Asking) -> None:
        text = {"purpose": "marketing", "channel": "sms", "language": "es-MX", "text": "Avisos."}
        made = asking.api.post("/consent-wordings", text).json
        said = asking.record(wording_id=made["id"]).json["items"][0]

        assert (said["wording_id"], said["language"], said["wording_version"]) == (
            made["id"], "es-MX", 1,
        )  # fmt: skip
        assert asking.api.get("/consent-wordings").json["items"] == [made]

    @pytest.mark.parametrize(
        ("wrong", "member"),
        [
            ({"kind": "confirmed"}, "kind"),
            ({"purpose": None}, "purpose"),
            ({"channel": "email"}, "channel"),
            ({"kind": "implied"}, "expires_at"),
            ({"kind": "implied", "expires_at": "soon"}, "expires_at"),
            ({"kind": "imported", "unconfirmed": True}, "unconfirmed"),
            ({"wording_id": "x"}, "wording_id"),
            ({"store": "elsewhere"}, "store"),
            ({"proof": "nora okafor"}, "proof"),
            ({"route": "stop"}, "route"),
        ],
    )
    def test_refuses_what_is_no_consent(
        self, asking: Asking, wrong: dict[str, Any], member: str
    ) -> None:
        reply = asking.record(**wrong)

        assert (reply.status, list(reply.json["errors"])) == (422, [member])
        assert not ConsentEntry.objects.scoped(asking.shop.scope).exists()

    def test_is_told_to_programs_without_a_value(self, asking: Asking) -> None:
        asking.record()
        entry = Entry.objects.scoped(asking.shop.scope).get(action="consent.given")
        happened = Happening(
            action=entry.action, at=entry.at, subject_ids=entry.subject_ids, fields=[],
            context=entry.context,
        )  # fmt: skip

        told = list_sources(["consent.given"])["consent.given"].tell(asking.shop.scope, [happened])

        person = str(asking.shop.ana.public_id)
        assert told == [
            {"customer": person, "kind": "given", "channels": ["sms"], "purposes": ["marketing"]}
        ]


class TestStopping:
    def test_known_and_unknown_look_the_same(self, asking: Asking) -> None:
        asking.record()
        known = asking.api.post("/consents/stop", STOP)
        unknown = asking.api.post("/consents/stop", {**STOP, "contact": "+14155550111"})

        assert (known.status, known.body) == (unknown.status, unknown.body)
        assert known.json == {"stopped": True}
        assert asking.may()["reason"] == "withdrawn"
        assert asking.may()["entry"]["route"] == "stop"

    @pytest.mark.parametrize(
        "wrong",
        [{"keyword": "please"}, {"contact": "nora@example.com"}, {"channel": "email"},
         {"channel": "push"}],
    )  # fmt: skip
    def test_needs_a_word_and_a_contact_of_the_channel(
        self, asking: Asking, wrong: dict[str, str]
    ) -> None:
        assert asking.api.post("/consents/stop", {**STOP, **wrong}).status == 422

    def test_is_for_keys_of_all_stores(self, asking: Asking) -> None:
        limited = PlatformClient.of(asking.shop.scope, stores=[asking.shop.store])

        assert limited.post("/consents/stop", STOP).status == 403
