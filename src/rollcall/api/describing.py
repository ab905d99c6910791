"""Describing operations for OpenAPI where they are declared: answers, problems, tested examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from rollcall.api.problems import Kind

#: Member of ``openapi_extra`` under which a description waits for the document.
DESCRIPTION: Final = "x-description"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A parameter.

    :param place: ``query`` or ``header``.
    :param schema: JSON Schema of what it may be.
    """

    name: str
    description: str
    example: str
    place: str = "query"
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    is_required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """What is sent as JSON.

    :param schema: JSON Schema.
    """

    schema: Mapping[str, Any]
    example: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A request and its whole answer. A test sends each one to a running server.

    :param path: below the API's own path, with parameters; ids filled in.
    :param key: which key it is sent with: ``valid``, ``none``, ``wrong`` or ``exhausted``.
    :param body: the answer, exactly.
    :param sent: what is sent as JSON.
    :param headers: sent beside the key.
    """

    name: str
    summary: str
    path: str
    status: int
    body: Mapping[str, Any]
    key: str = "valid"
    method: str = "GET"
    sent: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What OpenAPI says of an operation beside its types.

    :param has_version: the answer has an ``ETag``.
    """

    problems: Sequence[Kind]
    examples: Sequence[Example] = ()
    parameters: Sequence[Parameter] = field(default_factory=tuple)
    body: Body | None = None
    has_version: bool = False

    def declared(self, answer: type[BaseModel], *, status: int = 200) -> dict[str, Any]:
        """Keyword arguments for a router's decorator."""
        return {
            "response": {status: answer},
            "openapi_extra": {DESCRIPTION: self},
        }


def problem_example(kind: Kind, detail: str, **members: Any) -> dict[str, Any]:
    """A problem document as an example shows it."""
    return {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": kind.code,
        **members,
    }
