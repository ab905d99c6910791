"""A kiosk that writes: plain requests through the WSGI application."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import orjson

from rollcall.config.wsgi import application
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.stores.operations import mint_key, save_kiosk

INES = {
    "first_name": "Ines",
    "last_name": "Okafor-Lindqvist",
    "birthday": "1988-07-19",
    "phone": "(415) 555-0177",
    "email": "ines.okafor@example.com",
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Kiosk:
    """A kiosk of a store with its key."""

    catalog_id: str
    key: str

    @classmethod
    def of(cls, scope: Scope, store: Store, catalog_id: str = "42") -> Kiosk:
        row = save_kiosk(scope, catalog_id=catalog_id, name="Front door", store=store).row
        return cls(
            catalog_id=catalog_id,
            key=mint_key(scope, row, now=utc_now(), profile=KeyProfile.ATTENDED).text,
        )

    def create(self, idempotency_key: str = "", **customer: object) -> Reply:
        """Register somebody."""
        more = {"HTTP_IDEMPOTENCY_KEY": idempotency_key} if idempotency_key else {}
        return self.send("POST", "customers", {"customer": customer}, **more)

    def change(self, customer_id: str, **customer: object) -> Reply:
        """Change somebody."""
        return self.send("PATCH", f"customers/{customer_id}", {"customer": customer})

    def read(self, customer_id: str) -> Reply:
        """Read somebody."""
        return self.send("GET", f"customers/{customer_id}", None)

    def send(self, method: str, path: str, content: object, **environ: Any) -> Reply:
        """Send JSON, or bytes as they are."""
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        said: list[Any] = []
        address, _, query = path.partition("?")
        given = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/api/v1/{self.catalog_id}/{address}",
            "QUERY_STRING": query,
            "REMOTE_ADDR": "203.0.113.7",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_AUTHORIZATION": f"Bearer {self.key}",
            **environ,
        }

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.extend((status, headers))

        chunks = application(given, start_response)
        answered = b"".join(chunks)
        return Reply(status=int(said[0].split()[0]), headers=dict(said[1]), body=answered)
