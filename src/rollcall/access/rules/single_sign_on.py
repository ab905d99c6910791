"""The company's own sign-in: which OpenID Connect provider people may come from."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

#: Attribute of a request that comes back from the provider: when the person proved who they are.
PROVEN_AT: Final = "proven_at"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_LONGEST_NAME: Final = 40
#: Seconds; no calendar goes on for ever.
_FAR: Final = 2**33


class ProviderError(ValueError):
    """The settings of the provider cannot be used; the message names the variable, no value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """An OpenID Connect provider.

    :param issuer: its address, without the path of its configuration.
    :param name: how people call it, on buttons.
    :param proves_second_step: it asks managers and administrators for a second step itself.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name: str
    proves_second_step: bool = False

    @property
    def id(self) -> str:
        """A name for addresses and rows; another issuer's subjects are other people."""
        return f"sso-{hashlib.sha256(self.issuer.encode()).hexdigest()[:12]}"


def parse_provider(
    *, issuer: str, client_id: str, secret: str, name: str, proves_second_step: bool
) -> Provider | None:
    """Read the settings; None if there is no provider.

    :raises ProviderError: half of them, or an address that is not safe.
    """
    if not issuer:
        if client_id or secret:
            raise ProviderError("ROLLCALL_OIDC_ISSUER must be set beside the client's id")
        return None
    if not (client_id and secret):
        raise ProviderError(
            "ROLLCALL_OIDC_CLIENT_ID and ROLLCALL_OIDC_CLIENT_SECRET must be set beside"
            " ROLLCALL_OIDC_ISSUER"
        )
    _require_safe(issuer)
    return Provider(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        secret=secret,
        name=name[:_LONGEST_NAME] or str(urlsplit(issuer).hostname),
        proves_second_step=proves_second_step,
    )


def as_allauth(provider: Provider | None) -> dict[str, Any]:
    """The provider as django-allauth's settings name it."""
    if provider is None:
        return {}
    app = {
        "provider_id": provider.id,
        "name": provider.name,
        "client_id": provider.client_id,
        "secret": provider.secret,
        "settings": {"server_url": provider.issuer},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def _require_safe(issuer: str) -> None:
    """Refuse what others could listen to: tokens are taken from there without further proof."""
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ProviderError("ROLLCALL_OIDC_ISSUER is not an address") from error
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not (host and is_safe) or parts.query or parts.fragment or parts.username:
        raise ProviderError("ROLLCALL_OIDC_ISSUER is not an address like https://login.example")


def proven_at(claims: Mapping[str, Any]) -> dt.datetime:
    """When the person last proved to the provider who they are; long ago, if it does not say.

    :param claims: of the ID token.
    """
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < _FAR:
        at = 0
    return dt.datetime.fromtimestamp(at, tz=dt.UTC)
