"""What kept a POS from answering, sorted by what somebody looks at next; pure."""

from __future__ import annotations

import enum
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosGoneError,
    PosThrottledError,
    PosUnavailableError,
    UnsupportedByPosError,
)


class Trouble(enum.StrEnum):
    """Why a trial failed."""

    INSIDE = "inside"
    NAME_UNKNOWN = "name_unknown"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    SLOW = "slow"
    UNTRUSTED = "untrusted"
    NO_TLS = "no_tls"
    BROKEN_OFF = "broken_off"
    CREDENTIALS = "credentials"
    NOT_FOUND = "not_found"
    REDIRECTED = "redirected"
    NOT_DATA = "not_data"
    THROTTLED = "throttled"
    POS_FAILED = "pos_failed"
    NEEDS_PERSON = "needs_person"
    ODD = "odd"
    BUSY = "busy"


_BY_CODE: Final = {
    "ConnectTimeout": Trouble.UNREACHABLE,
    "ConnectError": Trouble.UNREACHABLE,
    "PoolTimeout": Trouble.SLOW,
    "ReadTimeout": Trouble.SILENT,
    "WriteTimeout": Trouble.SILENT,
    "ReadError": Trouble.BROKEN_OFF,
    "WriteError": Trouble.BROKEN_OFF,
    "RemoteProtocolError": Trouble.BROKEN_OFF,
    "not_json": Trouble.NOT_DATA,
    "too_large": Trouble.NOT_DATA,
    "address_refused": Trouble.INSIDE,
}
#: How connectors call JSON that is none of the POS's: ``no_list``, ``no_token``, ``bad_envelope``.
_ODDLY_SHAPED: Final = ("no_", "bad_")
#: First hit counts: a certificate's error is one of TLS too.
_BY_CAUSE: Final[tuple[tuple[type[BaseException], Trouble], ...]] = (
    (ssl.SSLCertVerificationError, Trouble.UNTRUSTED),
    (ssl.SSLError, Trouble.NO_TLS),
    (socket.gaierror, Trouble.NAME_UNKNOWN),
    (ConnectionRefusedError, Trouble.REFUSED),
)
_NO_SUCH_ADDRESS: Final = frozenset({"http_404", "http_405", "http_410"})


def trouble_of(error: BaseException, *, last_outcome: str = "") -> Trouble:
    """Sort an error of a connector.

    :param last_outcome: of the last request, as a ``CallObserver`` is told; some POS systems put
        "no such address" into other words.
    """
    if not isinstance(error, PosError):
        return Trouble.ODD
    if isinstance(error, PosThrottledError):
        return Trouble.THROTTLED
    if last_outcome in _NO_SUCH_ADDRESS or error.code in _NO_SUCH_ADDRESS:
        return Trouble.NOT_FOUND
    if error.code.startswith("http_3"):
        return Trouble.REDIRECTED
    if isinstance(error, PosCredentialsError):
        return Trouble.CREDENTIALS
    if isinstance(error, PosGoneError | UnsupportedByPosError):
        return Trouble.NOT_FOUND
    if isinstance(error, PosUnavailableError):
        return _of_unavailable(error)
    return _BY_CODE.get(error.code, Trouble.NEEDS_PERSON)


def _of_unavailable(error: PosUnavailableError) -> Trouble:
    for cause in _causes(error):
        for kind, trouble in _BY_CAUSE:
            if isinstance(cause, kind):
                return trouble
    if error.code.startswith(_ODDLY_SHAPED):
        return Trouble.NOT_DATA
    return _BY_CODE.get(error.code, Trouble.POS_FAILED)


def _causes(error: BaseException) -> Iterator[BaseException]:
    # Only their types are looked at: their words may hold a URL, and their requests secrets.
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
