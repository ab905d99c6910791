"""Pages for machines: health and metrics, before anything that is made for people.

Load balancers and Prometheus come by IP address and without cookies; hosts, sessions and redirects
are no concern of theirs, and a process without a database must still say that it lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from rollcall.events.metrics import WebhookFigures
from rollcall.identity.metrics import IdentityFigures
from rollcall.inbox.metrics import InboxFigures
from rollcall.outbox.metrics import OutboxFigures
from rollcall.sync.metrics import add_collector, metrics_page
from rollcall.web.health import live, ready

add_collector(OutboxFigures)
add_collector(InboxFigures)
add_collector(IdentityFigures)
add_collector(WebhookFigures)

PAGES: Final[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": metrics_page,
}


def machine_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer the pages for machines; stands first among the middlewares."""

    def middleware(request: HttpRequest) -> HttpResponse:
        page = PAGES.get(request.path_info)
        if page is None:
            return get_response(request)
        readable = request.method in ("GET", "HEAD")
        response = page(request) if readable else HttpResponseNotAllowed(["GET", "HEAD"])
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return middleware
