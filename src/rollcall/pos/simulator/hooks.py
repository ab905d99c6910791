"""Calls that a simulated POS makes of its own accord when customers change.

One thread delivers in order, to each subscriber in turn, a few times if it is not taken. It ends by
itself when there is nothing to do, so nobody has to stop it.
"""

from __future__ import annotations

import contextlib
import enum
import http.client
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import orjson
import structlog

from rollcall.pos.simulator.faults import Faults

_log = structlog.get_logger()

#: Waits before the second and the third try; real systems wait longer.
_PAUSES_S: Final = (0.05, 0.2)
_TIMEOUT_S: Final = 5.0
_IDLE_S: Final = 0.5
#: How long a batch that is to be shuffled waits for more.
_BATCH_S: Final = 0.1
_USER_AGENT: Final = "simulated-pos"


class HookError(ValueError):
    """Subscribers that cannot be called; the message may be shown."""


class HookChange(enum.StrEnum):
    """What happened to a customer."""

    CREATED = "created"
    CHANGED = "changed"
    #: Donor and survivor alike.
    MERGED = "merged"


@dataclass(frozen=True, kw_only=True, slots=True)
class HookCall:
    """One call as the POS words it.

    :param topic: the POS's name for the kind of call; subscribers choose by it.
    :param body: what JSON can hold.
    """

    topic: str
    body: object = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """Who is called.

    :param headers: sent along, secrets included.
    :param topics: only these; empty: all.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    topics: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what :func:`subscribers_of` reads."""
        return {"url": self.url, "headers": dict(self.headers), "topics": list(self.topics)}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Delivery:
    subscriber: Subscriber
    topic: str
    body: bytes = field(repr=False)


class Hooks:
    """Delivers calls to the subscribers. Safe to use from several threads."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self._queue: queue.Queue[_Delivery] = queue.Queue()
        self._subscribers: tuple[Subscriber, ...] = ()
        self._waiting = self._delivered = self._undelivered = self._dropped = 0
        self._is_working = False

    def subscribers(self) -> Sequence[Subscriber]:
        """Return who is called at present."""
        return self._subscribers

    def subscribe(self, subscribers: Sequence[Subscriber]) -> None:
        """Call these from now on, and nobody else."""
        self._subscribers = tuple(subscribers)

    def publish(self, calls: Sequence[HookCall]) -> None:
        """Hand over calls to be made soon; returns at once."""
        deliveries = [
            _Delivery(subscriber=subscriber, topic=call.topic, body=orjson.dumps(call.body))
            for call in calls
            for subscriber in self._subscribers
            if not subscriber.topics or call.topic in subscriber.topics
        ]
        with self._lock:
            self._waiting += len(deliveries)
            for delivery in deliveries:
                self._queue.put(delivery)
            if deliveries and not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="hooks", daemon=True).start()

    def counts(self) -> dict[str, int]:
        """Return how many calls wait, and what became of the others; a repeated one counts once."""
        with self._lock:
            return {
                "waiting": self._waiting,
                "delivered": self._delivered,
                "undelivered": self._undelivered,
                "dropped": self._dropped,
            }

    def _work(self) -> None:
        while True:
            batch = self._next_batch()
            if not batch:
                with self._lock:
                    if self._queue.empty():
                        self._is_working = False
                        return
            for delivery in batch:
                self._make(delivery)

    def _next_batch(self) -> list[_Delivery]:
        """Take one call, or as many as are to be shuffled."""
        most = max(1, self._faults.count("hook_shuffle"))
        batch: list[_Delivery] = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._queue.get(timeout=_IDLE_S))
            while len(batch) < most:
                batch.append(self._queue.get(timeout=_BATCH_S))
        if most == 1:
            return batch
        return [batch[n] for n in self._faults.choose(len(batch), len(batch))]

    def _make(self, delivery: _Delivery) -> None:
        if self._faults.strikes("hook_drop_rate"):
            delivered, dropped = False, True
        else:
            times = 1 + self._faults.count("hook_repeat")
            delivered, dropped = all(_deliver(delivery) for _ in range(times)), False
        with self._lock:
            self._waiting -= 1
            self._delivered += delivered
            self._dropped += dropped
            self._undelivered += not (delivered or dropped)


def subscribers_of(content: object) -> list[Subscriber]:
    """Read a list of ``{"url", "headers", "topics"}``; the last two may be missing.

    :raises HookError: it is something else, or an address that cannot be called.
    """
    if not isinstance(content, list):
        raise HookError('send a list of {"url", "headers", "topics"}')
    return [_subscriber(entry) for entry in content]


def _subscriber(entry: object) -> Subscriber:
    if not isinstance(entry, dict) or not entry.keys() <= {"url", "headers", "topics"}:
        raise HookError("a subscriber has url, headers and topics, nothing else")
    url, headers, topics = entry.get("url"), entry.get("headers", {}), entry.get("topics", [])
    if not isinstance(url, str) or not _can_be_called(url):
        raise HookError("url has to be a http:// or https:// address")
    if not isinstance(headers, dict) or not all(
        _is_header(text) for pair in headers.items() for text in pair
    ):
        raise HookError("headers have to be an object of one-line texts")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise HookError("topics have to be a list of texts")
    return Subscriber(url=url, headers=headers, topics=tuple(topics))


def _can_be_called(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return is_plain and named and parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _deliver(delivery: _Delivery) -> bool:
    """Call until it is taken, three times at most; tells whether it was."""
    outcome = ""
    for pause_s in (*_PAUSES_S, None):
        outcome = _call(delivery)
        if outcome.startswith("2"):
            return True
        if pause_s is not None:
            time.sleep(pause_s)
    # Without the address: it holds the subscriber's secret.
    _log.warning("simulator.hook.undelivered", topic=delivery.topic, outcome=outcome)
    return False


def _call(delivery: _Delivery) -> str:
    """Send once; the answer's status, or the name of what went wrong."""
    parts = urlsplit(delivery.subscriber.url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = {"Content-Type": "application/json", "User-Agent": _USER_AGENT}
    try:
        headers = {**usual, **delivery.subscriber.headers}
        connection.request("POST", target, delivery.body, headers)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
    finally:
        connection.close()
