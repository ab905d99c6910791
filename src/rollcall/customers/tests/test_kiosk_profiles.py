"""What keys of each profile see, through the WSGI application."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import Settings

from rollcall.api.throttle import forget_leases
from rollcall.customers.tests.kiosk_world import ANA, ANA_ROW, KioskWorld, ask
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.stores.models import KioskKey, Store
from rollcall.stores.operations import save_kiosk, set_profile
from rollcall.stores.rules.api_keys import parse_api_key

SEARCH = "/api/v1/42/customers?phone=4155550132"
READ = "/api/v1/42/customers/1042"
MASKED = {
    **ANA_ROW,
    "first_name": "A•••",
    "last_name": "R•••",
    "gender": None,
    "birthday": None,
    "email": "a•••@e•••.com",
    "phone": "••• 32",
    "drivers_license": None,
    "notes": None,
}
LEGACY = {
    "id": "1042",
    "customer_id": "1042",
    "first_name": "Ana",
    "last_name": "Rämirez-Soto",
    "birthday": "1990-03-14",
    "email": "ana@example.com",
    "phone": "4155550132",
}


def trust(
    world: KioskWorld, profile: KeyProfile, *, origins: list[str] | None = None, days: int = 90
) -> None:
    set_profile(
        world.scope,
        parse_api_key(world.key).public_part,
        profile=profile,
        reason="a test",
        days=days,
        origins=origins,
        now=utc_now(),
    )


class TestAStrictKey:
    def test_sees_masked_rows_from_the_moment_that_it_is_strict(self, world: KioskWorld) -> None:
        world.add("1042", **{**ANA, "notes": "Likes to talk"})
        assert world.get(SEARCH).json["customers"][0]["notes"] == "Likes to talk"

        trust(world, KeyProfile.STRICT)

        assert world.get(SEARCH).json == {"customers": [MASKED]}
        assert world.get(READ).json == {"customer": MASKED}
        unproven = world.get(SEARCH, HTTP_ROLLCALL_PROOF="rcp_nothing")
        assert unproven.json == {"customers": [MASKED]}

    def test_serves_web_pages_of_its_origins_only(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        trust(world, KeyProfile.STRICT, origins=["https://kiosk.example.com"])

        own = world.get(SEARCH, HTTP_ORIGIN="https://kiosk.example.com")
        others = [
            world.get(SEARCH, HTTP_ORIGIN=origin)
            for origin in ("https://evil.example.com", "null", "https://kiosk.example.com\0")
        ]

        assert (own.status, own.headers["Access-Control-Allow-Origin"]) == (
            200,
            "https://kiosk.example.com",
        )
        assert own.headers["Vary"] == "Origin"
        assert [(one.status, one.json["code"]) for one in others] == [
            (403, "origin_not_allowed")
        ] * 3
        assert world.get(SEARCH).status == 200
        trust(world, KeyProfile.STRICT, origins=[])
        assert world.get(SEARCH, HTTP_ORIGIN="https://kiosk.example.com").status == 403


class TestALegacyKey:
    def test_may_stand_in_the_address_of_every_kiosk_of_its_store(self, world: KioskWorld) -> None:
        world.add("1042", **{**ANA, "notes": "Likes to talk"})
        save_kiosk(world.scope, catalog_id="43", name="Back door", store=world.store)
        elsewhere = Store.objects.scoped(world.scope).create(
            slug="bay", name="Bay", time_zone="UTC", jurisdiction="US-CA"
        )
        save_kiosk(world.scope, catalog_id="44", name="Bay door", store=elsewhere)
        token = f"&token={world.key}"
        assert ask(SEARCH + token).status == 401

        trust(world, KeyProfile.LEGACY)

        assert ask(SEARCH + token).json == {"customers": [LEGACY]}
        assert ask("/api/v1/43/customers?phone=4155550132" + token).json == {"customers": [LEGACY]}
        assert ask(f"{READ}?token={world.key}").json == {"customer": LEGACY}
        for catalog_id in ("44", "nowhere", "4%00"):
            refused = ask(f"/api/v1/{catalog_id}/customers?phone=4155550132{token}")
            assert (refused.status, refused.json["error"]) == (
                404,
                {"message": "Resource not found"},
            )
        twice = ask(f"{SEARCH}{token}{token}")
        assert (twice.status, twice.json["code"]) == (401, "unauthenticated")

    def test_is_a_strict_one_when_its_time_is_over(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        trust(world, KeyProfile.LEGACY)
        in_address = f"{SEARCH}&token={world.key}"
        assert ask(in_address).status == 200

        KioskKey.objects.scoped(world.scope).update(
            profile_until=utc_now() - dt.timedelta(seconds=1)
        )

        assert ask(in_address).status == 401
        assert world.get(SEARCH).json == {"customers": [MASKED]}

    def test_never_gets_a_list_that_it_could_take_the_wrong_one_of(self, world: KioskWorld) -> None:
        trust(world, KeyProfile.LEGACY)
        in_address = f"{SEARCH}&token={world.key}"
        for number in range(5):
            world.add(f"10{number}", **ANA)
        assert len(ask(in_address).json["customers"]) == 5

        world.add("105", **ANA)

        refused = ask(in_address)
        assert (refused.status, refused.json["code"]) == (502, "too_many_customers")
        assert refused.json["message"] == (
            "unexpected error respone from the API. Detail: error: CUSTOMER_NOT_FOUND"
        )

    def test_finds_nobody_by_nothing_and_by_what_is_no_day(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        trust(world, KeyProfile.LEGACY)
        for query in ("", "first_name=&phone=", "phone=4155550132&birthday=1990-13-45"):
            reply = ask(f"/api/v1/42/customers?{query}&token={world.key}")
            assert (reply.status, reply.json) == (200, {"customers": []})


class TestLookupsOfOne:
    def test_end_for_an_hour_when_they_are_too_many(
        self, world: KioskWorld, settings: Settings
    ) -> None:
        settings.KIOSK_LOOKUPS_PER_PERSON = 40
        world.add("1042", **ANA)
        world.add("7", **{**ANA, "phone": "(415) 555-0133"})
        forget_leases()

        statuses = [world.get(SEARCH).status for _ in range(42)]

        assert statuses == [200] * 40 + [429] * 2
        assert world.get(READ).status == 429
        assert world.find("phone=4155550133") == ["7"]

    def test_are_counted_for_short_lists_only(self, world: KioskWorld, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_PERSON = 1
        for number in range(6):
            world.add(f"10{number}", **ANA)
        forget_leases()

        assert [world.get(SEARCH).status for _ in range(3)] == [200] * 3


class TestTheDay:
    @pytest.mark.parametrize("path", [SEARCH, READ])
    def test_has_a_limit_for_each_key(
        self, world: KioskWorld, settings: Settings, path: str
    ) -> None:
        settings.KIOSK_LOOKUPS_PER_DAY = 3
        world.add("1042", **ANA)
        forget_leases()

        replies = [world.get(path) for _ in range(4)]

        assert [one.status for one in replies] == [200, 200, 200, 429]
        assert 0 < int(replies[3].headers["Retry-After"]) <= 86_400
