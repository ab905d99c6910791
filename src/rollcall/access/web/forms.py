"""allauth's forms for passkeys, hardened: what a stranger sends is refused and breaks nothing."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError

#: What parsing raises on values of the wrong shape, all of which came from the browser.
_MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class _Hardened:
    """Takes a credential of any wrong shape as a wrong credential."""

    def clean_credential(self) -> object:
        try:
            cleaned: object = super().clean_credential()  # type: ignore[misc]  # of the form it is mixed into
        except ValidationError:
            raise
        except _MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class AuthenticateForm(_Hardened, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The second step by passkey."""


class LoginForm(_Hardened, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Sign-in by passkey alone."""


class ReauthenticateForm(_Hardened, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Confirming who one is by passkey."""


class AddForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey."""

    def clean(self) -> object:
        try:
            cleaned: object = super().clean()
        except ValidationError:
            raise
        except _MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned
