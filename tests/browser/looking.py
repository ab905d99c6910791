"""What every page is looked at for."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from rollcall.testing.thorough import THOROUGH

_SIZES = ((1024, 768), (390, 844), (320, 640))
_SCHEMES = ("light", "dark")
#: Every size and every scheme at least once; what depends on both is rare.
_FEW = [(1024, 768, "dark"), (390, 844, "light"), (320, 640, "light")]
_ALL = [(*size, scheme) for size, scheme in product(_SIZES, _SCHEMES)]
#: Naming every place where all is well takes longer than looking.
_ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"]}
#: Gives a test ``width``, ``height`` and ``scheme``.
in_every_look = pytest.mark.parametrize(("width", "height", "scheme"), _ALL if THOROUGH else _FEW)


def find_barriers(page: Page) -> list[str]:
    """What axe finds wrong: rules, and the places that break them."""
    violations = Axe().run(page, options=_ONLY_WHAT_IS_WRONG).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in violations]


def is_too_wide(page: Page) -> bool:
    """Whether one would have to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the page where ``ROLLCALL_SCREENSHOTS`` asks for pictures."""
    folder = os.environ.get("ROLLCALL_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
