"""Inviting people: by whom, to what, by mail, once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from rollcall.access.models import Invitation
from rollcall.access.operations.invitations import (
    AddressInvalidError,
    AlreadyHereError,
    InvitationOverError,
    NotYoursToGiveError,
    SignInFirstError,
    accept,
    get_invited,
    invite,
    key_of,
    withdraw,
)
from rollcall.access.operations.sending import link_of, send_next_invitation
from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Role, Scope
from rollcall.notifications.rules.mail_server import parse_mail_server
from rollcall.notifications.tests.mail_catcher import MailCatcher, running_mail_catcher
from rollcall.stores.models import Membership, Store, User
from rollcall.stores.operations import WeakPasswordError
from rollcall.stores.queries import find_scope_of_user
from rollcall.testing.fixtures import NOON

GOOD = "staple horse battery"
ADDRESS = "dana@example.com"


def make(scope: Scope, *, email: str = ADDRESS, role: Role = Role.STAFF) -> Invitation:
    return invite(scope, email=email, name="Dana", role=role, store_ids=None, now=NOON)


def as_manager(scope: Scope, store: Store) -> Scope:
    """A manager of one store."""
    return Scope(
        retailer_id=scope.retailer_id,
        actor=Actor(kind="user", id="0"),
        role=Role.MANAGER,
        store_ids=frozenset({store.pk}),
    )


class TestInvite:
    def test_gives_no_more_than_the_inviter_has(self, scope_a: Scope, store_a: Store) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="birch-way", name="Birch Way", time_zone="UTC", jurisdiction="US-CA"
        )
        mine = as_manager(scope_a, store_a)
        for role, store_ids in (
            (Role.ADMIN, [store_a.pk]),
            (Role.SYSTEM, [store_a.pk]),
            (Role.KIOSK, [store_a.pk]),
            (Role.STAFF, None),
            (Role.STAFF, []),
            (Role.STAFF, [store_a.pk, other.pk]),
        ):
            with pytest.raises(NotYoursToGiveError):
                invite(mine, email=ADDRESS, name="", role=role, store_ids=store_ids, now=NOON)

        assert Invitation.objects.scoped(scope_a).count() == 0

    def test_refuses_stores_of_others(self, scope_a: Scope, scope_b: Scope, store_a: Store) -> None:
        with pytest.raises(NotYoursToGiveError):
            invite(
                scope_b, email=ADDRESS, name="", role=Role.STAFF, store_ids=[store_a.pk], now=NOON
            )

    def test_refuses_whoever_works_here(self, scope_a: Scope, alice: User) -> None:
        with pytest.raises(AlreadyHereError):
            make(scope_a, email="Alice@Example.com")

    @pytest.mark.parametrize("email", ["", "dana", "a@b\r\nBcc: x@example.com", "a\0@example.com"])
    def test_refuses_what_is_no_address(self, scope_a: Scope, email: str) -> None:
        with pytest.raises(AddressInvalidError):
            make(scope_a, email=email)

    def test_replaces_an_open_one(self, scope_a: Scope) -> None:
        old = key_of(make(scope_a))
        new = key_of(make(scope_a, role=Role.MANAGER))

        with pytest.raises(InvitationOverError):
            get_invited(old, now=NOON)
        assert get_invited(new, now=NOON).role == "manager"

    def test_stands_in_the_audit_without_the_address(self, scope_a: Scope) -> None:
        make(scope_a)

        entry = Entry.objects.scoped(scope_a).get(action="invitation.created")
        assert entry.context == {"role": "staff", "all_stores": True, "stores": []}


class TestTheKey:
    def test_is_not_in_the_database(self, scope_a: Scope) -> None:
        invitation = make(scope_a)

        row = Invitation.objects.scoped(scope_a).values().get()
        assert key_of(invitation)[32:] not in str(row)

    def test_opens_nothing_when_it_is_changed_late_or_withdrawn(
        self, scope_a: Scope, scope_b: Scope
    ) -> None:
        invitation = make(scope_a)
        key, other = key_of(invitation), key_of(make(scope_b))
        week = dt.timedelta(days=7)
        for wrong in ("", "x", key[:-1], key[:-1] + "g", key[:32] + other[32:], "z" * 64, "ß" * 64):
            with pytest.raises(InvitationOverError):
                get_invited(wrong, now=NOON)
        assert get_invited(key, now=NOON + week - dt.timedelta(seconds=1)).pk == invitation.pk
        with pytest.raises(InvitationOverError):
            get_invited(key, now=NOON + week)
        withdraw(scope_a, invitation.pk, now=NOON)
        with pytest.raises(InvitationOverError):
            get_invited(key, now=NOON)


class TestAccept:
    def test_makes_an_account_with_that_role_once(self, scope_a: Scope) -> None:
        key = key_of(make(scope_a, role=Role.MANAGER))

        user = accept(key, name="Dana Reed", password=GOOD, signed_in=None, now=NOON)

        assert (user.name, user.email, user.check_password(GOOD)) == ("Dana Reed", ADDRESS, True)
        scope = find_scope_of_user(user)
        assert scope is not None
        assert (scope.role, scope.store_ids) == (Role.MANAGER, None)
        with pytest.raises(InvitationOverError):
            accept(key, name="", password=GOOD, signed_in=None, now=NOON)

    def test_refuses_a_weak_password_and_stays_open(self, scope_a: Scope) -> None:
        key = key_of(make(scope_a))
        with pytest.raises(WeakPasswordError):
            accept(key, name="", password="short", signed_in=None, now=NOON)

        assert User.objects.count() == 0
        assert get_invited(key, now=NOON).accepted_at is None

    def test_never_touches_an_account_without_its_owner(
        self, scope_b: Scope, alice: User, bob: User
    ) -> None:
        key = key_of(make(scope_b, email=alice.email))
        for visitor in (None, bob):
            with pytest.raises(SignInFirstError):
                accept(key, name="", password=GOOD, signed_in=visitor, now=NOON)
        alice.set_unusable_password()
        alice.save()
        with pytest.raises(SignInFirstError):
            accept(key, name="", password=GOOD, signed_in=None, now=NOON)

        accept(key, name="", password=None, signed_in=alice, now=NOON)

        assert Membership.objects.scoped(scope_b).get().user_id == alice.pk


class TestTheLink:
    def test_leads_to_a_page_whose_address_has_no_key(self, client: Client, scope_a: Scope) -> None:
        link = link_of(_fresh(scope_a))

        first = client.get(link)
        page = client.get(first["Location"])
        done = client.post("/join/", {"name": "Dana", "password": GOOD})

        assert first["Location"] == "/join/"
        assert b"Work with Alder Group" in page.content
        assert (done.status_code, done["Location"]) == (302, "/")
        assert client.get("/customers/").status_code == 200
        assert client.post("/join/", {"password": GOOD}).status_code == 404

    def test_says_the_same_of_whatever_is_over(self, client: Client, scope_a: Scope) -> None:
        texts = set()
        for key in ("nothing", "0" * 64, "\0", "a" * 5_000):
            client.get("/join/", {"key": key})
            answer = client.get("/join/")
            texts.add((answer.status_code, answer.content))

        assert [status for status, _ in texts] == [404]

    def test_asks_for_a_better_password(self, client: Client, scope_a: Scope) -> None:
        client.get(link_of(_fresh(scope_a)))

        answer = client.post("/join/", {"password": "short"})

        assert answer.status_code == 422
        assert b"too short" in answer.content

    def test_sends_people_with_an_account_to_sign_in(
        self, client: Client, scope_b: Scope, alice: User
    ) -> None:
        client.get(link_of(_fresh(scope_b, email=alice.email)))

        assert b"has an account already" in client.get("/join/").content
        answer = client.post("/join/", {"password": GOOD})
        assert answer["Location"] == "/sign-in/?next=/join/"
        client.force_login(alice)
        assert client.post("/join/").status_code == 302
        assert b"Birch Company" in client.get("/customers/").content


def _fresh(scope: Scope, *, email: str = ADDRESS) -> Invitation:
    return invite(scope, email=email, name="", role=Role.STAFF, store_ids=None, now=utc_now())


class TestMail:
    @pytest.fixture
    def catcher(self, settings: Settings) -> Iterator[MailCatcher]:
        with running_mail_catcher() as server:
            settings.MAIL_SERVER = parse_mail_server(f"smtp://127.0.0.1:{server.port}?tls=none")
            settings.MAIL_FROM = "rollcall@example.com"
            settings.ORIGIN = "https://rollcall.example.com"
            yield server

    def test_brings_the_link_once(self, scope_a: Scope, catcher: MailCatcher) -> None:
        invitation = make(scope_a)

        assert send_next_invitation(now=NOON)
        assert not send_next_invitation(now=NOON)

        (mail,) = catcher.caught
        body = mail.message.get_content()
        assert mail.recipients == [ADDRESS]
        assert mail.message["Subject"] == "Alder Group invites you to Rollcall"
        assert re.findall(r"https://rollcall\.example\.com/join/\?key=(\w+)", body) == [
            key_of(invitation)
        ]

    def test_is_tried_again_later_and_not_after_a_withdrawal(
        self, scope_a: Scope, catcher: MailCatcher
    ) -> None:
        catcher.habits.after_data = "451 later"
        invitation = make(scope_a)

        assert not send_next_invitation(now=NOON)
        row = Invitation.objects.scoped(scope_a).get()
        assert (row.error_code, row.attempts, row.sent_at) == ("smtp_451", 1, None)
        catcher.habits.after_data = "250 OK"
        withdraw(scope_a, invitation.pk, now=NOON)
        assert not send_next_invitation(now=NOON + dt.timedelta(hours=1))
