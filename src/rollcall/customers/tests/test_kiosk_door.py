"""Who may ask, in which way, and what refusals say: over the shortcut and over Django alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from rollcall.api.problems import PROBLEM_JSON
from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_world import ANA, KioskWorld, Reply, ask, ask_django, make_world
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.stores.models import Kiosk, KioskKey, Store
from rollcall.stores.operations import mint_key, revoke_key, save_kiosk
from rollcall.stores.rules.api_keys import ApiKey, mint_api_key, parse_api_key
from rollcall.testing.fixtures import NOON, Ingest, make_account

SEARCH = "/api/v1/42/customers?phone=4155550132"
HOUR = dt.timedelta(hours=1)


def audited(scope: Scope) -> int:
    return Entry.objects.scoped(scope).filter(actor__startswith="kiosk:").count()


def assert_problem(reply: Reply, status: int, code: str) -> None:
    assert (reply.status, reply.headers["Content-Type"]) == (status, PROBLEM_JSON)
    assert reply.json["status"] == status
    assert reply.json["code"] == code
    assert reply.json["type"] == f"urn:rollcall:problem:{code}"
    assert {"type", "title", "status", "detail", "code"} <= set(reply.json)


class TestKey:
    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer rck_",
            "Bearer " + "x" * 10_000,
            "Basic cmNrXzEyMw==",
            "Token {key}",
            "Bearer{key}",
            "{key}",
            "Bearer {key}x",
            "Bearer {key}, Bearer {key}",
            "Bearer {key},Bearer {key}",
            "Bearer \u00ff\u00fe",
            "Bearer {key}\u00a0",
        ],
    )
    def test_is_refused_as(self, world: KioskWorld, header: str) -> None:
        world.add("1042", **ANA)

        reply = ask(SEARCH, HTTP_AUTHORIZATION=header.replace("{key}", world.key))

        assert_problem(reply, 401, "unauthenticated")
        assert reply.headers["WWW-Authenticate"] == 'Bearer realm="rollcall"'
        assert audited(world.scope) == 0

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
    def test_is_taken_with_any_case_of_its_scheme(self, world: KioskWorld, scheme: str) -> None:
        assert ask(SEARCH, HTTP_AUTHORIZATION=f"{scheme} {world.key}").status == 200

    @pytest.mark.parametrize("name", ["token", "access_token", "key", "api_key"])
    def test_is_not_taken_from_the_address(self, world: KioskWorld, name: str) -> None:
        assert_problem(ask(f"{SEARCH}&{name}={world.key}"), 401, "unauthenticated")

    def test_is_refused_with_a_wrong_checksum(self, world: KioskWorld) -> None:
        last = "0" if world.key[-1] != "0" else "1"

        assert_problem(world.get(SEARCH, key=world.key[:-1] + last), 401, "unauthenticated")

    def test_is_refused_with_another_secret(self, world: KioskWorld) -> None:
        forged = ApiKey(
            public_part=parse_api_key(world.key).public_part, secret=mint_api_key().secret
        )
        assert world.get(SEARCH).status == 200

        assert_problem(world.get(SEARCH, key=forged.text), 401, "unauthenticated")

    def test_is_refused_if_nobody_made_it(self, world: KioskWorld) -> None:
        assert_problem(world.get(SEARCH, key=mint_api_key().text), 401, "unauthenticated")

    def test_stops_at_once_when_it_is_revoked(self, world: KioskWorld) -> None:
        assert world.get(SEARCH).status == 200

        revoke_key(world.scope, parse_api_key(world.key).public_part, now=NOON)

        assert_problem(world.get(SEARCH), 401, "unauthenticated")
        assert audited(world.scope) == 1

    def test_stops_when_it_expires(self, world: KioskWorld) -> None:
        assert world.get(SEARCH).status == 200

        KioskKey.objects.scoped(world.scope).update(expires_at=NOON)

        assert_problem(world.get(SEARCH), 401, "unauthenticated")

    def test_stops_when_the_kiosk_is_switched_off(self, world: KioskWorld) -> None:
        assert world.get(SEARCH).status == 200

        Kiosk.objects.scoped(world.scope).update(active=False)

        assert_problem(world.get(SEARCH), 401, "unauthenticated")

    def test_stops_when_the_store_is_switched_off(self, world: KioskWorld) -> None:
        assert world.get(SEARCH).status == 200

        Store.objects.scoped(world.scope).update(active=False)

        assert_problem(world.get(SEARCH), 401, "unauthenticated")

    def test_goes_on_when_it_is_let_in_again(self, world: KioskWorld) -> None:
        Kiosk.objects.scoped(world.scope).update(active=False)
        assert world.get(SEARCH).status == 401

        Kiosk.objects.scoped(world.scope).update(active=True)

        assert world.get(SEARCH).status == 200

    def test_is_checked_before_anything_is_said_of_the_request(self, world: KioskWorld) -> None:
        assert world.get("/api/v1/42/customers").status == 400

        revoke_key(world.scope, parse_api_key(world.key).public_part, now=NOON)

        assert world.get("/api/v1/42/customers").status == 401
        assert world.get("/api/v1/42/customers?birthday=x").status == 401


class TestScope:
    def test_ends_at_the_kiosks_own_address(self, world: KioskWorld) -> None:
        save_kiosk(world.scope, catalog_id="43", name="Back door", store=world.store)

        other = world.get("/api/v1/43/customers?phone=4155550132")
        unknown = world.get("/api/v1/44/customers?phone=4155550132")

        assert_problem(other, 404, "not_found")
        assert other.body == unknown.body
        assert audited(world.scope) == 0

    def test_ends_at_the_store(self, world: KioskWorld, ingest: Ingest) -> None:
        world.add("1042", **ANA)
        store = Store.objects.scoped(world.scope).create(
            slug="harbor", name="Harbor", time_zone="UTC", jurisdiction="US-CA"
        )
        account = make_account(world.scope, account_key="harbor")
        other = make_world(world.scope, store, account, ingest, catalog_id="99")
        other.add("7", **ANA)

        assert world.find("phone=4155550132") == ["1042"]
        assert other.find("phone=4155550132") == ["7"]
        assert other.get("/api/v1/99/customers/1042").status == 404

    def test_takes_in_all_accounts_of_the_store(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        second = make_account(world.scope, account_key="second")
        set_account_stores(world.scope, second.pk, {world.store.pk})
        world.account = second
        world.add("7", **ANA)

        assert world.find("phone=4155550132") == ["1042", "7"]

    def test_sees_nobody_without_an_account(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)

        set_account_stores(world.scope, world.account.pk, set())

        assert world.find("phone=4155550132") == []

    def test_ends_at_the_retailer(self, world: KioskWorld, scope_b: Scope, ingest: Ingest) -> None:
        world.add("1042", **ANA)
        store = Store.objects.scoped(scope_b).create(
            slug="birch", name="Birch", time_zone="UTC", jurisdiction="US-CA"
        )
        account: PosAccount = make_account(scope_b, account_key="birch")
        charlies = make_world(scope_b, store, account, ingest, catalog_id="birch-1")

        assert charlies.find("phone=4155550132") == []
        assert charlies.find("first_name=ana") == []
        assert charlies.get("/api/v1/birch-1/customers/1042").status == 404
        stolen = charlies.get(SEARCH)
        assert_problem(stolen, 404, "not_found")
        assert audited(world.scope) == 0


class TestLimit:
    def test_ends_in_429(self, world: KioskWorld, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 3

        replies = [world.get(SEARCH) for _ in range(5)]

        while [reply.status for reply in replies].count(200) > 3:  # a new minute began meanwhile
            replies = [world.get(SEARCH) for _ in range(5)]
        assert_problem(replies[-1], 429, "too_many_requests")
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
        assert replies[-1].headers["RateLimit-Policy"] == '"kiosk-key";q=3;w=60'
        assert replies[-1].headers["RateLimit"].startswith('"kiosk-key";r=0;t=')

    def test_is_told_in_every_answer(self, world: KioskWorld) -> None:
        first, second = world.get(SEARCH), world.get("/api/v1/42/customers/nobody")

        assert first.headers["RateLimit"].startswith('"kiosk-key";r=599;t=')
        assert second.headers["RateLimit-Policy"] == '"kiosk-key";q=600;w=60'

    def test_is_one_for_each_key(self, world: KioskWorld, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        second = mint_key(world.scope, world.kiosk, now=NOON, profile=KeyProfile.ATTENDED).text
        while world.get(SEARCH).status == 200:
            pass

        assert world.get(SEARCH, key=second).status == 200

    def test_holds_for_keys_that_are_wrong(self, world: KioskWorld, settings: Settings) -> None:
        settings.FAILED_AUTHENTICATIONS_PER_MINUTE = 2

        replies = [ask(SEARCH, key=mint_api_key().text) for _ in range(6)]

        assert replies[0].status == 401
        assert_problem(replies[-1], 429, "too_many_requests")
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
        assert ask(SEARCH, key="x", REMOTE_ADDR="203.0.113.8").status == 401

    def test_of_wrong_keys_does_not_stop_right_ones(
        self, world: KioskWorld, settings: Settings
    ) -> None:
        settings.FAILED_AUTHENTICATIONS_PER_MINUTE = 1
        for _ in range(3):
            ask(SEARCH, key="wrong")

        assert world.get(SEARCH).status == 200

    def test_believes_no_header(self, world: KioskWorld, settings: Settings) -> None:
        settings.FAILED_AUTHENTICATIONS_PER_MINUTE = 1

        replies = [
            ask(SEARCH, key="x", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(4)
        ]

        assert replies[-1].status == 429


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("found", SEARCH, {}),
    ("by name", "/api/v1/42/customers?first_name=an&last_name=soto", {}),
    ("nobody", "/api/v1/42/customers?phone=4155550133", {}),
    ("read", "/api/v1/42/customers/1042", {}),
    ("read nobody", "/api/v1/42/customers/1043", {}),
    ("read a slash", "/api/v1/42/customers/10/42", {}),
    ("read an encoded blank", "/api/v1/42/customers/10 42", {}),
    ("no criterion", "/api/v1/42/customers", {}),
    ("blank", "/api/v1/42/customers?phone=", {}),
    ("repeated", "/api/v1/42/customers?phone=1&phone=2", {}),
    ("no date", "/api/v1/42/customers?birthday=2999-01-01", {}),
    ("no UTF-8", "/api/v1/42/customers?phone=%ff", {}),
    ("raw bytes", "/api/v1/42/customers?last_name=R\u00c3\u00a4mirez", {}),
    ("raw bytes, no UTF-8", "/api/v1/42/customers?last_name=\u00e4", {}),
    ("bad encoding", "/api/v1/42/customers?phone=%zz%", {}),
    ("NUL", "/api/v1/42/customers?email=%00", {}),
    ("long", "/api/v1/42/customers?phone=" + "1" * 5000, {}),
    ("10,000 parameters", "/api/v1/42/customers?" + "a=1&" * 10_000, {}),
    ("1,000 parameters", "/api/v1/42/customers?" + "a=1&" * 1_000, {}),
    ("long words", "/api/v1/42/customers?first_name=" + "ana+" * 900, {}),
    ("another kiosk", "/api/v1/43/customers?phone=4155550132", {}),
    ("no kiosk", "/api/v1//customers?phone=4155550132", {}),
    ("odd kiosk", "/api/v1/\u00c3\u00a4/customers?phone=4155550132", {}),
    ("NUL kiosk", "/api/v1/4\x002/customers?phone=4155550132", {}),
    ("NUL id", "/api/v1/42/customers/\x00", {}),
    ("long id", "/api/v1/42/customers/" + "9" * 5000, {}),
    ("no key", SEARCH, {"key": ""}),
    ("wrong key", SEARCH, {"key": "rck_wrong"}),
    ("unknown route", "/api/v1/42/nothing", {}),
    ("trailing slash", "/api/v1/42/customers/", {}),
    ("a UUID", "/api/v1/42/customers/00000000-0000-0000-0000-000000000000", {}),
]


class TestBothWays:
    @pytest.mark.parametrize(("path", "options"), [case[1:] for case in CASES], ids=lambda _: "")
    def test_give_the_same_answer(
        self, world: KioskWorld, client: Client, path: str, options: dict[str, Any]
    ) -> None:
        world.add("1042", **ANA)
        key = options.get("key", world.key)

        short = ask(path, key=key)
        long = ask_django(client, path, key=key)

        def steady(reply: Reply) -> dict[str, str]:
            counted = ("RateLimit", "Retry-After")
            return {name: text for name, text in reply.headers.items() if name not in counted}

        assert (short.status, short.body) == (long.status, long.body)
        assert steady(short) == steady(long)
        assert short.headers["Cache-Control"] == "no-store"
        assert short.headers["X-Content-Type-Options"] == "nosniff"
        assert short.status < 500

    def test_are_told_apart_by_their_names(self) -> None:
        assert len({name for name, *_ in CASES}) == len(CASES)


class TestOtherOrigins:
    def test_may_ask_before_they_send_a_key(self, client: Client) -> None:
        answer = client.options(
            "/api/v1/42/customers",
            headers={
                "Origin": "https://kiosk.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "authorization",
            },
        )

        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]

    def test_may_read_answers_and_refusals(self, world: KioskWorld) -> None:
        replies = [
            ask("/api/v1/42/customers?phone=4155550132", key=key) for key in (world.key, "x")
        ]

        assert [one.status for one in replies] == [200, 401]
        assert {one.headers["Access-Control-Allow-Origin"] for one in replies} == {"*"}

    def test_get_no_cookies_let_in(self, world: KioskWorld) -> None:
        reply = ask("/api/v1/42/customers?phone=4155550132", key=world.key)

        assert "Access-Control-Allow-Credentials" not in reply.headers


class TestMethods:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "TRACE", "X"])
    def test_that_are_not_offered_end_in_405(self, world: KioskWorld, method: str) -> None:
        reply = ask(SEARCH, key=world.key, method=method)

        assert reply.status == 405
        assert reply.headers["Allow"] == "GET, POST"
        assert reply.headers["Content-Type"] == PROBLEM_JSON

    def test_a_huge_body_is_refused(self, world: KioskWorld) -> None:
        reply = ask(SEARCH, key=world.key, method="POST", CONTENT_LENGTH="2000000")

        assert_problem(reply, 413, "content_too_large")

    def test_a_nonsense_length_is_refused(self, world: KioskWorld) -> None:
        reply = ask(SEARCH, key=world.key, method="POST", CONTENT_LENGTH="x")

        assert_problem(reply, 400, "bad_request")


class TestUnknownAddresses:
    @pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/", "/api/v2/x", "/api/v1/42"])
    def test_end_in_a_problem(self, world: KioskWorld, path: str) -> None:
        assert_problem(ask(path, key=world.key), 404, "not_found")

    def test_outside_of_the_api_stay_pages(self, world: KioskWorld) -> None:
        assert ask("/apiary", HTTP_HOST="localhost").headers["Content-Type"].startswith("text/html")


class TestAKioskThatMoves:
    def test_shows_the_new_stores_people_at_once(self, world: KioskWorld, ingest: Ingest) -> None:
        world.add("1042", **ANA)
        store = Store.objects.scoped(world.scope).create(
            slug="harbor", name="Harbor", time_zone="UTC", jurisdiction="US-CA"
        )
        account = make_account(world.scope, account_key="harbor")
        make_world(world.scope, store, account, ingest, catalog_id="99").add("7", **ANA)
        assert world.find("phone=4155550132") == ["1042"]

        Kiosk.objects.scoped(world.scope).filter(catalog_id="42").update(store=store)

        assert world.find("phone=4155550132") == ["7"]

    def test_answers_at_its_new_address(self, world: KioskWorld) -> None:
        assert world.get(SEARCH).status == 200

        Kiosk.objects.scoped(world.scope).filter(catalog_id="42").update(catalog_id="142")

        assert world.get(SEARCH).status == 404
        assert world.get("/api/v1/142/customers?phone=4155550132").status == 200
