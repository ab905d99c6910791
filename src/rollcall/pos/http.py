"""The one door to the network: time-outs, retries, rate limit, classification, no values logged."""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import ipaddress
import logging
import random
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
import structlog

from rollcall.pos.clock import utc_now
from rollcall.pos.contract import Limits, OpenOptions, RateLimiter
from rollcall.pos.decoding import NotJsonError, decode_json
from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosThrottledError,
    PosUnavailableError,
)
from rollcall.pos.rate import TokenBucket

_log = structlog.get_logger()

# httpx writes whole URLs to its log, and URLs of lookups hold e-mail addresses and phones.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

MAX_BODY: Final = 64 * 1024 * 1024
#: Of a refusal in plain text.
_MAX_REASON: Final = 2000
#: A POS that asks for a longer pause gets it from the hub's schedule, not from a blocked thread.
LONGEST_PAUSE_S: Final = 60.0
#: Names of httpx's errors that come before the first byte is sent.
_NOT_CONNECTED: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A POS's answer that is JSON and neither 401, 403, 429 nor 5xx.

    :param data: decoded; None also for a refusal without a body; the text of one in plain text.
    :param damaged: text was replaced by U+FFFD while decoding (see ``decoding``).
    :param pos_time: the answer's ``Date``, aware UTC; our clock if the POS does not say.
    """

    status: int
    data: Any
    damaged: bool
    pos_time: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request.

    :param template: path below the base URL, with ``{names}``; this is what logs show.
    :param values: for the names; percent-encoded here, so that no value can leave its segment.
    :param form: sent as an HTML form.
    :param json: sent as JSON.
    :param may_be_empty: a success without a body, announced as such, is an answer (data None).
    :param is_repeatable: False for what must not be done twice: it is tried again only if it
        surely did not arrive (no connection, 429), else PosOutcomeUnknownError is raised.
    """

    method: str
    template: str
    values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: object | None = None
    may_be_empty: bool = False
    is_repeatable: bool = True

    def path(self) -> str:
        """Fill in the template."""
        safe = {name: quote(value, safe="") for name, value in self.values.items()}
        return self.template.format_map(safe)


class PosHttp:
    """Sends requests to one POS account. Not thread-safe."""

    def __init__(
        self,
        *,
        kind: str,
        base_url: str,
        options: OpenOptions,
        limits: Limits,
    ) -> None:
        self._kind = kind
        self._base_url = base_url.rstrip("/")
        self._attempts = max(1, options.attempts)
        self._backoff_s = options.backoff_s
        self._sleep = options.sleep
        self._guard, self._observer = options.guard, options.observer
        self._may_reach = options.may_reach
        self._connecting_to = ""
        self._limiter: RateLimiter = options.rate_limiter or TokenBucket(limits.requests_per_second)
        self._client = httpx.Client(
            timeout=options.timeout_s,
            follow_redirects=False,
            verify=_trusted(),
            # A proxy of the environment cannot reach a simulator on this machine.
            trust_env=not is_loopback(base_url),
            headers={"Accept": "application/json", "User-Agent": "rollcall"},
        )

    def send(self, call: Call) -> Reply:
        """Send a request, again if it makes sense, and decode the answer.

        :raises PosThrottledError: 429 after all tries, or with a longer pause than we wait for.
        :raises PosOutcomeUnknownError: the same for a call that is not repeatable, unless it surely
            did not arrive.
        :raises PosUnavailableError: no answer, 5xx, cut off, too large or not JSON after all tries;
            ``circuit_open``: nothing was sent, because nobody gets an answer at the moment.
        :raises PosCredentialsError: 401 or 403 (``code`` tells which); not tried again.
        :raises PosNeedsHumanError: the POS redirects elsewhere; ``address_refused``: its name leads
            where it must not (``OpenOptions.may_reach``), nothing was sent.
        """
        for attempt, pause_s in enumerate(self._pauses(), 1):
            if self._guard is not None:
                self._guard.before()
            self._limiter.acquire()
            try:
                return self._send_watched(call)
            except PosUnavailableError as error:
                if not (call.is_repeatable or _did_not_arrive(error)):
                    raise PosOutcomeUnknownError(str(error), code=error.code) from None
                wait_s = max(pause_s, error.retry_after_s or 0.0)
                if attempt == self._attempts or wait_s > LONGEST_PAUSE_S:
                    raise
                self._log_retry(call, attempt, error.code)
                self._sleep(wait_s)
        raise AssertionError("unreachable: the last attempt raises")

    def close(self) -> None:
        """Give up the connections; idempotent."""
        self._client.close()
        if self._observer is not None:
            self._observer.flush()

    # stamina retries too, but takes no wait from the failed answer together with its own schedule,
    # and reports through process-wide hooks, which a library had better leave alone.
    def _pauses(self) -> Iterator[float]:
        first_s, longest_s = self._backoff_s
        for attempt in range(self._attempts):
            yield min(first_s * 2**attempt, longest_s) * random.uniform(0.5, 1.0)  # noqa: S311

    def _send_watched(self, call: Call) -> Reply:
        started = time.monotonic()
        outcome = "interrupted"
        try:
            reply = self._send_once(call)
            outcome = "ok" if reply.status < 400 else f"http_{reply.status}"
        except PosError as error:
            outcome = error.code
            self._tell_guard(error)
            raise
        else:
            self._tell_guard(None)
            return reply
        finally:
            if self._observer is not None:
                self._observer.observe(
                    kind=self._kind,
                    operation=f"{call.method} {call.template}",
                    outcome=outcome,
                    seconds=time.monotonic() - started,
                )

    def _tell_guard(self, error: PosError | None) -> None:
        if self._guard is None:
            return
        # A refusal is an answer, and so is "not so fast".
        if isinstance(error, PosUnavailableError) and not isinstance(error, PosThrottledError):
            self._guard.failed(error.code)
        else:
            self._guard.succeeded()

    def _send_once(self, call: Call) -> Reply:
        try:
            with self._client.stream(
                call.method,
                self._base_url + call.path(),
                params=dict(call.query) or None,
                headers=dict(call.headers),
                data=None if call.form is None else dict(call.form),
                json=call.json,
                extensions={} if self._may_reach is None else {"trace": self._watch},
            ) as response:
                body = _read(response)
                pos_time = _pos_time(response.headers.get("date"))
                retry_after_s = _retry_after_s(response.headers.get("retry-after"), pos_time)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Without its cause: httpx's errors carry the request with URL, headers and body.
            name = type(error).__name__
            raise PosUnavailableError(f"no answer from the POS ({name})", code=name) from None
        _raise_for_status(response.status_code, retry_after_s)
        try:
            data, damaged = (None, False) if _is_empty(call, response, body) else decode_json(body)
        except NotJsonError:
            if response.status_code >= 400 and _is_plain_text(response):
                text = body[:_MAX_REASON].decode("utf-8", "replace")
                return Reply(
                    status=response.status_code,
                    data=text,
                    damaged=False,
                    pos_time=pos_time or utc_now(),
                )
            raise PosUnavailableError(
                f"the POS answered {response.status_code} with something that is not JSON",
                code="not_json",
            ) from None
        return Reply(
            status=response.status_code, data=data, damaged=damaged, pos_time=pos_time or utc_now()
        )

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Look where a new connection leads; a name need not lead where it led a moment ago."""
        if event == "connection.connect_tcp.started":
            self._connecting_to = str(info["host"])
        if event != "connection.connect_tcp.complete" or self._may_reach is None:
            return
        host = httpx.URL(self._base_url).raw_host.decode()
        if self._connecting_to != host:
            return  # to a proxy
        stream = info["return_value"]
        if not self._may_reach(host, str(stream.get_extra_info("server_addr")[0])):
            stream.close()
            message = "the base URL leads to a machine that must not be called"
            raise PosNeedsHumanError(message, code="address_refused")

    def _log_retry(self, call: Call, attempt: int, code: str) -> None:
        _log.warning(
            "pos.request.retry",
            kind=self._kind,
            method=call.method,
            route=call.template,
            status=code,
            attempt=attempt,
        )


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once: it takes longer than many a request, for every client."""
    return httpx.create_ssl_context()


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine; names other than localhost do not."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: httpx.Response) -> bytes:
    chunks = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_BODY:
            raise PosUnavailableError("the POS's answer is larger than 64 MB", code="too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _raise_for_status(status: int, retry_after_s: float | None) -> None:
    error: PosError | None = None
    code = f"http_{status}"
    if status == 429:
        error = PosThrottledError(
            "the POS says that we ask too often", code=code, retry_after_s=retry_after_s
        )
    elif status >= 500 or status == 408:
        error = PosUnavailableError(
            f"the POS answered {status}", code=code, retry_after_s=retry_after_s
        )
    elif status in (401, 403):
        error = PosCredentialsError(f"the POS refused our credentials ({status})", code=code)
    elif 300 <= status < 400:
        error = PosNeedsHumanError("the POS redirects elsewhere; check the base URL", code=code)
    if error is not None:
        raise error


def _is_empty(call: Call, response: httpx.Response, body: bytes) -> bool:
    """Refusals may come without a body, and 204; other successes only where that is expected."""
    if body:
        return False
    announced = call.may_be_empty and response.headers.get("content-length") == "0"
    return response.status_code >= 400 or response.status_code == 204 or announced


def _is_plain_text(response: httpx.Response) -> bool:
    # A gateway's HTML page is no answer of the POS.
    return str(response.headers.get("content-type", "")).startswith("text/plain")


def _did_not_arrive(error: PosUnavailableError) -> bool:
    return isinstance(error, PosThrottledError) or error.code in _NOT_CONNECTED


def _pos_time(header: str | None) -> dt.datetime | None:
    try:
        parsed = email.utils.parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed.astimezone(dt.UTC)


def _retry_after_s(header: str | None, pos_time: dt.datetime | None) -> float | None:
    """Read seconds or a date, which counts by the POS's own clock."""
    if header is None:
        return None
    try:
        return max(0.0, min(float(header), 86_400.0))
    except ValueError:
        until = _pos_time(header)
    if until is None:
        return None
    return max(0.0, (until - (pos_time or utc_now())).total_seconds())
