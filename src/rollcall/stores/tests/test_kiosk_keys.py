from __future__ import annotations

import datetime as dt

import pytest

from rollcall.audit.models import Entry
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.stores.models import Kiosk, KioskKey, Store
from rollcall.stores.operations import (
    KioskKeyTakenError,
    TooManyKeysError,
    mint_key,
    register_key,
    revoke_key,
    rotate_key,
    save_kiosk,
)
from rollcall.stores.operations.saving import Action
from rollcall.stores.queries import KeyNotFoundError, find_kiosk_by_key
from rollcall.stores.rules.api_keys import ApiKey, ApiKeyFormatError, mint_api_key, parse_api_key

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kiosk(scope_a: Scope, store_a: Store) -> Kiosk:
    return save_kiosk(scope_a, catalog_id="42", name="Front door", store=store_a).row


class TestMintKey:
    def test_opens_the_kiosks_own_store_only(
        self, scope_a: Scope, kiosk: Kiosk, store_a: Store
    ) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)

        found = find_kiosk_by_key(minted.text, now=NOON)

        assert found is not None
        assert found.scope == Scope(
            retailer_id=scope_a.retailer_id,
            actor=Actor(kind="kiosk", id=str(kiosk.pk)),
            role=Role.KIOSK,
            store_ids=frozenset({store_a.pk}),
        )

    def test_keeps_no_secret(self, scope_a: Scope, kiosk: Kiosk) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)

        row = KioskKey.objects.scoped(scope_a).get()
        assert bytes(row.secret_hash) == parse_api_key(minted.text).secret_hash
        assert parse_api_key(minted.text).secret.encode() not in bytes(row.secret_hash)

    def test_refuses_a_third_active_key(self, scope_a: Scope, kiosk: Kiosk) -> None:
        mint_key(scope_a, kiosk, now=NOON)
        mint_key(scope_a, kiosk, now=NOON)

        with pytest.raises(TooManyKeysError, match="two active keys"):
            mint_key(scope_a, kiosk, now=NOON)

        assert KioskKey.objects.scoped(scope_a).count() == 2

    def test_counts_neither_revoked_nor_expired_keys(self, scope_a: Scope, kiosk: Kiosk) -> None:
        revoked = mint_key(scope_a, kiosk, now=NOON)
        revoke_key(scope_a, revoked.row.public_part, now=NOON)
        mint_key(scope_a, kiosk, now=NOON, expires_at=NOON + HOUR)
        mint_key(scope_a, kiosk, now=NOON)

        mint_key(scope_a, kiosk, now=NOON + HOUR)

        assert KioskKey.objects.scoped(scope_a).count() == 4

    def test_is_for_administrators(self, scope_a: Scope, kiosk: Kiosk) -> None:
        staff = Scope(
            retailer_id=scope_a.retailer_id, actor=Actor(kind="user", id="1"), role=Role.MANAGER
        )

        with pytest.raises(ForbiddenError):
            mint_key(staff, kiosk, now=NOON)

        assert KioskKey.objects.scoped(scope_a).count() == 0


class TestFindKioskByKey:
    def test_does_not_know_a_key_that_nobody_registered(self, kiosk: Kiosk) -> None:
        assert find_kiosk_by_key(mint_api_key().text, now=NOON) is None

    def test_does_not_know_another_secret_of_a_known_public_part(
        self, scope_a: Scope, kiosk: Kiosk
    ) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)
        forged = ApiKey(public_part=minted.row.public_part, secret=mint_api_key().secret)

        assert find_kiosk_by_key(forged.text, now=NOON) is None

    @pytest.mark.parametrize("text", ["", "rck_", "42", "\0", "x" * 10_000])
    def test_does_not_know_garbage(self, kiosk: Kiosk, text: str) -> None:
        assert find_kiosk_by_key(text, now=NOON) is None

    def test_stops_at_the_moment_of_expiry(self, scope_a: Scope, kiosk: Kiosk) -> None:
        text = mint_key(scope_a, kiosk, now=NOON, expires_at=NOON + HOUR).text

        before = find_kiosk_by_key(text, now=NOON + HOUR - dt.timedelta(seconds=1))

        assert before is not None
        assert find_kiosk_by_key(text, now=NOON + HOUR) is None

    def test_stops_when_the_kiosk_is_switched_off(
        self, scope_a: Scope, kiosk: Kiosk, store_a: Store
    ) -> None:
        text = mint_key(scope_a, kiosk, now=NOON).text

        save_kiosk(scope_a, catalog_id="42", name="Front door", store=store_a, active=False)

        assert find_kiosk_by_key(text, now=NOON) is None

    def test_stops_when_the_store_is_switched_off(
        self, scope_a: Scope, kiosk: Kiosk, store_a: Store
    ) -> None:
        text = mint_key(scope_a, kiosk, now=NOON).text

        Store.objects.scoped(scope_a).update(active=False)

        assert find_kiosk_by_key(text, now=NOON) is None


class TestRegisterKey:
    def test_takes_a_key_made_elsewhere_once(self, scope_a: Scope, kiosk: Kiosk) -> None:
        text = mint_api_key().text

        first = register_key(scope_a, kiosk, text, now=NOON)
        second = register_key(scope_a, kiosk, text, now=NOON)

        assert (first.action, second.action) == (Action.CREATED, Action.UNCHANGED)
        assert find_kiosk_by_key(text, now=NOON) is not None

    def test_refuses_a_short_secret_of_somebodys_own(self, scope_a: Scope, kiosk: Kiosk) -> None:
        with pytest.raises(ApiKeyFormatError):
            register_key(scope_a, kiosk, "letmein", now=NOON)

    def test_refuses_another_kiosks_key(self, scope_a: Scope, kiosk: Kiosk, store_a: Store) -> None:
        other = save_kiosk(scope_a, catalog_id="43", name="Back door", store=store_a).row
        text = mint_key(scope_a, other, now=NOON).text

        with pytest.raises(KioskKeyTakenError, match="another kiosk"):
            register_key(scope_a, kiosk, text, now=NOON)

    def test_refuses_a_revoked_key(self, scope_a: Scope, kiosk: Kiosk) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)
        revoke_key(scope_a, minted.row.public_part, now=NOON)

        with pytest.raises(KioskKeyTakenError, match="revoked"):
            register_key(scope_a, kiosk, minted.text, now=NOON)


class TestRotateKey:
    def test_lets_both_keys_in_until_the_grace_ends(self, scope_a: Scope, kiosk: Kiosk) -> None:
        old = mint_key(scope_a, kiosk, now=NOON).text

        new = rotate_key(scope_a, kiosk, now=NOON, grace=HOUR).text

        assert find_kiosk_by_key(old, now=NOON) is not None
        assert find_kiosk_by_key(old, now=NOON + HOUR) is None
        assert find_kiosk_by_key(new, now=NOON + HOUR) is not None

    def test_does_not_lengthen_a_life_that_ends_sooner(self, scope_a: Scope, kiosk: Kiosk) -> None:
        old = mint_key(scope_a, kiosk, now=NOON, expires_at=NOON + HOUR)

        rotate_key(scope_a, kiosk, now=NOON, grace=24 * HOUR)

        assert KioskKey.objects.scoped(scope_a).get(pk=old.row.pk).expires_at == NOON + HOUR

    def test_refuses_while_a_rotation_is_under_way(self, scope_a: Scope, kiosk: Kiosk) -> None:
        mint_key(scope_a, kiosk, now=NOON)
        rotate_key(scope_a, kiosk, now=NOON, grace=HOUR)

        with pytest.raises(TooManyKeysError):
            rotate_key(scope_a, kiosk, now=NOON, grace=HOUR)


class TestRevokeKey:
    def test_closes_the_door_at_once(self, scope_a: Scope, kiosk: Kiosk) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)

        revoke_key(scope_a, minted.row.public_part, now=NOON)

        assert find_kiosk_by_key(minted.text, now=NOON) is None

    def test_says_so_in_the_audit_once(self, scope_a: Scope, kiosk: Kiosk) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)

        revoke_key(scope_a, minted.row.public_part, now=NOON)
        revoke_key(scope_a, minted.row.public_part, now=NOON + HOUR)

        entry = Entry.objects.scoped(scope_a).get(action="kiosk_key.revoked")
        assert entry.subject_ids == [minted.row.pk]
        assert KioskKey.objects.scoped(scope_a).get().revoked_at == NOON

    def test_does_not_reach_another_retailers_key(
        self, scope_a: Scope, scope_b: Scope, kiosk: Kiosk
    ) -> None:
        minted = mint_key(scope_a, kiosk, now=NOON)

        with pytest.raises(KeyNotFoundError):
            revoke_key(scope_b, minted.row.public_part, now=NOON)

        assert find_kiosk_by_key(minted.text, now=NOON) is not None
