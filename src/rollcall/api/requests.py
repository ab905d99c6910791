"""What the kit needs of a request, read from the WSGI environment on both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.api import problems
from rollcall.api.problems import ProblemError

#: In a WSGI environment: another process has counted the look-up, and found nobody.
SECOND: Final = "rollcall.second"
#: By which a kiosk shows that somebody proved who they are.
PROOF_HEADER: Final = "Rollcall-Proof"
#: Bytes of a query string; the longest sensible search has a few hundred.
LONGEST_QUERY: Final = 4096


@dataclass(kw_only=True, slots=True)
class ApiRequest:
    """One request.

    :param ids: what stands in the address, by name.
    :param query: as it came, still encoded. It may hold personal data: it goes nowhere but into
        the reading of parameters.
    :param authorization: the header, "" if there is none.
    :param origin: of the web page that asks, as its browser says; "" for everything else.
    :param proof: the header by which a kiosk shows that somebody proved who they are.
    :param address: the peer that is connected; no header is believed.
    :param is_second: a process before this one has counted it and searched for nothing.
    :param answer_headers: what the answer shall carry, whatever it is (rate limits).
    """

    ids: Mapping[str, str]
    query: str = field(repr=False)
    authorization: str = field(repr=False)
    address: str
    origin: str = ""
    proof: str = field(default="", repr=False)
    is_second: bool = False
    answer_headers: list[tuple[str, str]] = field(default_factory=list)


def read_request(environ: Mapping[str, Any], ids: Mapping[str, str]) -> ApiRequest:
    """Take from a WSGI environment (Django's ``request.META``) what a handler may look at."""
    return ApiRequest(
        ids=ids,
        query=environ.get("QUERY_STRING", ""),
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        address=environ.get("REMOTE_ADDR", ""),
        origin=environ.get("HTTP_ORIGIN", ""),
        proof=environ.get("HTTP_ROLLCALL_PROOF", ""),
        is_second=environ.get(SECOND, False),
    )


def refuse_long_query(query: str) -> None:
    """Refuse what nobody needs, before anything is parsed.

    :raises ProblemError: 414.
    """
    if len(query) > LONGEST_QUERY:
        raise ProblemError(
            problems.URI_TOO_LONG, f"The query string may have {LONGEST_QUERY} bytes."
        )
