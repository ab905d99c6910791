"""What tests of sign-in share."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from rollcall.testing.fixtures import PASSWORD


def code_now(secret: str) -> str:
    """What an authenticator app shows at this moment."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    """Post the sign-in form; returns where it leads, or "" if it stays."""
    answer = client.post(reverse("account_login"), {"login": email, "password": password})
    return answer.get("Location", "")


def set_up_app(client: Client) -> str:
    """Set an authenticator app up for whoever is signed in; returns its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret: str = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret
