"""Answering requests to the API: below Django's middlewares for pages, or without Django at all.

Sessions, cookies, hosts, languages and redirects are no concern of a machine with a key, so
``api_requests`` stands first among the middlewares and takes everything below ``/api/``. The few
reads that must be quick go further round: ``shortcut`` answers them straight from WSGI, with the
very handler that the operation in the routers calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve

from rollcall.api import database, problems
from rollcall.api.answers import (
    Answer,
    Headers,
    StartResponse,
    preflight,
    to_django,
    to_wsgi,
)
from rollcall.api.forwarding import ElsewhereError
from rollcall.api.keys import is_in_address
from rollcall.api.original import in_original_words
from rollcall.api.problems import BY_STATUS, Kind, ProblemError
from rollcall.api.requests import SECOND, ApiRequest, read_request, refuse_long_query
from rollcall.api.turns import QUICK, turn

Handler = Callable[[ApiRequest], Answer]
WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

PREFIX: Final = "/api/"
_KIOSKS: Final = "/api/v1/"
_LOST: Final = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    """A read that is answered without Django.

    :param path: as in the router, such as ``/api/v1/{catalog_id}/customers``.
    """

    path: str
    handler: Handler


def respond(handler: Handler, request: ApiRequest) -> Answer:
    """Call a handler of a safe method and turn whatever happens into an answer.

    A database that went away is asked once more, over new connections.

    :raises ElsewhereError: the handler leaves the request to the processes behind this one.
    """
    try:
        try:
            answer = _checked(handler, request)
        except _LOST:
            database.reconnect()
            request.answer_headers.clear()
            answer = _checked(handler, request)
    except ElsewhereError:
        raise
    except Exception as error:  # noqa: BLE001  # the last place where it can become an answer
        answer = failure(error)
        if is_in_address(request.query):
            answer = in_original_words(answer)
    if not request.answer_headers:
        return answer
    return Answer(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        headers=_joined(request.answer_headers, answer.headers),
    )


def failure(error: BaseException) -> Answer:
    """The answer to an error that nobody foresaw; only its type and place are logged."""
    if isinstance(error, ProblemError):
        return error.problem.answer()
    if isinstance(error, _LOST):
        log.warning("api.database_lost", exception=type(error).__name__)
        lost = ProblemError(
            problems.UNAVAILABLE,
            "The database cannot be reached. Try again in a moment.",
            headers=(("Retry-After", "2"),),
        )
        return lost.problem.answer()
    log.error("api.failed", exc_info=error)
    return ProblemError(problems.INTERNAL_ERROR, "This is not your fault.").problem.answer()


def respond_to_django(handler: Handler, request: HttpRequest, **ids: str) -> HttpResponse:
    """The body of an operation in a router: the same as its shortcut."""
    return to_django(respond(handler, read_request(request.META, ids)))


def shortcut(application: WsgiApplication, shortcuts: Sequence[Shortcut]) -> WsgiApplication:
    """Put shortcuts before a WSGI application. What looks unusual goes to the application."""
    routes = [(_pattern(one.path), one.handler) for one in shortcuts]

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and not environ.get("SCRIPT_NAME"):
            path = environ["PATH_INFO"]
            if path.startswith(PREFIX) and path.isascii():
                for pattern, handler in routes:
                    if found := pattern.fullmatch(path):
                        request = read_request(environ, found.groupdict())
                        try:
                            with turn(QUICK):
                                return to_wsgi(respond(handler, request), start_response)
                        except ElsewhereError:
                            environ[SECOND] = True
                            start_response = _adding(request.answer_headers, start_response)
        return application(environ, start_response)

    return answer


def api_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer everything below ``/api/``, errors as problem documents."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return to_django(preflight())
        response = _to_problem(_routed(request))
        if response.status_code >= 400 and _is_of_the_system_before(request):
            _say_in_original_words(response)
        # Django would write the address of a refused request to the log.
        vars(response)["_has_been_logged"] = True
        return response

    return middleware


def _is_of_the_system_before(request: HttpRequest) -> bool:
    return request.path_info.startswith(_KIOSKS) and is_in_address(
        request.META.get("QUERY_STRING", "")
    )


def _say_in_original_words(response: HttpResponse) -> None:
    said = in_original_words(Answer(status=response.status_code, body=response.content))
    response.content = said.body


def _checked(handler: Handler, request: ApiRequest) -> Answer:
    refuse_long_query(request.query)
    return handler(request)


def _adding(headers: Headers, start_response: StartResponse) -> StartResponse:
    def start(status: str, others: list[tuple[str, str]]) -> object:
        return start_response(status, list(_joined(headers, others)))

    return start


def _joined(first: Headers, then: Headers) -> Headers:
    """The later of two headers of one name counts."""
    later = {name for name, _ in then}
    return (*(header for header in first if header[0] not in later), *then)


def _pattern(path: str) -> re.Pattern[str]:
    # Control characters and blanks are left to Django.
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>[!-.0-~]+)", path))


def _routed(request: HttpRequest) -> HttpResponse:
    try:
        refuse_long_query(request.META.get("QUERY_STRING", ""))
        _refuse_large_body(request)
        view, args, kwargs = resolve(request.path_info)
        response: HttpResponse = view(request, *args, **kwargs)
    except Http404:
        return _problem(problems.NOT_FOUND, "The API has no such address.")
    except Exception as error:  # noqa: BLE001  # the last place where it can become an answer
        return to_django(failure(error))
    return response


def _refuse_large_body(request: HttpRequest) -> None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise ProblemError(problems.BAD_REQUEST, "Content-Length is not a number.")
    if int(length) > limit:
        raise ProblemError(problems.CONTENT_TOO_LARGE, f"A body may have {limit} bytes.")


def _to_problem(response: HttpResponse) -> HttpResponse:
    """What the framework refused by itself, as a problem; anything else gets the usual headers."""
    is_problem = response.headers.get("Content-Type", "").startswith(problems.PROBLEM_JSON)
    if response.status_code < 400 or is_problem:
        for name, value in _missing(response.headers):
            response.headers[name] = value
        return response
    allow = response.headers.get("Allow")
    kind = BY_STATUS.get(response.status_code) or Kind(
        code=f"http_{response.status_code}", status=response.status_code, title="Refused"
    )
    # The framework keeps methods in a set: its order means nothing, and differs by process.
    headers = [("Allow", ", ".join(sorted(allow.split(", "))))] if allow else []
    return _problem(kind, _DETAILS.get(kind.status, "The request was refused."), headers)


def _missing(headers: Mapping[str, str]) -> Headers:
    plain = to_django(Answer(status=200, body=b"")).headers
    return [(name, value) for name, value in plain.items() if name not in headers]


def _problem(kind: Kind, detail: str, headers: Headers = ()) -> HttpResponse:
    return to_django(ProblemError(kind, detail, headers=headers).problem.answer())


_DETAILS: Final[Mapping[int, str]] = {
    404: "The API has no such address.",
    405: "The header Allow names the methods that this address takes.",
}
