"""Signing in and out, retailers to choose from, people without one."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from rollcall.kit.scope import Scope
from rollcall.stores.models import Membership, User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_throttle(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password}).status_code


class TestSignIn:
    def test_leads_to_the_search(self, client: Client, alice: User) -> None:
        answer = client.post(
            reverse("account_login"), {"login": "Alice@Example.com", "password": PASSWORD}
        )

        assert (answer.status_code, answer["Location"]) == (302, "/customers/")

    def test_says_no_more_than_that_something_is_wrong(self, client: Client, alice: User) -> None:
        known = client.post(reverse("account_login"), {"login": alice.email, "password": "no"})
        unknown = client.post(
            reverse("account_login"), {"login": "nobody@example.com", "password": "no"}
        )

        sentence = b"The email address and/or password you specified are not correct."
        assert sentence in known.content
        assert sentence in unknown.content

    def test_is_throttled_after_five_failures(self, client: Client, alice: User) -> None:
        for _ in range(5):
            assert sign_in(client, alice.email, "wrong") == 200

        assert sign_in(client, alice.email) == 200
        assert "_auth_user_id" not in client.session

    def test_survives_a_nul_in_the_address(self, client: Client, db: None) -> None:
        assert sign_in(client, "a\0b@example.com") == 200

    def test_does_not_follow_links_to_other_places(self, client: Client, alice: User) -> None:
        answer = client.post(
            reverse("account_login") + "?next=https://evil.example/",
            {"login": alice.email, "password": PASSWORD},
        )

        assert answer["Location"] == "/customers/"

    def test_is_closed_for_people_who_were_switched_off(self, client: Client, alice: User) -> None:
        alice.is_active = False
        alice.save()

        sign_in(client, alice.email)

        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        "name",
        ["account_signup", "account_reset_password", "account_email", "mfa_signup_webauthn"],
    )
    def test_is_all_that_allauth_offers(self, name: str) -> None:
        with pytest.raises(NoReverseMatch):
            reverse(name)


class TestSignOut:
    def test_asks_before_it_does(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.get(reverse("account_logout"))

        assert answer.status_code == 200
        assert "_auth_user_id" in client.session

    def test_ends_the_session(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.post(reverse("account_logout"))

        assert answer["Location"] == "/sign-in/"
        assert "_auth_user_id" not in client.session

    def test_refuses_a_form_from_elsewhere(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)

        answer = client.post(reverse("account_logout"))

        assert answer.status_code == 403
        assert b"Please try that again" in answer.content
        assert "_auth_user_id" in client.session


class TestPassword:
    def test_can_be_changed(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        new = "staple battery horse"

        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )

        alice.refresh_from_db()
        assert alice.check_password(new)

    def test_must_not_be_short(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
        )

        assert b"too short" in answer.content
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)


class TestRetailers:
    def test_without_one_there_is_a_page_that_says_so(self, client: Client, db: None) -> None:
        client.force_login(User.objects.create_user("erin@example.com", PASSWORD))

        answer = client.get("/customers/")

        assert answer.status_code == 403
        assert b"No retailer yet" in answer.content

    def test_of_a_single_one_there_is_nothing_to_switch(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.get("/customers/")

        assert b"Alder Group" in answer.content
        assert b"switch" not in answer.content.lower()

    def test_can_be_switched(self, client: Client, alice: User, scope_b: Scope) -> None:
        Membership.objects.scoped(scope_b).create(user=alice, role="staff")
        client.force_login(alice)

        client.post(reverse("switch_retailer"), {"retailer": "birch"})
        answer = client.get("/customers/")

        assert b'<option value="birch" selected>' in answer.content
        assert client.get("/quarantine/").status_code == 403

    @pytest.mark.parametrize("wanted", ["birch", "nowhere", "", "a\0b"])
    def test_of_others_cannot_be_chosen(
        self, client: Client, alice: User, charlie: User, wanted: str
    ) -> None:
        client.force_login(alice)

        answer = client.post(reverse("switch_retailer"), {"retailer": wanted})

        assert answer.status_code == 404
        assert "retailer" not in client.session

    def test_are_left_when_the_membership_ends(
        self, client: Client, alice: User, scope_a: Scope
    ) -> None:
        client.force_login(alice)
        Membership.objects.scoped(scope_a).filter(user=alice).delete()

        assert client.get("/customers/").status_code == 403
