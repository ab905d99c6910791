"""Calling the inbox as a POS would: through WSGI, or over a socket from a simulator."""

from __future__ import annotations

import contextlib
import io
import socketserver
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections

from rollcall.config.wsgi import application
from rollcall.inbox import queries
from rollcall.inbox.models import CallFigures, InboxEvent
from rollcall.inbox.operations.addresses import make_address
from rollcall.inbox.operations.figures import notebook
from rollcall.inbox.operations.processing import drain
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import PosConnection


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def call(
    path: str,
    content: object = None,
    *,
    body: bytes | None = None,
    method: str = "POST",
    token: str = "",
    content_type: str = "application/json",
    stream: Any = None,
    **environ: Any,
) -> Reply:
    """Send one call through the real WSGI application."""
    sent = orjson.dumps(content) if body is None else body
    given: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "203.0.113.7",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": stream or io.BytesIO(sent),
        "wsgi.url_scheme": "http",
    }
    if token:
        given["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    answer = application(
        {**given, **environ}, lambda status, headers: answers.append((status, headers))
    )
    text = b"".join(answer)
    status, headers = answers[0]
    return Reply(status=int(status.split()[0]), headers=dict(headers), body=text)


def path_for(scope: Scope, connection: PosConnection, topic: str = "") -> str:
    """The path of a fresh address."""
    made = make_address(scope, connection, now=utc_now())
    return next(one for one in made.paths if one.endswith(topic))


def events(scope: Scope) -> list[InboxEvent]:
    return list(InboxEvent.objects.scoped(scope).order_by("id"))


def outcomes(scope: Scope) -> list[tuple[str, str]]:
    return [(one.state, one.outcome) for one in events(scope)]


def work(scope: Scope, connection: PosConnection) -> None:
    """Do what a worker does."""
    drain(scope, connection)


def figures(scope: Scope) -> dict[str, int]:
    """All figures of the retailer, once they are written down."""
    assert notebook.settle()
    return {
        f"{view.connection.slug} {one.outcome}": one.calls
        for view in queries.list_inboxes(scope)
        for one in CallFigures.objects.scoped(scope).filter(connection=view.connection)
    }


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 256


class _Hand(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@contextlib.contextmanager
def listening() -> Iterator[str]:
    """Serve the application on a socket; yields its origin."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        try:
            return application(environ, start_response)
        finally:
            connections.close_all()  # this server makes a thread for each request

    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, _Server, _Hand)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
