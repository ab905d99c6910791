"""``rollcall keys``, called as ``main`` does."""

from __future__ import annotations

import pytest

from rollcall.config.tests.test_cli_commands import Call, rollcall
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store

__all__ = ["rollcall"]


@pytest.mark.django_db
class TestIntegrationKeys:
    def test_are_shown_once_listed_and_revoked(
        self, rollcall: Call, scope_a: Scope, store_a: Store
    ) -> None:
        options = ("--role=manager", "--scope=customers:read", f"--store={store_a.slug}")
        minted = rollcall("keys", "integration", "mint", "alder", "Loyalty", *options)
        public_part = minted.out.split("_")[1]

        listed = rollcall("keys", "integration", "list", "alder").out
        revoked = rollcall("keys", "integration", "revoke", public_part)

        assert minted.out.startswith("rci_")
        assert listed == (
            f"{public_part}  active  Loyalty  (manager, customers:read, alder-way; never used)\n"
        )
        assert revoked.code == 0
        assert "revoked" in rollcall("keys", "integration", "list", "alder").out

    def test_of_an_unknown_store_are_not_made(self, rollcall: Call, scope_a: Scope) -> None:
        options = ("--role=staff", "--scope=customers:read", "--store=nowhere")

        done = rollcall("keys", "integration", "mint", "alder", "Loyalty", *options)

        assert done.code == 1
        assert done.is_one_clear_line("nowhere")
