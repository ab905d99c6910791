"""Where mail goes: one address, read strictly, whose password shows nowhere."""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_PORTS: Final = {"smtp": 587, "smtps": 465}


class Tls(enum.StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


class MailAddressError(ValueError):
    """An address that cannot be used; the message does not repeat it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """An SMTP server that takes our mail."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


def parse_mail_server(text: str) -> MailServer:
    """Read ``smtp://user:password@host:587?tls=starttls``.

    ``smtp`` encrypts by STARTTLS (port 587) unless ``tls=none`` is said; ``smtps`` from the start
    (port 465). User and password are percent-encoded.

    :raises MailAddressError: it is no such address, or a password would travel in the clear to
        another machine.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise MailAddressError("is not an address like smtp://host:587") from error
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.fragment:
        raise MailAddressError("is not an address like smtp://host:587")
    server = MailServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        tls=_tls(parts.scheme, parts.query),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    if not server.user and server.password:
        raise MailAddressError("has a password without a user")
    if server.user and server.tls is Tls.NONE and not _is_here(host):
        raise MailAddressError("would send the password unencrypted; leave tls=none out")
    return server


def _tls(scheme: str, query: str) -> Tls:
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise MailAddressError("has options that cannot be read") from error
    wanted = options.pop("tls", None)
    if options:
        raise MailAddressError("has options other than tls")
    if scheme == "smtps":
        if wanted not in (None, Tls.IMPLICIT):
            raise MailAddressError("is smtps, which is encrypted from the start")
        return Tls.IMPLICIT
    if wanted not in (None, Tls.STARTTLS, Tls.NONE):
        raise MailAddressError("has a tls option other than starttls and none")
    return Tls(wanted or Tls.STARTTLS)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_sender(text: str) -> Address:
    """Read ``Rollcall <rollcall@example.com>``, or an address alone.

    :raises MailAddressError: no address that a mail can come from.
    """
    name, address = parseaddr(text)
    try:
        sender = Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise MailAddressError("is not an address like rollcall@example.com") from error
    if not sender.username or "." not in sender.domain.strip(".") or not address.isascii():
        raise MailAddressError("is not an address like rollcall@example.com")
    return sender
