"""A real Chromium against a live server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from rollcall.stores.models import User

CHROMIUM = os.environ.get("ROLLCALL_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = shutil.which(CHROMIUM) is None
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if missing:
                reason = f"there is no Chromium at {CHROMIUM} (set ROLLCALL_CHROMIUM)"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, and Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """A page at the live server, signed in as somebody; nothing may be said on its console.

    ``open_page(user=alice, width=1024, height=768, scheme="light")``
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def open_one(
        *,
        user: User | None = None,
        width: int = 1024,
        height: int = 768,
        scheme: str = "light",
        javascript: bool = True,
    ) -> Page:
        cache.clear()
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([_session_cookie(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", listen)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_one
    # Closing breaks off what is still being asked for, which is no mistake of the page.
    complaints = _without_what_was_called_off(said)
    for context in contexts:
        context.close()
    assert complaints == []


def _without_what_was_called_off(said: list[str]) -> list[str]:
    """Leave out what htmx says, in two lines, when typing on makes an answer needless."""
    kept = list(said)
    for at, text in reversed(list(enumerate(said))):
        if (
            at
            and text.startswith("htmx:sendAbort")
            and said[at - 1].startswith("htmx:afterRequest")
        ):
            del kept[at - 1 : at + 1]
    return kept


def _session_cookie(user: User, url: str) -> SetCookieParam:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
