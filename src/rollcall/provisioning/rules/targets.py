"""Which machines an administrator may make this one call."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

#: Narrow on purpose: what programs read differently (backslashes, names before an @, fragments) is
#: not let in.
_ADDRESS: Final = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~!$&'()*+,;=:%/-]*)?"
)
#: Names under which clouds tell a machine its own secrets.
_METADATA: Final = frozenset({"metadata", "metadata.google.internal", "instance-data"})
#: IPv4 addresses written as IPv6 ones, for networks without IPv4.
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

INSIDE: Final = (
    "leads to a machine inside the network that Rollcall runs in, not to a POS on the internet. "
    "If that is meant, whoever runs Rollcall can connect it with rollcall apply"
)


class AddressError(ValueError):
    """This address may not be called; the message says why, and follows the field's name."""


def check_address(url: str) -> None:
    """Check how an address is written; what its name leads to is another question.

    This machine itself may be named, as far as the connector takes it (for simulators).

    :raises AddressError: it is none, or of a kind that no POS has.
    """
    if "://" not in url:
        raise AddressError("has to begin with https://")
    if url.partition("://")[0].lower() not in ("http", "https"):
        raise AddressError("has to begin with https://; other kinds of address are not called")
    if "@" in url:
        raise AddressError("must not hold a user name or password; they have fields of their own")
    if not _ADDRESS.fullmatch(url):
        raise AddressError("is no address such as https://api.example.com/v1")
    host, _ = _host_and_port(url)
    if host.rstrip(".") in _METADATA:
        raise AddressError(INSIDE)
    written = _parse(host)
    if written is not None and not written.is_loopback and is_inside(host):
        raise AddressError(INSIDE)


def host_of(url: str) -> tuple[str, int]:
    """Host and port of an address that was checked."""
    host, port = _host_and_port(url)
    return host, port or (443 if url.lower().startswith("https:") else 80)


def names_this_machine(host: str) -> bool:
    """Whether the host is this machine in so many words."""
    written = _parse(host)
    return host == "localhost" or (written is not None and written.is_loopback)


def is_inside(address: str) -> bool:
    """Whether an IP address is none of the public internet: this machine, private, link-local.

    Texts that are no IP address count as such.
    """
    found = _parse(address.partition("%")[0])
    if found is None:
        return True
    found = _unwrapped(found)
    return not found.is_global or found.is_multicast


def _unwrapped(found: _Address) -> _Address:
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        return inner or found
    return found


def _host_and_port(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressError("is no address such as https://api.example.com/v1") from None
    return host, port


def _parse(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
