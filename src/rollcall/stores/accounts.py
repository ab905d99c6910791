"""How people come to have an account: an administrator gives it; nobody signs up by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closes the door to self-registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # to nobody
        return False
