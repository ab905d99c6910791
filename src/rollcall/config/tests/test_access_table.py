"""The table of who may do what: up to date, without gaps, and true."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import Client

from rollcall.config.access_table import (
    PageRow,
    is_known_open,
    list_operations,
    list_pages,
    write_table,
)
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User

PAGE = Path(__file__).resolve().parents[4] / "docs" / "access.md"
_UNKNOWN = {"slug": "nowhere", "public_id": "01a201a8-0000-7000-8000-000000000000"}


def address(row: PageRow) -> str:
    """The page of something that does not exist."""
    return re.sub(r"{(\w+)}", lambda found: _UNKNOWN.get(found[1], "999999"), row.path)


class TestTheTable:
    def test_is_up_to_date(self) -> None:
        assert PAGE.read_text() == write_table(), "run: rollcall access table > docs/access.md"

    def test_knows_who_reaches_every_page(self) -> None:
        assert [
            row.path for row in list_pages() if row.role is None and not is_known_open(row.name)
        ] == []

    def test_knows_what_every_operation_demands(self) -> None:
        assert list_operations() != []
        assert [row.path for row in list_operations() if row.right is None] == []


class TestEveryPage:
    def test_lets_its_role_in_and_nobody_below(self, scope_a: Scope) -> None:
        clients = {role: sign_in(scope_a, role) for role in (Role.STAFF, Role.MANAGER, Role.ADMIN)}
        wrong = []
        for row in list_pages():
            if row.role is None:
                continue
            below = [role for role in clients if not role.includes(row.role)]
            tries = [(clients[row.role], "GET", False)] if "GET" in row.methods else []
            tries += [(clients[below[-1]], method, True) for method in row.methods if below]
            for client, method, refused in tries:
                status = client.generic(method, address(row)).status_code
                if (status == 403) is not refused or status >= 500:
                    wrong.append((method, row.path, status))

        assert wrong == []


def sign_in(scope: Scope, role: Role) -> Client:
    """Somebody in this role, at work."""
    user = User.objects.create_user(f"{role.value}@example.com")
    Membership.objects.scoped(scope).create(user=user, role=role.value)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client
