from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import Kiosk, KioskKey, Store, User
from rollcall.stores.operations import mint_key, rotate_key, save_kiosk, set_profile
from rollcall.stores.queries import KeyNotFoundError, find_kiosk_by_key, list_key_views
from rollcall.stores.rules.key_profiles import ProfileInvalidError, check_origins, profile_at
from rollcall.testing.fixtures import NOON

DAY = dt.timedelta(days=1)


@pytest.fixture
def kiosk(scope_a: Scope, store_a: Store) -> Kiosk:
    return save_kiosk(scope_a, catalog_id="42", name="Front door", store=store_a).row


@pytest.fixture
def key(scope_a: Scope, kiosk: Kiosk) -> KioskKey:
    return mint_key(scope_a, kiosk, now=NOON).row


def make_legacy(scope: Scope, key: KioskKey, *, days: int | None = 90) -> KioskKey:
    return set_profile(
        scope,
        key.public_part,
        profile=KeyProfile.LEGACY,
        reason=" The old \n kiosk ",
        days=days,
        now=NOON,
    )


class TestANewKey:
    def test_is_strict_and_for_no_web_page(self, scope_a: Scope, kiosk: Kiosk) -> None:
        text = mint_key(scope_a, kiosk, now=NOON).text

        found = find_kiosk_by_key(text, now=NOON)

        assert found is not None
        assert (found.profile, found.origins) == (KeyProfile.STRICT, frozenset())

    def test_may_be_attended_and_then_for_any_page(self, scope_a: Scope, kiosk: Kiosk) -> None:
        row = mint_key(scope_a, kiosk, now=NOON, profile=KeyProfile.ATTENDED).row

        assert (row.profile, row.origins) == (KeyProfile.ATTENDED, None)

    def test_is_never_legacy_from_the_start(self, scope_a: Scope, kiosk: Kiosk) -> None:
        with pytest.raises(ProfileInvalidError):
            mint_key(scope_a, kiosk, now=NOON, profile=KeyProfile.LEGACY)

        assert KioskKey.objects.scoped(scope_a).count() == 0

    def test_is_trusted_as_the_one_that_it_follows(
        self, scope_a: Scope, kiosk: Kiosk, key: KioskKey
    ) -> None:
        make_legacy(scope_a, key)

        row = rotate_key(scope_a, kiosk, now=NOON, grace=DAY).row

        held = KioskKey.objects.scoped(scope_a).get(pk=row.pk)
        assert (held.profile, held.profile_until) == ("legacy", NOON + 90 * DAY)
        assert (held.profile_reason, held.origins) == ("The old kiosk", None)


class TestSetProfile:
    def test_says_who_trusts_a_key_how_far_and_until_when(
        self, scope_a: Scope, key: KioskKey
    ) -> None:
        row = make_legacy(scope_a, key)

        assert (row.profile, row.profile_until) == ("legacy", NOON + 90 * DAY)
        assert (row.profile_reason, row.profile_set_by) == ("The old kiosk", "cli:test")
        entry = Entry.objects.scoped(scope_a).get(action="kiosk_key.profile_set")
        assert entry.subject_ids == [key.pk]
        assert entry.context == {
            "kiosk": key.kiosk_id,
            "profile": "legacy",
            "until": "2027-02-18T12:00:00+00:00",
            "origins": -1,
        }

    def test_takes_it_back(self, scope_a: Scope, key: KioskKey) -> None:
        make_legacy(scope_a, key)

        row = set_profile(
            scope_a,
            key.public_part,
            profile=KeyProfile.STRICT,
            reason="The kiosk was changed",
            origins=["https://kiosk.example.com"],
            now=NOON,
        )

        assert (row.profile, row.profile_until) == ("strict", None)
        assert row.origins == ["https://kiosk.example.com"]

    @pytest.mark.parametrize("days", [None, 0, 181])
    def test_refuses_a_legacy_key_without_a_near_end(
        self, scope_a: Scope, key: KioskKey, days: int | None
    ) -> None:
        with pytest.raises(ProfileInvalidError):
            make_legacy(scope_a, key, days=days)

        key.refresh_from_db(from_queryset=KioskKey.objects.scoped(scope_a))
        assert key.profile == "strict"

    def test_wants_a_reason_an_admin_and_a_key_of_the_retailer(
        self, scope_a: Scope, scope_b: Scope, key: KioskKey
    ) -> None:
        def say(scope: Scope, reason: str) -> None:
            set_profile(
                scope, key.public_part, profile=KeyProfile.ATTENDED, reason=reason, now=NOON
            )

        for reason in ("", " \n\0 ", "x" * 501):
            with pytest.raises(ProfileInvalidError):
                say(scope_a, reason)
        with pytest.raises(ForbiddenError):
            say(replace(scope_a, role=Role.MANAGER), "why not")
        with pytest.raises(KeyNotFoundError):
            say(scope_b, "why not")
        assert Entry.objects.scoped(scope_a).filter(action="kiosk_key.profile_set").count() == 0

    def test_is_kept_by_the_database_too(self, scope_a: Scope, key: KioskKey) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            KioskKey.objects.scoped(scope_a).filter(pk=key.pk).update(profile="legacy")


class TestProfileAt:
    def test_makes_a_legacy_key_strict_when_its_time_is_over(self) -> None:
        assert profile_at("legacy", NOON, now=NOON - DAY) is KeyProfile.LEGACY
        assert profile_at("legacy", NOON, now=NOON) is KeyProfile.STRICT
        assert profile_at("attended", None, now=NOON) is KeyProfile.ATTENDED


class TestOrigins:
    def test_are_kept_as_browsers_send_them(self) -> None:
        given = ["https://b.example.com", "http://127.0.0.1:8080", "https://b.example.com"]

        assert check_origins(given) == ["http://127.0.0.1:8080", "https://b.example.com"]

    def test_that_are_none_are_refused(self) -> None:
        for wrong in (
            *("*", "null", "kiosk.example.com", "https://Kiosk.example.com"),
            *("https://a.example.com/", "https://a b", "https://", "ftp://a.example.com"),
            *("https://a.example.com\n", "https://u@a.example.com", "https://-a.example.com"),
        ):
            with pytest.raises(ProfileInvalidError):
                check_origins([wrong])
        with pytest.raises(ProfileInvalidError):
            check_origins([f"https://{number}.example.com" for number in range(21)])


class TestTheList:
    def test_begins_with_legacy_keys_and_says_which_end_soon(
        self, scope_a: Scope, scope_b: Scope, store_a: Store, key: KioskKey
    ) -> None:
        other = save_kiosk(scope_a, catalog_id="41", name="Back door", store=store_a).row
        mint_key(scope_a, other, now=NOON, profile=KeyProfile.ATTENDED)
        make_legacy(scope_a, key)

        soon, late = NOON + 76 * DAY, NOON + 90 * DAY

        found = [
            [(one.catalog_id, one.profile.value, one.ends_soon, one.is_over) for one in views]
            for views in (list_key_views(scope_a, now=now) for now in (NOON, soon, late))
        ]
        assert found == [
            [("42", "legacy", False, False), ("41", "attended", False, False)],
            [("42", "legacy", True, False), ("41", "attended", False, False)],
            [("42", "strict", False, True), ("41", "attended", False, False)],
        ]
        assert list_key_views(scope_b, now=NOON) == []


class TestThePages:
    def test_let_an_admin_trust_a_key_for_a_while(
        self, client: Client, alice: User, scope_a: Scope, key: KioskKey
    ) -> None:
        client.force_login(alice)
        page = f"/kiosk-keys/{key.public_part}/"
        asked = {"profile": "legacy", "reason": "Old kiosk", "days": "30", "origins": "*"}

        refused = client.post(page, {**asked, "days": "181", "origins": "nowhere", "reason": " "})

        assert refused.status_code == 200
        for words in ("1 to 180 days", "Read the warning", "Say why", "An origin looks like"):
            assert words in refused.content.decode()
        key.refresh_from_db(from_queryset=KioskKey.objects.scoped(scope_a))
        assert key.profile == "strict"
        answer = client.post(page, {**asked, "understood": "yes"}, follow=True)
        assert answer.redirect_chain == [("/kiosk-keys/", 302)]
        assert "Old kiosk" in answer.content.decode()
        key.refresh_from_db(from_queryset=KioskKey.objects.scoped(scope_a))
        assert (key.profile, key.origins, key.profile_set_by) == (
            "legacy",
            None,
            f"user:{alice.pk}",
        )

    def test_are_for_admins_of_the_retailer(
        self, client: Client, bob: User, charlie: User, key: KioskKey
    ) -> None:
        page = f"/kiosk-keys/{key.public_part}/"
        client.force_login(bob)
        assert [client.get(one).status_code for one in ("/kiosk-keys/", page)] == [403, 403]
        client.force_login(charlie)
        assert client.get(page).status_code == client.get("/kiosk-keys/nobody/").status_code == 404
        assert key.public_part not in client.get("/kiosk-keys/").content.decode()

    def test_take_no_nonsense(self, client: Client, alice: User, key: KioskKey) -> None:
        client.force_login(alice)
        page = f"/kiosk-keys/{key.public_part}/"
        for sent in (
            {},
            {"profile": "\0", "reason": "\0", "days": "-1", "origins": "\0"},
            {"profile": "legacy", "reason": "x" * 10_000, "days": "9" * 400},
            {"profile": "legacy", "reason": "x", "days": "\u0663", "origins": "é" * 10_000},
        ):
            assert client.post(page, sent).status_code == 200
