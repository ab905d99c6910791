"""A typed client of the control interface, for tests, the demo and benchmarks."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from rollcall.pos.fields import FieldValue


class ControlRefusedError(RuntimeError):
    """The simulator refused a control request; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """Speaks to the simulator at ``url``; one connection per call."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80

    def customers(self) -> Iterator[dict[str, Any]]:
        """Stream the truth, row by row.

        Canonical fields and ``pos_id``, ``person_id``, ``status``, ``merged_into``, ``updated_at``.
        """
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            connection.request("GET", "/__control__/customers")
            response = connection.getresponse()
            for line in response:
                yield orjson.loads(line)
            response.close()
        finally:
            connection.close()

    def customer(self, pos_id: str) -> dict[str, Any]:
        """Return the truth of one customer.

        :raises KeyError: there is none.
        """
        for customer in self.customers():
            if customer["pos_id"] == pos_id:
                return customer
        raise KeyError(pos_id)

    def create(self, **fields: FieldValue) -> str:
        """Add a customer as if typed in at the till; returns the POS's id."""
        return str(self._call("POST", "customers", fields)["pos_id"])

    def patch(
        self, pos_id: str, *, raw: Mapping[str, object] | None = None, **fields: FieldValue
    ) -> dict[str, Any]:
        """Change canonical fields, or with ``raw`` wire keys as they are; returns the truth."""
        body: dict[str, object] = dict(fields)
        if raw is not None:
            body["raw"] = dict(raw)
        answer: dict[str, Any] = self._call("PATCH", f"customers/{quote(pos_id, safe='')}", body)
        return answer

    def delete(self, pos_id: str) -> None:
        """Remove a row without a trace."""
        self._call("DELETE", f"customers/{quote(pos_id, safe='')}", None)

    def merge(self, donor_id: str, into: str) -> None:
        """Staff merge two profiles."""
        self._call("POST", "merge", {"from": donor_id, "into": into})

    def orders(self) -> list[dict[str, Any]]:
        """The truth of all orders: ids, status, times, amount, lines."""
        answer: list[dict[str, Any]] = self._call("GET", "orders", None)
        return answer

    def place_order(self, customer_id: str | None, **order: object) -> str:
        """Take an order at the till (``status``, ``lines``); returns the POS's id."""
        body = {"customer_id": customer_id, **order}
        return str(self._call("POST", "orders", body)["order_id"])

    def change_order(
        self, order_id: str, *, raw: Mapping[str, object] | None = None, **changes: object
    ) -> dict[str, Any]:
        """Change ``status``, ``customer_id`` or ``lines``, or wire keys with ``raw``."""
        body: dict[str, object] = {**changes, "raw": dict(raw or {})}
        answer: dict[str, Any] = self._call("PATCH", f"orders/{quote(order_id, safe='')}", body)
        return answer

    def faults(self) -> dict[str, Any]:
        """All faults with their present values."""
        answer: dict[str, Any] = self._call("GET", "faults", None)
        return answer

    def set_faults(self, **faults: object) -> None:
        """Replace the named faults; None, 0 and False switch one off."""
        self._call("PUT", "faults", faults)

    def habits(self) -> dict[str, Any]:
        """All habits with their present value."""
        answer: dict[str, Any] = self._call("GET", "habits", None)
        return answer

    def set_habits(self, **habits: object) -> None:
        """Replace the named habits; None brings back the usual one."""
        self._call("PUT", "habits", habits)

    def requests(self) -> list[dict[str, Any]]:
        """How many requests were answered, by ``method``, ``path`` template and ``status``."""
        answer: list[dict[str, Any]] = self._call("GET", "requests", None)
        return answer

    def webhooks(self) -> list[dict[str, Any]]:
        """Who is called after changes: ``url``, ``headers``, ``topics``."""
        answer: list[dict[str, Any]] = self._call("GET", "webhooks", None)
        return answer

    def set_webhooks(self, *subscribers: Mapping[str, object]) -> None:
        """Call these after changes, and nobody else.

        :param subscribers: each with ``url``, extra ``headers`` and ``topics`` (none: all of them).
        """
        self._call("PUT", "webhooks", list(subscribers))

    def deliveries(self) -> dict[str, int]:
        """How many calls are ``waiting``, ``delivered``, ``undelivered`` and ``dropped``."""
        answer: dict[str, int] = self._call("GET", "deliveries", None)
        return answer

    def hooks_settled(self, timeout_s: float = 10.0) -> bool:
        """Wait until no call is waiting any more; False if that takes longer."""
        until = time.monotonic() + timeout_s
        while self.deliveries()["waiting"]:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def set_clock(self, skew_s: float) -> None:
        """Let the POS's clock be wrong by some seconds."""
        self._call("PUT", "clock", {"skew_s": skew_s})

    def health(self) -> dict[str, Any]:
        """Which POS this is and how many customers it holds."""
        answer: dict[str, Any] = self._call("GET", "health", None)
        return answer

    def _call(self, method: str, path: str, content: object) -> Any:  # noqa: ANN401 - decoded JSON
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            body = None if content is None else orjson.dumps(content)
            connection.request(method, f"/__control__/{path}", body)
            response = connection.getresponse()
            answer = orjson.loads(response.read())
            if response.status >= 400:
                raise ControlRefusedError(response.status, str(answer.get("error", "")))
            return answer
        finally:
            connection.close()
