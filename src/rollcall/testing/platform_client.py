"""A program that speaks to the platform API: plain requests through the WSGI application."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import orjson

from rollcall.config.wsgi import application
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.stores.models import Store
from rollcall.stores.operations import mint_integration_key


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code, "" if it is none."""
        return str(self.json.get("code", ""))


@dataclass(frozen=True, kw_only=True)
class PlatformClient:
    """A program with a key."""

    key: str

    @classmethod
    def of(
        cls,
        scope: Scope,
        *,
        role: Role = Role.MANAGER,
        grants: Collection[Grant] = tuple(Grant),
        stores: Collection[Store] | None = None,
    ) -> Self:
        minted = mint_integration_key(
            scope, name="Loyalty", role=role, grants=grants, stores=stores
        )
        return cls(key=minted.text)

    def get(self, path: str, **environ: Any) -> Reply:
        return self.send("GET", path, b"", **environ)

    def post(self, path: str, content: object = None, *, once: str = "", **environ: Any) -> Reply:
        """Send JSON, or bytes as they are.

        :param once: an Idempotency-Key.
        """
        if once:
            environ["HTTP_IDEMPOTENCY_KEY"] = once
        return self.send("POST", path, {} if content is None else content, **environ)

    def patch(self, path: str, content: object, **environ: Any) -> Reply:
        """Send JSON; ``HTTP_IF_MATCH`` says on which condition."""
        return self.send("PATCH", path, content, **environ)

    def send(self, method: str, path: str, content: object, **environ: Any) -> Reply:
        """One request below ``/api/v2``."""
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        said: list[Any] = []
        address, _, query = path.partition("?")
        given = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/api/v2{address}",
            "QUERY_STRING": query,
            "REMOTE_ADDR": "203.0.113.7",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            **({"HTTP_AUTHORIZATION": f"Bearer {self.key}"} if self.key else {}),
            **environ,
        }

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.extend((status, headers))

        chunks = application(given, start_response)
        answered = b"".join(chunks)
        return Reply(status=int(said[0].split()[0]), headers=dict(said[1]), body=answered)
