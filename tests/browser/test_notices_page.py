"""The page of notices, and the number at its link."""

from __future__ import annotations

import pytest
from django.db import connection
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.notifications.operations import load_conditions, recover, report
from rollcall.notifications.rules.kinds import Finding
from rollcall.stores.models import Store, User

pytestmark = pytest.mark.urls("rollcall.notifications.tests.urls")


@pytest.fixture(autouse=True)
def _a_worker(transactional_db: None) -> None:
    load_conditions()
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")


def brake(store: Store, *, subject: str = "connection:1") -> Finding:
    return Finding(
        kind="sync.brake_pulled",
        subject=subject,
        store_ids=frozenset({store.pk}),
        data={"connection": "alder-way", "missing": 412},
        page="/connections/alder-way/",
    )


@pytest.fixture
def notices(scope_a: Scope, store_a: Store, alice: User) -> None:
    report(scope_a, brake(store_a), now=utc_now())
    report(
        scope_a,
        Finding(
            kind="sync.quarantine",
            subject="connection:1",
            store_ids=frozenset({store_a.pk}),
            data={"connection": "alder-way", "rows": 120, "growth": 9},
            page="/quarantine/",
        ),
        now=utc_now(),
    )
    over = brake(store_a, subject="connection:2")
    report(scope_a, over, now=utc_now())
    recover(scope_a, over.key, now=utc_now())


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestNoticesPage:
    def test_has_no_barriers(
        self, open_page: OpenPage, alice: User, notices: None, scheme: str
    ) -> None:
        page = open_page(user=alice, scheme=scheme)
        page.goto("/notices/")

        expect(page.locator("article")).to_have_count(3)
        assert find_barriers(page) == []

    @pytest.mark.parametrize("width", [320, 390, 1024])
    def test_fits_the_screen(
        self, open_page: OpenPage, alice: User, notices: None, scheme: str, width: int
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=width, height=640)
        page.goto("/notices/")

        assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_is_used_by_keyboard_alone(
        self, open_page: OpenPage, alice: User, notices: None, scheme: str
    ) -> None:
        page = open_page(user=alice, scheme=scheme)
        page.goto("/customers/")
        page.get_by_role("link", name="Notices 2 open").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/notices/")

        page.get_by_role("button", name="Mark as seen The brake of alder-way is pulled").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("button", name="Mark as seen")).to_have_count(1)
        expect(page.locator("article").first).to_contain_text("Alice")


class TestBell:
    def test_is_asked_for_again_without_a_word_on_the_console(
        self, open_page: OpenPage, alice: User, scope_a: Scope, store_a: Store
    ) -> None:
        page = open_page(user=alice)
        page.clock.install()
        page.goto("/customers/")
        expect(page.get_by_role("link", name="Notices", exact=True)).to_be_visible()
        report(scope_a, brake(store_a), now=utc_now())

        page.clock.fast_forward(61_000)

        expect(page.get_by_role("link", name="Notices 1 open")).to_be_visible()

    def test_works_without_javascript(
        self, open_page: OpenPage, alice: User, notices: None
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/customers/")
        page.get_by_role("link", name="Notices 2 open").click()
        page.get_by_role("button", name="Mark all as seen").click()

        expect(page.get_by_role("button", name="Mark as seen")).to_have_count(0)
