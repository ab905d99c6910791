"""The description of an API as a page: from its document alone, without scripts or other hosts."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe

from rollcall.api.openapi import Api

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_CODE: Final = re.compile("`([^`]+)`")
_REFERENCE: Final = "#/components/schemas/"


def docs_page(api: Api) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view that shows an API; it tells what the document tells, to anybody."""

    @functools.cache
    def content() -> str:
        return render_to_string("api/docs.html", lay_out(api.get_openapi_schema()))

    def view(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        page = HttpResponse(content())
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    return view


def lay_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a document: operations by tag, and schemas."""
    by_tag: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, ways in document["paths"].items():
        for method, operation in ways.items():
            shown = _operation(path, method, operation)
            by_tag[operation["tags"][0]].append(shown)
    schemas = document["components"]["schemas"]
    return {
        "info": document["info"],
        "tags": [
            {"name": tag, "id": tag.replace(" ", "-"), "operations": by_tag[tag]} for tag in by_tag
        ],
        "schemas": [_schema(name, schemas[name]) for name in sorted(schemas)],
    }


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = [
        {"status": status, "description": told["description"], **_content(told)}
        for status, told in operation["responses"].items()
    ]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": _words(operation["summary"]),
        "paragraphs": _paragraphs(operation),
        "parameters": [
            {**one, "words": _words(one.get("description", ""))} for one in operation["parameters"]
        ],
        "body": body and _pretty(body["example"]),
        "answers": answers,
        "examples": [one for answer in answers for one in answer["examples"]],
    }


def _content(told: Mapping[str, Any]) -> dict[str, Any]:
    content: Mapping[str, Any] = next(iter(told.get("content", {}).values()), {})
    examples = [
        {
            "summary": one["summary"],
            "request": one["x-request"],
            "sent": _pretty(one["x-body"]) if one.get("x-body") is not None else "",
            "answer": _pretty(one["value"]),
        }
        for one in content.get("examples", {}).values()
    ]
    return {"schema": _name(content.get("schema", {})), "examples": examples}


def _schema(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    members = [
        {
            "name": member,
            "type": _type(told),
            "schema": _name(told) or _name(told.get("items", {})),
            "is_required": member in required,
            "words": _words(told.get("description", "")),
        }
        for member, told in schema.get("properties", {}).items()
    ]
    told = " ".join(schema.get("description", "").split())
    return {"name": name, "words": _words(told), "members": members}


def _paragraphs(operation: Mapping[str, Any]) -> list[str]:
    """What an operation says of itself beyond its summary."""
    told = [" ".join(part.split()) for part in operation.get("description", "").split("\n\n")]
    shown = told[1:] if told[0].rstrip(".") == operation["summary"] else told
    return [_words(part) for part in shown]


def _words(text: str) -> str:
    """A sentence, escaped, with what stands between backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).removeprefix(_REFERENCE)


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    told = schema.get("type", _name(schema) or "anything")
    return " or ".join(told) if isinstance(told, list) else str(told)


def _pretty(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
