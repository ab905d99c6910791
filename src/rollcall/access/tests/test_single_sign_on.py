"""Signing in by the company's provider: a real one on loopback."""

from __future__ import annotations

import dataclasses
import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rollcall.access.operations.invitations import invite, key_of
from rollcall.access.rules.single_sign_on import (
    Provider,
    ProviderError,
    as_allauth,
    parse_provider,
    proven_at,
)
from rollcall.access.tests import oidc_provider
from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User
from rollcall.web.access import is_fresh

ORIGIN = "http://testserver"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    provider = Provider(
        issuer=f"http://localhost:{port}",
        client_id=oidc_provider.CLIENT,
        secret=oidc_provider.SECRET,
        name="Alder's accounts",
    )
    back = ORIGIN + reverse("openid_connect_callback", args=[provider.id])
    process = subprocess.Popen(
        [
            *(sys.executable, oidc_provider.__file__),
            *(str(tmp_path_factory.mktemp("provider")), str(port), back),
        ],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield provider
    process.kill()
    process.communicate()


@pytest.fixture
def provider(running: Provider, settings: Settings) -> Provider:
    use(settings, running)
    return running


def use(settings: Settings, provider: Provider) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SINGLE_SIGN_ON = provider
    settings.SOCIALACCOUNT_PROVIDERS = as_allauth(provider)


class AtProvider:
    """Somebody's browser, as far as the provider sees it."""

    def __init__(self) -> None:
        self.browser = httpx.Client(timeout=20)

    def visit(self, url: str, email: str) -> str:
        """Sign in there if it asks; returns where it leads back to."""
        answer = self._follow(self.browser.get(url))
        if not answer.is_redirect:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
            assert token is not None
            fields = {
                "csrfmiddlewaretoken": token[1],
                "login": email,
                "password": oidc_provider.PASSWORD,
            }
            answer = self._follow(self.browser.post(answer.url, data=fields))
        return answer.headers["Location"]

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        """Go on at the provider, until a page is shown or it leads back."""
        while answer.next_request and not str(answer.next_request.url).startswith(ORIGIN):
            answer = self.browser.send(answer.next_request)
        return answer


def leave_for(client: Client, provider: Provider, query: str = "") -> str:
    answer = client.get(reverse("openid_connect_login", args=[provider.id]) + f"?{query}")
    assert answer.status_code == 302
    return str(answer["Location"])


def come(client: Client, provider: Provider, email: str) -> tuple[int, str]:
    """Sign in over the provider; returns the status of the answer and where it leads."""
    back = AtProvider().visit(leave_for(client, provider), email)
    answer = client.get(back.removeprefix(ORIGIN))
    return answer.status_code, answer.get("Location", "")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestSigningIn:
    def test_lets_somebody_in_whose_address_is_verified_and_keeps_nothing_of_them(
        self, client: Client, alice: User, provider: Provider, scope_a: Scope
    ) -> None:
        assert come(client, provider, "alice@example.com") == (302, reverse("customers:search"))

        assert client.session["_auth_user_id"] == str(alice.pk)
        (bound,) = SocialAccount.objects.all()
        assert (bound.user_id, bound.provider, bound.extra_data) == (alice.pk, provider.id, {})
        again = Client()
        assert come(again, provider, "alice@example.com")[0] == 302
        assert is_in(again)
        actions = Entry.objects.scoped(scope_a).filter(action="single_sign_on.bound")
        assert actions.count() == 1

    def test_goes_on_when_the_address_here_has_changed(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        come(client, provider, "alice@example.com")
        User.objects.filter(pk=alice.pk).update(email="alice.alder@example.com")
        later = Client()

        come(later, provider, "alice@example.com")

        assert later.session["_auth_user_id"] == str(alice.pk)

    def test_refuses_an_unverified_address_and_strangers_alike(
        self, client: Client, bob: User, provider: Provider
    ) -> None:
        for email in ("bob@example.com", "zoe@example.org"):
            assert come(client, provider, email) == (403, "")
            assert not is_in(client)
        assert not SocialAccount.objects.exists()
        assert not User.objects.filter(email="zoe@example.org").exists()

    def test_refuses_people_who_were_shut_out(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        User.objects.filter(pk=alice.pk).update(is_active=False)

        assert come(client, provider, "alice@example.com") == (302, reverse("account_inactive"))
        assert not is_in(client)

    def test_takes_an_invitation_without_a_password(
        self, client: Client, provider: Provider, scope_a: Scope
    ) -> None:
        invited = invite(
            scope_a, email="Nina@example.org", name="Nina", role=Role.STAFF, store_ids=None,
            now=utc_now(),
        )  # fmt: skip
        client.get(reverse("access:join"), {"key": key_of(invited)})

        assert come(client, provider, "nina@example.org")[0] == 302

        nina = User.objects.get(email="nina@example.org")
        assert client.session["_auth_user_id"] == str(nina.pk)
        assert not nina.has_usable_password()
        assert Membership.objects.scoped(scope_a).get(user=nina).role == "staff"

    def test_takes_nobody_elses_invitation(
        self, client: Client, provider: Provider, scope_a: Scope
    ) -> None:
        invited = invite(
            scope_a, email="nina@example.org", name="Nina", role=Role.ADMIN, store_ids=None,
            now=utc_now(),
        )  # fmt: skip
        client.get(reverse("access:join"), {"key": key_of(invited)})

        assert come(client, provider, "zoe@example.org")[0] == 403
        invited.refresh_from_db()
        assert invited.accepted_at is None


class TestASecondStep:
    def test_is_still_asked_for_here(
        self, client: Client, alice: User, provider: Provider, settings: Settings
    ) -> None:
        settings.DEMO_LOG_INS = False
        come(client, provider, "alice@example.com")

        assert client.get(reverse("customers:search"))["Location"] == reverse("mfa_index")

    def test_is_the_providers_matter_if_so_set(
        self, client: Client, alice: User, provider: Provider, settings: Settings
    ) -> None:
        settings.DEMO_LOG_INS = False
        use(settings, dataclasses.replace(provider, proves_second_step=True))
        come(client, provider, "alice@example.com")

        assert client.get(reverse("customers:search")).status_code == 200
        by_password = Client()
        by_password.force_login(alice)
        assert by_password.get(reverse("customers:search"))["Location"] == reverse("mfa_index")


class TestAProof:
    def test_is_as_old_as_the_provider_says(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        browser = AtProvider()
        back = browser.visit(leave_for(client, provider), "alice@example.com")
        answer = client.get(back.removeprefix(ORIGIN))
        assert is_fresh(answer.wsgi_request, now=utc_now())
        assert not is_fresh(answer.wsgi_request, now=utc_now().replace(year=2100))

    @pytest.mark.parametrize("said", [None, "x", -1, True, 10**20])
    def test_that_nobody_told_of_is_of_long_ago(self, said: object) -> None:
        assert proven_at({"auth_time": said}).year == 1970
        assert proven_at({}).year == 1970


class TestWhatComesBack:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?error=access_denied",
            "?code=x",
            "?code=x&state=nobodys",
            "?state=%00&code=%ff",
            "?error=" + "x" * 4000,
        ],
    )
    def test_is_refused_if_nobody_left_from_here(
        self, client: Client, provider: Provider, db: None, query: str
    ) -> None:
        answer = client.get(reverse("openid_connect_callback", args=[provider.id]) + query)

        assert answer.status_code in (401, 403)
        assert b"Signing in did not work" in answer.content
        assert not is_in(client)

    def test_is_refused_with_a_code_that_the_provider_did_not_give(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        back = AtProvider().visit(leave_for(client, provider), "alice@example.com")
        forged = re.sub(r"code=[^&]+", "code=forged", back)

        assert client.get(forged.removeprefix(ORIGIN)).status_code in (401, 403)
        assert not is_in(client)

    def test_of_another_browser_signs_nobody_in(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        back = AtProvider().visit(leave_for(client, provider), "alice@example.com")
        other = Client()

        assert other.get(back.removeprefix(ORIGIN)).status_code in (401, 403)
        assert not is_in(other)

    def test_leads_only_to_pages_of_ours(
        self, client: Client, alice: User, provider: Provider
    ) -> None:
        there = leave_for(client, provider, "next=https://evil.example/")
        back = AtProvider().visit(there, "alice@example.com")

        assert client.get(back.removeprefix(ORIGIN))["Location"] == reverse("customers:search")

    def test_of_a_provider_that_nobody_set_up_is_not_found(self, client: Client, db: None) -> None:
        for name in ("openid_connect_login", "openid_connect_callback"):
            assert client.get(reverse(name, args=["sso-000000000000"])).status_code == 404


class TestThePages:
    def test_offer_it_only_where_there_is_one(
        self, client: Client, db: None, provider: Provider, settings: Settings
    ) -> None:
        assert "Sign in with Alder&#x27;s accounts" in client.get("/sign-in/").content.decode()

        settings.SINGLE_SIGN_ON = None
        assert "sign-in/with" not in client.get("/sign-in/").content.decode()


class TestSettings:
    def parse(self, **given: str) -> Provider | None:
        usual = {
            "issuer": "https://login.example/",
            "client_id": "rollcall",
            "secret": "s3cret-of-ours",
            "name": "",
        }
        return parse_provider(**{**usual, **given}, proves_second_step=False)

    def test_name_a_provider(self) -> None:
        found = self.parse()

        assert found is not None
        assert (found.issuer, found.name) == ("https://login.example", "login.example")
        assert "s3cret" not in repr(found)
        assert found.id != dataclasses.replace(found, issuer="https://other.example").id

    def test_may_be_absent(self) -> None:
        assert self.parse(issuer="", client_id="", secret="") is None

    @pytest.mark.parametrize(
        "given",
        [
            {"issuer": ""},
            {"client_id": ""},
            {"secret": ""},
            {"issuer": "login.example"},
            {"issuer": "http://login.example"},
            {"issuer": "https://"},
            {"issuer": "https://[login"},
            {"issuer": "https://login.example:x"},
            {"issuer": "https://a:b@login.example"},
            {"issuer": "https://login.example/?q=1"},
            {"issuer": "file:///etc/passwd"},
        ],
    )
    def test_are_refused_by_halves_or_where_others_could_listen(
        self, given: dict[str, str]
    ) -> None:
        with pytest.raises(ProviderError) as refused:
            self.parse(**given)
        assert "s3cret" not in str(refused.value)
        assert str(refused.value).startswith("ROLLCALL_OIDC_")
