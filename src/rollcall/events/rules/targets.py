"""Which addresses may be called: public ones by https, so that nobody's network is reached.

What a name means is asked of DNS for every call, all its addresses are judged here, and the
connection goes to one that was judged: an answer that changes meanwhile changes nothing.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LONGEST_URL: Final = 2_000
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: NAT64 (RFC 6052) carries an IPv4 address in its last four bytes.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
#: 6to4 and its relays, IPv4 in IPv6 of any kind, local NAT64, segment routing, documentation.
_REFUSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",  # a cloud's own services, at a public address
        "2002::/16",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "5f00::/16",
        "3fff::/20",
        "fec0::/10",
    )
)


class TargetRefusedError(ValueError):
    """This address is not called; the code says why, never where it leads."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An address that may be looked up.

    :param path: with the query, as it is sent.
    """

    is_https: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """Host, and port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _DEFAULT_PORTS["https" if self.is_https else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def parse_target(url: str, *, opens_loopback: bool) -> Target:
    """Read the address of a webhook.

    :param opens_loopback: this machine may be called, also by plain http.
    :raises TargetRefusedError: it cannot be one.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise TargetRefusedError("not_a_url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TargetRefusedError("not_a_url") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or "\\" in url or port == 0:
        raise TargetRefusedError("not_a_url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise TargetRefusedError("credentials_in_url")
    _refuse_plain_http(parts.scheme, host, opens_loopback=opens_loopback)
    written = _written(host)
    if written is not None:
        judge_addresses([str(written)], opens_loopback=opens_loopback)
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        is_https=parts.scheme == "https",
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        path=(parts.path or "/") + query,
    )


def judge_addresses(found: list[str], *, opens_loopback: bool) -> list[str]:
    """Return the addresses that a name has, if every one of them may be called.

    :raises TargetRefusedError: one may not, or there is none.
    """
    if not found:
        raise TargetRefusedError("unknown_host")
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (is_public(address) or (opens_loopback and address.is_loopback)):
            raise TargetRefusedError("address_not_public")
    return found


def judge_plain(found: list[str]) -> None:
    """Keep calls without encryption on this machine.

    :raises TargetRefusedError: the name leads elsewhere.
    """
    if not all(ipaddress.ip_address(text.partition("%")[0]).is_loopback for text in found):
        raise TargetRefusedError("https_needed")


def is_public(address: _Address) -> bool:
    """Whether this is an address of the Internet, of one machine, and of no special use."""
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        address = ipaddress.IPv4Address(address.packed[-4:])
    special = address.is_multicast or address.is_reserved or not address.is_global
    return not special and not any(address in network for network in _REFUSED)


def _refuse_plain_http(scheme: str, host: str, *, opens_loopback: bool) -> None:
    if scheme == "https":
        return
    written = _written(host)
    is_here = host == "localhost" or (written is not None and written.is_loopback)
    if not (opens_loopback and is_here):
        raise TargetRefusedError("https_needed")


def _written(host: str) -> _Address | None:
    """The address that is written in an address, if it is no name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
