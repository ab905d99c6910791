"""A program that asks within the test's own transaction, which is rolled back and so costs little.

What needs several connections, or the way round Django, asks as ``PlatformClient`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.test import Client

from rollcall.api import throttle
from rollcall.testing.platform_client import PlatformClient, Reply


class PlainClient(PlatformClient):
    """A program with a key."""

    def send(self, method: str, path: str, content: object, **environ: Any) -> Reply:
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        if self.key:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.key}"
        response = Client(raise_request_exception=False).generic(
            method, f"/api/v2{path}", body, content_type="application/json", **environ
        )
        headers = dict(response.headers.items())
        return Reply(status=response.status_code, headers=headers, body=response.content)


@pytest.fixture
def plain_api(db: None) -> Iterator[None]:
    """Keys begin with whole limits."""
    throttle.forget_leases()
    yield
    throttle.forget_leases()
