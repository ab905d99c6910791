from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.audit.models import Entry
from rollcall.kit.scope import Actor, ForbiddenError, Grant, Role, Scope
from rollcall.stores.models import IntegrationKey, Store
from rollcall.stores.operations import (
    IntegrationInvalidError,
    MintedIntegrationKey,
    mint_integration_key,
    mint_key,
    revoke_integration_key,
    save_kiosk,
)
from rollcall.stores.queries import (
    KeyNotFoundError,
    find_integration_by_key,
    find_kiosk_by_key,
)
from rollcall.stores.rules.api_keys import INTEGRATION_PREFIX, mint_api_key, parse_api_key

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def mint(scope: Scope, **options: Any) -> MintedIntegrationKey:
    given = {"name": "Loyalty", "role": Role.STAFF, "grants": [Grant.READ_CUSTOMERS]}
    return mint_integration_key(scope, **{**given, **options})


class TestMintIntegrationKey:
    def test_opens_as_far_as_role_grants_and_stores_go(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        minted = mint(scope_a, role=Role.MANAGER, stores=[store_a])

        found = find_integration_by_key(minted.text, now=NOON)

        assert found is not None
        assert found.grants == {Grant.READ_CUSTOMERS}
        assert found.scope == Scope(
            retailer_id=scope_a.retailer_id,
            actor=Actor(kind="integration", id=str(minted.row.pk)),
            role=Role.MANAGER,
            store_ids=frozenset({store_a.pk}),
        )

    def test_sees_all_stores_if_none_is_named(self, scope_a: Scope) -> None:
        found = find_integration_by_key(mint(scope_a).text, now=NOON)

        assert found is not None
        assert found.scope.store_ids is None

    def test_keeps_no_secret(self, scope_a: Scope) -> None:
        minted = mint(scope_a)

        row = IntegrationKey.objects.scoped(scope_a).get()
        secret = parse_api_key(minted.text, INTEGRATION_PREFIX).secret
        assert minted.text.startswith("rci_")
        assert secret.encode() not in bytes(row.secret_hash)
        assert secret not in repr(minted)

    def test_is_told_to_the_audit(self, scope_a: Scope) -> None:
        minted = mint(scope_a)

        entry = Entry.objects.scoped(scope_a).get(action="integration_key.created")
        assert entry.subject_ids == [minted.row.pk]

    @pytest.mark.parametrize(
        "options",
        [
            {"name": " "},
            {"name": "a\0b"},
            {"name": "x" * 101},
            {"grants": []},
            {"stores": []},
            {"role": Role.SYSTEM},
            {"role": Role.KIOSK},
        ],
    )
    def test_refuses_what_opens_nothing_or_everything(
        self, scope_a: Scope, options: dict[str, Any]
    ) -> None:
        with pytest.raises(IntegrationInvalidError):
            mint(scope_a, **options)

    def test_is_for_administrators(self, scope_a: Scope) -> None:
        manager = Scope(retailer_id=scope_a.retailer_id, actor=scope_a.actor, role=Role.MANAGER)
        with pytest.raises(ForbiddenError):
            mint(manager)


class TestFindIntegrationByKey:
    def test_finds_nothing_once_revoked(self, scope_a: Scope) -> None:
        minted = mint(scope_a)
        public_part = minted.row.public_part
        revoke_integration_key(scope_a, public_part, now=NOON)
        revoke_integration_key(scope_a, public_part, now=NOON + HOUR)

        assert find_integration_by_key(minted.text, now=NOON) is None
        assert IntegrationKey.objects.scoped(scope_a).get().revoked_at == NOON

    def test_finds_nothing_once_expired(self, scope_a: Scope) -> None:
        minted = mint(scope_a, expires_at=NOON)

        assert find_integration_by_key(minted.text, now=NOON - HOUR) is not None
        assert find_integration_by_key(minted.text, now=NOON) is None

    def test_notes_the_use_once_a_minute(self, scope_a: Scope) -> None:
        text = mint(scope_a).text
        for seconds in (0, 30, 90):
            find_integration_by_key(text, now=NOON + dt.timedelta(seconds=seconds))

        row = IntegrationKey.objects.scoped(scope_a).get()
        assert row.last_used_at == NOON + dt.timedelta(seconds=90)

    def test_takes_no_kiosks_key_nor_a_kiosk_an_integrations(
        self, scope_a: Scope, store_a: Store
    ) -> None:
        kiosk = save_kiosk(scope_a, catalog_id="42", name="Front door", store=store_a).row

        assert find_integration_by_key(mint_key(scope_a, kiosk, now=NOON).text, now=NOON) is None
        assert find_kiosk_by_key(mint(scope_a).text, now=NOON) is None

    @pytest.mark.parametrize("text", ["", "rci_", "rci_\0", "rck_x_y", "é" * 60])
    def test_takes_no_nonsense(self, db: None, text: str) -> None:
        assert find_integration_by_key(text, now=NOON) is None

    def test_takes_no_key_that_nobody_made(self, db: None) -> None:
        assert find_integration_by_key(mint_api_key(INTEGRATION_PREFIX).text, now=NOON) is None


class TestRevoke:
    def test_knows_the_retailers_own_keys_only(self, scope_a: Scope, scope_b: Scope) -> None:
        minted = mint(scope_a)

        with pytest.raises(KeyNotFoundError):
            revoke_integration_key(scope_b, minted.row.public_part, now=NOON)
