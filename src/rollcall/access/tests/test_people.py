"""The pages about people who work here."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from rollcall.access.models import Invitation
from rollcall.access.operations.people import (
    NotYoursToChangeError,
    WorksElsewhereError,
    change_person,
    end_access,
    forget_second_factors,
)
from rollcall.access.queries.people import PersonNotFoundError, list_people
from rollcall.audit.models import Entry
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import Membership, Store, User
from rollcall.stores.queries import find_scope_of_user
from rollcall.testing.fixtures import NOON


def scope_of(user: User) -> Scope:
    scope = find_scope_of_user(user)
    assert scope is not None
    return scope


def membership_of(scope: Scope, user: User) -> int:
    return int(Membership.objects.scoped(scope).get(user=user).pk)


@pytest.fixture
def manager(scope_a: Scope, store_a: Store) -> User:
    """Mona manages one store."""
    user = User.objects.create_user("mona@example.com", name="Mona")
    row = Membership.objects.scoped(scope_a).create(user=user, role="manager", all_stores=False)
    row.stores.add(store_a)
    return user


class TestWhoIsSeen:
    def test_is_everybody_for_an_admin_and_nobody_of_others(
        self, alice: User, bob: User, charlie: User
    ) -> None:
        assert [one.user for one in list_people(scope_of(alice))] == [alice, bob]
        assert [one.user for one in list_people(scope_of(charlie))] == [charlie]

    def test_is_who_works_in_the_managers_stores(
        self, scope_a: Scope, alice: User, bob: User, manager: User
    ) -> None:
        far = User.objects.create_user("far@example.com")
        Membership.objects.scoped(scope_a).create(user=far, role="staff", all_stores=False)

        people = list_people(scope_of(manager))

        # Alice works in all stores, so also in this one; she is not the manager's to change.
        assert {one.user.email: one.may_change for one in people} == {
            "alice@example.com": False,
            "bob@example.com": True,
            "mona@example.com": False,
        }

    def test_is_nobody_for_staff(self, bob: User) -> None:
        with pytest.raises(ForbiddenError):
            list_people(scope_of(bob))


class TestChanging:
    def test_holds_from_the_next_request_on(
        self, client: Client, scope_a: Scope, alice: User, bob: User
    ) -> None:
        theirs = Client()
        theirs.force_login(bob)
        assert theirs.get("/notices/").status_code == 403
        client.force_login(alice)

        client.post(f"/staff/{membership_of(scope_a, bob)}/", {"role": "manager", "where": "all"})

        assert theirs.get("/notices/").status_code == 200
        entry = Entry.objects.scoped(scope_a).filter(action="membership.updated").last()
        assert entry is not None
        assert (entry.actor, entry.fields) == (f"user:{alice.pk}", ["role", "stores"])

    def test_is_not_for_oneself_nor_for_those_above(
        self, scope_a: Scope, alice: User, manager: User
    ) -> None:
        for actor, target in ((alice, alice), (manager, manager), (manager, alice)):
            membership = membership_of(scope_a, target)
            with pytest.raises(NotYoursToChangeError):
                change_person(scope_of(actor), membership, role=Role.STAFF, store_ids=None)
            with pytest.raises(NotYoursToChangeError):
                end_access(scope_of(actor), membership, now=NOON)

    def test_gives_nobody_more_than_one_has(
        self, client: Client, scope_a: Scope, manager: User, bob: User
    ) -> None:
        client.force_login(manager)
        url = f"/staff/{membership_of(scope_a, bob)}/"
        for wanted in (
            {"role": "admin"},
            {"role": "staff", "where": "all"},
            {"role": "system", "where": "all"},
            {"role": "nonsense"},
            {"role": "staff", "stores": ["1e9", "-1", "9" * 30]},
        ):
            assert client.post(url, wanted).status_code == 422

        assert scope_of(bob).role is Role.STAFF

    def test_of_people_elsewhere_is_as_of_nobody(
        self, scope_a: Scope, charlie: User, bob: User
    ) -> None:
        with pytest.raises(PersonNotFoundError):
            end_access(scope_of(charlie), membership_of(scope_a, bob), now=NOON)


class TestEnding:
    def test_shuts_the_door_at_once(
        self, client: Client, scope_a: Scope, alice: User, bob: User
    ) -> None:
        theirs = Client()
        theirs.force_login(bob)
        client.force_login(alice)

        answer = client.post(f"/staff/{membership_of(scope_a, bob)}/end/")

        assert answer["Location"] == "/staff/"
        assert theirs.get("/customers/").status_code == 403
        assert not Membership.objects.scoped(scope_a).filter(user=bob).exists()


class TestForgettingASecondStep:
    def test_lets_them_set_one_up_anew(self, scope_a: Scope, alice: User, bob: User) -> None:
        for kind in ("totp", "recovery_codes"):
            Authenticator.objects.create(user=bob, type=kind, data={})

        assert forget_second_factors(scope_of(alice), membership_of(scope_a, bob), now=NOON) == 1
        assert Authenticator.objects.count() == 0

    def test_is_refused_for_people_of_another_retailer_too(
        self, scope_a: Scope, scope_b: Scope, alice: User, bob: User
    ) -> None:
        Membership.objects.scoped(scope_b).create(user=bob, role="staff")

        with pytest.raises(WorksElsewhereError):
            forget_second_factors(scope_of(alice), membership_of(scope_a, bob), now=NOON)

    def test_is_for_admins(self, scope_a: Scope, manager: User, bob: User) -> None:
        with pytest.raises(ForbiddenError):
            forget_second_factors(scope_of(manager), membership_of(scope_a, bob), now=NOON)


class TestThePages:
    def test_show_people_and_invitations(self, client: Client, alice: User, bob: User) -> None:
        client.force_login(alice)

        page = client.post(
            "/staff/invite/", {"email": "dana@example.com", "role": "staff", "where": "all"}
        )
        listed = client.get("/staff/").content.decode()

        assert b"/join/?key=" in page.content
        assert "bob@example.com" in listed
        assert "dana@example.com" in listed
        assert "key=" not in listed

    def test_ask_who_one_is_before_a_change(
        self, client: Client, scope_a: Scope, alice: User, bob: User
    ) -> None:
        client.force_login(alice)
        session = client.session
        session["proved_at"] = 1.0
        session.save()
        url = f"/staff/{membership_of(scope_a, bob)}/end/"
        for referer, back in (
            ("http://testserver/staff/", "%2Fstaff%2F"),
            ("http://evil.example/x", "%2F"),
            ("http://[", "%2F"),
        ):
            answer = client.post(url, headers={"Referer": referer})
            assert answer["Location"] == f"/confirm/?next={back}"

        assert Membership.objects.scoped(scope_a).filter(user=bob).exists()

    def test_take_all_and_some_stores_for_a_slip(
        self, client: Client, scope_a: Scope, store_a: Store, alice: User
    ) -> None:
        client.force_login(alice)
        wanted = {"email": "d@example.com", "role": "staff", "where": "all", "stores": store_a.pk}

        answer = client.post("/staff/invite/", wanted)

        assert answer.status_code == 422
        assert b"all stores or some of yours" in answer.content
        assert not Invitation.objects.scoped(scope_a).exists()

    def test_withdraw_an_invitation(self, client: Client, scope_a: Scope, alice: User) -> None:
        client.force_login(alice)
        client.post("/staff/invite/", {"email": "d@example.com", "role": "staff", "where": "all"})
        row = Invitation.objects.scoped(scope_a).get()

        assert client.post(f"/staff/invitations/{row.pk}/withdraw/").status_code == 302
        assert client.post(f"/staff/invitations/{row.pk}/withdraw/").status_code == 404


class TestAskedOnceMore:
    def test_lets_go_of_a_kill_switch_but_pulls_it_at_once(
        self, client: Client, alice: User
    ) -> None:
        client.force_login(alice)
        session = client.session
        session["proved_at"] = 1.0
        session.save()

        pulled = client.post("/outbox/writing/stop/", {"do": "stop"})
        released = client.post("/outbox/writing/stop/", {"do": "release"})

        assert pulled["Location"] == "/outbox/writing/"
        assert released["Location"].startswith("/confirm/")
