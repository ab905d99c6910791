"""A program that is called: a real HTTP server on this machine, and ways to check what came."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations.gathering import put_deliveries
from rollcall.events.operations.subscribing import create_webhook
from rollcall.events.queries.feed import Event
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON


@dataclass(frozen=True, kw_only=True)
class Call:
    """What came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """By the words of the specification, and nothing of the product."""
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


@dataclass(kw_only=True)
class Receiver:
    """Answers with the statuses that it is told, then with 204.

    :param before: done before each answer.
    """

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def answer(self, *statuses: int) -> None:
        self.answers += [
            f"HTTP/1.1 {one} X\r\nLocation: {self.url}/elsewhere\r\n\r\n".encode()
            for one in statuses
        ]

    @property
    def ids(self) -> list[str]:
        return [call.id for call in self.calls]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.calls.append(Call(path=self.path, headers=headers, body=body))
            receiver.before()
            told = receiver.answers.pop(0) if receiver.answers else b"HTTP/1.1 204 Fine\r\n\r\n"
            with contextlib.suppress(OSError):
                self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(kw_only=True)
class Subscribed:
    """A webhook of a retailer, its secret, and events to deliver."""

    scope: Scope
    webhook: Webhook
    secret: str

    @classmethod
    def to(cls, scope: Scope, url: str, **options: object) -> Subscribed:
        made = create_webhook(scope, url=url, name="Loyalty", now=NOON, **options)  # type: ignore[arg-type]  # passed on
        return cls(scope=scope, webhook=made.webhook, secret=made.text)

    def put(self, *ids: str) -> None:
        events = [
            Event(id=one, type="customer.updated", at=NOON, data={"customer": one, "fields": []})
            for one in ids
        ]
        put_deliveries(self.scope, self.webhook, events, now=NOON)

    def now(self) -> Webhook:
        return Webhook.objects.scoped(self.scope).get(pk=self.webhook.pk)

    def delivery(self, event_id: str) -> WebhookDelivery:
        return WebhookDelivery.objects.scoped(self.scope).get(event_id=event_id)

    def let_time_pass(self) -> None:
        """What waits for a later time is due now."""
        Webhook.objects.scoped(self.scope).update(not_before=None, claimed_until=NOON)
        WebhookDelivery.objects.scoped(self.scope).update(next_try_at=NOON)
