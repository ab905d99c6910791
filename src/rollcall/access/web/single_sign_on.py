"""There and back: the company's provider says who somebody is."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse

from rollcall.access.rules.single_sign_on import PROVEN_AT, proven_at


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **more: Any
    ) -> SocialLogin:
        """Keep who it is and when they proved it; names and pictures stay with the provider."""
        login = super().complete_login(request, app, token, **more)
        claims = login.account.extra_data.get("id_token") or {}
        setattr(request, PROVEN_AT, proven_at(claims))
        login.account.extra_data = {}
        return login


def go(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider."""
    return _answer(OAuth2LoginView, request, provider_id)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider says."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(
    view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(_Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer
