"""Signing in with a passkey, and the pages about people who work here, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide, photograph

from rollcall.access.operations.invitations import invite
from rollcall.access.operations.sending import link_of
from rollcall.access.rules.single_sign_on import Provider, as_allauth
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import User
from rollcall.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def add_device(page: Page) -> None:
    """A fingerprint reader that always recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


class TestAPasskey:
    def test_is_set_up_by_a_manager_and_opens_the_account(
        self, open_page: OpenPage, alice: User, settings: Settings
    ) -> None:
        settings.DEMO_LOG_INS = False
        page = open_page(width=390, height=844, scheme="dark")
        add_device(page)
        page.goto("/sign-in/")
        assert find_barriers(page) == []
        page.get_by_label("E-mail").fill(alice.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

        expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
        assert find_barriers(page) == []
        page.get_by_role("link", name="Add a passkey").click()
        assert find_barriers(page) == []
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert find_barriers(page) == []
        assert not is_too_wide(page)
        page.get_by_role("link", name="Done").click()
        page.goto("/sign-out/")
        page.get_by_role("button", name="Sign out").first.click()
        page.get_by_role("button", name="Sign in with a passkey").click()

        page.wait_for_url("**/customers/")


class TestTheCompanysSignIn:
    def test_stands_beside_the_others(
        self, open_page: OpenPage, db: None, settings: Settings
    ) -> None:
        settings.SINGLE_SIGN_ON = Provider(
            issuer="http://localhost:1", client_id="rollcall", secret="s", name="Alder's accounts"
        )
        settings.SOCIALACCOUNT_PROVIDERS = as_allauth(settings.SINGLE_SIGN_ON)
        page = open_page(width=390, height=844)
        page.goto("/sign-in/?next=/staff/")
        photograph(page, "sign-in-company")
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        link = page.get_by_role("link", name="Sign in with Alder's accounts")
        assert (link.get_attribute("href") or "").endswith("?process=login&next=%2Fstaff%2F")


class TestPeoplePages:
    def test_have_no_barriers_and_fit(
        self, open_page: OpenPage, scope_a: Scope, alice: User, bob: User
    ) -> None:
        invitation = invite(
            scope_a,
            email="dana@example.com",
            name="Dana",
            role=Role.STAFF,
            store_ids=None,
            now=utc_now(),
        )
        page = open_page(user=alice, width=390, height=844)
        page.goto("/staff/")
        person = page.get_by_role("link", name="Change Bob").get_attribute("href") or ""
        for path in (
            "/staff/",
            "/staff/invite/",
            person,
            "/security/app/",
            "/security/sessions/",
            link_of(invitation),
        ):
            page.goto(path)
            assert find_barriers(page) == [], path
            assert not is_too_wide(page), path
