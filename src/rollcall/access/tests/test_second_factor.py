"""The second step at sign-in: who must have one, how it is set up, how it is kept."""

from __future__ import annotations

import dataclasses
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django import Settings

from rollcall.access.operations.secrets import open_secret, reseal_secrets, seal_secret
from rollcall.access.queries.second_factor import lacks_second_factor
from rollcall.access.tests.signing import code_now, set_up_app, sign_in
from rollcall.access.web import ALLAUTH_PAGES, urlpatterns
from rollcall.audit.models import Entry
from rollcall.kit.crypto import KEY_BYTES, MasterKeys, UnsealError
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User

ROUTES = {str(one.name): str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)}
OTHER_KEY = bytes([7]) * KEY_BYTES


@pytest.fixture(autouse=True)
def _for_real(db: None, settings: Settings) -> None:
    settings.DEMO_LOG_INS = False
    cache.clear()


class TestAManagerWithoutASecondStep:
    def test_can_do_nothing_but_set_one_up(self, client: Client, alice: User) -> None:
        assert sign_in(client, alice.email) == "/customers/"

        for path in ("/customers/", "/connections/", "/notices/", "/quarantine/", "/outbox/"):
            assert client.get(path)["Location"] == "/security/", path
        page = client.get("/security/").content.decode()
        assert "Your role needs a second step" in page
        assert "main-nav" not in page

    def test_is_led_away_by_a_poll_too(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.get("/notices/count/", headers={"HX-Request": "true"})

        assert (answer.status_code, answer["HX-Redirect"]) == (200, "/security/")

    def test_gets_in_as_soon_as_it_is_set_up(self, client: Client, alice: User) -> None:
        sign_in(client, alice.email)
        set_up_app(client)

        assert client.get("/customers/").status_code == 200

    def test_cannot_take_the_only_one_away_again(self, client: Client, alice: User) -> None:
        sign_in(client, alice.email)
        set_up_app(client)

        answer = client.post(reverse("mfa_deactivate_totp"))

        assert b"Add a passkey first" in answer.content
        assert Authenticator.objects.filter(type="totp").count() == 1


class TestWhoMustHaveOne:
    def test_is_every_manager_and_admin_and_no_staff(self, alice: User) -> None:
        said = {role: lacks_second_factor(alice, role) for role in (Role.STAFF, Role.MANAGER)}

        assert said == {Role.STAFF: False, Role.MANAGER: True}

    def test_is_nobody_invented_in_a_demo(self, alice: User, settings: Settings) -> None:
        settings.DEMO_LOG_INS = True
        real = User(email="dana@rollcall-shop.com")

        assert not lacks_second_factor(alice, Role.ADMIN)
        assert lacks_second_factor(real, Role.ADMIN)

    def test_may_work_at_once_as_staff(self, client: Client, bob: User) -> None:
        sign_in(client, bob.email)

        assert client.get("/customers/").status_code == 200


class TestSignIn:
    @pytest.fixture
    def secret(self, alice: User) -> str:
        own = Client()
        sign_in(own, alice.email)
        return set_up_app(own)

    def test_asks_for_the_code_and_takes_it_once(
        self, client: Client, alice: User, secret: str
    ) -> None:
        cache.clear()  # the code that set the app up counts as used
        assert sign_in(client, alice.email) == "/sign-in/second-step/"
        assert client.get("/customers/")["Location"].startswith("/sign-in/")
        code = code_now(secret)

        first = client.post("/sign-in/second-step/", {"code": code})
        again = Client()
        sign_in(again, alice.email)
        second = again.post("/sign-in/second-step/", {"code": code})

        assert first["Location"] == "/customers/"
        assert client.get("/customers/").status_code == 200
        assert second.status_code == 200
        assert b"Incorrect code" in second.content

    def test_locks_after_five_wrong_codes(self, client: Client, alice: User, secret: str) -> None:
        sign_in(client, alice.email)
        for guess in ("000000", "1", "abc", "'; --", "9" * 500):
            assert client.post("/sign-in/second-step/", {"code": guess}).status_code == 200

        client.post("/sign-in/second-step/", {"code": code_now(secret)})

        assert "_auth_user_id" not in client.session

    def test_takes_each_recovery_code_once(self, client: Client, alice: User, secret: str) -> None:
        codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
        taken = []
        for _ in range(2):
            visitor = Client()
            sign_in(visitor, alice.email)
            visitor.post("/sign-in/second-step/", {"code": codes[0]})
            taken.append("_auth_user_id" in visitor.session)

        assert len(codes) == 10
        assert taken == [True, False]

    def test_refuses_what_is_no_passkey(self, client: Client, alice: User, secret: str) -> None:
        hostile = ["", "{}", "[]", "null", '{"id": 1}', '{"a":', "x" * 999, '"\\u0000"']
        hostile += ['{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"AA"}}']
        sign_in(client, alice.email)
        for credential in hostile:
            # No more than five tries of the five minutes are spent on one of them.
            cache.clear()
            alone = Client().post("/sign-in/passkey/", {"credential": credential})
            second = client.post("/sign-in/second-step/", {"credential": credential})

            assert (alone.status_code, second.status_code) == (302, 200), credential
        assert "_auth_user_id" not in client.session


class TestSecrets:
    def test_are_sealed_in_the_database(self, client: Client, alice: User) -> None:
        sign_in(client, alice.email)
        secret = set_up_app(client)

        rows = {row.type: row.data for row in Authenticator.objects.all()}
        assert secret not in str(rows)
        assert open_secret(rows["totp"]["secret"]) == secret
        assert len(open_secret(rows["recovery_codes"]["seed"])) == 80

    def test_follow_a_change_of_the_master_key(
        self, client: Client, alice: User, settings: Settings
    ) -> None:
        sign_in(client, alice.email)
        secret = set_up_app(client)
        old: MasterKeys = settings.MASTER_KEYS
        settings.MASTER_KEYS = MasterKeys(current=OTHER_KEY, previous=(old.current,))

        assert (reseal_secrets(), reseal_secrets()) == (2, 0)
        settings.MASTER_KEYS = MasterKeys(current=OTHER_KEY)
        assert open_secret(Authenticator.objects.get(type="totp").data["secret"]) == secret

    def test_do_not_open_with_another_key_or_when_damaged(self, settings: Settings) -> None:
        sealed = seal_secret("JBSWY3DP")
        settings.MASTER_KEYS = dataclasses.replace(settings.MASTER_KEYS, current=OTHER_KEY)
        for damaged in (sealed, "", "x.y", sealed[:-6]):
            with pytest.raises(UnsealError):
                open_secret(damaged)

    def test_are_told_to_the_audit_without_their_value(
        self,
        client: Client,
        alice: User,
        scope_a: Scope,
        django_capture_on_commit_callbacks: object,
    ) -> None:
        sign_in(client, alice.email)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            set_up_app(client)

        told = Entry.objects.scoped(scope_a).filter(action="second_factor.added")
        assert {(one.actor, one.context["kind"]) for one in told} == {
            (f"user:{alice.pk}", "totp"),
            (f"user:{alice.pk}", "recovery_codes"),
        }


class TestPagesAboutOneself:
    def test_send_strangers_to_sign_in(self, client: Client) -> None:
        for name in sorted(ALLAUTH_PAGES):
            path = reverse(name, args=[1] if "<int:pk>" in ROUTES[name] else [])
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 302, name
                where = answer["Location"].partition("?")[0]
                assert where in ("/sign-in/", "/confirm/"), name

    def test_keep_to_the_policy_of_all_pages(self, client: Client, alice: User) -> None:
        sign_in(client, alice.email)
        set_up_app(client)
        for name in sorted(ALLAUTH_PAGES):
            answer = client.get(reverse(name, args=[1] if "<int:pk>" in ROUTES[name] else []))
            text = answer.content.decode()

            assert answer["Cache-Control"] == "no-store, private", name
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text), name
            assert not re.search(r'(?:src|href)="(?:https?:)?//', text), name

    def test_show_nothing_of_others(self, client: Client, alice: User, scope_a: Scope) -> None:
        row = Authenticator.objects.create(
            user=User.objects.create_user("eve@example.com"), type="webauthn", data={}
        )
        Membership.objects.scoped(scope_a).create(user=row.user, role="staff")
        client.force_login(alice)

        for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
            assert client.get(reverse(name, args=[row.pk])).status_code == 404
            assert client.post(reverse(name, args=[row.pk])).status_code == 404
        assert Authenticator.objects.count() == 1

    def test_ask_again_when_the_proof_is_old(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        session = client.session
        session["proved_at"] = 1.0
        session.save()

        answer = client.get(reverse("mfa_activate_totp"))
        assert answer["Location"] == "/confirm/?next=%2Fsecurity%2Fapp%2F"
        wrong = client.post(answer["Location"], {"password": "no"})
        right = client.post(answer["Location"], {"password": "correct horse battery"})

        assert wrong.status_code == 200
        assert right["Location"] == "/security/app/"
        assert client.get("/security/app/").status_code == 200
