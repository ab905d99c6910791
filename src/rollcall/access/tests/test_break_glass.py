"""Break-glass: for a reason, for a while, seen by the retailer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import Settings

from rollcall.access.models import BreakGlass
from rollcall.access.operations.break_glass import (
    BreakGlassInvalidError,
    BreakGlassNotFoundError,
    end_break_glass,
    open_break_glass,
)
from rollcall.access.queries.break_glass import find_open, list_open_at
from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import ForbiddenError, Scope
from rollcall.notifications.models import Notice
from rollcall.notifications.operations import load_conditions, watch_retailer
from rollcall.stores.models import User
from rollcall.stores.queries import find_scope_of_user
from rollcall.testing.fixtures import NOON

HOUR = dt.timedelta(hours=1)
WHY = "Looking into a sync that fails"


@pytest.fixture
def olga(db: None) -> User:
    """Olga runs the installation, and works for no retailer."""
    return User.objects.create_user("olga@example.com", name="Olga")


def open_for(scope: Scope, user: User, *, now: dt.datetime = NOON) -> BreakGlass:
    return open_break_glass(scope, user, reason=WHY, lasts=HOUR, now=now)


class TestOpening:
    def test_lets_in_as_an_admin_until_it_ends_by_itself(
        self, client: Client, scope_a: Scope, olga: User, account_a: object
    ) -> None:
        client.force_login(olga)
        assert client.get("/notices/").status_code == 403
        glass = open_for(scope_a, olga, now=utc_now())

        assert client.get("/notices/").status_code == 200
        assert b"Alder Group" in client.get("/customers/").content
        BreakGlass.objects.scoped(scope_a).filter(pk=glass.pk).update(ends_at=utc_now())
        assert client.get("/notices/").status_code == 403

    def test_is_for_whoever_runs_the_installation(self, alice: User, olga: User) -> None:
        admin = find_scope_of_user(alice)
        assert admin is not None

        with pytest.raises(ForbiddenError):
            open_for(admin, olga)

    def test_needs_a_reason_an_end_and_a_second_step(
        self, scope_a: Scope, olga: User, settings: Settings
    ) -> None:
        for reason, lasts in (
            ("", HOUR),
            ("  because   ", HOUR),
            ("x" * 501, HOUR),
            (WHY, dt.timedelta(0)),
            (WHY, dt.timedelta(hours=8, seconds=1)),
        ):
            with pytest.raises(BreakGlassInvalidError):
                open_break_glass(scope_a, olga, reason=reason, lasts=lasts, now=NOON)
        settings.DEMO_LOG_INS = False
        with pytest.raises(BreakGlassInvalidError, match="second step"):
            open_for(scope_a, olga)

        assert not BreakGlass.objects.scoped(scope_a).exists()


class TestWhileItIsOpen:
    def test_the_retailer_is_told_and_sees_who_and_why(
        self, client: Client, scope_a: Scope, alice: User, olga: User
    ) -> None:
        now = utc_now()
        glass = open_for(scope_a, olga, now=now)
        load_conditions()
        watch_retailer(scope_a, now=now)
        client.force_login(alice)

        page = client.get("/staff/").content.decode()
        notices = Notice.objects.scoped(scope_a).filter(kind="access.break_glass")

        assert [one.recovered_at for one in notices] == [None]
        assert WHY in page
        assert "Olga" in page
        assert client.post(f"/staff/break-glass/{glass.pk}/end/").status_code == 302
        assert find_open(olga, now=now) == []
        watch_retailer(scope_a, now=now)
        assert notices.get().recovered_at == now

    def test_nobody_makes_themselves_stay(
        self, client: Client, scope_a: Scope, olga: User, bob: User
    ) -> None:
        open_for(scope_a, olga, now=utc_now())
        client.force_login(olga)
        wanted = {"email": "olga2@example.com", "role": "admin", "where": "all"}

        answer = client.post("/staff/invite/", wanted)

        assert answer.status_code == 422
        assert b"Change<" not in client.get("/staff/").content

    def test_the_audit_says_that_it_was_this_way(
        self, client: Client, scope_a: Scope, olga: User, account_a: object
    ) -> None:
        glass = open_for(scope_a, olga, now=utc_now())
        client.force_login(olga)
        client.post("/customers/", {"text": "Reyes"})

        said = Entry.objects.scoped(scope_a).values_list("action", "actor")
        assert ("break_glass.opened", "cli:test") in said
        assert {actor for action, actor in said if action.startswith("customer")} == {
            f"break_glass:{glass.pk}"
        }


class TestEnding:
    def test_is_for_the_retailers_own_and_once(
        self, scope_a: Scope, scope_b: Scope, olga: User
    ) -> None:
        glass = open_for(scope_a, olga)
        with pytest.raises(BreakGlassNotFoundError):
            end_break_glass(scope_b, glass.pk, now=NOON)
        end_break_glass(scope_a, glass.pk, now=NOON)

        with pytest.raises(BreakGlassNotFoundError):
            end_break_glass(scope_a, glass.pk, now=NOON)
        assert list_open_at(scope_a, now=NOON) == []
