"""The HTTP server of a simulator: keep-alive, small answers at once, and faults on the wire."""

from __future__ import annotations

import contextlib
import email.utils
import http.server
import ipaddress
import socket
import struct
import threading
import time
from typing import Final

import structlog

from rollcall.pos.simulator import control_api
from rollcall.pos.simulator.exchange import Answer, Request, Route, Router
from rollcall.pos.simulator.world import World

_log = structlog.get_logger()

CONTROL_PREFIX: Final = "/__control__/"
_MAX_BODY: Final = 8 * 1024 * 1024
_HTML: Final = b"<!doctype html><title>Maintenance</title><p>We will be back soon.</p>"
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class PosServer(http.server.ThreadingHTTPServer):
    """Serves one world."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self.router = Router(world.spec.routes())
        self._open_sockets: set[socket.socket] = set()
        self._sockets_lock = threading.Lock()
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """Where this server listens, without a trailing slash."""
        host, port = self.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, so that stopping can end it."""
        with self._sockets_lock:
            self._open_sockets.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._sockets_lock:
            self._open_sockets.discard(connection)

    def stop(self) -> None:
        """Stop serving and hang up on everybody, also on idle keep-alive connections."""
        self._end_serving()
        self.server_close()
        with self._sockets_lock:
            connections = list(self._open_sockets)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.world.state.close()

    def _end_serving(self) -> None:
        """As ``shutdown``, without sitting out the poll: tests stop servers by the thousand."""
        ending = threading.Thread(target=self.shutdown)
        ending.start()
        with contextlib.suppress(OSError), socket.create_connection(self.server_address[:2], 1.0):  # type: ignore[arg-type]  # wakes it
            ending.join()
        ending.join()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up as they like; nothing to report."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: PosServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Also ends threads of connections that say nothing.
    timeout = 300

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing: requests are counted."""

    def _answer_one(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._body()
        if body is None:
            return
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        if path.startswith(CONTROL_PREFIX):
            self._control(request)
        else:
            self._pos(request)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer_one  # noqa: N815

    def _body(self) -> bytes | None:
        """Read the request's body; None if it was refused (and answered)."""
        if "transfer-encoding" in self.headers:
            self._refuse_body(411, "send a Content-Length")
            return None
        length = self.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            self._refuse_body(400, "Content-Length is not a number")
            return None
        if len(length) > 12 or int(length) > _MAX_BODY:
            self._refuse_body(413, "the body is larger than 8 MB")
            return None
        return self.rfile.read(int(length))

    def _refuse_body(self, status: int, message: str) -> None:
        # The unread body would be taken for the next request.
        self.close_connection = True
        self._send(control_api.error(status, message))

    def _control(self, request: Request) -> None:
        if not ipaddress.ip_address(self.client_address[0]).is_loopback:
            self._send(control_api.error(404, "not found"))
            return
        lines = control_api.streamed_customers(self.server.world, request, CONTROL_PREFIX)
        if lines is None:
            self._send(control_api.handle(self.server.world, request, CONTROL_PREFIX))
            return
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/jsonl")
        self.send_header("Connection", "close")
        self.end_headers()
        for line in lines:
            self.wfile.write(line)

    def _pos(self, request: Request) -> None:
        world = self.server.world
        route, values, path_exists = self.server.router.find(request.method, request.path)
        template = "(unknown)" if route is None else route.template
        latency_s = world.faults.number("latency_ms") / 1000
        if latency_s:
            time.sleep(latency_s)
        if world.faults.strikes("reset_rate"):
            world.count(request.method, template, 0)
            self._reset()
            return
        answer = self._refused_by_fault_or_limit(world)
        if answer is None:
            answer = self._handled(world, request, route, values, path_exists=path_exists)
        if route is not None and route.writes and answer.status < 300:
            time.sleep(world.faults.number("late_answer_ms") / 1000)
            if world.faults.strikes("lost_answer_rate"):
                world.count(request.method, template, 0)
                self._reset()
                return
            if world.faults.strikes("failed_answer_rate"):
                answer = world.spec.refusal(500, "INTERNAL ERROR")
        world.count(request.method, template, answer.status)
        whole = 200 <= answer.status < 300 and bool(answer.body)
        self._send(answer, cut=whole and world.faults.strikes("cut_body_rate"))

    @staticmethod
    def _refused_by_fault_or_limit(world: World) -> Answer | None:
        spec, faults = world.spec, world.faults
        throttled = faults.take_throttle()
        if throttled or not (world.options.no_limits or world.limiter.try_acquire()):
            refusal = spec.refusal(429, "OVER LIMIT")
            wait = faults.number("retry_after")
            if not (throttled and wait):
                return refusal
            headers = {"Retry-After": f"{wait:g}"}
            return Answer(status=429, body=refusal.body, headers=headers)
        if faults.strikes("error_500_rate"):
            return spec.refusal(500, "INTERNAL ERROR")
        if faults.strikes("not_json_rate"):
            return Answer(status=200, body=_HTML, content_type="text/html")
        return None

    @staticmethod
    def _handled(
        world: World,
        request: Request,
        route: Route[World] | None,
        values: dict[str, str],
        *,
        path_exists: bool,
    ) -> Answer:
        if route is None:
            return world.spec.refusal(405 if path_exists else 404, "NOT FOUND")
        try:
            if route.needs_token:
                if world.faults.tokens_expire_now():
                    world.tokens.clear()
                refusal = world.spec.authenticate(world, request)
                if refusal is not None:
                    return refusal
            return route.handler(world, request, values)
        except Exception as error:  # noqa: BLE001 - a server answers, whatever happens
            _log.error("simulator.request.failed", route=route.template, error=type(error).__name__)
            return world.spec.refusal(500, "INTERNAL ERROR")

    def _send(self, answer: Answer, *, cut: bool = False) -> None:
        """Write the head and the body in one piece.

        :param cut: announce the whole body, send half of it and hang up.
        """
        date = email.utils.formatdate(self.server.world.now().timestamp(), usegmt=True)
        head = [
            f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}",
            f"Date: {date}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if cut:
            self.close_connection = True
        if self.close_connection:
            head.append("Connection: close")
        body = answer.body[: len(answer.body) // 2] if cut else answer.body
        if self.command == "HEAD":
            body = b""
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def _reset(self) -> None:
        """End the connection with a TCP reset instead of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        # The file holds the socket open; only its last owner's close sends the reset.
        self.rfile.close()
        self.connection.close()
