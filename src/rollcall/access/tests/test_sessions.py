"""Sessions: when they end by themselves, and how one ends them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from rollcall.access.models import SignIn
from rollcall.access.operations.sign_ins import end_others, forget_old
from rollcall.access.rules.sessions import Limits, name_browser
from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import Membership, User

LIMITS = Limits(idle=dt.timedelta(hours=1), longest=dt.timedelta(hours=12))
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"


def signed_in(user: User, *, agent: str = ANDROID) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.force_login(user)
    assert client.get("/customers/").status_code == 200
    return client


def put_back(user: User, **hours: float) -> None:
    """Let it have begun, or been used, so many hours ago."""
    row = SignIn.objects.get(user=user, ended_at=None)
    for name, ago in hours.items():
        setattr(row, name, utc_now() - dt.timedelta(hours=ago))
    row.save()


class TestLimits:
    def test_end_a_session_that_lay_idle_or_is_too_long(self) -> None:
        now = utc_now()
        for began, seen, over in (
            (11.9, 0.9, False),
            (11.9, 1.0, True),
            (12.0, 0.0, True),
            (-13.0, 0.0, True),
            (0.0, -2.0, True),
        ):
            said = LIMITS.are_over(
                began_at=now - dt.timedelta(hours=began),
                seen_at=now - dt.timedelta(hours=seen),
                now=now,
            )
            assert said is over, (began, seen)


class TestASession:
    def test_ends_after_an_hour_without_anything(self, bob: User) -> None:
        client = signed_in(bob)
        put_back(bob, seen_at=1.01)

        answer = client.get("/customers/")

        assert answer["Location"] == "/sign-in/?next=/customers/"
        assert "_auth_user_id" not in client.session
        assert b"You were signed out" in client.get(answer["Location"]).content

    def test_is_not_kept_alive_by_a_page_that_asks_by_itself(self, bob: User) -> None:
        client = signed_in(bob)
        put_back(bob, seen_at=0.5)
        client.get("/notices/count/", headers={"HX-Request": "true"})
        idle = SignIn.objects.get().seen_at
        client.get("/customers/")

        assert utc_now() - idle > dt.timedelta(minutes=29)
        assert utc_now() - SignIn.objects.get().seen_at < dt.timedelta(minutes=1)

    def test_ends_after_a_day_however_much_is_done(self, bob: User) -> None:
        client = signed_in(bob)
        put_back(bob, began_at=12.1)

        assert client.get("/customers/").status_code == 302

    def test_leaves_the_page_when_htmx_asks(self, bob: User) -> None:
        client = signed_in(bob)
        put_back(bob, began_at=13)

        answer = client.get("/notices/count/", headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == "/sign-in/"

    @pytest.mark.parametrize("row", [10**9, "1", None, [1], -1])
    def test_that_names_no_sign_in_of_theirs_is_none(self, bob: User, row: object) -> None:
        client = signed_in(bob)
        session = client.session
        session["sign_in"] = row
        session.save()

        assert client.get("/customers/").status_code == 302


class TestThePage:
    def test_shows_ones_own_and_ends_the_others(
        self, scope_a: Scope, alice: User, bob: User
    ) -> None:
        phone = signed_in(bob, agent="Mozilla/5.0 (iPhone) Safari/605")
        till, alices = signed_in(bob), signed_in(alice, agent="x" * 5_000)

        page = till.get("/security/sessions/").content.decode()
        till.post("/security/sessions/end/", {"sign_in": "others"})

        assert page.count("Safari on iPhone") == 2  # the row, and the name of its button
        assert "Chrome on Android" in page
        assert "A browser" not in page
        assert phone.get("/customers/").status_code == 302
        assert till.get("/customers/").status_code == 200
        assert alices.get("/customers/").status_code == 200
        entry = Entry.objects.scoped(scope_a).get(action="sign_in.ended")
        assert (entry.actor, entry.context) == (f"user:{bob.pk}", {"count": 1})

    def test_ends_no_session_of_somebody_else(self, alice: User, bob: User) -> None:
        mine, theirs = signed_in(bob), signed_in(alice)
        row = SignIn.objects.get(user=alice)
        for wanted in (str(row.pk), "", "-1", "9" * 40, "\0", "x"):
            assert mine.post("/security/sessions/end/", {"sign_in": wanted}).status_code == 404

        assert theirs.get("/customers/").status_code == 200


class TestEnding:
    def test_follows_the_end_of_the_last_access(
        self, scope_a: Scope, alice: User, bob: User
    ) -> None:
        theirs, admin = signed_in(bob), signed_in(alice)
        membership = Membership.objects.scoped(scope_a).get(user=bob)

        admin.post(f"/staff/{membership.pk}/end/")

        assert theirs.get("/customers/")["Location"].startswith("/sign-in/")

    def test_twice_is_as_once(self, bob: User) -> None:
        signed_in(bob)

        assert end_others(bob, kept=None, now=utc_now()) == 1
        assert end_others(bob, kept=None, now=utc_now()) == 0

    def test_is_forgotten_after_a_month(self, bob: User) -> None:
        signed_in(bob)
        forget_old(now=utc_now() + dt.timedelta(days=29))
        assert SignIn.objects.count() == 1
        assert Session.objects.count() == 0

        forget_old(now=utc_now() + dt.timedelta(days=31))
        assert SignIn.objects.count() == 0


class TestBrowserNames:
    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            (ANDROID, "Chrome on Android"),
            (
                "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox on Linux"),
            ("curl/8", "A browser"),
            ("<script>", "A browser"),
        ],
    )
    def test_say_browser_and_system_alone(self, agent: str, name: str) -> None:
        assert name_browser(agent) == name
