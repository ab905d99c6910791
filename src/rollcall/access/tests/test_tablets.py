"""Shared tablets: who comes back by a PIN, for how long, and what a wrong one costs."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from rollcall.access.models import Pin, SharedTablet, SignIn, TabletPerson
from rollcall.access.operations.people import end_access
from rollcall.access.operations.pins import NotPresentError, WrongPinError, come_back, set_pin
from rollcall.access.operations.tablets import note_person
from rollcall.access.rules.pins import (
    MOST_WRONG,
    TABLET_COOKIE,
    TABLET_KEY,
    PinRefusedError,
    check_pin,
)
from rollcall.access.tests.signing import sign_in
from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import Membership, Store, User
from rollcall.testing.fixtures import PASSWORD

PIN, OTHER = "274918", "538027"


@pytest.fixture
def tablet(alice: User, store_a: Store) -> Client:
    """A browser that Alice made a shared tablet; nobody is signed in there."""
    client = Client()
    client.force_login(alice)
    made = client.post("/tablets/", {"name": "Counter  1", "store": str(store_a.pk)})
    assert made["Location"] == "/switch/"
    return client


def the_tablet() -> SharedTablet:
    return SharedTablet.objects.across_retailers(reason="a test").get()


def person_at(user: User) -> TabletPerson:
    return TabletPerson.objects.across_retailers(reason="a test").get(user=user)


def come(client: Client, user: User) -> None:
    """Sign in in full and leave the tablet to the next."""
    assert sign_in(client, user.email) != ""
    assert client.get("/customers/").status_code == 200
    assert client.post("/switch/lock/")["Location"] == "/switch/"


def who(client: Client) -> str:
    """Whose pages it shows; "" if nobody's."""
    answer = client.get("/customers/")
    user = answer.wsgi_request.user
    return user.email if answer.status_code == 200 and isinstance(user, User) else ""


class TestPins:
    @pytest.mark.parametrize(
        "pin",
        [
            *("", "12345", "1234567", "12345a", "١٢٣٤٥٦", " 27491", "2749\x0018", "9" * 10_000),
            *("123456", "654321", "890123", "109876", "000000", "777777", "121212", "123123"),
        ],
    )
    def test_that_are_easy_or_none_are_refused(self, pin: str) -> None:
        with pytest.raises(PinRefusedError):
            check_pin(pin)

    def test_that_are_not_easy_are_taken(self) -> None:
        for pin in (PIN, OTHER, "112358", "000001"):
            check_pin(pin)

    def test_are_set_changed_and_removed_by_whoever_proved_themselves(
        self, scope_a: Scope, bob: User
    ) -> None:
        client = Client()
        sign_in(client, bob.email)

        for said, status in (
            ({"pin": PIN, "again": OTHER}, 422),
            ({"pin": "123456", "again": "123456"}, 422),
            ({"pin": PIN, "again": PIN}, 302),
            ({"pin": OTHER, "again": OTHER}, 302),
            ({"do": "remove"}, 302),
        ):
            assert client.post("/security/pin/", said).status_code == status

        actions = Entry.objects.scoped(scope_a).filter(action__startswith="pin.")
        assert Counter(actions.values_list("action", flat=True)) == {"pin.set": 2, "pin.removed": 1}
        assert not Pin.objects.scoped(scope_a).exists()

    def test_are_kept_as_nothing_that_a_backup_gives_away(self, scope_a: Scope, bob: User) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())

        digest = Pin.objects.scoped(scope_a).get().digest
        assert PIN not in digest
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from audit_entry where context::text like %s", [PIN])
            assert cursor.fetchone() == (0,)


class TestTakingTurns:
    def test_brings_each_back_by_their_pin(
        self, scope_a: Scope, tablet: Client, alice: User, bob: User
    ) -> None:
        for user, pin in ((alice, PIN), (bob, OTHER)):
            set_pin(scope_a, user, pin, now=utc_now())
            come(tablet, user)
        page = tablet.get("/switch/").content.decode()
        assert "Alice" in page
        assert "Bob" in page
        assert who(tablet) == ""

        for user, pin in ((bob, OTHER), (alice, PIN), (bob, OTHER)):
            answer = tablet.post(f"/switch/{person_at(user).pk}/", {"pin": pin})
            assert (answer.status_code, answer["Location"]) == (302, "/")
            assert who(tablet) == user.email

        switched = Entry.objects.scoped(scope_a).filter(action="tablet.switched")
        assert [one.actor for one in switched.order_by("id")] == [
            f"user:{one.pk}" for one in (bob, alice, bob)
        ]

    def test_needs_a_proof_in_full_of_that_day_at_that_tablet(
        self, scope_a: Scope, tablet: Client, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        assert "Bob" not in tablet.get("/switch/").content.decode()
        come(tablet, bob)
        row = person_at(bob)
        row.proven_at = utc_now() - dt.timedelta(hours=12)
        row.save()

        assert "Bob" not in tablet.get("/switch/").content.decode()
        assert tablet.post(f"/switch/{row.pk}/", {"pin": PIN})["Location"] == "/switch/"
        assert who(tablet) == ""

    def test_prolongs_nothing_and_proves_nothing_anew(
        self, scope_a: Scope, tablet: Client, alice: User
    ) -> None:
        set_pin(scope_a, alice, PIN, now=utc_now())
        come(tablet, alice)
        row = person_at(alice)
        row.proven_at = utc_now() - dt.timedelta(hours=11)
        row.save()

        tablet.post(f"/switch/{row.pk}/", {"pin": PIN})
        assert who(tablet) == alice.email

        asked = tablet.post("/staff/invite/", {"email": "x@example.com", "role": "staff"})
        assert asked["Location"].startswith("/confirm/")
        began = SignIn.objects.get(user=alice, ended_at=None, began_at__lt=row.proven_at + SECOND)
        assert abs(began.began_at - row.proven_at) < SECOND
        began.began_at -= dt.timedelta(hours=1)
        began.save()
        assert tablet.get("/customers/")["Location"] == "/switch/"

    def test_leaves_the_tablet_soon_to_the_next(
        self, scope_a: Scope, tablet: Client, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        tablet.post(f"/switch/{person_at(bob).pk}/", {"pin": PIN})
        assert who(tablet) == bob.email
        SignIn.objects.filter(user=bob, ended_at=None).update(
            seen_at=utc_now() - dt.timedelta(minutes=5)
        )

        asked = tablet.get("/notices/count/", headers={"HX-Request": "true"})

        assert asked["HX-Redirect"] == "/switch/"
        assert "Bob" in tablet.get("/switch/").content.decode()

    def test_ends_with_signing_out_there(self, scope_a: Scope, tablet: Client, bob: User) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        tablet.post(f"/switch/{person_at(bob).pk}/", {"pin": PIN})

        tablet.post("/sign-out/")

        assert "Bob" not in tablet.get("/switch/").content.decode()

    @pytest.mark.parametrize("what", ["password", "membership", "stores", "inactive", "elsewhere"])
    def test_ends_with_what_it_rested_on(
        self, scope_a: Scope, tablet: Client, alice: User, bob: User, what: str
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        assert "Bob" in tablet.get("/switch/").content.decode()
        membership = Membership.objects.scoped(scope_a).get(user=bob)
        match what:
            case "password":
                bob.set_password(PASSWORD + "!")
                bob.save()
            case "membership":
                end_access(_as(scope_a, alice), membership.pk, now=utc_now())
            case "stores":
                membership.stores.clear()
            case "inactive":
                bob.is_active = False
                bob.save()
            case _:
                other = Client()
                sign_in(other, bob.email)
                other.get("/customers/")
                other.post("/security/sessions/end/", {"sign_in": "others"})

        assert "Bob" not in tablet.get("/switch/").content.decode()

    def test_is_for_nobody_who_owes_a_second_step(
        self, scope_a: Scope, tablet: Client, alice: User, settings: object
    ) -> None:
        set_pin(scope_a, alice, PIN, now=utc_now())
        come(tablet, alice)
        settings.DEMO_LOG_INS = False  # type: ignore[attr-defined]  # pytest-django's

        assert "Alice" not in tablet.get("/switch/").content.decode()

    def test_shows_nobody_to_any_other_browser(
        self, scope_a: Scope, tablet: Client, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        row, secret = person_at(bob), tablet.cookies[TABLET_COOKIE].value.partition(".")[2]
        for value in (
            "",
            "1",
            f"{the_tablet().pk}.",
            f"{the_tablet().pk}.x",
            f"{the_tablet().pk + 1}.{secret}",
        ):
            stranger = Client()
            stranger.cookies[TABLET_COOKIE] = value
            for path in ("/switch/", f"/switch/{row.pk}/"):
                assert stranger.get(path)["Location"] == "/sign-in/"
            answer = stranger.post(f"/switch/{row.pk}/", {"pin": PIN})
            assert answer["Location"] == "/sign-in/"
        assert tablet.get(f"/switch/{10**30}/")["Location"] == "/switch/"


SECOND = dt.timedelta(seconds=1)


def _as(scope: Scope, user: User) -> Scope:
    return Scope(
        retailer_id=scope.retailer_id,
        actor=type(scope.actor)(kind="user", id=str(user.pk)),
        role=scope.role,
        store_ids=None,
    )


class TestWrongPins:
    def test_are_counted_and_then_need_a_proof_in_full(
        self, scope_a: Scope, tablet: Client, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        path = f"/switch/{person_at(bob).pk}/"

        for tries in range(1, MOST_WRONG):
            answer = tablet.post(path, {"pin": OTHER})
            assert answer.status_code == 200, tries
            assert who(tablet) == ""
        assert tablet.post(path, {"pin": "\0" * 50})["Location"] == "/switch/"

        assert tablet.post(path, {"pin": PIN})["Location"] == "/switch/"
        assert who(tablet) == ""
        assert Entry.objects.scoped(scope_a).filter(action="pin.locked").count() == 1
        come(tablet, bob)
        assert tablet.post(path, {"pin": PIN})["Location"] == "/"

    def test_are_forgotten_by_a_right_one(self, scope_a: Scope, tablet: Client, bob: User) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        path = f"/switch/{person_at(bob).pk}/"
        for _ in range(2):
            for _ in range(MOST_WRONG - 1):
                tablet.post(path, {"pin": OTHER})
            assert tablet.post(path, {"pin": PIN})["Location"] == "/"
            tablet.post("/switch/lock/")

    @pytest.mark.django_db(transaction=True)
    def test_that_are_tried_at_once_are_no_more(
        self, scope_a: Scope, tablet: Client, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        row = note_person(the_tablet(), bob, proven_at=utc_now())
        said: Counter[str] = Counter()

        def guess() -> None:
            try:
                come_back(the_tablet(), row.pk, OTHER, now=utc_now())
            except (WrongPinError, NotPresentError) as error:
                said[type(error).__name__] += 1
            finally:
                connection.close()

        threads = [threading.Thread(target=guess) for _ in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert said == {"WrongPinError": MOST_WRONG, "NotPresentError": 12 - MOST_WRONG}


class TestSettingUp:
    def test_signs_whoever_does_it_out(self, tablet: Client, alice: User) -> None:
        cookie = tablet.cookies[TABLET_COOKIE]

        assert who(tablet) == ""
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert the_tablet().name == "Counter 1"
        assert cookie.value.partition(".")[2].encode() not in bytes(the_tablet().secret_hash)

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "", "store": "1"},
            {"name": "x" * 61, "store": "1"},
            {"name": "Till\0", "store": "1"},
            {"name": "Till", "store": ""},
            {"name": "Till", "store": "999999"},
            {"name": "Till", "store": "9" * 40},
            {"name": "Till", "store": "-1"},
        ],
    )
    def test_says_what_is_wrong_and_does_nothing(self, alice: User, said: dict[str, str]) -> None:
        client = Client()
        client.force_login(alice)

        assert client.post("/tablets/", said).status_code == 422
        assert not SharedTablet.objects.across_retailers(reason="a test").exists()

    def test_is_for_managers_within_their_stores(
        self, scope_a: Scope, store_a: Store, bob: User, charlie: User, tablet: Client
    ) -> None:
        client = Client()
        client.force_login(bob)
        assert client.get("/tablets/").status_code == 403
        Membership.objects.scoped(scope_a).filter(user=bob).update(role="manager")
        other = Store.objects.scoped(scope_a).create(
            slug="beech", name="Beech", time_zone="UTC", jurisdiction="US-CA"
        )
        refused = client.post("/tablets/", {"name": "Till", "store": str(other.pk)})
        theirs = Client()
        theirs.force_login(charlie)

        assert refused.status_code == 422
        assert "Counter 1" in client.get("/tablets/").content.decode()
        assert "Counter 1" not in theirs.get("/tablets/").content.decode()
        assert theirs.post(f"/tablets/{the_tablet().pk}/end/").status_code == 404

    def test_is_ended_for_everybody_there(
        self, scope_a: Scope, tablet: Client, alice: User, bob: User
    ) -> None:
        set_pin(scope_a, bob, PIN, now=utc_now())
        come(tablet, bob)
        tablet.post(f"/switch/{person_at(bob).pk}/", {"pin": PIN})
        assert who(tablet) == bob.email
        manager = Client()
        manager.force_login(alice)

        manager.post(f"/tablets/{the_tablet().pk}/end/")

        assert tablet.get("/customers/")["Location"].startswith("/sign-in/")
        assert tablet.get("/switch/")["Location"] == "/sign-in/"
        sign_in(tablet, bob.email)
        assert TABLET_KEY not in tablet.session
        assert tablet.post("/switch/lock/").status_code == 404

    def test_is_of_one_retailer(self, tablet: Client, charlie: User) -> None:
        sign_in(tablet, charlie.email)

        assert TABLET_KEY not in tablet.session
        assert not TabletPerson.objects.across_retailers(reason="a test").exists()
