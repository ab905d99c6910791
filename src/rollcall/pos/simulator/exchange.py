"""A request to a simulated POS, its answer, and the table of routes between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, unquote

import orjson


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What arrived.

    :param path: as sent, still percent-encoded, without the query.
    :param headers: names lower-cased.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """Return the body as an HTML form; the last one of repeated names."""
        return _last_values(self.body.decode("utf-8", "replace"))

    def parameters(self) -> dict[str, str]:
        """Return the query string; the last one of repeated names."""
        return _last_values(self.query)

    def json_object(self) -> dict[str, Any] | None:
        """Return the body as a JSON object, or None if it is something else."""
        try:
            decoded = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return decoded if isinstance(decoded, dict) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, content: object) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(status=status, body=orjson.dumps(content))


WorldT = TypeVar("WorldT")
Handler = Callable[[WorldT, Request, Mapping[str, str]], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route(Generic[WorldT]):
    """One endpoint.

    :param template: ``/customer/{customer_id}``; a placeholder takes one path segment, decoded.
    :param needs_token: whether ``SimulatorSpec.authenticate`` is asked before the handler.
    :param writes: customers may be different afterwards; faults of writes are for these.
    """

    method: str
    template: str
    handler: Handler[WorldT]
    needs_token: bool = True
    writes: bool = False


class Router(Generic[WorldT]):
    """Finds the route of a path; literal segments win over placeholders by their order."""

    def __init__(self, routes: Sequence[Route[WorldT]]) -> None:
        self._routes = [(_pattern(route.template), route) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route[WorldT] | None, dict[str, str], bool]:
        """Return the route, its decoded placeholders, and whether any method has the path."""
        path_exists = False
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if route.method == method:
                return route, {k: unquote(v) for k, v in match.groupdict().items()}, True
            path_exists = True
        return None, {}, path_exists


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(pieces))
    )


def _last_values(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
