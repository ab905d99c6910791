"""The API object that routers are added to, and its OpenAPI 3.1 document."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from rollcall.api import idempotency, kept_answers, problems
from rollcall.api.answers import JSON, to_django
from rollcall.api.describing import DESCRIPTION, Description, Example, Parameter
from rollcall.api.problems import BY_STATUS, PROBLEM_JSON, ProblemError
from rollcall.api.serving import failure

SECURITY_SCHEME: Final = "kioskKey"
_KIOSK_KEY: Final = "The key of the kiosk that the address names."
_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` and `detail` are for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z_0-9]+$"},
        "errors": {
            "description": "Parameter or field → what is wrong with it.",
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_HEADERS: Final[dict[str, Any]] = {
    "RateLimit-Policy": {
        "description": 'The limit that was counted, such as `"kiosk-key";q=600;w=60`.',
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left (`r`) and in how many seconds the window ends (`t`).",
        "schema": {"type": "string"},
    },
}
_VERSION: Final[dict[str, Any]] = {
    "ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}}
}
_REPLAYED: Final[dict[str, Any]] = {
    kept_answers.REPLAYED: {
        "description": "`true`: this is the answer to an earlier request with the same"
        " Idempotency-Key, byte for byte; nothing was done.",
        "schema": {"type": "string"},
    }
}
_HEADERS_BY_STATUS: Final[dict[int, dict[str, Any]]] = {
    200: _HEADERS,
    201: _HEADERS,
    202: _HEADERS,
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    405: {"Allow": {"schema": {"type": "string"}}},
    429: {
        **_HEADERS,
        "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
    },
    503: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}


class Api(NinjaAPI):
    """One version of the API. Problems, keys and limits are said here once for all operations."""

    def __init__(
        self,
        *,
        title: str,
        version: str,
        description: str,
        namespace: str,
        security: tuple[str, str] = (SECURITY_SCHEME, _KIOSK_KEY),
    ) -> None:
        """Make an empty API, without pages for people: those would need scripts from elsewhere.

        :param security: name of the security scheme, and whose key it is.
        """
        self._security = security
        self._document: OpenAPISchema | None = None
        super().__init__(
            title=title,
            version=version,
            description=description,
            urls_namespace=namespace,
            openapi_url="/openapi.json",
            docs_url=None,
        )
        self.add_exception_handler(ProblemError, _answer_failure)
        self.add_exception_handler(ValidationError, _answer_validation)
        self.add_exception_handler(HttpError, _answer_http_error)
        self.add_exception_handler(Exception, _answer_failure)

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The document; statuses and examples of every operation from its description.

        Made once: nothing is added to an API after it was first asked for.
        """
        if self._document is None:
            self._document = self._describe(*args, **kwargs)
        return self._document

    def _describe(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        document: OpenAPISchema = super().get_openapi_schema(*args, **kwargs)
        for path in document["paths"].values():
            for operation in path.values():
                description = operation.pop(DESCRIPTION, None)
                if description is not None:
                    _complete(operation, description, self._security[0])
        components = document["components"]
        components["schemas"]["Problem"] = _PROBLEM_SCHEMA
        components["securitySchemes"] = {
            self._security[0]: {
                "type": "http",
                "scheme": "bearer",
                "description": self._security[1],
            }
        }
        return document


def _complete(operation: dict[str, Any], description: Description, scheme: str) -> None:
    operation["security"] = [{scheme: []}]
    operation["summary"] = _summary(operation)
    operation["parameters"] += [_parameter(one) for one in description.parameters]
    if description.body is not None:
        body = description.body
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": body.schema, "example": body.example}},
        }
    by_status: dict[int, list[Example]] = defaultdict(list)
    for example in description.examples:
        by_status[example.status].append(example)
    responses = {int(status): response for status, response in operation["responses"].items()}
    for status, response in responses.items():
        _add_examples(response["content"][JSON], by_status[status])
    for status in sorted({kind.status for kind in description.problems}):
        content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
        _add_examples(content, by_status[status])
        codes = [kind.code for kind in description.problems if kind.status == status]
        responses[status] = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            "content": {PROBLEM_JSON: content},
        }
    for status, response in responses.items():
        if headers := _headers(description, status):
            response["headers"] = headers
    operation["responses"] = {str(status): responses[status] for status in sorted(responses)}


def _headers(description: Description, status: int) -> dict[str, Any]:
    headers = dict(_HEADERS_BY_STATUS.get(status, {}))
    if description.has_version and status == 200:
        headers |= _VERSION
    if status < 300 and idempotency.HEADER in {one.name for one in description.parameters}:
        headers |= _REPLAYED
    return headers


def _summary(operation: dict[str, Any]) -> str:
    """The first sentence of what the operation says of itself."""
    first = str(operation.get("description", operation["summary"])).partition("\n")[0]
    return first.partition(". ")[0].rstrip(".")


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "in": parameter.place,
        "name": parameter.name,
        "required": parameter.is_required,
        "description": parameter.description,
        "schema": dict(parameter.schema),
        "example": parameter.example,
    }


def _add_examples(content: dict[str, Any], examples: list[Example]) -> None:
    if examples:
        content["examples"] = {
            example.name: {
                "summary": example.summary,
                "value": example.body,
                "x-request": f"{example.method} {example.path}",
                "x-key": example.key,
                **({} if example.sent is None else {"x-body": example.sent}),
                **({"x-headers": dict(example.headers)} if example.headers else {}),
            }
            for example in examples
        }


def _answer_failure(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return to_django(failure(error if isinstance(error, Exception) else error()))


def _answer_validation(
    _request: HttpRequest, error: ValidationError | type[ValidationError]
) -> HttpResponse:
    errors: dict[str, list[str]] = defaultdict(list)
    for one in () if isinstance(error, type) else error.errors:
        # The first word says where it stood (query, body); the values are not repeated.
        name = ".".join(str(part) for part in one.get("loc", ())[1:]) or "body"
        errors[name].append(str(one.get("msg", "is not valid")))
    problem = ProblemError(problems.INVALID, "The member errors says which.", errors=errors)
    return to_django(problem.problem.answer())


def _answer_http_error(_request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    kind = BY_STATUS.get(getattr(error, "status_code", 400), problems.BAD_REQUEST)
    return to_django(ProblemError(kind, kind.title).problem.answer())
